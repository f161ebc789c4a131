"""Whether a library has changed is seen at once, and without reading it."""

import shutil
from pathlib import Path

import pytest

import paperkin
from paperkin.index.access_keys import access_keys, make_key, remove_key
from paperkin.index.changes import Changes, Kept
from paperkin.search.library import Library


@pytest.fixture
def library(small_library: Library, tmp_path: Path) -> Library:
    shutil.copytree(small_library.path, tmp_path / "library")
    return paperkin.open(tmp_path / "library")


def test_a_mark_lasts_until_something_is_committed_or_published(library: Library) -> None:
    changes = Changes(library.store)
    first = changes.mark()
    assert first is not None
    list(library.search("sleep"))
    assert changes.mark() == first

    make_key(library.store, "somebody")
    second = changes.mark()
    assert second not in (None, first)

    (library.store.path / "keyword" / "watermark.json").touch()
    assert changes.mark() not in (None, first, second)


def test_the_marks_of_a_store_that_was_closed_are_others(library: Library) -> None:
    changes = Changes(library.store)
    first = changes.mark()
    library.close()
    # A connection that is gone cannot tell what was committed meanwhile.
    assert changes.mark() != first
    assert changes.mark() == changes.mark() != None  # noqa: E711


def test_what_is_kept_is_made_again_only_after_a_change(library: Library) -> None:
    made: list[int] = []

    def make() -> list[str]:
        made.append(1)
        return [each.name for each in access_keys(library.store)]

    kept = Kept(Changes(library.store), make)
    assert kept.at_hand() is None
    assert kept.get() == kept.get() == kept.at_hand() == []
    assert len(made) == 1

    key, _ = make_key(library.store, "somebody")
    assert kept.at_hand() is None
    assert kept.get() == ["somebody"]
    remove_key(library.store, key.id)
    assert kept.get() == []
    assert len(made) == 3
