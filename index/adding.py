"""Records that are in no file into a library: what somebody sends to a server."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from .encoder import Encoder
from .files import full_disk_explained
from .ingest import Ingest
from .maintain import catch_up, check_derived
from .own_model import library_model
from .record import Record, Reject
from .report import Progress, Report
from .snapshot import LIVE, chunks, marks
from .sources import Source
from .store import Store

__all__ = ["Added", "Taken", "add_records"]


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a record: the id of the paper that it speaks of, which is stored, or was
    removed before and stays so; or why it was rejected."""

    state: Literal["stored", "removed", "rejected"]
    id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of several records, in their order, and what a build would say of them."""

    added: tuple[Added, ...]
    report: Report


class _Reasons:
    """Why records were rejected, by their number."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.by_record: dict[int, str] = {}

    def add(self, reject: Reject) -> None:
        self.by_record[reject.where.record] = reject.reason
        self._report.outcomes["rejected"] += 1


def add_records(
    store: Store,
    records: Sequence[Record],
    *,
    source: str,
    encoder: Callable[[], Encoder],
    restore: bool = False,
) -> Taken:
    """Add records to a library; what they say is found at once. `source` is what they are from, in
    a word; each record's number in its `where` is its place among them, from 1. `encoder` is asked
    for once a text is to be encoded. With `restore`, removed papers come back.

    Raises LibraryBusy where another process or thread writes, ModelError, LibraryError and its
    kinds.
    """
    report = Report()
    reasons = _Reasons(report)
    origin = Source(f"paperkin:{source}", source, True)
    with full_disk_explained(store.path), store.lock:
        check_derived(store)
        with Ingest(
            store,
            model=lambda: library_model(store),
            precision="auto",
            restore=restore,
            progress=Progress(),
            report=report,
            rejects=reasons,
            encoder=encoder,
        ) as ingest:
            keys = ingest.take(origin, source, records)
        catch_up(store)
        found = _papers_of(store, origin.location, keys)
        with store.read() as snapshot:
            report.papers = snapshot.count()
    added = []
    for record, key in zip(records, keys, strict=True):
        reason = reasons.by_record.get(record.where.record)
        if reason is not None or key not in found:
            added.append(Added("rejected", reason=reason or "it says what another said"))
            continue
        id, state = found[key]
        added.append(Added("stored" if state == LIVE else "removed", id))
    return Taken(tuple(added), report)


def _papers_of(store: Store, location: str, keys: Sequence[str]) -> dict[str, tuple[str, int]]:
    """The id and state of the paper that each key of a source leads to."""
    found: dict[str, tuple[str, int]] = {}
    with store.read() as snapshot:
        for part in chunks(dict.fromkeys(keys)):
            query = (
                "SELECT records.key, papers.id, papers.state FROM records JOIN sources "
                "USING (source) JOIN contents USING (content) JOIN papers USING (paper) "
                f"WHERE location = ? AND records.key IN ({marks(part)})"
            )
            for key, id, state in snapshot.rows(query, location, *part):
                found[key] = (id, state)
    return found
