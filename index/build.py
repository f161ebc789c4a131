"""From sources to a library: read, clean, compare, encode, commit, batch by batch.

A batch is one transaction; between two of them the build may be stopped in any way, and the same
command goes on from there: what is stored already is recognised and neither cleaned, compared nor
encoded again.
"""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .analysis import check_language
from .encoder import Precision
from .errors import InputError, ModelMismatch, SourceError
from .files import full_disk_explained
from .given import check_vectors
from .ingest import BATCH, Ingest
from .maintain import catch_up, check_derived, declare_model, library_model
from .models import DEFAULT_MODEL, Model, resolve_model
from .readers import reading_rank, recognise
from .report import Progress, Rejects, Report
from .sources import Source, find_sources
from .store import DATABASE, REJECTS, Store

__all__ = [
    "BATCH",
    "Progress",
    "Report",
    "build",
    "nothing_left_of_nothing",
    "open_or_create",
]


def build(
    path: str | os.PathLike[str],
    sources: Iterable[str | os.PathLike[str]],
    *,
    model: str | None = None,
    format: str | None = None,
    language: str | None = None,
    restore: bool = False,
    precision: Precision = "auto",
    progress: Progress | None = None,
) -> Report:
    """Make a library from sources, or add them to the one at `path`.

    Each source is a file, a folder or a glob. `model` is a name or path (the library's own model,
    or the default one for a new library); `format` overrides recognition; `language` (ISO 639-1)
    sets the keyword analysis of a new library, and is refused where an old one has another;
    `restore` brings back removed papers that the sources speak of. Everything that can be checked
    is checked before the library is touched.

    Raises SourceError, ModelError, ModelMismatch, LibraryError and its kinds.
    """
    path = Path(path).expanduser()
    progress = progress or Progress()
    begun = time.monotonic()
    report = Report()
    found = _usable(find_sources([Path(each) for each in sources]), format, report)
    for line in report.skipped:
        progress.note(line)
    store, chosen = open_or_create(path, model, language)
    with full_disk_explained(path), store.lock, nothing_left_of_nothing(store):
        if chosen is not None:
            declare_model(store, chosen)
        check_derived(store)
        found = _of_own_model(found, store, progress, report)
        with Rejects(store.path / REJECTS, report) as rejects:
            ingest = Ingest(
                store,
                model=lambda: chosen or library_model(store),
                precision=precision,
                restore=restore,
                progress=progress,
                report=report,
                rejects=rejects,
            )
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
        catch_up(store)
        with store.read() as snapshot:
            report.papers = snapshot.count()
    store.close()
    report.seconds = time.monotonic() - begun
    return report


@contextmanager
def nothing_left_of_nothing(store: Store) -> Iterator[None]:
    """Take a library that got no paper away again where its sources are at fault."""
    try:
        yield
    except SourceError:
        with store.read() as snapshot:
            never_used = snapshot.commit.seq == 0
        if never_used:
            store.discard()
        raise


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


def open_or_create(
    path: Path, name: str | None, language: str | None
) -> tuple[Store, Model | None]:
    """The library, and its model where that had to be resolved already."""
    if (path / DATABASE).exists():
        store = Store.open(path)
        with store.read() as snapshot:
            spoken = snapshot.setting("language", "en")
        if language is not None and check_language(language) != spoken:
            raise InputError(
                f"The words of the library {path} are indexed in the language {spoken!r}, which "
                f"stays. Leave --language out, or build another library in {language!r}."
            )
        if name is None:
            return store, None
        chosen = resolve_model(name)
        with store.read() as snapshot:
            own = snapshot.model
        if own.fingerprint != chosen.fingerprint:
            raise ModelMismatch(
                f"The library {path} was made by the model {own.name}, not by {name}. Leave "
                f"--model out to go on with {own.name}, or change the library's model with: "
                f"paperkin rebuild {path} --model {name}"
            )
        return store, chosen
    code = check_language(language or "en")
    chosen = resolve_model(name or DEFAULT_MODEL)
    return Store.create(path, chosen, language=code), chosen
