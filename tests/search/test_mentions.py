"""A pasted text finds what it speaks of in passing: each sign against a plain computation."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from static_model import write_word_means

import paperkin
from paperkin.index.encoder import Encoder
from paperkin.index.own_model import library_model
from paperkin.index.snapshot import Snapshot
from paperkin.search import mentions
from paperkin.search.library import Library
from paperkin.search.mentions import BY_TEXT, Passage, is_long, mentioned, passage
from paperkin.search.ranking import Ranking
from paperkin.search.view import View, Views
from small import write_papers

FILLING = [
    {"title": f"{subject} {n}", "abstract": f"We look at {subject.lower()}, and at case {n} of it."}
    for subject in ("Kettles", "Violins", "Tariffs")
    for n in range(8)
]
MOSS, HUM, BREAD = "Slow growth of moss on roofs", "HumNet: listening to engines", "Rye bread"
OTHERS = [
    {"title": MOSS, "abstract": "Rain helps."},
    {"title": HUM, "abstract": "A motor is heard."},
    {"title": BREAD, "abstract": "Ovens bake loaves."},
    {"abstract": "Slow growth of moss on roofs is what nobody has seen here."},
]
ABOUT_KETTLES = (
    "Kettles are looked at here in more cases than before, since each kettle boils in a way of its "
    "own. We boil water in all of them, and note how long they take, how loud they are, and what "
    "the lid does. {} The largest kettle took longest, and the smallest was loudest; the lids "
    "of old kettles rattle. What we find should help those who make kettles, those who buy them, "
    "and everyone who waits for water to boil in the morning."
)
PLAIN = ABOUT_KETTLES.format("Nothing else was in the room.")
NAMING = ABOUT_KETTLES.format("As with the slow growth of moss on roofs, HumNet found no trend.")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("mentions")
    file = write_papers(folder / "papers.jsonl", [*FILLING, *OTHERS])
    with paperkin.build(folder / "library", file) as library:
        yield library


@pytest.fixture(scope="module")
def moment(library: Library) -> Iterator[tuple[Snapshot, View]]:
    with Views(library.store).current() as moment:
        yield moment


def place(library: Library, query: str, title: str) -> int:
    return [hit.title for hit in library.search(query, 28)].index(title) + 1


def scored(view: View) -> Ranking:
    scores = np.round(np.random.default_rng(3).random(len(view.live)) / 2, 6)
    return Ranking(view.live, scores, {"meaning": scores})


def said(library: Library, text: str) -> Passage:
    encoder = Encoder(library_model(library.store))
    found = passage(text, "en", encoder.encode_documents)
    assert found is not None
    return found


def test_what_a_long_text_names_comes_before_what_it_does_not(library: Library) -> None:
    assert place(library, NAMING, MOSS) < place(library, PLAIN, MOSS) / 2
    assert place(library, NAMING, HUM) < place(library, PLAIN, HUM) / 2
    # Right behind stands what it is about.
    named = (MOSS, HUM, OTHERS[-1]["abstract"])
    rest = [hit.title for hit in library.search(NAMING, 11) if hit.title not in named]
    assert len(rest) == 8
    assert all(title.startswith("Kettles") for title in rest)


def test_the_parts_add_up_and_say_what_was_named(library: Library) -> None:
    hits = library.search(NAMING, 28, explain=True)
    parts = {hit.title: hit.why.parts for hit in hits if hit.why}
    for hit in hits:
        assert sum(parts[hit.title].values()) == pytest.approx(hit.score, abs=1e-5)
        assert hit.score <= 1
    assert [title for title in parts if "title_name" in parts[title]] == [HUM]
    for sign in ("title_words", "title_phrase"):
        assert max(parts, key=lambda title: parts[title].get(sign, 0)) == MOSS
    # Where a title was made of the abstract's beginning, it names nothing.
    made = next(hit.title for hit in hits if not hit.paper.title_given)
    assert not {"title_words", "title_phrase", "title_name"} & set(parts[made])


def test_a_question_mentions_nothing(library: Library) -> None:
    assert not is_long("kettles " * 64, "en")
    assert is_long("kettles " * 65, "en")
    hits = library.search("HumNet on the slow growth of moss on roofs", explain=True)
    assert not {name for hit in hits if hit.why for name in hit.why.parts} & set(BY_TEXT)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Kettles boil. We look at them here. " * 70, 64),
        ("Kettles boil. We look at them here. " * 12, 12),
        # Where all are labels, the text is one piece.
        ("Kettles.\n\n" * 70, 1),
    ],
)
def test_so_many_sentences_are_looked_at(text: str, pieces: int) -> None:
    encoded: list[str] = []
    said = passage(text, "en", lambda texts: (encoded.extend(texts), np.zeros((1, 3)))[1])
    assert said is not None
    assert not encoded
    said.vectors()
    assert len(encoded) == pieces


def test_a_text_without_spaces_is_long_by_its_letters() -> None:
    assert not is_long("湯" * 128, "ja")
    assert is_long("湯" * 129, "ja")
    # Latin words in it are words, however long.
    assert not is_long("What do kettles say about water? " * 9, "zh")
    assert not is_long("湯" * 1_000, "en")


def test_a_text_without_spaces_finds_what_it_names(tmp_path: Path) -> None:
    about = "湯沸かしを調べる。水が沸くまでの時間と音を測った。"
    papers = [
        *({"title": f"湯沸かし {n}", "abstract": f"{about}例は{n}である。"} for n in range(12)),
        {"title": "屋根の苔が育つ速さ", "abstract": "雨の量による。"},
        {"title": "HumNet：機械の音を聞く", "abstract": "モーターの音。"},
        {"title": "道路の交通量", "abstract": "車を数えた。"},
    ]
    file = write_papers(tmp_path / "papers.jsonl", papers)
    query = about * 6 + "屋根の苔が育つ速さとは違い、HumNetでは何も見えない。"
    with paperkin.build(tmp_path / "library", file, language="ja") as library:
        encoded: list[str] = []
        said = passage(
            query, "ja", lambda texts: (encoded.extend(texts), np.zeros((len(texts), 3)))[1]
        )
        assert said is not None
        said.vectors()
        assert len(encoded) == 13
        hits = library.search(query, 15, explain=True)
    parts = {hit.title: hit.why.parts for hit in hits if hit.why}
    assert [title for title in parts if "title_name" in parts[title]] == ["HumNet：機械の音を聞く"]
    for sign in ("title_words", "title_phrase"):
        assert max(parts, key=lambda title: parts[title].get(sign, 0)) == "屋根の苔が育つ速さ"


def test_each_part_is_its_sign_in_units_of_the_spread(
    library: Library, moment: tuple[Snapshot, View]
) -> None:
    snapshot, view = moment
    before = scored(view)
    text = said(library, NAMING)
    spread = float(before.scores.std())
    vectors = snapshot.vectors(view.live, view.model).astype(np.float64)
    vectors_of_sentences = text.vectors
    assert vectors_of_sentences is not None
    after = mentioned(
        view, snapshot, Passage(NAMING, {"sentences": 0.2}, vectors_of_sentences), before
    )
    cosines = (vectors @ vectors_of_sentences().astype(np.float64).T).max(axis=1)
    expected = 0.2 * spread / cosines.std() * (cosines - cosines.min())
    assert after.parts["sentences"] == pytest.approx(expected, abs=1e-5)
    assert after.scores == pytest.approx(before.scores + expected, abs=1e-5)


def test_titles_give_what_of_them_stands_in_the_text(
    library: Library, moment: tuple[Snapshot, View]
) -> None:
    snapshot, view = moment
    titles = [paper.title for paper in snapshot.papers(view.live.tolist()).values()]
    moss, bread = titles.index(MOSS), titles.index(BREAD)
    text = said(library, PLAIN.replace("Nothing", "A roof, bread, and slow growth"))
    after = mentioned(view, snapshot, text, scored(view))

    def idf(df: int) -> float:
        return math.log(1 + (28 - df + 0.5) / (df + 0.5)) ** 1.2

    # Slow, growth, moss and roof stand in two papers each, rye and bread in one.
    part = after.parts["title_words"]
    assert part[moss] / part[bread] == pytest.approx((3 / 4) ** 2 / (1 / 2) ** 2)
    phrase = after.parts["title_phrase"]
    assert phrase[moss] == phrase.max() > 0
    assert phrase[bread] == 0
    assert "title_name" not in after.parts
    # "Listening", in one paper, and "to" of "HumNet: listening to engines".
    text = said(library, PLAIN.replace("Nothing", "Listening to kettles"))
    part = mentioned(view, snapshot, text, scored(view)).parts["title_words"]
    kettles = titles.index("Kettles 0")
    numbered = sum("0" in title for title in titles)
    covered = idf(8) / (idf(8) + idf(numbered))
    assert part[titles.index(HUM)] / part[kettles] == pytest.approx((1 / 3 / covered) ** 2)


@pytest.mark.parametrize(
    ("title", "shared"),
    [
        ("slow growth of moss", 1.0),
        ("the slow growth of trees", 4 / 5),
        ("growth slow", 0.0),
        ("moss", 0.0),
        ("moss the slow growth of moss", 5 / 6),
        ("", 0.0),
    ],
)
def test_the_longest_run_of_words_that_both_share(title: str, shared: float) -> None:
    places: dict[str, list[int]] = {}
    for n, word in enumerate("growth of the slow growth of moss is slow".split()):
        places.setdefault(word, []).append(n)
    assert mentions._shared_run(title.split(), places) == pytest.approx(shared)


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("HumNet: listening to engines", True),
        ("Hum Net: listening", False),
        ("HumNet listens to engines", False),
        ("humnet: listening", False),
        ("Hum: listening", False),
        ("In the room of HumNet: what we heard", False),
        ("A: b", False),
    ],
)
def test_a_title_is_named_by_what_stands_before_its_colon(title: str, named: bool) -> None:
    assert mentions._is_named(title, "As A shows, HumNet (2021) found no trend.", "en") is named


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("HumNet：音を聞く", True),
        ("Hum：音を聞く", False),
        ("提案：音を聞く", False),
    ],
)
def test_where_no_spaces_do_the_script_parts_a_name(title: str, named: bool) -> None:
    assert mentions._is_named(title, "我々の提案するHumNetは音を聞く。", "ja") is named


def test_of_a_handful_none_is_said_to_be_mentioned(
    library: Library, moment: tuple[Snapshot, View]
) -> None:
    snapshot, view = moment
    few = scored(view).taken(np.arange(9))
    assert mentioned(view, snapshot, said(library, NAMING), few) is few


def test_only_the_first_are_looked_at_and_the_rest_stay_behind(
    library: Library, moment: tuple[Snapshot, View], monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot, view = moment
    monkeypatch.setattr(mentions, "PAPERS", 12)
    before = scored(view)
    after = mentioned(view, snapshot, said(library, NAMING), before)
    order = np.argsort(-before.scores)
    assert np.array_equal(after.scores[order[12:]], before.scores[order[12:]])
    assert after.scores[order[:12]].min() >= before.scores[order[12:]].max()
    assert (after.scores[order[:12]] > before.scores[order[:12]]).any()


def test_a_text_in_one_sentence_or_of_any_length_is_answered(library: Library) -> None:
    for text in ("moss " * 5_000, "kettles\n" * 70, "Kettles. " * 70, "a b. " * 400, "äöü; " * 90):
        hits = library.search(text, 3)
        assert len(hits) == 3
        assert all(0 <= hit.score <= 1 for hit in hits)


def test_a_text_that_the_model_knows_nothing_of_is_answered(
    tmp_path: Path,
) -> None:
    file = write_papers(tmp_path / "papers.jsonl", [*FILLING, *OTHERS])
    model = write_word_means(tmp_path / "model", [each["abstract"] for each in FILLING])
    with paperkin.build(tmp_path / "library", file, model=str(model)) as library:
        assert library.search(f"kettles. {'Zzyzx qwrty vbnml. ' * 30}", 3)[0].title
