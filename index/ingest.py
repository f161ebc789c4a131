"""One source into a library, batch by batch: read, recognise what is known, clean, compare,
encode, commit."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .commit import replace_vectors, write_plan
from .content import content_digest, to_content
from .encoder import Encoder, Precision
from .given import GivenVectors
from .keys import MADE_UP, Keys
from .maintain import catch_up
from .models import Model
from .plan import Incoming, Plan, PlannedPaper, Vanished, make_plan, states_of
from .readers import read
from .record import Record, Reject, Where, as_text
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
    """A record with the key that names it in its source; None where another said the same."""

    record: Record
    key: str | None
    digest: bytes


class Ingest:
    """The work of one build, as long as its `with` block; needs the writer's lock. `model` is asked
    when a text needs a vector for the first time, so that a build without news loads none; so is
    `encoder`, where there is one already."""

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
        self._ready = encoder
        self._since_catch_up = 0
        self._names: dict[int, str] = {}
        self._given = GivenVectors()

    def __enter__(self) -> "Ingest":
        return self

    def __exit__(self, *_: object) -> None:
        self._given.close()

    def run(self, source: Source, format: str) -> None:
        """Read one source to its end. Vectors only wait for their papers then (`finish`)."""
        if format == "embeddings":
            self._read_vectors(source)
            return
        number = self._register(source, format)
        with Keys() as keys:
            for batch in self._batches(read(source, format=format)):
                self._batch(number, self._keyed(batch, keys))
                self._progress.committed(self._report, source)
            self._outdate(number, keys)

    def take(self, source: Source, format: str, found: Iterable[Record | Reject]) -> list[str]:
        """Take in some records of a source; what it held before, and these do not say, stays.
        Returns what each record is called in the source, rejects left out: one that says what
        another said is called as that one."""
        number = self._register(source, format)
        named: list[str] = []
        said: dict[bytes, str] = {}
        with Keys() as keys:
            for batch in self._batches(found):
                keyed = self._keyed(batch, keys)
                self._batch(number, keyed)
                for each in keyed:
                    if each.key is not None:
                        said.setdefault(each.digest, each.key)
                    named.append(each.key or said[each.digest])
        return named

    def _read_vectors(self, source: Source) -> None:
        with self._store.read() as snapshot:
            model = snapshot.model
        with closing(self._given.read(source, model)) as found:
            for each in found:
                self._report.read += 1
                if isinstance(each, Reject):
                    self._rejects.add(each)
                elif each:
                    self._report.outcomes[each] += 1
                if self._report.read % BATCH == 0:
                    self._progress.committed(self._report, source)

    def finish(self) -> None:
        """Give vectors that still wait to the papers that the library held before this build."""
        for part in chunks(self._given.rest(), BATCH):
            self._give(dict(part))

    def _give(self, waiting: dict[str, Where]) -> None:
        outcomes = self._report.outcomes
        with self._store.read() as snapshot:
            model = snapshot.model
            found = self._given.brought(snapshot, waiting)
            states = states_of(snapshot, {number for number, _ in found.values()})
            wanted = {b.number: b for _, b in found.values() if b and states[b.number] == LIVE}
            numbers = np.array(sorted(wanted), np.int64)
            held = dict(zip(numbers.tolist(), snapshot.vectors(numbers, model), strict=True))
        changed = {
            number: each
            for number, each in wanted.items()
            if not np.array_equal(held[number], each.vector.astype(np.float16))
        }
        for id, where in waiting.items():
            number, brought = found.get(id, (0, None))
            if not number:
                reason = f"no paper of the library is {id}: build its paper, then its vector"
                self._rejects.add(Reject(where, reason, id))
            elif states[number] == REMOVED:
                outcomes["removed"] += 1
            elif brought is None:
                outcomes["merged"] += 1
            else:
                outcomes["updated" if number in changed else "unchanged"] += 1
        if changed:
            papers = {number: each.paper for number, each in changed.items()}
            vectors = {number: each.vector for number, each in changed.items()}
            with self._store.write() as connection:
                replace_vectors(connection, model, papers, vectors)

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

    def _batches(self, found: Iterable[Record | Reject]) -> Iterator[list[Record]]:
        batch: list[Record] = []
        for each in found:
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
        digests = [content_digest(record) for record in batch]
        return [
            _Keyed(record, keys.name(record, digest), digest)
            for record, digest in zip(batch, digests, strict=True)
        ]

    def _batch(self, source: int, batch: Sequence[_Keyed]) -> None:
        outcomes = self._report.outcomes
        with self._store.read() as snapshot:
            known = _known(snapshot, source, [each.key for each in batch if each.key is not None])
            incoming: list[Incoming] = []
            for each in batch:
                if each.key is None:
                    # The same saying without a key counts once.
                    outcomes["merged"] += 1
                    continue
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
        needing = {each.digest: each.paper for each in plan.papers if each.digest in missing}
        given, taken = self._given.take(needing)
        missing = {digest: text for digest, text in missing.items() if digest not in given}
        vectors.update(given)
        vectors.update(self._encode(missing))
        with self._store.write() as connection:
            write_plan(connection, plan, model, vectors)
        self._report.outcomes.update(plan.outcomes)
        if taken:
            self._report.outcomes["merged"] += taken
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
                self._ready()
                if self._ready is not None
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
