"""Which words a model knows whole."""

import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """A tokenizer, and its tokens without the marks of a beginning or a continuation, in small
    letters. `whole`: every small letter of English is one of its tokens, so that of words of these
    it makes no other pieces."""

    tokenizer: Any
    pieces: frozenset[str]
    whole: bool

    def knows(self, word: str) -> bool:
        for text in dict.fromkeys((word, word.lower())):
            tokens = self.tokenizer.encode(text, add_special_tokens=False).tokens
            pieces = [_bare(token) for token in tokens]
            if "".join(pieces) != word.lower():
                # It has letters that the model does not know.
                continue
            if len(pieces) == 1:
                return True
            if len(pieces) == 2 and self._joined(*pieces):
                return True
        return False

    def candidates(self, words: Iterable[str]) -> set[str]:
        """Those of many words that may be known; much sooner than by asking for each."""
        asked = set(words)
        plain = {each for each in asked if self.whole and each.isascii() and each.isalpha()}
        plain = {each for each in plain if each.islower()}
        found = (asked - plain) | (plain & self.pieces)
        for cut in range(_SHORTEST_STEM, max(map(len, plain), default=0)):
            stems = {each[:cut] for each in plain if len(each) > cut} & self.pieces
            if stems:
                found.update(
                    each
                    for each in plain
                    if each[:cut] in stems and self._joined(each[:cut], each[cut:])
                )
        return found

    def _joined(self, stem: str, end: str) -> bool:
        if len(stem) < _SHORTEST_STEM or not end:
            return False
        # "swap", "ping": the last letter may be doubled; "shell", "fish": a compound.
        if end in _ENDINGS or (end[0] == stem[-1] and end[1:] in _ENDINGS):
            return True
        return len(end) >= _SHORTEST_STEM and self.tokenizer.token_to_id(end) is not None


@lru_cache(maxsize=2)
def _vocabulary(folder: Path) -> _Vocabulary | None:
    from tokenizers import Tokenizer

    for path in (folder / "tokenizer.json", *sorted(folder.glob("*/tokenizer.json"))):
        if path.is_file():
            tokenizer = Tokenizer.from_file(str(path))
            tokenizer.no_padding()
            tokenizer.no_truncation()
            tokens = tokenizer.get_vocab()
            whole = all(letter in tokens for letter in string.ascii_lowercase)
            return _Vocabulary(tokenizer, frozenset(map(_bare, tokens)), whole)
    return None


def _bare(token: str) -> str:
    return token.lstrip("▁Ġ#").lower()


class ModelWords:
    """Which words a model knows whole. `find` finds the model when the first word is asked for; one
    that raises ModelError (after which `missing` is true), or has no tokenizer.json, knows none."""

    def __init__(self, find: Callable[[], Model]) -> None:
        self._find = find
        self.missing = False

    @cached_property
    def _vocabulary(self) -> _Vocabulary | None:
        try:
            return _vocabulary(self._find().folder)
        except ModelError:
            self.missing = True
            return None

    @property
    def there(self) -> bool:
        """Whether there is a model that knows words."""
        return self._vocabulary is not None

    def __contains__(self, word: object) -> bool:
        """Whether a word is one token of the model, one and an English ending ("earn", "ers"), or
        made of two ("shell", "fish"): its parts were common in what the model learnt from."""
        if not isinstance(word, str) or self._vocabulary is None:
            return False
        return self._vocabulary.knows(word)

    def any_of(self, words: Iterable[str]) -> bool:
        """Whether one of many words is so."""
        vocabulary = self._vocabulary
        if vocabulary is None:
            return False
        return any(map(vocabulary.knows, vocabulary.candidates(words)))

    def pieces(self, word: str) -> int | None:
        """How many tokens the model makes of a word; None where that cannot be told."""
        if self._vocabulary is None:
            return None
        return len(self._vocabulary.tokenizer.encode(word, add_special_tokens=False).tokens)
