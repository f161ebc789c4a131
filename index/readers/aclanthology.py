"""The XML of the ACL Anthology: collections of volumes of papers."""

import re
from typing import Any

from .xmltree import Element, plain, readable

__all__ = ["ACL_ELEMENTS", "ACL_OPENED", "Place"]

ACL_ELEMENTS = ("paper", "meta", "frontmatter")
ACL_OPENED = ("collection", "volume")

_ID = re.compile(r"\sid\s*=\s*[\"']([\w.-]{1,60})[\"']")
_ANTHOLOGY_ID = re.compile(r"[A-Z]\d{2}-\d{4}|\d{4}\.[a-z]\w*-\w+\.\d{1,4}", re.IGNORECASE)
_OLD = re.compile(r"[A-Z]\d{2}", re.IGNORECASE)
_WORKSHOPS = 2  # digits of a paper's number in a volume of workshops, of which there are up to 99
_MAIN = 3


class Place:
    """Where in a collection the next paper stands, and what its volume says of all its papers."""

    def __init__(self) -> None:
        self._collection = ""
        self._volume = ""
        self._described: dict[str, str] = {}

    def open(self, name: str, tag: str) -> None:
        """Go into a collection or a volume by its start tag."""
        found = _ID.search(tag)
        number = found[1] if found else ""
        if name == "collection":
            self._collection, self._volume = number, ""
        else:
            self._volume = number
        self._described = {}

    def _describe(self, meta: Element) -> None:
        self._described = {
            "venue": readable(meta.find("journal-title")) or readable(meta.find("booktitle")),
            "year": plain(meta.find("year")),
            "month": plain(meta.find("month")),
            "language": plain(meta.find("language")),
        }

    def fields_of(self, paper: Element) -> dict[str, Any] | None:
        """The values of a paper by their names (index/readers/fields.py); None for front matter,
        and for what a volume says of itself, which its next papers have."""
        if paper.tag != "paper":
            if paper.tag == "meta":
                self._describe(paper)
            return None
        number = paper.get("id", "").strip()
        if self._is_front_matter(number):
            return None
        above = self._described.get
        identifier = self._id(number, plain(paper.find("url")))
        year = plain(paper.find("year")) or above("year", "")
        month = plain(paper.find("month")) or above("month", "")
        own = (readable(paper.find(name)) for name in ("journal", "booktitle"))
        retracted = paper.find("retracted")
        return {
            "title": readable(paper.find("title")),
            "abstract": readable(paper.find("abstract")),
            "authors": _names(paper, "author") or _names(paper, "editor"),
            "published": f"{month} {year}".strip() if year else "",
            "venue": next((name for name in own if name), "") or above("venue", ""),
            "doi": plain(paper.find("doi")),
            "acl_id": identifier,
            "id": identifier,
            "language": plain(paper.find("language")) or above("language", ""),
            "pages": plain(paper.find("pages")),
            "awards": [name for each in paper.findall("award") if (name := plain(each))] or "",
            "retracted": "" if retracted is None else plain(retracted) or "yes",
        }

    def _is_front_matter(self, number: str) -> bool:
        if self._collection:
            return number == "0"
        digits = _WORKSHOPS if self._volume.upper().startswith("W") else _MAIN
        return len(number) == _WORKSHOPS + 2 and number.endswith("0" * digits)

    def _id(self, number: str, url: str) -> str:
        """The paper's own id, as its address has it or as the Anthology makes it of its place."""
        if _ANTHOLOGY_ID.fullmatch(url):
            return url
        if not self._collection:  # the Anthology's older files: P18, and papers with four digits
            return f"{self._volume}-{number.zfill(4)}" if self._volume and number else ""
        if not (self._volume and number):
            return ""
        if not _OLD.fullmatch(self._collection):
            return f"{self._collection}-{self._volume}.{number}"
        digits = _WORKSHOPS if self._has_workshops() else _MAIN
        return f"{self._collection}-{self._volume.zfill(4 - digits)}{number.zfill(digits)}"

    def _has_workshops(self) -> bool:
        collection = self._collection.upper()
        later = self._volume.isdecimal() and int(self._volume) >= 5
        return collection.startswith("W") or collection == "C69" or (collection == "D19" and later)


def _names(paper: Element, role: str) -> list[str]:
    names = []
    for each in paper.findall(role):
        last, first = plain(each.find("last")), plain(each.find("first"))
        # Nobody's last name alone is "Jr."; a group has its whole name as its last.
        names.append(f"{last}, {first}" if last and first else last or first)
    return [name for name in names if name]
