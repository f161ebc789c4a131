import pytest

from paperkin.index.readers.fields import record_of
from paperkin.index.readers.values import categories_of, date_of, names_of, text_of, texts_of
from paperkin.index.record import Record, Reject, Where

HERE = Where("/papers.jsonl", 3, 2)


def record(**fields: object) -> Record:
    made = record_of(HERE, {"title": "On Kites", **fields})
    assert isinstance(made, Record)
    return made


def named(**fields: object) -> Record:
    made = record_of(HERE, {name.replace("__", " "): value for name, value in fields.items()})
    assert isinstance(made, Record)
    return made


@pytest.mark.parametrize(
    "name", ["title", "Title", "PRIMARY_TITLE", "Document Title", "paper-title"]
)
def test_a_title_goes_by_many_names(name: str) -> None:
    made = record_of(HERE, {name: "On Kites"})
    assert made == Record(HERE, title="On Kites")


@pytest.mark.parametrize(
    "name", ["Abstract", "summary", "text", "description", "notes_abstract", "Abstract Note"]
)
def test_an_abstract_alone_is_a_record(name: str) -> None:
    assert record_of(HERE, {name: "We fly kites."}) == Record(HERE, abstract="We fly kites.")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"title": None, "abstract": ""},
        {"title": "  "},
        {"title": True},
        {"title": []},
        {"title": {}},
        {"authors": ["A. Kite"], "year": 2001},
    ],
)
def test_neither_title_nor_abstract_is_a_reject_that_names_the_fields(
    fields: dict[str, object],
) -> None:
    made = record_of(HERE, fields, "what stands there")
    assert isinstance(made, Reject)
    assert made.where == HERE
    assert made.text == "what stands there"
    assert "neither a title nor an abstract" in made.reason
    assert all(name in made.reason for name in fields)


@pytest.mark.parametrize(
    ("value", "title"), [(5, "5"), (["a", "b"], "a"), (2019.0, "2019"), ({"value": "x"}, "x")]
)
def test_a_title_of_another_type_is_made_a_text(value: object, title: str) -> None:
    assert record(title=value).title == title


def test_the_best_of_several_names_is_taken_and_the_others_are_kept() -> None:
    made = record(name="kites-2001", venue="", journal={"name": "Wind"}, booktitle="Proceedings")
    assert (made.title, made.venue) == ("On Kites", "Wind")
    assert made.extra == {"name": "kites-2001", "booktitle": "Proceedings"}


def test_the_more_precise_date_is_taken() -> None:
    made = record(year=2019, publicationDate="2019-05-01", created="2024-01-01")
    assert made.published == "2019-05-01"
    assert made.extra == {"created": "2024-01-01"}


@pytest.mark.parametrize(
    ("value", "date"),
    [
        (2019, "2019"),
        (2019.0, "2019"),
        ("2019-05-01T10:00:00Z", "2019-05-01T10:00:00Z"),
        ({"date-parts": [[2019, 5, 1]]}, "2019-05-01"),
        ([2019, 5], "2019-05"),
        (None, ""),
    ],
)
def test_dates_in_many_shapes(value: object, date: str) -> None:
    assert date_of(value) == date


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (None, ()),
        ([], ()),
        (["Ann Lee", None, " ", "Bo Ek"], ("Ann Lee", "Bo Ek")),
        ([{"name": "Ann Lee", "authorId": "1"}, {"name": "Bo Ek"}], ("Ann Lee", "Bo Ek")),
        ([{"first": "Ann", "middle": [], "last": "Lee", "suffix": ""}], ("Ann Lee",)),
        ([{"given": "Ann", "family": "Lee"}, {"family": "Ek"}], ("Ann Lee", "Ek")),
        ([{"author": {"display_name": "Ann Lee"}}], ("Ann Lee",)),
        ({"name": "Ann Lee"}, ("Ann Lee",)),
        ("Lee, Ann; Ek, Bo;", ("Lee, Ann", "Ek, Bo")),
        ("Lee, Ann and Ek, Bo", ("Lee, Ann", "Ek, Bo")),
        ("Ann Lee and Bo Ek", ("Ann Lee", "Bo Ek")),
        ("Ann Lee, Bo Ek, and Cy Po", ("Ann Lee", "Bo Ek", "Cy Po")),
        ("A. Lee, B. Ek", ("A. Lee", "B. Ek")),
        ("Lee, A., Ek, B. C.", ("Lee, A.", "Ek, B. C.")),
        ("Lee J., Ek A.B.", ("Lee, J.", "Ek, A.B.")),
        ("van der Berg J.", ("van der Berg, J.",)),
        ("Lee A, Ek BC.", ("Lee, A", "Ek, BC")),
        ("Wei XU, Bo LI", ("Wei XU", "Bo LI")),
        ("[No author name available]", ()),
        (["n/a"], ()),
        ("Lee, Ann", ("Lee, Ann",)),
        ("van der Berg, Jan Willem", ("van der Berg, Jan Willem",)),
        ("Anderson Sandberg", ("Anderson Sandberg",)),
        ("['Ann Lee', 'Bo Ek']", ("Ann Lee", "Bo Ek")),
        ('["Ann Lee", "Bo Ek"]', ("Ann Lee", "Bo Ek")),
        ("[Anonymous]", ("[Anonymous]",)),
        ("[" * 9_000 + "]" * 9_000, ("[" * 9_000 + "]" * 9_000,)),
    ],
)
def test_authors_in_many_shapes(value: object, names: tuple[str, ...]) -> None:
    assert names_of(value) == names


