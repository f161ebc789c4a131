"""Phrases of texts, counted: runs of words that no punctuation and no function word parts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..index.analysis import spaced
from ..index.markup import decode_entities, without_tags
from .phrase_words import Words, words_of

__all__ = ["Ints", "Phrases", "Text", "count_phrases", "stem"]

Text = tuple[str, str]
"""The title and the abstract of a paper."""
Ints = NDArray[np.int64]

_LONGEST = 4
_LONGEST_UNSPACED = 8
"""Words of a phrase; characters, where a script puts no spaces between words."""
_MOST_CHARACTERS = 6000
"""Of an abstract, what is read."""
_CUT = "…"
"""Ends a title that stands in for a missing one: the beginning of the abstract."""

# Negatively said, because \w lacks the vowel signs of many scripts.
_LETTER = (
    r"[^\s!-/:-@\[-`{-~\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7"
    r"\u2000-\u200b\u200e-\u2bff\u3000-\u3004\u3007-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40"
    r"\uff5b-\uff65\u30fb\u0964\u0965\u061f\u060c\u061b\u0589\ufffd]"
)
_WORD = rf"{_LETTER}+(?:(?:[-'’&‐‑]|(?<=[0-9])\.(?=[0-9])){_LETTER}+)*\+{{0,2}}"
_PIECE = re.compile(rf"{_WORD}|[^\s]")
_CHARACTER = re.compile(
    r"[A-Za-z0-9\u00c0-\u024f]+(?:-[A-Za-z0-9]+)*"
    rf"|{_LETTER}[\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
    r"\u102b-\u103e\u1056-\u1059\u17b4-\u17d3]*|[^\s]|\s"
)
_KANA = re.compile(r"[\u3041-\u309f]")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+|\S+@\S+\.\S+")
_NUMBER = re.compile(r"[\d.,-]+(?:st|nd|rd|th|x|%)?|[a-z]\d+")
_SIGN = re.compile(rf"(?:{_LETTER}).*", re.DOTALL)

_BREAK, _STOP = 0, 1
"""What parts phrases: punctuation and the borders of texts, or a word that is in none."""
_KINDS = 2


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of some texts that at least `least` of them hold.

    `words` are the words by number: folded and, where that can be, in the singular. Arrays by
    phrase: `spelt` (the numbers of its words), `length` in words that count, `count` (how often
    it stands), `ended` (how often nothing goes on behind it), `wider_left` and `wider_right` (how
    often with the commonest word before and behind it). `at` are pairs of phrase and paper, sorted
    by phrase, with whether the title has it. `places` and `phrase_at` say where each stands.
    """

    words: Sequence[str]
    language: Words
    spelt: list[tuple[int, ...]]
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
    surfaces: Sequence[str]
    surface_at: Ints
    word_ended: Ints
    word_count: Ints
    word_verbal: Ints
    paper_at: Ints
    title_at: NDArray[np.bool_]


class _Vocabulary:
    """Words as they stand, numbered, and what each counts as."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.surfaces: list[str] = ["", ""]
        self.number: dict[str, int] = {}

    def of(self, surface: str) -> int:
        found = self.number.get(surface)
        if found is None:
            found = len(self.surfaces)
            self.number[surface] = found
            self.surfaces.append(surface)
        return found


def _pieces(text: str, unspaced: bool) -> list[str]:
    text = without_tags(decode_entities(text))
    if "://" in text or "www." in text or "@" in text:
        text = _ADDRESS.sub(" . ", text)
    return (_CHARACTER if unspaced else _PIECE).findall(text)


def folded(surface: str) -> str:
    """A word without what spellings of it differ in."""
    return re.sub("[-‐‑]", "", surface.lower()).replace("’", "'")


def stem(word: str) -> str:
    """The beginning of a word, by which words that mean much the same are told."""
    for ending in (
        "izations isations ization isation ations ation ingly ments ment ities ity ively ive "
        "ings ing ors ers ions ion ally als al ies ed es or er ic y e s"
    ).split():
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def singular(word: str, known: "set[str] | dict[str, int]") -> str:
    """The singular of an English plural, where it is a known word as well."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is", "ics")):
        return word
    if word.endswith("ies") and f"{word[:-3]}y" in known:
        return f"{word[:-3]}y"
    if word[:-1] in known:
        return word[:-1]
    if word.endswith("es") and word[:-2] in known:
        return word[:-2]
    return word


