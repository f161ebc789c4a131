"""The dense index: the library's vectors in files that FAISS and NumPy search, derived from
library.db.

A generation is three immutable files: the numbers of its papers, their vectors as float16 (mapped
into memory, for exact scores), and, from FAISS_FROM papers on, a flat RaBitQ fast-scan index of
them (J. Gao, C. Long, "RaBitQ", 2024) that proposes candidates. `manifest.json` names the
generation that counts, and is replaced atomically.
"""

import hashlib
import os
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .background import Background, Sampler, background
from .errors import LibraryDamaged
from .files import (
    file_digest,
    fsync_folder,
    full_disk_explained,
    read_sealed,
    write_sealed,
)
from .halves import widened
from .rows import vector_of
from .snapshot import Commit, ModelRow, Snapshot
from .store import Store

__all__ = [
    "FAISS_FROM",
    "FOLDER",
    "DenseIndex",
    "Manifest",
    "activate",
    "prepare",
    "publish",
    "read_commit",
]

FOLDER = "dense"
MANIFEST = "manifest.json"
PREPARED = "prepared.json"
"""The manifest of a generation for the model that a library is about to change to."""
FORMAT = 2
FAISS_FROM = 5000
"""Below so many papers every search is exact: it takes a few milliseconds, and no index file."""
BLOCK = 1 << 20
"""Bytes of the vectors' file that one checksum covers."""
_TRAIN = 50_000
_CHUNK = 8192
_SCANNED_AT_ONCE = 1024
"""Rows: no more than stay in a core's cache while they are converted and multiplied."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is: every field is checked against the files before they are used."""

    format: int
    seq: int
    token: str
    fingerprint: str
    dimension: int
    count: int
    generation: str
    sizes: dict[str, int]
    digests: dict[str, str]
    """SHA-256 of the files that are read whole: numbers, faiss."""
    blocks: list[int]
    """CRC-32 of each BLOCK of the vectors' file."""
    background: dict[str, float] | None
    """What is usual among its papers, as index/background.py has it."""


def _read_manifest(path: Path) -> Manifest | None:
    try:
        fields = read_sealed(path)
        if fields is None:
            return None
        if fields["format"] != FORMAT:
            raise LibraryDamaged(
                f"{path} was written by another version of Paperkin: it has format "
                f"{fields['format']}, and this one reads {FORMAT}. It is derived; make it anew "
                f"with: paperkin rebuild {path.parent.parent}"
            )
        return Manifest(**fields)
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(path, str(error)) from error


def _damaged(path: Path, what: str) -> LibraryDamaged:
    return LibraryDamaged(
        f"{path} is not what was written to it: {what}. It is derived; make it anew with: "
        f"paperkin rebuild {path.parent.parent}"
    )


def _current(store: Store, fingerprint: str) -> Manifest | None:
    """The manifest of the published generation with vectors of a model, None where there is none.

    A library that changed its model but was stopped before it could say so here has the new
    generation prepared.
    """
    folder = store.path / FOLDER
    for name in (MANIFEST, PREPARED):
        manifest = _read_manifest(folder / name)
        if manifest is not None and manifest.fingerprint == fingerprint:
            return manifest
    return None


def read_commit(store: Store, fingerprint: str) -> Commit:
    """The commit up to which the published generation with vectors of a model holds every paper;
    commit 0 where there is none."""
    manifest = _current(store, fingerprint)
    return Commit(manifest.seq, manifest.token) if manifest else Commit(0, "")


def publish(store: Store) -> int:
    """Write a new generation from library.db and make it the one that counts.

    Needs the writer's lock. Returns the number of vectors in it. Readers that hold the generation
    before go on with it.
    """
    with store.read() as snapshot:
        model = snapshot.model
    manifest = prepare(store, model)
    activate(store, manifest)
    return manifest.count


