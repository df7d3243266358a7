"""Questions and their documents: the set that ships here, or any folder with `docs.jsonl` and `questions.jsonl`."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.metrics import Place, words

HERE = Path(__file__).parent
SEEDS = HERE / "data" / "seeds.jsonl"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LONG = 12  # words; an answer is long-form when even the shortest accepted one has more
_EACH_COUNTS = {"conflict": "sides", "multi_doc": "parts"}  # kinds whose accepted answers are not alternatives

Row = dict[str, Any]
History = tuple[tuple[str, str], ...]


class Unusable(Exception):
    """What was asked for cannot be run; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Gold:
    """A piece of evidence. `start` is -1 until it is located; pieces of one group are alternatives."""

    document: str
    quote: str
    groups: tuple[int, ...] = (1,)
    start: int = -1
    end: int = -1

    @property
    def place(self) -> Place:
        return self.document, self.start, self.end


@dataclass(frozen=True, slots=True)
class Case:
    """One question. Documents have their names in the index; `history` is (question, answer) pairs, oldest first."""

    id: str
    question: str
    kind: str
    answerable: bool
    answers: tuple[str, ...] = ()
    gold_docs: tuple[str, ...] = ()
    evidence: tuple[Gold, ...] = ()
    history: History = ()
    scope: tuple[str, ...] | None = None
    split: str = ""
    sides: tuple[tuple[str, ...], ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()
    wrong_answers: tuple[str, ...] = ()

    @property
    def long(self) -> bool:
        """Whether no short answer can be looked for in a reply."""
        return min((len(words(answer)) for answer in self.answers), default=LONG + 1) > LONG

    @property
    def groups(self) -> list[list[Place]]:
        """The located evidence, a list of alternatives for each group."""
        found: dict[int, list[Place]] = {}
        for gold in self.evidence:
            for group in gold.groups:
                found.setdefault(group, []).append(gold.place)
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Dataset:
    """Cases over the text files in `folder`. `names` leads from an id in the index to the set's own id."""

    name: str
    cases: tuple[Case, ...]
    folder: Path
    corpus_hash: str
    questions_hash: str
    names: Mapping[str, str]


def load(data: Path | None, cache: Path) -> Dataset:
    """The seeds (None), or a folder in the shared schema, whose documents are written under `cache` as text files."""
    if data is None:
        folder = HERE.parent / "seeds"
        rows, names = read(SEEDS), {path.name: path.name for path in sorted(folder.glob("*.txt"))}
        corpus = digest(*(path.read_bytes() for path in sorted(folder.glob("*.txt"))))
        return Dataset("seeds", cases(rows, lambda id: id), folder, corpus, digest(SEEDS.read_bytes()), names)
    documents, questions = data / "docs.jsonl", data / "questions.jsonl"
    if not (documents.is_file() and questions.is_file()):
        raise Unusable(f"{data} needs docs.jsonl and questions.jsonl; their schema: eval/README.md")
    corpus = digest(documents.read_bytes())
    folder = cache / f"{data.resolve().name}-{corpus}" / "docs"
    names = write_documents(read(documents), folder)
    name = data.resolve().name
    return Dataset(name, cases(read(questions), file_name), folder, corpus, digest(questions.read_bytes()), names)


def read(path: Path) -> list[Row]:
    """The rows of a JSONL file."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def digest(*parts: bytes) -> str:
    """A short hash of files."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


def file_name(id: str) -> str:
    """A safe file name for any document id: what can be read of it, and a hash, so that no two ids meet."""
    readable = re.sub(r"[^\w.-]+", "_", id)[:60].strip("._") or "document"
    return f"{readable}-{hashlib.sha256(id.encode()).hexdigest()[:8]}.txt"


def write_documents(rows: Sequence[Row], folder: Path) -> dict[str, str]:
    """The documents as text files with title and date as front matter; returns file name → id. Files that are there
    as they should be keep their time, so that an index over them stays current."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {}
    for row in rows:
        about = {key: " ".join(str(row[key]).split()) for key in ("title", "date") if row.get(key)}
        head = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in about.items())
        text = (f"---\n{head}---\n" if head else "") + _CONTROL.sub(" ", row["text"])  # web pages hold such bytes
        path = folder / file_name(row["id"])
        names[path.name] = row["id"]
        if not path.exists() or path.read_bytes() != text.encode("utf-8", "replace"):
            path.write_bytes(text.encode("utf-8", "replace"))
    return names


def cases(rows: Sequence[Row], name: Callable[[str], str]) -> tuple[Case, ...]:
    """Cases from rows in the shared schema; `name` gives a document's name in the index."""
    return tuple(_case(row, name) for row in rows)


def _case(row: Row, name: Callable[[str], str]) -> Case:
    kind, answers = row.get("type", "question"), tuple(row.get("answers", ()))
    each: dict[str, Any] = {}
    if kind in _EACH_COUNTS and len(answers) > 1:
        each[_EACH_COUNTS[kind]] = [[answer] for answer in answers]
    return Case(
        id=row["id"],
        question=row["question"],
        kind=kind,
        answerable=row.get("answerable", True),
        answers=answers,
        gold_docs=tuple(name(id) for id in row.get("gold_docs", ())),
        evidence=tuple(_gold(row, name)),
        history=pairs(row.get("history", ())),
        scope=tuple(name(id) for id in row["scope"]) if row.get("scope") else None,
        split=row.get("split", ""),
        wrong_answers=tuple(row.get("wrong_answers", ())),
        sides=tuple(map(tuple, row.get("sides", each.get("sides", ())))),
        parts=tuple(map(tuple, row.get("parts", each.get("parts", ())))),
    )


def _gold(row: Row, name: Callable[[str], str]) -> Iterator[Gold]:
    given = row.get("evidence", ())
    # Where the evidence is no more than the answer itself, all of it is one fact in several wordings.
    same = set(given) <= set(row.get("answers", ())) if all(isinstance(one, str) for one in given) else False
    for number, one in enumerate(given, 1):
        if isinstance(one, str):
            yield Gold("", one, (1 if same else number,))
        else:
            yield Gold(name(one["document"]), one["quote"], tuple(one["groups"]), one["start"], one["end"])


def pairs(turns: Sequence[Row]) -> History:
    """Turns as (question, answer) pairs; a question that got no answer has an empty one."""
    found: list[tuple[str, str]] = []
    for turn in turns:
        if turn["role"] == "user":
            found.append((turn["text"], ""))
        elif found:
            found[-1] = (found[-1][0], turn["text"])
    return tuple(found)


def choose(
    all_cases: Sequence[Case], *, split: str = "", kinds: Sequence[str] = (), limit: int = 0, seed: int = 0
) -> list[Case]:
    """The cases of a split and of some kinds, and of those a random `limit`, the same for the same seed."""
    found = [case for case in all_cases if (not split or case.split == split) and (not kinds or case.kind in kinds)]
    if limit and limit < len(found):
        found = [found[i] for i in sorted(random.Random(seed).sample(range(len(found)), limit))]
    return found


def locate(case: Case, texts: Mapping[str, str], sentences: Mapping[str, Sequence[tuple[int, int]]]) -> Case:
    """The case with its evidence as places in the extracted text, widened to the whole sentences it touches.

    Evidence without offsets is looked for in the gold documents, every occurrence of it; what is not found is dropped.
    """
    found = []
    for gold in case.evidence:
        spots = [gold] if gold.start >= 0 else [replace(gold, document=d) for d in case.gold_docs if d in texts]
        for spot in spots:
            ends = [(spot.start, spot.end)] if spot.start >= 0 else _occurrences(texts[spot.document], spot.quote)
            for start, end in ends:
                touched = [s for s in sentences.get(spot.document, ()) if s[0] < end and s[1] > start] or [(start, end)]
                found.append(replace(spot, start=touched[0][0], end=touched[-1][1]))
    return replace(case, evidence=tuple(dict.fromkeys(found)))


def _occurrences(text: str, quote: str) -> list[tuple[int, int]]:
    """Where a quote stands as whole words, whatever its white space."""
    pattern = r"\s+".join(map(re.escape, quote.split()))
    return [match.span() for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", text)] if pattern else []
