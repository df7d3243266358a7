"""Nothing reaches for the network: not at import, nor to ingest, to ask, or to build the page."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_socket import SocketBlockedError, disable_socket, enable_socket

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
QUESTION = "Who accused Russia of betraying the Armenians of Karabakh?"

# For every Python process below this one, whatever it swallows: a connection or a look-up beyond this machine is
# noted and fails. `socketpair`, which asyncio needs, connects to nobody.
GUARD = """
import os, sys

HERE = {"localhost", "127.0.0.1", "::1", "", None}

def guard(event, arguments):
    if event not in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        return
    where = arguments[1] if event in {"socket.connect", "socket.sendto"} else arguments[0]
    host = where[0] if isinstance(where, tuple) else where
    host = host.decode() if isinstance(host, bytes) else host
    unix = event in {"socket.connect", "socket.sendto"} and not isinstance(where, tuple)
    if not unix and host not in HERE:
        with open(os.environ["NETWORK_LOG"], "a") as log:
            log.write(f"{event} {where} {sys.argv}\\n")
        raise OSError(f"no network: {event} {where}")

sys.addaudithook(guard)
"""
SCRIPT = f"""
import qa
from qa.config import load
from qa.web import build

report = qa.ingest({str(SEEDS)!r})
assert len(report.added) == 5, report
answer = qa.ask({QUESTION!r}, model="quote")
assert "Charles Michel" in answer.text, answer.text
assert qa.Assistant(load()).answerer.name == "quote"
assert build(load()).routes
"""


@pytest.fixture(scope="module")
def no_network() -> Iterator[None]:
    """No internet socket can be made at all, and no name looked up."""
    patch = pytest.MonkeyPatch()

    for name in [name for name in os.environ if name.startswith("QA_") or name in {"HF_HUB_OFFLINE", "HF_ENDPOINT"}]:
        patch.delenv(name)
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()
    patch.undo()


@pytest.fixture(scope="module")
def index(no_network, tmp_path_factory) -> Path:
    import qa

    index = tmp_path_factory.mktemp("offline") / "index"
    assert len(qa.ingest(SEEDS, index=index).added) == 5
    return index


@pytest.mark.filterwarnings("ignore:A test tried to use")
def test_the_guard_holds(no_network):
    with pytest.raises(SocketBlockedError):
        socket.getaddrinfo("nowhere.invalid", 80)
    with pytest.raises(SocketBlockedError):
        socket.socket()


def test_a_question_is_answered_without_a_socket(index):
    import qa

    answer = qa.ask(QUESTION, index=index, model="quote")
    assert "Charles Michel" in answer.text
    assert not qa.ask("What is the capital of Mongolia?", index=index, model="quote").answered


def test_the_page_is_built_without_a_socket(index):
    from qa.config import load
    from qa.web import build

    assert build(load(index=index)).routes


def test_no_process_of_a_whole_run_calls_another_machine(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(GUARD)
    log = tmp_path / "network.log"
    dropped = ("QA_", "HF_", "TRANSFORMERS_", "GRADIO_", "ANONYMIZED_", "COVERAGE_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    env |= {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "NETWORK_LOG": str(log), "QA_INDEX": str(tmp_path / "index")}
    env["QA_CACHE"] = str(tmp_path / "cache")

    def run(script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", script], env=env, text=True, capture_output=True, check=False)

    probe = run("import socket; socket.getaddrinfo('nowhere.invalid', 80)")
    assert "no network" in probe.stderr, "the guard is not there"
    log.unlink()
    done = run(SCRIPT)
    assert done.returncode == 0, done.stderr
    assert not log.exists(), log.read_text()
