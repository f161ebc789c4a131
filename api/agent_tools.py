"""The tools that agents call, whatever they are called over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from ..index.errors import UnknownPaper
from ..search.library import Library
from .agent_answers import FoundPapers, Papers, found_papers, whole_papers
from .agent_arguments import (
    Arguments,
    PaperArguments,
    RecommendArguments,
    RelatedArguments,
    SearchArguments,
    arguments_from,
)

__all__ = ["TOOLS", "Tool", "call"]

Kind = TypeVar("Kind", bound=Arguments)


@dataclass(frozen=True, slots=True)
class Tool(Generic[Kind]):
    """A tool: what a model is told of it, what it takes and gives, and what it does."""

    name: str
    title: str
    description: str
    arguments: type[Kind]
    answer: type[BaseModel]
    run: Callable[[Library, Kind], FoundPapers | Papers]

    def input_schema(self) -> dict[str, Any]:
        """JSON Schema of the arguments."""
        schema: dict[str, Any] = _untitled(self.arguments.model_json_schema())
        return schema

    def output_schema(self) -> dict[str, Any]:
        """JSON Schema of the answer."""
        schema: dict[str, Any] = _untitled(self.answer.model_json_schema(mode="serialization"))
        return schema


def _untitled(schema: Any) -> Any:
    """A schema without the titles that pydantic makes of names: a model reads all of it."""
    if isinstance(schema, list):
        return [_untitled(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: value for name, value in schema.items() if (name, type(value)) != ("title", str)}
    return {name: _untitled(value) for name, value in kept.items()}


def _search(library: Library, asked: SearchArguments) -> FoundPapers:
    hits = library.search(
        asked.query,
        asked.k,
        mode=asked.mode,
        quality=asked.quality,
        without=asked.without,
        **asked.options(),
    )
    return found_papers(hits, abstracts=asked.abstracts)


def _paper(library: Library, asked: PaperArguments) -> Papers:
    papers, unknown = [], []
    for each in dict.fromkeys(asked.ids):
        try:
            papers.append(library[each])
        except UnknownPaper:
            if len(asked.ids) == 1:
                raise
            unknown.append(each)
    if not papers:
        raise UnknownPaper(
            f"No paper of the library has any of these {len(unknown)} ids. Take ids as the tool "
            "search gives them."
        )
    return whole_papers(papers, unknown)


def _related(library: Library, asked: RelatedArguments) -> FoundPapers:
    hits = library.related(asked.ids, asked.k, **asked.options())
    return found_papers(hits, abstracts=asked.abstracts)


def _recommend(library: Library, asked: RecommendArguments) -> FoundPapers:
    hits = library.recommend(
        asked.like,
        asked.unlike,
        asked.k,
        # An id that is a path must not open a file of the person whose machine this is.
        files=False,
        **asked.options(),
    )
    return found_papers(hits, abstracts=asked.abstracts)


_FILTERED = (
    " Filters: the values of one are combined with OR, different filters with AND; a value that "
    "begins with ! excludes."
)
TOOLS: Mapping[str, Tool[Any]] = {
    each.name: each
    for each in (
        Tool(
            "search",
            "Search the library",
            "Find the papers of the library that answer a query best, by meaning and by words. "
            "Each hit has a confidence, the probability that it is relevant, and the answer a "
            "verdict: where that is nothing, the library has no paper on the query, and the hits "
            "are only the nearest. Hits have no abstracts unless asked for: set sentences, or "
            "read the best ones whole with the tool paper." + _FILTERED,
            SearchArguments,
            FoundPapers,
            _search,
        ),
        Tool(
            "paper",
            "Read papers",
            "Everything that the library knows of one or several papers, abstracts included, by "
            "their ids.",
            PaperArguments,
            Papers,
            _paper,
        ),
        Tool(
            "related",
            "Find related papers",
            "Find the papers that share most with one paper, or with several together: meaning, "
            "words and authors." + _FILTERED,
            RelatedArguments,
            FoundPapers,
            _related,
        ),
        Tool(
            "recommend",
            "Recommend papers",
            "Find what to read next, by papers that are liked and papers that are not. Liked "
            "papers of different subjects get their share of the hits each, and each hit says "
            "because of which liked papers it is there." + _FILTERED,
            RecommendArguments,
            FoundPapers,
            _recommend,
        ),
    )
}


def call(library: Library, tool: Tool[Kind], given: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to one call, in plain values. Raises PaperkinError, in words for the caller."""
    return tool.run(library, arguments_from(tool.arguments, given)).values()
