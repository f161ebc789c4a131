"""What the description of the native HTTP API shows as examples. The papers are made up."""

from typing import Any

__all__ = ["ANSWER", "COMPLETIONS", "HIT", "PAPER", "RECOMMENDED", "RELATED", "STATS"]

PAPER: dict[str, Any] = {
    "paperId": "arXiv:2101.00001",
    "title": "Bread dough judged by hand",
    "abstract": "Bakers press the dough and feel when it has risen enough.",
    "authors": [{"name": "Ada Miller"}, {"name": "Bo Lind"}],
    "year": 2021,
    "publicationDate": "2021-01-04",
    "published": "2021-01-04",
    "venue": "Kitchen Science",
    "externalIds": {"ArXiv": "2101.00001"},
    "url": "https://arxiv.org/abs/2101.00001",
    "categories": ["food.craft"],
    "language": "en",
    "sources": ["refs.bib"],
}
HIT: dict[str, Any] = {
    **PAPER,
    "rank": 1,
    "score": 0.912345,
    "confidence": 0.87,
    "nearIdentical": [],
}
_PAGE: dict[str, Any] = {"total": 1, "offset": 0, "next": None, "sort": "relevance"}
_END: dict[str, Any] = {"remark": None, "reranked": None, "fingerprint": "0123456789abcdef"}
ANSWER: dict[str, Any] = {
    **_PAGE,
    "verdict": "good",
    "confidence": 0.93,
    "corrected": None,
    "suggestion": None,
    **_END,
    "data": [HIT],
}
RELATED: dict[str, Any] = {
    **_PAGE,
    "unknown": [],
    **_END,
    "data": [{**HIT, "confidence": None}],
}
RECOMMENDED: dict[str, Any] = {
    **_PAGE,
    "unknown": [],
    "interests": [["DOI:10.1000/yeast.2"]],
    **_END,
    "data": [{**HIT, "confidence": None, "becauseOf": ["DOI:10.1000/yeast.2"]}],
}
COMPLETIONS: dict[str, Any] = {
    "data": [{name: PAPER[name] for name in ("paperId", "title", "authors", "year")}]
}
STATS: dict[str, Any] = {
    "papers": 2,
    "removed": 0,
    "withAbstract": 2,
    "undated": 0,
    "years": [{"year": 2019, "papers": 1}, {"year": 2021, "papers": 1}],
    "venues": [{"name": "Kitchen Science", "papers": 1}],
    "categories": [{"name": "food.craft", "papers": 1}],
    "sources": [{"name": "refs.bib", "papers": 2}],
    "clusters": None,
    "map": False,
    "language": "en",
    "model": {"name": "sentence-transformers/all-MiniLM-L6-v2", "dimension": 384},
    "commit": 1,
    "changed": "2026-01-31T09:30:00+00:00",
}
