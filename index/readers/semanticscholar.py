"""Papers as Semantic Scholar gives them: in answers of its API, and in the files of its data sets.

A data set keeps the abstracts of papers apart from all else, joined by "corpusid": an abstract is a
record by itself, and the library makes one paper of both by that id, in whatever order and build
they come. Shapes: https://api.semanticscholar.org/api-docs (graph, datasets).
"""

import re
from collections.abc import Mapping

from ..record import Json
from .jsontext import decode
from .values import text_of

__all__ = [
    "holds_abstracts",
    "is_semantic_scholar",
    "semantic_scholar_fields",
    "semantic_scholar_other",
]

Object = Mapping[str, Json]

_SHA = re.compile(r"[0-9a-f]{40}")
_AROUND = ("citingPaper", "citedPaper")
_OWN = frozenset({"paperId", "corpusid", "corpusId", "externalids", "externalIds"})
_OTHERS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"citingcorpusid", "citedcorpusid"}), "a citation"),
    (frozenset({"corpusid", "sha", "primary"}), "one of its paper ids"),
    (frozenset({"corpusid", "model", "text"}), "a summary of a paper (tldr)"),
    (frozenset({"corpusid", "vector"}), "the vector of a paper"),
    (frozenset({"corpusid", "content"}), "the full text of a paper (s2orc)"),
    (frozenset({"corpusid", "body"}), "the full text of a paper (s2orc)"),
    (frozenset({"authorid", "name"}), "an author"),
    (frozenset({"authorId", "name"}), "an author"),
    (frozenset({"id", "name", "alternate_names"}), "a venue"),
)
_MAPPED = frozenset(
    "title abstract authors publicationdate year publicationvenue venue journal corpusid "
    "externalids openaccessinfo paperid fieldsofstudy s2fieldsofstudy url openaccesspdf "
    "categories citationcount tldr citations references embedding".split()
)


def is_semantic_scholar(value: Object) -> bool:
    """Whether an object is a paper of Semantic Scholar, the abstract of one, or around one."""
    return not _OWN.isdisjoint(value) or any(isinstance(value.get(n), dict) for n in _AROUND)


def semantic_scholar_other(value: Object) -> str:
    """What an object of Semantic Scholar is ("a citation") that is no paper; "" for all else."""
    if "title" in value or "abstract" in value:
        return ""
    return next((what for names, what in _OTHERS if names <= value.keys()), "")


def holds_abstracts(text: str) -> bool:
    """Whether the beginning of a file is that of the data set of abstracts."""
    line = text.lstrip("\ufeff \t\r\n").partition("\n")[0]
    try:
        value = decode(line)
    except ValueError:
        return False
    return (
        isinstance(value, dict) and "title" not in value and {"corpusid", "abstract"} <= set(value)
    )


def semantic_scholar_fields(value: Object) -> dict[str, object]:
    """The fields of a paper or of an abstract, by names that `record_of` knows."""
    paper = next((p for name in _AROUND if isinstance(p := value.get(name), dict)), value)
    corpus = text_of(_either(paper, "corpusId"))
    sha = text_of(paper.get("paperId"))
    access = paper.get("openaccessinfo")
    ids = _either(paper, "externalIds")
    if not isinstance(ids, dict):
        ids = access.get("externalids") if isinstance(access, dict) else None
    claims = dict(ids) if isinstance(ids, dict) else {}
    claims.pop("MAG", None)
    if _SHA.fullmatch(sha):
        claims["S2"] = sha
    journal = paper.get("journal")
    journal = journal if isinstance(journal, dict) else {}
    return {
        **{name: item for name, item in paper.items() if name.lower() not in _MAPPED},
        "title": paper.get("title"),
        "abstract": paper.get("abstract"),
        "authors": paper.get("authors"),
        "published": _either(paper, "publicationDate") or paper.get("year"),
        "venue": text_of(_either(paper, "publicationVenue"))
        or text_of(paper.get("venue"))
        or text_of(journal.get("name")),
        # An object may have taken no more than the id from there.
        "categories": _fields_of_study(paper) or paper.get("categories"),
        "corpus id": corpus,
        "external ids": claims,
        "key": sha or corpus,
        "url": [u for u in (text_of(paper.get("url")), _open_access(paper)) if u],
        "volume": journal.get("volume"),
        "pages": journal.get("pages"),
        "type": text_of(_either(paper, "publicationTypes")),
        "cited_by_count": _either(paper, "citationCount"),
        "tldr": text_of(paper.get("tldr")),
    }


def _either(paper: Object, name: str) -> Json:
    """A field that the API writes in camel case and the data sets in small letters."""
    value = paper.get(name)
    return value if value is not None else paper.get(name.lower())


def _open_access(paper: Object) -> str:
    found = paper.get("openAccessPdf")
    return text_of(found.get("url")) if isinstance(found, dict) else ""


def _fields_of_study(paper: Object) -> list[str]:
    named = (paper.get("fieldsOfStudy"), _either(paper, "s2FieldsOfStudy"))
    texts = (text_of(each) for several in named if isinstance(several, list) for each in several)
    return list(dict.fromkeys(text for text in texts if text))
