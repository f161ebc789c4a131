import gzip
import json
import tracemalloc
from pathlib import Path

import pytest

from paperkin.index.clean import clean_text
from paperkin.index.errors import SourceError
from paperkin.index.readers import read, recognise
from paperkin.index.record import Record, Reject
from paperkin.index.sources import Source


def source_of(tmp_path: Path, *values: object, name: str = "answer.json") -> Source:
    """A file: of one value a JSON document, of several JSON Lines."""
    path = tmp_path / name
    if len(values) == 1:
        text = json.dumps(values[0], indent=1)
    else:
        text = "".join(json.dumps(value) + "\n" for value in values)
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return Source(str(path), name.removesuffix(".gz"), explicit=True)


def found(source: Source) -> list[Record | Reject]:
    return list(read(source))


def only(tmp_path: Path, value: object) -> Record:
    (made,) = found(source_of(tmp_path, value))
    assert isinstance(made, Record)
    return made


WORK = {
    "id": "https://openalex.org/W77",
    "doi": "https://doi.org/10.1234/reeds",
    "title": None,
    "display_name": "Reeds that bend",
    "publication_year": 2003,
    "publication_date": "2003-04-05",
    "ids": {
        "openalex": "https://openalex.org/W77",
        "doi": "https://doi.org/10.1234/reeds",
        "mag": "2077",
        "pmid": "https://pubmed.ncbi.nlm.nih.gov/1234",
    },
    "language": "en",
    "type": "article",
    "is_retracted": True,
    "cited_by_count": 4,
    "primary_location": {
        "landing_page_url": "https://doi.org/10.1234/reeds",
        "source": {"display_name": "Annals of Ponds", "issn_l": "1234-5679", "type": "journal"},
    },
    "locations": [
        {"landing_page_url": "https://doi.org/10.1234/reeds", "source": None},
        {"landing_page_url": "http://arxiv.org/abs/math/0304001", "source": None},
    ],
    "authorships": [
        {"author": {"id": "https://openalex.org/A1", "display_name": "Ann Lee"}},
        {"author": {"id": None, "display_name": None}, "raw_author_name": "B. Ek"},
    ],
    "biblio": {"volume": "7", "issue": "2", "first_page": "11", "last_page": "19"},
    "topics": [{"id": "https://openalex.org/T1", "display_name": "Wetland plants"}],
    "keywords": [{"id": "https://openalex.org/keywords/reed", "display_name": "Reed"}],
    "abstract_inverted_index": {"bend": [1, 4], "Reeds": [0], "and": [2], "stalks": [3]},
    "referenced_works": ["https://openalex.org/W1"],
    "counts_by_year": [{"year": 2004, "cited_by_count": 4}],
}


def check_work(made: Record | Reject) -> None:
    assert isinstance(made, Record)
    assert (made.title, made.abstract) == ("Reeds that bend", "Reeds bend and stalks bend")
    assert made.authors == ("Ann Lee", "B. Ek")
    assert (made.published, made.venue, made.language) == ("2003-04-05", "Annals of Ponds", "en")
    assert made.categories == ("Wetland plants",)
    assert {"http://arxiv.org/abs/math/0304001", "DOI:10.1234/reeds", "PMID:1234"} <= set(made.ids)
    assert made.extra == {
        "type": "article",
        "retracted": True,
        "cited_by_count": 4,
        "volume": "7",
        "issue": "2",
        "pages": "11-19",
        "issn": "1234-5679",
        "keywords": ["Reed"],
    }


@pytest.mark.parametrize(
    "answer",
    [
        WORK,
        [WORK],
        {"meta": {"count": 1, "next_cursor": None}, "results": [WORK], "group_by": []},
    ],
)
def test_works_of_openalex(tmp_path: Path, answer: object) -> None:
    source = source_of(tmp_path, answer)
    assert recognise(source) == "json"
    (made,) = found(source)
    check_work(made)


def test_a_part_of_the_snapshot_of_openalex(tmp_path: Path) -> None:
    source = source_of(tmp_path, WORK, WORK, name="part_000.gz")
    assert recognise(source) == "jsonl"
    first, second = found(source)
    check_work(first)
    check_work(second)


def test_pages_of_answers_one_a_line(tmp_path: Path) -> None:
    page = {"meta": {"count": 2}, "results": [WORK]}
    source = source_of(tmp_path, page, page, name="works.jsonl")
    first, second = found(source)
    check_work(first)
    check_work(second)
    assert (first.where.line, second.where.line) == (1, 2)


