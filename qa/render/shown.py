"""What the page shows beside answers: documents, files on their way, models, conversations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qa.types import Citation


@dataclass(frozen=True, slots=True)
class Fetching:
    """Weights on their way from `source`: `done` of `total` bytes, `rate` bytes a second; or why that `failed`."""

    name: str
    done: int = 0
    total: int = 0
    rate: float = 0.0
    source: str = ""
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation for someone who checks it elsewhere: the text around it, the SHA-256 of the file it is taken from, and
    what became of the document since: "", "changed" or "removed"."""

    citation: Citation
    before: str
    after: str
    sha256: str
    stale: str


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation in a list; `changed` in seconds since 1970. If found by its words: in which turn, and some."""

    id: str
    title: str
    changed: float
    turn: int = 0
    found: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """A model to choose. `host` is where text goes for it; only one whose `state` is "ready" can be chosen now."""

    name: str
    label: str
    note: str
    chosen: bool = False
    host: str = ""
    state: Literal["ready", "absent", "fetching", "offline"] = "ready"


@dataclass(slots=True)
class Upload:
    """A file on its way from the browser into the documents; `mark` tells it from another one in its place."""

    name: str
    size: int
    state: Literal["sending", "waiting", "reading", "in", "failed", "undone"] = "sending"
    note: str = ""
    mark: tuple[int, int] | None = None


@dataclass(slots=True)
class Batch:
    """Files that somebody adds at one time."""

    id: str
    owner: str
    files: list[Upload]
    state: Literal["sending", "waiting", "working", "done", "undone"] = "sending"
    note: str = ""

    @property
    def busy(self) -> bool:
        """Whether there is more to come."""
        return self.state in {"sending", "waiting", "working"}
