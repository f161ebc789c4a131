"""The HTTP API asked at random, as its description says it may be, and as it says it may not."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from starlette.types import ASGIApp, Receive, Scope, Send

import paperkin
from paperkin.api.http import create_app
from paperkin.search.library import Library

CONFIG = SchemathesisConfig.from_path(Path(__file__).parents[2] / "schemathesis.toml")
CONFIG.update(seed=20, max_failures=None)


class FromHere:
    """An application whose clients are on its own machine: they may write."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "client": ("127.0.0.1", 4321)}
            others = [pair for pair in scope["headers"] if pair[0] != b"host"]
            scope["headers"] = [*others, (b"host", b"localhost")]
        await self._app(scope, receive, send)


@pytest.fixture(scope="module")
def api(small_library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("fuzzed") / "library"
    shutil.copytree(small_library.path, folder)
    with paperkin.open(folder) as library:
        yield schemathesis.openapi.from_asgi(
            "/openapi.json",
            FromHere(create_app(library)),
            config=CONFIG,
        )


DESCRIBED = json.loads((Path(__file__).parent / "openapi.json").read_text("utf-8"))["paths"]
ASKED = [
    (path, method, mode)
    for path, methods in DESCRIBED.items()
    for method, operation in methods.items()
    for mode in GenerationMode
    # Where nothing can be given, nothing can be wrong with it.
    if mode is GenerationMode.POSITIVE
    or "requestBody" in operation
    or any(each["in"] == "query" for each in operation.get("parameters", []))
]


@pytest.mark.parametrize(("path", "method", "mode"), ASKED)
def test_each_answer_is_as_described(
    api: Any, path: str, method: str, mode: GenerationMode
) -> None:
    @given(case=api[path][method.upper()].as_strategy(generation_mode=mode))
    @settings(
        max_examples=6,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        case.call_and_validate()

    ask()
