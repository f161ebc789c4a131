import gzip
from pathlib import Path

from paperkin.index.readers import read, recognise
from paperkin.index.record import Record, Reject
from paperkin.index.sources import Source


def read_text(tmp_path: Path, text: str) -> list[Record | Reject]:
    path = tmp_path / "export.txt"
    path.write_bytes(text.encode())
    source = Source(str(path), path.name, explicit=True)
    assert recognise(source) == "ris"
    return list(read(source))


FULL = """\ufeff
TY  - JOUR
T1  - On Kites
A1  - Lee, Ann
AU  - Ek, Bo
N2  - We fly kites
 in a steady wind.
Y1  - 2001///
DA  - 2001/06/03/
JO  - J. Air
T2  - Journal of Air
DO  - 10.1/kite
UR  - https://example.org/kite;v=1
KW  - kites
KW  - wind
AN  - 123
LA  - en
ER  -
"""


def test_a_record(tmp_path: Path) -> None:
    (made,) = read_text(tmp_path, FULL.replace("\n", "\r\n"))
    assert isinstance(made, Record)
    assert (made.where.line, made.where.record) == (2, 1)
    assert (made.title, made.abstract) == ("On Kites", "We fly kites in a steady wind.")
    assert made.authors == ("Lee, Ann", "Ek, Bo")
    assert (made.published, made.venue, made.language) == ("2001/06/03", "J. Air", "en")
    assert made.key == "123"
    assert made.ids == ("DOI:10.1/kite", "123", "https://example.org/kite;v=1")
    assert made.extra["keywords"] == ["kites", "wind"]


def test_records_without_an_end_and_lines_outside(tmp_path: Path) -> None:
    text = (
        "Exported by a tool\n\n"
        "TY  - JOUR\nTI  - One\n"
        "TY  - CONF\nTI  - Two\nPY  - 2002\nDA  - 05/06\nER  -\n"
        "\nTI  - Lost\nAU  - Nobody\n"
        "TY - CHAP\nTI - Three\nAB - We fly.\nER - \n"
    )
    found = read_text(tmp_path, text)
    assert [item.where.line for item in found] == [3, 5, 11, 13]
    one, two, lost, three = found
    assert isinstance(one, Record)
    assert isinstance(two, Record)
    assert (one.title, two.title, two.published) == ("One", "Two", "2002")
    assert isinstance(lost, Reject)
    assert "outside of a record" in lost.reason
    assert isinstance(three, Record)
    assert (three.title, three.abstract) == ("Three", "We fly.")


def test_a_record_without_a_title_is_rejected(tmp_path: Path) -> None:
    (made,) = read_text(tmp_path, "TY  - JOUR\nAU  - Lee, Ann\nER  - \n")
    assert isinstance(made, Reject)
    assert "neither a title nor an abstract" in made.reason
    assert made.text.startswith("TY  - JOUR")


def test_a_file_that_is_cut_off_at_the_end_of_a_record(tmp_path: Path) -> None:
    path = tmp_path / "export.ris.gz"
    # Stored as it is, the packed file can be cut at any byte of the text: here in the last line.
    packed = gzip.compress(2 * FULL.encode(), compresslevel=0)
    path.write_bytes(packed[: packed.rindex(b"ER  -") + 5])
    whole, cut, reject = read(Source(str(path), "export.ris", explicit=True))
    assert isinstance(whole, Record)
    assert isinstance(cut, Record)
    assert isinstance(reject, Reject)
    assert "export.ris.gz" in reject.reason
    assert reject.text == "ER  -"


def test_pubmeds_own_format(tmp_path: Path) -> None:
    text = (
        "\nPMID- 12\nOWN - NLM\nDP  - 2001 Jun 3\nTI  - On kites in\n      wind.\n"
        "LID - S1-2 [pii]\nLID - 10.1000/kite [doi]\nAB  - We\n      fly.\nFAU - Lee, Ann\n"
        "AU  - Lee A\nFAU - Ek, Bo\nAU  - Ek B\nLA  - eng\nJT  - Journal of Air\nPMC - PMC77\n"
        "OT  - kites\nVI  - 3\nIP  - 2\nPG  - 11-9\nPT  - Journal Article\n"
        "PT  - Retracted Publication\nMH  - *Wind/history\nMH  - Wind/physics\nMH  - Air\n"
        "\nPMID- 13\nAU  - Lee A\n\nPMID- 14\nTI  - Three\nAU  - Lee A\n"
    )
    one, two, three = read_text(tmp_path, text)
    assert isinstance(one, Record)
    assert (one.where.line, one.title, one.abstract) == (2, "On kites in wind.", "We fly.")
    assert (one.authors, one.published) == (("Lee, Ann", "Ek, Bo"), "2001 Jun 3")
    assert (one.venue, one.language) == ("Journal of Air", "eng")
    assert one.ids == ("DOI:10.1000/kite", "PMID:12", "PMCID:PMC77")
    assert one.extra == {
        "keywords": ["kites"],
        **{"volume": "3", "issue": "2", "pages": "11-9", "retracted": True},
        **{"type": "Journal Article; Retracted Publication", "mesh": ["Wind", "Air"]},
    }
    assert isinstance(two, Reject)
    assert (two.where.record, two.text.startswith("PMID- 13")) == (2, True)
    assert isinstance(three, Record)
    assert three.authors == ("Lee A",)
