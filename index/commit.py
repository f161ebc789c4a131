"""Writing a plan: papers, their vectors and the progress they are, in one transaction."""

import os
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .keys import GONE, gone
from .names import fold, name_words
from .paper import Paper
from .plan import Plan, PlannedPaper
from .rows import PAPER_COLUMNS, checksum, paper_row, text_digest, vector_row
from .snapshot import LIVE, MERGED, Commit, ModelRow

__all__ = [
    "record_commit",
    "replace_vectors",
    "set_state",
    "terms_of",
    "write_plan",
    "write_vector",
]


def record_commit(connection: sqlite3.Connection, action: str, papers: int) -> Commit:
    """Open the next commit of a library inside the running transaction."""
    (seq,) = connection.execute("SELECT ifnull(max(seq), 0) + 1 FROM commits").fetchone()
    commit = Commit(int(seq), os.urandom(8).hex())
    at = datetime.now(UTC).isoformat(timespec="seconds")
    connection.execute(
        "INSERT INTO commits VALUES (?, ?, ?, ?, ?)",
        (commit.seq, commit.token, at, action, papers),
    )
    return commit


def write_plan(
    connection: sqlite3.Connection,
    plan: Plan,
    model: ModelRow,
    vectors: Mapping[bytes, NDArray[np.float32]],
) -> Commit | None:
    """Write a batch. `vectors` holds float32, shape (dim,), unit length, by text digest, for each
    planned paper whose text has none yet. Returns None where no paper changed."""
    for content, keys in plan.dropped:
        connection.executemany(
            "DELETE FROM evidence WHERE key = ? AND content = ?", [(key, content) for key in keys]
        )
        connection.execute("DELETE FROM contents WHERE content = ?", (content,))
    home = {content: each.number for each in plan.papers for content in each.contents}
    for content, said, keys in plan.contents:
        data = said.to_json()
        connection.execute(
            "INSERT INTO contents VALUES (?, ?, ?, ?, ?)",
            (content, said.digest, home[content], data, checksum(said.digest, data)),
        )
        connection.executemany(
            "INSERT INTO evidence VALUES (?, ?)", [(key, content) for key in keys]
        )
    _write_records(connection, plan)
    connection.executemany(
        "UPDATE contents SET paper = ? WHERE content = ? AND paper <> ?",
        [(number, content, number) for content, number in home.items()],
    )
    if not plan.papers:
        return None
    commit = record_commit(connection, "build", len(plan.papers))
    # Ids may move between papers; cleared first, no two hold one at any step.
    touched = [(n,) for each in plan.papers for n in (each.number, *each.absorbed)]
    connection.executemany("UPDATE papers SET id = NULL WHERE paper = ?", touched)
    for each in plan.papers:
        _write_paper(connection, each, commit)
        if each.digest in vectors:
            write_vector(connection, model, each.number, each.digest, vectors[each.digest])
    return commit


def _write_records(connection: sqlite3.Connection, plan: Plan) -> None:
    connection.executemany(
        "DELETE FROM records WHERE key = ? AND source = ?",
        [(each.key, each.source) for each in plan.vanished],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO records (key, source, content) VALUES (?, ?, ?)",
        [(gone(each.digest), each.source, each.content) for each in plan.vanished],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO records (key, source, content, line) VALUES (?, ?, ?, ?)",
        [(each.key, each.source, content, each.line) for each, content in plan.records],
    )
    # What a source says again, or under another key, is not gone.
    said = {(content, each.source) for each, content in plan.records}
    said |= {(each.content, each.source) for each in plan.vanished}
    connection.executemany(
        "DELETE FROM records WHERE content = ?1 AND source = ?2 AND substr(key, 1, ?3) = ?4 "
        "AND EXISTS (SELECT 1 FROM records WHERE content = ?1 AND source = ?2 "
        "AND substr(key, 1, ?3) <> ?4)",
        [(content, source, len(GONE), GONE) for content, source in said],
    )


