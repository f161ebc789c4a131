"""Papers that a pasted text speaks of in passing: its title names them, or one sentence is theirs.

A text as long as an abstract is about several things at once, each of which other papers are wholly
about: what it builds on, what it compares with. Its vector and its words as a whole are near to
none of these. Four signs of them, with weights chosen on judged collections:

- `sentences`: the cosine of the sentence that is nearest to the paper,
- `title_words`: how much of the paper's title stands in the text, each word weighed by how rare it
  is; squared, since a title that is half there is not half meant,
- `title_phrase`: the longest run of words that both share, as a part of the title,
- `title_name`: whether the name that the title begins with ("BERT: …") stands in the text.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..index.analysis import query_terms, spaced, terms
from ..index.keyword_files import texts
from ..index.paper import Paper
from ..index.snapshot import Snapshot
from .page import first_places
from .query import LONGEST
from .ranking import Ranking
from .semantic import vectors_of
from .sentences import sentences
from .view import View
from .writers import SHARED, shared_writers

__all__ = [
    "BY_PAPERS",
    "BY_TEXT",
    "Passage",
    "is_long",
    "mentioned",
    "passage",
    "shared_phrases",
]

BY_TEXT = {"sentences": 0.2, "title_words": 0.1, "title_phrase": 0.1, "title_name": 0.3}
"""The weights of the signs for a pasted text, when they and the score before are brought to the
same spread."""
BY_PAPERS = {"title_words": 0.2, "title_phrase": 0.2, "title_name": 0.3}
"""The same for papers that are asked for their like: what they build on is that, while a long
question asks for less than it mentions. Their sentences would have to be encoded first."""
PAPERS = 200
"""The first papers, which alone are looked at."""
_LEAST_PAPERS = 10
_MOST_SENTENCES = 64
_MOST_WORDS = 1_000
_MOST_TEXTS = 50
_SHORTEST_SENTENCE = 3
"""Words; what has fewer is a number or a label."""
_NAME = re.compile(r"\s*([^:：]{2,30}?)\s*(?::\s|：)")
_LONGEST_NAME = 3
"""Words; what has more is a title with a subtitle."""
_PIECE = re.compile(r"[!-~]+|[^\W!-~]{1,2}")
"""What counts as a word where no spaces tell: two letters of such a script, or what is Latin."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text as long as an abstract, what signs of it weigh, and the vectors of its sentences,
    float32 (n, dim), unit rows, which are made when they are asked for: where "sentences" is among
    the signs."""

    text: str
    weights: Mapping[str, float]
    vectors: Callable[[], NDArray[np.float32]] | None = None
    writers: frozenset[str] = frozenset()
    """The authors of papers that ask: what else these wrote is near (search/writers.py)."""


def is_long(text: str, language: str) -> bool:
    """Whether a text was rather pasted than typed."""
    return len(_words(text, language)) > LONGEST


def passage(
    text: str, language: str, encode: Callable[[Sequence[str]], NDArray[np.float32]]
) -> Passage | None:
    """The text as one that may mention papers of a library in a language; None for a short one.
    `encode` makes unit vectors of texts."""
    if not is_long(text, language):
        return None
    return Passage(text, BY_TEXT, cache(lambda: encode(_sentences(text, language))))


def mentioned(view: View, snapshot: Snapshot, said: Passage, ranking: Ranking) -> Ranking:
    """A ranking (in any order) with the signs of a text as further parts of the scores of its first
    PAPERS papers. The others stay behind these. The best score is 1 at most.

    A part is its weight times the sign, in units of the spread of both among these papers: 0 where
    a sign does not tell them apart. Raises what `said.vectors` raises.
    """
    rows = first_places(snapshot, ranking.numbers, ranking.scores, PAPERS)
    if len(rows) < _LEAST_PAPERS:
        return ranking
    numbers = ranking.numbers[rows]
    papers = snapshot.papers(numbers.tolist())
    titles = [_title(papers[number]) for number in numbers.tolist()]
    signs = _titles(view, said.text, titles)
    if said.vectors is not None:
        signs["sentences"] = _nearest(view, said.vectors(), numbers)
    lifted = ranking.lifted(rows, signs, said.weights)
    if said.writers:
        shared = np.array([shared_writers(said.writers, papers[n]) for n in numbers.tolist()])
        more = np.zeros(len(ranking))
        more[rows] = SHARED * float(ranking.scores[rows].std()) * shared
        lifted = lifted.changed("authors", lifted.scores + more)
    return lifted.within_one()


def shared_phrases(
    view: View, said: Sequence[Paper], papers: Sequence[Paper]
) -> NDArray[np.float64]:
    """The sign `title_phrase` of some papers, float64 (n,), by what others say in their titles and
    abstracts: of the first _MOST_TEXTS of these."""
    language = view.language
    places: dict[str, list[int]] = {}
    start = 0
    for each in said[:_MOST_TEXTS]:
        words = terms(texts(each)["text"], language)[:_MOST_WORDS]
        for place, word in enumerate(words, start):
            places.setdefault(word, []).append(place)
        # No run goes from one text into the next.
        start += len(words) + 1
    titles = [terms(_title(paper), language) for paper in papers]
    return np.array([_shared_run(title, places) for title in titles], np.float64)


def _title(paper: Paper) -> str:
    return paper.title if paper.title_given else ""


def _words(text: str, language: str) -> list[str]:
    return text.split() if spaced(language) else _PIECE.findall(text)


def _sentences(text: str, language: str) -> list[str]:
    found = [text[slice(*span)] for span in sentences(text)]
    telling = [each for each in found if len(_words(each, language)) >= _SHORTEST_SENTENCE]
    return (telling or [text])[:_MOST_SENTENCES]


def _nearest(
    view: View, asked: NDArray[np.float32], numbers: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The cosine of each paper to the sentence nearest to it, of those whose unit vectors are
    given, float32 (m, dim): float64 (n,)."""
    vectors = vectors_of(view, numbers)
    # Not by BLAS, whose sums depend on how many rows it is given.
    cosines = np.einsum("id,jd->ij", vectors.astype(np.float64), asked.astype(np.float64))
    nearest: NDArray[np.float64] = np.round(cosines, 6).max(axis=1)
    return nearest


