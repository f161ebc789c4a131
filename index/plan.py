"""From new and changed records to what the library will hold: decided before anything is written.

A plan is computed from a snapshot by the one writer, so that the slow part, encoding, happens
between reading and writing and holds up nobody.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from .content import Content
from .grouping import group
from .keys import GONE
from .merge import merge
from .naming import Names, name_works
from .neighbourhood import Said, find_neighbourhood
from .paper import Paper
from .rows import text_digest
from .snapshot import LIVE, REMOVED, Snapshot, chunks, marks
from .works import Face, face_of, revised

__all__ = ["Incoming", "Plan", "PlannedPaper", "Vanished", "make_plan", "states_of"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record that the library does not hold as it is now.

    `source` and `key` name the record; `replaces` is the content it had before, None for a record
    that is new.
    """

    source: int
    key: str
    line: int | None
    content: Content
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class Vanished:
    """A record that its source holds no more under this key: it stays, but as outdated."""

    source: int
    key: str
    content: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class PlannedPaper:
    """A paper as it is to be; the numbers in `absorbed` are merged into `number`."""

    number: int
    paper: Paper
    state: int
    contents: tuple[int, ...]
    absorbed: tuple[int, ...]
    own_ids: tuple[str, ...]
    """Ids beside those of `paper` that lead to it."""
    digest: bytes
    """Stands for the text that is encoded (rows.text_digest)."""


@dataclass(slots=True)
class Plan:
    """What one commit writes, vectors aside."""

    papers: list[PlannedPaper] = field(default_factory=list)
    contents: list[tuple[int, Content, Collection[int]]] = field(default_factory=list)
    """New contents, with their number and evidence."""
    dropped: list[tuple[int, Collection[int]]] = field(default_factory=list)
    """Contents that no record holds any more, with their evidence."""
    records: list[tuple[Incoming, int]] = field(default_factory=list)
    vanished: list[Vanished] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    """added, updated, merged and removed: what became of each incoming record."""


def make_plan(
    snapshot: Snapshot,
    incoming: Sequence[Incoming],
    sources: dict[int, str],
    *,
    vanished: Iterable[Vanished] = (),
    restore: bool = False,
) -> Plan:
    """Decide what becomes of a batch. `sources` names each source; `vanished` are records that
    their sources hold no more; `restore` brings back removed papers that the batch speaks of."""
    plan = Plan(vanished=list(vanished))
    known = _known_contents(snapshot, incoming)
    incoming = _with_revisions(snapshot, plan, incoming, known)
    (next_content,) = next(snapshot.rows("SELECT ifnull(max(content), 0) + 1 FROM contents"))
    number_of = dict(known)
    fresh: list[Said] = []
    for each in incoming:
        if each.content.digest not in number_of:
            number_of[each.content.digest] = next_content
            fresh.append(Said(next_content, None, each.content, face_of(each.content)))
            next_content += 1
        plan.records.append((each, number_of[each.content.digest]))

    orphans = _orphans(snapshot, plan)
    touched = {content for _, content in plan.records} - {each.number for each in fresh}
    touched |= orphans.keys() | {each.content for each in plan.vanished}
    # What a record said before may be held by others: its paper loses a source.
    touched |= {each.replaces for each, _ in plan.records if each.replaces is not None}
    said, keys, lone = find_neighbourhood(snapshot, fresh, touched)
    plan.contents = [(one.number, one.content, keys[one.face]) for one in fresh]
    plan.dropped = [(one.number, keys[one.face]) for one in said if one.number in orphans]
    by_face: dict[Face, list[Said]] = defaultdict(list)
    for one in said:
        if one.number not in orphans:
            by_face[one.face].append(one)
    faces = group(by_face, keys, lone)
    works = [sorted((s for f in w for s in by_face[f]), key=lambda s: s.number) for w in faces]
    # Papers are numbered in the order in which they came.
    named = sorted(zip(works, name_works(faces), strict=True), key=lambda each: each[0][0].number)
    works, names = [work for work, _ in named], [name for _, name in named]
    _assign(snapshot, plan, works, names, _homes(said, orphans), sources, restore)
    return plan


def _known_contents(snapshot: Snapshot, incoming: Iterable[Incoming]) -> dict[bytes, int]:
    known: dict[bytes, int] = {}
    for part in chunks({each.content.digest for each in incoming}):
        query = f"SELECT digest, content FROM contents WHERE digest IN ({marks(part)})"
        known.update(snapshot.rows(query, *part))
    return known


