"""Clusters on the command line and over HTTP."""

import json
import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import paperkin
from paperkin.api.cli import main
from paperkin.api.clusters_text import clusters_text
from paperkin.api.http import create_app
from paperkin.api.lines import columns
from paperkin.search.clusters import Cluster, Clusters
from paperkin.search.library import Library
from small import PAPERS, write_papers


@pytest.fixture(scope="module")
def server(mapped_library: Library) -> TestClient:
    return TestClient(create_app(mapped_library), raise_server_exceptions=False)


def test_the_tree_on_a_terminal(
    mapped_library: Library, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    assert main(["clusters", mapped_library.path]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 70
    clusters = mapped_library.clusters()
    text = " ".join(" ".join(lines).split())
    for each in clusters:
        assert f"{each.label} ({each.size} papers, {each.years[0]}" in text if each.years else True
        assert f"cluster {each.id})" in text
    for each in clusters.level(1):
        for paper in each.typical[:3]:
            assert f"· {mapped_library[paper].title}"[:40] in text
    assert f" {len(clusters.unclustered)} papers fit in none." in f" {lines[-1]}"
    assert main(["clusters", mapped_library.path, "--level", "0"]) == 0
    coarse = capsys.readouterr().out
    assert f"cluster {clusters.level(1)[0].id})" not in coarse
    # Where the clusters in them are not shown, typical papers are.
    assert f"· {mapped_library[clusters[0].typical[2]].title}"[:40] in coarse
    # A cluster stands under the one that it is in.
    assert any(line.startswith("      · ") for line in lines)
    assert not any(line.startswith("  · ") for line in lines)
    assert main(["clusters", mapped_library.path, "--level", "1"]) == 0
    assert f"cluster {clusters[0].id})" not in capsys.readouterr().out


def test_json_has_every_paper(mapped_library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clusters", mapped_library.path, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == mapped_library.clusters().as_dict()
    assert main(["clusters", mapped_library.path, "--json", "--level", "1"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {each["level"] for each in document["clusters"]} == {1}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--level", "7"], "There is no level 7. The levels of this library are 0 to 1."),
        (["--level", "2"], "There is no level 2."),
        (["--level", "-1"], "There is no level -1."),
        (["--seed", "-3", "--refresh"], "The seed is a whole number from 0"),
    ],
)
def test_wrong_usage_is_explained(
    mapped_library: Library, capsys: pytest.CaptureFixture[str], options: list[str], reason: str
) -> None:
    assert main(["clusters", mapped_library.path, *options]) == 1
    assert reason in capsys.readouterr().err


def test_labels_and_titles_can_do_nothing_to_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "500")
    bad = "\x1b[2Jred\nline"
    titles = {"漢": "漢字" * 100 + bad}
    cluster = Cluster(1, 0, None, bad, (), ("a", "b", "漢"), ("漢",), (1999, 1999), titles)
    text = clusters_text(Clusters((cluster,), later=2))
    assert "\x1b" not in text
    assert max(map(columns, text.splitlines())) <= 120
    assert "(3 papers, 1999, cluster 1)" in text
    assert "2 papers came since" in text
    assert "0 papers fit in none." in text
    assert "1 paper fits in none." in clusters_text(Clusters((cluster,), ("x",)))
    assert "too few papers for any (2 papers)" in clusters_text(Clusters((), ("x", "y")))


def test_a_server_says_how_clusters_are_made(small_library: Library) -> None:
    client = TestClient(create_app(small_library), raise_server_exceptions=False)
    for path in ("/v1/clusters", "/v1/clusters/1"):
        response = client.get(path)
        assert response.status_code == 409
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["type"] == "urn:paperkin:problem:clusters-not-made"
        assert "paperkin clusters library" in response.json()["detail"]
        assert small_library.path not in response.text
    assert small_library.kept_clusters.current() is None


def test_clusters_over_http(server: TestClient, mapped_library: Library) -> None:
    clusters = mapped_library.clusters()
    answer = server.get("/v1/clusters").json()
    assert answer["levels"] == 2
    assert answer["unclustered"] == len(clusters.unclustered)
    assert [each["clusterId"] for each in answer["data"]] == [each.id for each in clusters]
    first = answer["data"][0]
    assert first == {
        "clusterId": clusters[0].id,
        "level": 0,
        "parent": None,
        "label": clusters[0].label,
        "keywords": list(clusters[0].keywords),
        "size": clusters[0].size,
        "typical": list(clusters[0].typical),
        "years": list(clusters[0].years or ()),
    }
    assert [each["parent"] for each in answer["data"]] == [each.parent for each in clusters]
    fine = server.get("/v1/clusters", params={"level": 1}).json()["data"]
    assert [each["clusterId"] for each in fine] == [each.id for each in clusters.level(1)]


def test_the_papers_of_a_cluster_come_in_pages(server: TestClient, mapped_library: Library) -> None:
    each = mapped_library.clusters()[0]
    found: list[str] = []
    offset = 0
    while offset is not None:
        asked = {"limit": 7, "offset": offset, "fields": "title"}
        page = server.get(f"/v1/clusters/{each.id}", params=asked).json()
        assert page["total"] == each.size
        assert page["children"] == [
            child.id for child in mapped_library.clusters().children(each.id)
        ]
        assert all(set(paper) == {"paperId", "title"} for paper in page["data"])
        found += [paper["paperId"] for paper in page["data"]]
        assert len(page["data"]) == min(7, each.size - offset)
        offset = page["next"]
    assert found == list(each.papers)
    whole = server.get(f"/v1/clusters/{each.id}", params={"limit": each.size}).json()
    assert (len(whole["data"]), whole["next"]) == (each.size, None)
    beyond = server.get(f"/v1/clusters/{each.id}", params={"offset": 5000}).json()
    assert (beyond["data"], beyond["next"]) == ([], None)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/clusters/999999", 404),
        ("/v1/clusters/0", 404),
        ("/v1/clusters/-1", 404),
        ("/v1/clusters/%20", 404),
        ("/v1/clusters/x", 404),
        ("/v1/clusters/" + "9" * 5000, 404),
        ("/v1/clusters?level=9", 422),
        ("/v1/clusters?level=-1", 422),
        ("/v1/clusters?level=x", 422),
        ("/v1/clusters?refresh=true", 422),
        ("/v1/clusters/1?limit=0", 422),
        ("/v1/clusters/1?fields=colour", 422),
    ],
)
def test_wrong_requests_are_problems(server: TestClient, path: str, status: int) -> None:
    response = server.get(path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"].endswith(".")


def test_papers_that_came_later_are_told_and_counted_in(
    mapped_library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "library")
    shutil.copytree(mapped_library.path, folder)
    with paperkin.open(folder) as library:
        library.add(write_papers(tmp_path / "later.jsonl", PAPERS[:1]))
        client = TestClient(create_app(library), raise_server_exceptions=False)
        assert client.get("/v1/clusters").json()["later"] == 1
        assert client.get("/v1/map").json()["later"] == 1
    assert main(["clusters", folder]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "1 paper came since these clusters were made" in said
    assert main(["map", folder]) == 0
    assert "1 paper came after it was made" in capsys.readouterr().out
    assert main(["map", folder, "--refresh", "--seed", "5", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["later"], document["seed"]) == (0, 5)
    assert main(["clusters", folder, "--refresh"]) == 0
    assert "came since" not in capsys.readouterr().out


def test_who_stops_it_is_told_that_nothing_changed(
    small_library: Library, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Library, "clusters", stopped)
    assert main(["clusters", small_library.path]) == 1
    assert "Stopped; the library is as it was." in capsys.readouterr().err
