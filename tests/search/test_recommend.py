"""Recommendations: interests side by side, dislikes, papers of one's own file."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import paperkin
from paperkin.index.demo import demonstration
from paperkin.search import reading_list, recommend
from paperkin.search.hits import Hits
from paperkin.search.interests import Usual, interests_of, interleaved
from paperkin.search.library import Library
from small import write_papers

SKY = [f"demo-{n:03}" for n in range(1, 9)]
MUSIC = [f"demo-{n:03}" for n in range(109, 116)]
NURSING = [f"demo-{n:03}" for n in range(9, 17)]


def keys(library: Library, hits: Hits) -> list[str]:
    """The keys by which the demonstration papers are known, in the order of the hits."""
    key = {library[f"demo-{n:03}"].id: f"demo-{n:03}" for n in range(1, 141)}
    return [key[hit.id] for hit in hits]


def test_what_is_near_a_liked_paper_comes_first_and_says_so(demo_library: Library) -> None:
    hits = demo_library.recommend([*SKY[:5], SKY[7]], k=2)
    assert set(keys(demo_library, hits)) == set(SKY[5:7])
    liked = {demo_library[each].id for each in [*SKY[:5], SKY[7]]}
    assert all(1 <= len(hit.because_of) <= 3 and set(hit.because_of) <= liked for hit in hits)
    assert hits.ids is not None
    assert set(hits.ids) == liked
    assert [hit.rank for hit in hits] == [1, 2]


def test_a_small_interest_is_not_drowned_by_a_large_one(demo_library: Library) -> None:
    few, many = MUSIC[:2], NURSING[:6]
    hits = demo_library.recommend([*few, *many], k=4)
    found = keys(demo_library, hits)
    assert set(found) & set(MUSIC)
    assert set(found) & set(NURSING)
    by_music = {demo_library[each].id for each in few}
    for key, hit in zip(found, hits, strict=True):
        if key in MUSIC:
            assert set(hit.because_of) <= by_music
    assert len(hits.interests) >= 2
    assert any(set(each) <= by_music for each in hits.interests)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_a_large_interest_does_not_win_the_papers_of_a_small_one(demo_library: Library) -> None:
    hits = demo_library.recommend([*MUSIC[:2], *NURSING], k=10)
    assert [len(each) for each in hits.interests] == [8, 2]
    by_music = {demo_library[each].id for each in MUSIC[:2]}
    for_music = [hit for hit in hits if set(hit.because_of) <= by_music]
    assert {hit.rank for hit in for_music} == {3, 8}
    assert set(keys(demo_library, replace(hits, hits=tuple(for_music)))) <= set(MUSIC)


def test_papers_near_to_a_disliked_one_are_pushed_away(demo_library: Library) -> None:
    def place(hits: Hits, key: str) -> int:
        found = keys(demo_library, hits)
        return found.index(key) if key in found else len(found)

    liked = [SKY[0], SKY[3], MUSIC[0]]
    without = demo_library.recommend(liked, k=40)
    away = demo_library.recommend(liked, [MUSIC[5], MUSIC[4]], k=40)
    # Automatic transcription and beats are near to what is disliked, stars are not.
    assert place(away, MUSIC[4]) == place(away, MUSIC[5]) == len(keys(demo_library, away))
    before = np.mean([place(without, key) for key in (MUSIC[3], MUSIC[6])])
    assert np.mean([place(away, key) for key in (MUSIC[3], MUSIC[6])]) > before
    assert place(away, SKY[5]) <= place(without, SKY[5])
    assert away.unlike == tuple(sorted(away.unlike or (), key=lambda id: demo_library[id].id))
    assert {demo_library[each].id for each in MUSIC[4:6]} == set(away.unlike or ())


def test_liked_papers_never_show_and_pages_continue_each_other(demo_library: Library) -> None:
    liked = [*SKY[:4], *MUSIC[:3]]
    whole = keys(demo_library, demo_library.recommend(liked, NURSING[:1], k=1000))
    pages = [
        each
        for offset in range(0, 140, 9)
        for each in keys(
            demo_library, demo_library.recommend(liked, NURSING[:1], k=9, offset=offset)
        )
    ]
    assert whole == pages
    assert not {*liked, NURSING[0]} & set(whole)
    assert len(set(whole)) == len(whole)
    backwards = demo_library.recommend([*reversed(liked)], NURSING[:1], k=1000)
    assert keys(demo_library, backwards) == whole


def test_filters_and_dates(demo_library: Library) -> None:
    hits = demo_library.recommend(SKY[:3], k=100, year="2015-", sort="newest")
    dates = [hit.paper.published for hit in hits]
    assert dates == sorted(dates, reverse=True)
    assert min(dates) >= "2015"
    assert set(SKY[3:5]) <= set(keys(demo_library, hits))
    assert 10 <= len(hits) == hits.total < demo_library.recommend(SKY[:3], year="2015-").total


def test_a_bibliography_is_found_again_or_counts_by_its_text(
    demo_library: Library, tmp_path: Path
) -> None:
    bib = tmp_path / "refs.bib"
    title = demo_library[SKY[0]].title
    bib.write_text(
        "@article{supernovae, title={" + title + "}, author={Etxeberria, Marisol}}\n"
        "@article{violins, title={How concert halls carry the sound of violins and voices}}\n",
        encoding="utf-8",
    )
    hits = demo_library.recommend(str(bib), k=6)
    assert hits.outside == ("How concert halls carry the sound of violins and voices",)
    assert hits.ids == (demo_library[SKY[0]].id, "violins")
    assert "1 of the 2 papers of the file is not in the library" in (hits.remark or "")
    found = keys(demo_library, hits)
    assert SKY[0] not in found
    assert MUSIC[6] in found
    assert set(found) & set(SKY)
    assert hits[found.index(MUSIC[6])].because_of == ("violins",)
    # A paper of one's own list that is disliked by name is disliked.
    assert demo_library.recommend(bib, SKY[0], k=1).ids == ("violins",)


def test_ids_that_no_paper_has_are_named_and_the_rest_is_answered(demo_library: Library) -> None:
    hits = demo_library.recommend([SKY[0], "nobody"], ["no such", MUSIC[0]], k=3)
    assert hits.unknown == ("nobody", "no such")
    assert "nobody, no such" in (hits.remark or "")
    assert len(hits) == 3
    related = demo_library.related([SKY[0], "nobody"], k=3)
    assert (related.unknown, related.ids) == (("nobody",), (demo_library[SKY[0]].id,))
    assert "nobody" in (related.remark or "")
    assert [hit.id for hit in related] == [hit.id for hit in demo_library.related(SKY[0], k=3)]


def test_what_makes_no_sense_is_refused(demo_library: Library, tmp_path: Path) -> None:
    recommend = demo_library.recommend
    empty = tmp_path / "empty.bib"
    empty.write_text("@comment{nothing}\n", encoding="utf-8")
    twice = demo_library[SKY[1]].id
    with pytest.raises(paperkin.QueryError, match=f"Liked and disliked at once: '{twice}'"):
        recommend(SKY[:2], [twice])
    with pytest.raises(paperkin.QueryError, match="No paper was liked"):
        recommend([])
    with pytest.raises(paperkin.QueryError, match="A Paper is no id of a paper"):
        recommend([demo_library[SKY[0]]])  # type: ignore[list-item]
    with pytest.raises(paperkin.QueryError, match="files is True or False"):
        recommend(empty, files="no")  # type: ignore[arg-type]
    with pytest.raises(paperkin.UnknownPaper, match="any of the 2 ids: 'a', 'b'"):
        recommend(["a", "b"])
    with pytest.raises(paperkin.UnknownPaper, match="any of the 2 ids"):
        demo_library.related(["a", "b"])
    with pytest.raises(paperkin.SourceError):
        recommend(empty)
    with pytest.raises(paperkin.QueryError, match="no files"):
        recommend(empty, files=False)
    with pytest.raises(paperkin.UnknownPaper):
        recommend(str(demonstration() / "papers.jsonl"), files=False)


def test_another_version_of_a_liked_paper_never_shows(tmp_path: Path) -> None:
    said = (
        "Kettles that are left on the stove whistle until somebody comes. We time how long people "
        "wait, ask them why, and find that most believe another person is nearer to the stove."
    )
    lines = [
        f'{{"id": "kettle-{n}", "title": "{title}", "abstract": "{text}", "authors": ["{who}"]}}'
        for n, (title, text, who) in enumerate(
            [
                ("Whistling kettles and who comes", said, "Ann Ash"),
                ("Who comes when kettles whistle: second report", said, "Bea Birch"),
                ("Teapots that pour without a drip", "The spout has to be thin.", "Cy Cedar"),
            ]
        )
    ]
    papers = tmp_path / "papers.jsonl"
    papers.write_text("\n".join(lines), encoding="utf-8")
    with paperkin.build(tmp_path / "library", papers) as library:
        assert len(library) == 3
        hits = library.recommend("kettle-0")
        assert [hit.title for hit in hits] == ["Teapots that pour without a drip"]
        (bib := tmp_path / "own.bib").write_text(
            f"@article{{x, title={{Kettles}}, abstract={{{said}}}}}", encoding="utf-8"
        )
        assert [hit.title for hit in library.recommend(bib)] == ["Teapots that pour without a drip"]
        assert library.recommend(["kettle-0", "kettle-2"]).total == 0


def test_interests_are_groups_of_papers_nearer_than_is_usual() -> None:
    angles = np.radians([0, 5, 90, 95, 185])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert interests_of(vectors, Usual(0.0, 0.3)) == [[0, 1], [2, 3], [4]]
    assert interests_of(vectors, None) == [[0, 1, 2, 3, 4]]
    assert interests_of(vectors[:0], None) == []
    assert interests_of(np.zeros((3, 2), np.float32), Usual(0.2, 0.1)) == [[0], [1], [2]]


def test_interests_are_as_near_on_the_mean_as_is_asked() -> None:
    angles = np.radians([0, 40, 80, 120])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    # Each is near to the next, and the first far from the last.
    assert interests_of(vectors, Usual(0.0, 0.7)) == [[0, 1], [2, 3]]


def test_a_library_of_few_papers_does_not_tell_interests_apart(small_library: Library) -> None:
    assert [len(each) for each in small_library.recommend(["marsh-1", "violin-1"]).interests] == [2]


def test_interests_share_places_in_proportion() -> None:
    of = np.array([0] * 8 + [1] * 4)
    first = of[interleaved(of, [3, 1])][:8].tolist()
    # 3, 1, and then 0.6 behind the 1 of the small one, 0.43, 0.33 twice …
    assert first == [0, 0, 1, 0, 0, 0, 1, 0]
    assert sorted(interleaved(of, [3, 1]).tolist()) == list(range(12))


def test_disliked_papers_propose_nothing(
    demo_library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recommend, "NEIGHBOURS", 5)
    plain = demo_library.recommend(SKY[0], k=100)
    away = demo_library.recommend(SKY[0], MUSIC[0], k=100)
    assert 5 <= plain.total <= 10
    assert {hit.id for hit in away} <= {hit.id for hit in plain}


def test_who_wrote_liked_papers_counts(small_library: Library) -> None:
    hits = small_library.recommend("marsh-1", explain=True)
    parts = {hit.id: hit.why.parts for hit in hits if hit.why}
    by_the_same = small_library["marsh-2"].id
    assert parts[by_the_same]["authors"] > 0
    assert [id for id, each in parts.items() if each.get("authors")] == [by_the_same]
    for hit in hits:
        assert sum(parts[hit.id].values()) == pytest.approx(hit.score, abs=1e-5)


def test_own_papers_are_found_by_their_ids_and_not_by_the_name_of_another(tmp_path: Path) -> None:
    papers = [
        {
            "id": "10.5555/spout",
            "title": "Teapots that pour without a drip",
            "abstract": "The spout has to be thin, and its lip sharp.",
            "authors": ["Cy Cedar"],
        },
        {
            "id": "cosy",
            "title": "Cosies made of felt keep tea warm longest",
            "abstract": "Wool and cotton were measured beside it for an hour.",
            "authors": ["Ann Ash"],
        },
        {"id": "spoons", "title": "Spoons", "abstract": "Stirring, clockwise and not."},
        {
            "id": "whistles",
            "title": "Kettles that whistle in three keys at once",
            "abstract": "Their lids have three holes of different width.",
            "authors": ["Bea Birch"],
        },
    ]
    bib = tmp_path / "own.bib"
    bib.write_text(
        "@article{a, title={On spouts}, doi={10.5555/spout}}\n"
        "@article{b, title={Cosies made of felt keep tea warm longest}, author={Someone Else}}\n"
        "@article{c, title={Milk before tea}}\n"
        "@article{d, title={Milk before tea}}\n"
        "@article{e, title={Spoons}}\n"
        "@article{f, title={Kettles that whistle in three keys at once}}\n",
        encoding="utf-8",
    )
    with paperkin.build(tmp_path / "l", write_papers(tmp_path / "p.jsonl", papers)) as library:
        spout = library["10.5555/spout"].id
        hits = library.recommend(bib)
        # A short title alone is no sign, and neither is one that another author has.
        others = (papers[1]["title"], "Milk before tea", "Spoons")
        assert hits.ids == (spout, library["whistles"].id, "b", "c", "e")
        assert hits.outside == others
        # What was removed is not in the library.
        library.remove(spout)
        assert library.recommend(bib).outside == ("On spouts", *others)
    (nothing := tmp_path / "nothing.bib").write_text("@article{x, year={2001}}\n")
    with pytest.raises(paperkin.SourceError, match="holds no paper with a title or an abstract"):
        reading_list.read_list([nothing])


def test_a_file_of_too_many_papers_is_refused(
    demo_library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bib = tmp_path / "many.bib"
    bib.write_text("@article{a, title={Tea}}\n@article{b, title={Milk}}\n", encoding="utf-8")
    monkeypatch.setattr(reading_list, "MOST", 2)
    assert demo_library.recommend(bib, k=1).ids == ("a", "b")
    monkeypatch.setattr(reading_list, "MOST", 1)
    with pytest.raises(paperkin.QueryError, match=r"many\.bib goes beyond 1 papers"):
        demo_library.recommend(bib, k=1)
