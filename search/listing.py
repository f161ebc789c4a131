"""An answer as lines of text, for `print` and for Python in a terminal."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..index.card import byline
from ..index.characters import UNSEEN

if TYPE_CHECKING:
    from .clusters import Cluster, Clusters
    from .hits import Hit, Hits

__all__ = [
    "asked",
    "called",
    "cluster_listing",
    "cluster_standing",
    "clusters_heading",
    "clusters_listing",
    "counted",
    "hits_listing",
    "said_of",
    "standing",
]

_AUTHORS = 3
_MOST_NAMED = 3


def hits_listing(hits: "Hits") -> str:
    """What was asked and how well it is answered, then two lines a hit."""
    lines = [f"{asked(hits)}: {standing(hits)}", *said_of(hits)]
    for group in hits.groups or ():
        lines += ["", f"{group.label} ({counted(group.size)}): {group.sentence}"]
    for hit in hits:
        lines += ["", *_lines(hit, hits)]
    return "\n".join(UNSEEN.sub(" ", line) for line in lines)


def asked(hits: "Hits") -> str:
    """What the answer is to: the query, or papers."""
    if hits.ids is None:
        return hits.query or "all papers"
    if hits.unlike is None:
        return f"Related to {called(hits.ids, hits)}"
    unlike = f", and not like {called(hits.unlike, hits)}" if hits.unlike else ""
    return f"Recommended for {called(hits.ids, hits)}{unlike}"


def called(ids: Sequence[str], hits: "Hits") -> str:
    """Papers that were asked about by their titles, the first few of them."""
    known = hits.titles
    named = [f"“{known[each]}”" if each in known else each for each in ids[:_MOST_NAMED]]
    more = f" and {len(ids) - _MOST_NAMED:,} more" if len(ids) > _MOST_NAMED else ""
    return ", ".join(named) + more


def standing(hits: "Hits") -> str:
    """How much of the answer this is."""
    kept = f"{len(hits):,} of {counted(hits.total)}"
    return kept if hits.ids is not None else f"{kept} ({hits.mode})"


def said_of(hits: "Hits") -> Iterator[str]:
    """What else a person should know, sentence by sentence."""
    if hits.corrected is not None:
        yield f"Showing results for: {hits.corrected}"
    if hits.suggestion is not None:
        yield f"Did you mean: {hits.suggestion}"
    if hits.remark is not None:
        yield hits.remark
    if hits.reranked is not None:
        yield f"Reranked by {hits.reranked.model} down to place {hits.reranked.top}."


def clusters_listing(clusters: "Clusters") -> str:
    """The clusters of a library as a tree, a line a cluster."""
    lines = [clusters_heading(clusters)]

    def add(some: "Iterable[Cluster]", depth: int) -> None:
        for each in some:
            lines.append(f"{'  ' * depth}{each.label} ({cluster_standing(each)})")
            add(clusters.children(each.id), depth + 1)

    add(clusters.roots, 1)
    return "\n".join(UNSEEN.sub(" ", line) for line in lines)


def cluster_listing(cluster: "Cluster") -> str:
    """A cluster: its name, its keywords, the titles of its typical papers."""
    lines = [f"{cluster.label} ({cluster_standing(cluster)})", ", ".join(cluster.keywords)]
    lines += [f"  · {cluster.titles.get(each, each)}" for each in cluster.typical]
    return "\n".join(UNSEEN.sub(" ", line) for line in lines if line)


def clusters_heading(clusters: "Clusters") -> str:
    """How many clusters there are on each level, and how many papers are in none."""
    sizes = [f"{len(clusters.level(level)):,}" for level in range(clusters.levels)]
    kind = "cluster" if len(clusters) == 1 else "clusters"
    counts = f"{' and '.join(sizes)} {kind}" if clusters else "No clusters"
    return f"{counts}; {counted(len(clusters.unclustered))} in none"


def cluster_standing(cluster: "Cluster") -> str:
    """How large a cluster is, and from which years."""
    if cluster.years is None:
        return counted(cluster.size)
    first, last = cluster.years
    return f"{counted(cluster.size)}, {first if first == last else f'{first}–{last}'}"


def counted(papers: int) -> str:
    """So many papers."""
    return f"{papers:,} {'paper' if papers == 1 else 'papers'}"


def _lines(hit: "Hit", hits: "Hits") -> Iterator[str]:
    yield f"{hit.rank:>3}. {hit.title}"
    sure = "" if hit.confidence is None else f"{hit.confidence:.0%} sure"
    said = [byline(hit.paper, _AUTHORS), hit.id, sure]
    yield "     " + " · ".join(each for each in said if each)
    if hit.because_of:
        yield f"     because of {called(hit.because_of, hits)}"
    if hit.why is not None and hit.why.sentence is not None:
        yield f"     “{hit.why.sentence.text}”"
