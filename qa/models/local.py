"""GGUF models by llama.cpp, in this process, as a LlamaIndex LLM. Imported only when a local model is asked for."""

from __future__ import annotations

import atexit
import os
import re
import secrets
import sys
import tempfile
import threading
import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from llama_index.core.base.llms.generic_utils import chat_to_completion_decorator, stream_chat_to_completion_decorator
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, CompletionResponse, LLMMetadata
from llama_index.core.llms import CustomLLM
from llama_index.core.llms.callbacks import llm_chat_callback, llm_completion_callback

from qa.errors import MissingExtra, ModelError
from qa.models.pieces import Put, piecewise

CONTEXT = 4096  # tokens
MAX_TOKENS = 220
BATCH = 96  # prompt tokens read between two looks at the stop flag; 512 reads about a quarter faster
_LOOP = re.compile(r"(.{12,}?)\1{2}$", re.DOTALL)  # the same 12 or more characters three times over, at the end


class LocalLLM(CustomLLM):
    """A GGUF file as a LlamaIndex LLM. It is loaded at first use, once per process; one answer is written at a time."""

    path: Path
    threads: int = 0

    @property
    def metadata(self) -> LLMMetadata:
        name = self.path.stem
        return LLMMetadata(context_window=CONTEXT, num_output=MAX_TOKENS, is_chat_model=True, model_name=name)

    @llm_chat_callback()
    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> Iterator[ChatResponse]:
        """The answer in pieces, by the model's own chat template. A piece may be empty; closing it stops the model."""
        plain = [{"role": message.role.value, "content": message.content or ""} for message in messages]

        def responses() -> Iterator[ChatResponse]:
            text, engine = "", _engine(self.path, self.threads)
            for piece in engine.write(plain, kwargs.get("max_tokens", MAX_TOKENS)):
                text += piece
                yield ChatResponse(message=ChatMessage(role="assistant", content=text), delta=piece)

        return responses()

    @llm_chat_callback()
    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        return deque(self.stream_chat(messages, **kwargs), maxlen=1)[0]

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        return chat_to_completion_decorator(self.chat)(prompt, **kwargs)

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Iterator[CompletionResponse]:
        return stream_chat_to_completion_decorator(self.stream_chat)(prompt, **kwargs)


class _Engine:
    """One loaded model. Whoever asks waits for its turn: first come, first served."""

    def __init__(self, path: Path, threads: int) -> None:
        check(path)
        self.server = _serve(path, threads or cores())
        self.waiting: deque[object] = deque()
        self.moved, self.leaving = threading.Condition(), False
        _engines.add(self)

    def write(self, messages: Sequence[dict[str, str]], limit: int) -> Iterator[str]:
        request = {"messages": list(messages), "max_tokens": limit, "temperature": 0, "stream": True}
        request |= {"cache_prompt": True, "return_progress": True}
        tail = ""
        with closing(piecewise(lambda put: self.generate(request, put))) as pieces:
            for piece in pieces:
                yield piece
                tail = (tail + piece)[-400:]
                if piece and _LOOP.search(tail):
                    return

    def generate(self, request: dict[str, Any], put: Put) -> None:
        def on_event(event: dict[str, Any]) -> bool:
            """Called for every token and every batch of the prompt; True ends the generation."""
            if "choices" in event:
                written: str | Exception = "".join(one["delta"].get("content") or "" for one in event["choices"])
            else:
                said = event.get("error", event)
                written = ModelError(f"the local model failed: {said.get('message', said)}; or ask with --model quote")
            return put(written) or self.leaving

        ticket = object()
        with self.moved:
            self.waiting.append(ticket)
            self.moved.wait_for(lambda: self.waiting[0] is ticket)
        try:
            if not (put("") or self.leaving):
                self.server.handle_chat_completions(request, on_event)
        finally:
            with self.moved:
                self.waiting.popleft()
                self.moved.notify_all()


_engines: weakref.WeakSet[_Engine] = weakref.WeakSet()
_loaded: dict[tuple[Path, int], _Engine] = {}
_loading = threading.Lock()


