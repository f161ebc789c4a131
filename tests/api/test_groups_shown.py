"""Groups of an answer, over HTTP and in the terminal."""

import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from paperkin.api.cli import main
from paperkin.api.http import create_app
from paperkin.search.library import Library

_QUERY = "how things change"


@pytest.fixture(scope="module")
def demo_client(demo_library: Library) -> Iterator[TestClient]:
    with TestClient(create_app(demo_library), raise_server_exceptions=False) as client:
        yield client


def test_http_tells_the_groups_of_a_search(demo_client: TestClient, demo_library: Library) -> None:
    answer = demo_client.get("/v1/search", params={"q": _QUERY, "groups": "true"}).json()
    groups = demo_library.search(_QUERY, groups=True).groups
    assert groups
    for told, group in zip(answer["groups"], groups, strict=True):
        assert told["label"] == group.label
        assert told["keywords"] == list(group.keywords)
        assert told["sentence"] == group.sentence
        assert told["size"] == len(told["paperIds"]) == len(group.ids)
        assert told["paperIds"] == list(group.ids)
        assert told["years"] == list(group.years or ())
        assert told["best"][0] == {
            "rank": group.best[0].rank,
            "paperId": group.ids[0],
            "title": group.best[0].title,
            "year": group.best[0].paper.year,
        }


def test_http_tells_the_groups_of_related_papers(
    demo_client: TestClient, demo_library: Library
) -> None:
    paper = next(iter(demo_library))
    path = f"/v1/papers/{paper.id}/related"
    answer = demo_client.get(path, params={"groups": "true", "limit": 2}).json()
    groups = demo_library.related(paper.id, groups=True).groups
    assert [each["label"] for each in answer["groups"]] == [each.label for each in groups or ()]
    assert len(answer["data"]) == 2
    plain = demo_client.get(path, params={"limit": 2}).json()
    assert "groups" not in plain
    assert {**answer, "groups": 0} == {**plain, "groups": 0}


def test_http_takes_true_or_false(demo_client: TestClient) -> None:
    answer = demo_client.get("/v1/search", params={"q": _QUERY, "groups": "many"})
    assert answer.status_code == 422
    assert "groups" in answer.json()["detail"]


def test_the_command_line_prints_groups(
    demo_library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    groups = demo_library.search(_QUERY, groups=True).groups
    assert groups
    command = ["search", demo_library.path, _QUERY, "--groups", "-k", "2"]
    assert main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["groups"]
    assert told == [group.as_dict() for group in groups]
    assert main(command) == 0
    lines = capsys.readouterr().out.splitlines()
    # Before the papers of the page.
    first = lines.index(groups[0].label)
    assert first < next(row for row, line in enumerate(lines) if line.startswith(" 1. "))
    assert f"    {groups[0].size} papers" in lines[first + 1]
    assert lines.index(groups[1].label) > first


def test_long_titles_in_groups_go_on_below_their_first_words(
    demo_library: Library, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    (group, *_) = demo_library.search(_QUERY, groups=True).groups or ()
    assert main(["search", demo_library.path, _QUERY, "--groups", "-k", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    hit = next(each for each in group.best if len(each.title) > 40)
    number = f"    {hit.rank}. "
    row = next(row for row, line in enumerate(lines) if line.startswith(number))
    first, second = lines[row].removeprefix(number), lines[row + 1]
    assert hit.title.startswith(f"{first} {second.strip()}")
    assert len(second) - len(second.lstrip()) == len(number)
    assert max(map(len, lines[row : row + 2])) <= 40
