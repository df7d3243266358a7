"""What is kept of conversations, for whom, and what the next version of the program finds."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from pydantic import TypeAdapter
from typer.testing import CliRunner

from eval.__main__ import app as eval_app
from qa.assistant import Assistant
from qa.config import load
from qa.errors import QAError
from qa.library import Library
from qa.sync import sync
from qa.testing import HashEmbedder, corpus
from qa.types import Answer, Citation
from qa.web import chat, export
from qa.web.engine import Engine
from qa.web.feedback import Feedback, Said
from qa.web.keep import Chats, Turn
from qa.web.owner import Owners
from qa.web.page import Handlers


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


def test_a_conversation_can_be_read_while_there_is_no_index(chats: Chats) -> None:
    engine, number = (
        Engine(load(index=chats.path.parent / "none"), Assistant),
        chats.add("me", "one", turn("What is it?")),
    )
    acts = Handlers(engine, chats, Feedback(chats.path.parent), Owners(named=False))
    assert f'data-turn="{number}"' in acts._past("me", "one") and "What is it?" not in acts._past("you", "one")


def test_a_long_question_is_cut_in_the_title_alone(chats: Chats) -> None:
    chats.add("me", "one", turn("why " * 40))
    assert chats.list("me")[0].title.endswith("…") and len(chats.list("me")[0].title) == 80
    assert next(iter(chats.turns("me", "one").values())).question == "why " * 40


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


# What is taken away


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("library")
    config = load(index=folder / "index", offline=True)
    sync([corpus(folder)], config=config, embedder=HashEmbedder())
    return Library(config.index)


def citing(library: Library, number: int, document: str, quote: str) -> Citation:
    found = library.document(document)
    start = found.text.index(quote)
    return Citation(number, document, found.title, quote, start, start + len(quote), date=found.date)


@pytest.fixture
def told(library: Library) -> Turn:
    """A turn with three sources: one as it was, one changed since, one removed since."""
    good = citing(library, 1, "bridge.txt", "Mayor Ruth Adeyemi said the repairs would cost 2.4 million euros.")
    changed = replace(citing(library, 2, "bridge-costs.md", "The bridge was built in 1902."), quote="It is <b>old</b>.")
    gone = replace(good, number=3, document="gone.txt", title="Gone", quote="It was never said.")
    answer = Answer("What <i>does</i> it cost?", "2.4 million. [1] It is *old*. [2] So they say. [3]", answered=True)
    hashes = {"bridge.txt": library.document("bridge.txt").sha256, "gone.txt": "0" * 64}
    return Turn(answer.question, replace(answer, citations=(good, changed, gone)), hashes=hashes)


def test_an_old_answer_says_which_sources_were_changed_or_removed_and_keeps_their_quotes(
    library: Library, told: Turn
) -> None:
    assert told.answer and chat.stale(told.answer, library) == {2: "changed", 3: "removed"}
    html = chat.turn_html(told, 7, library=library)
    assert html.count("source changed") == html.count("source removed") == 1
    assert "It is &lt;b&gt;old&lt;/b&gt;." in html and "It was never said." in html
    assert "source changed" not in chat.turn_html(told, 7)


def test_the_source_pane_shows_the_kept_quote_where_the_document_is_not_what_it_was(
    library: Library, told: Turn
) -> None:
    good, changed, gone = told.answer.citations if told.answer else ()
    for cited, said in ((changed, "Source changed."), (gone, "Source removed.")):
        pane = chat.source(cited.document, (cited.start, cited.end), library, quote=cited.quote)
        assert said in pane and escape(cited.quote) in pane and "<mark>" not in pane and "did you mean" not in pane
    assert f"<mark>{good.quote}</mark>" in chat.source(good.document, (good.start, good.end), library, quote=good.quote)


def test_an_evidence_file_can_be_checked_with_nothing_but_the_files(library: Library, told: Turn) -> None:
    page = export.evidence("Bridges & <costs>", [told], library)
    source = next(each for each in library.documents() if each.id == "bridge.txt")
    path = library.index.parent / source.root / source.file
    assert hashlib.sha256(path.read_bytes()).hexdigest() in page and "0" * 64 in page
    start, end = map(int, re.findall(r"Document bridge\.txt, characters (\d+) to (\d+)", page)[0])
    with path.open(encoding="utf-8-sig", newline="") as file:
        quote = file.read()[start:end]
    assert f"<mark>{quote}</mark> \"We can't wait" in unescape(page)
    assert page.count("since</b>") == 2 and "not known" in page
    assert "<title>Bridges &amp; &lt;costs&gt;</title>" in page and "<i>" not in page and "//" not in page
    assert re.findall(r"<(script|img|link|iframe|a)\b", page) == []


def test_a_conversation_as_markdown_has_its_questions_answers_and_sources_and_nothing_live(told: Turn) -> None:
    text = export.markdown("# Costs", [told, Turn("And *now*?", problem="The model is gone.")])
    html = MarkdownIt().render(text)
    assert "<h1># Costs</h1>" in html and "<h2>And *now*?</h2>" in html and "The model is gone." in html
    assert "Mayor Ruth Adeyemi said" in html and "<i>" not in html and "<em>" not in html


# What is said of answers


def say(folder: Path, library: Library, told: Turn, **said: Any) -> dict[str, Any]:
    Feedback(folder).give(2, {1: turn("Before?"), 2: told}, Said(**said), library)
    return json.loads((folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()[-1])


def test_each_verdict_becomes_the_row_that_it_means(library: Library, told: Turn, tmp_path: Path) -> None:
    right = say(tmp_path, library, told, verdict="right")
    assert right["answerable"] and right["evidence"][0]["quote"].startswith("Mayor Ruth")
    assert right["history"][0] == {"role": "user", "text": "Before?"}
    wrong = say(tmp_path, library, told, verdict="wrong answer", answer="3.1 million")
    assert wrong["answers"] == ["3.1 million"] and "2.4 million" in wrong["wrong_answers"][0]
    refuse = say(tmp_path, library, told, verdict="should have refused", answer="ignored")
    assert not refuse["answerable"] and refuse["answers"] == refuse["gold_docs"] == []
    picked = {"document": "bridge.txt", "quote": "Jonas Keller"}
    say(tmp_path, library, told, verdict="should have answered", answer="He did.")
    answer = say(tmp_path, library, told, passage=picked)
    assert answer["type"] == "should_have_answered" and answer["gold_docs"] == ["bridge.txt"]
    assert len((tmp_path / "questions.jsonl").read_text(encoding="utf-8").splitlines()) == 1
    Feedback(tmp_path).give(2, {2: told}, Said(verdict=""), library)
    assert Feedback(tmp_path).opinions() == {}


def test_words_that_are_not_in_the_document_and_turns_of_others_are_refused(
    library: Library, told: Turn, tmp_path: Path
) -> None:
    with pytest.raises(QAError, match="words are not in"):
        say(tmp_path, library, told, passage={"document": "bridge.txt", "quote": "never said"})
    with pytest.raises(QAError, match="no turn 9"):
        Feedback(tmp_path).give(9, {2: told}, Said(verdict="right"), library)
    assert not (tmp_path / "questions.jsonl").exists()


def test_the_evaluation_runs_on_what_was_said(library: Library, told: Turn, tmp_path: Path) -> None:
    feedback, folder = Feedback(tmp_path / "feedback"), tmp_path / "feedback"
    bees = Turn("How far can honeybees count?", Answer("How far can honeybees count?", "To five.", answered=True))
    moons = Turn("Which planet has the most moons?", Answer("Which planet?", "Elmford. [1]", answered=True))
    turns = {1: told, 2: bees, 3: moons}
    feedback.give(2, {2: bees}, Said(verdict="wrong answer", answer="four"), library)
    picked = {"document": "science/bees.html", "quote": "Honeybees can count to four"}
    feedback.give(2, {2: bees}, Said.model_validate({"passage": picked}), library)
    feedback.give(3, {3: moons}, Said(verdict="should have refused"), library)
    feedback.give(1, turns, Said(verdict="right"), library)
    done = CliRunner().invoke(eval_app, ["--data", str(folder), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert (report["meta"]["questions"], report["meta"]["evidence_not_found"]) == (3, 0) and not report["errors"]
    figures = report["systems"]["ours"]["figures"]
    assert figures["right"][-1] == 3 and figures["sentence_hit@5"][-1] == 2 and figures["refusal_recall"][-1] == 1
