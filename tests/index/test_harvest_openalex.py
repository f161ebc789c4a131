"""Harvests from OpenAlex, as far as it differs from arXiv."""

import json
from pathlib import Path
from typing import Any

import pytest

import paperkin
from harvest_services import QUICK, Served, Works, saying, serving
from paperkin.index.errors import SourceError
from paperkin.index.harvest import OpenAlex, harvest
from tiny_models import write_static_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_static_model(tmp_path_factory.mktemp("models") / "static"))


def works_of(served: Served, **asked: Any) -> OpenAlex:
    return OpenAlex(**{"filter": "type:article", "address": served.address, **asked})


def test_openalex(tmp_path: Path, model: str) -> None:
    library = tmp_path / "library"
    with serving(Works(5)) as served:
        asked = works_of(served, search="honey", mailto="ada@example.org", key="secret")
        report = harvest(library, asked, agent="t", model=model, manners=QUICK)
        # The last page is known by having no works.
        assert (report.read, report.papers, report.pages) == (5, 5, 4)
        first = served.asked[0]
        assert first["filter"] == "type:article"
        assert (first["search"], first["per_page"]) == ("honey", "100")
        assert (first["mailto"], first["api_key"]) == ("ada@example.org", "secret")
        assert [each["cursor"] for each in served.asked] == ["*", "at 2", "at 4", "at 6"]
        assert "abstract_inverted_index" in first["select"]
        report = harvest(library, asked, agent="t", manners=QUICK)
        assert report.outcomes["unchanged"] == 5
        assert served.asked[4]["filter"] == "type:article,from_publication_date:2025-12-10"
    assert b"secret" not in (library / "library.db").read_bytes()
    with paperkin.open(library) as opened:
        paper = opened["10.1000/w3"]
        assert paper.abstract == "Whales of river 3"
        assert paper.sources == ("OpenAlex",)


def test_openalex_goes_on_and_begins_again(tmp_path: Path, model: str) -> None:
    library, works = tmp_path / "library", Works(5)
    with serving(works) as served:
        asked = works_of(served, new_by="created", since="2026-01-01", until="2026-02-28")
        harvest(library, asked, agent="t", model=model, manners=QUICK, pages=2)
        works.forgotten = {"at 4"}
        with pytest.raises(SourceError, match=r"cursor any more \(Cursor is invalid\.\)"):
            harvest(library, asked, agent="t", manners=QUICK)
        works.forgotten = set()
        report = harvest(library, asked, agent="t", manners=QUICK)
        assert (report.papers, report.complete) == (5, True)
        days = "from_publication_date:2026-01-01,to_publication_date:2026-02-28"
        assert served.asked[0]["filter"] == f"type:article,{days}"
        served.asked.clear()
        harvest(library, asked, agent="t", manners=QUICK)
        assert served.asked[0]["filter"] == (f"type:article,from_created_date:2026-03-08,{days}")


def test_openalex_refuses(tmp_path: Path, model: str) -> None:
    library = tmp_path / "library"
    answers = {
        1: saying(401, json.dumps({"error": "API key required", "message": "Get a key (not k3y)"})),
        2: saying(400, json.dumps({"message": "type:artikel is not a valid filter"})),
        3: saying(200, "[1, 2]"),
        4: saying(200, "not json"),
    }
    with serving(Works(1)) as served:
        served.faults = answers
        with pytest.raises(SourceError, match=r"status 401.*Set OPENALEX_API_KEY") as refused:
            harvest(library, works_of(served, key="k3y"), agent="t", model=model, manners=QUICK)
        assert "k3y" not in str(refused.value)
        with pytest.raises(SourceError, match=r"artikel is not a valid filter'\. Check the filter"):
            harvest(library, works_of(served), agent="t", model=model, manners=QUICK)
        report = harvest(library, works_of(served), agent="t", model=model, manners=QUICK)
        assert (report.papers, len(served.asked)) == (1, 6)
