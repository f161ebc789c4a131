"""The samples of a page: what its readers type, and the files that it shows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Command", "Sample", "commands", "samples"]

_FENCE = re.compile(r"( *)```+ *(\w*)(?: +title=\"([^\"]+)\")? *$")
_MARK = re.compile(r"<!-- (not run|fails): (.+) -->$")
_COMMENT = re.compile(r"(?:^|\s+)#\s.*$")


@dataclass(frozen=True, slots=True)
class Sample:
    """A piece of a page that is no text of its own."""

    line: int
    """Where it begins in the page, from 1."""
    kind: str
    """What stands behind the fence: console, python, json, …"""
    title: str
    """The name of the file that it is, or ""."""
    text: str
    not_run: str
    """Why it is not run, or ""."""
    fails: str
    """Why its commands end with an error, or ""."""


@dataclass(frozen=True, slots=True)
class Command:
    """A line behind a `$`, those that continue it included, and what it is said to print."""

    text: str
    printed: tuple[str, ...]


def samples(page: str) -> Iterator[Sample]:
    """The fenced blocks of a page in Markdown, and indented ones that begin with a `$`."""
    lines = page.splitlines()
    mark = ("", "")
    at = 0
    while at < len(lines):
        line = lines[at]
        begin = at + 1
        fence = _FENCE.fullmatch(line)
        if marked := _MARK.fullmatch(line.strip()):
            mark = (marked[1], marked[2])
        elif fence or (line.startswith("    $ ") and (at == 0 or not lines[at - 1].strip())):
            block = []
            indent = len(fence[1]) if fence else 4
            at += bool(fence)
            while at < len(lines) and not _ends(lines[at], bool(fence)):
                block.append(lines[at][indent:])
                at += 1
            yield Sample(
                begin,
                fence[2] if fence else "console",
                (fence[3] or "") if fence else "",
                "\n".join(block) + "\n",
                *(mark[1] if mark[0] == name else "" for name in ("not run", "fails")),
            )
            mark = ("", "")
            if not fence:
                continue
        elif line.strip():
            assert not mark[0], f"line {begin}: no sample stands behind <!-- {mark[0]}: … -->"
        at += 1


def _ends(line: str, fenced: bool) -> bool:
    return line.strip() == "```" if fenced else not line.startswith("    ")


def commands(text: str) -> list[Command]:
    """What is typed in a console, without comments, and what is shown to come of each."""
    found: list[tuple[str, list[str]]] = []
    continued = False
    for line in text.splitlines():
        if line.startswith("$ ") or continued:
            typed = _COMMENT.sub("", line.removeprefix("$ "))
            continued = typed.endswith("\\")
            typed = typed.removesuffix("\\")
            if line.startswith("$ "):
                found.append((typed, []))
            else:
                found[-1] = (found[-1][0] + " " + typed.strip(), [])
        elif line.strip() and not line.strip().startswith("# "):
            assert found, f"nothing was typed before {line!r}"
            found[-1][1].append(line)
    return [Command(typed.strip(), tuple(printed)) for typed, printed in found]
