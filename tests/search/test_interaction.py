"""Search of high quality: the first papers read token by token, against a plain computation."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import paperkin
from paperkin.index.encoder import Encoder, Task, Tokens
from paperkin.index.errors import QueryError
from paperkin.index.models import resolve_model
from paperkin.index.rows import encoded_text
from paperkin.search import hybrid, interaction
from paperkin.search.evaluate import evaluate
from paperkin.search.feedback import Reach
from paperkin.search.hits import Hits
from paperkin.search.interaction import PAPERS, found_by
from paperkin.search.library import Library
from small import write_papers
from tiny_models import write_model, write_static_model

QUESTION = "how can nurses keep patients from falling"


def tokens(said: list[tuple[int, list[float]]]) -> Tokens:
    vectors = np.array([vector for _, vector in said], np.float64).reshape(len(said), 2)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return Tokens(np.array([token for token, _ in said], np.int64), unit.astype(np.float16))


def parts(hits: Hits) -> dict[str, dict[str, float]]:
    return {hit.id: dict(hit.why.parts) for hit in hits if hit.why}


def test_what_the_tokens_of_a_query_find_by_the_formula() -> None:
    query = tokens([(7, [1, 0]), (8, [0, 1])])
    papers = [
        tokens([(7, [1, 0.2]), (9, [-1, 0.5]), (9, [0.3, -1])]),
        tokens([(8, [0.1, 1]), (7, [1, -1])]),
        tokens([(9, [1, 1])]),
    ]
    expected = []
    for paper in papers:
        total = weights = 0.0
        for token, own in zip(query.ids, query.vectors.astype(float), strict=True):
            df = sum(token in each.ids for each in papers)
            weight = math.log(1 + (3 - df + 0.5) / (df + 0.5)) + 0.1
            alike = sum(math.exp(20 * own @ each) for each in paper.vectors.astype(float))
            total += weight * math.log(max(alike, 1) / (len(paper.ids) + 50)) / 20
            weights += weight
        expected.append(total / weights)
    assert found_by(query, papers) == pytest.approx(expected, abs=1e-5)


def test_an_empty_paper_finds_nothing() -> None:
    nothing = Tokens(np.zeros(0, np.int64), np.zeros((0, 2), np.float16))
    found = found_by(tokens([(7, [1, 0])]), [nothing, tokens([(7, [1, 0])])])
    assert np.isfinite(found).all()
    assert found[1] > found[0]


def test_tokens_are_those_that_the_model_reads_in_their_place() -> None:
    encoder = Encoder(resolve_model(), precision="float32")
    said = encoder.encode_tokens("A bank of the river", "document")
    lent = encoder.encode_tokens("A bank lends money", "document")
    assert len(said.ids) == len(said.vectors) == 5
    assert np.linalg.norm(said.vectors.astype(float), axis=1) == pytest.approx(1, abs=1e-3)
    # The same word, but not in the same place.
    assert said.ids[1] == lent.ids[1]
    assert 0.2 < float(said.vectors[1].astype(float) @ lent.vectors[1].astype(float)) < 0.9
    # Their mean is about the vector of the text.
    mean = said.vectors.astype(float).mean(axis=0)
    whole = encoder.encode_documents(["A bank of the river"])[0]
    assert float(mean @ whole) / float(np.linalg.norm(mean)) > 0.9
    again = encoder.encode_tokens("A bank of the river", "document")
    assert np.array_equal(again.vectors, said.vectors)


@pytest.mark.parametrize("task", ["query", "document"])
@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_a_prompt_is_read_but_looks_for_nothing(tmp_path: Path, task: Task, pooling: str) -> None:
    prompts = {"query": "the query for a long passage: ", "document": "passage: "}
    plain = Encoder(resolve_model(str(write_model(tmp_path / "plain", pooling=pooling))))
    path = write_model(tmp_path / "prompted", prompts=prompts, pooling=pooling, dense=12)
    prompted = Encoder(resolve_model(str(path)), precision="float32")
    # What the prompt ends with may stand in the text as well.
    for text in ("passage: honey and bees", "the query"):
        without, behind = (each.encode_tokens(text, task) for each in (plain, prompted))
        assert behind.ids.tolist() == without.ids.tolist()
        assert behind.vectors.shape == without.vectors.shape
        assert np.abs(behind.vectors - without.vectors).max() > 0.05
    # Nothing that the model knows.
    assert len(prompted.encode_tokens("😀 字", task).ids) == 0


def test_the_first_are_ordered_by_what_their_tokens_say(
    demo_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    for reach in ("FIRST", "SURER"):
        monkeypatch.setattr(hybrid, reach, Reach(papers=0, for_each=1, move=0.2, words=0.2))
    normal = demo_library.search(QUESTION, 80, explain=True)
    high = demo_library.search(QUESTION, 80, explain=True, quality="high")
    before, after = parts(normal), parts(high)
    first = [hit.id for hit in normal][:PAPERS]
    assert {hit.id for hit in high[:PAPERS]} == set(first)
    assert [hit.id for hit in high][PAPERS:] == [hit.id for hit in normal][PAPERS:]
    encoder = Encoder(resolve_model())
    papers = [hit.paper for hit in normal[:PAPERS]]
    texts = [encoded_text(each) for each in papers]
    read = [encoder.encode_tokens(text, "document") for text in texts]
    sign = found_by(encoder.encode_tokens(QUESTION, "query"), read)
    scores = np.array([sum(before[id].values()) for id in first])
    expected = 0.25 * scores.std() / sign.std() * (sign - sign.min())
    best = max(1.0, (scores + expected).max())
    for id, part in zip(first, expected, strict=True):
        assert after[id].get("tokens", 0) == pytest.approx(part / best, abs=2e-4)
    for hit in high:
        assert sum(after[hit.id].values()) == pytest.approx(hit.score, abs=1e-5)
        assert 0 <= hit.score <= 1
    assert all("tokens" not in after[hit.id] for hit in high[PAPERS:])
    assert all("tokens" not in each for each in before.values())


def test_feedback_comes_from_what_the_tokens_put_first(
    demo_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hybrid, "FIRST", Reach(papers=1, for_each=1, move=0.2, words=0.2))
    monkeypatch.setattr(hybrid, "SURER", Reach(papers=1, for_each=1, move=0.2, words=0.4))
    # So that the paper in which the tokens find least comes first by far, which no other way does.
    monkeypatch.setattr(interaction, "WEIGHT", -100.0)
    normal = demo_library.search(QUESTION, 140, explain=True)
    after = parts(demo_library.search(QUESTION, 140, explain=True, quality="high"))
    (least,) = (hit.id for hit in normal[:PAPERS] if "tokens" not in after[hit.id])
    said = {id: each.get("feedback_words", 0) for id, each in after.items()}
    # The one paper that gives feedback says most of what it says itself.
    assert max(said, key=lambda id: said[id]) == least
    assert said[least] == pytest.approx(0.2 * 0.4)
    assert max(each.get("words", 0) for each in after.values()) == pytest.approx(0.2 * 0.6)
    before = parts(normal)
    assert before[least].get("feedback_words", 0) < 0.2 * 0.2


def test_it_is_the_same_however_it_is_asked_for(demo_library: Library) -> None:
    whole = demo_library.search(QUESTION, 60, quality="high")
    pages = [demo_library.search(QUESTION, 7, offset=n, quality="high") for n in range(0, 56, 7)]
    assert [hit.id for page in pages for hit in page] == [hit.id for hit in whole][:56]
    assert {page.fingerprint for page in pages} == {whole.fingerprint}
    assert whole.fingerprint != demo_library.search(QUESTION, 60).fingerprint
    with paperkin.open(demo_library.path) as again:
        # Asked for in another order, with nothing kept from before.
        again.search("kelp forests", quality="high")
        same = again.search(QUESTION, 60, quality="high")
    assert [(hit.id, hit.score) for hit in same] == [(hit.id, hit.score) for hit in whole]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"quality": "best"}, "There is no quality 'best'. Use normal or high."),
        ({"quality": None}, "There is no quality None"),
        ({"quality": "high", "mode": "keyword"}, "goes with hybrid search, not with mode keyword"),
        ({"quality": "high", "mode": "semantic"}, "not with mode semantic"),
    ],
)
def test_what_cannot_be_had_is_refused(
    small_library: Library, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(QueryError, match=said.replace(".", r"\.")):
        small_library.search("dough", **asked)


def test_few_papers_and_papers_by_their_id_are_answered_as_ever(small_library: Library) -> None:
    few = small_library.search("dough", quality="high", year="1900")
    assert len(few) == 0
    id = small_library.search("dough", 1)[0].id
    normal, high = (small_library.search(id, quality=each) for each in ("normal", "high"))  # type: ignore[arg-type]
    assert [(hit.id, hit.score) for hit in high] == [(hit.id, hit.score) for hit in normal]


def test_a_model_without_tokens_says_so(tmp_path: Path) -> None:
    model = write_static_model(tmp_path / "model")
    file = write_papers(tmp_path / "papers.jsonl")
    with paperkin.build(tmp_path / "library", file, model=str(model)) as library:
        assert library.search("dough", 3)
        with pytest.raises(QueryError, match="gives no vectors of tokens"):
            library.search("dough", 3, quality="high")


def test_evaluate_measures_it(demo_library: Library) -> None:
    queries = {"one": QUESTION}
    sought = [hit.id for hit in demo_library.search(QUESTION, 40)][20]
    qrels = {"one": {sought: 1}}
    for quality in ("normal", "high"):
        found = evaluate(demo_library, queries, qrels, modes=["hybrid"], quality=quality)  # type: ignore[arg-type]
        asked = demo_library.search(QUESTION, 100, quality=quality)  # type: ignore[arg-type]
        place = [hit.id for hit in asked].index(sought) + 1
        assert found.as_dict()["quality"] == quality
        assert ("high quality" in found.table()) is (quality == "high")
        assert found.by_mode["hybrid"].means()["map"] == pytest.approx(1 / place)
        assert found.rankings["hybrid"].ranked["one"][sought] == asked[place - 1].score
