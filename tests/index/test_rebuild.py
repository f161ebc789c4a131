"""A library is bound to its model, and can change it."""

import shutil
from pathlib import Path

import pytest

import paperkin
from paperkin.index.build import build
from paperkin.index.doctor import examine
from paperkin.index.errors import ModelError, ModelMismatch
from paperkin.index.maintain import rebuild
from paperkin.index.store import Store
from small import PAPERS, write_papers
from tiny_models import write_model


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_model(tmp_path / "tiny")


@pytest.fixture
def library(small_library: paperkin.Library, tmp_path: Path) -> Path:
    small_library.store.close()
    return Path(shutil.copytree(small_library.path, tmp_path / "library"))


def test_another_model_is_refused_by_name(library: Path, tiny: Path, tmp_path: Path) -> None:
    source = write_papers(tmp_path / "more.jsonl")
    with pytest.raises(ModelMismatch, match=r"all-MiniLM-L6-v2, not by .*paperkin rebuild"):
        build(library, [source], model=str(tiny))


def test_a_library_changes_its_model_and_answers_with_it(library: Path, tiny: Path) -> None:
    told: list[tuple[int, int]] = []
    store = Store.open(library)
    with paperkin.open(library) as reader:
        before = [hit.id for hit in reader.search("bread", mode="keyword")]
        assert reader.search("bread", mode="semantic")[0].title.startswith("Bread")
        rebuild(store, str(tiny), progress=lambda done, total: told.append((done, total)))
        assert told[-1] == (len(PAPERS), len(PAPERS))
        # A reader that was open all the time goes over to the new model by itself.
        hits = reader.search("bread", mode="semantic")
        assert len(hits) == len(PAPERS)
        with paperkin.open(library) as other:
            assert other.search("bread", mode="semantic").as_dict() == hits.as_dict()
        assert reader.info()["model"]["name"] == str(tiny)
        assert [hit.id for hit in reader.search("bread", mode="keyword")] == before
    assert examine(store) == []
    with store.read() as snapshot:
        assert snapshot.vectors(snapshot.live(), snapshot.model).shape == (len(PAPERS), 32)
        assert len(list(snapshot.rows("SELECT 1 FROM models"))) == 1
        assert len(list(snapshot.rows("SELECT DISTINCT model FROM vectors"))) == 1


def test_a_model_that_changed_under_its_name_is_refused(library: Path, tiny: Path) -> None:
    rebuild(Store.open(library), str(tiny))
    shutil.rmtree(tiny)
    write_model(tiny, max_length=32)
    with paperkin.open(library) as reader:
        with pytest.raises(ModelMismatch, match="fingerprint"):
            reader.search("bread")
        assert reader.search("bread", mode="keyword")


def test_a_model_that_moved_is_found_at_its_new_place(library: Path, tiny: Path) -> None:
    store = Store.open(library)
    rebuild(store, str(tiny))
    first, second = (Path(shutil.move(tiny, tiny.with_name("moved"))), tiny.with_name("again"))
    rebuild(store, str(first))
    with paperkin.open(library) as reader:
        assert reader.info()["model"]["name"] == str(first)
        assert reader.search("bread")
    first.rename(second)
    build(library, [write_papers(library.parent / "papers.jsonl")], model=str(second))
    with paperkin.open(library) as reader:
        assert reader.info()["model"]["name"] == str(second)
        assert reader.search("bread", mode="semantic")


def test_a_rebuild_goes_on_where_it_was_stopped(
    library: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paperkin.index.maintain._ENCODED_AT_ONCE", 3)

    def stop(done: int, _: int) -> None:
        if done >= 6:
            raise KeyboardInterrupt

    store = Store.open(library)
    with pytest.raises(KeyboardInterrupt):
        rebuild(store, str(tiny), progress=stop)
    with paperkin.open(library) as reader:
        assert reader.info()["model"]["name"].endswith("all-MiniLM-L6-v2")
        assert reader.search("loaf that tastes acidic")[0].title.startswith("Wild yeast")
        assert reader.related("10.1000/yeast.2")[0].title.startswith("Bread")
    told: list[int] = []
    rebuild(store, str(tiny), progress=lambda done, _: told.append(done))
    assert told == [8]
    assert examine(store) == []


def test_a_text_that_changes_while_a_rebuild_is_stopped_is_encoded_again(
    library: Path, tiny: Path, tmp_path: Path
) -> None:
    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    store = Store.open(library)
    with pytest.raises(KeyboardInterrupt):
        rebuild(store, str(tiny), progress=stop)
    longer = PAPERS[4]["abstract"] + " Plastic trumpets were taken for brass ones." * 9
    changed = dict(PAPERS[4], abstract=longer)
    build(library, [write_papers(tmp_path / "more.jsonl", [changed])])
    told: list[int] = []
    rebuild(store, str(tiny), progress=lambda done, _: told.append(done))
    assert told == [len(PAPERS)]
    assert examine(store) == []


def test_a_library_whose_model_is_gone_says_so(library: Path, tiny: Path) -> None:
    rebuild(Store.open(library), str(tiny))
    shutil.rmtree(tiny)
    with paperkin.open(library) as reader, pytest.raises(ModelError, match="tiny"):
        reader.search("bread")


def test_a_change_of_model_stopped_at_its_last_step_is_done(
    library: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library has the new model from the commit on; the dense index of it lies prepared."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("paperkin.index.dense.activate", stop)
    with pytest.raises(KeyboardInterrupt):
        rebuild(Store.open(library), str(tiny))
    monkeypatch.undo()
    with paperkin.open(library) as reader:
        assert reader.info()["model"]["name"] == str(tiny)
        with reader.engine._views.current() as (_, view):
            assert view.dense is not None
            assert len(view.dense) == len(PAPERS)
        assert len(reader.search("bread", mode="semantic")) == len(PAPERS)
        assert examine(reader.store) == []
        reader.remove("violin-1")
        assert len(reader.search("bread", mode="semantic")) == len(PAPERS) - 1
