"""Several queries in one call: the answers that they have one by one."""

from typing import Any

import pytest

from paperkin.index.encoder import Encoder
from paperkin.index.errors import QueryError
from paperkin.search.library import Library

QUERIES = [
    "how do children learn to read",
    "galaxy rotation and dark matter",
    'author:"Tuulikki Saarinen"',
    "demo-129",
    "how do children learn to read",
    "what makes concrete heal",
]


@pytest.mark.parametrize("mode", ["hybrid", "semantic", "keyword"])
def test_answers_are_those_one_by_one(demo_library: Library, mode: Any) -> None:
    several = demo_library.search(QUERIES, 5, mode=mode, year="2000-")
    assert [hits.query for hits in several] == QUERIES
    for query, hits in zip(QUERIES, several, strict=True):
        alone = demo_library.search(query, 5, mode=mode, year="2000-")
        assert [hit.id for hit in hits] == [hit.id for hit in alone]
        assert [hit.score for hit in hits] == pytest.approx([hit.score for hit in alone], abs=1e-5)
        assert hits.total == alone.total
        assert hits.verdict == alone.verdict


def test_they_are_encoded_together(demo_library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[int] = []
    encode = Encoder.encode_queries

    def counted(self: Encoder, texts: Any) -> Any:
        encoded.append(len(texts))
        return encode(self, texts)

    monkeypatch.setattr(Encoder, "encode_queries", counted)
    demo_library.search("warm")  # what cosines of the model mean is measured once
    encoded.clear()
    demo_library.search([f"a new question about {n} tides" for n in range(20)], 3)
    assert encoded == [20]
    # Nothing of that is kept: alone, a query is answered as if it had never been in a list.
    demo_library.search("a new question about 3 tides")
    assert encoded == [20, 1]


def test_fingerprints_tell_what_was_asked_together(demo_library: Library) -> None:
    one, two = demo_library.search(["moss on walls", "rust on iron"])
    again, _ = demo_library.search(["moss on walls", "rust on iron"])
    other, _ = demo_library.search(["moss on walls", "salt in bread"])
    alone = demo_library.search("moss on walls")
    (single,) = demo_library.search(["moss on walls"])
    assert one.fingerprint == again.fingerprint == two.fingerprint
    assert len({one.fingerprint, other.fingerprint, alone.fingerprint}) == 3
    assert single == alone


def test_what_is_no_query_is_named_by_its_place(demo_library: Library) -> None:
    assert demo_library.search([]) == []
    assert len(demo_library.search(("bread", "salt"))) == 2
    assert len(demo_library.search(iter(["bread", "salt"]), 1)) == 2  # type: ignore[call-overload]
    with pytest.raises(QueryError, match=r"^Query 2 of 3 is empty"):
        demo_library.search(["bread", " ", "salt"])
    with pytest.raises(QueryError, match=r"^Query 1 of 1 is a text, not 7"):
        demo_library.search([7])  # type: ignore[list-item]


def test_progress_is_shown_where_it_is_wanted(
    demo_library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    demo_library.search(["bread", "salt"])
    demo_library.search(["bread", "salt"], progress=False)
    assert capsys.readouterr() == ("", "")
