"""Papers that the keyword index does not hold yet, with the words that it would hold of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .analysis import gapped, spaced, terms
from .keyword_files import PADDING, texts
from .paper import Paper

__all__ = ["PendingPaper", "pending_paper"]


@dataclass(frozen=True, slots=True)
class PendingPaper:
    """The words of a paper that the index does not hold yet."""

    number: int
    counts: Mapping[str, Counter[str]]
    lengths: Mapping[str, int]
    paper: Paper
    language: str

    def holds(self, words: Sequence[str], field: str = "") -> bool:
        """Whether words (terms) stand side by side in a field, "title" or "abstract", or in either
        of them. In a language without spaces, whether the field has all of them."""
        if not all(self.counts["text"][word] for word in words):
            return False
        said = {"title": texts(self.paper)["title"], "abstract": self.paper.abstract}
        return any(
            _holds(gapped(text, self.language), words, spaced(self.language))
            for name, text in said.items()
            if field in ("", name)
        )


def pending_paper(number: int, paper: Paper, language: str) -> PendingPaper:
    """Analyse a paper for BM25 outside the index."""
    words = {field: terms(text, language) for field, text in texts(paper).items()}
    return PendingPaper(
        number,
        {name: Counter(found) for name, found in words.items()},
        {name: len(found) + PADDING[name] for name, found in words.items()},
        paper,
        language,
    )


def _holds(found: Sequence[str], words: Sequence[str], adjacent: bool) -> bool:
    if not adjacent:
        return set(words) <= set(found)
    wanted, last = list(words), len(found) - len(words)
    return any(
        found[place] == wanted[0] and list(found[place : place + len(wanted)]) == wanted
        for place in range(last + 1)
    )
