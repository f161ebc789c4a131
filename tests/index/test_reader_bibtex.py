from pathlib import Path

import pytest

from paperkin.index.readers import read, recognise
from paperkin.index.record import Record, Reject
from paperkin.index.sources import Source


def read_text(tmp_path: Path, text: str, name: str = "refs.bib") -> list[Record | Reject]:
    path = tmp_path / name
    path.write_text(text)
    source = Source(str(path), name, explicit=True)
    assert recognise(source) == "bibtex"
    return list(read(source))


def records(tmp_path: Path, text: str) -> list[Record]:
    found = read_text(tmp_path, text)
    made = [item for item in found if isinstance(item, Record)]
    assert len(made) == len(found)
    return made


ENTRY = r"""% my references
Anything between entries is a comment, a@b.example too.
@Article{lee2001kites,
  author = {Lee, Ann and {Wind and Weather Group} and M{\"u}ller, Bo and others},
  title = "On {K}ites {\&} ``Wind''",
  journal = {Journal of {Air}},
  year = 2001,
  month = jun,
  abstract = {We fly.
 @person{x} asked: why?},
  DOI = {10.1/kite},
  keywords = {kites, wind},
  language = {english}
}
"""


def test_an_entry(tmp_path: Path) -> None:
    (made,) = records(tmp_path, ENTRY)
    assert (made.where.line, made.where.record) == (3, 1)
    assert made.key == "lee2001kites"
    assert made.title == r"On {K}ites {\&} ``Wind''"
    assert made.authors == ("Lee, Ann", "{Wind and Weather Group}", r"M{\"u}ller, Bo")
    assert (made.venue, made.published) == ("Journal of {Air}", "2001-06")
    assert "why?" in made.abstract
    assert made.ids == ("DOI:10.1/kite", "lee2001kites")
    assert made.language == "english"
    assert made.extra["keywords"] == ["kites", "wind"]
    assert made.extra["entry_type"] == "article"


def test_macros_are_put_in_and_joined(tmp_path: Path) -> None:
    text = """@string{joa = "Journal of Air"}
@STRING(full = joa # { and Wind})
@article{a, title={A}, journal = joa}
@article{b, title={B}, journal = "The " # FULL, year=2001}
@article{c, title={C}, journal = unknown}
"""
    assert [record.venue for record in records(tmp_path, text)] == [
        "Journal of Air",
        "The Journal of Air and Wind",
        "unknown",
    ]


def test_a_broken_entry_is_rejected_and_the_next_is_read(tmp_path: Path) -> None:
    text = """@article{one, title={One}}
@article{two,
  title = {Two,
  year = 2001
}

@article{three, title={Three}} @article{four, title={Four}}
@article{five, title "Five"}
@article{six, title={Six}}
"""
    found = read_text(tmp_path, text)
    assert [item.where.line for item in found] == [1, 2, 7, 7, 8, 9]
    two, five = found[1], found[4]
    assert isinstance(two, Reject)
    assert two.reason == "its closing brace is missing"
    assert two.text.startswith("@article{two,")
    assert isinstance(five, Reject)
    assert "it is not BibTeX" in five.reason
    titles = [item.title for item in found if isinstance(item, Record)]
    assert titles == ["One", "Three", "Four", "Six"]


def test_equal_keys_are_both_kept_and_a_field_given_twice_counts_once(tmp_path: Path) -> None:
    text = "@misc{k, title={One}}\n@misc{k, title={Two}, year=2001, year=2002}\n"
    first, second = records(tmp_path, text)
    assert (first.title, second.title, second.published) == ("One", "Two", "2001")


def test_eprints(tmp_path: Path) -> None:
    text = """@misc{a, title={A}, eprint={2101.00001}, archivePrefix={arXiv}, primaryClass={cs.CL}}
@misc{b, title={B}, eprint={hal-1}, eprinttype={HAL}}
@article{c, title={C}, journal={arXiv preprint arXiv:2101.00003v2}}
"""
    a, b, c = records(tmp_path, text)
    assert "arXiv:2101.00001" in a.ids
    assert b.ids == ("hal-1", "b")
    assert "arXiv:2101.00003v2" in c.ids


