"""Recommendations and orders over HTTP and from the command line."""

import json
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

import paperkin
from paperkin.api.bodies import LARGEST
from paperkin.api.cli import main
from paperkin.api.http import create_app

PATH = "/v1/recommendations"


@pytest.fixture(scope="module")
def client(demo_library: paperkin.Library) -> TestClient:
    return TestClient(create_app(demo_library), raise_server_exceptions=False)


def test_recommendations_are_the_librarys(
    client: TestClient, demo_library: paperkin.Library
) -> None:
    body = {
        "like": ["demo-001", "demo-109", "nobody"],
        "unlike": ["demo-012"],
        "limit": 3,
        "offset": 1,
        "year": "2005-",
        "fields": "title",
    }
    answer = client.post(PATH, json=body).json()
    hits = demo_library.recommend(body["like"], ["demo-012"], 3, offset=1, year="2005-")
    assert [each["paperId"] for each in answer["data"]] == [hit.id for hit in hits]
    assert [each["becauseOf"] for each in answer["data"]] == [list(h.because_of) for h in hits]
    assert (answer["total"], answer["next"]) == (hits.total, 4)
    assert answer["unknown"] == ["nobody"]
    assert "nobody" in answer["remark"]
    assert answer["interests"] == [list(each) for each in hits.interests]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"like": []}, 422, "like"),
        ({"unlike": ["demo-001"]}, 422, "like"),
        ({"like": ["demo-001"], "lmit": 3}, 422, "There is no parameter 'lmit'"),
        ({"like": ["demo-001"], "limit": 101}, 422, "limit"),
        ({"like": ["demo-001"] * 501}, 422, "500"),
        ({"like": ["x" * 2001]}, 422, "2000"),
        ({"like": [1]}, 422, "like.0"),
        ({"like": ["nobody"]}, 404, "'nobody'"),
        ({"like": ["demo-001"], "unlike": ["demo-001"]}, 422, "Liked and disliked at once"),
        ({"like": ["demo-001"], "sort": "best"}, 422, "sort"),
        ({"like": ["demo-001"], "year": {"from": 2001}}, 422, "year"),
        ({"like": ["demo-001"], "limit": True}, 422, "limit"),
        ({"like": ["demo-001"], "limit": "5"}, 422, "limit"),
        ({"like": ["demo-001"], "explain": "yes"}, 422, "explain"),
        ({"like": ["demo-001"], "format": "bib"}, 422, "'bibtex', 'ris'"),
        ({"like": ["demo-001"], "format": "ris", "fields": "title"}, 422, "fields does not go"),
        ({"like": ["demo-001"], "diversity": True}, 422, "diversity"),
        ({"like": ["demo-001"], "year": True}, 422, "year"),
        (["demo-001"], 422, "no JSON object"),
        (None, 422, "body is missing. Send it in a JSON object"),
    ],
)
def test_what_makes_no_sense_is_a_problem(
    client: TestClient, body: Any, status: int, said: str
) -> None:
    response = client.post(PATH, json=body)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert said in response.json()["detail"]


def test_bodies_are_json_and_not_too_large(client: TestClient) -> None:
    broken = client.post(PATH, content=b'{"like": [', headers={"content-type": "application/json"})
    assert broken.status_code == 422
    assert broken.json()["detail"].startswith("The body is no JSON: ")
    # What curl says where nobody says anything.
    form = {"content-type": "application/x-www-form-urlencoded"}
    untyped = client.post(PATH, content=b'{"like": ["demo-001"]}', headers=form)
    assert (untyped.status_code, "application/json" in untyped.json()["detail"]) == (422, True)
    mangled = client.post(PATH, content=b"\xff", headers={"content-type": "application/json"})
    assert (mangled.status_code, "UTF-8" in mangled.json()["detail"]) == (400, True)
    assert client.post(PATH).status_code == 422
    assert client.post(f"{PATH}?limit=3", json={"like": ["demo-001"]}).status_code == 422
    large = json.dumps({"like": ["x" * LARGEST]}).encode()
    typed = {"content-type": "application/json"}
    assert client.post(PATH, content=large, headers=typed).status_code == 413
    # Without a word about its size as well.
    pieces = (large[start : start + 100_000] for start in range(0, len(large), 100_000))
    found = client.post(PATH, content=pieces, headers=typed)
    assert (found.status_code, found.json()["title"]) == (413, "Too large")
    assert found.json()["detail"].startswith("The body of the request has more than 4,000,000 by")


