"""Pictures of a map: PNG by matplotlib, SVG written here, and the page that is moved about in."""

import os
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..index.errors import QueryError
from .colours import DARK, LIGHT, Look, cluster_colours
from .labelling import APART, Box, Name, Wish, font, fonts_for, set_names, shown
from .listing import counted
from .map import worth_drawing

if TYPE_CHECKING:
    from .map import Map

__all__ = ["KINDS", "Picture", "check", "compose", "inline", "png", "save", "svg"]

KINDS = (".png", ".svg", ".html")
WIDTH, NARROWEST, WIDEST = 1600, 200, 8000
"""Pixels: the usual width of a picture, and the bounds of what may be asked for."""
_INLINE_WIDTH = 800
_LOWEST, _TALLEST = 0.6, 1.1
"""Height of a picture as a share of its width."""
_MARGIN = 0.04
_SHARE = 0.35
"""How far a paper reaches, as a share of the radius that all together would fill the picture."""
_SMALLEST, _LARGEST = 0.9, 7.0
"""Pixels, at the usual width."""
_SIZES = (25.0, 16.0, 13.0)
"""Height of names on each level at the usual width; less where clusters are small."""
_READABLE = 10.5
_EMPTY = "No papers yet"
_TITLED, _TITLED_MARGIN = 60, 0.09
"""Up to so many papers are named one by one, which takes room."""
_CLEAR = 300
"""Up to so many papers no name stands on a paper, where there is room beside them."""
_CROWDED = 4000
"""From so many papers on, those that overlap shine through."""
_DARK_PAGE = (
    ':is([data-jp-theme-light="false"],[data-theme="dark"],[data-bs-theme="dark"],'
    'html[theme="dark"],body.vscode-dark,body.vscode-high-contrast:not(.vscode-high-contrast-light)'
    ",html.dark,body.dark,body.quarto-dark)"
)
"""How JupyterLab and Notebook, documentation, Quarto, Colab, Visual Studio Code and Marimo say it.
What the system prefers says nothing of a notebook, which may be light on a dark system."""
_ON_DARK = f"""<style>
{_DARK_PAGE} .pk-map rect{{fill:none}}
{_DARK_PAGE} .pk-map path{{stroke:var(--pk-dark)}}
{_DARK_PAGE} .pk-map g[font-family]{{fill:var(--pk-dark)}}
{_DARK_PAGE} .pk-map g[text-anchor]{{stroke:var(--jp-layout-color0,var(--vscode-editor-background,\
{DARK.background}))}}
</style>"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A map as it is drawn: pixels, y pointing down, papers in the order in which they are drawn.

    `points` float64, shape (n, 2); `colours` the colour of each paper.
    """

    width: int
    height: int
    look: Look
    points: NDArray[np.float64]
    colours: tuple[str, ...]
    radius: float
    opacity: float
    names: tuple[Name, ...]


def check(path: str | os.PathLike[str], width: int | None) -> str:
    """The kind of file that a name asks for, one of KINDS. Raises QueryError where it is none, its
    folder is not there, or the width is not one of such a file."""
    kind = Path(path).suffix.lower()
    if kind not in KINDS:
        raise QueryError(
            f"{os.fspath(path)!r} does not say what to draw. Let the name end in .png, .svg or "
            ".html."
        )
    target = _expanded(path)
    if not target.parent.is_dir():
        raise QueryError(
            f"There is no folder {target.parent} to draw into. Make it, or name another."
        )
    if target.is_dir():
        raise QueryError(f"{target} is a folder. Name a file to draw.")
    if width is None:
        return kind
    if kind == ".html":
        raise QueryError("A page fits itself to its window. Leave the width out.")
    if not isinstance(width, int) or isinstance(width, bool) or not NARROWEST <= width <= WIDEST:
        raise QueryError(
            f"The width of a picture is a whole number of pixels from {NARROWEST} to {WIDEST:,}, "
            f"not {width!r}."
        )
    return kind


def _expanded(path: str | os.PathLike[str]) -> Path:
    # Unlike Path.expanduser, no error where "~" is nobody's home.
    return Path(os.path.expanduser(path))


