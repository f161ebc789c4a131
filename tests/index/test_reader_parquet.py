import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from paperkin.index.errors import SourceError
from paperkin.index.readers import read, recognise
from paperkin.index.record import Record, Reject
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
