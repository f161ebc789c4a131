"""Resemblance of abstracts, and the keys that bring near-equal ones together."""

import random

from paperkin.index.shingles import band_keys, jaccard, shingles


def text(seed: int, words: int = 150) -> list[str]:
    return [f"word{n}" for n in random.Random(seed).choices(range(3000), k=words)]


def test_jaccard_is_the_share_of_common_runs_of_five() -> None:
    a, b = shingles("one two three four five six"), shingles("zero one two three four five")
    assert len(a) == len(b) == 2
    assert jaccard(a, b) == 1 / 3
    assert jaccard(a, a) == 1.0
    assert jaccard(a, shingles("")) == 0.0


def test_case_and_punctuation_do_not_count() -> None:
    assert jaccard(shingles("One, two: three four-five!"), shingles("one two three four five")) == 1


def test_near_equal_texts_share_a_key_and_others_do_not() -> None:
    missed = 0
    for seed in range(300):
        words = text(seed)
        changed = list(words)
        changed[random.Random(seed).randrange(150)] = "other"
        missed += not set(band_keys(shingles(" ".join(words)))) & set(
            band_keys(shingles(" ".join(changed)))
        )
    assert missed <= 1
    strangers = [set(band_keys(shingles(" ".join(text(1000 + seed))))) for seed in range(100)]
    assert all(not a & b for n, a in enumerate(strangers) for b in strangers[:n])


def test_keys_stand_in_libraries_and_must_not_change() -> None:
    keys = band_keys(shingles("The keys of a text are written to disk and must stay as they are."))
    assert keys[0] == -7659860815846438489
    assert len(keys) == 8
