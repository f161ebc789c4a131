"""Records whose fields are lines that start with a tag: RIS and its relatives."""

from collections.abc import Callable, Iterator, Mapping
from enum import Enum, auto

from ..record import Record, Reject, Where
from ..sources import Source
from .fields import record_of
from .text import MAX_RECORD, TOO_LONG, Line, beginning, lines

__all__ = ["Place", "read_tagged"]

_SPARE = 1 << 20
"""Characters that are kept beyond MAX_RECORD, so that the record is seen to be too long."""


class Place(Enum):
    """What a line is to the records of its file."""

    START = auto()
    """The first line of a record; one before it that was not ended ends here."""
    END = auto()
    """The line that ends a record, and says nothing more."""
    OWN = auto()
    """A line that must belong to a record, and is reported where it stands outside of one."""
    REST = auto()
    """A line that belongs to the record it stands in, and to nothing outside of one."""


def read_tagged(
    source: Source,
    place: Callable[[Line], Place],
    fields: Callable[[list[str]], Mapping[str, object]],
    *,
    start: str = "",
) -> Iterator[Record | Reject]:
    """Records of a source, by what `place` says of each line; `fields` makes a record's lines the
    values that it has by their names (index/readers/fields.py). `start` names the tag that every
    record must start with, where there is one: what does not is rejected.
    """
    for count, block in enumerate(_blocks(source, place), 1):
        where = Where(source.location, block[0].number, count)
        text = "\n".join(line.text for line in block)
        fault = next((line.fault for line in block if line.fault), "")
        if not fault and start and place(block[0]) is not Place.START:
            fault = f"it stands outside of a record: a record starts with {start}"
        if not fault and len(text) > MAX_RECORD:
            fault = TOO_LONG
        if fault:
            yield Reject(where, fault, beginning(text))
        else:
            yield record_of(where, fields([line.text for line in block]), text)


def _blocks(source: Source, place: Callable[[Line], Place]) -> Iterator[list[Line]]:
    """The lines of each record, and of what stands between them."""
    block: list[Line] = []
    held = 0
    for line in lines(source):
        found = place(line)
        if found in (Place.START, Place.END):
            if block:
                yield block
            block, held = [], 0
        outside = found is Place.END or (found is Place.REST and not block)
        if outside and not line.fault:
            continue
        held += len(line.text)
        # What is beyond the limit is counted by its first lines; the record is rejected.
        if held <= MAX_RECORD + _SPARE or line.fault:
            block.append(line)
    if block:
        yield block