def _titles(view: View, text: str, titles: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """The signs that titles give: float64 (n,) each, 0 for a paper without one."""
    language = view.language
    asked = query_terms(text, language)
    words = [query_terms(title, language) for title in titles]
    idf = view.keyword.idf(
        sorted({word for each in words for word in each}),
        live=len(view.live),
        stale=view.stale,
        pending=view.pending,
    )
    places: dict[str, list[int]] = {}
    for place, word in enumerate(terms(text, language)[:_MOST_WORDS]):
        places.setdefault(word, []).append(place)

    def weight(some: Iterable[str]) -> float:
        return sum((idf.get(word, 0.0) for word in some), 0.0)

    covered = np.array(
        [weight(word for word in each if word in asked) / (weight(each) or 1.0) for each in words]
    )
    return {
        "title_words": covered**2,
        "title_phrase": np.array([_shared_run(terms(title, language), places) for title in titles]),
        "title_name": np.array([_is_named(title, text, language) for title in titles], float),
    }


def _shared_run(title: Sequence[str], places: Mapping[str, Sequence[int]]) -> float:
    """The longest run of at least two words of a title that stands in a text, as a part of the
    title; `places` are those of the text's words."""
    longest = 0
    ends: dict[int, int] = {}
    for word in title[:_MOST_WORDS]:
        ends = {place: ends.get(place - 1, 0) + 1 for place in places.get(word, ())}
        longest = max(longest, *ends.values()) if ends else longest
    return longest / len(title) if longest > 1 else 0.0


def _is_named(title: str, text: str, language: str) -> bool:
    name = _NAME.match(title)
    if name is None or len(name[1].split()) > _LONGEST_NAME or name[1] not in text:
        return False
    flags = re.NOFLAG
    if not spaced(language):
        # There, only a name in Latin letters is parted from what is around it: by the script.
        if not name[1].isascii():
            return False
        flags = re.ASCII
    return re.search(rf"(?<!\w){re.escape(name[1])}(?!\w)", text, flags) is not None
