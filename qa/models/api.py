"""Any LlamaIndex LLM as an answerer, and the APIs that come with it: OpenAI and compatible, Ollama, Anthropic."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import httpx

from qa import prompts
from qa.config import Config, masked
from qa.errors import ConfigError, MissingExtra, ModelError
from qa.models.catalog import retrying
from qa.models.pieces import Put, piecewise
from qa.types import Citation

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

MAX_TOKENS = 1000
MAX_CHARS = 20_000  # an answer is a few sentences: who goes on beyond this will not stop

# vendor → address, and the variable that usually holds the key ("" where none is needed)
VENDORS = {
    "openai": ("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "anthropic": ("https://api.anthropic.com", "ANTHROPIC_API_KEY"),
    "ollama": ("http://localhost:11434", ""),
}


class _Retryable(ModelError):
    """Worth another try, as long as nothing was written."""


class Target(NamedTuple):
    """One configured API model."""

    vendor: str
    model: str
    url: str
    config: Config

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def variable(self) -> str:
        return VENDORS[self.vendor][1]

    @property
    def own(self) -> bool:
        """Whether this is the vendor's own host, not one that speaks the same protocol."""
        return urlsplit(self.url).hostname == urlsplit(VENDORS[self.vendor][0]).hostname

    @property
    def key(self) -> str:
        """The one place where keys are read. A vendor's own variable is only ever sent to the vendor's own host."""
        return self.config.api_key.get_secret_value() or (os.environ.get(self.variable, "") if self.own else "")


def target(config: Config) -> Target:
    """What the configuration names by `VENDOR:NAME`, or `http(s)://HOST/v1#NAME` for what is compatible with OpenAI.

    Raises:
        ConfigError: the address is none.
    """
    vendor, _, model = config.model.partition(":")
    url = ""
    if vendor in {"http", "https"}:
        vendor, (url, _, model) = "openai", config.model.partition("#")
    url = (config.base_url or url or VENDORS[vendor][0]).rstrip("/")
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise ConfigError(f"{masked(url)!r} is no address of an API, such as http://localhost:8000/v1; see: qa doctor")
    return Target(vendor, model, url, config)


def needs(to: Target) -> str:
    """What is missing before this model can be asked: a package, a key, or nothing (""). Calls nobody."""
    if to.vendor == "anthropic" and not (find_spec("llama_index.llms") and find_spec("llama_index.llms.anthropic")):
        return "pip install 'qa[anthropic]'"
    return f"export {to.variable}=…" if to.variable and to.own and not to.key else ""


def answerer(config: Config) -> LLMAnswerer:
    """The API model that the configuration names. No host is called before it writes.

    Raises:
        ModelError: the vendor's own host needs a key, and there is none.
        MissingExtra: the vendor's package is not installed.
    """
    to = target(config)
    missing, name = needs(to), masked(config.model)
    if missing.startswith("pip"):
        raise MissingExtra(f"{name} needs another package; run: {missing}")
    if missing:
        raise ModelError(f"{name} needs a key; run: {missing} (or QA_API_KEY), or ask with --model quote")
    return LLMAnswerer(
        lambda: _MAKE[to.vendor](to if to.model else _only(to)),
        name,
        (to.host,),
        timeout=config.timeout,
        retries=config.retries,
        explain=lambda error: _explain(error, to),
    )


