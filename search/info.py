"""What a library holds, in plain values."""

from typing import Any

from ..index.compiled import refusal
from ..index.dense_manifest import current, described
from ..index.files import folder_size
from ..index.snapshot import REMOVED
from ..index.store import Store

__all__ = ["info"]


def info(store: Store) -> dict[str, Any]:
    """See Library.info."""
    with store.read() as snapshot:
        model = snapshot.model
        query = "SELECT name, format, location FROM sources ORDER BY source"
        published = current(store, model.fingerprint)
        span = "SELECT min(year), max(year) FROM papers WHERE state = 0"
        ((first, last),) = snapshot.rows(span)
        return {
            "path": str(store.path),
            "papers": snapshot.count(),
            "removed": snapshot.count(REMOVED),
            "years": [first, last],
            "sources": [
                {"name": name, "format": kind, "location": location}
                for name, kind, location in snapshot.rows(query)
            ],
            "model": {
                "name": model.name,
                "dimension": model.dimension,
                "fingerprint": model.fingerprint,
                "not_compiled": refusal(model.fingerprint) or None,
            },
            "language": snapshot.setting("language", "en"),
            "commit": snapshot.commit.seq,
            "bytes": folder_size(store.path),
            "dense": described(published) if published is not None else None,
        }
