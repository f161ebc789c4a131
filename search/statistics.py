"""A library in figures."""

from dataclasses import dataclass

from ..index.names import fold
from ..index.paper import Paper
from ..index.snapshot import REMOVED, Snapshot
from ..index.store import Store

__all__ = ["Statistics", "statistics"]

_LISTED = 20
"""Venues and categories that are told: the largest."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """How many papers a library has, and of what.

    `by_year`: papers of each year, ascending; `undated` have none. `venues`, `categories` (the
    largest) and `sources` are pairs of a name and how many papers have it. `model` is the name of
    the model and its dimension. `changed` is when the papers last changed (ISO 8601, UTC), "" for a
    library that never had any.
    """

    papers: int
    removed: int
    with_abstract: int
    undated: int
    by_year: tuple[tuple[int, int], ...]
    venues: tuple[tuple[str, int], ...]
    categories: tuple[tuple[str, int], ...]
    sources: tuple[tuple[str, int], ...]
    language: str
    model: tuple[str, int]
    commit: int
    changed: str


def statistics(store: Store) -> Statistics:
    """The figures of a library at this moment. Raises LibraryDamaged, LibraryError."""
    with store.read() as snapshot:
        by_year = tuple(
            snapshot.rows(
                "SELECT year, count(*) FROM papers WHERE state = 0 AND year IS NOT NULL "
                "GROUP BY year ORDER BY year"
            )
        )
        papers = snapshot.count()
        ((with_abstract,),) = snapshot.rows(
            "SELECT count(*) FROM papers WHERE state = 0 AND abstract <> ''"
        )
        last = "SELECT at FROM commits ORDER BY seq DESC LIMIT 1"
        changed = [at for (at,) in snapshot.rows(last)]
        model = snapshot.model
        return Statistics(
            papers=papers,
            removed=snapshot.count(REMOVED),
            with_abstract=with_abstract,
            undated=papers - sum(count for _, count in by_year),
            by_year=by_year,
            venues=_most(snapshot, "venue", _LISTED),
            categories=_most(snapshot, "category", _LISTED),
            sources=_most(snapshot, "source", -1),
            language=snapshot.setting("language", "en"),
            # A model that was given as a folder is called by its path, which is nobody's business.
            model=(model.name.rstrip("/").rpartition("/")[2] or model.name, model.dimension),
            commit=snapshot.commit.seq,
            changed=changed[0] if changed else "",
        )


def _most(snapshot: Snapshot, kind: str, most: int) -> tuple[tuple[str, int], ...]:
    """The values that most papers have, as one of these spells them, and how many have each."""
    rows = list(
        snapshot.rows(
            "SELECT value, count(*) AS papers, min(paper) FROM terms JOIN paper_terms USING (term) "
            "WHERE kind = ? GROUP BY term ORDER BY papers DESC, value LIMIT ?",
            kind,
            most,
        )
    )
    papers = snapshot.papers(sorted({number for *_, number in rows}))
    return tuple((_spelt(kind, value, papers[number]), count) for value, count, number in rows)


def _spelt(kind: str, value: str, paper: Paper) -> str:
    own = {"venue": (paper.venue,), "category": paper.categories, "source": paper.sources}[kind]
    return next((each for each in own if fold(each) == value), value)
