"""Who writes the answer: answerers behind one method, chosen by the name in the configuration."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from qa.config import Config, masked
from qa.errors import ConfigError, ModelError
from qa.models import catalog
from qa.types import Citation

FORMS = (
    "auto, quote, local, local:NAME, PATH.gguf, hf:OWNER/REPO/FILE.gguf, "
    "openai:NAME, ollama:NAME, anthropic:NAME, http(s)://HOST/v1#NAME"
)


class Answerer(Protocol):
    """`name` is shown to the user; `hosts` are those it may call, none for a model on this machine."""

    name: str
    hosts: tuple[str, ...]

    def write(self, question: str, evidence: Sequence[Citation]) -> Iterator[str]:
        """The answer in pieces; `.close()` stops the writing. An empty piece only says that work goes on.

        Markers `[n]` are numbers of citations, and only hints. Raises ModelError, also from within the iteration.
        """
        ...


@runtime_checkable
class Translator(Protocol):
    """An answerer that can also translate a question."""

    def translate(self, question: str, into: str) -> Iterator[str]:
        """The question in another language ("German"), in pieces; otherwise as `Answerer.write`."""
        ...


class Option(NamedTuple):
    """A model to choose: its name, and "ready" or what it still needs."""

    name: str
    state: str


def load(config: Config) -> Answerer:
    """The answerer that `config.model` names. Nothing is fetched and no host is called before it writes.

    Raises:
        ConfigError: the name has no known form.
        ModelError, MissingExtra: the weights, the key or the package are missing.
    """
    return _loader(config.model)(config)


def describe(config: Config) -> tuple[str, ...]:
    """The hosts that the configured model may call; empty for one on this machine. Loads nothing."""
    if _loader(config.model) is not _api:
        return ()
    from qa.models import api

    return (api.target(config).host,)


def available(config: Config) -> list[Option]:
    """What can be chosen here, without calling any host."""
    from qa.models import api

    options = [Option("quote", "ready")]
    for name, weights in catalog.WEIGHTS.items():
        here = catalog.find(name, config)
        options.append(Option(f"local:{name}", "ready" if here else f"can be fetched ({weights.size / 1e6:,.0f} MB)"))
    for vendor in api.VENDORS:
        missing = api.needs(api.target(config.model_copy(update={"model": f"{vendor}:NAME"})))
        options.append(Option(f"{vendor}:NAME", f"needs: {missing}" if missing else "ready"))
    return options


def _quote(config: Config) -> Answerer:
    from qa.models.quote import Quote

    return Quote(config.sentences)


def _auto(config: Config) -> Answerer:
    return _local(config) if catalog.find(catalog.DEFAULT_LOCAL, config) else _quote(config)


def _local(config: Config) -> Answerer:
    name = config.model.removeprefix("local:")
    name = catalog.DEFAULT_LOCAL if name in {"auto", "local", ""} else name
    path = catalog.find(name, config)
    if path is None:
        if catalog.named(name):
            raise ModelError(
                f"{name} is not in {config.cache}, or damaged; run: qa models fetch {name}, or ask with --model quote"
            )
        if name.lower().endswith(".gguf"):
            raise ModelError(f"there is no file {name}; see the models on this machine: qa models")
        near = difflib.get_close_matches(name, catalog.WEIGHTS, 1, 0.0)[0]
        raise ConfigError(f"no local model is named {name!r}; did you mean local:{near}? See: qa models")
    from qa.models import api, local

    local.check(path)
    llm = local.LocalLLM(path=path, threads=config.threads)
    return api.LLMAnswerer(llm, f"local ({name if catalog.named(name) else Path(name).stem})")


def _api(config: Config) -> Answerer:
    from qa.models import api

    return api.answerer(config)


_LOADERS: dict[str, Callable[[Config], Answerer]] = {
    **{"auto": _auto, "quote": _quote, "local": _local, "local:": _local, "hf:": _local},
    **dict.fromkeys(("openai:", "ollama:", "anthropic:", "http://", "https://"), _api),
}


def _loader(model: str) -> Callable[[Config], Answerer]:
    for form, loader in _LOADERS.items():
        if model == form or (form[-1] in ":/" and model.startswith(form)):
            return loader
    if model.lower().endswith(".gguf"):
        return _local
    near = difflib.get_close_matches(model, [*_LOADERS, *(f"local:{name}" for name in catalog.WEIGHTS)], 1, 0.0)[0]
    raise ConfigError(f"unknown model {masked(model)!r}; did you mean {near}? Known: {FORMS}. See: qa models")
