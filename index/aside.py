"""A file of a person's, written aside and put in place when it is whole."""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .errors import InputError, LibraryFull
from .files import disk_full, fsync_folder

__all__ = ["check_place", "written_aside"]


def check_place(path: str | os.PathLike[str], *, force: bool = False) -> Path:
    """Where a file is to be written: the path, or where a link there leads.

    Raises InputError where something else stands there, also a file that `force` does not allow to
    be replaced, or where there is no folder for it.
    """
    shown = os.fspath(path)
    if not shown or "\0" in shown:
        raise InputError(f"{shown!r} names no file. Give the path of the file to write.")
    place = Path(os.path.realpath(os.path.expanduser(shown)))
    try:
        mode = place.stat().st_mode
    except FileNotFoundError:
        if place.parent.is_dir():
            return place
        raise InputError(
            f"There is no folder {place.parent} to write {place.name} in. Make it, or name another."
        ) from None
    except OSError as error:
        raise InputError(f"{shown} cannot be written: {error.strerror}. Name another.") from error
    if stat.S_ISDIR(mode):
        raise InputError(f"{shown} is a folder. Name a file to write.")
    if not stat.S_ISREG(mode):
        raise InputError(f"{shown} is no regular file, and is not replaced. Name another.")
    if not force:
        raise InputError(
            f"{shown} exists already. Name another file, or have it replaced with --force (in "
            "Python: force=True)."
        )
    return place


@contextlib.contextmanager
def written_aside(path: str | os.PathLike[str], *, force: bool = False) -> Iterator[BinaryIO]:
    """A new file to write to, which is at `path` once the block ends, whole and durable; where it
    ends with an error, nothing has changed there.

    Raises InputError as `check_place`, or where the folder cannot be written to, and LibraryFull
    where the disk has no room.
    """
    place = check_place(path, force=force)
    aside = place.with_name(f".{place.name[:100]}.{os.getpid()}.tmp")
    try:
        with open(aside, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if place.exists():
            aside.chmod(stat.S_IMODE(place.stat().st_mode))
        if force:
            os.replace(aside, place)
        else:
            _link(aside, place)
        fsync_folder(place.parent)
    except FileExistsError:
        check_place(path, force=force)
        raise
    except OSError as error:
        if disk_full(error, place.parent):
            raise LibraryFull(
                f"There is no room left on the disk that holds {place.parent}, so {place.name} was "
                "not written. Make room, or name a file on another disk."
            ) from error
        reason = error.strerror or str(error)
        raise InputError(f"{place} cannot be written: {reason}. Name another file.") from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def _link(aside: Path, place: Path) -> None:
    """Put a file in place. Unlike a replacement, a link never hides what has come there meanwhile;
    some file systems have none."""
    try:
        os.link(aside, place)
    except FileExistsError:
        raise
    except OSError:
        check_place(place)
        os.replace(aside, place)
