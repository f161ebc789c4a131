"""Reranking, diversity and fingerprints at the doors."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from paperkin.api.cli import main
from paperkin.api.http import create_app
from paperkin.api.text import hits_text
from paperkin.search.hits import Hit, Hits
from paperkin.search.library import Library
from tiny_models import write_cross_encoder, write_model

QUERY = "why is my loaf so acidic"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cross_encoder(tmp_path_factory.mktemp("cross") / "likes-music", liked="music")


@pytest.fixture(scope="module")
def reranking(small_library: Library, model: Path) -> Iterator[TestClient]:
    with TestClient(create_app(small_library, rerank=str(model))) as client:
        yield client


def refused(client: TestClient, path: str = "/v1/search", **asked: Any) -> str:
    response = client.get(path, params={"query": QUERY, **asked})
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    detail: str = response.json()["detail"]
    assert detail.endswith(".")
    return detail


def test_http_reranks_where_it_is_asked_to(
    reranking: TestClient, small_library: Library, model: Path
) -> None:
    plain = reranking.get("/v1/search", params={"query": QUERY}).json()
    assert plain["reranked"] is None
    asked = {"query": QUERY, "rerank": "true", "rerankTop": "5", "fields": "title,nearIdentical"}
    answer = reranking.get("/v1/search", params=asked).json()
    assert answer["reranked"] == {"model": "likes-music", "top": 5}
    hits = small_library.search(QUERY, rerank=model, rerank_top=5)
    assert [each["paperId"] for each in answer["data"]] == [hit.id for hit in hits]
    assert [each["score"] for each in answer["data"]] == [hit.score for hit in hits]
    assert all(each["nearIdentical"] == [] for each in answer["data"])
    assert answer["fingerprint"] == hits.fingerprint != plain["fingerprint"]
    # Nothing of the machine is told but what the folder is called.
    assert str(model.parent) not in json.dumps(answer)
    default = reranking.get("/v1/search", params={"query": QUERY, "rerank": "true"}).json()
    assert default["reranked"]["top"] == default["total"]


def test_http_diversity(client: TestClient, small_library: Library) -> None:
    for path, hits in (
        ("/v1/search", small_library.search(QUERY, diversity=0.8)),
        ("/v1/papers/marsh-1/related", small_library.related("marsh-1", diversity=0.8)),
    ):
        asked = {"diversity": "0.8"} | ({"query": QUERY} if path.endswith("search") else {})
        answer = client.get(path, params=asked).json()
        assert [each["paperId"] for each in answer["data"]] == [hit.id for hit in hits]
        assert answer["fingerprint"] == hits.fingerprint


def test_http_cannot_name_a_model(client: TestClient, reranking: TestClient, model: Path) -> None:
    assert "has no cross-encoder" in refused(client, rerank="true")
    assert "rerank" in refused(reranking, rerank=str(model))
    assert "no parameter 'model'" in refused(reranking, model=str(model))


@pytest.mark.parametrize("top", ["0", "-1", "201", "1000000000", "many", "1.5", ""])
def test_http_refuses_what_is_no_depth(reranking: TestClient, top: str) -> None:
    assert "rerankTop" in refused(reranking, rerank="true", rerankTop=top)


def test_http_refuses_a_depth_without_reranking(reranking: TestClient) -> None:
    assert "needs rerank=true" in refused(reranking, rerankTop="10")


@pytest.mark.parametrize("diversity", ["-1", "2", "nan", "inf", "much", ""])
def test_http_refuses_what_is_no_diversity(client: TestClient, diversity: str) -> None:
    assert "diversity" in refused(client, diversity=diversity)


def test_a_server_does_not_get_ready_with_what_is_no_cross_encoder(
    small_library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    encoder = write_model(tmp_path / "encoder")
    assert main(["serve", small_library.path, "--port", "0", "--rerank", str(encoder)]) == 1
    said = capsys.readouterr()
    assert "no classification head" in said.err
    assert said.out == ""


def test_a_model_that_goes_away_is_a_problem(
    small_library: Library, model: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(model, tmp_path / "copy"))
    with TestClient(create_app(small_library, rerank=str(copy))) as client:
        shutil.rmtree(copy)
        response = client.get("/v1/search", params={"query": QUERY, "rerank": "true"})
        assert response.status_code == 503
        assert response.json()["type"] == "urn:paperkin:problem:model-unavailable"
        assert client.get("/v1/search", params={"query": QUERY}).status_code == 200


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    capsys.readouterr()
    try:
        status = main([str(each) for each in arguments])
    except SystemExit as stop:
        status = int(stop.code or 0)
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return status, out, err


def test_the_command_line_reranks_and_says_so(
    small_library: Library, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("search", small_library.path, QUERY, "--rerank", model, "--rerank-top", 4)
    status, out, _ = run(capsys, *asked)
    assert status == 0
    assert out.splitlines()[-2] == "Reranked by likes-music down to place 4."
    status, out, _ = run(capsys, *asked, "--diversity", "0.5", "--json")
    answer = json.loads(out)
    hits = small_library.search(QUERY, rerank=model, rerank_top=4, diversity=0.5)
    assert answer["reranked"] == {"model": "likes-music", "top": 4}
    assert [hit["id"] for hit in answer["hits"]] == [hit.id for hit in hits]
    assert answer["fingerprint"] == hits.fingerprint
    status, out, _ = run(capsys, "related", small_library.path, "marsh-1", "--diversity", 1)
    assert status == 0
    assert "Reranked" not in out


CHOICES: dict[str, Any] = {
    "exact": True,
    "diversity": 0.7,
    "offset": 2,
    "year": "2019-",
    "published": "2019:2022",
    "venue": "!Coasts",
    "category": "psych",
    "author": "lind",
    "source": "papers.jsonl",
}


@pytest.mark.parametrize(("name", "value"), CHOICES.items())
def test_what_is_chosen_counts_at_every_door(
    small_library: Library,
    client: TestClient,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: Any,
) -> None:
    """A fingerprint is of all that was asked for, so equal ones say that nothing was passed over;
    the place of a page is not in it."""
    option = [f"--{name}"] + ([] if value is True else [str(value)])
    sent = {name: json.dumps(value) if value is True else value}
    for hits, command, path, asked in (
        (small_library.search(QUERY, **{name: value}), "search", "/v1/search", QUERY),
        (
            small_library.related("marsh-1", **{name: value}),
            *("related", "/v1/papers/marsh-1/related", "marsh-1"),
        ),
    ):
        status, out, _ = run(capsys, command, small_library.path, asked, *option, "--json")
        assert status == 0
        said = json.loads(out)
        query = {"query": asked} if command == "search" else {}
        answer = client.get(path, params={**query, **sent}).json()
        expected = (hits.fingerprint, hits.total, hits.offset, [hit.id for hit in hits])
        assert expected == (
            *(said["fingerprint"], said["total"], said["offset"]),
            [hit["id"] for hit in said["hits"]],
        )
        assert expected == (
            *(answer["fingerprint"], answer["total"], answer["offset"]),
            [hit["paperId"] for hit in answer["data"]],
        )


def test_quality_counts_at_every_door(
    small_library: Library, client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    hits = small_library.search(QUERY, quality="high")
    expected = (hits.fingerprint, [(hit.id, hit.score) for hit in hits])
    status, out, _ = run(capsys, "search", small_library.path, QUERY, "--quality", "high", "--json")
    assert status == 0
    said = json.loads(out)
    assert expected == (said["fingerprint"], [(hit["id"], hit["score"]) for hit in said["hits"]])
    answer = client.get("/v1/search", params={"query": QUERY, "quality": "high"}).json()
    found = [(hit["paperId"], hit["score"]) for hit in answer["data"]]
    assert expected == (answer["fingerprint"], found)
    assert "quality" in refused(client, quality="best")
    assert "goes with hybrid search" in refused(client, quality="high", mode="keyword")


@pytest.mark.parametrize(
    ("options", "status", "reason"),
    [
        (["--quality", "best"], 2, "invalid choice"),
        (["--quality", "high", "--mode", "semantic"], 1, "goes with hybrid search"),
        (["--diversity", "nan"], 1, "makes no sense"),
        (["--diversity", "-1"], 1, "makes no sense"),
        (["--diversity", "2"], 1, "makes no sense"),
        (["--diversity", "much"], 2, "invalid float"),
        (["--rerank", "nobody/has-this"], 1, "was not found"),
        (["--rerank", ""], 1, "name is empty"),
        (["--rerank", "x", "--rerank-top", "0"], 1, "cannot be reranked"),
        (["--rerank", "x", "--rerank-top", "1000000000"], 1, "cannot be reranked"),
        (["--rerank-top", "10"], 2, "--rerank-top needs --rerank"),
    ],
)
def test_the_command_line_refuses(
    small_library: Library,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    status: int,
    reason: str,
) -> None:
    found, out, err = run(capsys, "search", small_library.path, QUERY, *options)
    assert (found, out) == (status, "")
    assert reason in err


def test_a_hit_names_the_papers_that_it_stands_for(small_library: Library) -> None:
    paper = small_library["marsh-1"]
    hit = Hit(1, 0.5, paper, near_identical=("pk:a", "pk:b\x1b[2J", "pk:c", "pk:d", "pk:e"))
    text = hits_text(Hits((hit,), 6, 0, "hybrid", query="marsh"))
    line = next(line for line in text.splitlines() if "Almost the same abstract" in line)
    assert line.startswith("    Almost the same abstract: pk:a, pk:b")
    assert line.endswith("pk:c and 2 more")
    assert "\x1b" not in text
