"""Which records are one work, and in which order they came makes no difference."""

import itertools
import random

import pytest

from paperkin.index.content import Content, content_digest, to_content
from paperkin.index.merge import merge
from paperkin.index.record import Record, Where
from paperkin.index.works import evidence, group, same_work

ABSTRACT = (
    "We follow forty bakers through one winter and ask how they judge a dough by hand. Films of "
    "their work, diaries and weekly talks show that touch comes before smell and long before the "
    "clock, and that apprentices learn the order within a month. We describe the vocabulary they "
    "share, where it fails, and what a thermometer adds to it once the hand has learned to see."
)
OTHER = (
    "Salt marshes protect low coasts by slowing waves, yet their own supply of mud depends on "
    "storms that also tear them away. From twelve years of surveys at nine sites we compare growth "
    "and loss after each storm, show which shapes of shore keep what they are given, and discuss "
    "what that means for walls, for breaches made on purpose, and for the farms that lie behind."
)


def content(title: str = "", abstract: str = "", **fields: object) -> Content:
    record = Record(Where("here", 1, 1), title=title, abstract=abstract, **fields)  # type: ignore[arg-type]
    made = to_content(record, content_digest(record))
    assert made is not None
    return made


def shortened(text: str, words: int) -> str:
    return " ".join(text.split()[:words])


def test_a_shared_outside_id_decides() -> None:
    a = content("Dough by hand", ABSTRACT, ids=("https://arxiv.org/abs/2106.15928v2",))
    b = content("Something else entirely, years later", OTHER, ids=("oai:arXiv.org:2106.15928",))
    assert same_work(a, b)


def test_two_ids_of_one_kind_decide_against() -> None:
    a = content("How bakers judge a dough by hand", ABSTRACT, ids=("arXiv:2106.15928",))
    b = content("How bakers judge a dough by hand", ABSTRACT, ids=("arXiv:2106.15929",))
    assert not same_work(a, b)


def test_a_preprint_doi_is_no_second_doi() -> None:
    a = content("How bakers judge a dough by hand", ABSTRACT, ids=("10.1101/2020.01.01.12345",))
    b = content("How bakers judge a dough by hand", ABSTRACT, ids=("10.1000/dough.7",))
    assert same_work(a, b)


@pytest.mark.parametrize("title", ["Introduction", "Editorial", "Book reviews"])
def test_distinct_papers_with_equal_titles_stay_apart(title: str) -> None:
    assert not same_work(content(title, ABSTRACT), content(title, OTHER))
    assert not same_work(content(title), content(title, OTHER))
    assert not same_work(
        content(title, authors=("A. Miller",), published="2019"),
        content(title, authors=("A. Miller",), published="2020"),
    )


def test_near_identical_abstracts_are_one_work_under_another_title() -> None:
    changed = ABSTRACT.replace("forty bakers", "41 bakers")
    assert same_work(content("Dough, judged by hand", ABSTRACT), content("Hands", changed))


def test_parts_of_a_series_stay_apart() -> None:
    a = content("How bakers judge a dough: part I", ABSTRACT)
    b = content("How bakers judge a dough: part II", ABSTRACT)
    assert not same_work(a, b)


def test_abstracts_that_share_four_tenths_are_two_works() -> None:
    half = shortened(ABSTRACT, 45) + " " + OTHER
    a, b = content("Dough judged by hand", ABSTRACT), content("Bakers and marshes", half)
    assert not same_work(a, b)


def test_a_title_without_abstract_joins_the_paper_of_that_title() -> None:
    title = "How bakers judge a dough by hand"
    assert same_work(content(title), content(title, ABSTRACT))
    assert not same_work(
        content(title, published="1990"), content(title, ABSTRACT, published="2020")
    )


def test_a_boilerplate_abstract_joins_nothing() -> None:
    withdrawn = "This article has been withdrawn by its authors."
    a = content("How bakers judge a dough by hand", withdrawn)
    b = content("Why salt marshes need the storms they fear", withdrawn)
    assert not same_work(a, b)
    assert len(group([a, b], [evidence(a), evidence(b)])) == 2


def test_same_work_is_symmetric_and_groups_do_not_depend_on_order() -> None:
    title = "How bakers judge a dough by hand"
    records = [
        content(title, ABSTRACT, authors=("Ada Miller", "Bo Lind"), published="2021-06-30"),
        content(title, shortened(ABSTRACT, 50), ids=("10.1000/dough.7",)),
        content(title.upper(), ids=("arXiv:2106.15928", "doi:10.1000/DOUGH.7")),
        content("Why salt marshes need storms", OTHER, authors=("Cy Reed",)),
        content("Editorial", ABSTRACT + " " + OTHER),
        content("Editorial", OTHER),
    ]
    for a, b in itertools.combinations(records, 2):
        assert same_work(a, b) == same_work(b, a)
    expected = None
    for seed in range(20):
        shuffled = random.Random(seed).sample(records, len(records))
        groups = group(shuffled, [evidence(each) for each in shuffled])
        papers = sorted(
            (merge([shuffled[i] for i in one], ["s"]) for one in groups), key=lambda p: p.id
        )
        expected = expected or papers
        assert papers == expected
    assert expected is not None
    merged = next(paper for paper in expected if paper.id == "arXiv:2106.15928")
    assert merged.doi == "10.1000/dough.7"
    assert merged.authors == ("Ada Miller", "Bo Lind")
    assert merged.published == "2021-06-30"
    assert merged.abstract == ABSTRACT