def count_phrases(texts: Sequence[Text], language: str, least: int) -> Phrases:
    """The phrases of texts. Memory grows with the number of words, about 100 bytes each."""
    words = words_of(language)
    unspaced = not spaced(language)
    vocabulary = _Vocabulary(words)
    surface_at, paper_at, title_at = _read(texts, vocabulary, unspaced)
    kinds, numbers, names, verbal_articles = _kinds(vocabulary, language, unspaced)
    tokens = numbers[surface_at]
    kind = kinds[surface_at]
    inside = kind >= _KINDS
    size = len(names)
    ended_at = np.append(~inside[1:], True)
    # A joiner goes on.
    joiner = kind == _KINDS + 1
    word_count = np.bincount(tokens, minlength=size)
    word_ended = np.bincount(tokens[ended_at | np.append(joiner[1:], False)], minlength=size)
    next_article = np.append(verbal_articles[surface_at][1:], False)
    word_verbal = np.bincount(tokens[next_article], minlength=size)
    longest = _LONGEST_UNSPACED if unspaced else _LONGEST + (1 if words.joiners else 0)

    spelt: list[tuple[int, ...]] = []
    parts: list[dict[str, Ints]] = []
    places = np.flatnonzero(inside)
    code = tokens[places]
    offset = 0
    previous: tuple[Ints, Ints] | None = None
    spellings = np.zeros((0, 0), np.int64)
    for n in range(1, longest + 1):
        if n > 1:
            last = places + n - 1
            fits = last < len(tokens)
            fits[fits] = inside[last[fits]]
            places, code = places[fits], code[fits]
            code = code * size + tokens[places + n - 1]
        if not len(places):
            break
        unique, code = np.unique(code, return_inverse=True)
        paper = paper_at[places]
        pair = np.unique(code * len(texts) + paper)
        documents = np.bincount(pair // len(texts), minlength=len(unique))
        kept = documents >= least
        keep = kept[code]
        renumber = np.cumsum(kept) - 1
        places, code = places[keep], renumber[code[keep]]
        count = int(kept.sum())
        if not count:
            break
        first = np.full(count, len(tokens), np.int64)
        np.minimum.at(first, code, places)
        good = ~joiner[first] & ~joiner[first + n - 1]
        order = np.argsort(code, kind="stable")
        total = np.bincount(code, minlength=count)
        inner = np.array([int((~joiner[f : f + n]).sum()) for f in first])
        parts.append(
            {
                "first": first,
                "n": np.full(count, n, np.int64),
                "good": good.astype(np.int64),
                "length": inner,
                "count": total,
                "ended": np.bincount(
                    code[~_inside_at(inside & ~joiner, places + n)], minlength=count
                ),
                "left": _commonest(code, tokens, inside, places - 1, count, size),
                "right": _commonest(code, tokens, inside, places + n, count, size),
                "places": places[order],
                "total": total,
            }
        )
    return _joined(
        parts,
        names,
        words,
        vocabulary,
        surface_at,
        paper_at,
        title_at,
        tokens,
        word_ended,
        word_count,
        word_verbal,
        len(texts),
    )


def _inside_at(inside: NDArray[np.bool_], places: Ints) -> NDArray[np.bool_]:
    found = np.zeros(len(places), np.bool_)
    there = (places >= 0) & (places < len(inside))
    found[there] = inside[places[there]]
    return found


def _commonest(
    code: Ints, tokens: Ints, inside: NDArray[np.bool_], beside: Ints, count: int, size: int
) -> Ints:
    """How often each phrase has the word beside it that it has most often."""
    there = _inside_at(inside, beside)
    unique, times = np.unique(code[there] * size + tokens[beside[there]], return_counts=True)
    most = np.zeros(count, np.int64)
    np.maximum.at(most, unique // size, times)
    return most


def _read(
    texts: Sequence[Text], vocabulary: _Vocabulary, unspaced: bool
) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Every word of the texts: its surface, its paper, whether it stands in a title."""
    flat: list[int] = [_BREAK]
    lengths: list[int] = []
    titles: list[int] = []
    number = vocabulary.number
    for title, abstract in texts:
        start = len(flat)
        title = "" if title.rstrip().endswith(_CUT) and abstract else title
        for place, text in enumerate((title, abstract[:_MOST_CHARACTERS])):
            for piece in _pieces(text, unspaced):
                found = number.get(piece)
                if found is None:
                    found = vocabulary.of(piece)
                flat.append(found)
            flat.append(_BREAK)
            if not place:
                titles.append(len(flat) - start)
        lengths.append(len(flat) - start)
    paper = np.repeat(np.arange(len(texts)), lengths)
    within = np.arange(len(flat) - 1) - np.repeat(
        np.cumsum(lengths, dtype=np.int64) - np.array(lengths, np.int64), lengths
    )
    title_at = within < np.repeat(titles, lengths)
    return (
        np.array(flat, np.int64),
        np.append(0, paper).astype(np.int64),
        np.append(False, title_at),
    )


def _kinds(
    vocabulary: _Vocabulary, language: str, unspaced: bool
) -> tuple[Ints, Ints, list[str], NDArray[np.bool_]]:
    """By surface: whether it parts phrases, and its word's number; the words; what is an article
    or the like."""
    words = vocabulary.words
    lowered = [folded(each) for each in vocabulary.surfaces]
    known = set(lowered)
    if language == "en":
        merged = {each: singular(each, known) for each in known}
    elif unspaced:
        merged = {each: each for each in known}
    else:
        merged = {each: _stemmed(each, language) for each in known}
    number: dict[str, int] = {}
    kinds = np.full(len(lowered), _KINDS, np.int64)
    numbers = np.zeros(len(lowered), np.int64)
    articles = np.zeros(len(lowered), np.bool_)
    for row, surface in enumerate(vocabulary.surfaces):
        low = surface.lower()
        numbers[row] = number.setdefault(merged[lowered[row]], len(number))
        articles[row] = low in words.articles
        if row == _BREAK or not surface or surface.isspace() or not _SIGN.fullmatch(surface):
            kinds[row] = _BREAK
        elif unspaced:
            kana = language == "ja" and _KANA.match(surface)
            parted = words.ends_phrase(low) or kana or low.isdigit()
            kinds[row] = _STOP if parted else _KINDS
        elif low in words.joiners:
            kinds[row] = _KINDS + 1
        elif len(low) < 2 or _NUMBER.fullmatch(low) or words.ends_phrase(low):
            kinds[row] = _STOP
    names = list(number)
    return kinds, numbers, names, articles


def _stemmed(word: str, language: str) -> str:
    from ..index.analysis import terms

    return "".join(terms(word, language)) or word


def _joined(
    parts: list[dict[str, Ints]],
    names: list[str],
    words: Words,
    vocabulary: _Vocabulary,
    surface_at: Ints,
    paper_at: Ints,
    title_at: NDArray[np.bool_],
    tokens: Ints,
    word_ended: Ints,
    word_count: Ints,
    word_verbal: Ints,
    papers: int,
) -> Phrases:
    def column(name: str) -> Ints:
        return np.concatenate([part[name] for part in parts] or [np.zeros(0, np.int64)])

    total = column("total")
    starts = np.append(0, np.cumsum(total))
    places = column("places")
    phrase = np.repeat(np.arange(len(total)), total)
    key = phrase * max(papers, 1) + paper_at[places]
    unique, inverse = np.unique(key, return_inverse=True)
    titled = np.bincount(inverse, weights=title_at[places], minlength=len(unique)) > 0
    spelt = [
        tuple(tokens[f : f + n].tolist()) if good else ()
        for f, n, good in zip(
            column("first").tolist(), column("n").tolist(), column("good").tolist(), strict=True
        )
    ]
    return Phrases(
        words=names,
        language=words,
        spelt=spelt,
        length=column("length"),
        count=total,
        ended=column("ended"),
        wider_left=column("left"),
        wider_right=column("right"),
        at_phrase=unique // max(papers, 1),
        at_paper=unique % max(papers, 1),
        at_title=titled,
        starts=starts,
        places=places,
        surfaces=vocabulary.surfaces,
        surface_at=surface_at,
        word_ended=word_ended,
        word_count=word_count,
        word_verbal=word_verbal,
        paper_at=paper_at,
        title_at=title_at,
    )
