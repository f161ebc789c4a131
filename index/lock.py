"""One writer of papers at a time, across processes."""

import fcntl
import os
import threading
from pathlib import Path
from types import TracebackType

from .errors import LibraryBusy

__all__ = ["WriterLock"]


class WriterLock:
    """An exclusive lock of the operating system on a library, held until released.

    It goes with the process, however that ends, and can be taken again by the thread that holds it
    (a build that publishes an index, say). Raises LibraryBusy at once, without waiting, when
    another process, thread or WriterLock holds it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None
        self._depth = 0
        self._owner = threading.RLock()

    @property
    def held(self) -> bool:
        return self._depth > 0

    def __enter__(self) -> "WriterLock":
        if not self._owner.acquire(blocking=False):
            raise self._busy("another thread of this process")
        try:
            if self._depth == 0:
                self._acquire()
            self._depth += 1
        except BaseException:
            self._owner.release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._depth -= 1
        if self._depth == 0 and self._handle is not None:
            os.close(self._handle)
            self._handle = None
        self._owner.release()

    def _acquire(self) -> None:
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
            os.close(handle)
            who = f"process {holder}" if holder else "another process"
            raise self._busy(who) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode("ascii"), 0)
        self._handle = handle

    def _busy(self, who: str) -> LibraryBusy:
        return LibraryBusy(
            f"{self._path.parent} is being written to by {who}. Wait until it is done, or stop it, "
            "then run the command again; searching works meanwhile."
        )
