"""The folder of a library on disk: made, opened, read at one moment, written by one process.

`library.db` is the only source of truth. Everything else in the folder is derived from it.
"""

import contextlib
import os
import queue
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from . import schema
from .errors import LibraryBusy, LibraryDamaged, LibraryError, NotALibrary
from .files import disk_full, fsync_folder, full_disk_explained, refuse_network_file_system
from .lock import WriterLock
from .models import Model
from .snapshot import Snapshot

__all__ = ["Store"]

DATABASE = "library.db"
LOCK = "writer.lock"
REJECTS = "rejects.jsonl"


class Store:
    """An open library folder. Make one with `Store.open` or `Store.create`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = path / DATABASE
        self.lock = WriterLock(path / LOCK)
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._watching: list[sqlite3.Connection] = []

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "Store":
        """Open a library that is there.

        Raises NotALibrary where there is none, LibraryTooNew, LibraryDamaged, or LibraryError for
        a network file system.
        """
        folder = Path(path).expanduser().absolute()
        if not folder.exists():
            raise NotALibrary(
                f"There is no library at {path}. Make one with: paperkin build {path} YOUR-FILES"
            )
        if not (folder / DATABASE).is_file():
            raise NotALibrary(
                f"{path} is no library: it holds no {DATABASE}. Name the folder of a library, or "
                "another path to make one."
            )
        refuse_network_file_system(folder)
        store = cls(folder)
        try:
            with store._connected() as connection:
                old = schema.version(connection, str(store.database)) < schema.SCHEMA_VERSION
            if old:
                with store.lock, contextlib.closing(store._connect()) as connection:
                    schema.migrate(connection, str(store.database))
        except sqlite3.DatabaseError as error:
            raise store.damage(error) from error
        return store

    @classmethod
    def create(cls, path: str | os.PathLike[str], model: Model, *, language: str = "en") -> "Store":
        """Make an empty library for a model and a language (ISO 639-1), in a folder that is new or
        empty.

        Raises LibraryError where the folder holds something else or cannot be made, LibraryBusy
        where another process makes a library of it at this moment.
        """
        folder = Path(path).expanduser().absolute()
        refuse_network_file_system(folder)
        if folder.exists() and not folder.is_dir():
            raise NotALibrary(f"{path} is a file, not a folder. Name a folder for the library.")
        unfinished = {DATABASE + ".new", DATABASE + ".new-wal", DATABASE + ".new-shm"}
        try:
            with full_disk_explained(folder):
                folder.mkdir(parents=True, exist_ok=True)
            # What an earlier build that came to nothing may have left.
            known = {*unfinished, LOCK, REJECTS}
            others = sorted({each.name for each in folder.iterdir()} - known)
        except OSError as error:
            raise LibraryError(
                f"The folder {path} cannot be made: {error.strerror}. Name another."
            ) from error
        if others:
            raise NotALibrary(
                f"{path} is a folder with other files in it ({others[0]}, …), and no library. Name "
                "a new or an empty folder."
            )
        store = cls(folder)
        with full_disk_explained(folder), store.lock:
            if store.database.exists():
                raise LibraryBusy(
                    f"Another process has just made a library at {path}. Run the command again to "
                    "add to it."
                )
            # Made aside, so that a folder with a library.db always has a whole one.
            aside = folder / (DATABASE + ".new")
            for name in unfinished:
                (folder / name).unlink(missing_ok=True)
            with contextlib.closing(sqlite3.connect(aside, isolation_level=None)) as connection:
                schema.create(connection)
                connection.execute(
                    "INSERT INTO models VALUES (1, ?, ?, ?, ?)",
                    (model.fingerprint, model.name, model.revision, model.dimension),
                )
                connection.executemany(
                    "INSERT INTO settings VALUES (?, ?)", [("model", "1"), ("language", language)]
                )
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            os.rename(aside, store.database)
            fsync_folder(folder)
            fsync_folder(folder.parent)
        return store

    def _connect(self, patience: float = 5.0) -> sqlite3.Connection:
        # Connections move between the threads of a server, but serve one at a time.
        connection = sqlite3.connect(
            f"{self.database.as_uri()}?mode=rw",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=patience,
        )
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA cache_size = -16384")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def watching(self) -> sqlite3.Connection:
        """A connection that tells whether others commit (index/changes.py). It waits for nobody,
        and is closed with the store."""
        connection = self._connect(patience=0.0)
        connection.execute("PRAGMA query_only = ON")
        self._watching.append(connection)
        return connection

    def unwatch(self, connection: sqlite3.Connection) -> None:
        """Close such a connection."""
        with contextlib.suppress(ValueError):
            self._watching.remove(connection)
        connection.close()

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = self._connect()
            connection.execute("PRAGMA query_only = ON")
            # A server has one for each request it works on.
            connection.execute("PRAGMA cache_size = -4096")
        try:
            yield connection
        finally:
            self._idle.put(connection)

    @contextlib.contextmanager
    def read(self) -> Iterator[Snapshot]:
        """The library as it is at this moment, unmoved by commits that come meanwhile."""
        with self._explained(), self._connected() as connection:
            connection.execute("BEGIN")
            try:
                yield Snapshot(connection, str(self.database))
            finally:
                connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction that changes papers: all of it is kept, or nothing. Needs the lock."""
        if not self.lock.held:
            raise LibraryError("Papers are written only by the holder of the writer's lock.")
        with self.note() as connection:
            yield connection

    @contextlib.contextmanager
    def note(self) -> Iterator[sqlite3.Connection]:
        """One short transaction that changes no papers (keys of a server, say). It waits up to 5 s
        for another writer, and needs no lock."""
        with self._explained(), contextlib.closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self.damage(error) from error

    def damage(self, error: sqlite3.Error) -> LibraryError:
        """What an error of SQLite means for a person."""
        full = disk_full(error, self.path)
        if full is not None:
            return full
        said = str(error)
        if isinstance(error, sqlite3.OperationalError) and "malformed" not in said:
            return LibraryError(f"{self.database} cannot be used: {said}. Try again.")
        return LibraryDamaged(
            f"{self.database} is damaged: {said}. Restore it from a backup, or build the library "
            "anew from its sources."
        )

    def discard(self) -> None:
        """Take away a library that never held anything, but for its rejects; needs the lock."""
        self.close()
        for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", LOCK):
            (self.path / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.path.rmdir()

    def close(self) -> None:
        """Close the idle connections. The store opens new ones when it is used again."""
        while self._watching:
            self._watching.pop().close()
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()
