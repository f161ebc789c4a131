import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperkin.index.errors import SourceError
from paperkin.index.readers import FORMATS, read, recognise
from paperkin.index.record import Record, Reject
from paperkin.index.sources import Source


def source_of(tmp_path: Path, data: bytes, name: str, *, explicit: bool = True) -> Source:
    path = tmp_path / name
    path.write_bytes(data)
    return Source(str(path), name, explicit)


TEXTS = {
    "jsonl": b'{"title": "On Kites"}\n{"title": "On Wind"}\n',
    "json": b'[\n {"title": "On Kites"}\n]',
    "csv": b"title,year\nOn Kites,2001\n",
    "tsv": b"title\tyear\nOn Kites\t2001\n",
    "bibtex": b"@article{k, title={On Kites}}",
    "ris": b"TY  - JOUR\nTI  - On Kites\nER  - \n",
    "xml": b"<collection id='P18'><volume id='1'><paper id='1'><title>On Kites</title></paper>"
    b"</volume></collection>",
    "beir": b'{"_id": "1", "title": "On Kites", "text": "We fly."}\n',
}


@pytest.mark.parametrize("format", TEXTS)
@pytest.mark.parametrize("suffix", ["", ".txt", ".csv", ".json", ".bib"])
def test_content_decides_and_not_the_suffix(tmp_path: Path, format: str, suffix: str) -> None:
    assert recognise(source_of(tmp_path, TEXTS[format], "papers" + suffix)) == format
    assert format in FORMATS


@pytest.mark.parametrize("first", [b"[1, 2]\n", b"broken {\n", b'{"meta": true}\n'])
def test_a_bad_first_line_does_not_hide_json_lines(tmp_path: Path, first: bytes) -> None:
    assert recognise(source_of(tmp_path, first + TEXTS["jsonl"], "x")) == "jsonl"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\0\n", "is blank"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "is a PNG image"),
        (b"%PDF-1.7\n...", "is a PDF"),
        (b"PK\x03\x04" + bytes(50), "ZIP archive or an Office document"),
        (random.Random(5).randbytes(5_000), "is binary"),
        (bytes(5_000) + b"x", "is binary"),
        (b"<!DOCTYPE html>\n<html><body>Not found</body></html>", "is an HTML page"),
        (b"\n<html lang='en'>", "is an HTML page"),
        (b"<?xml version='1.0'?><feed></feed>", "is XML with the root element <feed>"),
        (b"Nothing but a sentence.\n", "in none of the formats"),
        (b"a,b,c\n1,2,3\n", "in none of the formats"),
    ],
)
def test_what_holds_no_papers_is_a_source_error(tmp_path: Path, data: bytes, message: str) -> None:
    source = source_of(tmp_path, data, "thing.dat")
    with pytest.raises(SourceError, match=message) as caught:
        read(source)
    assert source.location in str(caught.value)


@pytest.mark.parametrize("format", [name for name in FORMATS if name != "parquet"])
@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n", b"<html></html>"])
def test_naming_the_format_does_not_make_it_data(tmp_path: Path, format: str, data: bytes) -> None:
    with pytest.raises(SourceError):
        read(source_of(tmp_path, data, "x"), format=format)


def test_an_unknown_format_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no format 'endnote': choose one of arxiv, beir, bibtex"):
        read(source_of(tmp_path, TEXTS["csv"], "x"), format="endnote")


def test_a_file_of_a_folder_has_to_be_plainly_about_papers(tmp_path: Path) -> None:
    package = b'{"name": "kites", "version": "1.0", "license": "MIT"}'
    with pytest.raises(SourceError, match="JSON without a field for a title"):
        recognise(source_of(tmp_path, package, "package.json", explicit=False))
    assert recognise(source_of(tmp_path, package, "package.json")) == "jsonl"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


PIECES = st.sampled_from(
    [
        b'{"title": "On Kites"',
        b'"authors": null',
        b'"abstract": "We fly."',
        b"@article{k,",
        b"<record><metadata><arXiv>",
        b"<title>On Kites</title>",
        b"</arXiv></metadata></record>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
        b"<![CDATA[",
        b"<!--",
        b"&b;",
        b" title = {On Kites}",
        b"@string{a = ",
        b"TY  - JOUR\n",
        b"TI  - On Kites\n",
        b"ER  - \n",
        b"title,year",
        b"On Kites,2001",
        b"We fly kites in the wind. " * 12,
        b'"\\ud800"',
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\x1f\x8b",
        b"\0",
        b"\xe9",
        *(bytes([code]) for code in b'\n\r\t,;:|{}[]()"\\@=#-'),
    ]
)


@given(st.lists(PIECES, max_size=30).map(b"".join), st.sampled_from([None, *FORMATS]))
@settings(max_examples=300, deadline=None)
def test_no_input_makes_a_reader_fail_otherwise(
    folder: Path, data: bytes, format: str | None
) -> None:
    source = source_of(folder, data, "fuzz")
    try:
        found = list(read(source, format=format))
    except SourceError as error:
        assert source.location in str(error)  # noqa: PT017 - either end is right
        return
    numbers = [item.where.record for item in found]
    assert numbers == list(range(1, len(found) + 1))
    starts = [item.where.line for item in found]
    if format != "parquet":
        assert starts == sorted(line for line in starts if line is not None)
    for item in found:
        repr(item).encode("utf-8")
        if isinstance(item, Record):
            assert item.title or item.abstract
        else:
            assert isinstance(item, Reject)
            assert item.reason
            assert len(item.text) <= 200
