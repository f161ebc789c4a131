"""Judged collections that the scripts measure Paperkin with."""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

__all__ = ["COLLECTIONS", "chosen_folders"]

COLLECTIONS = Path(__file__).resolve().parents[1].parent / "shared" / "collections"
"""Beside the repository."""


def chosen_folders(named: Sequence[Path], parser: ArgumentParser) -> list[Path]:
    """The folders of the collections that were named, or else of all in COLLECTIONS, absolute. Each
    stands for its collection by its name alone. Exits by way of the parser where there are none, or
    two have the same name.
    """
    folders = [folder.absolute() for folder in named]
    if not folders and COLLECTIONS.is_dir():
        folders = sorted(path for path in COLLECTIONS.iterdir() if (path / "qrels").is_dir())
    if not folders:
        parser.error(f"{COLLECTIONS} holds no collections: name the folders of some")
    if len({folder.name for folder in folders}) < len(folders):
        parser.error("two of the folders have the same name, which stands for them in the table")
    return folders
