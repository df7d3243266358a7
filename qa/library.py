"""The truth: documents, passages, vectors and the keyword index in one SQLite file; everything else derives from it.

An index folder holds `CURRENT`, which names the generation folder in use, and in that folder `library.sqlite` (WAL).
A document is stored version by version, its passages with it: a version is `pending` until its vectors are in Chroma,
then `live`, and `dead` once a newer one took its place. Readers see live versions only, through `snapshot()` all of
one moment.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import secrets
import shlex
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qa import words
from qa.embed import Encoded
from qa.errors import IndexMismatch, IndexMissing, QAError
from qa.types import Document, Passage, Span

SCHEMA = 1  # as in library.sql
_TOKENIZER = "porter unicode61 remove_diacritics 2"  # as in library.sql
_SOURCE = "d.id, d.title, d.date, d.passages, d.sha256, d.root, d.file, d.size, d.mtime"
_PASSAGE = "id, ordinal, start, stop, sentences, vector, vectors, text"
_OF_PASSAGE = "p." + _PASSAGE.replace(", ", ", p.")
_IN_SCOPE = """(:documents IS NULL OR d.id IN (SELECT value FROM json_each(:documents)))
    AND (:since IS NULL OR substr(d.date, 1, length(:since)) >= substr(:since, 1, length(d.date)))
    AND (:until IS NULL OR substr(d.date, 1, length(:until)) <= substr(:until, 1, length(d.date)))"""

State = Literal["pending", "live", "dead"]


class Scope(NamedTuple):
    """Which documents a question may use. `since` and `until` are ISO dates of any precision, both inclusive; a
    document without a date is outside of every period."""

    documents: frozenset[str] | None = None
    since: str | None = None
    until: str | None = None


class Origin(NamedTuple):
    """Where a document came from: an ingested folder and the path in it (or a file and "."), its bytes, and its time
    in nanoseconds (0 where the file was too young for its time to prove anything)."""

    root: str
    file: str
    size: int
    mtime: int


class Source(NamedTuple):
    """A document of the library without its text; `passages` is their number."""

    id: str
    title: str
    date: str | None
    passages: int
    sha256: str
    root: str
    file: str
    size: int
    mtime: int


class Stored(NamedTuple):
    """A passage with its sentences' vectors, shape (sentences, dimension), and its own, shape (dimension,)."""

    passage: Passage
    vectors: NDArray[np.float32]
    vector: NDArray[np.float32]


class Entry(NamedTuple):
    """A document ready to be stored."""

    document: Document
    origin: Origin
    passages: Sequence[Passage]
    encoded: Sequence[Encoded]


def current(index: Path) -> Path | None:
    """The generation folder that answers questions, or None where there is no index."""
    try:
        return index / (index / "CURRENT").read_text().strip()
    except FileNotFoundError:
        return None


def make_current(index: Path, folder: Path) -> None:
    """Lets the generation in `folder` answer from now on, in one step."""
    beside = index / "CURRENT.new"
    beside.write_text(folder.name)
    os.replace(beside, index / "CURRENT")


