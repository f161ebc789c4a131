"""Papers as JSON Lines: one object a line, the same names in each."""

import json
from collections.abc import Iterable, Iterator

from ..paper import Paper
from .rows import row_of

__all__ = ["write_jsonl"]


def write_jsonl(papers: Iterable[Paper]) -> Iterator[str]:
    """One line a paper; what is absent is "", [], {} or null."""
    for paper in papers:
        yield json.dumps(row_of(paper), ensure_ascii=False) + "\n"
