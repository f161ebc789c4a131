"""Which words a model knows whole."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from .models import Model

__all__ = ["knows_word"]


@lru_cache(maxsize=2)
def _tokenizer(folder: Path) -> Any:
    from tokenizers import Tokenizer

    for path in (folder / "tokenizer.json", *sorted(folder.glob("*/tokenizer.json"))):
        if path.is_file():
            tokenizer = Tokenizer.from_file(str(path))
            tokenizer.no_padding()
            tokenizer.no_truncation()
            return tokenizer
    return None


def knows_word(model: Model, word: str) -> bool:
    """Whether a word is one token of the model: it was common in what the model learnt from.

    False as well for a model without a tokenizer.json.
    """
    tokenizer = _tokenizer(model.folder)
    if tokenizer is None:
        return False
    for text in (word, word.lower()):
        tokens = tokenizer.encode(text, add_special_tokens=False).tokens
        if len(tokens) == 1 and tokens[0].lstrip("▁Ġ").lower() == word.lower():
            return True
    return False