@atexit.register
def _leave() -> None:
    """A thread inside llama.cpp when the interpreter goes away would abort the process, so wait until it stops."""
    for engine in list(_engines):
        engine.leaving = True
        with engine.moved:
            engine.moved.wait_for(lambda: not engine.waiting, 10)  # noqa: B023


def _engine(path: Path, threads: int) -> _Engine:
    """The engine of this file, loaded once. Another file takes the place of the one before: memory is for one model."""
    key = (path.resolve(), threads)
    with _loading:
        if key not in _loaded:
            _loaded.clear()
            _loaded[key] = _Engine(path, threads)
        return _loaded[key]


def _serve(path: Path, threads: int) -> Any:
    try:
        import xllamacpp
    except ImportError as error:
        raise MissingExtra(f"llama.cpp cannot be loaded ({error}); run: pip install xllamacpp") from error
    params = xllamacpp.CommonParams()
    params.verbosity, params.fit_params, params.offline = -1, False, True
    params.model.path = str(path)
    params.n_ctx, params.n_parallel, params.n_batch, params.n_ubatch = CONTEXT, 1, BATCH, BATCH
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    # llama.cpp rearranges the weights as it loads them: mapped, they would be in memory twice
    params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
    params.cache_ram_mib = 0  # the one slot keeps the last prompt; copies of older ones would cost gigabytes
    params.ui, params.endpoint_slots, params.n_threads_http = False, False, 1
    params.api_keys = [secrets.token_hex(32)]
    # Its server insists on listening, so it gets a socket in a private folder that is removed once it has started: no
    # port is open and nobody can connect. Where there are no such sockets: a free local port, behind the random key.
    with tempfile.TemporaryDirectory(prefix="qa-") as folder:
        if sys.platform != "win32" and len(folder) < 90:
            params.hostnames = [f"{folder}/s.sock"]
        try:
            return xllamacpp.Server(params)
        except RuntimeError as error:
            raise ModelError(f"llama.cpp cannot load {path}; is it whole, and supported? See: qa models") from error


def check(path: Path) -> None:
    """Refuse what llama.cpp would choke on: a file that is no GGUF, a model larger than the free memory."""
    try:
        with path.open("rb") as file:
            magic, size = file.read(4), os.fstat(file.fileno()).st_size
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}; see the models on this machine: qa models") from error
    if magic != b"GGUF":
        raise ModelError(f"{path} is not a GGUF file (it starts with {magic!r}); see the models: qa models")
    needed, free = size + CONTEXT * 2**16 + 2**28, free_memory()
    if needed > free:
        raise ModelError(
            f"{path.name} needs about {needed / 1e9:.1f} GB of memory, {free / 1e9:.1f} GB are free; "
            "close other programs, or choose a smaller model: qa models"
        )


def _read(path: str, pattern: str) -> list[int]:
    """The numbers that a pattern finds in one of the kernel's files; none where there is no such file, or limit."""
    try:
        found = re.search(pattern, Path(path).read_text(), re.MULTILINE)
    except OSError:
        return []
    return [int(number) for number in found.groups()] if found else []


def free_memory() -> float:
    """Bytes that may still be used, in this machine and this container; infinite where it is not known."""
    free = [1024 * kilobytes for kilobytes in _read("/proc/meminfo", r"^MemAvailable:\s+(\d+)")]
    used = _read("/sys/fs/cgroup/memory.stat", r"^anon (\d+)") or [0]
    free += [limit - used[0] for limit in _read("/sys/fs/cgroup/memory.max", r"^(\d+)")]
    return min(free, default=float("inf"))


def cores() -> int:
    """Physical cores this process may use. llama.cpp's threads spin: one too many makes it ten times slower."""
    if not hasattr(os, "sched_getaffinity"):
        return max(1, (os.cpu_count() or 2) // 2)
    topology = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
    firsts = {(_read(topology.format(cpu), r"^(\d+)") or [cpu])[0] for cpu in os.sched_getaffinity(0)}
    quota = _read("/sys/fs/cgroup/cpu.max", r"^(\d+) (\d+)")
    return max(1, min(len(firsts), quota[0] // quota[1])) if quota else len(firsts)
