"""What a server tells of its work: logs and figures."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from paperkin.api.http import create_app
from paperkin.api.logs import log_config
from paperkin.api.settings import Settings
from paperkin.search.library import Library
from paperkin.search.stages import STAGES, stage, timed


@pytest.fixture
def restored() -> Iterator[None]:
    """Loggers as they were before."""
    names = ("paperkin.http", "uvicorn")
    before = {
        name: (logger.handlers[:], logger.level, logger.propagate)
        for name in names
        for logger in (logging.getLogger(name),)
    }
    yield
    for name, (handlers, level, propagate) in before.items():
        logger = logging.getLogger(name)
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


def logged(library: Library, *asked: str, queries: bool = False, log: str = "info") -> list[Any]:
    """The lines that requests leave in the log."""
    config = log_config(log, queries=queries)
    lines = config["handlers"]["stderr"]["stream"] = io.StringIO()
    logging.config.dictConfig(config)
    app = create_app(library, settings=Settings(log_queries=queries))

    @app.get("/bug")
    def bug(q: str) -> None:
        raise ValueError(f"cannot {q}")

    client = TestClient(app, raise_server_exceptions=False)
    for path in asked:
        client.get(path, headers={"X-Request-ID": "mine"})
    text = lines.getvalue()
    if not queries:
        assert "secret" not in text
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.usefixtures("restored")
def test_each_request_is_a_line_without_what_was_asked(small_library: Library) -> None:
    asked = ("/v1/search?q=secret", "/v1/papers/secret", "/secret", "/bug?q=secret")
    search, paper, nowhere, failed, bug = logged(small_library, *asked)
    assert (search["event"], search["level"], search["requestId"]) == ("request", "info", "mine")
    assert (search["method"], search["route"], search["status"]) == ("GET", "/v1/search", 200)
    assert set(search["stages"]) == set(STAGES)
    assert search["ms"] > sum(search["stages"].values()) > 0
    assert search["time"].endswith("+00:00")
    assert (paper["route"], paper["status"]) == ("/v1/papers/{paper_id:path}", 404)
    assert (nowhere["route"], nowhere["status"]) == ("elsewhere", 404)
    assert (failed["event"], failed["level"]) == ("failed", "error")
    assert (failed["exception"]["type"], bug["status"]) == ("ValueError", 500)


@pytest.mark.usefixtures("restored")
def test_what_was_asked_is_logged_when_that_is_wanted(small_library: Library) -> None:
    search, failed, _ = logged(
        small_library, "/v1/search?q=secret&mode=keyword", "/bug?q=secret", queries=True
    )
    assert (search["path"], search["query"]) == ("/v1/search", "q=secret&mode=keyword")
    assert failed["exception"]["message"] == "cannot secret"


@pytest.mark.usefixtures("restored")
def test_less_is_logged_when_that_is_wanted(small_library: Library) -> None:
    asked = ("/livez", "/bug?q=secret")
    assert [each["event"] for each in logged(small_library, *asked, log="error")] == ["failed"]
    assert logged(small_library, *asked, log="off") == []


def test_figures_are_for_prometheus(small_library: Library) -> None:
    client = TestClient(create_app(small_library), raise_server_exceptions=False)
    client.get("/v1/search?q=a+rare+question")
    client.get("/v1/search?q=a+rare+question&mode=keyword")
    client.get("/v1/papers/nobody-at-all")
    client.get("/made/up/path")
    client.request("BREW", "/v1/search")
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    figures = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }
    assert figures["paperkin_requests_total", "/v1/search", "200", "GET"] == 2
    route = "/v1/papers/{paper_id:path}"
    assert figures["paperkin_requests_total", route, "404", "GET"] == 1
    assert figures["paperkin_requests_total", "404", "GET", "elsewhere"] == 1
    assert ("paperkin_requests_total", "/v1/search", "405", "other") in figures
    assert figures["paperkin_request_seconds_count", "/v1/search"] == 3
    assert figures["paperkin_stage_seconds_count", "encode"] == 1
    assert figures["paperkin_stage_seconds_count", "keyword"] == 2
    assert figures["paperkin_stage_seconds_count", "fetch"] == 2
    assert figures["paperkin_papers",] == 8
    assert "nobody" not in response.text
    assert "made" not in response.text
    assert {each for each in STAGES if ("paperkin_stage_seconds_sum", each) in figures} == set(
        STAGES
    )


def test_a_stage_inside_another_counts_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 4.0, 10.0, 20.0, 21.5])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    with timed() as watch:
        with stage("fuse"), stage("keyword"):
            pass
        with stage("keyword"):
            pass
    assert watch.seconds == {"keyword": 3.0 + 1.5, "fuse": 7.0}
    with stage("fetch"):
        pass
    assert "fetch" not in watch.seconds
