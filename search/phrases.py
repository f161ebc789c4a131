"""Phrases of texts, counted: runs of words that no punctuation and no function word parts."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..index.analysis import spaced, terms
from ..index.markup import decode_entities, without_tags
from .phrase_words import Words, words_of

__all__ = ["Ints", "Phrases", "Text", "count_phrases", "folded", "singular", "stem"]

Ints = NDArray[np.int64]
Text = tuple[str, str]
"""The title and the abstract of a paper."""

_LONGEST = 4
_LONGEST_UNSPACED = {"ja": 8, "km": 20, "lo": 20, "my": 20, "th": 20, "zh": 8}
"""Words of a phrase; characters, where a script puts no spaces between words."""
_MOST_CHARACTERS = 6000
"""Of an abstract, what is read."""
_CUT = "…"
"""Ends a title that stands in for a missing one: the abstract says it again."""

# Said by what it is not, because \w lacks the vowel signs of many scripts.
_LETTER = (
    r"[^\s!-/:-@\[-`{-~\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7"
    r"\u2000-\u200b\u200e-\u2bff\u3000-\u3004\u3007-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40"
    r"\uff5b-\uff65\u30fb\u0964\u0965\u061f\u060c\u061b\u0589\ufffd]"
)
_HYPHENS = "-\u2010\u2011"
_WORD = rf"{_LETTER}+(?:(?:[{_HYPHENS}'\u2019&]|(?<=[0-9])\.(?=[0-9])){_LETTER}+)*\+{{0,2}}"
_ELIDED = r"(?:qu|[cdjlmnst])['\u2019](?=[^\W\d_]{2})"
"""What French and Italian write together with the word behind it."""
_PIECE = re.compile(rf"(?i:(?<!\w){_ELIDED})|{_WORD}|\S")
_CHARACTER = re.compile(
    r"[A-Za-z0-9\u00c0-\u024f]+(?:-[A-Za-z0-9]+)*"
    # Vowel and tone signs stay with what they stand on.
    rf"|{_LETTER}[\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
    r"\u102b-\u103e\u1056-\u1059\u17b4-\u17d3]*|\S|\s"
)
_BEGINS_AS_WORD = re.compile(_LETTER)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Scripts whose words cannot be told in a text that is read by its spaces."""
_KANA = re.compile(r"[\u3041-\u309f]")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+|\S+@\S+\.\S+")
_NUMBER = re.compile(r"[\d.,-]+(?:st|nd|rd|th|x|%)?|[a-z]\d+")
_ENDINGS = (
    "izations isations ization isation ations ation ingly ments ment ities ity ively ive "
    "ings ing ors ers ions ion ally als al ies ed es or er ic y e s"
).split()
_STEM = 4
"""Letters of a stem at least."""

_APART, _JOINER, _INSIDE = 0, 1, 2
"""What a word is to phrases: none goes over it; it stands inside only; it may stand anywhere."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Texts as words, and the phrases in them.

    By place in the texts, one after the other: `surface_at` (a row of `surfaces`, the words as they
    are written), `title_at`, and `inside`, whether a phrase may go on there. By word, a row of
    `words` (folded and, where that can be, in the singular): `word_count`, how often it stands,
    `word_ended`, how often nothing goes on behind it, `word_verbal`, how often an article follows.

    By phrase: `spelt`, its words, empty for what is none; `length`, its words without joiners;
    `count`, `ended`; `wider_left` and `wider_right`, how often the commonest word stands before and
    behind it. `at_phrase` and `at_paper` are pairs of a phrase and a text that holds it, in the
    order of the phrases, with `at_title`, whether in its title.
    """

    language: Words
    surfaces: Sequence[str]
    surface_at: Ints
    title_at: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    words: Sequence[str]
    word_count: Ints
    word_ended: Ints
    word_verbal: Ints
    spelt: Sequence[tuple[int, ...]]
    length: Ints
    count: Ints
    ended: Ints
    wider_left: Ints
    wider_right: Ints
    at_phrase: Ints
    at_paper: Ints
    at_title: NDArray[np.bool_]
    starts: Ints
    places: Ints

    def of(self, phrase: int) -> tuple[str, ...]:
        """Its words."""
        return tuple(self.words[word] for word in self.spelt[phrase])

    def places_of(self, phrase: int) -> Ints:
        """Where it begins, in the order of the texts."""
        return self.places[self.starts[phrase] : self.starts[phrase + 1]]

    def papers_of(self, phrase: int) -> Ints:
        """Rows of the texts that hold it."""
        first, last = np.searchsorted(self.at_phrase, [phrase, phrase + 1])
        return self.at_paper[first:last]

    def ends_at(self, place: int) -> bool:
        """Whether no phrase goes on here."""
        return place >= len(self.inside) or not self.inside[place]


