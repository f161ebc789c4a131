"""Words of a page's buttons that stick to the title after them when the page is saved."""

import re
from collections.abc import Iterable

__all__ = ["unglued"]

# One to three plain words, the last of which runs into something that starts a title.
_SEAM = re.compile(r"[A-Z][a-z]{2,}(?: [A-Za-z][a-z]*){0,2}?(?=[^\Wa-z_]|[$\"“‘(\[])")
_HEAD = re.compile(r"\w[\w+]*(?:[-–.]\w+)*")
_WORD = re.compile(r"[^\W\d_]+")

# fmt: off
_BUTTONS = frozenset({
    "subscribe", "unsubscribe", "follow", "login", "logout", "signup", "register", "join",
    "submit", "search", "menu", "home", "upvote", "download", "share", "bookmark", "save", "cite",
    "more", "next", "previous", "back", "filter", "sort", "sign up", "sign in", "log in",
    "log out", "load more", "read more", "show more", "view all",
})
# fmt: on
"""What buttons say in English: one sign among others, for pages too short to give any other."""


def unglued(title: str, abstract: str, furniture: Iterable[str], page: str) -> str:
    """The title without a button's word in front of it ("SubscribeSparse Models").

    `furniture` are the lines of the page that belong to no record, `page` is the text around,
    this title included. A word is taken off where it runs into the next one and
    - the two together stand nowhere else, neither in the abstract nor on the page, so that they
      are not a name ("DrBERT", "MathFusion"), and
    - the word is a line of the furniture or stands in one, or is what buttons say, or is found
      nowhere else in the abstract or on the page, although the word it runs into is.
    """
    lines = [line.strip() for line in furniture]
    for line in lines:
        # A whole line of the furniture, given once more and run into the title.
        rest = title[len(line) :]
        if len(line) > 3 and rest and title.startswith(line) and _starts_title(rest, abstract):
            return title if _is_name(line, rest, abstract, page) else rest
    button = _button(title, abstract)
    if button:
        rest = title[len(button) :]
        return title if _is_name(button, rest, abstract, page) else rest
    seam = _SEAM.match(title)
    if seam is None:
        return title
    prefix, rest = seam[0], title[seam.end() :]
    if _is_name(prefix, rest, abstract, page):
        return title
    words = {word.casefold() for line in lines for word in _WORD.findall(line)}
    if all(word.casefold() in words for word in prefix.split()):
        return rest
    return rest if _is_foreign(prefix, rest, abstract, page) else title


def _head(rest: str) -> str:
    head = _HEAD.search(rest)
    return head[0] if head else rest[:1]


def _is_name(prefix: str, rest: str, abstract: str, page: str) -> bool:
    whole = prefix.rpartition(" ")[2] + _head(rest)
    return whole in abstract or page.count(whole) > 1


def _is_foreign(prefix: str, rest: str, abstract: str, page: str) -> bool:
    head = _head(rest)
    last = prefix.rpartition(" ")[2]
    if " " in prefix or len(last) < 4 or len(head) < 3:
        return False
    here = re.compile(rf"(?i)\b{re.escape(last)}")
    if len(here.findall(page)) > 1 or here.search(abstract):
        return False
    # Of a plain word its stem is enough: "Aligning" in a title is "we align" in an abstract.
    stem = re.escape(head[:-3] if head.isalpha() and len(head) > 6 else head)
    # Abbreviations stand on most pages, and in many names ("PocketLLM").
    where = abstract + page.replace(prefix + rest, "") if head[1:].islower() else abstract
    return re.search(rf"(?i)\b{stem}", where) is not None


def _starts_title(rest: str, abstract: str) -> bool:
    """Whether what follows a word looks like the beginning of a title and not like its ending."""
    if rest[0].isupper() or rest[0].isdigit() or rest[0] in '$"“‘([':
        return True
    # Names such as mT5 and nnU-Net.
    head = _head(rest)
    plain = head.isalpha() and head.islower()
    known = re.search(rf"\b{re.escape(head)}\b", abstract)
    return rest[0].islower() and not plain and known is not None


def _button(title: str, abstract: str) -> str:
    """The button's word that the title starts with and that runs into the next one, if any."""
    for word in sorted(_BUTTONS, key=len, reverse=True):
        rest = title[len(word) :]
        starts = rest and title[0].isupper() and title.casefold().startswith(word)
        if starts and _starts_title(rest, abstract):
            return title[: len(word)]
    return ""
