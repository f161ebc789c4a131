"""Characters that LaTeX is made of and that stand for themselves: marked until a text is clean.

"\\$5" is read as "$5" with a mark for the dollar, so that no later rule takes it for the beginning
of a formula. The marks are code points that Unicode keeps for such uses (U+FDD0 to U+FDEF) and no
text has; `restored` puts the characters back.
"""

__all__ = ["kept", "restored", "unmarked"]

_CHARACTERS = "\\{}$<>&~^_`"
_MARKS = {ord(char): chr(0xFDD0 + at) for at, char in enumerate(_CHARACTERS)}
_SHOWN = {ord(mark): chr(char) for char, mark in _MARKS.items()}
_RESERVED = dict.fromkeys(range(0xFDD0, 0xFDF0))


def kept(text: str) -> str:
    """`text` with a mark for each character that could be read as markup."""
    return text.translate(_MARKS)


def restored(text: str) -> str:
    """`text` with the characters that its marks stand for."""
    return text if text.isascii() else text.translate(_SHOWN)


def unmarked(text: str) -> str:
    """`text` of a source, without code points that would be taken for marks."""
    return text if text.isascii() else text.translate(_RESERVED)
