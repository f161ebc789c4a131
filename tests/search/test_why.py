"""Why papers are in an answer: parts that add up, words at their places, the closest sentence."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import paperkin
from paperkin.index.analysis import terms
from paperkin.index.demo import demonstration
from paperkin.index.encoder import Encoder
from paperkin.index.errors import ModelError
from paperkin.index.keyword import pending_paper
from paperkin.index.own_model import library_model
from paperkin.search import explain, hybrid
from paperkin.search.feedback import Reach
from paperkin.search.hits import Hit, Hits
from paperkin.search.library import Library
from paperkin.search.page import put_first
from paperkin.search.question import Mode
from paperkin.search.ranking import Ranking
from paperkin.search.sentences import sentences
from paperkin.search.view import Views
from paperkin.search.why import Why
from small import PAPERS, leave_behind, write_papers

MODES: tuple[Mode, ...] = ("hybrid", "semantic", "keyword")
LSTM = [
    {
        "title": f"Reading series with gates, part {n}",
        "abstract": f"A long short-term memory (LSTM) reads series of kind {n}. It forgets slowly.",
    }
    for n in range(3)
]
LSTM.append(
    {"title": "Gates without a name", "abstract": "Long short-term memory networks forget."}
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("demo")
    more = write_papers(folder / "more.jsonl", LSTM)
    with paperkin.build(folder / "library", [demonstration() / "papers.jsonl", more]) as library:
        yield library


@pytest.fixture(scope="module")
def behind(demo: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The same library, with every third paper not in its indexes yet."""
    folder = tmp_path_factory.mktemp("behind") / "library"
    shutil.copytree(demo.path, folder)
    with paperkin.open(folder) as library:
        leave_behind(library, 3)
        yield library


