"""The map as rows of library.db: where papers stand, and how that was found, verified when read.

Places are written together, and never changed one by one. The setting "map" tells of them: at which
commit, of which model's vectors and by which seed they were made, and a checksum over all rows.
"""

import json
import sqlite3
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import LibraryDamaged
from .snapshot import Commit, Snapshot

__all__ = ["Places", "places_made", "read_places", "write_places"]

_SETTING = "map"


@dataclass(frozen=True, slots=True)
class Places:
    """Where papers stand on the map of their library.

    `numbers` (int64, shape (n,), ascending) are the papers that were there when it was made, some
    of which may have been removed since; `points` (float32, shape (n, 2)) their places.
    """

    numbers: NDArray[np.int64]
    points: NDArray[np.float32]
    commit: Commit
    fingerprint: str
    """Of the model whose vectors it was made from."""
    seed: int

    def as_setting(self) -> str:
        """How it was made, as the setting keeps it."""
        return json.dumps(
            {
                "seq": self.commit.seq,
                "token": self.commit.token,
                "fingerprint": self.fingerprint,
                "seed": self.seed,
                "checksum": _checksum(self.numbers, self.points),
            },
            sort_keys=True,
        )


def _checksum(numbers: NDArray[np.int64], points: NDArray[np.float32]) -> int:
    return zlib.crc32(points.astype("<f4").tobytes(), zlib.crc32(numbers.astype("<i8").tobytes()))


def places_made(snapshot: Snapshot) -> str:
    """The setting of the map, "" where it was not made: equal ones mean equal places."""
    return snapshot.setting(_SETTING)


def read_places(snapshot: Snapshot) -> Places | None:
    """The places of a library; None where they were not made.

    Raises LibraryDamaged where rows are not those that were written.
    """
    said = places_made(snapshot)
    rows = list(snapshot.rows("SELECT paper, x, y FROM places ORDER BY paper"))
    if not said and not rows:
        return None
    try:
        made: dict[str, Any] = json.loads(said)
        numbers = np.array([row[0] for row in rows], np.int64)
        points = np.array([row[1:] for row in rows], np.float64).reshape(-1, 2).astype(np.float32)
        places = Places(
            numbers,
            points,
            Commit(int(made["seq"]), str(made["token"])),
            str(made["fingerprint"]),
            int(made["seed"]),
        )
        right = _checksum(numbers, points) == made["checksum"] and np.isfinite(points).all()
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise _damaged(snapshot) from error
    if not right:
        raise _damaged(snapshot)
    return places


def _damaged(snapshot: Snapshot) -> LibraryDamaged:
    library = Path(snapshot.where).parent
    return LibraryDamaged(
        f"The map in {snapshot.where} is not what was written to it. Make it anew with: paperkin "
        f"map {library} --refresh"
    )


def write_places(connection: sqlite3.Connection, places: Places) -> None:
    """Keep the places of a library in place of those it had, inside the running transaction."""
    connection.execute("DELETE FROM places")
    connection.executemany(
        "INSERT INTO places VALUES (?, ?, ?)",
        (
            (number, x, y)
            for number, (x, y) in zip(places.numbers.tolist(), places.points.tolist(), strict=True)
        ),
    )
    connection.execute(
        "INSERT OR REPLACE INTO settings VALUES (?, ?)", (_SETTING, places.as_setting())
    )
