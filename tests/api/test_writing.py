"""Adding and removing papers over HTTP."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import paperkin
from paperkin.api.http import create_app
from paperkin.index.doctor import examine
from paperkin.search.library import Library

KITE: dict[str, Any] = {
    "paperId": "arXiv:2203.00007v2",
    "title": "Kites that fly by themselves",
    "abstract": "A kite with two lines keeps its height in gusty wind when a small motor pulls.",
    "authors": ["Ivo Nagy", {"name": "Dora Reed"}],
    "published": "2022-03-02",
    "venue": "Wind and Weather",
    "externalIds": {"DOI": "10.1000/kite.7"},
    "categories": ["phys.air"],
    "url": "https://example.org/kites",
}


@pytest.fixture
def library(small_library: Library, tmp_path: Path) -> Iterator[Library]:
    shutil.copytree(small_library.path, tmp_path / "library")
    with paperkin.open(tmp_path / "library") as library:
        yield library


@pytest.fixture
def client(library: Library) -> TestClient:
    return TestClient(
        create_app(library),
        base_url="http://127.0.0.1",
        client=("127.0.0.1", 4321),
        raise_server_exceptions=False,
    )


def test_a_paper_is_found_as_soon_as_it_is_sent(client: TestClient, library: Library) -> None:
    assert client.get("/v1/search?q=kites&mode=keyword").json()["total"] == 0
    answer = client.post("/v1/papers", json=KITE)
    assert answer.status_code == 200
    assert answer.json() == {
        "papers": 9,
        "counts": {"added": 1},
        "data": [{"paperId": "arXiv:2203.00007", "state": "stored", "reason": None}],
    }
    for mode in ("hybrid", "semantic", "keyword"):
        hits = client.get(f"/v1/search?q=a+kite+in+gusty+wind&mode={mode}").json()["data"]
        assert hits[0]["title"] == KITE["title"]
    paper = client.get("/v1/papers/10.1000/kite.7").json()
    assert paper["authors"] == [{"name": "Ivo Nagy"}, {"name": "Dora Reed"}]
    assert (paper["publicationDate"], paper["venue"]) == ("2022-03-02", "Wind and Weather")
    assert paper["externalIds"] == {"ArXiv": "2203.00007", "DOI": "10.1000/kite.7"}
    assert paper["sources"] == ["http"]
    # Sent again, it is there already; with another text, it is changed.
    assert client.post("/v1/papers", json=KITE).json()["counts"] == {"unchanged": 1}
    changed = client.post("/v1/papers", json={**KITE, "venue": "Gusts"}).json()
    assert changed["counts"] == {"updated": 1}
    assert client.get("/v1/papers/arXiv:2203.00007").json()["venue"] == "Gusts"
    assert examine(library.store) == []


def test_several_papers_are_told_of_in_their_order(client: TestClient) -> None:
    papers = [
        {"title": "Snow on glass roofs", "year": 2001},
        {"title": " ", "abstract": "…"},
        {"paperId": "own-1", "title": "Counting owls by ear", "published": "1999-02"},
        {"title": "Snow on glass roofs", "year": 2001},
        {"title": "Wild yeast in sourdough starters", "externalIds": {"DOI": "10.1000/yeast.2"}},
    ]
    answer = client.post("/v1/papers", json={"papers": papers}).json()
    assert answer["papers"] == 10
    assert answer["counts"] == {"added": 2, "rejected": 1, "merged": 2}
    snow, empty, owls, again, yeast = answer["data"]
    assert snow["paperId"] == again["paperId"]
    assert (empty["paperId"], empty["state"]) == (None, "rejected")
    assert "neither its title nor its abstract" in empty["reason"]
    assert client.get("/v1/papers/own-1").json()["paperId"] == owls["paperId"]
    assert yeast == {"paperId": "DOI:10.1000/yeast.2", "state": "stored", "reason": None}
    assert client.get(f"/v1/papers/{snow['paperId']}").json()["year"] == 2001


def test_a_removed_paper_stays_removed_until_it_is_wanted_back(
    client: TestClient, library: Library
) -> None:
    client.post("/v1/papers", json=KITE)
    removed = client.delete("/v1/papers/10.1000%2FKITE.7")
    assert removed.json() == {"removed": ["arXiv:2203.00007"], "papers": 8}
    assert client.get("/v1/search?q=kites&mode=keyword").json()["total"] == 0
    for response in (
        client.get("/v1/papers/arXiv:2203.00007"),
        client.delete("/v1/papers/arXiv:2203.00007"),
        client.delete("/v1/papers/nobody"),
    ):
        assert (response.status_code, response.json()["title"]) == (404, "No such paper")
    # What is related to a paper cannot be removed, and is not the paper.
    related = client.delete("/v1/papers/marsh-1/related")
    assert (related.status_code, related.headers["allow"]) == (405, "GET, HEAD")
    assert client.get("/v1/papers/marsh-1").status_code == 200
    again = client.post("/v1/papers", json=KITE).json()
    assert again["counts"] == {"removed": 1}
    assert again["data"] == [{"paperId": "arXiv:2203.00007", "state": "removed", "reason": None}]
    back = client.post("/v1/papers", json={"papers": [KITE], "restore": True}).json()
    assert (back["papers"], back["data"][0]["state"]) == (9, "stored")
    assert client.get("/v1/search?q=kites&mode=keyword").json()["total"] == 1


def test_while_another_process_writes_one_has_to_wait(client: TestClient, library: Library) -> None:
    program = (
        "import sys; from pathlib import Path; from paperkin.index.lock import WriterLock\n"
        "with WriterLock(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    lock = Path(library.path) / "writer.lock"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        for response in (client.post("/v1/papers", json=KITE), client.delete("/v1/papers/marsh-1")):
            assert response.status_code == 503
            assert response.json()["type"] == "urn:paperkin:problem:library-busy"
            assert int(response.headers["retry-after"]) > 0
            assert str(Path(library.path).parent) not in response.text
        assert client.get("/v1/papers/marsh-1").status_code == 200
        holder.communicate("")
    assert client.post("/v1/papers", json=KITE).status_code == 200


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"titel": "T"}, "There is no parameter 'titel'."),
        ({"papers": []}, "papers: List should have at least 1 item"),
        ({"papers": [{"title": "x"}] * 501}, "papers: List should have at most 500 items"),
        ({"papers": [{"title": "x"}, {"title": 7}]}, "papers.1.title: Input should be a valid str"),
        ({"title": "T", "published": "soon"}, "published: String should match pattern"),
        ({"title": "T", "year": "soon"}, "year: Input should be a valid integer"),
        ({"title": "T", "externalIds": {"MAG": "7"}}, "externalIds."),
        ({"title": "T", "authors": [7]}, "authors.0"),
        ([{"title": "T"}], "The body is no JSON object"),
        ("T", "The body is no JSON object"),
        (None, "body is missing. Send it in a JSON object"),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    client: TestClient, library: Library, body: object, said: str
) -> None:
    response = client.post("/v1/papers", json=body)
    assert response.status_code == 422
    assert response.json()["detail"].startswith(said), response.json()["detail"]
    assert len(library) == 8
