"""What `import paperkin` offers, and what it costs."""

import subprocess
import sys

import pytest

import paperkin
from paperkin.index import errors


def test_every_public_name_is_there_and_they_are_sorted() -> None:
    names = [name for name in paperkin.__all__ if not name.startswith("_")]
    assert names == sorted(names, key=lambda name: (name[0].islower(), name))
    assert all(getattr(paperkin, name) is not None for name in paperkin.__all__)
    assert dir(paperkin) == sorted(paperkin.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        paperkin.nothing  # noqa: B018


def test_every_error_is_public_and_catching_the_root_catches_it() -> None:
    assert set(errors.__all__) <= set(paperkin.__all__)
    assert all(issubclass(getattr(errors, name), paperkin.PaperkinError) for name in errors.__all__)


@pytest.mark.parametrize(
    "code",
    [
        "import paperkin, paperkin.search.library, paperkin.index.build",
        "from paperkin.api.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass",
    ],
)
def test_nothing_heavy_is_imported_before_it_is_used(code: str) -> None:
    heavy = (
        "torch transformers sentence_transformers faiss tantivy fastapi pyarrow sklearn matplotlib "
        "openTSNE polars"
    ).split()
    check = f"import sys; sys.stderr.write(' '.join(set({heavy}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{check}"], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
