"""What every door of a server has in common, at the doors of other services."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import paperkin
from paperkin.api.http import create_app
from paperkin.api.settings import Settings
from paperkin.index.access_keys import make_key
from paperkin.search.library import Library

SCHOLAR = "/graph/v1/paper/DOI:10.1000/yeast.2"
HUGGING = "/api/papers/2101.00001"
PATHS = (
    *(SCHOLAR, "/graph/v1/paper/search?query=bread", "/graph/v1/paper/autocomplete?query=sal"),
    *("/recommendations/v1/papers/forpaper/DOI:10.1000/yeast.2?limit=1", HUGGING),
    *("/api/papers/search?q=bread", "/api/daily_papers?limit=2", "/papers/2101.00001.md"),
)


@pytest.fixture
def library(small_library: Library, tmp_path: Path) -> Iterator[Library]:
    shutil.copytree(small_library.path, tmp_path / "library")
    with paperkin.open(tmp_path / "library") as library:
        yield library


def client_of(library: Library, settings: Settings | None = None) -> TestClient:
    app = create_app(library, settings=settings)
    return TestClient(app, raise_server_exceptions=False)


def told_to_their_clients(response: Any, status: int, said: str) -> None:
    assert response.status_code == status, response.text
    document = response.json()
    assert said in document["error"]
    assert document["message"] == document["error"]
    assert said in response.headers["x-error-message"]


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_that_is_the_same_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path, headers={"X-Request-ID": "mine"})
    assert first.status_code == 200, first.text
    assert first.headers["x-request-id"] == "mine"
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


def test_a_change_of_the_library_changes_what_is_sent(library: Library) -> None:
    client = client_of(library)
    tags = {path: client.get(path).headers["etag"] for path in PATHS}
    library.remove("violin-1")
    for path, tag in tags.items():
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 200, path


def test_keys_open_these_doors_too(library: Library) -> None:
    _, key = make_key(library.store, "Ada")
    client = client_of(library)
    # What that service's client understands: 401 would be an empty answer to it.
    told_to_their_clients(client.get(SCHOLAR), 403, "those who have a key")
    told_to_their_clients(client.get(SCHOLAR, headers={"x-api-key": "x"}), 403, "has no such key")
    refused = client.post("/recommendations/v1/papers", json={"positivePaperIds": ["marsh-1"]})
    told_to_their_clients(refused, 403, "those who have a key")
    told_to_their_clients(client.get(HUGGING), 401, "those who have a key")
    told_to_their_clients(client.get("/papers/2101.00001.md"), 401, "those who have a key")
    assert client.get(SCHOLAR, headers={"x-api-key": key}).status_code == 200
    bearer = {"Authorization": f"Bearer {key}"}
    assert client.get(HUGGING, headers=bearer).status_code == 200
    assert client.get("/papers/2101.00001.md", headers=bearer).status_code == 200
    # That service's client sends no key with some requests, but what stands in its address.
    told_to_their_clients(client.get(HUGGING), 401, "http://me:KEY@HOST")
    assert client.get(HUGGING, auth=("me", key)).status_code == 200
    told_to_their_clients(client.get(HUGGING, auth=("me", "x")), 401, "has no such key")


def test_a_token_of_that_service_is_no_hindrance_without_keys(client: TestClient) -> None:
    for path in PATHS:
        sent = {"Authorization": "Bearer hf_something", "x-api-key": "something"}
        assert client.get(path, headers=sent).status_code == 200


def test_requests_are_limited(library: Library) -> None:
    client = client_of(library, Settings(rate=2))
    assert [client.get(path).status_code for path in (SCHOLAR, HUGGING)] == [200, 200]
    for path in (SCHOLAR, HUGGING):
        refused = client.get(path)
        told_to_their_clients(refused, 429, "Only 2 requests a minute")
        assert int(refused.headers["retry-after"]) in range(1, 31)


def test_bodies_are_bounded(client: TestClient) -> None:
    # What that service's client understands: 413 would be an empty answer to it.
    large = client.post("/graph/v1/paper/batch", content=b"x" * 5_000_000)
    told_to_their_clients(large, 400, "has more than 4,000,000 bytes")
    pieces = (b"x" * 500_000 for _ in range(10))
    found = client.post("/recommendations/v1/papers", content=pieces)
    assert found.status_code == 400
    assert "has more than 4,000,000 bytes" in found.json()["error"]


def test_requests_are_counted_by_the_form_of_their_path(library: Library) -> None:
    client = client_of(library)
    for path in (*PATHS, "/graph/v1/nothing/secret", "/papers/secret", "/api/whoami-v2"):
        client.get(path)
    client.put(SCHOLAR)
    figures = client.get("/metrics").text
    for method, route, status in (
        ("GET", "/graph/v1/paper/{id:path}", 200),
        ("PUT", "/graph/v1/paper/{id:path}", 405),
        ("GET", "/graph/v1/paper/search", 200),
        ("GET", "/recommendations/v1/papers/forpaper/{id:path}", 200),
        ("GET", "/api/papers/{id:path}", 200),
        ("GET", "/api/daily_papers", 200),
        ("GET", "/papers/{id:path}.md", 200),
    ):
        labels = f'method="{method}",route="{route}",status="{status}"'
        assert f"paperkin_requests_total{{{labels}}} 1.0" in figures, figures
    assert 'method="GET",route="elsewhere",status="404"} 3.0' in figures
    assert "secret" not in figures
    assert "yeast" not in figures


def test_where_the_library_lies_is_told_nobody(library: Library) -> None:
    with sqlite3.connect(Path(library.path) / "library.db") as connection:
        connection.execute("UPDATE papers SET data = '{' WHERE id = 'arXiv:2101.00001'")
    connection.close()
    client = client_of(library)
    for path, status in (
        ("/graph/v1/paper/arXiv:2101.00001", 500),
        (HUGGING, 503),
        ("/papers/2101.00001.md", 503),
    ):
        response = client.get(path)
        assert response.status_code == status, response.text
        assert "library/library.db" in response.json()["error"]
        assert str(Path(library.path).parent) not in response.text + str(response.headers)


def test_they_stay_out_of_the_description(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert not [path for path in paths if path.startswith(("/graph", "/api", "/papers", "/rec"))]
    # And they keep their own rules: what is not known is passed over, also twice.
    assert client.get("/api/papers/search?q=bread&limit=1&x=1&x=2").status_code == 200
    assert client.get("/graph/v1/paper/search?query=bread&x=1&x=2").status_code == 200
