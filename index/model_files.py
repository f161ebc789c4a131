"""The files of a model: what they are, and whether they make up one that can be used.

The folder is one that sentence-transformers writes (modules.json lists the steps from text to
vector), or a plain transformers model. Only JSON and the headers of safetensors files are read.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, cast

from .errors import ModelError

__all__ = [
    "CLASSIFIER",
    "WITH_WEIGHTS",
    "Step",
    "architectures",
    "missing",
    "read_modules",
    "read_object",
    "read_steps",
    "refused",
    "safetensors_header",
    "sentence_config",
    "tokenizer_files",
    "unsafe_module",
    "unsafe_step",
    "weight_files",
]

WITH_WEIGHTS = {"Dense", "LayerNorm", "StaticEmbedding", "Transformer", "WeightedLayerPooling"}
CLASSIFIER = "ForSequenceClassification"
"""Ends the architecture of a model that gives a few numbers for a text, not a vector."""
_USABLE = WITH_WEIGHTS | {"Dropout", "Normalize", "Pooling"}
_TRANSFORMER_CONFIGS = (
    "sentence_bert_config.json",
    "sentence_roberta_config.json",
    "sentence_distilbert_config.json",
    "sentence_camembert_config.json",
    "sentence_albert_config.json",
    "sentence_xlm-roberta_config.json",
    "sentence_xlnet_config.json",
)
_TOKENIZER = "tokenizer.json"
_VOCABULARIES = ("vocab.txt", "vocab.json", "merges.txt", "*.model", "*.tiktoken")
_PICKLES = ("*.bin", "*.ckpt", "*.pkl", "*.pt", "*.pth")


@dataclass(frozen=True, slots=True)
class Step:
    """One step from text to vector: a module of sentence-transformers, and where its files are."""

    kind: str
    folder: Path
    settings: dict[str, Any]


def refused(folder: Path) -> str:
    """Why the model in `folder` is not to be used, however complete it is; empty if nothing speaks
    against it. Raises ModelError if one of its JSON files cannot be read."""
    kind = sentence_config(folder).get("model_type", "SentenceTransformer")
    if kind != "SentenceTransformer":
        return f"it is a {kind}, which does not give one dense vector a text"
    for entry in read_modules(folder):
        if reason := unsafe_module(entry, _USABLE):
            return reason
    for step in read_steps(folder):
        reason = unsafe_step(step)
        if not reason and any(each.endswith(CLASSIFIER) for each in architectures(step.folder)):
            reason = "it is a classifier or re-ranker, which gives no vector for a text"
        if reason:
            return reason
    return ""


def missing(folder: Path) -> str:
    """What the model in `folder` lacks to be used; empty if it is complete. Raises ModelError if
    one of its JSON files cannot be read."""
    for step in read_steps(folder):
        if step.kind == "Transformer" and not (step.folder / "config.json").is_file():
            return f"{step.folder} has no config.json, so it holds no model"
        if step.kind in ("Dense", "Pooling") and not step.settings:
            return f"{step.folder} has no config.json"
        if step.kind in WITH_WEIGHTS:
            weights = weight_files(step)
            if not weights:
                return f"{step.folder} has no weights (model.safetensors)"
            for file in weights:
                if reason := _broken_weights(file):
                    return reason
        if step.kind in ("StaticEmbedding", "Transformer") and not tokenizer_files(step):
            return f"{step.folder} has no tokenizer ({_TOKENIZER} or a vocabulary)"
    return ""


def _json(path: Path) -> Any:
    """The content of a JSON file; an empty object if there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(
            f"The model's file {path} cannot be read: {error}. Get the model again."
        ) from error


def read_object(path: Path) -> dict[str, Any]:
    """The object in a JSON file, empty if there is no file. Raises ModelError if it is none."""
    content = _json(path)
    if not isinstance(content, dict):
        raise ModelError(f"The model's file {path} is not a JSON object. Get the model again.")
    return content


def sentence_config(folder: Path) -> dict[str, Any]:
    """The settings of the model as a whole: its type, its prompts, the cut of its vectors."""
    return read_object(folder / "config_sentence_transformers.json")


def read_modules(folder: Path) -> list[dict[str, Any]]:
    """The entries of modules.json; none for a plain transformers model."""
    path = folder / "modules.json"
    content = _json(path)
    if content == {}:
        return []
    if not isinstance(content, list) or not all(isinstance(entry, dict) for entry in content):
        raise ModelError(f"The model's file {path} is not a list. Get the model again.")
    return content


