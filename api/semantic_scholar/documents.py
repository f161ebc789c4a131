"""Papers of a library looked up by ids, and told with the fields that were asked for."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...index.errors import UnknownPaper
from ...index.paper import Paper
from ...index.snapshot import LIVE, Snapshot
from .authors import Authors
from .fields import Fields, project
from .papers import VALUES

__all__ = ["documents", "find"]

_HASH = re.compile("[0-9a-fA-F]{40}")
_SPECTER = {"specter_v1": re.compile("specter(?!.*2)"), "specter_v2": re.compile("specter.*2")}


def find(snapshot: Snapshot, id: str) -> int | None:
    """The number of the paper that an id names as Semantic Scholar writes them; None for none."""
    id = id.strip()
    if id[:4].upper() == "URL:":
        id = id[4:]
    if _HASH.fullmatch(id):
        id = f"S2:{id}"
    try:
        found = snapshot.find(id)
    except UnknownPaper:
        # A key of several papers.
        return None
    return found[0] if found is not None and found[1] == LIVE else None


def documents(
    snapshot: Snapshot, papers: Sequence[Paper], fields: Fields, authors: Authors | None = None
) -> list[dict[str, Any]]:
    """What is asked for of each paper."""
    authors = authors or Authors(snapshot)
    embeddings = _embeddings(snapshot, papers, fields["embedding"]) if "embedding" in fields else {}
    told = []
    for paper in papers:
        document = {}
        for name, inside in fields.items():
            if name == "authors":
                value: Any = authors.of_paper(paper, list(inside))
            elif name == "embedding":
                value = embeddings.get(paper.id)
                inside = {}
            else:
                value = VALUES[name](paper)
            document[name] = project(value, inside)
        told.append(document)
    return told


def _embeddings(
    snapshot: Snapshot, papers: Sequence[Paper], versions: Fields
) -> dict[str, dict[str, object]]:
    """The vectors of papers and the name of the library's model. Where a version of SPECTER is
    asked for that it is not, none: vectors of other models mean nothing beside those."""
    model = snapshot.model
    name = model.name.lower()
    if versions and not any(_SPECTER[version].search(name) for version in versions):
        return {}
    numbers = [find(snapshot, paper.id) for paper in papers]
    known = np.array([number for number in numbers if number is not None], np.int64)
    vectors = dict(zip(known.tolist(), snapshot.vectors(known, model), strict=True))
    return {
        paper.id: {"model": model.name, "vector": vectors[number].astype(float).tolist()}
        for paper, number in zip(papers, numbers, strict=True)
        if number is not None and np.isfinite(vectors[number]).all()
    }
