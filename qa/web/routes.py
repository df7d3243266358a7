"""The page's own routes under /page/api: JSON in; fragments from `qa.render`, JSON or a file out.

They are behind the guard, as everything is, and tell nothing to a request without an owner.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from qa import render
from qa.errors import QAError
from qa.web import chat, export, guard
from qa.web.corpus import Corpus
from qa.web.feedback import Feedback, Said
from qa.web.keep import Chats, Turn
from qa.web.owner import NobodyError, Owners

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI

    from qa.web.engine import Engine

Id = Annotated[str, Field(max_length=100)]
Model = Annotated[str, Field(max_length=1000)]


class Place(BaseModel):
    """Characters of a document, and the `quote` they were; the rest as in `render.source_html`."""

    document: Annotated[str, Field(max_length=4000)]
    start: int
    end: int
    quote: Annotated[str, Field(max_length=100_000)] = ""
    also: list[tuple[int, int]] = []
    at: int = 0
    of: int = 0


class Wanted(BaseModel):
    """A local model by its name."""

    model: Model


class Document(BaseModel):
    """A document by its id."""

    id: Annotated[str, Field(max_length=4000)]


class Files(BaseModel):
    """Files that somebody is about to send: name and bytes."""

    files: Annotated[list[tuple[Annotated[str, Field(max_length=4000)], int]], Field(max_length=10_000)]


class Sent(BaseModel):
    """The files that were announced together."""

    batch: Id


class Named(BaseModel):
    """A conversation, and what to call it."""

    chat: Id
    title: Annotated[str, Field(max_length=1000)] = ""


class Judged(Said):
    """What is said of one turn of a conversation."""

    chat: Id
    turn: int


def add(app: FastAPI, engine: Engine, chats: Chats, feedback: Feedback, owners: Owners) -> None:
    """Add all routes to `app`. An error made on purpose becomes its one line: 401 without an owner, else 400."""
    from fastapi import Depends

    @app.exception_handler(QAError)
    def refuse(request: Request, error: QAError) -> PlainTextResponse:
        return PlainTextResponse(str(error), 401 if isinstance(error, NobodyError) else 400)

    def owner(request: Request) -> str:
        return owners.of(request)

    own = Depends(owner)
    corpus = documents(engine.corpus), files(engine.corpus, own)
    for router in (desk(engine), conversations(chats, own), answers(engine, chats, feedback, own), *corpus):
        app.include_router(
            router, prefix="/page/api", dependencies=[Depends(owner)], default_response_class=HTMLResponse
        )


def desk(engine: Engine) -> APIRouter:
    """The status line and the source pane, which are the same for everyone."""
    from fastapi import APIRouter

    router = APIRouter()

    @router.get("/status")
    def status(model: Model = "") -> str:
        return engine.status(model)

    @router.get("/welcome")
    def welcome() -> str:
        return engine.welcome()

    @router.get("/models")
    def models(model: Model = "") -> str:
        return engine.models_html(model)

    @router.post("/fetch")
    def fetch(wanted: Wanted) -> str:
        engine.fetch(wanted.model.removeprefix("local:"))
        return ""

    @router.post("/cancel")
    def cancel() -> str:
        engine.stopping.set()
        return engine.status()

    @router.post("/source")
    def source(place: Place) -> str:
        more: dict[str, Any] = place.model_dump(exclude={"document", "start", "end"})
        return chat.source(place.document, (place.start, place.end), engine.library(), **more)

    return router


def conversations(chats: Chats, owner: str) -> APIRouter:
    """What the owner has asked so far: listed, searched, renamed, deleted."""
    from fastapi import APIRouter

    router = APIRouter()

    @router.get("/chats")
    def listed(find: Annotated[str, Field(max_length=200)] = "", owner: str = owner) -> str:
        return render.chats_html(chats.list(owner, find), find)

    @router.post("/chats/rename")
    def rename(named: Named, owner: str = owner) -> str:
        chats.rename(owner, named.chat, named.title)
        return render.chats_html(chats.list(owner))

    @router.post("/chats/delete")
    def delete(named: Named, owner: str = owner) -> str:
        chats.delete(owner, named.chat)
        return render.chats_html(chats.list(owner))

    return router


def documents(corpus: Corpus) -> APIRouter:
    """The documents, which are the same for everyone: listed, read and removed."""
    from fastapi import APIRouter

    router = APIRouter(prefix="/documents")

    @router.get("")
    def listed(find: Annotated[str, Field(max_length=200)] = "") -> str:
        return corpus.listed(find)

    @router.post("/read")
    def read(document: Document) -> str:
        return corpus.read(document.id)

    @router.post("/remove")
    def remove(document: Document) -> str:
        corpus.remove(document.id)
        return ""

    return router


def files(corpus: Corpus, owner: str) -> APIRouter:
    """The files that the owner adds to the documents."""
    from fastapi import APIRouter, HTTPException

    router = APIRouter(prefix="/documents")

    @router.get("/files")
    def listed(owner: str = owner) -> str:
        return render.uploads_html(corpus.of(owner))

    @router.post("/add")
    def add(wanted: Files, owner: str = owner) -> JSONResponse:
        batch = corpus.begin(owner, wanted.files)
        send = [number for number, file in enumerate(batch.files) if file.state == "sending"]
        return JSONResponse({"batch": batch.id, "send": send})

    @router.put("/file")
    async def receive(request: Request, batch: Id, number: int, owner: str = owner) -> str:
        # The one handler that waits for the network: a large file goes to the disk as it comes, never into memory.
        with corpus.receiving(owner, batch, number) as out:
            async for block in request.stream():
                if out.write(block) and out.tell() > guard.MAX_FILE:
                    raise HTTPException(413, f"more than {guard.MAX_FILE} bytes")
        return ""

    @router.post("/finish")
    def finish(sent: Sent, owner: str = owner) -> str:
        corpus.finish(owner, sent.batch)
        return render.uploads_html(corpus.of(owner))

    @router.post("/undo")
    def undo(sent: Sent, owner: str = owner) -> str:
        corpus.undo(owner, sent.batch)
        return render.uploads_html(corpus.of(owner))

    return router


def answers(engine: Engine, chats: Chats, feedback: Feedback, owner: str) -> APIRouter:
    """What can be done with an answer, or with all of a conversation: copied, taken away, judged."""
    from fastapi import APIRouter

    router = APIRouter()

    def chosen(owner: str, chat: str, turn: int) -> tuple[str, list[Turn]]:
        turns = chats.turns(owner, chat)
        if turn not in (turns or ()) and (turn or not turns):
            raise QAError("there is no such conversation or answer; load the page again")
        title = next((each.title for each in chats.list(owner) if each.id == chat), "")
        return (turns[turn].question, [turns[turn]]) if turn else (title, [*turns.values()])

    follow_ups = chat.follow_ups

    @router.get("/suggest")
    def suggest(chat: Id, turn: int, owner: str = owner) -> str:
        turns = [each for number, each in chats.turns(owner, chat).items() if number <= turn]
        return render.follow_ups_html(follow_ups(turns, engine.assistant()) if turns else ())

    @router.get("/copy")
    def copy(chat: Id, turn: int, owner: str = owner) -> PlainTextResponse:
        answer = chosen(owner, chat, turn)[1][0].answer
        return PlainTextResponse(str(answer or ""))

    @router.get("/export")
    def export_(form: Literal["markdown", "evidence"], chat: Id, turn: int = 0, owner: str = owner) -> Response:
        title, turns = chosen(owner, chat, turn)
        if form == "markdown":
            return _file(export.markdown(title, turns), title, "md", "text/markdown")
        return _file(export.evidence(title, turns, engine.library()), title, "html", "text/html")

    @router.post("/feedback")
    def judge(said: Judged, owner: str = owner) -> PlainTextResponse:
        opinion = feedback.give(said.turn, chats.turns(owner, said.chat), said, engine.library())
        return PlainTextResponse(opinion.verdict)

    return router


def _file(text: str, title: str, ending: str, kind: str) -> Response:
    """A download, called after its title."""
    name = "-".join(re.findall(r"[A-Za-z0-9]+", title))[:60].strip("-") or "conversation"
    headers = {"content-disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)
