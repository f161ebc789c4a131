"""Outside ids of papers: every spelling of one turned into its canonical form.

arXiv:2106.15928   arXiv:hep-th/9901001   DOI:10.1000/xyz   ACL:P18-1001
ACL:2020.emnlp-main.673   PMID:123   PMCID:PMC123   CorpusId:123   S2:<40 hex>   OpenAlex:W123
"""

import hashlib
import re
from base64 import b32encode
from collections.abc import Iterable
from datetime import UTC, datetime
from html import unescape
from urllib.parse import quote, unquote

from .names import fold, fold_words

__all__ = [
    "ID_ORDER",
    "is_preprint_doi",
    "kind",
    "normalise_title",
    "parse_id",
    "parse_ids",
    "preferred",
    "stable_id",
    "url_of",
]

ID_ORDER = ("arXiv", "DOI", "ACL", "PMID", "PMCID", "CorpusId", "S2", "OpenAlex")
"""The kinds of outside ids, the one a paper is best called by first."""

_LONGEST = 2048
"""Characters of a claim; longer ones are not ids (DataCite allows a DOI no more)."""

_ARCHIVES = (
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas "
    "cond-mat cs dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin "
    "nucl-ex nucl-th patt-sol physics plasm-ph q-alg q-bio quant-ph solv-int stat supr-con"
)
_ARXIV_NEW = r"[0-9]{4}\.[0-9]{4,5}"
_ARXIV_OLD = rf"(?:{_ARCHIVES.replace(' ', '|')})(?:\.[a-z]{{2}})?/[0-9]{{7}}"
_ARXIV = rf"(?:{_ARXIV_NEW}|{_ARXIV_OLD})"
_DOI = r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+"
_ACL_NEW = r"(?:19|20)[0-9]{2}\.[a-z][a-z0-9_]*-[a-z0-9_]+\.[0-9]{1,4}"
_ACL_OLD = r"[a-z][0-9]{2}-[0-9]{4}"
_ACL = rf"(?:{_ACL_NEW}|{_ACL_OLD})"
_HEX = r"[0-9a-f]{40}"


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII | re.IGNORECASE)


_ARXIV_HOSTS = (
    r"(?:[a-z0-9-]+\.)?(?:arxiv\.org|alphaxiv\.org|ar5iv\.org|ar5iv\.labs\.arxiv\.org)"
    r"/(?:abs|pdf|html|format|e-print|ps|src|overview|resources)/(?:arxiv:)?"
)
_ARXIV_TAIL = r"(?:v[0-9]+)?(?:\.pdf|\.html)?(?![0-9a-z.])"
_CLAIMED: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "arXiv",
        _compile(
            rf"(?:(?:^|[\s/(]|oai:arxiv\.org:)arxiv(?:\.org)?\s?[:/]\s?(?:abs/)?"
            rf"|oai:arxiv\.org:|{_ARXIV_HOSTS}"
            rf"|(?:huggingface\.co|hf\.co)/papers/|10\.48550/arxiv\.)({_ARXIV}){_ARXIV_TAIL}"
        ),
    ),
    (
        "DOI",
        _compile(
            rf"(?:(?:^|[\s(,;])(?:doi|digital object identifier)\s?[:=]?\s?(?:https?://)?(?:(?:dx\.)?doi\.org/)?"
            rf"|^info:doi/|^urn:doi:|doi\.org/(?:doi:)?"
            r"|/doi/(?:(?:abs|full|pdf|epdf|pdfdirect|epub|book|ref|citedby|suppl)/)?"
            r"|link\.springer\.com/(?:article|chapter|book|content/pdf|referenceworkentry)/"
            rf"|(?:bio|med)rxiv\.org/content/)({_DOI})"
        ),
    ),
    (
        "ACL",
        _compile(
            rf"(?:^acl(?:\s?anthology)?\s?:\s?|aclanthology\.(?:org|info)/(?:papers/)?(?:pdf/)?"
            rf"(?:[a-z]/[a-z][0-9]{{2}}/)?|aclweb\.org/anthology/(?:papers/)?(?:[a-z]/[a-z][0-9]{{2}}/)?)"
            rf"({_ACL})(?:v[0-9]+)?(?![0-9a-z-]|\.[0-9])"
        ),
    ),
    (
        "PMID",
        _compile(
            r"(?:^pmid\s?:?\s?|^pubmed\s?:\s?|pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/"
            r"|europepmc\.org/(?:article|abstract)/med/)([0-9]{1,8})(?![0-9a-z])"
        ),
    ),
    (
        "PMCID",
        _compile(
            r"(?:^pmc(?:id)?\s?:\s?|ncbi\.nlm\.nih\.gov/(?:pmc/)?articles/"
            r"|europepmc\.org/(?:articles?/)(?:pmc/)?)(?:pmc)?([0-9]{1,9})(?![0-9a-z])"
        ),
    ),
    (
        "CorpusId",
        _compile(
            r"(?:^(?:corpus\s?id|s2cid)\s?:?\s?|semanticscholar\.org/corpusid:)([0-9]{1,12})(?![0-9a-z])"
        ),
    ),
    (
        "S2",
        _compile(
            rf"(?:^s2(?:paperid)?:\s?|semanticscholar\.org/(?:graph/v1/)?paper/(?:[^\s/]*/)?)"
            rf"({_HEX})(?![0-9a-z])"
        ),
    ),
    (
        "OpenAlex",
        _compile(r"(?:^openalex\s?:\s?|openalex\.org/(?:works/)?)w([0-9]{1,12})(?![0-9a-z])"),
    ),
)
_BARE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("arXiv", _compile(rf"({_ARXIV})(?:v[0-9]+)?(?:\.pdf)?")),
    ("DOI", _compile(rf"({_DOI})(?:\s.*)?")),
    ("ACL", _compile(rf"({_ACL_NEW})(?:\.pdf)?")),
    ("PMCID", _compile(r"pmc([0-9]{1,9})(?:\.[0-9]+)?")),
)
_URL = _compile(r"(?:https?:)?//|www\.|(?:[a-z0-9-]+\.){1,5}(?:org|com|gov|co|info|net|edu)/")
_QUERY = re.compile("[?#]")
_WRAPPING = _compile(r"\\url\{([^{}]*)\}|<([^<>\s]*)>|url\s?[:=]\s?(\S*)")
_ACL_DOI = _compile(rf"10\.(?:18653|3115)/v1/({_ACL})")
_BIORXIV_TAIL = _compile(r"v[0-9]+(?:\.\S*)?$")
_PAIRS = {")": "(", "]": "[", "}": "{", ">": "<"}
_PREPRINT_DOI = _compile(
    r"10\.48550/arxiv\.|10\.(?:1101|64898)/(?:[0-9]{6}$|[0-9]{4}\.[0-9]{2}\.[0-9]{2}\.)|10\.2139/ssrn\."
    r"|10\.21203/rs\.|10\.26434/chemrxiv|10\.20944/preprints|10\.36227/techrxiv|10\.22541/(?:au|essoar)\."
    r"|10\.[0-9]{4,9}/osf\.io/|10\.3122[23]/|10\.5281/zenodo\.|10\.6084/m9\.figshare|10\.32388/"
)

