import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperkin.index.ids import (
    ID_ORDER,
    is_preprint_doi,
    kind,
    normalise_title,
    parse_id,
    parse_ids,
    preferred,
    stable_id,
    url_of,
)

HEX = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    "claim",
    [
        "2106.15928",
        "2106.15928v3",
        "arXiv:2106.15928v2",
        "ARXIV: 2106.15928",
        "arXiv:2106.15928v2 [cs.CL]",
        "arXiv preprint arXiv:2106.15928",
        "https://arxiv.org/abs/2106.15928",
        "http://www.arxiv.org/pdf/2106.15928v1.pdf",
        "https://arxiv.org/abs/2106.15928?context=cs#top",
        "https://export.arxiv.org/html/2106.15928v1",
        "arxiv.org/abs/2106.15928",
        "https://www.alphaxiv.org/abs/2106.15928",
        "https://huggingface.co/papers/2106.15928",
        "oai:arXiv.org:2106.15928",
        "10.48550/arXiv.2106.15928",
        "https://doi.org/10.48550/ARXIV.2106.15928",
        "<https://arxiv.org/abs/2106.15928>",
        "\\url{https://arxiv.org/abs/2106.15928}",
    ],
)
def test_every_spelling_of_an_arxiv_id(claim):
    assert parse_ids(claim) == ("arXiv:2106.15928",)


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        ("hep-th/9901001", "arXiv:hep-th/9901001"),
        ("math.GT/0309136", "arXiv:math/0309136"),
        ("cs/0112017v1", "arXiv:cs/0112017"),
        ("https://arxiv.org/abs/math.GT/0309136v2", "arXiv:math/0309136"),
        ("10.48550/arXiv.hep-th/9901001", "arXiv:hep-th/9901001"),
        ("math-ph/0703001", "arXiv:math-ph/0703001"),
        ("0704.0001", "arXiv:0704.0001"),
        ("1412.9999", "arXiv:1412.9999"),
        ("1501.00001", "arXiv:1501.00001"),
    ],
)
def test_old_and_new_arxiv_ids(claim, found):
    assert parse_id(claim) == found


@pytest.mark.parametrize(
    "claim",
    [
        *("", " ", "12345", "foo", "10.1000", "10/1000", "2106", "a/b", "https://example.org/1"),
        # No such month, too few or too many digits for the date, before or after arXiv's time.
        *("2113.12345", "2100.12345", "1501.0001", "1412.99999", "0703.1234", "9012.12345"),
        *("hep-th/9913001", "hep-th/0704001", "nonsense/9901001", "2106.159281"),
        *("P18-1001", "W123", HEX, "PMID:0", "doi:", "https://doi.org/", "3.14159", "1012.12"),
        *("https://example.org/2106.15928", "https://arxiv.org/list/cs/2106", "x" * 5000),
    ],
)
def test_what_is_no_id(claim):
    assert parse_id(claim) is None
    assert parse_ids(claim) == ()


@pytest.mark.parametrize(
    ("claim", "doi"),
    [
        ("10.1000/XYZ", "10.1000/xyz"),
        ("doi:10.1000/xyz.", "10.1000/xyz"),
        ("DOI: 10.1000/xyz", "10.1000/xyz"),
        ("(doi:10.1000/xyz)", "10.1000/xyz"),
        ("10.1000/xyz (2020)", "10.1000/xyz"),
        ("https://doi.org/10.1000/xyz", "10.1000/xyz"),
        ("http://dx.doi.org/10.1000%2Fx%3Ay?utm=1", "10.1000/x:y"),
        ("doi.org/10.1000/a?b", "10.1000/a"),
        ("10.1000/a?b", "10.1000/a?b"),
        ("10.1016/S0140-6736(20)30183-5", "10.1016/s0140-6736(20)30183-5"),
        (
            "10.1002/(sici)1(1)41:6&lt;39::aid&gt;3.0.co;2-9",
            "10.1002/(sici)1(1)41:6<39::aid>3.0.co;2-9",
        ),
        ("https://dl.acm.org/doi/abs/10.1145/329.1", "10.1145/329.1"),
        ("https://link.springer.com/article/10.1007/s1-2", "10.1007/s1-2"),
        (
            "https://www.biorxiv.org/content/10.1101/2020.01.01.123456v2.full.pdf",
            "10.1101/2020.01.01.123456",
        ),
    ],
)
def test_dois(claim, doi):
    assert parse_ids(claim) == (f"DOI:{doi}",)


