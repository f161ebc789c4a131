"""arXiv by its Open Archives interface (OAI-PMH 2.0, https://info.arxiv.org/help/oa).

Lists are cut into pages by resumption tokens; datestamps are days, of the last change of a record.
"""

import html
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from urllib.parse import urlencode

from ..errors import SourceError
from ..readers.fields import record_of
from ..readers.oaipmh import OAI_ELEMENTS, fields_of
from ..readers.text import beginning, sample
from ..readers.xmltext import ENTITIES, Piece, declares_entities, elements, root_of
from ..readers.xmltree import Element, parse, plain
from ..record import Record, Reject, Where
from ..sources import Source
from .fetch import Answer, Damaged
from .service import Page, TokenRefused, Window, day

__all__ = ["Arxiv"]

_ADDRESS = "https://oaipmh.arxiv.org/oai"
_INTERVAL = 3.0
"""No more than one request every three seconds (https://info.arxiv.org/help/api/tou.html)."""
_OVERLAP = timedelta(days=1)
"""A day that was asked for while it went on gets more records, and where it ends is a matter of the
service's time zone."""
_TOKEN = re.compile(
    r"<(?:[\w.-]{1,40}:)?resumptionToken(?=[\s/>])([^<>]*?)(?:/>|>([^<]*)</)", re.DOTALL
)
_SIZE = re.compile(r"completeListSize\s*=\s*[\"']\s*(\d{1,12})")
_TODAY = re.compile(r"responseDate\s*>\s*(\d{4}-\d\d-\d\d)")
_END = re.compile(rb"</(?:[\w.-]{1,40}:)?OAI-PMH\s*>")
_NOTHING = "noRecordsMatch"
_BAD_TOKEN = "badResumptionToken"
# What arXiv answered with for years instead.
_EXPIRED = re.compile(r"resumption ?token|noDataForResultSet|may have expired", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Arxiv:
    """What is wanted of arXiv: a set ("cs", "physics:hep-th"), all of it by default, and records
    that changed on the days from `since` to `until`."""

    set: str = ""
    since: str = ""
    until: str = ""
    prefix: Literal["arXiv", "arXivRaw"] = "arXiv"
    address: str = _ADDRESS

    def __post_init__(self) -> None:
        since, until = day(self.since, "The first day"), day(self.until, "The last day")
        if since and until and since > until:
            raise SourceError(f"The days run backwards, from {since} until {until}. Swap them.")

    @property
    def name(self) -> str:
        return f"arXiv ({self.set})" if self.set else "arXiv"

    @property
    def format(self) -> str:
        return "xml"

    @property
    def interval(self) -> float:
        return _INTERVAL

    @property
    def location(self) -> str:
        asked = {"verb": "ListRecords", "metadataPrefix": self.prefix}
        return f"{self.address}?{urlencode({**asked, **({'set': self.set} if self.set else {})})}"

    @property
    def window(self) -> Window:
        return Window(self.since, self.until)

    def news(self, complete: str) -> Window | None:
        since = max((date.fromisoformat(complete) - _OVERLAP).isoformat(), self.since)
        # Datestamps only grow: a record of a day that is over does not come to it any more.
        return None if self.until and self.until < since else Window(since, self.until)

    def request(self, window: Window, token: str) -> Mapping[str, str]:
        if token:
            # The only argument beside the verb (OAI-PMH 2.0, section 4.5).
            return {"verb": "ListRecords", "resumptionToken": token}
        asked = {"metadataPrefix": self.prefix, "set": self.set}
        asked |= {"from": window.since, "until": window.until}
        return {"verb": "ListRecords", **{name: value for name, value in asked.items() if value}}

    def read(self, answer: Answer, token: str, first: int) -> Page:
        text = answer.body.decode("utf-8", "replace").lstrip("\ufeff")
        root, _ = root_of(text)
        if root != "OAI-PMH":
            self._refused(answer.status, text)
            raise Damaged(f"what came is no answer of OAI-PMH ({beginning(text)[:60]!r})")
        if declares_entities(text):
            raise SourceError(f"An answer of {self.address} is not read: {ENTITIES}.")
        if not _END.search(answer.body):
            raise Damaged("the page was cut off")
        found: list[Record | Reject] = []
        deleted: list[str] = []
        nothing = False
        for piece in _pieces(answer.body):
            if piece.name == "error":
                nothing = self._error(piece, token) or nothing
                continue
            where = Where(self.location, None, first + len(found) + len(deleted))
            made = _made(piece, where)
            if isinstance(made, str):
                deleted.append(made)
            else:
                found.append(made)
        self._refused(answer.status, text)
        # By itself, so that no record that lacks its end hides it.
        tokens = list(_TOKEN.finditer(text))
        said = html.unescape(tokens[-1][2] or "").strip() if tokens and not nothing else ""
        size = _SIZE.search(tokens[-1][1]) if tokens else None
        today = _TODAY.search(text)
        return Page(
            tuple(found),
            said,
            tuple(deleted),
            int(size[1]) if size else None,
            today[1] if today else answer.today,
        )

    def _refused(self, status: int, text: str) -> None:
        if status >= 400:
            raise SourceError(
                f"{self.address} refuses the request with status {status}: "
                f"{beginning(' '.join(text.split()))!r}. Check the address and what is asked for."
            )

    def _error(self, piece: Piece, token: str) -> bool:
        """Whether an error only says that there is nothing; raises what any other means."""
        try:
            element = parse(piece.text)
        except ValueError as error:
            raise Damaged(f"an error came that cannot be read ({error})") from error
        code, said = element.get("code", ""), plain(element)
        if code == _NOTHING:
            return True
        reason = ": ".join(filter(None, (code, said)))
        if token and (code == _BAD_TOKEN or _EXPIRED.search(said)):
            raise TokenRefused(f"{self.address} does not know its own token any more ({reason}).")
        raise SourceError(
            f"{self.address} refuses the request ({reason}). Check the set and the days that are "
            "asked for."
        )


def _pieces(body: bytes) -> Iterator[Piece]:
    with tempfile.NamedTemporaryFile(prefix="paperkin-", suffix=".xml") as file:
        file.write(body)
        file.flush()
        source = Source(file.name, "page.xml", explicit=True)
        yield from elements(source, sample(source), OAI_ELEMENTS)


def _made(piece: Piece, where: Where) -> Record | Reject | str:
    """A record of a page; the id of one that arXiv has deleted."""
    if piece.fault:
        return Reject(where, piece.fault.replace("the file", "the page"), piece.text)
    try:
        element = parse(piece.text, piece.line)
        deleted = _deleted(element)
        return deleted or record_of(where, fields_of(element), piece.text)
    except ValueError as error:
        return Reject(where, str(error), beginning(piece.text))


def _deleted(record: Element) -> str:
    header = record.find("header")
    if header is None or header.get("status", "").lower() != "deleted":
        return ""
    return plain(header.find("identifier")) or "a record without an id"