def read_steps(folder: Path) -> list[Step]:
    """The steps from text to vector; for a plain transformers model those that
    sentence-transformers would take."""
    entries = read_modules(folder)
    if not entries:
        causal = any(each.endswith("ForCausalLM") for each in architectures(folder)[:1])
        pooling = "lasttoken" if causal else "mean"
        return [
            Step("Transformer", folder, {}),
            Step("Pooling", folder, {"pooling_mode": pooling}),
        ]
    steps = []
    for entry in entries:
        kind = str(entry.get("type", "")).rpartition(".")[2]
        place = folder / str(entry.get("path", ""))
        settings: dict[str, Any] = {}
        if kind == "Transformer":
            settings = next(
                filter(None, (read_object(place / n) for n in _TRANSFORMER_CONFIGS)), {}
            )
        elif kind != "StaticEmbedding" and place != folder:
            settings = read_object(place / "config.json")
        steps.append(Step(kind, place, settings))
    return steps


def architectures(folder: Path) -> list[str]:
    """What a transformers model is, as its config.json says; empty where that says nothing."""
    said = read_object(folder / "config.json").get("architectures")
    return [str(each) for each in said] if isinstance(said, list) else []


def unsafe_module(entry: dict[str, Any], usable: Collection[str]) -> str:
    """Why an entry of modules.json is refused, where these kinds can be used; empty if not."""
    kind, path = str(entry.get("type", "")), str(entry.get("path", ""))
    if not kind.startswith("sentence_transformers."):
        return f"it needs remote code (modules.json names {kind}), which Paperkin never runs"
    if kind.rpartition(".")[2] not in usable:
        return f"modules.json names {kind}; the modules that can be used are " + ", ".join(
            sorted(usable)
        )
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
        return f"modules.json points outside of the model's folder ({path})"
    return ""


def unsafe_step(step: Step) -> str:
    """Why a step is refused whatever the model is for: adapters, remote code, pickles; or empty."""
    if (step.folder / "adapter_config.json").is_file():
        return (
            "it is an adapter for another model (adapter_config.json): merge the two and save "
            "the whole model"
        )
    if step.kind == "Transformer":
        for name in ("config.json", "tokenizer_config.json", "processor_config.json"):
            if "auto_map" in read_object(step.folder / name):
                return f"it needs remote code ({name} has auto_map), which Paperkin never runs"
        config = read_object(step.folder / "config.json")
        if _names_kernel(config) or _names_kernel(step.settings):
            return "it needs remote code (a kernel of the hub), which Paperkin never runs"
    activation = str(step.settings.get("activation_function") or "torch.")
    if step.kind == "Dense" and not activation.startswith("torch."):
        return f"it needs remote code (the activation {activation}), which Paperkin never runs"
    if step.kind in WITH_WEIGHTS and not weight_files(step):
        pickles = sorted(path.name for pattern in _PICKLES for path in step.folder.glob(pattern))
        if pickles:
            return (
                f"its weights are only there as pickle ({pickles[0]} in {step.folder}), which can "
                "run code: get or save the model as safetensors"
            )
    return ""


def _names_kernel(value: object) -> bool:
    """Whether a setting lets transformers fetch compiled code from the hub and run it."""
    if not isinstance(value, dict):
        return False
    return any(
        ("attn_implementation" in key and "/" in json.dumps(inner))
        or (key == "use_kernels" and bool(inner))
        or _names_kernel(inner)
        for key, inner in value.items()
    )


def weight_files(step: Step) -> list[Path]:
    """The safetensors files of a step, in the order of their names; they may be missing."""
    whole = step.folder / "model.safetensors"
    if whole.is_file():
        return [whole]
    shards = read_object(step.folder / "model.safetensors.index.json").get("weight_map")
    names = {str(name) for name in shards.values()} if isinstance(shards, dict) else set()
    return [step.folder / name for name in sorted(names)]


def _broken_weights(path: Path) -> str:
    """What is wrong with a safetensors file at first sight; empty if nothing is."""
    if not path.is_file():
        return f"{path} is missing"
    try:
        header = safetensors_header(path)
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})"
    if header is None:
        return (
            f"{path} is not a safetensors file: it was cut short, or stands in for one that "
            "git-lfs has yet to fetch"
        )
    return ""


def safetensors_header(path: Path) -> dict[str, Any] | None:
    """The header of a safetensors file; None if it is none, or is shorter than its header says."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > size - 8:
            return None
        try:
            header = cast("dict[str, Any]", json.loads(file.read(length)))
            ends = [v["data_offsets"][1] for k, v in header.items() if k != "__metadata__"]
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
    return header if 8 + length + max(ends, default=0) <= size else None


def tokenizer_files(step: Step) -> list[Path]:
    """The files that hold the vocabulary: tokenizer.json has all of it where it is present."""
    whole = step.folder / _TOKENIZER
    if whole.is_file():
        return [whole]
    if step.kind == "StaticEmbedding":
        return []
    return sorted(path for pattern in _VOCABULARIES for path in step.folder.glob(pattern))
