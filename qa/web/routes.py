"""The page's own routes under /page/api: JSON in; fragments from `qa.render`, JSON or a file out.

They are behind the guard, as everything is, and tell nothing to a request without an owner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse

from qa import render
from qa.errors import QAError
from qa.web import chat, guard
from qa.web.corpus import Corpus
from qa.web.keep import Chats
from qa.web.owner import NobodyError, Owners

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI

    from qa.web.engine import Engine

Id = Annotated[str, Field(max_length=100)]


class Place(BaseModel):
    """Characters of a document; `also` to be marked in it; they are the `at`-th of `of` places to step through."""

    document: Annotated[str, Field(max_length=4000)]
    start: int
    end: int
    also: list[tuple[int, int]] = []
    at: int = 0
    of: int = 0


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


def add(app: FastAPI, engine: Engine, chats: Chats, owners: Owners) -> None:
    """Add all routes to `app`. An error made on purpose becomes its one line: 401 without an owner, else 400."""
    from fastapi import Depends

    @app.exception_handler(QAError)
    def refuse(request: Request, error: QAError) -> PlainTextResponse:
        return PlainTextResponse(str(error), 401 if isinstance(error, NobodyError) else 400)

    def owner(request: Request) -> str:
        return owners.of(request)

    own = Depends(owner)
    for router in (desk(engine), conversations(chats, own), documents(engine.corpus), files(engine.corpus, own)):
        app.include_router(
            router, prefix="/page/api", dependencies=[Depends(owner)], default_response_class=HTMLResponse
        )


def desk(engine: Engine) -> APIRouter:
    """The status line and the source pane, which are the same for everyone."""
    from fastapi import APIRouter

    router = APIRouter()

    @router.get("/status")
    def status() -> str:
        return engine.status()

    @router.post("/cancel")
    def cancel() -> str:
        engine.stopping.set()
        return engine.status()

    @router.post("/source")
    def source(place: Place) -> str:
        library, (document, start, end) = engine.assistant().library, (place.document, place.start, place.end)
        return chat.source(document, start, end, library, also=place.also, at=place.at, of=place.of)

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
