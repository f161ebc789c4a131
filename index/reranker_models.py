"""From the name of a cross-encoder to its folder, checked: what `models` is for encoders.

A cross-encoder reads a query and a text together and gives one number: how well the text answers
(R. Nogueira, K. Cho, "Passage Re-ranking with BERT", 2019). It is a plain transformers classifier
with one label, or what sentence-transformers saves as a CrossEncoder.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from .model_description import step_digest
from .model_files import (
    CLASSIFIER,
    WITH_WEIGHTS,
    architectures,
    read_modules,
    read_object,
    read_steps,
    sentence_config,
    unsafe_module,
    unsafe_step,
)
from .models import Kind, find_model

__all__ = ["RerankerModel", "resolve_reranker"]

_FORMAT = "paperkin-reranker-1"
_USABLE = WITH_WEIGHTS | {"Dropout", "LogitScore", "Normalize", "Pooling"}
_ACTIVATIONS = "torch.nn."
_OLD_ACTIVATION = "sbert_ce_default_activation_function"


@dataclass(frozen=True, slots=True)
class RerankerModel:
    """A cross-encoder that is on this machine, complete, and can be used without its code."""

    name: str
    """A name on the hub, or the absolute path of a folder."""
    folder: Path
    fingerprint: str
    """32 hexadecimal digits over everything that decides its scores, but for name and path."""

    @property
    def label(self) -> str:
        """What answers call it: its name on the hub, or that of its folder, without the path."""
        return self.folder.name if self.name == str(self.folder) else self.name


def resolve_reranker(name: str) -> RerankerModel:
    """Find the cross-encoder called `name` (without an owner, one of cross-encoder's on the hub),
    check that it can be used, and say what it is. It is looked for as encoders are.

    Raises ModelError: it is nowhere to be found, it needs remote code or adapters, its weights are
    missing or only there as pickle, it is an encoder of single texts, or has several labels.
    """
    place = find_model(name, _CROSS_ENCODER)
    return RerankerModel(place.name, place.folder, _fingerprint(place.folder))


def _refused(folder: Path) -> str:
    kind = sentence_config(folder).get("model_type", "CrossEncoder")
    if kind != "CrossEncoder":
        return _no_head(kind)
    for entry in read_modules(folder):
        if reason := unsafe_module(entry, _USABLE):
            return reason
    for activation in _activations(folder):
        if not activation.startswith(_ACTIVATIONS):
            return f"it needs remote code (the activation {activation}), which Paperkin never runs"
    for step in read_steps(folder):
        if reason := unsafe_step(step):
            return reason
    return _no_single_score(folder)


def _no_head(what: str) -> str:
    return (
        f"it is no cross-encoder, but a {what}: it has no classification head that gives a query "
        "and a text one score together. Name a model like cross-encoder/ms-marco-MiniLM-L6-v2"
    )


def _no_single_score(folder: Path) -> str:
    """Why a model does not give one number for a pair; empty if it does, or holds nothing yet."""
    steps = read_steps(folder)
    if any(step.kind == "LogitScore" for step in steps):
        return ""
    labels: object
    heads = [step for step in steps if step.settings.get("module_output_name") == "scores"]
    dense = [step for step in heads if step.kind == "Dense"]
    config = read_object(steps[0].folder / "config.json")
    if dense:
        labels = dense[-1].settings.get("out_features")
    elif not config:
        return ""
    else:
        (architecture,) = architectures(steps[0].folder)[:1] or ["model without a head"]
        if not architecture.endswith(CLASSIFIER):
            return _no_head(architecture)
        named = config.get("id2label")
        # transformers takes two where nothing is said.
        labels = len(named) if named and isinstance(named, dict) else config.get("num_labels", 2)
    if labels != 1:
        return (
            f"it is a classifier with {labels} labels, of which none is known to mean that a text "
            "answers. Name a cross-encoder with one"
        )
    return ""


def _activations(folder: Path) -> list[str]:
    config = read_object(folder / "config.json")
    nested = config.get("sentence_transformers")
    said = (
        sentence_config(folder).get("activation_fn"),
        nested.get("activation_fn") if isinstance(nested, dict) else None,
        config.get(_OLD_ACTIVATION),
    )
    return [str(each) for each in said if each]


def _fingerprint(folder: Path) -> str:
    settings = {k: v for k, v in sentence_config(folder).items() if k != "__version__"}
    digest = {
        "format": _FORMAT,
        "settings": settings,
        "steps": [step_digest(step) for step in read_steps(folder)],
    }
    canonical = json.dumps(digest, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


_CROSS_ENCODER = Kind("cross-encoder", _refused, needs_modules=False)
