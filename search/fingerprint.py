"""What an answer was made of, in a few digits.

Answers with equal fingerprints to equal queries (or papers, for related ones) have equal rankings.
So everything that a ranking depends on enters, besides the query and the page:

- the library: its last commit, whose token no other library has, and the published generations of
  its indexes (what stands beside them is scored as they will score it, but to rounding);
- its model, and for a query that was encoded here, what kind of device did that;
- what was asked for: mode, exact, filters, papers left out, diversity, and the weights and depth of
  a cross-encoder;
- Paperkin itself, by its source, and the libraries that it computes with, by their versions.

It may differ where rankings happen to be equal, as after a rebuild; never the other way round.
"""

import hashlib
import json
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path

from .. import index
from ..index.filters import Filters
from ..index.installed import installed_version
from .view import View

__all__ = ["DIGITS", "answer_fingerprint", "plain_filters", "program"]

DIGITS = 16
_COMPUTE = (
    "faiss-cpu",
    "numpy",
    "openvino",
    "sentence-transformers",
    "tantivy",
    "tokenizers",
    "torch",
    "transformers",
)


def answer_fingerprint(view: View, settings: Mapping[str, object]) -> str:
    """DIGITS hexadecimal digits over a library as it is seen, the settings of a search (values that
    JSON has), and the program."""
    dense = view.dense
    known = {
        "commit": [view.commit.seq, view.commit.token],
        "dense": dense.generation if dense is not None else "",
        "keyword": view.keyword.generation,
        "language": view.language,
        "model": view.model.fingerprint,
        "settings": dict(settings),
        "program": program(),
    }
    canonical = json.dumps(known, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:DIGITS]


def plain_filters(filters: Filters) -> dict[str, list[str]]:
    """Filters as values that JSON has, the same for the same values in any order."""
    return {name: sorted(set(values)) for name, values in asdict(filters).items()}


@cache
def program() -> str:
    """A digest of what ranks: a version number alone would have to be remembered with each change
    of a weight."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {platform.machine()}".encode())
    for name in _COMPUTE:
        digest.update(f"{name} {installed_version(name)}\n".encode())
    # Where there are no sources, as in a frozen program, its version has to do.
    digest.update(installed_version("paperkin").encode())
    for folder in (*index.__path__, str(Path(__file__).parent)):
        for path in sorted(Path(folder).glob("*.py")):
            digest.update(f"{path.name}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