@pytest.mark.parametrize(
    "claim",
    [
        "10.1145/nnnnnnn.nnnnnnn",
        "https://doi.org/10.1145/1122445.1122456",
        "10.1145/1234567.1234567890",
        "doi:10.1145/XXXXXX.XXXXXX",
        "10.1145/3xxxxxx.3yyyyyy",
        "10.475/123_4",
        "10.1109/ACCESS.2023.DOI",
        "10.1109/TMI.20xx.xxx",
        "10.5281/zenodo.XXXXXXX",
        "10.1007/s11263-xxx-xxxx-x",
        "10.1000/xyz123",
    ],
)
def test_the_samples_of_templates_are_no_dois(claim):
    assert parse_ids(claim) == ()


@pytest.mark.parametrize(
    "claim", ["10.1145/1122445.1122457", "10.1000/xyz", "10.1000/xx", "10.1000/maxxx.1", "10.1/nn"]
)
def test_dois_that_only_look_like_samples_are_kept(claim):
    assert parse_ids(f"doi:{claim.replace('10.1/', '10.1000/')}")


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        ("2020.emnlp-main.673", "ACL:2020.emnlp-main.673"),
        ("ACL:P18-1001", "ACL:P18-1001"),
        ("acl:w19-5301", "ACL:W19-5301"),
        ("https://aclanthology.org/P18-1001.pdf", "ACL:P18-1001"),
        ("https://aclanthology.org/2020.emnlp-main.673/", "ACL:2020.emnlp-main.673"),
        ("https://aclanthology.org/2020.emnlp-main.673.pdf", "ACL:2020.emnlp-main.673"),
        ("https://www.aclweb.org/anthology/W19-5301/", "ACL:W19-5301"),
        ("PMID:123", "PMID:123"),
        ("pmid 123", "PMID:123"),
        ("https://pubmed.ncbi.nlm.nih.gov/123/", "PMID:123"),
        ("www.ncbi.nlm.nih.gov/pubmed/123", "PMID:123"),
        ("PMC123", "PMCID:PMC123"),
        ("PMCID: PMC123", "PMCID:PMC123"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC123/", "PMCID:PMC123"),
        ("CorpusID: 123", "CorpusId:123"),
        ("https://api.semanticscholar.org/CorpusID:123", "CorpusId:123"),
        (f"https://www.semanticscholar.org/paper/A-Title/{HEX}", f"S2:{HEX}"),
        (f"S2:{HEX}", f"S2:{HEX}"),
        ("https://openalex.org/W123", "OpenAlex:W123"),
        ("openalex:w123", "OpenAlex:W123"),
    ],
)
def test_other_kinds(claim, found):
    assert parse_ids(claim) == (found,)
    assert parse_id(found, bare=False) == found
    assert kind(found) == found.partition(":")[0]


def test_dois_of_the_acl_hold_its_own_id():
    both = ("ACL:P18-1001", "DOI:10.18653/v1/p18-1001")
    assert parse_ids("10.18653/v1/P18-1001") == both
    assert parse_ids("https://doi.org/10.18653/v1/P18-1001") == both
    assert parse_id("10.18653/v1/P18-1001") == both[1]
    assert parse_ids("10.18653/v1/2020.emnlp-main.673")[0] == "ACL:2020.emnlp-main.673"