@pytest.mark.parametrize(
    ("value", "categories"),
    [
        ("cs.CL cs.LG", ["cs.CL", "cs.LG"]),
        ("astro-ph hep-th cond-mat.mtrl-sci", ["astro-ph", "hep-th", "cond-mat.mtrl-sci"]),
        ("machine learning", ["machine learning"]),
        ("Computer Science, Theory; Optics", ["Computer Science, Theory", "Optics"]),
        ("Optics, Acoustics", ["Optics", "Acoustics"]),
        (["cs.CL", None], ["cs.CL"]),
        ([{"category": "Physics", "source": "model"}], ["Physics"]),
        (None, []),
    ],
)
def test_categories_in_many_shapes(value: object, categories: list[str]) -> None:
    assert list(categories_of(value)) == categories


def test_categories_of_all_fields_come_together_once() -> None:
    made = record(categories="cs.CL cs.LG", primary_category="cs.CL", fieldsOfStudy=["Optics"])
    assert made.categories == ("cs.CL", "cs.LG", "Optics")


def test_claims_of_ids_say_their_kind() -> None:
    made = record(
        doi="https://doi.org/10.1/x",
        arxivId="arXiv:2101.00001v2",
        pubmed_id=123,
        aclId="P19-1001",
        corpusId=77,
        id="my-7",
        url="https://example.org/7",
        pdf_url="https://example.org/7.pdf",
    )
    assert made.ids == (
        "DOI:10.1/x",
        "arXiv:2101.00001v2",
        "PMID:123",
        "ACL:P19-1001",
        "CorpusId:77",
        "my-7",
        "https://example.org/7",
        "https://example.org/7.pdf",
    )
    assert (made.key, made.url) == ("my-7", "https://example.org/7")


def test_external_ids_are_claims() -> None:
    ids = {"ArXiv": "2101.00001", "DOI": "10.1/x", "ACL": "P19-1001", "PubMed": "9", "CorpusId": 7}
    made = record(externalIds={**ids, "MAG": None, "DBLP": "conf/kite/1"})
    assert made.ids == (
        "arXiv:2101.00001",
        "DOI:10.1/x",
        "ACL:P19-1001",
        "PMID:9",
        "CorpusId:7",
        "DBLP:conf/kite/1",
    )


def test_an_eprint_is_arxivs_only_where_it_looks_so() -> None:
    assert record(eprint="2101.00001").ids == ("arXiv:2101.00001",)
    assert record(eprint="hal-00123").ids == ("hal-00123",)


def test_extras_are_small_and_plain() -> None:
    made = record(
        keywords="kites; wind",
        upvotes=0,
        code="https://example.org/code",
        full="x" * 3_000,
        vector=[0.25] * 900,
        empty=[],
        none=None,
    )
    assert made.extra == {
        "keywords": ["kites", "wind"],
        "upvotes": 0,
        "code": "https://example.org/code",
    }


