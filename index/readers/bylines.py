"""Lines of a page that hold nothing but the names of a paper's authors."""

import re

__all__ = ["is_byline"]

_LONGEST = 4_000
_PARTS = re.compile(r"\s*[,;·•|]\s*(?:and\s+|&\s*)?|\s+(?:and|&)\s+")
_MARKS = re.compile(r"[\d*†‡§¶⁰¹²³⁴-⁹]+$")
_NAME = re.compile(r"(?:[^\W\d_]\.-?)+|[^\W\d_](?:[^\W\d_]|['’-])*\.?")
_PARTICLES = frozenset(
    {"van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le"}
    | {"al", "bin", "ben", "ter", "ten", "y"}
)
_ET_AL = frozenset({"et al", "et al.", "others"})


def is_byline(text: str) -> bool:
    """Whether a line is a list of names: each of two to five words that start with a capital."""
    if len(text) > _LONGEST or text.endswith((":", "?", "!")):
        return False
    parts = [_MARKS.sub("", part).strip() for part in _PARTS.split(text)]
    parts = [part for part in parts if part and part not in _ET_AL]
    return bool(parts) and all(map(_is_name, parts))


def _is_name(part: str) -> bool:
    words = part.removesuffix(" et al.").split()
    capitals = [word for word in words if not word[0].islower()]
    return (
        2 <= len(words) <= 5
        and len(capitals) >= 2
        and all(map(_NAME.fullmatch, words))
        and _PARTICLES.issuperset(set(words) - set(capitals))
    )
