"""Hugging Face's client, in processes of its own: it refuses any server when it is offline."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

__all__ = ["ask", "papers_command"]

_SCRIPT = """
import json, sys
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError

api = HfApi(endpoint=sys.argv[1])

def shown(paper):
    day = lambda moment: moment and moment.date().isoformat()
    return {**vars(paper), "authors": [each.name for each in paper.authors],
            "published_at": day(paper.published_at), "submitted_at": day(paper.submitted_at)}

answers = []
for name, arguments in json.loads(sys.stdin.read()):
    try:
        answer = getattr(api, name)(**arguments)
        if not isinstance(answer, str):
            answer = shown(answer) if hasattr(answer, "id") else [shown(each) for each in answer]
    except HfHubHTTPError as error:
        answer = {"status": error.response.status_code, "error": error.server_message}
    answers.append(answer)
print(json.dumps(answers))
"""


def _online(address: str, folder: Path, token: str) -> dict[str, str]:
    """The environment of a process of that client: it refuses any server when it is offline."""
    environment = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    return {
        **environment,
        "HF_ENDPOINT": address,
        "HF_HOME": str(folder),
        **({"HF_TOKEN": token} if token else {}),
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }


def ask(
    address: str, folder: Path, *calls: tuple[str, dict[str, Any]], token: str = ""
) -> list[Any]:
    """What the client's methods answer, each called with its arguments."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, address],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        timeout=120,
        env=_online(address, folder, token),
    )
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers


def papers_command(
    address: str, folder: Path, *arguments: str, token: str = ""
) -> subprocess.CompletedProcess[str]:
    """What `hf papers` does."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("hf")), "papers", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env=_online(address, folder, token),
    )
