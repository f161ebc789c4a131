"""Files that Web of Science saves as plain text."""

from pathlib import Path

import pytest

from paperkin.index.readers import read, recognise
from paperkin.index.record import Record, Reject
from paperkin.index.sources import Source

HEAD = "\ufeffFN Clarivate Analytics Web of Science\nVR 1.0\n"
KITES = """PT J
AU Lee, A
   Ek, B
AF Lee, Ann
   Ek, Bo
TI On kites in
   steady wind
SO JOURNAL OF AIR
LA English
DE kites; steady
   wind
AB We fly kites
   all day.
CR Ek B, 1999, J AIR, V1, P2
   Lee A, 2001, J AIR, V2, P3
PD JUN 15
PY 2020
DI 10.1000/kite
WC Meteorology, Applied; Physics
UT WOS:0001
PM 77
ER

"""


def read_text(tmp_path: Path, text: str, name: str = "savedrecs.txt") -> list[Record | Reject]:
    path = tmp_path / name
    path.write_bytes(text.encode())
    source = Source(str(path), path.name, explicit=False)
    assert recognise(source) == "ris"
    return list(read(source))


@pytest.mark.parametrize("name", ["savedrecs.txt", "savedrecs.ciw"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_record(tmp_path: Path, name: str, end: str) -> None:
    (made,) = read_text(tmp_path, f"{HEAD}{KITES}EF".replace("\n", end), name)
    assert isinstance(made, Record)
    assert (made.where.line, made.where.record) == (3, 1)
    assert (made.title, made.abstract) == ("On kites in steady wind", "We fly kites all day.")
    assert made.authors == ("Lee, Ann", "Ek, Bo")
    assert (made.published, made.venue, made.language) == (
        "2020 JUN 15",
        "JOURNAL OF AIR",
        "English",
    )
    assert made.ids == ("DOI:10.1000/kite", "PMID:77", "WOS:0001")
    assert made.key == "WOS:0001"
    assert made.categories == ("Meteorology, Applied", "Physics")
    assert made.extra == {"keywords": ["kites", "steady wind"]}


def test_records_without_a_head_an_end_or_a_date(tmp_path: Path) -> None:
    text = (
        "PT J\nAU Lee, A\nTI One\nEA MAR 2021\n"
        "PT C\nTI Two\nCA Kite Group\nPD MAR-APR\nPY 2019\nER\n"
        "\nTI Lost\nER\n\nPT J\nAU Nobody, A\nER\nEF\n"
    )
    one, two, lost, nothing = read_text(tmp_path, text)
    assert isinstance(one, Record)
    assert (one.title, one.published, one.authors) == ("One", "MAR 2021", ("Lee, A",))
    assert isinstance(two, Record)
    assert (two.title, two.published, two.authors) == ("Two", "2019 MAR-APR", ("Kite Group",))
    assert isinstance(lost, Reject)
    assert (lost.where.line, "outside of a record" in lost.reason) == (12, True)
    assert isinstance(nothing, Reject)
    assert "neither a title nor an abstract" in nothing.reason


def test_an_abstract_that_begins_like_a_tag_goes_on(tmp_path: Path) -> None:
    (made,) = read_text(tmp_path, HEAD + KITES.replace("   all day.", "   EF is short for ER."))
    assert isinstance(made, Record)
    assert made.abstract == "We fly kites EF is short for ER."
