"""What two records say of each other, and whether one may be a later state of the other."""

from typing import Any

import pytest

from paperkin.index.content import Content, content_digest, to_content
from paperkin.index.record import Record, Where
from paperkin.index.works import APART, compare, face_of, irreconcilable, linked, revised

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


def content(title: str = "", abstract: str = "", **fields: Any) -> Content:
    record = Record(Where("here", 1, 1), title=title, abstract=abstract, **fields)
    made = to_content(record, content_digest(record))
    assert made is not None
    return made


def same_work(a: Content, b: Content) -> bool:
    left, right = face_of(a), face_of(b)
    assert compare(left, right) == compare(right, left)
    return linked(left, right)


def apart(a: Content, b: Content) -> bool:
    return compare(face_of(a), face_of(b)) == APART


def changed(old: Content, new: Content) -> bool:
    return revised(face_of(old), face_of(new))


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
    assert same_work(a, content("How bakers judge a dough by hand", ABSTRACT))


def test_a_remark_for_an_abstract_makes_no_two_editorials_one() -> None:
    said = {"title": "Editorial", "abstract": "No abstract available.", "published": "2001"}
    assert apart(content(**said, venue="J A"), content(**said, venue="J B"))
    assert same_work(content(**said, venue="J A"), content(**said, venue="J A", url="https://x.y"))


def test_different_remarks_for_an_abstract_need_an_author_to_be_one_work() -> None:
    title, remarks = "How bakers judge a dough by hand", ("In German.", "Part of a talk.")
    assert apart(*(content(title, each) for each in remarks))
    assert same_work(content(title, "In German."), content(title, "In German"))
    assert same_work(*(content(title, each, authors=("Ann Smith",)) for each in remarks))


INTRODUCTION = "Introduction to the special issue"


