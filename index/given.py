"""Vectors that a source brings for papers: where they wait, and how they come to their papers.

They wait in a file of this build alone, since a paper may come after its vector, and one that is
encoded first would be encoded for nothing. What still waits at the end is for papers that the
library held before, or for none.
"""

import sqlite3
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from .errors import SourceError
from .ids import kind
from .paper import Paper
from .readers.embeddings import GivenVector, read_embeddings, specter_version
from .record import Reject, Where
from .snapshot import ModelRow, Snapshot, chunks, marks
from .sources import Source

__all__ = ["Brought", "GivenVectors", "check_vectors"]

_PEEKED = 100  # rows
_VERSIONS = {"specter": 1, "specter2": 2}
_MODELS = {name: f"{name.upper()} (embeddings-specter_v{v})" for name, v in _VERSIONS.items()}


def check_vectors(source: Source, model: ModelRow) -> None:
    """Raises SourceError where a source's vectors are of another model than a library's.

    The library has to be declared for the model: to be made with `--model` by one whose name says
    that it is this one.
    """
    declared = _declared(model)
    with closing(read_embeddings(source)) as rows:
        peeked = islice(rows, _PEEKED)
        first = next((row for row in peeked if not isinstance(row, Reject)), None)
    if first is None:
        return
    if not first.model:
        raise SourceError(
            f"{source.location} holds vectors of a model that it does not name: keep it in a "
            "folder with the name of its data set (embeddings-specter_v1 or embeddings-specter_v2)."
        )
    if declared != first.model:
        raise SourceError(
            f"{source.location} holds vectors of {_MODELS[first.model]}, and this library is one "
            f"of the model {model.name}: vectors of two models cannot be compared. Leave the "
            "file out, so that papers are encoded here, or give it to a library that was made with "
            "--model by that model."
        )


def _declared(model: ModelRow) -> str:
    """The model of Semantic Scholar that a library's is by its name; "" for any other. Its vectors
    of the second come from the adapter for proximity, which the base model lacks."""
    name = PurePath(model.name).name
    found = specter_version(name)
    return "" if found == "specter2" and "base" in name.lower() else found


@dataclass(frozen=True, slots=True)
class Brought:
    """A waiting vector and the live paper of the library that it is for."""

    number: int
    paper: Paper
    vector: NDArray[np.float32]


class GivenVectors:
    """The vectors of one build that wait for their papers."""

    def __init__(self) -> None:
        self._waiting = sqlite3.connect("")
        self._waiting.execute(
            "CREATE TABLE waiting (id TEXT PRIMARY KEY, vector BLOB NOT NULL, place TEXT NOT NULL, "
            "line INTEGER, record INTEGER NOT NULL, taken INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID"
        )
        self.any = False
        """Whether any came."""

    def close(self) -> None:
        self._waiting.close()

    def read(self, source: Source, model: ModelRow) -> Generator[str | Reject]:
        """Let the vectors of a source wait. For each row of it "" or, where there was one for that
        paper already, "merged"; a Reject for a row that cannot be used."""
        declared = _declared(model)
        with closing(read_embeddings(source)) as rows:
            for row in rows:
                yield row if isinstance(row, Reject) else self._read(row, declared, model)

    def _read(self, row: GivenVector, declared: str, model: ModelRow) -> str | Reject:
        if row.model != declared:
            return Reject(row.where, f"its vector is not of the library's model {model.name}")
        size = len(row.vector)
        if size != model.dimension:
            reason = f"its vector has {size} numbers, the library's have {model.dimension}"
            return Reject(row.where, reason)
        return "" if self._add(row) else "merged"

    def _add(self, row: GivenVector) -> bool:
        self.any = True
        vector = row.vector.astype(np.float64)
        unit = (vector / np.linalg.norm(vector)).astype("<f4").tobytes()
        known = self._waiting.execute("SELECT 1 FROM waiting WHERE id = ?", (row.id,)).fetchone()
        self._waiting.execute(
            "INSERT OR REPLACE INTO waiting (id, vector, place, line, record) "
            "VALUES (?, ?, ?, ?, ?)",
            (row.id, unit, row.where.location, row.where.line, row.where.record),
        )
        return known is None

    def take(self, wanted: Mapping[bytes, Paper]) -> tuple[dict[bytes, NDArray[np.float32]], int]:
        """Vectors for the texts (by digest) of papers that need one: float32, shape (dim,), unit
        length; and how many of them are taken for the first time."""
        found: dict[bytes, NDArray[np.float32]] = {}
        if not self.any:
            return found, 0
        first = 0
        for digest, paper in wanted.items():
            chosen = self._chosen(paper)
            if chosen is not None:
                number, data = chosen
                found[digest] = np.frombuffer(data, "<f4")
                change = "UPDATE waiting SET taken = 1 WHERE id = ? AND taken = 0"
                first += self._waiting.execute(change, (number,)).rowcount
        return found, first

    def _chosen(self, paper: Paper) -> tuple[str, bytes] | None:
        """Of several that wait for one paper, that of the smallest id."""
        for each in sorted(paper.ids):
            if kind(each) == "CorpusId":
                query = "SELECT id, vector FROM waiting WHERE id = ?"
                if row := self._waiting.execute(query, (each,)).fetchone():
                    return str(row[0]), row[1]
        return None

    def rest(self) -> Iterator[tuple[str, Where]]:
        """Those that were not taken: the id of the paper, and where the vector stands."""
        query = "SELECT id, place, line, record FROM waiting WHERE taken = 0 AND id > ? "
        query += "ORDER BY id LIMIT 512"
        last = ""
        while part := self._waiting.execute(query, (last,)).fetchall():
            for name, place, line, record in part:
                yield name, Where(place, line, record)
            last = part[-1][0]

    def brought(
        self, snapshot: Snapshot, ids: Iterable[str]
    ) -> dict[str, tuple[int, Brought | None]]:
        """For each id that leads to a paper, the number of that paper and, where the vector of this
        id is the one for it, both of them."""
        led: dict[str, int] = {}
        for part in chunks(ids):
            query = f"SELECT id, paper FROM ids WHERE id IN ({marks(part)})"
            led.update(snapshot.rows(query, *part))
        papers = snapshot.papers(set(led.values()))
        found: dict[str, tuple[int, Brought | None]] = {}
        for each, number in led.items():
            paper = papers[number]
            chosen = self._chosen(paper)
            mine = chosen is not None and chosen[0] == each
            vector = np.frombuffer(chosen[1], "<f4") if chosen and mine else None
            found[each] = number, None if vector is None else Brought(number, paper, vector)
        return found