def questions() -> list[str]:
    lines = (demonstration() / "queries.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def why(hit: Hit) -> Why:
    assert hit.why is not None
    return hit.why


def check(hits: Hits) -> None:
    """What holds for every explained answer."""
    for hit in hits:
        told = why(hit)
        assert sum(told.parts.values()) == pytest.approx(hit.score, abs=1e-5)
        assert all(told.parts.values())
        for word in told.words:
            field = hit.title if word.field == "title" else hit.paper.abstract
            found = [field[start:end] for start, end in word.spans]
            assert found[0] == word.text
            if not word.synonym:
                assert {tuple(terms(each, "en")) for each in found} == {
                    tuple(terms(word.word, "en"))
                }
            # Not one place is missed.
            if len(terms(word.text, "en")) == 1:
                said = terms(field, "en")
                assert len(found) == said.count(terms(word.text, "en")[0])
        for word in told.missing:
            assert terms(word, "en")[0] not in terms(f"{hit.title} {hit.paper.abstract}", "en")
        if told.sentence is not None:
            start, end = told.sentence.start, told.sentence.end
            assert hit.paper.abstract[start:end] == told.sentence.text
        if hits.mode != "keyword" and hit.paper.abstract and hit.score:
            assert told.sentence is not None


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("which", ["demo", "behind"])
def test_parts_add_up_and_the_answer_stays_the_same(
    which: str, mode: Mode, request: pytest.FixtureRequest
) -> None:
    library: Library = request.getfixturevalue(which)
    title = next(iter(library)).title
    asked = [*questions()[::8], title, f"the {title}", "supernovea brightnes", '"dark matter" halo']
    asked += ["LSTM forgets", "long short-term memory", "title:galaxy -survey", "pk:nothing", "?!"]
    for query in asked:
        hits = library.search(query, 12, mode=mode, explain=True)
        check(hits)
        plain = library.search(query, 12, mode=mode)
        assert [(hit.id, hit.score, hit.why) for hit in plain] == [
            (hit.id, hit.score, None) for hit in hits
        ]
    check(library.search("nurses and stars", 9, offset=5, mode=mode, year="2010-", explain=True))
    check(library.search("galaxies", 9, mode=mode, category="astronomy", explain=True))


def test_parts_behind_those_ranked_again_keep_their_order(
    demo: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "how can nurses keep patients from falling"
    monkeypatch.setattr(hybrid, "RANKED_AGAIN", 110)
    hits = demo.search(query, 140, explain=True)
    check(hits)
    with_order = [hit.rank for hit in hits if why(hit).parts.get("order", 0) < 0]
    assert with_order == list(range(111, 141))


def test_what_feedback_adds_does_not_depend_on_how_many_papers_are_looked_at_again(
    demo: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "what stars and galaxies have to do with each other"
    # One paper gives feedback, however few there are.
    monkeypatch.setattr(hybrid, "FIRST", Reach(papers=1, for_each=1, move=0.2, words=0.2))
    every = {hit.id: why(hit).parts for hit in demo.search(query, 200, explain=True)}
    monkeypatch.setattr(hybrid, "RANKED_AGAIN", 20)
    for hit in demo.search(query, 20, explain=True):
        added = every[hit.id].get("feedback_words", 0.0)
        assert why(hit).parts.get("feedback_words", 0.0) == pytest.approx(added, abs=2e-6)


def test_parts_are_what_they_are_called(demo: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    query = "how can nurses keep patients from falling"
    hits = demo.search(query, 100, explain=True)
    cosines = {hit.id: hit.score for hit in demo.search(query, 200, mode="semantic")}
    scores = {hit.id: hit.score for hit in demo.search(query, 200, mode="keyword")}
    # The cosine to the query as it was: meaning is linear in it.
    x = np.array([cosines[hit.id] for hit in hits])
    y = np.array([why(hit).parts["meaning"] for hit in hits])
    slope, floor = np.polyfit(x, y, 1)
    assert np.abs(slope * x + floor - y).max() < 1e-5
    # 0.8 / (1 + the best cosine), and that by how much of the query is left after its move by 0.2.
    assert 0.4 < floor < 0.5
    assert 1 / 1.2 < slope / floor < 1
    most = max(scores.values())
    for hit in hits:
        expected = 0.2 * 0.8 * scores.get(hit.id, 0) / most
        assert why(hit).parts.get("words", 0) == pytest.approx(expected, abs=1e-5)
    assert max(why(hit).parts.get("feedback_words", 0) for hit in hits) == pytest.approx(0.04)
    # Without a step, its part is not there, and the others are what they were.
    monkeypatch.setattr("paperkin.search.neighbours.WEIGHT", 0.0)
    without = {hit.id: why(hit).parts for hit in demo.search(query, 100, explain=True)}
    for hit in hits:
        parts = dict(why(hit).parts)
        parts.pop("neighbours", None)
        assert without[hit.id] == pytest.approx(parts, abs=2e-6)
    monkeypatch.setattr(hybrid, "FIRST", Reach(papers=0, for_each=1, move=0.2, words=0.2))
    for hit in demo.search(query, 100, explain=True):
        assert set(why(hit).parts) <= {"meaning", "words"}


def test_a_title_and_an_id_lift_their_paper_by_a_part_of_that_name(tmp_path: Path) -> None:
    papers = [*PAPERS, {"id": "twin", "title": "Waves", "abstract": "Hair is cut in a salon."}]
    with paperkin.build(
        tmp_path / "library", write_papers(tmp_path / "p.jsonl", papers)
    ) as library:
        for mode in MODES:
            hits = library.search("waves", 9, mode=mode, explain=True)
            check(hits)
            assert hits[0].title == "Waves"
            assert not any("exact_title" in why(hit).parts for hit in hits[1:])
        (named, other) = library.search("10.1000/yeast.2", 2, explain=True)
        assert set(why(named).parts) == {"meaning", "words"}
        assert named.score == pytest.approx(1, abs=1e-3)
        assert "yeast" in {word.text.lower() for word in why(named).words}
        assert why(other).missing == ()


def test_a_lift_is_told(small_library: Library) -> None:
    title = "A short history of the umbrella"
    lifted = small_library.search(title, 8, mode="semantic", explain=True)
    check(lifted)
    assert lifted[0].title == title
    scores = np.array([0.9, 0.5, 0.4])
    ranking = Ranking(np.array([3, 1, 2]), scores, {"meaning": scores})
    moved = put_first(np.array([2]), ranking, lambda *_: (ranking, 3), "exact_title")
    assert moved.numbers.tolist() == [2, 3, 1]
    assert moved.parts_of(2) == pytest.approx({"meaning": 0.4, "exact_title": 0.500001})
    assert moved.parts_of(3) == {"meaning": 0.9, "exact_title": 0.0}
    equal = Ranking(np.array([3, 1]), scores[[1, 1]], {"meaning": scores[[1, 1]]})
    ahead = put_first(np.array([1]), equal, lambda *_: (equal, 2), "exact_title")
    assert (ahead.numbers.tolist(), ahead.scores.tolist()) == ([1, 3], [0.500001, 0.5])
    # One of two is not among those that were ranked: it is ranked for that, and lifted with it.
    few = np.array([0.4, 0.1])
    both = put_first(
        np.array([2, 7]), ranking, lambda among: Ranking(among, few, {"meaning": few}), "exact_id"
    )
    assert both.numbers.tolist() == [2, 7, 3, 1]
    assert both.scores == pytest.approx([1.200001, 0.900001, 0.9, 0.5])


def test_a_paper_that_is_put_behind_twice_has_one_part_for_both() -> None:
    words = np.array([0.9])
    moved = Ranking(np.array([1]), words, {"words": words}).changed("order", words - 0.25)
    twice = moved.changed("order", words - 0.75)
    assert twice.parts_of(1) == pytest.approx({"words": 0.9, "order": -0.75})


def test_synonyms_are_told_apart_from_words(demo: Library) -> None:
    hits = demo.search("LSTM", 5, mode="keyword", explain=True)
    check(hits)
    (unnamed,) = [hit for hit in hits if hit.title == "Gates without a name"]
    assert set(why(unnamed).parts) == {"synonyms"}
    assert why(unnamed).missing == ("LSTM",)
    (word,) = why(unnamed).words
    assert (word.text, word.field, word.synonym) == ("Long short-term memory", "abstract", True)
    (named, *_) = [hit for hit in hits if hit.title.startswith("Reading")]
    assert set(why(named).parts) == {"words", "synonyms"}
    assert {(each.text, each.synonym) for each in why(named).words} == {
        ("LSTM", False),
        ("long short-term memory", True),
    }


def test_contributions_add_up_to_what_the_index_says(demo: Library, behind: Library) -> None:
    for library in (demo, behind):
        with Views(library.store).current() as (snapshot, view):
            state = {"live": len(view.live), "stale": view.stale, "pending": view.pending}
            words = {"network": 1.0, "dark": 2.0, "nurs": 0.3, "memori": 1.0, "review": 1.0}
            phrases = {("short", "term", "memori"): 0.3, ("dark", "matter"): 1.0}
            numbers, scores, _ = view.keyword.search(words, 99, phrases=phrases, **state)
            assert len(numbers) > 20
            papers = snapshot.papers(numbers)
            given = [pending_paper(n, papers[n], "en") for n in numbers.tolist()]
            found = view.keyword.contributions(given, words, phrases=phrases, **state)
            added = [sum(each.values()) for each in found]
            assert added == pytest.approx(scores.tolist(), rel=2e-3)
            assert any(("dark", "matter") in each for each in found)


CHOSEN = [
    ("why is my loaf so acidic", "10.1000/yeast.2", "Flour, water and warmth decide"),
    ("different microbes in each home", "10.1000/yeast.2", "Starters kept in different"),
    ("how do bakers know that dough is ready", "arXiv:2101.00001", "Bakers press the dough"),
    ("learning a craft from a master", "arXiv:2101.00001", "We describe what"),
    ("wave energy dissipated by vegetation", "marsh-1", "Grasses at the edge"),
    ("erosion of wetlands by bad weather", "marsh-1", "Storms feed the marsh"),
    ("costs of managed coastal realignment", "marsh-2", "We review how fast"),
    ("flooding fields deliberately", "marsh-2", "Where dikes are breached"),
    ("musicians' preferences", "violin-1", "Players preferred"),
    ("blind listening test", "violin-1", "Listeners behind a screen"),
    ("hippocampal reactivation", "sleep-1", "During deep sleep"),
    ("recall after a night's rest", "sleep-1", "People who sleep"),
    ("filtering background vibrations of cars", "bridge-1", "Sensors glued"),
    ("ultrasound emitted by fractures", "bridge-1", "A growing crack"),
]
"""Queries, papers, and the sentence that a person chose before any was looked up."""


def test_the_closest_sentence_is_mostly_the_one_a_person_would_choose(
    small_library: Library,
) -> None:
    agreed = 0
    for query, paper, begins in CHOSEN:
        hits = small_library.search(query, 8, explain=True)
        check(hits)
        (hit,) = [hit for hit in hits if hit.id == small_library[paper].id]
        sentence = why(hit).sentence
        assert sentence is not None
        agreed += sentence.text.startswith(begins)
        (untitled,) = [hit for hit in hits if hit.title.endswith("umbrella")]
        assert why(untitled).sentence is None
    assert agreed >= 12


def test_the_closest_sentence_has_the_highest_cosine(small_library: Library) -> None:
    query = "erosion of wetlands by bad weather"
    encoder = Encoder(library_model(small_library.store))
    vector = encoder.encode_query(query)
    for hit in small_library.search(query, 8, explain=True):
        sentence = why(hit).sentence
        if not hit.paper.abstract:
            continue
        assert sentence is not None
        parts = [hit.paper.abstract[slice(*span)] for span in sentences(hit.paper.abstract)]
        assert len(parts) == 2
        cosines = encoder.encode_documents(parts) @ vector
        assert sentence.text == parts[int(np.argmax(cosines))]
        assert sentence.score == pytest.approx(float(cosines.max()), abs=5e-3)


def test_keyword_mode_chooses_by_words_and_needs_no_model(
    small_library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ModelError("no model is needed here")

    monkeypatch.setattr("paperkin.search.encoding.Encoder", refuse)
    shutil.copytree(small_library.path, tmp_path / "library")
    with paperkin.open(tmp_path / "library") as library:
        hits = library.search("the storms of mud", 8, mode="keyword", explain=True)
        check(hits)
        sentence = why(hits[0]).sentence
        assert sentence is not None
        assert sentence.text.startswith("Storms feed the marsh with mud")
        assert sentence.score is None
        # The first word of a sentence is not the last of the one before.
        (first,) = library.search("storms", 1, mode="keyword", explain=True)
        assert why(first).sentence == sentence
        # Without an abstract, and with one that has none of the words.
        for query in ("umbrella", "steel"):
            (titled,) = library.search(query, mode="keyword", explain=True)
            assert why(titled).words
            assert why(titled).sentence is None
        with pytest.raises(ModelError, match="no model"):
            library.related("marsh-1", explain=True)


def test_related_papers_say_what_is_shared(small_library: Library) -> None:
    hits = small_library.related("arXiv:2101.00001", explain=True)
    check(hits)
    assert all(why(hit).parts["meaning"] > 0 and not why(hit).missing for hit in hits)
    # Nothing here is about the same, and one word in common is not made much of.
    assert 0 < max(why(hit).parts.get("words", 0) for hit in hits) < 0.05
    (marsh,) = small_library.related("marsh-1", 1, explain=True)
    assert "marsh" in {word.text.lower() for word in why(marsh).words}
    check(small_library.related(["marsh-1", "violin-1"], explain=True))


def test_words_of_a_corrected_query_and_of_fields_are_found(small_library: Library) -> None:
    hits = small_library.search("sourdugh", 1, mode="keyword", explain=True)
    assert [word.word for word in why(hits[0]).words] == ["sourdough"]
    hits = small_library.search('title:dough -abstract:"steel"', 5, explain=True)
    (hit,) = hits
    assert why(hit).parts == {}
    assert {(word.word, word.field) for word in why(hit).words} == {
        ("dough", "title"),
        ("dough", "abstract"),
    }
    # What is excluded is not looked for, so it is not missing.
    assert why(hit).missing == ()
    (hit,) = small_library.search("storms title:tide", 5, explain=True)
    assert {(word.word, word.field) for word in why(hit).words} == {("tide", "title")}
    assert why(hit).missing == ("storms",)


def test_of_all_that_papers_share_only_what_tells_most_is_told() -> None:
    weights = {("dough",): 5.0, ("bread",): 4.0, ("risen",): 2.0, ("people",): 1.9}
    assert explain._most_telling(weights) == [("dough",), ("bread",), ("risen",)]
    assert len(explain._most_telling({(str(n),): 1.0 for n in range(20)})) == 10
    assert explain._most_telling({}) == []


@pytest.mark.parametrize("mode", MODES)
def test_words_of_a_script_without_spaces(tmp_path: Path, mode: Mode) -> None:
    papers = [
        {
            "title": "稀疏注意力模型",
            "abstract": "我们研究长文档。稀疏注意力减少BERT的计算。实验有效。",
        },
        {"title": "湖水", "abstract": "湖水很冷。鱼很少。"},
    ]
    file = write_papers(tmp_path / "p.jsonl", papers)
    with paperkin.build(tmp_path / "library", file, language="zh") as library:
        hits = library.search("稀疏注意力与bert İ湖", 2, mode=mode, explain=True)
        (hit,) = [hit for hit in hits if hit.title.startswith("稀疏")]
        told = why(hit)
        assert sum(told.parts.values()) == pytest.approx(hit.score, abs=1e-5)
        assert {(word.text, word.field) for word in told.words} == {
            ("稀疏注意力", "title"),
            ("稀疏注意力", "abstract"),
            ("BERT", "abstract"),
        }
        for word in told.words:
            field = hit.title if word.field == "title" else hit.paper.abstract
            assert {field[start:end] for start, end in word.spans} == {word.text}
        assert "与" in told.missing
        # One letter of a word is not the word.
        hits = library.search("稀疏模拟", 2, mode=mode, explain=True)
        (hit,) = [hit for hit in hits if hit.title.startswith("稀疏")]
        assert why(hit).missing == ("模拟",)
        if mode == "keyword":
            assert told.sentence is not None
            assert told.sentence.text == "稀疏注意力减少BERT的计算。"
        library.search("长" * 50_000, 2, mode="keyword", explain=True)


def test_an_answer_as_plain_values(small_library: Library) -> None:
    (hit,) = small_library.search("storms at the shore", 1, explain=True)
    told = hit.as_dict()["why"]
    assert json.loads(json.dumps(told)) == told
    assert set(told) == {"parts", "words", "missing", "sentence"}
    assert set(told["sentence"]) == {"text", "start", "end", "score"}
    assert told["missing"] == ["shore"]
    assert [(each["word"], each["field"]) for each in told["words"]] == [
        ("storms", "title"),
        ("storms", "abstract"),
    ]
    assert "why" not in small_library.search("storms", 1)[0].as_dict()


@pytest.mark.parametrize("query", ["the of and", "a" * 20_000, "\x00\x1b[1m storms", "." * 5000])
def test_strange_queries_are_explained(small_library: Library, query: str) -> None:
    for mode in MODES:
        check(small_library.search(query, 3, mode=mode, explain=True))


def test_hostile_abstracts_are_explained(tmp_path: Path) -> None:
    papers = [
        {"title": "storms " * 50, "abstract": "storms. " * 5000},
        {"title": "Dots and storms", "abstract": ". ? ! " * 300},
        {"title": "<b>storms</b>", "abstract": "x" * 5000 + " storms \u202e <script>"},
    ]
    file = write_papers(tmp_path / "p.jsonl", papers)
    with paperkin.build(tmp_path / "library", file) as library:
        for mode in MODES:
            hits = library.search("storms", 3, mode=mode, explain=True)
            for hit in hits:
                assert sum(why(hit).parts.values()) == pytest.approx(hit.score, abs=1e-5)
            assert len(hits) == 3
