"""What is done in a quicker way gives what the plain way does."""

import random
import string

import numpy as np

from paperkin.index.half import widened
from paperkin.index.model_words import ModelWords
from paperkin.index.models import resolve_model
from paperkin.index.spellings import Spellings
from paperkin.search.spelling import _edits, distance


def test_every_finite_half_is_widened_to_the_same_number() -> None:
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)]
    wide = widened(halves)
    assert wide.dtype == np.float32
    # Bits: zero has two signs.
    plain = halves.astype(np.float32)
    np.testing.assert_array_equal(wide.view(np.uint32), plain.view(np.uint32))
    rows = halves[:1000].reshape(10, 100)
    np.testing.assert_array_equal(widened(rows[::2, 1:]), rows[::2, 1:].astype(np.float32))


def test_all_words_that_are_nearly_another_are_among_those_alike() -> None:
    chance = random.Random(3)
    letters = "abcdeiö中"
    words = {"".join(chance.choices(letters, k=chance.randint(1, 9))): n for n in range(1, 600)}
    listed = Spellings({word: n % 7 for word, n in words.items()})
    for word in chance.sample(sorted(words), 60):
        for mistakes in (1, 2):
            found = listed.alike(word, mistakes, 3)
            near = {each for each in words if distance(word, each) <= mistakes}
            common = {each for each in near if words[each] % 7 >= 3}
            assert common <= {each for each, _ in found}
            assert all(count == words[each] % 7 >= 3 for each, count in found)
    assert Spellings({}).alike("word", 2, 0) == []


def test_one_of_many_words_is_known_where_one_of_them_is() -> None:
    model = resolve_model()
    known = ModelWords(lambda: model)
    chance = random.Random(5)
    words = ["memmory", "trainning", "swaping", "shelfish", "xqzzvk", "transformr", "earnerss"]
    words += ["".join(chance.choices(string.ascii_lowercase, k=9)) for _ in range(5)]
    told = {word: known.any_of(_edits(word)) for word in words}
    assert told == {word: any(each in known for each in _edits(word)) for word in words}
    assert told["memmory"]
    assert not told["xqzzvk"]
    assert known.any_of(["Zürich", "bread"])
