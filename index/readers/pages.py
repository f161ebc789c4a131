"""Saved result pages: titles and abstracts in turn, among whatever else a page has on it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import exp, inf, log, log1p

from ..record import Record, Reject, Where
from ..sources import Source
from .bylines import is_byline
from .glued import unglued
from .text import Line, Sample, beginning, lines, sample
from .values import names_of

__all__ = ["count_papers", "read_pages"]

_WINDOW = 400  # units of text that are labelled together
_WINDOW_SIZE = 1 << 20  # and their characters
_WRAPPED = 160  # no line of a page that is wrapped at a fixed width is as long as this
_FURNITURE = 500  # lines of furniture that are remembered

_SENTENCES = re.compile(r"[.!?][\"”)\]]?\s+[A-Z“\"$(]")
_END = re.compile(r"[.…。][\"”)\]]?$")
_ADDRESS = re.compile(r"https?://|www\.")
_NO_TITLE = re.compile(
    r"[:;,]$|^[\W\d_]*$|^(?:\(?\w{1,3}\)|\d+\.)\s|^(?:[-*•><|#`.\[{/]|\$ )|[=~^#*-]{4}"
    r"|\bcopyright\b|©|\blicen[sc]ed?\b|\bwarrant|\brights reserved\b|\bredistribut|^\S+://\S+$"
    r"|^[\w-]+: \S+$|\(\)|;\s*\S*$",
    re.IGNORECASE,
)
_RUNS_ON = re.compile(r"[a-z]+,? [a-z]+,? ")
_SHORT = 150  # characters that an abstract seldom stays under
_FEW_BYLINES = 3
_LONG_RUN = 6  # further paragraphs that an abstract does not have


@dataclass(frozen=True)
class _Unit:
    """A line of the page, or a paragraph of one that is wrapped at a fixed width."""

    number: int
    text: str
    apart: bool
    """Whether an empty line stands before it."""
    fault: str = ""
    byline: str = ""
    """The line of authors' names that stood behind it, on a page that has them."""

    @cached_property
    def likeness(self) -> float:
        """How much more it is like an abstract than like a title: log-odds, between -5 and 8.

        Long text, several sentences and a full stop at the end speak for an abstract. The weights
        are set by hand: 220 characters are as likely either.
        """
        size = max(-4.0, min(6.0, (len(self.text) - 220) / 60))
        sentences = len(_SENTENCES.findall(self.text[:2_000]))
        ends = _END.search(self.text) is not None
        signs = 1.5 * min(sentences, 2) + (1.5 if ends else 0) - (0 if sentences or ends else 1.5)
        return max(-5.0, min(8.0, size + signs))


def read_pages(source: Source) -> Iterator[Record | Reject]:
    """Records of a result page that was saved as text.

    A title is a short line and an abstract the long one after it (with further paragraphs, where
    there are any); what is not followed by an abstract is the page's furniture. Which line is
    what is decided for many lines together, by the cheapest sequence of labels (Viterbi, 1967),
    so that a short abstract or a long title is known by its neighbours. A button's word that
    sticks to a title after furniture is taken off (`glued`). Where a page has a line of names
    between its titles and abstracts, these are the authors.
    """
    count = 0
    start = True
    furniture: list[str] = []
    for window in _windows(_units(source)):
        page = "\n".join(unit.text for unit in window.units)
        after = start
        for kind, parts in _papers(window.units[: window.done], window.labels):
            if kind == "F":
                if len(furniture) < _FURNITURE:
                    furniture.append(parts[0].text)
                after = True
                continue
            count += 1
            where = Where(source.location, parts[0].number, count)
            if kind == "fault":
                yield Reject(where, parts[0].fault, beginning(parts[0].text))
                continue
            title, *rest = parts
            abstract = "\n".join(unit.text for unit in rest)
            name = unglued(title.text, abstract, furniture, page) if after else title.text
            after = False
            authors = names_of(title.byline)
            yield Record(where=where, title=name, abstract=abstract, authors=authors)
        start = False


