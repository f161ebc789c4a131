"""The sentences of an abstract, as places in it.

Rules, not a model: what ends a sentence is a mark that does, unless it belongs to an abbreviation,
an initial or a number. They know English abbreviations and the marks of other scripts; of a text in
which every period is doubtful, they rather make one sentence too few.
"""

import re
import unicodedata
from collections.abc import Iterator

__all__ = ["LONGEST", "Span", "sentences"]

Span = tuple[int, int]
"""Where a piece of a text begins, and where it ends: text[begin:end]."""

LONGEST = 600
"""Characters of a sentence; a longer one is cut where it is least in the way."""

_CLOSING = r"[)\]}\"'”’»」』）】〕〉》]*"
_OPENING = "([{\"'“‘«「『（【〔〈《¿¡*_-–—•· "
_END = re.compile(
    # Marks that end a sentence wherever they stand.
    rf"[。！？｡]++{_CLOSING}+"
    # The question mark and full stop of scripts that put a space behind them.
    rf"|(?<![؟۔।॥։።])[؟۔।॥։።]++{_CLOSING}+(?=\s|$)"
    rf"|(?<![.!?…．])(?P<mark>[.!?…．]++){_CLOSING}+(?=\s|$)"
    # An empty line, and what begins an item of a list.
    r"|(?P<line>\n[^\S\n]*+(?:\n|(?=[•‣▪*\-–—]\s)))"
    # Two sentences with no space between them.
    r"|(?P<glued>(?<=[a-z]{2})[.!?](?=[A-Z][a-z]*\b))"
)
_LAST_WORD = re.compile(r"[^\s()\[\]{}\"“”'‘’«»,;:/]+\Z")
_NEAR = 48
"""Characters around a mark that are looked at."""
_NEXT_WORD = re.compile(r"[^\W_]+")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}")
_NUMBERED = re.compile(r"(?:\d{1,3}|[ivxIVX]{1,4}|[a-zA-Z])(?:\.\d+)*")

# Always followed by what they belong to.
_LEADING = frozenset(
    "e.g i.e eg ie cf vs viz fig figs eq eqs eqn eqns sec secs sect ref refs tab thm lem prop def "
    "alg ch chap vol vols pp nos dr prof mr mrs ms st ca approx resp incl esp ver bzw z.b d.h ex "
    "proc trans conf symp intl int natl univ dept phys lett rev appl math sci ann bull".split()
)
# Abbreviations only before a number.
_BEFORE_NUMBERS = frozenset("no nr art p ver figure table par step".split())
# May stand at the end of a sentence as well.
_TRAILING = frozenset(
    "al etc i.i.d iid inc corp ltd co jr sr sp spp subsp var max min avg std dev temp vers u.s "
    "u.k e.u a.m p.m ph.d m.d b.c a.d w.r.t s.t a.k.a est sq ft hr hrs yr yrs wt seq ed eds "
    "op cit ibid jan feb mar apr jun jul aug sept oct nov dec".split()
)
_STARTERS = frozenset(
    "the a an we this these those that in it its our here there however but and if for to as by "
    "with on at from when while where although though since because such both many most some "
    "several recent recently existing current currently previous previously prior finally first "
    "second third next then moreover furthermore additionally also thus therefore hence "
    "consequently nevertheless nonetheless instead they he she their his her i you your one two "
    "using based given under among between unlike despite experiments experimental results "
    "extensive empirical code all each every no not only what why how can is are do does "
    "specifically notably importantly overall together after before during through over within "
    "without compared".split()
)


def sentences(text: str) -> list[Span]:
    """Where each sentence of a text begins and ends, in order; nothing of it but spaces is between
    them. None is longer than LONGEST. An empty text has none."""
    found: list[Span] = []
    begin = 0
    for match in _END.finditer(text):
        if match.start() < begin or not _ends(text, begin, match):
            continue
        end = match.start() if match["line"] is not None else match.end()
        found += _cut(text, begin, end)
        begin = match.end()
    found += _cut(text, begin, len(text))
    return found


def _ends(text: str, begin: int, match: re.Match[str]) -> bool:
    """Whether a sentence ends here that begins at `begin`."""
    if match["line"] is not None:
        return True
    mark = match["mark"] or match["glued"]
    if mark is None:
        return True
    following = _NEXT_WORD.search(text, match.end(), match.end() + _NEAR)
    if following is None:
        return True
    after = following[0]
    starter = after.lower() in _STARTERS and after[0].isupper()
    if match["glued"]:
        return starter
    last = _LAST_WORD.search(text, max(begin, match.start() - _NEAR), match.start())
    before = last[0] if last else ""
    if not before:
        # A text that puts a space before every mark.
        return True
    if mark in (".", "．"):
        start = match.start() - len(before)
        alone = start - begin < _NEAR and not text[begin:start].strip()
        if alone and _NUMBERED.fullmatch(before):
            # The number of an item: it belongs to what it numbers.
            return False
        if _is_abbreviation(before, after, starter):
            return False
    if text[match.end() : following.start()].strip(_OPENING + "\n"):
        # What comes next is no word, but a formula or a sign.
        return len(before) > 1
    if after[0].islower():
        # A name may begin so ("mRNA", "k-means"); in old texts, every sentence does.
        named = not after.islower() or text[following.end() : following.end() + 1] == "-"
        return named or (before.islower() and len(before) > 3)
    return True


def _is_abbreviation(before: str, after: str, starter: bool) -> bool:
    """Whether the period between two words belongs to the first."""
    word = before.lower()
    if word in _LEADING:
        return True
    if word in _BEFORE_NUMBERS:
        return after[0].isdigit()
    single = len(before) == 1 and before.isalpha() and before.isascii()
    if single or word in _TRAILING or _DOTTED.fullmatch(word):
        return not starter
    # "A.-L. Barabasi"
    return len(before) > 1 and before[-2] in "-." and before[-1].isupper() and not starter


def _cut(text: str, begin: int, end: int) -> Iterator[Span]:
    """A sentence without the spaces around it, in pieces if it is too long."""
    while begin < end and text[begin].isspace():
        begin += 1
    while begin < end and text[end - 1].isspace():
        end -= 1
    while end - begin > LONGEST:
        # Pieces of about equal length: a last one of three words says nothing.
        pieces = -(-(end - begin) // LONGEST)
        place = _break(text, begin, min(begin + (end - begin) // pieces + LONGEST // 8, end))
        yield from _cut(text, begin, place)
        begin = place
        while begin < end and text[begin].isspace():
            begin += 1
    if begin < end:
        yield begin, end


_BREAKS = (
    re.compile(r"[;；]\s*|:\s+|：|\s[-–—]\s"),
    re.compile(r",\s+|[，、،]"),
    re.compile(r"\s+"),
)


def _break(text: str, begin: int, most: int) -> int:
    """The best place to break after, at most LONGEST after `begin`, and before `most`."""
    most = min(most, begin + LONGEST)
    least = begin + (most - begin) // 2
    for pattern in _BREAKS:
        places = [match.end() for match in pattern.finditer(text, least, most)]
        if places:
            return places[-1]
    # Between two characters, but not between a letter and its accent.
    while most > begin + 1 and unicodedata.category(text[most])[0] == "M":
        most -= 1
    return most