def test_a_server_reads_no_files_for_anybody(
    client: TestClient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bib = tmp_path_factory.mktemp("server") / "secret.bib"
    bib.write_text("@article{x, title={Stars that explode}}", encoding="utf-8")
    assert client.post(PATH, json={"like": [str(bib)]}).status_code == 404


def test_recommendations_come_in_groups(
    client: TestClient, demo_library: paperkin.Library, capsys: pytest.CaptureFixture[str]
) -> None:
    hits = demo_library.recommend("demo-001", k=2, groups=True)
    assert hits.groups
    assert hits == replace(demo_library.recommend("demo-001", k=2), groups=hits.groups)
    labels = [each.label for each in hits.groups]
    body = {"like": ["demo-001"], "limit": 2, "groups": True, "fields": "title,becauseOf"}
    assert [each["label"] for each in client.post(PATH, json=body).json()["groups"]] == labels
    asked = ["recommend", demo_library.path, "--like", "demo-001", "--groups", "--json"]
    assert main(asked) == 0
    assert [each["label"] for each in json.loads(capsys.readouterr().out)["groups"]] == labels
    few = demo_library.recommend("demo-001", groups=True, venue="Brain Mechanisms Digest")
    assert few.groups or "group" in (few.remark or "")


def test_settings_are_those_of_the_library(
    client: TestClient, demo_library: paperkin.Library, capsys: pytest.CaptureFixture[str]
) -> None:
    liked = ["demo-001", "demo-109"]
    settings = {"explain": True, "diversity": 0.6, "exact": True}
    hits = demo_library.recommend(liked, k=5, offset=2, year="2005-", **settings)  # type: ignore[arg-type]
    plain = demo_library.recommend(liked, k=5, offset=2, year="2005-")
    assert [hit.id for hit in hits] != [hit.id for hit in plain]
    body = {"like": liked, "limit": 5, "offset": 2, "year": "2005-", **settings}
    answer = client.post(PATH, json=body).json()
    assert [each["paperId"] for each in answer["data"]] == [hit.id for hit in hits]
    assert all(each["why"]["parts"] for each in answer["data"])
    assert answer["fingerprint"] == hits.fingerprint
    years = client.post(PATH, json={**body, "year": [2005, "2006-"]}).json()
    assert years["data"] == answer["data"]
    asked = ["recommend", demo_library.path, "--like", *liked, "-k", "5", "--offset", "2"]
    asked += ["--explain", "--diversity", "0.6", "--exact", "--year", "2005-", "--json"]
    assert main(asked) == 0
    assert json.loads(capsys.readouterr().out) == hits.as_dict()
    newest = client.post(PATH, json={"like": liked, "sort": "newest"}).json()
    assert newest["sort"] == "newest"
    dates = [each["published"] for each in newest["data"]]
    assert dates == sorted(dates, reverse=True)


def test_answers_are_sorted_by_date_over_http(client: TestClient) -> None:
    for path in ("/v1/search?query=concert+halls", "/v1/papers/demo-109/related?limit=10"):
        answer = client.get(f"{path}&sort=oldest").json()
        dates = [each["published"] for each in answer["data"]]
        assert dates == sorted(dates)
        assert len(set(dates)) > 5
        assert answer["sort"] == "oldest"
    assert client.get("/v1/search?query=a&sort=best").status_code == 422


def test_the_command_line_recommends(
    demo_library: paperkin.Library,
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    bib = tmp_path_factory.mktemp("own") / "refs.bib"
    bib.write_text("@article{halls, title={Sound in concert halls}}", encoding="utf-8")
    lib = demo_library.path
    asked = ["recommend", lib, "--like", "demo-001", "demo-002", "--unlike", "demo-012"]
    assert main([*asked, "--like-file", str(bib), "-k", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    hits = demo_library.recommend(["demo-001", "demo-002", bib], "demo-012", 3)
    assert found == hits.as_dict()
    assert found["like"][-1] == "halls"
    assert len(found["unlike"]) == 1
    assert main([*asked, "-k", "1"]) == 0
    assert "Because of “" in capsys.readouterr().out
    for sort in ("newest", "oldest"):
        assert main([*asked, "--sort", sort, "--json"]) == 0
        dates = [hit["published"] for hit in json.loads(capsys.readouterr().out)["hits"]]
        assert dates == sorted(dates, reverse=sort == "newest")
        assert len(set(dates)) > 5
    assert main(["recommend", lib, "--unlike", "demo-012"]) == 2
    assert main(["recommend", lib, "--like", "nobody"]) == 1
    assert "'nobody'" in capsys.readouterr().err
    assert main(["search", lib, "sleep", "--sort", "newest", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sort"] == "newest"


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        (["--sort", "oldest", "--year", "2005-"], {"sort": "oldest", "year": "2005-"}),
        (
            ["--diversity", "0.6", "--exact", "--explain", "--offset", "1", "--groups"],
            {"diversity": 0.6, "exact": True, "explain": True, "offset": 1, "groups": True},
        ),
    ],
)
def test_the_command_line_relates_as_the_library_does(
    demo_library: paperkin.Library,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    settings: dict[str, Any],
) -> None:
    hits = demo_library.related(["demo-001", "demo-109", "nobody"], 8, **settings)
    plain = demo_library.related(["demo-001", "demo-109", "nobody"], 8)
    assert [hit.id for hit in hits] != [hit.id for hit in plain]
    asked = ["related", demo_library.path, "demo-001", "demo-109", "nobody", "-k", "8", "--json"]
    assert main([*asked, *options]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(hits.as_dict()))


def test_a_name_that_comes_twice_in_a_body_is_refused(client: TestClient) -> None:
    twice = '{"like": ["demo-001"], "like": ["demo-002"]}'
    answer = client.post(PATH, content=twice, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert "'like' twice" in answer.json()["detail"]


def test_null_stands_for_no_filter(client: TestClient) -> None:
    body: dict[str, object] = {"like": ["demo-001"], "limit": 2, "diversity": 0}
    assert (
        client.post(PATH, json={**body, "year": None}).json() == client.post(PATH, json=body).json()
    )
