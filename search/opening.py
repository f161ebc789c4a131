"""The ways to a Library: opening one that is there, and building one from files."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..index.store import Store
from .arguments import sources_of
from .library import Library

if TYPE_CHECKING:
    from ..index.report import Progress

__all__ = ["build", "open"]


def open(path: str | os.PathLike[str]) -> Library:
    """Open a library on disk. Raises NotALibrary, LibraryTooNew, LibraryDamaged, LibraryError."""
    return Library(Store.open(path))


def build(
    path: str | os.PathLike[str],
    sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    model: str | None = None,
    format: str | None = None,
    language: str | None = None,
    recall: float | None = None,
    restore: bool = False,
    progress: "Progress | bool | None" = None,
) -> Library:
    """Make a library from files, folders or globs, or add them to the one at `path`; open it.

    What is there already is neither encoded nor stored again, so a build that was stopped goes on
    where it stopped. `progress` shows a bar (True) or none (False); by default a notebook shows one
    and a script does not; or it watches the build itself (`paperkin.Progress`). Other arguments and
    errors as in `paperkin.index.build.build`.
    """
    from ..index import build as _build
    from .progress import watching

    with watching(progress) as watch:
        _build.build(
            path,
            sources_of(sources),
            model=model,
            format=format,
            language=language,
            recall=recall,
            restore=restore,
            progress=watch,
        )
    return open(path)