def _write_paper(connection: sqlite3.Connection, each: PlannedPaper, commit: Commit) -> None:
    _write_row(connection, paper_row(each.number, each.paper, each.state, commit.seq))
    for other in each.absorbed:
        connection.execute(
            "UPDATE papers SET state = ?, merged_into = ?, seq = ? WHERE paper = ?",
            (MERGED, each.number, commit.seq, other),
        )
        connection.execute("UPDATE ids SET paper = ? WHERE paper = ?", (each.number, other))
        connection.execute("DELETE FROM vectors WHERE paper = ?", (other,))
        _write_terms(connection, other, ())
    connection.executemany(
        "INSERT OR REPLACE INTO ids VALUES (?, ?)",
        [(name, each.number) for name in {each.paper.id, *each.paper.ids, *each.own_ids}],
    )
    _write_terms(connection, each.number, terms_of(each.paper) if each.state == LIVE else ())


def _write_row(connection: sqlite3.Connection, row: tuple[Any, ...]) -> None:
    # Not "or replace": two papers that claim one id must be an error, never the end of the first.
    changes = ", ".join(f"{name} = excluded.{name}" for name in PAPER_COLUMNS.split(", ")[1:])
    connection.execute(
        f"INSERT INTO papers ({PAPER_COLUMNS}) VALUES ({', '.join('?' * len(row))}) "
        f"ON CONFLICT (paper) DO UPDATE SET {changes}",
        row,
    )


def terms_of(paper: Paper) -> set[tuple[str, str]]:
    """The values by which filters find a paper: pairs of kind and folded value."""
    terms = {("category", fold(value)) for value in paper.categories}
    terms |= {("source", fold(value)) for value in paper.sources}
    terms |= {("author", " ".join(name_words(value))) for value in paper.authors}
    terms.add(("venue", fold(paper.venue)))
    return {(kind, value) for kind, value in terms if value}


def _write_terms(
    connection: sqlite3.Connection, number: int, terms: Iterable[tuple[str, str]]
) -> None:
    connection.execute("DELETE FROM paper_terms WHERE paper = ?", (number,))
    for kind, value in terms:
        found = connection.execute(
            "SELECT term FROM terms WHERE kind = ? AND value = ?", (kind, value)
        ).fetchone()
        if found is None:
            term = connection.execute(
                "INSERT INTO terms (kind, value) VALUES (?, ?)", (kind, value)
            ).lastrowid
            if kind == "author":
                connection.executemany(
                    "INSERT INTO term_words VALUES (?, ?)", [(w, term) for w in set(value.split())]
                )
        else:
            (term,) = found
        connection.execute("INSERT INTO paper_terms VALUES (?, ?)", (term, number))


def write_vector(
    connection: sqlite3.Connection,
    model: ModelRow,
    number: int,
    digest: bytes,
    vector: NDArray[np.float32],
) -> None:
    """Keep a paper's vector: float32, shape (dim,), unit length."""
    connection.execute(
        "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?, ?)",
        vector_row(model.model, number, digest, vector),
    )


def replace_vectors(
    connection: sqlite3.Connection,
    model: ModelRow,
    papers: Mapping[int, Paper],
    vectors: Mapping[int, NDArray[np.float32]],
) -> Commit:
    """Give live papers other vectors (float32, shape (dim,), unit length), all by number."""
    commit = record_commit(connection, "build", len(papers))
    for number, paper in papers.items():
        _write_row(connection, paper_row(number, paper, LIVE, commit.seq))
        write_vector(connection, model, number, text_digest(paper), vectors[number])
    return commit


def set_state(
    connection: sqlite3.Connection, papers: Mapping[int, Paper], state: int, action: str
) -> Commit:
    """Make papers found (LIVE) or never found again (REMOVED); what was read of them stays."""
    commit = record_commit(connection, action, len(papers))
    for number, paper in papers.items():
        _write_row(connection, paper_row(number, paper, state, commit.seq))
        _write_terms(connection, number, terms_of(paper) if state == LIVE else ())
    return commit
