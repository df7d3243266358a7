"""What works behind the page: the assistant while it loads, and the local model's weights on their way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from qa import render
from qa.config import Config
from qa.errors import ConfigError, QAError
from qa.models import Answerer, catalog, load
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
        self.corpus = Corpus(config, self.assistant)
        self._named: dict[str, Answerer] = {}
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="qa-engine")
        self._assistant: Future[Assistant] = Future()
        self._examples: Future[list[str]] = Future()

    def start(self) -> None:
        """Begin to load: the assistant, then the example questions, then the weights of the local model."""
        self._assistant = self._pool.submit(self._load)
        self._examples = self._pool.submit(self._try_examples)
        self._pool.submit(self._fetch)

    def close(self) -> None:
        """Stop a fetch, which keeps what it has, and let the thread end."""
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
        """Questions to begin with, as soon as they are tried; none where nothing can be answered."""
        try:
            return self._examples.result()
        except QAError:
            return []

    def answerer(self, name: str, who: str) -> Answerer:
        """Who writes the next answer for `who`: the model of this name, or the configured one for "". One that writes
        an answer at a time, as those on this machine do, takes everybody in turn.

        Raises:
            ConfigError: this model is not offered here. ModelError: it cannot be loaded.
        """
        chosen = self._chosen(name) if name else self.assistant().answerer
        return chosen if chosen.hosts or isinstance(chosen, Quote) else Queued(chosen, self.line, who)

    def _chosen(self, name: str) -> Answerer:
        if name not in self.names():
            raise ConfigError(f"the model {name[:80]!r} is not offered here; choose another one")
        if name not in self._named:
            self._named[name] = load(self.config.model_copy(update={"model": name}))
        return self._named[name]

    def names(self) -> list[str]:
        """The models that may be chosen: the sources' own words, local ones, and the configured one."""
        return list(dict.fromkeys(["quote", *(f"local:{name}" for name in catalog.WEIGHTS), self.config.model]))

    def _load(self) -> Assistant:
        assistant = self.make(self.config)
        assistant.warm()
        return assistant

    def _try_examples(self) -> list[str]:
        """The suggested questions that the documents answer; asking them also warms the embedder up."""
        assistant = self.assistant()
        asked = chat.examples(assistant.library)
        return [question for question in asked if assistant.ask(question, model="quote").answer.answered][:EXAMPLES]

    def _fetch(self) -> None:
        assistant, name = self.assistant(), catalog.DEFAULT_LOCAL
        if self.config.model != "auto" or self.config.offline or catalog.find(name, self.config):
            return
        self.fetching = render.Fetching(name, total=catalog.WEIGHTS[name].size)

        def show(done: int, total: int, rate: float, source: str) -> None:
            self.fetching = render.Fetching(name, done, total, rate, source)

        try:
            catalog.fetch(name, self.config, show, self.stopping)
            assistant.answerer = load(self.config)
            self.fetching = None
        except QAError as error:
            self.fetching = render.Fetching(name, failed=f"{error} · Answers go on in the sources’ own words")

    def status(self) -> str:
        """The line at the top, as HTML: what is read, who answers, where text goes, what is being fetched."""
        if not self._assistant.done():
            return render.status_html("Opening the index and its models…", "", busy=True)
        if error := self._assistant.exception():
            return render.status_html("", "", render.Fetching("", failed=f"Nothing can be answered: {error}"))
        answerer, found = self.assistant().answerer, len(self.assistant().library.documents())
        count = f"{found:,} document{'s' * (found != 1)}"
        where = f"sent to {', '.join(answerer.hosts)}" if answerer.hosts else "on this machine"
        quote = "Answers in the sources’ own words"
        model = quote if answerer.name == "quote" else f"Answers by {answerer.name}, {where}"
        busy = self.fetching is not None and not self.fetching.failed
        return render.status_html(count, model, self.fetching, busy=busy)
