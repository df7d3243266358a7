"""The page: Gradio mounted in FastAPI behind the guard. Handlers only fetch state and hand it to `qa.web.chat`."""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from qa import render
from qa.config import Config
from qa.errors import ConfigError, QAError
from qa.library import Scope, current
from qa.types import Progress
from qa.web import chat, guard, keep
from qa.web.engine import Engine
from qa.web.feedback import Feedback
from qa.web.line import FullError
from qa.web.owner import Browsers, Owners

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI

    from qa.assistant import Assistant, Reply

HEAD = '<link rel="stylesheet" href="/page/style.css"><script src="/page/page.js"></script>'
CONNECT = "window.qaDesk = element; window.qaConnect?.()"  # page.js may come later than this runs
WANTED = "key => window.qaWanted?.() || key"  # the conversation that the address names, else this browser's last
CHOICE = "(question, key) => [question, key, window.qaChoice?.() ?? {}]"  # how to ask, kept by the page's script
Tab = tuple[str, str | None]  # whose, and Gradio's name for it
THREADS = 96  # more than there is room for, so that who finds no room hears it at once


def serve(config: Config, *, documents: Path | None = None, browser: bool = True) -> None:
    """Open the page and stay until interrupted. Where there is no index yet, `documents` are indexed first; without
    them it begins empty, and the page asks for some.

    Raises:
        ConfigError: the address is taken, or open to the network without a password.
    """
    import uvicorn
    from rich.console import Console

    guard.check_exposure(config)
    terminal = Console(stderr=True)
    with _listen(config) as listening, tempfile.TemporaryDirectory(prefix="qa-page-") as temporary:
        if current(config.index) is None:
            _first_ingest(config, documents, terminal)
        os.environ["GRADIO_TEMP_DIR"] = temporary
        name = f"[{config.host}]" if ":" in config.host else config.host
        url = f"http://{name}:{listening.getsockname()[1]}"
        settings = uvicorn.Config(build(config), log_level="warning", access_log=False, timeout_graceful_shutdown=3)
        terminal.print(f"The page is open at {url} (Ctrl+C ends it).", highlight=False)
        if browser:
            threading.Timer(0.5, webbrowser.open, [url]).start()
        uvicorn.Server(settings).run(sockets=[listening])


def _listen(config: Config) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
        return socket.create_server((config.host, config.port), family=family)
    except OSError as error:
        raise ConfigError(
            f"cannot listen on {config.host}:{config.port}: {error.strerror}; another port: --port {config.port + 1}"
        ) from error


def _first_ingest(config: Config, documents: Path | None, terminal: Any) -> None:
    from rich.progress import Progress as Bar

    from qa.embed import SentenceTransformerEmbedder
    from qa.sync import UPLOADS, sync

    if documents is None:
        documents = config.index / UPLOADS
        documents.mkdir(parents=True)
    with Bar(console=terminal, transient=True) as bar:
        task = bar.add_task(f"Indexing {documents.name}", total=None)

        def show(event: Progress) -> None:
            bar.update(task, completed=event.done, total=event.total)

        sync([documents], config=config, embedder=SentenceTransformerEmbedder(config.embedder), on_event=show)


def build(config: Config, make: Callable[[Config], Assistant] | None = None) -> FastAPI:
    """The whole web application, guard and all, for any ASGI server; `make` builds its assistant."""
    os.environ |= {"GRADIO_ANALYTICS_ENABLED": "False", "ANONYMIZED_TELEMETRY": "False"}
    import gradio as gr
    from fastapi import FastAPI, staticfiles
    from fastapi.middleware.gzip import GZipMiddleware

    from qa.assistant import Assistant
    from qa.web import routes

    engine, password = Engine(config, make or Assistant), config.password.get_secret_value().encode()
    owners = Owners(named=bool(password))
    parts = engine, keep.Chats(config.index / "chats.sqlite"), Feedback(config.index / "feedback"), owners

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        engine.start()
        yield
        engine.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(GZipMiddleware)
    app.add_middleware(Browsers)
    app.add_middleware(guard.Guard, host=config.host)
    routes.add(app, routes.Desk(*parts))
    app.mount("/page", staticfiles.StaticFiles(directory=Path(__file__).parent / "static"))
    gr.mount_gradio_app(
        app,
        page(Handlers(*parts)),
        path="/",
        auth=(lambda name, given: secrets.compare_digest(given.encode(), password)) if password else None,
        auth_message="Any name, and the password that this page was started with.",
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=guard.MAX_BODY,
        ssr_mode=False,
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        head=HEAD,
    )
    owners.gradio = app.routes[-1].app  # type: ignore[attr-defined]
    return app


