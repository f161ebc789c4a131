"""The stored vectors of the papers of an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..index.errors import LibraryDamaged, LibraryError, UnknownPaper
from ..index.paper import Paper
from ..index.rows import text_digest
from ..index.snapshot import LIVE, Snapshot
from ..index.store import Store

__all__ = ["VectorSource", "Vectors"]


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """Vectors of papers: `array` (float32, shape (n, dim), unit rows to 1e-3), and `ids`, the paper
    of each row. numpy and what is built on it take the whole for its array."""

    ids: tuple[str, ...]
    array: NDArray[np.float32]

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    @property
    def dtype(self) -> np.dtype[np.float32]:
        return self.array.dtype

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, rows: Any) -> Any:
        """What the array has there."""
        return self.array[rows]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        wanted = self.array if dtype is None else self.array.astype(dtype, copy=False)
        return wanted.copy() if copy else wanted

    def __repr__(self) -> str:
        count, dimension = self.shape
        return f"Vectors({count:,} papers, {dimension} dimensions, {self.dtype})"


@dataclass(frozen=True, slots=True)
class VectorSource:
    """Where an answer came from: the folder of a library, and the fingerprint of its model then."""

    library: str
    model: str

    def read(self, papers: Sequence[Paper]) -> Vectors:
        """The vectors of papers, as long as the library holds what was answered.

        Raises UnknownPaper for one that was removed since, LibraryError where one has another text
        now or the library another model, LibraryDamaged, NotALibrary.
        """
        store = Store.open(self.library)
        try:
            with store.read() as snapshot:
                return self._vectors(papers, snapshot)
        finally:
            store.close()

    def _vectors(self, papers: Sequence[Paper], snapshot: Snapshot) -> Vectors:
        model = snapshot.model
        if model.fingerprint != self.model:
            raise LibraryError(
                f"The library {self.library} has another model since this answer, {model.name}, so "
                "the vectors that the papers were found by are gone. Search again."
            )
        numbers = np.array([_number(paper, snapshot) for paper in papers], np.int64)
        now = snapshot.papers(numbers)
        for paper, number in zip(papers, numbers.tolist(), strict=True):
            if text_digest(now[number]) != text_digest(paper):
                raise LibraryError(
                    f"{paper.id} has another title or abstract since this answer, and another "
                    "vector. Search again."
                )
        found = snapshot.vectors(numbers, model).astype(np.float32)
        if not np.isfinite(found).all():
            raise LibraryDamaged(
                f"The library {self.library} lacks the vector of a paper. Encode what is missing "
                f"with: paperkin rebuild {self.library}"
            )
        return Vectors(tuple(paper.id for paper in papers), found)


def _number(paper: Paper, snapshot: Snapshot) -> int:
    found = snapshot.find(paper.id)
    if found is None or found[1] != LIVE:
        raise UnknownPaper(
            f"{paper.id} was removed from the library since this answer, and its vector with it. "
            "Search again, or leave the paper out."
        )
    return found[0]
