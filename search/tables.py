"""Answers as tables of other programs, one row a hit, with the same columns and types always.

What explains a hit (`paperkin.search.why`) stands in further columns, where it was asked for:
`sentence` and `sentence_score`, `words` (found) and `missing`, and one `part_…` for each part of
the scores. Recommendations say what they are there for in `because_of`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from .hits import Hit

__all__ = ["arrow_table", "pandas_frame", "polars_frame"]

_Kind = Literal["whole", "number", "text", "texts"]


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    kind: _Kind
    of: "Callable[[Hit], Any]"
    gaps: bool = False
    """Whether a hit may have no value."""


_COLUMNS = (
    _Column("rank", "whole", lambda hit: hit.rank),
    _Column("id", "text", lambda hit: hit.id),
    _Column("title", "text", lambda hit: hit.title),
    _Column("score", "number", lambda hit: hit.score),
    _Column("confidence", "number", lambda hit: hit.confidence, gaps=True),
    _Column("year", "whole", lambda hit: hit.paper.year, gaps=True),
    _Column("authors", "texts", lambda hit: hit.paper.authors),
    _Column("abstract", "text", lambda hit: hit.paper.abstract),
    _Column("url", "text", lambda hit: hit.paper.url),
    _Column("published", "text", lambda hit: hit.paper.published),
    _Column("venue", "text", lambda hit: hit.paper.venue),
    _Column("categories", "texts", lambda hit: hit.paper.categories),
    _Column("ids", "texts", lambda hit: hit.paper.ids),
    _Column("sources", "texts", lambda hit: hit.paper.sources),
    _Column("near_identical", "texts", lambda hit: hit.near_identical),
)


def arrow_table(hits: "Sequence[Hit]") -> "pyarrow.Table":
    """A pyarrow.Table: int32, float64, string and list<string>."""
    import pyarrow

    types = {
        "whole": pyarrow.int32(),
        "number": pyarrow.float64(),
        "text": pyarrow.string(),
        "texts": pyarrow.list_(pyarrow.string()),
    }
    columns = _columns(hits)
    schema = pyarrow.schema(
        [pyarrow.field(each.name, types[each.kind], nullable=each.gaps) for each in columns]
    )
    values = {each.name: _values(each, hits) for each in columns}
    return pyarrow.Table.from_pydict(values, schema=schema)


def pandas_frame(hits: "Sequence[Hit]") -> "pandas.DataFrame":
    """A pandas.DataFrame: int64 (Int64 where there are gaps), float64, str, and lists."""
    installed = _installed("pandas")
    types = {"whole": "int64", "number": "float64", "text": "str", "texts": "object"}
    series = {}
    for each in _columns(hits):
        kind = "Int64" if each.kind == "whole" and each.gaps else types[each.kind]
        series[each.name] = installed.Series(_values(each, hits), dtype=kind)
    frame: pandas.DataFrame = installed.DataFrame(series)
    return frame


def polars_frame(hits: "Sequence[Hit]") -> "polars.DataFrame":
    """A polars.DataFrame: Int32, Float64, String and List(String)."""
    frame: polars.DataFrame = _installed("polars").from_arrow(arrow_table(hits))
    return frame


def _installed(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise ModuleNotFoundError(
            f"{name} is not installed, which to_{name}() needs. Install it with: "
            f"pip install {name}",
            name=name,
        ) from None


def _values(column: _Column, hits: "Sequence[Hit]") -> list[Any]:
    values = map(column.of, hits)
    return [list(each) for each in values] if column.kind == "texts" else list(values)


def _columns(hits: "Sequence[Hit]") -> list[_Column]:
    columns = list(_COLUMNS)
    if any(hit.because_of for hit in hits):
        columns.append(_Column("because_of", "texts", lambda hit: hit.because_of))
    if not any(hit.why for hit in hits):
        return columns
    columns += [
        _Column("sentence", "text", _sentence("text"), gaps=True),
        _Column("sentence_score", "number", _sentence("score"), gaps=True),
        _Column("words", "texts", _words),
        _Column("missing", "texts", lambda hit: hit.why.missing if hit.why else ()),
    ]
    parts = dict.fromkeys(part for hit in hits if hit.why for part in hit.why.parts)
    return [*columns, *(_Column(f"part_{name}", "number", _part(name)) for name in parts)]


def _sentence(name: str) -> "Callable[[Hit], Any]":
    def of(hit: "Hit") -> Any:
        found = hit.why.sentence if hit.why else None
        return None if found is None else getattr(found, name)

    return of


def _words(hit: "Hit") -> list[str]:
    return list(dict.fromkeys(each.text.lower() for each in hit.why.words)) if hit.why else []


def _part(name: str) -> "Callable[[Hit], float]":
    return lambda hit: hit.why.parts.get(name, 0.0) if hit.why else 0.0
