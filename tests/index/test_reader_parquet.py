import datetime
import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from paperkin.index.errors import SourceError
from paperkin.index.readers import read, recognise
from paperkin.index.record import Record, Reject, Where
from paperkin.index.sources import Source


def source_of(tmp_path: Path, rows: list[dict[str, object]], size: int = 1_000) -> Source:
    path = tmp_path / "papers.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=size, compression="none")
    return Source(str(path), path.name, explicit=True)


def test_columns_of_many_types(tmp_path: Path) -> None:
    row = {
        "Title": "On Kites",
        "summary": "We fly.",
        "authors": [{"name": "Ann Lee"}, {"name": "Bo Ek"}],
        "categories": ["cs.CL", "cs.LG"],
        "published": datetime.datetime(2001, 2, 3),
        "externalIds": {"DOI": "10.1/x", "ArXiv": None},
        "score": float("nan"),
        "votes": 3,
        "vector": [0.5, 0.25],
        "image": b"\x00\x01",
    }
    source = source_of(tmp_path, [row, {**row, "Title": None, "summary": None}])
    assert recognise(source) == "parquet"
    made, reject = read(source)
    assert isinstance(made, Record)
    assert (made.where.line, made.where.record) == (None, 1)
    assert (made.title, made.abstract, made.published) == ("On Kites", "We fly.", "2001-02-03")
    assert made.authors == ("Ann Lee", "Bo Ek")
    assert made.categories == ("cs.CL", "cs.LG")
    assert made.ids == ("DOI:10.1/x",)
    assert made.extra == {"votes": 3}
    assert isinstance(reject, Reject)
    assert str(reject.where) == f"{source.location}, record 2"


def test_rows_come_in_order_over_row_groups(tmp_path: Path) -> None:
    source = source_of(tmp_path, [{"title": f"Paper {n}"} for n in range(2_500)], size=700)
    found = list(read(source))
    assert [item.where.record for item in found] == list(range(1, 2_501))
    assert [item.title for item in found if isinstance(item, Record)] == [
        f"Paper {n}" for n in range(2_500)
    ]


def test_a_damaged_row_group_is_one_reject_and_the_others_are_read(tmp_path: Path) -> None:
    source = source_of(tmp_path, [{"title": f"Paper {n}"} for n in range(300)], size=100)
    path = Path(source.location)
    data = bytearray(path.read_bytes())
    column = pq.ParquetFile(path).metadata.row_group(1).column(0)
    start = column.dictionary_page_offset or column.data_page_offset
    data[start : start + 30] = b"\xff" * 30
    path.write_bytes(bytes(data))
    found = list(read(source))
    rejects = [item for item in found if isinstance(item, Reject)]
    assert len(rejects) == 1
    assert "100 rows of row group 2 cannot be read" in rejects[0].reason
    titles = [item.title for item in found if isinstance(item, Record)]
    assert titles == [f"Paper {n}" for n in [*range(100), *range(200, 300)]]
    assert found[-1].where.record == 300


