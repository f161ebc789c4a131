"""Places of words: the same words as Tantivy's, at the right place."""

import pytest

from paperkin.index.analysis import LANGUAGES, terms
from paperkin.index.located import located

TEXTS = [
    "Régularised networks' learning, state-of-the-art (GPT-4), snake_case & 3.14",
    "Straße, naïve ﬁne İstanbul ΣΊΣΥΦΟΣ e\u0301te\u0301 zero\u200bwidth",
    "தமிழ் மொழி हिन्दी भाषा العربية ١٢٣ ½ x² 深度学习 of " + "w" * 80,
    "",
    "?!… — 🍞 a🍞b",
]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("text", TEXTS)
def test_words_are_those_of_the_index(text: str, language: str) -> None:
    found = list(located(text, language))
    assert [word.term for word in found] == terms(text, language)
    for start, end, term in found:
        assert terms(text[start:end], language) == [term]
        assert not text[start:end].startswith(" ")
