"""From new and changed records to what the library will hold: decided before anything is written.

A plan is computed from a snapshot by the one writer, so that the slow part, encoding, happens
between reading and writing and holds up nobody.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from .content import Content
from .merge import merge, own_ids
from .paper import Paper
from .rows import text_digest
from .snapshot import LIVE, REMOVED, Snapshot, chunks, marks
from .works import evidence, group, revised

__all__ = ["Incoming", "Plan", "PlannedPaper", "make_plan"]


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
class PlannedPaper:
    """A paper as it is to be; the numbers in `absorbed` are merged into `number`."""

    number: int
    paper: Paper
    state: int
    contents: tuple[int, ...]
    absorbed: tuple[int, ...]
    own_ids: tuple[str, ...]
    digest: bytes
    """Stands for the text that is encoded (rows.text_digest)."""


@dataclass(slots=True)
class Plan:
    """What one commit writes, vectors aside."""

    papers: list[PlannedPaper] = field(default_factory=list)
    contents: list[tuple[int, Content, frozenset[int]]] = field(default_factory=list)
    """New contents, with their number and evidence."""
    dropped: list[tuple[int, frozenset[int]]] = field(default_factory=list)
    """Contents that no record holds any more, with their evidence."""
    records: list[tuple[Incoming, int]] = field(default_factory=list)
    vanished: list[tuple[int, str, int, bytes]] = field(default_factory=list)
    """(source, key, content, digest) of records whose key names another work now."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """added, updated, merged and removed: what became of each incoming record."""


def make_plan(
    snapshot: Snapshot,
    incoming: Sequence[Incoming],
    sources: dict[int, str],
    *,
    restore: bool = False,
) -> Plan:
    """Decide what becomes of a batch. `sources` names each source; `restore` brings back removed
    papers that the batch speaks of."""
    plan = Plan()
    incoming = _with_revisions(snapshot, plan, incoming)
    known = _known_contents(snapshot, incoming)
    (next_content,) = next(snapshot.rows("SELECT ifnull(max(content), 0) + 1 FROM contents"))
    number_of: dict[bytes, int] = dict(known)
    for each in incoming:
        if each.content.digest not in number_of:
            number_of[each.content.digest] = next_content
            plan.contents.append((next_content, each.content, evidence(each.content)))
            next_content += 1
        plan.records.append((each, number_of[each.content.digest]))

    orphans = _orphans(snapshot, plan)
    nodes = _neighbourhood(snapshot, plan, orphans)
    _assign(snapshot, plan, nodes, orphans, sources, restore=restore)
    return plan


def _with_revisions(snapshot: Snapshot, plan: Plan, incoming: Sequence[Incoming]) -> list[Incoming]:
    """The batch, with `replaces` kept only where the key still names the same work.

    What a key named before and names no more has vanished from its source, and stays.
    """
    wanted = {each.replaces for each in incoming if each.replaces is not None}
    before: dict[int, Content] = snapshot.contents_by_number(wanted)
    kept: list[Incoming] = []
    for each in incoming:
        old = before.get(each.replaces) if each.replaces is not None else None
        if each.replaces is not None and old is not None and not revised(old, each.content):
            plan.vanished.append((each.source, each.key, each.replaces, old.digest))
            each = replace(each, replaces=None)
        kept.append(each)
    return kept


def _known_contents(snapshot: Snapshot, incoming: Iterable[Incoming]) -> dict[bytes, int]:
    known: dict[bytes, int] = {}
    for part in chunks({each.content.digest for each in incoming}):
        query = f"SELECT digest, content FROM contents WHERE digest IN ({marks(part)})"
        known.update(snapshot.rows(query, *part))
    return known


def _orphans(snapshot: Snapshot, plan: Plan) -> dict[int, int]:
    """Contents that lose their last record by this batch, each with the one that replaces it."""
    leaving: dict[int, list[tuple[Incoming, int]]] = defaultdict(list)
    for each, content in plan.records:
        if each.replaces is not None and each.replaces != content:
            leaving[each.replaces].append((each, content))
    coming = {content for _, content in plan.records}
    orphans: dict[int, int] = {}
    for content, movers in leaving.items():
        (held,) = next(snapshot.rows("SELECT count(*) FROM records WHERE content = ?", content))
        if held <= len(movers) and content not in coming:
            orphans[content] = movers[0][1]
    return orphans


def _neighbourhood(
    snapshot: Snapshot, plan: Plan, orphans: dict[int, int]
) -> list[tuple[int, int | None, Content]]:
    """(content, paper or None, Content) of the batch and of every paper it may touch."""
    keys = {key for _, _, own in plan.contents for key in own}
    touched = {content for _, content in plan.records} | set(orphans)
    for part in chunks(keys):
        query = f"SELECT DISTINCT content FROM evidence WHERE key IN ({marks(part)})"
        touched.update(row[0] for row in snapshot.rows(query, *part))
    papers: set[int] = set()
    for part in chunks(touched):
        query = f"SELECT DISTINCT paper FROM contents WHERE content IN ({marks(part)})"
        papers.update(row[0] for row in snapshot.rows(query, *part))
    nodes: list[tuple[int, int | None, Content]] = list(snapshot.contents(sorted(papers)))
    nodes += [(content, None, said) for content, said, _ in plan.contents]
    return nodes


def _assign(
    snapshot: Snapshot,
    plan: Plan,
    nodes: list[tuple[int, int | None, Content]],
    orphans: dict[int, int],
    sources: dict[int, str],
    *,
    restore: bool,
) -> None:
    said = {content: what for content, _, what in nodes}
    kept = [content for content, _, _ in nodes if content not in orphans]
    plan.dropped = [(content, evidence(said[content])) for content in orphans]
    fresh = {content: keys for content, _, keys in plan.contents}
    keys = [fresh.get(content) or evidence(said[content]) for content in kept]
    home = {content: holder for content, holder, _ in nodes}
    # A paper that loses a record may fall apart; all others were compared when they came.
    unsure = {home[content] for content in orphans}
    together = [None if home[content] in unsure else home[content] for content in kept]
    grouped = group([said[c] for c in kept], keys, together)
    works = [[kept[i] for i in one] for one in grouped]
    work_of = {content: index for index, work in enumerate(works) for content in work}

    held_by: dict[int, set[int]] = defaultdict(set)
    for content, holder, _ in nodes:
        if holder is not None and content not in orphans:
            held_by[holder].add(content)

    # A number stays with its oldest content, or with what replaced that in its source.
    owned: dict[int, list[int]] = defaultdict(list)
    owner: dict[int, int] = {}
    for content, holder, _ in sorted(nodes, key=lambda node: node[0]):
        if holder is not None and holder not in owner:
            owner[holder] = work_of[orphans.get(content, content)]
            owned[owner[holder]].append(holder)
    old = snapshot.papers(owner)
    states = _states(snapshot, owner)
    names = _source_names(snapshot, plan, kept, sources)
    mentioned = Counter(work_of[content] for _, content in plan.records)

    (next_number,) = next(
        snapshot.rows("SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'papers'), 0)")
    )
    was_new: set[int] = set()
    removed: set[int] = set()
    for index, work in enumerate(works):
        contents = [said[content] for content in work]
        numbers = sorted(owned.get(index, ()))
        paper = merge(contents, {name for c in work for name in names[c]})
        state = LIVE
        # Where a removed paper turns out to be the same work as one that was kept, that one stays.
        gone = bool(numbers) and all(states[n] == REMOVED for n in numbers)
        if gone and not (restore and mentioned[index]):
            state = REMOVED
            removed.add(index)
        if not numbers:
            next_number += 1
            was_new.add(index)
        number = numbers[0] if numbers else next_number
        unmoved = numbers == [number] and held_by[number] == set(work)
        if unmoved and old[number] == paper and states[number] == state:
            continue
        plan.papers.append(
            PlannedPaper(
                number=number,
                paper=paper,
                state=state,
                contents=tuple(work),
                absorbed=tuple(numbers[1:]),
                own_ids=_givable(contents),
                digest=text_digest(paper),
            )
        )
    for each, content in plan.records:
        plan.outcomes[_outcome(work_of[content], each, was_new, removed)] += 1


def _outcome(work: int, record: Incoming, was_new: set[int], removed: set[int]) -> str:
    if work in removed:
        return "removed"
    if work in was_new:
        was_new.discard(work)
        return "added"
    return "updated" if record.replaces is not None else "merged"


def _givable(contents: Iterable[Content]) -> tuple[str, ...]:
    # Ids that the work has, or would have had before an outside id became known.
    return tuple(own_ids(content for content in contents if not content.ids))


def _states(snapshot: Snapshot, numbers: Iterable[int]) -> dict[int, int]:
    states: dict[int, int] = {}
    for part in chunks(numbers):
        states.update(
            snapshot.rows(f"SELECT paper, state FROM papers WHERE paper IN ({marks(part)})", *part)
        )
    return states


def _source_names(
    snapshot: Snapshot, plan: Plan, contents: Iterable[int], sources: dict[int, str]
) -> dict[int, set[str]]:
    """The names of the sources of each content, once the batch is in."""
    names: dict[int, set[str]] = defaultdict(set)
    held: dict[int, Counter[int]] = defaultdict(Counter)
    for part in chunks(contents):
        query = (
            f"SELECT content, source, count(*) FROM records WHERE content IN ({marks(part)}) "
            "GROUP BY content, source"
        )
        for content, source, count in snapshot.rows(query, *part):
            held[content][source] += count
    for each, content in plan.records:
        if each.replaces is not None:
            held[each.replaces][each.source] -= 1
        held[content][each.source] += 1
    for content, counts in held.items():
        names[content] = {sources[source] for source, count in counts.items() if count > 0}
    return names
