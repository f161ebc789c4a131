"""Names of groups of papers."""

import random
import re
from itertools import product

import pytest

from paperkin.search.naming import Name, Text, mark_groups, name_groups

_BREAD = [
    ("Wild yeast in sourdough starters", "We study wild yeast that lives in sourdough starters."),
    ("Sourdough starters of old bakeries", "Old sourdough starters hold many kinds of wild yeast."),
    ("A new look at sourdough starters", "We propose to keep sourdough starters cool."),
    ("Baking at altitude", "How sourdough starters rise is shown for three ovens on a mountain."),
    ("Flour and water", "Sourdough starters need flour, water and time. We present a recipe."),
    ("Crumb and crust", "Results on wild yeast and on crust colour in novel ovens are shown."),
]
_MARSH = [
    ("Salt marshes slow the waves", "Salt marshes take energy out of storm surges."),
    ("Storm surges behind the dike", "We propose models of storm surges at salt marshes."),
    ("The salt marsh and the tide", "A salt marsh grows with each tide. We present a map."),
    ("Mud and grass", "Mud feeds salt marshes, as is shown for three novel coasts."),
    ("Letting the tide in", "Results on salt marshes after storm surges are shown."),
    ("Birds of the coast", "Birds return to salt marshes soon after the dike is breached."),
]


def named(*groups: list[Text], language: str = "en", rest: tuple[Text, ...] = ()) -> list[Name]:
    return name_groups(groups, language=language, rest=rest)


def test_groups_are_named_by_what_their_papers_say() -> None:
    bread, marsh = named(_BREAD, _MARSH)
    assert bread.label == "Sourdough starters"
    assert "wild yeast" in bread.keywords
    assert marsh.label == "Salt marshes"
    assert "storm surges" in marsh.keywords


def test_what_all_groups_say_names_none() -> None:
    both = [
        [(title, f"{text} Kitchen tables matter. Kitchen tables last.") for title, text in group]
        for group in (_BREAD, _MARSH)
    ]
    assert [name.label for name in named(*both)] == ["Sourdough starters", "Salt marshes"]


def test_the_rest_tells_what_is_usual() -> None:
    papers = [("", f"{word} soups are cooked in copper kettles.") for word in ("Red", "Pea", "Rye")]
    papers += [("", "Copper kettles and glass lids."), ("", "Copper kettles with glass lids.")]
    papers += [("", "About glass lids.")]
    assert named(papers)[0].label == "Copper kettles"
    rest = tuple(("", f"Copper kettles of house {number}.") for number in range(12))
    assert named(papers, rest=rest)[0].label == "Glass lids"


def test_titles_weigh_more() -> None:
    papers = [
        (f"Moss lanterns in {each}", f"{each} has iron gates.")
        for each in "Ai Bo Cy Di Em Fa".split()
    ]
    assert named(papers, [("Stone walls", "Stone walls of towns.")])[0].label == "Moss lanterns"


def test_parts_of_a_longer_phrase_are_no_names() -> None:
    papers = [
        (f"Tide {each}", f"The {each} tide carries large boat engines.")
        for each in "red blue slow quick old young".split()
    ]
    papers += [("", "Large boat engines run on oil."), ("", "About large boat engines.")]
    (name,) = named(papers)
    assert name.label == "Large boat engines"
    assert not {"large boat", "boat engines", "boat"} & set(name.keywords)


def test_what_somebody_does_is_in_no_name() -> None:
    said = "We study bees and how they find their way."
    assert named([("We study bees", said)] * 6)[0].label == "Bees"
    # Behind anything else it is what it always was.
    fields = [("", f"This bee study of {each} counts hives.") for each in "Ai Bo Cy Di".split()]
    assert "study" in " ".join([named(fields)[0].label, *named(fields)[0].keywords])


def test_an_acronym_counts_for_what_it_stands_for() -> None:
    papers = [
        ("", "We use marsh growth models (MGM) here."),
        ("", "Marsh growth models (MGM) fit."),
    ]
    papers += [("", f"The MGM of {each} is good.") for each in ("Ribe", "Husum", "Sylt", "Texel")]
    (name,) = named(papers)
    assert name.label == "Marsh growth models"
    (marked,) = mark_groups([papers], language="en")
    assert marked[1][0].inside == 6


