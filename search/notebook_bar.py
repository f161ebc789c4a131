"""A progress bar in a notebook, drawn with what every notebook has."""

import sys
import time
from dataclasses import replace
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..index.characters import UNSEEN

if TYPE_CHECKING:
    from .progress import Status

__all__ = ["NotebookBar", "in_notebook"]

_EVERY = 0.2
"""Seconds between two drawings: each goes through the server to the browser."""
_NOTES = 5
_SHORTEST = 0.4
"""Seconds of work that no bar is drawn for."""


def in_notebook() -> bool:
    """Whether the code runs in a cell of a notebook, whose front end shows HTML."""
    interactive = sys.modules.get("IPython")
    shell: Any = interactive.get_ipython() if interactive is not None else None
    return getattr(shell, "kernel", None) is not None


class NotebookBar:
    """One line that is drawn again and again, for a notebook; it stays when the work is done."""

    def __init__(self) -> None:
        self._status: Status | None = None
        self._notes: list[str] = []
        self._handle: Any = None
        self._begun = time.monotonic()
        self._drawn = 0.0

    def show(self, status: "Status") -> None:
        self._status = status
        # What was about to happen has happened.
        self._notes = [note for note in self._notes if not note.endswith("…")]
        now = time.monotonic()
        if now - self._begun >= _SHORTEST and now - self._drawn >= _EVERY:
            self._draw()

    def note(self, text: str) -> None:
        self._notes.append(text)
        self._draw()

    def close(self) -> None:
        if self._status is not None and self._handle is not None:
            self._status = replace(self._status, rate=None, left=None)
            self._draw()

    def _draw(self) -> None:
        shown: Any = import_module("IPython.display")
        self._drawn = time.monotonic()
        drawn = _Drawn(self._status, self._notes)
        if self._handle is None:
            self._handle = shown.display(drawn, display_id=True)
        else:
            self._handle.update(drawn)


class _Drawn:
    def __init__(self, status: "Status | None", notes: list[str]) -> None:
        self._status = status
        self._notes = notes[-_NOTES:]

    def __repr__(self) -> str:
        said = [f"{self._status.label}: {self._status}"] if self._status else []
        return "\n".join([*said, *self._notes])

    def _repr_html_(self) -> str:
        lines = [_bar(self._status)] if self._status else []
        lines += [_text(note) for note in self._notes]
        return f"<div>{'<br>'.join(lines)}</div>"


def _bar(status: "Status") -> str:
    share = "" if status.share is None else f' value="{status.share:.4f}"'
    style = "vertical-align:middle;width:12em;accent-color:#3a8f5c"
    label = f"{_text(status.label)}:"
    return f'{label} <progress{share} style="{style}"></progress> {_text(str(status))}'


def _text(text: str) -> str:
    return escape(UNSEEN.sub(" ", text))
