"""How pieces of LaTeX read as text: scripts, fractions, accents, sets, amounts of money, ties."""

import re
import unicodedata

from .latex_symbols import ACCENTS, FUNCTIONS, SUBSCRIPTS, SUPERSCRIPTS

__all__ = [
    "accented",
    "bare_power",
    "code_point",
    "grouped",
    "is_formula",
    "is_tie",
    "script",
    "unbraced",
]

_LONGEST_FORMULA = 1000
_LONGEST_SET = 200

_WORD = re.compile(r"(?<![A-Za-z\\])[A-Za-z]{2,}")
_MARKED = re.compile(r"[\\^_{}]")
_AMOUNT = re.compile(r"\d[\d,.]*(?:\s?(?:[kKmMbBT]|bn|USD)(?![A-Za-z]))?")
_AMOUNT_GOES_ON = re.compile(r"(?:\d|[kKmMbBT])\s?[-–—/,+~]?\s?")
_SIGNED = re.compile(r"[-+−]?\d{1,4}[-+−]?|[-+−]")
_ONE_WORD = re.compile(r"(?:[^\W_]|[.′*†‡])+")
_SET_LIKE = re.compile(r"[,|:;=<>∈∣]|\.\.\.|…")
_ACCENTED = re.compile(r" ?\{ ?(?:\\([ij])|([^\W\d_]?)) ?\}| ?\\([ij])(?![A-Za-z])")
_POWER = re.compile(r"-?\d{1,3}(?!\d|[.,]\d)")
_APPROXIMATE = re.compile(r"(?:^|[^\w~])[^\W\d_]$|\d[kKMBTGxX×%hs]{0,2}$|[$}]$")
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
        return not (after.isdigit() and _AMOUNT_GOES_ON.search(content[-3:]))
    if content[-1] == " " and content[0] != " " and words:
        return False
    return len(words) <= 4


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


def is_tie(text: str, place: int) -> bool:
    """Whether the "~" at a place is LaTeX's unbreakable space.

    It is in "Table~3" and "10~km"; it means "about" or "to" in "~5", "z~3" and "1M~60M".
    """
    before, after = text[place - 1 : place] if place else "", text[place + 1 : place + 2]
    if not before or before in " ([/=<>~" or after in ("~", "/", ""):
        return False
    if after.isdigit():
        return _APPROXIMATE.search(text[max(0, place - 4) : place]) is None
    if after == " ":
        return before.isalpha() and text[max(0, place - 2) : place - 1].isalnum()
    return True


def grouped(text: str, *, single: bool = False) -> str:
    """`text` in parentheses unless it is one number or letter (or one word, if not `single`)."""
    text = text.strip()
    simple = text.isdigit() or len(text) <= 1 or (not single and _ONE_WORD.fullmatch(text))
    closed = text[:1] + text[-1:] == "()" and text.count("(") == 1
    return text if simple or closed else f"({text})"


def unbraced(inner: str, first: str) -> str:
    """What stood in braces in running text: bare, unless the braces make it a set.

    `first` is the first character as it was written: a command there means formatting.
    """
    if inner == "," or first == "\\" or len(inner) > _LONGEST_SET or not _SET_LIKE.search(inner):
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
