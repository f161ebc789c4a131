"""The documentation: each of its samples is run, page by page and in order, in a folder of its own;
what is generated is what the code says; and what its pages show is what comes.

The tour begins with nothing. Other pages find the library `demo` that the tour leaves, and `mylib`,
of the same papers and some under the ids that pages take for examples, besides files that they
name. A block with a title (```json title="papers.jsonl") is written to that file. A sample that
cannot be run has a comment on the line before it, <!-- not run: REASON -->; one that ends with an
error has <!-- fails: REASON -->.
"""

import contextlib
import glob
import gzip
import io
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import textwrap
import threading
import time
import urllib.error
import urllib.request
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest
import uvicorn

import paperkin
from paperkin.api.cli import main
from paperkin.api.http import create_app
from paperkin.search.library import Library
from samples import Command, Sample, commands, samples
from tiny_models import write_static_model

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
TOUR = ROOT / "docs" / "tour.md"
NOT_RUN = {
    "README.md": 2,
    "agents.md": 1,
    "clients.md": 1,
    "commands.md": 3,
    "formats-in.md": 2,
    "harvesting.md": 2,
    "models.md": 1,
    "searching.md": 1,
    "settings.md": 1,
    "tour.md": 1,
}
"""How many samples of each page are not run. Each needs a network, or what only its reader has."""
RUN = ("console", "python")
SHOWN = ("csv", "json", "text", "toml", "xml")
"""What is not typed, but looked at; a block of any other kind is an error of the page."""
ADDRESS = "127.0.0.1:8000"
RANKED = ("search", "related", "recommend", "clusters", "evaluate")
"""Commands whose answers depend on scores: what pages show of them is not compared."""
CLIENTS = ("huggingface_hub", "semanticscholar")
"""Samples with these run in a process of their own: one refuses servers where tests are offline."""
PATIENCE = 120
"""Seconds to wait for a model on a busy machine."""
EXAMPLES: list[dict[str, Any]] = [
    {
        "id": "2106.15928",
        "authors": "Ada Quill and Bo Lind",
        "title": "Reading only every other page",
        "abstract": "A reader with little time turns two pages at once. We ask what is lost, and "
        "find that sparse attention to a long document costs less than readers fear.",
        "categories": "cs.CL",
        "versions": [{"version": "v1", "created": "Tue, 29 Jun 2021 10:00:00 GMT"}],
        "update_date": "2021-06-30",
    },
    {
        "id": "2007.14062",
        "authors": "Dora Reed",
        "title": "Bookmarks for the forgetful",
        "abstract": "Ribbons, cards and dog ears were lent to forty readers of long documents.",
        "categories": "cs.HC",
        "versions": [{"version": "v1", "created": "Mon, 27 Jul 2020 10:00:00 GMT"}],
        "update_date": "2020-07-28",
    },
]
"""Papers made up for the tests, under the ids that pages take for examples."""
BIBLIOGRAPHY = """\
@article{og2021,
  title    = {Lamps that wait},
  author   = {{\\'O}g, Cyril},
  year     = {2021},
  doi      = {10.1000/xyz},
  abstract = {A lamp that dims slowly lets people finish their page before they sleep.}
}

@article{dewilde19,
  title  = {While We Sleep: Replay, Spindles and the Consolidation of Memory},
  author = {de Wilde, Leontine},
  year   = {2019}
}
"""


