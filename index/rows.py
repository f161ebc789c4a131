"""Papers, contents and vectors as rows of library.db, each with a checksum verified when read."""

import hashlib
import json
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .encoder import document_text
from .errors import LibraryDamaged
from .paper import Paper

if TYPE_CHECKING:
    from .content import Content

__all__ = [
    "checksum",
    "content_of",
    "paper_of",
    "paper_row",
    "text_digest",
    "vector_of",
    "vector_row",
]

PAPER_COLUMNS = (
    "paper, id, state, seq, year, published, title, abstract, data, text_digest, checksum"
)
_IN_DATA = (
    "authors venue categories doi arxiv_id url language ids sources title_given extra".split()
)


def checksum(*parts: str | bytes | int | None) -> int:
    """CRC-32 over the parts and their bounds: finds damage, is no defence against forgery."""
    value = 0
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "replace")
        value = zlib.crc32(data, zlib.crc32(str(len(data)).encode("ascii"), value))
    return value


def text_digest(paper: Paper) -> bytes:
    """16 bytes that stand for the text a paper is encoded from: its vector is good while they last.

    Its other fields do not enter, so changed metadata costs no encoding.
    """
    text = encoded_text(paper)
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def encoded_text(paper: Paper) -> str:
    """What the model is given for a paper; a stand-in title would say the abstract twice."""
    return document_text(paper.title if paper.title_given else "", paper.abstract)


def paper_row(number: int, paper: Paper, state: int, seq: int) -> tuple[Any, ...]:
    """The row of a live or removed paper, in the order of PAPER_COLUMNS."""
    values = {name: getattr(paper, name) for name in _IN_DATA}
    values["extra"] = dict(paper.extra)
    data = json.dumps(
        {name: value for name, value in values.items() if value not in ("", (), {}, True)},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    head = (number, paper.id, state)
    rest = (paper.year, paper.published, paper.title, paper.abstract, data, text_digest(paper))
    return (*head, seq, *rest, checksum(*head, *rest))


def paper_of(row: tuple[Any, ...], where: str) -> Paper:
    """The paper in a row of PAPER_COLUMNS; raises LibraryDamaged where the checksum disagrees."""
    number, paper_id, state, _, year, published, title, abstract, data, digest, expected = row
    found = checksum(number, paper_id, state, year, published, title, abstract, data, digest)
    if found != expected:
        raise _damaged(where, f"paper {paper_id!r} (row {number} of papers)", expected, found)
    values = json.loads(data)
    for name in ("authors", "categories", "ids", "sources"):
        values[name] = tuple(values.get(name, ()))
    return Paper(
        id=paper_id, title=title, abstract=abstract, published=published, year=year, **values
    )


def content_of(digest: bytes, data: str, expected: int, where: str) -> "Content":
    """The content in a row; raises LibraryDamaged where the checksum disagrees."""
    found = checksum(digest, data)
    if found != expected:
        raise _damaged(where, f"record {digest.hex()} (a row of contents)", expected, found)
    from .content import Content

    return Content.from_json(digest, data)


def vector_row(
    model: int, number: int, digest: bytes, vector: NDArray[np.float32]
) -> tuple[int, int, bytes, bytes, int]:
    """A vector as it is kept: float16, which moves a cosine by less than 1e-4."""
    data = vector.astype("<f2").tobytes()
    return model, number, digest, data, checksum(number, digest, data)


def vector_of(number: int, digest: bytes, data: bytes, expected: int, where: str) -> bytes:
    """The bytes of a vector (float16, little-endian); raises LibraryDamaged if they changed."""
    found = checksum(number, digest, data)
    if found != expected:
        raise _damaged(where, f"the vector of row {number} of papers", expected, found)
    return data


def _damaged(where: str, what: str, expected: int, found: int) -> LibraryDamaged:
    return LibraryDamaged(
        f"{where}: {what} does not hold what was written to it (checksum {expected:08x} expected, "
        f"{found:08x} found). Restore library.db from a backup, or build the library anew from its "
        "sources."
    )