def test_an_inverted_index_in_the_text_of_a_table(tmp_path: Path) -> None:
    index = json.dumps({"IndexLength": 2, "InvertedIndex": {"bend": [1], "Reeds": [0]}})
    assert only(tmp_path, {**WORK, "abstract_inverted_index": index}).abstract == "Reeds bend"
    plain = json.dumps({"bend": [1], "Reeds": [0]})
    assert only(tmp_path, {**WORK, "abstract_inverted_index": plain}).abstract == "Reeds bend"
    assert only(tmp_path, {**WORK, "abstract_inverted_index": "{cut"}).abstract == ""


def test_authors_of_openalex_are_no_papers(tmp_path: Path) -> None:
    author = {"id": "https://openalex.org/A1", "display_name": "Ann Lee", "works_count": 3}
    with pytest.raises(SourceError, match=r"an author of OpenAlex: .* works are read"):
        recognise(source_of(tmp_path, author, author, name="authors.jsonl"))
    (made,) = found(source_of(tmp_path, {"meta": {}, "results": [author]}))
    assert isinstance(made, Reject)
    assert "an author of OpenAlex" in made.reason


SHA = "0123456789abcdef0123456789abcdef01234567"
PAPER = {
    "paperId": SHA,
    "corpusId": 91,
    "externalIds": {"ArXiv": "2101.00001", "MAG": "5", "DOI": "10.1234/dew", "CorpusId": 91},
    "url": f"https://www.semanticscholar.org/paper/{SHA}",
    "title": "Dew on webs",
    "abstract": None,
    "venue": "Conference on Spiders",
    "publicationVenue": {"id": "v", "name": "Spiders and Silk", "type": "conference"},
    "year": 2021,
    "publicationDate": "2021-01-05",
    "publicationTypes": ["JournalArticle"],
    "journal": {"name": "Silk", "volume": "3", "pages": "1-9"},
    "authors": [{"authorId": "1", "name": "Ann Lee"}, {"authorId": None, "name": "Bo Ek"}],
    "fieldsOfStudy": ["Biology"],
    "s2FieldsOfStudy": [
        {"category": "Biology", "source": "external"},
        {"category": "Physics", "source": "s2-fos-model"},
    ],
    "openAccessPdf": {"url": "https://example.org/dew.pdf", "status": "GREEN"},
    "tldr": {"model": "tldr@v2.0.0", "text": "Dew shows webs."},
    "embedding": {"model": "specter_v2", "vector": [0.1, 0.2]},
    "citations": [{"paperId": None, "title": "Another paper"}],
    "citationCount": 2,
}


def check_paper(made: Record | Reject) -> None:
    assert isinstance(made, Record)
    assert (made.title, made.authors) == ("Dew on webs", ("Ann Lee", "Bo Ek"))
    assert (made.published, made.venue) == ("2021-01-05", "Spiders and Silk")
    assert made.categories == ("Biology", "Physics")
    assert {"CorpusId:91", f"S2:{SHA}", "arXiv:2101.00001", "DOI:10.1234/dew"} <= set(made.ids)
    assert made.key == SHA
    assert made.extra["tldr"] == "Dew shows webs."
    assert made.extra["publicationTypes"] == ["JournalArticle"]
    assert not {"citations", "embedding"} & set(made.extra)


@pytest.mark.parametrize(
    "answer",
    [
        PAPER,
        {"total": 1, "offset": 0, "data": [PAPER]},
        {"total": 1, "token": "x", "data": [PAPER]},
        {"recommendedPapers": [PAPER]},
        {"offset": 0, "data": [{"contexts": ["as shown"], "intents": [], "citingPaper": PAPER}]},
        {"offset": 0, "data": [{"isInfluential": False, "citedPaper": PAPER}]},
        {"authorId": "1", "name": "Ann Lee", "papers": [PAPER]},
    ],
)
def test_answers_of_semantic_scholar(tmp_path: Path, answer: object) -> None:
    (made,) = found(source_of(tmp_path, answer))
    check_paper(made)


def test_a_batch_of_semantic_scholar_with_papers_it_does_not_know(tmp_path: Path) -> None:
    first, nothing, last = found(source_of(tmp_path, [PAPER, None, PAPER]))
    check_paper(first)
    check_paper(last)
    assert isinstance(nothing, Reject)
    assert nothing.reason == "it is null: there is no paper in its place"
    assert nothing.where.record == 2