def save(
    drawn: "Map",
    path: str | os.PathLike[str],
    *,
    width: int | None = None,
    dark: bool = False,
) -> Path:
    """See Map.save."""
    kind = check(path, width)
    target = _expanded(path)
    if kind == ".html":
        from .map_page import page

        target.write_text(page(drawn, dark=dark), "utf-8")
        return target
    picture = compose(drawn, WIDTH if width is None else width, dark=dark)
    if kind == ".svg":
        target.write_text(svg(picture), "utf-8")
    else:
        target.write_bytes(png(picture))
    return target


def compose(drawn: "Map", width: int = WIDTH, *, dark: bool = False) -> Picture:
    """Decide what stands where in a picture so many pixels wide."""
    look = DARK if dark else LIGHT
    count = len(drawn)
    points = drawn.points.astype(np.float64)
    low = points.min(axis=0) if count else np.full(2, -1.0)
    high = points.max(axis=0) if count else np.full(2, 1.0)
    spread = np.maximum(high - low, 1e-6)
    height = round(width * float(np.clip(spread[1] / spread[0], _LOWEST, _TALLEST)))
    margin = _TITLED_MARGIN if count <= _TITLED else _MARGIN
    inner = np.array([width, height]) * (1 - 2 * margin)
    scale = float((inner / spread).min())
    middle = (low + high) / 2

    def pixels(places: NDArray[np.float64]) -> NDArray[np.float64]:
        moved: NDArray[np.float64] = (places - middle) * (scale, -scale) + (width / 2, height / 2)
        return moved

    # Mixed, so that no cluster covers another; papers in none lie below all others.
    finest = drawn.finest
    order = np.random.default_rng(0).permutation(count)
    order = order[np.argsort(finest[order] >= 0, kind="stable")]
    colours = cluster_colours(drawn.labels, look)
    relative = width / WIDTH
    room = float(np.sqrt(width * height / (np.pi * max(count, 1)))) / relative
    radius = float(np.clip(_SHARE * room, _SMALLEST, _LARGEST)) * max(relative, 0.5)
    placed = pixels(points)
    wishes = _wishes(drawn, placed, pixels, colours, look, relative, radius)
    avoid = [
        Box(x - radius, y - radius, x + radius, y + radius)
        for x, y in (placed.tolist() if count <= _CLEAR else ())
    ]
    return Picture(
        width=width,
        height=height,
        look=look,
        points=placed[order],
        colours=tuple(
            colours[each][0] if each in colours else look.nowhere for each in finest[order].tolist()
        ),
        radius=radius,
        opacity=0.6 if count >= _CROWDED else 0.85,
        names=tuple(set_names(wishes, width, height, avoid)),
    )


def _wishes(
    drawn: "Map",
    placed: NDArray[np.float64],
    pixels: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    colours: dict[int, tuple[str, str]],
    look: Look,
    relative: float,
    radius: float,
) -> list[Wish]:
    """Names of clusters, the coarsest and largest first; then titles, where papers are few; that
    there are none, where there are none."""
    if not len(drawn):
        x, y = pixels(np.zeros(2)).tolist()
        return [Wish(_EMPTY, x, y, max(_SIZES[0] * relative, _READABLE), False, look.text)]
    wishes = []
    largest: dict[int, int] = {}
    for each in worth_drawing(drawn.labels):
        most = largest.setdefault(each.level, each.size)
        size = _SIZES[min(each.level, len(_SIZES) - 1)] * (0.75 + 0.25 * (each.size / most) ** 0.5)
        size = max(size * relative, _READABLE)
        x, y = pixels(np.array([each.x, each.y]))
        # A coarse name may step aside, a fine one would then stand with other papers.
        far = (4.0 if each.level == 0 else 1.5) + (2.0 if len(drawn) <= _CLEAR else 0.0)
        colour = colours[each.cluster][1]
        wishes.append(Wish(each.label, float(x), float(y), size, each.level == 0, colour, far))
    if len(drawn) <= _TITLED:
        titles = {paper.id: paper.title for paper in drawn.papers()}
        size = max(_SIZES[-1] * 1.15 * relative, _READABLE)
        for id, (x, y) in zip(drawn.ids, placed.tolist(), strict=True):
            clear = radius + max(size / 3, APART + 1)
            wishes.append(Wish(titles.get(id, id), x, y, size, False, look.text, clear=clear))
    return wishes


