"""Paperkin: a semantic search engine over paper abstracts.

import paperkin
lib = paperkin.build("mylib", ["refs.bib", "arxiv.jsonl.gz"])     # or paperkin.open("mylib")
for hit in lib.search("sparse attention for long documents", k=20, year="2023-"):
    print(hit.rank, hit.title)
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .index.errors import (
        InputError,
        LibraryBusy,
        LibraryDamaged,
        LibraryError,
        LibraryFull,
        LibraryTooNew,
        ModelError,
        ModelMismatch,
        NotALibrary,
        PaperkinError,
        QueryError,
        SourceError,
        UnknownPaper,
    )
    from .index.harvest import Arxiv, HarvestReport, Manners, OpenAlex
    from .index.paper import Paper
    from .index.report import Progress, Report
    from .search.clusters import Cluster, Clusters
    from .search.groups import Group
    from .search.harvesting import harvest
    from .search.hits import Hit, Hits
    from .search.library import Library
    from .search.map import Map
    from .search.opening import build, open
    from .search.why import Why

__version__ = "0.1.0"

__all__ = [
    "Arxiv",
    "Cluster",
    "Clusters",
    "Group",
    "HarvestReport",
    "Hit",
    "Hits",
    "InputError",
    "Library",
    "LibraryBusy",
    "LibraryDamaged",
    "LibraryError",
    "LibraryFull",
    "LibraryTooNew",
    "Manners",
    "Map",
    "ModelError",
    "ModelMismatch",
    "NotALibrary",
    "OpenAlex",
    "Paper",
    "PaperkinError",
    "Progress",
    "QueryError",
    "Report",
    "SourceError",
    "UnknownPaper",
    "Why",
    "__version__",
    "build",
    "harvest",
    "open",
]

# Where each public name lives; loaded when it is first used, so that importing costs nothing.
_HOMES = {
    "Arxiv": "index.harvest",
    "Cluster": "search.clusters",
    "Clusters": "search.clusters",
    "Group": "search.groups",
    "HarvestReport": "index.harvest",
    "Hit": "search.hits",
    "Hits": "search.hits",
    "Library": "search.library",
    "Manners": "index.harvest",
    "Map": "search.map",
    "OpenAlex": "index.harvest",
    "Paper": "index.paper",
    "Progress": "index.report",
    "Report": "index.report",
    "Why": "search.why",
    "build": "search.opening",
    "harvest": "search.harvesting",
    "open": "search.opening",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'index.errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
