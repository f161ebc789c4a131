"""The native HTTP API: shapes, routing, errors."""

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import paperkin
from paperkin.api.http import create_app
from paperkin.api.warmup import Warmup
from paperkin.api.wire import PAPER_FIELDS, paper_document
from paperkin.index.errors import LibraryBusy, ModelError
from paperkin.index.paper import Paper
from paperkin.search.library import Library

YEAST = {
    "paperId": "DOI:10.1000/yeast.2",
    "title": "Wild yeast in sourdough starters",
    "abstract": "Starters kept in different houses hold different yeasts and bacteria. Flour, "
    "water and warmth decide which of them win, and how sour the loaf becomes.",
    "authors": [{"name": "Cyril Óg"}, {"name": "Wei Zhang"}],
    "year": 2019,
    "publicationDate": None,
    "published": "2019",
    "venue": "Journal of Ferments",
    "externalIds": {"DOI": "10.1000/yeast.2"},
    "url": "https://doi.org/10.1000/yeast.2",
    "categories": ["food.bio"],
    "language": None,
    "sources": ["papers.jsonl"],
}


@pytest.fixture(scope="module")
def demonstration_client(demo_library: paperkin.Library) -> TestClient:
    return TestClient(create_app(demo_library), raise_server_exceptions=False)


PLACE = ("rank", "score", "confidence", "nearIdentical")


