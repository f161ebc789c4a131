"""What a build tells while it goes on and when it is done, and the file of what it rejected."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TextIO

from .record import Reject
from .sources import Source

__all__ = ["Progress", "Rejecting", "Rejects", "Report"]


@dataclass(slots=True)
class Report:
    """What a build did. Every record read is counted once more: as added, updated, unchanged,
    merged (it joined a paper that was there), removed (it speaks of a removed paper) or rejected.
    """

    read: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    encoded: int = 0
    papers: int = 0
    dense: dict[str, Any] = field(default_factory=dict)
    """How the nearest papers are found, as index/dense_manifest.py describes it."""
    seconds: float = 0.0
    sources: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    """Files of a folder or glob that hold no papers, with the reason."""
    rejects: Path | None = None
    """The file that holds the rejected records, if there are any."""
    first_rejects: list[str] = field(default_factory=list)


class Progress:
    """Watches a build; a door overrides what it shows. All methods are called often."""

    def reading(self, source: Source, number: int, count: int) -> None:
        """A source is opened; `number` (from 0) of the `count` there are."""

    def read(self) -> None:
        """The next batch of the source is read; those before it may still be encoded."""

    def encoding(self, done: int, total: int) -> None:
        """`done` of the `total` papers of this batch are encoded."""

    def committed(self, report: Report, source: Source) -> None:
        """A batch is in the library."""

    def note(self, text: str) -> None:
        """Something a person should know while it goes on."""


class Rejecting(Protocol):
    """What takes rejected records."""

    def add(self, reject: Reject) -> None: ...


class Rejects:
    """The file of rejected records of one build; made when there is a first one."""

    def __init__(self, path: Path, report: Report) -> None:
        self._path, self._report = path, report
        self._file: TextIO | None = None
        path.unlink(missing_ok=True)

    def __enter__(self) -> "Rejects":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, reject: Reject) -> None:
        if self._file is None:
            self._file = open(self._path, "w", encoding="utf-8", errors="replace")  # noqa: SIM115
            self._report.rejects = self._path
        where = reject.where
        said = {"file": where.location, "line": where.line, "record": where.record}
        line = {**said, "reason": reject.reason, "text": reject.text[:2000]}
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._report.outcomes["rejected"] += 1
        if len(self._report.first_rejects) < 5:
            self._report.first_rejects.append(f"{where}: {reject.reason}")