@pytest.fixture(scope="module")
def toured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of somebody who has followed the tour, with nothing but what it says."""
    folder = tmp_path_factory.mktemp("tour")
    follow(TOUR, folder)
    return folder


@pytest.fixture(scope="module")
def desk(toured: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the other pages take for granted."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(toured / "demo", folder / "demo")
    shutil.copytree(toured / "demo", folder / "mylib")
    (folder / "refs.bib").write_text(BIBLIOGRAPHY, "utf-8")
    snapshot = "".join(json.dumps(each) + "\n" for each in EXAMPLES)
    for name in ("arxiv.jsonl.gz", "arxiv-metadata.json.gz"):
        (folder / name).write_bytes(gzip.compress(snapshot.encode()))
    for name in ("exports", "downloads"):
        (folder / name).mkdir()
        table = "title,authors,year\nA short history of the umbrella,Bo Lind,2012\n"
        (folder / name / "table.csv").write_text(table, "utf-8")
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "sleep and memory"}\n', "utf-8")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\tdemo-129\t1\n", "utf-8")
    write_static_model(folder / "my-model")
    with paperkin.open(folder / "mylib") as library:
        library.add([folder / "refs.bib", folder / "arxiv.jsonl.gz"])
    return folder


needs_curl = pytest.mark.skipif(
    shutil.which("curl") is None, reason="there is no curl here, which pages tell readers to type"
)


class Reader:
    """Somebody who follows a page word by word."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._address = ADDRESS
        self._names: dict[str, Any] = {"__name__": "__main__"}
        stack.callback(self._close)

    def _close(self) -> None:
        for value in self._names.values():
            if isinstance(value, Library):
                value.close()

    def follow(self, sample: Sample) -> None:
        """Type what a sample says, and check what it shows."""
        if sample.title:
            (self._folder / sample.title).write_text(sample.text, "utf-8")
        elif sample.kind == "python":
            self._python(sample)
        elif sample.kind == "console":
            for command in commands(sample.text):
                self._type(command, sample.fails)

    def _python(self, sample: Sample) -> None:
        text = sample.text.replace(ADDRESS, self._address)
        if any(name in text for name in CLIENTS):
            self._run([sys.executable, "-c", text])
            return
        # Blank lines put the line of the page into what an error says.
        code = compile("\n" * sample.line + text, "the page", "exec")
        with contextlib.redirect_stdout(io.StringIO()):
            exec(code, self._names)

    def _type(self, command: Command, fails: str) -> None:
        typed = command.text.replace(ADDRESS, self._address)
        words = [found for word in shlex.split(typed) for found in _expanded(typed, word)]
        if words[:2] == ["paperkin", "serve"] and fails:
            # In a process of its own, which is stopped should it serve after all.
            self._run([sys.executable, "-m", "paperkin.api.cli", *words[1:]], fails)
        elif words[:2] == ["paperkin", "serve"]:
            self._serve(words[2])
        elif words[0] == "paperkin":
            printed = self._paperkin(words[1:], fails)
            if words[1] not in RANKED:
                _compare(command, printed)
        elif words[0] == "curl":
            _compare(command, self._run([*words, "--fail", "--silent", "--show-error"]))
        else:
            _compare(command, self._run(["bash", "-c", typed]))

    def _paperkin(self, words: list[str], fails: str) -> str:
        out = None
        if ">" in words:
            words, out = words[: words.index(">")], words[words.index(">") + 1]
        assert not {"|", "<", "&&", ";"} & set(words), f"too much of a shell: {words}"
        # Formats are written as bytes, as to a real stream.
        said, complained = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
            status = main(words)
        assert (status != 0) == bool(fails), f"{words}: {status}, {complained.getvalue()}"
        said.seek(0)
        printed = said.read()
        if out is not None:
            (self._folder / out).write_text(printed, "utf-8")
        return printed

    def _run(self, words: list[str], fails: str = "") -> str:
        """What a program prints, in an environment where the clients may ask a server."""
        environment = {
            name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"
        }
        done = subprocess.run(
            words,
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env={
                **environment,
                "HF_HOME": str(self._folder / "hub"),
                "HF_HUB_DISABLE_TELEMETRY": "1",
                "HF_HUB_DISABLE_UPDATE_CHECK": "1",
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}",
            },
        )
        assert (done.returncode != 0) == bool(fails), f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def _serve(self, name: str) -> None:
        """What `paperkin serve` does, in this process: its models are loaded already."""
        library = self._stack.enter_context(paperkin.open(self._folder / name))
        listener = self._stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        server = uvicorn.Server(uvicorn.Config(create_app(library), log_config=None, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        self._stack.callback(thread.join)
        self._stack.callback(setattr, server, "should_exit", True)
        self._address = f"127.0.0.1:{listener.getsockname()[1]}"
        until = time.monotonic() + PATIENCE
        while not _ready(f"http://{self._address}/readyz"):
            assert time.monotonic() < until, f"{name} does not get ready"
            time.sleep(0.05)


def _ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False


def _expanded(typed: str, word: str) -> list[str]:
    """What a shell makes of a word: the files that it fits, where it is not quoted."""
    bare = re.search(rf"(?<!\S){re.escape(word)}(?!\S)", typed)
    return (sorted(glob.glob(word)) or [word]) if bare and "*" in word else [word]


def _compare(command: Command, printed: str) -> None:
    """Every line that the page shows is one of those printed; … stands for anything."""
    there = printed.splitlines()
    for line in command.printed:
        pattern = ".*".join(map(re.escape, line.rstrip().split("…")))
        assert line.strip() == "…" or any(re.fullmatch(pattern, each.rstrip()) for each in there), (
            f"{command.text} does not print {line!r}, but {printed}"
        )


def follow(page: Path, folder: Path) -> None:
    """Do what a page says, in a folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        with contextlib.ExitStack() as stack:
            reader = Reader(folder, stack)
            for sample in samples(page.read_text("utf-8")):
                if not sample.not_run:
                    reader.follow(sample)
    finally:
        os.chdir(before)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_samples_are_run_but_for_those_that_cannot_be(page: Path) -> None:
    found = list(samples(page.read_text("utf-8")))
    for sample in found:
        assert sample.title or sample.kind in RUN + SHOWN, f"line {sample.line}: {sample.kind!r}"
        assert not (sample.title and sample.not_run), f"line {sample.line}: a file is only written"
    assert sum(bool(sample.not_run) for sample in found) == NOT_RUN.get(page.name, 0)


@needs_curl
def test_the_tour_can_be_followed(toured: Path) -> None:
    with paperkin.open(toured / "demo") as library:
        assert len(library) == 140
    assert {"map.html", "sleep.bib", "reading.md"} <= {path.name for path in toured.iterdir()}


@needs_curl
@pytest.mark.parametrize(
    "page", [page for page in PAGES if page != TOUR], ids=lambda page: page.name
)
def test_a_page_can_be_followed(page: Path, desk: Path, tmp_path: Path) -> None:
    shutil.copytree(desk, tmp_path, dirs_exist_ok=True)
    follow(page, tmp_path)


def test_the_page_of_commands_is_what_they_say_of_themselves() -> None:
    script = ROOT / "scripts" / "describe_commands"
    done = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_samples_are_found_wherever_they_stand() -> None:
    page = textwrap.dedent("""\
        # A page

            $ paperkin info a    # how much
            papers  1 …

        ```text title="b.txt"
        b
        ```

        <!-- not run: it takes years -->
        ```console
        $ sleep \\
            1000000
        ```

        ```console
        $ ls
        ```
        """)
    found = list(samples(page))
    assert [(each.kind, each.title, each.not_run) for each in found] == [
        ("console", "", ""),
        ("text", "b.txt", ""),
        ("console", "", "it takes years"),
        ("console", "", ""),
    ]
    assert commands(found[0].text) == [Command("paperkin info a", ("papers  1 …",))]
    assert commands(found[2].text) == [Command("sleep  1000000", ())]
    with pytest.raises(AssertionError, match="does not print"):
        _compare(commands(found[0].text)[0], "papers  2 in all\n")
    _compare(commands(found[0].text)[0], "papers  1 in all\n")


def test_a_page_of_the_site_that_leads_nowhere_or_loads_from_elsewhere_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader = SourceFileLoader("docs_script", str(ROOT / "scripts" / "docs"))
    script = module_from_spec(spec_from_loader("docs_script", loader))
    loader.exec_module(script)
    monkeypatch.setattr(script, "SITE", tmp_path)
    confined = """<meta http-equiv="Content-Security-Policy" content="default-src 'self'">"""
    page = tmp_path / "a.html"
    page.write_text(f'{confined}<a href="b.html">b</a><a href="https://example.org">far</a>')
    assert list(script.page_faults(page)) == ["a.html leads to b.html, where there is nothing"]
    (tmp_path / "b.html").touch()
    assert list(script.page_faults(page)) == []
    page.write_text('<script src="https://example.org/a.js"></script>')
    assert list(script.page_faults(page)) == [
        "a.html has no Content-Security-Policy that confines it",
        "a.html loads https://example.org/a.js",
    ]