class LLMAnswerer:
    """Any LlamaIndex LLM as an answerer: `LLMAnswerer(OpenAI(model="…"), "my model", ("api.openai.com",))`.

    Args:
        llm: the model, or a function that makes it when it is first needed.
        timeout: seconds that one request may take in all; None for an LLM that always ends and sends heartbeats.
        retries: how often a request is tried again that failed before a word was written.
        explain: turns an error of the model's client into a ModelError.
    """

    def __init__(
        self,
        llm: LLM | Callable[[], LLM],
        name: str,
        hosts: tuple[str, ...] = (),
        *,
        timeout: float | None = None,
        retries: int = 0,
        explain: Callable[[Exception], ModelError] | None = None,
    ) -> None:
        self.name, self.hosts, self.timeout, self.retries = name, hosts, timeout, retries
        self._llm, self._explain = llm, explain or (lambda error: ModelError(f"{name}: {error}; see: qa doctor"))

    @property
    def llm(self) -> LLM:
        """The LlamaIndex model itself."""
        if callable(self._llm):
            self._llm = self._llm()
        return self._llm

    def write(self, question: str, evidence: Sequence[Citation]) -> Iterator[str]:
        """The answer in pieces; see `Answerer.write`."""
        yield from self._said(prompts.answer(question, evidence))

    def translate(self, question: str, into: str) -> Iterator[str]:
        """The question in another language ("German"), in pieces as `write` gives them; raises as it does."""
        yield from self._said(prompts.translation(question, into))

    def _said(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        for attempt in retrying(self.retries, _Retryable):
            with attempt:
                yield from self._once(messages)

    def _once(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        written = 0
        try:
            pieces = self._pieces(self.llm, messages)  # importing and making it is not the server's time
            for piece in pieces if self.timeout is None else piecewise(partial(_read, pieces), self.timeout):
                yield piece
                written += len(piece)
                if written > MAX_CHARS:
                    raise ModelError(f"{self.name} wrote {written:,} characters and did not stop; choose another model")
        except _errors() as error:
            failure = self._explain(error)
            raise (ModelError(*failure.args) if written else failure) from error

    @staticmethod
    def _pieces(llm: LLM, messages: Sequence[tuple[str, str]]) -> Generator[str, None, None]:
        from llama_index.core.llms import ChatMessage

        ended = False
        for response in llm.stream_chat([ChatMessage(role=role, content=text) for role, text in messages]):
            ended = _ended(response.raw)
            yield response.delta or ""
        if not ended:
            raise httpx.RemoteProtocolError("the stream ended before the answer did")


def _read(pieces: Generator[str, None, None], put: Put) -> None:
    for piece in pieces:
        if put(piece):
            pieces.close()
            for _ in range(10):
                if gc.collect():  # the clients' streams are reference cycles: only this hangs up at once
                    return
                time.sleep(0.1)  # it does nothing while another thread is at it
            return


def _ended(raw: Any) -> bool:
    """Whether this event, if it is the last of a stream, says that the answer is whole."""
    if choices := getattr(raw, "choices", None):
        return choices[0].finish_reason is not None
    return bool(raw.get("done", True)) if isinstance(raw, dict) else True


def _errors() -> tuple[type[Exception], ...]:
    """What the clients raise. Only clients that are loaded can raise, so none is imported for this."""
    names = (("openai", "OpenAIError"), ("anthropic", "AnthropicError"), ("ollama", "ResponseError"))
    loaded = (getattr(sys.modules[module], name) for module, name in names if module in sys.modules)
    return (httpx.HTTPError, OSError, ValueError, *loaded)  # ValueError: bad JSON


def _explain(error: Exception, to: Target) -> ModelError:
    """What went wrong, and the next command. The key is cut out of what the server says."""
    status, kind = getattr(error, "status_code", None) or 0, type(error).__name__
    if isinstance(error, httpx.HTTPStatusError):
        status = error.response.status_code
    if status in {401, 403}:
        return ModelError(f"{to.host} refused the key ({status}); set {to.variable or 'QA_API_KEY'}, then: qa doctor")
    if status == 404:
        return ModelError(f"{to.host} has no model {to.model!r}{_offer(to)}; name another: --model {to.vendor}:NAME")
    if status == 429:
        return _Retryable(f"{to.host} limits the rate or the quota (429); wait, raise QA_RETRIES, or use --model quote")
    if status >= 500:
        return _Retryable(f"{to.host} failed ({status}); try again later, or ask with --model quote")
    if "Timeout" in kind:
        seconds = to.config.timeout
        return ModelError(f"{to.host} did not answer in {seconds:g} s; raise the limit: QA_TIMEOUT={2 * seconds:g}")
    if "Connect" in kind:
        start = "start it: ollama serve" if to.vendor == "ollama" else "check the address, then: qa doctor"
        return _Retryable(f"{to.host} cannot be reached; {start}")
    if isinstance(error, httpx.TransportError):
        return _Retryable(f"{to.host} broke off the answer; ask again, or with --model quote")
    said = str(error)[:300].replace(to.key or "\0", "***")
    what = "sent something else than the API's JSON" if isinstance(error, ValueError) else "refused the request"
    return ModelError(f"{to.host} {what}: {said}; check the address and the model: qa doctor")


def offered(to: Target) -> list[str]:
    """The names of the models that a server says it offers. Raises httpx.HTTPError or ValueError."""
    path = {"openai": "/models", "anthropic": "/v1/models", "ollama": "/api/tags"}[to.vendor]
    headers = {"Authorization": f"Bearer {to.key}", "x-api-key": to.key} if to.key else {}
    reply = httpx.get(to.url + path, headers=headers, timeout=min(10, to.config.timeout)).raise_for_status().json()
    entries = (reply.get("data") or reply.get("models") or []) if isinstance(reply, dict) else []
    return [str(entry.get("id") or entry.get("name")) for entry in entries if isinstance(entry, dict)]


def _offer(to: Target) -> str:
    try:
        return f"; it offers {', '.join(offered(to)[:10]) or 'none'}"
    except (httpx.HTTPError, ValueError):
        return ""


def _only(to: Target) -> Target:
    """Where no model is named: the only one that the server offers."""
    names = offered(to)
    if len(names) != 1:
        form = f"{masked(to.url)}#NAME" if to.config.model.startswith("http") else f"{to.vendor}:NAME"
        raise ModelError(f"{to.host} offers {', '.join(names[:20]) or 'no model'}; name one: --model {form}")
    return to._replace(model=names[0])


def _openai(to: Target) -> LLM:
    from llama_index.llms.openai_like import OpenAILike

    return OpenAILike(
        model=to.model,
        api_base=to.url,
        api_key=to.key or "none",  # empty would make the client look for OPENAI_API_KEY
        is_chat_model=True,
        temperature=0,
        max_tokens=MAX_TOKENS,
        timeout=to.config.timeout,
        max_retries=0,
        http_client=httpx.Client(timeout=to.config.timeout, follow_redirects=False),  # type: ignore[call-arg]
    )


def _ollama(to: Target) -> LLM:
    from llama_index.llms.ollama import Ollama
    from ollama import Client

    headers = {"Authorization": f"Bearer {to.key}"} if to.key else {}
    return Ollama(
        model=to.model,
        base_url=to.url,
        temperature=0,
        context_window=8192,  # given, or it is asked for before the first question
        additional_kwargs={"num_predict": MAX_TOKENS},
        client=Client(host=to.url, timeout=to.config.timeout, headers=headers, follow_redirects=False),
    )


def _anthropic(to: Target) -> LLM:
    from llama_index.core.llms import LLMMetadata
    from llama_index.llms.anthropic import Anthropic

    class AnyAnthropic(Anthropic):
        """The integration knows a fixed list of names, and refuses every model that is newer than itself."""

        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(context_window=200_000, num_output=MAX_TOKENS, is_chat_model=True, model_name=self.model)

    timeout = to.config.timeout
    options: dict[str, Any] = {"api_key": to.key or "none", "max_tokens": MAX_TOKENS, "max_retries": 0}
    llm: Any = AnyAnthropic(model=to.model, base_url=to.url, temperature=0, timeout=timeout, **options)
    llm._client = llm._client.copy(http_client=httpx.Client(timeout=timeout, follow_redirects=False))
    return llm


_MAKE: dict[str, Callable[[Target], LLM]] = {"openai": _openai, "ollama": _ollama, "anthropic": _anthropic}
