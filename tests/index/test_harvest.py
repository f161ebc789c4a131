"""Harvests from services on this machine, with all that goes wrong at real ones."""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

import paperkin
from harvest_services import ITEMS, QUICK, Item, Oai, Served, cut, document, saying, serving, silent
from paperkin.index import ingest
from paperkin.index.errors import InputError, LibraryBusy, SourceError
from paperkin.index.harvest import (
    Arxiv,
    HarvestProgress,
    HarvestReport,
    Manners,
    OpenAlex,
    harvest,
)
from paperkin.index.harvest.fetch import Fetcher
from paperkin.index.store import Store
from tiny_models import write_static_model


class Notes(HarvestProgress):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_static_model(tmp_path_factory.mktemp("models") / "static"))


@pytest.fixture
def oai() -> Oai:
    return Oai(list(ITEMS))


@pytest.fixture
def served(oai: Oai) -> Iterator[Served]:
    with serving(oai) as served:
        yield served


@pytest.fixture
def get(tmp_path: Path, model: str, served: Served) -> Any:
    """Harvests from the repository, into a library that the first call makes."""

    def call(
        *,
        manners: Manners = QUICK,
        pages: int | None = None,
        progress: HarvestProgress | None = None,
        **asked: Any,
    ) -> HarvestReport:
        path = tmp_path / "library"
        arxiv = Arxiv(address=served.address, **asked)
        return harvest(
            path,
            arxiv,
            agent="paperkin/test",
            model=None if path.exists() else model,
            manners=manners,
            pages=pages,
            progress=progress,
        )

    return call


def held(path: Path) -> list[str]:
    with paperkin.open(path / "library") as library:
        return sorted(paper.id for paper in library)


ALL = [f"arXiv:{each.id}" for each in ITEMS]


def test_a_list_is_read_page_by_page(get: Any, served: Served, tmp_path: Path) -> None:
    report = get(set="cs")
    assert held(tmp_path) == ALL
    assert (report.read, report.outcomes["added"], report.papers) == (5, 5, 5)
    assert (report.pages, report.requests, report.complete) == (3, 3, True)
    assert served.asked == [
        {"verb": "ListRecords", "metadataPrefix": "arXiv", "set": "cs"},
        {"verb": "ListRecords", "resumptionToken": "arXiv&cs&&&2"},
        {"verb": "ListRecords", "resumptionToken": "arXiv&cs&&&4"},
    ]
    assert served.most == 1
    for headers in served.headers:
        assert headers["User-Agent"] == "paperkin/test"
        assert "gzip" in headers["Accept-Encoding"]
    with paperkin.open(tmp_path / "library") as library:
        paper = library[ALL[2]]
        assert paper.title == "Bees and honey in river 3"
        assert (paper.authors, paper.published) == (("Ada Reed",), "2026-02-27")
        assert paper.sources == ("arXiv (cs)",)
        assert len(library.search("honey", source="arXiv (cs)")) == 5


def test_arxivraw_is_read_too(get: Any, tmp_path: Path) -> None:
    assert get(prefix="arXivRaw").papers == 5
    with paperkin.open(tmp_path / "library") as library:
        assert library[ALL[0]].published == "2026-02-27"


def test_a_finished_harvest_asks_for_what_is_new(
    get: Any, served: Served, oai: Oai, tmp_path: Path
) -> None:
    get()
    # Later on the day that was asked on, and an older one that was corrected.
    oai.items = [*ITEMS[1:], Item(6, "2026-03-10"), Item(1, "2026-03-11", title="Bees of steel")]
    oai.today = "2026-03-12"
    report = get()
    since = {"from": "2026-03-09"}
    assert served.asked[3] == {"verb": "ListRecords", "metadataPrefix": "arXiv", **since}
    assert report.since == "2026-03-09"
    assert (report.read, report.outcomes["added"], report.outcomes["updated"]) == (2, 1, 1)
    with paperkin.open(tmp_path / "library") as library:
        assert library[ALL[0]].title == "Bees of steel"
        assert len(library) == 6
    assert get().read == 1
    assert served.asked[-1]["from"] == "2026-03-11"


