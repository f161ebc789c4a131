import gzip
import random
import tracemalloc
from pathlib import Path

import pytest

from paperkin.index.readers import read
from paperkin.index.readers.text import MAX_RECORD, lines, pieces, sample
from paperkin.index.record import Record, Reject
from paperkin.index.sources import Source

MIB = 1 << 20


def source_of(path: Path, data: bytes) -> Source:
    path.write_bytes(data)
    return Source(str(path), path.name, explicit=True)


def texts(source: Source) -> list[str]:
    return [line.text for line in lines(source)]


@pytest.mark.parametrize(
    "encoding",
    [
        *("utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "cp1251", "shift_jis"),
        # Without a byte order mark: the zeros of what is ASCII tell them.
        *("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"),
    ],
)
def test_a_text_is_read_in_the_encoding_it_is_written_in(tmp_path: Path, encoding: str) -> None:
    text = {
        "cp1251": "Обучение представлений для поиска научных статей\nи их аннотаций",
        "shift_jis": "論文の要約を検索する方法を提案する。\nこれは日本語の文章です。",
    }.get(encoding, "Une étude du café naïf – by José\nand the “rôle” of entropy")
    source = source_of(tmp_path / "x", text.encode(encoding))
    assert texts(source) == text.split("\n")
    assert "".join(pieces(source)) == text


def test_utf_16_without_a_final_half_and_with_windows_line_ends(tmp_path: Path) -> None:
    data = "one\r\ntwo\r\n".encode("utf-16") + b"x"
    assert texts(source_of(tmp_path / "x", data)) == ["one", "two", "\ufffd"]


def test_a_stray_byte_in_utf_8_is_read_as_cp1252_and_harms_nothing_else(tmp_path: Path) -> None:
    data = "naïve\n".encode() * 3 + b"Universit\xe9 de Li\xe8ge, " + "Łódź\n".encode() + b"end"
    expected = ["naïve"] * 3 + ["Université de Liège, Łódź", "end"]
    source = source_of(tmp_path / "x", data)
    assert texts(source) == expected
    assert "".join(pieces(source)).split("\n") == expected


def test_a_character_across_two_blocks_is_whole(tmp_path: Path) -> None:
    text = "é" * 400_000
    source = source_of(tmp_path / "x", b"a" + text.encode())
    assert "".join(pieces(source)) == "a" + text
    assert texts(source) == ["a" + text]


def test_line_numbers_count_every_line(tmp_path: Path) -> None:
    source = source_of(tmp_path / "x", b"a\n\nb\r\n\n")
    assert [(line.number, line.text) for line in lines(source)] == [
        (1, "a"),
        (2, ""),
        (3, "b"),
        (4, ""),
    ]


def test_carriage_returns_alone_end_lines_where_a_file_begins_so(tmp_path: Path) -> None:
    source = source_of(tmp_path / "x.csv", b"title,year\rOn Kites,2001\rOn Wind,2002\r")
    assert texts(source) == ["title,year", "On Kites,2001", "On Wind,2002"]
    found = list(read(source))
    assert [item.title for item in found if isinstance(item, Record)] == ["On Kites", "On Wind"]
    assert texts(source_of(tmp_path / "y", b"a\rb\nc")) == ["a\rb", "c"]


def test_nul_bytes_and_controls_survive(tmp_path: Path) -> None:
    assert texts(source_of(tmp_path / "x", b"a\0b\x07c\n")) == ["a\0b\x07c"]


def test_a_sample_is_the_beginning_and_knows_whether_it_is_all(tmp_path: Path) -> None:
    small = sample(source_of(tmp_path / "small", b"abc"))
    assert (small.text, small.complete) == ("abc", True)
    large = sample(source_of(tmp_path / "large", b"abc\n" * 50_000))
    assert (len(large.data), large.complete) == (65_536, False)


@pytest.mark.parametrize("ending", [b"\n" + b'{"title": "After"}\n', b""])
def test_a_line_of_100_mb_is_rejected_without_being_held(tmp_path: Path, ending: bytes) -> None:
    path = tmp_path / "long.jsonl"
    with path.open("wb") as file:
        file.write(b'{"title": "Before"}\n{"title": "')
        for _ in range(100):
            file.write(b"x" * MIB)
        file.write(ending)
    tracemalloc.start()
    try:
        found = list(read(Source(str(path), path.name, explicit=True)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2.5 * MAX_RECORD
    assert isinstance(found[0], Record)
    assert isinstance(found[1], Reject)
    assert found[1].where.line == 2
    assert "longer than 32 MiB" in found[1].reason
    assert found[1].text.startswith('{"title": "xxx')
    assert len(found[1].text) <= 200
    if ending:
        assert isinstance(found[2], Record)
        assert (found[2].title, found[2].where.line) == ("After", 3)
    assert len(found) == (3 if ending else 2)


def test_a_long_line_within_the_limit_is_read(tmp_path: Path) -> None:
    data = b'{"title": "' + b"x" * (MAX_RECORD - 100) + b'"}\n{"title": "next"}'
    found = list(read(source_of(tmp_path / "x.jsonl", data)))
    assert [type(item) for item in found] == [Record, Record]
    assert isinstance(found[0], Record)
    assert len(found[0].title) == MAX_RECORD - 100


def packed_lines(count: int) -> bytes:
    noise = random.Random(3)
    rows = [f'{{"title": "Paper {n} {noise.getrandbits(200)}"}}\n' for n in range(count)]
    return gzip.compress("".join(rows).encode())


def test_a_cut_off_gzip_gives_its_records_and_one_reject(tmp_path: Path) -> None:
    packed = packed_lines(20_000)
    *records, last = read(source_of(tmp_path / "x.jsonl.gz", packed[: len(packed) * 3 // 4]))
    assert all(isinstance(record, Record) for record in records)
    assert 14_000 < len(records) < 16_000
    assert isinstance(last, Reject)
    assert last.where.line == len(records) + 1
    assert last.where.record == len(records) + 1
    assert "ends in the middle of the packed data" in last.reason
    assert last.reason.endswith("get the file again"), "a reason is quoted inside of sentences"


@pytest.mark.parametrize("name", ["x.csv", "x.bib", "x.ris", "x.json", "x.txt"])
def test_every_format_tells_of_damage_once_and_keeps_what_stands_before(
    tmp_path: Path, name: str
) -> None:
    noise = random.Random(3)
    bodies = {
        "x.csv": ("title,year\n", "Paper {0} {1},2001\n", ""),
        "x.bib": ("", "@article{{k{0},\n title = {{Paper {0} {1}}}\n}}\n", ""),
        "x.ris": ("", "TY  - JOUR\nTI  - Paper {0} {1}\nER  - \n", ""),
        "x.json": ("[", '{{"title": "Paper {0} {1}"}},\n', "{}]"),
        "x.txt": (
            "",
            "Paper {0}\n" + "We study the {1}. We find that it is large. " * 9 + "\n",
            "",
        ),
    }
    start, each, end = bodies[name]
    text = start + "".join(each.format(n, noise.getrandbits(400)) for n in range(2_000)) + end
    packed = gzip.compress(text.encode())
    source = source_of(tmp_path / f"{name}.gz", packed[: len(packed) // 2])
    *records, last = read(Source(source.location, name, explicit=True))
    assert all(isinstance(record, Record) for record in records)
    assert 900 < len(records) < 1_100
    assert isinstance(last, Reject)
    assert "ends in the middle of the packed data" in last.reason
    assert last.where.record == len(records) + 1
