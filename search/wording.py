"""How phrases read: how they are written, and whether they are names of something."""

import re
from collections import Counter

import numpy as np

from ..index.analysis import spaced
from .phrases import Phrases, singular

__all__ = ["Wording"]

_ELISION = re.compile("(['\u2019]) ")

_PLACES = 100
"""Places of a phrase that are looked at to see how it is written."""
_ENDING = 4
"""What a place counts, beside others, where the phrase ends: the last word has its own number
there, not that of a modifier."""
_PLURAL = 0.5
"""How often beside the singular a plural is seen that stands for both: a group is of many."""
_FORM = 0.6
"""Of a word's places, the part in which it has capitals if it always should."""
_ENDED, _HEAD = 0.33, 0.15
"""Of a phrase's places, those where nothing goes on; of its last word's, the same. Below, it is
the beginning of something."""
_WIDER = 0.6
"""Of a phrase's places, those where one and the same word stands beside it: above, both are one
phrase."""
_SIZED = 0.3
_VERBAL, _SEEN = 0.2, 10
_TELLING = 3
"""Places from which a phrase's neighbours tell something."""


class Wording:
    """The wording of some phrases."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._known = phrases.language
        self._language = phrases.language.language
        self._spaced = spaced(self._language)
        self._number = {spelt: row for row, spelt in enumerate(phrases.spelt) if spelt}
        self._form = _forms(phrases)
        self._written: dict[int, tuple[str, ...]] = {}

    def written(self, phrase: int) -> str:
        """A phrase as it stands inside a sentence mostly."""
        text = (" " if self._spaced else "").join(self._words(phrase))
        return _ELISION.sub(r"\1", text)

    def reads(self, phrase: int, *, part: bool = False) -> float:
        """Whether a phrase reads as a name of something, from 0, not at all, to 1. With `part`, it
        may be one of a longer phrase."""
        phrases = self._phrases
        count = int(phrases.count[phrase])
        ended = float(phrases.ended[phrase] + 0.5) / (count + 1)
        wider = max(phrases.wider_left[phrase], phrases.wider_right[phrase])
        opens = count >= _TELLING and ended < _ENDED
        inside = count > 1 and wider >= _WIDER * count
        if not part and (opens or inside):
            return 0.0
        parts = self._words(phrase)
        if not self._spaced:
            return 1.0 if len("".join(parts)) > 1 else 0.0
        if not self._is_name(phrase, [part.lower() for part in parts]):
            return 0.0
        return min(1.0, 0.25 + 1.25 * ended) * self._telling(parts)

    def _words(self, phrase: int) -> tuple[str, ...]:
        found = self._written.get(phrase)
        if found is None:
            found = self._written[phrase] = self._commonest(phrase)
        return found

    def _commonest(self, phrase: int) -> tuple[str, ...]:
        phrases = self._phrases
        length = len(phrases.spelt[phrase])
        seen: Counter[tuple[str, ...]] = Counter()
        for place in phrases.places_of(phrase)[:_PLACES].tolist():
            row = phrases.surface_at[place : place + length].tolist()
            words = tuple(self._cased(phrases.surfaces[each]) for each in row)
            seen[words] += _ENDING if phrases.ends_at(place + length) else 1
        best = max(seen, key=lambda words: (seen[words], -self._plurals(words[:-1]), words))
        plural = (*best[:-1], f"{best[-1]}s")
        if self._language == "en" and seen[plural] > _PLURAL * seen[best]:
            return plural
        return best

    def _plurals(self, words: tuple[str, ...]) -> int:
        """How many words are plurals: before another, one is rather a verb's subject."""
        if self._language != "en":
            return 0
        return sum(word != singular(word, {word[:-1]}) for word in words)

    def _cased(self, surface: str) -> str:
        if self._language == "de":
            # Nouns have capitals there, whatever they stand in.
            return surface
        low = surface.lower()
        return self._form.get(low, low)

    def _is_name(self, phrase: int, parts: list[str]) -> bool:
        phrases, known = self._phrases, self._known
        spelt = phrases.spelt[phrase]
        first, last = parts[0], parts[-1]
        if len(set(spelt)) < len(spelt):
            return False
        if not (known.may_be_head(last) and known.may_be_head(singular(last, {last[:-1]}))):
            return False
        if self._language == "de" and not self._words(phrase)[-1][:1].isupper():
            return False
        if self._language == "en":
            if first.endswith("ing") and not known.may_begin(first):
                return False
            if "'" in first and first == self._words(phrase)[0]:
                return False
        if len(parts) == 1 and not known.may_stand_alone(first):
            return False
        if first in known.sizes and not self._belongs(phrase):
            return False
        if any(
            self._is_verbal(word)
            for word, part in zip(spelt, parts, strict=True)
            if not known.may_begin(part)
        ):
            return False
        head = (phrases.word_ended[spelt[-1]] + 1) / (phrases.word_count[spelt[-1]] + 2)
        return bool(head >= _HEAD)

    def _belongs(self, phrase: int) -> bool:
        """Whether the first word of a phrase belongs to it."""
        bare = self._number.get(self._phrases.spelt[phrase][1:])
        count = self._phrases.count
        return bare is not None and bool(count[phrase] >= _SIZED * count[bare])

    def _is_verbal(self, word: int) -> bool:
        """Whether a word stands like a verb: articles follow it."""
        phrases = self._phrases
        count = phrases.word_count[word]
        return bool(count >= _SEEN and phrases.word_verbal[word] > _VERBAL * count)

    def _telling(self, parts: tuple[str, ...]) -> float:
        """How much the words of a phrase say."""
        known = self._known
        words = [part.lower() for part in parts if part.lower() not in known.joiners]
        generic = all(
            word in known.generic or singular(word, {word[:-1]}) in known.generic for word in words
        )
        factor = 1.0 if len(words) == len(parts) else 0.6
        if generic:
            factor *= 0.3 if len(words) > 1 else 0.1
        if len(parts) == 1 and "-" not in parts[0] and sum(map(str.isupper, parts[0])) < 2:
            factor *= 0.8
        return factor


def _forms(phrases: Phrases) -> dict[str, str]:
    """How words are written inside sentences, by their lower case."""
    size = len(phrases.surfaces)
    before = np.append(0, phrases.surface_at[:-1])
    goes_on = np.array([bool(s) and (s[0].isalpha() or s == ",") for s in phrases.surfaces])
    opening = np.array([s in ("(", "[") for s in phrases.surfaces])[phrases.surface_at]
    # What begins a sentence, stands in a title or before what abbreviates it may have capitals
    # that are not its own.
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
    found: dict[str, str] = {}
    for low, rows in seen.items():
        if len(rows) == 1 and phrases.surfaces[rows[0]] == low:
            continue
        counts = next((each for each in (certain, likely, whole) if each[rows].sum()), whole)
        best = max(rows, key=lambda row: (int(counts[row]), phrases.surfaces[row]))
        form = phrases.surfaces[best]
        own = any(part[1:] != part[1:].lower() for part in form.split("-"))
        if (counts is not whole or own) and counts[best] > _FORM * counts[rows].sum():
            found[low] = form
    return found
