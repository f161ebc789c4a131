"""What a query asks for, besides its words: phrases, exclusions, fields.

    "long documents"          a paper must hold the phrase, in its title or its abstract
    -survey  -"case study"    a paper must not hold it
    title:  abstract:         the same for one field: title:attention, -abstract:"a survey"
    author:  venue:           words of one author's name, words of the venue: author:"wei zhang"

Typographic quotation marks do as well, and fields in capitals. A space behind the colon does no
harm before a phrase, or before one word that is all: "title: attention". Only what stands at the
beginning of a word and has this form is syntax; everything else, such as "COVID-19: a review",
-5 %, state-of-the-art, an address or a quotation mark without another, is text. A text of more than
LONGEST words was pasted, and all of it is text. Sentences quote as well: in a query that has no
other syntax, but more than AROUND words around its quotations, or the end of a sentence, they are
text. (To demand them there costs 0.05 of nDCG@10 on cacm, whose questions are
sentences.)
"""

import re
from dataclasses import dataclass
from typing import Literal, cast

__all__ = ["AROUND", "LONGEST", "Condition", "ParsedQuery", "Piece", "parse", "plain"]

LONGEST = 64
"""Words of a query that may have syntax."""
AROUND = 8
"""Words that may stand around a phrase that is demanded."""
_LONGEST_VALUE = 256
"""Characters of a word that may have syntax: longer ones are no words that a person writes."""

Field = Literal["", "title", "abstract", "author", "venue"]

_QUOTES = '"“”„«»'
_FIELD = r"(?i:title|abstract|author|venue):"
_SYNTAX = re.compile(
    rf"(?<!\S)(?P<minus>-)?(?:(?P<field>{_FIELD})(?P<space>\s+(?!-?{_FIELD}))?)?"
    rf"(?:[{_QUOTES}](?P<phrase>[^{_QUOTES}\s][^{_QUOTES}]*)[{_QUOTES}](?![^\W_])"
    r"|(?P<word>[^\W_]\S*))"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a paper must hold, or must not: a phrase in a field, or in any where `field` is ""."""

    field: Field
    text: str
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a query as it was written, and the text of it that papers are ranked by.

    `fixed` pieces are meant exactly as they are: their spelling is not corrected.
    """

    written: str
    text: str
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query taken apart. All its conditions hold at once."""

    pieces: tuple[Piece, ...]
    conditions: tuple[Condition, ...] = ()

    @property
    def text(self) -> str:
        """What papers are ranked by: the query without its syntax, "" where nothing else is in it.
        A query without syntax as it was written."""
        text = "".join(piece.text for piece in self.pieces)
        if not self.conditions:
            return text
        return " ".join(text.split()) if _telling(text) else ""


def _telling(text: str) -> bool:
    return any(letter.isalnum() for letter in text)


def plain(query: str) -> ParsedQuery:
    """A query that is all text."""
    return ParsedQuery((Piece(query, query),))


def parse(query: str) -> ParsedQuery:
    """Take a query apart. Never raises: what is not syntax is text."""
    if len(query.split(maxsplit=LONGEST)) > LONGEST:
        return plain(query)
    pieces: list[Piece] = []
    conditions: list[Condition] = []
    end = 0
    for match in _SYNTAX.finditer(query):
        condition = _condition(match)
        if condition is None or (match["space"] and not _closed(query, match)):
            continue
        pieces.append(Piece(query[end : match.start()], query[end : match.start()]))
        ranked = not condition.field and not condition.excluded
        pieces.append(Piece(match[0], f" {condition.text} " if ranked else " ", fixed=True))
        conditions.append(condition)
        end = match.end()
    pieces.append(Piece(query[end:], query[end:]))
    if not conditions or _is_sentence(query, pieces, conditions):
        return plain(query)
    return ParsedQuery(tuple(pieces), tuple(dict.fromkeys(conditions)))


def _is_sentence(query: str, pieces: list[Piece], conditions: list[Condition]) -> bool:
    """Whether all that looks like syntax are quotations in a sentence."""
    if any(each.field or each.excluded for each in conditions):
        return False
    around = "".join(piece.written for piece in pieces if not piece.fixed)
    if not _telling(around):
        return False
    return len(around.split()) > AROUND or query.rstrip(f"{_QUOTES} ").endswith((".", "?", "!"))


def _closed(query: str, match: re.Match[str]) -> bool:
    """Whether a field with a space behind its colon is meant as one: before a phrase, or one word
    with nothing or more syntax behind. More words are what a label stands before."""
    if match["phrase"] is not None:
        return True
    rest = query[match.end() :].lstrip()
    if not rest:
        return not match["word"].endswith((".", "?", "!"))
    follows = _SYNTAX.match(rest)
    return follows is not None and _condition(follows) is not None


def _condition(match: re.Match[str]) -> Condition | None:
    minus, field, phrase, word = match.group("minus", "field", "phrase", "word")
    text = phrase or word
    if not _telling(text) or len(text) > _LONGEST_VALUE:
        return None
    # "-5 %" and "-0.5" are numbers.
    excluded = minus and any(letter.isalpha() for letter in text)
    if phrase is None and not field and not excluded:
        return None
    return Condition(cast(Field, (field or "").lower().removesuffix(":")), text, bool(minus))