def svg(picture: Picture, dark: Picture | None = None) -> str:
    """The picture as an SVG document that loads nothing. With the same map drawn `dark`, what is
    drawn tells its colour there as well, as --pk-dark."""
    size = f"{picture.width} {picture.height}"
    there: dict[str, str] = {}
    if dark is not None:
        there.update(zip(picture.colours, dark.colours, strict=True))
        there.update((a.colour, b.colour) for a, b in zip(picture.names, dark.names, strict=True))

    def painted(how: str, colour: str) -> str:
        other = f' style="--pk-dark:{there[colour]}"' if colour in there else ""
        return f'{how}="{colour}"{other}'

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{picture.width}" '
        f'height="{picture.height}" role="img" aria-label="Map of papers">',
        f'<rect width="100%" height="100%" fill="{picture.look.background}"/>',
        # Lines without length that have round ends: a tenth of the size of circles.
        f'<g fill="none" stroke-linecap="round" stroke-width="{2 * picture.radius:.2f}" '
        f'stroke-opacity="{picture.opacity}">',
    ]
    colours = np.array(picture.colours)
    for colour in dict.fromkeys(picture.colours):
        spots = np.unique(picture.points[colours == colour].round(1), axis=0)
        lines = "".join(f"M{x:g} {y:g}h0" for x, y in spots.tolist())
        parts.append(f'<path {painted("stroke", colour)} d="{lines}"/>')
    parts.append("</g>")
    parts.append(
        f'<g text-anchor="middle" stroke="{picture.look.background}" stroke-linejoin="round" '
        'paint-order="stroke">'
    )
    for name in picture.names:
        families = ",".join(f"'{each}'" for each in fonts_for("".join(name.lines)))
        weight = ' font-weight="bold"' if name.bold else ""
        parts.append(
            f'<g font-family="{escape(families)},Verdana,sans-serif" font-size="{name.size:.1f}"'
            f'{weight} {painted("fill", name.colour)} stroke-width="{_halo(name):.1f}">'
        )
        # Other fonts are made to keep to the width that was found free.
        parts += [
            f'<text x="{x:.1f}" y="{y:.1f}" textLength="{width:.1f}" '
            f'lengthAdjust="spacingAndGlyphs">{escape(line)}</text>'
            for line, x, y, width in name.baselines()
        ]
        parts.append("</g>")
    return "\n".join([*parts, "</g>", "</svg>", ""])


def _halo(name: Name) -> float:
    return max(3.0, name.size / 4.5)


def png(picture: Picture) -> bytes:
    """The picture as a PNG file."""
    from io import BytesIO

    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import EllipseCollection
    from matplotlib.figure import Figure
    from matplotlib.patheffects import withStroke

    width, height, look = picture.width, picture.height, picture.look
    # A point of 1/72 inch is one pixel.
    figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor=look.background)
    canvas: Any = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    across = np.full(len(picture.points), 2 * picture.radius)
    axes.add_collection(
        EllipseCollection(
            across,
            across,
            np.zeros(len(across)),
            units="dots",
            offsets=picture.points,
            offset_transform=axes.transData,
            facecolors=list(picture.colours),
            edgecolors="none",
            alpha=picture.opacity,
        )
    )
    for name in picture.names:
        for line, x, y, _ in name.baselines():
            axes.text(
                x,
                y,
                line,
                fontproperties=font(line, name.size, name.bold),
                color=name.colour,
                ha="center",
                va="baseline",
                parse_math=False,
                path_effects=[withStroke(linewidth=_halo(name), foreground=look.background)],
            )
    out = BytesIO()
    with warnings.catch_warnings():
        # A character that no font of this machine has is drawn as a box.
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from", UserWarning)
        canvas.print_png(out, metadata={"Software": None})
    return out.getvalue()


def inline(drawn: "Map") -> str:
    """The picture as it stands in a notebook: in dark colours on the notebook's own ground where
    that is dark, and on white elsewhere."""
    text = svg(compose(drawn, _INLINE_WIDTH), compose(drawn, _INLINE_WIDTH, dark=True))
    text = re.sub(
        r' width="\d+" height="\d+"', ' style="max-width:100%;height:auto"', text, count=1
    )
    later = f"; {drawn.later:,} came after it was made" if drawn.later else ""
    return (
        f'<div class="pk-map">{_ON_DARK}{text}<p>{shown(f"{counted(len(drawn))}{later}")}</p></div>'
    )
