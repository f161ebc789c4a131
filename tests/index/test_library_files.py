"""What is on disk: made whole or not at all, checked before it is believed, never guessed at."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import paperkin
from paperkin.index import dense, schema
from paperkin.index.beside import too_many_beside
from paperkin.index.doctor import examine
from paperkin.index.errors import (
    LibraryDamaged,
    LibraryError,
    LibraryFull,
    LibraryTooNew,
    NotALibrary,
)
from paperkin.index.files import (
    full_disk_explained,
    read_sealed,
    refuse_network_file_system,
    write_sealed,
)
from paperkin.index.rows import checksum
from paperkin.index.store import Store
from small import PAPERS


@pytest.fixture
def copy(small_library: paperkin.Library, tmp_path: Path) -> Path:
    """A copy of the small library that a test may hurt."""
    small_library.store.close()
    return Path(shutil.copytree(small_library.path, tmp_path / "copy"))


def change(library: Path, statement: str) -> None:
    connection = sqlite3.connect(library / "library.db")
    connection.execute(statement)
    connection.commit()
    connection.close()


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x40
    path.write_bytes(data)


def test_a_sound_library_has_no_findings(small_library: paperkin.Library) -> None:
    assert examine(small_library.store) == []


def test_vectors_are_of_unit_length_and_one_a_paper(small_library: paperkin.Library) -> None:
    with small_library.store.read() as snapshot:
        vectors = snapshot.vectors(snapshot.live(), snapshot.model)
    assert vectors.shape == (len(PAPERS), 384)
    assert np.allclose(np.linalg.norm(vectors.astype(np.float32), axis=1), 1, atol=2e-3)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE papers SET abstract = 'forged' WHERE paper = 3", "row 3 of papers"),
        ("UPDATE vectors SET vector = zeroblob(768) WHERE paper = 2", "vector of row 2"),
        ("UPDATE contents SET data = '{}' WHERE content = 1", "row of contents"),
        ("UPDATE papers SET state = 1 WHERE paper = 3", "row 3 of papers"),
        ("UPDATE papers SET text_digest = x'00' WHERE paper = 3", "row 3 of papers"),
        ("DELETE FROM ids WHERE id LIKE 'pk:%'", "not all of their ids lead"),
        ("UPDATE ids SET paper = 1 WHERE paper = 2", "not all of their ids lead: 1."),
        ("DELETE FROM paper_terms WHERE paper = 5", "filters do not find"),
    ],
)
def test_a_row_that_was_changed_is_found(copy: Path, statement: str, said: str) -> None:
    change(copy, statement)
    findings = examine(Store.open(copy))
    assert [f.severity for f in findings] == ["error"]
    assert said in findings[0].what


def test_a_paper_brought_back_by_hand_is_never_answered(copy: Path) -> None:
    with paperkin.open(copy) as library:
        library.remove("arXiv:2101.00001")
    change(copy, "UPDATE papers SET state = 0")
    with paperkin.open(copy) as library, pytest.raises(LibraryDamaged, match="checksum"):
        library.search("bread dough judged by hand", mode="semantic")


def test_a_changed_paper_is_never_answered(copy: Path) -> None:
    change(copy, "UPDATE papers SET abstract = 'forged'")
    with paperkin.open(copy) as library, pytest.raises(LibraryDamaged, match="checksum"):
        library.search("bread")


def test_a_missing_vector_is_found_and_made_again(copy: Path) -> None:
    change(copy, "DELETE FROM vectors WHERE paper = 4")
    with paperkin.open(copy) as library:
        (finding,) = (f for f in examine(library.store) if "vector" in f.what)
        assert finding.what == "Papers without a vector of their present text: 1."
        with pytest.raises(LibraryDamaged, match="lacks the vector"):
            library.related("marsh-2")
        library.rebuild()
        assert examine(library.store) == []
        assert library.search("tide", mode="semantic")[0].title == "Letting the tide back in"


@pytest.mark.parametrize("folder", ["dense", "keyword"])
def test_derived_files_can_be_deleted_and_made_anew(
    copy: Path, small_library: paperkin.Library, folder: str
) -> None:
    shutil.rmtree(copy / folder)
    with paperkin.open(copy) as library:
        library.rebuild()
        assert examine(library.store) == []
        for query in ("bread", "storms at the coast"):
            assert library.search(query).hits == small_library.search(query).hits


@pytest.mark.parametrize("format", [1, 99])
def test_an_index_of_another_version_is_named_and_made_anew(copy: Path, format: int) -> None:
    path = copy / "dense" / "manifest.json"
    fields = read_sealed(path)
    assert fields is not None
    del fields["background"]
    write_sealed(path, {**fields, "format": format})
    with paperkin.open(copy) as library:
        said = f"another version of Paperkin: it has format {format}.*paperkin rebuild {copy}"
        with pytest.raises(LibraryDamaged, match=said):
            library.search("bread")
        with pytest.raises(LibraryDamaged, match=said):
            library.remove("marsh-1")
        assert "marsh-1" in library
        assert any("another version" in finding.what for finding in examine(library.store))
        library.rebuild()
        assert examine(library.store) == []
        assert library.search("bread").hits


@pytest.mark.parametrize(
    "name",
    [
        "vectors",
        "numbers",
        "manifest.json",
        "watermark.json",
        "meta.json",
        ".idx",
        ".term",
        ".store",
    ],
)
def test_damage_to_a_derived_file_is_named_with_what_mends_it(copy: Path, name: str) -> None:
    (path,) = (p for p in copy.rglob("*") if p.name.endswith(name))
    flip(path, path.stat().st_size // 2)
    with paperkin.open(copy) as library:
        with pytest.raises(LibraryDamaged, match="paperkin rebuild") as error:
            library.search("bread")
        assert path.name in str(error.value)
        assert examine(library.store)
        library.rebuild()
        assert library.search("bread")[0].title == "Bread dough judged by hand"


def test_damage_that_comes_after_a_file_was_verified_is_found(copy: Path) -> None:
    with paperkin.open(copy) as library:
        assert library.search("bread", mode="keyword").total == 1
    (path,) = copy.rglob("*.idx")
    flip(path, path.stat().st_size // 2)
    with paperkin.open(copy) as library, pytest.raises(LibraryDamaged, match="SHA-256"):
        library.search("bread", mode="keyword")


def test_a_truncated_or_missing_generation_is_named(copy: Path) -> None:
    (path,) = (copy / "dense").glob("*.vectors")
    path.write_bytes(path.read_bytes()[:-2])
    with paperkin.open(copy) as library, pytest.raises(LibraryDamaged, match="bytes expected"):
        library.search("bread")
    path.unlink()
    with paperkin.open(copy) as library, pytest.raises(LibraryDamaged, match="missing"):
        library.search("bread")


@pytest.mark.parametrize("name", ["meta.json", ".idx"])
def test_a_missing_file_of_the_keyword_index_is_named(copy: Path, name: str) -> None:
    (path,) = (p for p in copy.rglob("*") if p.name.endswith(name))
    path.unlink()
    with paperkin.open(copy) as library, pytest.raises(LibraryDamaged, match="missing"):
        library.search("bread", mode="keyword")
    assert not path.exists()


def test_damage_to_the_faiss_file_is_found_before_faiss_sees_it(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense, "FAISS_FROM", 1)
    with paperkin.open(copy) as library:
        library.rebuild()
        (path,) = (copy / "dense").glob("*.faiss")
        assert library.search("bread", mode="semantic")[0].title == "Bread dough judged by hand"
    for at in range(0, path.stat().st_size, 997):
        flip(path, at)
        with paperkin.open(copy) as library, pytest.raises(LibraryDamaged, match="SHA-256"):
            library.search("bread", mode="semantic")
        flip(path, at)


def test_readers_that_open_beside_a_writer_find_no_damage(copy: Path) -> None:
    script = (
        "import paperkin, sys\n"
        "from paperkin.index import keyword_files\n"
        f"with paperkin.open({str(copy)!r}) as library, library.store.lock:\n"
        "    for _ in range(120): keyword_files.catch_up(library.store, anew=True)\n"
    )
    writing = subprocess.Popen([sys.executable, "-c", script])
    opened = 0
    while writing.poll() is None:
        with paperkin.open(copy) as library:
            assert library.search("bread", mode="keyword")[0].id == "arXiv:2101.00001"
        opened += 1
    assert writing.returncode == 0
    assert opened > 10


def test_what_a_stopped_publisher_left_is_cleared_away(copy: Path) -> None:
    (copy / "keyword" / ".watermark.json.1.tmp").write_text("{", encoding="utf-8")
    with paperkin.open(copy) as library:
        library.remove("arXiv:2101.00001")
        assert len(list((copy / "keyword").iterdir())) == 3
        library.remove("marsh-1")
        # The watermark, the generation that counts, and the one before for late readers.
        assert len(list((copy / "keyword").iterdir())) == 3
        assert library.info()["bytes"] > 0


def test_indexes_too_far_behind_are_an_error_for_doctor_as_for_a_search(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(copy / "dense")
    with paperkin.open(copy) as library:
        assert examine(library.store) == []
        monkeypatch.setattr("paperkin.index.doctor._MANY_BESIDE", 5)
        assert [finding.severity for finding in examine(library.store)] == ["warning"]
        monkeypatch.setattr("paperkin.index.beside._MOST_BESIDE", 5)
        assert [finding.severity for finding in examine(library.store)] == ["error"]


def test_doctor_reads_the_files_of_words_whole_again(copy: Path) -> None:
    with paperkin.open(copy) as library:
        library.search("bread", mode="keyword")
        assert examine(library.store) == []
        damaged = max((copy / "keyword").glob("*/*.idx"), key=lambda path: path.stat().st_size)
        before = damaged.stat()
        data = bytearray(damaged.read_bytes())
        data[len(data) // 2] ^= 1
        damaged.write_bytes(data)
        os.utime(damaged, ns=(before.st_atime_ns, before.st_mtime_ns))
        found = examine(library.store)
    assert [finding.severity for finding in found] == ["error"]
    assert damaged.name in found[0].what


def test_more_may_stand_beside_the_dense_index_of_a_large_library() -> None:
    assert too_many_beside(20_001, 0, 100_000)
    assert not too_many_beside(60_000, 20_000, 1_000_000)
    assert too_many_beside(63_000, 0, 1_000_000)
    assert too_many_beside(0, 20_001, 1_000_000)


def test_readers_are_right_all_through_rebuilds(copy: Path) -> None:
    """A generation is replaced at once: no reader sees half of one."""
    script = (
        "import paperkin, sys\n"
        f"with paperkin.open({str(copy)!r}) as library:\n"
        "    for _ in range(25): library.rebuild()\n"
    )
    with paperkin.open(copy) as library:
        expected = library.search("bread", mode="keyword").hits
        rebuilding = subprocess.Popen([sys.executable, "-c", script])
        answers = 0
        while rebuilding.poll() is None:
            assert library.search("bread", mode="keyword").hits == expected
            answers += 1
        assert rebuilding.returncode == 0
        assert answers > 10


@pytest.mark.parametrize(("kept", "other"), [("dense", "keyword"), ("keyword", "dense")])
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM commits WHERE seq = (SELECT max(seq) FROM commits)", "lost commits 1 to 1"),
        ("UPDATE commits SET token = 'other'", "another history"),
    ],
)
def test_a_derived_index_of_another_state_of_the_library_is_an_error(
    copy: Path, kept: str, other: str, statement: str, said: str
) -> None:
    change(copy, statement)
    shutil.rmtree(copy / other)
    with paperkin.open(copy) as library, pytest.raises(LibraryDamaged, match=said) as error:
        library.search("bread")
    assert f"{kept} index" in str(error.value)


def test_a_newer_schema_is_refused(copy: Path) -> None:
    change(copy, f"PRAGMA user_version = {schema.SCHEMA_VERSION + 1}")
    with pytest.raises(LibraryTooNew, match="newer Paperkin"):
        paperkin.open(copy)


def as_version_2(path: Path) -> None:
    """Take the tables from a library that schema version 2 did not have."""
    for table in ("clusters", "members", "places"):
        change(path, f"DROP TABLE {table}")
    change(path, "PRAGMA user_version = 2")


def as_version_1(path: Path) -> None:
    """Give a library the checksums of schema version 1, which left out two columns."""
    as_version_2(path)
    columns = "paper, id, year, published, title, abstract, data"
    connection = sqlite3.connect(path / "library.db")
    for row in connection.execute(f"SELECT {columns} FROM papers").fetchall():
        connection.execute(
            "UPDATE papers SET checksum = ? WHERE paper = ?", (checksum(*row), row[0])
        )
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()


def tables(path: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(path / "library.db")
    found = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
    connection.close()
    return [(name, " ".join((sql or "").split())) for name, sql in found]


@pytest.mark.parametrize("as_it_was", [as_version_1, as_version_2])
def test_an_older_library_becomes_one_of_today(
    copy: Path, small_library: paperkin.Library, as_it_was: Callable[[Path], None]
) -> None:
    as_it_was(copy)
    assert tables(copy) != tables(Path(small_library.path))
    with paperkin.open(copy) as library:
        assert examine(library.store) == []
        expected = small_library.search("storms at the coast").as_dict()
        assert library.search("storms at the coast").as_dict() == expected
    assert tables(copy) == tables(Path(small_library.path))


def test_a_damaged_older_library_stays_as_it_is(copy: Path) -> None:
    as_version_1(copy)
    change(copy, "UPDATE papers SET title = 'forged' WHERE paper = 5")
    before = sqlite3.connect(copy / "library.db").execute("SELECT * FROM papers").fetchall()
    with pytest.raises(LibraryDamaged, match="does not hold what was written"):
        paperkin.open(copy)
    after = sqlite3.connect(copy / "library.db")
    assert after.execute("SELECT * FROM papers").fetchall() == before
    assert after.execute("PRAGMA user_version").fetchone() == (1,)
    after.close()


def test_what_is_no_library_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(NotALibrary, match=r"no library\.db|holds no"):
        paperkin.open(other)
    sqlite3.connect(other / "library.db").execute("CREATE TABLE t (x)").connection.close()
    with pytest.raises(NotALibrary, match="no Paperkin library"):
        paperkin.open(other)
    (other / "library.db").write_bytes(b"nothing like a database" * 1000)
    with pytest.raises(LibraryDamaged, match="not a database"):
        paperkin.open(other)


def test_a_new_generation_replaces_the_old_files(copy: Path) -> None:
    before = {path.name for path in (copy / "dense").iterdir()}
    store = Store.open(copy)
    with store.lock:
        assert dense.publish(store) == len(PAPERS)
    after = {path.name for path in (copy / "dense").iterdir()}
    assert before & after == {"manifest.json"}
    assert len(after) == 3
    # Of the keyword index the generation before stays, for readers that are about to open it.
    words = {path.name for path in (copy / "keyword").iterdir()}
    with paperkin.open(copy) as library:
        for gone in ("violin-1", "sleep-1", "bridge-1"):
            library.remove(gone)
    after = {path.name for path in (copy / "keyword").iterdir()}
    assert words & after == {"watermark.json"}
    assert len(after) == 3


def test_a_reader_keeps_its_moment_while_papers_are_removed(copy: Path) -> None:
    with paperkin.open(copy) as library, library.store.read() as snapshot:
        before = snapshot.live()
        script = f"import paperkin; paperkin.open({str(copy)!r}).remove('violin-1')"
        subprocess.run([sys.executable, "-c", script], check=True)
        assert np.array_equal(snapshot.live(), before)
        assert len(library) == len(PAPERS) - 1
        assert "violin-1" not in library


def test_a_full_disk_is_explained(tmp_path: Path) -> None:
    with pytest.raises(LibraryFull, match="make room"), full_disk_explained(tmp_path):
        raise OSError(28, "No space left on device")
    with pytest.raises(LibraryFull), full_disk_explained(tmp_path):
        raise sqlite3.OperationalError("database or disk is full")
    with pytest.raises(OSError, match="other"), full_disk_explained(tmp_path):
        raise OSError(5, "other")


def test_local_folders_are_accepted_and_kinds_of_network_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_network_file_system(tmp_path / "not" / "there" / "yet")
    monkeypatch.setattr("paperkin.index.files._file_system", lambda folder: "nfs4")
    with pytest.raises(LibraryError, match="nfs4"):
        refuse_network_file_system(tmp_path)