def create(index: Path, built: Mapping[str, str | int]) -> Path:
    """A new, empty generation beside the current one; returns its folder."""
    folder = index.absolute() / f"g-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    db = sqlite3.connect(folder / "library.sqlite", isolation_level=None)
    db.executescript(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    db.executemany("INSERT INTO built VALUES (?, ?)", {**built, "revision": 0}.items())
    db.close()
    return folder


def phrase(stems: Iterable[str]) -> str:
    """An FTS5 phrase that finds these stems one behind the other.

    FTS5 stems what it looks for, and a stem may have another stem ("accus" has "accu"): each stands as a word of it.
    """
    return f'"{" ".join(map(_word, stems))}"'


@lru_cache(maxsize=20_000)
def _word(stem: str) -> str:
    return next((stem + end for end in ("", "e", "s", "ed", "ing", "i") if words.stem(stem + end) == stem), stem)


class Library:
    """The library of the index at `index`, or of one generation `folder` of it. Reading needs no lock; each thread has
    a connection of its own. Writing is for `qa.sync`, which holds the index's lock.

    Raises:
        IndexMissing: there is no index. IndexMismatch: it has a newer schema. QAError: its file is damaged.
    """

    def __init__(self, index: Path, *, folder: Path | None = None, write: bool = False) -> None:
        found = folder or current(index)
        if found is None or not (found / "library.sqlite").exists():
            raise IndexMissing(f"there is no index at {index}; make one: qa ingest FOLDER")
        self.index, self.folder = index, found.absolute()
        self._write, self._local = write, threading.local()
        schema = self._all("PRAGMA user_version")[0][0]
        if schema != SCHEMA:
            raise IndexMismatch(
                f"the index at {index} has schema {schema}, this version of qa reads schema {SCHEMA}; "
                "upgrade qa, or use another place: qa ingest --index PLACE FOLDER"
            )

    def moved(self) -> bool:
        """Whether another generation answers by now, so that this library should be opened anew."""
        return current(self.index.absolute()) != self.folder

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything this thread reads inside is of one moment, whatever is committed meanwhile. Do not `yield` from
        inside one: its thread may not be the one that goes on."""
        db = self._db()
        if db.in_transaction:
            yield
            return
        db.execute("BEGIN")
        try:
            yield
        finally:
            db.execute("COMMIT")

    def documents(self) -> list[Source]:
        """Every document, by id."""
        return [Source(*row) for row in self._all(f"SELECT {_SOURCE} FROM document d WHERE state='live' ORDER BY id")]

    def select(self, scope: Scope | None) -> list[str] | None:
        """The ids of the documents that `scope` allows; None for all."""
        if scope is None or scope == Scope():
            return None
        sql = f"SELECT id FROM document d WHERE state = 'live' AND {_IN_SCOPE} ORDER BY id"
        return [row[0] for row in self._all(sql, _scope(scope))]

    def document(self, id: str) -> Document:
        """One document with its text. Raises `QAError`, naming the closest id, where there is none."""
        sql = "SELECT id, text, title, date, pages, body, sha256 FROM document WHERE id = ? AND state = 'live'"
        for row in self._all(sql, (id,)):
            return Document(row[0], row[1], row[2], row[3], tuple(json.loads(row[4])), row[5], row[6])
        near = difflib.get_close_matches(id, [source.id for source in self.documents()], 1, 0.0)
        hint = f"did you mean {near[0]!r}?" if near else "the index is empty; fill it: qa ingest FOLDER"
        raise QAError(f"no document {id!r} in the index {self.index}; {hint}")

    def keyword(self, match: str, *, limit: int, scope: Scope | None = None) -> list[tuple[str, float]]:
        """The passages that an FTS5 expression of phrases (`phrase`) finds, as (id, BM25 score), best first; larger is
        better. A negative limit is none."""
        # Without a scope only pending and dead rows can be dropped, so the best few are enough to look at.
        sql = f"""
            SELECT p.id, -w.score FROM (
                SELECT rowid AS number, rank AS score FROM words WHERE words MATCH :match ORDER BY rank LIMIT :most) w
            CROSS JOIN passage p ON p.number = w.number CROSS JOIN document d ON d.version = p.version
            WHERE d.state = 'live' AND {_IN_SCOPE} ORDER BY w.score, p.id LIMIT :limit"""
        hidden = self._all("SELECT coalesce(sum(passages), 0) FROM document WHERE state IN ('pending', 'dead')")[0][0]
        most = -1 if scope or limit < 0 else limit + hidden
        values = {"match": match, "limit": limit, "most": most, **_scope(scope or Scope())}
        return [(row[0], row[1]) for row in self._all(sql, values)]

    def passages(self, ids: Sequence[str]) -> dict[str, Stored]:
        """The live passages among `ids`, in their order; every other id is absent."""
        sql = f"""SELECT d.id, {_OF_PASSAGE} FROM json_each(?) AS wanted
            CROSS JOIN passage p ON p.id = wanted.value CROSS JOIN document d ON d.version = p.version
            WHERE d.state = 'live' ORDER BY wanted.key"""
        return {row[1]: _stored(row) for row in self._all(sql, (json.dumps(list(ids)),))}

    def terms(self, text: str) -> list[str]:
        """The words of `text` in order, folded and stemmed as the keyword index has them."""
        db = getattr(self._local, "tokens", None)
        if db is None:
            db = self._local.tokens = sqlite3.connect(":memory:", isolation_level=None)
            db.execute(f"CREATE VIRTUAL TABLE words USING fts5 (text, tokenize='{_TOKENIZER}')")
            db.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, instance)")
        db.execute("DELETE FROM words")
        db.execute("INSERT INTO words VALUES (?)", (text,))
        return [row[0] for row in db.execute("SELECT term FROM vocabulary ORDER BY offset")]

    def frequencies(self, terms: Sequence[str]) -> tuple[int, dict[str, int]]:
        """The number of passages, and how many hold each of `terms` (as `terms()` returns them)."""
        with self.snapshot():
            count = self._all("SELECT coalesce(sum(passages), 0) FROM document WHERE state = 'live'")[0][0]
            found = {term: self._all("SELECT doc FROM vocabulary WHERE term = ?", (term,)) for term in terms}
        return count, {term: min(rows[0][0], count) if rows else 0 for term, rows in found.items()}

    def vocabulary(self, prefix: str) -> list[str]:
        """The terms of the keyword index that begin with `prefix`."""
        sql = "SELECT term FROM vocabulary WHERE term >= ? AND term < ?"
        return [row[0] for row in self._all(sql, (prefix, prefix + chr(0x10FFFF)))]

    def endings(self, terms: Sequence[str]) -> list[str]:
        """The terms of the keyword index that end as one of `terms` does, in one scan."""
        sql = f"SELECT term FROM vocabulary WHERE {' OR '.join(['term LIKE ?'] * len(terms)) or '0'}"
        return [row[0] for row in self._all(sql, tuple(f"%{term}" for term in terms))]

    def sentences(self, id: str) -> list[Span]:
        """The spans of all sentences of one document, in order."""
        sql = """SELECT p.sentences FROM document d CROSS JOIN passage p ON p.version = d.version
            WHERE d.id = ? AND d.state = 'live' ORDER BY p.ordinal"""
        return [(start, end) for row in self._all(sql, (id,)) for start, end in json.loads(row[0])]

    def built(self) -> dict[str, str]:
        """How the index was built: embedder, dimension, splitter, revision, schema, generation."""
        rows = self._all("SELECT name, value FROM built")
        return {**{row[0]: row[1] for row in rows}, "schema": str(SCHEMA), "generation": self.folder.name}

    def revision(self) -> int:
        """A number that rises with every change that readers can see."""
        return int(self.built()["revision"])

    @property
    def chroma(self) -> Path:
        """Where the vectors of this generation are, as an argument for `Store`."""
        return self.folder / "chroma"

    def verify(self, **wanted: str | int) -> None:
        """Raises `IndexMismatch` unless `built()` has exactly these values (embedder=, dimension=, splitter=)."""
        built = self.built()
        wrong = [name for name, value in wanted.items() if built.get(name) != str(value)]
        if wrong:
            base = self.index.absolute().parent
            roots = shlex.join(sorted({str(base / source.root) for source in self.documents()})[:5]) or "FOLDER"
            said = "; ".join(f"{name} {built.get(name)!r}, configured is {str(wanted[name])!r}" for name in wrong)
            raise IndexMismatch(
                f"the index at {self.index} was built with {said}. Rebuild: qa ingest --rebuild {roots}"
            )

    def ids(self) -> set[str]:
        """The ids of all live passages."""
        sql = "SELECT p.id FROM passage p JOIN document d USING (version) WHERE d.state = 'live'"
        return {row[0] for row in self._all(sql)}

    def batches(self, state: State, *, size: int = 1000) -> Iterator[tuple[dict[str, Source], list[Stored]]]:
        """Every passage in `state` with the documents they belong to, at most `size` at a time."""
        sql = f"""SELECT p.number, d.id, {_OF_PASSAGE} FROM passage p JOIN document d USING (version)
            WHERE d.state = ? AND p.number > ? ORDER BY p.number LIMIT ?"""
        named = f"SELECT {_SOURCE} FROM document d WHERE state = ?"
        sources = {row[0]: Source(*row) for row in self._all(named, (state,))}
        rows = self._all(sql, (state, 0, size))
        while rows:
            yield sources, [_stored(row[1:]) for row in rows]
            rows = self._all(sql, (state, rows[-1][0], size))

    def add(self, entries: Sequence[Entry]) -> None:
        """Stores documents as pending: nobody sees them yet."""
        with self._db() as db:
            db.execute("BEGIN IMMEDIATE")
            for document, origin, passages, encoded in entries:
                rows = [_row(passage, one) for passage, one in zip(passages, encoded, strict=True)]
                label = (document.id, "pending", *origin, document.sha256, document.title, document.date, len(rows))
                text = (_digest(document.text, rows), document.body, json.dumps(document.pages), document.text)
                new = db.execute(f"INSERT INTO document VALUES (NULL{', ?' * 14})", (*label, *text)).lastrowid
                into = f"INSERT INTO passage (version, {_PASSAGE}) VALUES (?{', ?' * 8})"
                db.executemany(into, [(new, *row) for row in rows])

    def flip(self, *, retire: Sequence[str] = ()) -> None:
        """In one step: what is pending is live, and what it replaces, and the documents `retire`, are dead. Readers
        look at Chroma again, even where nothing was to change."""
        old = "UPDATE document SET state = 'dead' WHERE state = 'live' AND id IN"
        self._change(
            (f"{old} (SELECT id FROM document WHERE state = 'pending')", ()),
            (f"{old} (SELECT value FROM json_each(?))", (json.dumps(list(retire)),)),
            ("UPDATE document SET state = 'live' WHERE state = 'pending'", ()),
        )

    def stale(self) -> list[str]:
        """The ids of dead passages that no other version has."""
        sql = """SELECT p.id FROM document d CROSS JOIN passage p ON p.version = d.version
            WHERE d.state = 'dead' AND NOT EXISTS (
                SELECT 1 FROM passage q JOIN document e USING (version) WHERE q.id = p.id AND e.state <> 'dead')"""
        return [row[0] for row in self._all(sql)]

    def purge(self) -> None:
        """Forgets the dead versions."""
        if self.unfinished():
            dead = "SELECT version FROM document WHERE state = 'dead'"
            self._change(
                (f"DELETE FROM passage WHERE version IN ({dead})", ()),
                ("DELETE FROM document WHERE state = 'dead'", ()),
            )

    def unfinished(self) -> bool:
        """Whether an earlier write was cut off: there are pending or dead versions."""
        return bool(self._all("SELECT 1 FROM document WHERE state IN ('pending', 'dead') LIMIT 1"))

    def touch(self, origins: Mapping[str, Origin]) -> None:
        """Notes where unchanged documents are found now."""
        sql = "UPDATE document SET root = ?, file = ?, size = ?, mtime = ? WHERE id = ? AND state = 'live'"
        self._change(*((sql, (*origin, id)) for id, origin in origins.items()), seen=False)

    def compact(self, *, thorough: bool) -> None:
        """Gives disk space back: what the log holds, and if `thorough` also the space of what was deleted."""
        if thorough:
            self._db().execute("INSERT INTO words (words) VALUES ('optimize')")
            self._db().execute("VACUUM")
        self._db().execute("PRAGMA wal_checkpoint (TRUNCATE)")

    def check(self) -> list[str]:
        """What is wrong with this file, a sentence each."""
        faults = [f"SQLite: {row[0]}" for row in self._all("PRAGMA integrity_check(5)") if row[0] != "ok"]
        words, passages = (self._all(f"SELECT count(*) FROM {t}")[0][0] for t in ("words_docsize", "passage"))
        if words != passages:
            faults.append(f"the keyword index holds {words} passages of {passages}")
        waiting = self._all("SELECT count(*) FROM document WHERE state <> 'live'")[0][0]
        if waiting:
            faults.append(f"{waiting} documents are not finished; the next qa ingest does it")
        for version, id, digest, text in self._db().execute("SELECT version, id, digest, text FROM document"):
            sql = f"SELECT {_PASSAGE} FROM passage WHERE version = ? ORDER BY number"
            if _digest(text, self._all(sql, (version,))) != digest:
                faults.append(f"document {id} is not as it was written")
        return faults

    def _db(self) -> sqlite3.Connection:
        if getattr(self._local, "db", None) is None:
            place = (self.folder / "library.sqlite").as_uri()
            db = sqlite3.connect(
                f"{place}?mode=rw", uri=True, isolation_level=None, timeout=30, check_same_thread=False
            )
            if not self._write:
                db.execute("PRAGMA query_only = 1")
            self._local.db = db
        return self._local.db

    def _all(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
        try:
            return self._db().execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise QAError(
                f"the library in {self.folder} could not be read: {error}. "
                "Look: qa doctor; make it anew: qa ingest --rebuild FOLDER"
            ) from error

    def _change(self, *steps: tuple[str, Sequence[Any]], seen: bool = True) -> None:
        with self._db() as db:
            db.execute("BEGIN IMMEDIATE")
            for sql, values in steps:
                db.execute(sql, values)
            db.execute("UPDATE built SET value = value + ? WHERE name = 'revision'", (seen,))


def _scope(scope: Scope) -> dict[str, str | None]:
    documents = None if scope.documents is None else json.dumps(sorted(scope.documents))
    return {"documents": documents, "since": scope.since, "until": scope.until}


def _row(passage: Passage, encoded: Encoded) -> tuple[Any, ...]:
    vector = np.asarray(encoded.vector, np.float32).tobytes()
    vectors = np.asarray(encoded.sentences, np.float16).tobytes()  # half precision moves a cosine by less than 0.001
    place = (passage.id, passage.ordinal, passage.start, passage.end, json.dumps(passage.sentences))
    return (*place, vector, vectors, passage.text)


def _stored(row: Sequence[Any]) -> Stored:
    document, id, ordinal, start, stop, sentences, vector, vectors, text = row
    spans = tuple((first, last) for first, last in json.loads(sentences))
    whole = np.frombuffer(vector, np.float32)
    parts = np.frombuffer(vectors, np.float16).astype(np.float32).reshape(len(spans), len(whole))
    return Stored(Passage(id, document, ordinal, start, stop, text, spans), parts, whole)


def _digest(text: str, rows: Sequence[Any]) -> str:
    return hashlib.blake2b(repr((text, list(rows))).encode(), digest_size=16).hexdigest()
