"""The keyword index: a Tantivy index derived from library.db, and BM25 over what it lacks yet.

Scores are BM25 (S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework", 2009) as
Tantivy computes it, over title and abstract together, plus TITLE_WEIGHT times that over the title
alone, both with the document frequencies of the live papers of the whole library. Two things
differ: rare words count a little more (idf to the power SPECIFICITY), and lengths a little less
(PADDING in keyword_files). The mean length of a field counts deleted papers until Tantivy merges
its segments: with one in 25 deleted, that moves a score by less than a ten-thousandth.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .analysis import FILLER
from .bm25 import FIELDS, K1, SPECIFICITY, idf_of, kept_length, saturated
from .errors import LibraryDamaged, LibraryError
from .keyword_files import (
    FOLDER,
    Watermark,
    damaged,
    open_index,
    read_watermark,
    schema,
    verify,
)
from .lexicon import Lexicon
from .pending import Contributions, PendingPaper, contributions, pending_paper, score_pending
from .snapshot import Commit
from .store import Store

__all__ = ["KeywordIndex", "PendingPaper", "pending_paper"]

_NOBODY = np.zeros(0, np.int64)
_DECIMALS = 4
"""Scores are rounded, so that float noise of merged segments never orders papers."""


class KeywordIndex:
    """The keyword index as of one of its commits, for searching.

    `commit` is the commit of library.db up to which it certainly holds everything; papers changed
    later are passed to each search as `stale` (their documents here do not count) and `pending`
    (what they say now).
    """

    def __init__(self, store: Store, language: str) -> None:
        self.commit = Commit(0, "")
        self.generation = ""
        self._searcher: Any = None
        self._statistics: dict[str, tuple[float, float]] = {}
        self._schema = schema()
        self.lexicon = Lexicon(None, self._schema)
        for _ in range(10):
            mark = read_watermark(store)
            if mark is None:
                return
            try:
                self._use(store, mark, language)
            except (FileNotFoundError, LibraryDamaged) as error:
                # A newer generation may have been published meanwhile, and this one be gone.
                if read_watermark(store) == mark:
                    if isinstance(error, LibraryDamaged):
                        raise
                    path = Path(error.filename or store.path / FOLDER / mark.generation)
                    raise damaged(path, "the file is missing", store.path) from error
            else:
                return
        raise LibraryError(
            f"{store.path / FOLDER} is published anew faster than it can be opened. Try again."
        )

    def _use(self, store: Store, mark: Watermark, language: str) -> None:
        folder = store.path / FOLDER / mark.generation
        if mark.language != language:
            raise damaged(folder, f"it is for the language {mark.language!r}", store.path)
        verify(folder, mark, store.path)
        searcher = open_index(folder, language, store.path).searcher()
        # Where the folder was just cleared away, Tantivy made an empty index in it.
        verify(folder, mark, store.path)
        self._searcher = searcher
        self.lexicon = Lexicon(searcher, self._schema)
        self.commit = Commit(mark.seq, mark.token)
        self.generation = mark.generation

    def count(self) -> int:
        """The number of papers in the index."""
        return int(self._searcher.num_docs) if self._searcher is not None else 0

    def search(
        self,
        words: Mapping[str, float],
        k: int,
        *,
        live: int,
        stale: NDArray[np.int64],
        pending: Sequence[PendingPaper] = (),
        allowed: NDArray[np.int64] | None = None,
        count: bool = False,
        phrases: Mapping[tuple[str, ...], float] | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], int | None]:
        """The papers that match most of the words best.

        `words` are analysed terms with their weight, `phrases` words that count only side by side
        (as one word that stands once in a text of mean length), `live` the number of papers in the
        library, `allowed` the numbers (sorted) that may be answered, None for all. Returns numbers
        (int64) and scores (float64, higher is better), both shape (n,), n <= k + ties at the end,
        ordered by score; and with `count` how many papers match at all, else None.
        """
        idf = self.idf(words, live=live, stale=stale, pending=pending)
        worth = self._worth(phrases or {}, live, stale, pending)
        numbers, scores, total = self._indexed(words, idf, worth, k, stale, allowed, count)
        extra = score_pending(words, idf, worth, pending, self._lengths(pending), allowed)
        if extra:
            numbers = np.append(numbers, np.array(list(extra), np.int64))
            scores = np.append(scores, np.round(np.array(list(extra.values())), _DECIMALS))
            total = None if total is None else total + len(extra)
        order = np.argsort(-scores, kind="stable")
        return numbers[order], scores[order], total

    def contributions(
        self,
        papers: Iterable[PendingPaper],
        words: Mapping[str, float],
        *,
        live: int,
        stale: NDArray[np.int64],
        pending: Sequence[PendingPaper] = (),
        phrases: Mapping[tuple[str, ...], float] | None = None,
    ) -> list[Contributions]:
        """What each word and phrase adds to the score that `search` gives to each of these papers.

        All of a paper's add up to its score as closely as Tantivy's mean lengths allow: to a
        thousandth of it.
        """
        idf = self.idf(words, live=live, stale=stale, pending=pending)
        worth = self._worth(phrases or {}, live, stale, pending)
        lengths = self._lengths(pending)
        return [contributions(paper, words, idf, worth, lengths) for paper in papers]

    def possible(
        self,
        words: Mapping[str, float],
        *,
        live: int,
        stale: NDArray[np.int64],
        pending: Sequence[PendingPaper] = (),
    ) -> float:
        """What a paper would score in its text that has all of these words as often as can count.
        Words that no paper has count as the rarest."""
        frequencies = self.frequencies(words, stale, pending)
        each = (
            weight * idf_of(live, frequencies[word]) ** SPECIFICITY
            for word, weight in words.items()
        )
        return float(sum(each)) * (K1 + 1)

    def expansion(
        self,
        papers: Sequence[tuple[PendingPaper, float]],
        most: int,
        *,
        live: int,
        stale: NDArray[np.int64],
        pending: Sequence[PendingPaper] = (),
    ) -> dict[str, float]:
        """The `most` words that say best what papers are about, with weights from 0 to 1.

        `papers` come with weights of their own. A word weighs what it adds to BM25 of each; its
        frequency is exact, but for stale papers, which are taken to be like all others.
        """
        lengths = self._lengths([paper for paper, _ in papers])
        weights: dict[str, float] = defaultdict(float)
        for paper, part in papers:
            for field, share in FIELDS.items():
                length = kept_length(paper.lengths[field]) / lengths[field]
                for word, tf in paper.counts[field].items():
                    weights[word] += part * share * saturated(tf, length)
        documents = self._field_statistics("text")[0] if self.count() else 0.0
        counts = {w: self._searcher.doc_freq("text", w) if documents else 0 for w in weights}
        best = _heaviest(weights, counts, documents, 2 * most)
        if self._has_deletions():
            # Counting what is not deleted takes a query a word, too long for all.
            counts = self.frequencies([word for word, _ in best], _NOBODY, ())
        # Leaving stale papers out of each count would take many times that.
        share = max(0, self.count() - len(stale)) / max(1, self.count())
        frequencies = {
            word: share * counts[word] + sum(word in paper.counts["text"] for paper in pending)
            for word, _ in best
        }
        best = _heaviest(weights, frequencies, live, most)
        return {word: weight / best[0][1] for word, weight in best if weight > 0}

    def _query(self, field: str, word: str) -> Any:
        import tantivy

        return tantivy.Query.term_query(self._schema, field, word, "freq")

    def _without(self, query: Any, stale: NDArray[np.int64]) -> Any:
        import tantivy

        if not len(stale):
            return query
        old = tantivy.Query.term_set_query(self._schema, "number", stale.tolist())
        return tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, query), (tantivy.Occur.MustNot, old)]
        )

    def frequencies(
        self, words: Iterable[str], stale: NDArray[np.int64], pending: Sequence[PendingPaper]
    ) -> dict[str, int]:
        """In how many live papers each word stands."""
        found: dict[str, int] = {}
        for word in words:
            df = 0
            if self._searcher is not None:
                df = self._searcher.doc_freq("text", word)
                if df and (len(stale) or self._has_deletions()):
                    query = self._without(self._query("text", word), stale)
                    df = self._searcher.search(query, limit=1, count=True).count
            found[word] = df + sum(word in paper.counts["text"] for paper in pending)
        return found

    def idf(
        self,
        words: Iterable[str],
        *,
        live: int,
        stale: NDArray[np.int64],
        pending: Sequence[PendingPaper],
    ) -> dict[str, float]:
        """How much each word tells; those that no paper holds are left out."""
        frequencies = self.frequencies(words, stale, pending)
        return {word: idf_of(live, df) ** SPECIFICITY for word, df in frequencies.items() if df}

    def _worth(
        self,
        phrases: Mapping[tuple[str, ...], float],
        live: int,
        stale: NDArray[np.int64],
        pending: Sequence[PendingPaper],
    ) -> dict[tuple[str, ...], float]:
        """What each phrase adds to a score; those that no paper holds are left out."""
        found: dict[tuple[str, ...], float] = {}
        for words, weight in phrases.items():
            df = sum(paper.holds(words) for paper in pending)
            if self._searcher is not None:
                query = self._without(self.lexicon.query("", words), stale)
                df += self._searcher.search(query, limit=1, count=True).count
            if df:
                found[words] = weight * idf_of(live, min(df, live)) ** SPECIFICITY
        return found

    def _has_deletions(self) -> bool:
        return round(self._field_statistics("text")[0]) != self.count()

    def _field_statistics(self, field: str) -> tuple[float, float]:
        """The number of documents and the mean length that Tantivy computes a field's BM25 with.

        An explanation of any score tells them, and every document has the filling word.
        """
        if field not in self._statistics:
            found = {"N": 0.0, "avgdl": 1.0}
            query = self._query(field, FILLER)
            hits = self._searcher.search(query, limit=1, count=False).hits if self.count() else []
            stack = (
                [json.loads(query.explain(self._searcher, hits[0][1]).to_json())] if hits else []
            )
            while stack:
                node = stack.pop()
                found[node["description"].partition(",")[0]] = node["value"]
                stack.extend(node.get("details", ()))
            self._statistics[field] = found["N"], found["avgdl"]
        return self._statistics[field]

    def _lengths(self, papers: Sequence[PendingPaper]) -> dict[str, float]:
        """Mean length of each field: of the index, or of these papers where it is empty."""
        if self.count():
            return {field: self._field_statistics(field)[1] for field in FIELDS}
        return {
            field: sum(p.lengths[field] for p in papers) / len(papers) if papers else 1.0
            for field in FIELDS
        }

    def _indexed(
        self,
        words: Mapping[str, float],
        idf: Mapping[str, float],
        worth: Mapping[tuple[str, ...], float],
        k: int,
        stale: NDArray[np.int64],
        allowed: NDArray[np.int64] | None,
        count: bool,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], int | None]:
        import tantivy

        clauses = []
        for word, weight in words.items():
            for field, share in FIELDS.items():
                df = self._searcher.doc_freq(field, word) if self._searcher is not None else 0
                if not df:
                    continue
                documents, _ = self._field_statistics(field)
                if not documents:
                    # Only deleted documents hold the word.
                    continue
                boost = share * weight * idf.get(word, 0.0) / idf_of(documents, df)
                query = tantivy.Query.boost_query(self._query(field, word), boost)
                clauses.append((tantivy.Occur.Should, query))
        if self._searcher is not None:
            for phrase, score in worth.items():
                fixed = tantivy.Query.const_score_query(self.lexicon.query("", phrase), score)
                clauses.append((tantivy.Occur.Should, fixed))
        if not clauses:
            return np.zeros(0, np.int64), np.zeros(0), 0 if count else None
        query = self._without(tantivy.Query.boolean_query(clauses), stale)
        few = allowed is not None and len(allowed) <= _FEW
        if allowed is not None and few:
            only = tantivy.Query.term_set_query(self._schema, "number", allowed.tolist())
            query = tantivy.Query.boolean_query(
                [
                    (tantivy.Occur.Must, query),
                    (tantivy.Occur.Must, tantivy.Query.const_score_query(only, 0.0)),
                ]
            )
        return self._collect(query, k, None if few else allowed, count)

    def _collect(
        self, query: Any, k: int, allowed: NDArray[np.int64] | None, count: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], int | None]:
        """The best k that are allowed, and all that tie with the last of them."""
        everything = max(1, self._searcher.num_docs)
        limit = everything if count and allowed is not None else min(everything, k + 16)
        while True:
            result = self._searcher.search(query, limit=limit, count=count)
            # Asked for once: each time makes all of them anew.
            hits = result.hits
            addresses = [address for _, address in hits]
            numbers = np.array(self._searcher.fast_field_values("number", addresses), np.int64)
            scores = np.round(np.array([score for score, _ in hits], float), _DECIMALS)
            exhausted = len(addresses) < limit or limit == everything
            matched = result.count if count else None
            lowest = scores[-1] if len(scores) else 0.0
            if allowed is not None and len(numbers):
                kept = np.isin(numbers, allowed, assume_unique=True)
                numbers, scores = numbers[kept], scores[kept]
                matched = len(numbers) if count else None
            if exhausted or (len(scores) > k and scores[k - 1] > lowest):
                cut = (
                    np.searchsorted(-scores, -scores[k - 1], side="right") if len(scores) > k else k
                )
                return numbers[:cut], scores[:cut], matched
            limit = min(everything, limit * 4)


_FEW = 4096
"""Up to so many allowed papers, they are part of the query; beyond, hits are filtered."""


def _heaviest(
    weights: Mapping[str, float], frequencies: Mapping[str, float], documents: float, most: int
) -> list[tuple[str, float]]:
    """The words that weigh most with their frequencies taken into account."""
    weighed = (
        (word, weights[word] * idf_of(documents, min(df, documents)) ** SPECIFICITY)
        for word, df in frequencies.items()
    )
    return sorted(weighed, key=lambda item: (-item[1], item[0]))[:most]
