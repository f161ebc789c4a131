"""Pictures of maps: names that can be read, and nothing that a title could do."""

import re
import struct
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from charts import chart

from paperkin.index.errors import QueryError
from paperkin.index.paper import Paper
from paperkin.search.colours import DARK, LIGHT, cluster_colours, hex_colour
from paperkin.search.labelling import Box, Wish, set_names, shown
from paperkin.search.pictures import check, compose, inline, png, svg

HOSTILE = "</text><script>alert(1)</script>&\"'$\\frac{x}$ \x07\u202e\ufffe"


def inside(box: Box, width: float, height: float) -> bool:
    return box.left >= 0 and box.top >= 0 and box.right <= width and box.bottom <= height


@pytest.mark.parametrize("width", [200, 420, 1600])
def test_names_never_touch_and_stay_inside(width: int) -> None:
    random = np.random.default_rng(0)
    height = width * 0.7
    wishes = [
        Wish(" ".join(["marsh"] * (1 + n % 7)), x * width, y * height, 12 + n % 9, n < 9, "#000", 4)
        for n, (x, y) in enumerate(random.uniform(-0.2, 1.2, (200, 2)))
    ]
    names = set_names(wishes, width, height)
    assert len(names) > width / 40
    assert all(inside(name.box, width, height) for name in names)
    assert not [pair for pair in combinations(names, 2) if pair[0].box.meets(pair[1].box)]
    # Each is as wide as its letters.
    assert all(max(name.widths) > name.size for name in names)


def test_an_earlier_name_goes_before_a_later_one() -> None:
    wishes = [Wish(name, 100, 50, 20, False, "#000") for name in ("first", "second")]
    assert [name.lines for name in set_names(wishes, 200, 100)] == [("first",)]


def test_long_names_are_broken_between_words() -> None:
    texts = ["Diffusion models and vision-language models", "Model merging and low-rank adaptation"]
    for text, lines in zip(
        texts,
        [
            ("Diffusion models", "and vision-language", "models"),
            ("Model merging and", "low-rank adaptation"),
        ],
        strict=True,
    ):
        (name,) = set_names([Wish(text, 300, 200, 14, True, "#000")], 600, 400)
        assert name.lines == lines


def test_names_of_few_papers_stand_beside_them() -> None:
    drawn = chart(24, ["Bread", "Marshes"], inner=0)
    picture = compose(drawn, 1200)
    said = [" ".join(name.lines) for name in picture.names]
    assert {"Bread", "Marshes"} <= set(said)
    assert sum(each.startswith("Title number") for each in said) > 10
    for name in picture.names:
        near = np.clip(
            picture.points, (name.box.left, name.box.top), (name.box.right, name.box.bottom)
        )
        assert np.linalg.norm(picture.points - near, axis=1).min() > picture.radius * 0.99


def test_a_picture_of_no_papers_says_so() -> None:
    empty = compose(chart(0))
    (name,) = empty.names
    assert name.lines == ("No papers yet",)
    assert name.box.left + name.box.right == pytest.approx(empty.width)
    assert name.box.top + name.box.bottom == pytest.approx(empty.height)
    assert ">No papers yet</text>" in svg(empty)


@pytest.mark.parametrize("count", [0, 1, 20, 700, 60_000])
def test_a_picture_fits_any_number_of_papers(count: int) -> None:
    picture = compose(chart(count))
    assert picture.width == 1600
    assert 0.5 * picture.width < picture.height < 1.2 * picture.width
    assert picture.points.shape == (count, 2)
    assert (picture.points >= 0).all()
    assert (picture.points <= (picture.width, picture.height)).all()
    assert not [each for each in picture.names if not inside(each.box, 1600, picture.height)]
    if count:
        assert len(picture.names) >= min(count, 3)


def test_a_name_is_not_repeated_inside_its_own_region() -> None:
    drawn = chart(90, ["Bread, part 1"], inner=1)
    inner = drawn.labels[1]
    assert inner.label == "Bread, part 1, part 0"
    names = {" ".join(name.lines) for name in compose(drawn).names}
    assert len(names) == 2
    same = chart(90, ["Bread"], inner=0)
    twice = chart(90, ["Bread"], inner=1)
    object.__setattr__(twice.labels[1], "label", "bread")
    assert len(compose(twice).names) == len(compose(same).names) == 1