def test_words_are_cased_as_inside_sentences() -> None:
    papers = [
        (f"BERT-Like Taggers For {each}", "All of the Dutch dikes and the dutch taggers of GPT-2.")
        for each in ("Mills", "Dikes", "Boats")
    ]
    papers += [("Dutch Windmills", f"There {each} Dutch windmills in mud.") for each in ("are", "")]
    papers += [("DUTCH WINDMILLS", "In 1800 there were Dutch windmills, and Dutch windmills now.")]
    text = " ".join((named(papers)[0].label, *named(papers)[0].keywords))
    assert "Dutch windmills" in text
    assert "WINDMILLS" not in text
    assert "dutch" not in text


def test_a_label_begins_with_a_capital_unless_its_word_has_one() -> None:
    papers = [
        ("", f"We examine mRNA vaccines in {each}.") for each in ("ice", "salt", "oil", "wax")
    ]
    assert named(papers)[0].label == "mRNA vaccines"
    papers = [
        ("", f"We examine k-means trees in {each}.") for each in ("ice", "salt", "oil", "wax")
    ]
    assert named(papers)[0].label == "K-means trees"


def test_singular_and_plural_and_hyphens_are_one_phrase() -> None:
    papers = [("", "A dough-mixer is heavy."), ("", "The dough-mixer is of iron.")]
    papers += [("", f"Dough mixers of {each}.") for each in ("iron", "oak", "brass")]
    papers += [("", "The dough mixer squeaks.")]
    (marked,) = mark_groups([papers], language="en")
    assert marked[0].label == "Dough mixers"
    assert marked[1][0].inside == 6


def test_a_group_is_of_many_where_its_papers_speak_of_one_and_of_many() -> None:
    papers = [("", f"The dough mixer of {each}.") for each in ("iron", "oak", "brass", "tin")]
    papers += [("", f"Dough mixers of {each}.") for each in ("zinc", "lead", "clay")]
    assert named(papers)[0].label == "Dough mixers"


def test_addresses_and_tags_are_no_words() -> None:
    text = "<italic>Kelp</italic> farms: https://oyster.example/reefs or oyster@reefs.example"
    (name,) = named([("", text)])
    assert name.label == "Kelp farms"
    said = " ".join(name.keywords)
    assert "oyster" not in said
    assert "italic" not in said


def test_siblings_never_share_a_label() -> None:
    names = named(_BREAD, list(_BREAD), list(_BREAD), _MARSH, [], [], [("", "")])
    labels = [name.label for name in names]
    assert len(set(labels)) == len(labels)


def test_two_phrases_name_what_one_does_not_cover() -> None:
    first = [("", f"Copper kettles of {each}.") for each in ("Ribe", "Husum", "Sylt", "Texel")]
    second = [("", f"Straw baskets of {each}.") for each in ("Ribe", "Husum", "Sylt", "Texel")]
    third = [("", f"Glue of {each}.") for each in ("Emden", "Leer", "Jever", "Aurich")]
    label = named(first + second + third)[0].label
    assert label in ("Copper kettles and straw baskets", "Straw baskets and copper kettles")


_VERBAL = re.compile(r"\b(propose|present|using|novel|results?|shown|study)\b", re.IGNORECASE)
_DANGLING = re.compile(r"(^(the|of|for|and|in)\b)|(\b(the|of|for|and|in|a)$)", re.IGNORECASE)


def test_a_word_that_most_papers_hold_names_what_no_phrase_covers() -> None:
    kinds = ["Coastal", "Alpine", "Urban", "Coastal", "Ancient", "Forest", "River", "Lake", "Arid"]
    papers = [(f"{kind} orchards", f"On {kind.lower()} orchards.") for kind in kinds]
    assert named(papers, _MARSH)[0].label == "Orchards"
    # Where a phrase covers enough of them, it says more.
    papers = [(f"{kind} orchards", "On fruit.") for kind in ["Coastal"] * 4 + kinds[1:6]]
    assert named(papers, _MARSH)[0].label == "Coastal orchards"
    # Also where it covers fewer, but not so few that the word alone says more.
    papers = [(f"{kind} orchards", "On fruit.") for kind in ["Coastal"] * 3 + kinds[4:]]
    assert named(papers, _MARSH)[0].label.startswith("Coastal orchards")


