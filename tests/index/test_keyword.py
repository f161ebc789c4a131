"""The keyword index: BM25 as Tantivy computes it, inside the index and beside it."""

import json
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import paperkin
from paperkin.index.analysis import LANGUAGES, filler, query_terms, terms
from paperkin.index.bm25 import kept_length
from paperkin.index.errors import InputError
from paperkin.index.keyword import KeywordIndex, pending_paper
from paperkin.index.paper import Paper
from small import PAPERS, write_papers

NOBODY = np.zeros(0, np.int64)


def test_words_are_folded_and_stemmed() -> None:
    assert terms("Régularised networks' learning", "en") == ["regularis", "network", "learn"]
    assert query_terms("what is the learning of learned networks", "en") == Counter(
        {"learn": 2, "network": 1}
    )
    assert set(query_terms("Why does any network learn?", "en")) == {"network", "learn"}
    assert "doe" in query_terms("a doe and her fawns", "en")
    assert set(query_terms("to be or not to be", "en")) == {"to", "be", "or", "not"}


def test_a_script_without_spaces_is_cut_into_pairs() -> None:
    assert "学习" in terms("深度学习模型", "zh")


def test_scores_are_bm25_over_the_live_papers(small_library: paperkin.Library) -> None:
    index = KeywordIndex(small_library.store, "en")
    numbers, scores, total = index.search({"bread": 1}, 10, live=8, stale=NOBODY, count=True)
    assert total == len(numbers) == 1
    with small_library.store.read() as snapshot:
        papers = snapshot.papers(snapshot.live())
    texts = {n: terms(f"{p.title}\n{p.abstract}", "en") for n, p in papers.items()}
    titles = {n: terms(p.title, "en") for n, p in papers.items()}
    idf = math.log(1 + (8 - 1 + 0.5) / (1 + 0.5)) ** 1.2

    def part(words: dict[int, list[str]], more: int) -> float:
        length = kept_length(len(words[numbers[0]]) + more)
        mean = sum(len(each) + more for each in words.values()) / 8
        tf = words[numbers[0]].count("bread")
        return idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * length / mean))

    assert scores[0] == pytest.approx(part(texts, 64) + 0.3 * part(titles, 6), rel=1e-3)
    # However often a word stands in a text, it adds no more than this.
    assert index.possible({"bread": 1.0}, live=8, stale=NOBODY) == pytest.approx(idf * 2.2)
    rarest = math.log(1 + 8.5 / 0.5) ** 1.2
    both = index.possible({"bread": 2.0, "quasar": 1.0}, live=8, stale=NOBODY)
    assert both == pytest.approx((2 * idf + rarest) * 2.2)


@pytest.mark.parametrize("language", [*LANGUAGES, "zh", "ja"])
def test_the_filling_adds_as_many_words_as_it_says_and_none_is_searched(language: str) -> None:
    text = "honey 蜂蜜"
    for count in (6, 64):
        longer = terms(text + filler(count, language), language)
        assert len(longer) == len(terms(text, language)) + count
    assert query_terms(text + filler(6, language), language) == query_terms(text, language)


def test_the_words_of_papers_are_weighed_as_bm25_weighs_them(
    small_library: paperkin.Library,
) -> None:
    index = KeywordIndex(small_library.store, "en")
    with small_library.store.read() as snapshot:
        papers = snapshot.papers(snapshot.live())
    bread, *rest = (pending_paper(n, paper, "en") for n, paper in papers.items())
    words = index.expansion([(bread, 1.0)], 5, live=8, stale=NOBODY)
    assert len(words) == 5
    assert list(words.values()) == sorted(words.values(), reverse=True)
    assert next(iter(words)) == "dough"
    assert words["dough"] == 1
    for word, weight in words.items():
        # Each weight is in the proportion of what the word scores there.
        numbers, scores, _ = index.search({word: 1}, 8, live=8, stale=NOBODY)
        _, dough, _ = index.search({"dough": 1}, 8, live=8, stale=NOBODY)
        assert scores[numbers == bread.number][0] / dough[0] == pytest.approx(weight, rel=1e-3)
    # The words of a paper with all the weight come before those of one with hardly any.
    mixed = index.expansion([(bread, 0.01), (rest[0], 0.99)], 5, live=8, stale=NOBODY)
    assert list(mixed) == list(index.expansion([(rest[0], 1.0)], 5, live=8, stale=NOBODY))


def test_a_pending_paper_scores_as_it_would_inside(small_library: paperkin.Library) -> None:
    index = KeywordIndex(small_library.store, "en")
    words = {"storm": 1, "marsh": 2, "wave": 1}
    numbers, scores, _ = index.search(words, 10, live=8, stale=NOBODY)
    with small_library.store.read() as snapshot:
        papers = snapshot.papers(numbers)
    beside = [pending_paper(n, papers[n], "en") for n in papers]
    again, same, total = index.search(
        words, 10, live=8, stale=np.array(sorted(papers)), pending=beside, count=True
    )
    assert again.tolist() == numbers.tolist()
    assert same == pytest.approx(scores, abs=1e-3)
    assert total == len(numbers)
    again, same, total = index.search(
        words,
        10,
        live=8,
        stale=np.array(sorted(papers)),
        pending=beside,
        allowed=np.setdiff1d(np.arange(1, 9), numbers[:1]),
        count=True,
    )
    assert again.tolist() == numbers[1:].tolist()
    assert same == pytest.approx(scores[1:], abs=1e-3)
    assert total == len(numbers) - 1


