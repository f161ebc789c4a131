"""LaTeX as people leave it in titles and abstracts, turned into readable text.

This is no TeX: it reads the commands that occur there, and takes everything else for text. Time
and memory are linear in the length of the text.
"""

import re
from bisect import bisect_left

from .latex_forms import (
    accented,
    bare_power,
    code_point,
    continues_word,
    grouped,
    is_formula,
    last_of,
    path_end,
    script,
    unbraced,
    unglued,
)
from .latex_marks import kept, restored
from .latex_symbols import (
    ACCENTS,
    ARGUMENT_DROPPED,
    COMBINING,
    ESCAPES,
    FUNCTIONS,
    LETTERS,
    OPERATORS,
    PLAIN,
    REFERENCES,
    SUPERSCRIPTS,
    SWITCHES,
    SYMBOLS,
    TEXT_WRAPPERS,
    VULGAR,
    WRAPPERS,
)
from .latex_ties import is_tie

__all__ = ["latex_to_text"]

_DEEPEST = 16
"""Braces nested deeper than this are dropped; no abstract nests ten."""
_LONGEST_FORMULA = 1000

_GONE = "\x00"
"""Stands where a citation was, until the space and brackets around it are gone too."""

_TOKEN = re.compile(
    r"""(?P<url>(?<![A-Za-z])(?:https?://|www\.)(?:[^\s{}<>\\$"“”]|\\[_%&#~])+)
      | \\(?P<command>[A-Za-z]+)\*?
      | \\(?P<escape>.)
      | (?P<special>[\\{}$~^_])
      | (?P<plain>(?:[^\\{}$~^_hw]|h(?!ttps?://)|w(?!ww\.))+|.)""",
    re.VERBOSE | re.DOTALL,
)
_STRUCTURE = re.compile(r"\\.|[{}$]", re.DOTALL)
_SPACES = re.compile(r"(?<= ) +|(?<=[(\[⟨]) +| +(?=[)\]⟩,])")
_SPACING = ("\\,", "\\;", "\\:", "\\ ", "~")
_WORD_FOLLOWS = re.compile(r"\\(?!left|right|big|Big)[A-Za-z]|[^\W\d_]")
_DIGITS = re.compile(r"\d{1,4}")
_URL_ESCAPE = re.compile(r"\\([_%&#~$])")
_CONTRACTION = re.compile(r"(?:s|t|re|ve|ll|d|m)(?![A-Za-z\\{])")
_QUOTE_CLOSED = re.compile(r'\\"(?![A-Za-z{\\])')
_GONE_IN_BRACKETS = re.compile(rf" ?[(\[] ?{_GONE}[ ,;{_GONE}]*[)\]]")
_GONE_IN_LIST = re.compile(rf" ?{_GONE}(?:[,;]? ?{_GONE})*")
_TIGHT = frozenset("~≈±∓×≲≳≃")
"""Signs that belong to the number behind them where nothing stands before."""

_STRUCTURED = VULGAR | {
    *("SI", "binom", "footnote", "href", "overset", "sqrt", "stackrel", "texorpdfstring"),
    *("textcolor", "textsubscript", "textsuperscript", "underset", "unicode"),
}
_KNOWN = frozenset[str]().union(
    *(ACCENTS, ARGUMENT_DROPPED, COMBINING, FUNCTIONS, LETTERS, PLAIN, REFERENCES),
    *(SWITCHES, SYMBOLS, TEXT_WRAPPERS, WRAPPERS, _STRUCTURED),
)


def latex_to_text(text: str) -> str:
    """One paragraph without LaTeX; `text` has no line breaks or control characters.

    Formatting commands and braces are unwrapped, accents and symbols become characters, simple
    formulas become readable ("$O(n^2)$" is "O(n²)"), citations go. Dollar amounts, "~5",
    "1M~60M", sets like {0,1} and URLs stay as they are. Spaces may come out doubled.
    """
    text = _Reader(text).read(0, len(text), math=False, depth=0)
    if _GONE in text:
        text = _GONE_IN_LIST.sub("", _GONE_IN_BRACKETS.sub("", text))
    return text


