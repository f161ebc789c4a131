"""Servers that are measured: started, found ready, looked at, and stopped; what they are asked."""

import json
import os
import random
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from systems import Failed

__all__ = ["SHARED", "Server", "free_port", "memory", "queries"]

SHARED = Path(__file__).resolve().parents[3] / "shared"

_STARTS = 120.0
"""Seconds that a server gets until it listens."""
_STOPS = 15.0


def queries() -> list[str]:
    """Queries of the judged collections, mixed; those that are papers themselves are left out."""
    found = {
        " ".join(json.loads(line)["text"].split())
        for file in sorted((SHARED / "collections").glob("*/queries.jsonl"))
        if not file.parent.name.startswith("citations")
        for line in file.read_text("utf-8").splitlines()
    }
    mixed = sorted(found)
    random.Random(7).shuffle(mixed)
    return mixed


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def memory(root: int) -> dict[str, int]:
    """Bytes of a process and all that it started: VmRSS with what is mapped of files, RssAnon
    without."""
    found = {"VmRSS": 0, "RssAnon": 0}
    processes = [root]
    for process in processes:
        try:
            status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
            for task in Path(f"/proc/{process}/task").iterdir():
                processes += map(int, (task / "children").read_text(encoding="ascii").split())
        except OSError:
            continue
        for line in status.splitlines():
            name, _, value = line.partition(":")
            if name in found:
                found[name] += 1024 * int(value.split()[0])
    return found


class Server:
    """A server at work on a port of this machine, as a context."""

    def __init__(
        self, command: Sequence[str], port: int, environment: Mapping[str, str] | None = None
    ) -> None:
        self.begun = time.perf_counter()
        # Closed with the server.
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._process = subprocess.Popen(
            command,
            stdout=self._said,
            stderr=subprocess.STDOUT,
            env={**os.environ, "HF_HUB_OFFLINE": "1", **(environment or {})},
        )
        self.pid = self._process.pid
        self._port = port

    def __enter__(self) -> "Server":
        try:
            self._wait()
        except BaseException:
            self._stop()
            raise
        return self

    def _wait(self) -> None:
        """Return once it listens. Raises Failed."""
        while time.perf_counter() - self.begun < _STARTS:
            if self._process.poll() is not None:
                self._said.seek(0)
                raise Failed(f"it ended: {' '.join(self._said.read().split())[-300:]}")
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise Failed(f"it did not listen within {_STARTS:.0f} s")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOPS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()
