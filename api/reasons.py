"""Why a paper is in an answer, as lines for a terminal."""

from collections.abc import Iterator

from ..search.hits import Hit
from ..search.why import Sentence, Why
from .console import plain
from .lines import bold, colours, columns, wrap

__all__ = ["marked_excerpt", "why_lines"]

_INDENT = "  "


def marked_excerpt(abstract: str, sentence: Sentence, width: int, least: int) -> Iterator[str]:
    """The lines of an abstract, at least so many, that hold a sentence, which is bold; without
    what comes before, where the sentence would not begin in the first of them."""
    before, said = plain(abstract[: sentence.start]), plain(sentence.text)
    if sum(1 for _ in wrap(before, width)) > least:
        before = "… "
    # Wrapping changes nothing but spaces: the letters are counted.
    begin = _letters(before)
    end = begin + _letters(said)
    text = before + said + plain(abstract[sentence.end :])
    passed = 0
    lines = list(wrap(text, width))
    for shown, line in enumerate(lines, start=1):
        marked = _marked(line, begin - passed, end - passed)
        passed += _letters(line)
        if shown >= least and passed >= end and shown < len(lines):
            yield marked + ("…" if columns(line) < width else "")
            return
        yield marked


def _letters(text: str) -> int:
    return sum(not each.isspace() for each in text)


def _marked(line: str, begin: int, end: int) -> str:
    """A line with its letters from `begin` to `end` (counted without spaces) bold."""
    places = [place for place, each in enumerate(line) if not each.isspace()]
    inside = places[max(begin, 0) : max(end, 0)]
    if not inside:
        return line
    first, last = inside[0], inside[-1] + 1
    return line[:first] + bold(line[first:last]) + line[last:]


def why_lines(hit: Hit, width: int) -> Iterator[str]:
    """What is told of a hit besides its abstract: the closest sentence (where it cannot stand out
    in the abstract), the words of the query, and what the score is made of."""
    why = hit.why
    if why is None:
        return
    sentence = why.sentence
    if sentence is not None:
        near = "" if sentence.score is None else f" (cosine {sentence.score:.3f})"
        if not colours():
            yield from _hanging(f"closest sentence{near}: {plain(sentence.text)}", width)
        elif near:
            yield f"closest sentence{near}: in bold"
    for name, words in (("found", _found(why)), ("not found", ", ".join(why.missing))):
        if words:
            yield from _hanging(f"{name}: {plain(words)}", width)
    yield from _hanging(_sum(hit.score, why), width)


def _hanging(text: str, width: int) -> Iterator[str]:
    for place, line in enumerate(wrap(text, width - len(_INDENT))):
        yield (_INDENT if place else "") + line


def _found(why: Why) -> str:
    """Each word once, as the paper has it, with its fields."""
    fields: dict[str, list[str]] = {}
    for each in why.words:
        places = fields.setdefault(each.text.lower(), [])
        if each.field not in places:
            places.append(each.field)
    return ", ".join(f"{word} ({' and '.join(places)})" for word, places in fields.items())


def _sum(score: float, why: Why) -> str:
    said = f"score {score:.4f}"
    for place, (name, part) in enumerate(why.parts.items()):
        sign = "-" if part < 0 else "+" if place else ""
        before = " = " if not place else " "
        said += f"{before}{sign}{' ' if sign else ''}{name.replace('_', ' ')} {abs(part):.4f}"
    return said
