"""Characters that do not belong in a text, or that stand there in another form than is read."""

import re
import unicodedata

__all__ = ["UNSEEN", "clean_characters"]

UNSEEN = re.compile("[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
"""What may do something to a terminal or a page instead of being read there: C0 and C1 controls,
separators of lines, bidirectional overrides and isolates, lone surrogates."""

_HYPHENATED = re.compile("\u00ad[ \t]*(?:\r\n?|\n)[ \t]*")
_LINE_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile("[\t\x1c-\x1f\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e007f]+"
)
# Persian words and emoji are spelt with joiners; between Latin letters they are debris.
_JOINERS = re.compile(
    "(?<![\u0590-\u1fff\u2600-\U0010ffff])[\u200c\u200d]+"
    "|[\u200c\u200d]+(?![\u0590-\u1fff\u2600-\U0010ffff])"
)
_MISREAD = re.compile(
    "[\xc2-\xdf][\x80-\x9f]|[\xe0-\xef](?=[\x80-\xbf]?[\x80-\x9f])[\x80-\xbf]{2}"
    "|[\xf0-\xf4](?=[\x80-\xbf]{0,2}[\x80-\x9f])[\x80-\xbf]{3}"
)
_IN_OTHER_FORM = re.compile(
    "[\ufb00-\ufb06\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff61-\uff9f\U0001d400-\U0001d7ff]+"
)
_FULL_WIDTH = re.compile("[\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff5e]+")
_CJK = re.compile("[\u2e80-\u2fff\u3001-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]")


def clean_characters(text: str) -> str:
    """`text` in NFC, with "\\n" and " " for every kind of line break and space.

    Control characters, invisible ones, bidirectional marks and lone surrogates go; a word parted
    at the end of a line by a soft hyphen is one again. Ligatures, mathematical alphabets,
    full-width letters and half-width kana become the plain ones; full-width punctuation does too,
    but for Chinese, Japanese and Korean texts, where it is right. UTF-8 once read as Latin-1 is
    mended where control characters betray it. Never raises; the result can be encoded as UTF-8.
    """
    if not text.isprintable():
        text = _without_surrogates(text)
        text = _SPACES.sub(" ", _LINE_BREAKS.sub("\n", _HYPHENATED.sub("", text)))
        text = _INVISIBLE.sub("", _MISREAD.sub(_reread, text))
        text = _JOINERS.sub("", text)
    if text.isascii():
        return text
    text = _IN_OTHER_FORM.sub(_compatible, text)
    if _FULL_WIDTH.search(text) and not _CJK.search(text):
        text = _FULL_WIDTH.sub(_compatible, text)
    return unicodedata.normalize("NFC", text)


def _without_surrogates(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        # Pairs of surrogates are a character that was decoded wrongly; single ones are nothing.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return text


def _reread(match: re.Match[str]) -> str:
    try:
        return match[0].encode("latin-1").decode()
    except UnicodeDecodeError:
        return match[0]


def _compatible(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match[0])
