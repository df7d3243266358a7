"""The page's own routes under /page/api: JSON in; fragments from `qa.render`, JSON or a file out.

They are behind the guard, as everything is, and tell nothing to a request without an owner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse

from qa import render
from qa.errors import QAError
from qa.web import chat
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

    for router in (desk(engine), conversations(chats, owner=Depends(owner))):
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