def test_labels_and_keywords_are_phrases() -> None:
    for name in named(_BREAD, _MARSH):
        for text in (name.label, *name.keywords):
            assert not _VERBAL.search(text), text
            assert not _DANGLING.search(text), text


def test_every_phrase_stands_in_the_papers() -> None:
    for group, name in zip((_BREAD, _MARSH), named(_BREAD, _MARSH), strict=True):
        said = " ".join(f"{title} . {text}" for title, text in group).lower()
        for phrase in name.keywords:
            assert phrase.lower().rstrip("s") in said


@pytest.mark.parametrize(
    ("papers", "label"),
    [
        ([], "No text"),
        ([("", "")], "No text"),
        ([("$$", "12 34")], "$$"),
        ([("The of and", "")], "The of and"),
        ([("Oyster reefs", "")], "Oyster reefs"),
        (
            [("", "About <italic>oyster reefs</italic> &amp;amp; mud &lt;i&gt;here&lt;/i&gt;.")],
            "Oyster reefs",
        ),
        (
            [("See https://oyster.example/reefs?a=1", "Kelp farms at www.kelp.example.")],
            "Kelp farms",
        ),
    ],
)
def test_little_text_is_named_as_well(papers: list[Text], label: str) -> None:
    assert named(papers)[0].label == label


@pytest.mark.parametrize(
    ("language", "first", "second", "labels"),
    [
        (
            "de",
            "die alte Windmühle mahlt Korn",
            "das Wattenmeer fällt trocken",
            ("Windmühle", "Wattenmeer"),
        ),
        (
            "fr",
            "les moulins à vent du pays",
            "la marée monte sur la plage",
            ("Moulins à vent", "Marée"),
        ),
        (
            "ru",
            "старые ветряные мельницы мелют зерно",
            "морские приливы и отливы",
            ("ветряные мельницы", "приливы"),
        ),
        ("zh", "风力磨坊的历史。", "海水潮汐的变化。", ("风力磨坊", "海水潮汐")),
        ("ja", "風車の歴史を述べる。", "潮汐の変化を述べる。", ("風車", "潮汐")),
        ("th", "กังหันลม", "น้ำขึ้นน้ำลง", ("กังหันลม", "น้ำขึ้นน้ำลง")),
        ("tr", "yel değirmenleri ve un", "gelgit ve deniz", ("Yel değirmenleri", "Gelgit")),
    ],
)
def test_other_languages(language: str, first: str, second: str, labels: tuple[str, str]) -> None:
    groups = [[("", f"{text} {number}") for number in range(4)] for text in (first, second)]
    for name, label in zip(named(*groups, language=language), labels, strict=True):
        assert label.lower() in " ".join((name.label, *name.keywords)).lower()


def test_the_order_of_small_groups_does_not_matter() -> None:
    names = named(_BREAD, _MARSH)
    for seed, group in product(range(3), range(2)):
        shuffled = [list(_BREAD), list(_MARSH)]
        random.Random(seed).shuffle(shuffled[group])
        assert named(*shuffled) == names


def test_marks_count_papers_inside_and_outside() -> None:
    (_, marks), _ = mark_groups([_BREAD, _MARSH], language="en")
    first = marks[0]
    assert (first.phrase, first.inside, first.outside) == ("sourdough starters", 5, 0)


def test_a_plural_before_another_noun_is_not_preferred() -> None:
    papers = [("Sound change in valleys", ""), ("", "It spreads as sounds change. Others stay.")]
    papers += [("Vowels in valleys", "Vowels."), ("Vowels of the coast", "Vowels.")]
    (name,) = named(papers)
    assert "sounds change" not in {name.label.casefold(), *name.keywords}
    assert "sound change" in {name.label.casefold(), *name.keywords}
