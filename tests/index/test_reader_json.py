import json
import math
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from paperkin.index.errors import SourceError
from paperkin.index.readers import read, recognise
from paperkin.index.record import Record, Reject
from paperkin.index.sources import Source

SHARED = Path(__file__).resolve().parents[2].parent / "shared"


def source_of(tmp_path: Path, text: str | bytes, name: str = "papers.jsonl") -> Source:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Source(str(path), name, explicit=True)


def one(tmp_path: Path, text: str, format: str = "jsonl") -> Record | Reject:
    (made,) = read(source_of(tmp_path, text), format=format)
    return made


def test_json_lines_with_blank_and_broken_ones(tmp_path: Path) -> None:
    text = (
        '\n{"title": "One", "year": 2001}\n\n{"title": "Two",\n[1, 2]\n"three"\n{"title": "Four"}'
    )
    source = source_of(tmp_path, text)
    assert recognise(source) == "jsonl"
    found = list(read(source))
    assert [(item.where.line, item.where.record) for item in found] == [
        (2, 1),
        (4, 2),
        (5, 3),
        (6, 4),
        (7, 5),
    ]
    assert [item.title if isinstance(item, Record) else "-" for item in found] == [
        "One",
        "-",
        "-",
        "-",
        "Four",
    ]
    broken, not_object = found[1], found[2]
    assert isinstance(broken, Reject)
    assert broken.reason.startswith("it is not JSON")
    assert broken.text == '{"title": "Two",'
    assert isinstance(not_object, Reject)
    assert not_object.reason == "it is JSON, but not an object"
    assert str(broken.where) == f"{source.location}, line 4"


@pytest.mark.parametrize("format", ["json", "jsonl"])
def test_numbers_that_json_cannot_hold_do_not_leak(tmp_path: Path, format: str) -> None:
    text = '{"title": "T", "a": 1e400, "b": NaN, "c": [-Infinity, 1.5], "year": 1e999}'
    made = one(tmp_path, text, format)
    assert isinstance(made, Record)
    assert made.extra == {"c": [None, 1.5]}
    assert made.published == ""
    json.dumps(dict(made.extra), allow_nan=False)


@pytest.mark.parametrize("format", ["json", "jsonl"])
def test_lone_surrogates_become_replacement_characters(tmp_path: Path, format: str) -> None:
    text = r'{"title": "a\ud800b \ud83d\ude00", "x\udfff": ["\uDC00"], "year": "\ud800"}'
    made = one(tmp_path, text, format)
    assert isinstance(made, Record)
    assert made.title == "a\ufffdb \U0001f600"
    assert made.extra == {"x\ufffd": ["\ufffd"]}
    repr(made).encode("utf-8")


@pytest.mark.parametrize("format", ["json", "jsonl"])
@pytest.mark.parametrize(
    "deep", ["[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000]
)
def test_json_nested_100_000_deep_is_a_reject(tmp_path: Path, deep: str, format: str) -> None:
    text = '{"title": "Before"}\n{"title": "Deep", "x": ' + deep + '}\n{"title": "After"}'
    if format == "json":
        text = "[" + text.replace("\n", ",\n") + "]"
    before, reject, after = read(source_of(tmp_path, text), format=format)
    assert isinstance(before, Record)
    assert isinstance(reject, Reject)
    assert "nested too deeply" in reject.reason
    assert reject.where.line == 2
    assert isinstance(after, Record)
    assert (after.title, after.where.line) == ("After", 3)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000])
def test_a_file_that_is_nothing_but_deep_says_so(tmp_path: Path, text: str) -> None:
    found = list(read(source_of(tmp_path, text), format="json"))
    assert len(found) == 1
    assert isinstance(found[0], Reject)
    # Looking into every level by itself would take minutes for a large file of this kind.
    assert "in the middle of it" in found[0].reason or "nested too deeply" in found[0].reason


def test_a_number_of_10_000_digits_is_a_reject(tmp_path: Path) -> None:
    made = one(tmp_path, '{"title": "T", "n": ' + "9" * 10_000 + "}")
    assert isinstance(made, Reject)
    assert "not usable JSON" in made.reason


def test_controls_survive_in_strings(tmp_path: Path) -> None:
    made = one(tmp_path, '{"title": "a\\u0000b\0c\td"}')
    assert isinstance(made, Record)
    assert made.title == "a\0b\0c\td"


