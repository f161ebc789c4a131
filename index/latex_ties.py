"""What "~" means in running text: LaTeX's unbreakable space, "about", "to", or "distributed as"."""

import re

__all__ = ["is_tie"]

_APPROXIMATE = re.compile(r"(?:^|[^\w~])[^\W\d_]$|\d[kKMBTGxX×%hs]{0,2}$|[$}]$")
_BEFORE = re.compile(r"[^\W_]{1,40}$")
_NUMBER = re.compile(r"(?:^|[^\w])[-+]?\d[\d.,]{0,20}$")
_MEASURED = re.compile(r"\d[\s~]?[^\W\d_]$")
_AFTER = re.compile(r"[^\W\d_]{1,40}")
_ROMAN = re.compile(r"[IVX]+(?![A-Za-z(])")
_DISTRIBUTION = re.compile(
    r"[A-Z][A-Za-z]*\(|\\(?:mathcal|mathrm|text|operatorname)\{[A-Z][A-Za-z]*\}\s?\("
)
_ITEM = re.compile(r"\((?:\d{1,3}|[ivx]{1,5}|[a-z])\)$")
_TERMS = re.compile(r"[a-z]\w*\s?[+*|]\s?[A-Za-z]")
_ARTICLES = frozenset("aAI")
_CJK = "\u2e80"
_LONGEST = 48


def is_tie(text: str, place: int) -> bool:
    """Whether the "~" at a place is LaTeX's unbreakable space.

    It is with evidence: in "Table~3", "J.~Doe", "et~al.", "10~km", "seen~\\cite{x}"; it means
    "about" or "to" in "~5", "z~3" and "1M~60M", and stands between variables in "y~x" and
    "X~N(0,1)".
    """
    before, after = text[place - 1 : place] if place else "", text[place + 1 : place + 2]
    if not before or before in " ([/=<>~" or after in ("~", "/", ""):
        return False
    if after.isdigit():
        return _APPROXIMATE.search(text[max(0, place - 4) : place]) is None
    if after == " ":
        return before.isalpha() and text[max(0, place - 2) : place - 1].isalnum()
    if _DISTRIBUTION.match(text, place + 1):
        return False
    return not after.isalpha() or _joins_words(text, place)


def _joins_words(text: str, place: int) -> bool:
    """Whether a "~" in front of a letter joins two words rather than two variables."""
    found = _AFTER.match(text, place + 1)
    head = text[max(0, place - _LONGEST) : place]
    if found is None or max(found[0][0], head[-1]) >= _CJK:
        return False
    word, behind = found[0], text[found.end() : found.end() + 1]
    if _NUMBER.search(head) or behind in ("$", "^", "\\"):
        return True  # "10~km", "km~s$^{-1}$"
    run = _BEFORE.search(head)
    if run is None:
        return len(word) > 1 or head[-1] not in ")]" or _ITEM.search(head) is not None
    if sum(map(str.isalpha, run[0])) > 1 or len(run[0]) > 3:
        return _TERMS.match(text, place + 1) is None
    if run[0] in _ARTICLES and len(word) > 1:
        return word[0].islower()
    return _ROMAN.match(text, place + 1) is not None or _MEASURED.search(head) is not None