@pytest.mark.parametrize("claim", ["2106.15928", "10.1000/xyz", "2020.acl-main.1", "PMC1"])
def test_bare_ids_count_only_where_asked_for(claim):
    assert parse_id(claim) is not None
    assert parse_id(claim, bare=False) is None


@given(st.text(string.ascii_letters + string.digits + "./:-%?#()<>{} \ud800é", max_size=60))
def test_any_text_is_survived_and_ids_are_fixed_points(text):
    for claim in (text, "doi:10.1000/" + text, "https://doi.org/10.1000/" + text):
        for found in parse_ids(claim):
            found.encode("utf-8")
            assert parse_id(found) == found
            assert url_of(found)


def test_preferred_takes_the_best_kind_then_the_smallest_number():
    ids = ["OpenAlex:W1", "PMID:10", "PMID:9", "DOI:10.1/b", "pk:abc"]
    assert preferred(ids) == "DOI:10.1/b"
    assert preferred(["PMID:10", "PMID:9"]) == "PMID:9"
    assert preferred([*ids, "arXiv:2106.15928"]) == "arXiv:2106.15928"
    assert preferred(["pk:abc"]) is None
    assert preferred([]) is None
    assert ID_ORDER[0] == "arXiv"
    assert kind("pk:abc") == kind("arXiv") == ""


@pytest.mark.parametrize(
    "doi",
    "10.1101/2020.01.01.123456 10.1101/123456 10.2139/ssrn.1 10.21203/rs.3.rs-1/v1 "
    "10.31234/osf.io/abc 10.48550/arxiv.2106.1 10.5281/zenodo.1 10.26434/chemrxiv-1".split(),
)
def test_preprint_dois(doi):
    assert is_preprint_doi(f"DOI:{doi}")
    assert is_preprint_doi(doi)


@pytest.mark.parametrize("doi", ["10.1101/gad.123456", "10.1000/xyz", "10.18653/v1/p18-1001"])
def test_dois_of_publishers(doi):
    assert not is_preprint_doi(f"DOI:{doi}")


def test_urls():
    assert url_of("arXiv:hep-th/9901001") == "https://arxiv.org/abs/hep-th/9901001"
    assert url_of("DOI:10.1/a<b>#?%") == "https://doi.org/10.1/a%3Cb%3E%23%3F%25"
    assert url_of("ACL:P18-1001") == "https://aclanthology.org/P18-1001/"
    assert url_of("PMID:1") == "https://pubmed.ncbi.nlm.nih.gov/1/"
    assert url_of("CorpusId:1") == "https://api.semanticscholar.org/CorpusID:1"
    assert url_of("OpenAlex:W1") == "https://openalex.org/W1"
    assert url_of("pk:abc") == ""
    for found in ("arXiv:2106.15928", "DOI:10.1000/a<b>#?%c", "ACL:P18-1001", "PMCID:PMC1"):
        assert parse_id(url_of(found)) == found


def test_titles_for_comparing():
    assert normalise_title("A “Naïve” Bayes-Model:  x²!") == "a naive bayes model x2"
    assert normalise_title("Große Øre, ŁÓDŹ") == "grosse ore lodz"
    assert normalise_title("हिन्दी में") == "हिन्दी में"
    assert normalise_title("한국어—논문") == "한국어 논문"
    assert normalise_title("?!") == ""


def test_stable_ids():
    first = stable_id("Kin of Papers", "doe", 2020)
    # Ids stand in libraries: this one must never change.
    assert first == "pk:c2qpxgfmb7lg6jvl"
    assert first == stable_id("KIN of papers!", "Doe", 2020)
    assert first != stable_id("Kin of Papers", "roe", 2020)
    assert first != stable_id("Kin of Papers", "doe", 2021)
    assert first != stable_id("Kin of Papers", "doe", 2020, "one")
    assert stable_id("Kin", "", None, "one") != stable_id("Kin", "", None, "two")
    assert stable_id("Kin", "", None, "One two.") == stable_id("Kin", "", None, "one TWO")
