"""One element of an XML file as a tree, and the text that a person reads in it."""

import html
import re
from collections.abc import Iterator
from html.entities import html5
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

__all__ = ["Element", "parse", "plain", "readable"]

_DEEPEST = 100
_MOST = 200_000
"""Elements in a record: some papers have thousands of authors, with several addresses each."""

_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31};)")
_AMPERSAND = re.compile(r"&(?![A-Za-z_#][\w.:#-]*;)")
_REFERENCE = re.compile(r"&#(?:([0-9]{1,12})|x([0-9A-Fa-f]{1,10}));")
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SIMPLE = re.compile(r"\w*")

_LEFT_OUT = frozenset(["annotation", "annotation-xml", "mphantom", "script", "style"])
_PARTING = frozenset(["p", "div", "sec", "list", "ul", "ol", "table"])
_APART = frozenset(["li", "list-item", "tr", "td", "th", "mtr", "mtd", "mspace"])


class _Refused(ValueError):
    """What the parser of a record meets and does not go on with."""


def parse(text: str, line: int = 1) -> Element:
    """The tree of an element that starts at a line; names of elements have no prefix.

    Nothing is declared, expanded or fetched. Characters that XML does not allow are left out,
    HTML's entities and lone ampersands are read: these are what publishers get wrong.

    Raises ValueError, with the reason, where the text is not well-formed, declares a document
    type, or has more than 200,000 elements or more than 100 within each other.
    """
    try:
        return _tree(text)
    except expat.ExpatError as error:
        mended = _mended(text)
        if mended == text:
            raise ValueError(_reason(error, line)) from error
    try:
        return _tree(mended)
    except expat.ExpatError as error:
        raise ValueError(_reason(error, line)) from error


def _reason(error: expat.ExpatError, line: int) -> str:
    said = expat.ErrorString(error.code)
    return f"it is not well-formed XML ({said}, line {line + error.lineno - 1})"


def _tree(text: str) -> Element:
    builder = TreeBuilder()
    depth = count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        if depth > _DEEPEST:
            raise _Refused("its XML is nested too deeply")
        if count > _MOST:
            raise _Refused(f"it has more than {_MOST:,} elements")
        builder.start(name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name.rpartition(":")[2])

    def refuse(*_: object) -> None:
        raise _Refused("it declares a document type of its own")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(text.encode("utf-8", "replace"), True)
    return builder.close()


def _mended(text: str) -> str:
    text = _NO_CHARACTER.sub("", text)
    text = _REFERENCE.sub(_character, text)
    text = _ENTITY.sub(_named, text)
    return _AMPERSAND.sub("&amp;", text)


def _named(found: re.Match[str]) -> str:
    # Escaped, for some entities stand for "&" and "<"; one that HTML does not have stays a fault.
    return html.escape(html5[found[1]]) if found[1] in html5 else found[0]


def _character(found: re.Match[str]) -> str:
    code = int(found[1]) if found[1] else int(found[2], 16)
    allowed = code <= 0x10FFFF and not _NO_CHARACTER.match(chr(code))
    return found[0] if allowed else ""


def plain(element: Element | None) -> str:
    """The text of an element on one line; "" for None."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def readable(element: Element | None) -> str:
    """The text of an element for cleaning (index/clean.py): "" for None.

    Superscripts keep their tags and TeX gets its dollars, which cleaning understands; formulas in
    MathML become a line; paragraphs are parted by an empty line; all other tags go.
    """
    return "" if element is None else "".join(_inner(element)).strip()


def _inner(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield _of(child)
        yield child.tail or ""


def _of(element: Element) -> str:
    name = element.tag
    if name in _LEFT_OUT:
        return ""
    if name == "math":
        return _formula(element)
    text = "".join(_inner(element))
    if name == "sup":
        return f"<sup>{text}</sup>"
    if name == "tex-math":
        return f"${text.strip().strip('$')}$"
    if name in _PARTING:
        return f"\n\n{text}\n\n"
    return "\n" if name == "br" else f" {text} " if name in _APART else text


def _formula(element: Element) -> str:
    """A formula in MathML, on a line; white space between its elements has no meaning."""
    name = element.tag
    if name in _LEFT_OUT:
        return ""
    parts = [part for child in element if (part := _formula(child))]
    own = (element.text or "").strip()
    if name == "mfrac" and len(parts) == 2:
        return f"{_grouped(parts[0])}/{_grouped(parts[1])}"
    if name in ("msqrt", "mroot"):
        return f"√{_grouped(''.join(parts[: 1 if name == 'mroot' else None]))}"
    if name in ("msup", "msubsup") and len(parts) > 1:
        return f"{''.join(parts[:-1])}<sup>{parts[-1]}</sup>"
    if name == "mfenced":
        return f"({', '.join(parts)})"
    # Formulas of another kind may stand within elements that are none of MathML's.
    tails = [(child.tail or "").strip() for child in element]
    text = own + "".join(parts) + "".join(tails)
    return f" {text} " if name in _APART or name == "mtext" else text


def _grouped(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else f"({text})"
