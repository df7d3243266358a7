"""The map of the program: what flows from a folder of documents to an answer on the screen.

Offsets are counted in characters (Python string indices) into a document's extracted text, end exclusive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Span = tuple[int, int]
Support = Literal["supported", "partial", "unsupported"]
Kind = Literal["answer", "talk", "question"]


@dataclass(frozen=True, slots=True)
class Document:
    """One source file as extracted text.

    `id` is the path relative to the ingested root, with forward slashes. `date` is the ISO date (YYYY-MM-DD, YYYY-MM
    or YYYY) that the document itself gives, never the file's time. `pages` holds the offset at which each page starts
    (empty for formats without pages). `body` is where the text proper begins, behind front matter or a date line.
    `sha256` is the hash of the file's bytes.
    """

    id: str
    text: str
    title: str
    date: str | None = None
    pages: tuple[int, ...] = ()
    body: int = 0
    sha256: str = ""

    def page_at(self, offset: int) -> int | None:
        """The 1-based page that holds `offset`, or None where the format has no pages."""
        return sum(start <= offset for start in self.pages) or None


@dataclass(frozen=True, slots=True)
class Passage:
    """A few neighbouring sentences, the unit of retrieval. `sentences` are spans in the document."""

    id: str
    document: str
    ordinal: int
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that retrieval returned. Ranks count from 1; None means that this search did not return it."""

    passage: Passage
    score: float
    dense_rank: int | None = None
    keyword_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact characters that support a claim: `document text[start:end] == quote`.

    `speaker` is whoever the source says these words or this claim come from; `times` are words for a time in the quote
    with the ISO dates that the day of publication makes of them; `score` is the probability, 0 to 1, that this sentence
    answers the question; `about` is whom the "he" or "she" means that opens it, `columns` what the columns of the
    table are called of which it is a row, `section` the headings under which it stands in a list.
    """

    number: int
    document: str
    title: str
    quote: str
    start: int
    end: int
    page: int | None = None
    date: str | None = None
    speaker: str | None = None
    score: float = 0.0
    times: tuple[tuple[str, str], ...] = ()
    about: str | None = None
    columns: tuple[str, ...] = ()
    section: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer, without markers, and the citations it rests on. `note` says what these lack."""

    text: str
    support: Support
    citations: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """What one source says in a disagreement; `citation` is the number of a citation of the answer."""

    statement: str
    citation: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Sources that say different things about one topic."""

    topic: str
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Event: the sentences chosen as evidence, best first, before any word of the answer."""

    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Event: the next piece of the answer; an empty one says only that work goes on. A `Citation` event always comes
    before the text that uses its number."""

    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One question from retrieval to screen. `answered` False is a refusal: the documents do not hold the answer.

    Unless `kind` says otherwise: "talk" is courtesy or about the program, and says nothing of the documents; "question"
    asks back which of the citations is meant. Neither is ever `answered`.

    `standalone` is the question as it was searched, follow-ups made whole; `confidence` the probability, 0 to 1, that
    the documents answer it; `partial` names why the text stops early (None when it is whole); `timings` are seconds.
    `evidence` are the sentences that were weighed, best first; the model was given the first `given` of them.
    """

    question: str
    text: str
    answered: bool
    citations: tuple[Citation, ...] = ()
    claims: tuple[Claim, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    hits: tuple[Hit, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
    model: str = "quote"
    standalone: str = ""
    confidence: float = 0.0
    partial: str | None = None
    kind: Kind = "answer"
    evidence: tuple[Citation, ...] = ()
    given: int = 0

    @property
    def refused(self) -> bool:
        """Whether the documents were searched and do not hold the answer."""
        return self.kind == "answer" and not (self.answered or self.partial)

    def __str__(self) -> str:
        from qa import render

        return render.plain(self)

    def to_dict(self) -> dict[str, Any]:
        """Everything, as JSON-ready builtins."""
        return {**asdict(self), "timings": dict(self.timings)}

    def to_markdown(self) -> str:
        """The answer with numbered sources, all document and model text escaped."""
        from qa import render

        return render.markdown(self)

    def to_html(self) -> str:
        """The answer as a self-contained HTML fragment, all document and model text escaped."""
        from qa import render

        return render.html(self)


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be taken in, and why."""

    document: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest did, document by document."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()
    passed: tuple[str, ...] = ()  # paths of files in the folders that are of no kind that is read


@dataclass(frozen=True, slots=True)
class Progress:
    """Event of an ingest: `stage` is what happens now, to `document`, the `done`-th of `total`."""

    stage: Literal["read", "embed", "commit", "remove"]
    document: str
    done: int
    total: int
