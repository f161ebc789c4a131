"""What stands around everything that fills a library: made or opened, locked, and brought up to
date at the end."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from .analysis import check_language
from .dense import RECALL
from .dense_manifest import current, described
from .encoder import Precision
from .errors import InputError, ModelMismatch, SourceError
from .files import full_disk_explained
from .ingest import Ingest
from .maintain import catch_up, check_derived, declare_model
from .models import DEFAULT_MODEL, Model, resolve_model
from .own_model import library_model
from .report import Progress, Rejects, Report
from .store import DATABASE, REJECTS, Store
from .target import check_recall

__all__ = ["filling", "ingesting"]


@contextmanager
def filling(
    path: Path,
    report: Report,
    *,
    model: str | None,
    language: str | None,
    recall: float | None = None,
) -> Iterator[tuple[Store, Model | None]]:
    """The library at `path`, which is made if there is none, and its model where that had to be
    resolved already. Within, this process is the one that writes; after it, the derived indexes
    follow and the papers are counted. `recall` is kept, and the dense index made to reach it. A
    library that got no paper since its sources are at fault (SourceError) is taken away again.

    Raises ModelError, ModelMismatch, InputError for another language or a recall that
    cannot be, LibraryError and its kinds.
    """
    if recall is not None:
        check_recall(recall)
    store, chosen = _open_or_create(path, model, language)
    with (
        closing(store),
        full_disk_explained(path),
        store.lock,
        _nothing_left_of_nothing(store),
    ):
        if chosen is not None:
            declare_model(store, chosen)
        check_derived(store)
        if recall is not None:
            _keep_recall(store, recall)
        yield store, chosen
        catch_up(store)
        with store.read() as snapshot:
            report.papers = snapshot.count()
            published = current(store, snapshot.model.fingerprint)
        if published is not None:
            report.dense = described(published)


def _keep_recall(store: Store, recall: float) -> None:
    with store.write() as connection:
        connection.execute(
            "INSERT INTO settings VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (RECALL, str(recall)),
        )


@contextmanager
def ingesting(
    store: Store,
    chosen: Model | None,
    report: Report,
    *,
    precision: Precision,
    restore: bool,
    progress: Progress,
) -> Iterator[Ingest]:
    """The work of filling a library; what is rejected goes into its file of rejects."""
    with (
        Rejects(store.path / REJECTS, report) as rejects,
        Ingest(
            store,
            model=lambda: chosen or library_model(store),
            precision=precision,
            restore=restore,
            progress=progress,
            report=report,
            rejects=rejects,
        ) as ingest,
    ):
        yield ingest


@contextmanager
def _nothing_left_of_nothing(store: Store) -> Iterator[None]:
    """Take a library that got no paper away again where its sources are at fault."""
    try:
        yield
    except SourceError:
        with store.read() as snapshot:
            never_used = snapshot.commit.seq == 0
        if never_used:
            store.discard()
        raise


def _open_or_create(
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
