"""From what a person names (files, folders, globs) to sources, and from a source to its bytes."""

import bz2
import glob
import io
import os
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .errors import SourceError

if TYPE_CHECKING:
    # typeshed's name for "bytes or anything that writes like a bytearray"
    from _typeshed import WriteableBuffer

__all__ = ["Source", "find_sources", "open_source"]

_SUFFIXES = (".gz", ".gzip", ".zst", ".zstd", ".bz2")
_OUT = 1 << 18  # bytes unpacked at a time
_ZSTD_IN = 1 << 10  # a zstd block may unpack to 40,000 times its size, and has no output limit


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read.

    `location` is its absolute path, `name` the file's name without a compression suffix
    ("arxiv.jsonl" for arxiv.jsonl.gz), `explicit` tells whether the user named the file itself
    rather than a folder or a glob that holds it.
    """

    location: str
    name: str
    explicit: bool


def find_sources(arguments: Iterable[str | Path]) -> list[Source]:
    """The files that the arguments name, each once, in the order of the arguments.

    A folder gives its files, those of its subfolders included, sorted by path; hidden ones and
    links that lead out of it are left out. A folder of a BEIR collection (corpus.jsonl, packed or
    not, beside queries.jsonl and qrels/) gives its corpus alone. A glob gives what it matches,
    sorted. Whether a file holds papers is not looked at here: `readers.recognise` raises
    SourceError for one that does not, and a caller reports it or, for an explicit one, stops.

    Raises SourceError where an argument names nothing that can be read.
    """
    found: dict[str, Source] = {}
    for argument in arguments:
        for source in _of_argument(os.path.expanduser(os.fspath(argument))):
            real = os.path.realpath(source.location)
            known = found.get(real)
            if known is None:
                found[real] = source
            elif source.explicit and not known.explicit:
                found[real] = replace(known, explicit=True)
    return list(found.values())


def _of_argument(argument: str) -> list[Source]:
    if not argument:
        raise SourceError("A source is an empty name: give a file, a folder or a glob.")
    if "\0" in argument:
        raise SourceError(f"{argument!r} has a NUL character in it and can name no file.")
    if os.path.lexists(argument):
        return _of_path(argument, explicit=True)
    if glob.has_magic(argument):
        matches = sorted(glob.glob(argument, recursive=True))
        sources = [source for match in matches for source in _of_match(match)]
        if not sources:
            raise SourceError(f"The glob {argument!r} matches no file: check it and its folder.")
        return sources
    raise SourceError(f"There is no file or folder at {argument!r}: check the path.")


def _of_match(path: str) -> list[Source]:
    try:
        return _of_path(path, explicit=False)
    except SourceError:
        # A glob may match sockets and empty folders beside the files that are meant.
        return []


def _of_path(path: str, *, explicit: bool) -> list[Source]:
    location = os.path.abspath(path)
    try:
        mode = os.stat(location).st_mode
    except OSError as error:
        raise SourceError(
            f"{location} cannot be read ({error.strerror}): check the path and its permissions."
        ) from error
    if stat.S_ISREG(mode):
        return [_source(location, explicit=explicit)]
    if not stat.S_ISDIR(mode):
        raise SourceError(
            f"{location} is not a regular file: save what it gives to a file and name that."
        )
    files = list(_walk(location, os.path.realpath(location)))
    if not files:
        raise SourceError(f"The folder {location} holds no files: name one that does.")
    return [_source(file, explicit=False) for file in files]


def _source(location: str, *, explicit: bool) -> Source:
    return Source(location, _plain_name(os.path.basename(location)), explicit)


def _plain_name(name: str) -> str:
    stem, suffix = os.path.splitext(name)
    return stem if stem and suffix.lower() in _SUFFIXES else name


def _walk(folder: str, root: str) -> Iterator[str]:
    """The readable regular files under `folder`, sorted, none outside of `root`."""
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        raise SourceError(
            f"The folder {folder} cannot be read ({error.strerror}): check its permissions."
        ) from error
    entries = [entry for entry in entries if not entry.name.startswith(".")]
    corpus = _beir_corpus(entries)
    if corpus is not None:
        yield corpus
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, root)
        elif _is_file_within(entry, root):
            yield entry.path


def _is_file_within(entry: os.DirEntry[str], root: str) -> bool:
    try:
        if not entry.is_file():
            return False
    except OSError:  # a link that leads in a circle
        return False
    return not entry.is_symlink() or os.path.realpath(entry.path).startswith(root + os.sep)


def _beir_corpus(entries: list[os.DirEntry[str]]) -> str | None:
    plain = {_plain_name(entry.name): entry for entry in entries}
    corpus, queries, qrels = (plain.get(n) for n in ("corpus.jsonl", "queries.jsonl", "qrels"))
    if corpus is None or queries is None or qrels is None:
        return None
    if corpus.is_file(follow_symlinks=False) and qrels.is_dir(follow_symlinks=False):
        return corpus.path
    return None


def open_source(source: Source) -> BinaryIO:
    """The bytes of a source, unpacked where the file is gzip, zstd or bzip2 by its first bytes.

    The stream is read in bounded memory. Where a packed file is cut off or damaged, everything
    before the damage is delivered by `read1`, and the read after that raises SourceError.

    Raises SourceError where the file cannot be opened.
    """
    try:
        file = open(source.location, "rb")  # noqa: SIM115 - handed to the caller
    except OSError as error:
        raise SourceError(
            f"{source.location} cannot be opened ({error.strerror}): check the path and its "
            "permissions."
        ) from error
    unpack = _unpacker(file.peek(4)[:4])
    if unpack is None:
        return file
    return io.BufferedReader(_Unpacked(source.location, file, unpack), _OUT)


def _unpacker(head: bytes) -> "Callable[[BinaryIO], Iterator[bytes]] | None":
    if head.startswith(b"\x1f\x8b"):
        return _gunzip
    if head.startswith(b"BZh"):
        return _bunzip2
    if head == b"\x28\xb5\x2f\xfd" or (head[1:] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50):
        return _unzstd
    return None


class _Unpacked(io.RawIOBase):
    """A raw stream over the blocks that an unpacker yields."""

    def __init__(
        self, location: str, file: BinaryIO, unpack: Callable[[BinaryIO], Iterator[bytes]]
    ) -> None:
        self._location = location
        self._file = file
        self._blocks = unpack(file)
        self._block = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        while not self._block:
            try:
                block = next(self._blocks, None)
            except (EOFError, ValueError, OSError) as error:
                raise SourceError(
                    f"{self._location} is damaged and cannot be unpacked further ({error}): get "
                    "the file again."
                ) from error
            if block is None:
                return 0
            self._block = memoryview(block)
        target = memoryview(buffer).cast("B")
        size = min(len(target), len(self._block))
        target[:size] = self._block[:size]
        self._block = self._block[size:]
        return size

    def close(self) -> None:
        self._file.close()
        super().close()


_CUT_OFF = "it ends in the middle of the packed data"


def _gunzip(file: BinaryIO) -> Iterator[bytes]:
    data = b""
    while True:
        data = (data or file.read(1 << 16)).lstrip(b"\0")  # tapes and disks pad with zeros
        if not data:
            return
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            data = data or file.read(1 << 16)
            if not data:
                raise EOFError(_CUT_OFF)
            before = member.copy()
            try:
                block = member.decompress(data, _OUT)
            except zlib.error as error:
                yield from _before_damage(before, data)
                raise ValueError(str(error)) from error
            yield block
            data = member.unused_data if member.eof else member.unconsumed_tail


def _before_damage(member: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """What a failed call of `decompress` had unpacked before it came to the damage."""
    for at in range(len(data)):
        try:
            yield member.decompress(data[at : at + 1])
        except zlib.error:
            return


def _bunzip2(file: BinaryIO) -> Iterator[bytes]:
    data = b""
    while data := (data or file.read(1 << 14)):
        member = bz2.BZ2Decompressor()
        while not member.eof:
            if not data and member.needs_input:
                data = file.read(1 << 14)
                if not data:
                    raise EOFError(_CUT_OFF)
            block = member.decompress(data, _OUT)
            data = b""
            yield block
        data = member.unused_data


def _unzstd(file: BinaryIO) -> Iterator[bytes]:
    import zstandard

    data = b""
    while data := (data or file.read(_ZSTD_IN)):
        frame = zstandard.ZstdDecompressor().decompressobj()
        while not frame.eof:
            data = data or file.read(_ZSTD_IN)
            if not data:
                raise EOFError(_CUT_OFF)
            try:
                block = frame.decompress(data)
            except zstandard.ZstdError as error:
                raise ValueError(str(error)) from error
            data = frame.unused_data if frame.eof else b""
            yield block
