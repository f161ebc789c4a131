"""The first papers of an answer in groups: what kinds of papers there are among them.

Groups are made of the papers' vectors (`paperkin.search.partition`), named by phrases that stand in
them (`paperkin.search.naming`), and told apart by what can be counted: phrases, years, venues.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..index.paper import Paper
from .naming import Mark, mark_groups
from .partition import FEWEST, partition
from .ranking import Ranking
from .semantic import vectors_of
from .view import View

if TYPE_CHECKING:
    from .hits import Hit

__all__ = ["GROUPED", "Group", "groups_remark", "make_groups"]

GROUPED = 100
"""The first papers of an answer, which groups are made of."""
_BEST = 3
_MARKS = 3
_HELD, _LIFT = 0.15, 1.5
"""A phrase sets a group apart if it stands in this part of its papers, and in so many times the
part of the others."""
_YEARS = 4
_DATED = 0.8
"""A group is newer or older than the others if their middle years differ by so many, and so many of
its papers have a year."""
_VENUE = 0.4
"""The same for a venue as for a phrase."""


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the first GROUPED papers of an answer, which are more like each other than like the
    rest of them.

    `label` and `keywords` are phrases that stand in the papers; `sentence` says what sets the group
    apart from the others. `ids` are all its papers in the order of the answer, `best` the first of
    them, as hits. `years` are the first and the last in which one of its papers appeared.
    """

    label: str
    keywords: tuple[str, ...]
    sentence: str
    ids: tuple[str, ...]
    best: tuple["Hit", ...]
    years: tuple[int, int] | None

    @property
    def size(self) -> int:
        return len(self.ids)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `--json` prints them."""
        return {
            "label": self.label,
            "keywords": list(self.keywords),
            "size": self.size,
            "sentence": self.sentence,
            "years": None if self.years is None else list(self.years),
            "papers": list(self.ids),
            "best": [
                {"rank": hit.rank, "id": hit.id, "title": hit.title, "year": hit.paper.year}
                for hit in self.best
            ],
        }


def make_groups(view: View, ranking: Ranking, papers: Sequence[Paper]) -> tuple[Group, ...]:
    """The groups of the first papers of an answer: 2 to 6 in the order of their best papers, or
    none where there are too few papers, or they do not fall into groups.

    `papers` are those of the ranking, in its order, from the first place on.
    """
    labels = partition(vectors_of(view, ranking.numbers)).tolist()
    count = max(labels, default=-1) + 1
    rows = [[row for row, label in enumerate(labels) if label == each] for each in range(count)]
    texts = [(paper.title, paper.abstract) for paper in papers]
    rest = [text for text, label in zip(texts, labels, strict=True) if label < 0]
    members = [[texts[row] for row in each] for each in rows]
    marked = mark_groups(members, language=view.language, rest=rest)
    apart = [
        _telling(marks, len(own), len(papers)) for own, (_, marks) in zip(rows, marked, strict=True)
    ]
    if not any(apart):
        # Vectors that differ, of papers that all say the same.
        return ()
    return tuple(
        Group(
            name.label,
            name.keywords,
            _sentence(papers, own, telling),
            tuple(papers[row].id for row in own),
            tuple(_hit(row, ranking, papers) for row in own[:_BEST]),
            _years([papers[row] for row in own]),
        )
        for own, (name, _), telling in zip(rows, marked, apart, strict=True)
    )


def groups_remark(groups: Sequence[Group], total: int) -> str | None:
    """What a person should be told of an answer that was to come in groups, and has none."""
    if groups or not total:
        return None
    if total < FEWEST:
        few = "The answer has one paper" if total == 1 else f"The answer has {total} papers"
        return f"{few}: groups are made of {FEWEST} or more."
    return "The first papers of the answer do not fall into groups."


def _hit(row: int, ranking: Ranking, papers: Sequence[Paper]) -> "Hit":
    from .hits import Hit

    return Hit(row + 1, float(ranking.scores[row]), papers[row])


def _years(papers: Sequence[Paper]) -> tuple[int, int] | None:
    found = [paper.year for paper in papers if paper.year is not None]
    return (min(found), max(found)) if found else None


def _sentence(papers: Sequence[Paper], own: Sequence[int], telling: Sequence[Mark]) -> str:
    inside = [papers[row] for row in own]
    rows = set(own)
    outside = [paper for row, paper in enumerate(papers) if row not in rows]
    said = [_of_phrases(telling, len(inside), len(outside))]
    said += [_of_venues(inside, outside), _of_years(inside, outside)]
    found = [each for each in said if each]
    if not found:
        return f"The first of its papers is “{inside[0].title}”."
    return " ".join(found)


def _telling(marks: Sequence[Mark], size: int, whole: int) -> list[Mark]:
    others = whole - size
    return [mark for mark in marks if _apart(mark.inside, size, mark.outside, others)][:_MARKS]


def _of_phrases(telling: Sequence[Mark], size: int, others: int) -> str:
    if not telling:
        return ""
    first, *rest = telling
    held = f"all {size}" if first.inside == size else f"{first.inside} of its {size}"
    said = [
        f"“{first.phrase}” (in {held} papers, in {first.outside or 'none'} of the {others} others)"
    ]
    said += [f"“{each.phrase}” ({each.inside}, {each.outside or 'none'})" for each in rest]
    return f"What sets it apart: {_listed(said)}."


def _listed(items: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(items[:-1]), items[-1]]))


def _apart(inside: int, size: int, outside: int, others: int) -> bool:
    held = inside >= 2 and inside >= _HELD * size
    return held and inside * others >= _LIFT * outside * size


def _of_venues(inside: Sequence[Paper], outside: Sequence[Paper]) -> str:
    counts = Counter(paper.venue for paper in inside if paper.venue)
    venue, count = max(counts.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    elsewhere = sum(paper.venue == venue for paper in outside)
    if count < _VENUE * len(inside) or not _apart(count, len(inside), elsewhere, len(outside)):
        return ""
    return f"Of its papers {count} have the venue “{venue}”, of the others {elsewhere or 'none'}."


def _of_years(inside: Sequence[Paper], outside: Sequence[Paper]) -> str:
    own, others = ([p.year for p in part if p.year is not None] for part in (inside, outside))
    if len(own) < _DATED * len(inside) or len(others) < _DATED * len(outside) or not others:
        return ""
    # It imports fractions and decimals, and few answers are grouped.
    from statistics import median_low

    middle, elsewhere = median_low(own), median_low(others)
    if abs(middle - elsewhere) < _YEARS:
        return ""
    newer = "newer" if middle > elsewhere else "older"
    return f"It is {newer}: the middle year of its papers is {middle}, of the others {elsewhere}."
