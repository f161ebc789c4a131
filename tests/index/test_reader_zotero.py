import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from paperkin.index.errors import SourceError
from paperkin.index.readers import read, recognise
from paperkin.index.record import Record, Reject
from paperkin.index.sources import Source

# The tables and columns of Zotero 7 that hold what is read, in our words.
TABLES = """
CREATE TABLE libraries (libraryID INTEGER PRIMARY KEY, type TEXT NOT NULL);
CREATE TABLE itemTypes (itemTypeID INTEGER PRIMARY KEY, typeName TEXT);
CREATE TABLE fields (fieldID INTEGER PRIMARY KEY, fieldName TEXT);
CREATE TABLE items (itemID INTEGER PRIMARY KEY, itemTypeID INT NOT NULL, dateAdded TIMESTAMP,
  libraryID INT NOT NULL, key TEXT NOT NULL);
CREATE TABLE itemDataValues (valueID INTEGER PRIMARY KEY, value UNIQUE);
CREATE TABLE itemData (itemID INT, fieldID INT, valueID, PRIMARY KEY (itemID, fieldID));
CREATE TABLE creatorTypes (creatorTypeID INTEGER PRIMARY KEY, creatorType TEXT);
CREATE TABLE creators (creatorID INTEGER PRIMARY KEY, firstName TEXT, lastName TEXT,
  fieldMode INT);
CREATE TABLE itemCreators (itemID INT, creatorID INT, creatorTypeID INT, orderIndex INT);
CREATE TABLE tags (tagID INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE itemTags (itemID INT, tagID INT, type INT);
CREATE TABLE collections (collectionID INTEGER PRIMARY KEY, collectionName TEXT,
  parentCollectionID INT, libraryID INT, key TEXT);
CREATE TABLE collectionItems (collectionID INT, itemID INT, orderIndex INT);
CREATE TABLE deletedItems (itemID INTEGER PRIMARY KEY, dateDeleted);
CREATE TABLE deletedCollections (collectionID INTEGER PRIMARY KEY, dateDeleted);
CREATE TABLE feedItems (itemID INTEGER PRIMARY KEY, guid TEXT);
CREATE TABLE retractedItems (itemID INTEGER PRIMARY KEY, data TEXT, flag INT);
INSERT INTO libraries VALUES (1, 'user'), (2, 'group');
INSERT INTO itemTypes VALUES (1, 'journalArticle'), (2, 'book'), (3, 'attachment'), (4, 'note'),
  (5, 'preprint'), (6, 'annotation'), (7, 'case');
INSERT INTO creatorTypes VALUES (1, 'author'), (2, 'editor');
"""
FIELDS = (
    "title abstractNote publicationTitle date DOI url language volume pages ISSN extra repository "
    "archiveID caseName".split()
)
TYPES = {"journalArticle": 1, "book": 2, "attachment": 3, "note": 4, "preprint": 5, "case": 7}


