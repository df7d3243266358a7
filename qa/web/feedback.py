"""What people say of answers, as questions that `python -m eval --data FOLDER` runs. The schema: eval/README.md."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field

from qa.errors import QAError
from qa.render import MARKER
from qa.web.keep import Turn

if TYPE_CHECKING:
    from qa.library import Library

Verdict = Literal["", "right", "wrong answer", "wrong source", "should have refused", "should have answered"]
PASSAGES = 20  # of one answer
DOCUMENTS = 1000  # of the library, to find the right passage among

Row = dict[str, Any]


class Passage(BaseModel):
    """Words of a document that someone picked as the right ones."""

    document: Annotated[str, Field(max_length=4000)]
    quote: Annotated[str, Field(min_length=1, max_length=4000)]


class Opinion(BaseModel):
    """What was said of one answer: whether it is right, what is, and where that stands."""

    verdict: Verdict = ""
    answer: str = ""
    passages: list[Passage] = []

    def and_(self, said: Said) -> Opinion:
        """This opinion and what was said now."""
        if said.passage:
            return self.model_copy(update={"passages": [*self.passages, said.passage][-PASSAGES:]})
        return Opinion(verdict=said.verdict, answer=said.answer, passages=self.passages) if said.verdict else Opinion()


class Said(BaseModel):
    """One click: a verdict, with the right answer if it is known; or the right passage."""

    verdict: Verdict = ""
    answer: Annotated[str, Field(max_length=4000)] = ""
    passage: Passage | None = None


class Feedback:
    """The rows in `folder`, one for each answer that someone said something of."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._lock = folder, threading.Lock()

    def opinions(self) -> dict[int, Opinion]:
        """What was said so far, by the numbers of the turns."""
        return {row["turn"]: Opinion(**row["opinion"]) for row in _read(self.folder / "questions.jsonl")}

    def give(self, number: int, turns: Mapping[int, Turn], said: Said, library: Library) -> Opinion:
        """Keep what is said of turn `number` of a conversation, besides what was said before; "" takes it all back.

        Raises:
            QAError: the conversation has no such turn, or a passage is not in its document.
        """
        if number not in turns:
            raise QAError(f"this conversation has no turn {number}; load the page again")
        picked = said.passage
        if picked and picked.quote not in library.document(picked.document).text:
            raise QAError(f"these words are not in {picked.document!r} any more; open it again and pick them there")
        earlier = [turn for other, turn in turns.items() if other < number]
        with self._lock:
            rows = {row["turn"]: row for row in _read(self.folder / "questions.jsonl")}
            before = Opinion(**rows.pop(number)["opinion"]) if number in rows else Opinion()
            opinion = before.and_(said)
            if opinion != Opinion():
                rows[number] = _row(number, turns[number], earlier, opinion)
            self._write(list(rows.values()), library)
        return opinion

    def _write(self, rows: Sequence[Row], library: Library) -> None:
        """Both files, each at once or not at all. A document that a row names stays, also when the library lost it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        docs, questions = self.folder / "docs.jsonl", self.folder / "questions.jsonl"
        named = [id for row in rows for id in (*row["gold_docs"], *row["cited"])]
        kept = {row["id"]: row for row in _read(docs) if row["id"] in named}
        ids = dict.fromkeys([*named, *(source.id for source in islice(library.documents(), DOCUMENTS))])
        for id in ids:
            try:
                document = library.document(id)
            except QAError:
                continue
            about = {"title": document.title, **({"date": document.date} if document.date else {})}
            kept[id] = {"id": id, **about, "text": document.text[document.body :]}
        for path, lines in ((docs, kept.values()), (questions, rows)):
            new = path.with_suffix(".new")
            new.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
            new.replace(path)


def _row(number: int, turn: Turn, earlier: Iterable[Turn], opinion: Opinion) -> Row:
    """A question of the evaluation set. What was picked is the evidence; without, what a right answer cites is."""
    answer, verdict = turn.answer, opinion.verdict
    said = " ".join(MARKER.sub("", answer.text).split()) if answer else ""
    places = [(passage.document, passage.quote) for passage in opinion.passages]
    if not places and verdict == "right" and answer:
        places = [(cited.document, cited.quote) for cited in answer.citations]
    answerable = verdict != "should have refused" and not (verdict == "right" and answer and answer.refused)
    history = [
        {"role": role, "text": text}
        for before in earlier
        if before.answer
        for role, text in (("user", before.question), ("assistant", before.answer.text))
    ]
    return {
        "id": f"turn-{number}",
        "turn": number,
        "question": turn.question,
        "type": (verdict or "right passage").replace(" ", "_"),
        "answerable": answerable,
        "answers": [opinion.answer] if answerable and opinion.answer else [],
        "wrong_answers": [said] if verdict == "wrong answer" and said else [],
        "gold_docs": [*dict.fromkeys(document for document, _ in places)] if answerable else [],
        "evidence": [
            {"document": document, "quote": quote, "start": -1, "end": -1, "groups": [1]} for document, quote in places
        ],
        "history": history,
        "said": said,
        "cited": [*dict.fromkeys(cited.document for cited in answer.citations)] if answer else [],
        "opinion": opinion.model_dump(),
    }


def _read(path: Path) -> list[Row]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