def test_lengths_are_kept_as_tantivy_keeps_them() -> None:
    # Its table: exact up to 40, then every second, fourth, eighth … number.
    assert [kept_length(n) for n in (0, 7, 39, 40, 41, 42, 43)] == [0, 7, 39, 40, 40, 42, 42]
    assert [kept_length(n) for n in (55, 56, 59, 60, 87, 88, 95, 96)] == [
        54, 56, 56, 60, 84, 88, 88, 96,
    ]  # fmt: skip


def test_frequencies_forget_removed_papers(tmp_path: Path) -> None:
    """Tantivy counts deleted documents until it merges; our scores must not."""
    rare = [dict(PAPERS[2], id=f"copy-{n}", title=f"Marsh {n}") for n in range(3)]
    for n, paper in enumerate(rare):
        paper["abstract"] = f"The marsh number {n} of a coast, described by itself. " * (n + 1)
    source = write_papers(tmp_path / "papers.jsonl", [*PAPERS, *rare])
    with paperkin.build(tmp_path / "library", source) as library:
        library.remove([f"copy-{n}" for n in range(3)])
        left = [(hit.title, hit.score) for hit in library.search("marsh", mode="keyword")]
    with paperkin.build(tmp_path / "fresh", write_papers(tmp_path / "papers.jsonl")) as fresh:
        expected = [(hit.title, hit.score) for hit in fresh.search("marsh", mode="keyword")]
    assert [title for title, _ in left] == [title for title, _ in expected]
    # The mean length still remembers them until a merge; the frequencies do not.
    assert [score for _, score in left] == pytest.approx([s for _, s in expected], rel=0.1)


def test_all_that_tie_with_the_last_place_are_found(tmp_path: Path) -> None:
    papers = [{"id": f"m{n}", "title": f"Marsh number {n}"} for n in range(40)]
    source = write_papers(tmp_path / "papers.jsonl", papers)
    with paperkin.build(tmp_path / "library", source) as library:
        index = KeywordIndex(library.store, "en")
        for k in (1, 30):
            numbers, scores, total = index.search(
                {"marsh": 1}, k, live=40, stale=NOBODY, count=True
            )
            assert sorted(numbers.tolist()) == list(range(1, 41))
            assert len(set(scores.tolist())) == 1
            assert total == 40


def test_a_stand_in_title_is_not_indexed_twice() -> None:
    paper = Paper(id="x", title="Bakers press the dough", abstract="Bakers press the dough. They")
    given = pending_paper(1, paper, "en")
    standing_in = pending_paper(
        1, Paper(id="x", title=paper.title, abstract=paper.abstract, title_given=False), "en"
    )
    assert given.counts["text"]["dough"] == 2
    assert standing_in.counts["text"]["dough"] == 1
    assert not standing_in.counts["title"]


def test_the_language_of_a_library_is_its_own(tmp_path: Path) -> None:
    papers = [
        {"title": "Die Häuser der Handwerker", "abstract": "Wie Bäcker früher wohnten."},
        {"title": "Über Züge", "abstract": "Bahnhöfe und ihre Gleise."},
    ]
    (tmp_path / "d.json").write_text(json.dumps(papers), "utf-8")
    with paperkin.build(tmp_path / "library", tmp_path / "d.json", language="de") as library:
        (hit,) = library.search("Haus", mode="keyword")
        assert hit.title == papers[0]["title"]
    with pytest.raises(InputError, match="'xx'"):
        paperkin.build(tmp_path / "other", tmp_path / "d.json", language="xx")
    assert not (tmp_path / "other").exists()


def test_removed_papers_neither_weigh_words_nor_trust_acronyms(tmp_path: Path) -> None:
    """One paper in three of many is left: all that counts papers counts these."""
    half = set(range(0, 90, 6))
    said = {"kite": half, "wind": half | {n for n in range(90) if n % 3}, "loop": range(1, 90, 3)}
    papers = [
        {
            "id": f"p{n}",
            "title": f"Paper {n}",
            "abstract": " ".join(
                [f"unlike{n}", *(word for word, held in said.items() if n in held)]
            ),
        }
        for n in range(90)
    ]
    with paperkin.build(
        tmp_path / "library", write_papers(tmp_path / "p.jsonl", papers)
    ) as library:
        library.remove([f"p{n}" for n in range(90) if n % 3])
        index = KeywordIndex(library.store, "en")
        assert index.count() == 30
        assert index.lexicon.spelt("wind") == index.lexicon.spelt("kite") == 15
        assert index.lexicon.spelt("loop") == 0
        with library.store.read() as snapshot:
            number, paper = next(iter(snapshot.papers(snapshot.live()).items()))
        said_here = [(pending_paper(number, paper, "en"), 1.0)]
        words = index.expansion(said_here, 5, live=30, stale=NOBODY)
        # Both stand in half of those that are left, as nobody would say who counted the others too.
        assert words["kite"] == words["wind"] < words["unlike0"]
        # Before the index hears of removals, it is as if any of its papers were among them.
        fewer = index.expansion(said_here, 5, live=20, stale=np.arange(10))
        assert fewer["kite"] == fewer["wind"] < 1
