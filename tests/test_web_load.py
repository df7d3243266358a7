"""Twenty people at once, over the wire, at a model that writes one answer at a time."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from qa.assistant import Assistant
from qa.config import load
from qa.sync import sync
from qa.testing import HashEmbedder, corpus
from qa.types import Citation
from qa.web import build
from qa.web.line import FullError, Line, Room

QUESTION = "Who said that the repairs of the bridge would cost 2.4 million euros?"
PEOPLE, LEAVING = 20, 6


class OneAtATime:
    """Says the first sentence of the evidence, slowly; notes how many answers it was writing at the same time."""

    name, hosts = "slow", ()

    def __init__(self) -> None:
        self.pause, self.most, self.now = 0.02, 0, 0
        self.closed, self.lock = threading.Event(), threading.Lock()

    def write(self, question: str, evidence: Sequence[Citation]) -> Iterator[str]:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            for word in evidence[0].quote.split():
                time.sleep(self.pause)
                yield word + " "
        finally:
            with self.lock:
                self.now -= 1
            self.closed.set()


@pytest.fixture(scope="module")
def model() -> OneAtATime:
    return OneAtATime()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, model: OneAtATime, served: Callable[..., Any]) -> str:
    folder, embedder = tmp_path_factory.mktemp("load"), HashEmbedder(256)
    config = load(index=folder / "index", embedder=embedder.name, min_confidence=0.01, offline=True)
    sync([corpus(folder)], config=config, embedder=embedder)
    return str(served(lambda: build(config, lambda c: Assistant(c, embedder=embedder, answerer=model))).url)


class Person:
    """A browser of its own, as far as the server can tell."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=60)
        self.client.get("/")
        handlers = self.client.get("/config").json()["dependencies"]
        self.handler = next(h["id"] for h in handlers if "qaChoice" in str(h["js"]))
        self.session, self.seen, self.evidence = f"s{id(self)}", "", 0.0

    def ask(self, question: str = QUESTION, **choice: Any) -> Iterator[str]:
        """Everything that is sent about one question, message by message, until it is answered."""
        began = time.monotonic()
        data = {"data": [question, "chat", choice], "fn_index": self.handler, "session_hash": self.session}
        self.client.post("/gradio_api/queue/join", json=data).raise_for_status()
        with self.client.stream("GET", f"/gradio_api/queue/data?session_hash={self.session}") as stream:
            for line in stream.iter_lines():
                message = json.loads(line.removeprefix("data: ") or "{}")
                self.seen += json.dumps(message.get("output"))
                if not self.evidence and "2.4 million" in self.seen.replace(question, ""):
                    self.evidence = time.monotonic() - began
                yield message.get("msg", "")
                if message.get("msg") == "process_completed":
                    assert message["success"], message
                    return


def test_twenty_at_once_see_evidence_at_once_and_are_answered_in_turn(url: str, model: OneAtATime) -> None:
    people = [Person(url) for _ in range(PEOPLE)]

    def run(number: int) -> None:
        for _ in people[number].ask():
            if number < LEAVING and people[number].evidence:
                return  # closes the tab
        assert number >= LEAVING

    began = time.monotonic()
    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(run, range(PEOPLE)))
    last = time.monotonic() - began
    waits = sorted(person.evidence for person in people)
    assert model.most == 1
    assert waits[0] > 0 and waits[-1] < last / 2, (waits, last)
    staying = people[LEAVING:]
    assert any("before you" in person.seen for person in staying)
    assert all("data-cite" in person.seen for person in staying)


def test_who_leaves_stops_the_model_within_two_seconds(url: str, model: OneAtATime) -> None:
    person, model.pause = Person(url), 0.3
    try:
        for _ in person.ask():
            if model.now and person.evidence:
                break
        model.closed.clear()
        person.client.close()
        assert model.closed.wait(2) and not model.now
    finally:
        model.pause = 0.02


def test_a_full_server_says_so_and_gives_the_question_back(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    person, seat = Person(url), Room.seat
    monkeypatch.setattr(Room, "seat", lambda room, who: seat(Room(seats=0, each=1), who))
    list(person.ask())
    assert "Many people are asking just now" in person.seen and person.seen.count(QUESTION) > 1


def test_one_person_cannot_take_all_the_room() -> None:
    room = Room(seats=3, each=2)
    with room.seat("ann"), room.seat("ann"):
        with pytest.raises(FullError, match="2 questions of yours"), room.seat("ann"):
            pass
        with room.seat("ben"), pytest.raises(FullError, match="Many people"), room.seat("eve"):
            pass
    with room.seat("ann"), room.seat("ann"), room.seat("ben"):
        pass


def test_everybodys_first_question_comes_before_anybodys_second() -> None:
    line = Line()
    with line.ticket("ann") as first, line.ticket("ann") as second, line.ticket("ben") as other:
        assert [line.wait(ticket, 0) for ticket in (first, second, other)] == [0, 2, 1]
        with line.ticket("eve") as late:
            assert line.wait(late, 0) == 2 and line.wait(second, 0) == 3
    with line.ticket("ben") as alone:
        assert line.wait(alone, 0) == 0
