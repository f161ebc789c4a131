"""Keys, limits, other origins."""

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import paperkin
from paperkin.api.cli import main
from paperkin.api.http import create_app
from paperkin.api.rates import Rates
from paperkin.api.serve import check_reach, serve
from paperkin.api.settings import Settings
from paperkin.index import threads
from paperkin.index.access_keys import access_keys, make_key, matching, remove_key
from paperkin.index.errors import InputError, QueryError
from paperkin.search.library import Library


@pytest.fixture
def library(small_library: Library, tmp_path: Path) -> Iterator[Library]:
    shutil.copytree(small_library.path, tmp_path / "library")
    with paperkin.open(tmp_path / "library") as library:
        yield library


def client_of(
    library: Library, settings: Settings | None = None, *, here: bool = True
) -> TestClient:
    """A client on this machine, or on another."""
    return TestClient(
        create_app(library, settings=settings),
        base_url="http://127.0.0.1" if here else "http://papers.example",
        client=("127.0.0.1" if here else "203.0.113.5", 4321),
        raise_server_exceptions=False,
    )


def problem(response: Any, status: int, kind: str) -> str:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"urn:paperkin:problem:{kind}"
    detail: str = response.json()["detail"]
    return detail


def test_keys_are_kept_as_hashes(library: Library) -> None:
    key, text = make_key(library.store, " Ada's  notebook ", ("write",))
    assert (key.name, key.scopes) == ("Ada's notebook", ("read", "write"))
    assert matching(access_keys(library.store), text) == key
    assert (
        matching(access_keys(library.store), text[:-1] + ("a" if text[-1] != "a" else "b")) is None
    )
    assert matching(access_keys(library.store), f"pk_{'0' * 8}_{'a' * 43}") is None
    folder = Path(library.path)
    assert all(text[12:].encode() not in each.read_bytes() for each in folder.glob("library.db*"))
    # While a build holds the lock, too.
    with library.store.lock:
        other, _ = make_key(library.store, "Bo")
    assert access_keys(library.store) == [key, other]
    assert remove_key(library.store, key.id) == key
    assert access_keys(library.store) == [other]
    with pytest.raises(InputError, match="no key with the id"):
        remove_key(library.store, key.id)
    for name in ("", " ", "x" * 101, "a\x00b"):
        with pytest.raises(InputError, match="give a name"):
            make_key(library.store, name)


def test_without_keys_anybody_reads_and_this_machine_writes(library: Library) -> None:
    here, elsewhere = client_of(library), client_of(library, here=False)
    assert elsewhere.get("/v1/papers/marsh-1").status_code == 200
    for response in (
        elsewhere.delete("/v1/papers/marsh-1"),
        elsewhere.post("/v1/papers", json={"title": "T"}),
        # A page whose name leads to this machine (DNS rebinding).
        here.delete("/v1/papers/marsh-1", headers={"Host": "evil.example"}),
    ):
        assert "paperkin keys" in problem(response, 403, "not-from-here")
    assert len(library) == 8
    assert here.delete("/v1/papers/marsh-1").status_code == 200


