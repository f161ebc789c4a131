"""Digests of large files, which need not be read whole by every process.

A file that is in its place with the size, the times and the inode it had is taken for the one that
was read, as Git takes the files of its index: whoever writes to it changes at least the time of the
change, which no program sets. For files that changed in the last moments nothing is kept for other
processes, because another change would bear the same time.
"""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from .files import file_digest
from .user_cache import keep, kept, user_cache

__all__ = ["forget_digests", "known_digest"]

_NAME = "digests.json"
_WORTH = 1 << 20
"""Bytes from which on it is quicker to look for a digest than to compute it."""
_RACY_NS = 2_000_000_000
"""Nanoseconds, no less than any file system's times are apart."""
_KEPT = 256
_State = tuple[int, int, int, int, int]
_read: dict[tuple[str, _State], str] = {}
"""What this process has read."""


def known_digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal, read whole at least once by this user. Raises
    OSError."""
    stat = path.stat()
    state = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    key = (os.path.abspath(path), state)
    if key not in _read:
        if len(_read) > 4096:
            _read.clear()
        # What is written to while it is read has another state afterwards.
        _read[key] = _looked_up(path, *key)
    return _read[key]


def _looked_up(path: Path, place: str, state: _State) -> str:
    if state[2] < _WORTH:
        return file_digest(path)
    entry = _entries().get(place)
    if isinstance(entry, list) and entry[:-1] == list(state) and isinstance(entry[-1], str):
        return entry[-1]
    begun = time.time_ns()
    digest = file_digest(path)
    if begun - max(state[-2:]) > _RACY_NS:
        others = {name: each for name, each in _entries().items() if name != place}
        keep(_NAME, {"files": dict([*others.items(), (place, [*state, digest])][-_KEPT:])})
    return digest


def _entries() -> dict[str, Any]:
    """Of each file its state and its digest, the newest last."""
    said = kept(_NAME) or {}
    files = said.get("files")
    return files if isinstance(files, dict) else {}


def forget_digests() -> None:
    """Have every file read whole again, by this process and those to come."""
    _read.clear()
    with suppress(OSError):
        (user_cache() / _NAME).unlink(missing_ok=True)
