"""How pieces of LaTeX read as text: scripts, fractions, accents, sets, amounts of money, paths."""

import re
import unicodedata
from collections.abc import Sequence

from .latex_marks import kept, restored
from .latex_symbols import ACCENTS, FUNCTIONS, GLUED, SUBSCRIPTS, SUPERSCRIPTS

__all__ = [
    "accented",
    "bare_power",
    "code_point",
    "continues_word",
    "grouped",
    "is_formula",
    "last_of",
    "path_end",
    "script",
    "unbraced",
    "unglued",
]

_LONGEST_FORMULA = 1000
_LONGEST_SET = 200

_WORD = re.compile(r"(?<![A-Za-z\\])[A-Za-z]{2,}")
_MARKED = re.compile(r"[\\^_{}]")
_AMOUNT = re.compile(r"\d[\d,.]*(?:\s?(?:[kKmMbBT]|bn|USD)(?![A-Za-z]))?")
_AMOUNT_GOES_ON = re.compile(r"(?:\d|[kKmMbBT])\s?(?:[–—/,~]|[-+<>=±×·÷≤≥≈→&|*]{1,2})?\s?$")
_CUT_OUT = re.compile(r"[),;]|.*\($", re.DOTALL)
_SIGNED = re.compile(r"[-+−]?\d{1,4}[-+−]?|[-+−]")
_ONE_WORD = re.compile(r"(?:[^\W_]|[.′*†‡])+")
_SET_LIKE = re.compile(r"[,|:;=<>∈∣]|\.\.\.|…")
_ELEMENT = re.compile(r"[a-z0-9]")
_BESIDE = frozenset({"", *" ,.;:=∈⊂∪∩"})
_KEYED = re.compile(r"\s*['\"‘“”’].{0,80}?['\"‘“”’]\s*:")
_DRIVE = re.compile(r"(?<![A-Za-z])[A-Z]:")
_PATH = re.compile(r"(?:\\{1,2}[A-Za-z][\w.-]+)++(?![{*^$\\])")
_ACCENTED = re.compile(r" ?\{ ?(?:\\([ij])|([^\W\d_]?)) ?\}| ?\\([ij])(?![A-Za-z])")
_POWER = re.compile(r"-?\d{1,3}(?!\d|[.,]\d)")
_WORD_BEFORE = re.compile(r"(?P<command>\\)?[A-Za-z]+\*?$")
_CODE = re.compile(r"x([0-9A-Fa-f]{1,6})|([0-9]{1,7})")
_PRIMES = frozenset("′″*†‡°ᵀ⋆∗§¶")
_SOLAR = frozenset("⊙⊕⋆★☉")


def is_formula(content: str, after: str) -> bool:
    """Whether what stands between two dollars is a formula, rather than text between amounts.

    `after` is the character behind the second dollar: in "$5-$10" it goes on with a number.
    """
    if not content.strip() or len(content) > _LONGEST_FORMULA:
        return False
    words = [word for word in _WORD.findall(content) if word not in FUNCTIONS]
    marked = _MARKED.search(content) is not None
    amount = _AMOUNT.match(content)
    rest = content[amount.end() :] if amount else content
    if marked:
        return not (amount and len(words) > 3 and rest.startswith(" "))
    if amount:
        if words and rest.startswith((" ", ",", ")", "/", "-", "–", "—", ";")):
            return False
        return not (after.isdigit() and _AMOUNT_GOES_ON.search(content[-6:]))
    if len(content) > 1 and _CUT_OUT.match(content):
        return False  # "cost ($) and benefit ($)"
    if words and (content[-1] == " ") != (content[0] == " "):
        return False
    return len(words) <= (1 if content[0] == " " else 4)


def script(char: str, content: str, before: str) -> str:
    """A superscript (`char` "^") or subscript ("_") as text, behind the character `before`."""
    if not content:
        return ""
    if _SIGNED.fullmatch(content):
        return content.translate(SUPERSCRIPTS if char == "^" else SUBSCRIPTS)
    if char == "^":
        if content in ("⊤", "∘"):
            return {"⊤": "ᵀ", "∘": "°"}[content]
        if content == "TM":
            return "™"
        if _PRIMES.issuperset(content) or (
            content in ("st", "nd", "rd", "th") and (not before or before.isdigit())
        ):
            return content
    elif content in _SOLAR:
        return content
    # "^3D" would read as a power of three.
    single = _ONE_WORD.fullmatch(content) and not (char == "^" and _POWER.match(content))
    if len(content) == 1 or single or content[0] + content[-1] == "()":
        return char + content
    return f"{char}({content})"