def test_what_a_person_adds_to_a_paper_stays(tmp_path: Path) -> None:
    made = only(tmp_path, [{**PAPER, "upvotes": 3, "keywords": ["silk"]}])
    assert (made.extra["upvotes"], made.extra["keywords"]) == (3, ["silk"])


OTHERS = [
    ({"citationid": 1, "citingcorpusid": 2, "citedcorpusid": 3, "contexts": []}, "a citation"),
    ({"corpusid": 91, "model": "tldr@v2.0.0", "text": "Dew shows webs."}, "a summary"),
    ({"corpusid": 91, "sha": SHA, "primary": True}, "one of its paper ids"),
    ({"corpusid": 91, "content": {"text": "Dew."}}, "the full text"),
    ({"authorid": "1", "name": "Ann Lee", "papercount": 4}, "an author"),
    ({"id": "v", "name": "Silk", "alternate_names": [], "issn": "1"}, "a venue"),
]


@pytest.mark.parametrize(("value", "what"), OTHERS)
def test_other_data_sets_of_semantic_scholar_are_named(
    tmp_path: Path, value: object, what: str
) -> None:
    source = source_of(tmp_path, value, value, name="20260101_00001.gz")
    with pytest.raises(SourceError, match=f"{what}.* papers, abstracts and embeddings are read"):
        recognise(source)


def test_an_error_and_an_empty_answer_say_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="error of a service: 'Paper not found'"):
        recognise(source_of(tmp_path, {"error": "Paper not found"}))
    for empty in (
        {"hitCount": 0, "resultList": {"result": []}},
        {"total": 0, "offset": 0, "data": []},
        {"meta": {"count": 0}, "results": []},
        {"status": "ok", "message-type": "work-list", "message": {"items": []}},
    ):
        with pytest.raises(SourceError, match="found no papers"):
            recognise(source_of(tmp_path, empty))


CROSSREF = {
    "indexed": {"date-parts": [[2024, 1, 1]]},
    "reference": [{"key": "r1", "article-title": "Not this one", "DOI": "10.9999/other"}],
    "publisher": "Pond Press",
    "issue": "2",
    "DOI": "10.1234/mud",
    "type": "journal-article",
    "created": {"date-parts": [[2019, 9, 9]]},
    "page": "5-8",
    "source": "Crossref",
    "title": ["Mud &amp; <i>Typha</i>"],
    "subtitle": ["A field study"],
    "prefix": "10.1234",
    "volume": "12",
    "author": [
        {"given": "Ann", "family": "Lee", "sequence": "first", "affiliation": []},
        {"name": "The Pond Group", "sequence": "additional"},
    ],
    "member": "1",
    "published-online": {"date-parts": [[2001, 6, 3]]},
    "container-title": ["Annals of Ponds"],
    "issued": {"date-parts": [[None]]},
    "URL": "https://doi.org/10.1234/mud",
    "ISSN": ["1234-5679", "9876-5432"],
    "subject": ["Ecology"],
    "abstract": "<jats:title>Abstract</jats:title>\n<jats:sec><jats:title>Aim</jats:title>\n"
    "<jats:p>We weigh <jats:italic>mud</jats:italic>.</jats:p></jats:sec><jats:sec>"
    "<jats:title>Results:</jats:title><jats:p>It is <jats:inline-formula><jats:alternatives>"
    "<jats:tex-math>$x_1$</jats:tex-math><mml:math><mml:mi>x</mml:mi></mml:math>"
    "</jats:alternatives></jats:inline-formula> heavy.</jats:p></jats:sec>",
    "updated-by": [{"type": "retraction", "DOI": "10.1234/mud-r"}],
}


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "ok", "message-type": "work", "message": CROSSREF},
        {"status": "ok", "message-type": "work-list", "message": {"items": [CROSSREF]}},
        CROSSREF,
        [CROSSREF],
    ],
)
def test_works_of_crossref(tmp_path: Path, answer: object) -> None:
    made = only(tmp_path, answer)
    assert made.title == "Mud &amp; <i>Typha</i>"
    assert made.authors == ("Ann Lee", "The Pond Group")
    assert (made.published, made.venue) == ("2001-06-03", "Annals of Ponds")
    assert made.categories == ("Ecology",)
    assert made.ids[0] == "DOI:10.1234/mud"
    assert "10.9999/other" not in " ".join(made.ids)
    assert clean_text(made.abstract) == "Aim: We weigh mud.\n\nResults: It is x₁ heavy."
    assert made.extra == {
        "type": "journal-article",
        "publisher": "Pond Press",
        "volume": "12",
        "issue": "2",
        "pages": "5-8",
        "issn": "1234-5679, 9876-5432",
        "subtitle": "A field study",
        "retracted": True,
    }


