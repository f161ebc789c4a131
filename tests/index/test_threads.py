"""One policy for threads: what a process may use, and what each part gets of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from paperkin.index import threads
from paperkin.index.errors import InputError


def test_no_more_cores_are_used_than_the_process_may_have(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(threads.os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.delenv(threads.THREADS, raising=False)
    quota = tmp_path / "cpu.max"
    monkeypatch.setattr(threads, "_QUOTA", quota)
    assert threads.cores() == 8
    quota.write_text("max 100000\n", encoding="ascii")
    assert threads.cores() == 8
    quota.write_text("250000 100000\n", encoding="ascii")
    assert threads.cores() == 3
    monkeypatch.setenv(threads.THREADS, "2")
    assert threads.cores() == 2
    monkeypatch.setenv(threads.THREADS, "64")
    assert threads.cores() == 3
    assert threads.policy() == threads.Policy(encoder=3, faiss=3, blas=1, requests=16)


@pytest.mark.parametrize("said", ["0", "-1", "two", "1.5", "1025", "9" * 5000])
def test_what_is_no_number_of_threads_is_refused(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setenv(threads.THREADS, said)
    with pytest.raises(InputError, match="PAPERKIN_THREADS"):
        threads.cores()


def test_the_policy_is_applied_to_a_process() -> None:
    program = (
        "import json, os\n"
        "from paperkin.index import threads\n"
        "threads.settle()\n"
        "import faiss, threadpoolctl\n"
        "found = {each['user_api'] + ' ' + each['prefix']: each['num_threads']\n"
        "         for each in threadpoolctl.threadpool_info()}\n"
        "print(json.dumps([found, faiss.omp_get_max_threads(), os.environ['OMP_WAIT_POLICY']]))\n"
    )
    environment = {**os.environ, "PAPERKIN_THREADS": "1"}
    for name in ("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "OPENBLAS_NUM_THREADS"):
        environment.pop(name, None)
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    pools, openmp, waiting = json.loads(said.stdout)
    blas = {name: count for name, count in pools.items() if name.startswith("blas")}
    assert blas
    assert set(blas.values()) == {1}
    assert (openmp, waiting) == (1, "PASSIVE")


def test_a_build_stands_back() -> None:
    program = (
        "import os\n"
        "from paperkin.index import threads\n"
        "threads.yield_to_others()\n"
        "print(os.getpriority(os.PRIO_PROCESS, 0))\n"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert int(said.stdout) >= 10
