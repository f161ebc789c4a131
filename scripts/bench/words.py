#!/usr/bin/env python3
"""A worker for scripts/bench/keywords: one way to search texts by words.

    words.py KIND PLACE

KIND is paperkin (the keyword index alone), "paperkin whole" (Library.search), bm25s, "bm25s numba"
or fts5 (SQLite). PLACE is a library of Paperkin's, or a file with the same papers that
`stored.write_papers` wrote, without its ending. Each gives the best K papers of a query, text that
is not analysed yet.
"""

import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from systems import serve

Search = Callable[[str], list[str]]
K = 100


def rss() -> int:
    """Bytes of anonymous memory that this process holds now."""
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def paperkin_index(place: str, folder: Path) -> tuple[Search, int]:
    """The index as searches call it, with words of a query analysed as theirs are."""
    import numpy as np

    import paperkin
    from paperkin.index.keyword import KeywordIndex
    from paperkin.search.question import question

    library = paperkin.open(place)
    with library.engine.views.current() as (snapshot, seen):
        view = seen
        names = snapshot.ids_of(view.live)
    index: KeywordIndex = view.keyword

    def search(text: str) -> list[str]:
        asked = question(text, view, lambda: np.zeros(0, np.float32), lambda _: np.zeros((0, 0)))
        numbers, _, _ = index.search(
            asked.words,
            K,
            live=len(view.live),
            stale=view.stale,
            pending=view.pending,
            phrases=asked.phrases,
        )
        return [names[number] for number in numbers[:K].tolist()]

    return search, size(Path(place) / "keyword")


def paperkin_whole(place: str, folder: Path) -> tuple[Search, int]:
    import paperkin

    library = paperkin.open(place)

    def search(text: str) -> list[str]:
        return [hit.paper.id for hit in library.search(text, K, mode="keyword")]

    return search, size(Path(place) / "keyword")


def bm25s_index(place: str, folder: Path, backend: str) -> tuple[Search, int]:
    """As its documentation has it: English stop words, a Snowball stemmer."""
    import bm25s
    import Stemmer

    papers = json.loads(Path(f"{place}.json").read_text("utf-8"))
    names = [name for name, _ in papers]
    stemmer = Stemmer.Stemmer("english")

    def words(texts: Any) -> Any:
        return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)

    made = bm25s.BM25(backend=backend)
    made.index(words([text for _, text in papers]), show_progress=False)
    del papers
    made.save(str(folder / "bm25s"))

    def search(text: str) -> list[str]:
        found, _ = made.retrieve(words([text]), k=K, show_progress=False)
        return [names[place] for place in found[0].tolist()]

    return search, size(folder / "bm25s")


def fts5_index(place: str, folder: Path) -> tuple[Search, int]:
    """SQLite's own index: Porter's stemmer, bm25(), any of the words."""
    papers = json.loads(Path(f"{place}.json").read_text("utf-8"))
    connection = sqlite3.connect(folder / "fts5.db")
    connection.execute(
        "CREATE VIRTUAL TABLE papers USING fts5(id UNINDEXED, text, tokenize = 'porter unicode61')"
    )
    connection.executemany("INSERT INTO papers VALUES (?, ?)", papers)
    connection.execute("INSERT INTO papers (papers) VALUES ('optimize')")
    connection.commit()

    def search(text: str) -> list[str]:
        said = "".join(each if each.isalnum() else " " for each in text)
        asked = " OR ".join(f'"{word}"' for word in said.split())
        query = "SELECT id FROM papers WHERE papers MATCH ? ORDER BY bm25(papers) LIMIT ?"
        return [name for (name,) in connection.execute(query, (asked, K))]

    return search, size(folder)


def main() -> None:
    kind, place = sys.argv[1:]
    search: Search = list
    temporary = tempfile.TemporaryDirectory()

    def load() -> dict[str, float]:
        """Seconds, bytes on the disk, and bytes of memory that were taken."""
        nonlocal search
        folder, before, begun = Path(temporary.name), rss(), time.perf_counter()
        if kind == "paperkin":
            search, disk = paperkin_index(place, folder)
        elif kind == "paperkin whole":
            search, disk = paperkin_whole(place, folder)
        elif kind == "fts5":
            search, disk = fts5_index(place, folder)
        else:
            search, disk = bm25s_index(place, folder, "numba" if "numba" in kind else "numpy")
        search("a first query")
        return {
            "seconds": time.perf_counter() - begun,
            "disk": disk,
            "memory": rss() - before,
        }

    def ask(texts: list[str]) -> list[float]:
        seconds = []
        for text in texts:
            begun = time.perf_counter()
            search(text)
            seconds.append(time.perf_counter() - begun)
        return seconds

    def answer(texts: list[str]) -> list[list[str]]:
        return [search(text) for text in texts]

    serve({"load": load, "ask": ask, "answer": answer, "pid": os.getpid})


if __name__ == "__main__":
    main()
