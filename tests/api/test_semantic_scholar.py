"""Semantic Scholar's best known client, as it is installed, against `paperkin serve`."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from semanticscholar import SemanticScholar
from semanticscholar.SemanticScholarException import (
    BadQueryParametersException,
    ObjectNotFoundException,
)

import paperkin
from serving import serving, write_listed
from tiny_models import write_static_model

KETTLE = "0123456789abcdef0123456789abcdef01234567"
OVEN, UMBRELLA, FERRY = "arXiv:2501.00002", "arXiv:2502.00003", "DOI:10.1000/ferry.7"
PONDS = 1200


@pytest.fixture(scope="module")
def scholar(listed_address: str) -> SemanticScholar:
    return SemanticScholar(api_url=listed_address)


@pytest.fixture(scope="module")
def ponds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server answers from more papers than one page of any kind holds."""
    folder = tmp_path_factory.mktemp("ponds")
    model = write_static_model(folder / "model")
    source = write_listed(folder / "ponds.jsonl", PONDS)
    with (
        paperkin.build(folder / "library", source, model=str(model)) as library,
        serving(library.path) as address,
    ):
        yield address


def titles(papers: Any) -> list[str]:
    return [paper.title for paper in papers]


def test_papers_are_searched_and_typed(scholar: SemanticScholar) -> None:
    found = scholar.search_paper("a kettle that hears the water", limit=5)
    assert (found.total, found.offset, found.next, len(found)) == (144, 0, 5, 5)
    kettle = found[0]
    assert kettle.title == "Kettles that know when tea is ready"
    assert kettle.paperId == KETTLE
    assert kettle.externalIds == {"ArXiv": "2501.00001", "CorpusId": 4711}
    assert [(each.authorId, each.name) for each in kettle.authors] == [
        ("ada_quill", "Ada Quill"),
        ("bo_lindstrom", "Bo Lindström"),
    ]
    assert kettle.abstract.startswith("A kettle listens to its own water.")
    assert (kettle.year, kettle.corpusId, kettle.citationCount) == (2025, 4711, 7)
    assert kettle.publicationTypes == ["JournalArticle"]
    assert kettle.fieldsOfStudy == ["Computer Science", "Physics"]
    assert kettle.openAccessPdf["url"] == "https://arxiv.org/pdf/2501.00001"
    assert kettle.citationStyles["bibtex"].startswith("@")
    found.next_page()
    assert (found.offset, len({paper.paperId for paper in found.items})) == (5, 10)
    # All pages, one after the other.
    assert len(list(scholar.search_paper("rivers", limit=100))) == 144


def test_what_a_library_lacks_is_told_as_absent(scholar: SemanticScholar) -> None:
    paper = scholar.get_paper(FERRY)
    assert paper.publicationDate.date().isoformat() == "2025-02-04"
    assert paper.venue == paper.journal.name == "River Transport"
    assert (paper.tldr, paper.publicationTypes, paper.openAccessPdf) == (None, None, None)
    assert (paper.fieldsOfStudy, paper.s2FieldsOfStudy, paper.corpusId) == (None, [], None)
    assert (paper.citationCount, paper.referenceCount, paper.citations) == (0, 0, [])
    assert paper.isOpenAccess is False
    assert scholar.get_paper(OVEN).venue == ""
    assert scholar.get_paper(OVEN).publicationDate is None
    (author,) = paper.authors
    assert (author.affiliations, author.homepage, author.hIndex) == ([], None, 0)
    assert list(scholar.get_paper_citations(FERRY)) == []
    assert list(scholar.get_paper_references(FERRY)) == []