def test_a_crossref_gives_title_and_year_of_the_collection(tmp_path: Path) -> None:
    text = """@inproceedings{a, title={A}, crossref={Conf01}}
@proceedings{conf01, title={Proceedings of the Kite Conference}, year=2001}
"""
    child, parent = records(tmp_path, text)
    assert child.venue == "Proceedings of the Kite Conference"
    assert child.published == "2001"
    assert parent.title == "Proceedings of the Kite Conference"


def test_parentheses_comments_and_dates(tmp_path: Path) -> None:
    text = """@comment{ignored, title={No}}
@preamble{"\\newcommand{\\x}{y}"}
@book(k, title = "A (short) book", date = {2001-02-03}, author = "Ann Lee")
"""
    (made,) = records(tmp_path, text)
    assert (made.title, made.published, made.authors) == (
        "A (short) book",
        "2001-02-03",
        ("Ann Lee",),
    )


def test_a_file_that_never_closes_is_one_reject(tmp_path: Path) -> None:
    (made,) = read_text(tmp_path, "@article{k,\n title = {" + "kites\n" * 1_000)
    assert isinstance(made, Reject)
    assert made.reason == "its closing brace is missing"


def test_braces_around_a_whole_value_are_no_part_of_it(tmp_path: Path) -> None:
    text = """@article{ WOS:1, Author = {{Lee, Ann and Ek, Bo}}, Title = {{On Kites in {Wind}}},
  Journal = {{JOURNAL OF AIR}}, Year = {{2001}}, Month = {{JUN}}, DOI = {{10.1016/j.air.2001.1}}}
@misc{b, title={{A} and {B}}, author={{Wind and Weather Group}}}
"""
    a, b = records(tmp_path, text)
    assert a.title == "On Kites in {Wind}"
    assert a.authors == ("Lee, Ann", "Ek, Bo")
    assert (a.venue, a.published) == ("JOURNAL OF AIR", "2001-06")
    assert a.ids[0] == "DOI:10.1016/j.air.2001.1"
    assert (b.title, b.authors) == ("{A} and {B}", ("{Wind and Weather Group}",))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"10.1007/978-3-319-1\_28", "10.1007/978-3-319-1_28"),
        (r"10.1007/978-3-319-1{\_}28", "10.1007/978-3-319-1_28"),
        (r"10.1007/1{\textunderscore}28", "10.1007/1_28"),
        (r"10.1007/1\textunderscore{}28", "10.1007/1_28"),
        (r"10.1007/1$\_$28", "10.1007/1_28"),
        (r"10.1002/(SICI)1:2{\textless}3::AID-4{\textgreater}3.0.CO;2-2", None),
        (r"10.1002/(SICI)1:2$<$3::AID-4$>$3.0.CO;2-2", None),
        (r"10.1/a\%b\&c\#d", "10.1/a%b&c#d"),
    ],
)
def test_latex_in_a_doi_is_undone(tmp_path: Path, written: str, meant: str | None) -> None:
    (made,) = records(tmp_path, f"@misc{{k, title={{A}}, doi={{{written}}}}}")
    assert made.ids[0] == f"DOI:{meant or '10.1002/(SICI)1:2<3::AID-4>3.0.CO;2-2'}"


@pytest.mark.parametrize(
    "written",
    [
        r"https://x.org/\~{}ann/a\%20b\_c",
        r"\url{https://x.org/{\textasciitilde}ann/a\%20b{\_}c}",
        r"\href{https://x.org/$\sim$ann/a%20b_c}{here}",
    ],
)
def test_latex_in_a_url_is_undone(tmp_path: Path, written: str) -> None:
    (made,) = records(tmp_path, f"@misc{{k, title={{A}}, url={{{written}}}}}")
    assert made.url == "https://x.org/~ann/a%20b_c"


def test_classes_and_numbers_of_archives(tmp_path: Path) -> None:
    text = """@misc{a, title={A}, eprint={2101.00001}, archivePrefix={arXiv}, primaryClass={cs.CL}}
@article{b, title={B}, journal={CoRR}, volume={abs/1706.03762}, pmid={12}, pmcid={PMC34}}
"""
    a, b = records(tmp_path, text)
    assert a.categories == ("cs.CL",)
    assert b.ids == ("arXiv:1706.03762", "PMID:12", "PMCID:PMC34", "b")
