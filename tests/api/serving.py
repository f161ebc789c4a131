"""A library served by a process of its own, and papers that other services know of."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["LISTED", "serving", "write_listed"]

LISTED: list[dict[str, Any]] = [
    {
        "id": "arxiv:2501.00001",
        "title": "Kettles that know when tea is ready",
        "abstract": "A kettle listens to its own water. We let it tell black tea from green by the "
        "sound, and ask forty people whether the cup was any better.",
        "authors": ["Ada Quill", "Bo Lindström"],
        "year": 2025,
        "categories": ["cs.SD", "physics.app-ph"],
        "upvotes": 12,
        "listed_on": "2025-01-06",
        "tldr": "A kettle that hears when tea is ready.",
        "keywords": ["tea", "sound"],
        "code": "https://example.org/kettle",
        "citationCount": 7,
        "url": "https://www.semanticscholar.org/paper/0123456789abcdef0123456789abcdef01234567",
        "corpusId": 4711,
        "publicationTypes": ["JournalArticle"],
    },
    {
        "id": "arxiv:2501.00002",
        "title": "A thermometer for bread ovens",
        "abstract": "Wood fired ovens are hotter at the back. Nine cheap probes and a map of the "
        "floor save the first loaves of each day.",
        "authors": ["Cyril Óg"],
        "year": 2025,
        "categories": ["physics.ins-det"],
        "upvotes": 40,
        "listed_on": "2025-01-06",
        "citationCount": 2,
    },
    {
        "id": "arxiv:2502.00003",
        "title": "Umbrellas that fold themselves",
        "abstract": "A spring and a wet thread close an umbrella when its owner comes home. "
        "It failed in wind.",
        "authors": ["Bo Lindstrom", "Dora Reed"],
        "year": 2025,
        "upvotes": 3,
        "listed_on": "2025-02-03",
    },
    {
        "id": "10.1000/ferry.7",
        "title": "Ferries on small rivers",
        "abstract": "Where no bridge pays, a ferry may. We count passengers of eleven crossings "
        "over two summers.",
        "authors": ["Dora Reed"],
        "published": "2025-02-04",
        "venue": "River Transport",
        "pmid": "7654321",
        "pmcid": "PMC998877",
    },
]
"""Three papers as a list of daily papers has them, and one that it does not have."""


def write_listed(path: Path, more: int = 0) -> Path:
    """The papers of LISTED as JSON lines, and `more` that are all about ponds; returns the path."""
    ponds = (
        {
            "id": f"pond-{number}",
            "title": f"Pond number {number}",
            "abstract": f"The pond has {number} frogs.",
            "published": f"{1990 + number % 30}-05-01",
            "authors": [f"Frog Counter{number}"],
        }
        for number in range(more)
    )
    lines = [json.dumps(each) for each in (*LISTED, *ponds)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@contextmanager
def serving(library: str) -> Iterator[str]:
    """The address of `paperkin serve LIBRARY`, which ends with the block, and ends well."""
    # Each request is a line of the log, and nobody reads it here.
    options = ["--port", "0", "--log", "warning"]
    command = [sys.executable, "-m", "paperkin.api.cli", "serve", library, *options]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().rstrip().rpartition(" on ")[2]
        finally:
            server.send_signal(signal.SIGTERM)
            _, complaints = server.communicate(timeout=30)
    assert (server.returncode, complaints) == (0, "")
