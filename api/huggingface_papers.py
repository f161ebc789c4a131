"""Papers as Hugging Face's paper pages tell them.

A paper is called by its arXiv id there; one that has none is called by its id in the library. What
the library does not know is left out, as that service leaves it out; votes and comments are 0.
"""

import re
from collections.abc import Mapping
from typing import Any

from ..index.paper import Paper
from ..index.web import is_web

__all__ = ["day_of", "listed_day", "listing", "markdown", "paper_info", "votes"]

_DAY = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
_ARXIV_MONTH = re.compile(r"(?:.*/)?([0-9]{2})([0-9]{2})")
_FIRST_YEAR = 91
"""Of arXiv: 1991."""
_MOST_VOTES = 10**9


def listed_day(value: object) -> str:
    """The day on which a source listed a paper, "2024-12-12"; "" where it says none."""
    found = _DAY.match(value) if isinstance(value, str) else None
    return found[0] if found else ""


def votes(value: object) -> int:
    """How many people a source says to have voted for a paper; 0 where it says nothing."""
    good = isinstance(value, int) and not isinstance(value, bool)
    return min(max(0, value), _MOST_VOTES) if good and isinstance(value, int) else 0


def day_of(paper: Paper) -> str:
    """The day on which a paper came out, the first of the month or year where no more is known.

    Where only the year is known, the arXiv id may tell the month.
    """
    said = paper.published
    month = _ARXIV_MONTH.match(paper.arxiv_id)
    if month and len(said) < len("2024-12") and 1 <= int(month[2]) <= 12:
        year = int(month[1]) + (1900 if int(month[1]) >= _FIRST_YEAR else 2000)
        if not said or said == str(year):
            said = f"{year}-{month[2]}"
    return said + "-01-01"[len(said) - len("2024-01-01") :] if 4 <= len(said) < 10 else said


def _moment(day: str) -> str:
    return f"{day}T00:00:00.000Z"


def _text(extra: Mapping[str, object], name: str) -> str:
    value = extra.get(name)
    return value if isinstance(value, str) else ""


def paper_info(paper: Paper) -> dict[str, Any]:
    """A paper by itself."""
    extra = paper.extra
    info: dict[str, Any] = {
        "id": paper.arxiv_id or paper.id,
        "authors": [{"name": name, "hidden": False} for name in paper.authors],
        "title": paper.title,
        "summary": paper.abstract,
        "upvotes": votes(extra.get("upvotes")),
    }
    if day := day_of(paper):
        info["publishedAt"] = _moment(day)
    if listed := listed_day(extra.get("listed_on")):
        info["submittedOnDailyAt"] = _moment(listed)
    if summary := _text(extra, "tldr"):
        info["ai_summary"] = summary
    keywords = extra.get("keywords")
    if isinstance(keywords, list) and keywords:
        info["ai_keywords"] = [each for each in keywords if isinstance(each, str)]
    if is_web(code := _text(extra, "code")):
        info["githubRepo"] = code
    if is_web(page := _text(extra, "project_page")):
        info["projectPage"] = page
    return info


def listing(paper: Paper) -> dict[str, Any]:
    """A paper in a list; it was published there on the day on which it was listed."""
    info = paper_info(paper)
    listed = info.get("submittedOnDailyAt") or info.get("publishedAt")
    return {
        "paper": info,
        **({"publishedAt": listed} if listed else {}),
        "title": paper.title,
        "summary": paper.abstract,
        "numComments": 0,
        "isAuthorParticipating": False,
    }


def markdown(paper: Paper) -> str:
    """A paper as a page of Markdown."""
    about = [", ".join(paper.authors), paper.published, paper.venue]
    facts = " · ".join(_escaped(each) for each in about if each)
    links = [paper.url] if is_web(paper.url) else []
    code = _text(paper.extra, "code")
    links += [code] if is_web(code) and code != paper.url else []
    parts = [
        f"# {_escaped(paper.title)}",
        facts,
        " ".join(f"<{each}>" for each in links),
        f"## Abstract\n\n{_escaped(paper.abstract)}" if paper.abstract else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _escaped(text: str) -> str:
    """Nothing in a text is markup of the page that it stands on."""
    return re.sub(r"^(\s*)([#>+-]|\d+[.)](?=\s))", r"\1\\\2", text.replace("<", r"\<"), flags=re.M)