def test_the_days_that_were_asked_for(get: Any, served: Served, tmp_path: Path) -> None:
    report = get(since="2026-03-02", until="2026-03-03")
    assert held(tmp_path) == ALL[1:3]
    assert report.complete
    # Nothing new can come into days that are over.
    assert get(since="2026-03-02", until="2026-03-03").requests == 0
    # Other days are another harvest, of the same source.
    assert get(since="2026-03-03", until="2026-04-03").outcomes["unchanged"] == 1
    assert get(since="2026-03-03", until="2026-04-03").since == "2026-03-09"


def test_a_stopped_harvest_goes_on(get: Any, served: Served, tmp_path: Path) -> None:
    assert not get(pages=1).complete
    served.faults = {n: saying(404, "<html>gone") for n in (2, 3)}
    with pytest.raises(SourceError, match=r"refuses the request with status 404: '<html>gone'"):
        get()
    assert held(tmp_path) == ALL[:2]
    served.faults = {}
    assert get().read == 3
    assert served.asked[-2]["resumptionToken"] == "arXiv&&&&2"
    assert held(tmp_path) == ALL


def test_progress_is_never_ahead_of_the_papers(
    get: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped while the second page is being written."""
    written = ingest.write_plan
    pages = iter(range(10))

    def stopped(*arguments: Any) -> Any:
        if next(pages) == 1:
            raise KeyboardInterrupt
        return written(*arguments)

    monkeypatch.setattr(ingest, "write_plan", stopped)
    with pytest.raises(KeyboardInterrupt):
        get()
    assert held(tmp_path) == ALL[:2]
    assert get().read == 3
    assert held(tmp_path) == ALL


def test_an_expired_token_begins_the_list_again(
    get: Any, served: Served, oai: Oai, tmp_path: Path
) -> None:
    get(pages=2, since="2026-03-01")
    # What was removed from the list meanwhile moves the rest up: no offset could be trusted.
    oai.items = [ITEMS[0], *ITEMS[3:]]
    oai.forgotten = {"arXiv&&2026-03-01&&4"}
    oai.today = "2026-03-15"
    report = get(since="2026-03-01")
    assert report.restarts == 1
    assert served.asked[3]["from"] == "2026-03-01"
    assert (report.outcomes["unchanged"], report.outcomes["added"]) == (2, 1)
    assert held(tmp_path) == ALL
    # Since the day on which the list was begun first: what came later may be anywhere in it.
    assert get(since="2026-03-01").since == "2026-03-09"


def test_a_service_that_refuses_all_its_tokens(get: Any, oai: Oai, tmp_path: Path) -> None:
    oai.forgotten = {"arXiv&&&&2"}
    with pytest.raises(SourceError, match=r"badResumptionToken.*That was 4 times now"):
        get()
    assert held(tmp_path) == ALL[:2]
    oai.forgotten = set()
    assert get().complete
    assert held(tmp_path) == ALL


def test_nothing_to_get(get: Any, oai: Oai, tmp_path: Path) -> None:
    report = get(since="2027-01-01")
    assert (report.read, report.papers, report.complete) == (0, 0, True)
    assert get().papers == 5


def test_what_the_service_refuses(get: Any, served: Served, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"badArgument: There is no set <none>\)\. Check the set"):
        get(set="none")
    assert len(served.asked) == 1
    assert not (tmp_path / "library").exists()


def test_days_that_are_none() -> None:
    with pytest.raises(SourceError, match=r"The first day '2026-13-01' is no date"):
        Arxiv(since="2026-13-01")
    with pytest.raises(SourceError, match=r"from 2026-02-02 until 2026-02-01"):
        Arxiv(since="2026-02-02", until="2026-02-01")
    with pytest.raises(SourceError, match=r"Give a filter or a search"):
        OpenAlex()


def test_deleted_and_broken_records(get: Any, oai: Oai, served: Served, tmp_path: Path) -> None:
    get()
    broken = oai.record(Item(7), "arXiv").replace("</title>", "</titel>")
    endless = oai.record(Item(8), "arXiv").replace("</record>", "")
    said = (
        oai.record(Item(2, deleted=True), "arXiv")
        + broken
        + oai.record(Item(9), "arXiv")
        + endless
        + "<resumptionToken>arXiv&amp;&amp;2026-03-09&amp;&amp;0</resumptionToken>"
    )
    served.faults = {4: saying(200, document(f"<ListRecords>{said}</ListRecords>"))}
    oai.items = [Item(10, "2026-03-10")]
    report = get()
    assert (report.deleted, report.first_deleted) == (1, ["oai:arXiv.org:2603.00002"])
    assert report.outcomes["rejected"] == 2
    assert "not well-formed XML" in report.first_rejects[0]
    assert "record 2: " in report.first_rejects[0]
    assert "has no end" in report.first_rejects[1] or "cut off" in report.first_rejects[1]
    # What was deleted stays, and what came after the broken ones is read.
    assert held(tmp_path) == sorted([*ALL, "arXiv:2603.00009", "arXiv:2603.00010"])


def test_a_list_that_goes_round_in_a_circle(
    get: Any, oai: Oai, served: Served, tmp_path: Path
) -> None:
    oai.circle = True
    with pytest.raises(SourceError, match=r"goes round in a circle: after 6 records"):
        get()
    assert len(served.asked) == 3
    assert held(tmp_path) == ALL[:4]
    oai.circle = False
    get()
    assert "resumptionToken" not in served.asked[3]
    assert held(tmp_path) == ALL


def test_tokens_without_end(get: Any, served: Served) -> None:
    """Ever other tokens, and never a record."""
    count = iter(range(1000))
    served.answer = lambda _: (
        200,
        {},
        document(f"<ListRecords><resumptionToken>{next(count)}</resumptionToken></ListRecords>"),
    )
    with pytest.raises(SourceError, match="goes round in a circle"):
        get()
    assert len(served.asked) == 21


@pytest.mark.parametrize(
    "fault",
    [
        saying(503),
        saying(500, "<html>"),
        saying(429, Retry_After="0"),
        saying(503, Retry_After="soon"),
        saying(200, "<html><body>Back soon</body></html>"),
        saying(200, ""),
        saying(200, document("<ListRecords>").replace("</OAI-PMH>", "")),
        cut,
    ],
)
def test_what_passes_is_asked_again(get: Any, served: Served, tmp_path: Path, fault: Any) -> None:
    served.faults = {2: fault}
    assert get().requests == 4
    assert served.asked[1] == served.asked[2]
    assert held(tmp_path) == ALL


def test_answers_that_do_not_come(get: Any, served: Served, tmp_path: Path) -> None:
    served.faults = {2: silent}
    report = get(manners=replace(QUICK, timeout=0.5, tries=9))
    # On a busy machine more of them may be late.
    assert report.requests >= 4
    assert served.asked[1] == served.asked[2]
    assert held(tmp_path) == ALL


def test_pages_that_drip(get: Any, served: Served, tmp_path: Path) -> None:
    def dripping(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(10):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)

    served.faults = {2: dripping}
    notes = Notes()
    get(manners=replace(QUICK, longest=0.4, tries=9), progress=notes)
    assert notes.notes[-1].startswith("the page came too slowly: asking again")
    assert held(tmp_path) == ALL


def test_packed_pages_that_are_broken(get: Any, served: Served, tmp_path: Path) -> None:
    def broken(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", "9")
        handler.end_headers()
        handler.wfile.write(b"\x1f\x8bbroken.")

    served.faults = {1: broken}
    assert get().requests == 4
    assert held(tmp_path) == ALL


def test_what_does_not_pass(get: Any, served: Served, tmp_path: Path) -> None:
    served.faults = dict.fromkeys(range(1, 4), saying(503))
    with pytest.raises(SourceError, match=r"3 times in a row.*503 Service Unavailable.*goes on"):
        get()
    assert not (tmp_path / "library").exists()
    nowhere = Arxiv(address="http://127.0.0.1:9/oai")
    with pytest.raises(SourceError, match=r"3 times in a row"):
        harvest(tmp_path / "library", nowhere, agent="test", manners=QUICK)


def test_waits_that_are_asked_for(get: Any, served: Served) -> None:
    def by_date(handler: Any) -> None:
        # By the service's own clock, which may be wrong.
        now = datetime(2020, 5, 1, 12, tzinfo=UTC)
        later = format_datetime(now + timedelta(seconds=1), usegmt=True)
        handler.send_response_only(503)
        handler.send_header("Date", format_datetime(now, usegmt=True))
        handler.send_header("Retry-After", later)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    served.faults = {2: saying(503, Retry_After="1"), 4: by_date}
    get()
    assert served.times[2] - served.times[1] >= 1.0
    assert served.times[4] - served.times[3] >= 1.0


def test_a_wait_that_is_too_long(get: Any, served: Served, tmp_path: Path) -> None:
    served.faults = {2: saying(429, Retry_After="90000")}
    with pytest.raises(SourceError, match=r"asks to wait 25\.0 h .*429 Too Many Requests"):
        get()
    assert held(tmp_path) == ALL[:2]
    assert get().read == 3


def test_pauses_between_requests(get: Any, served: Served) -> None:
    get(manners=Manners(interval=0.4, timeout=5.0))
    gaps = [b - a for a, b in zip(served.times, served.times[1:], strict=False)]
    assert min(gaps) >= 0.4
    assert Arxiv().interval >= 3
    for address, interval in ((served.address, 0.0), ("https://mirror.example/oai", 3.0)):
        with Fetcher(address, "t", QUICK, 3.0, print) as fetcher:
            assert fetcher.interval == interval


def test_entities_are_refused(get: Any, served: Served) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><OAI-PMH>&a;</OAI-PMH>'
    served.faults = {1: saying(200, bomb)}
    with pytest.raises(SourceError, match="declares entities"):
        get()


def test_one_harvest_at_a_time(get: Any, served: Served, tmp_path: Path) -> None:
    get()
    store = Store.open(tmp_path / "library")
    with store.lock, pytest.raises(LibraryBusy):
        get()
    assert len(served.asked) == 3


def test_notes_say_why_it_waits(get: Any, served: Served) -> None:
    notes = Notes()
    served.faults = {1: saying(503)}
    get(progress=notes)
    assert notes.notes[0] == "it answered 503 Service Unavailable: asking again in 0 s."


def test_a_name_that_leads_nowhere_is_not_asked_for_long(
    tmp_path: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    notes = Notes()
    nowhere = Arxiv(address="http://papers.invalid/oai")
    with pytest.raises(SourceError, match=r"No address is known of 'papers\.invalid'"):
        harvest(tmp_path / "library", nowhere, agent="x", model=model, progress=notes)
    # What was waited for, the pauses between any two requests included.
    assert (len(notes.notes), sum(waited) < 10) == (2, True)
    assert not (tmp_path / "library").exists()
    for wrong in ("http://papers..example/", f"http://{'a' * 70}.example/"):
        with pytest.raises(SourceError, match="is no address"):
            harvest(tmp_path / "library", Arxiv(address=wrong), agent="x", model=model)


def test_a_name_that_was_known_is_asked_as_long_as_others(
    get: Any, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    get(pages=1)
    asked = 0

    def lost(*_: Any, **__: Any) -> Any:
        nonlocal asked
        asked += 1
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    def lose(handler: Any) -> None:
        monkeypatch.setattr(socket, "create_connection", lost)
        handler.close_connection = True

    served.faults = {3: lose}
    manners = replace(QUICK, tries=6)
    with pytest.raises(SourceError, match="did not answer 6 times"):
        get(manners=manners)
    assert asked == 5


def test_harvests_are_called_from_python(
    served: Served, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arxiv = paperkin.Arxiv("cs", address=served.address)
    path = tmp_path / "library"
    manners = paperkin.Manners(interval=0.0)
    first = paperkin.harvest(path, arxiv, model=model, pages=1, manners=manners)
    assert (first.pages, first.complete) == (1, False)
    assert served.headers[0]["User-Agent"] == f"paperkin/{paperkin.__version__}"
    rest = paperkin.harvest(path, arxiv, mailto="ada@example.org", manners=manners, progress=True)
    assert rest.complete
    assert served.headers[-1]["User-Agent"].endswith(" (mailto:ada@example.org)")
    with paperkin.open(path) as library:
        assert len(library) == rest.papers > first.papers
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Going on after" in captured.err


def test_what_is_no_service_and_no_address(served: Served, tmp_path: Path) -> None:
    nothing: Any = "arxiv"
    with pytest.raises(InputError, match=r"'arxiv' is no service. Give paperkin.Arxiv"):
        paperkin.harvest(tmp_path / "library", nothing)
    arxiv = paperkin.Arxiv(address=served.address)
    for wrong in ("ada", "ada@example.org\r\nX-Other: 1", "a b@example.org"):
        with pytest.raises(InputError, match="is no e-mail address"):
            paperkin.harvest(tmp_path / "library", arxiv, mailto=wrong)
    assert not served.asked
    assert not (tmp_path / "library").exists()
