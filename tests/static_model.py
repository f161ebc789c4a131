"""A model of real meaning that is quick enough for a hundred thousand papers."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from paperkin.index.models import resolve_model

_SMOOTHING = 1e-3


def write_word_means(folder: Path, texts: Iterable[str]) -> Path:
    """A sentence-transformers folder that gives a text the mean of its words' vectors, which are
    those the default model begins with; returns the folder.

    Frequent words weigh less, and the mean of all words is taken off, with the frequencies in
    `texts` (S. Arora, Y. Liang, T. Ma, "A Simple but Tough-to-Beat Baseline for Sentence
    Embeddings", 2017).
    """
    from safetensors.numpy import load_file
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    original = resolve_model().folder
    tokenizer = Tokenizer.from_file(str(original / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    weights = load_file(original / "model.safetensors")
    (name,) = [each for each in weights if each.endswith("word_embeddings.weight")]
    vectors = weights[name].astype(np.float64)
    counts = np.zeros(len(vectors))
    for found in tokenizer.encode_batch(list(texts), add_special_tokens=False):
        np.add.at(counts, found.ids, 1)
    shares = counts / counts.sum()
    vectors = (vectors - shares @ vectors) * (_SMOOTHING / (_SMOOTHING + shares))[:, None]
    means = StaticEmbedding(tokenizer, embedding_weights=vectors.astype(np.float32))
    SentenceTransformer(modules=[means], device="cpu").save(str(folder), create_model_card=False)
    return folder
