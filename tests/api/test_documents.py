"""What docs/http.md says of the HTTP API."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import paperkin
from paperkin.api.http import create_app
from paperkin.search.library import Library
from small import write_papers

DOCS = Path(__file__).resolve().parents[2] / "docs" / "http.md"


def commands(text: str) -> list[list[str]]:
    joined = re.sub(r"\\\n\s*", "", text)
    return [shlex.split(line) for line in re.findall(r"^    \$ (curl .*)$", joined, re.MULTILINE)]


def test_each_path_is_told(client: TestClient) -> None:
    told = DOCS.read_text("utf-8")
    for path in client.get("/openapi.json").json()["paths"]:
        if path.startswith(("/v1/", "/livez", "/readyz", "/metrics")):
            assert re.sub(r"\{.*?\}", "ID", path) in told, path


def test_each_command_of_the_docs_works(small_library: Library, tmp_path: Path) -> None:
    shutil.copytree(small_library.path, tmp_path / "library")
    found = commands(DOCS.read_text("utf-8"))
    assert len(found) == 4
    with paperkin.open(tmp_path / "library") as library:
        library.add(write_papers(tmp_path / "one.jsonl", [{"id": "10.1000/xyz", "title": "Xyz"}]))
        client = TestClient(
            create_app(library), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 1)
        )
        for words in found:
            body = words[words.index("-d") + 1] if "-d" in words else None
            method = words[words.index("-X") + 1] if "-X" in words else "POST" if body else "GET"
            (url,) = [each for each in words if each.startswith("http")]
            header = {"Content-Type": "application/json"} if body else {}
            response = client.request(method, url, content=body, headers=header)
            assert response.status_code == 200, (words, response.text)
            if "batch" in url:
                assert [each and each["title"] for each in json.loads(response.text)["data"]] == [
                    None,
                    "Xyz",
                ]
        with pytest.raises(paperkin.UnknownPaper):
            library["ARXIV:2106.15928"]
