"""An answer, a library and groups of papers as a notebook shows them: HTML (see `index.card`)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..index.card import byline, framed, paper_card, safe, titled
from .listing import (
    asked,
    called,
    cluster_standing,
    clusters_heading,
    counted,
    said_of,
    standing,
)
from .why import Sentence, Why

if TYPE_CHECKING:
    from .clusters import Cluster, Clusters
    from .groups import Group
    from .hits import Hit, Hits

__all__ = ["cluster_card", "clusters_tree", "hit_card", "hits_table", "library_card"]

_EXCERPT = 300
"""Characters of an abstract that are shown, or around its closest sentence."""
_LONGEST_WORD = 30
_AUTHORS = 3
_SOURCES = 8
_TYPICAL = 5
_SHOWN_AT_ONCE = 40


def hits_table(hits: "Hits") -> str:
    """A table, a row a hit, and above it what the answer is to."""
    lines = [f"<b>{safe(asked(hits))}</b>", f'<span class="pk-faint">{safe(standing(hits))}</span>']
    head = " ".join(lines) + "".join(f"<br>{safe(said)}" for said in said_of(hits))
    sure = any(hit.confidence is not None for hit in hits)
    why = any(hit.why is not None for hit in hits)
    names = ["", "paper", *(["sure"] if sure else []), *(["score"] if why else [])]
    columns = "".join(f"<th>{name}</th>" for name in names)
    rows = "".join(_row(hit, hits, sure, why) for hit in hits)
    table = f"<table><thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table>"
    groups = "".join(map(_group, hits.groups or ()))
    return framed(f"<p>{head}</p>{groups}{table if hits else ''}")


def _group(group: "Group") -> str:
    """A group of the answer: what sets it apart, and its best papers where it is unfolded."""
    beside = f'<span class="pk-faint">{safe(counted(group.size))}. {safe(group.sentence)}</span>'
    papers = "".join(f"<li>{titled(hit.paper)}</li>" for hit in group.best)
    head = f'<span class="pk-title">{safe(group.label)}</span> {beside}'
    return f"<details><summary>{head}</summary><ul>{papers}</ul></details>"


def _row(hit: "Hit", hits: "Hits", sure: bool, why: bool) -> str:
    cells = [f'<td class="pk-number">{hit.rank}</td>', f"<td>{_paper(hit, hits)}</td>"]
    if sure:
        cells.append(f"<td>{_sure(hit.confidence)}</td>")
    if why:
        cells.append(f"<td>{_score(hit)}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def _paper(hit: "Hit", hits: "Hits") -> str:
    said = byline(hit.paper, _AUTHORS)
    lines = [titled(hit.paper), f'<span class="pk-faint">{safe(said)}</span>' if said else ""]
    sentence = hit.why.sentence if hit.why else None
    lines.append(_excerpt(hit.paper.abstract, sentence, _EXCERPT))
    lines.append(_words(hit.why) if hit.why else "")
    if hit.because_of:
        because = f"Because of {safe(called(hit.because_of, hits))}"
        lines.append(f'<span class="pk-faint">{because}</span>')
    if hit.near_identical:
        same = f"Almost the same abstract: {safe(', '.join(hit.near_identical))}"
        lines.append(f'<span class="pk-faint">{same}</span>')
    return "<br>".join(line for line in lines if line)


def _sure(confidence: float | None) -> str:
    if confidence is None:
        return ""
    bar = f'<span class="pk-bar"><span style="width:{confidence:.0%}"></span></span>'
    return f'{bar}<span class="pk-faint">{confidence:.0%}</span>'


def _score(hit: "Hit") -> str:
    parts = hit.why.parts if hit.why else {}
    lines = [f"{safe(name.replace('_', ' '))}&nbsp;{part:+.4f}" for name, part in parts.items()]
    said = f'<br><span class="pk-faint pk-parts">{"<br>".join(lines)}</span>' if lines else ""
    return f"{hit.score:.4f}{said}"


def _excerpt(abstract: str, sentence: Sentence | None, room: int) -> str:
    """The beginning of an abstract, or what is around a sentence, which is highlighted."""
    if sentence is None:
        last = _word_end(abstract, room)
        return safe(abstract[:last]) + ("…" if last < len(abstract) else "")
    start, end = sentence.start, sentence.end
    begin = max(0, start - room // 2)
    if begin:
        begin = max(begin, 1 + abstract.find(" ", begin, min(start, begin + _LONGEST_WORD)))
    last = max(end, _word_end(abstract, end + room // 2))
    score = "" if sentence.score is None else f' title="cosine {sentence.score:.3f}"'
    return (
        ("…" if begin else "")
        + safe(abstract[begin:start])
        + f"<mark{score}>{safe(abstract[start:end])}</mark>"
        + safe(abstract[end:last])
        + ("…" if last < len(abstract) else "")
    )


def _word_end(text: str, most: int) -> int:
    """The last place up to `most` where a word ends; `most` itself in scripts without spaces."""
    if most >= len(text):
        return len(text)
    space = text.rfind(" ", max(0, most - _LONGEST_WORD), most + 1)
    return space if space > 0 else most


def _words(why: Why) -> str:
    lines = []
    found = dict.fromkeys(each.text.lower() for each in why.words)
    if found:
        lines.append(f"found: {safe(', '.join(found))}")
    if why.missing:
        lines.append(f"not found: {safe(', '.join(why.missing))}")
    return f'<span class="pk-faint">{"; ".join(lines)}</span>' if lines else ""


def hit_card(hit: "Hit") -> str:
    """The card of a paper, with its place in the answer."""
    sure = "" if hit.confidence is None else f", {hit.confidence:.0%} sure"
    above = f'<span class="pk-faint">place {hit.rank:,}{sure}, score {hit.score:.4f}</span>'
    sentence = hit.why.sentence if hit.why else None
    abstract = hit.paper.abstract
    whole = _excerpt(abstract, sentence, 2 * len(abstract)) if sentence else None
    return paper_card(hit.paper, above, whole)


def library_card(known: Mapping[str, Any]) -> str:
    """What a library holds (`Library.info`)."""
    first, last = known["years"]
    years = "" if first is None else str(first) if first == last else f"{first}–{last}"
    names = [source["name"] for source in known["sources"]]
    more = f" and {len(names) - _SOURCES:,} more" if len(names) > _SOURCES else ""
    model = known["model"]
    papers = known["papers"]
    rows = {
        "years": years,
        "sources": ", ".join(names[:_SOURCES]) + more,
        "model": f"{model['name']}, {model['dimension']} dimensions",
        "size": f"{known['bytes'] / 1e6:,.1f} MB",
        "folder": known["path"],
    }
    told = "".join(
        f'<tr><td class="pk-faint">{name}</td><td>{safe(value)}</td></tr>'
        for name, value in rows.items()
        if value
    )
    name = known["path"].rstrip("/").rpartition("/")[2]
    count = f"{papers:,} {'paper' if papers == 1 else 'papers'}"
    head = f'<p><span class="pk-title">{safe(name)}</span>: {count}</p>'
    return framed(f'<div class="pk-card">{head}<table><tbody>{told}</tbody></table></div>')


def clusters_tree(clusters: "Clusters") -> str:
    """The clusters of a library, the coarsest first. The finest unfold to their keywords and
    typical papers; the others to what is inside them, which shows at once where that is little."""
    open = len(clusters) <= _SHOWN_AT_ONCE
    roots = "".join(_branch(each, clusters, open) for each in clusters.roots)
    return framed(f"<p>{safe(clusters_heading(clusters))}</p>{roots}")


def _branch(cluster: "Cluster", clusters: "Clusters", open: bool) -> str:
    beside = f'<span class="pk-faint">{safe(cluster_standing(cluster))}</span>'
    head = f'<span class="pk-title">{safe(cluster.label)}</span> {beside}'
    inside = clusters.children(cluster.id)
    within = "".join(_branch(each, clusters, open) for each in inside)
    told = within or _about(cluster)
    shown = " open" if open and inside else ""
    return f"<details{shown}><summary>{head}</summary>{told}</details>"


def _about(cluster: "Cluster") -> str:
    """Its keywords and typical papers."""
    titles = (cluster.titles.get(each, each) for each in cluster.typical[:_TYPICAL])
    papers = "".join(f'<li><bdi dir="auto">{safe(each)}</bdi></li>' for each in titles)
    return f'<p class="pk-faint">{safe(", ".join(cluster.keywords))}</p><ul>{papers}</ul>'


def cluster_card(cluster: "Cluster") -> str:
    """One cluster."""
    beside = f'<span class="pk-faint">{safe(cluster_standing(cluster))}</span>'
    head = f'<p><span class="pk-title">{safe(cluster.label)}</span> {beside}</p>'
    return framed(f'<div class="pk-card">{head}{_about(cluster)}</div>')
