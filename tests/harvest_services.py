"""Services that speak OAI-PMH and OpenAlex's API on this machine, with the faults of real ones."""

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from paperkin.index.harvest import Manners

QUICK = Manners(interval=0.0, timeout=20.0, longest=60.0, tries=3, backoff=0.01, patience=2.0)

Asked = dict[str, str]
Fault = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Served:
    """A running service: `asked` are the parameters of each request, `headers` what came with them;
    `most` is how many requests were under way at once. `faults` take the place of an answer, by the
    number of the request (from 1)."""

    answer: Callable[[Asked], tuple[int, dict[str, str], str]]
    faults: dict[int, Fault] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    most: int = 0
    address: str = ""


@contextmanager
def serving(answer: Callable[[Asked], tuple[int, dict[str, str], str]]) -> Iterator[Served]:
    served = Served(answer)
    under_way = 0
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            nonlocal under_way
            with lock:
                under_way += 1
                served.most = max(served.most, under_way)
                served.asked.append(dict(parse_qsl(urlsplit(self.path).query)))
                served.headers.append(dict(self.headers))
                served.times.append(time.monotonic())
                number = len(served.asked)
            try:
                fault = served.faults.get(number)
                if fault is not None:
                    fault(self)
                else:
                    send(self, *served.answer(served.asked[number - 1]))
            finally:
                with lock:
                    under_way -= 1

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that went away is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    served.address = f"http://127.0.0.1:{server.server_address[1]}/list"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: str) -> None:
    """An answer, packed where the client takes that."""
    data = body.encode()
    # Its own date is the service's to tell.
    handler.send_response_only(status)
    if "gzip" in handler.headers.get("Accept-Encoding", ""):
        data = gzip.compress(data)
        handler.send_header("Content-Encoding", "gzip")
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def saying(status: int, body: str = "", **headers: str) -> Fault:
    """An answer of one's own; underscores in the names of headers are dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: send(handler, status, named, body)


def cut(handler: BaseHTTPRequestHandler) -> None:
    """A connection that breaks in the middle of a page."""
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b"<OAI-PMH><record>")
    handler.close_connection = True


def silent(handler: BaseHTTPRequestHandler) -> None:
    """An answer that does not come."""
    time.sleep(2.0)
    handler.close_connection = True


@dataclass(frozen=True)
class Item:
    """A record of arXiv's."""

    number: int
    stamp: str = "2026-03-01"
    set: str = "cs"
    title: str = ""
    deleted: bool = False

    @property
    def id(self) -> str:
        return f"2603.{self.number:05}"


ITEMS = [Item(number, f"2026-03-0{number}") for number in range(1, 6)]


class Oai:
    """An OAI-PMH repository with pages of `size` records; its tokens are not to be understood."""

    def __init__(self, items: list[Item], *, size: int = 2, today: str = "2026-03-10") -> None:
        self.items = items
        self.size = size
        self.today = today
        self.forgotten: set[str] = set()
        """Tokens that are refused."""
        self.circle = False
        """Whether every page gives the token that it was asked with."""

    def __call__(self, asked: Asked) -> tuple[int, dict[str, str], str]:
        token = asked.get("resumptionToken", "")
        if token:
            if token in self.forgotten or set(asked) != {"verb", "resumptionToken"}:
                return self._said('<error code="badResumptionToken">It may have expired</error>')
            prefix, set_, since, until, first = token.split("&")
        else:
            prefix, since = asked.get("metadataPrefix", ""), asked.get("from", "")
            set_, until, first = asked.get("set", ""), asked.get("until", ""), "0"
        if prefix not in ("arXiv", "arXivRaw"):
            return self._said('<error code="cannotDisseminateFormat">No such format</error>')
        if set_ == "none":
            return self._said('<error code="badArgument">There is no set &lt;none&gt;</error>')
        wanted = [
            each
            for each in self.items
            if each.set.startswith(set_) and (since or "0") <= each.stamp <= (until or "9")
        ]
        if not wanted:
            return self._said('<error code="noRecordsMatch"/>')
        begin = int(first)
        page = wanted[begin : begin + self.size]
        end = begin + len(page)
        following = "&".join((prefix, set_, since, until, str(end))) if end < len(wanted) else ""
        if self.circle and token:
            following = token
        shown = (
            f'<resumptionToken completeListSize="{len(wanted)}" cursor="{begin}">'
            f"{escape(following)}</resumptionToken>"
        )
        records = "".join(self.record(each, prefix) for each in page)
        return self._said(f"<ListRecords>{records}{shown}</ListRecords>")

    def record(self, item: Item, prefix: str) -> str:
        header = (
            f"<identifier>oai:arXiv.org:{item.id}</identifier><datestamp>{item.stamp}</datestamp>"
            f"<setSpec>{item.set}</setSpec>"
        )
        if item.deleted:
            return f'<record><header status="deleted">{header}</header></record>'
        title = escape(item.title or f"Bees and honey in river {item.number}")
        said = (
            f"<id>{item.id}</id><title>{title}</title><categories>cs.IR</categories>"
            f"<abstract>The bees of river {item.number} make honey for {item.number} whales."
            "</abstract>"
        )
        if prefix == "arXiv":
            said += (
                "<created>2026-02-27</created><authors><author><keyname>Reed</keyname>"
                "<forenames>Ada</forenames></author></authors>"
            )
        else:
            said += (
                '<version version="v1"><date>Fri, 27 Feb 2026 09:00:00 GMT</date></version>'
                "<authors>Ada Reed</authors>"
            )
        space = f"http://arxiv.org/OAI/{prefix}/"
        return (
            f'<record><header>{header}</header><metadata><{prefix} xmlns="{space}">{said}'
            f"</{prefix}></metadata></record>"
        )

    def _said(self, what: str) -> tuple[int, dict[str, str], str]:
        return 200, {"Content-Type": "text/xml"}, document(what, self.today)


def document(what: str, today: str = "2026-03-10") -> str:
    """A whole answer of OAI-PMH."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>{today}T08:00:00Z</responseDate><request>http://127.0.0.1/</request>{what}"
        "</OAI-PMH>\n"
    )


class Works:
    """OpenAlex's list of works, in pages of two whatever is asked for."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.forgotten: set[str] = set()

    def __call__(self, asked: Asked) -> tuple[int, dict[str, str], str]:
        cursor = asked.get("cursor", "")
        if cursor in self.forgotten:
            message = {"error": "Invalid query parameters error.", "message": "Cursor is invalid."}
            return 400, {}, json.dumps(message)
        first = 0 if cursor == "*" else int(cursor.removeprefix("at "))
        works = [self.work(n) for n in range(first, min(first + 2, self.count))]
        meta = {"count": self.count, "next_cursor": f"at {first + 2}"}
        return (
            200,
            {"Date": "Tue, 10 Mar 2026 08:00:00 GMT"},
            json.dumps({"meta": meta, "results": works, "group_by": []}),
        )

    def work(self, number: int) -> dict[str, Any]:
        return {
            "id": f"https://openalex.org/W{number + 1}",
            "doi": f"https://doi.org/10.1000/w{number}",
            "title": f"Whales and honey in river {number}",
            "publication_date": "2026-02-01",
            "authorships": [{"author": {"display_name": "Ada Reed"}}],
            "abstract_inverted_index": {"Whales": [0], "of": [1], "river": [2], str(number): [3]},
        }
