"""The demonstration collection is what its documentation says: many fields, short, judged."""

import json
from datetime import date
from itertools import combinations
from typing import Any

import pytest

from paperkin.index.demo import demonstration
from paperkin.index.shingles import shingles

Rows = list[dict[str, Any]]


def rows(name: str) -> Rows:
    lines = (demonstration() / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def papers() -> Rows:
    return rows("papers.jsonl")


@pytest.fixture(scope="module")
def queries() -> Rows:
    return rows("queries.jsonl")


@pytest.fixture(scope="module")
def judgements() -> list[tuple[str, str, int]]:
    header, *lines = (demonstration() / "qrels.tsv").read_text(encoding="utf-8").splitlines()
    assert header == "query-id\tcorpus-id\tscore"
    fields = [line.split("\t") for line in lines]
    return [(query, paper, int(score)) for query, paper, score in fields]


def test_there_are_enough_papers_of_enough_fields(papers: Rows) -> None:
    assert len(papers) >= 120
    assert len({category for paper in papers for category in paper["categories"]}) >= 12


def test_ids_and_titles_are_unique(papers: Rows) -> None:
    assert len({paper["id"] for paper in papers}) == len(papers)
    assert len({paper["title"].casefold() for paper in papers}) == len(papers)


def test_every_abstract_is_short_but_not_too_short(papers: Rows) -> None:
    lengths = {paper["id"]: len(paper["abstract"].split()) for paper in papers}
    assert {name: n for name, n in lengths.items() if not 80 <= n <= 160} == {}


def test_every_paper_has_a_date_a_venue_authors_and_categories(papers: Rows) -> None:
    for paper in papers:
        assert 1998 <= date.fromisoformat(paper["published"]).year <= 2024, paper["id"]
        assert paper["title"], paper["id"]
        assert paper["venue"], paper["id"]
        assert 1 <= len(paper["authors"]) <= 4, paper["id"]
        assert all(paper["authors"]), paper["id"]
        assert 1 <= len(paper["categories"]) <= 2, paper["id"]
        assert all(name and name == name.lower() for name in paper["categories"]), paper["id"]


def test_no_two_abstracts_share_a_fifth_of_their_five_word_runs(papers: Rows) -> None:
    runs = {paper["id"]: set(shingles(paper["abstract"]).tolist()) for paper in papers}
    alike = [
        (a, b)
        for a, b in combinations(runs, 2)
        if len(runs[a] & runs[b]) > min(len(runs[a]), len(runs[b])) / 5
    ]
    assert alike == []


def test_every_question_has_a_judgement_and_few(
    queries: Rows, judgements: list[tuple[str, str, int]]
) -> None:
    assert len(queries) >= 40
    assert len({query["_id"] for query in queries}) == len(queries)
    assert len({query["text"].casefold() for query in queries}) == len(queries)
    for query in queries:
        scores = [score for name, _, score in judgements if name == query["_id"]]
        assert 1 <= len(scores) <= 6, query
        assert max(scores) == 2, query


def test_every_judgement_names_a_question_and_a_paper(
    papers: Rows, queries: Rows, judgements: list[tuple[str, str, int]]
) -> None:
    assert {query for query, _, _ in judgements} <= {query["_id"] for query in queries}
    assert {paper for _, paper, _ in judgements} <= {paper["id"] for paper in papers}
    assert {score for _, _, score in judgements} == {1, 2}
    pairs = [(query, paper) for query, paper, _ in judgements]
    assert len(set(pairs)) == len(pairs)
