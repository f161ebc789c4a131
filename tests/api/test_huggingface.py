"""Hugging Face's own client, as it is installed, against `paperkin serve`."""

import json
import subprocess
import urllib.error
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hugging import ask, papers_command
from paperkin.api.huggingface_daily import Period, period_of
from paperkin.api.huggingface_papers import day_of
from paperkin.index.errors import QueryError
from paperkin.index.paper import Paper


def test_papers_are_found_told_and_read(listed_address: str, tmp_path: Path) -> None:
    found, first, nothing, kettle, ferry, page = ask(
        listed_address,
        tmp_path,
        ("list_papers", {"query": "ovens for bread"}),
        ("list_papers", {"query": "ovens for bread", "limit": 1}),
        ("list_papers", {}),
        ("paper_info", {"id": "2501.00001"}),
        ("paper_info", {"id": "10.1000/ferry.7"}),
        ("read_paper", {"id": "2501.00001v3"}),
    )
    assert len(found) == 20
    assert found[0]["id"] == "2501.00002"
    assert found[0]["summary"].startswith("Wood fired ovens are hotter at the back.")
    assert [each["id"] for each in first] == ["2501.00002"]
    assert nothing == []
    told = {
        "title": "Kettles that know when tea is ready",
        "authors": ["Ada Quill", "Bo Lindström"],
        "published_at": "2025-01-01",
        "submitted_at": "2025-01-06",
        "upvotes": 12,
        "comments": 0,
        "ai_summary": "A kettle that hears when tea is ready.",
        "ai_keywords": ["tea", "sound"],
        "github_repo": "https://example.org/kettle",
        "linked_models": [],
        "num_total_datasets": 0,
        "submitted_by": None,
        "organization": None,
    }
    assert told.items() <= kettle.items()
    # What the library does not know is what the service does not tell.
    assert ferry["id"] == "DOI:10.1000/ferry.7"
    assert (ferry["upvotes"], ferry["submitted_at"], ferry["ai_summary"]) == (0, None, None)
    assert ferry["published_at"] == "2025-02-04"
    assert page.startswith(
        "# Kettles that know when tea is ready\n\nAda Quill, Bo Lindström · 2025"
    )
    assert "## Abstract\n\nA kettle listens to its own water." in page


def test_daily_papers_are_those_of_their_days(listed_address: str, tmp_path: Path) -> None:
    (found,) = ask(
        listed_address, tmp_path, ("list_papers", {"query": "supernovae and cosmic acceleration"})
    )
    assert found[0]["title"] == "Type Ia Supernovae and the Discovery of Cosmic Acceleration"
    supernovae = found[0]["id"]
    oven, kettle, umbrella, ferry = "2501.00002 2501.00001 2502.00003 DOI:10.1000/ferry.7".split()
    expected: list[tuple[dict[str, Any], list[str]]] = [
        ({"limit": 4}, [ferry, umbrella, oven, kettle]),
        ({"date": "2025-01-06"}, [oven, kettle]),
        ({"date": "2025-01-07"}, []),
        # Without a day of its own, a paper stands on that of its publication.
        ({"date": "2025-02-04"}, [ferry]),
        ({"week": "2025-W02"}, [oven, kettle]),
        ({"week": "2025-W06"}, [ferry, umbrella]),
        ({"month": "2025-02"}, [ferry, umbrella]),
        ({"sort": "publishedAt", "limit": 2}, [ferry, umbrella]),
        ({"sort": "trending"}, [oven, kettle, umbrella, ferry]),
        ({"p": 1, "limit": 2}, [oven, kettle]),
        ({"p": 99}, []),
        # One of the demonstration papers.
        ({"date": "2009-03-17"}, [supernovae]),
        ({"submitter": "somebody"}, []),
    ]
    answers = ask(listed_address, tmp_path, *(("list_daily_papers", how) for how, _ in expected))
    for (how, ids), answer in zip(expected, answers, strict=True):
        assert [each["id"] for each in answer] == ids, how
    assert answers[1][0]["submitted_at"] == "2025-01-06"
    assert answers[1][0]["upvotes"] == 40