# What templates and manuals print where a DOI is to be put: the samples of ACM (three), IEEE
# Access, Crossref and the DOI handbook, and every DOI with a piece like "xxxx" or "nnnnnnn".
_PLACEHOLDER_DOI = _compile(
    r"10\.1145/1122445\.1122456|10\.1145/1234567\.(?:1234567|1234567890)|10\.475/123_4"
    r"|10\.1109/access\.20[0-9]{2}\.doi|10\.5555/12345678|10\.1000/xyz123"
    r"|10\.[0-9.]+/(?:(?:.*[^a-z0-9])?(?:x{3,}|n{3,})(?:[^a-z0-9].*)?|.*x{4}.*|.*n{6}.*)"
)


def _arxiv(found: str) -> str | None:
    found = found.lower()
    archive, slash, number = found.rpartition("/")
    if slash:
        year, month = int(number[:2]), int(number[2:4])
        inside = (91, 7) <= (year, month) <= (99, 12) or (0, 1) <= (year, month) <= (7, 3)
        return (
            f"arXiv:{archive.partition('.')[0]}/{number}" if inside and month in _MONTHS else None
        )
    year, month, digits = int(found[:2]), int(found[2:4]), len(found) - 5
    if month not in _MONTHS or (year, month) < (7, 4) or year > _this_year() % 100 + 1:
        return None
    return f"arXiv:{found}" if digits == (4 if year < 15 else 5) else None


_MONTHS = range(1, 13)


def _this_year() -> int:
    return datetime.now(UTC).year


def _doi(found: str, *, in_url: bool) -> str | None:
    found = unescape(found).split()[0] if found.strip() else ""
    while found:
        last = found[-1]
        opening = _PAIRS.get(last)
        unopened = opening is not None and found.count(last) > found.count(opening)
        if unopened or last in ".,;:!?'\"”’*" or (in_url and last == "/"):
            found = found[:-1]
        elif in_url and found.lower().endswith(".pdf"):
            found = found[:-4]
        else:
            break
    if not found.isprintable() or not found.partition("/")[2] or _PLACEHOLDER_DOI.fullmatch(found):
        return None
    return f"DOI:{found.lower()}"


def _acl(found: str) -> str:
    return f"ACL:{found.lower() if '.' in found else found.upper()}"


def _canonical(name: str, found: str, *, in_url: bool) -> str | None:
    if name == "arXiv":
        return _arxiv(found)
    if name == "DOI":
        return _doi(found, in_url=in_url)
    if name == "ACL":
        return _acl(found)
    if name == "S2":
        return f"S2:{found.lower()}"
    number = int(found)
    prefix = {"PMCID": "PMCID:PMC", "OpenAlex": "OpenAlex:W"}.get(name, f"{name}:")
    return f"{prefix}{number}" if number else None


