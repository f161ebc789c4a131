"""One source into a library, batch by batch: read, recognise what is known, clean, compare,
encode, commit.

One thread does all of it but encoding. What a batch has to have encoded follows from its plan, and
that from what was committed before it; so a plan is drafted while the batches before are still
encoded, its texts are encoded ahead, and once it is the batch's turn it is planned again. The two
hardly ever differ, since few works stand in two batches; a vector that is not needed after all is
thrown away.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .ahead import Ahead, Encoding, begun_ahead
from .batch import BATCH, Batch, Planned, plan_batch, read_batches, stored_vectors
from .commit import replace_vectors, write_plan
from .encoder import Encoder, Precision
from .given import GivenVectors
from .keys import MADE_UP, Keys
from .maintain import catch_up
from .models import Model
from .plan import Plan, Vanished, make_plan, states_of
from .readers import read
from .record import Record, Reject, Where, as_text
from .report import Progress, Rejecting, Report
from .snapshot import LIVE, REMOVED, ModelRow, chunks
from .sources import Source
from .store import Store

__all__ = ["Ingest"]

_LAG = 8 * BATCH
"""Papers a build may commit before the derived indexes follow."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """A batch, what was planned of it when it was read, how many commits of this build came before
    that, and what is encoded for it meanwhile."""

    batch: Batch
    draft: Planned | None = None
    written: int = 0
    encoding: Encoding | None = None


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
        self._ahead: Ahead | None = None
        self._written = 0
        self._since_catch_up = 0
        self._names: dict[int, str] = {}
        self._ending = ExitStack()
        self._given = self._ending.enter_context(closing(GivenVectors()))

    def __enter__(self) -> "Ingest":
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    def run(self, source: Source, format: str) -> None:
        """Read one source to its end. Vectors only wait for their papers then (`finish`)."""
        if format == "embeddings":
            self._read_vectors(source)
            return
        number = self._register(source, format)
        with Keys() as keys:
            batches = read_batches(number, read(source, format=format), keys)
            for begun in begun_ahead(batches, self._begin):
                self._end(begun)
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
            for batch in read_batches(number, found, keys):
                self._carry_out(batch, self._planned(batch), {})
                for each in batch.records:
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

    def _begin(self, batch: Batch) -> _Begun:
        """Plan a batch that is not its turn yet, and let its texts be encoded."""
        self._progress.read()
        if self._given.any:
            # Papers that bring their vectors need none.
            return _Begun(batch)
        draft = self._planned(batch)
        if not draft.missing:
            return _Begun(batch, draft, self._written)
        if self._ahead is None:
            self._ahead = self._ending.enter_context(Ahead(self._loaded()))
        return _Begun(batch, draft, self._written, self._ahead.begin(draft.missing))

    def _end(self, begun: _Begun) -> None:
        vectors = {} if begun.encoding is None else begun.encoding.wait(self._progress.encoding)
        planned = begun.draft
        # This process is the only one that writes.
        if planned is None or begun.written != self._written:
            planned = self._planned(begun.batch)
        self._carry_out(begun.batch, planned, vectors)

    def _planned(self, batch: Batch) -> Planned:
        with self._store.read() as snapshot:
            return plan_batch(snapshot, batch, self._names, restore=self._restore)

    def _carry_out(
        self, batch: Batch, planned: Planned, encoded: dict[bytes, NDArray[np.float32]]
    ) -> None:
        """Do what is planned. `encoded` holds vectors that were made ahead."""
        self._report.read += batch.read
        self._report.outcomes.update(planned.outcomes)
        for reject in planned.rejects:
            self._rejects.add(reject)
        if planned.plan is not None:
            self._commit(planned.plan, planned.model, planned.vectors, planned.missing, encoded)

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
                model, stored = snapshot.model, stored_vectors(snapshot, plan)
            self._commit(plan, model, *stored, {})

    def _commit(
        self,
        plan: Plan,
        model: ModelRow,
        vectors: dict[bytes, NDArray[np.float32]],
        missing: dict[bytes, str],
        encoded: dict[bytes, NDArray[np.float32]],
    ) -> None:
        needing = {each.digest: each.paper for each in plan.papers if each.digest in missing}
        given, taken = self._given.take(needing)
        missing = {digest: text for digest, text in missing.items() if digest not in given}
        made = {digest: encoded[digest] for digest in missing if digest in encoded}
        rest = {digest: text for digest, text in missing.items() if digest not in encoded}
        vectors = {**vectors, **given, **made, **self._encode(rest)}
        with self._store.write() as connection:
            write_plan(connection, plan, model, vectors)
        self._written += 1
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
        total = len(missing)
        vectors = self._loaded().encode_documents(
            list(missing.values()), progress=lambda done: self._progress.encoding(done, total)
        )
        return dict(zip(missing, vectors, strict=True))

    def _loaded(self) -> Encoder:
        """The encoder, with its model in memory."""
        if self._encoder is None:
            self._progress.note("Loading the model …")
            encoder = (
                self._ready()
                if self._ready is not None
                else Encoder(self._model(), precision=self._precision)
            )
            encoder.load(self._progress.note)
            self._encoder = encoder
        return self._encoder