def folded(surface: str) -> str:
    """A word without what its spellings differ in."""
    return re.sub(f"[{_HYPHENS}]", "", surface.lower()).replace("\u2019", "'")


def stem(word: str) -> str:
    """The beginning of a word, by which words that mean much the same are told."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            return word[: -len(ending)]
    return word


def singular(word: str, known: Container[str]) -> str:
    """The singular of an English plural, where it is a known word as well."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is", "ics")):
        return word
    candidates = [word[:-1]]
    if word.endswith("es"):
        candidates.append(word[:-2])
    if word.endswith("ies"):
        candidates.insert(0, f"{word[:-3]}y")
    return next((each for each in candidates if each in known), word)


def count_phrases(texts: Sequence[Text], language: str, least: int) -> Phrases:
    """The phrases that at least so many of some texts hold. Takes about 200 bytes a word."""
    surfaces, surface_at, paper_at, title_at = _read(texts, language)
    words = words_of(language)
    kinds, numbers, names = _known(surfaces, words)
    kind, word_at = kinds[surface_at], numbers[surface_at]
    # Behind who does something stands a verb, even where the word is a noun elsewhere: "we study".
    doers = np.array([surface.lower() in words.doers for surface in surfaces], np.bool_)
    kind[1:][doers[surface_at][:-1]] = _APART
    inside = kind == _INSIDE
    after = np.append(inside[1:], False)
    articles = np.array([surface.lower() in words.articles for surface in surfaces], np.bool_)
    before_article = np.append(articles[surface_at][1:], False)
    size = len(names)
    runs = _Runs(word_at, kind, paper_at, max(len(texts), 1), size)
    longest = _LONGEST_UNSPACED.get(language, _LONGEST + bool(words.joiners))
    found = runs.phrases(longest, least)
    pairs = found.phrase_of * runs.papers + paper_at[found.places]
    unique, row = np.unique(pairs, return_inverse=True)
    return Phrases(
        language=words,
        surfaces=surfaces,
        surface_at=surface_at,
        title_at=title_at,
        inside=inside,
        words=names,
        word_count=np.bincount(word_at, minlength=size),
        word_ended=np.bincount(word_at[~after], minlength=size),
        word_verbal=np.bincount(word_at[before_article], minlength=size),
        spelt=found.spelt,
        length=found.length,
        count=found.count,
        ended=found.ended,
        wider_left=found.wider_left,
        wider_right=found.wider_right,
        at_phrase=unique // runs.papers,
        at_paper=unique % runs.papers,
        at_title=np.bincount(row, weights=title_at[found.places], minlength=len(unique)) > 0,
        starts=np.append(0, np.cumsum(found.count)),
        places=found.places,
    )


