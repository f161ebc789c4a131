"""From text to the words that are indexed and searched, by the language of the library."""

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from .errors import InputError

if TYPE_CHECKING:
    import tantivy

__all__ = [
    "ANALYSIS_VERSION",
    "FILLER",
    "LANGUAGES",
    "analyzer",
    "check_language",
    "filler",
    "gapped",
    "has_subject",
    "query_terms",
    "spaced",
    "spelt",
    "terms",
]

ANALYSIS_VERSION = 1
"""Raised when the same text gives other words: keyword indexes are then built anew."""

LANGUAGES = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
"""Languages with a Snowball stemmer (M. Porter, 2001), by ISO 639-1 code."""
_UNSPACED = frozenset(("ja", "km", "lo", "my", "th", "zh"))

_LONGEST_WORD = 64
"""Characters; what is longer is no word of a language, and would only fill the dictionary."""

_LONG = re.compile(r"[^\W_]{16,}")

FILLER = "\N{UGARITIC LETTER ALPA}"
"""A letter that no stemmer and no folding touches."""

_STOP_WORDS = frozenset(
    (
        "a about an and any are as at be but by can do does for from had has have how if in into "
        "is it its no not of on or such than that the their then there these they this to was "
        "were what when where which who why will with"
    ).split()
)


def check_language(code: str) -> str:
    """The code, lower-case; InputError for a language without analysis."""
    code = code.lower()
    if code not in LANGUAGES and code not in _UNSPACED:
        known = ", ".join(sorted({*LANGUAGES, *_UNSPACED}))
        raise InputError(f"There is no analysis for the language {code!r}. Known are: {known}.")
    return code


def spaced(language: str) -> bool:
    """Whether a language puts spaces between words."""
    return language not in _UNSPACED


@lru_cache(maxsize=16)
def analyzer(language: str, *, stemmed: bool = True) -> "tantivy.TextAnalyzer":
    """Tokenizer and filters for a language: words folded and, if so wanted, stemmed, or pairs of
    characters for scripts that put no spaces between words."""
    import tantivy

    if not spaced(language):
        pairs = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(1, 2))
        return pairs.filter(tantivy.Filter.lowercase()).build()
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(_LONGEST_WORD),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
    ):
        words = words.filter(step)
    if stemmed:
        words = words.filter(tantivy.Filter.stemmer(LANGUAGES[language]))
    return words.build()


def terms(text: str, language: str) -> list[str]:
    """The words of a text as they stand in the index, in order, with repeats."""
    found: list[str] = analyzer(language).analyze(text)
    return found


def spelt(text: str, language: str) -> list[str]:
    """The words of a text as they are spelt, folded, in order, with repeats."""
    found: list[str] = analyzer(language, stemmed=False).analyze(text)
    return found


def gapped(text: str, language: str) -> list[str]:
    """The same as `terms`, with FILLER where a word is too long for the index: what stands before
    and after such a word is not adjacent."""
    if not _LONG.search(text):
        return terms(text, language)
    return terms(
        _LONG.sub(lambda m: FILLER if len(m[0].encode()) >= _LONGEST_WORD else m[0], text), language
    )


def filler(count: int, language: str) -> str:
    """A text that, put behind another, adds `count` (even) terms that no query searches by."""
    return FILLER * (count // 2) if language in _UNSPACED else f" {FILLER}" * count


def query_terms(text: str, language: str) -> Counter[str]:
    """The words a query is searched by, with how often each stands in it.

    English words that carry no subject are left out, unless the query has no others.
    """
    return Counter(_telling(text, language) or terms(text.replace(FILLER, ""), language))


def has_subject(text: str, language: str) -> bool:
    """Whether any of the words that a query is searched by carries a subject."""
    return bool(_telling(text, language))


def _telling(text: str, language: str) -> list[str]:
    text = text.replace(FILLER, "")
    found = terms(text, language)
    if language != "en":
        return found
    # "why" stands in the index as "whi".
    both = zip(found, spelt(text, language), strict=True)
    return [term for term, word in both if _STOP_WORDS.isdisjoint((term, word))]