@pytest.mark.parametrize(
    ("title", "one", "other"),
    [
        (
            INTRODUCTION,
            {"published": "2001", "venue": "J A"},
            {"published": "2002", "venue": "J B"},
        ),
        (
            INTRODUCTION,
            {"abstract": ABSTRACT, "authors": ("Ann Smith",), "published": "2001"},
            {"abstract": OTHER, "authors": ("Ann Smith",), "published": "2002"},
        ),
        (
            "Letter to the editor: a reply",
            {"authors": ("Ann Smith",), "published": "2001", "venue": "J A"},
            {"authors": ("Ann Smith",), "published": "2001", "venue": "J B"},
        ),
        (
            "How bakers judge a dough by hand",
            {"published": "2001", "venue": "J A"},
            {"published": "2002", "venue": "J B"},
        ),
        (
            "How bakers judge a dough by hand",
            {"abstract": ABSTRACT, "authors": ("Ann Smith",), "published": "2001"},
            {"abstract": OTHER, "authors": ("Ann Smith",), "published": "2001"},
        ),
        (
            "Introduction to the chemistry of dough",
            {"authors": ("Ann Smith",), "published": "2001"},
            {"authors": ("Ann Smith",), "published": "2011"},
        ),
    ],
)
def test_an_equal_title_is_not_enough(
    title: str, one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert apart(content(title, **one), content(title, **other))


def test_a_preprint_and_what_became_of_it_are_one_work() -> None:
    title, ann = "How bakers judge a dough by hand", ("Ann Smith",)
    preprint = content(
        title, ABSTRACT, authors=ann, published="2019", venue="arXiv", ids=("2106.15928",)
    )
    half = " ".join([shortened(ABSTRACT, 45), *OTHER.split()[:20]])
    printed = content(title, half, authors=ann, published="2020", venue="J A", ids=("10.1000/d",))
    entry = content(title, authors=("Smith, A.",), published="2020", venue="Journal of Doughs")
    assert same_work(preprint, printed)
    assert same_work(entry, printed)
    assert same_work(entry, preprint)


def test_a_book_with_a_plain_head_is_known_by_its_author_and_year() -> None:
    title = "Introduction to the chemistry of dough"
    a = content(title, authors=("Ann Smith",), published="2001", venue="Oven Press")
    b = content(title, authors=("A. Smith",), published="2001", extra={"pages": "300"})
    assert same_work(a, b)
    assert not same_work(content(title), content(title, ABSTRACT))


def test_an_id_is_no_proof_where_nothing_agrees() -> None:
    """Chapters with the DOI of their book."""
    book = ("10.1000/book",)
    one = content("How bakers judge a dough", ABSTRACT, authors=("Ann Smith",), ids=book)
    two = content("Storms and salt marshes", OTHER, authors=("Ben Jones",), ids=book)
    assert apart(one, two)
    assert irreconcilable(face_of(one), face_of(two))
    bare = content("Storms and salt marshes", authors=("Ben Jones",), ids=book)
    assert apart(one, bare)
    # With any of the three in common it is a correction, a translation, a later version.
    for title, abstract, author in (
        ("How bakers judge their dough", OTHER, "Ben Jones"),
        ("Storms and salt marshes", ABSTRACT, "Ben Jones"),
        ("Storms and salt marshes", OTHER, "Ann Smith"),
    ):
        assert same_work(one, content(title, abstract, authors=(author,), ids=book))
    second = content("Storms and salt marshes", OTHER, authors=("Ben Jones", "Ann Smith"), ids=book)
    assert same_work(one, second)


CATS = {"title": "Deep learning for cats", "abstract": ABSTRACT, "authors": ("Ann Smith",)}


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Deep learning for dogs", "abstract": OTHER, "authors": ("Ben Jones",)},
        {"title": "Deep learning for dogs", "abstract": OTHER},
        {"title": "Deep learning for dogs", "abstract": "", "authors": ("Ben Jones",)},
        {"title": "Deep learning for dogs", "abstract": ""},
        {"title": "Deep learning for dogs", "abstract": "", "authors": ()},
        {"title": "Deep learning for dogs", "abstract": OTHER, "authors": ()},
        {"abstract": "", "authors": ("Ben Jones",)},
        {"abstract": OTHER, "authors": ("Ben Jones",)},
    ],
)
def test_a_key_alone_proves_no_revision(change: dict[str, Any]) -> None:
    assert not changed(content(**CATS), content(**(CATS | change)))


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Deep lerning for cats", "abstract": ""},
        {"title": "Deep learning for cats: a survey", "abstract": "", "authors": ()},
        {"title": "What deep learning does for cats"},
        {"title": "Of whiskers"},
        {"abstract": OTHER},
        {"abstract": OTHER, "authors": ()},
        {"abstract": ABSTRACT.replace("forty", "fifty"), "authors": ("Anne Smyth",)},
        {"published": "2021", "venue": "Whiskers"},
    ],
)
def test_a_correction_is_a_revision(change: dict[str, Any]) -> None:
    assert changed(content(**CATS), content(**(CATS | change)))


def test_a_corrected_doi_is_a_revision_and_another_paper_is_none() -> None:
    old = content(**CATS, ids=("10.1000/cta",))
    assert changed(old, content(**CATS, ids=("10.1000/cat",)))
    assert not changed(old, content(**(CATS | {"abstract": OTHER}), ids=("10.1000/cat",)))


def test_generic_titles_need_more_than_a_key() -> None:
    said = {"title": "Editorial", "authors": ("Ann Smith",), "published": "2020", "venue": "J A"}
    assert changed(content(**said, abstract=ABSTRACT), content(**said, abstract=OTHER))
    for change in ({"published": "2021"}, {"venue": "J B"}, {"authors": ("Ben Jones",)}):
        assert not changed(
            content(**said, abstract=ABSTRACT), content(**(said | change), abstract=OTHER)
        )
    assert not changed(content("Editorial", ABSTRACT), content("Editorial", OTHER))
