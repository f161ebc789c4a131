"""The files of the keyword index: generations of a Tantivy index derived from library.db.

A generation is a folder of Tantivy's files, immutable once published; catching up makes the next
one from hard links to its segments. `watermark.json` names the generation that counts, with the
digest of each of its files, and is replaced atomically.
"""

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .analysis import ANALYSIS_VERSION, analyzer, filler, spaced, terms
from .definitions import definitions
from .digests import known_digest
from .errors import LibraryDamaged
from .files import (
    fsync_file,
    fsync_folder,
    full_disk_explained,
    read_sealed,
    write_sealed,
)
from .ids import normalise_title
from .paper import Paper
from .snapshot import Commit, Snapshot, chunks
from .store import Store

__all__ = [
    "FOLDER",
    "PADDING",
    "WATERMARK",
    "Watermark",
    "catch_up",
    "damaged",
    "index_of",
    "looked_up",
    "open_index",
    "read_watermark",
    "schema",
    "texts",
    "title_key",
    "verify",
]

FOLDER = "keyword"
WATERMARK = "watermark.json"
FORMAT = 4
_LEAST_HEAP = 15_000_000
"""Bytes that Tantivy asks for at least."""
PADDING = {"title": 6, "text": 64}
"""Words of no meaning added to each document. Tantivy's BM25 holds b = 0.75, by which a short text
gains too much where texts are short; so many more words make it 0.75 m / (m + 64) for a mean length
m. On the judged collections that is better than any one b."""


def texts(paper: Paper) -> dict[str, str]:
    """What is indexed of a paper, by field: its title, and title and abstract together."""
    # A stand-in title is the start of the abstract: indexing it would count its words twice.
    title = paper.title if paper.title_given else ""
    return {"title": title, "text": f"{title}\n{paper.abstract}"}


def title_key(title: str) -> str:
    """What stands for a title in the index: equal for titles of equal `normalise_title`."""
    said = normalise_title(title).encode("utf-8", "replace")
    return hashlib.blake2b(said, digest_size=12).hexdigest()


def looked_up(paper: Paper, language: str) -> dict[str, list[str]]:
    """What is indexed of a paper besides `texts`, by field.

    `abstract`, for what only the abstract must hold; `spelling`, the words as they are spelt;
    `defined`, its definitions of acronyms (the acronym and the terms of what it stands for, with a
    tab between; the same the other way round; and each of the two alone); `known`, the key of its
    title.
    """
    whole = texts(paper)["text"]
    found = {"abstract": [paper.abstract], "known": [title_key(paper.title)]}
    if spaced(language):
        found["spelling"] = [whole]
    defined: set[str] = set()
    for short, long in definitions(whole):
        acronym, words = terms(short, language), " ".join(terms(long, language))
        if len(acronym) == 1 and " " in words and spaced(language):
            term = acronym[0]
            defined |= {f"{term}\t{words}", f"{words}\t{term}", term, words}
    return {**found, "defined": sorted(defined)}


def schema() -> Any:
    """The fields of the index: the paper's number, its title and its whole text, which scores are
    computed from, and what else is looked up (`looked_up`)."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", indexed=True, fast=True)
    for name in ("title", "text", "abstract"):
        builder.add_text_field(name, tokenizer_name="words", index_option="position")
    builder.add_text_field("spelling", tokenizer_name="spelling", index_option="basic")
    builder.add_text_field("defined", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("known", tokenizer_name="raw", index_option="basic")
    return builder.build()


@dataclass(frozen=True, slots=True)
class Watermark:
    """What the published generation is and holds."""

    format: int
    analysis: int
    language: str
    seq: int
    token: str
    generation: str
    files: dict[str, list[Any]]
    """Size and SHA-256 of each file, by name."""


def damaged(path: Path, what: str, library: Path) -> LibraryDamaged:
    """The error for a derived file that disagrees with its watermark."""
    return LibraryDamaged(
        f"{path} is not what was written to it: {what}. It is derived; make it anew with: "
        f"paperkin rebuild {library}"
    )


def read_watermark(store: Store) -> Watermark | None:
    """The published generation's watermark; None where none is published. Raises LibraryDamaged."""
    path = store.path / FOLDER / WATERMARK
    try:
        fields = read_sealed(path)
        if fields is None:
            return None
        if (fields["format"], fields["analysis"]) != (FORMAT, ANALYSIS_VERSION):
            raise ValueError("another version of Paperkin wrote it")
        return Watermark(**fields)
    except (ValueError, TypeError, KeyError) as error:
        raise damaged(path, str(error), store.path) from error


def open_index(folder: Path, language: str, library: Path) -> Any:
    """The Tantivy index in a folder, made if the folder is empty. Raises LibraryDamaged."""
    import tantivy

    try:
        index = tantivy.Index(schema(), path=str(folder))
    except (OSError, ValueError) as error:
        raise damaged(folder, str(error), library) from error
    return _with_words(index, language)


