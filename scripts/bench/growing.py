#!/usr/bin/env python3
"""A worker for scripts/bench/growth: a library that answers, in a process of its own.

growing.py LIBRARY
"""

import sys
import time
from pathlib import Path
from typing import Any

from systems import serve

import paperkin


def memory() -> dict[str, float]:
    """What this process has resident, in MB: all of it, and what is no file in memory; empty where
    the system does not say (Linux does)."""
    found = {}
    try:
        for line in Path("/proc/self/status").read_text("utf-8").splitlines():
            name, _, value = line.partition(":")
            if name in ("VmRSS", "RssAnon"):
                found[name] = int(value.split()[0]) * 1024 / 1e6
    except OSError:
        pass
    return found


def main() -> None:
    library: Any = None

    def load(query: str) -> float:
        nonlocal library
        begun = time.perf_counter()
        library = paperkin.open(sys.argv[1])
        library.search(query)
        return time.perf_counter() - begun

    def ask(mode: str, queries: list[str]) -> list[float]:
        library.search(queries[0], mode=mode)
        seconds = []
        for query in queries:
            begun = time.perf_counter()
            library.search(query, mode=mode)
            seconds.append(time.perf_counter() - begun)
        return seconds

    serve({"load": load, "ask": ask, "memory": memory})


if __name__ == "__main__":
    main()
