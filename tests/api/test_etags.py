"""Answers that need not be sent again, and the ids of requests."""

import re
import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import paperkin
from paperkin.api.http import create_app
from paperkin.search.library import Library

ASKED = (
    "/v1/search?q=bread&mode=keyword",
    "/v1/papers/marsh-1",
    "/v1/papers/marsh-1/related?limit=1",
    "/v1/autocomplete?q=sal",
    "/v1/stats",
    "/v1/feed",
    "/openapi.json",
)


@pytest.mark.parametrize("path", ASKED)
def test_an_answer_that_is_the_same_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    assert first.headers["cache-control"] == "private, no-cache"
    for value in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get(path, headers={"If-None-Match": value})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    other = client.get(path, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)
    assert other.headers["etag"] == tag


OTHER_DOORS = ("/graph/v1/paper/search?query=bread", "/api/papers/search?q=bread", "/nowhere")


@pytest.mark.parametrize("path", [*ASKED, *OTHER_DOORS, "/livez", "/v1/papers/nobody"])
def test_head_is_get_without_content(client: TestClient, path: str) -> None:
    sent = {"X-Request-ID": "mine"}
    whole, head = client.get(path, headers=sent), client.head(path, headers=sent)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert dict(head.headers) == dict(whole.headers)
    assert int(head.headers["content-length"]) == len(whole.content) > 0
    if "etag" in head.headers:
        again = client.head(path, headers={"If-None-Match": head.headers["etag"]})
        assert (again.status_code, again.headers["etag"]) == (304, head.headers["etag"])


def test_head_goes_where_get_goes(client: TestClient) -> None:
    refused = client.head("/v1/recommendations")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    client.head("/v1/stats")
    asked = 'paperkin_requests_total{method="HEAD",route="/v1/stats",status="200"}'
    assert asked in client.get("/metrics").text


def test_other_questions_have_other_tags(client: TestClient) -> None:
    tags = [client.get(path).headers["etag"] for path in ASKED]
    tags.append(client.get("/v1/search?q=breads&mode=keyword").headers["etag"])
    tags.append(client.get(ASKED[0], headers={"Accept": "text/x"}).headers["etag"])
    assert len(set(tags)) == len(ASKED) + 2


def test_what_is_no_answer_has_no_tag(client: TestClient) -> None:
    for path in ("/v1/papers/nobody", "/v1/search", "/v1/clusters", "/livez", "/readyz", "/x"):
        response = client.get(path, headers={"If-None-Match": "*"})
        assert response.status_code != 304
        assert "etag" not in response.headers


def test_a_change_of_the_library_changes_every_tag(small_library: Library, tmp_path: Path) -> None:
    shutil.copytree(small_library.path, tmp_path / "library")
    with paperkin.open(tmp_path / "library") as library:
        client = TestClient(create_app(library), raise_server_exceptions=False)
        before = {path: client.get(path).headers["etag"] for path in ASKED}
        library.remove("violin-1")
        for path, tag in before.items():
            response = client.get(path, headers={"If-None-Match": tag})
            assert response.status_code == 200
            assert response.headers["etag"] != tag
        # Clusters are no change of the papers, and yet one of what is answered.
        tag = client.get("/v1/stats").headers["etag"]
        library.clusters()
        assert client.get("/v1/stats", headers={"If-None-Match": tag}).status_code == 200


def test_each_request_has_an_id(client: TestClient) -> None:
    given = client.get("/livez", headers={"X-Request-ID": "trace-7.a"})
    assert given.headers["x-request-id"] == "trace-7.a"
    made = {client.get("/livez").headers["x-request-id"] for _ in range(3)}
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in made)
    assert len(made) == 3
    for bad in ("", "a b", "x" * 129, "é", "a,b", "<script>"):
        sent = {"X-Request-ID": bad.encode("latin-1")}
        assert re.fullmatch(
            "[0-9a-f]{32}", client.get("/livez", headers=sent).headers["x-request-id"]
        )


def test_problems_and_unchanged_answers_have_the_id_too(client: TestClient) -> None:
    sent = {"X-Request-ID": "mine"}
    for response in (
        client.get("/nowhere", headers=sent),
        client.get("/v1/search", headers=sent),
        client.put("/v1/search", headers=sent),
        client.post("/v1/search", content=b"x" * 5_000_000, headers=sent),
        client.post("/v1/papers", json={"title": "T"}, headers=sent),
    ):
        assert response.status_code in (404, 405, 413, 403, 422)
        assert response.headers["x-request-id"] == response.json()["requestId"] == "mine"
    tag = client.get("/v1/stats").headers["etag"]
    same = client.get("/v1/stats", headers={**sent, "If-None-Match": tag})
    assert (same.status_code, same.headers["x-request-id"]) == (304, "mine")


def test_a_bug_is_a_problem_with_an_id_and_nothing_else(
    small_library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(small_library)

    @app.get("/bug")
    def bug(q: str) -> None:
        raise RuntimeError(f"cannot {q}")

    response = TestClient(app).get("/bug?q=secret", headers={"X-Request-ID": "mine"})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"] == response.json()["requestId"] == "mine"
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    (failed,) = [each for each in caplog.records if each.getMessage() == "failed"]
    told = failed.paperkin  # type: ignore[attr-defined]
    assert told["requestId"] == "mine"
    assert told["exception"]["type"] == "RuntimeError"
    assert "test_etags.py" in told["exception"]["frames"][-1]
    assert "secret" not in str(told)


def test_what_a_path_takes_is_told_whole(client: TestClient) -> None:
    response = client.put("/v1/papers/nobody")
    assert (response.status_code, response.headers["allow"]) == (405, "DELETE, GET, HEAD")
    response = client.put("/v1/papers/nobody/related")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")
    assert client.put("/v1/papers/batch").headers["allow"] == "POST"
    assert client.put("/v1/search").headers["allow"] == "GET, HEAD, POST"
