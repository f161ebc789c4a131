"""What a person should be told of an answer, in sentences: that it is not good, why it is empty,
what the library lacks, how else to ask."""

from collections.abc import Iterator

from ..index.filters import Filters, select
from ..index.names import name_words
from ..index.snapshot import Snapshot
from .constraints import meeting
from .hits import Hits
from .meaning import Meaning
from .query import Condition
from .view import View

__all__ = ["remark_on"]

_VERDICTS = {
    "weak": "Little here fits the query: these papers may not be what you look for.",
    "nothing": "Nothing here matches the query. These papers are only the nearest to it.",
}
_NAME = 5
"""Words that a person's name has at most."""


def remark_on(
    hits: Hits, meant: Meaning | None, snapshot: Snapshot, view: View, filters: Filters
) -> str | None:
    """What is to be said of an answer; None for a good one. `meant` is None for related papers."""
    said: list[str] = []
    if meant is not None and meant.missing is not None:
        said.append(_lacks(meant.missing, snapshot))
        said += ["These papers mention it."] if hits else []
        return " ".join(said)
    if not hits:
        said.append(_empty(hits, meant, snapshot, view, filters))
    elif meant and meant.number is not None and _filtered(meant.number, snapshot, filters):
        said.append("The paper that the query names does not pass the filters.")
        said.append("These are the nearest to it that do.")
    elif hits.verdict in _VERDICTS:
        said.append(_VERDICTS[hits.verdict])
    if meant is not None and not hits.offset and (not hits or hits.verdict != "good"):
        said += _by_author(meant, snapshot)
    return " ".join(said) or None


def _lacks(id: str, snapshot: Snapshot) -> str:
    if snapshot.find(id) is not None:
        return (
            f"The paper {id} was removed from the library. Building its source with restore "
            "brings it back."
        )
    return f"The library has no paper with the id {id}."


def _filtered(number: int, snapshot: Snapshot, filters: Filters) -> bool:
    return bool(filters) and number not in select(snapshot, filters)


def _empty(
    hits: Hits, meant: Meaning | None, snapshot: Snapshot, view: View, filters: Filters
) -> str:
    if hits.total:
        return f"The answer ends at place {hits.total:,}; offset {hits.offset:,} is beyond it."
    if not len(view.live):
        return "The library has no papers."
    if filters and not len(select(snapshot, filters)):
        return "No paper passes the filters."
    for condition in meant.conditions if meant else ():
        if not condition.excluded and not len(meeting(snapshot, view, (condition,), None)):
            return f"No paper has {_written(condition)}."
    passing = " that passes the filters" if filters else ""
    if meant is None:
        return f"There is no other paper{passing}."
    if hits.mode == "keyword" and meant.text:
        demanded = " and meets all that the query demands or excludes" if meant.conditions else ""
        return f"No paper{passing}{demanded} holds a word of the query."
    return f"No paper{passing} meets all that the query demands or excludes."


def _written(condition: Condition) -> str:
    field = f"{condition.field}:" if condition.field else ""
    one_word = condition.field and len(condition.text.split()) == 1
    return field + (condition.text if one_word else f'"{condition.text}"')


def _by_author(meant: Meaning, snapshot: Snapshot) -> Iterator[str]:
    """That the query is an author's name, where it may be one."""
    text = " ".join(meant.text.replace('"', " ").split())
    if meant.conditions or not 0 < len(name_words(text)) <= _NAME:
        return
    papers = len(select(snapshot, Filters(author=(text.lstrip("! "),))))
    if papers:
        one = "The library has a paper" if papers == 1 else f"The library has {papers:,} papers"
        asked = _written(Condition("author", text.lstrip("! ")))
        yield f"{one} by an author of that name: search for {asked} to see " + (
            "it." if papers == 1 else "them."
        )
