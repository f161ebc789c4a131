"""The command that harvests, as a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import paperkin
from harvest_services import ITEMS, Oai, Served, serving, silent
from tiny_models import write_static_model

ALL = [f"arXiv:{each.id}" for each in ITEMS]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_static_model(tmp_path_factory.mktemp("models") / "static"))


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(Oai(list(ITEMS))) as served:
        yield served


def held(path: Path) -> list[str]:
    with paperkin.open(path / "library") as library:
        return sorted(paper.id for paper in library)


def test_a_killed_harvest_goes_on(
    tmp_path: Path, model: str, served: Served, paperkin_command: list[str]
) -> None:
    """Killed while it waits for the second page."""
    command = [*paperkin_command, "harvest", str(tmp_path / "library"), "arxiv", "--json"]
    command += ["--base-url", served.address, "--interval", "0", "--model", model]
    served.faults = {2: silent}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        until = time.monotonic() + 120
        while len(served.asked) < 2:
            assert time.monotonic() < until
            assert process.poll() is None, process.stderr and process.stderr.read()
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    assert held(tmp_path) == ALL[:2]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["read"], said["added"], said["papers"], said["complete"]) == (3, 3, 5, True)
    assert "Going on after 2 records." in done.stderr
    assert served.asked[2] == served.asked[1]
    assert held(tmp_path) == ALL
    with paperkin.open(tmp_path / "library") as library:
        assert library.search("river 4 honey", mode="keyword")[0].id == ALL[3]


def test_the_command(
    tmp_path: Path, model: str, served: Served, paperkin_command: list[str]
) -> None:
    library = str(tmp_path / "library")
    options = ["--base-url", served.address, "--interval", "0", "--model", model, "--quiet"]
    options += ["--mailto", "ada@example.org", "--from", "2026-03-02", "--pages", "1"]
    # In the other order as well.
    command = [*paperkin_command, "harvest", "arxiv", library, *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Read 2 records, from 2026-03-02 on" in done.stdout
    assert "There is more: the same command goes on from here." in done.stdout
    assert "(mailto:ada@example.org)" in served.headers[0]["User-Agent"]
    for wrong, said in (
        (["harvest", library, "pubmed"], "there is no service 'pubmed': choose arxiv or openalex"),
        (["harvest", library, "arxiv", "--search", "x"], "--search goes with openalex"),
        (["harvest", library, "arxiv", "--pages", "0"], "'0' is no number of pages"),
        (["harvest", library, "arxiv", "--mailto", "a\nb@c"], "is no e-mail address"),
    ):
        done = subprocess.run([*paperkin_command, *wrong], capture_output=True, text=True)
        assert done.returncode == 2
        assert said in done.stderr
    program = "import sys, paperkin, paperkin.api.cli; print('httpx2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "False\n"
