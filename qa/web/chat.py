"""What the page does, as plain functions of (message, turns, assistant)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qa import render, speaker, suggest
from qa.errors import QAError
from qa.library import Scope
from qa.types import Answer, Span
from qa.web.keep import Turn

if TYPE_CHECKING:
    from qa.assistant import Assistant, Reply
    from qa.library import Library
    from qa.models import Answerer

SAMPLE, SENTENCES = 40, 30  # documents looked at for example questions, and how far into each
TRIED, OFFERED = 6, 3  # questions to go on with: how many are tried at most, and shown
LIKELY = 0.7  # how surely the documents answer a question that is offered
NEAR = 0.5  # how well a passage must fit to be asked about, as a share of the best one


def respond(
    question: str,
    turns: Iterable[Turn],
    assistant: Callable[[], Assistant],
    started: Callable[[Reply], None],
    keep: Callable[[Turn], int],
    *,
    scope: Scope | None = None,
    answerer: Callable[[], Answerer | None] = lambda: None,
) -> Iterator[str]:
    """Answer `question` after `turns`: the turn's HTML as it grows, evidence first; the last one is the finished turn.

    `assistant` may wait for the models, or raise why there is none. `started` gets the reply, to stop it by. `keep`
    gets the finished turn exactly once, also when the reader walks away or the program fails, and returns its number.
    `scope` limits the documents; `answerer` gives who writes this answer, or None for who always does.
    """
    history = [(turn.question, turn.answer.text) for turn in turns if turn.answer and not turn.problem]
    reply, asked = None, ""
    final = Turn(question, problem="Something went wrong in the program; its log says what. Ask again.")
    try:
        writer, asked = answerer(), scope_text(scope, assistant().library)
        reply = assistant().ask(question, history=history, model=writer, **(scope or Scope())._asdict())
        started(reply)
        for _ in reply:
            shown = render.chat_html(reply.draft, live=True, before=getattr(writer, "before", 0))
            yield render.turn_html(question, shown, scope=asked)
        final = _finished(reply, assistant().library)
    except QAError as error:
        draft = reply.draft if reply else Answer(question, "", answered=True)
        said = draft if draft.text else replace(draft, citations=draft.evidence, answered=True)
        final = Turn(question, said if said.citations else None, problem=str(error))
    except GeneratorExit:
        if reply:
            reply.stop()
            final = _finished(reply, assistant().library)
        raise
    finally:
        final = replace(final, scope=asked)
        number = keep(final)
    yield turn_html(final, number)


def _finished(reply: Reply, library: Library) -> Turn:
    """The turn to keep, with the names of the documents that its passages are from."""
    answer = reply.answer
    wanted = {hit.passage.document for hit in answer.hits} | {cited.document for cited in answer.citations}
    found = [source for source in library.documents() if source.id in wanted]  # one may have been removed meanwhile
    names = {source.id: render.source_name(source.title, source.date) for source in found}
    return Turn(answer.question, answer, names=names, hashes={source.id: source.sha256 for source in found})


def waiting_html(question: str) -> str:
    """A turn of which nothing is known yet."""
    return render.turn_html(question, render.chat_html(Answer(question, "", answered=True), live=True))


def turn_html(turn: Turn, number: int = 0, *, library: Library | None = None, verdict: str = "") -> str:
    """A finished turn: the question, then the answer, the problem, or both. Its citations are held against `library`;
    `verdict` is what was said of it so far."""
    old = stale(turn.answer, library) if turn.answer and library else {}
    body = render.chat_html(turn.answer, names=turn.names, stale=old) if turn.answer else ""
    if turn.problem:
        title = "The answer broke off." if turn.answer and turn.answer.text else "No answer was written."
        body += render.part("notice", title, turn.problem, kind="error")
    worth = number and turn.answer and turn.answer.text and turn.answer.kind != "talk"  # no courtesies
    actions = render.part("actions", verdict) if worth else ""
    return render.turn_html(turn.question, body + actions, number, turn.scope)


def stale(answer: Answer, library: Library) -> dict[int, str]:
    """How sources differ from what an old answer cites, by the citation's number: "removed" or "changed"."""
    found = {}
    for cited in answer.citations:
        try:
            if library.document(cited.document).text[cited.start : cited.end] != cited.quote:
                found[cited.number] = "changed"
        except QAError:
            found[cited.number] = "removed"
    return found


