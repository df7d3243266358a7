"""The page's own routes under /page/api: JSON in; fragments from `qa.render`, JSON or a file out.

They are behind the guard, as everything is, and tell nothing to a request without an owner.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from qa import render
from qa.errors import QAError
from qa.web import chat as acts
from qa.web import export, guard
from qa.web.engine import Engine
from qa.web.feedback import Feedback, Said
from qa.web.keep import Chats, Turn
from qa.web.owner import NobodyError, Owners


@dataclass(frozen=True)
class Desk:
    """What the routes work on; the application keeps it as `app.state.desk`."""

    engine: Engine
    chats: Chats
    feedback: Feedback
    owners: Owners


def desk(request: Request) -> Desk:
    """The application's desk."""
    return request.app.state.desk


def owner(request: Request) -> str:
    """Whose the request is. Raises `NobodyError`."""
    return desk(request).owners.of(request)


router = APIRouter(prefix="/page/api", dependencies=[Depends(owner)], default_response_class=HTMLResponse)
At = Annotated[Desk, Depends(desk)]
Owner = Annotated[str, Depends(owner)]
Find = Annotated[str, Query(max_length=200)]
Model = Annotated[str, Query(max_length=1000)]
ChatId = Annotated[str, Query(max_length=100)]
PostedId = Annotated[str, Body(embed=True, max_length=100)]
PostedText = Annotated[str, Body(embed=True, max_length=4000)]
Announced = list[tuple[Annotated[str, Field(max_length=4000)], int]]


class Place(BaseModel):
    """Characters of a document, and the `quote` they were; the rest as in `render.source_html`."""

    document: Annotated[str, Field(max_length=4000)]
    start: int
    end: int
    quote: Annotated[str, Field(max_length=100_000)] = ""
    also: list[tuple[int, int]] = []
    at: int = 0
    of: int = 0


class Judged(Said):
    """What is said of one turn of a conversation."""

    chat: Annotated[str, Field(max_length=100)]
    turn: int


def add(app: FastAPI, desk: Desk) -> None:
    """Add all routes to `app`. An error made on purpose becomes its one line: 401 without an owner, else 400."""

    def refuse(request: Request, error: Exception) -> PlainTextResponse:
        return PlainTextResponse(str(error), 401 if isinstance(error, NobodyError) else 400)

    app.state.desk = desk
    app.add_exception_handler(QAError, refuse)
    app.include_router(router)


# What is the same for everyone: the status line, the models, the source pane


@router.get("/status")
def status(at: At, model: Model = "") -> str:
    return at.engine.status(model)


@router.get("/welcome")
def welcome(at: At) -> str:
    return at.engine.welcome()


@router.get("/models")
def models(at: At, model: Model = "") -> str:
    return at.engine.models_html(model)


@router.post("/fetch")
def fetch(at: At, model: PostedText) -> None:
    at.engine.fetch(model.removeprefix("local:"))


@router.post("/cancel")
def cancel(at: At) -> str:
    at.engine.stopping.set()
    return at.engine.status()


@router.post("/source")
def source(at: At, place: Place) -> str:
    more = place.model_dump(exclude={"document", "start", "end"})
    return acts.source(place.document, (place.start, place.end), at.engine.library(), **more)


# What the owner has asked so far


@router.get("/chats")
def list_chats(at: At, owner: Owner, find: Find = "") -> str:
    return render.chats_html(at.chats.list(owner, find), find)


@router.post("/chats/rename")
def rename(at: At, owner: Owner, chat: PostedId, title: PostedText) -> str:
    at.chats.rename(owner, chat, title)
    return list_chats(at, owner)


@router.post("/chats/delete")
def delete(at: At, owner: Owner, chat: PostedId) -> str:
    at.chats.delete(owner, chat)
    return list_chats(at, owner)


# The documents


@router.get("/documents")
def list_documents(at: At, find: Find = "") -> str:
    return at.engine.corpus.listed(find)


@router.post("/documents/read")
def read(at: At, id: PostedText) -> str:
    return at.engine.corpus.read(id)


@router.post("/documents/remove")
def remove(at: At, id: PostedText) -> None:
    at.engine.corpus.remove(id)


@router.get("/documents/files")
def list_files(at: At, owner: Owner) -> str:
    return render.uploads_html(at.engine.corpus.of(owner))


@router.post("/documents/add")
def announce(at: At, owner: Owner, files: Annotated[Announced, Body(embed=True, max_length=10_000)]) -> JSONResponse:
    batch = at.engine.corpus.begin(owner, files)
    send = [number for number, file in enumerate(batch.files) if file.state == "sending"]
    return JSONResponse({"batch": batch.id, "send": send})


@router.put("/documents/file")
async def receive(at: At, owner: Owner, request: Request, batch: ChatId, number: int) -> None:
    # The one handler that waits for the network: a large file goes to the disk as it comes, never into memory.
    with at.engine.corpus.receiving(owner, batch, number) as out:
        async for block in request.stream():
            if out.write(block) and out.tell() > guard.MAX_FILE:
                raise HTTPException(413, f"more than {guard.MAX_FILE} bytes")


@router.post("/documents/finish")
def finish(at: At, owner: Owner, batch: PostedId) -> str:
    at.engine.corpus.finish(owner, batch)
    return list_files(at, owner)


@router.post("/documents/undo")
def undo(at: At, owner: Owner, batch: PostedId) -> str:
    at.engine.corpus.undo(owner, batch)
    return list_files(at, owner)


# What can be done with an answer, or with all of a conversation


@router.get("/suggest")
def suggest(at: At, owner: Owner, chat: ChatId, turn: int) -> str:
    turns = [each for number, each in at.chats.turns(owner, chat).items() if number <= turn]
    return render.part("follow_ups", acts.follow_ups(turns, at.engine.assistant()) if turns else ())


@router.get("/copy")
def copy(at: At, owner: Owner, chat: ChatId, turn: int) -> PlainTextResponse:
    _, (chosen,) = _chosen(at, owner, chat, turn)
    return PlainTextResponse(str(chosen.answer or ""))


@router.get("/export")
def take_away(at: At, owner: Owner, form: Literal["markdown", "evidence"], chat: ChatId, turn: int = 0) -> Response:
    title, turns = _chosen(at, owner, chat, turn)
    if form == "markdown":
        return _file(export.markdown(title, turns), title, "md", "text/markdown")
    return _file(export.evidence(title, turns, at.engine.library()), title, "html", "text/html")


@router.post("/feedback")
def judge(at: At, owner: Owner, said: Judged) -> PlainTextResponse:
    opinion = at.feedback.give(said.turn, at.chats.turns(owner, said.chat), said, at.engine.library())
    return PlainTextResponse(opinion.verdict)


def _chosen(at: Desk, owner: str, chat: str, turn: int) -> tuple[str, list[Turn]]:
    """A title, and one turn of a conversation, or all of them (0)."""
    turns = at.chats.turns(owner, chat)
    if not turns or (turn and turn not in turns):
        raise QAError("there is no such conversation or answer; load the page again")
    title = next((each.title for each in at.chats.list(owner) if each.id == chat), "")
    return (turns[turn].question, [turns[turn]]) if turn else (title, [*turns.values()])


def _file(text: str, title: str, ending: str, kind: str) -> Response:
    """A download, called after its title."""
    name = "-".join(re.findall(r"[A-Za-z0-9]+", title))[:60].strip("-") or "conversation"
    headers = {"content-disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)