def parse_id(text: str, *, bare: bool = True) -> str | None:
    """The canonical id in `text`, or None where it holds none.

    Understood are prefixes ("arXiv:", "doi:", "PMID ", "CorpusId:" …), the URLs of the services,
    and, unless `bare` is false, ids that are plain by their form: arXiv ids, DOIs, new ACL
    Anthology ids, "PMC123". A plain number is never an id. Versions of arXiv papers, subject
    classes of old ones and the case of DOIs are dropped; a DOI that arXiv gave is the arXiv id, and
    the sample of a template ("10.1145/nnnnnnn.nnnnnnn") is none.
    A canonical id is its own canonical form. Never raises.
    """
    if len(text) > _LONGEST:
        return None
    text = " ".join(text.split())
    if wrapped := _WRAPPING.fullmatch(text):
        text = next(group for group in wrapped.groups() if group is not None)
    text = text.lstrip("([{\"'“‘")
    in_url = _URL.match(text) is not None
    if in_url:
        # In this order: a "?" that belongs to a DOI is escaped in its URL.
        text = unquote(_QUERY.split(text, maxsplit=1)[0])
    for name, pattern in _CLAIMED:
        if match := pattern.search(text):
            found, claim = match[1], match[0].lower()
            if name == "DOI" and "rxiv.org/content/" in claim:
                found = _BIORXIV_TAIL.sub("", found)
            return _canonical(name, found, in_url=in_url or "doi.org/" in claim)
    if not bare:
        return None
    for name, pattern in _BARE:
        if match := pattern.fullmatch(text):
            return _canonical(name, match[1], in_url=False)
    return None


def parse_ids(text: str) -> tuple[str, ...]:
    """Every canonical id that a claim implies, sorted; empty where it holds none.

    One id, but for the DOIs that the ACL gave, which hold the ACL id as well.
    """
    found = parse_id(text)
    if found is None:
        return ()
    acl = _ACL_DOI.fullmatch(found.removeprefix("DOI:"))
    return tuple(sorted((found, _acl(acl[1])))) if acl else (found,)


def kind(id: str) -> str:
    """The kind of a canonical id, one of ID_ORDER; "" for any other string."""
    prefix, colon, _ = id.partition(":")
    return prefix if colon and prefix in ID_ORDER else ""


def _natural(id: str) -> tuple[tuple[int, int, str], ...]:
    return tuple(
        (0, int(piece), piece) if piece.isdigit() else (1, 0, piece)
        for piece in re.split("([0-9]+)", id)
        if piece
    )


def preferred(ids: Iterable[str]) -> str | None:
    """The id a paper is best called by: the first kind of ID_ORDER, then the smallest.

    Numbers inside ids are compared as numbers. None where no id is of a known kind.
    """
    known = [each for each in ids if kind(each)]
    return min(known, key=lambda each: (ID_ORDER.index(kind(each)), _natural(each)), default=None)


def is_preprint_doi(id: str) -> bool:
    """Whether a DOI ("DOI:10.…" or bare) was given by a preprint server or an archive of deposits.

    One work may have several such DOIs, and a published one beside them.
    """
    return _PREPRINT_DOI.match(id.removeprefix("DOI:")) is not None


_URLS = {
    "arXiv": "https://arxiv.org/abs/{}",
    "DOI": "https://doi.org/{}",
    "ACL": "https://aclanthology.org/{}/",
    "PMID": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    "PMCID": "https://pmc.ncbi.nlm.nih.gov/articles/{}/",
    "CorpusId": "https://api.semanticscholar.org/CorpusID:{}",
    "S2": "https://www.semanticscholar.org/paper/{}",
    "OpenAlex": "https://openalex.org/{}",
}


def url_of(id: str) -> str:
    """The page of a canonical id; "" for an id of no known kind."""
    name = kind(id)
    if not name:
        return ""
    return _URLS[name].format(quote(id.partition(":")[2], safe="/:;().,@!*'~"))


def normalise_title(title: str) -> str:
    """A title for comparing: case and accents folded, letters and digits of any script kept.

    Everything else is a single space: "A “Naïve” Bayes-Model" is "a naive bayes model".
    """
    return fold_words(title)


def stable_id(title: str, first_author_family: str, year: int | None, beside: str = "") -> str:
    """An id made from what a paper says, for one without outside ids: "pk:" and 16 characters.

    They are lower-case base 32 (RFC 4648) of a BLAKE2b hash of 80 bits over the normalised title,
    the folded family name of the first author, the year, and, if given, the normalised text
    `beside` them, for papers that these three do not tell from others. The same words give the
    same id on every machine and in every version: ids stand in libraries, lists and links.
    """
    said = [normalise_title(title), fold(first_author_family), "" if year is None else str(year)]
    if beside:
        said.append(normalise_title(beside))
    text = "\x1f".join(said).encode("utf-8", "replace")
    return "pk:" + b32encode(hashlib.blake2b(text, digest_size=10).digest()).decode().lower()
