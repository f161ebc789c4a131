"""Loading a library's model while other things are loaded.

Most of what a model takes to load is done outside of Python, and so beside what Python does.
"""

import threading
from contextlib import closing, suppress
from pathlib import Path

from . import compiled
from .encoder import Encoder
from .own_model import library_model
from .store import Store

__all__ = ["load_early"]

_begun: set[Path] = set()
_lock = threading.Lock()


def load_early(store: Store, text: str) -> None:
    """Begin, in a thread, to load the model of a library and to encode a query by it; once a
    process.

    Whatever goes wrong goes wrong again where somebody waits for it. A model that is not compiled
    yet takes too long to be loaded unasked.
    """
    with _lock:
        if store.path in _begun:
            return
        _begun.add(store.path)
    threading.Thread(target=_load, args=(store, text), name="paperkin-model").start()


def _load(store: Store, text: str) -> None:
    # The caller may be done with its own before this is.
    with suppress(Exception), closing(Store(store.path)) as own:
        model = library_model(own)
        manifest = compiled.found(model) if compiled.wanted() else None
        if manifest is not None and not manifest.refused:
            Encoder(model).encode_query(text)
