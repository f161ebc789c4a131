"""How far a harvest is, for a person."""

from ..index.harvest import HarvestProgress, HarvestReport
from .progress import Display, Status

__all__ = ["HarvestBar"]


class HarvestBar(HarvestProgress):
    """Follows a harvest on a display, page by page, by the records of the list."""

    def __init__(self, display: Display, name: str) -> None:
        self._display = display
        self._name = name
        self._read = 0
        self._total: int | None = None

    def page(self, report: HarvestReport, read: int, total: int | None) -> None:
        self._read, self._total = read, total or self._total
        self._show(0)

    def encoding(self, done: int, total: int) -> None:
        self._show(done)

    def note(self, text: str) -> None:
        self._display.note(text)

    def _show(self, encoded: int) -> None:
        done = self._read + encoded
        share = min(done / self._total, 1.0) if self._total else None
        self._display.show(Status(self._name, done, share, unit="records"))
