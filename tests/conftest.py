"""What several tests need: the real data beside the repository, and a small library."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import paperkin
from paperkin.index import compiled
from paperkin.index.demo import demonstration
from paperkin.search.library import Library
from small import write_papers

# The tests use the model that is installed; nothing may wait for a network.
os.environ.setdefault("HF_HUB_OFFLINE", "1")

# Models that the tests make are compiled, too; those do not belong into the user's own cache, and
# what other code compiled tells nothing of this.
_MADE_BY = sorted(Path(compiled.__file__).parent.glob("compil*.py"))
_DIGEST = hashlib.sha256(b"".join(path.read_bytes() for path in _MADE_BY)).hexdigest()[:12]
_CACHES = Path(__file__).resolve().parents[1] / ".pytest_cache" / "caches"
os.environ["XDG_CACHE_HOME"] = str(_CACHES / _DIGEST)

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


LONG = ("test_filter_recall", "test_daily", "test_evaluate", "test_kills", "test_confidence")
"""Files that take minutes, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: no process waits for another at the end."""
    stems = {stem: place for place, stem in enumerate(LONG)}
    items.sort(key=lambda item: stems.get(item.path.stem, len(LONG)))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real data; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder shared/ with the real data is not beside the repository")
    return SHARED


@pytest.fixture(scope="session")
def demo_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library of the demonstration papers. Tests must not change it."""
    folder = tmp_path_factory.mktemp("demonstration") / "library"
    with paperkin.build(folder, demonstration() / "papers.jsonl") as library:
        yield library


@pytest.fixture(scope="session")
def mapped_library(
    demo_library: Library, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Library]:
    """The same papers with their clusters and their map. Tests must not change it."""
    folder = tmp_path_factory.mktemp("mapped") / "library"
    shutil.copytree(demo_library.path, folder)
    with paperkin.open(folder) as library:
        library.map()
        yield library


@pytest.fixture(scope="session")
def small_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library of the papers in tests/small.py. Tests must not change it."""
    folder = tmp_path_factory.mktemp("small")
    with paperkin.build(folder / "library", write_papers(folder / "papers.jsonl")) as library:
        yield library
