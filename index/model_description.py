"""What a model computes, told from its files: fingerprint, dimension, length and prompts."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .digests import known_digest
from .errors import ModelError
from .model_files import (
    WITH_WEIGHTS,
    Step,
    read_modules,
    read_object,
    read_steps,
    safetensors_header,
    sentence_config,
    tokenizer_files,
    weight_files,
)

__all__ = ["Description", "describe", "step_digest"]

_FORMAT = "paperkin-model-1"

_TOKENIZER_SETTINGS = (
    "added_tokens.json",
    "chat_template.jinja",
    "processor_config.json",
    "special_tokens_map.json",
    "tokenizer_config.json",
)
# What these say changes with who saved a model and when, not with what it computes.
_PROVENANCE = {
    "_name_or_path",
    "dtype",
    "is_local",
    "local_files_only",
    "name_or_path",
    "special_tokens_map_file",
    "tokenizer_file",
    "torch_dtype",
    "transformers_version",
}
_POOLING_MODES = {
    "pooling_mode_cls_token",
    "pooling_mode_max_tokens",
    "pooling_mode_mean_tokens",
    "pooling_mode_mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens",
    "pooling_mode_lasttoken",
}
_NO_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Description:
    """What decides a model's vectors; the fields mean what those of `Model` mean."""

    fingerprint: str
    dimension: int
    max_length: int
    query_prompt: str
    document_prompt: str


def describe(folder: Path) -> Description:
    """Say what the model in `folder` computes. It must be neither `refused` nor `missing` a part.

    The fingerprint is a SHA-256 over the weights, the tokenizer, the settings of every step, the
    prompts, the maximum length and the cut of the vectors; normalisation to unit length, which
    Paperkin always does, is in its format tag. Raises ModelError if the dimension or a setting
    cannot be read.
    """
    steps = read_steps(folder)
    query_prompt, document_prompt = _prompts(folder)
    max_length = _max_length(steps[0])
    cut = sentence_config(folder).get("truncate_dim") if read_modules(folder) else None
    dimension = _dimension(steps)
    digest = {
        "format": _FORMAT,
        "steps": [step_digest(step) for step in steps],
        "query_prompt": query_prompt,
        "document_prompt": document_prompt,
        "max_length": max_length,
        "truncate_dim": cut,
    }
    canonical = json.dumps(digest, sort_keys=True, separators=(",", ":"))
    return Description(
        fingerprint=hashlib.sha256(canonical.encode()).hexdigest()[:32],
        dimension=min(dimension, int(cut)) if cut else dimension,
        max_length=max_length,
        query_prompt=query_prompt,
        document_prompt=document_prompt,
    )


def _prompts(folder: Path) -> tuple[str, str]:
    """The query's and the document's prompt: those of their names, else the default one."""
    if not read_modules(folder):
        return "", ""
    config = sentence_config(folder)
    prompts = {key: text for key, text in (config.get("prompts") or {}).items() if text is not None}
    default = config.get("default_prompt_name")
    query = prompts.get("query", prompts.get(default, ""))
    # sentence-transformers writes an empty "document" beside the "passage" that an author gave.
    documents = [prompts[name] for name in ("document", "passage", "corpus") if name in prompts]
    if not documents and default != "query":
        documents = [prompts.get(default, "")]
    return str(query), str(next(filter(None, documents), ""))


def _max_length(step: Step) -> int:
    if step.kind != "Transformer":
        return 0
    settings = step.settings
    tokenizer = read_object(step.folder / "tokenizer_config.json")
    given = (
        settings.get("document_length")
        or (settings.get("processor_kwargs") or {}).get("model_max_length")
        or (settings.get("tokenizer_args") or {}).get("model_max_length")
        or settings.get("max_seq_length")
    )
    if given:
        return int(given)
    positions = _text_setting(step, ("max_position_embeddings", "n_positions"))
    limits = [tokenizer.get("model_max_length"), positions]
    known = [int(limit) for limit in limits if limit and 0 < limit < _NO_LIMIT]
    return min(known, default=0)


def _text_setting(step: Step, names: tuple[str, ...]) -> int | None:
    config = read_object(step.folder / "config.json")
    for place in (config, config.get("text_config") or {}):
        for name in names:
            if isinstance(place.get(name), int):
                return int(place[name])
    return None


def _dimension(steps: list[Step]) -> int:
    dimension: int | None = None
    for step in steps:
        if step.kind == "Transformer":
            dimension = _text_setting(step, ("hidden_size", "d_model", "dim", "n_embd"))
        elif step.kind == "StaticEmbedding":
            header = safetensors_header(weight_files(step)[0]) or {}
            table = header.get("embedding.weight") or header.get("embeddings") or {}
            dimension = table.get("shape", [None])[-1]
        elif step.kind == "Pooling":
            given = step.settings.get("embedding_dimension") or step.settings.get(
                "word_embedding_dimension", dimension
            )
            dimension = int(given) * _pooling_modes(step.settings) if given else None
        elif step.kind == "Dense":
            dimension = step.settings.get("out_features", dimension)
    if not dimension:
        raise ModelError(
            f"The dimension of the vectors of the model in {steps[0].folder} cannot be told from "
            "its files. Save the model with sentence-transformers, and name that folder."
        )
    return int(dimension)


def _pooling_modes(settings: dict[str, Any]) -> int:
    """How many pooled vectors are joined into one."""
    mode = settings.get("pooling_mode")
    if mode is not None:
        return 1 if isinstance(mode, str) else len(mode)
    return max(1, sum(bool(settings.get(name)) for name in _POOLING_MODES))


def step_digest(step: Step) -> dict[str, Any]:
    """What decides what a step computes, in plain values: the same whoever saved it, and when."""
    digest: dict[str, Any] = {"kind": step.kind, "settings": step.settings}
    if step.kind in WITH_WEIGHTS:
        digest["weights"] = [known_digest(path) for path in weight_files(step)]
    if step.kind in ("StaticEmbedding", "Transformer"):
        digest["tokenizer"] = {path.name: known_digest(path) for path in tokenizer_files(step)}
    if step.kind == "Transformer":
        digest["config"] = _without_provenance(read_object(step.folder / "config.json"))
        for name in _TOKENIZER_SETTINGS:
            path = step.folder / name
            if path.is_file():
                is_json = path.suffix == ".json"
                digest[name] = (
                    _without_provenance(read_object(path)) if is_json else known_digest(path)
                )
    return digest


def _without_provenance(config: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key not in _PROVENANCE}
