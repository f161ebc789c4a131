"""Papers about kettles, beside the demonstration papers, for tests of what queries may hold."""

import json
from pathlib import Path

from paperkin.index.demo import demonstration
from paperkin.search.hits import Hits
from paperkin.search.library import Library

__all__ = ["MODES", "MORE", "every", "ids", "written"]

MODES = ("hybrid", "semantic", "keyword")

MORE = [
    {
        "id": "short-1",
        "title": "Kettles that whistle",
        "abstract": "A thermal expansion valve (TXV) opens when the kettle boils.",
        "published": "2020-01-01",
    },
    {
        "id": "short-2",
        "title": "Valves in old kettles",
        "abstract": "We open sixty of them. TXV (thermal expansion valve) parts were worn in most.",
        "published": "2021-01-01",
    },
    {
        "id": "short-3",
        "title": "On lukewarm tea",
        "abstract": "Every thermal expansion valve closes too early, and copper ones close first.",
        "published": "2022-01-01",
    },
    {
        "id": "short-4",
        "title": "A pot of one's own",
        "abstract": "Tin, enamel and clay. Where the TXV sticks, a spoon helps.",
        "published": "2023-01-01",
    },
    {
        "id": "short-5",
        "title": "Two meanings, one of them here",
        "abstract": "A movable image thing (MIT) is no mild iron tube (MIT), as everybody knows.",
    },
    {
        "id": "short-6",
        "title": "The movable image thing in print",
        "abstract": "It moves. Valve makers call it something else, and expansion is thermal.",
    },
    {"id": "twin-1", "title": "Naïve tea: a study", "abstract": "Of leaves, water and patience."},
    {
        "id": "twin-2",
        "title": "NAIVE TEA -- A STUDY",
        "abstract": "Cats and gravel. No one in it speaks of the matter that the name promises.",
        "authors": ["Zoe Quill"],
        "published": "1999",
    },
    {
        "id": "10.5555/kettle",
        "title": "Steam at altitude",
        "abstract": "Water boils early on a mountain, and tea brewed there tastes of hurry.",
    },
    {"id": "arXiv:2003.00007", "title": "A spoon", "abstract": "Stirring, clockwise and not."},
]


def written(folder: Path) -> Path:
    """The demonstration papers and MORE, as one file."""
    lines = (demonstration() / "papers.jsonl").read_text("utf-8").splitlines()
    path = folder / "papers.jsonl"
    path.write_text("\n".join([*lines, *map(json.dumps, MORE)]) + "\n", "utf-8")
    return path


def ids(hits: Hits) -> list[str]:
    return [hit.id for hit in hits]


def every(library: Library, query: str, mode: str, **filters: str) -> Hits:
    return library.search(query, 200, mode=mode, **filters)  # type: ignore[arg-type]
