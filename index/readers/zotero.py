"""The library of Zotero (zotero.sqlite), read from a copy: Zotero's own file is never opened as a
database, so that nothing is written beside it and no lock of a running Zotero is in the way.

Tables: https://github.com/zotero/zotero/blob/main/resource/schema/userdata.sql, since Zotero 5.
"""

import json
import os
import re
import shutil
import sqlite3
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from ..errors import SourceError
from ..record import Record, Reject, Where
from ..sources import Source, open_source
from .fields import record_of
from .text import MAX_RECORD, TOO_LONG, beginning

__all__ = ["SQLITE", "check_zotero", "read_zotero"]

SQLITE = b"SQLite format 3\0"
"""How every SQLite file begins."""

_NEEDED = frozenset(
    "items itemTypes itemData itemDataValues fields creators itemCreators creatorTypes "
    "deletedItems".split()
)
_NO_PAPERS = ("attachment", "note", "annotation")
_AT_ONCE = 400  # items; SQLite takes 999 values in a statement everywhere
_TRIES, _PAUSE = 5, 0.2
_BACKUP = re.compile(r"\.bak(?:\.\d+)?\Z|\.\d+\.bak\Z", re.IGNORECASE)

_TITLES = ("title", "caseName", "nameOfAct", "subject")
_VENUES = (
    "publicationTitle",
    "proceedingsTitle",
    "bookTitle",
    "encyclopediaTitle",
    "dictionaryTitle",
    "conferenceName",
    "meetingName",
    "websiteTitle",
    "blogTitle",
    "forumTitle",
    "university",
    "institution",
    "repository",
)
_DATES = ("date", "dateDecided", "dateEnacted", "issueDate", "filingDate")
_KEPT = {
    "volume": "volume",
    "issue": "issue",
    "number": "number",
    "pages": "pages",
    "series": "series",
    "edition": "edition",
    "publisher": "publisher",
    "ISBN": "isbn",
    "ISSN": "issn",
    "shortTitle": "short_title",
    "citationKey": "citation_key",
    "extra": "note",
}
_EDITORS = frozenset({"editor", "bookAuthor", "seriesEditor", "translator", "reviewedAuthor"})
_OTHERS = frozenset({"contributor", "recipient", "commenter", "counsel", "castMember", "guest"})
_STORED_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?: (.*))?\Z", re.DOTALL)
_IN_EXTRA = re.compile(
    r"^[ \t]*(DOI|arXiv|PMID|PMCID|Citation Key)[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE
)


def check_zotero(source: Source) -> None:
    """Raises SourceError where an SQLite file is no library of Zotero, or a backup of one that was
    not named by the user."""
    if not source.explicit and _BACKUP.search(source.name):
        raise SourceError(f"{source.location} is a backup that Zotero keeps of its library.")
    with _copied(source) as connection:
        _check_tables(source, connection)


def read_zotero(source: Source) -> Iterator[Record | Reject]:
    """Records of a Zotero library, in the order in which its items were added.

    Items in the trash, attachments, notes, annotations and feeds are left out. Tags become
    keywords; the collections of an item are kept with those above them ("Birds/Waders").

    Raises SourceError, when first iterated, where the file is no such library.
    """
    with _copied(source) as connection:
        _check_tables(source, connection)
        count = 0
        try:
            for item in _items(connection):
                count += 1
                yield _record(Where(source.location, None, count), item)
        except sqlite3.Error as error:
            where = Where(source.location, None, count + 1)
            yield Reject(
                where, f"the library is damaged from here on ({error}): let Zotero mend it"
            )


@contextmanager
def _copied(source: Source) -> Iterator[sqlite3.Connection]:
    """A connection to a copy of the database as it was last committed."""
    with tempfile.TemporaryDirectory(prefix="paperkin-zotero-") as folder:
        copy = Path(folder) / "zotero.sqlite"
        try:
            _copy(source, copy)
        except OSError as error:
            raise SourceError(
                f"{source.location} cannot be copied to {folder} to be read ({error.strerror}): "
                "check its permissions and the room there, or set TMPDIR to another folder."
            ) from error
        try:
            with closing(sqlite3.connect(copy)) as connection:
                connection.text_factory = lambda data: data.decode("utf-8", "replace")
                connection.execute("PRAGMA trusted_schema = OFF")
                yield connection
        except sqlite3.Error as error:
            raise SourceError(
                f"{source.location} cannot be read as an SQLite database ({error}): close Zotero, "
                "which mends it, or take a backup of it."
            ) from error


