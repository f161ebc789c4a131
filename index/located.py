"""The words of a text with their places in it. Tantivy's tokenizers tell the words alone."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from .analysis import analyzer, terms

__all__ = ["LocatedWord", "located"]


class LocatedWord(NamedTuple):
    """text[start:end] is a word that is indexed as `term`."""

    start: int
    end: int
    term: str


_RUN = re.compile(r"[A-Za-z0-9\x80-\U0010ffff]+")
"""What may hold words: anything but the signs and spaces of ASCII."""


def located(text: str, language: str) -> Iterator[LocatedWord]:
    """The words of a text in a language with spaces between words, as `analysis.terms` finds them,
    in order. Words too long for the index are left out."""
    for run in _RUN.finditer(text):
        for start, end in _words(run[0], run.start()):
            term = _term(text[start:end], language)
            if term is not None:
                yield LocatedWord(start, end, term)


def _words(run: str, place: int) -> Iterator[tuple[int, int]]:
    if run.isascii():
        yield place, place + len(run)
        return
    begin = None
    for at, character in enumerate(run):
        if _in_words(character):
            begin = at if begin is None else begin
        elif begin is not None:
            yield place + begin, place + at
            begin = None
    if begin is not None:
        yield place + begin, place + len(run)


@lru_cache(maxsize=1 << 14)
def _in_words(character: str) -> bool:
    """Whether Tantivy takes a character for a part of a word. What Python and Unicode call
    alphanumeric differs from it, for the vowel signs of Indian scripts for one."""
    return bool(analyzer("en", stemmed=False).analyze(character))


@lru_cache(maxsize=1 << 14)
def _term(word: str, language: str) -> str | None:
    found = terms(word, language)
    return found[0] if found else None
