"""What an evaluation found: figures of each mode and run, and what sets them apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Literal

from .calibration import Calibration
from .figures import Figures
from .interaction import Quality
from .question import Mode
from .runs import Run
from .significance import CONFIDENCE, Comparison, Interval

__all__ = ["Evaluation", "JudgedRun", "Way"]

Way = Mode | Literal["related"]
"""A mode of search, or asking for the papers related to those that the queries are."""

_NAMES = {"ndcg@10": "nDCG@10", "recall@100": "recall@100", "mrr@10": "MRR@10", "map": "MAP"}
_BOOTSTRAP = (
    f"In brackets, and as interval: {100 * CONFIDENCE:.0f} % bootstrap intervals over the queries."
)
_TEST = "p: two-sided paired randomisation test, not corrected for the number of comparisons."


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """The figures of a run that was given, and what of it could not be judged.

    `unknown_papers` counts ids that no paper of the library has (each once; one that is judged
    counts as found all the same), `unanswered` judged queries that the run has no ranking for,
    `unjudged_queries` queries of the run that are not judged, and left out, `misranked` those whose
    ranks differ from the order of their scores, which counts.
    """

    figures: Figures
    unknown_papers: int = 0
    unanswered: int = 0
    unjudged_queries: int = 0
    misranked: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `--json` prints them."""
        return {
            **self.figures.as_dict(),
            "unknown_papers": self.unknown_papers,
            "unanswered": self.unanswered,
            "unjudged_queries": self.unjudged_queries,
            "misranked": self.misranked,
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of each mode, in the order in which the modes were asked for.

    `queries` is how many judged queries they are means over; `own_papers` how many of these are
    papers of the library themselves, and had that paper left out. `unknown_queries` counts queries
    that are judged but have no text, `unknown_papers` judged ids that no paper of the library has.
    `by_run` has the runs that were given, by their names. `rankings` is what each mode answered,
    a paper by the id that it is judged by, or else by its own.
    """

    by_mode: Mapping[Way, Figures]
    queries: int
    unknown_queries: int = 0
    unknown_papers: int = 0
    own_papers: int = 0
    by_run: Mapping[str, JudgedRun] = field(default_factory=dict)
    rankings: Mapping[Way, Run] = field(default_factory=dict)
    calibrations: Mapping[Mode, Calibration] = field(default_factory=dict)
    """How far the confidence of the first ten papers can be taken at its word."""
    queries_without_relevant: int = 0
    """Of the judged queries those without a relevant paper: they are 0 in every mean."""
    quality: Quality = "normal"
    """That of hybrid search."""

    @property
    def main_mode(self) -> Way:
        """Hybrid, or the first mode where hybrid was not asked for."""
        return "hybrid" if "hybrid" in self.by_mode else next(iter(self.by_mode))

    @property
    def main(self) -> Figures:
        """The figures of the main mode."""
        return self.by_mode[self.main_mode]

    def figures(self) -> dict[str, Figures]:
        """The figures of each mode, then of each run, by its name."""
        runs = {name: run.figures for name, run in self.by_run.items()}
        return {**dict(self.by_mode.items()), **runs}

    def comparisons(self) -> dict[str, dict[str, Comparison]]:
        """The main mode against every other one and every run, by its name and by measure."""
        return {
            name: self.main.compared(figures)
            for name, figures in self.figures().items()
            if name != self.main_mode
        }

    def pairs(self) -> list[tuple[str, str, dict[str, Comparison]]]:
        """The main mode against every other one and every run, then each run against those given
        after it: both names, and what sets them apart by measure."""
        found = [(str(self.main_mode), name, each) for name, each in self.comparisons().items()]
        for (one, run), (name, other) in combinations(self.by_run.items(), 2):
            found.append((one, name, run.figures.compared(other.figures)))
        return found

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as `--json` prints them."""
        compared = [
            {
                "mode": one,
                "against": name,
                "by_measure": {measure: each.as_dict() for measure, each in found.items()},
            }
            for one, name, found in self.pairs()
        ]
        return {
            **self.main.means(),
            "queries": self.queries,
            "by_mode": {mode: figures.as_dict() for mode, figures in self.by_mode.items()},
            "unknown_queries": self.unknown_queries,
            "unknown_papers": self.unknown_papers,
            "own_papers": self.own_papers,
            "queries_without_relevant": self.queries_without_relevant,
            "quality": self.quality,
            "by_run": {name: run.as_dict() for name, run in self.by_run.items()},
            "comparisons": compared,
            "calibration": {mode: each.as_dict() for mode, each in self.calibrations.items()},
        }

    def table(self) -> str:
        """Markdown: the figures, one row a mode or run; the main mode against each of the others,
        and runs against each other; and what it was measured on."""
        rows = [f"| mode | {' | '.join(_NAMES.values())} | unjudged@10 |"]
        rows += ["|---|" + "---:|" * (len(_NAMES) + 1)]
        rows += [_figures_row(name, figures) for name, figures in self.figures().items()]
        compared = self.pairs()
        last = ""
        for one, name, found in compared:
            if one != last:
                rows += ["", f"| {_cell(one)} against | measure | difference | interval | p |"]
                rows += ["|---|---|---:|---:|---:|"]
                last = one
            rows += [_comparison_row(name, measure, each) for measure, each in found.items()]
        if any(len(each.confidence) for each in self.calibrations.values()):
            rows += ["", "| confidence | calibration error | Brier | AUC | relevant |"]
            rows += ["|---|" + "---:|" * 4]
            rows += [_calibration_row(mode, each) for mode, each in self.calibrations.items()]
        return "\n".join([*rows, "", *self._notes(tested=bool(compared))])

    def _notes(self, *, tested: bool) -> list[str]:
        said = [
            (self.own_papers, "Queries that are papers themselves, these left out"),
            (
                self.queries_without_relevant,
                "Judged queries without a relevant paper, which count 0",
            ),
            (self.unknown_queries, "Judged queries without a text, left out"),
            (self.unknown_papers, "Judged papers that are not in the library"),
        ]
        for name, run in self.by_run.items():
            said += [
                (run.unanswered, f"Judged queries without a ranking in {name}"),
                (run.unjudged_queries, f"Queries of {name} that are not judged, left out"),
                (run.unknown_papers, f"Ids in {name} that no paper of the library has"),
                (run.misranked, f"Queries of {name} with ranks that differ from their scores"),
            ]
        notes = [f"Judged queries: {self.queries:,}."]
        notes += ["Hybrid search with high quality."] if self.quality == "high" else []
        notes += [f"{what}: {count:,}." for count, what in said if count]
        notes += [_BOOTSTRAP] if self.queries > 1 else []
        return [*notes, _TEST] if tested else notes


def _figures_row(name: str, figures: Figures) -> str:
    intervals = figures.intervals()
    cells = [
        f"{mean:.3f}{_between(intervals[measure])}" for measure, mean in figures.means().items()
    ]
    return f"| {_cell(name)} | {' | '.join(cells)} | {figures.unjudged_10:.3f} |"


def _calibration_row(name: str, found: Calibration) -> str:
    auc = "–" if found.auc is None else f"{found.auc:.3f}"
    return f"| {name} | {found.error:.3f} | {found.brier:.3f} | {auc} | {found.share:.3f} |"


def _between(interval: Interval | None) -> str:
    return f" [{interval.low:.3f}, {interval.high:.3f}]" if interval else ""


def _comparison_row(name: str, measure: str, found: Comparison) -> str:
    interval = f"{found.interval.low:+.3f} to {found.interval.high:+.3f}" if found.interval else "–"
    cells = (
        _cell(name),
        _NAMES[measure],
        f"{found.difference:+.3f}",
        interval,
        f"{found.p:.4f}",
    )
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