def _read(texts: Sequence[Text], language: str) -> tuple[list[str], Ints, Ints, NDArray[np.bool_]]:
    """Words as they are written, each once; by place in all texts, its row, which text it is in,
    and whether that is the title. The empty word parts texts."""
    surfaces = [""]
    number = {"": 0}
    flat = [0]
    lengths: list[int] = []
    pattern = _PIECE if spaced(language) else _CHARACTER
    for title, abstract in texts:
        start = len(flat)
        given = not (abstract and title.rstrip().endswith(_CUT))
        for text in (title if given else "", abstract[:_MOST_CHARACTERS]):
            for piece in pattern.findall(_plain(text)):
                row = number.get(piece)
                if row is None:
                    row = number[piece] = len(surfaces)
                    surfaces.append(piece)
                flat.append(row)
            flat.append(0)
            lengths.append(len(flat) - start)
            start = len(flat)
    parts = np.repeat(np.arange(len(lengths)), lengths)
    paper_at = np.append(0, parts // 2)
    return surfaces, np.array(flat, np.int64), paper_at, np.append(False, parts % 2 == 0)


def _plain(text: str) -> str:
    text = without_tags(decode_entities(text))
    if "://" in text or "www." in text or "@" in text:
        return _ADDRESS.sub(" . ", text)
    return text


def _known(surfaces: Sequence[str], words: Words) -> tuple[Ints, Ints, list[str]]:
    """By surface: what it is to phrases, and the row of its word; then the words."""
    lowered = [folded(surface) for surface in surfaces]
    among = set(lowered)
    number: dict[str, int] = {}
    rows = [
        number.setdefault(_uninflected(low, words.language, among), len(number)) for low in lowered
    ]
    kinds = [_kind(surface, words) for surface in surfaces]
    return np.array(kinds, np.int64), np.array(rows, np.int64), list(number)


def _uninflected(word: str, language: str, among: Container[str]) -> str:
    if language == "en":
        return singular(word, among)
    return _stemmed(word, language) if spaced(language) else word


@cache
def _stemmed(word: str, language: str) -> str:
    return "".join(terms(word, language)) or word


def _kind(surface: str, words: Words) -> int:
    low = surface.lower()
    if not _BEGINS_AS_WORD.match(surface):
        return _APART
    if not spaced(words.language):
        kana = words.language == "ja" and _KANA.match(surface)
        return _APART if kana or low.isdigit() or words.ends_phrase(low) else _INSIDE
    if _UNSPACED.search(low):
        return _APART
    bare = low.rstrip("'\u2019")
    if bare in words.joiners:
        return _JOINER
    parted = bare != low or len(low) < 2 or _NUMBER.fullmatch(low) or words.ends_phrase(low)
    return _APART if parted else _INSIDE


@dataclass(frozen=True, slots=True)
class _Found:
    """Phrases, and all their places in the order of the phrases."""

    spelt: list[tuple[int, ...]]
    length: Ints
    count: Ints
    ended: Ints
    wider_left: Ints
    wider_right: Ints
    places: Ints
    phrase_of: Ints


@dataclass(frozen=True, slots=True)
class _Runs:
    """Words in a row."""

    word_at: Ints
    kind: Ints
    paper_at: Ints
    papers: int
    words: int

    def phrases(self, longest: int, least: int) -> _Found:
        """Runs of up to so many words, that at least so many papers hold.

        Longer runs are made of those that enough papers hold, so that memory is bounded by the
        number of words.
        """
        places = np.flatnonzero(self.kind == _INSIDE)
        run = self.word_at[places]
        found: list[_Found] = []
        for length in range(1, longest + 1):
            if length > 1:
                goes_on = self._kind_at(places + length - 1) != _APART
                places, run = places[goes_on], run[goes_on]
                run = run * self.words + self.word_at[places + length - 1]
            unique, run = np.unique(run, return_inverse=True)
            pairs = np.unique(run * self.papers + self.paper_at[places])
            enough = np.bincount(pairs // self.papers, minlength=len(unique)) >= least
            kept = enough[run]
            places, run = places[kept], (np.cumsum(enough) - 1)[run[kept]]
            if not len(places):
                break
            found.append(self._found(places, run, length))
        return self._joined(found)

    def _found(self, places: Ints, run: Ints, length: int) -> _Found:
        order = np.argsort(run, kind="stable")
        count = np.bincount(run)
        first = places[order][np.append(0, np.cumsum(count)[:-1])]
        ends = self.kind[first + length - 1] == _INSIDE
        inside = np.zeros(len(count), np.int64)
        for step in range(length):
            inside += self.kind[first + step] == _INSIDE
        rows = self.word_at[first[:, None] + np.arange(length)]
        behind = self._kind_at(places + length) == _INSIDE
        return _Found(
            [tuple(row) if end else () for row, end in zip(rows.tolist(), ends, strict=True)],
            inside,
            count,
            np.bincount(run[~behind], minlength=len(count)),
            self._commonest(run, places - 1, len(count)),
            self._commonest(run, places + length, len(count)),
            places[order],
            run[order],
        )

    def _kind_at(self, places: Ints) -> Ints:
        # The texts begin and end with what parts them.
        return self.kind[np.minimum(places, len(self.kind) - 1)]

    def _commonest(self, run: Ints, beside: Ints, count: int) -> Ints:
        """By run: how often the word stands beside it that does so most often."""
        there = self._kind_at(beside) == _INSIDE
        pairs = run[there] * self.words + self.word_at[beside[there]]
        unique, times = np.unique(pairs, return_counts=True)
        most = np.zeros(count, np.int64)
        np.maximum.at(most, unique // self.words, times)
        return most

    @staticmethod
    def _joined(found: Sequence[_Found]) -> _Found:
        none = np.zeros(0, np.int64)

        def column(name: str) -> Ints:
            return np.concatenate([none, *(getattr(each, name) for each in found)])

        count = column("count")
        return _Found(
            [spelt for each in found for spelt in each.spelt],
            column("length"),
            count,
            column("ended"),
            column("wider_left"),
            column("wider_right"),
            column("places"),
            np.repeat(np.arange(len(count)), count),
        )
