"""What a query means in one library: a paper, a title, conditions, words as they were meant."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..index.model_words import ModelWords
from ..index.snapshot import Snapshot
from .known import asked_id, named, titled
from .query import Condition, parse, plain
from .spelling import check_spelling
from .view import View

__all__ = ["Meaning", "understand"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What papers have to meet, and what they are ranked by: a paper that the query is an id of
    (`number`), or else a text, "" where the query holds conditions only.

    `first` are the numbers (int64, ascending) of the papers that the query names, by their id or
    their title. `corrected` and `suggestion` are as in Hits. `missing` is the id that the query is,
    where no paper has it: then papers have to mention it.
    """

    text: str
    conditions: tuple[Condition, ...]
    first: NDArray[np.int64]
    number: int | None = None
    corrected: str | None = None
    suggestion: str | None = None
    missing: str | None = None


def understand(query: str, snapshot: Snapshot, view: View, known: ModelWords) -> Meaning:
    """What a query means; words in `known` are not misspelled."""
    number = named(snapshot, query)
    if number is not None:
        return Meaning(query, (), np.array([number], np.int64), number)
    parsed, first = parse(query), titled(view, query)
    missing = asked_id(query)
    if missing is not None and not len(first):
        # What an id is near to by meaning is chance.
        mention = Condition("", _printed(missing))
        return Meaning("", (mention,), first, missing=missing)
    if parsed.conditions and _has_syntax(snapshot, first):
        # A title with a quotation mark or a dash in it is still a title.
        parsed = plain(query)
    if not parsed.text:
        values = [each.text for each in parsed.conditions if each.field == "title"]
        return Meaning("", parsed.conditions, _titled_any(view, [query, *values]))
    first = _titled_any(view, [query, parsed.text])
    if len(first):
        return Meaning(parsed.text, parsed.conditions, first)
    spelling = check_spelling(parsed, snapshot, view, known)
    text = spelling.parsed.text
    if spelling.corrected is not None:
        first = _titled_any(view, [spelling.corrected, text])
    return Meaning(
        text,
        parsed.conditions,
        first,
        corrected=spelling.corrected,
        suggestion=spelling.suggestion,
    )


def _printed(id: str) -> str:
    """How an id stands in a text: without its kind, unless all else is a number."""
    value = id.partition(":")[2]
    return id if value.isdigit() else value


def _has_syntax(snapshot: Snapshot, papers: NDArray[np.int64]) -> bool:
    """Whether what is syntax in queries stands in the title of one of some papers."""
    titles = (paper.title for paper in snapshot.papers(papers).values())
    return any(parse(title).conditions for title in titles)


def _titled_any(view: View, texts: list[str]) -> NDArray[np.int64]:
    """Numbers (int64, ascending) of the papers whose title is the first of some texts that is a
    title at all."""
    for text in texts:
        found = titled(view, text)
        if len(found):
            return found
    return np.zeros(0, np.int64)
