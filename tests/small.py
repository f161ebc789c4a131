"""Papers made up for the tests, and a library of them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from paperkin.search.library import Library

PAPERS: list[dict[str, Any]] = [
    {
        "id": "arXiv:2101.00001",
        "title": "Bread dough judged by hand",
        "abstract": "Bakers press the dough and feel when it has risen enough. We describe what "
        "their fingers notice, how apprentices learn it, and when a thermometer does better.",
        "authors": ["Ada Miller", "Bo Lind"],
        "published": "2021-01-04",
        "venue": "Kitchen Science",
        "categories": ["food.craft", "psych"],
    },
    {
        "id": "10.1000/yeast.2",
        "title": "Wild yeast in sourdough starters",
        "abstract": "Starters kept in different houses hold different yeasts and bacteria. Flour, "
        "water and warmth decide which of them win, and how sour the loaf becomes.",
        "authors": ["Cyril Óg", "Wei Zhang"],
        "published": "2019",
        "venue": "Journal of Ferments",
        "categories": ["food.bio"],
    },
    {
        "id": "marsh-1",
        "title": "Salt marshes slow the waves of storms",
        "abstract": "Grasses at the edge of the sea take energy out of waves before they reach the "
        "dike. Storms feed the marsh with mud and tear it away as well.",
        "authors": ["Dora Reed"],
        "published": "2020-07",
        "venue": "Coasts",
        "categories": ["earth.coast"],
    },
    {
        "id": "marsh-2",
        "title": "Letting the tide back in",
        "abstract": "Where dikes are breached on purpose, farmland turns into mudflat and then "
        "into marsh. We review how fast plants and birds return and who pays for it.",
        "authors": ["Dora Reed", "Emil Zhang"],
        "published": "2022-03-15",
        "venue": "Coasts",
        "categories": ["earth.coast", "econ"],
    },
    {
        "id": "violin-1",
        "title": "Why old violins are hard to tell from new ones",
        "abstract": "Listeners behind a screen could not say which instrument was made three "
        "hundred years ago. Players preferred the new ones as often as the old.",
        "authors": ["Wei Li", "Bo Zhang"],
        "published": "2017-05-30",
        "venue": "Acoustics Letters",
        "categories": ["music", "psych"],
    },
    {
        "id": "sleep-1",
        "title": "Sleep settles what was learned by day",
        "abstract": "People who sleep after practice remember more the next morning. During deep "
        "sleep the brain replays the day in short bursts.",
        "authors": ["Fay Øst"],
        "published": "2021",
        "venue": "",
        "categories": ["psych"],
    },
    {
        "id": "bridge-1",
        "title": "Hearing cracks in steel bridges",
        "abstract": "A growing crack clicks at frequencies that no ear hears. Sensors glued to the "
        "girders locate it, and tell traffic noise from damage.",
        "authors": ["Gus Hall"],
        "venue": "Structures",
        "categories": ["civil"],
    },
    {"id": "only-title", "title": "A short history of the umbrella"},
]


def write_papers(path: Path, papers: Iterable[dict[str, Any]] = PAPERS) -> Path:
    """Papers as JSON Lines."""
    path.write_text("".join(json.dumps(paper) + "\n" for paper in papers), "utf-8")
    return path


def leave_behind(library: Library, every: int) -> None:
    """Commit every so many-th paper anew, as a process does that is killed before the derived
    indexes have followed."""
    with library.store.lock, library.store.write() as connection:
        connection.execute(
            "INSERT INTO commits SELECT max(seq) + 1, 'x', '', 'test', 0 FROM commits"
        )
        connection.execute(
            "UPDATE papers SET seq = (SELECT max(seq) FROM commits) WHERE paper % ? = 0", (every,)
        )
