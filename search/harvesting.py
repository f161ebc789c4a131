"""Harvests that are called from Python or watched by a person."""

import os
import re
from contextlib import closing

from ..index import harvest as _harvest
from ..index.errors import InputError
from ..index.harvest import Arxiv, HarvestProgress, HarvestReport, Manners, OpenAlex
from .progress import Display, Status, display_for

__all__ = ["HarvestBar", "agent_of", "harvest", "is_address"]


def harvest(
    path: str | os.PathLike[str],
    service: Arxiv | OpenAlex,
    *,
    mailto: str = "",
    pages: int | None = None,
    model: str | None = None,
    language: str | None = None,
    restore: bool = False,
    manners: Manners | None = None,
    progress: HarvestProgress | bool | None = None,
) -> HarvestReport:
    """Get papers from a service into the library at `path`, which is made if there is none.

    The same call goes on where a harvest was stopped, and gets what is new once it was finished
    (`HarvestReport.complete`). `mailto`, an e-mail address, tells the service who asks; `pages` is
    how many to get at most, `manners` how to ask. `progress` is that of `paperkin.build`, or
    watches the harvest itself. Other arguments as in `paperkin.build`.

    Raises SourceError where the service cannot be reached, refuses the request or asks to wait for
    too long, InputError for what is no service or no e-mail address, ModelError, ModelMismatch,
    LibraryError and its kinds.
    """
    if not isinstance(service, Arxiv | OpenAlex):
        raise InputError(
            f"{service!r} is no service. Give paperkin.Arxiv(…) or paperkin.OpenAlex(…)."
        )
    own, wanted = (progress, False) if isinstance(progress, HarvestProgress) else (None, progress)
    with closing(display_for(wanted)) as display:
        return _harvest.harvest(
            path,
            service,
            agent=agent_of(mailto),
            model=model,
            language=language,
            restore=restore,
            pages=pages,
            manners=manners,
            progress=own or HarvestBar(display, service.name),
        )


def is_address(text: str) -> bool:
    """Whether a text may be an e-mail address; it has to fit into a line of a request."""
    return re.fullmatch(r"[!-~]+@[!-~]+", text) is not None


def agent_of(mailto: str = "") -> str:
    """How this program calls itself where it asks a service.

    Raises InputError for what is no e-mail address.
    """
    from .. import __version__

    if mailto and not is_address(mailto):
        raise InputError(f"{mailto!r} is no e-mail address. Give one that reaches you, or none.")
    return f"paperkin/{__version__}" + (f" (mailto:{mailto})" if mailto else "")


class HarvestBar(HarvestProgress):
    """Follows a harvest on a display, page by page, by the records of the list."""

    def __init__(self, display: Display, name: str) -> None:
        self._display = display
        self._name = name
        self._read = 0
        self._total: int | None = None

    def page(self, report: HarvestReport, read: int, total: int | None) -> None:
        self._read, self._total = read, total or self._total
        self._show(0)

    def encoding(self, done: int, total: int) -> None:
        self._show(done)

    def note(self, text: str) -> None:
        self._display.note(text)

    def _show(self, encoded: int) -> None:
        done = self._read + encoded
        share = min(done / self._total, 1.0) if self._total else None
        self._display.show(Status(self._name, done, share, unit="records"))
