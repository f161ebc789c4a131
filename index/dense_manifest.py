"""The manifest of the dense index: which generation of files counts, what is in it, how it is
searched, and what recall that reached when it was made."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .errors import LibraryDamaged
from .files import read_sealed, write_sealed
from .store import Store

__all__ = [
    "FOLDER",
    "FORMAT",
    "MANIFEST",
    "PREPARED",
    "Flat",
    "Manifest",
    "current",
    "damaged",
    "described",
    "read_manifest",
    "write_manifest",
]

FOLDER = "dense"
MANIFEST = "manifest.json"
PREPARED = "prepared.json"
"""The manifest of a generation for the model that a library is about to change to."""
FORMAT = 3
_UNMEASURED = 2
"""The format before, whose files are read as they are: it did not say how to search them."""


@dataclass(frozen=True, slots=True)
class Flat:
    """How candidates are taken from a FAISS index that looks at every row by a short code."""

    margin: float
    """A candidate is left unscored when its cosine by the codes is by more than this below what is
    to be expected of the tenth best found."""
    depth: int
    """Candidates asked for at first; more are, where these do not settle what the nearest are."""


_USUAL_MARGIN, _USUAL_DEPTH = 2.4, 4000
"""For generations of the format before, the margin by the root of the dimension, as the error of
their codes is (RaBitQ). Wider than what was measured of any since."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is: every field is checked against the files before they are used."""

    format: int
    seq: int
    token: str
    fingerprint: str
    dimension: int
    count: int
    generation: str
    sizes: dict[str, int]
    digests: dict[str, str]
    """SHA-256 of the files that are read whole: all but the vectors."""
    blocks: list[int]
    """CRC-32 of each BLOCK of the vectors' file."""
    background: dict[str, float] | None
    """What is usual among its papers, as index/background.py has it."""
    flat: dict[str, Any] | None = None
    """The settings of a Flat; None where every search is exact."""
    target: float = 0.0
    """The recall of the nearest ten that was asked for, 0 in the format before."""
    reached: dict[str, float] = field(default_factory=dict)
    """The recall of the nearest ten that was reached when the generation was made, by the kind of
    question, as index/target.py has them; empty where every search is exact."""

    @property
    def plan(self) -> Flat | None:
        """How candidates are taken; None where every search is exact."""
        if "faiss" not in self.sizes:
            return None
        if self.flat is not None:
            return Flat(**self.flat)
        return Flat(margin=_USUAL_MARGIN / self.dimension**0.5, depth=_USUAL_DEPTH)


def read_manifest(path: Path) -> Manifest | None:
    """A manifest, None where there is none. Raises LibraryDamaged."""
    try:
        fields = read_sealed(path)
        if fields is None:
            return None
        if fields["format"] not in (FORMAT, _UNMEASURED):
            raise LibraryDamaged(
                f"{path} was written by another version of Paperkin: it has format "
                f"{fields['format']}, and this one reads {FORMAT}. It is derived; make it anew "
                f"with: paperkin rebuild {path.parent.parent}"
            )
        manifest = Manifest(**fields)
        # What stands there must fit, so that nothing later finds out in the middle of a search.
        _ = manifest.plan
        return manifest
    except (ValueError, TypeError, KeyError) as error:
        raise damaged(path, str(error)) from error


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Replace a manifest, durably."""
    write_sealed(path, asdict(manifest))


def described(manifest: Manifest) -> dict[str, Any]:
    """How the nearest papers are found, in plain values: `kind` ("codes" or "exact"), `papers`,
    the recall of the nearest ten asked for (`target`, null where it is not known) and reached
    (`recall`, by the kind of question), and the settings."""
    plan = manifest.plan
    return {
        "kind": "exact" if plan is None else "codes",
        "papers": manifest.count,
        "target": manifest.target or None,
        "recall": {name: round(value, 4) for name, value in manifest.reached.items()},
        "settings": {} if plan is None else asdict(plan),
    }


def damaged(path: Path, what: str) -> LibraryDamaged:
    """The error for a file of the dense index that is not as it was written."""
    return LibraryDamaged(
        f"{path} is not what was written to it: {what}. It is derived; make it anew with: "
        f"paperkin rebuild {path.parent.parent}"
    )


def current(store: Store, fingerprint: str) -> Manifest | None:
    """The manifest of the published generation with vectors of a model, None where there is none.

    A library that changed its model but was stopped before it could say so here has the new
    generation prepared.
    """
    folder = store.path / FOLDER
    for name in (MANIFEST, PREPARED):
        manifest = read_manifest(folder / name)
        if manifest is not None and manifest.fingerprint == fingerprint:
            return manifest
    return None
