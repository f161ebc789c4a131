"""What a model's cosines mean: measured once on a machine, and never believed where it is not what
was measured."""

import shutil
from pathlib import Path

import pytest

from paperkin.index.encoder import Encoder
from paperkin.index.models import resolve_model
from paperkin.index.user_cache import keep, user_cache
from paperkin.search import yardstick
from paperkin.search.yardstick import measure_model, yardstick_of
from tiny_models import write_model


@pytest.fixture(autouse=True)
def no_yardsticks() -> None:
    shutil.rmtree(user_cache() / "yardsticks", ignore_errors=True)


def test_it_is_measured_once_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = Encoder(resolve_model())
    measured = yardstick_of(encoder)
    # A question is nearer to what answers it than to anything else.
    assert -0.1 < measured.unrelated < 0.2 < measured.related < 0.8
    monkeypatch.setattr(yardstick, "measure_model", None)
    assert yardstick_of(Encoder(resolve_model())) == measured


def test_a_damaged_one_is_measured_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = Encoder(resolve_model())
    measured = yardstick_of(encoder)
    (path,) = (user_cache() / "yardsticks").iterdir()
    said = path.read_text("utf-8")
    for damaged in (said.replace(str(measured.related), "0.99"), said[:40], "", "null"):
        path.write_text(damaged, encoding="utf-8")
        again = yardstick_of(encoder)
        assert again.related == pytest.approx(measured.related, abs=2e-3)
        assert again.unrelated == pytest.approx(measured.unrelated, abs=2e-3)
    # Whole, but not what is kept there.
    keep(f"yardsticks/{path.name}", {"unrelated": "low", "related": None})
    assert yardstick_of(encoder).related == pytest.approx(measured.related, abs=2e-3)


def test_models_have_their_own(tmp_path: Path) -> None:
    own = Encoder(resolve_model())
    other = Encoder(resolve_model(str(write_model(tmp_path / "tiny"))))
    assert yardstick_of(own) != yardstick_of(other)
    expected = measure_model(other.encode_queries, other.encode_documents)
    assert yardstick_of(other).related == pytest.approx(expected.related, abs=2e-3)
    assert len(list((user_cache() / "yardsticks").iterdir())) == 2
