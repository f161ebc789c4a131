"""Half of what each paper cites, hidden to be found by the other half."""

import numpy as np

import paperkin
from paperkin.search.figures import Figures, measured
from paperkin.search.judgements import Collection

__all__ = ["DEPTH", "LIKED", "Halves", "found_again", "halves", "without"]

DEPTH = 100
"""Places that recall is measured at."""
LIKED = 50
"""Papers that are liked at most."""
Halves = dict[str, tuple[list[str], list[str]]]
"""By the id of each citing paper those that are liked, and those that are hidden."""


def halves(library: paperkin.Library, collection: Collection, seed: int, most: int) -> Halves:
    """What each query's paper cites, in two halves by the seed; at most so many are liked. Empty
    where queries are no papers of the corpus."""
    known: dict[str, str] = {}
    with library.store.read() as snapshot:
        for key in {each for judged in collection.qrels.values() for each in judged} | set(
            collection.queries
        ):
            try:
                number = snapshot.number_of(key)
            except paperkin.UnknownPaper:
                continue
            known[key] = snapshot.ids_of([number])[number]
    found = {}
    draw = np.random.default_rng(seed)
    for query in sorted(collection.queries.keys() & collection.qrels.keys() & known.keys()):
        grades = collection.qrels[query].items()
        cited = {known[key] for key, grade in grades if grade > 0 and key in known}
        cited.discard(known[query])
        mixed = [sorted(cited)[place] for place in draw.permutation(len(cited))]
        liked, hidden = mixed[: len(mixed) // 2][:most], mixed[len(mixed) // 2 :]
        if liked:
            found[known[query]] = liked, hidden
    return found


def without(library: paperkin.Library, liked: list[str], own: str) -> list[str]:
    """What is recommended by some papers, the citing one left out."""
    hits = library.recommend(liked, k=DEPTH + 1)
    return [hit.id for hit in hits if hit.id != own][:DEPTH]


def found_again(library: paperkin.Library, asked: Halves) -> Figures:
    """How well recommendations find the hidden halves."""
    qrels = {own: dict.fromkeys(hidden, 1) for own, (_, hidden) in asked.items()}
    run = {own: without(library, liked, own) for own, (liked, _) in asked.items()}
    return measured(qrels, run)