def test_journals_of_crossref_are_no_papers(tmp_path: Path) -> None:
    answer = {"message-type": "journal-list", "message": {"items": [{"title": "Silk", "ISSN": []}]}}
    (made,) = found(source_of(tmp_path, answer))
    assert isinstance(made, Reject)
    assert "type 'journal-list': those of works are read" in made.reason


def test_items_of_csl_json(tmp_path: Path) -> None:
    first = {
        "id": "gogh1888",
        "type": "article-journal",
        "title": "Sunflowers",
        "container-title": "Letters from Arles",
        "author": [
            {"family": "Gogh", "given": "Vincent", "non-dropping-particle": "van"},
            {"family": "Humboldt", "given": "Alexander", "dropping-particle": "von"},
            {"family": "King", "given": "M. L.", "suffix": "Jr."},
            {"literal": "World Painting Office"},
        ],
        "issued": {"date-parts": [["1888", 8, "21"]]},
        "DOI": "10.1234/sun",
        "note": "arXiv: math/0304001 [math]\nPMID: 77",
        "abstract": "Yellow.",
        "custom-mark": "kept",
    }
    second = {"id": "b", "type": "book", "title": "Wheat", "issued": {"literal": "Summer 1889"}}
    third = {"id": "c", "type": "report", "title": "Rain", "issued": {"raw": "1890-07-01"}}
    fourth = {"id": "d", "type": "book", "author": [{"literal": "Nobody"}]}
    one, two, three, four = found(source_of(tmp_path, [first, second, third, fourth]))
    assert isinstance(one, Record)
    assert one.authors == (
        "Vincent van Gogh",
        "Alexander von Humboldt",
        "M. L. King Jr.",
        "World Painting Office",
    )
    assert (one.published, one.venue, one.key) == ("1888-08-21", "Letters from Arles", "gogh1888")
    assert {"DOI:10.1234/sun", "arXiv:math/0304001", "PMID:77"} <= set(one.ids)
    assert (one.extra["type"], one.extra["custom-mark"]) == ("article-journal", "kept")
    assert isinstance(two, Record)
    assert two.published == "Summer 1889"
    assert isinstance(three, Record)
    assert three.published == "1890-07-01"
    assert isinstance(four, Reject)
    assert "id, type, author" in four.reason
    assert four.where.record == 4


EUROPE_PMC = {
    "id": "555",
    "source": "MED",
    "pmid": "555",
    "pmcid": "PMC66",
    "doi": "10.1234/larva",
    "title": "Larvae in leaves.",
    "authorString": "Lee A, Ek BC.",
    "authorList": {
        "author": [
            {"fullName": "Lee A", "firstName": "Ann", "lastName": "Lee", "initials": "A"},
            {"collectiveName": "Leaf Consortium"},
        ]
    },
    "journalInfo": {
        "issue": "4",
        "volume": "9",
        "yearOfPublication": 2011,
        "printPublicationDate": "2011-04-01",
        "journal": {"title": "Leaf Biology", "issn": "1234-5679"},
    },
    "pubYear": "2011",
    "pageInfo": "40-44",
    "abstractText": "<h4>Background</h4>Larvae eat. <h4>Results</h4>Leaves go.",
    "language": "eng",
    "pubTypeList": {"pubType": ["Retracted Publication", "Journal Article"]},
    "keywordList": {"keyword": ["larvae", "leaves"]},
    "meshHeadingList": {"meshHeading": [{"majorTopic_YN": "N", "descriptorName": "Larva"}]},
    "firstPublicationDate": "2011-03-20",
    "isOpenAccess": "Y",
    "citedByCount": 6,
}


def test_records_of_europe_pmc(tmp_path: Path) -> None:
    answer = {
        "version": "6.9",
        "hitCount": 2,
        "request": {"queryString": "larvae", "resultType": "core"},
        "resultList": {"result": [EUROPE_PMC, {"id": "PPR1", "source": "PPR"}]},
    }
    made, reject = found(source_of(tmp_path, answer))
    assert isinstance(made, Record)
    assert made.authors == ("Lee, Ann", "Leaf Consortium")
    assert (made.published, made.venue) == ("2011-03-20", "Leaf Biology")
    assert {"DOI:10.1234/larva", "PMID:555", "PMCID:PMC66"} <= set(made.ids)
    assert made.url == "https://europepmc.org/article/MED/555"
    assert clean_text(made.abstract).startswith("Background: Larvae eat.")
    assert made.extra["retracted"] is True
    assert made.extra["keywords"] == ["larvae", "leaves"]
    assert (made.extra["volume"], made.extra["pages"]) == ("9", "40-44")
    assert isinstance(reject, Reject)
    assert reject.where.record == 2


