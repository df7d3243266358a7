"""Asks every system every question; one JSON line a reply, written as it comes, so that a killed run can go on."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from eval.cases import Case, History, Unusable
from eval.systems import Given, System

Key = tuple[str, str, str]  # system, case, which history: "none", "own" or "given"


class Result(NamedTuple):
    """One reply, or the error in its place. `memory` is the peak of the process so far, in bytes."""

    system: str
    case: str
    history: str
    given: Given | None
    error: str = ""
    seconds: float = 0.0
    memory: int = 0

    @property
    def key(self) -> Key:
        return self.system, self.case, self.history


class Log:
    """The file of results: a first line that says what run this is, then a line for each reply.

    Raises:
        Unusable: with `resume`, the file is of another run.
    """

    def __init__(self, path: Path, identity: Mapping[str, Any], *, resume: bool) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        if resume and path.exists() and b"\n" in path.read_bytes():
            self._check(identity)
        else:
            if path.exists():
                path.replace(path.with_suffix(".old.jsonl"))  # hours of work may be in there
            path.write_text(json.dumps({"run": identity}, ensure_ascii=False) + "\n", encoding="utf-8")

    def _check(self, identity: Mapping[str, Any]) -> None:
        whole = self.path.read_bytes()
        # What a kill left of a last line is no reply.
        os.truncate(self.path, whole.rfind(b"\n") + 1)
        first = json.loads(whole.split(b"\n", 1)[0] or b"{}").get("run", {})
        now = json.loads(json.dumps(identity))
        changed = [name for name in now.keys() | first.keys() if now.get(name) != first.get(name)]
        if changed:
            name = sorted(changed)[0]
            was, now_is = first.get(name), now.get(name)
            raise Unusable(f"{self.path} is of another run: {name} was {was!r}, is {now_is!r}; leave out --resume")

    def append(self, result: Result) -> None:
        """Adds a reply, at once."""
        row = result._asdict() | {"given": result.given.to_dict() if result.given else None}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def results(self) -> dict[Key, Result]:
        """The replies so far; a later one of the same key takes the place of an earlier one."""
        found = {}
        with self.path.open(encoding="utf-8") as file:
            for line in list(file)[1:]:
                row = json.loads(line)
                result = Result(**row | {"given": Given.from_dict(row["given"]) if row["given"] else None})
                found[result.key] = result
        return found


def run(
    cases: Sequence[Case],
    systems: Mapping[str, Callable[[], System]],
    log: Log,
    on_step: Callable[[str, int, int], None] = lambda system, done, total: None,
) -> dict[Key, Result]:
    """Asks what is not answered yet, system by system; errors are asked again. `on_step` hears of each reply."""
    done = {key for key, result in log.results().items() if not result.error}
    for name, make in systems.items():
        asked = ((case, history) for case in cases for history in variants(case, name))
        todo = [(case, history) for case, history in asked if (name, case.id, history) not in done]
        system = make() if todo else None
        earlier: dict[tuple[Any, ...], str] = {}
        for count, (case, history) in enumerate(todo, 1):
            if system:
                log.append(_ask(system, case, history, earlier))
            on_step(name, count, len(todo))
    return log.results()


def variants(case: Case, system: str) -> Iterator[str]:
    """The histories to ask a case with. Only our own program reads earlier answers."""
    yield from ("own", "given") if case.history and system == "ours" else ("given",) if case.history else ("none",)


def main_rows(results: Mapping[Key, Result]) -> dict[Key, Result]:
    """The replies that count in the main figures: of a dialogue, those after the program's own earlier answers."""
    return {key: one for key, one in results.items() if not (key[0] == "ours" and key[2] == "given")}


def _ask(system: System, case: Case, history: str, earlier: dict[tuple[Any, ...], str]) -> Result:
    began, given, error = time.perf_counter(), None, ""
    try:
        turns = _own(system, case, earlier) if history == "own" else case.history
        began = time.perf_counter()
        given = system.ask(case, turns)
    except Exception as problem:  # noqa: BLE001 (a long run goes on; the report lists it apart and the command fails)
        error = f"{type(problem).__name__}: {problem}"
    if history != "given" and given:
        earlier[(case.scope, *(q for q, _ in case.history), case.question)] = given.text
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Result(system.name, case.id, history, given, error, time.perf_counter() - began, memory)


def _own(system: System, case: Case, earlier: dict[tuple[Any, ...], str]) -> History:
    """The dialogue before a case with the system's own answers; turns that were asked already are not asked again."""
    turns: History = ()
    for question, _ in case.history:
        asked = (case.scope, *(q for q, _ in turns), question)
        if asked not in earlier:
            turn = Case(case.id, question, case.kind, True, scope=case.scope)
            earlier[asked] = system.ask(turn, turns).text
        turns += ((question, earlier[asked]),)
    return turns
