"""One source into a library, batch by batch: read, recognise what is known, clean, compare,
encode, commit."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .commit import write_plan
from .content import content_digest, to_content
from .encoder import Encoder, Precision
from .keys import MADE_UP, Keys
from .maintain import catch_up
from .models import Model
from .plan import Incoming, Plan, PlannedPaper, Vanished, make_plan
from .readers import read
from .record import Record, Reject, as_text
from .report import Progress, Rejecting, Report
from .rows import encoded_text
from .snapshot import LIVE, REMOVED, ModelRow, Snapshot, chunks, marks
from .sources import Source
from .store import Store

__all__ = ["BATCH", "Ingest"]

BATCH = 512
"""Records in a transaction: what a kill can cost is some seconds of encoding."""
_LAG = 8 * BATCH
"""Papers a build may commit before the derived indexes follow."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the library holds under the key of a record."""

    digest: bytes
    content: int
    state: int


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A record with the key that names it in its source."""

    record: Record
    key: str
    digest: bytes


class Ingest:
    """The work of one build; needs the writer's lock. `model` is asked when a text needs a vector
    for the first time, so that a build without news loads none; so is `encoder`, where there is one
    already."""

    def __init__(
        self,
        store: Store,
        *,
        model: Callable[[], Model],
        precision: Precision,
        restore: bool,
        progress: Progress,
        report: Report,
        rejects: Rejecting,
        encoder: Callable[[], Encoder] | None = None,
    ) -> None:
        self._store = store
        self._model = model
        self._precision = precision
        self._restore = restore
        self._progress = progress
        self._report = report
        self._rejects = rejects
        self._encoder: Encoder | None = None
        self._given = encoder
        self._since_catch_up = 0
        self._names: dict[int, str] = {}

    def run(self, source: Source, format: str) -> None:
        """Read one source to its end."""
        number = self._register(source, format)
        with Keys() as keys:
            for batch in self._batches(source, format):
                self._batch(number, self._keyed(batch, keys))
                self._progress.committed(self._report, source)
            self._outdate(number, keys)

    def take(self, source: Source, format: str, records: Sequence[Record]) -> list[str]:
        """Read records that are in no file into a library, and no more than those: what the source
        gave before stays as it is. Returns the key of each record in the source."""
        number = self._register(source, format)
        named: list[str] = []
        batch: list[_Keyed] = []
        said: dict[bytes, str] = {}
        with Keys() as keys:
            for record in records:
                digest = content_digest(record)
                key = keys.name(record, digest)
                if key is None:
                    self._report.outcomes["merged"] += 1
                    named.append(said[digest])
                    continue
                batch.append(_Keyed(record, key, digest))
                said.setdefault(digest, key)
                named.append(key)
        for part in chunks(batch, BATCH):
            self._batch(number, part)
        return named

    def _register(self, source: Source, format: str) -> int:
        """The number of a source, made known to the library if it is new."""
        location, name = as_text(source.location), as_text(source.name)
        query = "SELECT location, source, name, format FROM sources"
        with self._store.read() as snapshot:
            known = {place: rest for place, *rest in snapshot.rows(query)}
        self._names = {number: called for number, called, _ in known.values()}
        if location not in known:
            with self._store.write() as connection:
                number = connection.execute(
                    "INSERT INTO sources (location, name, format) VALUES (?, ?, ?)",
                    (location, name, format),
                ).lastrowid
            assert number is not None
            self._names[number] = name
            return number
        number, _, before = known[location]
        if before != format:
            with self._store.write() as connection:
                change = "UPDATE sources SET format = ? WHERE source = ?"
                connection.execute(change, (format, number))
        return int(number)

    def _batches(self, source: Source, format: str) -> Iterator[list[Record]]:
        batch: list[Record] = []
        for each in read(source, format=format):
            self._report.read += 1
            if isinstance(each, Reject):
                self._rejects.add(each)
                continue
            batch.append(each)
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _keyed(self, batch: Sequence[Record], keys: Keys) -> list[_Keyed]:
        """Records with their keys; the same saying without a key twice in a file counts once."""
        keyed: list[_Keyed] = []
        for record in batch:
            digest = content_digest(record)
            key = keys.name(record, digest)
            if key is None:
                self._report.outcomes["merged"] += 1
            else:
                keyed.append(_Keyed(record, key, digest))
        return keyed

    def _batch(self, source: int, batch: Sequence[_Keyed]) -> None:
        outcomes = self._report.outcomes
        with self._store.read() as snapshot:
            known = _known(snapshot, source, [each.key for each in batch])
            incoming: list[Incoming] = []
            for each in batch:
                before = known.get(each.key)
                same = before is not None and before.digest == each.digest
                if before and same and (before.state == LIVE or not self._restore):
                    outcomes["removed" if before.state == REMOVED else "unchanged"] += 1
                    continue
                content = to_content(each.record, each.digest)
                if content is None:
                    reason = "neither its title nor its abstract has a letter or a digit"
                    text = f"{each.record.title} {each.record.abstract}"
                    self._rejects.add(Reject(each.record.where, reason, text))
                    continue
                replaces = before.content if before else None
                line = each.record.where.line
                incoming.append(Incoming(source, each.key, line, content, replaces))
            if not incoming:
                return
            plan = make_plan(snapshot, incoming, self._names, restore=self._restore)
            model, stored = snapshot.model, _stored_vectors(snapshot, snapshot.model, plan)
        self._commit(plan, model, *stored)

    def _outdate(self, source: int, keys: Keys) -> None:
        """Mark what a source held under keys that were made up for it, and holds no more.

        Nothing names such a record but what it said, so that a corrected one comes as a new one;
        what it said before must not speak for it any longer.
        """
        query = (
            "SELECT key, content, digest FROM records JOIN contents USING (content) "
            "WHERE source = ? AND key >= ? AND key < ?"
        )
        with self._store.read() as snapshot:
            vanished = [
                Vanished(source, key, content, digest)
                for key, content, digest in snapshot.rows(query, source, *MADE_UP)
                if not keys.holds(key)
            ]
        for part in chunks(vanished, BATCH):
            with self._store.read() as snapshot:
                plan = make_plan(snapshot, [], self._names, vanished=part)
                model, stored = snapshot.model, _stored_vectors(snapshot, snapshot.model, plan)
            self._commit(plan, model, *stored)

    def _commit(
        self,
        plan: Plan,
        model: ModelRow,
        vectors: dict[bytes, NDArray[np.float32]],
        missing: dict[bytes, str],
    ) -> None:
        vectors.update(self._encode(missing))
        with self._store.write() as connection:
            write_plan(connection, plan, model, vectors)
        self._report.outcomes.update(plan.outcomes)
        self._report.encoded += len(missing)
        self._since_catch_up += len(plan.papers)
        if self._since_catch_up >= _LAG:
            catch_up(self._store, meanwhile=True)
            self._since_catch_up = 0

    def _encode(self, missing: dict[bytes, str]) -> dict[bytes, NDArray[np.float32]]:
        if not missing:
            return {}
        if self._encoder is None:
            self._progress.note("Loading the model …")
            self._encoder = (
                self._given()
                if self._given is not None
                else Encoder(self._model(), precision=self._precision)
            )
        total, done = len(missing), 0

        def advance(count: int) -> None:
            nonlocal done
            done = count
            self._progress.encoding(done, total)

        vectors = self._encoder.encode_documents(list(missing.values()), progress=advance)
        return dict(zip(missing, vectors, strict=True))


def _known(snapshot: Snapshot, source: int, keys: Sequence[str]) -> dict[str, _Known]:
    found: dict[str, _Known] = {}
    for part in chunks(keys):
        query = (
            "SELECT key, digest, content, state FROM records JOIN contents USING (content) "
            f"JOIN papers USING (paper) WHERE source = ? AND key IN ({marks(part)})"
        )
        for key, *rest in snapshot.rows(query, source, *part):
            found[key] = _Known(*rest)
    return found


def _stored_vectors(
    snapshot: Snapshot, model: ModelRow, plan: Plan
) -> tuple[dict[bytes, NDArray[np.float32]], dict[bytes, str]]:
    """Vectors of planned texts that stand elsewhere in the library, and the texts without any."""
    wanted = [each for each in plan.papers if each.state == LIVE]
    homes = {number: each for each in wanted for number in (each.number, *each.absorbed)}
    at_home: set[int] = set()
    elsewhere: dict[bytes, NDArray[np.float32]] = {}
    for part in chunks(homes):
        query = (
            f"SELECT paper, text_digest FROM vectors WHERE model = ? AND paper IN ({marks(part)})"
        )
        for number, digest in list(snapshot.rows(query, model.model, *part)):
            each = homes[number]
            if digest != each.digest:
                continue
            if number == each.number:
                at_home.add(number)
            else:
                row = snapshot.vectors(np.array([number], np.int64), model)[0]
                elsewhere[digest] = row.astype(np.float32)
    missing = {
        each.digest: _text(each)
        for each in wanted
        if each.number not in at_home and each.digest not in elsewhere
    }
    return elsewhere, missing


def _text(each: PlannedPaper) -> str:
    return encoded_text(each.paper)
