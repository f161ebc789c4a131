"""Papers as Parquet, row group by row group."""

import json
from collections.abc import Iterable, Iterator
from io import RawIOBase
from typing import TYPE_CHECKING, Any

from ..paper import Paper
from ..snapshot import chunks
from .rows import COLUMNS, row_of

if TYPE_CHECKING:
    # typeshed's name for "bytes or anything that can be read like them"
    from _typeshed import ReadableBuffer

__all__ = ["write_parquet"]

_ROWS = 1024
"""Papers of a row group: about 2 MB of abstracts."""
_LISTS = frozenset({"authors", "categories", "ids"})


class _Pieces(RawIOBase):
    """A file that is only written to, and gives away what was written."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        self._size += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._size

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def write_parquet(papers: Iterable[Paper]) -> Iterator[bytes]:
    """A Parquet file, a row a paper: texts, lists of texts, and the year as int32; `extra` is a
    JSON object. Compressed with Zstandard."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text = pa.string()
    types = {name: pa.list_(text) if name in _LISTS else text for name in COLUMNS}
    schema = pa.schema(list({**types, "year": pa.int32()}.items()))
    file = _Pieces()
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for part in chunks(papers, _ROWS):
            writer.write_table(pa.Table.from_pylist([_row(each) for each in part], schema))
            yield file.taken()
    yield file.taken()


def _row(paper: Paper) -> dict[str, Any]:
    row = row_of(paper)
    return {**row, "extra": json.dumps(row["extra"], ensure_ascii=False)}
