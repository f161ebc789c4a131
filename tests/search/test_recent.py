"""What is kept of the last questions."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from paperkin.search.recent import Recent


def test_the_keys_asked_for_last_are_kept() -> None:
    recent: Recent[str] = Recent(2)
    made: list[str] = []

    def get(key: str) -> str:
        return recent.get(key, lambda: (made.append(key), key.upper())[1])

    assert [get(key) for key in "abab"] == list("ABAB")
    assert made == ["a", "b"]
    get("c")  # "a" was asked for before "b", and goes
    assert [get(key) for key in "bca"] == list("BCA")
    assert made == ["a", "b", "c", "a"]


def test_what_fails_is_not_kept() -> None:
    recent: Recent[int] = Recent(2)
    with pytest.raises(ZeroDivisionError):
        recent.get("a", lambda: 1 // 0)
    assert recent.get("a", lambda: 7) == 7


def test_what_is_large_leaves_room_for_little() -> None:
    recent: Recent[str] = Recent(6, len)
    made: list[str] = []

    def get(value: str) -> str:
        return recent.get(value, lambda: (made.append(value), value)[1])

    for value in ("aa", "bb", "cc", "aa", "dddd", "aa", "bb"):
        assert get(value) == value
    # "bb" and "cc" made room.
    assert made == ["aa", "bb", "cc", "dddd", "bb"]
    # Too large to be kept at all, and nothing else is left.
    made.clear()
    for value in ("a" * 7, "a" * 7, "bb", "bb"):
        get(value)
    assert made == ["a" * 7, "a" * 7, "bb"]


def test_two_threads_that_make_one_value_count_it_once() -> None:
    recent: Recent[str] = Recent(4, len)
    recent.get("a", lambda: recent.get("a", lambda: "aa"))
    recent.get("b", lambda: "bb")
    assert recent.get("a", lambda: "lost") == "aa"


def test_many_threads_get_the_value_of_their_own_key() -> None:
    recent: Recent[int] = Recent(3)
    keys = [n * n % 7 for n in range(2000)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda key: recent.get(key, lambda: key * 10), keys)) == [
            key * 10 for key in keys
        ]
