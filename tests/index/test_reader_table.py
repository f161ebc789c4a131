from pathlib import Path

import pytest

from paperkin.index.errors import SourceError
from paperkin.index.names import clean_name
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


def test_short_rows_are_filled_and_long_ones_rejected_with_their_line(tmp_path: Path) -> None:
    text = (
        "title,year,doi\nOne,2001,10.1/a\nTwo,2002\nThree,2003,10.1/c,more\nFour,2004,10.1/d,\n"
        '"Fi\nve",2005\nSix\n'
    )
    one, two, three, four, five, six = read(source_of(tmp_path, text))
    assert isinstance(one, Record)
    assert isinstance(two, Record), "what is empty at the end of a row may be left out"
    assert (two.where.line, two.title, two.published, two.ids) == (3, "Two", "2002", ())
    assert isinstance(three, Reject)
    assert (three.where.line, three.where.record) == (4, 3)
    assert three.reason == "it has 4 fields where the header has 3"
    assert three.text == "Three,2003,10.1/c,more"
    assert isinstance(four, Record), "a delimiter at the end of a line is no field"
    assert isinstance(five, Record)
    assert (five.where.line, five.title, five.published) == (6, "Fi\nve", "2005")
    assert isinstance(six, Record)
    assert (six.where.line, six.title) == (8, "Six")


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


WEB_OF_SCIENCE = (
    "PT AU BA BE GP AF BF CA TI SO SE BS LA DT CT CY CL SP HO DE ID AB C1 C3 RP EM RI OI FU FP FX "
    "CR NR TC Z9 U1 U2 PU PI PA SN EI BN J9 JI PD PY VL IS PN SU SI MA BP EP AR DI DL D2 EA PG WC "
    "WE SC GA PM OA HC HP DA UT"
).split()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_web_of_science(tmp_path: Path, encoding: str) -> None:
    values = {
        "PT": "J",
        "AU": "Lee, A; Ek, B",
        "AF": "Lee, Ann; Ek, Bo",
        "TI": 'On "Kites"',
        "SO": "JOURNAL OF AIR",
        "LA": "English",
        "DE": "kites; wind",
        "AB": "We fly.",
        "PY": "2001",
        "DI": "10.1/kite",
        "WC": "Acoustics; Optics",
        "PM": "123",
        "UT": "WOS:0001",
    }
    row = "\t".join(values.get(name, "") for name in WEB_OF_SCIENCE)
    text = "\t".join(WEB_OF_SCIENCE) + "\t\r\n" + row + "\t\r\n"
    (made,) = records(tmp_path, text.encode(encoding), "savedrecs.txt")
    assert (made.title, made.abstract) == ('On "Kites"', "We fly.")
    assert (made.authors, made.published) == (("Lee, Ann", "Ek, Bo"), "2001")
    assert (made.venue, made.categories) == ("JOURNAL OF AIR", ("Acoustics", "Optics"))
    assert made.ids == ("DOI:10.1/kite", "PMID:123", "WOS:0001")
    assert made.extra["keywords"] == ["kites", "wind"]


def test_two_letters_are_names_only_in_the_company_of_others(tmp_path: Path) -> None:
    (made,) = records(tmp_path, "title,TI,SO\nOn Kites,x,y\n")
    assert (made.title, made.venue, made.extra) == ("On Kites", "", {"TI": "x", "SO": "y"})


EXPORTS = {
    "scopus": (
        "\ufeffAuthors,Author(s) ID,Title,Year,Source title,DOI,PubMed ID,PMC,Abstract,EID\n"
        '"Lee J., Ek A.B.","1;2;",On Kites,2001,Journal of Air,10.1/kite,,,We fly.,2-s2\n'
    ),
    "ieee": (
        '"Document Title",Authors,"Publication Title","Publication Year",Abstract,DOI,"PDF Link"\n'
        '"On Kites","J. Lee; A.B. Ek","Journal of Air",2001,"We fly.",10.1/kite,https://x.org\n'
    ),
    "dimensions": (
        '"About the data: Exported on Jan 01, 2024. Criteria: kites, wind"\n'
        "Rank,DOI,PMCID,Title,Abstract,Source title,PubYear,Authors\n"
        '1,10.1/kite,PMC77,On Kites,We fly.,Journal of Air,2001,"Lee, J.; Ek, A.B."\n'
    ),
    "zotero": (
        '"Key","Item Type","Publication Year","Author","Title","Publication Title","DOI",'
        '"Abstract Note"\n'
        '"AB","journalArticle","2001","Lee, J.; Ek, A.B.","On Kites","Journal of Air","10.1/kite",'
        '"We fly."\n'
    ),
    "pubmed": (
        "PMID,Title,Authors,Citation,Journal/Book,Publication Year,PMCID,DOI,Abstract\n"
        '1,On Kites,"Lee J, Ek AB.",J Air,Journal of Air,2001,PMC77,10.1/kite,We fly.\n'
    ),
    "cord19": (
        "cord_uid,title,doi,pmcid,pubmed_id,abstract,publish_time,authors,journal,url\n"
        'ab1,On Kites,10.1/kite,PMC77,1,We fly.,2001,"Lee, J.; Ek, A.B.",Journal of Air,\n'
    ),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_of_common_services(tmp_path: Path, name: str) -> None:
    (made,) = records(tmp_path, EXPORTS[name], f"{name}.txt")
    assert (made.title, made.abstract) == ("On Kites", "We fly.")
    assert [clean_name(author) for author in made.authors] in (
        ["J. Lee", "A.B. Ek"],
        ["J Lee", "AB Ek"],
    )
    assert (made.venue, made.published) == ("Journal of Air", "2001")
    assert "DOI:10.1/kite" in made.ids
    assert ("PMCID:PMC77" in made.ids) == ("PMC77" in EXPORTS[name])
