"""Papers as HTTP clients get them: named as Semantic Scholar names them."""

from collections.abc import Callable, Collection, Mapping

from ..index.errors import QueryError
from ..index.ids import kind
from ..index.paper import Paper
from ..search.groups import Group
from ..search.hits import Hit, Hits
from ..search.why import Why

__all__ = [
    "OUTSIDE",
    "PAPER_FIELDS",
    "answer_document",
    "fields_form",
    "paper_document",
    "parse_fields",
]

_DAY = len("2021-06-30")
OUTSIDE = {
    "arXiv": "ArXiv",
    "DOI": "DOI",
    "ACL": "ACL",
    "PMID": "PubMed",
    "PMCID": "PubMedCentral",
    "CorpusId": "CorpusId",
}
_PLACE: Mapping[str, Callable[[Hit], object]] = {
    "rank": lambda hit: hit.rank,
    "score": lambda hit: hit.score,
    "confidence": lambda hit: hit.confidence,
    "nearIdentical": lambda hit: list(hit.near_identical),
}
_OF_GROUPS = {"papers": "paperIds", "id": "paperId"}
"""What is called otherwise here than on the command line."""


_OF_HITS = (*_PLACE, "why", "becauseOf")


def _external_ids(paper: Paper) -> dict[str, str]:
    """One id of each kind: the paper's own where it has several."""
    found: dict[str, str] = {}
    own = (paper.id, f"arXiv:{paper.arxiv_id}", f"DOI:{paper.doi}")
    for each in (*(id for id in own if id in paper.ids), *paper.ids):
        name = OUTSIDE.get(kind(each))
        if name:
            found.setdefault(name, each.partition(":")[2])
    return found


_FIELDS: Mapping[str, Callable[[Paper], object]] = {
    "paperId": lambda paper: paper.id,
    "title": lambda paper: paper.title,
    "abstract": lambda paper: paper.abstract or None,
    "authors": lambda paper: [{"name": name} for name in paper.authors],
    "year": lambda paper: paper.year,
    "publicationDate": lambda paper: paper.published if len(paper.published) == _DAY else None,
    "published": lambda paper: paper.published or None,
    "venue": lambda paper: paper.venue or None,
    "externalIds": _external_ids,
    "url": lambda paper: paper.url or None,
    "categories": lambda paper: list(paper.categories),
    "language": lambda paper: paper.language or None,
    "sources": lambda paper: list(paper.sources),
}
PAPER_FIELDS = tuple(_FIELDS)


def parse_fields(text: str | None, *, hits: bool = False) -> tuple[str, ...]:
    """The paper fields that "title,year" asks for, in the order of PAPER_FIELDS, paperId always.

    None asks for all. With `hits` the names of a hit's own fields, which are there in any case, may
    stand among them. Raises QueryError for a name that is no field.
    """
    if text is None:
        return PAPER_FIELDS
    asked = [name.strip() for name in text.split(",")]
    known = (*PAPER_FIELDS, *_OF_HITS) if hits else PAPER_FIELDS
    for name in asked:
        if name not in known:
            raise QueryError(
                f"There is no field {name!r}. The fields are: {', '.join(known)}.", "fields"
            )
    return tuple(name for name in PAPER_FIELDS if name == "paperId" or name in asked)


def fields_form(*, hits: bool = False) -> str:
    """What `parse_fields` takes, as a regular expression."""
    known = (*PAPER_FIELDS, *_OF_HITS) if hits else PAPER_FIELDS
    name = rf"\s*({'|'.join(known)})\s*"
    return f"^{name}(,{name})*$"


def paper_document(paper: Paper, fields: Collection[str] = PAPER_FIELDS) -> dict[str, object]:
    """A paper's fields by name; absent text is null."""
    return {name: _FIELDS[name](paper) for name in fields}


def answer_document(hits: Hits, fields: Collection[str] = PAPER_FIELDS) -> dict[str, object]:
    """A page of an answer; each paper with its rank, score, confidence and the papers that it
    stands for, and why it is there where that was asked for. Of a query, how sure the answer is,
    how it was understood where words were misspelled, and how it may have been meant. `remark` is
    what a person should be told of it."""
    reranked = hits.reranked.as_dict() if hits.reranked else None
    asked = {
        "verdict": hits.verdict,
        "confidence": hits.confidence,
        "corrected": hits.corrected,
        "suggestion": hits.suggestion,
    }
    return {
        "total": hits.total,
        "offset": hits.offset,
        "next": hits.next,
        "sort": hits.sort,
        **(asked if hits.ids is None else {"unknown": list(hits.unknown)}),
        **({} if hits.unlike is None else {"interests": [list(each) for each in hits.interests]}),
        "remark": hits.remark,
        "reranked": reranked,
        "fingerprint": hits.fingerprint,
        **({"groups": [_group(each) for each in hits.groups]} if hits.groups is not None else {}),
        "data": [{**paper_document(hit.paper, fields), **_place(hit)} for hit in hits],
    }


def _place(hit: Hit) -> dict[str, object]:
    place = {name: value(hit) for name, value in _PLACE.items()}
    if hit.because_of:
        place["becauseOf"] = list(hit.because_of)
    return place if hit.why is None else {**place, "why": _why(hit.why)}


def _group(group: Group) -> dict[str, object]:
    said = group.as_dict()
    return _renamed({**said, "best": [_renamed(each) for each in said["best"]]})


def _renamed(said: Mapping[str, object]) -> dict[str, object]:
    return {_OF_GROUPS.get(name, name): value for name, value in said.items()}


def _why(why: Why) -> dict[str, object]:
    parts = {_camel(name): part for name, part in why.parts.items()}
    return {**why.as_dict(), "parts": parts}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.title, rest))
