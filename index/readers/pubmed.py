"""PubMed's own XML: what EFetch answers, what the site saves, and the files of the baseline."""

import re
from collections.abc import Iterable
from typing import Any

from .europepmc import RETRACTED
from .xmltree import Element, plain, readable

__all__ = ["PUBMED_ELEMENTS", "fields_of"]

PUBMED_ELEMENTS = ("PubmedArticle", "PubmedBookArticle", "MedlineCitation", "DeleteCitation")
"""What is read of a file; older ones have citations that stand by themselves."""

_TRANSLATED = re.compile(r"\[(.+)\]\.?", re.DOTALL)
_NO_TITLE = re.compile(r"\[(?:not available|in process citation)\.?\]\.?", re.IGNORECASE)
_IN_JOURNAL = {
    "volume": "Journal/JournalIssue/Volume",
    "issue": "Journal/JournalIssue/Issue",
    "pages": "Pagination/MedlinePgn",
    "issn": "Journal/ISSN",
}
_NO_LABEL = frozenset(["", "UNLABELLED", "UNLABELED", "UNASSIGNED"])


def fields_of(element: Element) -> dict[str, Any]:
    """The values of an article or a part of a book by their names (index/readers/fields.py).

    Structured abstracts keep their labels, a paragraph each. Ids of the papers that an article
    cites are not its own.

    Raises ValueError, with the reason, where there is no article in the element, and for a list of
    citations that were deleted.
    """
    if element.tag == "DeleteCitation":
        raise ValueError(_deleted(element))
    book = element.find("BookDocument")
    citation = element if element.tag == "MedlineCitation" else element.find("MedlineCitation")
    if book is not None:
        return _of_book(element, book)
    article = None if citation is None else citation.find("Article")
    if citation is None or article is None:
        raise ValueError("it has no citation with an article in it")
    title, vernacular = _titles(article)
    languages = [plain(each) for each in article.findall("Language")]
    return {
        "title": title,
        "vernacular title": vernacular if vernacular != title else "",
        "abstract": _abstract(article.find("Abstract")) or _other_abstract(citation),
        "authors": _authors(article.findall("AuthorList")),
        "published": _published(article, element),
        "venue": _venue(citation, article),
        "pmid": plain(citation.find("PMID")),
        "id": plain(citation.find("PMID")),
        "language": languages[0] if languages else "",
        "keywords": _keywords(citation),
        **_place(article),
        **_kind(article),
        "mesh": _several(citation, "MeshHeadingList/MeshHeading/DescriptorName"),
        **_ids(article.findall("ELocationID"), element.find("PubmedData")),
    }


def _deleted(element: Element) -> str:
    numbers = [plain(each) for each in element.findall("PMID")]
    shown = ", ".join(numbers[:20]) + (" …" if len(numbers) > 20 else "")
    return f"it is no paper, but a list of {len(numbers)} that PubMed deleted ({shown})"


def _of_book(element: Element, book: Element) -> dict[str, Any]:
    languages = [plain(each) for each in book.findall("Language")]
    return {
        "title": readable(book.find("ArticleTitle")) or readable(book.find("Book/BookTitle")),
        "abstract": _abstract(book.find("Abstract")),
        "authors": _authors(book.findall("AuthorList") or book.findall("Book/AuthorList")),
        "published": _date(book.find("ContributionDate")) or _date(book.find("Book/PubDate")),
        "venue": readable(book.find("Book/BookTitle")),
        "pmid": plain(book.find("PMID")),
        "id": plain(book.find("PMID")),
        "language": languages[0] if languages else "",
        "keywords": _keywords(book),
        "accession": plain(book.find("ArticleIdList/ArticleId[@IdType='bookaccession']")),
        **_ids(book.findall("ELocationID"), element.find("PubmedBookData")),
    }


def _titles(article: Element) -> tuple[str, str]:
    """The title, without the brackets that mark a translation, and the title as it was."""
    title = readable(article.find("ArticleTitle"))
    vernacular = readable(article.find("VernacularTitle"))
    if _NO_TITLE.fullmatch(title):
        return vernacular, vernacular
    translated = _TRANSLATED.fullmatch(title)
    # "[1] and [2]." has brackets at both ends that do not belong together.
    if translated and "]" not in translated[1].partition("[")[0]:
        title = translated[1].strip()
    return title, vernacular