def count_papers(beginning: Sample) -> int:
    """How many titles with abstracts the beginning of a source has, if it is like a page at all.

    0 where most long lines have no title of their own (prose), titles are marked up, or most of
    what would have to be titles and abstracts are clauses, headings or lines of some other text.
    """
    units = _units_of(beginning)
    if _has_bylines(units):
        units = list(_with_bylines(units))
    labels = _labels(units)
    titles = [unit for unit, label in zip(units, labels, strict=False) if label == "T"]
    papers = sum(unit.likeness < 0 for unit in titles)
    marked = sum(unit.text.startswith(("#", "- ", "* ", "```", "//")) for unit in titles)
    prose = papers * 2 < len(titles) or labels.count("C") > 4 * papers
    if prose or marked * 5 > papers or _is_running_text(labels):
        return 0
    return papers if _sound(units, labels) * 2 >= papers else 0


def _is_running_text(labels: str) -> bool:
    """Whether most of a text are paragraphs that follow many others without a title."""
    long = sum(len(run) for run in labels.split("A") if run.startswith("C" * _LONG_RUN))
    return long * 2 > len(labels)


def _sound(units: list[_Unit], labels: str) -> int:
    """How many titles look like titles, and have an abstract of some length."""
    found = 0
    for (title, label), (abstract, _) in pairwise(zip(units, labels, strict=False)):
        if label == "T" and title.likeness < 0:
            named = not (_NO_TITLE.search(title.text) or _RUNS_ON.match(title.text))
            found += named and len(abstract.text) >= _SHORT
    return found


def _is_wrapped(beginning: Sample) -> bool:
    text = beginning.text.split("\n")
    return any(not line.strip() for line in text) and max(map(len, text)) < _WRAPPED


def _units(source: Source) -> Iterator[_Unit]:
    head = sample(source)
    units = _paragraphs(lines(source), _is_wrapped(head))
    return _with_bylines(units) if _has_bylines(_units_of(head)) else units


def _units_of(beginning: Sample) -> list[_Unit]:
    found = [Line(number, text) for number, text in enumerate(beginning.text.split("\n"), 1)]
    units = list(_paragraphs(found, _is_wrapped(beginning)))
    return units if beginning.complete else units[:-1]


def _has_bylines(units: list[_Unit]) -> bool:
    """Whether the titles of a page have a line of names behind them: all of them, or nearly."""
    without = list(_with_bylines(units))
    labels = _labels(without)
    titles = [unit for unit, label in zip(without, labels, strict=False) if label == "T"]
    named = sum(unit.byline != "" for unit in titles)
    return named >= _FEW_BYLINES and named * 5 >= max(len(titles), len(units) - len(without)) * 4


def _with_bylines(units: Iterable[_Unit]) -> Iterator[_Unit]:
    """The units, lines of names between a short and a long one put with the short one."""
    held: list[_Unit] = []
    for unit in units:
        held.append(unit)
        if len(held) < 3:
            continue
        title, line, text = held
        between = title.likeness < 0 and text.likeness > max(line.likeness, -1.0)
        if between and not (title.fault or text.fault) and is_byline(line.text):
            yield replace(title, byline=line.text)
            held = [text]
        else:
            yield held.pop(0)
    yield from held


def _paragraphs(found: Iterable[Line], wrapped: bool) -> Iterator[_Unit]:
    apart = True
    paragraph: list[Line] = []
    for line in found:
        text = line.text.strip("\ufeff \t\r\f\v\xa0")
        if line.fault:
            if paragraph:
                yield _joined(paragraph)
                paragraph = []
            yield _Unit(line.number, text, apart, line.fault)
        elif not text:
            if paragraph:
                yield _joined(paragraph)
                paragraph = []
            apart = True
            continue
        elif wrapped:
            paragraph.append(Line(line.number, text))
        else:
            yield _Unit(line.number, text, apart)
        apart = False
    if paragraph:
        yield _joined(paragraph)


def _joined(paragraph: list[Line]) -> _Unit:
    return _Unit(paragraph[0].number, " ".join(line.text for line in paragraph), True)