def add(
    database: sqlite3.Connection, number: int, kind: str = "journalArticle", **said: object
) -> None:
    """An item whose key is made from its number."""
    library = 2 if kind == "book" else 1
    database.execute(
        "INSERT INTO items VALUES (?, ?, '', ?, ?)", (number, TYPES[kind], library, f"KEY{number}")
    )
    for name, value in said.items():
        field = FIELDS.index(name)
        database.execute("INSERT OR IGNORE INTO itemDataValues (value) VALUES (?)", (value,))
        (found,) = database.execute(
            "SELECT max(valueID) FROM itemDataValues WHERE value IS ?", (value,)
        ).fetchone()
        database.execute("INSERT INTO itemData VALUES (?, ?, ?)", (number, field, found))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A library of two papers in it, and much that is none."""
    path = tmp_path / "zotero.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.executescript(TABLES)
        database.executemany("INSERT INTO fields VALUES (?, ?)", enumerate(FIELDS))
        add(
            database,
            10,
            title="Herons at <i>dusk</i>",
            abstractNote="They stand still.",
            publicationTitle="Bird Notes",
            date="2014-03-00 March 2014",
            DOI="10.1234/heron",
            url="https://example.org/heron",
            language="en",
            volume="8",
            pages="1-9",
            ISSN="1234-5679",
            extra="PMID: 88\nCitation Key: lee2014herons\nread twice",
        )
        add(database, 11, "attachment", title="heron.pdf")
        add(database, 12, "note", title="A thought")
        add(database, 13, title="In the trash")
        add(
            database,
            14,
            "preprint",
            title="Geese",
            repository="arXiv",
            archiveID="arXiv:2101.00001",
            date="0000-00-00 in press",
        )
        add(database, 15, title="From a feed")
        add(
            database,
            16,
            "book",
            title="Ducks",
            extra="arXiv: math/0304001\nDOI: 10.1234/duck",
            date="1999-00-00 1999",
        )
        add(database, 17, "case", caseName="Crane v. Crow")
        add(database, 18, DOI="10.1234/untitled")
        database.executescript(
            """
            INSERT INTO deletedItems VALUES (13, '');
            INSERT INTO feedItems VALUES (15, 'x');
            INSERT INTO retractedItems VALUES (14, '{}', 0);
            INSERT INTO creators VALUES (1, 'Ann', 'Lee', 0), (2, '', 'Heron Club', 1),
              (3, 'Bo', 'Ek', 0);
            INSERT INTO itemCreators VALUES (10, 2, 1, 1), (10, 1, 1, 0), (10, 3, 2, 2);
            INSERT INTO tags VALUES (1, 'wading'), (2, 'dusk');
            INSERT INTO itemTags VALUES (10, 1, 0), (10, 2, 1);
            INSERT INTO collections VALUES (1, 'Birds', NULL, 1, 'A'), (2, 'Waders', 1, 1, 'B'),
              (3, 'Circle', 4, 1, 'C'), (4, 'Round', 3, 1, 'D'), (5, 'Thrown away', NULL, 1, 'E');
            INSERT INTO deletedCollections VALUES (5, '');
            INSERT INTO collectionItems VALUES (2, 10, 0), (3, 10, 0), (5, 10, 0);
            """
        )
        database.commit()
    return path


def source(path: Path, *, explicit: bool = True) -> Source:
    return Source(str(path), path.name.removesuffix(".gz"), explicit)


def titles(path: Path) -> list[str]:
    return [each.title for each in read(source(path)) if isinstance(each, Record)]


def test_a_library(path: Path) -> None:
    assert recognise(source(path)) == "zotero"
    heron, geese, ducks, case, untitled = read(source(path))
    assert isinstance(heron, Record)
    assert (heron.title, heron.abstract) == ("Herons at <i>dusk</i>", "They stand still.")
    assert heron.authors == ("Ann Lee", "Heron Club")
    assert (heron.published, heron.venue, heron.language) == ("2014-03", "Bird Notes", "en")
    assert {"DOI:10.1234/heron", "PMID:88"} <= set(heron.ids)
    assert (heron.key, heron.url) == ("1/items/KEY10", "https://example.org/heron")
    assert heron.extra == {
        "editor": ["Bo Ek"],
        "keywords": ["dusk", "wading"],
        "collections": ["Birds/Waders", "Round/Circle"],
        "type": "journalArticle",
        "volume": "8",
        "pages": "1-9",
        "issn": "1234-5679",
        "citation_key": "lee2014herons",
        "note": "PMID: 88\nCitation Key: lee2014herons\nread twice",
    }
    assert isinstance(geese, Record)
    assert "arXiv:2101.00001" in geese.ids
    assert (geese.venue, geese.published) == ("arXiv", "in press")
    assert geese.extra["retracted"] is True
    assert isinstance(ducks, Record)
    assert {"DOI:10.1234/duck", "arXiv:math/0304001"} <= set(ducks.ids)
    assert (ducks.published, ducks.key) == ("1999", "2/items/KEY16")
    assert isinstance(case, Record)
    assert case.title == "Crane v. Crow"
    assert isinstance(untitled, Reject)
    assert "KEY18" in untitled.text
    assert untitled.where.record == 5


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {each.name: (each.read_bytes(), each.stat().st_mtime_ns) for each in folder.iterdir()}


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_while_zotero_has_it_open(path: Path, mode: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as zotero:
        zotero.execute("PRAGMA locking_mode = EXCLUSIVE")
        zotero.execute(f"PRAGMA journal_mode = {mode}")
        zotero.execute("PRAGMA wal_autocheckpoint = 0")
        zotero.execute("BEGIN EXCLUSIVE")
        add(zotero, 20, title="Added a moment ago")
        zotero.execute("COMMIT")
        zotero.execute("BEGIN EXCLUSIVE")
        add(zotero, 21, title="Not committed yet")
        before = files(path.parent)
        found = titles(path)
        assert recognise(source(path)) == "zotero"
        assert files(path.parent) == before
        zotero.execute("ROLLBACK")
    assert "Added a moment ago" in found
    assert "Not committed yet" not in found


def test_a_change_that_zotero_was_killed_in_does_not_count(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as zotero:
        zotero.execute("PRAGMA cache_size = 1")
        zotero.execute("PRAGMA cache_spill = 1")
        zotero.execute("BEGIN EXCLUSIVE")
        zotero.execute("UPDATE itemDataValues SET value = 'Half done ' || value")
        for number in range(100, 400):
            add(zotero, number, title=f"Half done {number} " + "x" * 500)
        assert (path.parent / "zotero.sqlite-journal").stat().st_size > 0
        assert not [title for title in titles(path) if "Half done" in title]
        zotero.execute("ROLLBACK")


def test_a_folder_of_zotero_gives_no_backups(path: Path) -> None:
    backup = path.with_name("zotero.sqlite.1.bak")
    backup.write_bytes(path.read_bytes())
    with pytest.raises(SourceError, match="a backup that Zotero keeps"):
        recognise(source(backup, explicit=False))
    assert recognise(source(backup)) == "zotero"


def test_a_packed_library_is_read(path: Path) -> None:
    packed = path.with_name("zotero.sqlite.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert titles(packed) == titles(path)


def test_other_databases_are_refused_with_their_tables(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE birds (name)")
    with pytest.raises(SourceError, match=r"no library of Zotero \(its tables: birds\)"):
        recognise(source(other))
    old = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(old)) as database:
        database.executescript("CREATE TABLE items (x); CREATE TABLE creatorData (x)")
    with pytest.raises(SourceError, match="before version 5"):
        recognise(source(old))


def test_a_damaged_library_gives_what_can_be_read(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        for number in range(1000, 1600):
            add(database, number, title=f"Bird {number}")
        database.execute("CREATE INDEX by_type ON items (itemTypeID)")  # SQLite may not use it
        database.commit()
        (page,) = database.execute("PRAGMA page_size").fetchone()
        query = "SELECT pageno FROM dbstat WHERE name = 'items' AND pagetype = 'leaf' ORDER BY path"
        pages = [number for (number,) in database.execute(query)]
    data = bytearray(path.read_bytes())
    data[(pages[-1] - 1) * page : pages[-1] * page] = b"\xff" * page
    path.write_bytes(data)
    *found, last = read(source(path))
    assert "Herons at <i>dusk</i>" in [each.title for each in found if isinstance(each, Record)]
    assert isinstance(last, Reject)
    assert "damaged from here on" in last.reason


def test_a_cut_off_library_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(SourceError, match=r"zotero\.sqlite"):
        recognise(source(path))


def test_values_of_other_types_end_nothing(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        add(database, 30, title=b"\xff\x00", abstractNote="Bytes for a title.")
        add(database, 31, title=2019, date="never")
        add(database, 32, title=None, abstractNote=None)
        database.execute("UPDATE tags SET name = x'ff'")
        database.execute("UPDATE creators SET lastName = NULL, firstName = 5 WHERE creatorID = 1")
        database.commit()
    found = list(read(source(path)))
    assert [type(each) for each in found[-3:]] == [Record, Record, Reject]
    assert found[-3].abstract == "Bytes for a title."  # type: ignore[union-attr]
    assert found[-2].title == "2019"  # type: ignore[union-attr]


def test_nothing_stays_behind(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(aside))
    records: Iterator[Record | Reject] = read(source(path))
    next(records)
    assert len(list(aside.iterdir())) == 1
    del records
    assert not list(aside.iterdir())