def bare_power(text: str, place: int, end: int) -> tuple[str, int] | None:
    """The superscript for a "^" in running text and where it ends, if it can be nothing else.

    "10^-3" and "R^3Mem" can; "[^1]", "n^2.5" and "x^y" are left alone.
    """
    before = text[place - 1 : place]
    power = _POWER.match(text, place + 1, end)
    if power is None or not (before.isalnum() or before in (")", "]", "}")):
        return None
    return power[0].translate(SUPERSCRIPTS), power.end()


def grouped(text: str, *, single: bool = False) -> str:
    """`text` in parentheses unless it is one number or letter (or one word, if not `single`)."""
    text = text.strip()
    simple = text.isdigit() or len(text) <= 1 or (not single and _ONE_WORD.fullmatch(text))
    closed = text[:1] + text[-1:] == "()" and text.count("(") == 1
    return text if simple or closed else f"({text})"


def unbraced(text: str, place: int, closed: int, inner: str) -> str:
    """What stood in braces in running text, read as `inner`: bare, unless they make it a set.

    The braces are those at `place` and `closed`. Sets are "{0, 1}", "{'a': 1}" and, standing
    alone, "{x}"; a command behind the opening brace means formatting, and braces around a whole
    text protect its capitals.
    """
    if inner == "," or text[place + 1] == "\\" or len(inner) > _LONGEST_SET:
        return inner
    if _ELEMENT.fullmatch(inner):
        beside = {text[max(0, place - 1) : place], text[closed + 1 : closed + 2]}
        return f"{{{inner}}}" if beside <= _BESIDE and closed - place == 2 else inner
    whole = place == 0 and not text[closed + 1 : closed + 9].strip(" .")
    if not _SET_LIKE.search(restored(inner)) or (whole and not _KEYED.match(inner)):
        return inner
    prose = any(part.strip().count(" ") >= 2 for part in re.split("[,|:;]", inner))
    return inner if prose else f"{{{inner}}}"


def accented(text: str, accent: str, place: int, end: int) -> tuple[str, int] | None:
    """The letter at a place with an accent command on it, and where it ends.

    None where no letter follows that the accent could stand on.
    """
    match = _ACCENTED.match(text, place, end)
    if match:
        letter, after = match[1] or match[2] or match[3] or "", match.end()
        if not letter:
            return (accent if accent in "^~" else ""), after
        return unicodedata.normalize("NFC", letter + ACCENTS[accent]), after
    if accent.isalpha():
        if text[place : place + 1] != " ":
            return None
        place += 1
    letter = text[place : place + 1] if place < end else ""
    composed = unicodedata.normalize("NFC", letter + ACCENTS[accent])
    return (composed, place + 1) if letter.isalpha() and len(composed) == 1 else None


def code_point(code: str) -> str:
    """The character of \\unicode{…} ("x2014" or "8212"); "" where it is none to be read."""
    match = _CODE.fullmatch(code)
    if match is None:
        return code
    number = int(match[1], 16) if match[1] else int(match[2])
    readable = 0xA0 <= number <= 0x10FFFF and not 0xD800 <= number < 0xE000
    return chr(number) if readable else ""


def path_end(text: str, place: int) -> int:
    """Where the path ends whose first backslash is at a place; 0 where none is.

    "C:\\new\\table" has one, and a drive's letter; "F:\\R^n" and "A:\\textbf{x}" are LaTeX.
    """
    if place < 2 or not _DRIVE.match(text, place - 2):
        return 0
    path = _PATH.match(text, place)
    return path.end() if path else 0


def continues_word(text: str, place: int, out: Sequence[str]) -> bool:
    """Whether the backslash at a place stands in a word, as in "bin\\tool", and opens no macro.

    `out` is what was read before it: in "dir\\bin\\tool" a word that kept its own.
    """
    before = _WORD_BEFORE.search(text, max(0, place - 40), place)
    return before is not None and (not before["command"] or kept("\\") in "".join(out[-1:]))


def last_of(out: Sequence[str]) -> str:
    """The last character of what was read so far, or ""."""
    return "".join(piece[-1:] for piece in out[-3:])[-1:]


def unglued(name: str) -> tuple[str, str]:
    """An unknown command as a known one and the text that a page has glued to it."""
    known = max((each for each in GLUED if name.startswith(each)), key=len, default="")
    rest = name[len(known) :]
    if known and (rest[0].isupper() or len(known) > 6):
        return known, rest
    # What was a line break in some escaped text: "\\nWe show".
    return ("n", name[1:]) if name[0] == "n" and name[1:2].isupper() else (name, "")
