"""What papers say, besides scores: who holds a phrase, how words are spelt, what acronyms stand
for, which papers have a title."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .analysis import FILLER
from .keyword_files import index_of, title_key
from .paper import Paper
from .spellings import Spellings

__all__ = ["Acronym", "Lexicon"]

_LETTERS_KEPT = 64
_TRUSTED, _SHORT_TRUSTED = 0.05, 0.2
"""Of the papers with an acronym's word, the part that defines it: below, the word is mostly
another one ("map", "per"). Of two letters (prefixes, "re") more is asked."""


@dataclass(frozen=True, slots=True)
class Acronym:
    """What an acronym stands for in most of its definitions (`count` of them), as terms.

    `trusted` says that its word hardly means anything else, so that "lstm" will do for "LSTM".
    """

    term: str
    words: tuple[str, ...]
    count: int
    trusted: bool


class Lexicon:
    """Look-ups in one generation of the keyword index, by its Tantivy searcher (None for an empty
    one) and schema, without the papers that have changed since, and in what these say now.

    Only papers that are there count. May be used by many threads.
    """

    def __init__(
        self,
        searcher: Any,
        schema: Any,
        stale: NDArray[np.int64] | None = None,
        beside: Mapping[int, Paper] | None = None,
        language: str = "",
    ) -> None:
        self._searcher = searcher
        self._schema = schema
        self._stale = np.zeros(0, np.int64) if stale is None else stale
        self._beside = beside or {}
        self._language = language
        self._spellings: OrderedDict[str, Spellings] = OrderedDict()

    def changed(
        self, stale: NDArray[np.int64], beside: Mapping[int, Paper], language: str
    ) -> "Lexicon":
        """The same after a change: `stale` are the numbers (int64) of the papers that changed or
        went, `beside` those that came, and what they say."""
        if not len(stale) and not beside:
            return self
        return Lexicon(self._searcher, self._schema, stale, beside, language)

    @cached_property
    def _parts(self) -> tuple["_Part", ...]:
        """The published index, and one in memory of the papers beside it."""
        parts = [] if self._searcher is None else [_Part(self._searcher, self._schema, self._stale)]
        if self._beside:
            searcher = index_of(self._beside, self._language).searcher()
            parts.append(_Part(searcher, self._schema, np.zeros(0, np.int64)))
        return tuple(parts)

    def query(self, field: str, words: Sequence[str]) -> Any:
        """Tantivy's query for papers in which words stand side by side, in that order.

        `field` is "title", "abstract", or "" for either.
        """
        import tantivy

        if len(words) == 1:
            return tantivy.Query.term_query(self._schema, field or "text", words[0], "basic")
        if field:
            return tantivy.Query.phrase_query(self._schema, field, list(words))
        # Not the text as a whole: no phrase begins in the title and ends in the abstract.
        either = [(tantivy.Occur.Should, self.query(each, words)) for each in ("title", "abstract")]
        return tantivy.Query.boolean_query(either)

    def all_of(self, field: str, words: Sequence[str]) -> Any:
        """Tantivy's query for papers that hold all words, in any order."""
        import tantivy

        each = [(tantivy.Occur.Must, self.query(field, [word])) for word in words]
        return tantivy.Query.boolean_query(each)

    def numbers(self, query: Any, most: int | None = None) -> NDArray[np.int64]:
        """Numbers of the papers that match, int64, ascending: of all, or of some `most`."""
        found = [part.numbers(query, most) for part in self._parts]
        return np.sort(np.concatenate(found))[:most] if found else np.zeros(0, np.int64)

    def spelt(self, word: str) -> int:
        """How many papers hold a word so spelt (folded)."""
        listed = self._spellings.get(word[:1])
        if listed is not None:
            return listed.papers.get(word, 0)
        return sum(part.frequency("spelling", word) for part in self._parts)

    def together(self, one: str, other: str) -> int:
        """How many papers hold two words (terms), wherever they stand."""
        query = self.all_of("", [one, other])
        return sum(part.count(query) for part in self._parts)

    def holders(self, word: str, most: int) -> NDArray[np.int64]:
        """Numbers of some papers that hold a word so spelt (folded), int64, ascending."""
        import tantivy

        query = tantivy.Query.term_query(self._schema, "spelling", word, "basic")
        return self.numbers(query, most)

    def titled(self, title: str) -> NDArray[np.int64]:
        """Numbers of the papers of a title, by `ids.normalise_title`; int64, ascending."""
        import tantivy

        key = title_key(title)
        if not any(part.frequency("known", key) for part in self._parts):
            return np.zeros(0, np.int64)
        return self.numbers(tantivy.Query.term_query(self._schema, "known", key, "basic"))

    def spellings(self, letter: str) -> Spellings:
        """The words that begin so, as they are spelt (folded), and how many papers have each."""
        found = self._spellings.get(letter)
        if found is None:
            found = Spellings(self._listed("spelling", letter))
            self._spellings[letter] = found
            while len(self._spellings) > _LETTERS_KEPT:
                try:
                    self._spellings.popitem(last=False)
                except KeyError:
                    # Another thread was quicker.
                    break
        return found

    def acronym(self, term: str) -> Acronym | None:
        """What an acronym stands for; None where nobody defines it, or no meaning has more than
        half of its definitions."""
        if not self._defined(term):
            return None
        meant = {
            entry.partition("\t")[2]: count
            for entry, count in self._listed("defined", f"{term}\t").items()
        }
        words, count = max(meant.items(), key=lambda item: (item[1], item[0]), default=("", 0))
        if 2 * count <= sum(meant.values()):
            return None
        least = _SHORT_TRUSTED if len(term) < 3 else _TRUSTED
        frequency = sum(part.frequency("text", term) for part in self._parts)
        return Acronym(term, tuple(words.split(" ")), count, count >= least * frequency)

    def acronyms_of(self, words: Sequence[str]) -> tuple[Acronym, ...]:
        """The trusted acronyms that stand for words (terms, in order), the usual one first."""
        said = " ".join(words)
        if not self._defined(said):
            return ()
        short = [entry.partition("\t")[2] for entry in self._listed("defined", f"{said}\t")]
        found = [each for each in map(self.acronym, short) if each is not None]
        own = [each for each in found if each.trusted and each.words == tuple(words)]
        return tuple(sorted(own, key=lambda each: (-each.count, each.term)))

    def _defined(self, entry: str) -> bool:
        return any(part.frequency("defined", entry) for part in self._parts)

    def _listed(self, field: str, prefix: str) -> dict[str, int]:
        """The terms of a field that begin so, and how many papers have each."""
        found: dict[str, int] = {}
        for part in self._parts:
            for term, df in part.listed(field, prefix):
                found[term] = found.get(term, 0) + df
        return found