def test_an_svg_loads_nothing_and_does_nothing() -> None:
    drawn = chart(30, [HOSTILE, "Bread"], [Paper("pk:x", HOSTILE)])
    text = svg(compose(drawn))
    root = ElementTree.fromstring(text)
    kinds = {each.tag.rpartition("}")[2] for each in root.iter()}
    assert kinds == {"svg", "rect", "g", "path", "text"}
    assert not re.search(r"href|url\(|\bon\w+=|@import", text)
    words = "".join(each.text or "" for each in root.iter() if each.tag.endswith("text"))
    assert "<script>" in words
    assert "$\\frac{x}$" in words
    for name in ("\x07", "\u202e", "\ufffe"):
        assert name not in text
    # As many dots as papers, of which some may fall on one spot.
    dots = sum(each.get("d", "").count("M") for each in root.iter())
    assert 25 <= dots <= 30
    assert inline(drawn).startswith('<div class="pk-map"><style>')


def test_a_png_has_its_width_and_its_colours() -> None:
    from matplotlib.image import imread

    for dark, look in ((False, LIGHT), (True, DARK)):
        picture = compose(chart(400, [HOSTILE, "稲の遺伝子", "Соль"]), 420, dark=dark)
        data = png(picture)
        assert data.startswith(b"\x89PNG")
        assert struct.unpack(">II", data[16:24]) == (420, picture.height)
        import io

        pixels = imread(io.BytesIO(data))[:, :, :3]
        ground = [int(look.background[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        assert np.allclose(pixels[0, 0], ground, atol=0.01)
        assert (np.abs(pixels - ground).max(axis=2) > 0.1).mean() > 0.02


def test_names_and_papers_stand_out_from_their_ground() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    labels = chart(200, [f"Field {n}" for n in range(20)]).labels
    for look in (LIGHT, DARK):
        ground = light(look.background)
        for dot, name in cluster_colours(labels, look).values():
            # WCAG 2.2 asks for 4.5 for text; dots are told apart by their place as well.
            for colour, least in ((name, 4.5), (dot, 2.0)):
                high, low = sorted((light(colour), ground), reverse=True)
                assert (high + 0.05) / (low + 0.05) > least
    assert hex_colour(1.0, 0.0, 0.0) == "#ffffff"
    assert hex_colour(0.628, 0.2577, 29.23) == "#ff0000"


def test_what_cannot_be_drawn_is_refused(tmp_path: Path) -> None:
    drawn = chart(5)
    with pytest.raises(QueryError, match=r"map\.gif.*\.png"):
        drawn.save(tmp_path / "map.gif")
    for width in (199, 8001, True, 300.5):
        with pytest.raises(QueryError, match="200 to 8,000"):
            drawn.save(tmp_path / "map.png", width=width)  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="Leave the width out"):
        drawn.save(tmp_path / "map.html", width=300)
    with pytest.raises(QueryError, match="no folder"):
        drawn.save(tmp_path / "nowhere" / "map.png")
    with pytest.raises(QueryError, match="no folder ~nobody-has-this-name"):
        drawn.save("~nobody-has-this-name/map.png")
    assert not list(tmp_path.iterdir())
    for width in (200, 8000):
        assert check(tmp_path / "map.png", width) == ".png"
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(QueryError, match="is a folder"):
        drawn.save(tmp_path / "folder.svg")
    assert drawn.save(tmp_path / "MAP.SVG").read_text("utf-8").startswith("<svg")


def test_long_text_is_cut_at_a_word() -> None:
    assert shown("a  b\n c") == "a b c"
    assert shown("salt marshes and storms, and dikes", 26) == "salt marshes and storms…"
    assert shown("x" * 500, 40) == "x" * 39 + "…"
    assert shown("x" * 40, 40) == "x" * 40


def test_papers_stand_in_a_picture_as_on_the_map() -> None:
    drawn = chart(400, ["Bread", "Marshes"], inner=2)
    picture = compose(drawn, 800)
    # North is up, and both axes have one scale.
    highest, lowest = (pick(drawn.points[:, 1]) for pick in (np.argmax, np.argmin))
    spots = picture.points.tolist()
    rows = {tuple(each): row for row, each in enumerate(spots)}
    assert len(rows) == 400
    middle = (drawn.points.min(axis=0) + drawn.points.max(axis=0)) / 2
    scale = np.ptp(picture.points[:, 0]) / np.ptp(drawn.points[:, 0])
    for row in (highest, lowest):
        x, y = (drawn.points[row] - middle) * (scale, -scale) + (400, picture.height / 2)
        off = np.linalg.norm(picture.points - (x, y), axis=1)
        assert off.min() < 0.1
    assert (picture.points >= 0).all()
    assert (picture.points <= (800, picture.height)).all()
    # Each has the colour of its finest cluster; those of none lie below all others.
    colours = cluster_colours(drawn.labels, LIGHT)
    placed = (drawn.points - middle) * (scale, -scale) + (400, picture.height / 2)
    for spot, cluster in zip(placed, drawn.finest.tolist(), strict=True):
        at = int(np.argmin(np.linalg.norm(picture.points - spot, axis=1)))
        said = colours[cluster][0] if cluster >= 0 else LIGHT.nowhere
        assert picture.colours[at] == said
    none = int((drawn.finest < 0).sum())
    assert none > 10
    # The SVG has a dot for each, to a tenth of a pixel.
    dots = re.findall(r"M(\S+) (\S+)h0", svg(picture))
    told = {(float(x), float(y)) for x, y in dots}
    assert told == {(x, y) for x, y in picture.points.round(1).tolist()}
    assert picture.colours[:none] == (LIGHT.nowhere,) * none
    assert LIGHT.nowhere not in picture.colours[none:]


def test_a_png_shows_papers_where_they_stand() -> None:
    import io

    from matplotlib.image import imread

    picture = compose(chart(70, []), 300)
    pixels = imread(io.BytesIO(png(picture)))[:, :, :3]
    x, y = picture.points.astype(int).T
    assert (pixels[y, x] < 0.95).any(axis=1).mean() > 0.9
    # What looks like a formula is a name like any other.
    assert png(compose(chart(9, ["Costs of $\\frac{$ today"]), 300))


def test_coarse_names_are_bold_and_larger_and_many_papers_shine_through() -> None:
    picture = compose(chart(900, ["Bread", "Marshes"], inner=2))
    size = {" ".join(name.lines): name.size for name in picture.names}
    bold = {" ".join(name.lines) for name in picture.names if name.bold}
    assert bold == {"Bread", "Marshes"}
    plain, thick = (
        set_names([Wish("Bread", 99, 99, 20, bold, "#000")], 400, 400)[0] for bold in (False, True)
    )
    assert thick.widths > plain.widths
    assert size["Bread"] > 1.3 * size["Bread, part 0"]
    assert compose(chart(5000)).opacity < picture.opacity < 1
    assert "came after" not in inline(chart(9))
    later = replace(chart(9), later=3)
    assert inline(later).endswith("<p>9 papers; 3 came after it was made</p></div>")


def test_names_of_several_lines_have_room_for_them() -> None:
    long = "Diffusion models and vision-language models"
    (name,) = set_names([Wish(long, 300, 200, 20, True, "#000")], 600, 400)
    lines = list(name.baselines())
    assert len(lines) == 3
    for line, x, y, width in lines:
        assert line in long
        assert (x, width <= name.box.right - name.box.left) == (300, True)
        assert name.box.top + 0.7 * 20 <= y <= name.box.bottom
    assert [y for _, _, y, _ in lines] == sorted({y for _, _, y, _ in lines})


def test_a_name_keeps_clear_of_papers_where_it_may() -> None:
    spot = Box(90, 45, 110, 55)
    near = Wish("Bread", 100, 50, 14, False, "#000", far=4)
    (moved,) = set_names([near], 400, 200, [spot])
    assert not moved.box.meets(spot, 2.9)
    # Papers are everywhere: a region is named nevertheless, a single paper is not.
    everywhere = Box(0, 0, 400, 200)
    assert len(set_names([near], 400, 200, [everywhere])) == 1
    title = Wish("A paper", 100, 50, 14, False, "#000", clear=8)
    assert set_names([title], 400, 200, [everywhere]) == []
    # Two names on one spot: the second steps aside, three pixels at least.
    one, two = set_names([near, near], 400, 200)
    assert not one.box.meets(two.box, 2.9)
    assert set_names([Wish("wider than this", 20, 20, 14, False, "#000")], 60, 200) == []


def test_on_a_dark_notebook_the_map_takes_its_ground_and_dark_colours() -> None:
    drawn = chart(400)
    light, dark = compose(drawn, 800), compose(drawn, 800, dark=True)
    root = ElementTree.fromstring(svg(light, dark))
    painted = {each.get("stroke"): each.get("style") for each in root.iter() if each.get("d")}
    assert painted == {
        a: f"--pk-dark:{b}" for a, b in zip(light.colours, dark.colours, strict=True)
    }
    named = [each.get("style") for each in root.iter() if each.get("font-family")]
    assert named == [f"--pk-dark:{each.colour}" for each in dark.names]
    rules = inline(drawn)
    assert '[data-jp-theme-light="false"]' in rules
    assert ".pk-map rect{fill:none}" in rules
    for light_name, dark_name in zip(light.names, dark.names, strict=True):
        assert f'fill="{light_name.colour}" style="--pk-dark:{dark_name.colour}"' in rules
    assert "--pk-dark" not in svg(light)