def prepare(store: Store, model: ModelRow) -> Manifest:
    """Write the files of a generation with the vectors of a model, durably. It is used once it is
    activated, or as soon as the library has changed to its model."""
    folder = store.path / FOLDER
    folder.mkdir(exist_ok=True)
    with store.read() as snapshot, full_disk_explained(store.path):
        commit = snapshot.commit
        generation = f"{commit.seq}-{os.urandom(4).hex()}"
        paths = {name: folder / f"{generation}.{name}" for name in ("numbers", "vectors", "faiss")}
        numbers, sample, blocks = _write_vectors(snapshot, model, paths["vectors"])
        _write_durably(paths["numbers"], numbers.astype("<i8").tobytes())
        rows = _mapped(paths["vectors"], len(numbers), model.dimension)
        usual = background(rows[sample].astype(np.float32))
        if len(numbers) >= FAISS_FROM:
            _write_faiss(rows, paths["faiss"])
        else:
            del paths["faiss"]
        fsync_folder(folder)
        manifest = Manifest(
            format=FORMAT,
            seq=commit.seq,
            token=commit.token,
            fingerprint=model.fingerprint,
            dimension=model.dimension,
            count=len(numbers),
            generation=generation,
            sizes={name: path.stat().st_size for name, path in paths.items()},
            digests={n: file_digest(p) for n, p in paths.items() if n != "vectors"},
            blocks=blocks,
            background=asdict(usual) if usual else None,
        )
        write_sealed(folder / PREPARED, asdict(manifest))
    return manifest


def activate(store: Store, manifest: Manifest) -> None:
    """Make a prepared generation the one that counts, and drop the others."""
    folder = store.path / FOLDER
    with full_disk_explained(store.path):
        write_sealed(folder / MANIFEST, asdict(manifest))
    # Superseded generations go; a reader that mapped one keeps it until it lets go.
    for path in folder.iterdir():
        if path.name != MANIFEST and not path.name.startswith(f"{manifest.generation}."):
            path.unlink(missing_ok=True)


