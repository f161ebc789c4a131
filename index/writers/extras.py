"""What sources say beyond the fields of a paper and reference managers have a field for."""

from collections.abc import Mapping, Sequence

from ..clean import clean_title
from ..record import Json

__all__ = ["bibliographic", "keywords", "listed"]

_KEPT = {
    "volume": "volume",
    "number": "number",
    "issue": "number",
    "pages": "pages",
    "page": "pages",
    "publisher": "publisher",
    "series": "series",
    "edition": "edition",
    "school": "school",
    "institution": "institution",
    "isbn": "isbn",
    "issn": "issn",
}
"""Names that sources use, and BibTeX's."""
_MARKS = ",;|"


def bibliographic(extra: Mapping[str, Json]) -> dict[str, str]:
    """Volume, number, pages and their like, under BibTeX's names, each on one line."""
    found: dict[str, str] = {}
    for name, value in extra.items():
        field = _KEPT.get(name.lower())
        if field is not None and (text := _text(value)):
            found.setdefault(field, text)
    first, last = _text(extra.get("start_page")), _text(extra.get("end_page"))
    if first and "pages" not in found:
        found["pages"] = f"{first}–{last}" if last else first
    return found


def keywords(extra: Mapping[str, Json]) -> list[str]:
    """The keywords of a paper."""
    found = extra.get("keywords")
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def listed(values: Sequence[str]) -> str:
    """Several texts as one that readers part again: by commas, or where one has a comma or a bar
    in it, by semicolons."""
    if not any(mark in value for value in values for mark in _MARKS):
        return ", ".join(values)
    return "; ".join(values) + ";" * (len(values) == 1)


def _text(value: Json) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return clean_title(str(value))
