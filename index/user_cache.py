"""The user's cache: what Paperkin can make again, kept for processes to come."""

import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from .files import read_sealed, sealed

__all__ = ["keep", "kept", "user_cache"]


def user_cache() -> Path:
    """The folder, which may be lacking. Raises OSError where the user has no folders."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    # A relative one is to be ignored (XDG Base Directory Specification).
    if os.path.isabs(given):
        return Path(given) / "paperkin"
    try:
        home = Path.home()
    except RuntimeError as error:
        raise OSError(f"There is no home folder: {error}") from error
    caches = home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"
    return caches / "paperkin"


def kept(name: str) -> dict[str, Any] | None:
    """What `keep` wrote under a name; None where there is nothing, or it is not what was written.
    What others may have put there is not taken."""
    try:
        path = user_cache() / name
        if path.stat().st_uid not in (os.getuid(), 0):
            return None
        return read_sealed(path)
    except (OSError, ValueError):
        return None


def keep(name: str, fields: dict[str, Any]) -> None:
    """Keep plain values under a name, which may lie in a folder. Where nothing can be kept, nothing
    is."""
    with suppress(OSError):
        path = user_cache() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not made durable: what a crash cuts short is not what its seal says, and is made again.
        aside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
        try:
            aside.write_bytes(sealed(fields))
            os.replace(aside, path)
        finally:
            aside.unlink(missing_ok=True)
