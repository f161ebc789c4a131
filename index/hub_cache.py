"""What lies in the Hugging Face cache, read without huggingface_hub, whose import takes longer than
many a search.

The layout is the one that its documentation describes: models--OWNER--NAME has refs/main with the
name of a commit, snapshots/COMMIT with the files, and .no_exist/COMMIT with the names of files that
are known to be absent.
"""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Cached", "cached", "hub_cache", "plain_name"]

_PART = r"[A-Za-z0-9_](?:[\w.-]{0,94}[A-Za-z0-9_])?"
_PLAIN = re.compile(f"{_PART}/{_PART}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cached:
    """A file in the cache: its path, None where it is not there; `asked`, whether it is known
    whether there is one."""

    path: Path | None
    asked: bool


def hub_cache() -> Path:
    """The folder of the cache."""
    imported = sys.modules.get("huggingface_hub.constants")
    if imported is not None:
        # It reads its settings once.
        return Path(imported.HF_HUB_CACHE)
    caches = os.environ.get("XDG_CACHE_HOME", os.path.join(os.path.expanduser("~"), ".cache"))
    home = _expanded(os.environ.get("HF_HOME", os.path.join(caches, "huggingface")))
    older = os.environ.get("HUGGINGFACE_HUB_CACHE", os.path.join(home, "hub"))
    return Path(_expanded(os.environ.get("HF_HUB_CACHE", older)))


def plain_name(name: str) -> bool:
    """Whether a name is plainly one of the hub; one that is not may be for huggingface_hub."""
    odd = "--" in name or ".." in name or name.endswith(".git")
    return _PLAIN.fullmatch(name) is not None and not odd


def cached(name: str, file: str) -> Cached:
    """A file of the model called `name`, which is `plain_name`, in the commit last used."""
    folder = hub_cache() / f"models--{name.replace('/', '--')}"
    try:
        commit = (folder / "refs" / "main").read_text(encoding="utf-8")
        if commit not in os.listdir(folder / "snapshots"):
            return Cached(None, (folder / ".no_exist" / commit / file).is_file())
    except (OSError, ValueError):
        return Cached(None, False)
    if (folder / ".no_exist" / commit / file).is_file():
        return Cached(None, True)
    path = folder / "snapshots" / commit / file
    return Cached(path, True) if path.is_file() else Cached(None, False)


def _expanded(path: str) -> str:
    return os.path.expandvars(os.path.expanduser(path))
