#!/usr/bin/env python3
"""The libraries of txtai and chromadb, for scripts/bench/start and scripts/bench/adding.

    indexes.py KIND FOLDER MODEL            a worker that fills one, or adds to it
    indexes.py KIND FOLDER MODEL QUERY      a process that opens one and answers once

KIND is txtai or chromadb, FOLDER where it keeps its library, MODEL the folder of the default model.
Papers come with the vectors that Paperkin made of them, so that nobody waits for an encoder. A
query is encoded by each system's own means: txtai runs the model in torch, chromadb runs an ONNX
file, made here of the same weights because its own copy would have to be downloaded.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from systems import serve

__all__ = ["KINDS"]

KINDS = ("txtai", "chromadb")
FOUND = 10
AT_ONCE = 5_000

Papers = Sequence[tuple[str, str]]
"""Ids and texts."""


class Txtai:
    """txtai with its defaults (FAISS, of a kind chosen by size), the texts kept beside."""

    def __init__(self, folder: Path, model: Path) -> None:
        from txtai import Embeddings

        self._folder = folder
        self._made: Any = Embeddings({"path": str(model), "content": True})
        if folder.exists():
            self._made.load(str(folder))

    def fill(self, papers: Papers, vectors: Any) -> None:
        self._given(papers, vectors)
        self._made.index((name, text, None) for name, text in papers)
        self.save()

    def add(self, papers: Papers, vectors: Any) -> None:
        self._given(papers, vectors)
        self._made.upsert((name, text, None) for name, text in papers)

    def save(self) -> None:
        self._made.save(str(self._folder))

    def ask(self, query: str) -> list[str]:
        return [str(each["id"]) for each in self._made.search(query, FOUND)]

    def near(self, papers: Papers, vectors: Any) -> list[list[str]]:
        self._given(papers, vectors)
        found = self._made.batchsearch([text for _, text in papers], FOUND)
        return [[str(each["id"]) for each in hits] for hits in found]

    def _given(self, papers: Papers, vectors: Any) -> None:
        """Take these vectors for these texts, instead of running the model."""
        from txtai.vectors import HFVectors

        known = {text: vector for (_, text), vector in zip(papers, vectors, strict=True)}
        HFVectors.encode = lambda _, data, category=None: np.array([known[each] for each in data])


class Chromadb:
    """chromadb within a process: cosines, and else its defaults (HNSW)."""

    def __init__(self, folder: Path, model: Path) -> None:
        import chromadb
        from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

        ONNXMiniLM_L6_V2.DOWNLOAD_PATH = folder.parent / "chromadb-model"
        self._model = model
        client = chromadb.PersistentClient(
            str(folder), settings=chromadb.Settings(anonymized_telemetry=False)
        )
        self._made: Any = client.get_or_create_collection(
            "papers",
            embedding_function=ONNXMiniLM_L6_V2(),
            configuration={"hnsw": {"space": "cosine"}},
        )

    def fill(self, papers: Papers, vectors: Any) -> None:
        from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

        place = ONNXMiniLM_L6_V2.DOWNLOAD_PATH / ONNXMiniLM_L6_V2.EXTRACTED_FOLDER_NAME
        if not place.exists():
            _write_model(self._model, place)
        self.add(papers, vectors)

    def add(self, papers: Papers, vectors: Any) -> None:
        for start in range(0, len(papers), AT_ONCE):
            part = papers[start : start + AT_ONCE]
            self._made.add(
                ids=[name for name, _ in part],
                documents=[text for _, text in part],
                embeddings=vectors[start : start + AT_ONCE],
            )

    def save(self) -> None:
        """It writes what is added as it is added."""

    def ask(self, query: str) -> list[str]:
        return self._ids(query_texts=[query])[0]

    def near(self, papers: Papers, vectors: Any) -> list[list[str]]:
        return self._ids(query_embeddings=vectors)

    def _ids(self, **asked: Any) -> list[list[str]]:
        # Texts are part of an answer.
        found: list[list[str]] = self._made.query(n_results=FOUND, **asked)["ids"]
        return found


def _write_model(model: Path, out: Path) -> None:
    """What chromadb's own function for vectors reads."""
    from encoders import write_onnx

    out.mkdir(parents=True)
    write_onnx(model, out)
    for name in ("special_tokens_map.json", "vocab.txt"):
        # It looks whether they are there, and reads neither.
        if (model / name).exists():
            shutil.copy(model / name, out)
        else:
            (out / name).touch()


def _read(file: str) -> tuple[list[tuple[str, str]], Any]:
    """Papers and their vectors, float32 (n, dim), of FILE.json and FILE.npy."""
    papers = [(name, text) for name, text in json.loads(Path(f"{file}.json").read_text("utf-8"))]
    return papers, np.load(f"{file}.npy")


def main() -> None:
    kind, folder, model, *query = sys.argv[1:]

    def opened() -> Any:
        return (Txtai if kind == "txtai" else Chromadb)(Path(folder), Path(model))

    if query:
        print(json.dumps(opened().ask(query[0])), flush=True)
        return
    library: Any = None

    def timed(what: Callable[[], object]) -> float:
        begun = time.perf_counter()
        what()
        return time.perf_counter() - begun

    def load() -> float:
        nonlocal library
        begun = time.perf_counter()
        library = opened()
        return time.perf_counter() - begun

    def fill(file: str) -> float:
        papers, vectors = _read(file)
        return timed(lambda: library.fill(papers, vectors))

    def add(file: str) -> float:
        papers, vectors = _read(file)
        return timed(lambda: library.add(papers, vectors))

    def near(file: str) -> tuple[float, list[list[str]]]:
        """Seconds until the last paper was found by its vector, and what is nearest to each."""
        papers, vectors = _read(file)
        begun = time.perf_counter()
        library.near(papers[-1:], vectors[-1:])
        seconds = time.perf_counter() - begun
        return seconds, library.near(papers, vectors)

    def save() -> float:
        return timed(library.save)

    serve({"load": load, "fill": fill, "add": add, "near": near, "save": save})


if __name__ == "__main__":
    main()