def _copy(source: Source, copy: Path) -> None:
    """Copy the database with its journal or write-ahead log: a commit may be only there."""
    names = [source.location, *(source.location + end for end in ("-wal", "-journal"))]
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE)
        before = [_stamp(name) for name in names]
        with open_source(source) as stream, open(copy, "wb") as target:
            head = stream.read(len(SQLITE))
            if head != SQLITE:
                raise SourceError(
                    f"{source.location} is no SQLite database, as Zotero's library is."
                )
            target.write(head)
            shutil.copyfileobj(stream, target, 1 << 20)
        for name in names[1:]:
            beside = Path(f"{copy}{name[len(source.location) :]}")
            beside.unlink(missing_ok=True)
            try:
                shutil.copyfile(name, beside)
            except FileNotFoundError:
                continue
        if before == [_stamp(name) for name in names]:
            return
    raise SourceError(
        f"{source.location} is being written to without a pause: wait for Zotero to finish, or "
        "close it."
    )


def _stamp(name: str) -> tuple[int, int] | None:
    try:
        found = os.stat(name)
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns


def _tables(connection: sqlite3.Connection) -> set[str]:
    query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
    return {name for (name,) in connection.execute(query)}


def _check_tables(source: Source, connection: sqlite3.Connection) -> None:
    tables = _tables(connection)
    if {"items", "creatorData"} <= tables:
        raise SourceError(
            f"{source.location} is the library of a Zotero before version 5: open it with a newer "
            "one, which brings it up to date, or export it as BibTeX or RIS."
        )
    if not tables >= _NEEDED:
        found = ", ".join(sorted(name[:40] for name in tables)[:12]) or "none"
        raise SourceError(
            f"{source.location} is an SQLite database, but no library of Zotero (its tables: "
            f"{found}): export the table as CSV."
        )


class _Item:
    """An item of the library with all that belongs to it."""

    def __init__(self, key: str, kind: str) -> None:
        self.key = key
        self.kind = kind
        self.fields: dict[str, str] = {}
        self.creators: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.collections: list[str] = []
        self.retracted = False


def _items(connection: sqlite3.Connection) -> Iterator[_Item]:
    tables = _tables(connection)
    left_out = "SELECT itemID FROM deletedItems"
    if "feedItems" in tables:
        left_out += " UNION SELECT itemID FROM feedItems"
    types = "itemTypesCombined" if "itemTypesCombined" in tables else "itemTypes"
    query = (
        f"SELECT itemID, libraryID, key, typeName FROM items JOIN {types} USING (itemTypeID) "
        f"WHERE itemID > ? AND typeName NOT IN {_NO_PAPERS} AND itemID NOT IN ({left_out}) "
        f"ORDER BY itemID LIMIT {_AT_ONCE}"
    )
    places = _collections(connection) if "collections" in tables else {}
    last = -1
    while rows := connection.execute(query, (last,)).fetchall():
        items = {row[0]: _Item(f"{row[1]}/items/{row[2]}", str(row[3])) for row in rows}
        _fill(connection, tables, items, places)
        yield from items.values()
        last = rows[-1][0]


