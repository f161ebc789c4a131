"""Names for groups of papers, made of phrases that stand in them.

A phrase names a group if many of its papers hold it, and few others: class-based TF-IDF, as the
part that a phrase has in the Kullback-Leibler divergence of the group from all (T. Tomokiyo and
M. Hurst, 2003, for phrases). What is part of a longer phrase mostly is no phrase of its own
(C-value: K. Frantzi, S. Ananiadou, H. Mima, 2000).
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..index.analysis import spaced
from ..index.definitions import definitions
from .phrases import Ints, Phrases, Text, count_phrases, folded, singular, stem

__all__ = ["Name", "Text", "name_groups"]

_READ = 400
"""Papers of a group that are read: more change no name."""
_REST_READ = 3000
_KEYWORDS = 8
_FEW = 6
_OF_WORDS = 0.5
_CANDIDATES = 120
"""Phrases of a group that are looked at closely."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a group of papers is called: a phrase, or two, and further ones from most telling to
    least."""

    label: str
    keywords: tuple[str, ...]


def name_groups(
    groups: Sequence[Sequence[Text]], *, language: str, rest: Sequence[Text] = ()
) -> list[Name]:
    """Names of groups of papers that lie side by side, in their order; no two have one label.

    `rest` are papers in none of them, which tell what is usual. Of large groups some papers are
    read, evenly chosen, so the order of the papers may matter there.
    """
    taken = [_some(group, _READ) for group in groups]
    return _Naming(taken, _some(rest, _REST_READ), language).names()


def _some(texts: Sequence[Text], most: int) -> list[Text]:
    if len(texts) <= most:
        return list(texts)
    return [texts[row] for row in np.linspace(0, len(texts) - 1, most).astype(int).tolist()]


@dataclass(frozen=True, slots=True)
class _Candidate:
    phrase: int
    score: float
    papers: frozenset[int]
    words: tuple[str, ...]
    stems: frozenset[str]


class _Naming:
    def __init__(
        self, groups: Sequence[Sequence[Text]], rest: Sequence[Text], language: str
    ) -> None:
        self._groups = groups
        self._language = language
        self._unspaced = not spaced(language)
        texts = [text for group in groups for text in group] + list(rest)
        self._texts = texts
        sizes = [*map(len, groups), len(rest)]
        self._group_of = np.repeat(np.arange(len(sizes)), sizes)
        self._sizes = np.array(sizes, np.float64)
        smallest = min((size for size in sizes[:-1] if size), default=0)
        least = 1 if smallest < 6 or len(texts) < 30 else 2
        self._phrases = count_phrases(texts, language, least)
        self._number = {spelt: row for row, spelt in enumerate(self._phrases.spelt) if spelt}
        alone = [
            (row, spelt[0]) for row, spelt in enumerate(self._phrases.spelt) if len(spelt) == 1
        ]
        self._alone = np.array([row for row, _ in alone], np.int64)
        self._words_alone = np.array([word for _, word in alone], np.int64)
        pairs = [(word, row) for row, spelt in enumerate(self._phrases.spelt) for word in spelt]
        self._members = (
            np.array([word for word, _ in pairs], np.int64),
            np.array([row for _, row in pairs], np.int64),
        )
        self._casing = _Casing(self._phrases)
        self._acronyms = self._expansions()

    def names(self) -> list[Name]:
        candidates = [self._candidates(group) for group in range(len(self._groups))]
        labels: dict[int, tuple[_Candidate, ...]] = {}
        used: set[frozenset[str]] = set()
        texts: dict[int, str] = {}
        order = sorted(
            range(len(candidates)),
            key=lambda g: (-candidates[g][0].score if candidates[g] else 0.0, g),
        )
        said: set[str] = set()
        for group in order:
            chosen = self._label(candidates[group], group, used)
            labels[group] = chosen
            used |= {each.stems for each in chosen}
            texts[group] = self._text(chosen, group, said)
            said.add(texts[group].casefold())
        return [
            Name(texts[group], self._keywords(candidates[group], labels[group], group))
            for group in range(len(candidates))
        ]

    def _scores(self, group: int) -> tuple[Ints, NDArray[np.float64]]:
        phrases = self._phrases
        weight = 1.0 + phrases.at_title
        own = self._group_of[phrases.at_paper] == group
        count = len(phrases.spelt)
        inside = np.bincount(phrases.at_phrase[own], weights=weight[own], minlength=count)
        whole = np.bincount(phrases.at_phrase, weights=weight, minlength=count)
        size, rest = self._sizes[group], self._sizes.sum() - self._sizes[group]
        # What a single paper says counts for less than its part.
        papers = np.bincount(phrases.at_phrase[own], minlength=count)
        counted = inside * np.maximum(1 - 1 / np.maximum(papers, 1), 0.5 if size < _FEW else 0.0)
        rate = counted / (2 * max(size, 1))
        outside = (whole - inside + 1.0) / (2 * rest + 20.0)
        own_score = rate * np.log2(1 + rate / outside)
        # A phrase counts for more where its words by themselves are telling.
        of_word = np.zeros(len(phrases.words))
        of_word[self._words_alone] = np.maximum(
            rate * np.log2(np.maximum(rate, 1e-9) / outside), 0.0
        )[self._alone]
        members, owner = self._members
        parts = np.bincount(owner, weights=of_word[members], minlength=count)
        mean = parts / np.maximum(np.bincount(owner, minlength=count), 1)
        most = np.zeros(count)
        np.maximum.at(most, owner, of_word[members])
        return inside, own_score + np.where(inside > 0, _OF_WORDS * (mean + most) / 2, 0.0)

    def _candidates(self, group: int) -> list[_Candidate]:
        phrases = self._phrases
        inside, scores = self._scores(group)
        least = 1 if self._sizes[group] < _FEW else 2
        own = self._group_of[phrases.at_paper] == group
        documents = np.bincount(phrases.at_phrase[own], minlength=len(phrases.spelt))
        factor = self._factor()
        scores = np.where(documents >= least, scores * factor, 0.0)
        top = np.argsort(-scores, kind="stable")[: _CANDIDATES * 3]
        found: list[_Candidate] = []
        for phrase in top.tolist():
            if scores[phrase] <= 0 or len(found) >= _CANDIDATES:
                break
            spelt = phrases.spelt[phrase]
            words = tuple(phrases.words[word] for word in spelt)
            goodness = self._goodness(phrase, words)
            if goodness <= 0:
                continue
            row = np.searchsorted(phrases.at_phrase, [phrase, phrase + 1])
            papers = phrases.at_paper[row[0] : row[1]]
            mine = frozenset(papers[self._group_of[papers] == group].tolist())
            stems = frozenset(stem(word) for word in words if word not in phrases.language.joiners)
            found.append(_Candidate(phrase, scores[phrase] * goodness, mine, words, stems))
        found = self._merged(found, group)
        return sorted(found, key=lambda each: (-each.score, each.words))

    def _factor(self) -> NDArray[np.float64]:
        """What a phrase counts by its length."""
        by_length = np.array([0.0, 0.35, 1.0, 1.1, 1.05, 1.0, 1.0, 1.0, 1.0])
        if self._unspaced:
            by_length = np.array([0.0, 0.15, 0.6, 0.8, 1.0, 1.1, 1.1, 1.1, 1.1])
        length = by_length[self._phrases.length]
        if not self._unspaced:
            for row in self._alone.tolist():
                place = self._phrases.places[self._phrases.starts[row]]
                hyphens = self._phrases.surfaces[self._phrases.surface_at[place]].count("-")
                length[row] = by_length[1] if not hyphens else 0.6 if hyphens == 1 else 1.0
        good = np.array([bool(spelt) for spelt in self._phrases.spelt], np.bool_)
        return np.where(good, length, 0.0)

    def _goodness(self, phrase: int, words: tuple[str, ...]) -> float:
        """Whether a phrase reads as a name of something, from 0 to 1."""
        phrases, language = self._phrases, self._phrases.language
        spelt = phrases.spelt[phrase]
        count = int(phrases.count[phrase])
        surface = self._surface(phrase)
        parts = surface.split() if not self._unspaced else [surface]
        first, last = parts[0], parts[-1]
        if not self._unspaced:
            if not language.may_be_head(last.lower()) or not language.may_be_head(
                singular(last.lower(), {last.lower()[:-1]})
            ):
                return 0.0
            if self._language == "de" and not last[:1].isupper():
                return 0.0
            if any(self._verbal(word, part) for word, part in zip(spelt, parts, strict=False)):
                return 0.0
            if self._language == "en" and first.lower().endswith("ing"):
                if not language.may_begin(first.lower()):
                    return 0.0
            # The last word is one that phrases end with.
            head = (phrases.word_ended[spelt[-1]] + 1) / (phrases.word_count[spelt[-1]] + 2)
            if head < 0.15:
                return 0.0
        ended = (phrases.ended[phrase] + 0.5) / (count + 1)
        if count >= 3 and ended < 0.25:
            return 0.0
        # A part of a longer phrase.
        if count >= 2 and phrases.wider_right[phrase] >= 0.6 * count:
            return 0.0
        if count >= 2 and phrases.wider_left[phrase] >= 0.6 * count:
            return 0.0
        goodness = min(1.0, 0.25 + 1.25 * ended)
        if len(set(words)) < len(words) or ("'" in first and first == first.lower()):
            return 0.0
        if len(parts) == 1 and not language.may_stand_alone(surface.lower()):
            return 0.0
        if first.lower() in language.sizes:
            bare = self._number.get(spelt[1:])
            if bare is None or count < 0.3 * phrases.count[bare]:
                return 0.0
        generic = [
            part
            for part in parts
            if part.lower() in language.generic
            or singular(part.lower(), {part.lower()[:-1]}) in language.generic
        ]
        if not self._unspaced and len(generic) == len(
            [p for p in parts if p.lower() not in language.joiners]
        ):
            goodness *= 0.3 if len(parts) > 1 else 0.1
        if any(word in language.joiners for word in words):
            goodness *= 0.6
        if (
            len(parts) == 1
            and not self._unspaced
            and sum(map(str.isupper, surface)) < 2
            and "-" not in surface
        ):
            goodness *= 0.8
        return goodness

    def _verbal(self, word: int, part: str) -> bool:
        """Whether a word stands like a verb: articles follow it."""
        phrases = self._phrases
        count = phrases.word_count[word]
        if self._language == "en" and part.lower() in ("learning", "training", "understanding"):
            return False
        return bool(count >= 10 and phrases.word_verbal[word] > 0.2 * count)

    def _surface(self, phrase: int) -> str:
        """How a phrase is written mostly, in lower case but for words that are not."""
        phrases = self._phrases
        spelt = phrases.spelt[phrase]
        places = phrases.places[phrases.starts[phrase] : phrases.starts[phrase + 1]]
        n = len(spelt)
        seen: Counter[tuple[str, ...]] = Counter()
        for place in places[:400].tolist():
            surfaces = [phrases.surfaces[s] for s in phrases.surface_at[place : place + n].tolist()]
            ends = not self._goes_on(place + n)
            seen[tuple(map(self._casing.cased, surfaces))] += 4 if ends else 1
        best = max(seen.items(), key=lambda item: (item[1], item[0]))[0]
        if self._language == "en":
            plural = (*best[:-1], f"{best[-1]}s")
            if seen[plural] > 0.5 * seen[best]:
                best = plural
        return ("" if self._unspaced else " ").join(best)

    def _goes_on(self, place: int) -> bool:
        phrases = self._phrases
        if place >= len(phrases.surface_at):
            return False
        surface = phrases.surfaces[phrases.surface_at[place]]
        return (
            bool(surface)
            and surface[0].isalpha()
            and not phrases.language.ends_phrase(surface.lower())
        )

    def _expansions(self) -> dict[int, int]:
        """Acronyms among the phrases, and the phrases that they stand for."""
        said: dict[str, Counter[tuple[int, ...]]] = {}
        number = {word: row for row, word in enumerate(self._phrases.words)}
        for _, abstract in self._texts:
            if "(" not in abstract:
                continue
            for short, long in definitions(abstract):
                words = self._numbers(long, number)
                if words is not None:
                    said.setdefault(short, Counter())[words] += 1
        found: dict[int, int] = {}
        for short, longs in sorted(said.items()):
            own = self._numbers(short, number)
            long, count = max(longs.items(), key=lambda item: (item[1], item[0]))
            if own is None or own not in self._number or long not in self._number:
                continue
            if 2 * count <= longs.total():
                continue
            found.setdefault(self._number[own], self._number[long])
        return found

    def _numbers(self, text: str, number: dict[str, int]) -> tuple[int, ...] | None:
        words = []
        for word in text.split():
            low = folded(word)
            low = singular(low, number) if self._language == "en" else low
            if low not in number:
                return None
            words.append(number[low])
        return tuple(words)

    def _merged(self, found: list[_Candidate], group: int) -> list[_Candidate]:
        """Candidates with acronyms joined to what they stand for."""
        by_phrase = {each.phrase: each for each in found}
        out: list[_Candidate] = []
        gone: set[int] = set()
        for each in found:
            long = self._acronyms.get(each.phrase)
            if long is None or long == each.phrase:
                continue
            other = by_phrase.get(long)
            if other is None:
                continue
            gone.add(each.phrase)
            papers = other.papers | each.papers
            score = max(each.score, other.score) * 1.05
            by_phrase[long] = _Candidate(long, score, papers, other.words, other.stems)
        for each in found:
            if each.phrase not in gone:
                out.append(by_phrase[each.phrase])
        # "fine tuning" and "fine-tuning".
        same: dict[str, list[_Candidate]] = {}
        for each in out:
            same.setdefault("".join(each.words), []).append(each)
        return [_together(each) for each in same.values()]

    def _label(
        self, candidates: list[_Candidate], group: int, used: set[frozenset[str]]
    ) -> tuple[_Candidate, ...]:
        least = self._support(group)
        free = [each for each in candidates if each.stems not in used]
        free = [each for each in free if len(each.papers) >= least] or free
        if not free:
            return ()
        first = free[0]
        size = max(self._sizes[group], 1)
        if len(first.papers) / size >= 0.4:
            return (first,)
        best: _Candidate | None = None
        value = 0.0
        for each in free[1:25]:
            if each.stems & first.stems or len(each.papers) < self._support(group):
                continue
            if not self._unspaced and len(each.words) == 1:
                continue
            new = len(each.papers - first.papers) / max(len(each.papers), 1)
            gain = each.score * new
            if gain > value:
                best, value = each, gain
        if best is not None and value >= 0.6 * first.score:
            return first, best
        return (first,)

    def _support(self, group: int) -> int:
        """Papers of a group that at least hold what it is called."""
        size = int(self._sizes[group])
        return 1 if size < _FEW else max(2, math.ceil(0.6 * size**0.5))

    def _text(self, chosen: tuple[_Candidate, ...], group: int, said: set[str]) -> str:
        surfaces = [self._surface(each.phrase) for each in chosen]
        text = (" and " if self._language == "en" else " / ").join(surfaces)
        if not text:
            text = next((title for title, _ in self._groups[group] if title.strip()), "").strip()
            text = text or "No text"
        text = _capitalised(text)
        plain, count = text, 1
        while text.casefold() in said:
            count += 1
            text = f"{plain} ({count})"
        return text

    def _keywords(
        self, candidates: list[_Candidate], label: tuple[_Candidate, ...], group: int
    ) -> tuple[str, ...]:
        """Phrases from the most telling to the least, without those that say the same again
        (MMR: J. Carbonell, J. Goldstein, 1998)."""
        chosen = list(label)
        left = [each for each in candidates if each not in label]
        while left and len(chosen) < _KEYWORDS + len(label):
            best = max(
                left,
                key=lambda each: (
                    each.score
                    * (1 - 0.7 * max((_alike(each, other) for other in chosen), default=0.0))
                ),
            )
            left.remove(best)
            if max((_alike(best, other) for other in chosen), default=0.0) < 0.67:
                chosen.append(best)
        texts = [self._surface(each.phrase) for each in chosen]
        return tuple(dict.fromkeys(texts))[:_KEYWORDS]


def _together(candidates: list[_Candidate]) -> _Candidate:
    """One candidate for one phrase in several spellings, the commonest."""
    best = max(candidates, key=lambda each: (len(each.papers), each.words))
    papers = frozenset().union(*(each.papers for each in candidates))
    score = max(each.score for each in candidates) * len(papers) / max(len(best.papers), 1)
    return _Candidate(best.phrase, score, papers, best.words, best.stems)


def _alike(one: _Candidate, other: _Candidate) -> float:
    return len(one.stems & other.stems) / max(min(len(one.stems), len(other.stems)), 1)


def _capitalised(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text if any(map(str.isupper, first)) else text[:1].upper() + text[1:]


class _Casing:
    """How words are written inside sentences."""

    def __init__(self, phrases: Phrases) -> None:
        self._language = phrases.language.language
        size = len(phrases.surfaces)
        # What begins a sentence, stands in a title or before what abbreviates it may have
        # capitals of its own.
        before = np.append(0, phrases.surface_at[:-1])
        goes_on = np.array([bool(s) and (s[0].isalpha() or s == ",") for s in phrases.surfaces])
        opening = np.array([s in ("(", "[") for s in phrases.surfaces])[phrases.surface_at]
        named = np.zeros(len(before), np.bool_)
        for distance in range(1, 6):
            named[:-distance] |= opening[distance:]
        plain = goes_on[before] & ~phrases.title_at
        certain = np.bincount(phrases.surface_at[plain & ~named], minlength=size)
        likely = np.bincount(phrases.surface_at[plain], minlength=size)
        whole = np.bincount(phrases.surface_at, minlength=size)
        seen: dict[str, list[int]] = {}
        for row, surface in enumerate(phrases.surfaces):
            if surface and whole[row]:
                seen.setdefault(surface.lower(), []).append(row)
        self._form = {}
        for low, rows in seen.items():
            if len(rows) == 1 and phrases.surfaces[rows[0]] == low:
                continue
            counts = next((c for c in (certain, likely, whole) if c[rows].sum()), whole)
            best = max(rows, key=lambda row: (counts[row], phrases.surfaces[row]))
            form = phrases.surfaces[best]
            inner = any(part[1:] != part[1:].lower() for part in form.split("-"))
            if counts is whole and not inner:
                # Only where every word may have a capital.
                form = low
            elif counts[best] <= 0.6 * counts[rows].sum():
                form = low
            self._form[low] = form

    def cased(self, surface: str) -> str:
        """A word as it stands inside a sentence."""
        if self._language == "de":
            return surface
        low = surface.lower()
        return self._form.get(low, low)
