"""Looking a library over: what is wrong with it, and what mends it."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from . import dense, keyword, keyword_files
from .beside import too_many_beside
from .cluster_rows import read_clusters
from .commit import terms_of
from .content import Content
from .digests import forget_digests
from .errors import LibraryError, LibraryTooNew
from .merge import own_ids
from .place_rows import read_places
from .rows import text_digest
from .snapshot import ModelRow, Snapshot, chunks, marks
from .store import Store

__all__ = ["Finding", "examine"]

_AT_ONCE = 1024
_MANY_BESIDE = 4096
_LENGTH_OFF = 2e-3
"""How far from 1 the length of a float16 unit vector may be."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: an error makes answers wrong or impossible, a warning makes them slower."""

    severity: Literal["error", "warning"]
    what: str
    mend: str


def examine(store: Store) -> list[Finding]:
    """Check everything that can be checked without the sources: reads the whole library.

    Errors first. An empty list means: the database is sound, every row is as it was written, every
    paper has its unit vector, and the derived indexes agree with the papers.
    """
    rebuild = f"paperkin rebuild {store.path}"
    findings: list[Finding] = []
    try:
        with store.read() as snapshot:
            findings += _database(snapshot)
            if not findings:
                findings += _papers(snapshot, rebuild)
                findings += _indexes(store, snapshot, rebuild)
                findings += _places(store, snapshot)
                findings += _clusters(store, snapshot)
    except (LibraryError, sqlite3.Error) as error:
        findings.append(Finding("error", str(error), "Restore library.db from a backup."))
    return sorted(findings, key=lambda finding: finding.severity)


def _database(snapshot: Snapshot) -> Iterator[Finding]:
    said = [row[0] for row in snapshot.rows("PRAGMA integrity_check")]
    if said != ["ok"]:
        yield Finding(
            "error",
            f"library.db is not sound: {'; '.join(said[:3])}",
            "Restore library.db from a backup, or build the library anew from its sources.",
        )


def _papers(snapshot: Snapshot, rebuild: str) -> Iterator[Finding]:
    # Reading verifies the checksums, and raises LibraryDamaged where one disagrees.
    model, live = snapshot.model, snapshot.live()
    without, crooked, outdated = 0, 0, 0
    for start in range(0, len(live), _AT_ONCE):
        part = live[start : start + _AT_ONCE]
        outdated += _outdated(snapshot, model, part)
        vectors = snapshot.vectors(part, model).astype(np.float32)
        lengths = np.linalg.norm(vectors, axis=1)
        without += int(np.isnan(lengths).sum())
        crooked += int((np.abs(lengths - 1) > _LENGTH_OFF).sum())
    every = snapshot.numbers("SELECT paper FROM papers WHERE state < 2 ORDER BY paper")
    for start in range(0, len(every), _AT_ONCE):
        snapshot.papers(every[start : start + _AT_ONCE])
        snapshot.contents(every[start : start + _AT_ONCE])
    (orphaned,) = next(
        snapshot.rows(
            "SELECT count(*) FROM contents LEFT JOIN papers USING (paper) "
            "WHERE papers.paper IS NULL OR papers.state = 2"
        )
    )
    if orphaned:
        what = f"Records that belong to no paper: {orphaned:,}."
        yield Finding("error", what, "Restore library.db from a backup.")
    if without or outdated:
        what = f"Papers without a vector of their present text: {without + outdated:,}."
        yield Finding("error", what, f"Encode what is missing: {rebuild}")
    if crooked:
        what = f"Vectors that are not of unit length: {crooked:,}."
        yield Finding("error", what, "Build the library anew from its sources.")
    yield from _names(snapshot, every)
    (lost,) = next(
        snapshot.rows(
            "SELECT count(*) FROM ids LEFT JOIN papers USING (paper) WHERE papers.paper IS NULL "
            "OR papers.id IS NULL"
        )
    )
    if lost:
        what = f"Ids that lead to no paper: {lost:,}."
        yield Finding("error", what, "Restore library.db from a backup.")


