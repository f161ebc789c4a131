"""Several queries or papers in one request, titles as they are typed, a library in figures."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import paperkin
from paperkin.api.http import create_app
from paperkin.api.wire import PAPER_FIELDS
from paperkin.search.completion import Titles
from paperkin.search.library import Library
from small import PAPERS, write_papers

TIDE = "Letting the tide back in"


def problem(response: Any, status: int) -> str:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    detail: str = response.json()["detail"]
    return detail


def test_several_queries_are_answered_in_their_order_by_one_search(
    client: TestClient, small_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = ["why is my loaf so acidic", "waves at the coast", "bread"]
    body = {"queries": queries, "limit": 3, "year": 2019, "mode": "semantic", "fields": "title"}
    calls: list[object] = []
    search = small_library.engine.search_many

    def counted(*given: Any) -> Any:
        calls.append(given[0])
        return search(*given)

    monkeypatch.setattr(small_library.engine, "search_many", counted)
    answer = client.post("/v1/search", json=body).json()["data"]
    assert calls == [queries]
    assert [each["query"] for each in answer] == queries
    for each in answer:
        alone = {**body, "query": each["query"]}
        del alone["queries"]
        single = client.get("/v1/search", params=alone).json()
        assert each["total"] == single["total"] == 1
        assert [(hit["paperId"], hit["title"]) for hit in each["data"]] == [
            (hit["paperId"], hit["title"]) for hit in single["data"]
        ]
        assert each["data"][0]["score"] == pytest.approx(single["data"][0]["score"], abs=1e-5)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"queries": []}, "queries: List should have at least 1 item"),
        ({"queries": ["a"] * 65}, "queries: List should have at most 64 items, not 65."),
        ({"queries": ["a", " "]}, "Query 2 of 2 is empty."),
        ({"queries": "a"}, "queries: Input should be a valid list"),
        ({"queries": ["a"], "query": "b"}, "There is no parameter 'query'."),
        ({"queries": [1]}, "queries.0: Input should be a valid string"),
        ({}, "queries is missing. Send it in a JSON object"),
        ([], "The body is no JSON object"),
    ],
)
def test_what_makes_no_sense_of_several_queries(
    client: TestClient, body: object, said: str
) -> None:
    assert problem(client.post("/v1/search", json=body), 422).startswith(said)


def test_sixty_four_queries_are_not_too_many(client: TestClient) -> None:
    asked = {"queries": ["bread"] * 64, "limit": 1, "mode": "keyword"}
    assert len(client.post("/v1/search", json=asked).json()["data"]) == 64


def test_several_papers_stand_where_their_ids_do(client: TestClient) -> None:
    ids = [
        "marsh-1",
        "nobody",
        "https://doi.org/10.1000/YEAST.2",
        "marsh-1",
        "",
        "ARXIV:2101.00001v4",
    ]
    found = client.post("/v1/papers/batch", json={"ids": ids, "fields": "year"}).json()["data"]
    assert [each and each["year"] for each in found] == [2020, None, 2019, 2020, None, 2021]
    assert found[1] is found[4] is None
    assert found[2] == {"paperId": "DOI:10.1000/yeast.2", "year": 2019}
    (whole,) = client.post("/v1/papers/batch", json={"ids": ["marsh-2"]}).json()["data"]
    assert list(whole) == list(PAPER_FIELDS)
    many = client.post("/v1/papers/batch", json={"ids": ["x"] * 500}).json()["data"]
    assert many == [None] * 500
    assert "at most 500" in problem(client.post("/v1/papers/batch", json={"ids": ["x"] * 501}), 422)
    asked = {"ids": ["x"], "fields": "colour"}
    assert "no field 'colour'" in problem(client.post("/v1/papers/batch", json=asked), 422)
    # Any id is one, also of a paper that would be called so.
    assert client.get("/v1/papers/batch").status_code == 404


def test_titles_are_completed(client: TestClient) -> None:
    def titles(**asked: object) -> list[str]:
        found = client.get("/v1/autocomplete", params=asked).json()["data"]
        assert all(set(each) == {"paperId", "title", "authors", "year"} for each in found)
        return [each["title"] for each in found]

    assert titles(query="brea") == ["Bread dough judged by hand"]
    assert titles(q="WÍLD Yea") == ["Wild yeast in sourdough starters"]
    # Those that begin so are first, then those that have it further on.
    assert titles(query="s")[:2] == [
        "Salt marshes slow the waves of storms",
        "Sleep settles what was learned by day",
    ]
    assert "Wild yeast in sourdough starters" in titles(query="s")
    assert titles(query="s", limit=1) == ["Salt marshes slow the waves of storms"]
    assert titles(query="storms of waves") == ["Salt marshes slow the waves of storms"]
    assert titles(query="storms of wav") == ["Salt marshes slow the waves of storms"]
    assert titles(query="torms") == titles(query="...") == titles(query="x" * 5000) == []
    assert problem(client.get("/v1/autocomplete"), 422).startswith("Give a query")


def test_completed_titles_follow_the_library(tmp_path: Path, small_library: Library) -> None:
    shutil.copytree(small_library.path, tmp_path / "library")
    with paperkin.open(tmp_path / "library") as library:
        titles = Titles(library.store)
        assert [each.title for each in titles.complete("letting", 5)] == [
            "Letting the tide back in"
        ]
        library.remove("marsh-2")
        assert titles.complete("letting", 5) == []
        write_papers(tmp_path / "more.jsonl", [{"id": "new", "title": "Letting go of umbrellas"}])
        library.add(tmp_path / "more.jsonl")
        assert [each.title for each in titles.complete("lett", 5)] == ["Letting go of umbrellas"]
        assert len(titles.complete("a", 100)) == 2


def test_the_library_in_figures(client: TestClient, small_library: Library) -> None:
    stats = client.get("/v1/stats").json()
    assert (stats["papers"], stats["removed"], stats["withAbstract"]) == (8, 0, 7)
    assert stats["undated"] == 2
    assert {each["year"]: each["papers"] for each in stats["years"]} == {
        **{2017: 1, 2019: 1, 2020: 1},
        **{2021: 2, 2022: 1},
    }
    assert stats["venues"][0] == {"name": "Coasts", "papers": 2}
    assert stats["categories"][0] == {"name": "psych", "papers": 3}
    assert stats["sources"] == [{"name": "papers.jsonl", "papers": len(PAPERS)}]
    assert stats["model"] == {"name": "all-MiniLM-L6-v2", "dimension": 384}
    assert (stats["clusters"], stats["map"], stats["commit"]) == (None, False, 1)
    assert stats["changed"].endswith("+00:00")
    assert str(Path(small_library.path).parent) not in str(stats)


def test_a_damaged_library_does_not_tell_where_it_is(
    small_library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "a place of mine" / "library"
    shutil.copytree(small_library.path, folder)
    with paperkin.open(folder) as library:
        client = TestClient(create_app(library), raise_server_exceptions=False)
        with library.store.lock:
            # As another process would hold it.
            (folder / "library.db").write_bytes(b"no longer a database" * 500)
        said = problem(client.get("/v1/stats"), 503)
        assert "library.db" in said
        assert "mine" not in said
