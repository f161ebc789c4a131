"""Acronyms that a text defines: "long short-term memory (LSTM)", "LSTM (long short-term memory)".

A. Schwartz, M. Hearst, "A Simple Algorithm for Identifying Abbreviation Definitions in Biomedical
Text", 2003.
"""

import re
from collections.abc import Iterator

__all__ = ["Definition", "definitions"]

Definition = tuple[str, str]
"""An acronym and what it stands for, both as written: ("LSTM", "long short-term memory")."""

_ASIDE = re.compile(r"[(\[]([^()\[\]]{2,120})[)\]]")
_SHORT = re.compile(r"[^\W_](?:[^\W_]|[-/&.+]){1,9}")
_CAPITALS = re.compile(r"[A-Z]")
_BREAK = re.compile(r"[.!?;:,(\[)\]]\s|[;(\[)\]]")
_EDGES = " \t\n\"'“”‘’*,.:;-"
_BEFORE = 200
"""Characters before a parenthesis that may hold what it abbreviates."""


def definitions(text: str) -> Iterator[Definition]:
    """Every definition in a text, in order, with repeats."""
    for aside in _ASIDE.finditer(text):
        # "(LSTM; Hochreiter 1997)" and "(LSTM, see below)".
        inside = re.split(r"[;,]", aside[1], maxsplit=1)[0].strip(_EDGES)
        before = text[max(0, aside.start() - _BEFORE) : aside.start()]
        if not before[-1:].isspace():
            continue
        if _is_short(inside):
            long = _long_form(inside, _last_words(before, inside))
            if long:
                yield inside, long
        elif " " in inside:
            short = before.split()[-1].strip(_EDGES) if before.strip() else ""
            # Here everything in the parentheses is the long form, or nothing.
            if _is_short(short) and _long_form(short, inside) == inside:
                yield short, inside


def _is_short(text: str) -> bool:
    return bool(_SHORT.fullmatch(text)) and len(_CAPITALS.findall(text)) >= 2


def _last_words(before: str, short: str) -> str:
    """The words before a parenthesis in which its long form must lie."""
    clause = _BREAK.split(before)[-1]
    letters = sum(letter.isalnum() for letter in short)
    return " ".join(clause.split()[-min(letters + 5, 2 * letters) :])


def _long_form(short: str, words: str) -> str | None:
    """The end of `words` that the letters of an acronym stand for, found from right to left; None
    where there is none."""
    place = len(words)
    letters = [letter for letter in short.lower() if letter.isalnum()]
    if len(letters) > 1 and letters[-1] == "s" and short.endswith("s"):
        # A plural: "LLMs" of "large language model pairs" has no s of its own.
        letters.pop()
    lowered = words.lower()
    if len(lowered) != len(words):
        return None
    for left in range(len(letters) - 1, -1, -1):
        place -= 1
        while place >= 0 and (
            lowered[place] != letters[left]
            or (left == 0 and place > 0 and lowered[place - 1].isalnum())
        ):
            place -= 1
        if place < 0:
            return None
    long = words[place:].strip(_EDGES)
    count = len(long.split())
    telling = len(long) > len(short) and count <= min(len(letters) + 5, 2 * len(letters))
    own = short.lower() in re.split(r"\W+", long.lower())
    return long if telling and not own and count > 1 else None