def test_a_byte_order_mark_and_utf_16_are_read(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        source = source_of(tmp_path, '{"title": "Überblick"}\n'.encode(encoding))
        (made,) = read(source)
        assert isinstance(made, Record)
        assert made.title == "Überblick"


ARXIV = {
    "id": "0704.0001",
    "submitter": "Ann Lee",
    "authors": "Ann Lee, B. Ek Jr",
    "title": "Kites in\n  a steady wind",
    "comments": "3 pages",
    "journal-ref": None,
    "doi": "10.1/kite.1",
    "report-no": None,
    "categories": "physics.flu-dyn cs.CL",
    "license": None,
    "abstract": "  We fly kites.\n",
    "versions": [
        {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
        {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
    ],
    "update_date": "2008-11-26",
    "authors_parsed": [["Lee", "Ann", ""], ["Ek", "B.", "Jr"]],
}


def test_the_arxiv_snapshot(tmp_path: Path) -> None:
    source = source_of(tmp_path, json.dumps(ARXIV) + "\n" + json.dumps(ARXIV))
    assert recognise(source) == "arxiv"
    made, _ = read(source)
    assert isinstance(made, Record)
    assert made.title == "Kites in\n  a steady wind"
    assert made.authors == ("Ann Lee", "B. Ek Jr")
    assert made.published == "Mon, 2 Apr 2007 19:18:42 GMT"
    assert made.venue == "arXiv"
    assert made.categories == ("physics.flu-dyn", "cs.CL")
    assert made.ids == ("DOI:10.1/kite.1", "arXiv:0704.0001", "0704.0001")
    assert made.key == "0704.0001"
    assert made.extra == {"comments": "3 pages", "update_date": "2008-11-26"}


def test_an_arxiv_record_with_a_journal_and_without_parsed_authors(tmp_path: Path) -> None:
    fields = {**ARXIV, "journal-ref": "Wind 3 (2008)", "authors_parsed": None, "versions": []}
    made = one(tmp_path, json.dumps(fields), "arxiv")
    assert isinstance(made, Record)
    assert made.venue == "Wind 3 (2008)"
    assert made.authors == ("Ann Lee", "B. Ek Jr")
    assert made.published == "2008-11-26"


def test_a_beir_corpus(tmp_path: Path) -> None:
    rows = [
        {"_id": "d1", "title": "On Kites", "text": "We fly.", "metadata": {"year": 2001.0}},
        {"_id": "d2", "title": "", "text": "No title.", "metadata": {}},
    ]
    source = source_of(tmp_path, "\n".join(map(json.dumps, rows)))
    assert recognise(source) == "beir"
    first, second = read(source)
    assert isinstance(first, Record)
    assert (first.key, first.title, first.abstract) == ("d1", "On Kites", "We fly.")
    assert (first.published, first.ids) == ("2001", ("d1",))
    assert isinstance(second, Record)
    assert (second.title, second.abstract) == ("", "No title.")


ARRAY = """[
  {"title": "One", "authors": null},
  {
    "title": "Two"
  }, 5,
  {"title": }, {"title": "Three"}
]"""


@pytest.mark.parametrize("wrap", ["{}", '{{"total": 3, "meta": {{"next": [1, 2]}}, "papers": {}}}'])
def test_arrays_and_objects_that_hold_them(tmp_path: Path, wrap: str) -> None:
    source = source_of(tmp_path, wrap.format(ARRAY), "papers.json")
    assert recognise(source) == "json"
    found = list(read(source))
    assert [(item.where.line, item.where.record) for item in found] == [
        (2, 1),
        (3, 2),
        (5, 3),
        (6, 4),
        (6, 5),
    ]
    titles = [item.title if isinstance(item, Record) else item.reason[:14] for item in found]
    assert titles == ["One", "Two", "it is JSON, bu", "it is not JSON", "Three"]


def test_an_array_deep_inside(tmp_path: Path) -> None:
    text = json.dumps(
        {"status": "ok", "message": {"facets": {}, "items": [{"title": ["On Kites"]}]}}
    )
    (made,) = read(source_of(tmp_path, text, "works.json"))
    assert isinstance(made, Record)
    assert made.title == "On Kites"


def test_single_and_several_objects(tmp_path: Path) -> None:
    paper = {"title": "On Kites", "authors": [{"name": "Ann Lee"}], "abstract": "We fly."}
    single = json.dumps(paper, indent=2)
    (made,) = read(source_of(tmp_path, single, "paper.json"))
    assert isinstance(made, Record)
    assert made.authors == ("Ann Lee",)
    several = list(read(source_of(tmp_path, single + "\n" + single, "papers.json")))
    assert [item.where.line for item in several] == [1, 10]


def test_objects_by_key(tmp_path: Path) -> None:
    text = json.dumps({"k1": {"title": "One"}, "k2": {"title": "Two"}}, indent=1)
    found = list(read(source_of(tmp_path, text, "papers.json")))
    assert [item.title for item in found if isinstance(item, Record)] == ["One", "Two"]


def test_an_array_that_is_cut_off_keeps_what_it_has(tmp_path: Path) -> None:
    text = '[{"title": "One"}, {"title": "Tw'
    one_, reject = read(source_of(tmp_path, text, "papers.json"))
    assert isinstance(one_, Record)
    assert isinstance(reject, Reject)
    assert "cut off" in reject.reason


def test_an_object_that_holds_nothing_is_a_reject(tmp_path: Path) -> None:
    (made,) = read(source_of(tmp_path, '{"a": "b", c}'), format="json")
    assert isinstance(made, Reject)
    assert "no array of records" in made.reason


def elements(count: int) -> Iterator[bytes]:
    for number in range(count):
        row = {"title": f"Paper {number}", "abstract": "Kites fly in the wind. " * 40}
        yield (", " if number else "").encode() + json.dumps(row).encode()


def test_a_large_array_on_one_line_streams(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.write(b'{"papers": [')
        file.writelines(elements(20_000))
        file.write(b"]}")
    tracemalloc.start()
    try:
        count = sum(
            isinstance(item, Record) for item in read(Source(str(path), path.name, explicit=True))
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 20_000
    assert path.stat().st_size > 18_000_000
    assert peak < 8_000_000


@pytest.mark.parametrize("kind", ["string", "array"])
def test_an_element_of_60_mb_is_rejected_without_being_held(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "long.json"
    with path.open("wb") as file:
        file.write(b'[{"title": "Before"},\n{"title": ')
        file.write(b'"' if kind == "string" else b"[")
        for _ in range(60):
            file.write(
                (b"\\n" * 500 if kind == "string" else b'["' + b"x" * 1_000 + b'"],') * 1_000
            )
        file.write(b'"' if kind == "string" else b"1]")
        file.write(b'},\n{"title": "After"}]')
    tracemalloc.start()
    try:
        before, reject, after = read(Source(str(path), path.name, explicit=True))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(before, Record)
    assert isinstance(reject, Reject)
    assert (reject.where.line, "longer than 32 MiB" in reject.reason) == (2, True)
    assert isinstance(after, Record)
    assert (after.title, after.where.line) == ("After", 3)
    assert peak < 4 * (32 << 20)


@pytest.mark.parametrize("text", ['{"a": 1}', '{"a": 1}\n{"a": 2}', '[{"a": 1}]', "[1, 2]", "[]"])
def test_json_without_papers_is_a_source_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError, match="JSON without"):
        recognise(source_of(tmp_path, text, "data.json"))


def test_a_first_line_longer_than_a_sample_is_recognised(tmp_path: Path) -> None:
    row = json.dumps({"title": "Long", "abstract": "Kites fly. " * 20_000})
    assert recognise(source_of(tmp_path, row + "\n" + row, "x.txt")) == "jsonl"
    assert recognise(source_of(tmp_path, '{"papers": [' + row + "]}", "x.txt")) == "json"
    assert recognise(source_of(tmp_path, "[" + row + "]", "x.txt")) == "json"


def test_every_number_in_an_extra_is_finite(tmp_path: Path) -> None:
    made = one(tmp_path, '{"title": "T", "score": 0.1, "big": 1e308, "huge": -1e309}')
    assert isinstance(made, Record)
    numbers = [value for value in made.extra.values() if isinstance(value, float)]
    assert numbers == [0.1, 1e308]
    assert all(map(math.isfinite, numbers))


@pytest.mark.skipif(not (SHARED / "corpora").is_dir(), reason="no ../shared/corpora")
def test_real_json_lines_are_all_read() -> None:
    path = SHARED / "corpora" / "hf-daily.jsonl.gz"
    source = Source(str(path), "hf-daily.jsonl", explicit=True)
    assert recognise(source) == "jsonl"
    found = list(read(source))
    assert len(found) == 12_722
    records = [item for item in found if isinstance(item, Record)]
    assert len(records) == len(found)
    assert all(record.title and record.abstract and record.ids for record in records)
    assert all("listed_on" in record.extra for record in records)