def _with_words(index: Any, language: str) -> Any:
    """A Tantivy index that knows what words are."""
    index.register_tokenizer("words", analyzer(language))
    index.register_tokenizer("spelling", analyzer(language, stemmed=False))
    return index


_verified: dict[tuple[int, int, int, int], str] = {}
"""Digests of files that this process has read whole, by device, inode, size and time: segments
are shared by generations, and need not be read again for each."""


def forget_verified() -> None:
    """Have this process read every file whole again."""
    _verified.clear()


def _digest_of(path: Path) -> str:
    stat = path.stat()
    key = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)
    if key not in _verified:
        if len(_verified) > 4096:
            _verified.clear()
        _verified[key] = known_digest(path)
    return _verified[key]


def verify(folder: Path, mark: Watermark, library: Path) -> None:
    """Check every file of a generation. Raises LibraryDamaged, or FileNotFoundError."""
    for name, (size, digest) in mark.files.items():
        path = folder / name
        if path.stat().st_size != size:
            found = path.stat().st_size
            raise damaged(path, f"{size} bytes expected, {found} found", library)
        if _digest_of(path) != digest:
            raise damaged(path, "its SHA-256 disagrees", library)


def catch_up(store: Store, *, anew: bool = False) -> int:
    """Bring the keyword index to the last commit. Needs the writer's lock.

    A paper that changed is deleted by its number and added again. `anew` begins without the old
    generation. Returns the number of papers indexed.
    """
    root = store.path / FOLDER
    before = _generation_in_use(store)
    mark = None if anew else read_watermark(store)
    with store.read() as snapshot, full_disk_explained(store.path):
        language = snapshot.setting("language", "en")
        since = Commit(mark.seq, mark.token) if mark else Commit(0, "")
        snapshot.check_history(since, "keyword index", store.path)
        changed, live = snapshot.changed_since(since.seq)
        if mark and not len(changed):
            return 0
        generation = f"{snapshot.commit.seq}-{os.urandom(4).hex()}"
        folder = root / generation
        folder.mkdir(parents=True)
        if mark:
            verify(root / mark.generation, mark, store.path)
            for name in mark.files:
                os.link(root / mark.generation / name, folder / name)
        _index(folder, language, snapshot, changed, live, store.path)
        files = sorted(path for path in folder.iterdir() if not path.name.endswith(".lock"))
        for path in files:
            fsync_file(path)
        fsync_folder(folder)
        new = Watermark(
            format=FORMAT,
            analysis=ANALYSIS_VERSION,
            language=language,
            seq=snapshot.commit.seq,
            token=snapshot.commit.token,
            generation=generation,
            files={path.name: [path.stat().st_size, _digest_of(path)] for path in files},
        )
        fsync_folder(root)
        write_sealed(root / WATERMARK, asdict(new))
    # The generation before stays for readers that are about to open it; one that has an older one
    # open keeps it until it lets go.
    kept = {WATERMARK, generation, before}
    for path in root.iterdir():
        if path.name in kept:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(live)


def _generation_in_use(store: Store) -> str:
    """The name of the published generation; "" where none is, or its watermark is damaged."""
    try:
        mark = read_watermark(store)
    except LibraryDamaged:
        return ""
    return mark.generation if mark else ""


def _index(
    folder: Path,
    language: str,
    snapshot: Snapshot,
    changed: NDArray[np.int64],
    live: NDArray[np.int64],
    library: Path,
) -> None:
    import tantivy

    index = open_index(folder, language, library)
    writer = index.writer(heap_size=120_000_000, num_threads=1)
    if index.searcher().num_docs:
        # By query: deleting by term takes the number for a signed one, and finds nothing.
        for part in chunks(changed.tolist()):
            old = tantivy.Query.term_set_query(index.schema, "number", part)
            writer.delete_documents_by_query(old)
    for start in range(0, len(live), 1024):
        for number, paper in snapshot.papers(live[start : start + 1024]).items():
            writer.add_document(_document(number, paper, language))
    writer.commit()
    writer.wait_merging_threads()


def _document(number: int, paper: Paper, language: str) -> Any:
    import tantivy

    padding = {field: filler(count, language) for field, count in PADDING.items()}
    said = {field: text + padding[field] for field, text in texts(paper).items()}
    document = tantivy.Document(**said)
    document.add_unsigned("number", number)
    for field, values in looked_up(paper, language).items():
        for value in values:
            document.add_text(field, value)
    return document


def index_of(papers: Mapping[int, Paper], language: str) -> Any:
    """A Tantivy index, in memory, of papers by their numbers."""
    import tantivy

    index = _with_words(tantivy.Index(schema()), language)
    writer = index.writer(heap_size=_LEAST_HEAP, num_threads=1)
    for number, paper in papers.items():
        writer.add_document(_document(number, paper, language))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index