def test_what_makes_no_sense_is_refused_as_that_service_does(
    listed_address: str, tmp_path: Path
) -> None:
    wrong: list[tuple[str, dict[str, Any], int, str]] = [
        ("paper_info", {"id": "2501.99999"}, 404, "No paper of this library has the id"),
        ("paper_info", {"id": "../../etc/passwd"}, 404, ""),
        ("read_paper", {"id": "nothing"}, 404, "No paper of this library"),
        ("list_papers", {"query": "tea", "limit": 121}, 400, "limit must be a whole number from 1"),
        ("list_papers", {"query": "tea", "limit": -1}, 400, "not '-1'"),
        ("list_daily_papers", {"date": "yesterday"}, 400, "'yesterday' is no date"),
        ("list_daily_papers", {"date": "2025-02-30"}, 400, "'2025-02-30' is no date"),
        ("list_daily_papers", {"week": "2025-W60"}, 400, "'2025-W60' is no week"),
        ("list_daily_papers", {"month": "2025-13"}, 400, "'2025-13' is no month"),
        ("list_daily_papers", {"date": "2999-01-01"}, 400, "is still to come"),
        ("list_daily_papers", {"limit": 101}, 400, "from 1 to 100, not '101'"),
        ("list_daily_papers", {"p": "x"}, 400, "p must be a whole number"),
        ("list_daily_papers", {"sort": "best"}, 400, "'best' is no order"),
    ]
    answers = ask(listed_address, tmp_path, *((name, how) for name, how, *_ in wrong))
    for (name, how, status, reason), answer in zip(wrong, answers, strict=True):
        assert answer["status"] == status, (name, how, answer)
        assert reason in (answer["error"] or ""), (name, how, answer)


def test_the_command_line_of_that_client(listed_address: str, tmp_path: Path) -> None:
    def hf(*arguments: str) -> subprocess.CompletedProcess[str]:
        return papers_command(listed_address, tmp_path, *arguments)

    listed = json.loads(hf("ls", "--date", "2025-01-06", "--format", "json").stdout)
    assert [each["id"] for each in listed] == ["2501.00002", "2501.00001"]
    found = json.loads(hf("search", "umbrella in wind", "--limit", "1", "--format", "json").stdout)
    assert [each["title"] for each in found] == ["Umbrellas that fold themselves"]
    told = json.loads(hf("info", "2501.00002").stdout)
    assert (told["id"], told["upvotes"]) == ("2501.00002", 40)
    assert hf("read", "2501.00002").stdout.startswith("# A thermometer for bread ovens\n")
    unknown = hf("info", "2501.99999")
    assert unknown.returncode == 1
    assert "Paper '2501.99999' not found" in unknown.stderr


def fetch(url: str) -> tuple[int, Any, Any]:
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            return response.status, response.headers, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, json.load(error)


def test_pages_are_linked_and_unknown_parameters_passed_over(listed_address: str) -> None:
    status, headers, first = fetch(f"{listed_address}/api/daily_papers?limit=3&cursor=7")
    assert (status, len(first)) == (200, 3)
    assert (
        headers["Link"] == f'<{listed_address}/api/daily_papers?limit=3&cursor=7&p=1>; rel="next"'
    )
    following = headers["Link"].partition(">")[0][1:]
    status, _, second = fetch(following)
    assert (status, second[0]["paper"]["id"]) == (200, "2501.00001")
    _, headers, last = fetch(f"{listed_address}/api/daily_papers?month=2025-02&p=0")
    assert (len(last), headers["Link"]) == (2, None)
    assert first[0]["publishedAt"] == "2025-02-04T00:00:00.000Z"
    assert first[0]["paper"]["authors"] == [{"name": "Dora Reed", "hidden": False}]


def test_what_else_that_service_has_is_not_found(listed_address: str) -> None:
    status, headers, error = fetch(f"{listed_address}/api/whoami-v2")
    assert (status, error) == (404, {"error": "Not Found"})
    assert headers["X-Error-Message"] == "Not Found"


def test_a_day_is_no_more_exact_than_what_is_known() -> None:
    assert day_of(Paper("a", "t", published="2024", arxiv_id="2412.07760")) == "2024-12-01"
    assert day_of(Paper("a", "t", published="2023", arxiv_id="2412.07760")) == "2023-01-01"
    assert day_of(Paper("a", "t", published="2024-11-30", arxiv_id="2412.07760")) == "2024-11-30"
    assert day_of(Paper("a", "t", published="2024-11")) == "2024-11-01"
    assert day_of(Paper("a", "t", arxiv_id="hep-th/9901001")) == "1999-01-01"
    assert day_of(Paper("a", "t")) == ""


def test_periods_have_their_common_days() -> None:
    today = date(2025, 3, 31)
    assert period_of(None, "2024-W01", None, today) == Period("2024-01-01", "2024-01-07")
    assert period_of(None, None, "2024-12", today) == Period("2024-12-01", "2024-12-31")
    assert period_of(None, "2025-W09", "2025-02", today) == Period("2025-02-24", "2025-02-28")
    assert period_of("2025-02-24T10:00:00.000Z", None, None, today) == Period(
        "2025-02-24", "2025-02-24"
    )
    assert period_of("2025-04-01", None, None, today).first == "2025-04-01"
    with pytest.raises(QueryError, match="still to come"):
        period_of("2025-04-02", None, None, today)
