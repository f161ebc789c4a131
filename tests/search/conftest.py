"""A library for tests of what queries may hold."""

from collections.abc import Iterator

import pytest
from kettles import written

import paperkin
from paperkin.search.library import Library
from small import leave_behind


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
