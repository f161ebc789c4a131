"""Cells of tables that a spreadsheet would take for formulas, guarded when written and unguarded
when read.

Excel, LibreOffice and Google Sheets run a cell that begins with =, +, -, @, a tab or a line break
(OWASP, "CSV Injection"), and where they part cells otherwise than they were written, what follows a
semicolon, a bar, a tab or a line break begins one. An apostrophe before these makes them text.
"""

import re

__all__ = ["guarded", "unguarded"]

_PLACE = r"(?:^|(?<=[;|\t\r\n]))"
_RUN = "[=+\\-@\\t\\r\\n|＝＋－＠]"
_DANGER = re.compile(f"{_PLACE}(?='*{_RUN})")
_GUARD = re.compile(f"{_PLACE}'(?='*{_RUN})")
_NOTHING = re.compile("'*(?:nan|NaN)")


def guarded(text: str) -> str:
    """A cell in which nothing is run. `unguarded` gives back what it was, whatever that was.

    What programs write in place of a missing number is guarded as well: it may be a name.
    """
    return f"'{text}" if _NOTHING.fullmatch(text) else _DANGER.sub("'", text)


def unguarded(text: str) -> str:
    """A cell as it was before `guarded`."""
    plain = text.removeprefix("'")
    return plain if plain != text and _NOTHING.fullmatch(plain) else _GUARD.sub("", text)