def problem(response: Any, status: int, kind: str) -> dict[str, Any]:
    """The document of a problem, after looking at what all problems have in common."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["type"] == (f"urn:paperkin:problem:{kind}" if kind else "about:blank")
    assert document["status"] == status
    assert document["title"]
    assert document["detail"].endswith(".")
    assert document["instance"].startswith("/")
    return document


def test_a_misspelled_word_is_corrected_and_the_answer_says_so(client: TestClient) -> None:
    answer = client.get("/v1/search", params={"query": "sourdugh", "mode": "keyword"}).json()
    assert (answer["corrected"], answer["total"]) == ("sourdough", 1)
    assert answer["data"][0]["title"] == "Wild yeast in sourdough starters"


def test_search(client: TestClient) -> None:
    response = client.get("/v1/search", params={"query": "why is my loaf so acidic", "limit": 1})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    score, sure = answer["data"][0]["score"], answer["data"][0]["confidence"]
    assert isinstance(score, float)
    assert 0 <= sure <= answer["confidence"] <= 1
    assert answer == {
        "total": 8,
        "offset": 0,
        "next": 1,
        "sort": "relevance",
        "verdict": "nothing",
        "confidence": answer["confidence"],
        "corrected": None,
        "suggestion": None,
        "remark": "Nothing here matches the query. These papers are only the nearest to it.",
        "reranked": None,
        "fingerprint": answer["fingerprint"],
        "data": [{**YEAST, "rank": 1, "score": score, "confidence": sure, "nearIdentical": []}],
    }
    assert list(answer["data"][0]) == [*PAPER_FIELDS, *PLACE]


def test_search_answers_as_the_library_does(client: TestClient, small_library: Library) -> None:
    for mode in ("hybrid", "semantic", "keyword"):
        hits = small_library.search("bread and the sea", 5, mode=mode, exact=True, offset=1)
        asked = {"q": "bread and the sea", "limit": 5, "offset": 1, "mode": mode, "exact": "true"}
        answer = client.get("/v1/search", params=asked).json()
        assert (answer["total"], answer["next"]) == (hits.total, hits.next)
        told = [(hit["rank"], hit["paperId"], hit["score"]) for hit in answer["data"]]
        assert told == [(hit.rank, hit.id, hit.score) for hit in hits]


def test_hits_say_why_they_are_there_when_asked(
    client: TestClient, demonstration_client: TestClient
) -> None:
    asked = "/v1/search?q=storms+at+the+shore&limit=1&fields=title,why"
    (hit,) = client.get(f"{asked}&explain=true").json()["data"]
    assert list(hit) == ["paperId", "title", *PLACE, "why"]
    assert sum(hit["why"]["parts"].values()) == pytest.approx(hit["score"], abs=1e-5)
    assert hit["why"]["missing"] == ["shore"]
    assert hit["why"]["sentence"]["text"].startswith("Storms feed")
    assert "why" not in client.get(asked).json()["data"][0]
    answer = demonstration_client.get("/v1/search?q=galaxies&limit=5&explain=true").json()
    names = {name for hit in answer["data"] for name in hit["why"]["parts"]}
    assert {"meaning", "feedbackMeaning", "feedbackWords", "neighbours"} <= names
    (near,) = client.get("/v1/papers/marsh-1/related?limit=1&explain=1").json()["data"]
    assert set(near["why"]["parts"]) == {"meaning", "words"}
    problem(client.get("/v1/search?q=x&explain=maybe"), 422, "invalid-request")


def test_filters_repeat_and_combine(client: TestClient) -> None:
    asked = "q=people&author=reed&author=zhang&year=2019-&venue=!coasts&mode=semantic"
    answer = client.get(f"/v1/search?{asked}").json()
    assert [hit["paperId"] for hit in answer["data"]] == ["DOI:10.1000/yeast.2"]
    asked = "q=people&published=2021-01:2021-02&category=psych&source=papers.jsonl"
    answer = client.get(f"/v1/search?{asked}").json()
    assert [hit["paperId"] for hit in answer["data"]] == ["arXiv:2101.00001"]


def test_fields_select(client: TestClient) -> None:
    answer = client.get("/v1/search?q=violins&limit=1&fields=title,%20year,score").json()
    (hit,) = answer["data"]
    assert list(hit) == ["paperId", "title", "year", *PLACE]
    paper = client.get("/v1/papers/arXiv:2101.00001?fields=publicationDate").json()
    assert paper == {"paperId": "arXiv:2101.00001", "publicationDate": "2021-01-04"}


@pytest.mark.parametrize(
    "id",
    [
        "DOI:10.1000/yeast.2",
        "doi:10.1000/YEAST.2",
        "10.1000/yeast.2",
        "10.1000%2Fyeast.2",
        "DOI%3A10.1000%2Fyeast.2",
        "https://doi.org/10.1000/yeast.2",
        "https%3A%2F%2Fdoi.org%2F10.1000%2Fyeast.2",
    ],
)
def test_a_paper_and_its_neighbours_by_any_spelling(client: TestClient, id: str) -> None:
    assert client.get(f"/v1/papers/{id}").json() == YEAST
    answer = client.get(f"/v1/papers/{id}/related?limit=1&fields=title").json()
    assert (answer["total"], answer["offset"], answer["next"]) == (7, 0, 1)
    assert answer["data"][0]["title"] == "Bread dough judged by hand"


def test_related_takes_filters_and_pages(client: TestClient) -> None:
    path = "/v1/papers/ARXIV:2101.00001v3/related"
    answer = client.get(path, params={"category": "psych", "offset": 1}).json()
    assert (answer["total"], answer["next"]) == (2, None)
    assert [hit["rank"] for hit in answer["data"]] == [2]
    # Papers ask no question that could have no answer, or be misspelled.
    assert list(answer) == [
        *("total", "offset", "next", "sort", "unknown"),
        *("remark", "reranked", "fingerprint", "data"),
    ]


def test_an_id_may_end_like_a_path(client: TestClient) -> None:
    found = problem(client.get("/v1/papers/10.1000%2Fyeast.2%2Frelated"), 404, "unknown-paper")
    assert "'10.1000/yeast.2/related'" in found["detail"]
    assert found["instance"] == "/v1/papers/10.1000%2Fyeast.2%2Frelated"


@pytest.mark.parametrize("path", ["/v1/papers/nobody", "/v1/papers/nobody/related"])
def test_unknown_paper(client: TestClient, path: str) -> None:
    found = problem(client.get(path), 404, "unknown-paper")
    assert found["detail"].startswith("No paper of this library has the id 'nobody'.")
    assert found["instance"] == path


@pytest.mark.parametrize("path", ["/", "/v1", "/v2/search", "/v1/search/", "/docs", "/v1/a%20b"])
def test_unknown_path(client: TestClient, path: str) -> None:
    assert problem(client.get(path), 404, "")["instance"] == path


def test_wrong_method(client: TestClient) -> None:
    response = client.put("/v1/papers/nobody")
    problem(response, 405, "")
    assert response.headers["allow"] == "DELETE, GET, HEAD"


@pytest.mark.parametrize(
    ("asked", "parameter", "detail"),
    [
        ("", "query", "Give a query, like ?query=sparse+attention."),
        ("q=a&query=b", "q", "Give either query or q, which mean the same."),
        ("q=a&lmit=3", "lmit", "There is no parameter 'lmit'. The parameters are: fields, limit,"),
        ("q=a&{x}=3", "{x}", "There is no parameter '{x}'."),
        ("q=a&limit=101", "limit", "limit: Input should be less than or equal to 100, not '101'."),
        ("q=a&limit=0", "limit", "limit: Input should be greater than or equal to 1, not '0'."),
        ("q=a&limit=ten", "limit", "limit: Input should be a valid integer"),
        ("q=a&offset=-1", "offset", "offset: Input should be greater than or equal to 0"),
        ("q=a&mode=magic", "mode", "mode: Input should be 'hybrid', 'semantic' or 'keyword'"),
        ("q=a&exact=perhaps", "exact", "exact: Input should be a valid boolean"),
        ("q=a&q=b", "q", "The parameter 'q' is given 2 times. Give it once."),
        ("q=a&limit=1&limit=2&limit=3", "limit", "The parameter 'limit' is given 3 times."),
        ("q=a&author=%3F", "author", "The author '?' holds no name, or too long a one."),
        ("q=a&rerank=true", "rerank", "This server has no cross-encoder."),
        (
            "q=a&mode=" + "x" * 999,
            "mode",
            f"mode: Input should be 'hybrid', 'semantic' or 'keyword', not '{'x' * 60}…'.",
        ),
        ("q=%20", None, "The query is empty."),
        ("q=a&offset=10000", "offset", "An answer goes down to place 10,000"),
        ("q=a&year=2021-2019", "year", "The years '2021-2019' run backwards. Write 2019-2021."),
        ("q=a&published=soon", "published", "'soon' is no date or range of dates."),
        ("q=a&venue=", "venue", "The filter venue is empty."),
        (
            "q=a&fields=title,colour",
            "fields",
            "There is no field 'colour'. The fields are: paperId,",
        ),
    ],
)
def test_what_makes_no_sense(
    client: TestClient, asked: str, parameter: str | None, detail: str
) -> None:
    found = problem(client.get(f"/v1/search?{asked}"), 422, "invalid-request")
    assert found["detail"].startswith(detail)
    if parameter is not None:
        assert [each["parameter"] for each in found["errors"]] == [parameter]


def test_parameters_of_other_paths_are_unknown(client: TestClient) -> None:
    for path in ("/v1/papers/arXiv:2101.00001?limit=1", "/v1/papers/arXiv:2101.00001/related?q=a"):
        problem(client.get(path), 422, "invalid-request")


def test_paths_without_parameters_take_none(client: TestClient) -> None:
    for path in ("/livez", "/readyz", "/openapi.json"):
        assert client.get(path).status_code == 200
        found = problem(client.get(f"{path}?verbose=1"), 422, "invalid-request")
        assert found["detail"] == "There is no parameter 'verbose'. There are none here."
    assert "/openapi.json" not in client.get("/openapi.json").json()["paths"]


def test_papers_may_be_left_out(client: TestClient) -> None:
    whole = client.get("/v1/search?q=sourdough+yeast").json()
    first, second = (each["paperId"] for each in whole["data"][:2])
    found = client.get(f"/v1/search?q=sourdough+yeast&without={first}&without=marsh-1").json()
    assert found["data"][0]["paperId"] == second
    assert found["total"] == whole["total"] - 2
    problem(client.get("/v1/search?q=yeast&without=nobody"), 404, "unknown-paper")


def test_an_id_that_no_paper_has_is_said_to_be_missing(client: TestClient) -> None:
    found = client.get("/v1/search?q=arXiv:2106.99999").json()
    assert (found["total"], found["data"], found["verdict"]) == (0, [], "nothing")
    assert found["remark"] == "The library has no paper with the id arXiv:2106.99999."


def test_health(client: TestClient) -> None:
    assert client.get("/livez").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready", "papers": 8}


def test_not_ready_before_the_model_is_loaded(small_library: Library) -> None:
    # Without its lifespan the application never begins to load.
    cold = TestClient(create_app(small_library))
    assert cold.get("/livez").status_code == 200
    response = cold.get("/readyz")
    problem(response, 503, "warming-up")
    assert response.headers["retry-after"] == "1"


def test_not_ready_without_the_model(small_library: Library) -> None:
    warmup = Warmup(small_library)
    warmup.error = ModelError("The model is nowhere to be found.")
    response = TestClient(create_app(small_library, warmup=warmup)).get("/readyz")
    assert problem(response, 503, "model-unavailable")["detail"] == str(warmup.error)


def test_busy_library_and_bugs(small_library: Library) -> None:
    app = create_app(small_library)

    @app.get("/busy")
    def busy() -> None:
        raise LibraryBusy("The library is being written to by process 7.")

    @app.get("/bug")
    def bug() -> None:
        raise RuntimeError("the secret is 1234")

    client = TestClient(app, raise_server_exceptions=False)
    response = client.get("/busy")
    found = problem(response, 503, "library-busy")
    assert found["detail"].endswith("by somebody else. Try again later; searching works meanwhile.")
    assert "process 7" not in response.text
    assert response.headers["retry-after"] == "5"
    response = client.get("/bug")
    problem(response, 500, "")
    assert "1234" not in response.text


def test_a_damaged_library_is_said_to_be_damaged(small_library: Library, tmp_path: Path) -> None:
    shutil.copytree(small_library.path, tmp_path / "library")
    connection = sqlite3.connect(tmp_path / "library" / "library.db")
    connection.execute("UPDATE papers SET title = 'forged' WHERE id = 'arXiv:2101.00001'")
    connection.commit()
    connection.close()
    with paperkin.open(tmp_path / "library") as library:
        client = TestClient(create_app(library), raise_server_exceptions=False)
        answer = client.get("/v1/papers/arXiv:2101.00001")
        problem(answer, 503, "library-damaged")
        # Where it lies on the server is nobody's business.
        assert "library/library.db" in answer.json()["detail"]
        assert str(tmp_path) not in answer.text
        assert client.get("/v1/papers/DOI:10.1000/yeast.2").json()["title"] == YEAST["title"]


def test_openapi_names_every_parameter(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    names = [each["name"] for each in paths["/v1/search"]["get"]["parameters"]]
    assert set(names) == {
        *("query", "limit", "offset", "mode", "exact", "explain", "fields"),
        *("without", "diversity", "sort", "groups", "quality", "rerank", "rerankTop", "format"),
        *("year", "published", "venue", "category", "author", "source"),
    }


def test_no_page_elsewhere_may_read_the_library(client: TestClient) -> None:
    response = client.get("/livez", headers={"Origin": "https://elsewhere.example"})
    assert not [name for name in response.headers if name.startswith("access-control")]


def test_outside_ids_are_named_as_semantic_scholar_names_them() -> None:
    paper = Paper(
        "arXiv:2101.00001",
        "T",
        published="2021-01-04",
        doi="10.1000/b",
        arxiv_id="2101.00001",
        ids=(
            *("ACL:P21-1001", "CorpusId:7", "DOI:10.1000/a", "DOI:10.1000/b", "PMCID:PMC9"),
            *("PMID:8", "arXiv:2101.00001", "pk:abc"),
        ),
        extra={"score": float("nan")},
    )
    document = paper_document(paper)
    assert document["externalIds"] == {
        "ArXiv": "2101.00001",
        "DOI": "10.1000/b",
        "ACL": "P21-1001",
        "CorpusId": "7",
        "PubMedCentral": "PMC9",
        "PubMed": "8",
    }
    assert document["publicationDate"] == "2021-01-04"
    assert json.dumps(document, allow_nan=False)
