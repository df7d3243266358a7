"""What is kept of conversations, for whom, and what the next version of the program finds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from qa.errors import QAError
from qa.types import Answer, Citation
from qa.web.keep import Chats, Turn


def turn(question: str, text: str = "Forty-two. [1]") -> Turn:
    cited = Citation(1, "a.txt", "A", "It is forty-two.", 4, 20, date="2024-03-05", speaker="Ann")
    return Turn(question, Answer(question, text, answered=True, citations=(cited,)))


@pytest.fixture
def chats(tmp_path: Path) -> Chats:
    return Chats(tmp_path / "index" / "chats.sqlite")


def test_conversations_outlive_a_restart_whole_and_in_order(chats: Chats) -> None:
    turns = [turn("What is it?"), turn("And then?", "Nothing."), Turn("q", problem="p")]
    numbers = [chats.add("me", "one", each) for each in turns]
    assert Chats(chats.path).turns("me", "one") == dict(zip(numbers, turns, strict=True))


def test_the_id_of_someone_elses_conversation_gives_nothing_and_changes_nothing(chats: Chats) -> None:
    chats.add("me", "one", turn("What is it?"))
    for id in ("one", "", "on%", "' OR 1=1 --"):
        assert chats.turns("you", id) == {}
        chats.rename("you", id, "mine now")
        chats.delete("you", id)
        chats.adopt("you", id)
        chats.branch("you", id, 10**9)
    chats.add("you", "one", turn("Whose is this?"))
    assert [each.question for each in chats.turns("me", "one").values()] == ["What is it?"]
    assert [each.title for each in chats.list("me")] == ["What is it?"]
    assert [each.title for each in chats.list("you", "it")] == []


def test_the_list_is_newest_first_with_the_first_question_as_title(chats: Chats) -> None:
    for id, question in (("one", "First\n question?"), ("two", "Second?"), ("one", "Third?")):
        chats.add("me", id, turn(question))
    assert [(each.id, each.title) for each in chats.list("me")] == [("one", "First question?"), ("two", "Second?")]


def test_conversations_are_found_by_words_of_questions_answers_and_titles(chats: Chats) -> None:
    chats.add("me", "one", turn("Who built the bridge?", "The café owner Jonas Keller did. [1]"))
    number = chats.add("me", "one", turn("When?", "In 1902, says the engineer. [1]"))
    chats.add("me", "two", turn("Do bees count?"))
    chats.rename("me", "two", "Insects & numbers")
    assert [each.id for each in chats.list("me", "keller CAFE")] == ["one"]
    found = chats.list("me", "engin")[0]
    assert found.turn == number and "engineer" in found.found
    assert [each.id for each in chats.list("me", "insects &")] == ["two"]
    assert chats.list("me", 'no "such* OR words') == []
    assert len(chats.list("me", "  ")) == 2


def test_what_is_deleted_is_gone_from_the_search_and_the_file(chats: Chats) -> None:
    chats.add("me", "one", turn("Who is Rumpelstiltskin?"))
    chats.add("me", "two", turn("Another?"))
    chats.delete("me", "one")
    assert chats.turns("me", "one") == {} and chats.list("me", "Rumpelstiltskin") == []
    with closing(sqlite3.connect(chats.path)) as db:
        assert db.execute("SELECT count(*) FROM turns").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM words").fetchone() == (1,)


def test_a_renamed_conversation_keeps_its_title_and_an_empty_one_is_refused(chats: Chats) -> None:
    chats.add("me", "one", turn("What?"))
    chats.rename("me", "one", " The\n answer ")
    chats.add("me", "one", turn("And?"))
    assert chats.list("me")[0].title == "The answer"
    with pytest.raises(QAError, match="title"):
        chats.rename("me", "one", " \n")


def test_a_branch_begins_with_the_turns_before_and_leaves_the_original(chats: Chats) -> None:
    numbers = [chats.add("me", "one", turn(question)) for question in ("A?", "B?", "C?")]
    new = chats.branch("me", "one", numbers[2])
    assert [each.question for each in chats.turns("me", new).values()] == ["A?", "B?"]
    assert len(chats.turns("me", "one")) == 3


def test_a_file_of_the_first_schema_opens_and_its_conversations_go_to_who_has_their_id(tmp_path: Path) -> None:
    path, json = tmp_path / "chats.sqlite", TypeAdapter(Turn).dump_json
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE turns(id INTEGER PRIMARY KEY, chat TEXT NOT NULL, turn TEXT NOT NULL)")
        db.execute("CREATE INDEX turns_chat ON turns(chat)")
        for chat, question in (("old", "First?"), ("other", "Else?"), ("old", "Second?")):
            db.execute("INSERT INTO turns(chat, turn) VALUES (?, ?)", (chat, json(turn(question)).decode()))
        db.execute("INSERT INTO turns(chat, turn) VALUES ('old', ?)", (json(Turn("q", problem="p")).decode(),))
    chats = Chats(path)
    assert chats.turns("me", "old") == {} == chats.turns("", "guess")
    chats.adopt("me", "old")
    assert [each.question for each in chats.turns("me", "old").values()] == ["First?", "Second?", "q"]
    assert chats.list("me", "second")[0].title == "First?"
    chats.adopt("you", "old")
    assert chats.turns("you", "old") == {} and len(Chats(path).turns("me", "old")) == 3


def test_a_file_of_a_newer_schema_is_refused_untouched(chats: Chats) -> None:
    with closing(sqlite3.connect(chats.path)) as db:
        db.execute("PRAGMA user_version = 99")
    before = chats.path.read_bytes()
    with pytest.raises(QAError, match="upgrade"):
        Chats(chats.path)
    assert chats.path.read_bytes() == before
