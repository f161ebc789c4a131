"""What is syntax in a query, and what only looks like it."""

import pytest

from paperkin.search.query import Condition, parse


@pytest.mark.parametrize(
    ("query", "text", "conditions"),
    [
        ('"long documents" attention', "long documents attention", [("", "long documents", False)]),
        ("attention -survey", "attention", [("", "survey", True)]),
        ('-"case study" of bread', "of bread", [("", "case study", True)]),
        ("title:attention", "", [("title", "attention", False)]),
        ('x abstract:"a survey" y', "x y", [("abstract", "a survey", False)]),
        ("-title:x words", "words", [("title", "x", True)]),
        (
            'author:"wei zhang" venue:EMNLP parsing',
            "parsing",
            [("author", "wei zhang", False), ("venue", "EMNLP", False)],
        ),
        ('-author:zhang -venue:"a b"', "", [("author", "zhang", True), ("venue", "a b", True)]),
        ("-GPT-4 agents", "agents", [("", "GPT-4", True)]),
        ("-state-of-the-art", "", [("", "state-of-the-art", True)]),
        ('-"5 loaves" bread', "bread", [("", "5 loaves", True)]),
        ('"a b" "a b"', "a b a b", [("", "a b", False)]),
        ("面包 -酵母", "面包", [("", "酵母", True)]),
        ('"what is it?"', "what is it?", [("", "what is it?", False)]),
        ("title: attention", "", [("title", "attention", False)]),
        ('bread Author: "wei zhang"', "bread", [("author", "wei zhang", False)]),
        (
            "loaves author: zhang -title: rye",
            "loaves",
            [("author", "zhang", False), ("title", "rye", True)],
        ),
        ("title: author:zhang", "title:", [("author", "zhang", False)]),
    ],
)
def test_syntax_is_taken_out(
    query: str, text: str, conditions: list[tuple[str, str, bool]]
) -> None:
    parsed = parse(query)
    assert [(each.field, each.text, each.excluded) for each in parsed.conditions] == conditions
    assert parsed.text == text


@pytest.mark.parametrize(
    "query",
    [
        "COVID-19: a review",
        "BERT:pretraining of deep transformers",
        "state-of-the-art results -5 % worse, x - y, GPT-4 and -0.5 or -5%",
        "see https://example.org/title:page?author:x and doi:10.1000/x",
        'an "unbalanced quotation',
        'unbalanced" at the end',
        '"',
        '""',
        '-"',
        '"…"',
        "title: a word behind a space",
        "Abstract: we bake",
        "Is it of the same venue: workshops?",
        "title: ",
        "title:" + " " * 50_000,
        "author: " * 60,
        "colour:red year:2020",
        "title:",
        '5" and 6" disks',
        'a word"with"quotes inside',
        "double --dash and trailing- dash",
        '("in brackets")',
        'Is there any evidence of a "July effect" in patients?',
        'Cells form bundles that are called "van Gogh" because of how they turn on the plate',
        'The end of a sentence is "quoted."',
        "  two  spaces\n-- and a line",
        "",
        "-",
        "word " * 64 + "-not title:syntax",
        "-" + "x" * 300,
        "title:" + "x-" * 50_000,
        '"' * 100_000,
        '"a ' * 30_000,
    ],
)
def test_all_else_is_text_as_it_was_written(query: str) -> None:
    parsed = parse(query)
    assert parsed.conditions == ()
    assert parsed.text == query


def test_a_sentence_with_other_syntax_demands_what_it_quotes() -> None:
    parsed = parse('is there evidence of a "July effect" anywhere in hospitals -surgery?')
    assert parsed.conditions == (Condition("", "July effect"), Condition("", "surgery?", True))


def test_syntax_ends_behind_so_many_words_and_letters() -> None:
    survey = Condition("", "survey", excluded=True)
    assert parse("word " * 63 + "-survey").conditions == (survey,)
    assert parse("word " * 64 + "-survey").conditions == ()
    around = "one two three four five six seven eight"
    assert parse(f'{around} "july effect"').conditions == (Condition("", "july effect"),)
    assert parse(f'{around} nine "july effect"').conditions == ()
    assert len(parse("-" + "x" * 256).conditions) == 1
    assert parse("-" + "x" * 257).conditions == ()