def test_a_lite_record_of_europe_pmc(tmp_path: Path) -> None:
    lite = {
        "id": "556",
        "source": "MED",
        "title": "Caterpillars.",
        "authorString": "Lee A, Ek BC.",
        "journalTitle": "Leaf Biol",
        "pubYear": "2012",
    }
    made = only(tmp_path, {"hitCount": 1, "resultList": {"result": [lite]}})
    assert made.authors == ("Lee, A", "Ek, BC")
    assert (made.published, made.venue) == ("2012", "Leaf Biol")
    assert "PMID:556" in made.ids


@pytest.mark.parametrize(
    "shape",
    [WORK, PAPER, CROSSREF, EUROPE_PMC],
)
def test_no_field_of_another_type_ends_a_file(tmp_path: Path, shape: dict[str, object]) -> None:
    values: list[object] = [None, 5, "x", [], {}, [[]], [None], [5], ["x"], {"a": [{}]}, True]
    records = [{**shape, name: value} for name in shape for value in values]
    source = source_of(tmp_path, shape, *records, name="hostile.jsonl")
    made = found(source)
    assert len(made) == len(records) + 1
    assert [each.where.line for each in made] == list(range(1, len(made) + 1))


def test_memory_does_not_grow_with_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    item = json.dumps({**CROSSREF, "abstract": "x" * 20_000})
    with path.open("w") as file:
        file.write('{"status": "ok", "message-type": "work-list", "message": {"items": [')
        file.write(",".join([item] * 500))
        file.write("]}}")
    source = Source(str(path), path.name, explicit=True)
    tracemalloc.start()
    try:
        count = sum(isinstance(each, Record) for each in read(source))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 500
    assert most < path.stat().st_size / 2


@pytest.mark.parametrize(
    "theirs",
    [
        {"id": "https://openalex.org/W78"},
        {"id": "https://openalex.org/W78", "abstract_inverted_index": None, "authorships": []},
        {"paperId": "0123456789abcdef0123456789abcdef01234567"},
        {"corpusid": 78, "externalids": {"MAG": "5"}},
        {"DOI": "10.1234/reeds", "container-title": []},
        {"DOI": "10.1234/reeds", "type": "journal-article", "issued": {"date-parts": [[None]]}},
    ],
)
def test_what_was_gathered_from_a_service_and_written_in_plain_words(
    tmp_path: Path, theirs: dict[str, object]
) -> None:
    plain = {
        "Title": "Reeds that bend",
        "abstract": "In the wind.",
        "authors": ["Ann Lee", "Bo Ek"],
        "year": 2003,
        "journal": "Annals of Ponds",
        "keywords": ["reeds"],
        "categories": ["Botany"],
    }
    made = only(tmp_path, {**plain, **theirs})
    assert (made.title, made.abstract) == ("Reeds that bend", "In the wind.")
    assert made.authors == ("Ann Lee", "Bo Ek")
    assert (made.published, made.venue) == ("2003", "Annals of Ponds")
    assert (made.categories, made.extra["keywords"]) == (("Botany",), ["reeds"])


def test_the_words_of_a_service_come_before_plain_ones(tmp_path: Path) -> None:
    work = {**WORK, "title": "Reeds that bend", "abstract": "Not this.", "year": 1999}
    made = only(tmp_path, work)
    assert made.abstract != "Not this."
    assert made.published == "2003-04-05"
    # When Crossref got to know of a work is no date of it.
    noted = {"date-parts": [[2024, 1, 1]], "date-time": "2024-01-01T00:00:00Z"}
    undated = {
        "DOI": "10.1234/x",
        "title": ["Reeds"],
        "type": "journal-article",
        "member": "1",
        "created": noted,
        "issued": {},
    }
    assert only(tmp_path, undated).published == ""
    coded = {"id": "https://openalex.org/W7", "title": "T", "abstract_inverted_index": '{"A": [0'}
    assert only(tmp_path, coded).abstract == ""
