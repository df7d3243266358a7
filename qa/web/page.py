"""The page's components, and the handlers behind them, which only fetch state and hand it to `qa.web.chat`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import gradio as gr
from pydantic import BaseModel, Field

from qa import render
from qa.errors import QAError
from qa.library import Scope
from qa.web import chat, keep
from qa.web.engine import Engine
from qa.web.feedback import Feedback
from qa.web.line import FullError
from qa.web.owner import Owners

if TYPE_CHECKING:
    from qa.assistant import Reply

CONNECT = "window.qaDesk = element; window.qaConnect?.()"  # page.js may come later than this runs
LEFT = "key => window.qaLeft?.(key) ?? key"  # an answer ends by leaving its conversation, too: then not that one
WANTED = "key => window.qaWanted?.() || key"  # the conversation that the address names, else this browser's last
CHOICE = "(question, key) => [question, key, window.qaChoice?.(question) ?? {}]"  # how to ask; the page's script knows
Tab = tuple[str, str | None]  # whose, and Gradio's name for it
THREADS = 96  # more than there is room for, so that who finds no room hears it at once


def blocks(acts: Handlers) -> gr.Blocks:
    """The components and what happens when they are used. Every handler is closed to API clients."""
    html = partial(gr.HTML, apply_default_css=False)
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    at_once: dict[str, Any] = {"queue": False, **quiet}
    with gr.Blocks(title="Ask the documents", analytics_enabled=False, fill_width=True) as whole:
        key = gr.BrowserState("", storage_key="qa.chat", secret="qa")
        go = gr.Button("Open", elem_id="go", visible="hidden")  # clicked by the page's script
        with gr.Row(elem_id="top"):
            html(elem_id="status", js_on_load=CONNECT)
            new = gr.Button("New chat", elem_id="new", size="sm")
        with gr.Column(elem_id="conversation"):
            welcome = html(render.part("welcome", ()), elem_id="welcome")
            past, now = html(elem_id="past"), html(elem_id="now")
        with gr.Column(elem_id="composer"):
            look: dict[str, Any] = {"show_label": False, "container": False, "elem_id": "ask", "interactive": False}
            hint = "Ask about these documents"
            box = gr.Textbox(label="Your question", placeholder=hint, max_length=4000, max_lines=8, **look)
        seen = [key, box, past, now]
        opened = whole.load(acts.open, key, seen, js=WANTED, **at_once)
        opened.then(acts.engine.welcome, None, welcome, **at_once)
        choice = gr.JSON(visible=False)
        asked = box.submit(acts.ask, [box, key, choice], seen, js=CHOICE, concurrency_limit=None, **quiet)
        asked.failure(acts.open, key, seen, js=LEFT, **at_once)
        box.stop(acts.stop, None, None, **at_once)
        for button, chosen, script in ((new, None, None), (go, key, WANTED)):
            button.click(None, None, None, cancels=[asked])
            button.click(acts.open, chosen, seen, js=script, trigger_mode="always_last", **at_once)
    whole.max_threads = THREADS
    return whole.queue(max_size=THREADS)


class Choice(BaseModel):
    """What the page sends along with a question: which documents, how dated, who answers ("" for the default), and
    the number of a turn to `edit`, in a copy of the conversation that ends before it, or to write `again`."""

    documents: Annotated[list[str], Field(max_length=5000)] | None = None
    since: Annotated[str, Field(max_length=10)] = ""
    until: Annotated[str, Field(max_length=10)] = ""
    model: Annotated[str, Field(max_length=1000)] = ""
    edit: int = 0
    again: int = 0

    @property
    def scope(self) -> Scope | None:
        """The documents that may be used; None for all."""
        if self.documents is None and not self.since and not self.until:
            return None
        return Scope(
            None if self.documents is None else frozenset(self.documents), self.since or None, self.until or None
        )


class Handlers:
    """What the components call. Outputs: the chat's key, the question box, past turns, the turn now."""

    def __init__(self, engine: Engine, chats: keep.Chats, feedback: Feedback, owners: Owners) -> None:
        self.engine, self.chats, self.feedback, self.owners, self.same = engine, chats, feedback, owners, gr.skip()
        self.replies: dict[Tab, Reply] = {}
        self.ready = gr.update(interactive=True, submit_btn=True, stop_btn=False)
        self.busy = gr.update(submit_btn=False, stop_btn=True)  # what is in the box is the page's script's to change

    def open(self, request: gr.Request, key: str = "") -> tuple[Any, ...]:
        """A page that was opened or loaded again, one whose answer broke off, or (no key) a new chat.

        A key with # is from a link, "-" that of an answer which was left for another conversation. Until then nothing
        can be asked, so that every question is kept under a key.
        """
        if key == "-":
            return (self.same,) * 4
        owner, notice, chosen = self.owners.of(request), "", key.removeprefix("#")
        self.chats.adopt(owner, chosen)
        if not self.chats.turns(owner, chosen):
            gone = "This conversation was deleted, or it is not yours. Ask to begin a new one."
            notice = render.part("notice", "Nothing is here.", gone) if key.startswith("#") else ""
            chosen = keep.new_id() if notice or not chosen else chosen
        return chosen, self.ready, self._past(owner, chosen, notice, opened=keep.new_id()), ""

    def ask(
        self, request: gr.Request, question: str, key: str, choice: dict[str, Any] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """Answer in the turn that is shown now; the finished turn is kept under the chat's key.

        Where there is no room for one more question, the page keeps it in its box.
        """
        owner, same, question = self.owners.of(request), self.same, question.encode(errors="replace").decode().strip()
        if not question or not key:
            return
        chosen, tab = Choice.model_validate(choice or {}), (owner, request.session_hash)
        try:
            with self.engine.room.seat(owner):
                yield from self._answer(question, key, tab, chosen)
        except FullError as error:
            notice = render.part("notice", "Not asked yet.", str(error), kind="note unasked")
            yield same, same, self._past(owner, key), render.turn_html(question, notice)

    def _answer(
        self, question: str, key: str, tab: tuple[str, str | None], choice: Choice
    ) -> Iterator[tuple[Any, ...]]:
        owner, same, again = tab[0], self.same, choice.again
        key = self.chats.branch(owner, key, choice.edit) if choice.edit else key
        begun = self.chats.turns(owner, key)
        turns = {number: turn for number, turn in begun.items() if number != again}
        yield key, self.busy, self._past(owner, key, without=again), chat.waiting_html(question)
        started, kept = partial(self.replies.__setitem__, tab), partial(self._keep, owner, key, again, bool(begun))
        options: dict[str, Any] = {"scope": choice.scope, "answerer": lambda: self.engine.answerer(choice.model, owner)}
        try:
            for turn in chat.respond(question, turns.values(), self.engine.assistant, started, kept, **options):
                yield same, same, same, turn
        finally:
            self.replies.pop(tab, None)
        yield same, self.ready, same, same

    def _keep(self, owner: str, key: str, instead: int, begun: bool, turn: keep.Turn) -> int:
        """Keep a turn; in place of another, where it has become an answer; not where its conversation, which was begun
        before it, has been deleted meanwhile."""
        if begun and not self.chats.turns(owner, key):
            return 0
        number = self.chats.add(owner, key, turn)
        if instead and not turn.problem:
            self.chats.drop(owner, key, instead)
        return number

    def stop(self, request: gr.Request) -> None:
        """End the answer that this tab waits for; what is written of it stays."""
        if reply := self.replies.get((self.owners.of(request), request.session_hash)):
            reply.stop()

    def _past(self, owner: str, chosen: str, notice: str = "", without: int = 0, opened: str = "") -> str:
        turns, said = self.chats.turns(owner, chosen), self.feedback.opinions()
        library = None
        with suppress(QAError):  # without an index, what was said before can still be read
            library = self.engine.library()
        shown = [
            chat.turn_html(turn, number, library=library, verdict=said[number].verdict if number in said else "")
            for number, turn in turns.items()
            if number != without
        ]
        return render.chat_turns_html(chosen, "".join(shown), notice, opened)
