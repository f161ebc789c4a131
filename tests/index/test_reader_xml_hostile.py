"""XML that is broken, cut off or made to do harm: nothing is expanded, nothing fetched, and what
stands beside it is read."""

import gzip
import socket
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from paperkin.index.errors import SourceError
from paperkin.index.readers import read, recognise
from paperkin.index.readers.xmltree import parse
from paperkin.index.record import Record, Reject
from paperkin.index.sources import Source

HEAD = "<OAI-PMH xmlns='http://www.openarchives.org/OAI/2.0/'><ListRecords>\n"


def record(title: str = "On Kites", inside: str = "") -> str:
    return (
        f"<record>{inside}<header/><metadata><arXiv><id>2101.00001</id><title>{title}</title>"
        "</arXiv></metadata></record>\n"
    )


def source_of(tmp_path: Path, data: str | bytes, name: str = "papers.xml") -> Source:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return Source(str(path), name.removesuffix(".gz"), explicit=True)


def outcome(tmp_path: Path, data: str | bytes) -> list[str]:
    """The title of each record of a file, or "!" and the reason why there is none."""
    source = source_of(tmp_path, data)
    assert recognise(source) == "xml"
    found = list(read(source))
    assert [each.where.record for each in found] == list(range(1, len(found) + 1))
    return [e.title if isinstance(e, Record) else f"!{e.reason}" for e in found]