class _Part:
    """One Tantivy index, as if `stale` numbers were not in it."""

    def __init__(self, searcher: Any, schema: Any, stale: NDArray[np.int64]) -> None:
        import tantivy

        self._searcher = searcher
        self._schema = schema
        self._old: Any = None
        if len(stale):
            self._old = tantivy.Query.term_set_query(schema, "number", stale.tolist())

    @cached_property
    def _whole(self) -> bool:
        """Whether everything that Tantivy counts is there: deleted documents count for it until it
        merges segments, and every document has the filling word."""
        return self._old is None and self._searcher.doc_freq("text", FILLER) == int(
            self._searcher.num_docs
        )

    def _without(self, query: Any) -> Any:
        import tantivy

        if self._old is None:
            return query
        return tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, query), (tantivy.Occur.MustNot, self._old)]
        )

    def count(self, query: Any) -> int:
        return int(self._searcher.search(self._without(query), limit=1, count=True).count)

    def numbers(self, query: Any, most: int | None) -> NDArray[np.int64]:
        if most is None:
            most = self.count(query)
        query = self._without(query)
        if not most:
            return np.zeros(0, np.int64)
        hits = self._searcher.search(query, limit=most, count=False).hits
        addresses = [address for _, address in hits]
        return np.array(self._searcher.fast_field_values("number", addresses), np.int64)

    def frequency(self, field: str, term: str) -> int:
        import tantivy

        df = int(self._searcher.doc_freq(field, term))
        if not df or self._whole:
            return df
        return self.count(tantivy.Query.term_query(self._schema, field, term, "basic"))

    def listed(self, field: str, prefix: str) -> Iterator[tuple[str, int]]:
        import tantivy

        if self._whole:
            yield from self._searcher.terms_with_prefix(field, prefix)
        else:
            # With a query, the listing counts what it finds, and in it no deleted documents.
            only = self._without(tantivy.Query.all_query())
            yield from self._searcher.terms_with_prefix(field, prefix, filter_query=only)
