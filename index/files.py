"""Files that are whole or not there: checks of the file system, and atomic publication."""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .errors import LibraryError, LibraryFull

__all__ = [
    "disk_full",
    "file_digest",
    "folder_size",
    "fsync_file",
    "fsync_folder",
    "full_disk_explained",
    "read_sealed",
    "refuse_network_file_system",
    "sealed",
    "write_atomically",
    "write_durably",
    "write_sealed",
]

_NETWORK = frozenset(
    (
        "9p afpfs afs beegfs ceph cifs coda davfs fuse.glusterfs fuse.juicefs fuse.rclone "
        "fuse.s3fs fuse.sshfs gfs2 glusterfs gpfs lustre ncpfs nfs nfs4 ocfs2 orangefs smb2 smb3 "
        "smbfs vboxsf webdav"
    ).split()
)


def _file_system(folder: Path) -> str:
    """The type of the file system that holds a folder, "" where it cannot be told."""
    if sys.platform == "darwin":
        import subprocess

        listing = subprocess.run(
            ["/sbin/mount"], capture_output=True, text=True, check=False
        ).stdout
        mounts = []
        for line in listing.splitlines():
            place, _, options = line.partition(" on ")[2].rpartition(" (")
            mounts.append((place, options.split(",")[0].rstrip(")")))
    else:
        try:
            lines = Path("/proc/self/mounts").read_text("utf-8", "replace").splitlines()
        except OSError:
            return ""
        mounts = [(line.split()[1].replace("\\040", " "), line.split()[2]) for line in lines]
    # Later mounts hide earlier ones at the same place; the longest place that holds us decides.
    held = [
        (len(place), n, kind) for n, (place, kind) in enumerate(mounts) if _holds(place, folder)
    ]
    return max(held)[2] if held else ""


def _holds(place: str, folder: Path) -> bool:
    return folder == Path(place) or Path(place) in folder.parents


def refuse_network_file_system(folder: Path) -> None:
    """Raise LibraryError where a folder lies on a network file system.

    SQLite's write-ahead log needs memory shared between its readers, and locks that hold; network
    file systems give neither.
    """
    existing = folder.absolute()
    while not existing.exists():
        existing = existing.parent
    kind = _file_system(existing.resolve())
    if kind in _NETWORK:
        raise LibraryError(
            f"{folder} lies on a network file system ({kind}), where the locks and the shared "
            "memory that keep a library whole do not hold. Choose a folder on a local disk."
        )


def fsync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fsync_file(path: Path) -> None:
    """Make the content of a file durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_durably(path: Path, data: bytes) -> None:
    """Write a file that nobody reads yet, and have it on the disk."""
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file by new content: afterwards it is the old one or the new one, and durable."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(aside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    fsync_folder(path.parent)


def write_sealed(path: Path, fields: dict[str, Any]) -> None:
    """Replace a small JSON file, with a digest over its content in it."""
    write_atomically(path, sealed(fields))


def sealed(fields: dict[str, Any]) -> bytes:
    """What write_sealed writes."""
    return json.dumps({**fields, "digest": _seal(fields)}).encode("ascii")


def read_sealed(path: Path) -> dict[str, Any] | None:
    """What write_sealed wrote; None where there is no file. Raises ValueError where it is not what
    was written."""
    try:
        fields = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    if not isinstance(fields, dict) or fields.pop("digest", None) != _seal(fields):
        raise ValueError("its digest disagrees")
    return fields


def _seal(fields: dict[str, Any]) -> str:
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_ROOM = 1 << 20
"""Free bytes below which an I/O error of SQLite is taken for a full disk."""


def folder_size(folder: Path) -> int:
    """Bytes of all files below a folder; one that is replaced meanwhile may be left out."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def disk_full(error: Exception, folder: Path) -> LibraryFull | None:
    """LibraryFull for "no room left", said by the system, SQLite, FAISS or Tantivy; else None."""
    said = str(error).lower()
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    full = full or "disk is full" in said or "no space left" in said
    if isinstance(error, sqlite3.OperationalError) and "disk i/o error" in said:
        # On a full disk SQLite fails to grow its shared memory, and calls that an I/O error.
        while not folder.exists():
            folder = folder.parent
        full = shutil.disk_usage(folder).free < _ROOM
    if not full:
        return None
    return LibraryFull(
        f"There is no room left on the disk that holds {folder}. What was committed before is "
        "safe; make room, then run the same command again and it goes on from there."
    )


@contextlib.contextmanager
def full_disk_explained(folder: Path) -> Iterator[None]:
    """Turn "no room left", whoever says it, into LibraryFull."""
    try:
        yield
    except (OSError, sqlite3.Error, RuntimeError, ValueError) as error:
        full = disk_full(error, folder)
        if full is None:
            raise
        raise full from error
