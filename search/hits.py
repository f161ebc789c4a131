"""Answers: hits in order, with what a reader needs to trust them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, overload

from ..index.errors import LibraryError
from ..index.paper import Paper
from .sorting import Sort
from .vectors import Vectors, VectorSource
from .why import Why

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from ..index.writers.formats import Format
    from .groups import Group

__all__ = ["DEEPEST", "Hit", "Hits", "Reranked", "Verdict"]

Verdict = Literal["good", "weak", "nothing"]

DEEPEST = 10_000
"""offset + k goes no further: who wants more than that wants the library itself."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper in an answer. `rank` counts from 1 over the whole answer, earlier pages included.

    `score` orders hits of one answer and means nothing across answers. `confidence` is the
    probability that the paper would be judged relevant (`paperkin.search.confidence`); None where
    papers were not ranked by a query.
    `why` says what the score is made of and what matched, where it was asked for.
    `near_identical` are the ids of papers with almost the same abstract, for which this one stands:
    they follow further behind, see `paperkin.search.copies`.
    """

    rank: int
    score: float
    paper: Paper
    confidence: float | None = None
    why: Why | None = None
    near_identical: tuple[str, ...] = ()
    because_of: tuple[str, ...] = ()
    """Of a recommended paper: the liked papers that it is recommended for, the first first."""

    @property
    def id(self) -> str:
        return self.paper.id

    @property
    def title(self) -> str:
        return self.paper.title

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `--json` prints them."""
        paper = self.paper
        return {
            "rank": self.rank,
            "id": paper.id,
            "title": paper.title,
            "score": self.score,
            "confidence": self.confidence,
            "near_identical": list(self.near_identical),
            "year": paper.year,
            "authors": list(paper.authors),
            "abstract": paper.abstract,
            "url": paper.url,
            "published": paper.published,
            "venue": paper.venue,
            "categories": list(paper.categories),
            "ids": list(paper.ids),
            "sources": list(paper.sources),
            **({"because_of": list(self.because_of)} if self.because_of else {}),
            **({"why": self.why.as_dict()} if self.why is not None else {}),
        }

    def _repr_html_(self) -> str:
        """A card, for notebooks."""
        from .notebook import hit_card

        return hit_card(self)


@dataclass(frozen=True, slots=True)
class Reranked:
    """That the first `top` papers of an answer stand in the order of a cross-encoder, `model`."""

    model: str
    top: int

    def as_dict(self) -> dict[str, Any]:
        return {"model": self.model, "top": self.top}


