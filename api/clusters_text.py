"""Clusters as a tree for a terminal."""

import shutil
from collections.abc import Iterator

from ..search.clusters import Cluster, Clusters
from .console import counted, plain
from .lines import bold, columns, wrap

__all__ = ["clusters_text"]

_SHOWN = 3
"""Typical papers of a cluster that are shown: of the finest ones only."""


def clusters_text(clusters: Clusters, level: int | None = None) -> str:
    """Every cluster in its place, with how many papers it has, from which years, and titles of
    typical ones; or those of one level only."""
    width = max(40, min(shutil.get_terminal_size((80, 24)).columns, 120))
    shown = clusters.roots if level is None else clusters.level(level)
    lines: list[str] = []
    for each in shown:
        lines += _block(clusters, each, width, "", level is None)
    if clusters:
        lines.append("")
    lines += wrap(_remark(clusters), width)
    return "\n".join(lines)


def _block(
    clusters: Clusters, each: Cluster, width: int, indent: str, deeper: bool
) -> Iterator[str]:
    years = "" if each.years is None else _span(each.years)
    facts = ", ".join(part for part in (counted(each.size, "paper"), years) if part)
    head = f"{plain(each.label)} ({facts}, cluster {each.id})"
    for line in wrap(head, width - len(indent)):
        yield indent + bold(line)
    children = clusters.children(each.id)
    if not deeper or not children:
        for paper in each.typical[:_SHOWN]:
            yield _cut(f"{indent}  · {plain(each.titles.get(paper, paper))}", width)
    if deeper:
        for child in children:
            yield from _block(clusters, child, width, indent + "    ", True)


def _span(years: tuple[int, int]) -> str:
    first, last = years
    return str(first) if first == last else f"{first}-{last}"


def _cut(line: str, width: int) -> str:
    if columns(line) <= width:
        return line
    while columns(line) > width - 1:
        line = line[:-1]
    return line.rstrip() + "…"


def _remark(clusters: Clusters) -> str:
    outside = counted(len(clusters.unclustered), "paper")
    verb = "fits" if len(clusters.unclustered) == 1 else "fit"
    if not clusters:
        return f"There are no clusters: the library has too few papers for any ({outside})."
    said = f"{outside} {verb} in none."
    if clusters.later:
        came = counted(clusters.later, "paper")
        said += f" {came} came since these clusters were made; --refresh counts them in."
    return said
