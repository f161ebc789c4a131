"""One paper from everything that is said of it: each field from the best record that has it."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeVar

from .content import Content, is_preprint_venue
from .dates import year_of
from .ids import is_preprint_doi, kind, url_of
from .naming import Names
from .paper import Paper
from .record import Json

__all__ = ["merge", "own_ids"]

_Value = TypeVar("_Value")


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


def own_ids(contents: Iterable[Content]) -> list[str]:
    """The ids a work can be called by where no outside id is known, sorted."""
    return sorted({content.own_id for content in contents})


def merge(
    contents: Sequence[Content],
    sources: Iterable[str],
    names: Names,
    outdated: Collection[bytes] = (),
) -> Paper:
    """The paper that the records of one work make together.

    The same records give the same paper in any order. `names` says what it is called (see
    naming.name_works). What the newest reading of its source holds no more (`outdated`, digests)
    speaks only where nothing else does.
    """
    ranked = sorted(contents, key=_authority)
    recent = [content for content in ranked if content.digest not in outdated]
    older = [content for content in ranked if content.digest in outdated]
    parts = [part for part in (recent, older) if part]
    ranked = [*recent, *older]
    titled = [content for content in ranked if content.title_given]
    venue = _first(ranked, lambda c: "" if is_preprint_venue(c.venue) else c.venue)
    extra: dict[str, Json] = {}
    for content in ranked:
        for name, value in content.extra.items():
            extra.setdefault(name, value)
    published = next(filter(None, map(_published, parts)), "")
    # Of several ids of a kind the smallest, but a publisher's DOI before a preprint server's.
    ordered = sorted(names.ids, key=lambda each: (is_preprint_doi(each), each), reverse=True)
    by_kind = {kind(each): each.partition(":")[2] for each in ordered}
    return Paper(
        id=names.id,
        title=titled[0].title if titled else ranked[0].title,
        abstract=next(filter(None, map(_abstract, parts)), ""),
        authors=_first(ranked, lambda c: c.authors) or (),
        published=published,
        year=year_of(published),
        venue=venue or _first(ranked, lambda c: c.venue) or "",
        categories=next(filter(None, map(_categories, parts)), ()),
        doi=by_kind.get("DOI", ""),
        arxiv_id=by_kind.get("arXiv", ""),
        url=_first(ranked, lambda c: c.url) or url_of(names.id),
        language=_first(ranked, lambda c: c.language) or "",
        ids=names.ids,
        sources=tuple(sorted(set(sources))),
        title_given=bool(titled),
        extra=extra,
    )


def _published(contents: Iterable[Content]) -> str:
    # As precisely as known, then the earliest.
    dates = (content.published for content in contents if content.published)
    return min(dates, key=lambda date: (-len(date), date), default="")


def _categories(contents: Iterable[Content]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for c in contents for each in c.categories))