@dataclass(frozen=True, slots=True, repr=False)
class Hits(Sequence[Hit]):
    """One page of an answer: a sequence of Hit, and so is each slice of it.

    `total`: in keyword mode the papers that hold a query word and pass the filters, else the
    papers that pass the filters. `next` is the offset of the next page, None on the last
    one and at place DEEPEST.
    """

    hits: tuple[Hit, ...]
    total: int
    offset: int
    mode: str
    query: str | None = None
    ids: tuple[str, ...] | None = None
    """The papers that a related answer started from."""
    unknown: tuple[str, ...] = ()
    """Ids that were asked about beside these, and that no paper of the library has."""
    corrected: str | None = None
    """The query as it was understood, where words of it were misspelled."""
    suggestion: str | None = None
    """The query as it may have been meant, where a rare word of it looks like a frequent one."""
    confidence: float | None = None
    """The probability that the library has an answer to the query at all; None as for a hit."""
    verdict: Verdict | None = None
    """What that comes to: good, weak, or nothing matches; None for related papers."""
    reranked: Reranked | None = None
    """None where no cross-encoder had a look at the answer."""
    fingerprint: str = ""
    """Equal fingerprints of answers to equal queries: equal rankings (`search.fingerprint`)."""
    unlike: tuple[str, ...] | None = None
    """Of recommendations: the papers that were disliked; `ids` are those that were liked."""
    outside: tuple[str, ...] = ()
    """Of recommendations: titles of liked papers that the library does not have."""
    interests: tuple[tuple[str, ...], ...] = ()
    """Of recommendations: the liked papers in groups, the largest first."""
    sort: Sort = "relevance"
    """The order of the hits, see `search.sorting`: by date, `total` is how many are sorted."""
    remark: str | None = None
    """What a person should be told of an answer that is not good, or empty, in sentences."""
    groups: "tuple[Group, ...] | None" = None
    """The first papers of the whole answer in groups (`search.groups`); None: not asked for."""
    found_in: VectorSource | None = field(default=None, compare=False)
    """Where `vectors` are read."""
    titles: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Titles of the papers that were asked about, by id."""

    @property
    def next(self) -> int | None:
        if not self.hits:
            return None
        ranks = [hit.rank for hit in self.hits]
        # Those of a slice with a step have others between them.
        end = self.offset + max(ranks) - min(ranks) + 1
        return end if end < min(self.total, DEEPEST) else None

    @property
    def vectors(self) -> Vectors:
        """The stored vectors of the hits, float32 (n, dim), with their ids, read when asked for.

        Raises UnknownPaper for a paper that was removed since, and LibraryError where a paper has
        another text by now or the library another model: they are those of this answer, or none.
        """
        if self.found_in is None:
            raise LibraryError("These hits are of no library, so they have no vectors.")
        return self.found_in.read([hit.paper for hit in self.hits])

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> "Hits": ...
    def __getitem__(self, index: "int | slice") -> "Hit | Hits":
        if not isinstance(index, slice):
            return self.hits[index]
        hits = self.hits[index]
        before = self.offset + index.indices(len(self.hits))[0]
        offset = min((hit.rank for hit in hits), default=before + 1) - 1
        return replace(self, hits=hits, offset=offset)

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `--json` prints them."""
        asked: dict[str, Any] = (
            {"query": self.query}
            if self.ids is None
            else {
                "ids": list(self.ids),
                "unknown": list(self.unknown),
            }
        )
        if self.unlike is not None:
            asked = {
                "like": list(self.ids or ()),
                "unlike": list(self.unlike),
                "unknown": list(self.unknown),
                "outside": list(self.outside),
                "interests": [list(each) for each in self.interests],
            }
        page = {"offset": self.offset, "next": self.next, "mode": self.mode, "sort": self.sort}
        meant = {
            "verdict": self.verdict,
            "confidence": self.confidence,
            "corrected": self.corrected,
            "suggestion": self.suggestion,
        }
        groups = {} if self.groups is None else {"groups": [each.as_dict() for each in self.groups]}
        hits = [hit.as_dict() for hit in self.hits]
        return {
            **asked,
            "total": self.total,
            **page,
            **(meant if self.ids is None else {}),
            "remark": self.remark,
            "reranked": self.reranked.as_dict() if self.reranked else None,
            "fingerprint": self.fingerprint,
            **groups,
            "hits": hits,
        }

    def __repr__(self) -> str:
        from .listing import asked, standing

        return f"<Hits for {asked(self)!r}: {standing(self)}>"

    def __str__(self) -> str:
        """Two lines a hit, for reading."""
        from .listing import hits_listing

        return hits_listing(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython shows in a terminal."""
        printer.text(str(self))

    def _repr_html_(self) -> str:
        """A table, for notebooks."""
        from .notebook import hits_table

        return hits_table(self)

    def to_pandas(self) -> "pandas.DataFrame":
        """One row a hit (`paperkin.search.tables`). Raises ModuleNotFoundError without pandas."""
        from .tables import pandas_frame

        return pandas_frame(self.hits)

    def to_polars(self) -> "polars.DataFrame":
        """One row a hit (`paperkin.search.tables`). Raises ModuleNotFoundError without polars."""
        from .tables import polars_frame

        return polars_frame(self.hits)

    def to_arrow(self) -> "pyarrow.Table":
        """One row a hit (`paperkin.search.tables`)."""
        from .tables import arrow_table

        return arrow_table(self.hits)

    def to_bibtex(self) -> str:
        """The text of a .bib file, one entry a hit: see `paperkin.index.writers.bibtex`."""
        return self.to_text("bibtex")

    def to_ris(self) -> str:
        """The text of a .ris file: see `paperkin.index.writers.ris`."""
        return self.to_text("ris")

    def to_csl_json(self) -> str:
        """The text of a CSL-JSON file: see `paperkin.index.writers.csl`."""
        return self.to_text("csl-json")

    def to_csv(self) -> str:
        """The text of a CSV file, a row a paper: see `paperkin.index.writers.table`."""
        return self.to_text("csv")

    def to_jsonl(self) -> str:
        """A JSON object a line and a paper: see `paperkin.index.writers.jsonlines`."""
        return self.to_text("jsonl")

    def to_markdown(self) -> str:
        """A reading list in Markdown: see `paperkin.index.writers.markdown`."""
        return self.to_text("markdown")

    def to_text(self, format: "Format") -> str:
        """The papers in one of the formats that are text. `Library.export` writes them to a file.

        Raises InputError for another format.
        """
        from ..index.writers.formats import text_of

        return text_of((hit.paper for hit in self.hits), format)