def test_no_title_and_no_parquet_are_source_errors(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no column for a title.*'doi'.*primary title"):
        list(read(source_of(tmp_path, [{"doi": "10.1/x"}])))
    path = tmp_path / "cut.parquet"
    path.write_bytes(b"PAR1" + b"x" * 100)
    with pytest.raises(SourceError, match="cannot be read as Parquet"):
        list(read(Source(str(path), path.name, explicit=True)))


OPENALEX: list[dict[str, object]] = [
    {
        "id": "https://openalex.org/W990000001",
        "doi": "https://doi.org/10.5555/kites.4",
        "title": "Kites that measure the wind",
        "publication_date": "2023-05-02",
        "authorships": [
            {"author": {"display_name": "Ada Quill"}, "raw_author_name": "A. Quill"},
            {"author": {"display_name": None}, "raw_author_name": "Bo Lind"},
        ],
        "abstract_inverted_index": {"A": [0, 3], "kite": [1], "on": [2], "spring.": [4]},
        "primary_location": {"landing_page_url": None, "source": {"display_name": "Wind Letters"}},
        "locations": [{"landing_page_url": "https://arxiv.org/abs/2501.00009"}],
        "topics": [{"display_name": "Kites"}],
        "biblio": {"volume": "3", "issue": None, "first_page": "1", "last_page": "9"},
        "referenced_works": ["https://openalex.org/W2"],
    },
    {
        "id": "https://openalex.org/W990000002",
        "title": "Nothing is said of this kite",
        "abstract_inverted_index": None,
    },
]
SEMANTIC_SCHOLAR: list[dict[str, object]] = [
    {
        "corpusid": 990001,
        "externalids": {"DOI": "10.5555/ponds.1", "ArXiv": None, "MAG": "77"},
        "title": "Counting frogs by ear",
        "authors": [{"authorId": "1", "name": "Dora Reed"}],
        "s2fieldsofstudy": [{"category": "Biology", "source": "s2-fos-model"}],
        "journal": {"name": "Pond Notes", "volume": "4", "pages": None},
    }
]
ABSTRACTS: list[dict[str, object]] = [
    {
        "corpusid": 990001,
        "openaccessinfo": {"externalids": {"DOI": "10.5555/ponds.1"}, "license": None},
        "abstract": "Twelve people listened.",
    }
]
CROSSREF: list[dict[str, object]] = [
    {
        "DOI": "10.5555/umbrella.9",
        "type": "journal-article",
        "title": ["Umbrellas that fold themselves"],
        "author": [
            {"given": "Bo", "family": "Lind", "suffix": "Jr", "name": None},
            {"given": None, "family": None, "suffix": None, "name": "The Rain Group"},
        ],
        "issued": {"date-parts": [[2024, 11]]},
        "container-title": ["Rain Letters"],
        "editor": [{"given": "Ada", "family": "Quill"}],
        "abstract": "<jats:p>A wet thread<jats:sup>2</jats:sup>.</jats:p>",
    }
]


@pytest.mark.parametrize("rows", [OPENALEX, SEMANTIC_SCHOLAR, ABSTRACTS, CROSSREF])
def test_files_of_services_are_what_they_are_as_json(
    tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    said = list(read(Source(str(path), path.name, explicit=True)))
    source = source_of(tmp_path, rows)
    assert recognise(source) == "parquet"
    found = list(read(source))
    assert all(isinstance(each, Record) for each in found)
    nowhere = Where("", None, 0)
    assert [replace(each, where=nowhere) for each in found] == [
        replace(each, where=nowhere) for each in said
    ]


def test_an_inverted_index_may_be_a_map_or_a_text(tmp_path: Path) -> None:
    path = tmp_path / "works.parquet"
    source = Source(str(path), path.name, explicit=True)
    index = {"A": [0, 3], "kite": [1], "on": [2], "spring.": [4]}
    works = {"id": ["https://openalex.org/W1"], "title": ["Kites"]}
    for column in (
        pa.array([list(index.items())], pa.map_(pa.string(), pa.list_(pa.int64()))),
        pa.array([json.dumps(index)]),
    ):
        pq.write_table(pa.table({**works, "abstract_inverted_index": column}), path)
        (work,) = read(source)
        assert isinstance(work, Record)
        assert work.abstract == "A kite on A spring."


def test_what_services_have_beside_papers_is_no_paper(tmp_path: Path) -> None:
    citation: dict[str, object] = {"citingcorpusid": 1, "citedcorpusid": 2, "contexts": ["a"]}
    with pytest.raises(SourceError, match="has no column for a title"):
        list(read(source_of(tmp_path, [citation])))
    author: dict[str, object] = {"id": "https://openalex.org/A1", "display_name": "Ada Quill"}
    (reject,) = read(source_of(tmp_path, [author]))
    assert isinstance(reject, Reject)
    assert "it is an author of OpenAlex" in reject.reason
