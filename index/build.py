"""From sources to a library: read, clean, compare, encode, commit, batch by batch.

A batch is one transaction; between two of them the build may be stopped in any way, and the same
command goes on from there: what is stored already is recognised and neither cleaned, compared nor
encoded again.
"""

import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from .encoder import Precision
from .errors import SourceError
from .filling import filling, ingesting
from .given import check_vectors
from .readers import reading_rank, recognise
from .report import Progress, Report
from .sources import Source, find_sources
from .store import Store

__all__ = ["Progress", "Report", "build"]


def build(
    path: str | os.PathLike[str],
    sources: Iterable[str | os.PathLike[str]],
    *,
    model: str | None = None,
    format: str | None = None,
    language: str | None = None,
    recall: float | None = None,
    restore: bool = False,
    precision: Precision = "auto",
    progress: Progress | None = None,
) -> Report:
    """Make a library from sources, or add them to the one at `path`.

    Each source is a file, a folder or a glob. `model` is a name or path (the library's own model,
    or the default one for a new library); `format` overrides recognition; `language` (ISO 639-1)
    sets the keyword analysis of a new library, and is refused where an old one has another;
    `recall` (0.5 to 1; 0.99 where it was never set) is what the nearest ten are to be found with
    from now on; `restore` brings back removed papers that the sources speak of. Everything that can
    be checked is checked before the library is touched.

    Raises SourceError, InputError, ModelError, ModelMismatch, LibraryError and its kinds.
    """
    path = Path(path).expanduser()
    progress = progress or Progress()
    begun = time.monotonic()
    report = Report()
    found = _usable(find_sources([Path(each) for each in sources]), format, report)
    for line in report.skipped:
        progress.note(line)
    with filling(path, report, model=model, language=language, recall=recall) as (
        store,
        chosen,
    ):
        found = _of_own_model(found, store, progress, report)
        with ingesting(
            store, chosen, report, precision=precision, restore=restore, progress=progress
        ) as ingest:
            for number, (source, name) in enumerate(found):
                progress.reading(source, number, len(found))
                ingest.run(source, name)
            ingest.finish()
        if report.read and report.outcomes["rejected"] == report.read:
            raise SourceError(
                f"None of the {report.read:,} records could be used. The first: "
                f"{report.first_rejects[0].rstrip('.')}. All are in {report.rejects} with their "
                "reasons."
            )
    report.seconds = time.monotonic() - begun
    return report


def _usable(
    sources: Sequence[Source], format: str | None, report: Report
) -> list[tuple[Source, str]]:
    """Sources with their format. One that was named by the user must be readable; others that
    hold no papers are left out and reported."""
    usable = []
    for source in sources:
        try:
            usable.append((source, format or recognise(source)))
        except SourceError as error:
            if source.explicit:
                raise
            report.skipped.append(str(error))
    if not usable:
        raise SourceError(
            "None of the files holds papers in a known format:\n" + "\n".join(report.skipped)
        )
    report.sources = [source.name for source, _ in usable]
    return sorted(usable, key=lambda each: reading_rank(*each))


def _of_own_model(
    found: list[tuple[Source, str]], store: Store, progress: Progress, report: Report
) -> list[tuple[Source, str]]:
    """The sources without those that hold vectors of another model than the library's."""
    with store.read() as snapshot:
        own = snapshot.model
    usable = []
    for source, name in found:
        try:
            if name == "embeddings":
                check_vectors(source, own)
            usable.append((source, name))
        except SourceError as error:
            if source.explicit:
                raise
            report.skipped.append(str(error))
            progress.note(str(error))
    return usable
