"""One answer in the making: ranked, arranged into a page, judged and explained."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..index.reranker import Reranker
from ..index.snapshot import Snapshot
from .arrangement import Arranged, arrange
from .confidence import Evidence, Judgement, judge, observe
from .constraints import newest
from .encoding import Encoding
from .explain import demanded, reasons
from .fingerprint import answer_fingerprint, plain_filters
from .groups import GROUPED, Group, make_groups
from .hits import Hit, Hits, Reranked
from .interaction import Interaction
from .meaning import Meaning
from .options import Options
from .page import put_first
from .question import Question, demanding
from .ranking import Ranking
from .recent import Recent
from .recommend import Recommended
from .reranking import Reranking
from .scoring import Scored, rank
from .sorting import LIKED, SORTED, by_date, worth_sorting
from .stages import stage
from .view import View

__all__ = ["Answering"]

Ranked = Callable[[int], Ranking]
Worth = Callable[[Ranking], NDArray[np.bool_]]
"""Which papers of the top of an answer are sorted by date."""


@dataclass(frozen=True, slots=True)
class Answering:
    """What the answers to one question have in common. `whole` are the numbers (int64, ascending)
    of the papers that the library is taken to have, before any filter; None for all. `evidence` is
    that of the last questions in whole libraries."""

    snapshot: Snapshot
    view: View
    options: Options
    encoding: Encoding
    whole: NDArray[np.int64] | None
    evidence: Recent[Evidence]
    reranker: Reranker | None = None

    def ranked(
        self,
        question: Question,
        meant: Meaning,
        allowed: NDArray[np.int64] | None,
        settings: Mapping[str, object],
    ) -> Hits:
        """The answer to a query that papers can be ranked by, among those that are `allowed`."""
        first = meant.first
        if allowed is not None:
            first = np.intersect1d(first, allowed, assume_unique=True)
        # A paper that the query is the id of is no measure for those that are like it.
        others = allowed
        if meant.number is not None:
            passing = self.view.live if allowed is None else allowed
            others = np.setdiff1d(passing, first, assume_unique=True)
        scored: list[Scored] = []

        def ranked(end: int) -> Ranking:
            scored.append(self._scored(question, end, others))
            ranking = scored[-1].ranking
            if not len(first):
                return ranking
            name = "exact_title" if meant.number is None else "exact_id"
            again = partial(self._scored, question, len(first))
            return put_first(first, ranking, lambda among: again(among).ranking, name)

        arranged = self._arranged(ranked, first, question)
        total = scored[0].total + (len(first) if meant.number is not None else 0)
        # Every page has its evidence from one list, and its own words from as deep as it is.
        evidence = replace(scored[0], worded=scored[-1].worded)
        judged = self._judged(question, evidence, arranged.page, first, allowed)
        total, rows, groups = self._cut(
            arranged.page, total, lambda page: worth_sorting(judged.papers)
        )
        arranged, sure = replace(arranged, page=arranged.page.taken(rows)), judged.papers[rows]
        words = f"{meant.text} {demanded(meant.conditions)}"
        hits = self._shown(arranged, question, words, sure)
        settings = {**settings, **self._computed_on(question, total)}
        return replace(
            self._answer(hits, total, groups, settings),
            confidence=judged.answer,
            verdict=judged.verdict,
            reranked=Reranked(self.reranker.model.label, arranged.reranked)
            if self.reranker and total
            else None,
        )

    def listed(self, meant: Meaning, allowed: NDArray[np.int64]) -> Hits:
        """The answer to a query that says only what papers must meet: the newest first."""
        options = self.options
        numbers = newest(
            self.snapshot,
            allowed,
            meant.first,
            options.k,
            options.offset,
            oldest=options.sort == "oldest",
        )
        page = Ranking(np.array(numbers, np.int64), np.zeros(len(numbers)), {})
        words = demanded(meant.conditions)
        hits = self._shown(Arranged(page), demanding(words, self.view), words)
        found = self._answer(hits, len(allowed), self._listed_groups(meant, allowed), {})
        return replace(found, verdict="good" if len(allowed) else "nothing")

    def related(self, question: Question, others: NDArray[np.int64]) -> Hits:
        """The answer to papers: those of the others that share most with them."""
        scored: list[Scored] = []

        def ranked(end: int) -> Ranking:
            scored.append(self._scored(question, end, others))
            return scored[-1].ranking

        def worth(page: Ranking) -> NDArray[np.bool_]:
            sure = self._judged(question, scored[0], page, np.zeros(0, np.int64), others)
            return worth_sorting(sure.papers)

        return self._to_papers(question, ranked, len(others), worth)

    def recommended(self, question: Question, found: Recommended) -> Hits:
        """The answer to liked papers, which are the question where one has to be explained."""

        def worth(page: Ranking) -> NDArray[np.bool_]:
            return worth_sorting(page.scores, LIKED)

        hits = self._to_papers(question, lambda end: found.ranking, len(found.ranking), worth)
        numbers = np.array([self.snapshot.number_of(hit.id) for hit in hits], np.int64)
        because = found.because_of(numbers)
        return replace(
            hits,
            hits=tuple(
                replace(hit, because_of=each) for hit, each in zip(hits, because, strict=True)
            ),
        )

    def _to_papers(
        self,
        question: Question,
        ranked: Ranked,
        total: int,
        worth: Worth,
    ) -> Hits:
        """The answer to papers."""
        arranged = self._arranged(ranked, np.zeros(0, np.int64), question)
        total, rows, groups = self._cut(arranged.page, total, worth)
        arranged = replace(arranged, page=arranged.page.taken(rows))
        return self._answer(self._shown(arranged, question, ""), total, groups, {})

    def _answer(
        self,
        hits: tuple[Hit, ...],
        total: int,
        groups: tuple[Group, ...] | None,
        settings: Mapping[str, object],
    ) -> Hits:
        options = self.options
        return Hits(
            hits,
            total,
            options.offset,
            options.mode,
            sort=options.sort,
            fingerprint=self._fingerprint(settings),
            groups=groups,
        )

    @property
    def _window(self) -> tuple[int, int]:
        """How many places of the answer by relevance are looked at, behind how many others."""
        options = self.options
        if options.sort != "relevance":
            return SORTED, 0
        if options.groups:
            return max(options.offset + options.k, GROUPED), 0
        return options.k, options.offset

    def _cut(
        self, page: Ranking, total: int, worth: Worth
    ) -> tuple[int, NDArray[np.intp], tuple[Group, ...] | None]:
        """Of the window: how many papers the answer has, which would be `total` by relevance, the
        rows of those on its page, and the groups of its first papers where they are wanted."""
        options, rows = self.options, np.arange(len(page))
        if options.sort != "relevance":
            rows = np.flatnonzero(worth(page))
            rows, total = rows[by_date(self.snapshot, page.numbers[rows], options.sort)], len(rows)
        groups = self._groups(page.taken(rows[:GROUPED])) if options.groups else None
        start = options.offset - self._window[1]
        return total, rows[start : start + options.k], groups

    def _scored(self, question: Question, end: int, allowed: NDArray[np.int64] | None) -> Scored:
        options = self.options
        return rank(
            question,
            self.snapshot,
            self.view,
            end,
            mode=options.mode,
            exact=options.exact,
            allowed=allowed,
            interaction=self._interaction(question),
        )

    def _interaction(self, question: Question) -> Interaction | None:
        if self.options.quality == "normal" or question.near:
            return None
        return Interaction(question.text, partial(self.encoding.tokens, view=self.view))

    def _arranged(self, ranked: Ranked, first: NDArray[np.int64], question: Question) -> Arranged:
        options, reranker = self.options, self.reranker
        return arrange(
            self.snapshot,
            self.view,
            ranked,
            *self._window,
            named=first,
            diversity=options.diversity,
            reranking=Reranking(reranker, question.text, options.rerank_top) if reranker else None,
        )

    def _groups(self, page: Ranking) -> tuple[Group, ...]:
        papers = self.snapshot.papers(page.numbers.tolist())
        return make_groups(self.view, page, [papers[each] for each in page.numbers.tolist()])

    def _listed_groups(
        self, meant: Meaning, allowed: NDArray[np.int64]
    ) -> tuple[Group, ...] | None:
        if not self.options.groups:
            return None
        oldest = self.options.sort == "oldest"
        found = newest(self.snapshot, allowed, meant.first, GROUPED, 0, oldest=oldest)
        return self._groups(Ranking(np.array(found, np.int64), np.zeros(len(found)), {}))

    def _judged(
        self,
        question: Question,
        scored: Scored,
        page: Ranking,
        first: NDArray[np.int64],
        allowed: NDArray[np.int64] | None,
    ) -> Judgement:
        """How sure the page is. Papers that the query names are meant for certain."""
        options = self.options
        if not scored.total and not len(first):
            return Judgement(np.zeros(0), 0.0, "nothing")
        seen = observe(
            question,
            self.view,
            options.mode,
            scored,
            page.numbers,
            self._window[1],
            allowed=allowed,
            whole=self.whole,
            exact=options.exact,
            measure=partial(self.encoding.yardstick, self.view),
            recent=self.evidence,
        )
        judged = judge(seen)
        if not len(first):
            return judged
        papers = np.where(np.isin(page.numbers, first), 1.0, judged.papers)
        return Judgement(papers, 1.0, "good")

    def _shown(
        self,
        arranged: Arranged,
        question: Question,
        text: str,
        confidence: NDArray[np.float64] | None = None,
    ) -> tuple[Hit, ...]:
        """The hits of a page, with why they are on it where that was asked for. Where words alone
        count, no model is asked."""
        hits = _hits(self.snapshot, arranged, self.options.offset, confidence)
        if not self.options.explain:
            return hits
        page = arranged.page
        papers = list(zip(page.numbers.tolist(), (hit.paper for hit in hits), strict=True))
        by_meaning = self.options.mode != "keyword" and bool(page.parts)
        encode = partial(self.encoding.documents, view=self.view) if by_meaning else None
        why = reasons(papers, page, question, text, self.view, encode)
        return tuple(replace(hit, why=each) for hit, each in zip(hits, why, strict=True))

    def _computed_on(self, question: Question, total: int) -> dict[str, object]:
        """Where the scores of an answer were computed, as far as that may change them."""
        found: dict[str, object] = {}
        if total and self.reranker:
            found["reranked on"] = self.reranker.machine
        if total and self.options.mode != "keyword" and not question.near:
            found["encoded on"] = self.encoding.machine
        return found

    def _fingerprint(self, more: Mapping[str, object]) -> str:
        options, reranker = self.options, self.reranker
        settings = {
            "mode": options.mode,
            "exact": options.exact,
            "filters": plain_filters(options.filters),
            "without": [] if self.whole is None else sorted(options.without),
            "diversity": float(options.diversity),
            "sort": options.sort,
            "quality": options.quality,
            "rerank": [reranker.model.fingerprint, options.rerank_top] if reranker else None,
        }
        return answer_fingerprint(self.view, {**settings, **more})


@stage("fetch")
def _hits(
    snapshot: Snapshot,
    arranged: Arranged,
    offset: int,
    confidence: NDArray[np.float64] | None = None,
) -> tuple[Hit, ...]:
    page = arranged.page
    numbers, scores = page.numbers.tolist(), page.scores.tolist()
    sure = [None] * len(numbers) if confidence is None else confidence.tolist()
    papers = snapshot.papers(numbers)
    ids = snapshot.ids_of(number for aside in arranged.aside.values() for number in aside)
    return tuple(
        Hit(
            rank=offset + place,
            score=score,
            paper=papers[number],
            confidence=chance,
            near_identical=tuple(ids[each] for each in arranged.aside.get(number, ())),
        )
        for place, (number, score, chance) in enumerate(
            zip(numbers, scores, sure, strict=True), start=1
        )
    )
