from pathlib import Path

import pytest

from paperkin.index.errors import SourceError
from paperkin.index.readers import read, recognise
from paperkin.index.record import Record, Reject
from paperkin.index.sources import Source


def source_of(tmp_path: Path, text: str | bytes, name: str = "papers.csv") -> Source:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Source(str(path), name, explicit=True)


def records(tmp_path: Path, text: str | bytes, name: str = "papers.csv") -> list[Record]:
    found = list(read(source_of(tmp_path, text, name)))
    made = [item for item in found if isinstance(item, Record)]
    assert len(made) == len(found)
    return made


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, mark: str) -> None:
    rows = [
        ["Title", "Abstract", "Publication Year", "Authors", "label included"],
        ["On Kites", '"We fly, and; we | fly."', "2001", '"Lee, Ann; Ek, Bo"', "1"],
    ]
    text = "\r\n".join(mark.join(row) for row in rows)
    (made,) = records(tmp_path, text)
    assert recognise(source_of(tmp_path, text)) == ("tsv" if mark == "\t" else "csv")
    assert (made.title, made.abstract) == ("On Kites", "We fly, and; we | fly.")
    assert (made.published, made.authors) == ("2001", ("Lee, Ann", "Ek, Bo"))
    assert made.extra == {"label included": "1"}


def test_lines_are_where_records_start(tmp_path: Path) -> None:
    text = 'title,abstract\n\n"One","We\nfly ""high""\n\nkites."\nTwo,"b"\n'
    first, second = records(tmp_path, text)
    assert first.abstract == 'We\nfly "high"\n\nkites.'
    assert (first.where.line, first.where.record) == (3, 1)
    assert (second.where.line, second.where.record) == (7, 2)


def test_ragged_rows_are_rejected_with_their_line(tmp_path: Path) -> None:
    text = "title,year,doi\nOne,2001,10.1/a\nTwo,2002\nThree,2003,10.1/c,more\nFour,2004,10.1/d,\n"
    one, two, three, four = read(source_of(tmp_path, text))
    assert isinstance(one, Record)
    assert isinstance(two, Reject)
    assert (two.where.line, two.reason) == (3, "it has 2 fields where the header has 3")
    assert two.text == "Two,2002"
    assert isinstance(three, Reject)
    assert (three.where.line, three.where.record) == (4, 3)
    assert isinstance(four, Record), "a delimiter at the end of a line is no field"


def test_a_stray_quote_swallows_nothing(tmp_path: Path) -> None:
    text = 'title\tyear\n"Kites" and wind\t2001\n"Open\t2002\nThree\t2003\n'
    made = records(tmp_path, text, "papers.tsv")
    assert [record.title for record in made] == ["Kites and wind", '"Open', "Three"]
    assert [record.where.line for record in made] == [2, 3, 4]


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    rows = "".join(f"Paper {n},2001\n" for n in range(3_000))
    found = list(read(source_of(tmp_path, 'title,year\n"One, 2000, x\n' + rows)))
    assert isinstance(found[0], Reject)
    assert (found[0].where.line, "quote" in found[0].reason) == (2, True)
    assert len(found) == 3_001
    assert all(isinstance(item, Record) for item in found[1:])


def test_absent_values_are_absent(tmp_path: Path) -> None:
    (made,) = records(tmp_path, "title,year,doi,language,note\nNaN is a number,nan,,NULL,NaN\n")
    assert (made.title, made.published, made.ids, made.language) == ("NaN is a number", "", (), "")
    assert made.extra == {}


def test_a_row_without_title_and_abstract_is_rejected(tmp_path: Path) -> None:
    (made,) = read(source_of(tmp_path, "title,year\n,2001\n"))
    assert isinstance(made, Reject)
    assert "neither a title nor an abstract" in made.reason


def test_encodings_and_excels_first_line(tmp_path: Path) -> None:
    text = "sep=;\r\nTitle;Authors\r\nÜber Drachen;Jürgen Größ\r\n"
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        (made,) = records(tmp_path, text.encode(encoding))
        assert (made.title, made.authors) == ("Über Drachen", ("Jürgen Größ",))
        assert made.where.line == 3


def test_a_field_of_a_megabyte_is_read(tmp_path: Path) -> None:
    (made,) = records(tmp_path, 'title,abstract\nOne,"' + "kites\n" * 200_000 + '"\n')
    assert len(made.abstract) == 1_200_000


@pytest.mark.parametrize("name", ["papers.csv", "papers.tsv", "papers.txt"])
def test_a_table_without_a_title_says_what_it_has(tmp_path: Path, name: str) -> None:
    mark = "\t" if name.endswith("tsv") else ","
    source = source_of(tmp_path, mark.join(["doi", "year", "abstract"]) + "\n", name)
    for format in (None, "csv"):
        with pytest.raises(SourceError) as caught:
            list(read(source, format=format))
        message = str(caught.value)
        assert source.location in message
        assert "'doi', 'year', 'abstract'" in message
        assert "title, primary title, document title" in message


def test_a_single_column_of_titles(tmp_path: Path) -> None:
    assert [record.title for record in records(tmp_path, "Title\nOn Kites\n")] == ["On Kites"]


def test_a_header_alone_has_no_records(tmp_path: Path) -> None:
    assert records(tmp_path, "title,year\n") == []


def test_lists_as_pandas_writes_them(tmp_path: Path) -> None:
    text = "title,authors,categories\nOn Kites,\"['Ann Lee', 'Bo Ek']\",cs.CL cs.LG\n"
    (made,) = records(tmp_path, text)
    assert made.authors == ("Ann Lee", "Bo Ek")
    assert made.categories == ("cs.CL", "cs.LG")
