"""Papers as BibTeX entries, which BibTeX, Biber and the library's own reader take."""

import re
from collections.abc import Iterable, Iterator
from textwrap import wrap
from urllib.parse import quote

from ..names import family_name, fold, is_organisation, parted_suffix
from ..paper import Paper
from .extras import bibliographic, keywords, listed
from .kinds import VENUE_FIELDS, is_only_arxiv, kind_of

__all__ = ["bibtex", "write_bibtex", "write_bibtex_file"]

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
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
    taken: dict[str, int] = {}
    for paper in papers:
        yield _entry(paper, _unique(_key(paper), taken))


def bibtex(papers: Iterable[Paper]) -> str:
    """All entries as the text of a .bib file; "" for no papers."""
    return "".join(write_bibtex_file(papers))


def write_bibtex_file(papers: Iterable[Paper]) -> Iterator[str]:
    """A .bib file, entry by entry, with an empty line between them."""
    for count, entry in enumerate(write_bibtex(papers)):
        yield f"\n{entry}" if count else entry


def _entry(paper: Paper, key: str) -> str:
    kind = kind_of(paper)
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
    kept = bibliographic(paper.extra)
    if paper.venue and not is_only_arxiv(paper):
        kept.pop(VENUE_FIELDS.get(kind, "howpublished"), None)
        yield VENUE_FIELDS.get(kind, "howpublished"), _braced(_escaped(paper.venue))
    if VENUE_FIELDS.get(kind) not in ("journal", "booktitle"):
        # No style looks at it; the library's own reader takes it for what it is.
        yield "publicationvenue", _braced(_escaped(paper.venue))
    for name, value in kept.items():
        yield name, _braced(_escaped(value).replace("–", "--" if name == "pages" else "–"))
    yield "doi", _braced(_verbatim(paper.doi))
    if paper.arxiv_id:
        yield "eprint", _braced(paper.arxiv_id)
        yield "archiveprefix", "{arXiv}"
    told = {f"DOI:{paper.doi}", f"arXiv:{paper.arxiv_id}"}
    for name, field in _OTHER_IDS.items():
        own = next((each for each in paper.ids if each.startswith(f"{name}:")), "")
        told.add(own)
        yield field, _braced(_verbatim(own.partition(":")[2]))
    further = "; ".join(each for each in paper.ids if each not in told)
    yield "externalids", _braced(re.sub(r"[{}]", lambda found: quote(found[0]), further))
    yield "url", _braced(_verbatim(paper.url))
    yield "categories", _braced(_escaped(listed(paper.categories)))
    yield "keywords", _braced(_escaped(listed(keywords(paper.extra))))
    yield "language", _braced(_escaped(paper.language))
    yield "abstract", _braced(_paragraphs(paper.abstract))


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


def _unique(key: str, taken: dict[str, int]) -> str:
    unique, count = key, taken.get(key, 0)
    while count and (unique := f"{key}-{count + 1}") in taken:
        count += 1
    taken[key] = count + 1
    taken.setdefault(unique, 1)
    return unique