def scope_text(scope: Scope | None, library: Library) -> str:
    """What a turn says of its scope. Raises `QAError` for a document that is not there."""
    if scope is None:
        return ""
    titles = None if scope.documents is None else [library.document(id).title for id in sorted(scope.documents)]
    return render.scope_text(titles, scope.since, scope.until)


def source(
    document: str, span: Span, library: Library, *, quote: str = "", also: Sequence[Span] = (), at: int = 0, of: int = 0
) -> str:
    """The source pane for a citation; `also`, `at` and `of` as in `render.source_html`. The id is looked up in the
    library, never in the file system.

    A document that is gone or has changed says so, and shows the `quote` that was taken from it, never other words.
    """
    start, end = span
    try:
        found = library.document(document)
    except QAError as error:
        if quote:
            gone = f"{document} is not among the documents any more."
            return render.part("no_source", "Source removed.", gone, quote=quote, at=at, of=of)
        return render.part("no_source", "Source not in the library.", str(error), at=at, of=of)
    if not 0 <= start < end <= len(found.text) or (quote and found.text[start:end] != quote):
        gone = f"{document} changed: these characters are no longer there. Ask again."
        return render.part("no_source", "Source changed.", gone, quote=quote, at=at, of=of)
    return render.source_html(found, (start, end), also=also, at=at, of=of)


def examples(library: Library, limit: int = 12) -> list[str]:
    """Questions to begin with, from the opening of documents all over the corpus; where none can be made, titles."""
    sources = library.documents()
    found = [_openings(library, each.id) for each in sources[:: max(1, len(sources) // SAMPLE)]]
    in_turn = [question for turn in itertools.zip_longest(*found) for question in turn if question]
    return (suggest.varied(in_turn) or [f"What is said about “{each.title}”?" for each in sources])[:limit]


def _openings(library: Library, id: str) -> list[str]:
    document, spans = library.document(id), library.sentences(id)[:SENTENCES]
    said = zip(spans, speaker.speakers(document.text, spans), strict=True)
    return [text for (start, end), who in said for text in suggest.questions(document.text[start:end], who)]


def follow_ups(turns: Sequence[Turn], assistant: Assistant) -> list[str]:
    """A few questions to ask after the last of `turns`, from what was read for it: each has an answer in the documents,
    and not the sentence that was just cited."""
    answer = turns[-1].answer
    if not answer:
        return []
    cited = {(c.document, c.start) for c in answer.citations}
    weighed = sorted(answer.evidence, key=lambda c: (c.document, c.start) in cited)
    texts = [(c.quote, c.speaker) for c in weighed]
    best = max((hit.score for hit in answer.hits), default=0.0)
    near = [hit for hit in answer.hits if answer.refused or hit.score >= NEAR * best]
    for place in (hit.passage for hit in near):
        texts += [(place.text[start - place.start : end - place.start], None) for start, end in place.sentences]
    asked = [turn.question for turn in turns]
    found = suggest.varied((text for said, who in texts for text in suggest.questions(said, who)), asked)
    likely = max(LIKELY, assistant.config.min_confidence)

    def answered(question: str) -> bool:
        found = assistant.search(question)
        best = [source.citation for source in found.sentences[:1]]
        return found.confidence >= likely and all((c.document, c.start) not in cited for c in best)

    return list(itertools.islice(filter(answered, found[:TRIED]), OFFERED))