def test_with_keys_each_request_needs_one(library: Library) -> None:
    _, reading = make_key(library.store, "reader")
    key, writing = make_key(library.store, "writer", ("write",))
    client = client_of(library)
    for path in (
        "/v1/search?q=bread",
        "/v1/papers/marsh-1",
        "/metrics",
        "/nowhere",
        "/openapi.json",
    ):
        response = client.get(path)
        problem(response, 401, "key-missing")
        assert response.headers["www-authenticate"].startswith("Bearer")
    for path in ("/livez", "/readyz"):
        assert client.get(path).status_code in (200, 503)
    for headers in ({"Authorization": f"Bearer {reading}"}, {"X-API-Key": reading}):
        assert client.get("/v1/papers/marsh-1", headers=headers).status_code == 200
        posted = client.post("/v1/papers/batch", json={"ids": ["marsh-1"]}, headers=headers)
        assert posted.status_code == 200
        problem(client.delete("/v1/papers/marsh-1", headers=headers), 403, "scope-missing")
        added = client.post("/v1/papers", json={"title": "T"}, headers=headers)
        problem(added, 403, "scope-missing")
    for wrong in ("nonsense", reading[:-2], writing.upper(), "pk_"):
        problem(client.get("/v1/stats", headers={"X-API-Key": wrong}), 401, "key-unknown")
    # What a client remembers is for those who may see it.
    allowed = {"X-API-Key": reading}
    tag = client.get("/v1/stats", headers=allowed).headers["etag"]
    problem(client.get("/v1/stats", headers={"If-None-Match": tag}), 401, "key-missing")
    assert client.delete("/v1/papers/marsh-1", headers={"X-API-Key": writing}).status_code == 200
    remove_key(library.store, key.id)
    problem(client.get("/v1/stats", headers={"X-API-Key": writing}), 401, "key-unknown")


def test_a_key_may_be_the_password_of_an_address_to_read(library: Library) -> None:
    _, key = make_key(library.store, "Ada", ("write",))
    client = client_of(library)
    assert client.get("/v1/papers/marsh-1", auth=("anybody", key)).status_code == 200
    assert client.get("/v1/feed", auth=("", key)).status_code == 200
    problem(client.get("/v1/stats", auth=("me", "wrong")), 401, "key-unknown")
    for broken in ("Basic", "Basic !", "Basic /w==", "Basic bWU="):
        told = client.get("/v1/stats", headers={"Authorization": broken})
        problem(told, 401, "key-missing")
    # A browser sends a password with what pages of other places ask for.
    problem(client.delete("/v1/papers/marsh-1", auth=("me", key)), 401, "key-missing")
    added = client.post("/v1/papers", json={"title": "T"}, auth=("me", key))
    problem(added, 401, "key-missing")


def test_the_command_makes_lists_and_removes_keys(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*arguments: str) -> str:
        assert main(["keys", library.path, *arguments]) == 0
        return capsys.readouterr().out

    assert "no keys" in said()
    text = said("--add", "Ada", "--scope", "write").strip()
    key = matching(access_keys(library.store), text)
    assert key is not None
    assert said() == f"{key.id}  {key.made}  read+write  Ada\n"
    made = json.loads(said("--add", "Bo", "--json"))
    assert made["keys"][0]["scopes"] == ["read"]
    assert matching(access_keys(library.store), made["key"])
    assert text not in said("--json")
    said("--remove", key.id)
    assert matching(access_keys(library.store), text) is None
    assert main(["keys", library.path, "--remove", "nobody"]) == 1
    assert main(["keys", library.path, "--add", ""]) == 1


