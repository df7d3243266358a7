"""What works behind the page: the assistant while it loads, and the local model's weights on their way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from qa import render, sync
from qa.config import Config, masked
from qa.errors import ConfigError, QAError
from qa.library import current
from qa.models import Answerer, catalog, describe, load
from qa.models.quote import Quote
from qa.web import chat
from qa.web.corpus import Corpus
from qa.web.line import Line, Queued, Room

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.library import Library

EXAMPLES = 4
ROOM, EACH = 64, 8  # questions that may be under way at the same time: all, and one person's


class Engine:
    """Loads in a thread of its own, so that the page listens at once. `make` builds the assistant."""

    def __init__(self, config: Config, make: Callable[[Config], Assistant]) -> None:
        self.config, self.make = config, make
        self.fetching: render.Fetching | None = None
        self.stopping, self.line, self.room = threading.Event(), Line(), Room(ROOM, EACH)
        self.closing = False
        self.corpus = Corpus(config, self.assistant)
        self._named: dict[str, Answerer] = {}
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="qa-engine")
        self._assistant: Future[Assistant] = Future()
        self._tried: Path | None = None  # the generation of the index that was loaded last, or could not be
        self._examples: tuple[int, list[str]] = (-1, [])  # of which revision of the library
        self._trying = threading.Lock()

    def start(self) -> None:
        """Begin to load: the assistant, then the example questions, then the weights of the local model."""
        self._assistant = self._pool.submit(self._load)
        self._pool.submit(self.examples)
        self._pool.submit(self._fetch_default)

    def close(self) -> None:
        """Stop a fetch, which keeps what it has, and let the thread end."""
        self.closing = True
        self.stopping.set()
        self.corpus.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def assistant(self) -> Assistant:
        """The assistant, as soon as there is one. Raises what loading it raised."""
        return self._assistant.result()

    def library(self) -> Library:
        """The documents, without waiting for the models. Raises `IndexMissing`."""
        from qa.library import Library

        ready = self._assistant.done() and not self._assistant.exception()
        return self.assistant().library if ready else Library(self.config.index)

    def examples(self) -> list[str]:
        """Questions to begin with that the documents, as they are now, answer; none where nothing can be answered.
        Waits for the models, and while the questions are tried: which also warms the embedder up."""
        try:
            assistant = self.assistant()
            with self._trying:
                revision = assistant.library.revision()
                if revision != self._examples[0]:
                    asked = chat.examples(assistant.library)
                    tried = [each for each in asked if assistant.ask(each, model="quote").answer.answered]
                    self._examples = revision, tried[:EXAMPLES]
                return self._examples[1]
        except QAError:
            return []

    def welcome(self) -> str:
        """The page before a question, as HTML: questions to begin with, or that there are no documents yet."""
        examples, ready = self.examples(), not self._assistant.exception()
        return render.part("welcome", examples, empty=ready and not self.assistant().library.documents())

    def answerer(self, name: str, who: str) -> Answerer:
        """Who writes the next answer for `who`: the model of this name, or the configured one for "". One that writes
        an answer at a time, as those on this machine do, takes everybody in turn.

        Raises:
            ConfigError: this model is not offered here. ModelError: it cannot be loaded.
        """
        self._renew()
        chosen = self._chosen(name) if name else self.assistant().answerer
        return chosen if chosen.hosts or isinstance(chosen, Quote) else Queued(chosen, self.line, who)

    def _chosen(self, name: str) -> Answerer:
        if name not in self.names():
            raise ConfigError(f"the model {name[:80]!r} is not offered here; choose another one")
        if name not in self._named:
            self._named[name] = load(self.config.model_copy(update={"model": self.names()[name]}))
        return self._named[name]

    def names(self) -> dict[str, str]:
        """The models that may be chosen, as they are shown, and what each is configured by: the sources' own words,
        local ones, and the configured one."""
        own = [self.config.model] if self.config.model not in {"auto", "local", "local:"} else []
        return {masked(name): name for name in ["quote", *(f"local:{name}" for name in catalog.WEIGHTS), *own]}

    def _renew(self) -> None:
        """Load once more where that failed, when another index has come since."""
        failed = self._assistant.done() and self._assistant.exception()
        if failed and not self.closing and current(self.config.index) != self._tried:
            self._tried = current(self.config.index)
            self.start()

    def _load(self) -> Assistant:
        self._tried = current(self.config.index)
        assistant = self.make(self.config)
        assistant.warm()
        return assistant

    def fetch(self, name: str) -> None:
        """Bring the weights of a local model here, one model at a time.

        Raises:
            ConfigError: no model of this name can be fetched, or not now.
        """
        if f"local:{name}" not in self.names() or self.config.offline:
            raise ConfigError(f"{name[:80]!r} cannot be fetched here; choose another model")
        if self.fetching and not self.fetching.failed:
            raise ConfigError(f"{self.fetching.name} is being fetched; wait until it is here, or cancel it")
        self.fetching = render.Fetching(name)
        self._pool.submit(self._fetch, name)

    def _fetch_default(self) -> None:
        wanted = self.config.model == "auto" and not self.config.offline and self.assistant()
        if wanted and not catalog.find(catalog.DEFAULT_LOCAL, self.config):
            self._fetch(catalog.DEFAULT_LOCAL)

    def _fetch(self, name: str) -> None:
        if self.closing:
            return
        self.stopping.clear()
        self.fetching = render.Fetching(name, total=catalog.WEIGHTS[name].size)

        def show(done: int, total: int, rate: float, source: str) -> None:
            self.fetching = render.Fetching(name, done, total, rate, source)

        try:
            catalog.fetch(name, self.config, show, self.stopping)
            if self.config.model == "auto":
                self.assistant().answerer = load(self.config)
            self.fetching = None
        except QAError as error:
            self.fetching = render.Fetching(name, failed=f"{error} · Answers go on in the sources’ own words")

    def status(self, name: str = "") -> str:
        """The line at the top, as HTML: what is read, who answers, where text goes, what is being fetched. `name` is
        the model that this page has chosen, if any."""
        self._renew()
        if not self._assistant.done():
            return render.part("status", "Opening the index and its models…", "", busy=True)
        new = sync.rebuild(self.config.index)
        growing = new is not None and new.running
        if error := self._assistant.exception():
            what = (
                "The index is being rebuilt. Questions are answered as soon as it is whole" if growing else str(error)
            )
            nothing = render.Fetching("", failed=f"Nothing can be answered: {what}")
            return render.part("status", "", "", nothing, busy=growing)
        count = len(self.assistant().library.documents())
        found = f"{count:,} document{'s' * (count != 1)}" + "; add some here, or run: qa ingest FOLDER" * (not count)
        if new:
            found += f". {_rebuilding(new, count)}"
        busy = growing or (self.fetching is not None and not self.fetching.failed)
        said, host = self._said(name)
        return render.part("status", found, said, self.fetching, busy=busy, host=host)

    def _said(self, name: str) -> tuple[str, str]:
        """Who answers, and the host that text is sent to for it."""
        try:
            answerer = self._chosen(name) if name in self.names() else self.assistant().answerer
        except QAError as error:
            return str(error), ""
        host = ", ".join(answerer.hosts)
        said = f"Answers by {answerer.name}, {f'sent to {host}' if host else 'on this machine'}"
        return "Answers in the sources’ own words" if answerer.name == "quote" else said, host

    def models_html(self, chosen: str) -> str:
        """The models to choose from, as HTML."""
        return render.part("models", [self._option(name, chosen or self._default()) for name in self.names()])

    def _default(self) -> str:
        own = masked(self.config.model)
        if own in self.names():
            return own
        return "quote" if self.assistant().answerer.name == "quote" else f"local:{catalog.DEFAULT_LOCAL}"

    def _option(self, name: str, chosen: str) -> render.Option:
        if name == "quote":
            return render.Option(name, "The sources’ own words", "At once, on this machine", name == chosen)
        if hosts := describe(self.config.model_copy(update={"model": self.names()[name]})):
            where = ", ".join(hosts)
            note = f"Each question, and the sentences found for it, are sent to {where}"
            return render.Option(name, name, note, name == chosen, where)
        weights = catalog.WEIGHTS.get(name.removeprefix("local:"))
        if not weights or catalog.find(weights.name, self.config):
            return render.Option(name, name, "On this machine", name == chosen)
        size = render.size_text(weights.size)
        if self.config.offline:
            return render.Option(name, name, f"{size}, not here; QA_OFFLINE=1 forbids to fetch it", state="offline")
        fetching = self.fetching and not self.fetching.failed and self.fetching.name == weights.name
        return render.Option(name, name, f"{size}, not here yet", state="fetching" if fetching else "absent")


def _rebuilding(new: sync.Rebuild, count: int) -> str:
    if new.running:
        return f"The index is being rebuilt ({new.documents:,} of {count:,}); until it is whole, the old one answers"
    return "A rebuild of the index broke off; the old one goes on answering. Try again: qa ingest --rebuild FOLDER"
