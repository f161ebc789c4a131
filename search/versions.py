"""Other versions of a paper that a library rightly keeps as works of their own: its extended
abstract, a reprint, a preprint whose abstract was written anew."""

from collections.abc import Sequence

from ..index.ids import normalise_title
from ..index.names import family_name
from ..index.paper import Paper
from ..index.snapshot import Snapshot
from ..index.titles import Weight, weight
from .copies import copies_of
from .view import View

__all__ = ["versions_of"]

_FORMS = (
    " extended abstract",
    " extended version",
    " full version",
    " full paper",
    " long version",
    " short version",
    " short paper",
    " student abstract",
    " abstract reprint",
    " reprint",
    " preprint",
    " demo",
    " demo paper",
    " poster",
    " invited paper",
    " invited talk",
    " journal version",
    " technical report",
)
"""What stands behind a title, mostly in brackets, to tell a version of a paper."""
_YEARS_APART = 3
"""What one author calls by one title further apart than this is written anew, as every year's
overview of a task is."""


def versions_of(snapshot: Snapshot, view: View, numbers: Sequence[int]) -> list[int]:
    """The papers of a library, ascending, that are other versions of these: with a near-identical
    abstract (`copies_of`), or with the same title, but for words that tell a version, and an author
    in common."""
    found = set(copies_of(snapshot, numbers))
    for number, paper in snapshot.papers(numbers).items():
        title = _plain_title(paper)
        if not title:
            continue
        forms = (title, *(title + form for form in _FORMS))
        others = {other for form in forms for other in view.lexicon.titled(form).tolist()}
        papers = snapshot.papers(sorted(others - {number} - found))
        found |= {other for other, said in papers.items() if _is_version(paper, said)}
    return sorted(found)


def _plain_title(paper: Paper) -> str:
    """A title as it is compared, without what tells a version; "" where nobody gave one."""
    if not paper.title_given:
        return ""
    title = normalise_title(paper.title)
    for form in _FORMS:
        # Nothing but "Demo" is no version of anything.
        if title.removesuffix(form) != title and weight(title.removesuffix(form)):
            return title.removesuffix(form)
    return title


def _is_version(paper: Paper, other: Paper) -> bool:
    """Whether one of two papers of one title is a version of the other."""
    if weight(_plain_title(paper)) is Weight.NOTHING:
        return bool(paper.abstract) and paper.abstract == other.abstract
    if paper.year and other.year and abs(paper.year - other.year) > _YEARS_APART:
        return False
    authors, others = ({family_name(name) for name in each.authors} for each in (paper, other))
    return bool(authors & others) or not (authors or others)
