#!/usr/bin/env python3
"""What scripts/bench/service needs of other systems: their libraries, and clients that ask.

    services.py fill KIND FOLDER MODEL PAPERS    fills the library of txtai or chromadb
    services.py ask KIND PORT MODEL              a worker that asks a server, of Paperkin's as well

PAPERS are ids and texts in PAPERS.json and their vectors, float32, in PAPERS.npy: nobody waits for
an encoder. Queries are encoded by each system's own means: Paperkin's and txtai's servers do it,
chromadb's leaves it to its clients, which do it here with its own ONNX runner and the same weights.
The worker asks over connections that it keeps, with a thread a client.
"""

import json
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from systems import serve

FOUND = 10
AT_ONCE = 5_000
_PATHS = {"paperkin": "/v1/search?limit={}&q={}", "txtai": "/search?limit={}&query={}"}


def fill(kind: str, folder: Path, model: Path, file: str) -> None:
    """Make the library of a system from papers with vectors."""
    papers = json.loads(Path(f"{file}.json").read_text("utf-8"))
    vectors = np.load(f"{file}.npy")
    folder.mkdir(parents=True)
    (_fill_txtai if kind == "txtai" else _fill_chromadb)(folder, model, papers, vectors)


def _fill_txtai(folder: Path, model: Path, papers: Sequence[Any], vectors: Any) -> None:
    """Words and vectors, with texts, as its API serves them."""
    from txtai import Embeddings
    from txtai.vectors import HFVectors

    known = {text: vector for (_, text), vector in zip(papers, vectors, strict=True)}
    made: Any = Embeddings({"path": str(model), "hybrid": True, "content": True})
    HFVectors.encode = lambda _, data, category=None: np.array([known[each] for each in data])
    made.index((name, text, None) for name, text in papers)
    made.save(str(folder / "index"))
    config = {"path": str(folder / "index"), "embeddings": {"path": str(model), "hybrid": True}}
    (folder / "config.yml").write_text(json.dumps(config), encoding="utf-8")


def _fill_chromadb(folder: Path, model: Path, papers: Sequence[Any], vectors: Any) -> None:
    import chromadb

    _runner(folder, model)
    client = chromadb.PersistentClient(
        str(folder / "index"), settings=chromadb.Settings(anonymized_telemetry=False)
    )
    made: Any = client.create_collection("papers", configuration={"hnsw": {"space": "cosine"}})
    for start in range(0, len(papers), AT_ONCE):
        part = papers[start : start + AT_ONCE]
        made.add(
            ids=[name for name, _ in part],
            documents=[text for _, text in part],
            embeddings=vectors[start : start + AT_ONCE],
        )


def _runner(folder: Path, model: Path) -> Any:
    """chromadb's own function for vectors, with an ONNX file made of the same weights."""
    from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2
    from encoders import write_onnx

    ONNXMiniLM_L6_V2.DOWNLOAD_PATH = folder / "model"
    place = ONNXMiniLM_L6_V2.DOWNLOAD_PATH / ONNXMiniLM_L6_V2.EXTRACTED_FOLDER_NAME
    if not place.exists():
        place.mkdir(parents=True)
        write_onnx(model, place)
        for name in ("special_tokens_map.json", "vocab.txt"):
            # It looks whether they are there, and reads neither.
            if (model / name).exists():
                shutil.copy(model / name, place)
            else:
                (place / name).touch()
    return ONNXMiniLM_L6_V2()


Ask = Callable[[str], list[tuple[str, float]]]
"""Asks a query; ids and scores of what was found."""


class Connection:
    """Asks a server over HTTP, with as little work as can be."""

    def __init__(self, kind: str, port: int) -> None:
        self._path = _PATHS[kind]
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __call__(self, query: str) -> list[tuple[str, float]]:
        path = self._path.format(FOUND, quote(query, safe=""))
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._received()
        head, _, body = data.partition(b"\r\n\r\n")
        if b" 200 " not in head[:20]:
            raise ValueError(f"the server answered {head[:100]!r}")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += self._received()
        return _found(body)

    def _received(self) -> bytes:
        got = self._socket.recv(1 << 16)
        if not got:
            raise ValueError("the server hung up")
        return got


def _found(body: bytes) -> list[tuple[str, float]]:
    said = json.loads(body)
    if isinstance(said, dict):
        return [(each["paperId"], each["score"]) for each in said["data"]]
    return [(str(each["id"]), float(each["score"])) for each in said]


def _of_chromadb(port: int, folder: Path, model: Path) -> Ask:
    import chromadb

    client = chromadb.HttpClient(
        "127.0.0.1", port, settings=chromadb.Settings(anonymized_telemetry=False)
    )
    made: Any = client.get_collection("papers")
    encode = _runner(folder, model)

    def ask(query: str) -> list[tuple[str, float]]:
        found = made.query(query_embeddings=encode([query]), n_results=FOUND)
        return list(zip(found["ids"][0], found["distances"][0], strict=True))

    return ask


def ask(kind: str, port: int, folder: Path, model: Path) -> None:
    """Be a worker that asks a server."""
    made: list[Ask] = []

    def clients(count: int) -> list[Ask]:
        if kind == "chromadb":
            # Its client serves many threads.
            made[:] = made or [_of_chromadb(port, folder, model)]
            return made * count
        # A server may hang up on who said nothing for some seconds.
        return [Connection(kind, port) for _ in range(count)]

    def one(query: str) -> list[tuple[str, float]]:
        return clients(1)[0](query)

    def run(file: str, start: int, stop: int, count: int) -> tuple[list[float], float]:
        """Seconds of each answer, and of all together, for queries that so many clients ask."""
        queries = iter(json.loads(Path(file).read_text("utf-8"))[start:stop])
        lock = threading.Lock()
        seconds: list[float] = []
        errors: list[Exception] = []

        def work(client: Ask) -> None:
            while not errors:
                with lock:
                    query = next(queries, None)
                if query is None:
                    return
                begun = time.perf_counter()
                try:
                    client(query)
                except Exception as error:
                    errors.append(error)
                seconds.append(time.perf_counter() - begun)

        threads = [threading.Thread(target=work, args=(each,)) for each in clients(count)]
        begun = time.perf_counter()
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        if errors:
            raise errors[0]
        return seconds, time.perf_counter() - begun

    serve({"one": one, "run": run})


def main() -> None:
    what, kind, *rest = sys.argv[1:]
    if what == "fill":
        folder, model, papers = rest
        fill(kind, Path(folder), Path(model), papers)
    else:
        port, folder, model = rest
        ask(kind, int(port), Path(folder), Path(model))


if __name__ == "__main__":
    main()
