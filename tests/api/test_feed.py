"""The newest papers as a feed."""

import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from starlette.testclient import TestClient

import paperkin
from paperkin.api.atom import Entry, Feed, atom
from paperkin.api.http import create_app
from paperkin.index.paper import Paper
from paperkin.search.library import Library
from small import write_papers

ODD = 'Bread & "wine" <b>\x0b\ufffe]]> \U0001f35e'


def parsed(content: bytes) -> Any:
    found = feedparser.parse(content)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


def test_the_newest_papers_come_first(client: TestClient) -> None:
    response = client.get("/v1/feed")
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    found = parsed(response.content)
    assert found.feed.title == "library"
    assert found.feed.id.startswith("urn:paperkin:feed:")
    assert [each.title for each in found.entries][:3] == [
        "Letting the tide back in",
        "Bread dough judged by hand",
        "Sleep settles what was learned by day",
    ]
    assert len(found.entries) == 8
    assert len({each.id for each in found.entries}) == 8
    bread = found.entries[1]
    assert bread.id == "urn:paperkin:paper:arXiv:2101.00001"
    assert bread.link == "https://arxiv.org/abs/2101.00001"
    assert bread.published == "2021-01-04T00:00:00Z"
    assert [each.name for each in bread.authors] == ["Ada Miller", "Bo Lind"]
    assert [each.term for each in bread.tags] == ["food.craft", "psych"]
    assert bread.summary.startswith("Bakers press the dough")
    assert found.feed.updated == max(each.updated for each in found.entries)
    assert found.feed.links[0].rel == "self"
    assert found.feed.links[0].href == "http://testserver/v1/feed"
    filtered = parsed(client.get("/v1/feed?author=reed&year=2020-&limit=1").content)
    assert [each.title for each in filtered.entries] == ["Letting the tide back in"]


def test_a_search_is_a_feed(client: TestClient) -> None:
    found = parsed(client.get("/v1/feed?q=bread+dough&sort=relevance&limit=2").content)
    assert found.feed.title == "library: bread dough"
    assert found.entries[0].title == "Bread dough judged by hand"
    assert len(found.entries) == 2
    newest = parsed(client.get("/v1/feed", params={"query": "marsh"}).content)
    answer = client.get("/v1/search?q=marsh&sort=newest&limit=30").json()
    assert [each.title for each in newest.entries] == [each["title"] for each in answer["data"]]


def test_ids_stay_and_times_move(small_library: Library, tmp_path: Path) -> None:
    shutil.copytree(small_library.path, tmp_path / "library")
    with paperkin.open(tmp_path / "library") as library:
        client = TestClient(create_app(library))
        before = client.get("/v1/feed?limit=100")
        tag = {"If-None-Match": before.headers["etag"]}
        assert client.get("/v1/feed?limit=100", headers=tag).status_code == 304
        papers = [{"id": "new-1", "title": ODD, "published": "2016-01-01", "authors": [ODD]}]
        library.add(write_papers(tmp_path / "more.jsonl", papers))
        after = client.get("/v1/feed?limit=100", headers=tag)
        assert after.status_code == 200
        old, new = parsed(before.content), parsed(after.content)
        assert new.feed.id == old.feed.id == parsed(client.get("/v1/feed").content).feed.id
        assert new.feed.id != parsed(client.get("/v1/feed?year=2016").content).feed.id
        times = {each.id: each.updated for each in new.entries}
        assert {each.id: each.updated for each in old.entries}.items() <= times.items()
        assert new.feed.updated >= old.feed.updated
        # Of an old date, and yet the last that came.
        added = parsed(client.get("/v1/feed?sort=added&limit=1").content)
        assert added.entries[0].published == "2016-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "asked",
    ["q=a&query=b", "q=%20", "sort=relevance", "q=a&sort=added", "limit=101", "page=2", "sort=x"],
)
def test_what_makes_no_sense_of_a_feed(client: TestClient, asked: str) -> None:
    response = client.get(f"/v1/feed?{asked}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


def test_nothing_in_a_paper_breaks_the_feed() -> None:
    odd = Paper(f"pk:{ODD}", ODD, ODD, (ODD, ""), "2020", categories=(ODD,), url=f"https://x/{ODD}")
    bare = Paper("pk:bare", "Bare")
    moment = "2026-01-01T00:00:00+00:00"
    entries = [Entry(odd, moment), Entry(bare, moment)]
    document = atom(Feed("urn:x", ODD, f"http://x/?q={ODD}", moment, entries))
    found = parsed(document)
    assert found.entries[0].title.startswith("Bread &")
    assert found.entries[1].content[0].value == "Bare"
    names = {"a": "http://www.w3.org/2005/Atom"}
    title = ElementTree.fromstring(document).findtext("a:entry/a:title", namespaces=names)
    assert title == 'Bread & "wine" <b>]]> \U0001f35e'
