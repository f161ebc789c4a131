"""Which papers of a cluster are shown."""

import numpy as np
import pytest

from paperkin.search.typical import TYPICAL, spoken_of, typical_members

TEXTS = [
    "A study of something else",
    "Another one, of trees",
    "Pruned networks: we prune weights",
    "Low ranks of adapters for everything",
    "On low-rank adaptation of models",
    "The last, of pruning",
]


def chosen(label: str, texts: list[str] = TEXTS, falls: float = 0.01) -> list[int]:
    """Places of the typical among members that lie behind each other by as much."""
    members = np.arange(100, 100 + len(texts))
    cosines = np.array([0.9 - falls * place for place in range(len(texts))], np.float32)
    found = typical_members(
        members, cosines, label, lambda some: [texts[each - 100] for each in some], "en"
    )
    return [each - 100 for each in found]


def test_phrases_are_found_in_any_inflection_and_only_as_they_stand() -> None:
    found = spoken_of("Weight pruning and decision trees", TEXTS, "en")
    assert found.shape == (6, 2)
    assert not found.any()
    said = spoken_of("Pruning and low-rank adaptations", TEXTS, "en")
    assert said[:, 0].tolist() == [False, False, True, False, False, True]
    assert said[:, 1].tolist() == [False, False, False, False, True, False]
    assert not spoken_of("Ice", ["Mice and rice"], "en").any()
    assert spoken_of("…", TEXTS, "en").shape == (6, 0)
    assert spoken_of("Trees", [], "en").shape == (0, 1)


def test_papers_that_speak_of_the_name_come_before_those_next_to_the_centre() -> None:
    assert chosen("Pruning") == [2, 5, 0, 1, 3]


def test_each_phrase_of_a_name_has_a_paper_and_the_first_phrase_the_first() -> None:
    assert chosen("Low-rank adaptation and pruning")[:2] == [4, 2]
    assert chosen("Pruning and low-rank adaptation")[:3] == [2, 4, 5]


def test_where_no_paper_speaks_of_the_name_the_nearest_are_typical() -> None:
    assert chosen("Botany") == [0, 1, 2, 3, 4]
    assert chosen("…") == [0, 1, 2, 3, 4]


def test_beside_the_first_what_lies_far_from_the_centre_stays_behind() -> None:
    texts = ["of pruning", *["nothing"] * 30, "of pruning"]
    members, cosines = np.arange(32), np.array([0.95] + [0.9] * 30 + [-0.9], np.float32)
    found = typical_members(
        members, cosines, "Pruning and trees", lambda some: [texts[each] for each in some], "en"
    )
    assert found == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("count", [0, 1, 3, 500])
def test_no_more_than_there_are_and_no_more_than_are_shown(count: int) -> None:
    found = chosen("Pruning", ["of pruning"] * count, 0.0)
    assert found == list(range(min(count, TYPICAL)))


def test_among_papers_that_are_all_as_near_those_that_speak_of_the_name_come_first() -> None:
    assert chosen("Pruning", falls=0.0) == [2, 5, 0, 1, 3]