class _Reader:
    """A text, with its braces and dollars found once, read by recursive descent.

    Methods that read something take the place behind its first token, append what it means to
    `out`, and return the place where it ends. `math` is whether they are inside a formula.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.closing: dict[int, int] = {}
        """Where the group opened at a place ends; unpaired braces are not in it."""
        self.ends: dict[str, list[int]] = {"$": [], r"\)": [], r"\]": []}
        opened: list[int] = []
        for match in _STRUCTURE.finditer(text):
            what, place = match[0], match.start()
            if what == "{":
                opened.append(place)
            elif what == "}":
                if 0 < len(opened) <= _DEEPEST:
                    self.closing[opened[-1]] = place
                if opened:
                    opened.pop()
            elif what in self.ends:
                self.ends[what].append(place)
        self.quoted = '\\"' in text and _QUOTE_CLOSED.search(text) is not None
        """Whether an escaped double quote is a quotation mark here, rather than an umlaut."""

    def read(self, start: int, end: int, *, math: bool, depth: int) -> str:
        """The text between two places."""
        out: list[str] = []
        place = start
        while place < end and (match := _TOKEN.match(self.text, place, end)):
            what, token, place = match.lastgroup, match[0], match.end()
            if what == "plain":
                out.append(token)
            elif what == "url":
                place = self._url(out, token, place, end, depth)
            elif token[0] == "\\" and not math and (path := path_end(self.text, match.start())):
                out.append(kept(self.text[match.start() : path]))
                place = path
            elif what == "command":
                place = self._command(out, match["command"], place, end, math, depth)
            elif what == "escape":
                place = self._escape(out, token[1], place, end, math, depth)
            elif token == "{":
                place = self._group(out, place - 1, end, math, depth)
            elif token == "$" and not math:
                place = self._dollar(out, place - 1, end, depth)
            elif token == "~":
                out.append(" " if math or is_tie(self.text, place - 1) else "~")
            elif token in "^_":
                place = self._script(out, place - 1, end, math, depth)
            elif token == "}" and self._starts("{", place, end):
                # Two arguments of a command that is gone.
                out.append(" ")
        text = "".join(out)
        return _SPACES.sub("", text) if math else text

    def _closed(self, place: int, end: int) -> int | None:
        """Where the group that opens at a place ends; None if none opens there or it leads out."""
        closed = self.closing.get(place, end)
        return closed if closed < end else None

    def _end(self, of: str, place: int, end: int) -> int | None:
        places = self.ends[of]
        at = bisect_left(places, place)
        return places[at] if at < len(places) and places[at] + len(of) <= end else None

    def _starts(self, what: str, place: int, end: int) -> bool:
        return self.text.startswith(what, place, end)

    def _argument(self, place: int, end: int, *, math: bool, depth: int) -> tuple[str, int]:
        """The argument at a place (a group, a command or one character), and where it ends."""
        if self._starts(" ", place, end):
            place += 1
        if (closed := self._closed(place, end)) is not None:
            return self.read(place + 1, closed, math=math, depth=depth + 1), closed + 1
        if self._starts("\\", place, end) and depth < 2 * _DEEPEST:
            match = _TOKEN.match(self.text, place, end)
            if match and match["command"]:
                out: list[str] = []
                after = self._command(out, match["command"], match.end(), end, math, depth + 1)
                return "".join(out).strip(), after
        if place >= end or self.text[place] in "\\}$":
            return "", place
        return self.text[place].strip("{"), place + 1

    def _raw(self, place: int, end: int) -> tuple[str, int]:
        """The group at a place as it is written, and where it ends; "" where there is none."""
        closed = self._closed(place, end)
        if closed is None:
            return "", place
        return _URL_ESCAPE.sub(r"\1", self.text[place + 1 : closed]).strip(), closed + 1

    def _optional(self, place: int, end: int) -> int:
        """The place behind the optional arguments ("[…]") at a place."""
        while self._starts("[", place, end):
            closed = self.text.find("]", place, min(end, place + 200))
            if closed < 0:
                break
            place = closed + 1
        return place

    def _group(self, out: list[str], place: int, end: int, math: bool, depth: int) -> int:
        closed = self._closed(place, end)
        if closed is None:
            return place + 1
        inner = self.read(place + 1, closed, math=math, depth=depth + 1)
        out.append(inner if math else unbraced(self.text, place, closed, inner))
        return closed + 1

    def _dollar(self, out: list[str], place: int, end: int, depth: int) -> int:
        mark = "$$" if self._starts("$$", place, end) else "$"
        start = place + len(mark)
        closed = self._end("$", start, end)
        if closed is not None and self._starts(mark, closed, end):
            after = closed + len(mark)
            if is_formula(self.text[start:closed], self.text[after : after + 1]):
                out.append(self._formula(start, closed, depth))
                return after
        out.append(mark)
        return start

    def _formula(self, start: int, end: int, depth: int) -> str:
        """A formula without the space at its ends, but for space that was asked for: "$\\,$"."""
        inner = self.read(start, end, math=True, depth=depth + 1).strip()
        left = " " * self.text.startswith(_SPACING, start, end)
        return left + inner + " " * self.text.endswith(_SPACING, start, end)

    def _script(self, out: list[str], place: int, end: int, math: bool, depth: int) -> int:
        char, start = self.text[place], place + 1
        if not math and self._closed(start, end) is None:
            if char == "^" and (power := bare_power(self.text, place, end)):
                out.append(power[0])
                return power[1]
            command = _TOKEN.match(self.text, start, end) if start < end else None
            if command is None or len(command["command"] or "") < 3:
                out.append(char)
                return start
        if math and char == "^" and (digits := _DIGITS.match(self.text, start, end)):
            content, after = digits[0], digits.end()
        else:
            content, after = self._argument(start, end, math=True, depth=depth)
        out.append(script(char, content.strip(), last_of(out)))
        return after

    def _url(self, out: list[str], url: str, after: int, end: int, depth: int) -> int:
        out.append(_URL_ESCAPE.sub(r"\1", url))
        closed = self._closed(after, end)
        if closed is None:
            return after
        # A page that drops commands leaves this of \href{url}{text}.
        shown = restored(self.read(after + 1, closed, math=False, depth=depth + 1)).strip()
        if shown and "http" not in shown and shown not in url:
            out.append(f" ({shown})")
        return closed + 1

    def _escape(
        self, out: list[str], char: str, after: int, end: int, math: bool, depth: int
    ) -> int:
        if char in "([" and not math:
            closed = self._end(r"\)" if char == "(" else r"\]", after, end)
            if closed is not None and closed - after < _LONGEST_FORMULA:
                out.append(self._formula(after, closed, depth))
                return closed + 2
        if char in ACCENTS and not math:
            apostrophe = char == "'" and last_of(out).isalpha()
            contraction = apostrophe and _CONTRACTION.match(self.text, after, end)
            if not contraction and not (char == '"' and self.quoted):
                found = accented(self.text, char, after, end)
                out.append(kept(found[0] if found else char))
                return found[1] if found else after
        if char == "-" and not last_of(out).isalpha():
            out.append("-")
        elif char == "|" and math:
            out.append("‖")
        else:
            out.append(kept(ESCAPES.get(char, char)))
        return self._optional(after, end) if char == "\\" else after

    def _command(
        self, out: list[str], name: str, after: int, end: int, math: bool, depth: int
    ) -> int:
        if name not in _KNOWN:
            at = self.text.rfind("\\", 0, after)
            name, glued = unglued(name)
            after -= len(glued)
            if not math and name not in _KNOWN and continues_word(self.text, at, out):
                out.append(kept(self.text[at:after]))
                return after
        spaced = self._starts(" ", after, end)
        found = accented(self.text, name, after, end) if name in ACCENTS else None
        if found:
            out.append(found[0])
            return found[1]
        if name in SYMBOLS or name in LETTERS:
            return self._symbol(out, name, after, end, math, spaced)
        if name in SWITCHES:
            dropped = spaced or (name in ("left", "right") and self._starts(".", after, end))
            return after + dropped
        if name in REFERENCES or name in ARGUMENT_DROPPED:
            out.append(_GONE if name in REFERENCES else "")
            return self._raw(self._optional(after, end), end)[1]
        if name in PLAIN:
            out.append(PLAIN[name] or " ")
            doubled = PLAIN[name][-1:] == "." and self._starts(".", after, end)
            return after + (2 if self._starts("{}", after, end) else doubled)
        if name in FUNCTIONS:
            before = " " if math and last_of(out).isalnum() else ""
            behind = " " if math and _WORD_FOLLOWS.match(self.text, after, end) else ""
            out.append(before + name + behind)
            return after
        if name in _STRUCTURED:
            return self._structured(out, name, after, end, math, depth)
        return self._wrapper(out, name, self._optional(after, end), end, math, depth)

    def _wrapper(
        self, out: list[str], name: str, after: int, end: int, math: bool, depth: int
    ) -> int:
        """A command with one argument, or a macro of the author's."""
        if name in ("url", "nolinkurl", "path"):
            out.append(self._raw(after, end)[0])
            return self._raw(after, end)[1]
        known = name in WRAPPERS or name in TEXT_WRAPPERS or name in COMBINING
        if not (math and known) and self._closed(after, end) is None:
            out.append("" if known else name)
            return after
        inside = math and name not in TEXT_WRAPPERS
        inner, after = self._argument(after, end, math=inside, depth=depth)
        if name in COMBINING and len(inner) == 1 and inner.isalpha():
            inner += COMBINING[name]
        elif name == "ion" and self._closed(after, end) is not None:
            charge, after = self._argument(after, end, math=math, depth=depth)
            inner = f"{inner} {charge.upper()}"
        # A macro with an argument marks that up; one with {} stands for a word.
        out.append(inner if known else inner or name)
        return after

    def _symbol(
        self, out: list[str], name: str, after: int, end: int, math: bool, spaced: bool
    ) -> int:
        symbol = LETTERS.get(name) or SYMBOLS[name]
        sign = kept(symbol)
        before = restored("".join(out[-2:]))
        if math and name in OPERATORS:
            operand = before.rstrip()[-1:]
            if not operand or operand in "([{,=<>":
                out.append(sign)
                return after + (spaced and symbol in _TIGHT)
            wide = spaced or before[-1] == " " or (symbol == "~" and operand.isalpha())
            out.append(f" {sign} " if wide else sign)
            return after
        out.append(sign)
        if self._starts("{}", after, end):
            return after + 2
        joined = spaced and self.text[after + 1 : after + 2].isalpha()
        if math:
            alone = not self.text[after + 2 : after + 3].isalpha()
            return after + (joined and alone and symbol.isalpha())
        # "Stra\ss e" is one word; "5 \AA wide" is two.
        measured = symbol == "Å" and before.rstrip(" ~")[-1:].isdigit()
        return after + (joined and name in LETTERS and not measured)

    def _structured(
        self, out: list[str], name: str, after: int, end: int, math: bool, depth: int
    ) -> int:
        """A command of two arguments, or whose one argument is shown in another way."""
        if name == "unicode":
            out.append(code_point(self._raw(after, end)[0]))
            return self._raw(after, end)[1]
        if name == "href":
            target, after = self._raw(after, end)
            shown = ""
            if self._closed(after, end) is not None:
                shown, after = self._argument(after, end, math=False, depth=depth)
            shown = restored(shown)
            known = shown in target or "http" in shown or "://" not in target
            out.append((shown or target) if known else f"{shown.strip()} ({target})")
            return after
        opened = self._optional(after, end)
        index = self.text[after + 1 : max(opened - 1, after + 1)]
        formula = math or name in VULGAR or name == "sqrt"
        first, after = self._argument(opened, end, math=formula, depth=depth)
        if name == "sqrt":
            root = index.translate(SUPERSCRIPTS) if index.isdecimal() else ""
            out.append(f"{root}√{grouped(first, single=True)}")
        elif name == "footnote":
            note = first.strip(" .")
            out.append(f" ({note})" if note else " ")
        elif name in ("textsuperscript", "textsubscript"):
            out.append(script("^" if name == "textsuperscript" else "_", first, last_of(out)))
        else:
            second, after = self._argument(after, end, math=formula, depth=depth)
            if name in VULGAR:
                second = f"{grouped(first)}/{grouped(second)}"
            elif name == "binom":
                second = f"C({first}, {second})"
            elif name == "SI":
                second = f"{first} {second}"
            out.append(second)
        return after
