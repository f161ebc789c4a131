"""Models compiled for this machine's processor, by OpenVINO: where they are kept, and which are
trusted.

A model that torch has loaded is compiled once (`compiling`), and kept in the user's cache under
what decides its vectors: the model's fingerprint, the versions of what made it, the kind of
processor and the instructions that it has (or may use: ONEDNN_MAX_CPU_ISA). It is trusted when its
tokens are those of the original, and its vectors agree with the original's on a sample; that it is
not, and why, is kept as well. From then on no torch is needed to search.
"""

import hashlib
import json
import os
import platform
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from .digests import known_digest
from .files import read_sealed, write_sealed
from .installed import installed_version
from .models import Model
from .running import instructions
from .user_cache import user_cache

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
    "refusal",
    "version_of",
    "wanted",
]

RUNTIME = "PAPERKIN_RUNTIME"
"""The variable that says what runs models: "torch" for torch alone."""
GRAPH, WEIGHTS, TOKENIZER = "model.xml", "model.bin", "tokenizer.json"
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
"""What a model may read of a batch of texts."""
_MANIFEST = "manifest.json"
_FORMAT = 1
_MADE_BY = ("openvino", "sentence-transformers", "torch", "transformers")
_MAKING = ".making-"
_IMPORTING = threading.Lock()
_CONVERTER = "openvino.tools.ovc"
_TELEMETRY = "openvino_telemetry"
"""It sends a word whenever openvino is imported, and has no setting for it but a file in the home
folder. Without this module openvino does without."""
_DAY = 86_400
_UNUSED_DAYS = 60
"""What nobody ran for so long goes when something new is kept."""


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
    return os.environ.get(RUNTIME, "") != "torch" and bool(installed_version("openvino"))


def place(model: Model) -> Path:
    """The folder in the user's cache where a model is kept, compiled. Raises OSError where the user
    has no folders."""
    return _models() / version_of(model.fingerprint)


def version_of(fingerprint: str) -> str:
    """Stands for a model, the versions of what compiles and runs it, and the kind of processor with
    the instructions that it may use."""
    parts = [_FORMAT, fingerprint, *map(installed_version, _MADE_BY)]
    parts += [platform.machine(), instructions()]
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
    return f"{fingerprint[:16]}-{digest}"


def found(model: Model) -> Manifest | None:
    """What is kept of a model, whole and as it was written; None where nothing is."""
    try:
        folder = place(model)
        # What others may have put there decides what a search answers.
        if folder.stat().st_uid not in (os.getuid(), 0):
            return None
        said = read_sealed(folder / _MANIFEST)
        if said is None:
            return None
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
        whole = {GRAPH, WEIGHTS, TOKENIZER} <= {name for name, _ in manifest.files}
        sound = all(known_digest(folder / name) == digest for name, digest in manifest.files)
        if not sound or not (whole or manifest.refused):
            return None
        with suppress(OSError):
            os.utime(folder / _MANIFEST)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return manifest


def refusal(fingerprint: str) -> str | None:
    """Why the model of a fingerprint does not run compiled here, "" where it does; None where
    nobody knows yet, or it is not wanted. Reads a few bytes: `found` looks closer."""
    try:
        said = read_sealed(_models() / version_of(fingerprint) / _MANIFEST) if wanted() else None
        return None if said is None else str(said["refused"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(model: Model, written: Path, manifest: Manifest) -> None:
    """Keep what was written into a folder that is `aside`, unless another process was quicker.
    Where nothing can be kept, nothing is."""
    with suppress(OSError):
        digests = tuple((path.name, known_digest(path)) for path in sorted(written.iterdir()))
        write_sealed(written / _MANIFEST, asdict(replace(manifest, files=digests)))
        folder = place(model)
        _clear(folder.parent)
        if found(model):
            return
        if folder.exists():
            old = aside()
            os.replace(folder, old / folder.name)
            shutil.rmtree(old, ignore_errors=True)
        os.replace(written, folder)


def aside() -> Path:
    """A new folder in the cache, to write a compiled model into. Raises OSError."""
    from tempfile import mkdtemp

    parent = _models()
    parent.mkdir(parents=True, exist_ok=True)
    return Path(mkdtemp(prefix=_MAKING, dir=parent))


def openvino() -> Any:
    """The module openvino, which reports nothing home. Raises ImportError."""
    # Its converter takes as long to import as all the rest, and only what compiles needs it.
    with _absent(_TELEMETRY, _CONVERTER):
        import openvino as module
    if not hasattr(module, "convert_model"):
        module.convert_model = _convert_model
    return module


def _convert_model(*given: Any, **named: Any) -> Any:
    """What openvino.convert_model is, imported when it is called."""
    with _absent(_TELEMETRY):
        from openvino.tools.ovc import convert_model
    return convert_model(*given, **named)


@contextmanager
def _absent(*names: str) -> Iterator[None]:
    """Within, these modules cannot be imported."""
    with _IMPORTING:
        before = {name: sys.modules[name] for name in names if name in sys.modules}
        for name in names:
            sys.modules[name] = None  # type: ignore[assignment]
        try:
            yield
        finally:
            for name in names:
                del sys.modules[name]
            sys.modules.update(before)


def _clear(models: Path) -> None:
    """Take away what stopped processes left, and what nobody ran for long."""
    now = time.time()
    for each in models.iterdir():
        making = each.name.startswith(_MAKING)
        used = each if making else each / _MANIFEST
        with suppress(OSError):
            if now - used.stat().st_mtime > (_DAY if making else _UNUSED_DAYS * _DAY):
                shutil.rmtree(each, ignore_errors=True)


def _models() -> Path:
    return user_cache() / "models"
