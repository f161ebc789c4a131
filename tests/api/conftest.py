"""Programs and servers that the tests of the doors start."""

import sys
import time
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from paperkin.api.http import create_app
from paperkin.search.library import Library

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
