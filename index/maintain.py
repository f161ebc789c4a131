"""What is done to a library that is there: catching up, removing, making anew."""

from collections.abc import Callable, Iterable

from . import dense, keyword_files
from .ahead import Ahead, Encoding, begun_ahead
from .beside import worth_publishing
from .commit import record_commit, set_state, write_vector
from .encoder import Encoder, Precision
from .models import Model, resolve_model
from .own_model import library_model
from .paper import Paper
from .rows import encoded_text, text_digest
from .snapshot import REMOVED, Commit, ModelRow, chunks
from .store import Store

__all__ = [
    "catch_up",
    "check_derived",
    "declare_model",
    "rebuild",
    "remove",
]

_ENCODED_AT_ONCE = 1024


def check_derived(store: Store) -> None:
    """Say at once, before hours of work or a change that cannot be followed, that a derived file
    and library.db disagree."""
    with store.read() as snapshot:
        since = dense.read_commit(store, snapshot.model.fingerprint)
        snapshot.check_history(since, "dense index", store.path)
        mark = keyword_files.read_watermark(store)
        if mark is not None:
            since = Commit(mark.seq, mark.token)
            snapshot.check_history(since, "keyword index", store.path)


def catch_up(store: Store, *, meanwhile: bool = False) -> None:
    """Bring the derived indexes to the last commit. Needs the writer's lock.

    The dense index is published again once the papers beside it are worth it; until then they
    are searched exactly. `meanwhile` says that more papers are about to come.
    """
    keyword_files.catch_up(store)
    with store.read() as snapshot:
        published = dense.read_commit(store, snapshot.model.fingerprint)
        changed, _ = snapshot.changed_since(published.seq)
        papers = snapshot.count()
        other = dense.of_other_recall(store, snapshot)
    many = worth_publishing(len(changed), papers, meanwhile=meanwhile)
    if not published.seq or many or (other and not meanwhile):
        dense.publish(store)


def remove(store: Store, ids: Iterable[str]) -> list[str]:
    """Make papers never found again, also when their sources are built again.

    All or nothing: raises UnknownPaper, before anything changes, if an id is not that of a live
    paper, and LibraryDamaged if the indexes could not follow. Returns the ids of the papers
    removed.
    """
    with store.lock:
        with store.read() as snapshot:
            numbers = {snapshot.number_of(each) for each in ids}
            papers = snapshot.papers(numbers)
        check_derived(store)
        with store.write() as connection:
            set_state(connection, papers, REMOVED, "remove")
        catch_up(store)
    return sorted(paper.id for paper in papers.values())


def rebuild(
    store: Store,
    model: str | None = None,
    *,
    precision: Precision = "auto",
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Make every derived file anew; with `model`, encode every paper by that model first.

    A paper that lost its vector is encoded again either way. The old vectors answer until the new
    ones are all there, then the library switches at once. Interrupted, the same call goes on where
    it stopped. `progress` is told (done, total) papers.
    """
    with store.lock:
        chosen = resolve_model(model) if model else None
        with store.read() as snapshot:
            own = snapshot.model
        row = declare_model(store, chosen) if chosen else own
        _encode_missing(store, row, chosen, precision, progress)
        ready = dense.prepare(store, row)
        if row.model != own.model:
            with store.write() as connection:
                connection.execute(
                    "UPDATE settings SET value = ? WHERE name = 'model'", (str(row.model),)
                )
                connection.execute("DELETE FROM vectors WHERE model <> ?", (row.model,))
                connection.execute("DELETE FROM models WHERE model <> ?", (row.model,))
                record_commit(connection, "rebuild", 0)
        dense.activate(store, ready)
        keyword_files.catch_up(store, anew=True)


def declare_model(store: Store, model: Model) -> ModelRow:
    """The row of a model, made if the library has no vectors of it yet; its name and revision are
    those it has now. Needs the writer's lock."""
    with store.write() as connection:
        connection.execute(
            "INSERT INTO models (fingerprint, name, revision, dimension) VALUES (?, ?, ?, ?) "
            # The same model may have moved to another folder.
            "ON CONFLICT (fingerprint) DO UPDATE SET name = excluded.name, "
            "revision = excluded.revision",
            (model.fingerprint, model.name, model.revision, model.dimension),
        )
        row = connection.execute(
            "SELECT * FROM models WHERE fingerprint = ?", (model.fingerprint,)
        ).fetchone()
    return ModelRow(*row)


def _encode_missing(
    store: Store,
    row: ModelRow,
    model: Model | None,
    precision: Precision,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Give every paper a vector of a model; those that have one of their present text keep it."""
    with store.read() as snapshot:
        total = snapshot.count()
        missing = snapshot.numbers(
            "SELECT papers.paper FROM papers LEFT JOIN vectors ON vectors.paper = papers.paper "
            "AND vectors.model = ? AND vectors.text_digest = papers.text_digest "
            "WHERE state = 0 AND vectors.paper IS NULL ORDER BY papers.paper",
            row.model,
        )
    if not len(missing):
        return
    encoder = Encoder(model or library_model(store), precision=precision)
    encoder.load()
    done = total - len(missing)

    def begin(numbers: list[int]) -> tuple[dict[int, Paper], Encoding]:
        with store.read() as snapshot:
            papers = snapshot.papers(numbers)
        texts = {text_digest(paper): encoded_text(paper) for paper in papers.values()}
        return papers, ahead.begin(texts)

    with Ahead(encoder) as ahead:
        for papers, encoding in begun_ahead(chunks(missing.tolist(), _ENCODED_AT_ONCE), begin):
            vectors = encoding.wait(lambda *_: None)
            if not vectors:
                # The error is met once more, here.
                encoded = encoder.encode_documents(list(encoding.texts.values()))
                vectors = dict(zip(encoding.texts, encoded, strict=True))
            with store.write() as connection:
                for number, paper in papers.items():
                    digest = text_digest(paper)
                    write_vector(connection, row, number, digest, vectors[digest])
            done += len(papers)
            if progress:
                progress(done, total)
