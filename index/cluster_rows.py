"""Clusters as rows of library.db: which there are, what they are called, which papers are members,
and how that was found, verified when read.

They are written together. The setting "clusters" tells of them: at which commit, of which model's
vectors and by which seed they were made, and a checksum over all rows.
"""

import json
import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .errors import LibraryDamaged, LibraryTooNew
from .snapshot import Commit, Snapshot

__all__ = [
    "ClusterRow",
    "ClusterRows",
    "clusters_made",
    "first_free",
    "read_clusters",
    "write_clusters",
]

_SETTING = "clusters"
_VERSION = 1
"""Of what the setting and `data` hold."""


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """One cluster. `number` is its id, never used for another; `level` 0 is the coarsest; `typical`
    are the numbers of its most typical papers."""

    number: int
    level: int
    parent: int | None
    label: str
    keywords: tuple[str, ...]
    typical: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClusterRows:
    """The clusters of a library as they were made.

    `papers` (int64, shape (n,), ascending) are those that are in one, some of which may have been
    removed since, and `leaves` (int64) the number of the finest cluster of each. `reach` is the
    least cosine with a member at which a paper that came after the `commit` belongs to it.
    """

    clusters: tuple[ClusterRow, ...]
    papers: NDArray[np.int64]
    leaves: NDArray[np.int64]
    commit: Commit
    fingerprint: str
    """Of the model whose vectors they were made from."""
    seed: int
    reach: float


def clusters_made(snapshot: Snapshot) -> str:
    """The setting of the clusters, "" where they were not made: equal ones mean equal clusters."""
    return snapshot.setting(_SETTING)


def read_clusters(snapshot: Snapshot) -> ClusterRows | None:
    """The clusters that a library keeps; None where none were made.

    Raises LibraryDamaged where they are not as they were written, LibraryTooNew.
    """
    query = "SELECT cluster, level, parent, label, data FROM clusters ORDER BY cluster"
    rows = list(snapshot.rows(query))
    members = list(snapshot.rows("SELECT paper, cluster FROM members ORDER BY paper"))
    said = clusters_made(snapshot)
    if not said and not rows and not members:
        return None
    try:
        made = json.loads(said)
        if made["version"] > _VERSION:
            raise LibraryTooNew(
                "The clusters of library.db were made by a newer Paperkin. Install it."
            )
        papers, leaves = np.array(members, np.int64).reshape(-1, 2).T
        if made["checksum"] != _checksum(rows, papers, leaves):
            raise ValueError("its rows are others than were written")
        return ClusterRows(
            tuple(_row(*row) for row in rows),
            papers,
            leaves,
            Commit(made["seq"], made["token"]),
            made["fingerprint"],
            made["seed"],
            made["reach"],
        )
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise LibraryDamaged(
            f"The clusters in library.db are not as they were written ({error}). Restore "
            "library.db from a backup, or make clusters anew, with new ids, by: paperkin clusters "
            f"{Path(snapshot.where).parent} --refresh"
        ) from error


def _row(number: int, level: int, parent: int | None, label: str, data: str) -> ClusterRow:
    said = json.loads(data)
    return ClusterRow(number, level, parent, label, tuple(said["keywords"]), tuple(said["typical"]))


def _checksum(
    rows: Sequence[tuple[object, ...]], papers: NDArray[np.int64], leaves: NDArray[np.int64]
) -> int:
    value = zlib.crc32(json.dumps([list(row) for row in rows]).encode("ascii"))
    value = zlib.crc32(papers.astype("<i8").tobytes(), value)
    return zlib.crc32(leaves.astype("<i8").tobytes(), value)


def first_free(snapshot: Snapshot) -> int:
    """The lowest number that no cluster of the library ever had."""
    numbers = [0]
    numbers += [row[0] for row in snapshot.rows("SELECT max(cluster) FROM clusters") if row[0]]
    query = "SELECT seq FROM sqlite_sequence WHERE name = 'clusters'"
    numbers += [row[0] for row in snapshot.rows(query)]
    return max(numbers) + 1


def write_clusters(connection: sqlite3.Connection, made: ClusterRows) -> None:
    """Keep clusters in place of those that were there, inside a transaction of the writer."""
    rows = [
        (
            each.number,
            each.level,
            each.parent,
            each.label,
            json.dumps({"keywords": each.keywords, "typical": each.typical}, ensure_ascii=False),
        )
        for each in sorted(made.clusters, key=lambda each: each.number)
    ]
    said = {
        "version": _VERSION,
        "seq": made.commit.seq,
        "token": made.commit.token,
        "fingerprint": made.fingerprint,
        "seed": made.seed,
        "reach": made.reach,
        "checksum": _checksum(rows, made.papers, made.leaves),
    }
    connection.execute("DELETE FROM members")
    connection.execute("DELETE FROM clusters")
    connection.executemany("INSERT INTO clusters VALUES (?, ?, ?, ?, ?)", rows)
    members = zip(made.papers.tolist(), made.leaves.tolist(), strict=True)
    connection.executemany("INSERT INTO members VALUES (?, ?)", members)
    connection.execute(
        "INSERT OR REPLACE INTO settings VALUES (?, ?)", (_SETTING, json.dumps(said))
    )