def test_small_values() -> None:
    assert text_of(float("1.5")) == "1.5"
    assert texts_of("a|b; c") == ["a|b", "c"]
    assert texts_of("['a, b', 'c']") == ["a, b", "c"]
    assert named(Source__Title="Wind", Title="On Kites", Lang="en").venue == "Wind"
    assert record(Lang="en").language == "en"


@pytest.mark.parametrize(
    "nothing",
    [
        "[No abstract available]",
        "No abstract available.",
        "[No title available]",
        "n/a",
        "N.A.",
        "-",
        "—",
        "null",
        "None",
    ],
)
def test_what_stands_where_there_is_nothing_is_nothing(nothing: str) -> None:
    made = record(abstract=nothing, venue=nothing, authors=nothing, note=nothing, doi=nothing)
    assert made == Record(HERE, title="On Kites")
    assert isinstance(record_of(HERE, {"title": nothing, "abstract": nothing}), Reject)


def test_texts_that_only_begin_like_nothing_stay() -> None:
    made = record(abstract="None of us has no abstract available.", venue="Null Results")
    assert (made.abstract, made.venue) == (
        "None of us has no abstract available.",
        "Null Results",
    )


def test_a_work_of_openalex() -> None:
    made = record_of(
        HERE,
        {
            "id": "https://openalex.org/W5",
            "title": None,
            "display_name": "On Kites",
            "publication_year": 2001,
            "publication_date": "2001-06-03",
            "ids": {
                "openalex": "https://openalex.org/W5",
                "doi": "https://doi.org/10.1/kite",
                "pmid": "https://pubmed.ncbi.nlm.nih.gov/12",
                "pmcid": "https://www.ncbi.nlm.nih.gov/pmc/articles/77",
            },
            "primary_location": {"source": {"display_name": "Journal of Air"}},
            "authorships": [{"author": {"display_name": "Ann Lee"}, "raw_author_name": "Lee"}],
            "topics": [{"display_name": "Aeronautics"}],
            "abstract_inverted_index": {"fly": [1, 3], "We": [0], "and": [2]},
        },
    )
    assert isinstance(made, Record)
    assert (made.title, made.abstract) == ("On Kites", "We fly and fly")
    assert (made.authors, made.published) == (("Ann Lee",), "2001-06-03")
    assert (made.venue, made.categories) == ("Journal of Air", ("Aeronautics",))
    assert {"DOI:10.1/kite", "PMID:12", "PMCID:77"} <= set(made.ids)
    assert "abstract_inverted_index" not in made.extra


def test_a_paper_of_semantic_scholars_dumps() -> None:
    made = record(
        corpusid=5,
        externalids={"ArXiv": "2101.00001", "PubMedCentral": "77"},
        venue="",
        publicationVenue={"id": "u", "name": "Journal of Air"},
        journal={"name": "J Air", "volume": "5"},
        s2fieldsofstudy=[{"category": "Physics", "source": "model"}],
        publicationdate="2001-06-03",
    )
    assert made.ids == ("CorpusId:5", "arXiv:2101.00001", "PMCID:77")
    assert (made.venue, made.published) == ("Journal of Air", "2001-06-03")
    assert made.categories == ("Physics",)


def test_a_work_of_crossref() -> None:
    made = record_of(
        HERE,
        {
            "DOI": "10.1/KITE",
            "title": ["On Kites"],
            "container-title": ["Journal of Air"],
            "abstract": "<jats:p>We fly.</jats:p>",
            "author": [{"given": "Ann", "family": "Lee"}, {"name": "Kite Club"}],
            "issued": {"date-parts": [[2001, 6, 3]]},
            "created": {"date-parts": [[2020, 1, 1]]},
        },
    )
    assert isinstance(made, Record)
    assert (made.title, made.venue, made.published) == ("On Kites", "Journal of Air", "2001-06-03")
    assert (made.authors, made.ids) == (("Ann Lee", "Kite Club"), ("DOI:10.1/KITE",))


def test_several_urls_in_one_cell() -> None:
    made = record(url="https://x.org/a;b=1; https://doi.org/10.1/x")
    assert made.url == "https://x.org/a;b=1"
    assert made.ids == ("https://x.org/a;b=1", "https://doi.org/10.1/x")