def test_vectors_are_those_of_the_library(scholar: SemanticScholar) -> None:
    paper = scholar.get_paper(KETTLE, fields=["title", "embedding", "tldr"])
    assert set(paper.keys()) == {"paperId", "title", "embedding", "tldr"}
    assert paper.embedding["model"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert len(paper.embedding["vector"]) == 384
    assert sum(x * x for x in paper.embedding["vector"]) == pytest.approx(1, abs=1e-3)
    assert paper.tldr.text == "A kettle that hears when tea is ready."
    # Another model's vector is not passed off as that of SPECTER.
    assert scholar.get_paper(KETTLE, fields=["embedding.specter_v2"]).embedding is None


FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"venue": ["River Transport", "Nowhere"]}, {"Ferries on small rivers"}),
    ({"year": "2025", "fields_of_study": ["Mathematics"]}, set()),
    ({"fields_of_study": ["Computer Science"]}, {"Kettles that know when tea is ready"}),
    (
        {"fields_of_study": ["Physics"]},
        {"Kettles that know when tea is ready", "A thermometer for bread ovens"},
    ),
    ({"publication_date_or_year": "2025-02-01:2025-02-28"}, {"Ferries on small rivers"}),
    ({"publication_date_or_year": "2025-02-05:"}, set()),
    ({"min_citation_count": 3}, {"Kettles that know when tea is ready"}),
    ({"publication_types": ["Review", "JournalArticle"]}, {"Kettles that know when tea is ready"}),
    (
        {"open_access_pdf": True, "min_citation_count": 1},
        {"Kettles that know when tea is ready", "A thermometer for bread ovens"},
    ),
]


@pytest.mark.parametrize(("filters", "expected"), FILTERS)
@pytest.mark.parametrize("bulk", [False, True])
def test_filters(
    scholar: SemanticScholar, filters: dict[str, Any], expected: set[str], bulk: bool
) -> None:
    query = "" if bulk else "tea, bread and rivers"
    found = scholar.search_paper(query, bulk=bulk, **filters)
    assert found.total == len(expected)
    assert set(titles(found)) == expected


def test_a_title_is_matched(scholar: SemanticScholar) -> None:
    paper = scholar.search_paper("Thermometers for bread ovens", match_title=True)
    assert paper.title == "A thermometer for bread ovens"
    assert paper["matchScore"] > 50
    with pytest.raises(ObjectNotFoundException, match="Title match not found"):
        scholar.search_paper("zebra crossings of the moon", match_title=True)


def test_papers_by_any_id(scholar: SemanticScholar, caplog: pytest.LogCaptureFixture) -> None:
    ids = [
        "ARXIV:2501.00001v2",
        KETTLE,
        "CorpusId:4711",
        "URL:https://arxiv.org/abs/2501.00001",
        "PMID:7654321",
        "PMCID:998877",
        "10.1000/FERRY.7",
    ]
    assert titles(scholar.get_paper(id, fields=["title"]) for id in ids) == [
        *["Kettles that know when tea is ready"] * 4,
        *["Ferries on small rivers"] * 3,
    ]
    wanted = ["PMCID:998877", "CorpusId:4711", "ARXIV:1234.56789", KETTLE]
    papers, unknown = scholar.get_papers(wanted, return_not_found=True)
    assert titles(papers) == [
        "Ferries on small rivers",
        *["Kettles that know when tea is ready"] * 2,
    ]
    assert unknown == ["ARXIV:1234.56789"]


def test_recommendations(scholar: SemanticScholar) -> None:
    galaxy = scholar.search_paper("dark matter in galaxies", limit=1)[0]
    alike = scholar.get_recommended_papers(galaxy.paperId, limit=4)
    assert len(alike) == 4
    assert galaxy.paperId not in [paper.paperId for paper in alike]
    assert "Acoustic Peaks in the Cosmic Microwave Background" in titles(alike)
    liked = scholar.get_recommended_papers_from_lists([galaxy.paperId], [OVEN, "nope"], limit=3)
    assert 0 < len(liked) <= 3
    assert not {galaxy.paperId, OVEN} & {paper.paperId for paper in liked}
    with pytest.raises(ObjectNotFoundException, match="nope"):
        scholar.get_recommended_papers("nope")
    with pytest.raises(ObjectNotFoundException, match="Input papers not found"):
        scholar.get_recommended_papers_from_lists(["nope"])
    with pytest.raises(BadQueryParametersException):
        scholar.get_recommended_papers_from_lists([OVEN], [OVEN])


