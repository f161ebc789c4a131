"""Misspelled words of a query, matched to the words of the library's papers.

Nearness is the Damerau-Levenshtein distance in its restricted form (F. Damerau, "A Technique for
Computer Detection and Correction of Spelling Errors", 1964): insertions, deletions, substitutions
and swaps of neighbours, no letter touched twice.
"""

import re
import string
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from unicodedata import category

from ..index.analysis import spaced, spelt, terms
from ..index.lexicon import Lexicon
from ..index.model_words import ModelWords
from ..index.names import fold_words, name_words
from ..index.snapshot import Snapshot
from .misspelt import NAME, POSSIBLE, SURE, belief, support
from .query import LONGEST, ParsedQuery, Piece
from .view import View

__all__ = ["Spelling", "check_spelling", "distance"]

_SHORTEST, _LONG = 5, 8
"""Letters of a word in which one mistake, and two, may be: every third word of four letters is
another one with one letter changed."""
_COMMON, _LEAST_FOR_TWO = 1_000, 5
"""A word is common that stands in one paper of so many. What is meant for a word that is not long,
or two mistakes away, is common, and the latter in so many papers at least: without that, words that
a library lacks turned into others."""
_PAPERS_PER_MENTION = 20_000
"""A word that stands in fewer papers than one in so many may be a mistake itself."""
_RARE = 10_000
"""A word is rare that stands in at most one paper of so many."""
_MORE_FREQUENT = 50
"""How many times as frequent a word must be that is meant instead of a rare one."""
_LOOKED_AT = 8
"""Papers in which it is looked up how a word is written."""
_CODE = re.compile(r"[\d/@_\\=#]|\w\.\w|(?<!\w)\w-|-\w(?!\w)")
"""Also "α-tocopheryl" and "t-test": what one letter is joined to is a term of some art."""
_JOINED = re.compile(r"[-‐‑–]")
_PART = re.compile(r"\S+")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A query with its unknown words corrected, the same as it would have been written (None where
    no word was), and one with rare words replaced by frequent ones (None where there is none)."""

    parsed: ParsedQuery
    corrected: str | None = None
    suggestion: str | None = None


def check_spelling(
    parsed: ParsedQuery, snapshot: Snapshot, view: View, known: ModelWords
) -> Spelling:
    """Correct the words that no paper of the library holds, where it has words like them and it is
    likely that these are meant (`paperkin.search.misspelt`); where it is only possible, suggest it.

    Left alone are quoted phrases and fields, numbers, codes and addresses, capitals, names of
    authors and venues, pairs of names ("Runge-Kutta"), and words in `known`: they are no
    misspellings, there is just no paper with them.
    """
    text = parsed.text
    if not spaced(view.language) or len(text.split(maxsplit=LONGEST)) > LONGEST:
        return Spelling(parsed)
    shouting = text.isupper()
    doubtful: dict[str, int] = {}
    frequencies = _frequencies(parsed, view)
    least = max(1, len(view.live) // _RARE)
    for word, df in frequencies.items():
        # "BERT" and "eRNA" are codes as well.
        capitals = any(map(str.isupper, word[1:])) and not shouting
        if df > least or len(word) < _SHORTEST or capitals:
            continue
        if not _is_name(snapshot, word) and word not in known:
            doubtful[word] = df
    near = {
        word: found
        for word, df in doubtful.items()
        if (found := _kept_nearest(word, df, view, known))
    }
    # Misspelled words tell of each other by what they are meant to be.
    meant = _replaced(parsed, near)[0].text
    wrong: dict[str, str] = {}
    rare: dict[str, str] = {}
    for word, other in near.items():
        absent = not doubtful[word]
        sure = _sure(word, other, meant, view, known) if absent else POSSIBLE
        if sure >= POSSIBLE:
            enough = SURE + NAME if _like_a_name(word, text) else SURE
            (wrong if absent and sure >= enough else rare)[word] = _written(other, snapshot, view)
    if not wrong and not rare:
        return Spelling(parsed)
    right, corrected = _replaced(parsed, wrong)
    suggestion = _replaced(right, rare)[1] if rare else None
    return Spelling(right, corrected if wrong else None, suggestion)


def _sure(word: str, other: str, meant: str, view: View, known: ModelWords) -> float:
    folded = "".join(spelt(word, view.language))
    near = support(other, meant, view)
    return belief(folded, other, distance(folded, other), near, view, known)


def _like_a_name(word: str, text: str) -> bool:
    """Whether a word has a capital where it need not, and most others have none."""
    others = [each for each in _WORD.findall(text) if each != word and len(each) >= _SHORTEST]
    small = sum(each.islower() for each in others)
    return word.istitle() and not text.lstrip().startswith(word) and 2 * small > len(others)


def _frequencies(parsed: ParsedQuery, view: View) -> dict[str, int]:
    """In how many papers each word stands whose spelling may be corrected."""
    words = dict.fromkeys(
        word
        for piece in parsed.pieces
        if not piece.fixed
        for part in piece.text.split()
        if not _is_code(part)
        for word in _WORD.findall(part)
    )
    stems = {word: terms(word, view.language) for word in words}
    single = {word: found[0] for word, found in stems.items() if len(found) == 1}
    found = view.keyword.frequencies(set(single.values()), view.stale, view.pending)
    return {word: found[stem] for word, stem in single.items()}


def _is_code(part: str) -> bool:
    """Whether a part of a query between spaces is no ordinary word; nor are names that are joined,
    and words of scripts whose vowels are marks, which edits would tear apart."""
    joined = [each for each in _JOINED.split(part.strip("()[]{}.,;:?!")) if each]
    names = len(joined) > 1 and all(each[0].isupper() for each in joined)
    marked = any(category(letter)[0] == "M" for letter in part)
    return bool(_CODE.search(part)) or marked or (names and not part.isupper())


def _is_name(snapshot: Snapshot, word: str) -> bool:
    """Whether a word stands in the name of an author or of a venue."""
    folded = " ".join(name_words(word))
    of_paper = "JOIN paper_terms USING (term) JOIN papers USING (paper) WHERE state = 0 AND"
    authors = f"SELECT 1 FROM term_words {of_paper} word = ? LIMIT 1"
    venues = f"SELECT DISTINCT value FROM terms {of_paper} kind = 'venue' AND instr(value, ?)"
    return any(snapshot.rows(authors, folded)) or any(
        folded in fold_words(value).split() for (value,) in snapshot.rows(venues, folded)
    )


def _written(word: str, snapshot: Snapshot, view: View) -> str:
    """A folded word as papers write it, with its accents."""
    forms = Counter(
        form
        for paper in snapshot.papers(view.lexicon.holders(word, _LOOKED_AT)).values()
        for form in _WORD.findall(f"{paper.title} {paper.abstract}".lower())
        # An accent may be spelt with a second letter.
        if len(form) <= len(word) <= 2 * len(form)
    )
    own = [(-count, form) for form, count in forms.items() if spelt(form, view.language) == [word]]
    return min(own, default=(0, word))[1]


def _replaced(parsed: ParsedQuery, words: Mapping[str, str]) -> tuple[ParsedQuery, str]:
    """A query with words replaced, and the same as it would have been written."""

    def replace(text: str) -> str:
        return _PART.sub(lambda part: part[0] if _is_code(part[0]) else within(part[0]), text)

    def within(part: str) -> str:
        return _WORD.sub(lambda match: _cased(match[0], words.get(match[0], match[0])), part)

    pieces = tuple(
        piece if piece.fixed else Piece(replace(piece.written), replace(piece.text))
        for piece in parsed.pieces
    )
    written = "".join(piece.written for piece in pieces)
    return ParsedQuery(pieces, parsed.conditions), written


def _cased(word: str, other: str) -> str:
    if word == other:
        return other
    return other.upper() if word.isupper() else other.title() if word.istitle() else other


def _kept_nearest(word: str, df: int, view: View, known: ModelWords) -> str | None:
    make = partial(_nearest, word, view, known, most=df * _MORE_FREQUENT, far=not df)
    return view.corrections.get((word, df, known.there), make)


def _nearest(word: str, view: View, known: ModelWords, *, most: int, far: bool) -> str | None:
    """The word of the corpus that is nearest to another, and stands in more than `most` papers.

    Fewer mistakes count first, then whether it begins with the same letter, then its frequency.
    `far` allows two mistakes in a long word.
    """
    folded = "".join(spelt(word, view.language))
    if not folded.isalpha():
        return None
    papers = len(view.live)
    share = _PAPERS_PER_MENTION if len(folded) >= _LONG else _COMMON
    one = _best(folded, 1, view, max(1, papers // share, most))
    if not far or len(folded) < _LONG:
        return one and one[0]
    if one is None and folded.isascii() and known.any_of(_edits(folded)):
        # It is a real word with one mistake, which is not the library's.
        return None
    if one is None or one[1] <= max(1, papers // _RARE):
        # The word that is nearest may be a misspelling itself.
        common = max(_LEAST_FOR_TWO, papers // _COMMON)
        two = _best(folded, 2, view, max(common, _MORE_FREQUENT * one[1] if one else 0))
        return (two or one or ("",))[0] or None
    return one[0]


def _best(word: str, mistakes: int, view: View, least: int) -> tuple[str, int] | None:
    """The best word at most so many mistakes away that stands in `least` papers, and in how many
    it does."""
    near = _near_by_edits if mistakes == 1 and word.isascii() else _near_by_listing
    found = near(word, mistakes, view.lexicon, least)
    best = min(((other[0] != word[0], -df, other) for other, df in found), default=None)
    return best and (best[2], -best[1])


def _near_by_edits(word: str, _: int, lexicon: Lexicon, least: int) -> Iterator[tuple[str, int]]:
    for other in _edits(word):
        df = lexicon.spelt(other) if len(other) >= _SHORTEST else 0
        if df >= least:
            yield other, df


def _near_by_listing(
    word: str, mistakes: int, lexicon: Lexicon, least: int
) -> Iterator[tuple[str, int]]:
    letters = set(word)
    for other, df in lexicon.spellings(word[0]).alike(word, mistakes, least):
        if (
            len(letters.symmetric_difference(other)) <= 2 * mistakes
            and other.isalpha()
            and 0 < distance(word, other) <= mistakes
        ):
            yield other, df


def _edits(word: str) -> set[str]:
    """What a word becomes by one mistake; hardly anybody mistakes its first letter for another, or
    puts one before it."""
    halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    found = {left + right[1:] for left, right in halves if left and right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1}
    for letter in string.ascii_lowercase:
        found |= {left + letter + right[1:] for left, right in halves if left and right}
        found |= {left + letter + right for left, right in halves}
    return found - {word}


def distance(a: str, b: str) -> int:
    """The restricted Damerau-Levenshtein distance of two words."""
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        row = [i]
        for j, other in enumerate(b, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
