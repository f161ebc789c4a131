"""The dense index: the library's vectors in files that FAISS and NumPy search, derived from
library.db.

A generation is a few immutable files: the numbers of its papers, their vectors as float16 (mapped
into memory, for exact scores), and, from FAISS_FROM papers on, short codes of them that propose
candidates, and what is usual of the codes (index/candidates.py). `manifest.json` names the
generation that counts, and is replaced atomically.
"""

import hashlib
import os
import zlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .background import Background, Sampler, background
from .candidates import Candidates, coded
from .dense_manifest import (
    FOLDER,
    FORMAT,
    MANIFEST,
    PREPARED,
    Flat,
    Manifest,
    current,
    damaged,
    write_manifest,
)
from .files import file_digest, fsync_file, fsync_folder, full_disk_explained, write_durably
from .half import Products, widened
from .likeliest import Found, likeliest
from .rows import vector_of
from .snapshot import Commit, ModelRow, Snapshot
from .store import Store
from .target import DEFAULT_RECALL, Settled, settle

__all__ = [
    "FAISS_FROM",
    "FOLDER",
    "MANIFEST",
    "PREPARED",
    "RECALL",
    "DenseIndex",
    "Manifest",
    "activate",
    "of_other_recall",
    "prepare",
    "publish",
    "read_commit",
    "write_generation",
]

RECALL = "recall"
"""The setting of a library that says which recall of the nearest ten it is to reach."""
FAISS_FROM = 5000
"""Below so many papers every search is exact: it takes a few milliseconds, and no index file."""
_FILES = ("numbers", "vectors", "faiss", "usual")
BLOCK = 1 << 20
"""Bytes of the vectors' file that one checksum covers."""


def read_commit(store: Store, fingerprint: str) -> Commit:
    """The commit up to which the published generation with vectors of a model holds every paper;
    commit 0 where there is none."""
    manifest = current(store, fingerprint)
    return Commit(manifest.seq, manifest.token) if manifest else Commit(0, "")


def of_other_recall(store: Store, snapshot: Snapshot) -> bool:
    """Whether the published generation was made for another recall than the library's, where that
    was ever set."""
    asked = snapshot.setting(RECALL, "")
    manifest = current(store, snapshot.model.fingerprint)
    return bool(asked) and manifest is not None and manifest.target != float(asked)


def publish(store: Store) -> int:
    """Write a new generation from library.db and make it the one that counts.

    Needs the writer's lock. Returns the number of vectors in it. Readers that hold the generation
    before go on with it.
    """
    with store.read() as snapshot:
        model = snapshot.model
    manifest = prepare(store, model, current(store, model.fingerprint))
    activate(store, manifest)
    return manifest.count


def prepare(store: Store, model: ModelRow, before: Manifest | None = None) -> Manifest:
    """Write the files of a generation with the vectors of a model, durably. It is used once it is
    activated, or as soon as the library has changed to its model. `before` is the generation that
    it follows, if any."""
    folder = store.path / FOLDER
    folder.mkdir(exist_ok=True)
    with store.read() as snapshot, full_disk_explained(store.path):
        manifest = write_generation(
            folder,
            snapshot.commit,
            model,
            _live_vectors(snapshot, model),
            float(snapshot.setting(RECALL, str(DEFAULT_RECALL))),
            before,
        )
        write_manifest(folder / PREPARED, manifest)
    return manifest


def write_generation(
    folder: Path,
    commit: Commit,
    model: ModelRow,
    vectors: Iterable[tuple[int, bytes]],
    target: float,
    before: Manifest | None = None,
) -> Manifest:
    """Write the files of a generation, durably: the papers' numbers, ascending, with their unit
    vectors, float16, as bytes.

    The kind of index and its settings are those that reach the recall `target` of the nearest ten
    on a sample of the papers; where none do, every search is exact. The settings of a generation
    `before` with nearly as many papers are tried first, which takes less time.
    """
    generation = f"{commit.seq}-{os.urandom(4).hex()}"
    paths = {name: folder / f"{generation}.{name}" for name in _FILES}
    numbers, sample, blocks = _write_vectors(vectors, paths["vectors"])
    write_durably(paths["numbers"], numbers.astype("<i8").tobytes())
    rows = _mapped(paths["vectors"], len(numbers), model.dimension)
    usual = background(rows[sample].astype(np.float32))
    settled = None
    if len(numbers) >= FAISS_FROM and target < 1:
        first = before.plan if before and _alike(before, len(numbers), target) else None
        settled = _write_codes(rows, sample, target, paths, first)
    if settled is None:
        del paths["faiss"], paths["usual"]
    fsync_folder(folder)
    return Manifest(
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
        flat=asdict(settled.flat) if settled else None,
        target=target,
        reached=settled.reached if settled else {},
    )


def activate(store: Store, manifest: Manifest) -> None:
    """Make a prepared generation the one that counts, and drop the others."""
    folder = store.path / FOLDER
    with full_disk_explained(store.path):
        write_manifest(folder / MANIFEST, manifest)
    # Superseded generations go; a reader that mapped one keeps it until it lets go.
    for path in folder.iterdir():
        if path.name != MANIFEST and not path.name.startswith(f"{manifest.generation}."):
            path.unlink(missing_ok=True)


def _write_vectors(
    vectors: Iterable[tuple[int, bytes]], path: Path
) -> tuple[NDArray[np.int64], NDArray[np.int64], list[int]]:
    """Stream the vectors of papers into a file; their numbers, a sample of its rows, and
    its checksums."""
    numbers = array("q")
    sampler = Sampler()
    blocks: list[int] = []
    held = bytearray()
    with open(path, "wb") as file:
        for number, data in vectors:
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


