"""The clients of other services against a library that has keys."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from semanticscholar import SemanticScholar
from semanticscholar.SemanticScholarException import BadQueryParametersException

import paperkin
from hugging import ask, papers_command
from paperkin.index.access_keys import make_key
from serving import serving, write_listed
from tiny_models import write_static_model

KETTLE = "2501.00001"
CALLS = (
    ("list_papers", {"query": "kettles", "limit": 1}),
    ("list_daily_papers", {"week": "2025-W02"}),
    ("paper_info", {"id": KETTLE}),
    ("read_paper", {"id": KETTLE}),
)


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a library that has a key, and the key."""
    folder = tmp_path_factory.mktemp("keyed")
    model = write_static_model(folder / "model")
    source = write_listed(folder / "listed.jsonl")
    with paperkin.build(folder / "library", source, model=str(model)) as library:
        _, key = make_key(library.store, "Ada")
        with serving(library.path) as address:
            yield address, key


def test_hugging_face_with_a_token_and_with_a_key_in_its_address(
    keyed: tuple[str, str], tmp_path: Path
) -> None:
    address, key = keyed
    found, listed, info, page = ask(address, tmp_path, *CALLS, token=key)
    assert (len(found), len(listed)) == (1, 2)
    # The client sends its token with neither of these; the error says how they are asked.
    assert info == page
    assert info["status"] == 401
    assert "http://me:KEY@HOST" in info["error"]
    with_key = address.replace("://", f"://me:{key}@")
    found, listed, info, page = ask(with_key, tmp_path, *CALLS)
    assert (len(found), len(listed), info["id"]) == (1, 2, KETTLE)
    assert page.startswith("# Kettles that know when tea is ready")
    wrong = ask(address, tmp_path, *CALLS[:2], token="pk_wrong")
    assert [each["status"] for each in wrong] == [401, 401]
    assert "has no such key" in wrong[0]["error"]


def test_the_commands_of_hugging_face(keyed: tuple[str, str], tmp_path: Path) -> None:
    address, key = keyed
    found = papers_command(address, tmp_path, "search", "kettles", "--limit", "1", token=key)
    assert KETTLE in found.stdout
    with_key = address.replace("://", f"://me:{key}@")
    assert "Ada Quill" in papers_command(with_key, tmp_path, "read", KETTLE).stdout
    refused = papers_command(address, tmp_path, "search", "kettles", token="pk_wrong")
    assert refused.returncode == 1
    assert "has no such key" in refused.stderr


def test_semantic_scholar(keyed: tuple[str, str]) -> None:
    address, key = keyed
    calls: tuple[Callable[[SemanticScholar], object], ...] = (
        lambda scholar: scholar.search_paper("kettles").total,
        lambda scholar: scholar.search_paper("kettles", bulk=True).total,
        lambda scholar: scholar.get_paper(f"ARXIV:{KETTLE}").title,
        lambda scholar: scholar.get_papers([f"ARXIV:{KETTLE}"])[0].title,
        lambda scholar: len(scholar.get_recommended_papers(f"ARXIV:{KETTLE}")),
        lambda scholar: len(scholar.get_recommended_papers_from_lists([f"ARXIV:{KETTLE}"])),
        lambda scholar: len(scholar.get_autocomplete("kettles")),
    )
    title = "Kettles that know when tea is ready"
    ours = SemanticScholar(api_url=address, api_key=key)
    assert [call(ours) for call in calls] == [4, 1, title, title, 3, 3, 1]
    # The client sends its key with some lists only if that stands in its address.
    with_key = SemanticScholar(api_url=address.replace("://", f"://me:{key}@"))
    assert [call(with_key) for call in calls] == [4, 1, title, title, 3, 3, 1]
    assert len(with_key.get_paper_authors(f"ARXIV:{KETTLE}")) == 2
    assert len(with_key.get_paper_references(f"ARXIV:{KETTLE}")) == 0
    assert [paper.title for paper in with_key.get_author_papers("ada_quill")] == [title]
    for other in ("wrong", ""):
        theirs = SemanticScholar(api_url=address, api_key=other)
        for call in calls:
            with pytest.raises(PermissionError):
                call(theirs)
    with pytest.raises(BadQueryParametersException, match="more than 4,000,000 bytes"):
        ours.get_papers(["x" * 10_000] * 500)
