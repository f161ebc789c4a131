"""What a record is called in its source: by the source itself, or made up where it says nothing.

The source's own key stands as it is. What is made up begins with a control character; an own key
that begins with it too is marked, so that no two of these forms are ever the same.
"""

import sqlite3

from .ids import parse_ids, preferred
from .record import Record

__all__ = ["GONE", "MADE_UP", "Keys", "gone"]

_MARK = "\x1f"
GONE = _MARK + "~"
"""Begins the key of a record that its source holds no more, and that nothing else names."""

MADE_UP = (_MARK + "0", GONE)
"""Made-up keys of records that their source holds are from the first of these up to the second."""


def gone(digest: bytes) -> str:
    """The key of a record that its source no longer holds under any name; `digest` stands for what
    it said."""
    return f"{GONE}{digest.hex()}"


class Keys:
    """The keys given so far in one reading of a source; on disk, since files have no bound."""

    def __init__(self) -> None:
        self._seen = sqlite3.connect("")
        self._seen.execute(
            "CREATE TABLE seen (key TEXT PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID"
        )

    def __enter__(self) -> "Keys":
        return self

    def __exit__(self, *_: object) -> None:
        self._seen.close()

    def _count(self, key: str) -> int:
        (times,) = self._seen.execute(
            "INSERT INTO seen VALUES (?, 1) ON CONFLICT DO UPDATE SET times = times + 1 "
            "RETURNING times",
            (key,),
        ).fetchone()
        return int(times)

    def name(self, record: Record, digest: bytes) -> str | None:
        """The key of the next record. None where it has no key and says what another said.

        A key that comes again is numbered. A record without a key is called by its best outside
        id, so that its corrections are known for what they are, and where another has that id
        already, by what it says.
        """
        if record.key:
            own = _MARK + "'" + record.key if record.key.startswith(_MARK) else record.key
            times = self._count(own)
            if times == 1:
                return own
            numbered = f"{_MARK}{times}{_MARK}{own}"
            self._count(numbered)
            return numbered
        by_saying = f"{_MARK}={digest.hex()}"
        if self._count(by_saying) > 1:
            return None
        found = preferred({each for claim in record.ids for each in parse_ids(claim)})
        by_id = f"{_MARK}@{found}"
        return by_id if found and self._count(by_id) == 1 else by_saying

    def holds(self, key: str) -> bool:
        """Whether this reading gave that key."""
        query = "SELECT 1 FROM seen WHERE key = ?"
        return self._seen.execute(query, (key,)).fetchone() is not None
