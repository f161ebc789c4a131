"""Names for groups of papers, made of phrases that stand in them.

A phrase names a group if many of its papers hold it, and few others: class-based TF-IDF, as the
part that a phrase has in the divergence of the group from all others (T. Tomokiyo, M. Hurst, "A
Language Model Approach to Keyphrase Extraction", 2003). What mostly is part of one longer phrase
is none of its own (K. Frantzi, S. Ananiadou, H. Mima, "Automatic Recognition of Multi-Word Terms",
2000). Keywords are chosen against overlap (MMR: J. Carbonell, J. Goldstein, 1998).
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..index.analysis import spaced
from ..index.definitions import definitions
from .phrases import Ints, Text, count_phrases, folded, singular, stem
from .wording import Wording

__all__ = ["Mark", "Name", "Text", "conjunction", "mark_groups", "name_groups"]

_READ, _REST_READ = 400, 3000
"""Papers of a group, and of the rest, that are read: more change no name."""
_KEYWORDS = 8
_CANDIDATES = 120
"""Phrases of a group that are looked at closely."""
_FEW = 6
"""Papers of a group so small that what one of them says may name it."""
_SUPPORT = 0.5
"""A name stands in so many papers of a group, times the root of its size."""
_USUAL = 0.1
_OF_WORDS = 0.5
"""What the words of a phrase count by themselves, beside the phrase."""
_COVERS, _SECOND = 0.4, 0.6
"""A phrase that stands in this part of a group's papers needs no second; another becomes the second
if it has this part of the first's score in papers that the first does not stand in."""
_LITTLE, _WHOLE, _AS_CLEAR = 0.25, 0.6, 0.4
"""Where the best phrase stands in less than this part, a word of it that stands in most papers says
more, if it has this part of the score."""
_AMONG = 25
_OVERLAP, _SAME = 0.7, 0.67
"""What a keyword loses by words that earlier ones have; from how many of them on it is left out."""
_BY_LENGTH = np.array([0.0, 0.28, 1.0, 1.1, 1.05, 1.0])
"""What phrases count by their words: one alone is seldom clear, four are seldom needed."""
_BY_CHARACTERS = np.concatenate([[0.0, 0.1, 0.6, 0.8, 1.0], np.full(30, 1.1)])
_BY_HYPHENS = (0.28, 0.6, 1.0)
"""The same for a single word with so many hyphens."""
_NOTHING = "No text"


@dataclass(frozen=True, slots=True)
class Name:
    """What a group of papers is called: a phrase of theirs, or two; and further ones, the most
    telling first."""

    label: str
    keywords: tuple[str, ...]


def conjunction(language: str) -> str:
    """What stands between the two phrases of a name."""
    return " and " if language == "en" else " / "


@dataclass(frozen=True, slots=True)
class Mark:
    """A phrase that sets a group apart, and how many papers hold it: of the group, and others."""

    phrase: str
    inside: int
    outside: int


def name_groups(
    groups: Sequence[Sequence[Text]], *, language: str, rest: Sequence[Text] = ()
) -> list[Name]:
    """Names of groups of papers that lie side by side, in their order; no two have one label.

    A text is the title and the abstract of a paper; either may be empty. `language` is that of the
    library. `rest` are papers in none of the groups, which tell what is usual. Of a large group
    some papers are read, evenly chosen: that makes the names depend on their order.
    """
    return [name for name, _ in mark_groups(groups, language=language, rest=rest)]


def mark_groups(
    groups: Sequence[Sequence[Text]], *, language: str, rest: Sequence[Text] = ()
) -> list[tuple[Name, tuple[Mark, ...]]]:
    """The same, each name with what sets its group apart, the most telling first. Counted are the
    papers that were read."""
    taken = [_evenly(group, _READ) for group in groups]
    return _Naming(taken, _evenly(rest, _REST_READ), language).names()


