"""The application: Gradio mounted in FastAPI behind the guard."""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.config import Config
from qa.errors import ConfigError
from qa.library import current
from qa.types import Progress
from qa.web import guard, keep
from qa.web.engine import Engine
from qa.web.feedback import Feedback
from qa.web.owner import Browsers, Owners

if TYPE_CHECKING:
    from fastapi import FastAPI

    from qa.assistant import Assistant

HEAD = '<link rel="stylesheet" href="/page/style.css"><script src="/page/page.js"></script>'


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
    from qa.web import page, routes

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
    plain: dict[str, Any] = {"footer_links": [], "run_history": False, "show_error": False, "ssr_mode": False}
    gr.mount_gradio_app(
        app,
        page.blocks(page.Handlers(*parts)),
        path="/",
        auth=(lambda name, given: secrets.compare_digest(given.encode(), password)) if password else None,
        auth_message="Any name, and the password that this page was started with.",
        max_file_size=guard.MAX_BODY,
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        head=HEAD,
        **plain,
    )
    owners.gradio = app.routes[-1].app  # type: ignore[attr-defined]
    return app
