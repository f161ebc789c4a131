"""The five saved result pages: every paper once, and found by questions in other words."""

import json
from pathlib import Path

import numpy as np
import pytest

import paperkin
from paperkin.index.build import build
from paperkin.search.cluster_features import describe
from paperkin.search.cluster_matching import match
from paperkin.search.clustering import OUTSIDE, Tree, cluster

QUESTIONS = Path(__file__).with_name("pages-questions.jsonl")
TOPICS = Path(__file__).with_name("pages-topics.jsonl")


ELSEWHERE = (
    "does aspirin before surgery raise the risk of bleeding",
    "outcomes of hip fractures in elderly women",
    "sediment transport in braided rivers",
    "antibodies against hepatitis B after vaccination of infants",
    "tax treaties between small island states",
    "breeding of drought tolerant sorghum",
    "late bronze age pottery of the Aegean",
    "stress corrosion cracking of pipeline steel",
    "pollination of vanilla orchids by stingless bees",
    "is laparoscopic appendectomy safe during pregnancy",
)
"""Questions that none of the papers is about."""


@pytest.fixture(scope="module")
def pages(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, paperkin.Report]:
    library = tmp_path_factory.mktemp("pages") / "library"
    return library, build(library, [shared / "pages"])


def test_750_records_are_691_papers(pages: tuple[Path, paperkin.Report]) -> None:
    _, report = pages
    assert report.read == 750
    assert report.outcomes == {"added": 691, "merged": 59}
    assert report.papers == report.encoded == 691


def test_a_build_without_a_change_does_nothing(
    pages: tuple[Path, paperkin.Report], shared: Path
) -> None:
    library, _ = pages
    again = build(library, sorted((shared / "pages").glob("*.txt"), reverse=True))
    assert again.encoded == 0
    # What a page says twice is counted once as unchanged and then as merged.
    assert set(again.outcomes) <= {"unchanged", "merged"}
    assert again.papers == 691


def test_questions_find_their_paper(pages: tuple[Path, paperkin.Report]) -> None:
    """Eighty questions written from the abstracts, in other words: paraphrases, acronyms, typos."""
    questions = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    assert len(questions) == 80
    first = among_ten = 0
    with paperkin.open(pages[0]) as library:
        for question in questions:
            found = [hit.id for hit in library.search(question["text"])]
            first += found[0] == question["id"]
            among_ten += question["id"] in found
    # A plain reciprocal rank fusion of the same two lists finds 58 and 73.
    assert first >= 59
    assert among_ten >= 74


def test_verdicts_in_a_library_about_one_subject(pages: tuple[Path, paperkin.Report]) -> None:
    """Where all papers are near to each other, a question of a few words is far from any."""
    lines = QUESTIONS.read_text("utf-8").splitlines()
    with paperkin.open(pages[0]) as library:
        own = [library.search(json.loads(line)["text"]).verdict for line in lines]
        foreign = [library.search(query).verdict for query in ELSEWHERE]
    assert own.count("nothing") <= 0.05 * len(own)
    assert own.count("good") >= 0.5 * len(own)
    assert foreign.count("good") == 0
    assert foreign.count("nothing") >= 0.5 * len(foreign)


def test_clusters_agree_with_topics_given_by_hand(pages: tuple[Path, paperkin.Report]) -> None:
    """Thirty topics, given to the papers by reading them, before any cluster was looked at."""
    from sklearn.metrics import adjusted_mutual_info_score

    lines = TOPICS.read_text("utf-8").splitlines()
    topic = {each["id"]: each["topic"] for each in map(json.loads, lines)}
    with paperkin.open(pages[0]) as library:
        clusters = library.clusters()
    counts = [len(clusters.level(level)) for level in range(clusters.levels)]
    nearest = min(range(len(counts)), key=lambda level: abs(counts[level] - 27))
    assert 10 <= counts[nearest] <= 60
    home = {paper: each.id for each in clusters.level(nearest) for paper in each.papers}
    assert len(home) >= 0.75 * 691
    agreement = adjusted_mutual_info_score([topic[each] for each in home], list(home.values()))
    # k-means on the vectors: 0.42 for all papers, 0.49 without those that fit least.
    assert agreement >= 0.55


def test_clusters_keep_their_papers_when_others_come(
    pages: tuple[Path, paperkin.Report],
) -> None:
    with paperkin.open(pages[0]) as library, library.store.read() as snapshot:
        texts = [(paper.title, paper.abstract) for paper in library]
        vectors = snapshot.vectors(snapshot.live(), snapshot.model)
    old = np.arange(691) % 20 != 0
    before = cluster(describe(vectors[old], [texts[each] for each in np.flatnonzero(old)], "en"))
    known = np.full(691, OUTSIDE)
    known[old] = before.leaf
    after = cluster(describe(vectors, texts, "en"), before=Tree(known, before.above))
    same = match(known, after.leaf)
    inside = known >= 0
    stayed = (after.leaf >= 0) & (same.old[after.leaf] == known)
    # Without loyalty to the cluster that they were in: 0.92 to 0.95.
    assert stayed[inside].mean() >= 0.97
