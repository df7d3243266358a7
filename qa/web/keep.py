"""Conversations, kept in one SQLite file. Each belongs to one owner; everything is asked for with the owner's
name, and what is not theirs is as if it did not exist."""

from __future__ import annotations

import re
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from qa.errors import QAError
from qa.render import Chat
from qa.types import Answer

SCHEMA = 1  # as in chats.sql
ADOPTABLE = ""  # owner of conversations from before there were owners: whoever has their random id may take them
_TABLES = Path(__file__).with_name("chats.sql").read_text(encoding="utf-8")
_FROM_0 = f"""
ALTER TABLE turns RENAME TO old;
DROP INDEX turns_chat;
{_TABLES}
INSERT INTO chats (owner, id, title, changed) SELECT '{ADOPTABLE}', chat, json_extract(turn, '$.question'), min(id)
    FROM old GROUP BY chat;
INSERT INTO turns (chat, turn) SELECT number, turn FROM old JOIN chats c ON c.id = old.chat ORDER BY old.id;
DROP TABLE old;
"""
_TITLE = 80  # characters of a title


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what came of it. `names` says how to call the documents of the answer's passages, `hashes` holds
    the SHA-256 of their files, as they were; `scope` says which documents were asked, unless it was all."""

    question: str
    answer: Answer | None = None
    problem: str = ""
    names: dict[str, str] | None = None
    scope: str = ""
    hashes: dict[str, str] | None = None


class Chats:
    """The conversations in the file at `path`, which is made or brought to this version's schema.

    Raises:
        QAError: the file was written by a newer version.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._turn = path, TypeAdapter(Turn)
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._db() as db:
            schema = db.execute("PRAGMA user_version").fetchone()[0]
            if schema > SCHEMA:
                raise QAError(f"{path} has schema {schema}, this version of qa reads {SCHEMA}; upgrade qa")
            if schema < SCHEMA:
                old = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'turns'").fetchone()
                db.executescript(f"BEGIN;{_FROM_0 if old else _TABLES}COMMIT;")

    def turns(self, owner: str, chat: str) -> dict[int, Turn]:
        """The turns of a conversation by their numbers, oldest first; none for a conversation of someone else."""
        sql = (
            "SELECT t.id, t.turn FROM turns t JOIN chats c ON c.number = t.chat WHERE owner = ? AND c.id = ? ORDER BY 1"
        )
        with self._db() as db:
            return {number: self._turn.validate_json(turn) for number, turn in db.execute(sql, (owner, chat))}

    def add(self, owner: str, chat: str, turn: Turn) -> int:
        """Keep a finished turn, with the references its citations need, and return its number."""
        made = """INSERT INTO chats (owner, id, title, changed) VALUES (?, ?, ?, ?)
            ON CONFLICT (owner, id) DO UPDATE SET changed = excluded.changed RETURNING number"""
        with self._db() as db:
            number = db.execute(made, (owner, chat, _titled(turn.question), time.time())).fetchone()[0]
            kept = self._turn.dump_json(turn).decode()
            return int(db.execute("INSERT INTO turns (chat, turn) VALUES (?, ?)", (number, kept)).lastrowid or 0)

    def list(self, owner: str, find: str = "") -> list[Chat]:
        """The conversations of an owner, newest first; with `find`, those whose title or turns have these words."""
        sql = "SELECT id, title, changed FROM chats WHERE owner = ? ORDER BY changed DESC"
        with self._db() as db:
            found = self._found(db, owner, find)
            chats = [Chat(*row, *found.get(row[0], ())) for row in db.execute(sql, (owner,))]
        return [chat for chat in chats if chat.id in found or find.strip().casefold() in chat.title.casefold()]

    def _found(self, db: sqlite3.Connection, owner: str, find: str) -> dict[str, tuple[int, str]]:
        """The conversations with a turn that has these words: the turn's number, and some of it."""
        match = " ".join(f'"{word}"*' for word in re.findall(r"\w+", find))
        sql = """SELECT c.id, t.id, snippet(words, -1, '', '', '…', 12) FROM words
            JOIN turns t ON t.id = words.rowid JOIN chats c ON c.number = t.chat
            WHERE words MATCH ? AND owner = ? ORDER BY t.id"""
        rows = db.execute(sql, (match, owner)) if match else ()
        return {chat: (turn, text) for chat, turn, text in rows}

    def drop(self, owner: str, chat: str, number: int) -> None:
        """Forget one turn of a conversation: another has taken its place."""
        here = "SELECT number FROM chats WHERE owner = ? AND id = ?"
        with self._db() as db:
            db.execute(f"DELETE FROM turns WHERE id = ? AND chat IN ({here})", (number, owner, chat))

    def rename(self, owner: str, chat: str, title: str) -> None:
        """Call a conversation otherwise. Raises `QAError` for an empty title."""
        title = _titled(title)
        if not title:
            raise QAError("a conversation needs a title; write one")
        with self._db() as db:
            db.execute("UPDATE chats SET title = ? WHERE owner = ? AND id = ?", (title, owner, chat))

    def delete(self, owner: str, chat: str) -> None:
        """Forget a conversation with all its turns."""
        with self._db() as db:
            db.execute("DELETE FROM chats WHERE owner = ? AND id = ?", (owner, chat))

    def branch(self, owner: str, chat: str, before: int) -> str:
        """A new conversation that begins with the turns of this one before number `before`; returns its id."""
        new = new_id()
        for number, turn in self.turns(owner, chat).items():
            if number < before:
                self.add(owner, new, turn)
        return new

    def adopt(self, owner: str, chat: str) -> None:
        """Make a conversation from before there were owners this owner's; its random id was the only way to it."""
        with self._db() as db:
            db.execute("UPDATE OR IGNORE chats SET owner = ? WHERE owner = ? AND id = ?", (owner, ADOPTABLE, chat))

    @contextmanager
    def _db(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=10)) as db, db:
            db.execute("PRAGMA foreign_keys = ON")
            yield db


def _titled(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE else line[: _TITLE - 1] + "…"


def new_id() -> str:
    """An id for a conversation that nobody can guess."""
    return secrets.token_urlsafe(16)
