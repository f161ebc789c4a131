"""Colours for the clusters of a map: a hue for each coarse one, shades of it for those within.

Chosen in OKLCH (B. Ottosson, "A perceptual color space for image processing", 2020), where equal
lightness looks equally light whatever the hue.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .map import Label

__all__ = ["DARK", "LIGHT", "Look", "cluster_colours", "hex_colour"]

_GOLDEN = 137.508
"""Degrees between one hue and the next: however many there are, they stay far apart."""
_FIRST_HUE = 255.0
_SHADES = (0.0, 0.06, -0.06, 0.03, -0.03)
_TURNS = (0.0, 9.0, -9.0, 16.0, -16.0, 4.0, -4.0)


@dataclass(frozen=True, slots=True)
class Look:
    """What a picture is drawn with, on light or on dark."""

    background: str
    text: str
    nowhere: str
    """Papers in no cluster."""
    point: tuple[float, float]
    """Lightness and chroma of papers, and then of names."""
    name: tuple[float, float]


LIGHT = Look("#ffffff", "#24292f", "#c3c8ce", (0.66, 0.14), (0.40, 0.11))
DARK = Look("#14171c", "#e6e8eb", "#4b525c", (0.70, 0.13), (0.88, 0.08))


def cluster_colours(labels: Sequence[Label], look: Look) -> dict[int, tuple[str, str]]:
    """For each cluster the colours of its papers and of its name, "#rrggbb"."""
    of = {each.cluster: each for each in labels}
    hues: dict[int, float] = {}
    shades: dict[int, float] = {}
    children: Counter[int | None] = Counter()
    # The labels are in the order of levels, so that a parent is there before its children.
    for each in labels:
        parent = each.parent if each.parent in of else None
        place = children[parent]
        children[parent] += 1
        if parent is None:
            hues[each.cluster] = (_FIRST_HUE + place * _GOLDEN) % 360
            shades[each.cluster] = 0.0
        else:
            hues[each.cluster] = (hues[parent] + _TURNS[place % len(_TURNS)]) % 360
            shades[each.cluster] = shades[parent] + _SHADES[place % len(_SHADES)]
    return {
        cluster: (
            hex_colour(look.point[0] + shades[cluster], look.point[1], hue),
            hex_colour(look.name[0], look.name[1], hue),
        )
        for cluster, hue in hues.items()
    }


def hex_colour(lightness: float, chroma: float, hue: float) -> str:
    """A colour of OKLCH (0 to 1, 0 to about 0.3, degrees) as "#rrggbb", the nearest there is."""
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _encoded(each)):02x}" for each in linear)


def _encoded(value: float) -> float:
    """A linear share of light as sRGB encodes it."""
    value = min(max(value, 0.0), 1.0)
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