def test_a_public_address_needs_a_key_or_a_word(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", library.path, "--host", "0.0.0.0", "--port", "0"]) == 2
    assert "it has no key. Make one with: paperkin keys" in capsys.readouterr().err
    open_to_all = Settings(host="0.0.0.0", port=0)
    with pytest.raises(InputError, match="add --public"):
        serve(library.path, open_to_all)
    check_reach(library.path, replace(open_to_all, public=True))
    make_key(library.store, "reader")
    check_reach(library.path, open_to_all)


def test_more_requests_than_allowed_are_refused(library: Library) -> None:
    client = client_of(library, Settings(rate=3))
    assert [client.get("/v1/papers/marsh-1").status_code for _ in range(3)] == [200] * 3
    response = client.get("/v1/papers/marsh-1")
    assert "3 requests a minute" in problem(response, 429, "too-many-requests")
    assert 1 <= int(response.headers["retry-after"]) <= 20
    assert client.get("/livez").status_code == 200
    # Somebody with a key is somebody else.
    _, text = make_key(library.store, "reader")
    assert client.get("/v1/papers/marsh-1", headers={"X-API-Key": text}).status_code == 200


def test_a_bucket_fills_again() -> None:
    rates = Rates(60)
    assert [rates.wait("a", 0.0) for _ in range(60)] == [0.0] * 60
    assert rates.wait("a", 0.0) == pytest.approx(1.0)
    assert rates.wait("b", 0.0) == 0.0
    assert rates.wait("a", 0.5) == pytest.approx(0.5)
    assert rates.wait("a", 1.01) == 0.0
    assert rates.wait("a", 1.02) > 0.9
    assert rates.wait("a", 10_000.0) == 0.0


def test_other_origins_may_ask_only_when_told_so(library: Library) -> None:
    page = {"Origin": "https://notes.example"}
    asking = {**page, "Access-Control-Request-Method": "GET"}
    closed = client_of(library)
    assert "access-control-allow-origin" not in closed.get("/livez", headers=page).headers
    assert closed.options("/v1/search", headers=asking).status_code == 405
    make_key(library.store, "reader")
    opened = client_of(library, Settings(cors=("https://notes.example",)))
    for path in ("/livez", "/v1/stats"):
        answer = opened.get(path, headers=page)
        assert answer.headers["access-control-allow-origin"] == "https://notes.example"
        assert "X-Request-ID" in answer.headers["access-control-expose-headers"]
    # A browser asks first, without the key.
    assert opened.options("/v1/search", headers=asking).status_code == 200
    other = opened.get("/livez", headers={"Origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in other.headers


def test_a_page_that_may_not_ask_is_told_so_in_a_problem(library: Library) -> None:
    client = client_of(library, Settings(cors=("https://notes.example",)))
    page, other = "https://notes.example", "https://elsewhere.example"
    for origin, method, header in (
        (other, "GET", "X-API-Key"),
        (page, "PUT", "X-API-Key"),
        (page, "GET", "X-Secret"),
    ):
        asking = {
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": header,
            "X-Request-ID": "mine",
        }
        refused = client.options("/v1/search", headers=asking)
        assert "--cors ORIGIN" in problem(refused, 403, "origin-refused")
        assert refused.json()["requestId"] == refused.headers["x-request-id"] == "mine"
        assert "Origin" in refused.headers["vary"]
        assert refused.headers["access-control-allow-methods"] == "GET, HEAD, POST, DELETE"
        allowed = refused.headers.get("access-control-allow-origin")
        assert allowed == (page if origin == page else None)
    allowed = {"Origin": page, "Access-Control-Request-Method": "HEAD"}
    assert client.options("/v1/search", headers=allowed).status_code == 200


def test_who_removes_the_last_key_opens_nothing_to_others(library: Library) -> None:
    key, text = make_key(library.store, "reader")
    sent = {"X-API-Key": text}
    public = TestClient(create_app(library, keyless=False), client=("203.0.113.5", 4321))
    assert public.get("/v1/stats", headers=sent).status_code == 200
    remove_key(library.store, key.id)
    problem(public.get("/v1/stats", headers=sent), 401, "key-unknown")
    problem(public.get("/v1/stats"), 401, "key-missing")
    problem(public.delete("/v1/papers/marsh-1"), 401, "key-missing")


def test_a_server_lives_while_all_its_threads_are_at_work(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "_LEAST_REQUESTS", 1)
    monkeypatch.setattr(threads, "_REQUESTS_PER_CORE", 0)
    assert threads.policy().requests == 1
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> None:
        begun.set()
        assert go_on.wait(30)
        raise QueryError("That was enough.")

    monkeypatch.setattr(library, "search", slow)
    with client_of(library) as client:
        asking = threading.Thread(target=client.get, args=("/v1/search?q=bread",))
        asking.start()
        assert begun.wait(30)
        found: list[int] = []
        other = threading.Thread(target=lambda: found.append(client.get("/livez").status_code))
        other.start()
        other.join(10)
        meanwhile = list(found)
        go_on.set()
        asking.join(30)
        other.join(30)
    assert meanwhile == [200]
