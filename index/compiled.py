"""Models compiled for this machine's processor, by OpenVINO: where they are kept, and which are
trusted.

A model that torch has loaded is compiled once (`compiling`), and kept in the user's cache under
what decides its vectors: the model's fingerprint, the version of OpenVINO, the kind of processor.
It is trusted when its tokens are those of the original, and its vectors agree with the original's
on a sample; that it is not, and why, is kept as well. From then on no torch is needed to search.
"""

import functools
import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from .model_files import file_sha256
from .models import Model
from .running import has_bfloat16

__all__ = [
    "GRAPH",
    "INPUTS",
    "RUNTIME",
    "TOKENIZER",
    "WEIGHTS",
    "Manifest",
    "aside",
    "found",
    "keep",
    "openvino",
    "place",
    "wanted",
]

RUNTIME = "PAPERKIN_RUNTIME"
"""The variable that says what runs models: "torch" for torch alone."""
GRAPH, WEIGHTS, TOKENIZER = "model.xml", "model.bin", "tokenizer.json"
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
"""What a model may read of a batch of texts."""
_MANIFEST = "manifest.json"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a compiled model is: the names of its inputs, in order; the token that fills up shorter
    texts, and those that are marks; the files and their SHA-256; the least cosine to the original
    on the sample, in float32 and in bfloat16 (-1: not used). `refused` says why it is not trusted,
    "" if it is."""

    inputs: tuple[str, ...] = ()
    padding: int = 0
    marks: tuple[int, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    agreement: float = -1.0
    low_agreement: float = -1.0
    refused: str = ""


def wanted() -> bool:
    """Whether models may be compiled here."""
    return os.environ.get(RUNTIME, "") != "torch" and _version() != ""


def place(model: Model) -> Path:
    """The folder in the user's cache where a model is kept, compiled."""
    parts = [str(_FORMAT), model.fingerprint, _version(), platform.machine(), has_bfloat16("cpu")]
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
    return _cache() / "models" / f"{model.fingerprint[:16]}-{digest}"


def found(model: Model) -> Manifest | None:
    """What is kept of a model, whole and as it was written; None where nothing is."""
    folder = place(model)
    try:
        said = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(
            inputs=tuple(said["inputs"]),
            padding=int(said["padding"]),
            marks=tuple(said["marks"]),
            files=tuple((name, digest) for name, digest in said["files"]),
            agreement=float(said["agreement"]),
            low_agreement=float(said["low_agreement"]),
            refused=str(said["refused"]),
        )
        # It is derived from the model: damaged, it is made anew.
        sound = all(file_sha256(folder / name) == digest for name, digest in manifest.files)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return manifest if sound else None


def keep(model: Model, written: Path, manifest: Manifest) -> Manifest | None:
    """Keep what was written into a folder that is `aside`, and say what is kept now: what another
    process was quicker to keep, if one was; None where nothing can be kept. What another version of
    OpenVINO compiled of the same model goes."""
    digests = tuple((path.name, file_sha256(path)) for path in sorted(written.iterdir()))
    manifest = replace(manifest, files=digests)
    folder = place(model)
    try:
        text = json.dumps(asdict(manifest), indent=1) + "\n"
        (written / _MANIFEST).write_text(text, encoding="utf-8")
        others = folder.parent.glob(f"{model.fingerprint[:16]}-*")
        for old in (each for each in others if each != folder):
            shutil.rmtree(old, ignore_errors=True)
        if quicker := found(model):
            return quicker
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(written, folder)
    except OSError:
        return found(model)
    return manifest


def aside() -> Path:
    """A new folder in the cache, to write a compiled model into. Raises OSError."""
    parent = _cache() / "models"
    parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=".making-", dir=parent))


def openvino() -> Any:
    """The module openvino, which reports nothing home. Raises ImportError."""
    silenced = "openvino_telemetry"
    # It sends a word whenever it is imported, and has no setting for it but a file in the home
    # folder. Without this module it does without.
    before = sys.modules.get(silenced)
    sys.modules[silenced] = None  # type: ignore[assignment]
    try:
        import openvino as module
    finally:
        if before is None:
            del sys.modules[silenced]
        else:
            sys.modules[silenced] = before
    return module


def _cache() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "paperkin"
    given = os.environ.get("XDG_CACHE_HOME", "")
    # A relative one is to be ignored (XDG Base Directory Specification).
    base = Path(given) if os.path.isabs(given) else Path.home() / ".cache"
    return base / "paperkin"


@functools.cache
def _version() -> str:
    try:
        return importlib.metadata.version("openvino")
    except importlib.metadata.PackageNotFoundError:
        return ""
