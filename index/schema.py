"""The tables of library.db, their version, and how an older version becomes the newest."""

import sqlite3
from collections.abc import Callable

from .errors import LibraryDamaged, LibraryTooNew, NotALibrary
from .rows import checksum

__all__ = ["APPLICATION_ID", "SCHEMA_VERSION", "create", "migrate"]

APPLICATION_ID = 0x504B494E
"""Marks an SQLite file as a Paperkin library ("PKIN")."""
SCHEMA_VERSION = 3

_TABLES = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Every change to papers is one commit. A token tells two histories with equal numbers apart.
CREATE TABLE commits (seq INTEGER PRIMARY KEY, token TEXT NOT NULL, at TEXT NOT NULL,
  action TEXT NOT NULL, papers INTEGER NOT NULL);

CREATE TABLE models (model INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL, revision TEXT NOT NULL, dimension INTEGER NOT NULL);

CREATE TABLE sources (source INTEGER PRIMARY KEY, location TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL, format TEXT NOT NULL);

-- What was read: one row for each distinct saying, however many records say it.
CREATE TABLE contents (content INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE,
  paper INTEGER NOT NULL, data TEXT NOT NULL, checksum INTEGER NOT NULL);
CREATE INDEX contents_by_paper ON contents (paper);

CREATE TABLE records (key TEXT NOT NULL, source INTEGER NOT NULL, content INTEGER NOT NULL,
  line INTEGER, PRIMARY KEY (key, source)) WITHOUT ROWID;
CREATE INDEX records_by_content ON records (content, source);

-- Keys that records of one work may share (index/works.py).
CREATE TABLE evidence (key INTEGER NOT NULL, content INTEGER NOT NULL,
  PRIMARY KEY (key, content)) WITHOUT ROWID;

-- state: 0 live, 1 removed, 2 merged into another. A number is never used twice.
CREATE TABLE papers (paper INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE,
  state INTEGER NOT NULL, merged_into INTEGER, seq INTEGER NOT NULL, year INTEGER,
  published TEXT NOT NULL, title TEXT NOT NULL, abstract TEXT NOT NULL, data TEXT NOT NULL,
  text_digest BLOB NOT NULL, checksum INTEGER NOT NULL);
CREATE INDEX papers_by_seq ON papers (seq);
CREATE INDEX papers_by_year ON papers (year, paper) WHERE state = 0;
CREATE INDEX papers_by_date ON papers (published, paper) WHERE state = 0;

-- Every id that resolves: outside ids, and each id a paper was ever given.
CREATE TABLE ids (id TEXT PRIMARY KEY, paper INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX ids_by_paper ON ids (paper);

CREATE TABLE vectors (model INTEGER NOT NULL, paper INTEGER NOT NULL, text_digest BLOB NOT NULL,
  vector BLOB NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (model, paper));

-- Values that filters compare, folded: kind is venue, category, source or author.
CREATE TABLE terms (term INTEGER PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL,
  UNIQUE (kind, value));
CREATE TABLE term_words (word TEXT NOT NULL, term INTEGER NOT NULL,
  PRIMARY KEY (word, term)) WITHOUT ROWID;
CREATE TABLE paper_terms (term INTEGER NOT NULL, paper INTEGER NOT NULL,
  PRIMARY KEY (term, paper)) WITHOUT ROWID;
CREATE INDEX paper_terms_by_paper ON paper_terms (paper);
"""
# How the papers lie together, as far as it was asked for. The settings "clusters" and "map" say
# from which papers and how each was made, with a checksum over all its rows.
_ARRANGED = """
-- Level 0 is the coarsest, data is JSON. The number of a cluster is never used for another.
CREATE TABLE clusters (cluster INTEGER PRIMARY KEY AUTOINCREMENT, level INTEGER NOT NULL,
  parent INTEGER, label TEXT NOT NULL, data TEXT NOT NULL);

-- The finest cluster of each paper that is in one. Its other clusters are the parents of that.
CREATE TABLE members (paper INTEGER PRIMARY KEY, cluster INTEGER NOT NULL);

-- Where papers stand on the map.
CREATE TABLE places (paper INTEGER PRIMARY KEY, x REAL NOT NULL, y REAL NOT NULL);
"""


def _checksum_state_and_digest(connection: sqlite3.Connection, where: str) -> None:
    """From version 1, whose checksums of papers left out `state` and `text_digest`."""
    columns = "paper, id, year, published, title, abstract, data, state, text_digest, checksum"
    changed: list[tuple[int, int]] = []
    for row in connection.execute(f"SELECT {columns} FROM papers WHERE id IS NOT NULL"):
        *said, state, digest, expected = row
        if checksum(*said) != expected:
            raise LibraryDamaged(
                f"{where}: paper {row[1]!r} does not hold what was written to it. Restore "
                "library.db from a backup, or build the library anew from its sources."
            )
        changed.append((checksum(*said[:2], state, *said[2:], digest), row[0]))
    connection.executemany("UPDATE papers SET checksum = ? WHERE paper = ?", changed)


def _add_tables_of_arrangement(connection: sqlite3.Connection, where: str) -> None:
    """From version 2, which had no clusters and no map."""
    # Not by executescript, which would end the transaction. No comment there has a semicolon.
    for statement in _ARRANGED.split(";")[:-1]:
        connection.execute(statement)


# MIGRATIONS[n] takes a library of version n to n + 1, inside a transaction that is open already.
MIGRATIONS: dict[int, Callable[[sqlite3.Connection, str], None]] = {
    1: _checksum_state_and_digest,
    2: _add_tables_of_arrangement,
}


def create(connection: sqlite3.Connection) -> None:
    """Lay the tables of a new library, in one transaction."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(
        f"BEGIN IMMEDIATE; {_TABLES}{_ARRANGED}"
        f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
    )


def version(connection: sqlite3.Connection, where: str) -> int:
    """The schema version of a library's database.

    Raises NotALibrary for some other SQLite file, LibraryTooNew for a later version than ours.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        raise NotALibrary(
            f"{where} is an SQLite file, but no Paperkin library. Name the folder of a library, or "
            "another path to make one."
        )
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found > SCHEMA_VERSION:
        raise LibraryTooNew(
            f"{where} has schema version {found}; this Paperkin knows versions up to "
            f"{SCHEMA_VERSION}. Install a newer Paperkin to use it."
        )
    return int(found)


def migrate(connection: sqlite3.Connection, where: str) -> None:
    """Bring a library to SCHEMA_VERSION; each step is one transaction, so it may be interrupted."""
    while (found := version(connection, where)) < SCHEMA_VERSION:
        connection.execute("BEGIN IMMEDIATE")
        try:
            MIGRATIONS[found](connection, where)
            connection.execute(f"PRAGMA user_version = {found + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
