"""What is done to a library that is there: catching up, removing, making anew."""

from collections.abc import Callable, Iterable

from . import dense, keyword_files
from .commit import record_commit, set_state, write_vector
from .encoder import Encoder, Precision
from .errors import ModelMismatch
from .models import Model, resolve_model
from .rows import encoded_text, text_digest
from .snapshot import REMOVED, Commit, ModelRow
from .store import Store

__all__ = [
    "MOST_BESIDE",
    "catch_up",
    "check_derived",
    "declare_model",
    "library_model",
    "rebuild",
    "remove",
]

MOST_BESIDE = 20_000
"""Papers that may be searched beside a derived index; more would make each search a wait."""
_BESIDE = 64
"""Papers that may be newer than the dense index before it is published again …"""
_SHARE = 256
"""… or this part of the library, if that is more: adding one paper must not write them all."""
_SHARE_MEANWHILE = 8
"""The same in the middle of a build: so that publishing takes a bounded share of its time."""
_ENCODED_AT_ONCE = 1024


def library_model(store: Store) -> Model:
    """The model of a library, found on this machine by its name.

    Raises ModelMismatch where what has that name now is another model.
    """
    with store.read() as snapshot:
        own = snapshot.model
    chosen = resolve_model(own.name)
    if chosen.fingerprint != own.fingerprint:
        raise ModelMismatch(
            f"The library {store.path} was made by a model named {own.name} with fingerprint "
            f"{own.fingerprint[:12]}; the one of that name here has {chosen.fingerprint[:12]}. "
            f"Bring back the former, or encode anew with: paperkin rebuild {store.path} --model "
            f"{own.name}"
        )
    return chosen


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
    share = _SHARE_MEANWHILE if meanwhile else _SHARE
    many = len(changed) > min(max(_BESIDE, papers // share), MOST_BESIDE // 2)
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
    done = total - len(missing)
    for start in range(0, len(missing), _ENCODED_AT_ONCE):
        with store.read() as snapshot:
            papers = snapshot.papers(missing[start : start + _ENCODED_AT_ONCE])
        texts = [encoded_text(p) for p in papers.values()]
        vectors = encoder.encode_documents(texts)
        with store.write() as connection:
            for (number, paper), vector in zip(papers.items(), vectors, strict=True):
                write_vector(connection, row, number, text_digest(paper), vector)
        done += len(papers)
        if progress:
            progress(done, total)
