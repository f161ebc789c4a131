"""What benchmarks take from a library of Paperkin's and from ../shared beside the repository."""

import gzip
import itertools
import json
from pathlib import Path

import numpy as np

import paperkin
from paperkin.index.rows import encoded_text

__all__ = ["SHARED", "corpora", "queries", "write_papers"]

SHARED = Path(__file__).resolve().parents[3] / "shared"
_SHORT = 12
"""Words of a query at most: longer ones are papers, or stories."""


def corpora(count: int, out: Path) -> None:
    """Write papers as JSON Lines, as many of each corpus."""
    files = sorted((SHARED / "corpora").glob("*.jsonl.gz"))
    left = count
    with out.open("w", encoding="utf-8") as target:
        # The smallest first: what they lack, the others make good.
        for number, file in enumerate(sorted(files, key=lambda file: file.stat().st_size)):
            with gzip.open(file, "rt", encoding="utf-8") as lines:
                for line in itertools.islice(lines, -(-left // (len(files) - number))):
                    target.write(line)
                    left -= 1


def queries(count: int) -> list[str]:
    """Short queries of the judged collections, as many of each."""
    files = sorted((SHARED / "collections").glob("*/queries.jsonl"))
    each = []
    for file in files:
        texts = [json.loads(line)["text"] for line in file.read_text("utf-8").splitlines()]
        each.append([text for text in texts if len(text.split()) <= _SHORT])
    mixed = [text for texts in itertools.zip_longest(*each) for text in texts if text]
    return mixed[:count]


def write_papers(library: Path, out: Path) -> int:
    """Write ids and texts of a library's papers into OUT.json, and their vectors, float32, shape
    (n, dim), into OUT.npy. Returns how many there are."""
    with paperkin.open(library) as opened, opened.store.read() as snapshot:
        numbers = snapshot.live()
        vectors = snapshot.vectors(numbers, snapshot.model).astype(np.float32)
        papers = [(paper.id, encoded_text(paper)) for paper in snapshot.papers(numbers).values()]
    Path(f"{out}.json").write_text(json.dumps(papers), encoding="utf-8")
    np.save(f"{out}.npy", vectors)
    return len(papers)
