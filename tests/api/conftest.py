"""Programs and servers that the tests of the doors start."""

import sys
import time
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

import paperkin
from paperkin.api.http import create_app
from paperkin.index.demo import demonstration
from paperkin.search.library import Library
from serving import serving, write_listed

PATIENCE = 120
"""Seconds to wait for a model on a busy machine."""


@pytest.fixture(scope="session")
def paperkin_command() -> list[str]:
    """How a process of its own runs the command line."""
    return [sys.executable, "-m", "paperkin.api.cli"]


@pytest.fixture(scope="session")
def client(small_library: Library) -> Iterator[TestClient]:
    """A client of the small library, warm."""
    with TestClient(create_app(small_library), raise_server_exceptions=False) as client:
        until = time.monotonic() + PATIENCE
        while client.get("/readyz").status_code != 200:
            assert time.monotonic() < until, "the library does not get ready"
            time.sleep(0.05)
        yield client


@pytest.fixture(scope="session")
def listed_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server answers from the papers of tests/api/serving.py and the demonstration."""
    folder = tmp_path_factory.mktemp("listed")
    sources = [write_listed(folder / "listed.jsonl"), demonstration() / "papers.jsonl"]
    with (
        paperkin.build(folder / "library", sources) as library,
        serving(library.path) as address,
    ):
        yield address
