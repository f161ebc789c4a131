"""Raw text of sources, turned into what a person reads.

Sources hold LaTeX, HTML, both, or what a page left of either. The rules are conservative: what is
not surely markup stays. CLEANING_VERSION goes up when a rule changes what comes out.
"""

import re
import unicodedata

from .characters import clean_characters
from .latex import latex_to_text
from .latex_marks import restored, unmarked
from .markup import decode_entities, without_tags

__all__ = ["CLEANING_VERSION", "clean_text", "clean_title", "first_words"]

CLEANING_VERSION: int = 2
"""Part of every record's digest: a library is cleaned again when it changes."""

_ROUNDS = 12
"""Times a text is cleaned until nothing changes; four suffice but for texts made to need more."""
_LONGEST_STAND_IN = 160

_PLAIN = re.compile(r"[ \w!\"#%'()*+,./:;=?@\[\]|-]*", re.ASCII)
_SUSPECT = ("--", "_{", "  ")
_MARKUP = str.maketrans(dict.fromkeys("\\{}$<>&~^_`"))

_RUNS = re.compile(r"([\\{}$])\1{7,}")
_LOST_BACKSLASH = re.compile(
    r"(?<![A-Za-z\\])(?=(?:text(?:bf|it|tt|sc|rm|sf)?|emph|underline|math(?:cal|bb|bf|rm|sf)|href|url)"
    r"\{)"
)
_LATEX = re.compile(r"[\\{}$~^]|_\{")
_URL = r"(?:https?://|www\.)[^\s<>\"“”]+"
_QUOTES = re.compile(rf"{_URL}|``|''|\"|(?<![\w`'])`(\w[^`'\"“”]{{0,100}})'(?![\w'])")
_DASHES = re.compile(rf"{_URL}|(?<![-<!])-{{2,3}}(?![->])")
_LEFTOVERS = (
    *("rightarrow", "^circ"),
    *(form.replace("0", digit) for form in ("0times", "sim0", "0pm") for digit in "0123456789"),
)
"""What _STRIPPED can match holds one of these; looking for them is much quicker."""
_STRIPPED = re.compile(
    rf"{_URL}|(?<=\d)times(?: (?=\d+\b)|(?=sim\d)|(?![a-z]))"
    r"|(?<=[\dx×%kKMB])(?P<to>sim)(?=\d)"
    r"|(?<![\w-])(?P<about>sim)(?=\d[\d,]*(?:\.\d+)?(?:%|[kKMBTx×]\b|times\b|ms\b|GB\b|MB\b)"
    r"|\d[\d,]*\.\d+\b|\d[\d,]+\b(?!-))"
    r"|(?<=\d)(?P<pm>pm)(?=\d)"
    r"|(?<![\w\\])(?:long)?(?P<arrow>(?:left)?rightarrow)(?!\w)"
    r"|(?<=\d)(?P<circ>\^circ)(?![a-z])"
)
_MEANT = {"to": "~", "about": "~", "pm": "±", "circ": "°"}

_SENTENCE_END = re.compile(r"[.!?][\"”’)\]]*(?=\s|$)|[。！？]")
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|al|vs|cf|resp|approx|etc|figs?|eqs?|sec|dr|prof|st|no|vol|w\.r\.t|[a-z])$",
    re.IGNORECASE,
)


def clean_text(raw: str) -> str:
    """An abstract for reading: NFC, no markup, one space between words.

    LaTeX, HTML and JATS tags, entities (however often escaped) and what a page left of LaTeX
    ("7times") become text or go; control characters, invisible ones, bidirectional overrides and
    lone surrogates go. Paragraphs that the source parts by an empty line or by tags stay, parted
    by one empty line; other line breaks become spaces. `clean_text(clean_text(x)) ==
    clean_text(x)`, the result can be encoded as UTF-8, and nothing raises.
    """
    return _settled(raw, one_line=False)


def clean_title(raw: str) -> str:
    """A title or the name of a venue for reading: as `clean_text`, but on one line."""
    return _settled(raw, one_line=True)