def _evenly(texts: Sequence[Text], most: int) -> list[Text]:
    if len(texts) <= most:
        return list(texts)
    return [texts[row] for row in np.linspace(0, len(texts) - 1, most).astype(int).tolist()]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A phrase that may name a group: the papers of the group and the others that hold it, its
    words, and by what likeness to other phrases is told."""

    phrase: int
    score: float
    papers: frozenset[int]
    others: frozenset[int]
    words: tuple[str, ...]
    stems: frozenset[str]


class _Naming:
    def __init__(
        self, groups: Sequence[Sequence[Text]], rest: Sequence[Text], language: str
    ) -> None:
        self._groups = groups
        self._language = language
        self._texts = [text for group in groups for text in group] + list(rest)
        sizes = [*map(len, groups), len(rest)]
        self._sizes = np.array(sizes, np.int64)
        self._group_of = np.repeat(np.arange(len(sizes)), sizes)
        few = any(0 < size < _FEW for size in sizes[:-1])
        self._phrases = count_phrases(self._texts, language, 1 if few else 2)
        self._wording = Wording(self._phrases)

    def names(self) -> list[tuple[Name, tuple[Mark, ...]]]:
        """The clearest names are given first: of two groups with one name, it belongs to the one
        that it tells more of."""
        found = [self._candidates(group) for group in range(len(self._groups))]
        best = [each[0].score if each else 0.0 for each in found]
        chosen: dict[int, tuple[_Candidate, ...]] = {}
        labels: dict[int, str] = {}
        used: set[frozenset[str]] = set()
        for group in sorted(range(len(found)), key=lambda each: (-best[each], each)):
            chosen[group] = self._chosen(found[group], group, used)
            used |= {each.stems for each in chosen[group]}
            labels[group] = self._label(chosen[group], group, set(labels.values()))
        named = []
        for group, candidates in enumerate(found):
            telling = self._telling(candidates, chosen[group])
            texts = tuple(self._wording.written(each.phrase) for each in telling)
            marks = tuple(
                Mark(text, len(each.papers), len(each.others))
                for text, each in zip(texts, telling, strict=True)
            )
            named.append((Name(labels[group], tuple(dict.fromkeys(texts))), marks))
        return named

    @cached_property
    def _factor(self) -> NDArray[np.float64]:
        """What each phrase counts by its length."""
        phrases = self._phrases
        if not spaced(self._language):
            by_length = _BY_CHARACTERS[np.minimum(phrases.length, len(_BY_CHARACTERS) - 1)]
        else:
            by_length = _BY_LENGTH[np.minimum(phrases.length, len(_BY_LENGTH) - 1)]
            for phrase in self._alone.tolist():
                word = phrases.surfaces[phrases.surface_at[int(phrases.places_of(phrase)[0])]]
                by_length[phrase] = _BY_HYPHENS[min(word.count("-"), len(_BY_HYPHENS) - 1)]
        whole = np.array([bool(spelt) for spelt in phrases.spelt], np.bool_)
        return np.where(whole, by_length, 0.0)

    @cached_property
    def _alone(self) -> Ints:
        """Phrases of one word."""
        alone = (row for row, spelt in enumerate(self._phrases.spelt) if len(spelt) == 1)
        return np.fromiter(alone, np.int64)

    @cached_property
    def _parts(self) -> tuple[Ints, Ints]:
        """Words and phrases, as pairs of a word and a phrase that has it."""
        pairs = [(word, row) for row, spelt in enumerate(self._phrases.spelt) for word in spelt]
        both = np.array(pairs, np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    def _scores(self, group: int) -> tuple[Ints, NDArray[np.float64]]:
        """By phrase: how many papers of a group hold it, and how much it tells of the group."""
        phrases = self._phrases
        count = len(phrases.spelt)
        # A title says what matters.
        weight = 1.0 + phrases.at_title
        own = self._group_of[phrases.at_paper] == group
        papers = np.bincount(phrases.at_phrase[own], minlength=count)
        inside = np.bincount(phrases.at_phrase[own], weights=weight[own], minlength=count)
        whole = np.bincount(phrases.at_phrase, weights=weight, minlength=count)
        size = int(self._sizes[group])
        others = int(self._sizes.sum()) - size
        least = 0.5 if size < _FEW else 0.0
        # One paper of two that hold a phrase may be there by chance, one of twenty changes little.
        sure = inside * np.maximum(1 - 1 / np.maximum(papers, 1), least)
        rate = sure / (2 * max(size, 1))
        outside = (whole - inside + 1.0) / (2 * others + 20.0)
        by_word = np.zeros(len(phrases.words))
        alone = self._alone
        telling = rate * np.log2(np.maximum(rate, 1e-9) / outside)
        by_word[[phrases.spelt[row][0] for row in alone.tolist()]] = np.maximum(telling[alone], 0)
        words, owner = self._parts
        summed = np.bincount(owner, weights=by_word[words], minlength=count)
        mean = summed / np.maximum(np.bincount(owner, minlength=count), 1)
        most = np.zeros(count)
        np.maximum.at(most, owner, by_word[words])
        # What is as usual everywhere names nothing, but where there is no other it must do.
        usual = _USUAL * rate
        return papers, (
            np.maximum(telling, 0) + usual + _OF_WORDS * (mean + most) / 2
        ) * self._factor

    def _candidates(self, group: int) -> list[_Candidate]:
        """Phrases that may name a group, the best first."""
        papers, scores = self._scores(group)
        least = 1 if self._sizes[group] < _FEW else 2
        scores = np.where(papers >= least, scores, 0.0)
        order = np.argsort(-scores, kind="stable")[: 3 * _CANDIDATES]
        found: list[_Candidate] = []
        for part in (False, True):
            for phrase in order[scores[order] > 0].tolist():
                reads = self._wording.reads(phrase, part=part)
                if reads:
                    score = float(scores[phrase]) * reads
                    found.append(self._candidate(phrase, score, group))
                if len(found) == _CANDIDATES:
                    break
            if found:
                break
        return sorted(self._merged(found), key=lambda each: (-each.score, each.words))

    def _candidate(self, phrase: int, score: float, group: int) -> _Candidate:
        holders = self._phrases.papers_of(phrase)
        own = self._group_of[holders] == group
        mine, others = (frozenset(holders[each].tolist()) for each in (own, ~own))
        words = self._phrases.of(phrase)
        stems = frozenset(map(stem, words)) - self._phrases.language.joiners
        return _Candidate(phrase, score, mine, others, words, stems)

    def _merged(self, found: Sequence[_Candidate]) -> list[_Candidate]:
        """Candidates with acronyms joined to what they stand for, and spellings of one phrase to
        each other."""
        by_phrase = {each.phrase: each for each in found}
        for each in found:
            long = by_phrase.get(self._acronyms.get(each.phrase, -1))
            if long is not None and long.phrase != each.phrase:
                del by_phrase[each.phrase]
                by_phrase[long.phrase] = replace(
                    long,
                    score=max(each.score, long.score),
                    papers=long.papers | each.papers,
                    others=long.others | each.others,
                )
        same: dict[str, list[_Candidate]] = {}
        for each in by_phrase.values():
            same.setdefault("".join(each.words), []).append(each)
        return [_together(each) for each in same.values()]

    @cached_property
    def _acronyms(self) -> dict[int, int]:
        """Phrases that are acronyms, and the phrases that they stand for in most definitions."""
        phrases = self._phrases
        number = {word: row for row, word in enumerate(phrases.words)}
        said: dict[tuple[int, ...], Counter[tuple[int, ...]]] = {}
        for _, abstract in self._texts:
            for pair in definitions(abstract) if "(" in abstract else ():
                short, long = (self._spelt(each, number) for each in pair)
                if short is not None and long is not None:
                    said.setdefault(short, Counter())[long] += 1
        rows = {spelt: row for row, spelt in enumerate(phrases.spelt) if spelt}
        found: dict[int, int] = {}
        for short, longs in said.items():
            long, count = max(longs.items(), key=lambda item: (item[1], item[0]))
            if short in rows and long in rows and 2 * count > longs.total():
                found[rows[short]] = rows[long]
        return found

    def _spelt(self, text: str, number: dict[str, int]) -> tuple[int, ...] | None:
        words = [folded(word) for word in text.split()]
        if self._language == "en":
            words = [singular(word, number) for word in words]
        numbers = [number.get(word) for word in words]
        return (
            tuple(each for each in numbers if each is not None)
            if all(each is not None for each in numbers)
            else None
        )

    def _chosen(
        self, candidates: Sequence[_Candidate], group: int, used: set[frozenset[str]]
    ) -> tuple[_Candidate, ...]:
        """The phrase that a group is called by, and a second one where many of its papers do not
        hold the first."""
        size = int(self._sizes[group])
        least = 1 if size < _FEW else max(2, math.ceil(_SUPPORT * size**0.5))
        free = [each for each in candidates if each.stems not in used]
        held = [each for each in free if len(each.papers) >= least]
        if not (held or free):
            return ()
        first = (held or free)[0]
        if len(first.papers) >= _COVERS * size:
            return (first,)
        if len(first.papers) < _LITTLE * size:
            for each in held[1:]:
                most = len(each.papers) >= _WHOLE * size
                if most and each.stems < first.stems and each.score >= _AS_CLEAR * first.score:
                    return (each,)
        others = [
            (each.score * len(each.papers - first.papers) / len(each.papers), each)
            for each in held[1:_AMONG]
            if not each.stems & first.stems and (len(each.words) > 1 or not spaced(self._language))
        ]
        score, second = max(others, key=lambda item: item[0], default=(0.0, first))
        return (first, second) if score >= _SECOND * first.score and others else (first,)

    def _label(self, chosen: tuple[_Candidate, ...], group: int, taken: set[str]) -> str:
        text = conjunction(self._language).join(
            self._wording.written(each.phrase) for each in chosen
        )
        if not text:
            titles = (title.strip() for title, _ in self._groups[group])
            text = next(filter(None, titles), _NOTHING)
        label = plain = _capitalised(text)
        count = 1
        while label in taken:
            count += 1
            label = f"{plain} ({count})"
        return label

    def _telling(
        self, candidates: Sequence[_Candidate], chosen: tuple[_Candidate, ...]
    ) -> list[_Candidate]:
        """The candidates that make keywords: those of the name, then what adds most to them."""
        found = list(chosen)
        left = [each for each in candidates if each not in chosen]
        while left and len(found) < _KEYWORDS:
            worth = [each.score * (1 - _OVERLAP * _overlap(each, found)) for each in left]
            best = left.pop(int(np.argmax(worth)))
            if _overlap(best, found) < _SAME:
                found.append(best)
        return found


def _together(candidates: Sequence[_Candidate]) -> _Candidate:
    """Candidates that differ in spelling only ("fine tuning", "fine-tuning"), as the commonest."""
    best = max(candidates, key=lambda each: (len(each.papers), each.words))
    papers = best.papers.union(*(each.papers for each in candidates))
    score = max(each.score for each in candidates) * len(papers) / max(len(best.papers), 1)
    others = best.others.union(*(each.others for each in candidates))
    return replace(best, score=score, papers=papers, others=others)


def _overlap(one: _Candidate, others: Sequence[_Candidate]) -> float:
    return max(
        (
            len(one.stems & each.stems) / max(min(len(one.stems), len(each.stems)), 1)
            for each in others
        ),
        default=0.0,
    )


def _capitalised(text: str) -> str:
    """A label with a capital where it begins, but for words with capitals of their own (mRNA)."""
    first = text.split(" ")[0].split("-")[0]
    return text if any(map(str.isupper, first)) else text[:1].upper() + text[1:]
