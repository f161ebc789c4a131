"""What of a library may change its works when a batch comes: nothing beyond needs to be looked at.

A link that a work refused can become possible, or the other way round, when the work itself
changes. So the works a batch touches are followed over every link between records, taken or
refused, and over every id that two of them claim. Two works that are one record each have no
refused link between them: for a link to be refused, one side needs a second record.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .content import Content
from .naming import claims
from .snapshot import Snapshot, chunks, marks
from .works import Face, evidence, face_of, linked

__all__ = ["Said", "find_neighbourhood"]


@dataclass(frozen=True, slots=True)
class Said:
    """A content in the library, or about to be: `paper` is the number of its paper so far."""

    number: int
    paper: int | None
    content: Content
    face: Face


@dataclass(slots=True)
class _Pool:
    """Papers that were read, whole, whether they turn out to matter or not."""

    snapshot: Snapshot
    papers: dict[int, list[Said]] = field(default_factory=dict)
    said: dict[int, Said] = field(default_factory=dict)
    single: set[int] = field(default_factory=set)
    """The papers with one face."""

    def papers_of(self, contents: Iterable[int]) -> set[int]:
        """The papers of contents, all of them read."""
        wanted = set(contents)
        for part in chunks(wanted - self.said.keys()):
            query = f"SELECT DISTINCT paper FROM contents WHERE content IN ({marks(part)})"
            found = {int(row[0]) for row in self.snapshot.rows(query, *part)}
            new = sorted(found - self.papers.keys())
            self.papers.update((paper, []) for paper in new)
            for number, home, content in self.snapshot.contents(new):
                said = Said(number, home, content, face_of(content))
                self.said[number] = said
                self.papers[home].append(said)
            self.single.update(paper for paper in new if len(self.faces(paper)) == 1)
        return {paper for each in wanted if (paper := self.said[each].paper) is not None}

    def faces(self, paper: int) -> set[Face]:
        return {each.face for each in self.papers[paper]}


def find_neighbourhood(
    snapshot: Snapshot, fresh: Sequence[Said], touched: Iterable[int]
) -> tuple[list[Said], dict[Face, Collection[int]], set[Face]]:
    """Everything that is said of the papers that new contents, and contents `touched`, may change.

    Returns it with the new contents, the evidence of each face, and the faces that are alone in
    their papers (`lone` of grouping.group).
    """
    pool = _Pool(snapshot)
    keys: dict[Face, Collection[int]] = {}
    chosen: set[int] = set()
    lone: set[Face] = set()
    frontier = {each.face for each in fresh}
    reached = pool.papers_of(touched)
    while frontier or reached:
        for paper in reached:
            faces = pool.faces(paper)
            frontier |= faces
            if paper in pool.single:
                lone |= faces
        chosen |= reached
        keys.update((face, evidence(face)) for face in frontier)
        reached = _beyond(pool, frontier, keys, lone, chosen)
        frontier = set()
    found = [each for paper in sorted(chosen) for each in pool.papers[paper]]
    return [*found, *fresh], keys, lone


def _beyond(
    pool: _Pool,
    frontier: Collection[Face],
    keys: Mapping[Face, Collection[int]],
    lone: Collection[Face],
    chosen: Collection[int],
) -> set[int]:
    """Papers outside the chosen ones that a link or an id joins to one of these faces."""
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for part in chunks({key for face in frontier for key in keys[face]}):
        query = f"SELECT key, content FROM evidence WHERE key IN ({marks(part)})"
        for key, content in pool.snapshot.rows(query, *part):
            holders[key].append(content)
    pool.papers_of({content for own in holders.values() for content in own})
    outside = {
        key: [content for content in own if pool.said[content].paper not in chosen]
        for key, own in holders.items()
    }
    beyond: set[int] = set()
    for face in frontier:
        alone, called = face in lone, claims(face)
        for content in {content for key in keys[face] for content in outside.get(key, ())}:
            each = pool.said[content]
            assert each.paper is not None
            if each.paper in beyond:
                continue
            settled = alone and each.paper in pool.single
            if called & claims(each.face) or (not settled and linked(face, each.face)):
                beyond.add(each.paper)
    return beyond
