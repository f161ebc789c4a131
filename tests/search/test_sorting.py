"""Answers in the order of their dates."""

import itertools

import pytest

import paperkin
from paperkin.search.library import Library
from paperkin.search.sorting import check_sort


def test_what_answers_is_sorted_and_not_what_is_new(demo_library: Library) -> None:
    query = "the acoustics of concert halls and the tuning of instruments"
    best = demo_library.search(query, k=100)
    newest = demo_library.search(query, k=100, sort="newest")
    dates = [hit.paper.published for hit in newest]
    assert dates == sorted(dates, reverse=True)
    assert 10 <= len(newest) == newest.total < len(best)
    assert newest.next is None
    # The best stand in it, with the same score; what is merely new does not.
    assert {hit.id for hit in best[:10]} <= {hit.id for hit in newest}
    score = {hit.id: hit.score for hit in best}
    assert all(score[hit.id] == hit.score for hit in newest)
    sure = sorted((hit.confidence or 0.0 for hit in newest), reverse=True)
    assert sure[-1] >= 0.2 * sure[0] or len(sure) == 10
    oldest = demo_library.search(query, k=100, sort="oldest")
    assert [hit.id for hit in oldest] == [hit.id for hit in reversed(newest)]
    assert [hit.rank for hit in oldest] == list(range(1, len(oldest) + 1))


@pytest.mark.parametrize("mode", ["hybrid", "semantic", "keyword"])
def test_pages_of_a_sorted_answer_continue_each_other(demo_library: Library, mode: str) -> None:
    def page(k: int, offset: int) -> list[str]:
        hits = demo_library.search(
            "memory and sleep",
            k,
            offset=offset,
            mode=mode,  # type: ignore[arg-type]
            sort="oldest",
        )
        return [hit.id for hit in hits]

    whole = page(100, 0)
    assert len(whole) > 2
    assert [each for offset in range(0, 100, 2) for each in page(2, offset)] == whole


def test_papers_without_a_date_come_last(small_library: Library) -> None:
    for sort in ("newest", "oldest"):
        hits = small_library.related("marsh-1", k=9, sort=sort)  # type: ignore[arg-type]
        dates = [hit.paper.published for hit in hits]
        known = [date for date in dates if date]
        assert dates == [*known, *[""] * (len(dates) - len(known))]
        assert "" in dates
        assert known == sorted(known, reverse=sort == "newest")
        assert hits.total == len(hits) == 7
        listed = small_library.search("-nothing", k=9, sort=sort)  # type: ignore[arg-type]
        dates = [hit.paper.published for hit in listed]
        assert dates[-1] == ""
        assert dates[0] == {"newest": "2022-03-15", "oldest": "2017-05-30"}[sort]


def test_papers_of_one_day_stand_by_relevance(demo_library: Library) -> None:
    best = [hit.id for hit in demo_library.related("demo-001", k=139)]
    hits = demo_library.related("demo-001", k=100, sort="newest")
    assert set(best[:10]) <= {hit.id for hit in hits}
    for one, other in itertools.pairwise(hits):
        if one.paper.published == other.paper.published:
            assert best.index(one.id) < best.index(other.id)


def test_a_named_paper_is_sorted_along(demo_library: Library) -> None:
    title = "Why Some Halls Sing: Acoustics of Concert Rooms from Shoebox to Vineyard"
    hits = demo_library.search(title, sort="newest")
    assert title in [hit.title for hit in hits]
    assert len(hits) == 10


def test_orders_that_undo_each_other_are_refused(demo_library: Library) -> None:
    with pytest.raises(paperkin.QueryError, match="relevance, newest or oldest"):
        demo_library.search("sleep", sort="random")  # type: ignore[arg-type]
    with pytest.raises(paperkin.QueryError, match="undo diversity"):
        demo_library.search("sleep", sort="newest", diversity=0.5)
    with pytest.raises(paperkin.QueryError, match="undo rerank"):
        check_sort("oldest", 0.0, True)
    check_sort("relevance", 0.5, True)


def test_the_order_enters_the_fingerprint(demo_library: Library) -> None:
    found = {demo_library.search("sleep", sort=sort).fingerprint for sort in ("newest", "oldest")}
    found.add(demo_library.search("sleep").fingerprint)
    assert len(found) == 3
