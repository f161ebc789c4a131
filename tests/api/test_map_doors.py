"""The map at the command line and over HTTP."""

import io
import json
import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from paperkin.api.cli import main
from paperkin.api.http import create_app
from paperkin.api.map_wire import ARROW, asks_for_arrow
from paperkin.search.colours import DARK, LIGHT
from paperkin.search.library import Library

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def client(mapped_library: Library) -> TestClient:
    return TestClient(create_app(mapped_library), raise_server_exceptions=False)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main(["map", *(str(each) for each in arguments)])
    out, err = capsys.readouterr()
    return status, out, err


def test_the_command_draws_and_tells(
    mapped_library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = mapped_library.map()
    for name in ("map.png", "map.svg", "map.html"):
        status, out, _ = run(capsys, mapped_library.path, "--out", tmp_path / name, "--dark")
        assert status == 0
        assert (
            out == f"{tmp_path / name}: {len(drawn)} papers, {len(drawn.labels)} named regions.\n"
        )
        assert (tmp_path / name).stat().st_size > 1000
    assert '<html lang="en" data-theme="dark">' in (tmp_path / "map.html").read_text("utf-8")
    status, out, _ = run(capsys, mapped_library.path)
    assert status == 0
    assert f"  {drawn.labels[0].label} ({drawn.labels[0].size} papers)\n" in out
    coarse = sum(each.level == 0 for each in drawn.labels)
    assert f"  and {len(drawn.labels) - coarse} smaller ones\n" in out
    assert f"  {drawn.labels[coarse].label} (" not in out
    status, out, _ = run(capsys, mapped_library.path, "--json")
    assert status == 0
    assert json.loads(out) == drawn.as_dict()
    narrow = tmp_path / "narrow.svg"
    status, out, _ = run(capsys, mapped_library.path, "--out", narrow, "--width", "300", "--json")
    assert json.loads(out) == {**drawn.as_dict(), "out": str(narrow)}
    assert ' width="300" ' in narrow.read_text("utf-8")


def test_the_command_lays_out_anew_when_told(
    mapped_library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "library"
    shutil.copytree(mapped_library.path, path)
    before = mapped_library.map().as_dict()
    status, out, _ = run(capsys, path, "--refresh", "--seed", "3", "--json")
    assert (status, json.loads(out)["seed"]) == (0, 3)
    assert json.loads(out)["points"] != before["points"]
    # A picture is of what is kept, and looks as it is told to.
    for name in ("light.svg", "dark.svg"):
        dark = ["--dark"] if name == "dark.svg" else []
        assert run(capsys, path, "--out", tmp_path / name, *dark)[0] == 0
    light, dark_one = ((tmp_path / name).read_text("utf-8") for name in ("light.svg", "dark.svg"))
    assert f'fill="{LIGHT.background}"' in light
    assert f'fill="{DARK.background}"' in dark_one
    assert json.loads(run(capsys, path, "--refresh", "--json")[1]) == json.loads(out)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--out", "map.gif"), 1, ".png, .svg or .html"),
        (("--out", "map.png", "--width", "3"), 1, "from 200 to 8,000"),
        (("--out", "nowhere/map.png"), 1, "There is no folder"),
        (("--width", "300"), 2, "--out FILE"),
        (("--dark",), 2, "--out FILE"),
        (("--seed", "5"), 1, "seed 0"),
        (("--seed", "-5"), 1, "from 0"),
    ],
)
def test_the_command_says_what_is_wrong(
    mapped_library: Library,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    status: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    found, out, err = run(capsys, mapped_library.path, *arguments)
    assert (found, out) == (status, "")
    assert said in err
    assert not list(tmp_path.iterdir())


def test_http_gives_the_map(client: TestClient, mapped_library: Library) -> None:
    drawn = mapped_library.map()
    answer = client.get("/v1/map")
    assert answer.status_code == 200
    assert answer.headers["vary"] == "Accept"
    document = answer.json()
    assert (document["total"], document["levels"], document["later"]) == (
        len(drawn),
        drawn.levels,
        0,
    )
    assert [each["paperId"] for each in document["points"]] == list(drawn.ids)
    assert [(each["x"], each["y"]) for each in document["points"]] == [
        tuple(each) for each in drawn.points.tolist()
    ]
    finest = [each if each >= 0 else None for each in drawn.finest.tolist()]
    assert [each["clusterId"] for each in document["points"]] == finest
    assert [each["label"] for each in document["labels"]] == [each.label for each in drawn.labels]
    first = drawn.labels[0]
    assert [each["parentId"] for each in document["labels"]] == [
        each.parent for each in drawn.labels
    ]
    assert document["labels"][0] == {
        "clusterId": first.cluster,
        "parentId": None,
        "level": 0,
        "label": first.label,
        "x": first.x,
        "y": first.y,
        "size": first.size,
        "radius": first.radius,
    }


def test_http_gives_a_level_and_a_part(client: TestClient, mapped_library: Library) -> None:
    drawn = mapped_library.map()
    document = client.get("/v1/map", params={"level": 0, "bbox": "-1,-1,0,1"}).json()
    left = [row for row, (x, _) in enumerate(drawn.points.tolist()) if x <= 0]
    assert [each["paperId"] for each in document["points"]] == [drawn.ids[row] for row in left]
    coarse = drawn.clusters[left, 0].tolist()
    assert [each["clusterId"] for each in document["points"]] == [
        each if each >= 0 else None for each in coarse
    ]
    assert {each["level"] for each in document["labels"]} == {0}
    assert all(each["x"] <= 0 for each in document["labels"])
    assert document["total"] == len(drawn)
    document = client.get("/v1/map", params={"bbox": "-1,0,1,0.5"}).json()
    band = [row for row, (_, y) in enumerate(drawn.points.tolist()) if 0 <= y <= 0.5]
    assert [each["paperId"] for each in document["points"]] == [drawn.ids[row] for row in band]
    assert [each["clusterId"] for each in document["labels"]] == [
        each.cluster for each in drawn.labels if 0 <= each.y <= 0.5
    ]
    x, y = drawn.points[3].tolist()
    spot = client.get("/v1/map", params={"bbox": f"{x},{y},{x},{y}"}).json()
    assert [each["paperId"] for each in spot["points"]] == [drawn.ids[3]]


def test_http_gives_arrow(client: TestClient, mapped_library: Library) -> None:
    import pyarrow

    answer = client.get("/v1/map?bbox=0,0,1,1", headers={"Accept": f"{ARROW}, */*;q=0.1"})
    assert answer.headers["content-type"] == ARROW
    table = pyarrow.ipc.open_stream(io.BytesIO(answer.content)).read_all()
    document = client.get("/v1/map?bbox=0,0,1,1").json()
    assert table.to_pylist() == document["points"]
    said = {name.decode(): json.loads(value) for name, value in table.schema.metadata.items()}
    assert said == {name: value for name, value in document.items() if name != "points"}


@pytest.mark.parametrize(
    ("accept", "arrow"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        (ARROW, True),
        (f"{ARROW}, application/json", True),
        (f"{ARROW};q=0.5, application/json", False),
        (f"application/json;q=0.5,{ARROW.upper()}", True),
        (f"{ARROW};q=0", False),
        (f"{ARROW};q=x", False),
        (f"{ARROW};q=0.5, application/*", False),
    ],
)
def test_who_is_given_arrow(accept: str, arrow: bool) -> None:
    assert asks_for_arrow(accept) is arrow


@pytest.mark.parametrize(
    "query",
    ["bbox=1,2", "bbox=a,b,c,d", "bbox=1,0,0,1", "bbox=nan,0,1,1", "level=-1", "level=2", "x=1"],
)
def test_http_refuses_what_makes_no_sense(client: TestClient, query: str) -> None:
    answer = client.get(f"/v1/map?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["detail"].endswith(".")


def test_http_never_makes_a_map(small_library: Library) -> None:
    client = TestClient(create_app(small_library), raise_server_exceptions=False)
    answer = client.get("/v1/map")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == PROBLEM
    document = answer.json()
    assert document["type"] == "urn:paperkin:problem:map-not-made"
    assert "paperkin map library" in document["detail"]
    assert small_library.path not in answer.text
    assert small_library.maps.current() is None


def test_what_cannot_be_drawn_is_told_before_a_map_is_made(
    small_library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = run(capsys, small_library.path, "--out", "map.gif")
    assert (status, ".png, .svg or .html" in err) == (1, True)
    assert small_library.maps.current() is None
