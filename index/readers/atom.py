"""The Atom feeds of arXiv: what its API answers with, and what it announces each day."""

import re
from typing import Any

from ..dates import parse_date
from .oaipmh import names_in
from .xmltree import Element, plain, readable

__all__ = ["ATOM_ELEMENTS", "fields_of"]

ATOM_ELEMENTS = ("entry",)

_LONGEST_ID = 200
_ID = re.compile(r"arxiv\.org/abs/(.+?)(v\d+)?/?$|^oai:arXiv\.org:(.+?)(v\d+)?$", re.IGNORECASE)
_ANNOUNCED = re.compile(r"arXiv:\S+\s+Announce Type:\s*\S+\s+Abstract:\s*")


def fields_of(entry: Element) -> dict[str, Any]:
    """The values of an entry by their names (index/readers/fields.py).

    Raises ValueError, with the reason, where the entry is an error of the API's or none of arXiv's.
    """
    said = plain(entry.find("id"))[:_LONGEST_ID]
    if "/api/errors" in said:
        raise ValueError(f"arXiv answered with an error: {plain(entry.find('summary'))}")
    found = _ID.search(said)
    if found is None:
        raise ValueError(f"its id is not that of a paper of arXiv's ({said or 'none'})")
    identifier, version = found[1] or found[3], found[2] or found[4] or ""
    first, latest = (parse_date(plain(entry.find(name))) for name in ("published", "updated"))
    named = [each.get("term", "") for each in entry.findall("primary_category")]
    named += [each.get("term", "") for each in entry.findall("category")]
    abstract = readable(entry.find("summary"))
    announced = _ANNOUNCED.match(abstract)
    authors = [name for each in entry.findall("author") if (name := plain(each.find("name")))]
    return {
        "title": readable(entry.find("title")),
        "abstract": abstract[announced.end() if announced else 0 :],
        "authors": authors or names_in(plain(entry.find("creator"))),
        "published": first or latest,
        "venue": plain(entry.find("journal_ref")) or "arXiv",
        "categories": [name for name in dict.fromkeys(named) if name],
        "doi": plain(entry.find("doi")),
        "arxiv_id": identifier,
        "id": identifier,
        "update_date": latest if latest != first else "",
        "version": version,
        "comments": plain(entry.find("comment")),
    }
