"""Where the words of a query stand in a paper."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from ..index.analysis import query_terms, spaced
from ..index.keyword_files import texts
from ..index.located import located
from ..index.paper import Paper
from .sentences import Span
from .why import FoundWord

__all__ = ["Matches", "Terms", "asked_words"]

Terms = tuple[str, ...]
"""A word as it is indexed, or several that stand side by side."""
Field = Literal["title", "abstract"]

_FIELDS: tuple[Field, Field] = ("title", "abstract")
_RUN = re.compile(r"[^\W_]+")
_SHORTEST_PIECE = 2
_LONGEST = 1000
"""Characters of a query without spaces whose pieces are looked for."""


def asked_words(text: str, language: str) -> dict[Terms, str]:
    """The words that a query is searched by, as they are indexed and as they are written, in order.
    In a language without spaces, its pieces between signs and spaces."""
    if not spaced(language):
        return {(_lowered(piece),): piece for piece in _RUN.findall(text[:_LONGEST])}
    searched = query_terms(text, language)
    found: dict[Terms, str] = {}
    for start, end, term in located(text, language):
        if term in searched:
            found.setdefault((term,), text[start:end])
    return found


class Matches:
    """The words of one paper, with their places in its title and its abstract."""

    def __init__(self, paper: Paper, language: str) -> None:
        # A title that is the start of the abstract is not searched.
        self._texts: dict[Field, str] = {
            "title": texts(paper)["title"],
            "abstract": paper.abstract,
        }
        self._spaced = spaced(language)
        self._lowered: dict[Field, str] = {}
        self._words: dict[Field, list[tuple[int, int, str]]] = {}
        self._places: dict[Field, dict[str, list[int]]] = {}
        for field, text in self._texts.items():
            if not self._spaced:
                self._lowered[field] = _lowered(text)
                continue
            self._words[field] = list(located(text, language))
            self._places[field] = defaultdict(list)
            for place, word in enumerate(self._words[field]):
                self._places[field][word[2]].append(place)

    def spans(self, field: Field, terms: Terms) -> list[Span]:
        """Where a word, or words side by side, stand in a field."""
        if not self._spaced:
            piece = re.escape("".join(terms))
            return [match.span() for match in re.finditer(piece, self._lowered[field])]
        words, many = self._words[field], len(terms)
        return [
            (words[place][0], words[place + many - 1][1])
            for place in self._places[field].get(terms[0], ())
            if tuple(word[2] for word in words[place : place + many]) == terms
        ]

    def found(
        self, asked: Mapping[Terms, str], also: Iterable[Terms]
    ) -> tuple[tuple[FoundWord, ...], tuple[str, ...]]:
        """Those of the asked words (with how they are written, "" for as they are found) that the
        paper holds, then the synonyms that it holds; and how those are written that it lacks."""
        if not self._spaced:
            asked = {
                part: word
                for whole, word in asked.items()
                for part, word in self._cut(whole[0], word)
            }
        words: list[FoundWord] = []
        missing: list[str] = []
        for terms, written in asked.items():
            held = list(self._held(terms, written, False))
            words += held
            if not held:
                missing.append(written)
        for terms in also:
            words += self._held(terms, "", True)
        return tuple(words), tuple(missing)

    def _held(self, terms: Terms, written: str, synonym: bool) -> Iterator[FoundWord]:
        for field in _FIELDS:
            spans = self.spans(field, terms)
            if spans:
                start, end = spans[0]
                text = self._texts[field][start:end]
                yield FoundWord(written or text, text, field, tuple(spans), synonym)

    def _cut(self, piece: str, written: str) -> Iterator[tuple[Terms, str]]:
        """The longest parts of a piece that the paper holds, from left to right, and what is left
        between them."""
        begin = at = 0
        while at < len(piece):
            end = self._longest(piece, at)
            if end - at < min(_SHORTEST_PIECE, len(piece)):
                at += 1
                continue
            if begin < at:
                yield (piece[begin:at],), written[begin:at]
            yield (piece[at:end],), written[at:end]
            begin = at = end
        if begin < len(piece):
            yield (piece[begin:],), written[begin:]

    def _longest(self, piece: str, at: int) -> int:
        """The end of the longest part that begins at a place and that a field holds."""
        end = at
        while end < len(piece) and any(
            piece[at : end + 1] in text for text in self._lowered.values()
        ):
            end += 1
        return end

    def best_sentence(
        self, sentences: Sequence[Span], weights: Mapping[Terms, float]
    ) -> Span | None:
        """The sentence of the abstract whose words weigh most, each counted once; the first of
        several; None where none holds a word."""
        starts = [start for start, _ in sentences]
        total = [0.0] * len(sentences)
        for terms, weight in weights.items():
            spans = self.spans("abstract", terms)
            for place in {bisect_right(starts, start) - 1 for start, _ in spans}:
                if place >= 0:
                    total[place] += weight
        best = max(total, default=0.0)
        return sentences[total.index(best)] if best > 0 else None


def _lowered(text: str) -> str:
    """Lower case, letter by letter: places stay the same."""
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
