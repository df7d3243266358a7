"""One question from start to end: condense, retrieve, choose evidence, write, check, answer."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from qa import clarify, followup, grammar, ground, language, naming, prompts, rerank, scan, talk
from qa.config import Config, load
from qa.editor import Editor, Event
from qa.errors import ConfigError, ModelError
from qa.library import Scope
from qa.models import Translator
from qa.models.quote import Quote, worth_quoting
from qa.subject import subject
from qa.types import Answer, Evidence, Text

if TYPE_CHECKING:
    from qa.embed import Embedder
    from qa.followup import History
    from qa.library import Library
    from qa.models import Answerer
    from qa.retrieve import Found, Retriever, Seen

_READ = 0.15  # a sentence less likely than this share of the best is not worth a model's time
_OVERRULED = 0.7  # with this confidence the best evidence is quoted even where a model says that there is none
_FOUND = 0.7  # with this confidence what was found answers, in whatever language the question is
_UNCLEAR = 0.3  # up to this confidence a refused question has no answer in the documents, more often than not
_SURE = 0.8  # with this confidence nothing is asked back about persons
_BEAT = 0.3  # seconds without a finished sentence after which an empty piece says that work goes on
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


class Assistant:
    """Answers questions over one index; keep one for many questions. Safe to use from several threads.

    Args:
        config: the settings; `qa.config.load()` when not given.
        embedder, answerer: used in place of those that `config` names.

    Raises:
        IndexMissing, IndexMismatch, ModelError: at the first question, or from `warm()`.
    """

    def __init__(
        self, config: Config | None = None, *, embedder: Embedder | None = None, answerer: Answerer | None = None
    ) -> None:
        self.config = config or load()
        self._embedder, self._answerer = embedder, answerer
        self._opened: tuple[Library, Retriever] | None = None
        self._opening = threading.RLock()

    def warm(self) -> None:
        """Load what the first question would otherwise wait for."""
        self._open()
        rerank.scores("", [""])
        rerank.relevance("", [""])
        language.detect("words of no language")
        if not isinstance(self.answerer, Quote):
            grammar.read("")

    @property
    def library(self) -> Library:
        """The documents, as they are now."""
        from qa.library import Library

        return self._opened[0] if self._opened and not self._opened[0].moved() else Library(self.config.index)

    @property
    def embedder(self) -> Embedder:
        """What turns text into the vectors of this index. Raises as the first question does."""
        self._open()
        assert self._embedder
        return self._embedder

    @property
    def answerer(self) -> Answerer:
        """Who writes the answers; set it to change models between questions."""
        with self._opening:
            if self._answerer is None:
                from qa import models

                self._answerer = models.load(self.config)
            return self._answerer

    @answerer.setter
    def answerer(self, answerer: Answerer) -> None:
        self._answerer = answerer

    def ask(
        self,
        question: str,
        *,
        history: History = (),
        documents: Sequence[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        model: str | Answerer | None = None,
    ) -> Reply:
        """Start to answer a question.

        Args:
            question: as the user wrote it.
            history: earlier (question, answer text) pairs, oldest first.
            documents: ids of the only documents to use (None for all).
            since, until: ISO dates; only documents dated within them are used.
            model: who writes this answer, by name or itself, in place of the configured one.

        Raises:
            ConfigError: an empty question, a date that is none, or an unknown model.
            QAError: an unknown document id.
        """
        if not question.strip():
            raise ConfigError('the question is empty; ask one: qa ask "Who …?"')
        for date in filter(None, (since, until)):
            if not _DATE.fullmatch(date):
                raise ConfigError(f"{date!r} is not an ISO date; write it as 2023-12-06, 2023-12 or 2023")
        return Reply(self, question, history, self._scope(documents, since, until), self._named(model))

    def search(self, question: str, scope: Scope | None = None) -> Found:
        """Passages and sentences for a question that stands alone, best first, without answering it. Where little is
        found, and the question is about one document, they are looked for in that alone."""
        library, retriever = self._open()
        found, about = retriever.search(question, scope), naming.within(question)
        if about and found.confidence < _FOUND:
            chosen = library.select(scope)
            sources = [one for one in library.documents() if chosen is None or one.id in set(chosen)]
            ids = naming.meant(about[0], {one.id: f"{one.title} {one.id}" for one in sources}, least=1.0)
            there = retriever.search(about[1], Scope(frozenset(ids))) if len(ids) == 1 else found
            return max(found, there, key=lambda one: one.confidence)
        return found

    def read(self, question: str, scope: Scope | None = None) -> Seen:
        """What `search` reads, with every sentence not yet scored: for training the scorer."""
        return self._open()[1].read(question, scope)

    def unsearched(self, question: str, standalone: str, scope: Scope | None, *, first: bool) -> Answer | None:
        """The reply to what needs no search: ordinary chat, and questions about the whole collection. None
        for every other question."""
        if text := talk.reply(question, first=first):
            return Answer(question, text, False, standalone=question, kind="talk")
        library, retriever = self._open()
        for asked in dict.fromkeys((talk.question(question), standalone)):
            if said := scan.answer(asked, library, scope, lambda text: retriever.understand(text)[0].variants):
                return said
        return None

    def _named(self, model: str | Answerer | None) -> Answerer:
        if not model:
            return self.answerer
        if not isinstance(model, str):
            return model
        from qa import models

        return models.load(load(**{**self.config.model_dump(exclude_unset=True), "model": model}))

    def _scope(self, documents: Sequence[str] | None, since: str | None, until: str | None) -> Scope | None:
        from qa.library import Scope

        if documents is None and not since and not until:
            return None
        for id in documents or ():
            self.library.document(id)
        return Scope(None if documents is None else frozenset(documents), since, until)

    def _open(self) -> tuple[Library, Retriever]:
        from qa.library import Library
        from qa.retrieve import Retriever
        from qa.split import SPLITTER
        from qa.store import Store

        with self._opening:
            if self._opened is None or self._opened[0].moved():
                library = Library(self.config.index)
                if self._embedder is None:
                    from qa.embed import SentenceTransformerEmbedder, identity

                    library.verify(embedder=identity(self.config.embedder), splitter=SPLITTER)
                    self._embedder = SentenceTransformerEmbedder(self.config.embedder)
                library.verify(embedder=self._embedder.name, dimension=self._embedder.dimension, splitter=SPLITTER)
                store = Store(library.chroma, url=self.config.chroma_url)
                self._opened = (library, Retriever(library, store, self._embedder))
            return self._opened


class Reply:
    """An answer in the making: iterate for its events, then read `.answer`. Reading `.answer` at once does both."""

    def __init__(
        self, assistant: Assistant, question: str, history: History, scope: Scope | None, answerer: Answerer
    ) -> None:
        self._assistant, self._scope, self._answerer = assistant, scope, answerer
        self._draft = Answer(question, "", False, model=answerer.name)
        self._history, self._stopped = _dialogue(history), threading.Event()
        self._times: dict[str, float] = {}
        self._events = self._run()
        self._answer: Answer | None = None

    def __iter__(self) -> Iterator[Event]:
        return self._events

    @property
    def answer(self) -> Answer:
        """The whole answer; waits for it where it is not yet written."""
        for _ in self._events:
            pass
        if self._answer is None:
            raise ModelError("the answer broke off with an error; ask again")
        return self._answer

    @property
    def draft(self) -> Answer:
        """What is known of the answer so far."""
        return self._draft

    def stop(self) -> None:
        """End early: what was said so far stays, with its citations."""
        self._stopped.set()

    def _run(self) -> Iterator[Event]:
        began = time.perf_counter()
        with self._timed("condense"):
            standalone = followup.stand_alone(talk.question(self._draft.question), self._history)
        if said := self._assistant.unsearched(self._draft.question, standalone, self._scope, first=not self._history):
            yield from self._recite(said, began)
            return
        with self._timed("retrieve"):
            found = self._assistant.search(standalone, self._scope)
        if found.confidence < _FOUND and (tongues := _tongues(found)) and isinstance(self._answerer, Translator):
            translated = yield from self._translated(standalone, tongues[1])
            with self._timed("retrieve"):
                again = self._assistant.search(translated, self._scope)
            if again.confidence > found.confidence:
                standalone, found = translated, again
        sure = found.confidence >= _SURE
        if back := clarify.ask(standalone, self._history, found.hits, self._assistant.library.document, sure=sure):
            yield from self._recite(replace(back, hits=found.hits), began)
            return
        sources = [
            source._replace(citation=replace(source.citation, number=n)) for n, source in enumerate(found.sentences, 1)
        ]
        standalone, confidence = standalone if subject(standalone) else found.question.text, found.confidence
        weighed = tuple(source.citation for source in sources)
        self._draft = replace(self._draft, standalone=standalone, hits=found.hits, confidence=confidence)
        self._draft = replace(self._draft, evidence=weighed)
        yield Evidence(weighed)
        if confidence >= self._assistant.config.min_confidence:
            yield from self._write(standalone, sources, began)
        if not self._draft.claims and self._draft.partial is None:
            self._draft = replace(self._draft, text=self._refusal(found), answered=False)
            yield Text(self._draft.text)
        elif found.left and self._draft.partial is None:
            left = f"\n\n{prompts.half(found.left)}"
            self._draft = replace(self._draft, text=self._draft.text + left)
            yield Text(left)
        self._times["total"] = time.perf_counter() - began
        self._answer = replace(self._draft, timings=dict(self._times))

    def _translated(self, question: str, into: str) -> Generator[Text, None, str]:
        """The question in the language of the documents, as the model translates it; itself where that says nothing."""
        said = ""
        with self._timed("translate"):
            for piece in self._until_stopped(cast("Translator", self._answerer).translate(question, into)):
                said += piece
                yield Text("")
        self._note_stop()
        lines = [line for line in map(str.strip, said.splitlines()) if line and not line.endswith(":")]
        return lines[0] if lines and not self._stopped.is_set() and len(lines[0]) < 4 * len(question) + 40 else question

    def _refusal(self, found: Found) -> str:
        library, scope = self._assistant.library, self._scope
        if not (found.hits or library.documents()):
            return prompts.NO_DOCUMENTS
        if scope and (scope.since or scope.until) and not library.select(scope):
            return prompts.NONE_DATED
        return refusal(found)

    def _recite(self, said: Answer, began: float) -> Iterator[Event]:
        """Give a finished reply, its citations before its text."""
        yield Evidence(said.citations)
        yield from said.citations
        yield Text(said.text)
        self._times["total"] = time.perf_counter() - began
        self._answer = replace(said, question=self._draft.question, model=self._draft.model, timings=dict(self._times))

    def _write(self, question: str, sources: list[ground.Source], began: float) -> Iterator[Event]:
        """Ask the answerer, and show what stands up to the check; then, as they stand, the sentences worth quoting that
        the answer does not cite, and the other sides."""
        started, checked = time.perf_counter(), 0.0
        editor = Editor(question, sources)
        for claim in self._drafts(question, sources):
            if not claim:
                yield Text("")
                continue
            before = time.perf_counter()
            events = editor.take(claim)
            checked += time.perf_counter() - before
            self._times.setdefault("first_token", time.perf_counter() - began)
            self._draft = replace(self._draft, **editor.state())
            yield from events
        if not self._draft.partial and (not editor.refused or self._draft.confidence >= _OVERRULED):
            likely = [source.citation for source in sources]
            last = editor.unused(worth_quoting(question, likely, self._assistant.config.sentences))
            last += editor.other_sides(question)
            self._draft = replace(self._draft, **editor.state())
            yield from last
        self._times |= {"answer": time.perf_counter() - started - checked, "ground": checked}

    def _drafts(self, question: str, sources: Sequence[ground.Source]) -> Iterator[str]:
        bar = _READ * sources[0].citation.score
        likely = [s.citation for i, s in enumerate(sources) if i < 2 or s.citation.score >= bar]
        self._draft = replace(self._draft, given=len(likely))
        pieces = self._answerer.write(question, likely)
        whole_lines = isinstance(self._answerer, Quote)
        try:
            for claim in ground.claims(self._until_stopped(pieces), by_line=whole_lines):
                if not self._stopped.is_set():
                    yield claim
        except ModelError as error:
            if not self._draft.claims:
                raise
            self._draft = replace(self._draft, partial=str(error))
        self._note_stop()

    def _note_stop(self) -> None:
        if self._stopped.is_set():
            self._draft = replace(self._draft, partial="stopped")

    def _until_stopped(self, pieces: Iterator[str]) -> Iterator[str]:
        beat = time.monotonic()
        with contextlib.closing(pieces):  # type: ignore[type-var]
            for piece in pieces:
                if self._stopped.is_set():
                    return
                yield piece
                if time.monotonic() - beat > _BEAT:  # in the midst of a sentence nothing else would be heard
                    beat = time.monotonic()
                    yield ""

    @contextlib.contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self._times[stage] = time.perf_counter() - began


def _dialogue(history: History) -> History:
    """The turns that a question may lean on: no courtesies, and of lists of the collection the question alone."""
    turns = [(asked, said) for asked, said in history if not talk.reply(asked, first=False)]
    return [(asked, "" if scan.asks_for_all(asked) else said) for asked, said in turns]


def refusal(found: Found) -> str:
    """The refusal, naming what no document mentions, and where the question is in another language than they are.

    It says no more than is known: of refusals above `_UNCLEAR` 69 per cent are of questions that the documents do
    answer, in other words, of those below 29 (61 and 63 questions of the development sets)."""
    if tongues := _tongues(found):
        asked, written = tongues
        return (
            f"{prompts.CANNOT_ANSWER} The documents found are in {written} and the question seems to be in {asked}, so "
            f"an answer in them may have been missed; ask in {written}."
        )
    if missing := [f"“{term}”" for term in found.unknown]:
        return f"{prompts.CANNOT_ANSWER} Nothing in them mentions {' or '.join(missing)}."
    return prompts.UNCLEAR if found.confidence > _UNCLEAR else prompts.CANNOT_ANSWER


def _tongues(found: Found) -> tuple[str, str] | None:
    """The languages of the question and of what was found, where they differ."""
    return language.differ(found.question.text, " ".join(hit.passage.text for hit in found.hits))