def test_titles_are_completed(scholar: SemanticScholar) -> None:
    (found,) = scholar.get_autocomplete("umbrellas that f")
    assert (found.id, found.title) == (UMBRELLA, "Umbrellas that fold themselves")
    assert found.authors_year == "Lindstrom & Reed, 2025"
    assert scholar.get_autocomplete("") == []


def test_texts_are_found(scholar: SemanticScholar) -> None:
    found = scholar.search_snippet("wet thread", limit=3)
    assert found[0].text.startswith("A spring and a wet thread close an umbrella")
    assert found[0].snippet.annotations["sentences"][1] == {"start": 71, "end": 89}
    assert found[0].paper.authors == ["Bo Lindstrom", "Dora Reed"]
    assert [
        each.paper.title for each in scholar.search_snippet("rivers", authors=["reed", "lindstrom"])
    ] == ["Umbrellas that fold themselves"]
    assert [each.paper.title for each in scholar.search_snippet("tea", paper_ids=[OVEN])] == [
        "A thermometer for bread ovens"
    ]


def test_authors_are_known_by_their_names(scholar: SemanticScholar) -> None:
    people = scholar.search_author("lindstrom")
    assert [(each.authorId, each.paperCount) for each in people] == [("bo_lindstrom", 2)]
    person = scholar.get_author("bo_lindstrom")
    assert (person.citationCount, person.hIndex, person.affiliations) == (7, 1, [])
    assert titles(person.papers) == [
        "Kettles that know when tea is ready",
        "Umbrellas that fold themselves",
    ]
    assert titles(scholar.get_author_papers("dora_reed")) == [
        "Ferries on small rivers",
        "Umbrellas that fold themselves",
    ]
    assert [each.name for each in scholar.get_paper_authors(UMBRELLA)] == [
        "Bo Lindstrom",
        "Dora Reed",
    ]
    known, unknown = scholar.get_authors(["dora_reed", "nobody"], return_not_found=True)
    assert ([each.name for each in known], unknown) == (["Dora Reed"], ["nobody"])
    with pytest.raises(ObjectNotFoundException, match="Author with id nobody not found"):
        scholar.get_author("nobody")


WRONG: list[tuple[Callable[[SemanticScholar], Any], str]] = [
    (lambda it: it.search_paper(""), r"Unacceptable query params: \[query=\]"),
    (lambda it: it.search_paper("tea", year="soon"), r"Unacceptable query params: \[year=soon\]"),
    (
        lambda it: it.search_paper("tea", fields=["title", "no", "tldr.x"]),
        r"fields: \[no, tldr.x\]",
    ),
    (lambda it: it.search_paper("t", bulk=True, fields=["tldr"]), r"unsupported fields: \[tldr\]"),
    (lambda it: it.search_paper("tea", bulk=True, sort="title"), r"\[sort=title\]"),
    (lambda it: it.search_paper("t", min_citation_count="x"), r"\[minCitationCount=x\]"),
    (lambda it: it.search_paper("t", publication_date_or_year="2025-13"), "no date or range"),
    (lambda it: it.get_papers(["nope", "CorpusId:1"]), "No valid paper ids given"),
    (lambda it: it.get_authors(["nobody"]), "No valid author ids given"),
]


@pytest.mark.parametrize(("call", "reason"), WRONG)
def test_wrong_parameters(
    scholar: SemanticScholar, call: Callable[[SemanticScholar], Any], reason: str
) -> None:
    with pytest.raises(BadQueryParametersException, match=reason):
        call(scholar)