LAUGHS = "".join(f"<!ENTITY l{n + 1} '{f'&l{n};' * 10}'>" for n in range(12))
BOMBS = {
    "laughs": f"<!DOCTYPE OAI-PMH [<!ENTITY l0 'ha'>{LAUGHS}]>",
    "quadratic": f"<!DOCTYPE OAI-PMH [<!ENTITY l12 '{'ha' * 20_000}'>]>",
    "local file": "<!DOCTYPE OAI-PMH [<!ENTITY l12 SYSTEM 'file:///etc/passwd'>]>",
    "parameter": "<!DOCTYPE OAI-PMH [<!ENTITY % a SYSTEM 'http://127.0.0.1:9/a'> %a;]>",
    "after a comment": "<!-- > ] --><!DOCTYPE OAI-PMH [<!-- ]> --> <!ELEMENT a ANY>\n"
    "<!ENTITY l12 'ha'>]>",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_file_that_declares_entities_is_refused(tmp_path: Path, bomb: str) -> None:
    text = f"<?xml version='1.0'?>\n{BOMBS[bomb]}\n{HEAD}{record('&l12;' * 1_000)}"
    source = source_of(tmp_path, text)
    with pytest.raises(SourceError, match="document type declares entities") as caught:
        recognise(source)
    assert source.location in str(caught.value)
    with pytest.raises(SourceError, match="document type declares entities"):
        list(read(source, format="xml"))


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_among_other_documents_costs_what_is_in_it(tmp_path: Path, bomb: str) -> None:
    text = HEAD + record("One") + f"</ListRecords></OAI-PMH>\n<?xml version='1.0'?>{BOMBS[bomb]}\n"
    text += HEAD + record("&l12;") + record("Two")
    started = time.monotonic()
    one, declared, used, two = outcome(tmp_path, text)
    assert time.monotonic() - started < 5
    assert (one, two) == ("One", "Two")
    assert declared.startswith("!its document type declares entities")
    assert used.startswith("!it is not well-formed XML (undefined entity")


def test_a_record_cannot_declare_anything(tmp_path: Path) -> None:
    inside = "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>"
    bad, good = outcome(tmp_path, HEAD + record("&b;", inside) + record("Two"))
    assert bad.startswith("!it is not well-formed XML")
    assert good == "Two"
    with pytest.raises(ValueError, match="declares a document type"):
        parse("<!DOCTYPE a [<!ENTITY b 'ha'>]><a>&b;</a>")
    with pytest.raises(ValueError, match="declares a document type"):
        parse("<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/a.dtd'><a/>")


def test_a_document_type_that_names_a_file_or_an_address_is_never_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the reader opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    secret = tmp_path / "secret.dtd"
    secret.write_text("<!ENTITY stolen 'secret'>", encoding="utf-8")
    for named in (
        f"SYSTEM '{secret.as_uri()}'",
        "PUBLIC '-//NLM//DTD PubMedArticle//EN' \"https://dtd.kite.example/pubmed.dtd\"",
        "SYSTEM 'a.dtd' [<!ELEMENT a ANY>\n<!ATTLIST a b CDATA '>'>]",
    ):
        text = f"<!DOCTYPE OAI-PMH {named}>\n{HEAD}{record('One')}{record('&stolen;')}"
        one, other = outcome(tmp_path, text)
        assert one == "One"
        assert "undefined entity" in other


BAD = {
    "a mark that is not closed": "<record><metadata><arXiv><title>Bad</arXiv></metadata></record>",
    "no end": "<record><metadata><arXiv><title>Bad</title>",
    "a lone <": record("p < 0.05"),
    "a comment that is not closed": record("<!-- Bad"),
    "a section that is not closed": record("<![CDATA[ Bad"),
    "a comment closed in the next": record("<!-- Bad") + "<record><!-- a --></record>",
    "a deep nest": record("<a>" * 1_000_000 + "</a>" * 1_000_000),
    "many elements": record("<a/>" * 300_000),
    "an attribute given twice": record("<a b='1' b='2'/>"),
    "an entity nobody knows": record("&kite;"),
    "nothing": record("").replace("<id>2101.00001</id>", ""),
}


@pytest.mark.parametrize("kind", BAD)
def test_one_bad_record_is_listed_with_its_place(tmp_path: Path, kind: str) -> None:
    source = source_of(tmp_path, HEAD + record("One") + BAD[kind] + "\n" + record("Two"))
    found = list(read(source))
    first, bad, *others = found
    assert isinstance(first, Record)
    assert isinstance(bad, Reject)
    assert (bad.where.line, bad.where.record) == (3, 2)
    assert bad.text.startswith("<record>")
    assert isinstance(others[-1], Record)
    assert others[-1].title == "Two"


def test_the_line_of_a_fault_is_that_of_the_file(tmp_path: Path) -> None:
    bad = "<record>\n<metadata>\n<arXiv><title>Bad</arXiv></metadata></record>"
    first, fault = outcome(tmp_path, HEAD + record("One") + bad)
    assert first == "One"
    assert fault == "!it is not well-formed XML (mismatched tag, line 5)"


def test_what_publishers_get_wrong_is_read(tmp_path: Path) -> None:
    text = "AT&T &amp; &alpha;&nbsp;x&ltimes; y &#1;&#x1F;&#99999999;\x0b&lt;b"
    (made,) = outcome(tmp_path, HEAD + record(text))
    assert made == "AT&T & α\xa0x⋉ y <b"


def test_sections_and_comments_are_no_records(tmp_path: Path) -> None:
    text = HEAD + "<!-- " + record("Hidden") + " -->" + record("<![CDATA[</record><record>]]> One")
    text += record("T<!-- </record> -->wo")
    assert outcome(tmp_path, text) == ["</record><record> One", "Two"]


def test_a_file_that_is_cut_off(tmp_path: Path) -> None:
    text = HEAD + record("One") + record("Two")
    one, two = outcome(tmp_path, text[:-20])
    assert one == "One"
    assert two.startswith("!the file ends in the middle of it")
    packed = gzip.compress(text.encode(), compresslevel=0)
    source = source_of(tmp_path, packed[: packed.rindex(b"Two")], "cut.xml.gz")
    first, cut, *rest = read(source)
    assert isinstance(first, Record)
    assert isinstance(cut, Reject)
    assert "cut.xml.gz is damaged" in cut.reason
    assert all(isinstance(each, Reject) for each in rest)


def test_bytes_that_are_no_utf8_spoil_nothing(tmp_path: Path) -> None:
    text = (HEAD + record("Łódź " * 50) + record("Na?ve")).encode().replace(b"Na?ve", b"Na\xefve")
    assert outcome(tmp_path, text)[1] == "Naïve"
    # An encoding that does not exist, and one that is a way to smuggle "<" past a reader.
    for named in ("kite-8", "utf-7", "rot13", "zlib"):
        declared = f"<?xml version='1.0' encoding='{named}'?>{HEAD}{record('a+ADw-b')}"
        assert outcome(tmp_path, declared) == ["a+ADw-b"]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "<record a='" + "x" * (2 << 20) + "'></record>",
        HEAD + "<record " + " ".join(f"a{n}='1'" for n in range(20_000)) + "/>",
        HEAD + "<!-- " * 200_000,
        HEAD + "<![CDATA[ " * 200_000,
        HEAD + "<!DOCTYPE a [" * 100_000,
        HEAD + "<!DOCTYPE '" * 100_000,
        HEAD + "<" * 1_000_000,
        HEAD + "<record \"'" * 20_000,
        "<?" + "x" * 200_000 + "?>" + HEAD,
        "<" + "x" * 200_000,
        "<a " + "b='" * 100_000,
        HEAD
        + record(inside="").replace("</arXiv>", "<authors>" + "(" * 500_000 + "</authors></arXiv>"),
    ],
)
def test_nothing_takes_long(tmp_path: Path, text: str) -> None:
    started = time.process_time()
    source = source_of(tmp_path, text + record("Last"))
    try:
        found = list(read(source, format="xml"))
    except SourceError as error:
        assert source.location in str(error)  # noqa: PT017 - either end is right
    else:
        assert isinstance(found[-1], Record)
    assert time.process_time() - started < 5


def test_a_record_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    text = HEAD + record("One") + record("x" * (33 << 20)) + record("Two")
    one, long, two = outcome(tmp_path, text)
    assert (one, two) == ("One", "Two")
    assert "longer than 32 MiB" in long


def test_a_record_that_is_too_long_is_not_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paperkin.index.readers.xmltext.MAX_RECORD", 1 << 18)
    packed = gzip.compress((HEAD + record("x" * (24 << 20)) + record("Two")).encode(), 1)
    source = source_of(tmp_path, packed, "long.xml.gz")
    tracemalloc.start()
    long, two = read(source)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(long, Reject)
    assert isinstance(two, Record)
    assert peak < 12 << 20


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    one = record("x" * 8_000)
    peaks = []
    for count in (300, 1_500):
        source = source_of(tmp_path, gzip.compress((HEAD + one * count).encode(), 1), "big.xml.gz")
        tracemalloc.start()
        assert sum(isinstance(each, Record) for each in read(source)) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0] < 12 << 20
