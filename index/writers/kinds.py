"""What kind of publication a paper is, in BibTeX's words: an article, a thesis, a book."""

import re

from ..content import is_preprint_venue
from ..paper import Paper
from .extras import bibliographic

__all__ = ["VENUE_FIELDS", "is_only_arxiv", "kind_of"]

_KINDS = {
    # What sources call the kind of a publication, letters only: BibTeX, BibLaTeX, RIS, Crossref.
    "article": "article jour journalarticle articlejournal",
    "inproceedings": "inproceedings conference cpaper conf proceedingsarticle conferencepaper "
    "paperconference",
    "incollection": "incollection inbook chap bookchapter booksection chapter",
    "book": "book mvbook collection monograph",
    "phdthesis": "phdthesis thesis thes dissertation",
    "mastersthesis": "mastersthesis",
    "techreport": "techreport report rprt",
    "proceedings": "proceedings mvproceedings",
    "unpublished": "unpublished unpb",
    "manual": "manual",
}
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names.split()}
_KIND_NAMED_IN = ("entry_type", "type_of_reference", "type", "document_type")
VENUE_FIELDS = {
    "article": "journal",
    "inproceedings": "booktitle",
    "incollection": "booktitle",
    "phdthesis": "school",
    "mastersthesis": "school",
    "techreport": "institution",
}
"""Where a venue stands; without one, an entry of these types would not be valid."""
_MEETING = re.compile(
    r"\b(?:proceedings|proc\.|conference|workshop|symposium|congress|meeting|tagung|kongress"
    r"|colloque|actes|findings of)(?!\w)",
    re.IGNORECASE,
)
_SERIES = re.compile(r"[A-Z][A-Za-z]*[A-Z][A-Za-z+&/-]*(?: ?['’]?\d{2,4})?")
"""A name such as NeurIPS, EMNLP or "ICML 2021": journals of such names are rare."""
_JOURNALS = frozenset(
    "PNAS JAMA BMJ PLOS JASA JMLR TMLR TACL JACM CACM TOIS TPAMI BMC IEEE".split()
)
_WORD = re.compile(r"[^\W_]+")


def kind_of(paper: Paper) -> str:
    """The type of a BibTeX entry: what the source says, else what the venue looks like; "misc"
    where nothing tells, and where arXiv is all there is to say."""
    said = (paper.extra.get(name) for name in _KIND_NAMED_IN)
    letters = ("".join(filter(str.isalpha, each)).lower() for each in said if isinstance(each, str))
    kind = next((_KIND_OF[each] for each in letters if each in _KIND_OF), "")
    unhoused = kind in VENUE_FIELDS and not paper.venue and not _names_house(paper, kind)
    if is_only_arxiv(paper) or unhoused:
        return "misc"
    if kind or not paper.venue:
        return kind or "misc"
    meeting = _MEETING.search(paper.venue) or (
        _SERIES.fullmatch(paper.venue) and not _JOURNALS & set(_WORD.findall(paper.venue))
    )
    return "inproceedings" if meeting and not is_preprint_venue(paper.venue) else "article"


def is_only_arxiv(paper: Paper) -> bool:
    """Whether arXiv is all there is to say of where a paper stands."""
    return bool(paper.arxiv_id) and (not paper.venue or is_preprint_venue(paper.venue))


def _names_house(paper: Paper, kind: str) -> bool:
    return VENUE_FIELDS[kind] in bibliographic(paper.extra)