def _with_revisions(
    snapshot: Snapshot, plan: Plan, incoming: Sequence[Incoming], known: dict[bytes, int]
) -> list[Incoming]:
    """The batch, with `replaces` kept only where the key still names the same work.

    What a key named before and names no more has vanished from its source, and stays.
    """
    wanted = {each.replaces for each in incoming if each.replaces is not None}
    before: dict[int, Content] = snapshot.contents_by_number(wanted)
    kept: list[Incoming] = []
    for each in incoming:
        if each.replaces is not None and not _revises(
            snapshot, each, before[each.replaces], known.get(each.content.digest)
        ):
            digest = before[each.replaces].digest
            plan.vanished.append(Vanished(each.source, each.key, each.replaces, digest))
            each = replace(each, replaces=None)
        kept.append(each)
    return kept


def _revises(snapshot: Snapshot, record: Incoming, old: Content, known: int | None) -> bool:
    """Whether a record is a later state of what its key named before.

    `known` is the number of what it says now, where the library has that already. Then it is a
    record that was there under another key, in a file whose keys were given anew, unless the
    library knows both for one work, or another source calls it by the same key.
    """
    if known is not None and known != record.replaces:
        numbers = (known, record.replaces)
        query = "SELECT count(DISTINCT paper) FROM contents WHERE content IN (?, ?)"
        (papers,) = next(snapshot.rows(query, *numbers))
        if papers == 1:
            return True
        query = "SELECT 1 FROM records WHERE content = ? AND (source = ? OR key <> ?) LIMIT 1"
        if next(snapshot.rows(query, known, record.source, record.key), None):
            return False
    return revised(face_of(old), face_of(record.content))


def _orphans(snapshot: Snapshot, plan: Plan) -> dict[int, int]:
    """Contents that lose their last record by this batch, each with the one that replaces it."""
    leaving: dict[int, list[int]] = defaultdict(list)
    for each, content in plan.records:
        if each.replaces is not None and each.replaces != content:
            leaving[each.replaces].append(content)
    coming = {content for _, content in plan.records} | {each.content for each in plan.vanished}
    orphans: dict[int, int] = {}
    for content, movers in leaving.items():
        (held,) = next(snapshot.rows("SELECT count(*) FROM records WHERE content = ?", content))
        if held <= len(movers) and content not in coming:
            orphans[content] = movers[0]
    return orphans


def _homes(said: Iterable[Said], orphans: dict[int, int]) -> dict[int, dict[int, int]]:
    """The contents of each paper so far, the oldest first, each with what stands for it now:
    itself, or what replaces it."""
    homes: dict[int, dict[int, int]] = defaultdict(dict)
    for each in sorted(said, key=lambda each: each.number):
        if each.paper is not None:
            homes[each.paper][each.number] = orphans.get(each.number, each.number)
    return homes


def _assign(
    snapshot: Snapshot,
    plan: Plan,
    works: Sequence[Sequence[Said]],
    names: Sequence[Names],
    homes: dict[int, dict[int, int]],
    sources: dict[int, str],
    restore: bool,
) -> None:
    """Give each work its number, and plan those that change."""
    work_of = {each.number: index for index, work in enumerate(works) for each in work}
    old = snapshot.papers(homes)
    states = states_of(snapshot, homes)
    owned: dict[int, list[int]] = defaultdict(list)
    for holder, owner in _owners(works, names, homes, work_of, old).items():
        owned[owner].append(holder)
    was_removed = _removed(homes, states)
    held_by, outdated = _sources(snapshot, plan, work_of)
    mentioned = Counter(work_of[content] for _, content in plan.records)
    led = _led(snapshot, (each for named in names for each in named.own_ids))

    (next_number,) = next(
        snapshot.rows("SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'papers'), 0)")
    )
    was_new: set[int] = set()
    removed: set[int] = set()
    for index, (work, named) in enumerate(zip(works, names, strict=True)):
        numbers = sorted(owned.get(index, ()))
        paper = merge(
            [each.content for each in work],
            {sources[source] for each in work for source in held_by[each.number]},
            named,
            {each.content.digest for each in work if each.number in outdated},
        )
        # Where a removed paper turns out to be the same work as one that was kept, that one stays.
        # What a removed paper falls apart into is removed as well.
        gone = (
            all(states[number] == REMOVED for number in numbers)
            if numbers
            else all(each.number in was_removed for each in work)
        )
        state = REMOVED if gone and not (restore and mentioned[index]) else LIVE
        if state == REMOVED:
            removed.add(index)
        if not numbers:
            next_number += 1
            was_new.add(index)
        number = numbers[0] if numbers else next_number
        here = {each.number for each in work}
        unmoved = numbers == [number] and homes[number].keys() == here
        resolved = all(led.get(each) == number for each in named.own_ids)
        if unmoved and resolved and old[number] == paper and states[number] == state:
            continue
        plan.papers.append(
            PlannedPaper(
                number=number,
                paper=paper,
                state=state,
                contents=tuple(each.number for each in work),
                absorbed=tuple(numbers[1:]),
                own_ids=named.own_ids,
                digest=text_digest(paper),
            )
        )
    for record, content in plan.records:
        plan.outcomes[_outcome(work_of[content], record, was_new, removed)] += 1


