"""Parquet files, streamed by row groups."""

import math
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ..errors import SourceError
from ..record import Json, Record, Reject, Where
from ..sources import Source
from .fields import TITLE_NAMES, holds_paper, role_of
from .shapes import is_work, json_record

__all__ = ["read_parquet"]

_BATCH = 512  # rows


def read_parquet(source: Source) -> Iterator[Record | Reject]:
    """Records of a Parquet file; a row group that cannot be read is one Reject.

    Rows are what objects of the same names are in JSON, those of services included. Columns of
    numbers' lists and of bytes (vectors, images) are not read.

    Raises SourceError where the file is no Parquet file or has no column for a title
    (or, in a file of a service, for what stands for one).
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(source.location, pre_buffer=False, buffer_size=1 << 20)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{source.location} cannot be read as Parquet ({_first_line(error)}): unpack it if it "
            "is packed, else get it again."
        ) from error
    with file:
        schema = file.schema_arrow
        columns = dict.fromkeys(schema.names)
        if not (holds_paper(columns, plainly=False, role="title") or is_work(columns)):
            raise SourceError(
                f"{source.location} has no column for a title. Its columns are: "
                f"{', '.join(map(repr, schema.names[:20]))}. Give the title's column one of these "
                f"names: {', '.join(TITLE_NAMES)}."
            )
        wanted = [f.name for f in schema if role_of(f.name) is not None or _is_plain(f.type)]
        count = 0
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            done = 0
            try:
                batches = file.iter_batches(_BATCH, row_groups=[group], columns=wanted)
                for batch in batches:
                    for row in batch.to_pylist():
                        done += 1
                        where = Where(source.location, None, count + done)
                        yield json_record(where, {k: _json(v) for k, v in row.items()})
            except (pa.ArrowException, OSError) as error:
                where = Where(source.location, None, count + done + 1)
                yield Reject(
                    where,
                    f"{rows - done} rows of row group {group + 1} cannot be read "
                    f"({_first_line(error)})",
                )
            count += rows


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _is_plain(kind: Any) -> bool:
    """Whether a column of this type can hold something worth keeping beside a paper."""
    from pyarrow import types

    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        inner = kind.value_type
        return _is_plain(inner) and not (types.is_primitive(inner) or types.is_decimal(inner))
    return not (
        types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind)
    )


def _json(value: object) -> Json:
    """A cell as JSON has it, which leaves out what a struct has no value for; what JSON has no form
    for is written out."""
    if isinstance(value, str | bool | int) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        midnight = not (value.hour or value.minute or value.second or value.microsecond)
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, dict):
        return {str(name): _json(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        if value and all(isinstance(item, tuple) for item in value):  # a map
            return _json(dict(value))
        return [_json(item) for item in value]
    return str(value)