def page(acts: Handlers) -> gr.Blocks:
    """The components and what happens when they are used. Every handler is closed to API clients."""
    import gradio as gr

    html = partial(gr.HTML, apply_default_css=False)
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    at_once: dict[str, Any] = {"queue": False, **quiet}
    with gr.Blocks(title="Ask the documents", analytics_enabled=False, fill_width=True) as blocks:
        key = gr.BrowserState("", storage_key="qa.chat", secret="qa")
        go = gr.Button("Open", elem_id="go", visible="hidden")  # clicked by the page's script
        with gr.Row(elem_id="top"):
            html(elem_id="status", js_on_load=CONNECT)
            new = gr.Button("New chat", elem_id="new", size="sm")
        with gr.Column(elem_id="conversation"):
            welcome = html(render.welcome_html(()), elem_id="welcome")
            past, now = html(elem_id="past"), html(elem_id="now")
        with gr.Column(elem_id="composer"):
            look: dict[str, Any] = {"show_label": False, "container": False, "elem_id": "ask", "interactive": False}
            hint = "Ask about these documents"
            box = gr.Textbox(label="Your question", placeholder=hint, max_length=4000, max_lines=8, **look)
        seen = [key, box, past, now]
        opened = blocks.load(acts.open, key, seen, js=WANTED, **at_once)
        opened.then(acts.engine.welcome, None, welcome, **at_once)
        choice = gr.JSON(visible=False)
        asked = box.submit(acts.ask, [box, key, choice], seen, js=CHOICE, concurrency_limit=None, **quiet)
        asked.failure(acts.open, key, seen, **at_once)
        box.stop(acts.stop, None, None, **at_once)
        for button, chosen, script in ((new, None, None), (go, key, WANTED)):
            button.click(None, None, None, cancels=[asked])
            button.click(acts.open, chosen, seen, js=script, **at_once)
    blocks.max_threads = THREADS
    return blocks.queue(max_size=THREADS)


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
        import gradio as gr

        globals()["gr"] = gr  # Gradio looks for `gr.Request` among the annotations when the page is built
        self.engine, self.chats, self.feedback, self.owners, self.same = engine, chats, feedback, owners, gr.skip()
        self.replies: dict[Tab, Reply] = {}
        self.ready = gr.update(interactive=True, submit_btn=True, stop_btn=False)
        self.busy = gr.update(value="", submit_btn=False, stop_btn=True)

    def open(self, request: gr.Request, key: str = "") -> tuple[Any, ...]:
        """A page that was opened or loaded again, one whose answer broke off, or (no key) a new chat.

        A key with # is from a link. Until then nothing can be asked, so that every question is kept under a key.
        """
        owner, notice, chosen = self.owners.of(request), "", key.removeprefix("#")
        self.chats.adopt(owner, chosen)
        if not self.chats.turns(owner, chosen):
            gone = "This conversation was deleted, or it is not yours. Ask to begin a new one."
            notice = render.notice_html("Nothing is here.", gone) if key.startswith("#") else ""
            chosen = keep.new_id()
        return chosen, self.ready, self._past(owner, chosen, notice), ""

    def ask(
        self, request: gr.Request, question: str, key: str, choice: dict[str, Any] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """Answer in the turn that is shown now; the finished turn is kept under the chat's key.

        Where there is no room for one more question, it stays in its box.
        """
        owner, same, question = self.owners.of(request), self.same, question.encode(errors="replace").decode().strip()
        if not question or not key:
            return
        chosen, tab = Choice.model_validate(choice or {}), (owner, request.session_hash)
        try:
            with self.engine.room.seat(owner):
                yield from self._answer(question, key, tab, chosen)
        except FullError as error:
            notice = render.turn_html(question, render.notice_html("Not asked yet.", str(error)))
            yield same, {**self.ready, "value": question}, same, notice

    def _answer(
        self, question: str, key: str, tab: tuple[str, str | None], choice: Choice
    ) -> Iterator[tuple[Any, ...]]:
        owner, same, again = tab[0], self.same, choice.again
        key = self.chats.branch(owner, key, choice.edit) if choice.edit else key
        turns = {number: turn for number, turn in self.chats.turns(owner, key).items() if number != again}
        yield key, self.busy, self._past(owner, key, without=again), chat.waiting_html(question)
        started, kept = partial(self.replies.__setitem__, tab), partial(self._keep, owner, key, again)
        options: dict[str, Any] = {"scope": choice.scope, "answerer": lambda: self.engine.answerer(choice.model, owner)}
        try:
            for turn in chat.respond(question, turns.values(), self.engine.assistant, started, kept, **options):
                yield same, same, same, turn
        finally:
            self.replies.pop(tab, None)
        yield same, self.ready, same, same

    def _keep(self, owner: str, key: str, instead: int, turn: keep.Turn) -> int:
        """Keep a turn; in place of another, where it has become an answer."""
        number = self.chats.add(owner, key, turn)
        if instead and not turn.problem:
            self.chats.drop(owner, key, instead)
        return number

    def stop(self, request: gr.Request) -> None:
        """End the answer that this tab waits for; what is written of it stays."""
        if reply := self.replies.get((self.owners.of(request), request.session_hash)):
            reply.stop()

    def _past(self, owner: str, chosen: str, notice: str = "", without: int = 0) -> str:
        turns, said = self.chats.turns(owner, chosen), self.feedback.opinions()
        library = None
        with suppress(QAError):  # without an index, what was said before can still be read
            library = self.engine.library()
        shown = [
            chat.turn_html(turn, number, library=library, verdict=said[number].verdict if number in said else "")
            for number, turn in turns.items()
            if number != without
        ]
        return render.chat_turns_html(chosen, "".join(shown), notice)
