"""One paper from what several records say."""

import itertools
from typing import Any

from paperkin.index.content import Content, content_digest, to_content
from paperkin.index.grouping import group
from paperkin.index.merge import merge
from paperkin.index.naming import name_works
from paperkin.index.record import Record, Where
from paperkin.index.works import face_of

NEWTS = "How newts cross a road at night"
BASE = [f"word{n}" for n in range(60)]
X, Y = " ".join(BASE), " ".join(f"other{n}" for n in range(60))


def content(title: str, abstract: str = "", **fields: Any) -> Content:
    record = Record(Where("here", 1, 1), title=title, abstract=abstract, **fields)
    made = to_content(record, content_digest(record))
    assert made is not None
    return made


def test_equal_works_make_equal_papers_from_the_best_of_their_records() -> None:
    said = [
        content(NEWTS, X, authors=("Ada Miller", "Bo Lind"), published="2021-06-30"),
        content(NEWTS, " ".join(BASE[:50]), ids=("10.1000/newts.7",)),
        content(NEWTS.upper(), ids=("arXiv:2106.15928", "doi:10.1000/NEWTS.7")),
    ]
    (work,) = group(map(face_of, said))
    (names,) = name_works([work])
    merged = merge(said, ["s"], names)
    for order in itertools.permutations(said):
        assert merge(order, ["s"], names) == merged
    assert (merged.id, merged.doi) == ("arXiv:2106.15928", "10.1000/newts.7")
    assert merged.authors == ("Ada Miller", "Bo Lind")
    assert merged.published == "2021-06-30"
    assert merged.abstract == X


def test_what_a_source_holds_no_more_fills_gaps_only() -> None:
    old = content(NEWTS, X, authors=("Ann Smith",), published="2012", categories=("zoo",))
    new = content("How newts cross the road at night", Y, published="2021")
    names = name_works([[face_of(old), face_of(new)]])[0]
    merged = merge([old, new], ["s"], names, {old.digest})
    assert (merged.title, merged.abstract, merged.year) == (new.title, Y, 2021)
    assert (merged.authors, merged.categories) == (("Ann Smith",), ("zoo",))
    assert merge([new, old], ["s"], names, {new.digest, old.digest}).abstract