def _fill(
    connection: sqlite3.Connection,
    tables: set[str],
    items: dict[int, _Item],
    places: dict[int, str],
) -> None:
    def rows(query: str) -> Iterator[Sequence[object]]:
        marks = ", ".join("?" * len(items))
        yield from connection.execute(query.replace("ITEMS", f"({marks})"), tuple(items))

    names = "fieldsCombined" if "fieldsCombined" in tables else "fields"
    for item, name, value in rows(
        f"SELECT itemID, fieldName, value FROM itemData JOIN {names} USING (fieldID) "
        "JOIN itemDataValues USING (valueID) WHERE itemID IN ITEMS"
    ):
        if value is not None and not isinstance(value, bytes):
            items[item].fields[str(name)] = str(value)  # type: ignore[index]
    for item, kind, first, last in rows(
        "SELECT itemID, creatorType, firstName, lastName FROM itemCreators "
        "JOIN creators USING (creatorID) JOIN creatorTypes USING (creatorTypeID) "
        "WHERE itemID IN ITEMS ORDER BY itemID, orderIndex"
    ):
        name = f"{_plain(first)} {_plain(last)}".strip()
        items[item].creators.append((str(kind), name))  # type: ignore[index]
    if {"itemTags", "tags"} <= tables:
        for item, name in rows(
            "SELECT itemID, name FROM itemTags JOIN tags USING (tagID) WHERE itemID IN ITEMS "
            "ORDER BY itemID, name"
        ):
            items[item].tags.append(_plain(name))  # type: ignore[index]
    if places:
        for item, collection in rows(
            "SELECT itemID, collectionID FROM collectionItems WHERE itemID IN ITEMS"
        ):
            if collection in places:
                items[item].collections.append(places[collection])  # type: ignore[index]
    if "retractedItems" in tables:
        for (item,) in rows("SELECT itemID FROM retractedItems WHERE itemID IN ITEMS"):
            items[item].retracted = True  # type: ignore[index]


def _plain(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _collections(connection: sqlite3.Connection) -> dict[int, str]:
    """The path of each collection: its name after those that it lies in."""
    query = "SELECT collectionID, collectionName, parentCollectionID FROM collections"
    if "deletedCollections" in _tables(connection):
        query += " WHERE collectionID NOT IN (SELECT collectionID FROM deletedCollections)"
    found = {number: (str(name), above) for number, name, above in connection.execute(query)}
    paths: dict[int, str] = {}
    for number in found:
        names: list[str] = []
        seen: set[int] = set()
        at = number
        while at in found and at not in seen:
            seen.add(at)
            name, at = found[at]
            names.append(name)
        paths[number] = "/".join(reversed(names))
    return paths


def _record(where: Where, item: _Item) -> Record | Reject:
    said = item.fields
    whole = json.dumps({"key": item.key, "itemType": item.kind, **said}, ensure_ascii=False)
    if len(whole) > MAX_RECORD:
        return Reject(where, TOO_LONG, beginning(whole))
    by_role: dict[str, list[str]] = defaultdict(list)
    for kind, name in item.creators:
        by_role["editor" if kind in _EDITORS else "other" if kind in _OTHERS else ""].append(name)
    claims = [(kind.lower(), value) for kind, value in _IN_EXTRA.findall(said.get("extra", ""))]
    cited_as = next((value for kind, value in claims if kind == "citation key"), "")
    numbers = [said.get(name, "") for name in ("archiveID", "reportNumber", "archiveLocation")]
    fields: dict[str, object] = {
        "title": _first(said, _TITLES),
        "abstract": said.get("abstractNote"),
        "authors": by_role[""] or by_role["other"],
        "editor": by_role["editor"],
        "published": _date(_first(said, _DATES)),
        "venue": _first(said, _VENUES),
        "keywords": item.tags,
        "doi": said.get("DOI"),
        "arxiv id": [each for each in numbers if each.lower().startswith("arxiv:")],
        "external ids": {kind: v for kind, v in reversed(claims) if kind != "citation key"},
        "pmid": said.get("PMID"),
        "pmcid": said.get("PMCID"),
        "key": item.key,
        "url": said.get("url"),
        "language": said.get("language"),
        "type": item.kind,
        "collections": sorted(set(item.collections)),
        **{name: said.get(theirs) for theirs, name in _KEPT.items()},
    }
    if cited_as:
        fields["citation_key"] = said.get("citationKey") or cited_as
    if item.retracted:
        fields["retracted"] = True
    return record_of(where, fields, whole)


def _first(said: dict[str, str], names: Sequence[str]) -> str:
    return next((text for name in names if (text := said.get(name, "").strip())), "")


def _date(stored: str) -> str:
    """A date without what Zotero does not know: it keeps "2001-06-00 June 2001"."""
    found = _STORED_DATE.match(stored)
    if found is None:
        return stored
    year, month, day, written = found.groups()
    if year == "0000":
        return written or ""
    return "-".join(
        [year] if month == "00" else [year, month] if day == "00" else [year, month, day]
    )