@dataclass(frozen=True, slots=True)
class _Window:
    """Units, their labels, and how many of them are decided."""

    units: list[_Unit]
    labels: str
    done: int


def _windows(units: Iterator[_Unit]) -> Iterator[_Window]:
    held: list[_Unit] = []
    size = 0
    for unit in units:
        held.append(unit)
        size += len(unit.text)
        if len(held) < _WINDOW and size < _WINDOW_SIZE:
            continue
        labels = _labels(held)
        # The last paper but one starts where what is still to come cannot change a label.
        done = labels.rfind("T", 0, max(labels.rfind("T"), 0))
        done = done if done > 0 else len(held)
        yield _Window(held, labels, done)
        held = held[done:]
        size = sum(len(unit.text) for unit in held)
    if held:
        yield _Window(held, _labels(held), len(held))


def _papers(units: list[_Unit], labels: str) -> Iterator[tuple[str, list[_Unit]]]:
    """Titles with their abstracts ("T"), furniture line by line ("F"), and faults."""
    paper: list[_Unit] = []
    for unit, label in zip(units, labels, strict=False):
        if label in "TF" or unit.fault:
            if paper:
                yield "T", paper
            paper = []
        if unit.fault:
            yield "fault", [unit]
        elif label == "F":
            yield "F", [unit]
        else:
            paper.append(unit)
    if paper:
        yield "T", paper


# Which labels may follow one: Furniture, Title, Abstract, Continued abstract.
_NEXT = {"": "FT", "F": "FT", "T": "A", "A": "TFC", "C": "TFC"}
_LAST = "FAC"
_FURNITURE_COST = 1.0
_CONTINUED_COST = 0.7


class _Path:
    """A sequence of labels, from its end."""

    __slots__ = ("before", "cost", "label")

    def __init__(self, label: str, cost: float, before: "_Path | None") -> None:
        self.label = label
        self.cost = cost
        self.before = before


def _labels(units: list[_Unit]) -> str:
    """The labels for a sequence of units, one letter each.

    They are decided twice: how often abstracts go on over several lines is learnt from the first
    time, so that a page where they do not can have titles as long as an abstract.
    """
    first = _cheapest(units, _CONTINUED_COST)
    abstracts, further = first.count("A"), first.count("C")
    learnt = -log((further + 0.5) / (abstracts + further + 1))
    return _cheapest(units, learnt) if learnt > _CONTINUED_COST else first


def _cheapest(units: list[_Unit], continued_cost: float) -> str:
    best = [_Path("", 0.0, None)]
    spaced = sum(unit.apart for unit in units) * 2 > len(units)
    for unit in units:
        costs = _costs(unit, spaced, continued_cost)
        step: dict[str, _Path] = {}
        for path in best:
            for label in _NEXT[path.label]:
                total = path.cost + costs[label]
                if label not in step or total < step[label].cost:
                    step[label] = _Path(label, total, path)
        best = list(step.values())
    ends = [path for path in best if path.label and path.label in _LAST]
    last = min(ends, key=lambda path: path.cost, default=None)
    found: list[str] = []
    while last is not None:
        found.append(last.label)
        last = last.before
    return "".join(reversed(found))


def _costs(unit: _Unit, spaced: bool, continued_cost: float) -> dict[str, float]:
    if unit.fault:
        return {"F": 0.0, "T": inf, "A": inf, "C": inf}
    as_title = _softplus(unit.likeness)
    tail = unit.likeness
    not_title = 0.0
    if (_END.search(unit.text) and unit.text.count(" ") > 2) or _ADDRESS.search(unit.text):
        tail += 2.0
        not_title += 1.0
    if spaced and not unit.apart:
        # On a page that sets its parts apart, what is not set apart belongs to what it follows.
        tail += 4.0
        not_title += 2.0
    return {
        "F": as_title + _FURNITURE_COST,
        "T": as_title + not_title,
        "A": _softplus(-unit.likeness),
        "C": _softplus(-tail) + continued_cost,
    }


def _softplus(x: float) -> float:
    return log1p(exp(x))
