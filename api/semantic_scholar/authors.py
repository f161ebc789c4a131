"""The authors of a library's papers, by their names.

A library knows people by name only: who is spelt alike, but for case and accents, is one author
here. An author's id is the name in lower case without accents, with "_" between its words.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ...index.filters import Filters, select
from ...index.names import name_words
from ...index.paper import Paper
from ...index.snapshot import LIVE, Snapshot, chunks, marks
from .papers import ABSENT, citation_count

__all__ = ["Authors", "author_id"]


def author_id(name: str) -> str | None:
    """The id of who has a name; None for a name without letters."""
    return "_".join(name_words(name)) or None


def _value(id: str) -> str:
    """The name as the library's filters keep it."""
    return " ".join(name_words(id.replace("_", " ")))


class Authors:
    """Looks authors up at one moment of a library, each of them once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._papers: dict[str, list[Paper]] = {}

    def papers(self, id: str, dates: str = "") -> list[Paper]:
        """The papers of an author, the newest first; none for an id that nobody has. With `dates`
        only those published then. Raises QueryError for dates that make no sense."""
        value = _value(id)
        found = self._papers.get(value)
        if found is None:
            query = (
                "SELECT paper FROM paper_terms JOIN terms USING (term) JOIN papers USING (paper) "
                f"WHERE kind = 'author' AND value = ? AND state = {LIVE}"
            )
            numbers = self._snapshot.numbers(query, value)
            found = list(self._snapshot.papers(numbers.tolist()).values())
            found.sort(key=lambda paper: paper.id)
            found.sort(key=lambda paper: paper.published, reverse=True)
            self._papers[value] = found
        if not dates or not found:
            return found
        passing = select(self._snapshot, Filters(published=(dates,))).tolist()
        inside = set(self._snapshot.ids_of(passing).values())
        return [paper for paper in found if paper.id in inside]

    def named(self, query: str) -> list[str]:
        """Ids of the authors whose names have all words of a query, those of most papers first."""
        words = name_words(query)
        if not words:
            return []
        each = " INTERSECT ".join(
            ["SELECT term FROM term_words WHERE word = ?"] * min(len(words), 100)
        )
        terms = dict(
            self._snapshot.rows(
                f"SELECT term, value FROM terms WHERE kind = 'author' AND term IN ({each})",
                *words[:100],
            )
        )
        counts: Counter[int] = Counter()
        for part in chunks(terms):
            counts.update(
                dict(
                    self._snapshot.rows(
                        f"SELECT term, count(*) FROM paper_terms WHERE term IN ({marks(part)}) "
                        "GROUP BY term",
                        *part,
                    )
                )
            )
        ordered = sorted(counts, key=lambda term: (-counts[term], terms[term]))
        return [terms[term].replace(" ", "_") for term in ordered]

    def document(self, id: str) -> dict[str, Any] | None:
        """What is known of an author besides the papers; None for an id that nobody has."""
        papers = self.papers(id)
        if not papers:
            return None
        value = _value(id)
        spellings = Counter(
            name
            for paper in papers
            for name in paper.authors
            if " ".join(name_words(name)) == value
        )
        name = min(spellings, key=lambda each: (-spellings[each], each))
        return self._known(name, papers)

    def of_paper(self, paper: Paper, fields: Sequence[str]) -> list[dict[str, Any]]:
        """The authors of a paper, as it spells them."""
        counted = not {"paperCount", "citationCount", "hIndex"}.isdisjoint(fields)
        return [
            self._known(name, self.papers(author_id(name) or "") if counted else [])
            for name in paper.authors
        ]

    def _known(self, name: str, papers: Sequence[Paper]) -> dict[str, Any]:
        cited = sorted((citation_count(paper) for paper in papers), reverse=True)
        return {
            "authorId": author_id(name),
            "name": name,
            **ABSENT,
            "paperCount": len(papers),
            "citationCount": sum(cited),
            "hIndex": sum(count >= rank for rank, count in enumerate(cited, start=1)),
        }
