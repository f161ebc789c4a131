"""A harvest: page after page into a library, from where the last one stopped.

The papers of a page are committed before its token is, so that a harvest that is stopped in any way
reads at most one page again, in which nothing is new then.
"""

import os
import time
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

from ..content import content_digest
from ..encoder import Precision
from ..errors import SourceError
from ..filling import filling, ingesting
from ..ingest import Ingest
from ..record import Reject
from ..report import Progress, Report
from ..sources import Source
from ..store import Store
from .fetch import Answer, Fetcher, Manners
from .service import Page, Service, TokenRefused
from .state import State, keep_state, kept_state

__all__ = ["HarvestProgress", "HarvestReport", "harvest"]

_RESTARTS = 3
"""How often a list is begun again in one run because its token was refused."""
_STALE = 20
"""Pages in a row that hold nothing new: whatever their tokens, the list goes round in a circle."""
_NAMED = 5


@dataclass(slots=True)
class HarvestReport(Report):
    """What a harvest did, besides what any build does.

    `since` is the first day that was asked for ("" for all). `complete` is False where pages were
    left for the next run. `deleted` counts what the service says it has deleted; those papers stay,
    and `first_deleted` names some.
    """

    pages: int = 0
    requests: int = 0
    restarts: int = 0
    since: str = ""
    complete: bool = False
    deleted: int = 0
    first_deleted: list[str] = field(default_factory=list)


class HarvestProgress(Progress):
    """Watches a harvest; a door overrides what it shows."""

    def page(self, report: HarvestReport, read: int, total: int | None) -> None:
        """A page is in the library: `read` records of the `total` of the list, if that is known."""


def harvest(
    path: str | os.PathLike[str],
    service: Service,
    *,
    agent: str,
    model: str | None = None,
    language: str | None = None,
    restore: bool = False,
    precision: Precision = "auto",
    pages: int | None = None,
    manners: Manners | None = None,
    progress: HarvestProgress | None = None,
) -> HarvestReport:
    """Get papers from a service into the library at `path`, which is made if there is none.

    A harvest that was stopped goes on with the next page; one that was finished asks for what came
    since. `agent` says to the service who asks; `pages` is how many to get at most. Other arguments
    as in `paperkin.index.build.build`.

    Raises SourceError where the service cannot be reached, refuses the request or goes round in a
    circle, ModelError, ModelMismatch, LibraryError and its kinds.
    """
    path = Path(path).expanduser()
    begun = time.monotonic()
    progress = progress or HarvestProgress()
    report = HarvestReport(sources=[service.name])
    manners = manners or Manners()
    with (
        filling(path, report, model=model, language=language) as (store, chosen),
        Fetcher(service.address, agent, manners, service.interval, progress.note) as fetcher,
        ingesting(
            store, chosen, report, precision=precision, restore=restore, progress=progress
        ) as ingest,
    ):
        try:
            _Run(store, service, fetcher, ingest, report, progress).all(pages)
            ingest.finish()
        finally:
            report.requests = fetcher.requests
    report.seconds = time.monotonic() - begun
    return report


class _Run:
    def __init__(
        self,
        store: Store,
        service: Service,
        fetcher: Fetcher,
        ingest: Ingest,
        report: HarvestReport,
        progress: HarvestProgress,
    ) -> None:
        self._store = store
        self._service = service
        self._fetcher = fetcher
        self._ingest = ingest
        self._report = report
        self._progress = progress
        self._source = Source(service.location, service.name, explicit=True)
        self._tokens: set[str] = set()
        self._seen: set[bytes] = set()
        self._stale = 0

    def all(self, pages: int | None) -> None:
        """Read to the end of the list, or so many pages."""
        with self._store.read() as snapshot:
            state = kept_state(snapshot, self._service)
        if not state.begun:
            window = self._service.news(state.complete) if state.complete else self._service.window
            if window is None:
                self._report.complete = True
                return
            state = State(window.since, window.until, complete=state.complete)
        elif state.token:
            self._progress.note(f"Going on after {state.read:,} records.")
        self._report.since = state.since
        while not self._report.complete:
            if pages is not None and self._report.pages >= pages:
                return
            state = self._page(state)

    def _page(self, state: State) -> State:
        """The state after one more page."""

        def read(answer: Answer) -> Page:
            return self._service.read(answer, state.token, state.read + 1)

        asked = self._service.request(state.window, state.token)
        try:
            page = self._fetcher.get(asked, read)
        except TokenRefused as refused:
            return self._begun_again(state, refused)
        self._ingest.take(self._source, self._service.format, page.found)
        report = self._report
        report.pages += 1
        report.deleted += len(page.deleted)
        report.read += len(page.deleted)
        report.first_deleted += page.deleted[: _NAMED - len(report.first_deleted)]
        state = replace(
            state,
            begun=state.begun or page.today,
            token=page.token,
            read=state.read + len(page.found) + len(page.deleted),
        )
        if not page.token:
            # What came while the list was being read may be behind the part that was read by then.
            state = State(complete=state.begun)
            report.complete = True
        self._keep(state)
        self._progress.page(report, state.read or report.read, page.total)
        if page.token:
            self._check_circle(state, page)
        return state

    def _begun_again(self, state: State, refused: TokenRefused) -> State:
        """The list from its start: where in it the refused token stood cannot be asked for."""
        self._report.restarts += 1
        state = replace(state, token="", read=0)
        # Before anything else can fail: no run would get further with this token.
        self._keep(state)
        if self._report.restarts > _RESTARTS:
            raise SourceError(
                f"{refused} That was {self._report.restarts} times now. Run the same command "
                "later: it reads the list from its start."
            ) from refused
        self._progress.note(f"{refused} Reading the list from its start.")
        self._tokens.clear()
        self._seen.clear()
        return state

    def _check_circle(self, state: State, page: Page) -> None:
        """Raise SourceError where a list has no end. A token that comes again is no proof: some
        services keep the place themselves; the same records once more are."""
        records, token = _digest(page), page.token
        known = records in self._seen
        self._stale = self._stale + 1 if known else 0
        if (known and token in self._tokens) or self._stale >= _STALE:
            # The next run begins the list again, rather than in the circle.
            self._keep(replace(state, token="", read=0))
            raise SourceError(
                f"{self._service.address} goes round in a circle: after {state.read:,} records it "
                "gives what it gave before. What was read is in the library; run the same command "
                "later to read the list from its start."
            )
        self._seen.add(records)
        self._tokens.add(token)

    def _keep(self, state: State) -> None:
        with self._store.write() as connection:
            keep_state(connection, self._service, state)


def _digest(page: Page) -> bytes:
    """What stands for the records of a page, wherever in a list it comes."""
    said = blake2b("\n".join(page.deleted).encode("utf-8", "replace"), digest_size=16)
    for each in page.found:
        if isinstance(each, Reject):
            said.update(f"{each.reason} {each.text}".encode("utf-8", "replace"))
        else:
            said.update(content_digest(each))
    return said.digest()
