"""Names of clusters among each other: of those that lie in them, and of their siblings."""

from paperkin.search.cluster_making import _apt, _unlike
from paperkin.search.naming import Name

AND = " and "
BREAD = [("Rye bread", "Sour.")] * 4 + [("Of tea", "Hot.")] * 12
INSIDE = [
    Name("Rye bread", ("rye", "sour rye", "crumb")),
    Name("Bread ovens", ("ovens",)),
    Name("Green tea and kettles", ("tea",)),
]


def label(name: str, group: list[tuple[str, str]], inside: list[Name]) -> str:
    return _apt(Name(name, ("a", "b")), group, inside, AND).label


def test_a_name_that_too_few_papers_hold_gives_way_to_those_of_two_clusters_in_it() -> None:
    # Four of sixteen papers hold it.
    assert label("Sour", BREAD, INSIDE) == "Sour"
    assert label("Sour", BREAD[1:], INSIDE) == "Rye bread and green tea"
    assert label("Kitchens", BREAD, INSIDE) == "Rye bread and green tea"
    # The largest, and the largest of the others where all have a word in common.
    assert label("Kitchens", BREAD, INSIDE[:2]) == "Rye bread and bread ovens"
    assert label("Kitchens", BREAD, [INSIDE[0], Name("DNA", ())]) == "Rye bread and DNA"
    assert label("Kitchens", BREAD, INSIDE[:1]) == "Kitchens"
    assert label("Kitchens", BREAD, []) == "Kitchens"
    assert _apt(Name("Kitchens", ("a", "b")), BREAD, INSIDE, AND).keywords == ("rye", "sour rye")


def test_a_name_that_one_of_the_clusters_in_it_has_is_joined_with_another() -> None:
    tea = [("Green tea", "Hot.")] * 9
    assert label("Green tea", tea, INSIDE) == "Green tea and rye bread"


def test_siblings_that_would_have_one_name_are_called_otherwise() -> None:
    known = {3: Name("Tea", ())}
    names = {
        1: Name("tea", ("Green tea", "leaves")),
        2: Name("Tea", ("Green tea", "leaves")),
        3: Name("Coffee", ()),
        4: Name("Tea", ("tea",)),
        5: Name("Tea", ()),
        6: Name("Milk", ("cows",)),
    }
    found = {each: name.label for each, name in _unlike(names, known).items()}
    assert found == {
        3: "Tea",
        1: "Green tea",
        2: "leaves",
        4: "Tea, tea",
        5: "Tea (2)",
        6: "Milk",
    }
