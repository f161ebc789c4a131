"""XML files: what arXiv, PubMed, Europe PMC and the ACL Anthology answer with or publish."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..errors import SourceError
from ..record import Record, Reject, Where
from ..sources import Source
from . import aclanthology as acl
from . import atom, europepmc, oaipmh, pubmed
from .fields import record_of
from .text import Sample, beginning, sample
from .xmltext import ENTITIES, Piece, declares_entities, elements, root_of
from .xmltree import Element, parse

__all__ = ["check_xml", "is_xml", "read_xml"]

_KINDS = (
    "arXiv's OAI-PMH answers (arXiv and arXivRaw) and Atom feed, PubMed's PubmedArticleSet, Europe "
    "PMC's answers and the ACL Anthology's collections"
)
_FieldsOf = Callable[[Element], Mapping[str, Any] | None]

_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_NAMESPACE = re.compile(r"\sxmlns(?::[\w.-]+)?\s*=\s*[\"']([^\"'<>]{1,200})")
_PUBMED = re.compile(r"<(?:PubmedArticle|PubmedBookArticle|MedlineCitation)[\s>]")
_OAI = re.compile(r"<(?:[\w.-]{1,40}:)?(?:arXiv|arXivRaw)[\s>]|openarchives\.org/OAI/2\.0/")
_FEED = re.compile(
    r"arxiv\.org/(?:schemas/atom|api/)|<id>\s*(?:(?:https?://)?[\w.]*arxiv\.org/|oai:arXiv)",
    re.IGNORECASE,
)
_ACL = re.compile(r"<(?:volume|paper)[\s>]")
_EUROPE_PMC = re.compile(r"<resultList[\s/>]|europepmc\.org/")
_KNOWN = {
    "rss": "an RSS feed",
    "feed": "an Atom feed that is none of arXiv's",
    "article": "an article's full text (JATS)",
    "pmc-articleset": "articles' full texts (JATS)",
    "eSearchResult": "PubMed's list of what a search found: get the records with EFetch",
    "eSummaryResult": "PubMed's summaries, without abstracts: get the records with EFetch",
    "eFetchResult": "an answer of PubMed's that says an error",
    "TEI": "a text in TEI",
    "modsCollection": "a list in MODS",
}


def is_xml(head: Sample) -> bool:
    """Whether a text is XML that Paperkin reads."""
    return bool(_kind(head))


def _kind(head: Sample) -> str:
    text = head.text
    root, _ = root_of(text)
    if not _NAME.fullmatch(root) or root.lower() == "html":
        return ""
    if root in ("PubmedArticleSet", "MedlineCitationSet") or _PUBMED.search(text):
        return "pubmed"
    if root in ("collection", "volume") and _ACL.search(text):
        return "acl"
    if root in ("feed", "entry") and _FEED.search(text):
        return "atom"
    if root == "responseWrapper" and _EUROPE_PMC.search(text):
        return "europepmc"
    return "oai" if root == "OAI-PMH" or _OAI.search(text) else ""


def _unknown(source: Source, head: Sample) -> SourceError:
    root, tag = root_of(head.text)
    if not head.text.lstrip().startswith("<"):
        return SourceError(
            f"{source.location} is no XML: leave the choice of a format to Paperkin."
        )
    space = _NAMESPACE.search(tag)
    named = f" with the root element <{root[:60]}>" if _NAME.fullmatch(root) else ""
    named += f" of {space[1]}" if space else ""
    kind = f", {_KNOWN[root]}" if root in _KNOWN else ""
    return SourceError(
        f"{source.location} is XML{named}{kind}. Of XML, Paperkin reads {_KINDS}: get one of "
        "these, or an export as JSON, CSV, BibTeX or RIS."
    )


def check_xml(source: Source, head: Sample) -> None:
    """Raises SourceError where XML is none that is read, or declares entities."""
    if declares_entities(head.text):
        raise SourceError(f"{source.location} is not read: {ENTITIES}.")
    if not is_xml(head):
        raise _unknown(source, head)


def read_xml(source: Source) -> Iterator[Record | Reject]:
    """Records of an XML file, in memory that does not grow with it; several documents may stand in
    one file, one after the other.

    What publishers deleted, and errors that a service answered with, are a Reject each.

    Raises SourceError, when first iterated, where the file is none that is read, or its document
    type declares entities.
    """
    head = sample(source)
    check_xml(source, head)
    place = acl.Place()
    whole, fields_of = {
        "acl": (acl.ACL_ELEMENTS, place.fields_of),
        "atom": (atom.ATOM_ELEMENTS, atom.fields_of),
        "europepmc": (europepmc.EUROPE_PMC_ELEMENTS, europepmc.fields_of),
        "oai": (oaipmh.OAI_ELEMENTS, oaipmh.fields_of),
        "pubmed": (pubmed.PUBMED_ELEMENTS, pubmed.fields_of),
    }[_kind(head)]
    opened = acl.ACL_OPENED if whole is acl.ACL_ELEMENTS else ()
    count = 0
    for piece in elements(source, head, whole, opened):
        if piece.name in opened:
            place.open(piece.name, piece.text)
            continue
        where = Where(source.location, piece.line, count + 1)
        made = _made(piece, where, fields_of)
        if made is not None:
            count += 1
            yield made


def _made(piece: Piece, where: Where, fields_of: _FieldsOf) -> Record | Reject | None:
    if piece.fault:
        return Reject(where, piece.fault, piece.text)
    try:
        fields = fields_of(parse(piece.text, piece.line))
    except ValueError as error:
        return Reject(where, str(error), beginning(piece.text))
    return None if fields is None else record_of(where, fields, piece.text)
