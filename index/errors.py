"""Everything Paperkin raises on purpose.

    PaperkinError
    ├── InputError            something given to us cannot be used
    │   ├── SourceError       a file, folder or glob that cannot be read
    │   ├── QueryError        a query, filter or page that makes no sense
    │   └── UnknownPaper      an id that no paper of the library has
    ├── ModelError            a model that cannot be found, loaded or trusted
    │   └── ModelMismatch     the library was made by another model
    └── LibraryError          a library on disk that cannot be used
        ├── NotALibrary       nothing there, or something else
        ├── LibraryTooNew     made by a newer Paperkin
        ├── LibraryBusy       another process is writing
        ├── LibraryDamaged    a file does not hold what was written to it
        └── LibraryFull       the disk has no room for what is being written

Each message is one sentence or two: what happened, to what, and what to do.
"""

__all__ = [
    "InputError",
    "LibraryBusy",
    "LibraryDamaged",
    "LibraryError",
    "LibraryFull",
    "LibraryTooNew",
    "ModelError",
    "ModelMismatch",
    "NotALibrary",
    "PaperkinError",
    "QueryError",
    "SourceError",
    "UnknownPaper",
]


class PaperkinError(Exception):
    """The root of the tree: catching it catches everything Paperkin raises on purpose."""


class InputError(PaperkinError):
    """Something that was given to Paperkin cannot be used."""


class SourceError(InputError):
    """A source (file, folder or glob) cannot be read."""


class QueryError(InputError):
    """A query, a filter or a page request makes no sense. `parameter` is what of it is wrong, as
    the Library calls it; "" where it is several things together, or the query."""

    def __init__(self, message: str, parameter: str = "") -> None:
        super().__init__(message)
        self.parameter = parameter


class UnknownPaper(InputError):
    """No paper of the library has this id."""


class ModelError(PaperkinError):
    """A model cannot be found, loaded or trusted."""


class ModelMismatch(ModelError):
    """The library's vectors were made by another model."""


class LibraryError(PaperkinError):
    """A library on disk cannot be used."""


class NotALibrary(LibraryError):
    """There is no library at this path."""


class LibraryTooNew(LibraryError):
    """The library was written by a newer Paperkin."""


class LibraryBusy(LibraryError):
    """Another process is writing papers to the library."""


class LibraryDamaged(LibraryError):
    """A file of the library does not hold what was written to it."""


class LibraryFull(LibraryError):
    """There is no room left on the disk (or under the quota) for what is being written."""
