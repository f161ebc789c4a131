"""Acronyms and what they stand for, as the papers of the library define them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..index.analysis import terms
from ..index.lexicon import Lexicon

__all__ = ["Synonyms", "synonyms"]

WEIGHT = 0.3
"""What a synonym counts beside a word of the query."""
_LONGEST = 8
"""Words of an expansion that is looked for."""
_MOST_WORDS = 512
"""Words of a text that are looked at: a long abstract has about 300."""
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Terms and phrases (of terms) that mean what a query says, with weights below 1."""

    words: dict[str, float]
    phrases: dict[tuple[str, ...], float]


def synonyms(text: str, language: str, lexicon: Lexicon) -> Synonyms:
    """What else a query's acronyms and expansions are called."""
    found = Synonyms({}, {})
    spelt, said = _WORD.findall(text), terms(text, language)
    if len(said) > _MOST_WORDS or len(spelt) != len(said):
        return found
    whole = f" {' '.join(said)} "
    for word, term in zip(spelt, said, strict=True):
        capitals = sum(map(str.isupper, word)) > 1
        acronym = lexicon.acronym(term)
        if acronym is None and capitals and word.endswith("s"):
            # "LMs"; "loss" is no plural of "LOS".
            acronym = lexicon.acronym(term[:-1])
        # In capitals it is meant as one; else only where its word is hardly ever another.
        if acronym is None or not (acronym.trusted or capitals):
            continue
        if f" {' '.join(acronym.words)} " not in whole:
            found.phrases[acronym.words] = WEIGHT
            _add(found.words, said, lexicon, acronym.words, acronym.term)
    for length in range(2, _LONGEST + 1):
        for start in range(len(said) - length + 1):
            _add(found.words, said, lexicon, said[start : start + length], "")
    return found


def _add(
    words: dict[str, float], said: list[str], lexicon: Lexicon, expansion: Sequence[str], own: str
) -> None:
    """Add the usual acronym of an expansion, and its plural or singular."""
    known = [each.term for each in lexicon.acronyms_of(expansion)]
    usual = own or next(iter(known), "")
    for term in known:
        if term.rstrip("s") == usual.rstrip("s") and term not in said:
            words[term] = WEIGHT
