"""Why a paper is in an answer: what its score is made of, which words of the query it holds, and
which sentence of its abstract is closest to the query."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["FoundWord", "Sentence", "Why"]


@dataclass(frozen=True, slots=True)
class FoundWord:
    """A word of the query in one field of a paper.

    `word` as it stands in the query, `text` as it first stands in the field ("networks" is found
    as "Network"), `spans` all its places there: field[start:end]. A `synonym` is not in the query
    itself: it is an acronym of its words, or what an acronym in it stands for.
    """

    word: str
    text: str
    field: Literal["title", "abstract"]
    spans: tuple[tuple[int, int], ...]
    synonym: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an abstract: abstract[start:end] == text.

    `score` is the cosine between the query and the sentence by itself; None where the sentence was
    chosen by its words, without the model.
    """

    text: str
    start: int
    end: int
    score: float | None


@dataclass(frozen=True, slots=True)
class Why:
    """Why a paper is in an answer.

    `parts` add up to the hit's score; one that contributes nothing is left out. `words` are those
    of the query that its title or abstract holds, in the order of the query, then synonyms;
    `missing` the others. `sentence` is None for a paper without an abstract, and where none of its
    sentences holds a word and the model was not asked.
    """

    parts: Mapping[str, float]
    words: tuple[FoundWord, ...] = ()
    missing: tuple[str, ...] = ()
    sentence: Sentence | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `--json` prints them."""
        sentence = self.sentence
        return {
            "parts": dict(self.parts),
            "words": [
                {
                    "word": each.word,
                    "text": each.text,
                    "field": each.field,
                    "spans": [list(span) for span in each.spans],
                    "synonym": each.synonym,
                }
                for each in self.words
            ],
            "missing": list(self.missing),
            "sentence": None
            if sentence is None
            else {
                "text": sentence.text,
                "start": sentence.start,
                "end": sentence.end,
                "score": sentence.score,
            },
        }
