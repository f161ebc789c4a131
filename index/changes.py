"""Whether a library has changed: asked of SQLite and of four files, without reading any."""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from . import dense, keyword_files
from .store import DATABASE, Store

__all__ = ["Changes", "Kept"]

Value = TypeVar("Value")
_FILES = (
    (DATABASE,),
    (dense.FOLDER, dense.MANIFEST),
    (dense.FOLDER, dense.PREPARED),
    (keyword_files.FOLDER, keyword_files.WATERMARK),
)


class Changes:
    """Watches a library's folder. May be used by many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._files = [os.fspath(store.path.joinpath(*names)) for names in _FILES]
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._connected = 0

    def mark(self) -> tuple[object, ...] | None:
        """Equal marks: no commit between them, and the derived indexes published are the same. None
        where that cannot be told at once. Takes some hundredths of a millisecond."""
        published = [*map(_stat, self._files)]
        # Commits change the database's size and time some time later; that it is the same file is
        # enough.
        published[0] = published[0] and published[0][:1]
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._store.watching()
                    self._connected += 1
                # It counts what other connections commit.
                row = self._connection.execute("PRAGMA data_version").fetchone()
            except sqlite3.Error:
                self._drop()
                return None
            return (self._connected, row[0], *published)

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._store.unwatch(self._connection)
        self._connection = None


class Kept(Generic[Value]):
    """A value that is made of what a library holds, kept until that changes."""

    def __init__(self, changes: Changes, make: Callable[[], Value]) -> None:
        self._changes = changes
        self._make = make
        self._last: tuple[tuple[object, ...], Value] | None = None

    def at_hand(self) -> Value | None:
        """The value, where it is known without making it."""
        last = self._last
        return last[1] if last is not None and last[0] == self._changes.mark() else None

    def get(self) -> Value:
        """The value. Raises what making it raises; that is not kept."""
        # Looked at before: what is committed meanwhile makes the value old.
        mark = self._changes.mark()
        last = self._last
        if last is not None and last[0] == mark:
            return last[1]
        value = self._make()
        if mark is not None:
            self._last = mark, value
        return value


def _stat(path: str) -> tuple[int, ...] | None:
    try:
        said = os.stat(path)
    except OSError:
        return None
    return said.st_ino, said.st_mtime_ns, said.st_size
