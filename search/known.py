"""Queries that name a paper: by one of its ids, or by its title."""

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..index.clean import clean_title
from ..index.errors import UnknownPaper
from ..index.ids import normalise_title, parse_id
from ..index.snapshot import LIVE, Snapshot
from .view import View

__all__ = ["asked_id", "named", "titled"]

_LONGEST_TITLE = 1000
_STAMP = re.compile(r"\s*\[[a-z-]+(?:\.[A-Za-z-]+)?\](?:\s+\d{1,2} [A-Za-z]{3} \d{4})?$")
"""What arXiv prints behind an id: " [cs.CL] 5 Jun 2021"."""
_ID = re.compile(
    r"(?:(?:(?:arxiv preprint )?arxiv|doi|digital object identifier|acl(?: ?anthology)?|pmid|pubmed"
    r"|pmc(?:id)?|corpus ?id|s2cid|openalex)\s?[:=]?\s?)?\S+",
    re.IGNORECASE,
)
_WRAPPING = " <>()[]{}\"'“”‘’.,;"
_OWN = re.compile(r"pk:[a-z2-7]{16}", re.IGNORECASE)
_MARKUP = re.compile(r"[\\{}$~^&<]")


def named(snapshot: Snapshot, query: str) -> int | None:
    """The number of the live paper that a query is an id of; None for any other query, and for an
    id that no paper here has."""
    for each, _ in _ids(query):
        try:
            found = snapshot.find(each)
        except UnknownPaper:
            continue
        if found is not None and found[1] == LIVE:
            return found[0]
    return None


def asked_id(query: str) -> str | None:
    """The id that a query is, whether or not a paper has it; None for any other query."""
    return next((id for _, id in _ids(query)), None)


def _ids(query: str) -> Iterator[tuple[str, str]]:
    """What in a query may be nothing but an id, and the canonical form of that."""
    text = " ".join(query.split())
    if len(text) > _LONGEST_TITLE:
        return
    text = _STAMP.sub("", text)
    for each in (text, text.strip(_WRAPPING)):
        if _ID.fullmatch(each):
            id = each.lower() if _OWN.fullmatch(each) else parse_id(each)
            if id is not None:
                yield each, id


def titled(view: View, text: str) -> NDArray[np.int64]:
    """Numbers (int64, ascending) of the live papers whose title a text is: by `normalise_title`, of
    the text as it is or without its LaTeX."""
    if len(text) > _LONGEST_TITLE:
        return np.zeros(0, np.int64)
    found: set[int] = set()
    for title in {text, clean_title(text)} if _MARKUP.search(text) else {text}:
        said = normalise_title(title)
        if said:
            found.update(view.lexicon.titled(said).tolist())
    return np.array(sorted(found), np.int64)
