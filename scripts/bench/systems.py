"""Systems that are measured beside each other: each in a process of its own, in turn.

A worker is a program that reads requests from its standard input, one JSON list a line, the name of
what to do and what it needs, and answers each with a line of JSON on its standard output:
{"given": …}, or {"error": …}.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["Failed", "System", "machine", "peers_python", "serve", "table"]

_PEERS = Path(__file__).resolve().parents[2] / ".bench-venv" / "bin" / "python"


class Failed(Exception):
    """A system cannot do what it was asked for; the message says why."""


class System:
    """A worker at work, as a context."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "HF_HUB_OFFLINE": "1", **(environment or {})},
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, what: str, *given: object) -> Any:
        """What the worker answers. Raises Failed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps([what, *given]) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Failed(f"it ended with status {self._process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise Failed(answer["error"])
        return answer["given"]

    def __enter__(self) -> "System":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()


def serve(does: Mapping[str, Callable[..., object]]) -> None:
    """Be a worker that does these things, until nobody asks any more."""
    # What libraries print must not stand among the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin:
        what, *given = json.loads(line)
        try:
            answer: dict[str, object] = {"given": does[what](*given)}
        except Exception as error:
            answer = {"error": " ".join(f"{type(error).__name__}: {error}".split())[:300]}
        print(json.dumps(answer), file=answers, flush=True)


def peers_python() -> str:
    """The Python that has the other systems. Exits where there is none."""
    if not _PEERS.exists():
        sys.exit("There is no .bench-venv: make it first, with scripts/bench/prepare")
    return str(_PEERS)


def machine() -> str:
    """The processor, its cores, the system and the Python, in a line."""
    name, flags = platform.processor() or platform.machine(), ""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                name = value.strip()
            if key.strip() == "flags":
                known = ("amx_bf16", "avx512_bf16", "avx512f", "avx2")
                flags = next((f", {each}" for each in known if each in value.split()), "")
    except OSError:
        pass
    cores = os.cpu_count()
    python = platform.python_version()
    return f"{name}{flags}, {cores} cores, {platform.system()}, Python {python}"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; all but the first column stand to the right."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
