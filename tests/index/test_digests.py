"""Digests that are kept: a file that changed is read again, whatever was kept of it."""

import hashlib
import json
import os
import time
from pathlib import Path

import pytest

from paperkin.index import digests
from paperkin.index.digests import forget_digests, known_digest
from paperkin.index.user_cache import keep, kept, user_cache

LARGE = 1 << 21


@pytest.fixture(autouse=True)
def new_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    forget_digests()


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def another_process(monkeypatch: pytest.MonkeyPatch, *, may_read: bool = True) -> None:
    """As a process that has read nothing yet; without `may_read`, it fails to read files whole."""
    digests._read.clear()
    if not may_read:
        monkeypatch.setattr(digests, "file_digest", None)


def settled(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that was written long ago, as the clock has it."""
    now = time.time_ns()
    monkeypatch.setattr(digests.time, "time_ns", lambda: now + 3_600_000_000_000)
    return path


def test_a_large_file_is_read_once_by_all_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = settled(tmp_path / "weights", monkeypatch)
    path.write_bytes(os.urandom(LARGE))
    expected = sha256(path)
    assert known_digest(path) == expected
    another_process(monkeypatch, may_read=False)
    assert known_digest(path) == expected


def test_a_changed_file_is_read_again_even_with_its_size_and_times_set_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = settled(tmp_path / "weights", monkeypatch)
    path.write_bytes(os.urandom(LARGE))
    first, stat = known_digest(path), path.stat()
    data = bytearray(path.read_bytes())
    data[LARGE // 2] ^= 1
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    another_process(monkeypatch)
    assert path.stat().st_size == stat.st_size
    assert path.stat().st_mtime_ns == stat.st_mtime_ns
    assert known_digest(path) == sha256(path) != first


def test_a_file_in_the_place_of_another_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = settled(tmp_path / "weights", monkeypatch)
    path.write_bytes(bytes(LARGE))
    known_digest(path)
    other = tmp_path / "other"
    other.write_bytes(b"1" * LARGE)
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    os.replace(other, path)
    another_process(monkeypatch)
    assert known_digest(path) == sha256(path)


def test_what_was_just_written_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(bytes(LARGE))
    assert known_digest(path) == sha256(path)
    assert kept("digests.json") is None


def test_a_damaged_or_foreign_file_of_digests_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = settled(tmp_path / "weights", monkeypatch)
    path.write_bytes(os.urandom(LARGE))
    expected = known_digest(path)
    own = user_cache() / "digests.json"
    for said in (
        own.read_text("utf-8").replace(expected, "0" * 64),
        own.read_text("utf-8")[:100],
        json.dumps({"files": {str(path): "0" * 64}}),
        "[]",
    ):
        own.write_text(said, encoding="utf-8")
        another_process(monkeypatch)
        assert known_digest(path) == expected


def test_where_nothing_can_be_kept_files_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = settled(tmp_path / "weights", monkeypatch)
    path.write_bytes(os.urandom(LARGE))
    (tmp_path / "cache").write_text("a file where the folder should be", encoding="utf-8")
    assert known_digest(path) == sha256(path)
    keep("yardsticks/one.json", {"value": 1.5})
    assert kept("yardsticks/one.json") is None


def test_forgotten_digests_are_computed_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = settled(tmp_path / "weights", monkeypatch)
    path.write_bytes(os.urandom(LARGE))
    known_digest(path)
    assert kept("digests.json") is not None
    forget_digests()
    assert kept("digests.json") is None
    assert known_digest(path) == sha256(path)
