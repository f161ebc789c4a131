#!/usr/bin/env python3
"""A worker with a library of Paperkin's, for scripts/bench/adding.

    own.py LIBRARY

It adds as any process that has a library open does (Library.add), but for the encoder: vectors are
looked up that were made before.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from systems import serve

import paperkin
from paperkin.index.encoder import Encoder
from paperkin.search.semantic import nearest

__all__ = ["give_vectors"]

FOUND = 10


def give_vectors(texts: list[str], vectors: Any) -> None:
    """Have every encoder of this process take these vectors, float32 (n, dim), for these texts."""
    known = dict(zip(texts, vectors, strict=True))

    def looked_up(_: Encoder, wanted: Any, *, progress: Any = None) -> Any:
        if progress is not None:
            progress(len(wanted))
        return np.array([known[text] for text in wanted], np.float32)

    Encoder.encode_documents = looked_up  # type: ignore[method-assign]


def beginning(text: str) -> str:
    """Words that a text begins with, none of which is left out by a hyphen before it."""
    return text[:200].rpartition(" ")[0].replace(" -", " ")


def main() -> None:
    library = paperkin.open(sys.argv[1])

    def load() -> float:
        begun = time.perf_counter()
        library.search("a first query")
        return time.perf_counter() - begun

    def add(file: str) -> float:
        """FILE.jsonl has the records, FILE.json the ids and texts that FILE.npy has vectors of."""
        texts = [text for _, text in json.loads(Path(f"{file}.json").read_text("utf-8"))]
        give_vectors(texts, np.load(f"{file}.npy"))
        begun = time.perf_counter()
        library.add(f"{file}.jsonl")
        return time.perf_counter() - begun

    def near(file: str) -> tuple[float, list[list[str]]]:
        """Seconds until the last paper was found by its vector, and what is nearest to each."""
        vectors = np.load(f"{file}.npy")
        begun = time.perf_counter()
        with library.engine.views.current() as (snapshot, view):
            found = [nearest(view, vector, FOUND)[0][:FOUND].tolist() for vector in vectors[-1:]]
            seconds = time.perf_counter() - begun
            found = [nearest(view, vector, FOUND)[0][:FOUND].tolist() for vector in vectors]
            names = snapshot.ids_of({number for each in found for number in each})
        return seconds, [[names[number] for number in each] for each in found]

    def named(file: str) -> tuple[float, list[list[str]]]:
        """Seconds until the last paper was found by its words, and what is found by each's."""
        papers = json.loads(Path(f"{file}.json").read_text("utf-8"))
        begun = time.perf_counter()
        library.search(beginning(papers[-1][1]), FOUND, mode="keyword")
        seconds = time.perf_counter() - begun
        hits = library.search([beginning(text) for _, text in papers], FOUND, mode="keyword")
        return seconds, [[hit.paper.id for hit in each] for each in hits]

    def ids(file: str) -> list[str | None]:
        """The id of each paper in the library."""
        found = []
        for name, _ in json.loads(Path(f"{file}.json").read_text("utf-8")):
            found.append(library[name].id if name in library else None)
        return found

    serve({"load": load, "add": add, "near": near, "named": named, "ids": ids})


if __name__ == "__main__":
    main()
