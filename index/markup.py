"""HTML, JATS and MathML in texts: tags taken out, entities decoded."""

import html
import re
from collections import defaultdict

from .latex_symbols import SUPERSCRIPTS

__all__ = ["decode_entities", "without_tags"]

# Escaped any number of times over, an ampersand is still one ampersand.
_AMPERSANDS = re.compile(r"&(?:amp;|#0{0,6}38;|#[xX]0{0,6}26;)+")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

_COMMENT = re.compile(r"<!--[^<>]*-->|<!\[CDATA\[|\]\]>")
_ABSTRACT_HEADING = re.compile(
    r"<((?:jats:)?(?:title|h[1-6]|b|strong|bold))>\s?(?:abstract|summary)[.:]?\s?</\1>",
    re.IGNORECASE,
)
_POWER = re.compile(r"<((?:jats:)?sup)>\s?([-+−–]?[0-9]{1,4}[-+]?)\s?</\1>", re.IGNORECASE)
_ATTRIBUTE = r"""\s+[a-z][\w:.-]{0,40}\s?=\s?(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=]+)"""
_PARAGRAPH = "p div sec title h1 h2 h3 h4 h5 h6 section abstract list ul ol"
_APART = "li list-item tr td th table hr dt dd label header"
_INLINE = (
    "a|b|i|u|q|em|strong|span|sub|sup|italic|bold|monospace|underline|font|small|big|center|code"
    "|blockquote|inline-formula|disp-formula|tex-math|alternatives|xref|ext-link|styled-content"
    "|named-content|sc|tt|tbody|thead|article|dl|pre|kbd|var|cite|abbr|del|nobr|wbr|br"
    "|math|mrow|mi|mo|mn|msup|msub|msubsup|mfrac|msqrt|mtext|mover|munder|mspace|semantics"
)
_NAMES = f"{_PARAGRAPH} {_APART}".replace(" ", "|")
_TAG = re.compile(
    rf"<(/?)\s?((?:jats|mml|xhtml|ce|sb):[a-z][a-z0-9-]*|{_INLINE}|{_NAMES})"
    rf"((?:{_ATTRIBUTE})*+)\s*(/?)>",
    re.IGNORECASE | re.ASCII,
)
_PARTING, _SPACED = frozenset(_PARAGRAPH.split()), frozenset(_APART.split())
_ALONE = frozenset(["p", "br", "hr", "div", "li", "sub", "sup", "strong", "italic", "bold", "span"])
"""Tags that are tags also where their partner is missing: "<title>" may be a token's name."""


def decode_entities(text: str) -> str:
    """`text` with HTML entities decoded, also those escaped several times ("&amp;lt;").

    Only those that end in ";": "AT&T" and "?a=1&copy=2" are no entities.
    """
    if "&" not in text or ";" not in text:
        return text
    return _ENTITY.sub(lambda match: html.unescape(match[0]), _AMPERSANDS.sub("&", text))


def without_tags(text: str) -> str:
    """`text` without the tags of HTML, JATS and MathML; paragraphs are parted by an empty line.

    Only known tags go: "a < b", "p<0.05 and q>3", "<think>" and "<subject, object>" stay. A tag of
    one letter or an ambiguous name goes with its partner only. A superscript number stays one.
    """
    if "<" not in text or ">" not in text:
        return text
    text = _ABSTRACT_HEADING.sub("", _COMMENT.sub("", text))
    text = _POWER.sub(lambda match: match[2].replace("–", "-").translate(SUPERSCRIPTS), text)
    seen: dict[str, set[str]] = defaultdict(set)
    for match in _TAG.finditer(text):
        seen[match[2].lower()].add(match[1])

    def replaced(match: re.Match[str]) -> str:
        name = match[2].lower()
        local = name.rpartition(":")[2]
        certain = name in _ALONE or ":" in name or bool(match[3]) or bool(match[4])
        if not certain and len(seen[name]) < 2:
            return match[0]
        if local in _PARTING:
            return "\n\n"
        return "\n" if local == "br" else " " if local in _SPACED else ""

    return _TAG.sub(replaced, text)
