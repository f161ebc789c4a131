"""Libraries for tests of what queries may hold, and of what libraries keep; and a browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kettles import written

import paperkin
from paperkin.search.library import Library
from small import leave_behind

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def kettles_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("words")
    with paperkin.build(folder / "library", written(folder)) as library:
        yield library


@pytest.fixture(scope="session")
def kettles_behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The same library, with every third paper not in its indexes yet."""
    folder = tmp_path_factory.mktemp("behind")
    with paperkin.build(folder / "library", written(folder)) as library:
        leave_behind(library, 3)
        yield library


@pytest.fixture
def made(mapped_library: Library, tmp_path: Path) -> Iterator[Library]:
    """A library with clusters and a map, which a test may change."""
    shutil.copytree(mapped_library.path, tmp_path / "library")
    with paperkin.open(tmp_path / "library") as library:
        yield library


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium; skips where there is none."""
    programs = [path for name in _BROWSERS if (path := shutil.which(name))]
    if not programs:
        pytest.skip("no chromium is installed (Debian: apt install chromium)")
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with driver.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=programs[0], args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        yield chromium
        chromium.close()
