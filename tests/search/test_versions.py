"""Other versions of a paper: never among the related, though a library keeps them apart."""

from collections.abc import Iterator
from typing import Any

import pytest

import paperkin
import small
from paperkin.search.library import Library

KITE = "Kites that hold the wind by two lines"
MORE: list[dict[str, Any]] = [
    {
        "id": "kite",
        "title": KITE,
        "abstract": "A kite on two lines turns where its pilot pulls. We measure the pull of the "
        "lines in gusts and say how large a sail one pair of hands can hold.",
        "authors": ["Ida Falk", "Jon Berg"],
        "year": 2020,
    },
    {
        "id": "kite-short",
        "title": KITE + " (Extended Abstract)",
        "abstract": "Two-line kites are steered by hand. We report forces.",
        "authors": ["Berg, Jon"],
        "year": 2019,
    },
    {
        "id": "kite-others",
        "title": KITE,
        "abstract": "Children in three villages build kites from paper, and tell stories of them.",
        "authors": ["Kim Moe"],
        "year": 2020,
    },
    {
        "id": "kite-later",
        "title": KITE,
        "abstract": "Ten years on, we look again at the forces in two lines of larger kites.",
        "authors": ["Ida Falk"],
        "year": 2031,
    },
    {"id": "note-1", "title": "Editorial", "abstract": "On wind.", "authors": ["Lu Ray"]},
    {"id": "note-2", "title": "Editorial", "abstract": "On rain.", "authors": ["Lu Ray"]},
    {"id": "note-3", "title": "Editorial", "abstract": "On wind.", "authors": ["Mo Sand"]},
]


@pytest.fixture(scope="module")
def kites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("kites")
    file = small.write_papers(folder / "papers.jsonl", [*small.PAPERS, *MORE])
    with paperkin.build(folder / "library", file) as library:
        yield library


def keys(library: Library, hits: paperkin.Hits) -> set[str]:
    of_id = {library[each["id"]].id: each["id"] for each in MORE}
    return {of_id[hit.id] for hit in hits if hit.id in of_id}


@pytest.mark.parametrize("asked", ["kite", "kite-short"])
def test_versions_never_show_whichever_of_them_is_asked_for(kites: Library, asked: str) -> None:
    assert len(kites) == len(small.PAPERS) + len(MORE)
    found = keys(kites, kites.related(asked, k=100))
    assert not found & {"kite", "kite-short"}
    # Others who chose the same title wrote a paper of their own, and so did the same much later.
    assert {"kite-others", "kite-later"} <= found


def test_versions_of_liked_papers_are_not_recommended(kites: Library) -> None:
    found = keys(kites, kites.recommend(["kite", "marsh-1"], k=100))
    assert not found & {"kite", "kite-short"}
    assert {"kite-others", "kite-later"} <= found


def test_a_title_that_says_nothing_makes_a_version_only_with_the_same_abstract(
    kites: Library,
) -> None:
    found = keys(kites, kites.related("note-1", k=100))
    assert "note-2" in found
    assert "note-3" not in found
