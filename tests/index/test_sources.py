import bz2
import gzip
import os
import random
from pathlib import Path

import pytest
import zstandard

from paperkin.index.errors import SourceError
from paperkin.index.sources import Source, find_sources, open_source


def write(path: Path, data: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def locations(sources: list[Source], root: Path) -> list[str]:
    return [os.path.relpath(source.location, root) for source in sources]


def test_a_named_file_is_explicit_and_loses_its_packing_in_its_name(tmp_path: Path) -> None:
    path = write(tmp_path / "arxiv.jsonl.gz")
    assert find_sources([path]) == [Source(str(path), "arxiv.jsonl", explicit=True)]


def test_a_location_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.bib")
    monkeypatch.chdir(tmp_path)
    assert find_sources(["a.bib"])[0].location == str(tmp_path / "a.bib")


def test_a_folder_gives_its_files_sorted_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.csv", "a/z.bib", "a/.hidden.bib", ".git/config.json", "c.ris"):
        write(tmp_path / name)
    found = find_sources([tmp_path])
    assert locations(found, tmp_path) == ["a/z.bib", "b.csv", "c.ris"]
    assert not any(source.explicit for source in found)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "secret.csv")
    write(tmp_path / "in" / "own.csv")
    (tmp_path / "in" / "file").symlink_to(outside)
    (tmp_path / "in" / "folder").symlink_to(outside.parent)
    (tmp_path / "in" / "round").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "self").symlink_to(tmp_path / "in" / "self")
    assert locations(find_sources([tmp_path / "in"]), tmp_path) == ["in/own.csv"]


def test_a_link_that_is_named_itself_is_followed(tmp_path: Path) -> None:
    write(tmp_path / "real.csv")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    assert locations(find_sources([tmp_path / "link.csv"]), tmp_path) == ["link.csv"]


def test_a_file_that_is_named_twice_comes_once_and_is_explicit(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv")
    (tmp_path / "again.csv").symlink_to(path)
    found = find_sources([tmp_path, path, tmp_path / "*.csv"])
    assert found == [Source(str(path), "a.csv", explicit=True)]


def test_a_glob_is_expanded_in_order_and_below(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "deep/c.csv", "d.bib"):
        write(tmp_path / name)
    found = find_sources([str(tmp_path / "**" / "*.csv")])
    assert locations(found, tmp_path) == ["a.csv", "b.csv", "deep/c.csv"]


def test_a_file_whose_name_looks_like_a_glob_is_itself(tmp_path: Path) -> None:
    write(tmp_path / "a[1].csv")
    write(tmp_path / "a1.csv")
    assert locations(find_sources([tmp_path / "a[1].csv"]), tmp_path) == ["a[1].csv"]


@pytest.mark.parametrize("packed", ["corpus.jsonl", "corpus.jsonl.gz"])
def test_a_beir_collection_gives_its_corpus_alone(tmp_path: Path, packed: str) -> None:
    for name in (packed, "queries.jsonl", "qrels/dev.tsv"):
        write(tmp_path / "nfcorpus" / name)
    write(tmp_path / "other.bib")
    assert locations(find_sources([tmp_path]), tmp_path) == [f"nfcorpus/{packed}", "other.bib"]


def test_a_corpus_without_queries_is_an_ordinary_file(tmp_path: Path) -> None:
    write(tmp_path / "corpus.jsonl")
    write(tmp_path / "more.jsonl")
    assert locations(find_sources([tmp_path]), tmp_path) == ["corpus.jsonl", "more.jsonl"]


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("nowhere.csv", "There is no file or folder at .*nowhere.csv"),
        ("*.nothing", "matches no file"),
        ("empty", "holds no files"),
        ("pipe", "is not a regular file"),
        ("gone", "cannot be read"),
        ("nul\0", "NUL"),
    ],
)
def test_what_cannot_be_read_says_so(tmp_path: Path, argument: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gone").symlink_to(tmp_path / "missing")
    with pytest.raises(SourceError, match=message):
        find_sources([f"{tmp_path}/{argument}"])


def test_an_empty_name_says_so() -> None:
    with pytest.raises(SourceError, match="empty name"):
        find_sources([""])


def text_of(size: int) -> bytes:
    words = random.Random(7)
    return b"\n".join(b"%020d" % words.getrandbits(60) for _ in range(size // 21))


PACKERS = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "plain": bytes,
}


def source_of(path: Path, data: bytes) -> Source:
    path.write_bytes(data)
    return Source(str(path), path.name, explicit=True)


@pytest.mark.parametrize("packing", PACKERS)
def test_packing_is_recognised_by_content_not_by_name(tmp_path: Path, packing: str) -> None:
    data = text_of(3_000_000)
    with open_source(source_of(tmp_path / "x.txt", PACKERS[packing](data))) as stream:
        assert stream.read() == data


@pytest.mark.parametrize("packing", ["gzip", "bzip2", "zstd"])
def test_several_packed_members_are_one_stream(tmp_path: Path, packing: str) -> None:
    pack = PACKERS[packing]
    data = pack(b"one ") + pack(b"") + pack(b"two")
    with open_source(source_of(tmp_path / "x", data)) as stream:
        assert stream.read() == b"one two"


def test_zeros_after_a_gzip_member_are_padding(tmp_path: Path) -> None:
    with open_source(source_of(tmp_path / "x", gzip.compress(b"all") + bytes(900))) as stream:
        assert stream.read() == b"all"


def until_damage(source: Source) -> tuple[bytes, str]:
    parts = []
    with open_source(source) as stream:
        try:
            while block := stream.read1(1 << 16):  # type: ignore[attr-defined]
                parts.append(block)
        except SourceError as error:
            return b"".join(parts), str(error)
    return b"".join(parts), ""


@pytest.mark.parametrize("packing", ["gzip", "bzip2", "zstd"])
def test_a_cut_off_file_gives_its_beginning_and_then_the_reason(
    tmp_path: Path, packing: str
) -> None:
    data = text_of(4_000_000)
    packed = PACKERS[packing](data)
    got, reason = until_damage(source_of(tmp_path / "x", packed[: len(packed) // 2]))
    assert data.startswith(got)
    assert len(got) > len(data) * 0.2
    assert str(tmp_path / "x") in reason
    assert "ends in the middle" in reason


@pytest.mark.parametrize("packing", ["gzip", "bzip2", "zstd"])
def test_a_corrupt_file_gives_its_beginning_and_then_the_reason(
    tmp_path: Path, packing: str
) -> None:
    data = text_of(4_000_000)
    packed = bytearray(PACKERS[packing](data))
    middle = len(packed) // 2
    packed[middle : middle + 64] = bytes(64)
    got, reason = until_damage(source_of(tmp_path / "x", bytes(packed)))
    # Damage may go unnoticed for some bytes; what stands well before it must be right.
    assert got[: len(data) // 5] == data[: len(data) // 5]
    assert "is damaged" in reason


def test_what_stands_before_damage_in_the_same_block_is_delivered(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(b"one\ntwo\n"))
    packed[-8] ^= 1  # the checksum
    got, reason = until_damage(source_of(tmp_path / "x", bytes(packed)))
    assert got == b"one\ntwo\n"
    assert "incorrect data check" in reason


def test_a_missing_file_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be opened"):
        open_source(Source(str(tmp_path / "gone"), "gone", explicit=True))
