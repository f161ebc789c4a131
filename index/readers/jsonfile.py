"""JSON files: an array of records, or objects that hold one, or that are records themselves."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from ..record import Json, Record, Reject, Where
from ..sources import Source
from .fields import holds_paper
from .jsontext import DECODER, decode, mended
from .shapes import is_work, json_record, other_than_papers
from .text import MAX_RECORD, TOO_LONG, beginning
from .window import Window

__all__ = ["read_json"]

_SPACE = re.compile(r"[ \t\r\n]*")
_TOKEN = re.compile(r'"(?:[^"\\]+|\\.)*+(?:"|(?P<open>\\?\Z))|[\[{]|[\]}]', re.DOTALL)
_SCALAR_END = re.compile(r"[\s,\]}]")
_WHOLE = 1 << 20  # an object up to this size is looked at whole, to see whether it is a record


class _Text(Window):
    """The text of a JSON file: its values, one after the other."""

    def peek(self) -> str:
        """The next character that is not white space, or "" at the end."""
        while True:
            match = _SPACE.match(self.window, self.at)
            self.forward(match.end() if match else self.at)
            if self.at < len(self.window):
                return self.window[self.at]
            if not self.more():
                return ""

    def value_end(self) -> int | None:
        """Where the value that starts here ends; None where that is past the end or MAX_RECORD."""
        if self.window[self.at] not in '{["':
            while not (match := _SCALAR_END.search(self.window, self.at)):
                if len(self.window) - self.at > MAX_RECORD or not self.more():
                    return None if self.fault else len(self.window)
            return match.start()
        depth = 0
        seen = 0  # counted from `at`, which stays where it is while the window moves
        while True:
            for token in _TOKEN.finditer(self.window, self.at + seen):
                if token["open"] is not None:
                    break
                seen = token.end() - self.at
                depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0)
                if depth <= 0:
                    return self.at + seen
            if len(self.window) - self.at > MAX_RECORD or not self.more():
                return None

    def skip_value(self) -> None:
        """Pass over a value of any length without holding it."""
        depth = 0
        while True:
            for token in _TOKEN.finditer(self.window, self.at):
                if token["open"] is not None:
                    if len(self.window) - token.start() > MAX_RECORD:
                        # A string of this length: its beginning can go, its quote is put back.
                        tail = "\\" if token["open"] else ""
                        self.forward(len(self.window) - len(tail))
                        self.window, self.at = '"' + tail, 0
                    else:
                        self.forward(token.start())
                    break
                self.forward(token.end())
                depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0)
                if depth <= 0:
                    return
            else:
                self.forward(len(self.window))
            if not self.more():
                self.forward(len(self.window))
                return


def read_json(source: Source) -> Iterator[Record | Reject]:
    """Records of a JSON file, in memory that does not grow with it.

    The file is an array of objects, or an object that holds such an array at any depth
    ({"papers": [...]}), or one or several objects that are records themselves.
    """
    text = _Text(source)
    for count, (line, value) in enumerate(_values(text), 1):
        where = Where(source.location, line, count)
        if isinstance(value, _Fault):
            yield Reject(where, value.reason, beginning(value.text))
        elif value is None:
            # So a service answers for one of several ids that it was asked for and does not know.
            yield Reject(where, "it is null: there is no paper in its place", "null")
        elif not isinstance(value, dict):
            yield Reject(where, "it is JSON, but not an object", beginning(json.dumps(value)))
        else:
            try:
                made = json_record(where, value)
                if isinstance(made, Reject):
                    made = replace(made, text=beginning(json.dumps(value, ensure_ascii=False)))
                yield made
            except RecursionError:
                yield Reject(where, "its JSON is nested too deeply")


class _Fault:
    """A value that could not be read: why, its beginning, and whether nothing comes after it."""

    def __init__(self, reason: str, text: str, *, last: bool = False) -> None:
        self.reason = reason
        self.text = text
        self.last = last


Found = Iterator[tuple[int, "Json | _Fault"]]

_DEEPEST = 32  # arrays of records are not looked for further down


def _values(text: _Text) -> Found:
    """What may be a record, with the line where it starts."""
    # The brackets that are open around the place; "?" is an array inside of an object, of which
    # is not known yet whether it holds records.
    stack = [""]
    found = objects = False
    while character := text.peek():
        around = stack[-1]
        if character in ",:":
            text.forward(text.at + 1)
        elif character in "]}":
            text.forward(text.at + 1)
            if len(stack) > 1:
                stack.pop()
        elif character == "[" and around in ("", "{") and len(stack) < _DEEPEST:
            text.forward(text.at + 1)
            stack.append("?" if around else "[")
        elif character == "{" and around in ("", "{") and not _is_record(text, len(stack)):
            text.forward(text.at + 1)
            stack.append("{")
            objects = True
        elif around == "{" and character != "{":
            _pass_over(text, character)  # a name, or a value that is no array
        elif around == "?" and character != "{":
            _pass_over(text, character)
        else:
            found = True
            stack[-1] = "[" if around == "?" else around
            line, value = _value(text)
            yield line, value
            if isinstance(value, _Fault) and value.last:
                return
    if text.fault:
        yield text.line, _Fault(text.fault, "")
    elif len(stack) > 1:
        yield text.line, _Fault("the file ends before its JSON does: it may be cut off", "")
    elif objects and not found:
        yield 1, _Fault("the JSON object holds no array of records, and is no record itself", "")


def _pass_over(text: _Text, character: str) -> None:
    if character in '"[{':
        text.skip_value()
    else:
        end = text.value_end()
        text.forward(len(text.window) if end is None else max(end, text.at + 1))


def _is_record(text: _Text, depth: int) -> bool:
    """Whether the object that starts here is a record rather than something around an array."""
    if depth >= _DEEPEST:
        return True
    while True:
        try:
            value, _ = DECODER.raw_decode(text.window, text.at)
        except RecursionError:
            return False
        except ValueError:
            if len(text.window) - text.at < _WHOLE and text.more():
                continue
            return False
        if is_work(value) or ("message-type" in value and other_than_papers(value)):
            return True
        plain = [name for name, item in value.items() if isinstance(item, str)]
        if depth > 1:
            return holds_paper(plain, plainly=True)
        nested = any(map(_has_objects, value.values()))
        return holds_paper(value if not nested else plain, plainly=nested) or not nested


def _has_objects(value: Json) -> bool:
    if isinstance(value, dict):
        return (
            holds_paper(value, plainly=True)
            or is_work(value)
            or any(map(_has_objects, value.values()))
        )
    return isinstance(value, list) and any(
        isinstance(item, dict)
        and (holds_paper(item, plainly=False) or is_work(item) or bool(other_than_papers(item)))
        for item in value
    )


def _value(text: _Text) -> tuple[int, "Json | _Fault"]:
    """The value that starts here, passed over; a fault where it cannot be read."""
    line = text.line
    try:
        # Most values stand whole in the window: one call in C reads them.
        value, end = DECODER.raw_decode(text.window, text.at)
        if end < len(text.window):
            raw = text.window[text.at : end]
            text.forward(end)
            return line, mended(value, raw)
    except (ValueError, RecursionError):
        pass
    start = text.window[text.at : text.at + 200]
    found = text.value_end()
    if found is None:
        if text.fault:
            return line, _Fault(text.fault, start, last=True)
        whole = len(text.window) - text.at <= MAX_RECORD
        text.skip_value()
        reason = (
            "the file ends in the middle of it: it may be cut off, or a bracket be missing"
            if whole
            else TOO_LONG
        )
        return line, _Fault(reason, start, last=whole)
    raw = text.window[text.at : found]
    if found == text.at:  # a stray character, such as a comma too many, is not looped upon
        found += 1
    text.forward(found)
    if len(raw) > MAX_RECORD:
        return line, _Fault(TOO_LONG, start)
    try:
        return line, decode(raw)
    except ValueError as error:
        return line, _Fault(str(error), start)