def _alike(before: Manifest, count: int, target: float) -> bool:
    """Whether a generation's settings may do for one of so many papers."""
    alike = abs(before.count - count) <= before.count // 8 and before.target == target
    return alike and bool(before.reached)


def _write_codes(
    rows: NDArray[np.float16],
    sample: NDArray[np.int64],
    target: float,
    paths: dict[str, Path],
    first: Flat | None,
) -> Settled | None:
    """Write the codes of vectors durably, and settle how they are searched; None, and no file,
    where they do not reach the target."""
    import faiss

    index, usual = coded(rows)
    settled = settle(rows, Candidates(index, usual), sample, target, first)
    if settled is not None:
        write_durably(paths["usual"], usual.astype("<f4").tobytes())
        faiss.write_index(index, str(paths["faiss"]))
        fsync_file(paths["faiss"])
    return settled


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
            raise damaged(folder / MANIFEST, "it counts other papers than its files hold")
        self._check_size(self._path, "vectors")
        self._rows = _mapped(self._path, manifest.count, manifest.dimension)
        self._products = Products(self._rows)
        self._verified = np.zeros(len(manifest.blocks), bool)
        self._kept: NDArray[np.float64] | None = None
        self._plan = manifest.plan
        self._candidates: Candidates | None = None
        if self._plan is not None:
            self._candidates = self._read_codes(folder / f"{manifest.generation}.faiss")

    @classmethod
    def open(cls, store: Store, fingerprint: str) -> "DenseIndex | None":
        """The published generation with vectors of a model; None where there is none. Raises
        LibraryDamaged."""
        folder = store.path / FOLDER
        for attempt in range(10):
            manifest = current(store, fingerprint)
            if manifest is None:
                return None
            try:
                return cls(folder, manifest)
            except FileNotFoundError as error:
                # A newer generation was published between the two reads, or a file is gone.
                if attempt == 9 or current(store, fingerprint) == manifest:
                    raise damaged(Path(error.filename), "the file is missing") from error
        return None

    def _check_size(self, path: Path, name: str) -> None:
        expected, found = self._manifest.sizes[name], path.stat().st_size
        if expected != found:
            raise damaged(path, f"{expected} bytes expected, {found} found")

    def _whole(self, folder: Path, name: str) -> bytes:
        path = folder / f"{self._manifest.generation}.{name}"
        self._check_size(path, name)
        data = path.read_bytes()
        self._check_digest(path, name, hashlib.sha256(data).hexdigest())
        return data

    def _check_digest(self, path: Path, name: str, found: str) -> None:
        expected = self._manifest.digests[name]
        if found != expected:
            raise damaged(path, f"SHA-256 {expected} expected, {found} found")

    def _read_codes(self, path: Path) -> Candidates:
        usual = None
        if "usual" in self._manifest.sizes:
            data = self._whole(path.parent, "usual")
            usual = np.frombuffer(data, "<f4").reshape(4, -1).astype(np.float32)
        self._check_size(path, "faiss")
        with open(path, "rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            self._check_digest(path, "faiss", found)
            file.seek(0)
            # The file that was verified, whatever has its name by now.
            return Candidates.read(file, usual)

    def __len__(self) -> int:
        return len(self.numbers)

    def vectors(self, positions: NDArray[np.int64]) -> NDArray[np.float16]:
        """float16, shape (n, dim): the vectors of some rows, their blocks verified."""
        self._verify_rows(positions)
        return np.asarray(self._rows[positions])

    def _verify_rows(self, positions: NDArray[np.int64]) -> None:
        """Verify the blocks of the vectors' file that some rows lie in."""
        width = self.dimension * 2
        first = positions * width // BLOCK
        last = ((positions + 1) * width - 1) // BLOCK
        if not (self._verified[first].all() and self._verified[last].all()):
            self._verify(np.unique(np.concatenate([first, last])))

    def _verify(self, blocks: NDArray[np.int64]) -> None:
        raw = self._rows.reshape(-1).view(np.uint8)
        for block in blocks[~self._verified[blocks]]:
            found = zlib.crc32(raw[block * BLOCK : (block + 1) * BLOCK].data)
            if found != self._manifest.blocks[block]:
                raise damaged(self._path, f"block {block} of {BLOCK} bytes was changed")
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
        if positions is None:
            self._verify(np.arange(len(self._verified)))
        else:
            self._verify_rows(positions)
        return self._products.rough(query, positions)

    def scores(
        self, query: NDArray[np.float32], positions: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Inner products of a query, float32 (dim,), with some rows, in double precision: float64,
        shape (n,)."""
        self._verify_rows(positions)
        return self._products.exact(query, positions)

    @property
    def has_candidates(self) -> bool:
        """Whether `likeliest` can be asked: small generations have no codes."""
        return self._candidates is not None

    def likeliest(
        self,
        query: NDArray[np.float32],
        k: int,
        passing: NDArray[np.bool_] | None = None,
        passes: int | None = None,
    ) -> Found | None:
        """Rows, ascending, that hold the nearest k to a query, float32 (dim,), with the recall that
        the library was made for, and their inner products with it. `passing` says which rows count
        (bool, shape (n,); None: all), `passes` how many those are. None where scoring all that
        count is as quick, or k is more than candidates are for."""
        if self._candidates is None or self._plan is None:
            return None
        score = partial(self.scores, query)
        return likeliest(
            self._candidates, score, query, k, self._plan, passing=passing, passes=passes
        )
