"""Titles that go on from what is typed: the same as by looking at each title in turn."""

import random
import shutil
from pathlib import Path

import pytest

import paperkin
from paperkin.search import completion
from paperkin.search.completion import Titles
from paperkin.search.library import Library
from paperkin.search.title_index import TitleIndex
from small import write_papers

WORDS = "a an ant antler of off the ice iced icing слон слоны 象 zebra".split()


def by_looking(titles: dict[int, str], wanted: str) -> list[int]:
    """The numbers of the titles that match, best first."""
    ordered = sorted((title, number) for number, title in titles.items())
    *whole, last = wanted.split()
    kinds = (
        lambda title: title.startswith(wanted),
        lambda title: f" {wanted}" in title,
        lambda title: (
            set(whole) <= set(title.split()) and any(w.startswith(last) for w in title.split())
        ),
    )
    found = [number for fits in kinds for title, number in ordered if fits(title)]
    return list(dict.fromkeys(found))


def test_an_index_finds_what_looking_finds() -> None:
    dice = random.Random(5)
    titles = {
        number: " ".join(dice.choices(WORDS, k=dice.randrange(7))) for number in range(3, 300)
    }
    index = TitleIndex(titles)
    assert len(index) == len(titles)
    asked = [" ".join(dice.choices(WORDS, k=dice.randint(1, 3))) for _ in range(200)]
    found_some = 0
    for text in [*(each[:cut] for each in asked for cut in (1, 3, 6, 99)), "zz", "a ant zz"]:
        if wanted := text.strip():
            found = list(dict.fromkeys(number for *_, number in index.matching(wanted)))
            assert found == by_looking(titles, wanted), wanted
            found_some += bool(found)
    assert found_some > 500
    assert list(TitleIndex({}).matching("a")) == []


@pytest.mark.parametrize("late", [0, 1, 2000])
def test_titles_that_came_late_stand_among_the_others(
    small_library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: int
) -> None:
    monkeypatch.setattr(completion, "_LATE", late)
    shutil.copytree(small_library.path, tmp_path / "library")
    with paperkin.open(tmp_path / "library") as library:
        titles = Titles(library.store)

        def completed(typed: str) -> list[str]:
            found = [each.title for each in titles.complete(typed, 10)]
            assert found == [each.title for each in Titles(library.store).complete(typed, 10)]
            return found

        assert completed("sleep") == ["Sleep settles what was learned by day"]
        papers = [{"id": f"s{n}", "title": title} for n, title in enumerate(("Sand", "Small sand"))]
        library.add(write_papers(tmp_path / "more.jsonl", papers))
        assert completed("s")[:4] == [
            "Salt marshes slow the waves of storms",
            "Sand",
            "Sleep settles what was learned by day",
            "Small sand",
        ]
        library.remove("s0")
        library.remove("marsh-1")
        assert completed("s")[:2] == ["Sleep settles what was learned by day", "Small sand"]
        assert completed("storms") == []
        library.add(write_papers(tmp_path / "again.jsonl", [{"id": "t", "title": "Stony sand"}]))
        assert completed("sand") == ["Small sand", "Stony sand"]
