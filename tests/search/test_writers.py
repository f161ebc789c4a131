"""Authors in common among related papers."""

import json
from pathlib import Path

import pytest

import paperkin
from paperkin.index.paper import Paper
from paperkin.search.writers import shared_writers, writers

SUBJECTS = ("kettles", "teapots", "saucers", "spoons", "jugs", "bowls", "cups", "pans", "lids")


def written(folder: Path) -> Path:
    """Papers that say the same of different things, some by the first one's authors."""
    papers = [
        {
            "id": f"ware-{number}",
            "title": f"How people choose {subject} for their kitchens",
            "abstract": f"We asked what people look at when they buy {subject}, and why.",
            "authors": [f"Writer {subject}"],
        }
        for number, subject in enumerate([*SUBJECTS, *(f"{each} again" for each in SUBJECTS)])
    ]
    papers[0]["authors"] = ["Zoë Ångström", "Bo Lind", "Cy Marsh"]
    papers[-1]["authors"] = ["Zoe Angstrom", "BO LIND"]
    path = folder / "ware.jsonl"
    path.write_text("\n".join(map(json.dumps, papers)), encoding="utf-8")
    return path


def test_who_wrote_the_asked_paper_has_written_what_is_near(tmp_path: Path) -> None:
    with paperkin.build(tmp_path / "library", written(tmp_path)) as library:
        hits = library.related("ware-0", k=17, explain=True)
        own = {library[f"ware-{number}"].id: number for number in range(18)}
        places = [own[hit.id] for hit in hits]
        (co_written,) = [hit for hit in hits if own[hit.id] == 17]
        assert co_written.why is not None
        more = co_written.why.parts["authors"]
        assert more > 0
        assert sum(co_written.why.parts.values()) == pytest.approx(co_written.score, abs=1e-5)
        assert all("authors" not in hit.why.parts for hit in hits if hit.why and hit != co_written)
        # It stands further up than it would by all else.
        others = [hit.score for hit in hits if hit != co_written]
        assert places.index(17) == sum(score > co_written.score for score in others)
        assert places.index(17) < sum(score > co_written.score - more for score in others)
        # Several papers that ask have all their authors.
        several = library.related(["ware-0", "ware-3"], k=16, explain=True)
        (co_written,) = [hit for hit in several if own[hit.id] == 17]
        assert co_written.why is not None
        assert co_written.why.parts["authors"] > 0


def test_no_more_than_two_authors_count() -> None:
    paper = Paper("pk:x", "Spoons", authors=("Ann Ash", "Bea Birch", "Cy Cedar", "", "–"))
    names = writers([paper])
    assert names == {"ann ash", "bea birch", "cy cedar"}
    assert shared_writers(names, paper) == 2
    assert shared_writers(frozenset({"bea birch", "someone"}), paper) == 1
    assert shared_writers(frozenset(), paper) == 0
