"""The description of the HTTP API."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from paperkin.api.documented import description_text
from paperkin.api.http import create_app
from paperkin.search.library import Library

SNAPSHOT = Path(__file__).parent / "openapi.json"
OURS = ("/v1/", "/livez", "/readyz", "/metrics")


@pytest.fixture(scope="module")
def description(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def operations(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
        if path.startswith(OURS)
    ]


def test_the_description_is_the_one_that_was_looked_at(small_library: Library) -> None:
    text = description_text(create_app(small_library))
    assert json.loads(text) == json.loads(SNAPSHOT.read_text("utf-8")), (
        "write it anew with scripts/renew, and look at what changed"
    )


def test_it_is_openapi_3_1(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1.")
    names = [operation["operationId"] for _, _, operation in operations(description)]
    assert len(set(names)) == len(names) >= 17


def test_each_operation_and_each_error_has_an_example(description: dict[str, Any]) -> None:
    for method, path, operation in operations(description):
        if "requestBody" in operation:
            (content,) = operation["requestBody"]["content"].values()
            schema = json.dumps(content["schema"])
            named = [
                description["components"]["schemas"][name]
                for name in description["components"]["schemas"]
                if f'/{name}"' in schema
            ]
            assert "examples" in content or '"examples"' in json.dumps(named), path
        statuses = set(operation["responses"])
        assert {"200", "401", "422", "429", "500", "503"} <= statuses, path
        if method == "post":
            assert {"400", "413"} <= statuses
        elif path.startswith("/v1/") and method == "get":
            assert "304" in statuses
        for status, response in operation["responses"].items():
            assert "X-Request-ID" in response["headers"]
            if status == "304":
                continue
            for kind, content in response["content"].items():
                if kind in (
                    "application/vnd.apache.arrow.stream",
                    "application/vnd.apache.parquet",
                ):
                    continue
                assert content.get("example") or content.get("examples"), (path, status)
                if status != "200":
                    assert kind == "application/problem+json"


def test_each_example_is_what_the_description_says(description: dict[str, Any]) -> None:
    for _, path, operation in operations(description):
        for status, response in operation["responses"].items():
            for kind, content in response.get("content", {}).items():
                examples = [each["value"] for each in content.get("examples", {}).values()]
                examples += [content["example"]] if "example" in content else []
                if "json" not in kind:
                    continue
                schema = {**content["schema"], "components": description["components"]}
                for example in examples:
                    jsonschema.validate(example, schema)
                    if status != "200":
                        assert example["status"] == int(status), path


def test_answers_are_what_the_description_says(
    client: TestClient, description: dict[str, Any]
) -> None:
    def conforms(method: str, path: str, response: Any) -> None:
        told = description["paths"][path][method]["responses"][str(response.status_code)]
        schema = told["content"][response.headers["content-type"]]["schema"]
        jsonschema.validate(response.json(), {**schema, "components": description["components"]})

    asked = "q=bread+and+the+sea&explain=true&groups=true"
    conforms("get", "/v1/search", client.get(f"/v1/search?{asked}"))
    conforms("get", "/v1/search", client.get("/v1/search"))
    many = client.post("/v1/search", json={"queries": ["a", "b"], "explain": True})
    conforms("post", "/v1/search", many)
    conforms("get", "/v1/papers/{paper_id}", client.get("/v1/papers/marsh-1"))
    conforms("get", "/v1/papers/{paper_id}", client.get("/v1/papers/nobody"))
    related = client.get("/v1/papers/marsh-1/related?explain=true")
    conforms("get", "/v1/papers/{paper_id}/related", related)
    liked = client.post("/v1/recommendations", json={"like": ["marsh-1"], "groups": True})
    conforms("post", "/v1/recommendations", liked)
    conforms("get", "/v1/stats", client.get("/v1/stats"))
    conforms("get", "/v1/clusters", client.get("/v1/clusters"))
    conforms("get", "/v1/map", client.get("/v1/map"))
    conforms("get", "/v1/autocomplete", client.get("/v1/autocomplete?q=b"))


def test_no_field_is_told_that_is_not_described(
    client: TestClient, description: dict[str, Any]
) -> None:
    schemas = description["components"]["schemas"]
    hit = client.get("/v1/search?q=bread&limit=1&explain=true&groups=true").json()
    assert set(hit) <= set(schemas["AnswerPage"]["properties"])
    assert set(hit["data"][0]) <= set(schemas["HitDocument"]["properties"])
    paper = client.get("/v1/papers/marsh-1").json()
    assert set(paper) == set(schemas["PaperDocument"]["properties"])
    assert set(client.get("/v1/stats").json()) == set(schemas["Stats"]["properties"])
    problem = client.get("/v1/search").json()
    assert set(problem) == set(schemas["ProblemDocument"]["properties"])
