"""The demonstration collection: short papers of invented authors, questions, and judgements.

papers.jsonl holds one paper a line, written for Paperkin about well-known ideas of many fields; no
abstract reports a real study. queries.jsonl and qrels.tsv are questions about them and relevance
judgements in the layout of BEIR (N. Thakur et al., 2021): 2 answers the question, 1 is useful.
"""

from pathlib import Path

__all__ = ["demonstration"]


def demonstration() -> Path:
    """The folder that holds papers.jsonl, queries.jsonl and qrels.tsv."""
    return Path(__file__).parent
