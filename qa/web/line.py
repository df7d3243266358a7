"""Turns at a model that writes one answer at a time: everybody's first question before anybody's second."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from qa.errors import QAError
from qa.models import Translator
from qa.types import Citation

if TYPE_CHECKING:
    from qa.models import Answerer

BEAT = 0.3  # seconds after which somebody who waits hears how many are before them


class FullError(QAError):
    """There is no room for another question now."""


class Room:
    """Room for so many questions at once in all, and so many of one person's."""

    def __init__(self, seats: int, each: int) -> None:
        self.seats, self.each = seats, each
        self._lock, self._taken = threading.Lock(), Counter[str]()

    @contextmanager
    def seat(self, who: str) -> Iterator[None]:
        """A seat for one question, given back at the end. Raises `FullError` where there is none."""
        with self._lock:
            if self._taken[who] >= self.each:
                raise FullError(
                    f"{self.each} questions of yours are under way. When one is answered, ask this one again."
                )
            if self._taken.total() >= self.seats:
                raise FullError("Many people are asking just now. Ask this one again in a minute.")
            self._taken[who] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[who] -= 1


class Line:
    """Who is being served, and who waits. Safe to use from several threads."""

    def __init__(self) -> None:
        self._moved = threading.Condition()
        self._tickets: dict[object, str] = {}  # in the order of coming; the one that is being served stays in it
        self._served: object = None

    @contextmanager
    def ticket(self, who: str) -> Iterator[object]:
        """A place in the line, given up at the end, wherever it has come to."""
        ticket = object()
        with self._moved:
            self._tickets[ticket] = who
        try:
            yield ticket
        finally:
            with self._moved:
                del self._tickets[ticket]
                self._served = None if self._served is ticket else self._served
                self._moved.notify_all()

    def wait(self, ticket: object, seconds: float = BEAT) -> int:
        """Wait a while for the turn: how many are before this ticket, 0 when it is its turn."""
        with self._moved:
            self._moved.wait_for(lambda: not self._before(ticket), seconds)
            before = self._before(ticket)
            if not before:
                self._served = ticket
            return before

    def _before(self, ticket: object) -> int:
        """Everybody's first ticket counts before anybody's second; those of the same round in the order of coming."""
        if ticket is self._served:
            return 0
        rounds, order = Counter[str](), list[tuple[int, object]]()
        for each, who in self._tickets.items():
            order.append((-1 if each is self._served else rounds[who], each))
            rounds[who] += 1
        return [each for _, each in sorted(order, key=lambda pair: pair[0])].index(ticket)


class Queued:
    """An answerer that waits for its turn in a line before it writes. `before` is how many are served first."""

    def __init__(self, answerer: Answerer, line: Line, who: str) -> None:
        self.name, self.hosts, self.before = answerer.name, answerer.hosts, 0
        self._answerer, self._line, self._who = answerer, line, who

    def write(self, question: str, evidence: Sequence[Citation]) -> Iterator[str]:
        """As the answerer itself; while others are before it, an empty piece now and then."""
        yield from self._in_turn(lambda: self._answerer.write(question, evidence))

    def translate(self, question: str, into: str) -> Iterator[str]:
        """As the answerer itself, in its turn; nothing where it does not translate."""
        if isinstance(self._answerer, Translator):
            yield from self._in_turn(partial(self._answerer.translate, question, into))

    def _in_turn(self, begin: Callable[[], Iterator[str]]) -> Iterator[str]:
        with self._line.ticket(self._who) as ticket:
            while before := self._line.wait(ticket):
                self.before = before
                yield ""
            self.before = 0
            yield from begin()
