"""Papers as BibTeX entries, which BibTeX, Biber and the library's own reader take."""

import re
from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap
from urllib.parse import quote

from ..clean import clean_title
from ..content import is_preprint_venue
from ..names import family_name, fold, is_organisation, parted_suffix
from ..paper import Paper

__all__ = ["bibtex", "write_bibtex"]

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_KINDS = {
    # What sources call the kind of a publication, letters only: BibTeX, BibLaTeX, RIS, Crossref.
    "article": "article jour journalarticle",
    "inproceedings": "inproceedings conference cpaper conf proceedingsarticle conferencepaper",
    "incollection": "incollection inbook chap bookchapter booksection",
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
_VENUE = {
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
_KEPT = {
    # What a source says beyond the fields of a paper, and is BibTeX's too.
    "volume": "volume",
    "number": "number",
    "issue": "number",
    "pages": "pages",
    "publisher": "publisher",
    "series": "series",
    "edition": "edition",
    "school": "school",
    "institution": "institution",
    "isbn": "isbn",
    "issn": "issn",
}
_OTHER_IDS = {"PMID": "pmid", "PMCID": "pmcid", "ACL": "aclid", "CorpusId": "corpusid"}
_STOP = frozenset(
    "a an the on of in for to and with by from at is are what how why do does".split()
)
_LATEX = str.maketrans(
    {
        **{each: f"\\{each}" for each in "{}$&%#_"},
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
    }
)
_BRACES = {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
_WORD = re.compile(r"[^\W_]+")
_AT = re.compile(r"^( *)@", re.MULTILINE)
_LINE = 96


def write_bibtex(papers: Iterable[Paper]) -> Iterator[str]:
    """One entry a paper, with keys that differ ("lovelace1843sketch"), in UTF-8 characters.

    The type of an entry is what its source says, else what its venue looks like; without a venue
    it is @misc. arXiv papers have their eprint. Capitals inside words are kept from BibTeX styles
    by braces. What is LaTeX's own is escaped.
    """
    taken: set[str] = set()
    for paper in papers:
        yield _entry(paper, _unique(_key(paper), taken))


def bibtex(papers: Iterable[Paper]) -> str:
    """All entries as the text of a .bib file; "" for no papers."""
    return "\n".join(write_bibtex(papers))


def _entry(paper: Paper, key: str) -> str:
    kind = _kind(paper)
    lines = [f"  {name} = {value}," for name, value in _fields(paper, kind) if value]
    return "\n".join([f"@{kind}{{{key},", *lines, "}", ""])


def _fields(paper: Paper, kind: str) -> Iterator[tuple[str, str]]:
    yield "author", _braced(" and ".join(map(_author, paper.authors)))
    yield "title", _braced(_capitals_kept(paper.title))
    year, _, rest = paper.published.partition("-")
    month, _, day = rest.partition("-")
    yield "year", _braced(year or ("" if paper.year is None else str(paper.year)))
    yield "month", _MONTHS[int(month) - 1] if month.isdecimal() and 1 <= int(month) <= 12 else ""
    yield "day", _braced(day.lstrip("0"))
    kept = _kept(paper.extra)
    if paper.venue and not _is_arxiv(paper):
        kept.pop(_VENUE.get(kind, "howpublished"), None)
        yield _VENUE.get(kind, "howpublished"), _braced(_escaped(paper.venue))
    for name, value in kept.items():
        yield name, _braced(_escaped(value).replace("–", "--" if name == "pages" else "–"))
    yield "doi", _braced(_verbatim(paper.doi))
    if paper.arxiv_id:
        yield "eprint", _braced(paper.arxiv_id)
        yield "archiveprefix", "{arXiv}"
    for each in paper.ids:
        name, _, value = each.partition(":")
        yield _OTHER_IDS.get(name, ""), _braced(_verbatim(value)) if name in _OTHER_IDS else ""
    yield "url", _braced(_verbatim(paper.url))
    yield "categories", _braced(_escaped(", ".join(paper.categories)))
    yield "keywords", _braced(_escaped(", ".join(_keywords(paper.extra))))
    yield "language", _braced(_escaped(paper.language))
    yield "abstract", _braced(_paragraphs(paper.abstract))


def _kind(paper: Paper) -> str:
    said = (paper.extra.get(name) for name in _KIND_NAMED_IN)
    letters = ("".join(filter(str.isalpha, each)).lower() for each in said if isinstance(each, str))
    kind = next((_KIND_OF[each] for each in letters if each in _KIND_OF), "")
    if _is_arxiv(paper) or (kind in _VENUE and not paper.venue and not _names_house(paper, kind)):
        return "misc"
    if kind or not paper.venue:
        return kind or "misc"
    meeting = _MEETING.search(paper.venue) or (
        _SERIES.fullmatch(paper.venue) and not _JOURNALS & set(_WORD.findall(paper.venue))
    )
    return "inproceedings" if meeting and not is_preprint_venue(paper.venue) else "article"


def _is_arxiv(paper: Paper) -> bool:
    """Whether arXiv is all there is to say of where a paper stands."""
    return bool(paper.arxiv_id) and (not paper.venue or is_preprint_venue(paper.venue))


def _names_house(paper: Paper, kind: str) -> bool:
    return _VENUE[kind] in _kept(paper.extra)


def _kept(extra: Mapping[str, object]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in extra.items():
        field = _KEPT.get(name.lower())
        if field is None or isinstance(value, bool) or not isinstance(value, str | int):
            continue
        if text := clean_title(str(value)):
            found.setdefault(field, text)
    return found


def _keywords(extra: Mapping[str, object]) -> list[str]:
    found = extra.get("keywords")
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _author(name: str) -> str:
    if is_organisation(name) or "," in name or re.search(r"\band\b", name, re.IGNORECASE):
        return _braced(_escaped(name))
    before, suffix = parted_suffix(name)
    first, _, last = before.rpartition(" ")
    return _escaped(f"{last}, {suffix}, {first}" if suffix and first else name)


def _braced(text: str) -> str:
    return f"{{{text}}}" if text else ""


def _escaped(text: str) -> str:
    """A text as LaTeX writes it. Braces that do not pair are written by name: BibTeX counts them,
    escaped or not."""
    table = _LATEX
    if not _pairs(text):
        table = {**_LATEX, **{ord(brace): said for brace, said in _BRACES.items()}}
    # Two hyphens side by side would be a dash.
    return text.translate(table).replace("--", "-{}-")


def _pairs(text: str) -> bool:
    depth = 0
    for brace in re.findall(r"[{}]", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _capitals_kept(title: str) -> str:
    """A title with braces around words that have capitals inside ("{BERT}", "{mRNA}"): many styles
    write the rest in small letters."""
    if title.isupper():
        return _escaped(title)
    parts, at = [], 0
    for word in _WORD.finditer(title):
        parts.append(title[at : word.start()])
        inside = any(each.isupper() for each in word[0][1:])
        parts.append(f"\0{word[0]}\1" if inside else word[0])
        at = word.end()
    # Escaped as a whole: whether braces pair is known only then.
    escaped = _escaped("".join([*parts, title[at:]]))
    return escaped.replace("\0", "{").replace("\1", "}")


def _paragraphs(text: str) -> str:
    """An abstract in lines that can be read."""
    lines = [
        line
        for paragraph in _escaped(text).split("\n\n")
        for line in ["", *wrap(paragraph, _LINE, break_long_words=False, break_on_hyphens=False)]
    ]
    # A line that begins with @ would be the next entry to many programs.
    return _AT.sub(r"\1{@}", "\n    ".join(lines[1:]))


def _verbatim(text: str) -> str:
    """An id or an address, in which nothing is escaped."""
    return re.sub(r"[{}\s]", lambda found: quote(found[0]), text)


def _key(paper: Paper) -> str:
    family = family_name(paper.authors[0]) if paper.authors else ""
    words = (_ascii(word) for word in _WORD.findall(paper.title))
    first = next((word for word in words if word and word not in _STOP), "")
    year = "" if paper.year is None else str(paper.year)
    return f"{_ascii(family)}{year}{first}" if _ascii(family) or first else _ascii(paper.id)


def _ascii(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text))


def _unique(key: str, taken: set[str]) -> str:
    unique, count = key, 1
    while unique in taken:
        count += 1
        unique = f"{key}-{count}"
    taken.add(unique)
    return unique
