"""What the answers of a library depend on besides the question, in a few digits."""

import hashlib
import json

from ..index import dense, keyword_files
from ..index.store import Store
from .fingerprint import DIGITS, program

__all__ = ["library_state"]


def library_state(store: Store) -> str:
    """DIGITS hexadecimal digits: equal ones, equal answers to equal questions.

    Made of the last commit, whose token no other library has, the settings (clusters and map say
    there from what they were made), the sources, which generations of the derived indexes are
    published, and the program. Reads little: some tenths of a millisecond. Raises LibraryDamaged,
    LibraryError.
    """
    published = [
        _mark(store, dense.FOLDER, dense.MANIFEST),
        _mark(store, keyword_files.FOLDER, keyword_files.WATERMARK),
    ]
    with store.read() as snapshot:
        known = {
            "commit": [snapshot.commit.seq, snapshot.commit.token],
            "settings": list(snapshot.rows("SELECT name, value FROM settings ORDER BY name")),
            "sources": list(snapshot.rows("SELECT count(*), max(source) FROM sources")),
            "model": snapshot.model.name,
            "published": published,
            "program": program(),
        }
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()[:DIGITS]


def _mark(store: Store, *names: str) -> list[int] | None:
    try:
        stat = store.path.joinpath(*names).stat()
    except FileNotFoundError:
        return None
    return [stat.st_ino, stat.st_mtime_ns, stat.st_size]
