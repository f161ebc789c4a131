"""The text of an XML file, taken apart into the elements that hold records.

No parser sees a whole file, so that one that is not well-formed somewhere is still read elsewhere,
and several documents may stand in one file. A document type is passed over: nothing that it
declares is expanded, nothing that it names is fetched.
"""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from ..sources import Source
from .text import MAX_RECORD, TOO_LONG, Sample, beginning
from .window import Window

__all__ = ["ENTITIES", "Piece", "declares_entities", "elements", "root_of"]

ENTITIES = (
    "its document type declares entities, which can be made to grow without end or to read other "
    "files: Paperkin expands none. Get the data from its publisher, or save it with the entities "
    "replaced"
)
"""Why an XML file is refused."""

_NO_END = "it has no end: the next one, or another document, starts in it"
_CUT_OFF = "the file ends in the middle of it: it may be cut off, or its end tag be missing"

_LONGEST_TOKEN = 128
"""Characters of the longest thing that is looked for; it may stand across the window's end."""
_LONGEST_TAG = 1 << 16
_LONGEST_DOCTYPE = 1 << 20

_PREFIX = r"(?:[\w.-]{1,40}:)?"
_TAG = re.compile(r"<[^\s<>/\"']++(?:[^<>\"']|\"[^<\"]*\"|'[^<']*')*+>")
_DOCTYPE = re.compile(r"<!DOCTYPE(?:[^\[<>\"']|\"[^<\"]*\"|'[^<']*')*+([\[>])")
_SUBSET = re.compile(r"<!--(?:[^-]|-(?!-))*+-->|(<!ENTITY)|(\]\s*>)")
_PROLOGUE = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_ENCODING = re.compile(rb"<\?xml[^>]{1,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
# Others are not to be believed (UTF-16 where the text is read as ASCII), or no text encodings.
_LEGACY = re.compile(
    r"iso-?8859-?\d{1,2}|latin-?\d|(?:windows|cp)-?125\d|koi8-[rut]|shift[_-]jis|euc[_-](?:jp|kr)"
    r"|gb2312|gbk|gb18030|big5|mac(?:intosh|roman)",
    re.IGNORECASE,
)


class Piece(NamedTuple):
    """An element as it stands in a file, or the start tag of one.

    `name` is its name without a prefix, `line` the 1-based line where it starts, and `fault` the
    reason why it cannot be used; then `text` is its beginning.
    """

    name: str
    line: int
    text: str
    fault: str = ""


def root_of(text: str) -> tuple[str, str]:
    """The name of a document's root element without a prefix, and its start tag: "" for none."""
    at, _ = _prologue(text)
    tag = _TAG.match(text, at)
    if tag is None:
        return "", ""
    name = tag[0][1:].split(">")[0].split()[0].rstrip("/")
    return name.rpartition(":")[2], tag[0]


def declares_entities(text: str) -> bool:
    """Whether what stands before a document's root element declares entities."""
    return _prologue(text)[1]


def _prologue(text: str) -> tuple[int, bool]:
    """Where a document's root element starts, and whether entities are declared before it."""
    at, entities = 0, False
    while True:
        if passed := _PROLOGUE.match(text, at):
            at = passed.end()
        elif declared := _DOCTYPE.match(text, at):
            at = declared.end()
            while declared[1] == "[":
                found = _SUBSET.search(text, at)
                at = found.end() if found else len(text)
                entities = entities or bool(found and found[1])
                if found is None or found[2]:
                    break
        else:
            return at, entities


def declared_encoding(head: Sample) -> str:
    """The legacy encoding that an XML declaration names; "" for none, or one of Unicode's."""
    found = _ENCODING.match(head.data.lstrip())
    name = found[1].decode("ascii") if found else ""
    return name if _LEGACY.fullmatch(name) else ""


def elements(
    source: Source, head: Sample, whole: Collection[str], opened: Collection[str] = ()
) -> Iterator[Piece]:
    """The elements of a source whose names are in `whole`, and the start tags of those in `opened`.

    An element within one that is given whole is not given again. Memory does not grow with the
    source: an element longer than MAX_RECORD is a fault. A document type that declares entities is
    a fault with the name "!DOCTYPE". A comment or a CDATA section that has no end is read over, so
    that it hides nothing. Raises nothing.
    """
    return _Scan(source, head, whole, opened).pieces()


class _Scan:
    def __init__(
        self, source: Source, head: Sample, whole: Collection[str], opened: Collection[str]
    ) -> None:
        self._text = Window(source, encoding=declared_encoding(head))
        self._whole = whole
        names = "|".join(map(re.escape, (*whole, *opened)))
        self._token = re.compile(rf"<(?:!--|!\[CDATA\[|!DOCTYPE|{_PREFIX}({names})(?=[\s/>]))")
        self._inner = {
            name: re.compile(
                rf"<(?:!--|!\[CDATA\[|(/?){_PREFIX}({re.escape(name)})(?=[\s/>])|(\?xml)\s)"
            )
            for name in whole
        }
        self._none_until = {"--": 0, "]]>": 0, "]": 0}
        """Places of the source up to which a mark was looked for in vain."""

    def pieces(self) -> Iterator[Piece]:
        text = self._text
        while True:
            token = self._token.search(text.window, text.at)
            if token is None:
                text.forward(max(text.at, len(text.window) - _LONGEST_TOKEN))
                if not text.more():
                    break
                continue
            name = token[1]
            text.forward(token.start())
            size = token.end() - token.start()
            if name is None:
                if token[0] == "<!DOCTYPE":
                    yield from self._doctype()
                else:
                    size = self._passed(token[0], size) or size
                    text.forward(text.at + size)
            elif name in self._whole:
                line = text.line
                end, fault = self._end(name)
                found = text.window[text.at : text.at + end]
                text.forward(text.at + end)
                yield Piece(name, line, beginning(found) if fault else found, fault)
            else:
                tag = self._tag()
                if tag:
                    yield Piece(name, text.line, tag)
                text.forward(text.at + (len(tag) or size))
        if text.fault:
            yield Piece("", text.line, "", text.fault)

    def _tag(self) -> str:
        """The start tag that stands here; "" where it has no end."""
        text = self._text
        while not (tag := _TAG.match(text.window, text.at)):
            if len(text.window) - text.at > _LONGEST_TAG or not text.more():
                return ""
        return tag[0]

    def _end(self, name: str) -> tuple[int, str]:
        """How long the element that starts here is, and what is wrong with it."""
        text = self._text
        if (tag := self._tag()).endswith("/>"):
            return len(tag), ""
        size = len(name) + 1  # counted from `at`, which stays where it is while the window moves
        while True:
            token = self._inner[name].search(text.window, text.at + size)
            if token is None:
                size = max(size, len(text.window) - text.at - _LONGEST_TOKEN)
                if size > MAX_RECORD:
                    return size, TOO_LONG
                if not text.more():
                    return len(text.window) - text.at, text.fault or _CUT_OFF
                continue
            start, size = token.start() - text.at, token.end() - text.at
            if token[3] or (token[2] and not token[1]):
                return start, _NO_END
            if token[2] is None:
                size = self._passed(token[0], size) or size
            else:
                while (closed := text.window.find(">", text.at + size)) < 0:
                    if len(text.window) - text.at > MAX_RECORD or not text.more():
                        return len(text.window) - text.at, text.fault or _CUT_OFF
                end = closed + 1 - text.at
                return end, TOO_LONG if end > MAX_RECORD else ""

    def _passed(self, opening: str, size: int) -> int | None:
        """Where what is opened before `size` ends, counted from here; None where it does not."""
        text = self._text
        mark = "--" if opening == "<!--" else "]]>"
        size = max(size, self._none_until[mark] - text.passed)
        while (found := text.window.find(mark, text.at + size)) < 0:
            size = max(size, len(text.window) - text.at - len(mark) + 1)
            if size > MAX_RECORD or not text.more():
                self._none_until[mark] = text.passed + size
                return None
        end = found - text.at + len(mark)
        if mark == "]]>":
            return end
        if text.at + end >= len(text.window):
            text.more()
        # Two dashes cannot stand within a comment: this one was never closed.
        return end + 1 if text.window.startswith(">", text.at + end) else None

    def _doctype(self) -> Iterator[Piece]:
        text = self._text
        while not (found := _DOCTYPE.match(text.window, text.at)):
            if len(text.window) - text.at > _LONGEST_TAG or not text.more():
                text.forward(text.at + len("<!DOCTYPE"))
                return
        if found[1] == "[":
            size = max(found.end() - text.at, self._none_until["]"] - text.passed)
            while True:
                found = _SUBSET.search(text.window, text.at + size)
                if found and found.lastindex:
                    break
                if found:  # a comment
                    size = found.end() - text.at
                    continue
                size = max(size, len(text.window) - text.at - _LONGEST_TOKEN)
                if size > _LONGEST_DOCTYPE or not text.more():
                    self._none_until["]"] = text.passed + size
                    text.forward(text.at + len("<!DOCTYPE"))
                    return
            if found[1]:
                said = beginning(text.window[text.at :])
                yield Piece("!DOCTYPE", text.line, said, ENTITIES)
        text.forward(found.end())
