"""Loading the model in the background, so that a server answers while it is being loaded."""

import threading

from ..index.errors import PaperkinError
from ..search.library import Library

__all__ = ["Warmup"]


class Warmup:
    """Warms a library up once, in a thread of its own, with the cross-encoder that `rerank` names.

    `error` is what came of it if not warmth.
    """

    def __init__(self, library: Library, rerank: str | None = None) -> None:
        self._library = library
        self._rerank = rerank
        self._thread = threading.Thread(target=self._run, name="paperkin-warmup")
        self._begun = threading.Lock()
        self.error: PaperkinError | None = None
        self.warm = False

    def start(self) -> None:
        """Begin, if it has not begun yet."""
        if self._begun.acquire(blocking=False):
            self._thread.start()

    def wait(self) -> None:
        """Return when the library is warm, or cannot be warmed up."""
        self._thread.join()

    def _run(self) -> None:
        try:
            self._library.engine.warm(self._rerank)
            self.warm = True
        except PaperkinError as error:
            self.error = error
