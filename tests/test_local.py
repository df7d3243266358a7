"""llama.cpp in this process. A real model is asked where SmolLM2 is in the cache (qa models fetch smollm2-135m)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from qa.config import Config
from qa.errors import MissingExtra, ModelError
from qa.models import api, catalog, local
from qa.types import Citation

CONFIG = Config()
WEIGHTS = catalog.find("smollm2-135m", CONFIG)
real = pytest.mark.skipif(WEIGHTS is None, reason=f"no SmolLM2 in {CONFIG.cache}: run qa models fetch smollm2-135m")
EVIDENCE = [Citation(1, "a.txt", "A", "The bridge was opened in 1932 by the mayor of Sydney.", 0, 53)]
LONG = [
    Citation(n, "a.txt", "A", f"Line {n} tells of bridge number {n * 37} over a river. " * 12, 0, 1) for n in range(12)
]


def model() -> local.LocalLLM:
    assert WEIGHTS is not None
    return local.LocalLLM(path=WEIGHTS)


def answerer() -> api.LLMAnswerer:
    return api.LLMAnswerer(model(), "local (smollm2-135m)")


def test_a_file_that_is_no_gguf_is_refused_before_llama_cpp_sees_it(tmp_path: Path) -> None:
    fake = tmp_path / "fake.gguf"
    fake.write_bytes(b"PK\x03\x04 not a model")
    with pytest.raises(ModelError, match=r"fake\.gguf is not a GGUF file .*qa models"):
        local.check(fake)
    with pytest.raises(ModelError, match="No such file"):
        local.check(tmp_path / "none.gguf")


def test_a_broken_gguf_is_an_error_not_a_crash(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\x00" * 4096)
    with pytest.raises((ModelError, MissingExtra), match=r"cannot load .*broken\.gguf"):
        list(api.LLMAnswerer(local.LocalLLM(path=broken), "x").write("Why?", EVIDENCE))
    assert capfd.readouterr() == ("", "")


def test_a_model_larger_than_the_free_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    big = tmp_path / "big.gguf"
    with big.open("wb") as file:
        file.write(b"GGUF")
        file.truncate(40 * 10**9)
    monkeypatch.setattr(local, "free_memory", lambda: 8e9)
    with pytest.raises(ModelError, match=r"needs about 40\.\d GB of memory, 8\.0 GB are free"):
        local.check(big)


def test_no_more_threads_than_cores_are_used() -> None:
    assert 1 <= local.cores() <= (os.cpu_count() or 1)
    assert local.free_memory() > 2**20


@real
def test_a_real_model_answers_in_pieces_and_says_nothing_else(capfd: pytest.CaptureFixture[str]) -> None:
    pieces = list(answerer().write("When was the bridge opened?", EVIDENCE))
    assert "1932" in "".join(pieces) and len(pieces) > 5
    assert capfd.readouterr() == ("", "")


@real
def test_the_model_is_loaded_once_and_opens_no_port() -> None:
    first, second = answerer(), answerer()
    "".join(first.write("When was the bridge opened?", EVIDENCE))
    engine = next(iter(local._loaded.values()))
    "".join(second.write("Who opened the bridge?", EVIDENCE))
    assert list(local._loaded.values()) == [engine]
    assert listening(os.getpid()) == set()


def listening(pid: int) -> set[str]:
    """TCP sockets of a process that accept connections, and Unix sockets that have a path in the file system."""
    mine = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # the one that lists this folder
            mine.add(os.readlink(fd).removeprefix("socket:[").rstrip("]"))
    rows = [r.split() for t in ("tcp", "tcp6") for r in Path(f"/proc/{pid}/net/{t}").read_text().splitlines()[1:]]
    paths = [
        row.split()[7:] for row in Path(f"/proc/{pid}/net/unix").read_text().splitlines() if row.split()[6] in mine
    ]
    return {r[1] for r in rows if r[3] == "0A" and r[9] in mine} | {p[0] for p in paths if p and Path(p[0]).exists()}


class Counting:
    """The real server, with a count of what it reports."""

    def __init__(self, server: Any) -> None:
        self.server, self.events = server, 0

    def handle_chat_completions(self, request: Any, on_event: Any) -> None:
        def counted(event: Any) -> bool:
            self.events += 1
            return bool(on_event(event))

        self.server.handle_chat_completions(request, counted)


@real
@pytest.mark.parametrize("evidence", [EVIDENCE, LONG], ids=["while it writes", "while it reads"])
def test_closing_the_answer_stops_the_model_within_two_seconds(
    evidence: list[Citation], monkeypatch: pytest.MonkeyPatch
) -> None:
    llm = model()
    engine = local._engine(llm.path, llm.threads)
    monkeypatch.setattr(engine, "server", Counting(engine.server))
    writing = answerer().write("Tell a long story about every bridge, word by word.", evidence)
    while not engine.server.events:
        next(writing)
    writing.close()
    closed, events = time.monotonic(), engine.server.events
    with engine.moved:
        assert engine.moved.wait_for(lambda: not engine.waiting, 30)
    assert engine.server.events <= events + 2
    if os.getloadavg()[0] < local.cores():  # where others hold the cores, one step alone may take seconds
        assert time.monotonic() - closed < 2


@real
def test_questions_asked_at_once_are_answered_one_after_the_other_in_order() -> None:
    order: list[int] = []

    def ask(n: int) -> None:
        assert "".join(answerer().write(f"When was the bridge opened, friend {n}?", EVIDENCE))
        order.append(n)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
        time.sleep(0.2)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2]


@real
def test_a_prompt_that_is_too_long_is_an_error_that_says_so() -> None:
    flood = [Citation(1, "a.txt", "A", "word " * 9000, 0, 1)]
    with pytest.raises(ModelError, match="exceeds the available context"):
        list(answerer().write("Why?", flood))


@real
def test_it_is_a_llamaindex_llm() -> None:
    from llama_index.core.llms import LLM, ChatMessage

    llm = model()
    assert isinstance(llm, LLM) and llm.metadata.is_chat_model and llm.metadata.context_window == local.CONTEXT
    assert llm.chat([ChatMessage(role="user", content="Say hello.")], max_tokens=8).message.content
    assert llm.complete("Say hello.", max_tokens=8).text
    assert "".join(r.delta or "" for r in llm.stream_complete("Say hello.", max_tokens=8))


@real
def test_the_program_ends_cleanly_while_the_model_writes() -> None:
    code = (
        "from qa.models import local; from llama_index.core.llms import ChatMessage; from pathlib import Path\n"
        f"llm = local.LocalLLM(path=Path({str(WEIGHTS)!r}))\n"
        "stream = llm.stream_chat([ChatMessage(role='user', content='Tell a long story.')])\n"
        "print(len([next(stream) for _ in range(5)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "5\n", "")


class Talker:
    """A server that says a word every 20 ms until it is told to stop, or an error."""

    def __init__(self, error: str = "") -> None:
        self.error, self.said, self.stopped = error, 0, threading.Event()

    def handle_chat_completions(self, request: Any, on_event: Any) -> None:
        if self.error:
            on_event({"error": {"message": self.error}})
            return
        while not on_event({"choices": [{"delta": {"content": f"word {self.said} "}}]}):
            self.said += 1
            time.sleep(0.02)
        self.stopped.set()


def engine_with(server: Talker) -> Any:
    engine = object.__new__(local._Engine)
    engine.server, engine.waiting, engine.moved, engine.leaving = server, deque(), threading.Condition(), False
    return engine


def test_closing_the_pieces_ends_the_generation_and_the_next_in_line_begins() -> None:
    talker = Talker()
    engine = engine_with(talker)
    first, second = engine.write([], 9), engine.write([], 9)
    assert [next(first), next(first)] == ["", "word 0 "] and next(second) == ""  # it waits for its turn
    first.close()
    assert talker.stopped.wait(2) and "word" in next(piece for piece in second if piece)
    second.close()


def test_what_the_model_reports_as_an_error_is_raised_where_the_answer_is_read() -> None:
    with pytest.raises(ModelError, match="no room; or ask with --model quote"):
        list(engine_with(Talker("no room")).write([], 9))


def test_a_loop_is_noticed_and_ordinary_text_is_not() -> None:
    assert local._LOOP.search("Well. " + "The mayor said so. " * 3)
    assert not local._LOOP.search("The mayor said so. The minister said so. The mayor of Sydney said so. ")
    assert not local._LOOP.search("1932, 1933, 1934, 1935, 1936, 1937")
