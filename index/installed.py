"""Which versions of other packages are installed."""

import functools
import os
import re
import sys

__all__ = ["installed_version"]


@functools.cache
def _described(place: str) -> tuple[str, ...]:
    """The folders of metadata in a place of modules."""
    try:
        names = os.listdir(place or ".")
    except OSError:
        return ()
    return tuple(each for each in names if each.endswith((".dist-info", ".egg-info")))


@functools.cache
def installed_version(name: str) -> str:
    """The version of a distribution, "" where it is not installed.

    Told from the name of its folder of metadata (PEP 427), where that is plain: importlib.metadata,
    which is asked otherwise, takes longer to import than to search.
    """
    wanted = re.sub(r"[-_.]+", "_", name).lower()
    for place in sys.path:
        start = f"{wanted}-"
        versions = [each for each in _described(place) if each.lower().startswith(start)]
        if len(versions) == 1 and versions[0].endswith(".dist-info"):
            return versions[0].removesuffix(".dist-info")[len(wanted) + 1 :]
        if versions:
            break
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
