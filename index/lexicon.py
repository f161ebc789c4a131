"""What the keyword index knows of its words, besides scores: who holds a phrase, how words are
spelt, what acronyms stand for, which papers have a title."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .keyword_files import title_key

__all__ = ["Acronym", "Lexicon"]

_LETTERS_KEPT = 64
_PHRASES_KEPT = 256
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
    one) and schema. May be used by many threads."""

    def __init__(self, searcher: Any, schema: Any) -> None:
        self._searcher = searcher
        self._schema = schema
        self._spellings: OrderedDict[str, dict[str, int]] = OrderedDict()
        self._counts: OrderedDict[tuple[str, ...], int] = OrderedDict()

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

    def numbers(self, query: Any) -> NDArray[np.int64]:
        """Numbers of all papers in the index that match, int64, ascending."""
        if self._searcher is None or not self._searcher.num_docs:
            return np.zeros(0, np.int64)
        count = self._searcher.search(query, limit=1, count=True).count
        if not count:
            return np.zeros(0, np.int64)
        hits = self._searcher.search(query, limit=count, count=False).hits
        addresses = [address for _, address in hits]
        return np.sort(np.array(self._searcher.fast_field_values("number", addresses), np.int64))

    def count(self, words: tuple[str, ...]) -> int:
        """How many papers in the index hold words side by side."""
        if self._searcher is None:
            return 0
        found = self._counts.get(words)
        if found is None:
            found = self._searcher.search(self.query("", words), limit=1, count=True).count
            _keep(self._counts, words, found, _PHRASES_KEPT)
        return int(found)

    def frequency(self, term: str) -> int:
        """How many papers in the index hold a term."""
        # The frequency that Tantivy keeps counts deleted papers as well.
        return self.count((term,))

    def spelt(self, word: str) -> int:
        """About how many papers hold a word so spelt (folded): deleted ones may be among them."""
        return int(self._searcher.doc_freq("spelling", word)) if self._searcher is not None else 0

    def lives(self, word: str) -> bool:
        """Whether a paper that is not deleted holds a word so spelt (folded)."""
        import tantivy

        query = tantivy.Query.term_query(self._schema, "spelling", word, "basic")
        return self._searcher is not None and self._searcher.search(query, limit=1).count > 0

    def titled(self, title: str) -> NDArray[np.int64]:
        """Numbers of the papers in the index of a title, by `ids.normalise_title`."""
        import tantivy

        key = title_key(title)
        if self._searcher is None or not self._searcher.doc_freq("known", key):
            return np.zeros(0, np.int64)
        return self.numbers(tantivy.Query.term_query(self._schema, "known", key, "basic"))

    def spellings(self, letter: str) -> Mapping[str, int]:
        """The words that begin so, as they are spelt (folded), and how many papers have each."""
        found = self._spellings.get(letter)
        if found is None:
            found = dict(self._listed("spelling", letter))
            _keep(self._spellings, letter, found, _LETTERS_KEPT)
        return found

    def acronym(self, term: str) -> Acronym | None:
        """What an acronym stands for; None where nobody defines it, or no meaning has more than
        half of its definitions."""
        if not self._defined(term):
            return None
        meant = {
            entry.partition("\t")[2]: count for entry, count in self._listed("defined", f"{term}\t")
        }
        words, count = max(meant.items(), key=lambda item: (item[1], item[0]), default=("", 0))
        if 2 * count <= sum(meant.values()):
            return None
        least = _SHORT_TRUSTED if len(term) < 3 else _TRUSTED
        trusted = count >= least * self.frequency(term)
        return Acronym(term, tuple(words.split(" ")), count, trusted)

    def acronyms_of(self, words: Sequence[str]) -> tuple[Acronym, ...]:
        """The trusted acronyms that stand for words (terms, in order), the usual one first."""
        said = " ".join(words)
        if not self._defined(said):
            return ()
        short = [entry.partition("\t")[2] for entry, _ in self._listed("defined", f"{said}\t")]
        found = [each for each in map(self.acronym, short) if each is not None]
        own = [each for each in found if each.trusted and each.words == tuple(words)]
        return tuple(sorted(own, key=lambda each: (-each.count, each.term)))

    def _defined(self, entry: str) -> bool:
        return self._searcher is not None and self._searcher.doc_freq("defined", entry) > 0

    def _listed(self, field: str, prefix: str) -> list[tuple[str, int]]:
        import tantivy

        if self._searcher is None or not self._searcher.num_docs:
            return []
        # With a query, the listing counts live documents only.
        found: list[tuple[str, int]] = self._searcher.terms_with_prefix(
            field, prefix, filter_query=tantivy.Query.all_query()
        )
        return found


def _keep(kept: OrderedDict[Any, Any], key: Any, value: Any, most: int) -> None:
    kept[key] = value
    while len(kept) > most:
        try:
            kept.popitem(last=False)
        except KeyError:
            # Another thread was quicker.
            return
