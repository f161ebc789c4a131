"""Names of people: written for reading, and folded for comparing and filtering."""

import re
import unicodedata

__all__ = [
    "clean_name",
    "family_name",
    "fold",
    "fold_words",
    "is_organisation",
    "name_words",
    "parted_suffix",
]

_SPECIAL = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        "ĸ": "k",
        "ɓ": "b",
        "ɗ": "d",
        "ƙ": "k",
        "ƴ": "y",
    }
)
# Only the marks of Latin, Greek and Cyrillic: those of Indic scripts are vowels.
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_APOSTROPHES = re.compile("['`´‘’ʼʹʻʿʾ＇]")
_ASCII_GAPS = re.compile("[^a-z0-9]+")


def fold(text: str) -> str:
    """`text` without case, accents and compatibility forms: "Łukasz Größer" is "lukasz grosser".

    NFKD, combining marks dropped, full case folding, and the letters that do not decompose spelt
    with plain ones (ø o, ł l, æ ae, ß ss …). Spaces and punctuation stay.
    """
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", text).casefold()
    text = _MARKS.sub("", unicodedata.normalize("NFKD", text)).translate(_SPECIAL)
    return unicodedata.normalize("NFC", text)


def fold_words(text: str) -> str:
    """`text` folded, with single spaces for everything but letters and digits of any script."""
    text = fold(text)
    if text.isascii():
        return _ASCII_GAPS.sub(" ", text).strip()
    kept = (
        letter if letter.isalnum() or unicodedata.category(letter)[0] == "M" else " "
        for letter in text
    )
    return " ".join("".join(kept).split())


def name_words(name: str) -> tuple[str, ...]:
    """The folded words of a name: ("jean", "luc", "obrien") for "Jean-Luc O’Brien"."""
    return tuple(fold_words(_APOSTROPHES.sub("", name)).split())


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SUFFIXES = _words("jr sr ii iii iv 2nd 3rd")
_COMPANY = _words("inc ltd llc gmbh corp co ag plc")
_DEGREES = _words("phd md msc bsc ma ba mph dphil rn frs esq mba dds pharmd frcp mbbs")
_PARTICLES = _words(
    """van von der den de del della di da do dos das du la le los las el al bin ibn ben ter ten te
    zu zur zum af av y e st saint 't"""
)
_ORGANISATION = re.compile(
    r"\b(?:universit|institut|department|laborator|consorti|collaborat|organi[sz]ation|committee"
    r"|team|group|association|society|foundation|ministry|agency|center|centre|college|school"
    r"|hospital|network|council|office|division|faculty)"
)
_EMAIL = re.compile(r"[<(\[]?(?:mailto:)?[^\s<>()\[\],;@]{1,64}@[^\s<>()\[\],;@]{1,255}[>)\]]?")
_ASIDE = re.compile(r"[(\[][^()\[\]]*(?:[0-9]{1,40}|orcid|universit|institut)[^()\[\]]*[)\]]", re.I)
_ET_AL = re.compile(r"[\s,;]*\b(?:et\.? al\b\.?|and others\b|& al\b\.?)", re.I)
_MARKERS = re.compile(
    r"\^(?:\{[^{}]{0,40}\}|\([^()]{0,40}\)|[0-9a-z](?:,[0-9a-z])*)"
    r"|\^?\{?[⁰¹²³⁴-⁹*†‡§¶#✉∗⋆★✝₀-₉]+\}?"
    # The number of "H1 Collaboration" is its own.
    r"|(?<=[^\W\d_])[0-9]{1,3}(?:,[0-9]{1,3})*(?=$|[\s,])"
    r"(?!\s+(?i:collaborat|consorti|experiment|group|team|study)\w*)"
)
_LONGEST = 500
"""Characters of a name that are looked at."""
_EDGES = " \t,;:&/|-–—_"
_INITIAL = re.compile(r"(?:[^\W\d_]\.-?)+")
_STOPPED_INITIALS = re.compile(r"(?:[^\W\d_]\.-?){1,4}[^\W\d_]?")
_NUMBERED = re.compile(r"(?<=[^\W\d_]) 0\d{3}$")
_PLAIN_INITIALS = re.compile(r"[A-Z]{1,2}|[B-DF-HJ-NP-TV-Z]{3}")
_PARENTHESES = re.compile(r"\([^()]*\)")
_SHORT_SURNAMES = _words(
    """bai bao bi cai cao chi cui dai du fan fei fu gan gao ge gu guo han hao he hou hu hua jia jin
    kim ko ku lai le lee lei li lim lin liu lo lu luo ma mao mei mo mu ng ni nie ou pan pei qi qin
    qiu qu rao ren rui sha shi shu si so su sun tan tao tu wan wei wen wu xi xia xie xin xu xue yan
    yao ye yi yin you yu yue yun zha zhu zou an im jo ha ho hoe oh do vo ho ly"""
)


