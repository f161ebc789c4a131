"""Plain values out of the many shapes that sources give them: texts, names, lists, dates."""

import ast
import json
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping

from ..record import Json

__all__ = ["categories_of", "date_of", "is_absent", "is_small", "names_of", "text_of", "texts_of"]

_SMALL = 2_000
_NUMBER = re.compile(r"[0-9]{1,4}")
_INNER = ("name", "text", "value", "title", "display_name", "term", "category", "url", "#text")
_LAST_FIRST = (("last", "first"), ("family", "given"), ("lastname", "firstname"))
_ARXIV_CATEGORY = re.compile(
    r"[a-z]+(?:-[a-z]+)?\.[A-Za-z]{2,}(?:-[A-Za-z]+)*|astro-ph|cond-mat|gr-qc|"
    r"hep-(?:ex|lat|ph|th)|math-ph|nlin|nucl-(?:ex|th)|quant-ph"
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[\s-]?){1,4}")
_LAST_INITIALS = re.compile(r"([^,.]*[^\W\d_]{2}) ((?:[^\W\d_]\.[\s-]?){1,4})")
_LAST_PLAIN = re.compile(r"([^,]*[^\W\d_][a-zß-ÿ][^,]*?) ([A-Z]{1,3})\.?")
_ABSENT = re.compile(
    r"\[?(?:no (?:author name|author|author id|abstract|title|source|keywords?)s?"
    r" (?:available|listed|provided|found|given)|no abstract|no authors?|abstract not available"
    r"|not (?:available|applicable)|untitled|n/?a|n\.a\.|null|none|undefined|nil)?\]?\.?|[-–—.?]+",
    re.IGNORECASE,
)
_LONGEST_ABSENT = 40
_AND = re.compile(r"\s+(?:and|&)\s+")


def is_absent(text: str) -> bool:
    """Whether a text is what sources write where they have nothing: "[No abstract available]"."""
    return len(text) <= _LONGEST_ABSENT and _ABSENT.fullmatch(text.strip()) is not None


def text_of(value: object) -> str:
    """A single text: the string itself, a number written out, the first text of a list or object.

    Truth values and None give "".
    """
    if isinstance(value, str):
        return "" if not value or value.isspace() else value
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return next((text for name in _INNER if (text := text_of(value.get(name)))), "")
    if isinstance(value, list | tuple):
        return next((text for item in value if (text := text_of(item))), "")
    return ""


def texts_of(value: object) -> list[str]:
    """Every text of a list, or of a string that separates them with ";", "|" or ","."""
    if isinstance(value, str):
        mark = next((mark for mark in ";|," if mark in value), None)
        listed = _listed(value)
        value = listed if listed is not None else value.split(mark) if mark else [value]
    if isinstance(value, list | tuple):
        return [text.strip() for item in value if (text := text_of(item))]
    text = text_of(value)
    return [text] if text else []


def categories_of(value: object) -> Iterator[str]:
    """Categories; a string is split at spaces only where each part is one of arXiv's."""
    if isinstance(value, str):
        parts = value.split()
        if all(_ARXIV_CATEGORY.fullmatch(part) for part in parts):
            yield from parts
            return
    yield from texts_of(value)


def date_of(value: object) -> str:
    """A date as it stands, or the ISO form of a list or object of year, month and day."""
    if isinstance(value, Mapping):
        parts = value.get("date-parts")
        if parts and (date := date_of(parts)):
            return date
        named = ("date-time", "value", "raw", "literal")
        return next((text for name in named if (text := text_of(value.get(name)))), "")
    if isinstance(value, list | tuple):
        if value and isinstance(value[0], list | tuple):
            return date_of(value[0])
        parts = [int(p) if isinstance(p, str) and _NUMBER.fullmatch(p) else p for p in value]
        numbers = [part for part in parts if isinstance(part, int) and not isinstance(part, bool)]
        if numbers and len(numbers) == len(value):
            return "-".join(f"{number:02d}" for number in numbers[:3])
    return text_of(value)


def names_of(value: object) -> tuple[str, ...]:
    """People's names: a list of strings or objects, or one string with all of them.

    A string is split at ";" or "|", else at " and ", and then at commas where each part has a
    first and a last name of its own ("A. Smith, B. Jones" but not "Smith, Anna"). Names that all
    end with their initials ("Smith J., Doe A.B.") get the comma they lack: "Smith, J.".
    """
    if isinstance(value, str):
        listed = _listed(value)
        if listed is None:
            return tuple(_with_commas(list(_clean_names(_split_names(value)))))
        value = listed
    if isinstance(value, list | tuple):
        return tuple(_clean_names(_name_of(item) for item in value))
    return tuple(_clean_names([_name_of(value)]))


def _clean_names(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        stripped = name.strip().strip(",;").strip()
        if stripped and not is_absent(stripped):
            yield stripped


def _name_of(value: object) -> str:
    if not isinstance(value, Mapping):
        return text_of(value)
    plain = {str(key).lower().replace("_", ""): item for key, item in value.items()}
    for last, first in _LAST_FIRST:
        if text_of(plain.get(last)):
            return f"{text_of(plain.get(first))} {text_of(plain[last])}".strip()
    whole = plain.get("fullname") or plain.get("author")
    return _name_of(whole) if whole else text_of(value)


def _split_names(text: str) -> list[str]:
    for mark in ";|":
        if mark in text:
            return text.split(mark)
    parts = _AND.split(text)
    if len(parts) > 1 and all(part.count(",") == 1 for part in parts):
        return parts  # "Smith, Anna and Jones, Ben"
    return [name for part in parts for name in _split_at_commas(part)]


def _split_at_commas(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) < 2:
        return parts
    if len(parts) % 2 == 0 and all(
        _INITIALS.fullmatch(part) and part == part.upper() for part in parts[1::2]
    ):
        return [f"{last}, {first}" for last, first in zip(parts[::2], parts[1::2], strict=True)]
    if all(" " in part and not part[0].islower() for part in parts):
        return parts
    return [text]


def _with_commas(names: list[str]) -> list[str]:
    found = [_LAST_INITIALS.fullmatch(name) for name in names]
    if not all(found):
        # Without full stops one of a single letter has to show that they are not "Wei XU, Bo LI".
        found = [_LAST_PLAIN.fullmatch(name) for name in names]
        if len(names) < 2 or not any(match and len(match[2]) == 1 for match in found):
            return names
    pairs = [f"{match[1]}, {match[2]}" for match in found if match]
    return pairs if len(pairs) == len(names) else names


def _listed(text: str) -> list[object] | None:
    """The list that a table's cell holds as JSON or as Python writes it, if it is one."""
    stripped = text.strip()
    if not (stripped.startswith("[") and stripped.endswith("]")) or len(stripped) > 100_000:
        return None
    for parse in (json.loads, ast.literal_eval):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a backslash in a name is no concern of ours
                value = parse(stripped)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        return value if isinstance(value, list) else None
    return None


def is_small(value: Json) -> bool:
    """Whether a value is worth keeping among a paper's extras: something, in 2,000 characters."""
    if isinstance(value, str):
        return 0 < len(value) < _SMALL and not value.isspace()
    if isinstance(value, list | dict):
        return 0 < len(value) < _SMALL and len(json.dumps(value, ensure_ascii=False)) < _SMALL
    return value is not None
