"""API models against a real little server that behaves well, and in every way that servers misbehave."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from qa import models
from qa.config import Config
from qa.errors import ConfigError, MissingExtra, ModelError
from qa.models import api, catalog
from qa.types import Citation

KEY = "sk-planted-1234567890"
EVIDENCE = [Citation(1, "a.txt", "A", "The bridge was opened in 1932.", 0, 30)]
WORDS = ["It was ", "opened ", "in 1932 ", "[1]."]


class Api(ThreadingHTTPServer):
    """Speaks three protocols. `faults` are used up one per request: a status, or "slow", "cut", "early", "junk" …"""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ApiHandler)
        self.faults: list[Any] = []
        self.names = ["tiny"]
        self.requests: list[tuple[str, dict[str, str], Any]] = []
        self.left, self.elsewhere = threading.Event(), ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class ApiHandler(BaseHTTPRequestHandler):
    server: Api
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def reply(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers), None))
        names = [{"id": name, "name": name} for name in self.server.names]
        self.reply(json.dumps({"models" if "tags" in self.path else "data": names}).encode())

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, {n.lower(): v for n, v in self.headers.items()}, asked))
        fault = self.server.faults.pop(0) if self.server.faults else ""
        with suppress(ConnectionError):
            if isinstance(fault, int):
                said = json.dumps({"error": {"message": f"no, {self.headers.get('Authorization')}"}}).encode()
                return self.reply(said, fault, Location=self.server.elsewhere)
            if fault == "junk":
                return self.reply(b"<html>It works!</html>")
            self.stream(asked, fault)
        self.server.left.set()
        return None

    def stream(self, asked: Any, fault: str) -> None:
        self.send_response(200)
        self.send_header(
            "Content-Type", "text/event-stream" if "/api/chat" not in self.path else "application/x-ndjson"
        )
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if fault == "slow":
            time.sleep(3)
        for word in WORDS * (100_000 if fault == "endless" else 1):
            self.event(word)
            if fault in {"cut", "early"}:
                break
            if fault == "bad line":
                self.chunk(b"data: {not json\n\n")
            if fault == "crawl":
                time.sleep(0.4)
        if fault != "cut":
            if fault != "early":
                self.end()
            self.wfile.write(b"0\r\n\r\n")
        self.close_connection = True

    def event(self, word: str) -> None:
        if "/api/chat" in self.path:
            self.chunk(
                json.dumps({"model": "tiny", "message": {"role": "assistant", "content": word}, "done": False}).encode()
                + b"\n"
            )
        elif "/messages" in self.path:
            self.sse({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}})
        else:
            self.sse({"choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]})

    def end(self) -> None:
        if "/api/chat" in self.path:
            self.chunk(
                json.dumps({"model": "tiny", "message": {"role": "assistant", "content": ""}, "done": True}).encode()
                + b"\n"
            )
        elif "/messages" in self.path:
            self.sse({"type": "message_stop"})
        else:
            self.sse({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            self.chunk(b"data: [DONE]\n\n")

    def sse(self, data: dict[str, Any]) -> None:
        if "type" not in data:
            data = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "tiny", **data}
            return self.chunk(b"data: " + json.dumps(data).encode() + b"\n\n")
        return self.chunk(b"event: " + data["type"].encode() + b"\ndata: " + json.dumps(data).encode() + b"\n\n")

    def chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_BASE_URL", "OLLAMA_HOST", "OLLAMA_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    running = Api()
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture(autouse=True)
def only_this_machine() -> None:
    pytest.importorskip("pytest_socket").socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


def config(server: Api, form: str = "url", **settings: Any) -> Config:
    name = f"{server.url}/v1#tiny" if form == "url" else f"{form}:tiny"
    base = {"ollama": server.url, "anthropic": server.url, "openai": f"{server.url}/v1"}.get(form, "")
    return Config(**{"model": name, "base_url": base, "timeout": 10, "retries": 1, **settings})


def ask(settings: Config) -> str:
    return "".join(models.load(settings).write("When was the bridge opened?", EVIDENCE))


FORMS = ["url", "openai", "ollama", "anthropic"]


def skip_without(form: str) -> None:
    if form == "anthropic":
        pytest.importorskip("llama_index.llms.anthropic")
        if int(version("anthropic").split(".")[0]) >= 1:
            pytest.skip("llama-index-llms-anthropic does not work with anthropic 1 and later")


@pytest.mark.parametrize("form", FORMS)
def test_every_api_streams_its_answer_and_sees_only_the_prompt(server: Api, form: str) -> None:
    skip_without(form)
    answerer = models.load(config(server, form, api_key=KEY))
    pieces = [piece for piece in answerer.write("When was the bridge opened?", EVIDENCE) if piece]
    assert pieces == WORDS and answerer.hosts == (f"127.0.0.1:{server.server_port}",)
    ((_path, headers, asked),) = server.requests
    assert KEY in headers.get("authorization", "") + headers.get("x-api-key", "")
    assert asked["model"] == "tiny" and "opened in 1932" in json.dumps(asked["messages"])


def test_a_server_of_ones_own_needs_no_key_and_never_gets_the_vendors(
    server: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert ask(config(server)) == "".join(WORDS)
    assert KEY not in str(server.requests)


def test_without_a_name_the_only_model_of_the_server_is_taken(server: Api) -> None:
    assert ask(config(server, model=f"{server.url}/v1")) == "".join(WORDS)
    server.names = ["tiny", "huge"]
    with pytest.raises(ModelError, match=r"offers tiny, huge; name one: --model http://127.*/v1#NAME"):
        ask(config(server, model=f"{server.url}/v1"))


@pytest.mark.parametrize("vendor", ["openai", "anthropic"])
def test_a_missing_key_is_named_before_anybody_is_called(vendor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    skip_without(vendor)
    monkeypatch.delenv(f"{vendor.upper()}_API_KEY", raising=False)
    with pytest.raises(ModelError, match=f"needs a key; run: export {vendor.upper()}_API_KEY=… .or QA_API_KEY"):
        models.load(Config(model=f"{vendor}:big"))


def test_a_missing_package_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pip install 'qa\[anthropic\]'"):
        models.load(Config(model="anthropic:big", api_key=KEY))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("faults", "message"),
    [
        ([401], r"refused the key \(401\)"),
        ([404], r"has no model 'tiny'; it offers tiny, other; name another"),
        ([429, 429], r"limits the rate or the quota \(429\)"),
        ([500, 503], r"failed \(503\)"),
        (["slow"], r"did not answer in 1 s; raise the limit: QA_TIMEOUT=2"),
        (["cut"], r"broke off the answer"),
        (["endless"], r"wrote 20,\d+ characters and did not stop"),
    ],
    ids=str,
)
def test_trouble_has_a_cause_and_a_next_command(server: Api, form: str, faults: list[Any], message: str) -> None:
    skip_without(form)
    server.faults, server.names = list(faults), ["tiny", "other"]
    settings = config(server, form, api_key=KEY, timeout=1 if faults == ["slow"] else 10)
    with pytest.raises(ModelError, match=message) as caught:
        ask(settings)
    assert KEY not in str(caught.value)
    assert not server.faults


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_is_not_followed_to_a_host_that_nobody_named(server: Api, form: str, status: int) -> None:
    skip_without(form)
    other = Api()
    threading.Thread(target=other.serve_forever, daemon=True).start()
    server.faults, server.elsewhere = [status] * 2, other.url
    with pytest.raises(ModelError):
        ask(config(server, form, api_key=KEY))
    assert not other.requests
    other.shutdown()
    other.server_close()


@pytest.mark.parametrize("form", ["url", "ollama"])
@pytest.mark.parametrize("fault", ["junk", "bad line", "early"])
def test_an_answer_that_is_no_answer_is_an_error(server: Api, form: str, fault: str) -> None:
    server.faults = [fault] * 2
    with pytest.raises(ModelError, match=r"JSON|broke off|refused the request"):
        ask(config(server, form))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("fault", [429, 500, 503])
def test_what_passes_is_tried_again_with_a_pause(server: Api, form: str, fault: int) -> None:
    skip_without(form)
    server.faults = [fault]
    assert ask(config(server, form, api_key=KEY)) == "".join(WORDS)
    assert len(server.requests) == 2


def test_what_was_written_stays_when_the_stream_breaks(server: Api) -> None:
    server.faults, got = ["cut"], []
    with pytest.raises(ModelError, match="broke off"):
        for piece in models.load(config(server)).write("When?", EVIDENCE):
            got.append(piece)
    assert "".join(got) == WORDS[0]
    assert len(server.requests) == 1


def test_an_unreachable_host_is_named_with_what_to_do() -> None:
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:9 cannot be reached; check the address"):
        ask(Config(model="http://127.0.0.1:9/v1#tiny", retries=0))
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:9 cannot be reached; start it: ollama serve"):
        ask(Config(model="ollama:tiny", base_url="http://127.0.0.1:9", retries=0))


def test_a_stream_that_crawls_ends_at_the_limit_and_says_so(server: Api) -> None:
    server.faults = ["crawl"]
    began = time.monotonic()
    with pytest.raises(ModelError, match=r"did not answer in 1 s"):
        ask(config(server, timeout=1))
    assert time.monotonic() - began < 2


def test_closing_the_answer_closes_the_connection(server: Api) -> None:
    server.faults = ["endless"]
    writing = models.load(config(server)).write("When?", EVIDENCE)
    while not next(writing):
        pass
    writing.close()
    assert server.left.wait(20)


def test_a_slow_model_sends_heartbeats_so_that_it_can_be_stopped(server: Api) -> None:
    server.faults = ["slow"]
    writing = models.load(config(server)).write("When?", EVIDENCE)
    began = time.monotonic()
    assert next(writing) == "" and time.monotonic() - began < 5
    writing.close()


@pytest.mark.parametrize("form", FORMS)
def test_keys_are_in_no_log_no_repr_and_no_message(
    server: Api, form: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    skip_without(form)
    caplog.set_level(logging.DEBUG)
    settings = config(server, form, api_key=KEY, retries=0)
    answerer = models.load(settings)
    server.faults = [500]
    with pytest.raises(ModelError) as caught:
        list(answerer.write("When?", EVIDENCE))
    list(answerer.write("When?", EVIDENCE))
    shown = caplog.text + "".join(capfd.readouterr()) + repr(answerer) + str(caught.value) + repr(api.target(settings))
    assert KEY not in shown


@pytest.mark.parametrize("model", ["https://me:pass-1@llm.test/v1#big", "htps://me:pass-1@llm.test/v1#big"])
def test_a_password_in_an_address_is_shown_nowhere(model: str) -> None:
    try:
        shown = models.load(Config(model=model)).name
    except ConfigError as error:
        shown = str(error)
    assert "//***@llm.test/v1#big" in shown and "pass-1" not in shown


def test_any_llamaindex_llm_is_an_answerer() -> None:
    from llama_index.core.llms.mock import MockLLM

    answerer = api.LLMAnswerer(MockLLM(), "mock")
    assert "opened in 1932" in "".join(answerer.write("When?", EVIDENCE)) and answerer.hosts == ()
    translated = "".join(answerer.translate("Quand ?", "English"))  # the mock repeats what it is told
    assert "into English" in translated and "Quand ?" in translated


@pytest.mark.parametrize(
    ("model", "hosts"),
    [
        ("auto", ()),
        ("quote", ()),
        ("local", ()),
        ("hf:acme/m/x.gguf", ()),
        ("openai:big", ("api.openai.com",)),
        ("anthropic:big", ("api.anthropic.com",)),
        ("ollama:big", ("localhost:11434",)),
        ("https://user:secret@models.example/v1#x", ("models.example",)),
    ],
)
def test_the_hosts_that_a_model_may_call_are_known_without_loading_it(model: str, hosts: tuple[str, ...]) -> None:
    assert models.describe(Config(model=model)) == hosts


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("opnai:gpt", r"did you mean openai:\?"),
        ("local:qwen2.5-coder-1b", r"did you mean local:qwen2.5-coder-1.5b\?"),
        ("qwen2.5-coder-0.5b", r"did you mean local:qwen2.5-coder-0.5b\?"),
        ("", "unknown model ''"),
        ("http://#x", "is no address of an API"),
    ],
)
def test_an_unknown_model_is_refused_with_the_nearest_name(model: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        models.load(Config.model_construct(**{**Config(cache=tmp_path).model_dump(), "model": model}))


def test_without_weights_auto_quotes_and_local_names_the_command(tmp_path: Path) -> None:
    assert models.load(Config(cache=tmp_path)).name == "quote"
    with pytest.raises(ModelError, match=f"qa models fetch {catalog.DEFAULT_LOCAL}"):
        models.load(Config(model="local", cache=tmp_path))
    with pytest.raises(ModelError, match=r"qa models fetch hf:acme/m/x\.gguf"):
        models.load(Config(model="hf:acme/m/x.gguf", cache=tmp_path))
    with pytest.raises(ModelError, match=r"there is no file /nowhere/x\.gguf"):
        models.load(Config(model="/nowhere/x.gguf", cache=tmp_path))


def test_what_can_be_chosen_is_listed_with_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    states = dict(models.available(Config(cache=tmp_path)))
    assert states["quote"] == "ready" and states["ollama:NAME"] == "ready"
    assert states["local:qwen2.5-coder-1.5b"] == "can be fetched (1,117 MB)"
    assert states["openai:NAME"] == "needs: export OPENAI_API_KEY=…"