def _suffix(part: str) -> bool:
    return part.replace(".", "").strip().lower() in _SUFFIXES


def _company(part: str) -> bool:
    return part.replace(".", "").strip().lower() in _COMPANY


def _degree(part: str) -> bool:
    words = part.replace(".", "").lower().split()
    return bool(words) and all(word in _DEGREES for word in words)


def is_organisation(name: str) -> bool:
    """Whether a name is rather that of an institution or a group than of a person."""
    return _ORGANISATION.search(name.lower()) is not None or _company(name.rpartition(" ")[2])


def parted_suffix(name: str) -> tuple[str, str]:
    """A name in reading order and its suffix: ("Martin Luther King", "Jr."), or the name and ""."""
    before, _, last = name.rpartition(" ")
    return (before, last) if before and _suffix(last) else (name, "")


def _in_reading_order(name: str) -> str:
    parts = [part.strip() for part in name.split(",")]
    parts = [part for part in parts if part and not _degree(part)]
    if len(parts) < 2:
        return parts[0] if parts else ""
    if _company(parts[-1]) or _ORGANISATION.search(name.lower()):
        return ", ".join(parts)
    suffixes = [part for part in parts[1:] if _suffix(part)]
    rest = [part for part in parts if part not in suffixes]
    if len(rest) == 1:
        return " ".join(rest + suffixes)
    if len(rest) > 2:
        # Neither "Last, First" nor anything else that can be put in order with certainty.
        return ", ".join(parts)
    return " ".join([rest[1], rest[0], *suffixes])


def clean_name(raw: str) -> str:
    """One person's name for reading, first name first; "" where no name is left.

    "van der Berg, Jan" becomes "Jan van der Berg", "King, Jr., Martin Luther" becomes "Martin
    Luther King Jr."; LaTeX, markup, e-mail addresses, degrees, marks and numbers of affiliations,
    DBLP's numbers and "et al." go. Organisations keep their commas. Never raises.
    """
    # What folds names for a search needs no rules for LaTeX.
    from .clean import clean_title

    text = clean_title(raw[:_LONGEST].replace("~", " ").replace("\\relax", ""))
    text = _ET_AL.sub("", _EMAIL.sub(" ", text))
    text = _ASIDE.sub(" ", _MARKERS.sub("", text))
    text = _NUMBERED.sub("", " ".join(text.split()).strip(_EDGES))
    if text.lower().startswith("and "):
        text = text[4:]
    text = " ".join(_in_reading_order(text).split()).strip(_EDGES)
    last = text.rpartition(" ")[2]
    if text.endswith(".") and not (_INITIAL.fullmatch(last) or _suffix(last) or _company(last)):
        text = text.rstrip(". ")
    if text.lower() in ("others", "anonymous", "[anonymous]", "et al") or not any(
        map(str.isalpha, text)
    ):
        return ""
    return text


def _is_initials(word: str) -> bool:
    # "Smith JA" is PubMed's order and "Smith J.A." Scopus's; "Yang XU" is somebody's capitals.
    if _STOPPED_INITIALS.fullmatch(word):
        return True
    return bool(_PLAIN_INITIALS.fullmatch(word)) and word.lower() not in _SHORT_SURNAMES


def family_name(name: str) -> str:
    """The folded family name, without particles and suffixes: "berg" for "Jan van der Berg".

    A hyphenated name stays whole ("smith-jones"); apostrophes go ("obrien"). Reads "First Last",
    "Last, First", PubMed's "Last FM" and Scopus's "Last F.M.". A name in a script without spaces
    is taken whole. "" for a name without letters.
    """
    name = " ".join(_PARENTHESES.sub(" ", name[:_LONGEST]).split())
    if "," in name:
        name = _in_reading_order(name).replace(",", " ")
    words = name.split()
    while len(words) > 1 and (_suffix(words[-1]) or _company(words[-1])):
        words.pop()
    while (
        len(words) > 1
        and _is_initials(words[-1])
        and (not words[0].isupper() or words[-1].endswith("."))
    ):
        if words[-2].islower():
            break
        words.pop()
    for word in reversed(words):
        pieces = re.split("[-‐‑–]", _APOSTROPHES.sub("", word))
        folded = [piece for piece in map(fold_words, pieces) if piece]
        while len(folded) > 1 and folded[0] in _PARTICLES:
            folded = folded[1:]
        if folded:
            return "-".join(folded).replace(" ", "")
    return ""
