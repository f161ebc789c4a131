#!/usr/bin/env python3
"""A worker for scripts/bench/encoding: one way to make vectors of texts with the default model.

    encoders.py KIND MODEL

KIND is paperkin, "paperkin float32" (without the units for bfloat16), sentence-transformers,
openvino (sentence-transformers' own backend) or fastembed, whose ONNX file is made of the same
weights first. MODEL is the folder of the model.
"""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from systems import serve

Encode = Callable[[Sequence[str]], Any]


def encoders(kind: str, folder: str) -> tuple[Encode, Encode]:
    """What encodes papers, and what encodes queries."""
    if kind.startswith("paperkin"):
        from paperkin.index.encoder import Encoder
        from paperkin.index.models import resolve_model

        precision: Any = "float32" if "float32" in kind else "auto"
        encoder = Encoder(resolve_model(folder), device="cpu", precision=precision)
        return encoder.encode_documents, encoder.encode_queries
    if kind == "fastembed":
        from fastembed import TextEmbedding

        with tempfile.TemporaryDirectory() as made:
            write_onnx(Path(folder), Path(made))
            model = TextEmbedding(
                "sentence-transformers/all-MiniLM-L6-v2", specific_model_path=made
            )
        return lambda texts: list(model.embed(texts)), lambda texts: list(model.query_embed(texts))
    from sentence_transformers import SentenceTransformer

    backend: Any = "openvino" if kind == "openvino" else "torch"
    loaded = SentenceTransformer(folder, device="cpu", backend=backend)

    def encode(texts: Sequence[str]) -> Any:
        return loaded.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)

    return encode, encode


def write_onnx(folder: Path, out: Path) -> None:
    """What fastembed reads of a model."""
    import torch
    from transformers import AutoModel

    model = AutoModel.from_pretrained(folder, local_files_only=True).eval()

    class Read(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: Any, mask: Any, types: Any) -> Any:
            # Made here: transformers makes it in a way that cannot be traced.
            away = torch.finfo(torch.float32).min
            wide = (1.0 - mask[:, None, None, :].float()) * away
            return self.model(input_ids=ids, attention_mask=wide, token_type_ids=types)[0]

    names = ["input_ids", "attention_mask", "token_type_ids"]
    ids = torch.ones((2, 5), dtype=torch.long)
    mask = ids.clone()
    mask[1, 3:] = 0
    torch.onnx.export(
        Read(),
        (ids, mask, torch.zeros_like(ids)),
        str(out / "model.onnx"),
        input_names=names,
        output_names=["last_hidden_state"],
        dynamic_axes={name: {0: "texts", 1: "tokens"} for name in [*names, "last_hidden_state"]},
        dynamo=False,
    )
    for file in folder.glob("*.json"):
        shutil.copy(file, out)


def main() -> None:
    kind, folder = sys.argv[1:]
    papers: Encode
    queries: Encode
    papers = queries = lambda texts: None

    def load() -> float:
        nonlocal papers, queries
        begun = time.perf_counter()
        papers, queries = encoders(kind, folder)
        queries(["a first query"])
        papers(["A first paper. It is here so that whatever loads late is loaded."])
        return time.perf_counter() - begun

    def read(path: str) -> list[str]:
        texts: list[str] = json.loads(Path(path).read_text(encoding="utf-8"))
        return texts

    def encode(path: str, out: str) -> float:
        texts = read(path)
        begun = time.perf_counter()
        vectors = papers(texts)
        seconds = time.perf_counter() - begun
        np.save(out, np.asarray(vectors, np.float32))
        return seconds

    def ask(path: str) -> list[float]:
        seconds = []
        for text in read(path):
            begun = time.perf_counter()
            queries([text])
            seconds.append(time.perf_counter() - begun)
        return seconds

    serve({"load": load, "encode": encode, "ask": ask})


if __name__ == "__main__":
    main()
