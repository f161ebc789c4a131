#!/usr/bin/env python3
"""A worker for scripts/bench/nearest: one system that finds the nearest vectors.

    nearest_worker.py SYSTEM DATA FOLDER LIMIT

DATA has vectors.npy (float16, unit rows), queries.npy (float32), truth.npy and truth-SHARE.npy (the
ten nearest rows of each query); FOLDER is where the system keeps what it builds. A build that has
not ended after LIMIT seconds is given up.
"""

import importlib
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from nearest_systems import RECALL, SYSTEMS, K
from numpy.typing import NDArray
from systems import serve

ENOUGH = 30
"""Queries by which a setting that is far from enough is told."""


def memory() -> tuple[int, int]:
    """Bytes of this process in memory that are its own, and that are of files."""
    said = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    found = dict(line.split(":", 1) for line in said)
    anonymous, mapped = (int(found[name].split()[0]) << 10 for name in ("RssAnon", "RssFile"))
    return anonymous, mapped


class Worker:
    """What scripts/bench/nearest asks for."""

    def __init__(self, name: str, data: Path, folder: Path, limit: int) -> None:
        self.data, self.limit = data, limit
        self.queries = np.load(data / "queries.npy")
        self.found = SYSTEMS[name](np.load(data / "vectors.npy", mmap_mode="r"), folder)

    def build(self) -> dict[str, float]:
        """Seconds until everything is on the disk, and the most bytes that the process had of its
        own meanwhile."""

        def stop(*_: object) -> None:
            raise TimeoutError(f"its build was not done after {self.limit} s")

        signal.signal(signal.SIGALRM, stop)
        signal.alarm(self.limit)
        done, peak = threading.Event(), [0]

        def watch() -> None:
            while not done.wait(0.02):
                peak[0] = max(peak[0], memory()[0])

        watching = threading.Thread(target=watch, daemon=True)
        watching.start()
        begun = time.perf_counter()
        self.found.build()
        seconds = time.perf_counter() - begun
        signal.alarm(0)
        done.set()
        return {"seconds": seconds, "peak": peak[0]}

    def load(self) -> None:
        # What it imports is not what its index takes.
        for module in self.found.modules:
            importlib.import_module(module)
        self.before = memory()
        self.found.load()

    def tune(self, share: float | None) -> dict[str, object]:
        """Take the quickest setting that reaches RECALL; tell it, and the recall."""
        if share is not None and self.found.filters:
            raise NotImplementedError(self.found.filters)
        name = "truth.npy" if share is None else f"truth-{share}.npy"
        truth = np.load(self.data / name)
        recall = 0.0
        for level in self.found.levels:
            self.found.level = level
            try:
                recall = self._recall(truth, share)
            except RuntimeError:
                # Some say so that a setting finds too little.
                if level == self.found.levels[-1]:
                    raise
            if recall >= RECALL:
                break
        said = getattr(self.found, "said", self.found.level)
        return {"recall": recall, "setting": str(said)}

    def _recall(self, truth: NDArray[np.int64], share: float | None) -> float:
        got = []
        for query, row in zip(self.queries, truth, strict=True):
            found = self.found.ask(query, share)
            got.append(len(set(found[:K]) & set(row.tolist())) / len(row))
            if len(got) == ENOUGH and np.mean(got) < RECALL - 0.1:
                break
        return float(np.mean(got))

    def round(self, share: float | None) -> list[float]:
        """Seconds that each query took."""
        took = []
        for query in self.queries:
            begun = time.perf_counter()
            self.found.ask(query, share)
            took.append(time.perf_counter() - begun)
        return took

    def size(self) -> dict[str, int]:
        """Bytes that it takes in memory, without what it imports, and on the disk."""
        anonymous, mapped = memory()
        files = (path for path in self.found.folder.rglob("*") if path.is_file())
        return {
            "anonymous": anonymous - self.before[0],
            "mapped": mapped - self.before[1],
            "disk": sum(path.stat().st_size for path in files),
        }


def main() -> None:
    name, data, folder, limit = sys.argv[1:]
    worker = Worker(name, Path(data), Path(folder), int(limit))
    does: dict[str, Callable[..., object]] = {
        "build": worker.build,
        "load": worker.load,
        "tune": worker.tune,
        "round": worker.round,
        "size": worker.size,
    }
    serve(does)


if __name__ == "__main__":
    main()
