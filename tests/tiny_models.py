"""Writes models that are small enough to make in a test, as sentence-transformers saves them."""

import json
import string
from pathlib import Path
from typing import Any

# fmt: off
WORDS = [
    "a", "an", "and", "attention", "bees", "bridge", "cells", "distance", "energy", "for",
    "galaxies", "graph", "honey", "in", "long", "music", "network", "of", "on", "passage",
    "proteins", "query", "river", "sparse", "steel", "the", "training", "whales", "with",
]
# fmt: on
_VOCABULARY = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    *WORDS,
    *string.ascii_lowercase,
    *(f"##{letter}" for letter in string.ascii_lowercase),
    *string.digits,
    *".,:;!?-",
]


def write_transformer(
    folder: Path, *, hidden: int = 32, positions: int = 128, seed: int = 0
) -> None:
    """A plain transformers folder: a two-layer BERT with random weights, and its tokenizer."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(_VOCABULARY) + "\n", encoding="utf-8")
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(_VOCABULARY),
        hidden_size=hidden,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=2 * hidden,
        max_position_embeddings=positions,
        # Weights this large keep the vectors of different texts apart without any training.
        initializer_range=0.5,
    )
    BertModel(config).save_pretrained(folder)
    BertTokenizerFast(str(vocabulary)).save_pretrained(folder)


def write_model(
    folder: Path,
    *,
    hidden: int = 32,
    max_length: int = 64,
    prompts: dict[str, str] | None = None,
    pooling: str | tuple[str, ...] = "mean",
    dense: int | None = None,
    truncate_dim: int | None = None,
) -> Path:
    """A sentence-transformers folder over `write_transformer`; returns the folder."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import (
        Dense,
        Normalize,
        Pooling,
        Transformer,
    )

    plain = folder.with_name(f"{folder.name}-plain")
    write_transformer(plain, hidden=hidden)
    transformer = Transformer(str(plain), max_seq_length=max_length)
    modules: list[Any] = [transformer, Pooling(hidden, pooling)]
    if dense is not None:
        modules.append(Dense(modules[1].get_embedding_dimension(), dense))
    model = SentenceTransformer(
        modules=[*modules, Normalize()],
        prompts=prompts,
        truncate_dim=truncate_dim,
        device="cpu",
    )
    model.save(str(folder), create_model_card=False)
    return folder


def write_static_model(folder: Path, *, hidden: int = 16) -> Path:
    """A sentence-transformers folder of means of word vectors; returns the folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, "a"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    torch.manual_seed(0)
    model = SentenceTransformer(
        modules=[StaticEmbedding(tokenizer, embedding_dim=hidden)], device="cpu"
    )
    model.save(str(folder), create_model_card=False)
    return folder


def edit_json(path: Path, **changes: Any) -> None:
    """Set these keys of the JSON object in `path`; the file is made if there is none."""
    content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps(content | changes), encoding="utf-8")


def write_cross_encoder(folder: Path, *, liked: str = "", labels: int = 1) -> Path:
    """A CrossEncoder folder; with `liked`, trained to prefer texts that hold this word."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    plain = folder.with_name(f"{folder.name}-plain")
    write_transformer(plain)
    torch.manual_seed(0)
    config = BertConfig.from_pretrained(plain, num_labels=labels, initializer_range=0.1)
    BertForSequenceClassification(config).save_pretrained(plain)
    BertTokenizerFast.from_pretrained(plain).save_pretrained(plain)
    model = CrossEncoder(str(plain), device="cpu")
    if liked:
        _train(model, liked)
    model.save_pretrained(str(folder), create_model_card=False)
    return folder


def _train(model: Any, liked: str) -> None:
    import random

    import torch

    draw = random.Random(0)
    optimiser = torch.optim.Adam(model.parameters(), lr=5e-3)
    model.train()
    for _ in range(60):
        texts = [draw.sample(WORDS, draw.randint(3, 12)) for _ in range(32)]
        for text in texts[:16]:
            text[draw.randrange(len(text))] = liked
        wanted = torch.tensor([[float(liked in text)] for text in texts])
        pairs = [(" ".join(draw.sample(WORDS, 3)), " ".join(text)) for text in texts]
        given = model(model.preprocess(pairs))["scores"]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(given, wanted)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    model.eval()
