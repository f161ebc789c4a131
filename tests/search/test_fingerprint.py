"""Equal fingerprints, equal rankings: again, in another process, reopened, after changes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import paperkin
from paperkin.index import keyword_files
from paperkin.search import fingerprint
from paperkin.search.hits import Hits
from paperkin.search.library import Library
from small import PAPERS, write_papers
from tiny_models import write_cross_encoder, write_model

MODES: tuple[Any, ...] = ("hybrid", "semantic", "keyword")
QUERY = "what do old dikes and storms do to the marsh"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    source = write_papers(tmp_path / "papers.jsonl")
    with paperkin.build(tmp_path / "library", source) as library:
        yield library


def ranking(hits: Hits) -> list[tuple[str, float]]:
    return [(hit.id, hit.score) for hit in hits]


@pytest.mark.parametrize("mode", MODES)
def test_it_is_the_same_again_reopened_and_in_another_process(library: Library, mode: Any) -> None:
    first = library.search(QUERY, mode=mode)
    assert len(first.fingerprint) == 16
    assert int(first.fingerprint, 16) >= 0
    again = library.search(QUERY, mode=mode)
    with paperkin.open(library.path) as reopened:
        other = reopened.search(QUERY, mode=mode)
    for hits in (again, other):
        assert (hits.fingerprint, ranking(hits)) == (first.fingerprint, ranking(first))
    command = [sys.executable, "-m", "paperkin.api.cli", "search", library.path, QUERY]
    done = subprocess.run(
        [*command, "--mode", mode, "--json"], capture_output=True, text=True, check=True
    )
    said = json.loads(done.stdout)
    assert said["fingerprint"] == first.fingerprint
    assert [(hit["id"], hit["score"]) for hit in said["hits"]] == ranking(first)


def test_it_is_the_same_for_each_page_and_query_and_order_of_filter_values(
    library: Library,
) -> None:
    one = library.search(QUERY, 3, category=["psych", "food.*"]).fingerprint
    assert library.search(QUERY, 2, offset=1, category=["food.*", "psych"]).fingerprint == one
    assert library.search("bread", category=["food.*", "psych"]).fingerprint == one
    assert library.search("marsh-1", mode="keyword").fingerprint == (
        library.search("bread", mode="keyword").fingerprint
    )


def test_every_setting_makes_another(library: Library, tmp_path: Path) -> None:
    likes_honey = write_cross_encoder(tmp_path / "one", liked="honey")
    other = write_cross_encoder(tmp_path / "two")
    asked: list[dict[str, Any]] = [
        {},
        {"mode": "semantic"},
        {"mode": "keyword"},
        {"exact": True},
        {"year": "2020-"},
        {"year": "2021-"},
        {"without": "marsh-1"},
        {"without": "marsh-2"},
        {"diversity": 0.5},
        {"diversity": 0.6},
        {"quality": "high"},
        {"rerank": likes_honey},
        {"rerank": other},
        {"rerank": likes_honey, "rerank_top": 3},
    ]
    found = [library.search(QUERY, **each).fingerprint for each in asked]
    found += [library.related("marsh-1", **each).fingerprint for each in ({}, {"diversity": 0.1})]
    assert len(set(found)) == len(found)
    assert [library.search(QUERY, **each).fingerprint for each in asked] == found[: len(asked)]
    # A name is nothing: the same weights elsewhere are the same.
    moved = likes_honey.rename(tmp_path / "moved")
    hits = library.search(QUERY, rerank=moved)
    assert hits.fingerprint == found[asked.index({"rerank": likes_honey})]
    assert library.search(QUERY, diversity=0).fingerprint == found[0]


def test_every_change_of_the_library_makes_another(library: Library, tmp_path: Path) -> None:
    def now() -> tuple[str, ...]:
        return tuple(library.search(QUERY, mode=mode).fingerprint for mode in MODES)

    known = [now()]
    extra = {"id": "new-1", "title": "Seals on the marsh", "abstract": "They rest there."}
    library.add(write_papers(tmp_path / "more.jsonl", [extra]))
    known.append(now())
    library.remove("new-1")
    known.append(now())
    library.rebuild()
    known.append(now())
    model = write_model(tmp_path / "tiny")
    library.rebuild(str(model))
    known.append(now())
    each = [fingerprint for state in known for fingerprint in state]
    assert len(set(each)) == len(each)
    assert now() == known[-1]


def test_it_tells_an_index_that_was_published_from_papers_beside_it(library: Library) -> None:
    # The same commit, other files: scores may differ in their last digits.
    before = library.search(QUERY)
    with library.store.lock:
        keyword_files.catch_up(library.store, anew=True)
    after = library.search(QUERY)
    assert after.fingerprint != before.fingerprint


def test_libraries_of_the_same_papers_are_not_the_same_library(
    library: Library, tmp_path: Path
) -> None:
    with paperkin.build(tmp_path / "twin", tmp_path / "papers.jsonl") as twin:
        assert twin.search(QUERY).fingerprint != library.search(QUERY).fingerprint


def test_another_version_of_what_ranks_makes_another(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = library.search(QUERY).fingerprint
    real = fingerprint.installed_version
    monkeypatch.setattr(
        fingerprint, "installed_version", lambda name: "99" if name == "tantivy" else real(name)
    )
    fingerprint.program.cache_clear()
    try:
        assert library.search(QUERY).fingerprint != one
    finally:
        monkeypatch.undo()
        fingerprint.program.cache_clear()
    assert library.search(QUERY).fingerprint == one


def test_another_kind_of_device_makes_another(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cross_encoder = write_cross_encoder(tmp_path / "cross")
    asked: dict[str, tuple[Any, dict[str, Any]]] = {
        "encoder.Encoder.machine": ("an abacus", {"mode": "semantic"}),
        "reranker.machine": (lambda _: "an abacus", {"mode": "keyword", "rerank": cross_encoder}),
    }
    for name, (other, each) in asked.items():
        one = library.search(QUERY, **each).fingerprint
        monkeypatch.setattr(f"paperkin.index.{name}", other)
        with paperkin.open(library.path) as again:
            assert again.search(QUERY, **each).fingerprint != one
            # Nothing was computed there.
            plain = library.search(QUERY, mode="keyword").fingerprint
            assert again.search(QUERY, mode="keyword").fingerprint == plain
        monkeypatch.undo()


def test_spelling_without_the_model_is_not_spelling_with_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(store: object) -> None:
        raise paperkin.ModelError("It is not on this machine.")

    query = "sourdugh starters"
    one = library.search(query, mode="keyword").fingerprint
    monkeypatch.setattr("paperkin.search.encoding.library_model", gone)
    with paperkin.open(library.path) as without:
        others = [without.search(query, mode="keyword").fingerprint for _ in range(2)]
    # What is kept of the first time is known to be without it as well.
    assert others[0] == others[1] != one


def test_an_answer_without_papers_has_one_too(library: Library) -> None:
    hits = [library.search(QUERY, year="1800") for _ in range(2)]
    assert hits[0].total == 0
    assert hits[0].fingerprint == hits[1].fingerprint != ""
    assert library.search("author:zhang").fingerprint != ""
    assert len(PAPERS) == library.search(QUERY).total
