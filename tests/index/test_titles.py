"""How much a title tells of the work that has it."""

import pytest

from paperkin.index.ids import normalise_title
from paperkin.index.titles import Weight, is_distinctive, respelt, weight


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Editorial", Weight.NOTHING),
        ("a b c d e f", Weight.NOTHING),
        ("Deep learning", Weight.NOTHING),
        ("引言", Weight.NOTHING),
        ("Introduction to the special issue", Weight.NOTHING),
        ("Introduction to the issue", Weight.NOTHING),
        ("Editors' introduction to volume 12", Weight.NOTHING),
        ("Guest editorial: second special issue", Weight.NOTHING),
        ("Letter to the editor: a reply", Weight.NOTHING),
        ("Preface to the third edition", Weight.NOTHING),
        ("Proceedings of the workshop on newts", Weight.NOTHING),
        ("Book review: Newts", Weight.NOTHING),
        ("Erratum to volume 3, issue 2", Weight.NOTHING),
        ("An introduction to information retrieval", Weight.SUBJECT),
        ("Comment on the moulting of alpine newts", Weight.SUBJECT),
        ("Obituary: Ada Lovelace", Weight.SUBJECT),
        ("Attention is all you need", Weight.DISTINCTIVE),
        ("Comment generation for code of newts", Weight.DISTINCTIVE),
        ("Response of wheat to late rain", Weight.DISTINCTIVE),
        ("Letter frequencies of old prints", Weight.DISTINCTIVE),
        ("一种用于图像识别的深度学习方法", Weight.DISTINCTIVE),
    ],
)
def test_what_an_equal_title_proves(title: str, expected: Weight) -> None:
    assert weight(normalise_title(title)) is expected
    assert is_distinctive(normalise_title(title)) is (expected is Weight.DISTINCTIVE)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("deep learning for cats", "depe learning for cats", True),
        ("deep learning for cats", "deep lerning for cat", True),
        ("deep learning for cats", "deep learning for cats a survey", True),
        ("deep learning for cats", "deep learning for dogs", False),
        ("deep learning for cats", "deep learning for rats", False),
        ("annual report 2019", "annual report 2020", False),
        ("newts", "newts of the northern lakes", False),
        ("rule induction", "rule deduction", False),
    ],
)
def test_titles_that_were_only_corrected(one: str, other: str, expected: bool) -> None:
    assert respelt(one, other) is expected
    assert respelt(other, one) is expected