def _write_durably(path: Path, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _write_vectors(
    snapshot: Snapshot, model: ModelRow, path: Path
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[int]]:
    """Stream the vectors of the live papers into a file; their numbers, a sample of its rows, and
    its checksums."""
    numbers: list[int] = []
    sampler = Sampler()
    blocks: list[int] = []
    held = bytearray()
    with open(path, "wb") as file:
        for number, data in _live_vectors(snapshot, model):
            numbers.append(number)
            sampler.see(data)
            held += data
            while len(held) >= BLOCK:
                blocks.append(zlib.crc32(held[:BLOCK]))
                file.write(held[:BLOCK])
                del held[:BLOCK]
        if held:
            blocks.append(zlib.crc32(held))
            file.write(held)
        file.flush()
        os.fsync(file.fileno())
    return np.array(numbers, np.int64), sampler.chosen(), blocks


def _live_vectors(snapshot: Snapshot, model: ModelRow) -> Iterator[tuple[int, bytes]]:
    where = str(FOLDER)
    for number, digest, data, check in snapshot.rows(
        "SELECT paper, vectors.text_digest, vector, vectors.checksum FROM vectors "
        "JOIN papers USING (paper) WHERE model = ? AND state = 0 "
        "AND vectors.text_digest = papers.text_digest ORDER BY paper",
        model.model,
    ):
        yield number, vector_of(number, digest, data, check, where)


def _mapped(path: Path, count: int, dimension: int) -> NDArray[np.float16]:
    """The vectors' file as float16, shape (count, dimension)."""
    if not count:
        # An empty file cannot be mapped.
        return np.zeros((0, dimension), np.float16)
    return np.memmap(path, "<f2", "r", shape=(count, dimension))


def _write_faiss(rows: NDArray[np.float16], path: Path) -> None:
    import faiss

    count, dimension = rows.shape
    index = faiss.IndexRaBitQFastScan(dimension, faiss.METRIC_INNER_PRODUCT)
    index.train(np.ascontiguousarray(rows[:: max(1, count // _TRAIN)], np.float32))
    for start in range(0, count, _CHUNK * 8):
        index.add(np.ascontiguousarray(rows[start : start + _CHUNK * 8], np.float32))
    _write_durably(path, faiss.serialize_index(index).tobytes())


class DenseIndex:
    """One published generation, for searching.

    `numbers` (int64, shape (n,), ascending) are the papers of its rows, `background` what is usual
    among them (None where they are too few). Positions below mean rows.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.commit = Commit(manifest.seq, manifest.token)
        self.dimension = manifest.dimension
        self.fingerprint = manifest.fingerprint
        # Manifests of the first libraries of this format have the mean of cosines as well.
        usual = manifest.background
        self.background = Background(usual["deviation"]) if usual else None
        self.generation = manifest.generation
        self._manifest = manifest
        self._path = folder / f"{manifest.generation}.vectors"
        self.numbers = np.frombuffer(self._whole(folder, "numbers"), "<i8").astype(np.int64)
        if len(self.numbers) != manifest.count:
            raise _damaged(folder / MANIFEST, "it counts other papers than its files hold")
        self._check_size(self._path, "vectors")
        self._rows = _mapped(self._path, manifest.count, manifest.dimension)
        self._verified = np.zeros(len(manifest.blocks), bool)
        self._kept: NDArray[np.float64] | None = None
        self._faiss: Any = None
        if "faiss" in manifest.sizes:
            import faiss

            data = np.frombuffer(self._whole(folder, "faiss"), np.uint8)
            self._faiss = faiss.deserialize_index(data)

    @classmethod
    def open(cls, store: Store, fingerprint: str) -> "DenseIndex | None":
        """The published generation with vectors of a model; None where there is none. Raises
        LibraryDamaged."""
        folder = store.path / FOLDER
        for attempt in range(10):
            manifest = _current(store, fingerprint)
            if manifest is None:
                return None
            try:
                return cls(folder, manifest)
            except FileNotFoundError as error:
                # A newer generation was published between the two reads, or a file is gone.
                if attempt == 9 or _current(store, fingerprint) == manifest:
                    raise _damaged(Path(error.filename), "the file is missing") from error
        return None

    def _check_size(self, path: Path, name: str) -> None:
        expected, found = self._manifest.sizes[name], path.stat().st_size
        if expected != found:
            raise _damaged(path, f"{expected} bytes expected, {found} found")

    def _whole(self, folder: Path, name: str) -> bytes:
        path = folder / f"{self._manifest.generation}.{name}"
        self._check_size(path, name)
        data = path.read_bytes()
        found = hashlib.sha256(data).hexdigest()
        if found != self._manifest.digests[name]:
            raise _damaged(path, f"SHA-256 {self._manifest.digests[name]} expected, {found} found")
        return data

    def __len__(self) -> int:
        return len(self.numbers)

    def vectors(self, positions: NDArray[np.int64]) -> NDArray[np.float16]:
        """float16, shape (n, dim): the vectors of some rows, their blocks verified."""
        self._verify(self._blocks(positions))
        return np.asarray(self._rows[positions])

    def _blocks(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """The blocks of the vectors' file that some rows lie in."""
        width = self.dimension * 2
        first = positions * width // BLOCK
        last = ((positions + 1) * width - 1) // BLOCK
        return np.unique(np.concatenate([first, last]))

    def _verify(self, blocks: NDArray[np.int64]) -> None:
        raw = self._rows.reshape(-1).view(np.uint8)
        for block in blocks[~self._verified[blocks]]:
            found = zlib.crc32(raw[block * BLOCK : (block + 1) * BLOCK])
            if found != self._manifest.blocks[block]:
                raise _damaged(self._path, f"block {block} of {BLOCK} bytes was changed")
            self._verified[block] = True

    def products(self, query: NDArray[np.float32]) -> NDArray[np.float64] | None:
        """Inner products of a query, float32 (dim,), with every row in double precision: float64,
        shape (n,). None where the rows are too many to be kept for it."""
        if len(self) >= FAISS_FROM:
            return None
        kept = self._kept
        if kept is None:
            self._kept = kept = widened(self.vectors(np.arange(len(self)))).astype(np.float64)
        found: NDArray[np.float64] = kept @ query.astype(np.float64)
        return found

    def scan(
        self, query: NDArray[np.float32], positions: NDArray[np.int64] | None = None
    ) -> NDArray[np.float32]:
        """Inner products of a query, float32 (dim,), with some rows, or with every row: float32,
        shape (n,)."""
        wanted = np.arange(len(self._verified)) if positions is None else self._blocks(positions)
        self._verify(wanted)
        # The bits of a float16, moved, are a float32 that is smaller by a power of two; NumPy's own
        # conversion takes several times as long as all the rest.
        bits = self._rows.view(np.uint16)
        scaled = query * np.float32(2.0**112)
        scores = np.empty(len(self) if positions is None else len(positions), np.float32)
        for start in range(0, len(scores), _SCANNED_AT_ONCE):
            part = slice(start, start + _SCANNED_AT_ONCE)
            rows = bits[part if positions is None else positions[part]].astype(np.uint32)
            wide = ((rows & 0x8000) << 16) | ((rows & 0x7FFF) << 13)
            scores[part] = wide.view(np.float32) @ scaled
        return scores

    @property
    def has_candidates(self) -> bool:
        """Whether `candidates` can be asked: small generations have no FAISS file."""
        return self._faiss is not None

    def candidates(self, query: NDArray[np.float32], depth: int) -> NDArray[np.int64]:
        """Rows that are likely the nearest `depth` to a query, float32 (dim,), in no order."""
        _, found = self._faiss.search(query[None], min(depth, len(self)))
        positions: NDArray[np.int64] = found[0]
        return positions[positions >= 0]
