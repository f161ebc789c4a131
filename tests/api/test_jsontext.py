"""JSON documents that every reader of JSON takes."""

import json
import math

from paperkin.api.jsontext import json_text


def test_numbers_without_a_word_in_json_become_null() -> None:
    value = {
        "score": math.nan,
        "pair": (math.inf, [-math.inf, 1.5]),
        "deep": {"x": {"y": math.nan}},
    }
    assert json.loads(json_text(value)) == {
        "score": None,
        "pair": [None, [None, 1.5]],
        "deep": {"x": {"y": None}},
    }


def test_text_stays_as_it_is_unless_the_output_cannot_take_it() -> None:
    assert json_text("Óg 面") == '"Óg 面"'
    assert json_text("Óg 面", ascii=True) == '"\\u00d3g \\u9762"'
    assert json_text({"a": [1, 2]}) == '{"a":[1,2]}'
