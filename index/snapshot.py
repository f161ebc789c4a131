"""A library at one moment: everything one answer reads, it reads here."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .errors import LibraryDamaged, UnknownPaper
from .ids import parse_ids
from .paper import Paper
from .record import as_text
from .rows import PAPER_COLUMNS, content_of, paper_of, vector_of

if TYPE_CHECKING:
    from .content import Content

__all__ = ["Commit", "ModelRow", "Snapshot", "chunks"]

_Item = TypeVar("_Item")

LIVE, REMOVED, MERGED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Commit:
    """A point in the history of a library: `token` tells two histories with equal `seq` apart."""

    seq: int
    token: str


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model that a library has vectors of."""

    model: int
    fingerprint: str
    name: str
    revision: str
    dimension: int


def chunks(items: Iterable[_Item], size: int = 512) -> Iterator[list[_Item]]:
    """Items in lists of at most `size`: SQLite takes a bounded number of parameters."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def marks(items: Sequence[object]) -> str:
    """Question marks for an IN (…)."""
    return ",".join("?" * len(items))


class Snapshot:
    """Reads of one transaction. Paper numbers (int64) are the library's own, never shown outside.

    Every method may raise LibraryDamaged.
    """

    def __init__(self, connection: sqlite3.Connection, where: str) -> None:
        self._connection = connection
        self._where = where
        row = self._one("SELECT seq, token FROM commits ORDER BY seq DESC LIMIT 1")
        self.commit = Commit(*row) if row else Commit(0, "")

    @property
    def where(self) -> str:
        """The database, for messages."""
        return self._where

    def _one(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._connection.execute(query, values).fetchone()
        return row

    def rows(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Rows of a SELECT, as they come."""
        return iter(self._connection.execute(query, values))

    def setting(self, name: str, default: str = "") -> str:
        row = self._one("SELECT value FROM settings WHERE name = ?", name)
        return str(row[0]) if row else default

    @property
    def model(self) -> ModelRow:
        """The model that the library answers with."""
        row = self._one(
            "SELECT * FROM models WHERE model = (SELECT CAST(value AS INTEGER) FROM settings "
            "WHERE name = 'model')"
        )
        assert row is not None, "a library is made with its model"
        return ModelRow(*row)

    def token(self, seq: int) -> str | None:
        """The token of a commit; None for one that the library does not have."""
        row = self._one("SELECT token FROM commits WHERE seq = ?", seq)
        return str(row[0]) if row else None

    def check_history(self, mark: Commit, what: str, library: Path) -> None:
        """Raise LibraryDamaged where a derived file knows commits that library.db does not have."""
        if not mark.seq or self.token(mark.seq) == mark.token:
            return
        if mark.seq > self.commit.seq:
            raise LibraryDamaged(
                f"{self._where} has lost commits {self.commit.seq + 1} to {mark.seq}: the {what} "
                f"has caught up to {mark.seq}. Restore the newest backup of library.db; if there "
                f"is none, make the derived files anew with: paperkin rebuild {library}"
            )
        raise LibraryDamaged(
            f"The {what} of {library} belongs to another history of library.db (commit "
            f"{mark.seq}). If library.db was restored from a backup, make the derived files anew "
            f"with: paperkin rebuild {library}"
        )

    def count(self, state: int = LIVE) -> int:
        """How many papers there are (by default, that can be found)."""
        # Written out, the state lets SQLite count in an index of live papers.
        row = self._one(f"SELECT count(*) FROM papers WHERE state = {int(state)}")
        assert row is not None
        return int(row[0])

    def numbers(self, query: str, *values: Any) -> NDArray[np.int64]:
        """The first column of a SELECT: int64, shape (n,)."""
        return np.fromiter((row[0] for row in self.rows(query, *values)), np.int64)

    def live(self) -> NDArray[np.int64]:
        """Numbers of all papers that can be found, ascending."""
        # Asked for them in order, SQLite reads the whole table, not one of its indexes.
        return np.sort(self.numbers("SELECT paper FROM papers WHERE state = 0"))

    def changed_since(self, seq: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Numbers of the papers that changed after a commit, and of those of them that are live."""
        # Likewise, where few papers changed; and where all did, the table is read in its order.
        index = "INDEXED BY papers_by_seq" if seq else ""
        rows = sorted(self.rows(f"SELECT paper, state FROM papers {index} WHERE seq > ?", seq))
        changed = np.array([number for number, _ in rows], np.int64)
        live = np.array([number for number, state in rows if state == LIVE], np.int64)
        return changed, live

    def papers(self, numbers: Iterable[int]) -> dict[int, Paper]:
        """Papers by number, live or removed; numbers that are not there are left out."""
        found: dict[int, Paper] = {}
        for part in chunks(map(int, numbers)):
            query = f"SELECT {PAPER_COLUMNS} FROM papers WHERE paper IN ({marks(part)})"
            for row in self.rows(query, *part):
                if row[1] is not None:
                    found[row[0]] = paper_of(row, self._where)
        return found

    def ids_of(self, numbers: Iterable[int]) -> dict[int, str]:
        """The id of each paper, by number."""
        found: dict[int, str] = {}
        for part in chunks(map(int, numbers)):
            found.update(
                self.rows(f"SELECT paper, id FROM papers WHERE paper IN ({marks(part)})", *part)
            )
        return found

    def find(self, text: str) -> tuple[int, int] | None:
        """The number and state of the paper that an id names, in any spelling; None for no paper.

        Raises UnknownPaper for a source's own key that several papers have.
        """
        text = as_text(text).strip()
        for each in (*parse_ids(text), text, text.lower()):
            row = self._one(
                "SELECT paper, state FROM papers JOIN ids USING (paper) WHERE ids.id = ?", each
            )
            if row:
                return int(row[0]), int(row[1])
        rows = list(
            self.rows(
                "SELECT DISTINCT papers.paper, state, papers.id FROM records "
                "JOIN contents USING (content) JOIN papers USING (paper) WHERE key = ? LIMIT 3",
                text,
            )
        )
        if len(rows) > 1:
            raise UnknownPaper(
                f"{text!r} is the key of several papers, {rows[0][2]} and {rows[1][2]} among them. "
                "Use the paper's own id."
            )
        return (int(rows[0][0]), int(rows[0][1])) if rows else None

    def number_of(self, text: str) -> int:
        """The number of the live paper that an id names.

        Raises UnknownPaper when there is none, or it was removed.
        """
        found = self.find(text)
        if found is None:
            raise UnknownPaper(
                f"No paper of this library has the id {text!r}. Ids look like arXiv:2106.15928, "
                "DOI:10.1000/xyz, or pk:… as answers show them."
            )
        if found[1] != LIVE:
            raise UnknownPaper(
                f"{text!r} was removed from this library. Building its source with --restore "
                "brings it back."
            )
        return found[0]

    def contents(self, papers: Iterable[int]) -> "list[tuple[int, int, Content]]":
        """(content, paper, Content) of everything that is said of these papers."""
        return [
            (content, paper, content_of(digest, data, check, self._where))
            for part in chunks(map(int, papers))
            for content, paper, digest, data, check in self.rows(
                "SELECT content, paper, digest, data, checksum FROM contents "
                f"WHERE paper IN ({marks(part)}) ORDER BY content",
                *part,
            )
        ]

    def contents_by_number(self, contents: Iterable[int]) -> "dict[int, Content]":
        """What is said under these numbers of contents."""
        return {
            content: content_of(digest, data, check, self._where)
            for part in chunks(contents)
            for content, digest, data, check in self.rows(
                "SELECT content, digest, data, checksum FROM contents "
                f"WHERE content IN ({marks(part)})",
                *part,
            )
        }

    def vectors(self, numbers: NDArray[np.int64], model: ModelRow) -> NDArray[np.float16]:
        """Stored vectors: float16, shape (n, dim), one row a number; unit length to 1e-3.

        Rows of numbers without a vector are NaN.
        """
        out = np.full((len(numbers), model.dimension), np.nan, np.float16)
        place = {int(number): row for row, number in enumerate(numbers)}
        for part in chunks(place):
            query = (
                "SELECT paper, text_digest, vector, checksum FROM vectors "
                f"WHERE model = ? AND paper IN ({marks(part)})"
            )
            for number, digest, data, check in self.rows(query, model.model, *part):
                data = vector_of(number, digest, data, check, self._where)
                out[place[number]] = np.frombuffer(data, "<f2")
        return out
