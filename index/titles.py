"""How much a title tells: whether two works may have it by chance."""

import re
from enum import IntEnum
from functools import lru_cache

__all__ = ["Weight", "is_distinctive", "respelt", "reworded", "unlike", "weight"]


class Weight(IntEnum):
    """What an equal title proves, the least first."""

    NOTHING = 0
    """"Editorial", "Letter to the editor: a reply", "Results": many works have it."""
    SUBJECT = 1
    """"Introduction to information retrieval": the kind of thing of which one author writes one."""
    DISTINCTIVE = 2
    """"Attention is all you need": hardly given twice."""


_HEAD = re.compile(
    r"(?:(?:a|an|the|some|short|brief|guest|invited|author|editor)(?:s|s s| s)? )*"
    r"(?:introduction|introductory|editorial|editor|preface|foreword|prologue|epilogue|afterword"
    r"|welcome|message from|letters? (?:to|from)|reply|replies|responses? to|comments? (?:on|to)"
    r"|commentary|discussions? (?:of|on)|erratum|errata|corrigendum|corrigenda|corrections?"
    r"|retraction|addendum|proceedings?|book reviews?|obituary|in memoriam|front matter|back matter"
    r"|table of contents|abstracts (?:of|from)|acknowledge?ments?|announcements?|call for papers"
    r"|conclusions?|concluding remarks|special issue|issue information"
    r"|einleitung|einfuhrung|vorwort|nachruf|introduccion|prologo|prefacio|avant propos)(?: |$)"
)
_SAYS_NOTHING = frozenset(
    """a about all an and annual at by conference corrections edition editor editors first for forum
    from guest in international into issue issues its journal letter letters meeting of on our part
    proceedings remarks reply replies response review reviews second section session special
    symposium the third this to topic track transactions us vol volume we with workshop your
    """.split()
)


@lru_cache(maxsize=8192)
def _subject(title: str) -> frozenset[str]:
    return frozenset(
        word
        for word in title.split()
        if word not in _SAYS_NOTHING and not any(letter.isdigit() for letter in word)
    )


@lru_cache(maxsize=8192)
def weight(title: str) -> Weight:
    """What it proves that two works have this title (normalised, ids.normalise_title).

    A title in a script without spaces counts by its letters. One with a head such as
    "Introduction" or "Reply" tells by what follows that is no such word and no number.
    """
    words = title.split()
    head = _HEAD.match(title)
    if head is None:
        if len(words) >= 4:
            return Weight.DISTINCTIVE if len(title) >= 20 else Weight.NOTHING
        # Scripts without spaces.
        letters = sum(ord(letter) >= 0x2E80 for letter in title)
        return Weight.DISTINCTIVE if letters >= 10 else Weight.NOTHING
    return Weight.SUBJECT if len(_subject(title[head.end() :])) >= 2 else Weight.NOTHING


def is_distinctive(title: str) -> bool:
    """Whether a normalised title hardly belongs to two works by chance.

    "Editorial" and "Introduction to the special issue" are shared by many works, longer titles
    seldom are.
    """
    return weight(title) is Weight.DISTINCTIVE


def unlike(title: str, other: str) -> bool:
    """Whether two normalised titles have less than half of their telling words in common: of those
    of the shorter, as subtitles come and go."""
    words, others = _subject(title), _subject(other)
    return bool(words and others) and 2 * len(words & others) < min(len(words), len(others))


def reworded(title: str, other: str) -> bool:
    """Whether two normalised titles differ in more than spelling and one word in five."""
    words, others = frozenset(title.split()), frozenset(other.split())
    if not (words and others) or respelt(title, other):
        return False
    return 20 * len(words & others) < 13 * len(words | others)


def respelt(title: str, other: str) -> bool:
    """Whether two normalised titles differ only in how words are spelt, or in words added.

    "Deep learning for cats" is "Depe learning for cat" and "Deep learning for cats: a survey",
    and not "Deep learning for dogs".
    """
    left, right = title.split(), other.split()
    if len(left) > len(right):
        left, right = right, left
    rest = [word for word in right if word not in left]
    for word in left:
        if word in right:
            continue
        near = next((each for each in rest if _near(word, each)), None)
        if near is None:
            return False
        rest.remove(near)
    return 2 * len(left) >= len(right)


def _near(word: str, other: str) -> bool:
    """One word in which a letter was dropped, added, changed or moved; numbers are never near."""
    if any(letter.isdigit() for letter in word + other):
        return False
    if sorted(word) == sorted(other):
        return True
    if len(word) == len(other) < 6:
        # "cats" and "rats" are both words.
        return False
    short, long = sorted((word, other), key=len)
    start = next((n for n, letter in enumerate(short) if letter != long[n]), len(short))
    rest = long[start + 1 :]
    return rest in (short[start:], short[start + 1 :])
