"""Which words a model knows whole."""

from collections.abc import Callable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from .errors import ModelError
from .models import Model

__all__ = ["ModelWords"]

_SHORTEST_STEM = 4
_ENDINGS = frozenset(
    (
        "s es d ed ing ings er ers or ors est ly ness less ful ment ments able al ally ive ity ism "
        "ist ists ish ize ized izes izing izer ization ise ised ises ising iser isation ic ics y"
    ).split()
)


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


class ModelWords:
    """Which words a model knows whole. `find` finds the model when the first word is asked for; one
    that raises ModelError (after which `missing` is true), or has no tokenizer.json, knows none."""

    def __init__(self, find: Callable[[], Model]) -> None:
        self._find = find
        self.missing = False

    @cached_property
    def _tokenizer(self) -> Any:
        try:
            return _tokenizer(self._find().folder)
        except ModelError:
            self.missing = True
            return None

    def __contains__(self, word: object) -> bool:
        """Whether a word is one token of the model, one and an English ending ("earn", "ers"), or
        made of two ("shell", "fish"): its parts were common in what the model learnt from."""
        if not isinstance(word, str) or self._tokenizer is None:
            return False
        return _knows(self._tokenizer, word)

    def pieces(self, word: str) -> int | None:
        """How many tokens the model makes of a word; None where that cannot be told."""
        if self._tokenizer is None:
            return None
        return len(self._tokenizer.encode(word, add_special_tokens=False).tokens)


def _knows(tokenizer: Any, word: str) -> bool:
    for text in (word, word.lower()):
        tokens = tokenizer.encode(text, add_special_tokens=False).tokens
        pieces = [token.lstrip("▁Ġ#").lower() for token in tokens]
        if "".join(pieces) != word.lower():
            # It has letters that the model does not know.
            continue
        if len(pieces) == 1:
            return True
        if len(pieces) == 2 and len(pieces[0]) >= _SHORTEST_STEM:
            stem, end = pieces
            # "swap", "ping": the last letter may be doubled; "shell", "fish": a compound.
            if end in _ENDINGS or (end[0] == stem[-1] and end[1:] in _ENDINGS):
                return True
            if len(end) >= _SHORTEST_STEM and tokenizer.token_to_id(end) is not None:
                return True
    return False
