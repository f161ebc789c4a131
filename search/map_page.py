"""The map as one HTML file to move about in, which loads nothing from anywhere.

Everything that papers say stands in it as JSON, which no browser runs, and is shown as plain text
only. A policy in its head (Content-Security-Policy) allows this one script, by its hash, and no
request at all.
"""

import base64
import hashlib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..index.paper import Paper
from ..index.web import is_web
from .colours import DARK, LIGHT, cluster_colours
from .labelling import shown

if TYPE_CHECKING:
    from .map import Map

__all__ = ["page"]

_TEMPLATE = Path(__file__).with_name("map_page.html")
_AUTHORS = 4
_LONGEST = 400
"""Characters of a title."""
_ABSTRACTS = 3000
"""Up to so many papers bring their abstracts along: a megabyte for each six hundred."""
_BASES = 30
_STEPS = 65535
"""Places are told to this part of the square's side: a hair's breadth at the closest zoom."""


def page(drawn: "Map", *, dark: bool = False) -> str:
    """The HTML document. `dark` is how it looks at first; else the browser's wish decides."""
    template = _TEMPLATE.read_text("utf-8")
    script = template.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    data = json.dumps(_data(drawn), ensure_ascii=False, separators=(",", ":"))
    head, _, rest = template.partition("@data@")
    head = head.replace("@script@", f"sha256-{digest}").replace("@theme@", "dark" if dark else "")
    # No tag can end in what is left of it.
    return head + data.replace("<", "\\u003c") + rest


def _data(drawn: "Map") -> dict[str, Any]:
    papers = {paper.id: paper for paper in drawn.papers()}
    found = [papers.get(id) or Paper(id, id) for id in drawn.ids]
    links = [paper.url if is_web(paper.url) else "" for paper in found]
    starts = Counter(link[: link.rfind("/") + 1] for link in links)
    bases = [start for start, times in starts.most_common(_BASES) if start and times > 1]
    number = {start: place for place, start in enumerate(bases)}
    said = dict.fromkeys(shown(paper.venue, _LONGEST) for paper in found)
    venues = {venue: place for place, venue in enumerate(said)}
    steps = ((drawn.points.astype(np.float64) + 1) / 2 * _STEPS).round()
    row = {label.cluster: place for place, label in enumerate(drawn.labels)}
    finest = [row.get(cluster, len(row)) for cluster in drawn.finest.tolist()]
    light, dark = (cluster_colours(drawn.labels, look) for look in (LIGHT, DARK))
    return {
        "places": _packed(np.clip(steps, 0, _STEPS).astype("<u2")),
        "cluster": _packed(np.array(finest, "<u2" if len(row) < _STEPS else "<u4")),
        "wide": len(row) >= _STEPS,
        "clusters": [
            {
                "label": shown(label.label, _LONGEST),
                "level": label.level,
                "parent": row.get(label.parent, -1) if label.parent is not None else -1,
                "x": round(label.x, 5),
                "y": round(label.y, 5),
                "size": label.size,
                "radius": round(label.radius, 5),
                "light": light[label.cluster],
                "dark": dark[label.cluster],
            }
            for label in drawn.labels
        ],
        "looks": {
            name: {"background": look.background, "text": look.text, "nowhere": look.nowhere}
            for name, look in (("light", LIGHT), ("dark", DARK))
        },
        "title": [shown(paper.title, _LONGEST) or shown(paper.id) for paper in found],
        "authors": [_authors(paper) for paper in found],
        "year": [paper.year for paper in found],
        "venues": list(venues),
        "venue": [venues[shown(paper.venue, _LONGEST)] for paper in found],
        "bases": bases,
        "link": [_shortened(link, number) for link in links],
        "abstract": [shown(paper.abstract, sys.maxsize) for paper in found]
        if len(found) <= _ABSTRACTS
        else [],
    }


def _packed(values: NDArray[Any]) -> str:
    return base64.b64encode(values.tobytes()).decode("ascii")


def _authors(paper: Paper) -> str:
    names = [shown(name) for name in paper.authors[:_AUTHORS]]
    return ", ".join(names) + (" et al." if len(paper.authors) > _AUTHORS else "")


def _shortened(link: str, bases: dict[str, int]) -> str:
    """A link with the number of its beginning, "" before the colon for none."""
    if not link:
        return ""
    cut = link.rfind("/") + 1
    base = bases.get(link[:cut])
    return f":{link}" if base is None else f"{base}:{link[cut:]}"
