"""Searches for papers by relevance, by title and for texts, as Semantic Scholar answers them."""

from collections import Counter
from typing import Any

from starlette.datastructures import QueryParams

from ...index.ids import normalise_title
from ...index.names import name_words
from ...index.paper import Paper
from ...search.completion import Titles
from ...search.hits import DEEPEST, Hit
from ...search.library import Library
from ...search.sentences import sentences
from .documents import documents, find
from .fields import PAPER, SNIPPET, parse, project
from .papers import external_ids, open_pdf
from .parameters import Keep, Refused, filters_in, keep_in, page_in, whole

__all__ = ["completions", "match_page", "search_page", "snippet_page"]

_RELEVANT = 1000
"""Relevance search goes no further."""
_CANDIDATES = 20
_ALIKE = 0.5
"""The part of the words that a title must share with what was asked for."""
_COMPLETIONS = 10
_LONGEST_TYPED = 100


def _query(params: QueryParams) -> str:
    query = params.get("query", "").strip()
    if not query:
        raise Refused(400, "Unacceptable query params: [query=]")
    return query


def _found(
    library: Library, params: QueryParams, query: str, offset: int, limit: int, keep: Keep | None
) -> tuple[int, list[Hit]]:
    """How many papers answer, and those on a page."""
    filters = filters_in(params)
    if keep is None:
        hits = library.search(query, limit, offset=offset, **filters)
        return hits.total, list(hits)
    # The library has no filter for this: it is looked for among all that it would show.
    kept = [hit for hit in library.search(query, DEEPEST, **filters) if keep(hit.paper)]
    return len(kept), kept[offset : offset + limit]


def search_page(library: Library, params: QueryParams) -> dict[str, object]:
    """A page of the papers that answer a query best. Raises Refused, QueryError, ModelError,
    LibraryError and its kinds."""
    fields = parse(params.get("fields"), PAPER, ("paperId", "title"))
    query = _query(params)
    offset, limit = page_in(params, 100, furthest=DEEPEST)
    if offset + limit >= _RELEVANT:
        raise Refused(
            400,
            f"Relevance search offset + limit must be < {_RELEVANT}. Consider "
            "'/paper/search/bulk' for more.",
        )
    total, hits = _found(library, params, query, offset, limit, keep_in(params))
    if offset and offset >= total:
        raise Refused(400, "Requested data for this limit and/or offset is not available")
    page: dict[str, object] = {"total": total, "offset": offset}
    end = offset + len(hits)
    # Clients ask for the next page with the same limit: none is promised that would be refused.
    if end < total and end + limit < _RELEVANT:
        page["next"] = end
    with library.store.read() as snapshot:
        page["data"] = documents(snapshot, [hit.paper for hit in hits], fields)
    return page


def match_page(library: Library, params: QueryParams) -> dict[str, object]:
    """The paper whose title is most like a query. Raises Refused where none is much like it, and
    as search_page."""
    fields = parse(params.get("fields"), PAPER, ("paperId", "title"))
    query = _query(params)
    _, hits = _found(library, params, query, 0, _CANDIDATES, keep_in(params))
    scored = [(_alike(query, hit.title), hit.paper) for hit in hits]
    score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    if best is None or score < _ALIKE:
        raise Refused(404, "Title match not found")
    with library.store.read() as snapshot:
        (document,) = documents(snapshot, [best], fields)
    return {"data": [{**document, "matchScore": round(100 * score, 4)}]}


def _alike(one: str, other: str) -> float:
    """The words that two titles share, from 0 to 1 (L. R. Dice, 1945)."""
    words, others = (Counter(normalise_title(each).split()) for each in (one, other))
    both = words.total() + others.total()
    return 2 * (words & others).total() / both if both else 0.0


def completions(titles: Titles, params: QueryParams) -> dict[str, object]:
    """Titles that go on from what was typed."""
    papers = titles.complete(params.get("query", "")[:_LONGEST_TYPED], _COMPLETIONS)
    return {
        "matches": [
            {"id": paper.id, "title": paper.title, "authorsYear": _byline(paper)}
            for paper in papers
        ]
    }


def _byline(paper: Paper) -> str:
    families = [name.split()[-1] for name in paper.authors if name.split()]
    said = f"{families[0]} et al." if len(families) > 2 else " & ".join(families)
    return ", ".join(each for each in (said, str(paper.year or "")) if each)


def snippet_page(library: Library, params: QueryParams) -> dict[str, object]:
    """Abstracts (or titles, of papers without one) that answer a query. Raises as search_page."""
    fields = parse(params.get("fields"), SNIPPET, ("snippet",))["snippet"]
    query = _query(params)
    limit = whole(params, "limit", 10, 1)
    if limit > 1000:
        raise Refused(400, "'limit' must be <= 1000")
    wanted = _wanted(library, params)
    keep = keep_in(params)

    def passes(paper: Paper) -> bool:
        return (keep is None or keep(paper)) and wanted(paper)

    narrowed = keep is not None or bool(params.get("paperIds") or params.get("authors"))
    _, hits = _found(library, params, query, 0, limit, passes if narrowed else None)
    return {"data": [_snippet(hit, fields) for hit in hits], "retrievalVersion": "paperkin"}


def _wanted(library: Library, params: QueryParams) -> Keep:
    """Whether a paper is one of `paperIds`, and has authors with all of the names of `authors`."""
    named = [each for each in params.get("paperIds", "").split(",") if each.strip()]
    people = [set(name_words(each)) for each in params.get("authors", "").split(",")]
    with library.store.read() as snapshot:
        numbers = [find(snapshot, each) for each in named]
        known = snapshot.ids_of(number for number in numbers if number is not None)
    ids = set(known.values())

    def wanted(paper: Paper) -> bool:
        names = [set(name_words(name)) for name in paper.authors]
        return (not named or paper.id in ids) and all(
            any(person <= name for name in names) for person in people if person
        )

    return wanted


def _snippet(hit: Hit, fields: Any) -> dict[str, object]:
    paper = hit.paper
    text = paper.abstract or paper.title
    spans = [{"start": start, "end": end} for start, end in sentences(text)]
    snippet = {
        "text": text,
        "snippetKind": "abstract" if paper.abstract else "title",
        "section": None,
        "snippetOffset": {"start": 0, "end": len(text)},
        "annotations": {"sentences": spans, "refMentions": None},
    }
    corpus = external_ids(paper).get("CorpusId")
    free = open_pdf(paper)
    return {
        "score": hit.score,
        "paper": {
            "corpusId": None if corpus is None else str(corpus),
            "title": paper.title,
            "authors": list(paper.authors),
            "openAccessInfo": {
                "license": None,
                "status": None if free is None else free["status"],
                "disclaimer": None,
            },
        },
        "snippet": project(snippet, fields),
    }