def _abstract(element: Element | None) -> str:
    if element is None:
        return ""
    return "\n\n".join(part for each in element.findall("AbstractText") if (part := _part(each)))


def _part(element: Element) -> str:
    text = readable(element)
    labels = (element.get(name, "").strip() for name in ("Label", "NlmCategory"))
    label = next((each for each in labels if each.upper() not in _NO_LABEL), "")
    return f"{label.rstrip(' :')}: {text}" if label and text else text


def _other_abstract(citation: Element) -> str:
    """An abstract by somebody else or in another language: English before others."""
    others = citation.findall("OtherAbstract")
    others.sort(key=lambda each: each.get("Language", "eng") != "eng")
    return next((text for each in others if (text := _abstract(each))), "")


def _authors(lists: Iterable[Element]) -> list[str]:
    """Names as "Last, First", and groups; editors only where there are no authors."""
    found = [(each.get("Type", "authors") == "editors", each) for each in lists]
    for editors in (False, True):
        names = [
            name
            for is_editors, each in found
            if is_editors is editors
            for author in each.findall("Author")
            if author.get("ValidYN", "Y") != "N" and (name := _name(author))
        ]
        if names:
            return names
    return []


def _name(author: Element) -> str:
    last, first, initials, suffix, group = (
        plain(author.find(name))
        for name in ("LastName", "ForeName", "Initials", "Suffix", "CollectiveName")
    )
    if not last:
        return group
    rest = ", ".join(part for part in (suffix, first or initials) if part)
    return f"{last}, {rest}" if rest else last


def _published(article: Element, element: Element) -> str:
    """The date of the issue; without one that of the article, then that of its entry."""
    return (
        _date(article.find("Journal/JournalIssue/PubDate"))
        or _date(article.find("ArticleDate"))
        or _date(element.find("PubmedData/History/PubMedPubDate[@PubStatus='pubmed']"))
    )


def _date(element: Element | None) -> str:
    """A date as PubMed has it: "2001-06-03", "2001 Jun 3", "2001 Summer", "1998 Dec-1999 Jan"."""
    if element is None:
        return ""
    year, month, day, season, whole = (
        plain(element.find(name)) for name in ("Year", "Month", "Day", "Season", "MedlineDate")
    )
    if not year:
        return whole
    if month.isdecimal():
        parts = (year, month.zfill(2), day.zfill(2) if day else "")
        return "-".join(part for part in parts if part)
    return " ".join(part for part in (year, month or season, day if month else "") if part)


def _venue(citation: Element, article: Element) -> str:
    journal = article.find("Journal")
    named = () if journal is None else (journal.find("Title"), journal.find("ISOAbbreviation"))
    every = (*named, citation.find("MedlineJournalInfo/MedlineTA"))
    return next((name for each in every if (name := plain(each))), "")


def _place(article: Element) -> dict[str, str]:
    """Where in its journal an article stands."""
    found = {name: plain(article.find(path)) for name, path in _IN_JOURNAL.items()}
    first, last = (plain(article.find(f"Pagination/{n}Page")) for n in ("Start", "End"))
    found["pages"] = found["pages"] or (f"{first}-{last}" if last else first)
    return {name: text for name, text in found.items() if text}


def _kind(article: Element) -> dict[str, object]:
    """What kind of an article it is, and whether it was retracted, as Europe PMC's records say."""
    kinds = _several(article, "PublicationTypeList/PublicationType")
    retracted = any(each.lower() == RETRACTED for each in kinds)
    return {"type": "; ".join(kinds)} | ({"retracted": True} if retracted else {})


def _keywords(element: Element) -> list[str]:
    return _several(element, "KeywordList/Keyword")


def _several(element: Element, path: str) -> list[str]:
    found = (plain(each) for each in element.findall(path))
    return list(dict.fromkeys(each for each in found if each))


def _ids(locations: Iterable[Element], data: Element | None) -> dict[str, str]:
    ids: dict[str, str] = {}
    for each in locations:
        if each.get("EIdType") == "doi" and each.get("ValidYN", "Y") != "N":
            ids.setdefault("doi", plain(each))
    for each in () if data is None else data.findall("ArticleIdList/ArticleId"):
        name = {"doi": "doi", "pmc": "pmcid"}.get(each.get("IdType", ""))
        if name and (said := plain(each)):
            ids.setdefault(name, said)
    return ids