def _removed(homes: dict[int, dict[int, int]], states: dict[int, int]) -> set[int]:
    """The contents that stand for what removed papers held, and for nothing else."""
    by_state: dict[bool, set[int]] = {True: set(), False: set()}
    for paper, contents in homes.items():
        by_state[states[paper] == REMOVED].update(contents.values())
    return by_state[True] - by_state[False]


def _owners(
    works: Sequence[Sequence[Said]],
    names: Sequence[Names],
    homes: dict[int, dict[int, int]],
    work_of: dict[int, int],
    old: dict[int, Paper],
) -> dict[int, int]:
    """The work that each paper so far is now.

    Where it fell apart, that is the part which has its id, or else its oldest content.
    """
    called = {each: n for n, one in enumerate(names) for each in (one.id, *one.ids, *one.own_ids)}
    owners: dict[int, int] = {}
    for paper, contents in homes.items():
        parts = [work_of[content] for content in contents.values()]
        by_id = called.get(old[paper].id)
        owners[paper] = by_id if by_id is not None and by_id in parts else parts[0]
    return owners


def _outcome(work: int, record: Incoming, was_new: set[int], removed: set[int]) -> str:
    if work in removed:
        return "removed"
    if work in was_new:
        was_new.discard(work)
        return "added"
    return "updated" if record.replaces is not None else "merged"


def states_of(snapshot: Snapshot, numbers: Iterable[int]) -> dict[int, int]:
    """The state of each paper (LIVE, REMOVED or MERGED), by number."""
    states: dict[int, int] = {}
    for part in chunks(numbers):
        states.update(
            snapshot.rows(f"SELECT paper, state FROM papers WHERE paper IN ({marks(part)})", *part)
        )
    return states


def _led(snapshot: Snapshot, ids: Iterable[str]) -> dict[str, int]:
    """The paper that each id leads to so far."""
    led: dict[str, int] = {}
    for part in chunks(ids):
        led.update(snapshot.rows(f"SELECT id, paper FROM ids WHERE id IN ({marks(part)})", *part))
    return led


def _sources(
    snapshot: Snapshot, plan: Plan, contents: Iterable[int]
) -> tuple[dict[int, set[int]], set[int]]:
    """The sources of each content once the batch is in, and the contents that are outdated: that
    no source holds any more."""
    held: dict[int, Counter[int]] = defaultdict(Counter)
    past: dict[int, set[int]] = defaultdict(set)
    for part in chunks(contents):
        query = (
            "SELECT content, source, substr(key, 1, ?) = ?, count(*) FROM records "
            f"WHERE content IN ({marks(part)}) GROUP BY 1, 2, 3"
        )
        for content, source, is_gone, count in snapshot.rows(query, len(GONE), GONE, *part):
            if is_gone:
                past[content].add(source)
            else:
                held[content][source] += count
    for record, content in plan.records:
        if record.replaces is not None:
            held[record.replaces][record.source] -= 1
        held[content][record.source] += 1
    for each in plan.vanished:
        held[each.content][each.source] -= 1
        past[each.content].add(each.source)
    by: dict[int, set[int]] = defaultdict(set)
    outdated: set[int] = set()
    for content in held.keys() | past.keys():
        now = {source for source, count in held[content].items() if count > 0}
        by[content] = now | past[content]
        if not now:
            outdated.add(content)
    return by, outdated
