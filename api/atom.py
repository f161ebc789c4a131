"""Papers as a feed: Atom (RFC 4287)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote
from xml.etree import ElementTree

from ..index.paper import Paper

__all__ = ["ATOM", "Entry", "Feed", "atom", "paper_urn"]

ATOM = "application/atom+xml; charset=utf-8"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML may hold, not even as a reference (XML 1.0, 2.2)."""
_DAY = len("2021-06-30")


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper and when it last changed (RFC 3339)."""

    paper: Paper
    updated: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: its id, which never changes, its name, where it is, and when it last changed."""

    id: str
    title: str
    url: str
    updated: str
    entries: Sequence[Entry]


def paper_urn(paper: Paper) -> str:
    """The id of a paper in a feed: the same in every feed and for ever."""
    return f"urn:paperkin:paper:{quote(paper.id, safe=':.-_')}"


def atom(feed: Feed) -> bytes:
    """A feed as an XML document in UTF-8."""
    ElementTree.register_namespace("", _NAMESPACE)
    root = _element(None, "feed")
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "updated", feed.updated)
    _element(root, "link", rel="self", type="application/atom+xml", href=feed.url)
    _text(root, "generator", "Paperkin")
    for each in feed.entries:
        _add(root, each)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _add(root: ElementTree.Element, each: Entry) -> None:
    paper = each.paper
    entry = _element(root, "entry")
    _text(entry, "id", paper_urn(paper))
    _text(entry, "title", paper.title)
    _text(entry, "updated", each.updated)
    if len(paper.published) == _DAY:
        _text(entry, "published", f"{paper.published}T00:00:00Z")
    for name in paper.authors:
        _text(_element(entry, "author"), "name", name)
    if not paper.authors:
        # An entry needs an author (RFC 4287, 4.1.2).
        _text(_element(entry, "author"), "name", "unknown")
    if paper.url:
        _element(entry, "link", rel="alternate", href=paper.url)
    for name in paper.categories:
        _element(entry, "category", term=name)
    # What has no link must have content, and a summary is none.
    _text(entry, "summary" if paper.url else "content", paper.abstract or paper.title)


def _element(parent: ElementTree.Element | None, name: str, **said: str) -> ElementTree.Element:
    plain = {key: _FORBIDDEN.sub("", value) for key, value in said.items()}
    tag = f"{{{_NAMESPACE}}}{name}"
    if parent is None:
        return ElementTree.Element(tag, plain)
    return ElementTree.SubElement(parent, tag, plain)


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    _element(parent, name).text = _FORBIDDEN.sub("", text)
