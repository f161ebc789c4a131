"""Records that are committed together, and what is to be done with them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .content import Content, content_digest, to_content
from .keys import Keys
from .plan import Incoming, Plan, make_plan
from .record import Record, Reject
from .rows import encoded_text
from .snapshot import LIVE, REMOVED, ModelRow, Snapshot, chunks, marks

__all__ = ["BATCH", "Batch", "Planned", "plan_batch", "read_batches", "stored_vectors"]

BATCH = 512
"""Records in a transaction: what a kill can cost is some seconds of encoding."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A record with the key that names it in its source; None where another said the same."""

    record: Record
    key: str | None
    digest: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """What was read of a source, by its number, to be committed together."""

    source: int
    records: Sequence[Keyed]
    rejects: Sequence[Reject]
    cleaned: dict[bytes, Content | None] = field(default_factory=dict)
    """What was cleaned so far, by digest; None where nothing readable is left."""

    @property
    def read(self) -> int:
        """How many records were read for it."""
        return len(self.records) + len(self.rejects)


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be done with a batch. `plan` is None where nothing is new; `vectors` are those
    that stand elsewhere in the library, and `missing` the texts that have none, both by text
    digest."""

    model: ModelRow
    outcomes: Counter[str]
    rejects: Sequence[Reject]
    plan: Plan | None = None
    vectors: dict[bytes, NDArray[np.float32]] = field(default_factory=dict)
    missing: dict[bytes, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the library holds under the key of a record."""

    digest: bytes
    content: int
    state: int


def read_batches(source: int, found: Iterable[Record | Reject], keys: Keys) -> Iterator[Batch]:
    """What is found in a source, batch by batch. Where reading fails, what was read of the batch
    is left out, but for its rejects."""
    records: list[Keyed] = []
    rejects: list[Reject] = []
    try:
        for each in found:
            if isinstance(each, Reject):
                rejects.append(each)
            else:
                digest = content_digest(each)
                records.append(Keyed(each, keys.name(each, digest), digest))
            if len(records) + len(rejects) == BATCH:
                yield Batch(source, records, rejects)
                records, rejects = [], []
    except Exception:
        if rejects:
            yield Batch(source, [], rejects)
        raise
    if records or rejects:
        yield Batch(source, records, rejects)


def plan_batch(
    snapshot: Snapshot, batch: Batch, sources: dict[int, str], *, restore: bool
) -> Planned:
    """Decide what is to be done with a batch as the library is now; nothing is changed. `sources`
    and `restore` as in make_plan."""
    outcomes: Counter[str] = Counter()
    rejects = list(batch.rejects)
    incoming: list[Incoming] = []
    keys = [each.key for each in batch.records if each.key is not None]
    known = _known(snapshot, batch.source, keys)
    for each in batch.records:
        if each.key is None:
            # The same saying without a key counts once.
            outcomes["merged"] += 1
            continue
        before = known.get(each.key)
        same = before is not None and before.digest == each.digest
        if before and same and (before.state == LIVE or not restore):
            outcomes["removed" if before.state == REMOVED else "unchanged"] += 1
            continue
        if each.digest not in batch.cleaned:
            batch.cleaned[each.digest] = to_content(each.record, each.digest)
        content = batch.cleaned[each.digest]
        if content is None:
            reason = "neither its title nor its abstract has a letter or a digit"
            text = f"{each.record.title} {each.record.abstract}"
            rejects.append(Reject(each.record.where, reason, text))
            continue
        replaces = before.content if before else None
        line = each.record.where.line
        incoming.append(Incoming(batch.source, each.key, line, content, replaces))
    if not incoming:
        return Planned(snapshot.model, outcomes, rejects)
    plan = make_plan(snapshot, incoming, sources, restore=restore)
    vectors, missing = stored_vectors(snapshot, plan)
    return Planned(snapshot.model, outcomes, rejects, plan, vectors, missing)


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


def stored_vectors(
    snapshot: Snapshot, plan: Plan
) -> tuple[dict[bytes, NDArray[np.float32]], dict[bytes, str]]:
    """Vectors of planned texts that stand elsewhere in the library, and the texts without any."""
    model = snapshot.model
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
        each.digest: encoded_text(each.paper)
        for each in wanted
        if each.number not in at_home and each.digest not in elsewhere
    }
    return elsewhere, missing