def ask(url: str, body: bytes | None = None) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(url, body, timeout=60) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_limits_of_that_service(listed_address: str) -> None:
    graph = f"{listed_address}/graph/v1"
    ids = json.dumps({"ids": ["x"] * 501}).encode()
    many = json.dumps({"ids": [OVEN] * 500}).encode()
    wrong: list[tuple[str, bytes | None, int, str]] = [
        ("/paper/search?query=tea&limit=101", None, 400, "'limit' must be <= 100"),
        ("/paper/search?query=tea&limit=0", None, 400, "Unacceptable query params: [limit=0]"),
        ("/paper/search?query=tea&offset=-1", None, 400, "Unacceptable query params: [offset=-1]"),
        ("/paper/search?query=tea&offset=950&limit=50", None, 400, "Relevance search offset + lim"),
        ("/paper/search?query=tea&offset=200", None, 400, "Requested data for this limit and/or"),
        ("/paper/search?query=tea&offset=" + "9" * 5000, None, 400, "offset + limit must be <"),
        (f"/paper/{OVEN}/authors?limit=1001", None, 400, "'limit' must be <= 1000"),
        ("/paper/nope/citations", None, 404, "Paper with id nope not found"),
        ("/paper/search/bulk?token=stale", None, 400, "Unacceptable query params: [token=stale]"),
        ("/paper/batch", ids, 400, "'ids' must hold at most 500 ids"),
        ("/paper/batch", b"[1", 400, "The body is no JSON object."),
        ("/paper/batch", b'{"ids": "x"}', 400, "'ids' must be a list of strings"),
        ("/paper/batch", b'{"ids": []}', 400, "'ids' must not be empty"),
        ("/paper/batch", None, 404, "Paper with id batch not found"),
        ("/nowhere", None, 404, "Not Found"),
        ("/paper/search", b"{}", 405, "Method Not Allowed"),
    ]
    for path, body, status, message in wrong:
        answer = ask(graph + path, body)
        assert answer[0] == status, (path[:80], answer)
        assert answer[1]["error"].startswith(message), (path[:80], answer)
    status, papers = ask(f"{graph}/paper/batch?fields=year&colour=red", many)
    assert (status, papers) == (200, [{"paperId": OVEN, "year": 2025}] * 500)
    assert ask(f"{graph}/paper/{OVEN}") == (
        200,
        {"paperId": OVEN, "title": "A thermometer for bread ovens"},
    )
    assert ask(f"{listed_address}/datasets/v1/release/")[0] == 404
    recommend = f"{listed_address}/recommendations/v1/papers/forpaper/{OVEN}?limit=501"
    assert ask(recommend) == (400, {"error": "Limit must be between 0 and 500"})
    half = json.dumps({"positivePaperIds": ["\ud83e"]}).encode()
    told = ask(f"{listed_address}/recommendations/v1/papers", half)
    assert told == (404, {"error": "Input papers not found: [\\ud83e]"})


def test_more_than_a_page(ponds: str) -> None:
    scholar = SemanticScholar(api_url=ponds)
    # The service refuses offset + limit from 1,000 on, so the client must not be sent there.
    assert len(list(scholar.search_paper("pond", limit=100, fields=["title"]))) == 900
    found = scholar.search_paper("pond frog*", bulk=True, fields=["title"])
    assert (found.total, len(found)) == (PONDS, 1000)
    every = [paper.paperId for paper in found]
    assert len(set(every)) == PONDS
    newest = list(scholar.search_paper("pond", bulk=True, sort="publicationDate:desc"))
    days = [paper.publicationDate for paper in newest]
    assert len(days) == PONDS
    assert days == sorted(days, reverse=True)
    assert scholar.search_paper("pond -frogs", bulk=True).total == 0


def test_a_token_belongs_to_its_question(ponds: str) -> None:
    bulk = f"{ponds}/graph/v1/paper/search/bulk"
    _, first = ask(f"{bulk}?query=pond")
    assert ask(f"{bulk}?query=frogs&token={first['token']}")[0] == 400
    _, last = ask(f"{bulk}?query=pond&token={first['token']}")
    assert (last["total"], len(last["data"]), last["token"]) == (PONDS, PONDS - 1000, None)