def _names(snapshot: Snapshot, numbers: NDArray[np.int64]) -> Iterator[Finding]:
    """Whether ids lead to their papers, and filters find what they should."""
    astray, unfiltered = 0, 0
    for start in range(0, len(numbers), _AT_ONCE):
        part = numbers[start : start + _AT_ONCE]
        low, high = int(part[0]), int(part[-1])
        between = "WHERE paper BETWEEN ? AND ?"
        terms: dict[int, set[tuple[str, str]]] = defaultdict(set)
        query = f"SELECT paper, kind, value FROM paper_terms JOIN terms USING (term) {between}"
        for number, kind, value in snapshot.rows(query, low, high):
            terms[number].add((kind, value))
        live = set(snapshot.numbers(f"SELECT paper FROM papers {between} AND state = 0", low, high))
        papers = snapshot.papers(part)
        said: dict[int, list[Content]] = defaultdict(list)
        for _, number, content in snapshot.contents(part):
            said[number].append(content)
        astray += len(part) - len(papers)
        given = {
            number: {*paper.ids, *own_ids(each for each in said[number] if not each.ids)}
            for number, paper in papers.items()
        }
        # Two papers may claim one of these; which of them it leads to is no damage.
        led = _led(snapshot, {name for names in given.values() for name in names})
        homes = _led(snapshot, {paper.id for paper in papers.values()})
        for number, paper in papers.items():
            astray += homes.get(paper.id) != number or not given[number] <= led.keys()
            unfiltered += terms[number] != (terms_of(paper) if number in live else set())
    if astray:
        what = f"Papers to which not all of their ids lead: {astray:,}."
        yield Finding("error", what, "Restore library.db from a backup.")
    if unfiltered:
        what = f"Papers that filters do not find by all of their values: {unfiltered:,}."
        yield Finding("error", what, "Restore library.db from a backup.")


def _led(snapshot: Snapshot, names: Iterable[str]) -> dict[str, int]:
    """The paper that each id leads to; ids that lead nowhere are left out."""
    led: dict[str, int] = {}
    for part in chunks(names):
        led.update(snapshot.rows(f"SELECT id, paper FROM ids WHERE id IN ({marks(part)})", *part))
    return led


def _outdated(snapshot: Snapshot, model: ModelRow, numbers: NDArray[np.int64]) -> int:
    low, high = int(numbers[0]), int(numbers[-1])
    stored = dict(
        snapshot.rows(
            "SELECT paper, text_digest FROM vectors WHERE model = ? AND paper BETWEEN ? AND ?",
            model.model,
            low,
            high,
        )
    )
    papers = snapshot.papers(numbers)
    return sum(
        number in stored and stored[number] != text_digest(paper)
        for number, paper in papers.items()
    )


def _clusters(store: Store, snapshot: Snapshot) -> Iterator[Finding]:
    try:
        read_clusters(snapshot)
    except LibraryTooNew as error:
        yield Finding("error", str(error), "Install a newer Paperkin.")
    except LibraryError as error:
        mend = f"Make them anew: paperkin clusters {store.path} --refresh"
        yield Finding("error", str(error), mend)


def _indexes(store: Store, snapshot: Snapshot, rebuild: str) -> Iterator[Finding]:
    forget_digests()
    keyword_files.forget_verified()
    try:
        published = dense.DenseIndex.open(store, snapshot.model.fingerprint)
        index = keyword.KeywordIndex(store, snapshot.setting("language", "en"))
        since = dense.read_commit(store, snapshot.model.fingerprint)
        snapshot.check_history(since, "dense index", store.path)
        snapshot.check_history(index.commit, "keyword index", store.path)
    except LibraryError as error:
        yield Finding("error", str(error), rebuild)
        return
    changed, _ = snapshot.changed_since(since.seq)
    live = snapshot.live()
    rows = published.numbers if published else np.zeros(0, np.int64)
    if published is not None:
        published.vectors(np.arange(len(published)))
    if not np.array_equal(np.setdiff1d(rows, changed), np.setdiff1d(live, changed)):
        yield Finding("error", "The dense index holds other papers than library.db.", rebuild)
    stale, _ = snapshot.changed_since(index.commit.seq)
    if not len(stale) and index.count() != len(live):
        what = f"The keyword index holds {index.count():,} papers, library.db {len(live):,}."
        yield Finding("error", what, rebuild)
    behind = max(len(changed), len(stale))
    what = f"The indexes are {behind:,} papers behind library.db, which"
    if too_many_beside(len(changed), len(stale), len(live)):
        yield Finding("error", f"{what} is too many to search beside them.", rebuild)
    elif behind > _MANY_BESIDE:
        yield Finding("warning", f"{what} makes searches slower.", rebuild)


def _places(store: Store, snapshot: Snapshot) -> Iterator[Finding]:
    mend = f"paperkin map {store.path} --refresh"
    try:
        places = read_places(snapshot)
    except LibraryError as error:
        yield Finding("error", str(error), mend)
        return
    if places is None:
        return
    known = snapshot.numbers("SELECT paper FROM papers ORDER BY paper")
    strange = int((~np.isin(places.numbers, known)).sum())
    if strange:
        yield Finding("error", f"Places on the map of no paper: {strange:,}.", mend)
