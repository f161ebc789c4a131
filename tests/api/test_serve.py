"""A real server in a process of its own."""

import json
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from paperkin.api.serve import is_loopback
from paperkin.index.errors import InputError
from paperkin.search.library import Library


def test_serve_answers_and_stops_when_told(
    small_library: Library, paperkin_command: list[str]
) -> None:
    command = [*paperkin_command, "serve", small_library.path, "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        try:
            line = server.stdout.readline()
            said, _, address = line.rstrip().rpartition(" on ")
            assert said == f"Serving {small_library.path} (8 papers)"
            assert address.startswith("http://127.0.0.1:")
            with urllib.request.urlopen(f"{address}/readyz", timeout=30) as response:
                assert response.status == 200
            with urllib.request.urlopen(f"{address}/v1/search?q=umbrellas", timeout=30) as response:
                answer = json.load(response)
            assert answer["data"][0]["title"] == "A short history of the umbrella"
            pasted = f"{address}/v1/search?q={'%F0%9F%8D%9E' * 100_000}"
            with urllib.request.urlopen(pasted, timeout=60) as response:
                assert json.load(response)["total"] == 8
            doi = f"{address}/v1/papers/10.1000%2Fyeast.2?fields=year"
            with urllib.request.urlopen(doi, timeout=30) as response:
                assert json.load(response) == {"paperId": "DOI:10.1000/yeast.2", "year": 2019}
        finally:
            server.send_signal(signal.SIGTERM)
        out, err = server.communicate(timeout=30)
        assert (server.returncode, out) == (0, "")
        told = [json.loads(line) for line in err.splitlines()]
        routes = [(each["event"], each["route"], each["status"]) for each in told]
        assert routes == [
            ("request", "/readyz", 200),
            ("request", "/v1/search", 200),
            ("request", "/v1/search", 200),
            ("request", "/v1/papers/{paper_id:path}", 200),
        ]
        assert set(told[1]["stages"]) == {"encode", "dense", "keyword", "fuse", "fetch"}
        assert "umbrellas" not in err


def test_a_taken_port_is_a_reason(small_library: Library, paperkin_command: list[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        command = [*paperkin_command, "serve", small_library.path, "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"paperkin: The address 127.0.0.1:{port} cannot be listened on")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("0.0.0.0", False), ("::", False)],
)
def test_loopback(host: str, loopback: bool) -> None:
    if ":" in host and not socket.has_ipv6:
        pytest.skip("no IPv6 on this machine")
    assert is_loopback(host) is loopback


def test_a_host_that_is_none() -> None:
    with pytest.raises(InputError, match=r"No address is known of the host 'nowhere\.invalid'"):
        is_loopback("nowhere.invalid")


def test_the_application_loads_no_model_when_imported() -> None:
    program = "import sys, paperkin.api.http; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")
