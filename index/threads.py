"""How many threads work at once: one policy for the encoder, FAISS, NumPy's BLAS and a server.

Cores are those that this process may use: of its affinity, its control group's quota, and
PAPERKIN_THREADS, whichever is least. A model and FAISS take all of them for one caller; their
threads sleep while they wait, so that several callers share them. BLAS takes one: what a search
multiplies is done before a second thread has woken up, and OpenBLAS's spin for milliseconds
afterwards. Tantivy searches in the thread that asks, and writes with one of its own.
"""

import contextlib
import math
import os
from dataclasses import dataclass
from pathlib import Path

from .errors import InputError

__all__ = ["THREADS", "Policy", "bound", "cores", "policy", "settle", "yield_to_others"]

THREADS = "PAPERKIN_THREADS"
_MOST = 1024
_QUOTA = Path("/sys/fs/cgroup/cpu.max")
_REQUESTS_PER_CORE = 4
_LEAST_REQUESTS = 16
"""Requests that a server works on at once: more wait in line, where they need no memory, and do not
take the interpreter from each other. A few that take minutes must not hold up all others."""
_NICE = 10
"""How far a build stands back: it gets a tenth of what a search gets that wants the same core."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Threads of each part."""

    encoder: int
    faiss: int
    blas: int
    requests: int


def cores() -> int:
    """The cores that this process may use, at least one. Raises InputError where PAPERKIN_THREADS
    is no number from 1 to 1024."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(there or 1, _quota(_QUOTA), _wanted()))


def policy() -> Policy:
    """What each part gets on this machine. Raises InputError as `cores` does."""
    count = cores()
    return Policy(
        encoder=count,
        faiss=count,
        blas=1,
        requests=max(_LEAST_REQUESTS, _REQUESTS_PER_CORE * count),
    )


def settle() -> Policy:
    """Apply the policy to this process; call it before FAISS is imported. What the environment says
    of OpenMP's threads already stands. Raises InputError as `cores` does."""
    chosen = policy()
    # OpenMP reads it once, for the threads of every caller.
    os.environ.setdefault("OMP_NUM_THREADS", str(chosen.faiss))
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # SciPy brings a BLAS of its own, later.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", str(chosen.blas))
    import numpy  # noqa: F401  (its BLAS has to be there to be told)
    from threadpoolctl import threadpool_limits

    threadpool_limits(chosen.blas, user_api="blas")
    return chosen


def bound() -> None:
    """Have the libraries that are imported from now on use no more threads than PAPERKIN_THREADS
    says, where it says so. Raises InputError as `cores` does."""
    if os.environ.get(THREADS, "").strip():
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            os.environ.setdefault(name, str(cores()))


def yield_to_others() -> None:
    """Let whatever else this machine does go first, as searches beside a build."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, max(_NICE, os.getpriority(os.PRIO_PROCESS, 0)))


def _wanted() -> int:
    said = os.environ.get(THREADS, "").strip()
    if not said:
        return _MOST
    if not said.isdecimal() or len(said) > 4 or not 1 <= int(said) <= _MOST:
        raise InputError(
            f"{said!r} is no value for the environment's {THREADS}. It may be: 1 to {_MOST}."
        )
    return int(said)


def _quota(path: Path) -> int:
    """Cores that a control group (Linux, version 2) may use, rounded up."""
    try:
        most, period = path.read_text(encoding="ascii").split()
        return max(1, math.ceil(int(most) / int(period)))
    except (OSError, ValueError):
        # There is none, or it is "max".
        return _MOST