def first_words(abstract: str, limit: int = 12) -> str:
    """The first sentence of a cleaned abstract, or its first `limit` words and "…".

    Stands in for a title where a source has none; "" for an empty abstract. Texts without spaces
    between words are cut after 160 characters.
    """
    words = abstract.split(maxsplit=limit)
    head = " ".join(words[:limit])
    for end in _SENTENCE_END.finditer(head):
        sentence = head[: end.end()]
        if end[0] in "。！？":
            return sentence
        if sentence.count(" ") >= 2 and not (
            end[0] == "." and _ABBREVIATION.search(head, 0, end.start())
        ):
            return sentence
    if len(words) <= limit and len(head) <= _LONGEST_STAND_IN:
        return head
    return head[:_LONGEST_STAND_IN].rstrip(" ,;:–—-") + "…"


def _settled(text: str, *, one_line: bool) -> str:
    text = start = unmarked(text)
    for _ in range(_ROUNDS):
        if _is_plain(text):
            return text
        cleaned = _once(text, one_line)
        if cleaned == text:
            # Only now do marks become characters: "\$5 < \$6" must not turn into a formula.
            cleaned = restored(text)
            if cleaned in (text, start):
                return cleaned
            start = cleaned
        text = cleaned
    text = restored(text)
    # Markup made of markup. Without the characters it is made of, nothing is left to change.
    cleaned = ""
    while cleaned != text:
        text, cleaned = cleaned or text, _once(text.translate(_MARKUP), one_line)
    return text


def _is_plain(text: str) -> bool:
    """Whether nothing in a text can need cleaning: so it is with most abstracts."""
    return (
        text.isascii()
        and _PLAIN.fullmatch(text) is not None
        and not any(each in text for each in _SUSPECT)
        and not any(each in text for each in _LEFTOVERS)
        and text == text.strip()
    )


def _once(text: str, one_line: bool) -> str:
    text = without_tags(clean_characters(decode_entities(text)))
    if one_line or "\n" not in text:
        return _paragraph(text)
    paragraphs = (_paragraph(each) for each in re.split(r"\n\s*\n", text))
    return "\n\n".join(each for each in paragraphs if each)


def _paragraph(text: str) -> str:
    text = " ".join(text.split())
    if _LATEX.search(text):
        if "{" in text:
            text = _LOST_BACKSLASH.sub(r"\\", text)
        text = latex_to_text(_RUNS.sub(r"\1", text))
    if "--" in text:
        text = _DASHES.sub(_dash, text)
    if "`" in text:
        text = _with_quotes(text)
    if any(each in text for each in _LEFTOVERS):
        text = _STRIPPED.sub(_unstripped, text)
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _dash(match: re.Match[str]) -> str:
    if match[0] == "---":
        return "—"
    if match[0] != "--":
        return match[0]
    text, start, end = match.string, match.start(), match.end()
    if text[max(0, start - 1) : start] in ("", " ", "(") and text[end : end + 1].islower():
        # "--verbose" is an option, unless a second dash closes an aside: "a --b-- c".
        closing = text.find("--", end, end + 200)
        if closing < 0 or text[closing - 1] == " ":
            return "--"
    return "–"


def _with_quotes(text: str) -> str:
    opened = 0

    def quoted(match: re.Match[str]) -> str:
        nonlocal opened
        mark = match[0]
        if mark == "``":
            opened += 1
            return "“"
        if mark in ("''", '"'):
            # Two primes are a second of arc where no quotation is open.
            closes = opened > 0
            opened -= closes
            return "”" if closes else mark
        return f"‘{match[1]}’" if match[1] else mark

    return _QUOTES.sub(quoted, text)


def _unstripped(match: re.Match[str]) -> str:
    if match[0].startswith("times"):
        return "×"
    name = match.lastgroup
    if name is None:
        return match[0]
    if name == "arrow":
        return "↔" if "left" in match[0] else "→"
    return _MEANT[name]
