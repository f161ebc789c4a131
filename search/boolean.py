"""Queries of words that are true or false of a paper, as Semantic Scholar's bulk search has them.

    fish ladder          papers with both words, in any inflection, in title or abstract
    fish + ladder        the same
    fish | ladder        either word
    fish -ladder         the first and not the second
    "fish ladder"        the words side by side;  "fish ladder"~3 with up to three others between
    fish*                words that begin so
    fish~  fish~1        words that differ by 2 letters (or that many, at most 2)
    (fish ladder) | dam  parentheses

Nothing in a query is an error: what has no meaning where it stands (a bracket that nothing closes,
an operator without words) is passed over, so that any text can be asked.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..index.analysis import FILLER, spaced, spelt, terms
from ..index.filters import Filters
from ..index.keyword_files import schema
from ..index.record import as_text
from .view import Views

__all__ = ["matching"]

_TOKEN = re.compile(
    r'"(?P<phrase>[^"]*)"(?:~(?P<slop>\d{0,3}))?'
    r"|(?P<sign>[()|+])"
    r"|(?P<minus>-)(?=[\w\"(])"
    r'|(?P<word>[^\s()|+"~*]+)(?:(?P<prefix>\*)|~(?P<distance>\d{0,3}))?'
    r"|\S"
)
_DEFAULT_SLOP = _DEFAULT_DISTANCE = 2
_FURTHEST = 2
"""Letters that Tantivy's automata can tell words apart by."""
_MOST_TOKENS = 1000
_DEEPEST = 20
_LEAST_PREFIX = 2
"""Letters before "*": fewer begin more words than an answer can look up."""


def matching(views: Views, query: str, filters: Filters) -> NDArray[np.int64]:
    """Numbers (int64, ascending) of the papers that a query is true of and that pass filters.

    An empty query is true of all papers, one without words of none. Raises QueryError for a filter
    that makes no sense, LibraryDamaged, LibraryError.
    """
    with views.current() as (snapshot, view):
        allowed = views.allowed(snapshot, view, filters)
        numbers = view.live if allowed is None else allowed
        wanted = _Parser(query, view.language).query()
        if wanted is None and query.strip():
            return np.zeros(0, np.int64)
        if wanted is not None:
            found = view.lexicon.numbers(wanted)
            numbers = np.intersect1d(numbers, found, assume_unique=True)
    return numbers


class _Parser:
    """Recursive descent: alternatives ("|") of sequences, whose parts all hold."""

    def __init__(self, text: str, language: str) -> None:
        self._tokens = list(_TOKEN.finditer(as_text(text)))[:_MOST_TOKENS]
        self._place = 0
        self._language = language
        self._schema = schema()

    def query(self) -> Any:
        """Tantivy's query; None where there are no words."""
        found = []
        while self._place < len(self._tokens):
            part = self._either(0)
            if part is not None:
                found.append(part)
            # A bracket closes what was never opened.
            self._place += 1
        return self._all(found, [])

    def _peek(self) -> re.Match[str] | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _either(self, depth: int) -> Any:
        import tantivy

        found = []
        while True:
            part = self._sequence(depth)
            if part is not None:
                found.append(part)
            token = self._peek()
            if token is None or token["sign"] != "|":
                break
            self._place += 1
        if len(found) < 2:
            return found[0] if found else None
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, each) for each in found])

    def _sequence(self, depth: int) -> Any:
        wanted: list[Any] = []
        unwanted: list[Any] = []
        excluded = False
        while (token := self._peek()) is not None and token["sign"] not in (")", "|"):
            self._place += 1
            if token["minus"]:
                excluded = True
                continue
            part = self._part(token, depth)
            if part is not None:
                (unwanted if excluded else wanted).append(part)
            if token["sign"] != "+":
                excluded = False
        return self._all(wanted, unwanted)

    def _part(self, token: re.Match[str], depth: int) -> Any:
        if token["sign"] == "(":
            if depth == _DEEPEST:
                return None
            inside = self._either(depth + 1)
            closing = self._peek()
            if closing is not None and closing["sign"] == ")":
                self._place += 1
            return inside
        if token["phrase"] is not None:
            slop = token["slop"]
            return self._phrase(token["phrase"], 0 if slop is None else int(slop or _DEFAULT_SLOP))
        if token["word"] is None:
            return None
        if token["prefix"]:
            return self._begun(token["word"])
        if token["distance"] is not None:
            return self._like(token["word"], int(token["distance"] or _DEFAULT_DISTANCE))
        return self._phrase(token["word"], 0)

    def _all(self, wanted: Sequence[Any], unwanted: Sequence[Any]) -> Any:
        import tantivy

        if not unwanted and len(wanted) < 2:
            return wanted[0] if wanted else None
        must = list(wanted) or [tantivy.Query.all_query()]
        return tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, each) for each in must]
            + [(tantivy.Occur.MustNot, each) for each in unwanted]
        )

    def _term(self, field: str, word: str) -> Any:
        import tantivy

        return tantivy.Query.term_query(self._schema, field, word, "basic")

    def _phrase(self, text: str, slop: int) -> Any:
        """Words side by side in the title or in the abstract; a word with a hyphen is several."""
        import tantivy

        words = terms(text.replace(FILLER, " "), self._language)
        if not words:
            return None
        if len(words) == 1:
            return self._term("text", words[0])
        if not spaced(self._language):
            return self._all([self._term("text", word) for word in words], [])
        either = [
            (
                tantivy.Occur.Should,
                tantivy.Query.phrase_query(self._schema, field, [*words], slop=slop),
            )
            for field in ("title", "abstract")
        ]
        return tantivy.Query.boolean_query(either)

    def _spelt(self, word: str) -> str:
        return "".join(spelt(word.replace(FILLER, " "), self._language)[:1])

    def _begun(self, word: str) -> Any:
        import tantivy

        start = self._spelt(word)
        if len(start) < _LEAST_PREFIX:
            return self._phrase(word, 0)
        return tantivy.Query.regex_query(self._schema, "spelling", re.escape(start) + ".*")

    def _like(self, word: str, distance: int) -> Any:
        import tantivy

        start = self._spelt(word)
        if not start or not distance:
            return self._phrase(word, 0)
        return tantivy.Query.fuzzy_term_query(
            self._schema, "spelling", start, distance=min(distance, _FURTHEST)
        )
