"""One paper from everything that is said of it: each field from the best record that has it."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from .content import Content
from .dates import year_of
from .ids import is_preprint_doi, kind, preferred, url_of
from .names import fold
from .paper import Paper
from .record import Json

__all__ = ["merge", "own_ids"]

_Value = TypeVar("_Value")

_PREPRINT_SERVERS = frozenset(
    "arxiv biorxiv medrxiv chemrxiv ssrn preprint corr openreview techrxiv psyarxiv".split()
)


def _authority(content: Content) -> tuple[object, ...]:
    # How much a record knows. The digest comes last, so that equals are ordered the same way
    # whatever the order they were read in.
    filled = (content.authors, content.published, content.venue, content.categories, content.url)
    return (
        not content.ids,
        -sum(bool(value) for value in filled),
        -len(content.abstract),
        content.digest,
    )


def _first(contents: Iterable[Content], of: Callable[[Content], _Value]) -> _Value | None:
    return next((value for value in map(of, contents) if value), None)


def _abstract(ranked: Sequence[Content]) -> str:
    # A record that knows more is trusted with the abstract too, unless it has only a piece of it.
    longest = max((content.abstract for content in ranked), key=lambda text: (len(text), text))
    chosen = next(c.abstract for c in ranked if len(c.abstract) >= 0.6 * len(longest))
    return longest if longest.startswith(chosen.rstrip(" .…")) else chosen


def _is_preprint(venue: str) -> bool:
    words = fold(venue).replace(":", " ").replace(".", " ").split()
    return bool(words) and words[0] in _PREPRINT_SERVERS


def own_ids(contents: Iterable[Content]) -> list[str]:
    """The ids a work can be called by where no outside id is known, sorted."""
    return sorted({content.own_id for content in contents})


def merge(contents: Sequence[Content], sources: Iterable[str]) -> Paper:
    """The paper that the records of one work make together.

    The same records give the same paper in any order. Its id is the best of the outside ids, or
    else the smallest of the records' own.
    """
    ranked = sorted(contents, key=_authority)
    ids = sorted({each for content in ranked for each in content.ids})
    titled = [content for content in ranked if content.title_given]
    published = min(
        (content.published for content in ranked if content.published),
        key=lambda date: (-len(date), date),
        default="",
    )
    venue = _first(ranked, lambda c: "" if _is_preprint(c.venue) else c.venue)
    extra: dict[str, Json] = {}
    for content in ranked:
        for name, value in content.extra.items():
            extra.setdefault(name, value)
    paper_id = preferred(ids) or own_ids(ranked)[0]
    # Of several ids of a kind the smallest, but a publisher's DOI before a preprint server's.
    ordered = sorted(ids, key=lambda each: (is_preprint_doi(each), each), reverse=True)
    by_kind = {kind(each): each.partition(":")[2] for each in ordered}
    return Paper(
        id=paper_id,
        title=titled[0].title if titled else ranked[0].title,
        abstract=_abstract(ranked),
        authors=_first(ranked, lambda c: c.authors) or (),
        published=published,
        year=year_of(published),
        venue=venue or _first(ranked, lambda c: c.venue) or "",
        categories=tuple(dict.fromkeys(each for c in ranked for each in c.categories)),
        doi=by_kind.get("DOI", ""),
        arxiv_id=by_kind.get("arXiv", ""),
        url=_first(ranked, lambda c: c.url) or (url_of(paper_id) if ids else ""),
        language=_first(ranked, lambda c: c.language) or "",
        ids=tuple(ids),
        sources=tuple(sorted(set(sources))),
        title_given=bool(titled),
        extra=extra,
    )
