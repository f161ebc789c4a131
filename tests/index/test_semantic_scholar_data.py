import contextlib
import gc
import json
import os
import shutil
import sqlite3
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import paperkin
from paperkin.index.build import build
from paperkin.index.errors import SourceError
from paperkin.index.readers.embeddings import specter_version
from paperkin.index.sources import Source
from paperkin.index.store import Store
from tiny_models import WORDS, write_static_model

PAPERS = [
    {
        "corpusid": 1,
        "title": "Honey of the river bees",
        "year": 2001,
        "authors": [{"name": "Ann Lee"}],
    },
    {"corpusid": 2, "title": "Steel bridge", "year": 2002, "authors": [{"name": "Bo Ek"}]},
    {"corpusid": 3, "title": "Galaxies", "year": 2003, "authors": [{"name": "Cy Po"}]},
]
ABSTRACTS = [
    {
        "corpusid": 1,
        "openaccessinfo": {"externalids": {"DOI": "10.1234/honey"}},
        "abstract": "Bees.",
    },
    {
        "corpusid": 2,
        "openaccessinfo": {"externalids": {"DOI": None}},
        "abstract": "A bridge of steel.",
    },
    {"corpusid": 9, "openaccessinfo": None, "abstract": "Music without a paper of its own."},
]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of one tiny model under several names."""
    folder = tmp_path_factory.mktemp("models")
    model = write_static_model(folder / "specter2")
    for name in ("minutes", "specter", "specter2_base"):
        shutil.copytree(model, folder / name)
    return folder


def lines(path: Path, values: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(value) + "\n" for value in values), "utf-8")
    return path


def vectors_of(*given: tuple[int, int]) -> list[dict[str, Any]]:
    """Rows of a data set of vectors: for (corpusid, place), all but that place nearly zero."""
    rows = []
    for corpusid, place in given:
        vector = [0.01] * 16
        vector[place] = 3.0
        rows.append({"corpusid": corpusid, "model": "specter_v2", "vector": json.dumps(vector)})
    return rows


def state(library: Path) -> list[tuple[str, ...]]:
    with paperkin.open(library) as opened, opened.store.read() as snapshot:
        papers = snapshot.papers(snapshot.live()).values()
        return sorted((p.id, p.title, p.abstract, str(p.year), *p.authors, *p.ids) for p in papers)


def stored(library: Path) -> dict[str, list[float]]:
    """The vector of each paper, by its title, to two digits."""
    store = Store.open(library)
    with store.read() as snapshot:
        numbers = snapshot.live()
        rows = snapshot.vectors(numbers, snapshot.model)
        papers = snapshot.papers(numbers)
        found = {papers[int(n)].title: row for n, row in zip(numbers, rows, strict=True)}
    store.close()
    return {title: [round(float(x), 2) for x in row] for title, row in found.items()}


def test_abstracts_join_their_papers_in_any_order_and_build(tmp_path: Path, models: Path) -> None:
    papers = lines(tmp_path / "papers" / "part0", PAPERS[:2])
    more = lines(tmp_path / "papers" / "part1", PAPERS[2:])
    abstracts = lines(tmp_path / "abstracts" / "part0", ABSTRACTS)
    model = str(models / "minutes")
    states = []
    for number, order in enumerate(permutations([papers, more, abstracts])):
        library = tmp_path / f"together{number}"
        report = build(library, order, model=model)
        assert report.outcomes == {"added": 4, "merged": 2}
        states.append(state(library))
        if number % 2:
            continue  # three orders in builds of their own will do
        library = tmp_path / f"apart{number}"
        for source in order:
            build(library, [source], model=model if not library.exists() else None)
        states.append(state(library))
    assert all(each == states[0] for each in states)
    assert [each[:3] for each in states[0]] == [
        ("CorpusId:2", "Steel bridge", "A bridge of steel."),
        ("CorpusId:3", "Galaxies", ""),
        ("CorpusId:9", "Music without a paper of its own.", "Music without a paper of its own."),
        ("DOI:10.1234/honey", "Honey of the river bees", "Bees."),
    ]


def test_papers_are_read_before_their_abstracts(tmp_path: Path, models: Path) -> None:
    papers = lines(tmp_path / "papers", PAPERS[:2])
    abstracts = lines(tmp_path / "abstracts", ABSTRACTS[:2])
    model = str(models / "minutes")
    order = []

    class Watch(paperkin.index.build.Progress):
        def reading(self, source: Any, number: int, count: int) -> None:
            order.append(source.name)

    build(tmp_path / "library", [abstracts, papers], model=model, progress=Watch())
    assert order == ["papers", "abstracts"]


def test_vectors_come_to_papers_instead_of_encoding(tmp_path: Path, models: Path) -> None:
    papers = lines(tmp_path / "papers", PAPERS)
    abstracts = lines(tmp_path / "abstracts", ABSTRACTS[:2])
    rows = vectors_of((1, 0), (2, 5), (7, 1))
    vectors = lines(tmp_path / "vectors", rows)
    library = tmp_path / "library"
    report = build(library, [papers, abstracts, vectors], model=str(models / "specter2"))
    assert report.read == 8
    assert report.outcomes == {"added": 3, "merged": 4, "rejected": 1}
    assert report.encoded == 1
    assert "no paper of the library is CorpusId:7" in report.first_rejects[0]
    assert "vectors, line 3" in report.first_rejects[0]
    found = stored(library)
    assert int(np.argmax(found["Honey of the river bees"])) == 0
    assert int(np.argmax(found["Steel bridge"])) == 5

    again = build(library, [papers, abstracts, vectors])
    assert again.outcomes == {"unchanged": 7, "rejected": 1}
    assert again.encoded == 0
    assert stored(library) == found


def test_vectors_that_come_later_replace_those_encoded_here(tmp_path: Path, models: Path) -> None:
    papers = lines(tmp_path / "papers", PAPERS)
    library = tmp_path / "library"
    build(library, [papers], model=str(models / "specter2"))
    paperkin.open(library).close()
    with paperkin.open(library) as opened:
        before = opened.search("galaxies", mode="semantic", exact=True)[0].score
    rows = vectors_of((3, 2), (3, 4))
    report = build(library, [lines(tmp_path / "vectors", rows)])
    assert report.outcomes == {"updated": 1, "merged": 1}
    assert int(np.argmax(stored(library)["Galaxies"])) == 4
    with paperkin.open(library) as opened:
        assert opened.search("galaxies", mode="semantic", exact=True)[0].score != before


def test_vectors_of_removed_papers_stay_away(tmp_path: Path, models: Path) -> None:
    library = tmp_path / "library"
    build(library, [lines(tmp_path / "papers", PAPERS)], model=str(models / "specter2"))
    with paperkin.open(library) as opened:
        opened.remove("CorpusId:3")
    report = build(library, [lines(tmp_path / "vectors", vectors_of((3, 2), (2, 1)))])
    assert report.outcomes == {"removed": 1, "updated": 1}
    assert set(stored(library)) == {"Honey of the river bees", "Steel bridge"}


@pytest.mark.parametrize("name", ["minutes", "specter", "specter2_base"])
def test_another_models_library_refuses_vectors(tmp_path: Path, models: Path, name: str) -> None:
    papers = lines(tmp_path / "papers", PAPERS)
    vectors = lines(tmp_path / "vectors", vectors_of((1, 0)))
    library = tmp_path / "library"
    with pytest.raises(SourceError, match=f"vectors of SPECTER2 .* model .*{name}: vectors of two"):
        build(library, [papers, vectors], model=str(models / name))
    assert not library.exists()
    # Among the files of a folder they are left out, and the rest is read.
    report = build(library, [tmp_path], model=str(models / name))
    assert report.papers == 3
    assert any("vectors of SPECTER2" in line for line in report.skipped)


def test_vectors_that_do_not_say_their_model(tmp_path: Path, models: Path) -> None:
    rows = [
        {"corpusid": r["corpusid"], "vector": json.loads(r["vector"])} for r in vectors_of((1, 0))
    ]
    papers = lines(tmp_path / "papers", PAPERS)
    library = tmp_path / "library"
    with pytest.raises(SourceError, match="of a model that it does not name"):
        build(library, [papers, lines(tmp_path / "vectors", rows)], model=str(models / "specter2"))
    named = lines(tmp_path / "embeddings-specter_v2" / "part0", rows)
    report = build(library, [papers, named], model=str(models / "specter2"))
    assert report.outcomes == {"added": 3, "merged": 1}


def test_bad_vectors_are_rejected_one_by_one(tmp_path: Path, models: Path) -> None:
    (good,) = vectors_of((1, 0))
    bad = [
        {**good, "vector": "[1, 2"},
        {**good, "vector": [0.0] * 16},
        {**good, "vector": [1.0] * 5},
        {**good, "vector": ["1"] * 16},
        {**good, "vector": [1e39] * 16},
        {**good, "vector": None},
        {**good, "corpusid": "one"},
        {**good, "model": "specter@v0.1.1"},
    ]
    path = lines(tmp_path / "vectors", [good, *bad])
    with path.open("a") as file:
        file.write("not JSON\n")
    papers = lines(tmp_path / "papers", PAPERS)
    report = build(tmp_path / "library", [papers, path], model=str(models / "specter2"))
    assert report.outcomes == {"added": 3, "merged": 1, "rejected": 9}
    assert report.rejects is not None
    rejects = [json.loads(line) for line in report.rejects.read_text("utf-8").splitlines()]
    assert [each["line"] for each in rejects] == list(range(2, 11))
    assert all(each["reason"] for each in rejects)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("specter@v0.1.1", "specter"),
        ("specter_v1", "specter"),
        ("allenai-specter", "specter"),
        ("specter_v2", "specter2"),
        ("specter2", "specter2"),
        ("SPECTER2-proximity", "specter2"),
        ("all-MiniLM-L6-v2", ""),
        ("spectral", ""),
    ],
)
def test_names_of_the_models(name: str, model: str) -> None:
    assert specter_version(name) == model


def test_the_words_of_the_tiny_model_are_those_of_the_papers() -> None:
    assert {"honey", "river", "bees", "steel", "bridge", "galaxies"} <= set(WORDS)


class Stopping(paperkin.Progress):
    """Stops a build when its first batch is encoded, or once that many records are read."""

    def __init__(self, vectors: bool) -> None:
        self._vectors = vectors

    def encoding(self, done: int, total: int) -> None:
        raise KeyboardInterrupt

    def committed(self, report: paperkin.Report, source: Source) -> None:
        if self._vectors:
            raise KeyboardInterrupt


def is_open(path: Path) -> bool:
    """Whether this process has a file open."""
    wanted = path.stat()
    for number in range(3, 256):
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(number), wanted):
                return True
    return False


def open_connections() -> int:
    """How many connections to databases this process has."""
    count = 0
    for each in gc.get_objects():
        if type(each) is sqlite3.Connection:
            with contextlib.suppress(sqlite3.ProgrammingError):
                each.execute("SELECT 1")
                count += 1
    return count


@pytest.mark.parametrize("vectors", [False, True])
def test_a_build_that_is_stopped_leaves_nothing_open(
    tmp_path: Path, models: Path, vectors: bool
) -> None:
    papers = lines(tmp_path / "papers.jsonl", PAPERS)
    rows = vectors_of(*((number, 0) for number in range(10, 1500)))
    given = lines(tmp_path / "embeddings-specter_v2", rows)
    before = open_connections()
    with pytest.raises(KeyboardInterrupt) as stopped:
        build(
            tmp_path / "library",
            [papers, given],
            model=str(models / "specter2"),
            progress=Stopping(vectors),
        )
    # While the error is there, so is what the functions held that it came through.
    assert stopped.traceback
    assert open_connections() == before
    assert not is_open(given)
