"""Courtesy and questions about the program get a reply of their own; a question about the documents never does."""

import time

import pytest

from qa import render, talk
from qa.assistant import Assistant
from qa.config import load
from qa.models.quote import Quote
from qa.sync import sync
from qa.testing import HashEmbedder, corpus


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("hi", "Hello"),
        ("Good morning!", "Hello"),
        ("Hello there, how are you?", "I am ready"),
        ("thanks a lot 🙏", "You are welcome"),
        ("No, thanks.", "You are welcome"),
        ("Thank you very much for your help, bye!", "Goodbye"),
        ("Who are you?", "I am a program"),
        ("Hey, are you a bot?", "I am a program"),
        ("What can you do?", "I answer questions"),
        ("How does this work?", "I answer questions"),
        ("How do I add my own PDFs?", "choose Add files in the sidebar (☰)"),
        ("How should I cite this?", "title, the date"),
        ("Okay, great", "Good"),
        ("thanks, that was useful", "You are welcome"),
        ("thank you, very helpful", "You are welcome"),
        ("who r u", "I am a program"),
        ("Which model are you?", "names what wrote it"),
        ("Can you read PDFs?", "PDF, Word"),
        ("What file types can you read?", "PDF, Word"),
    ],
)
def test_courtesy_and_questions_about_the_program_get_a_reply(message, says):
    assert says in (talk.reply(message) or "")


@pytest.mark.parametrize(
    ("message", "asks"),
    [
        ("Hi, who is Ruth Adeyemi?", "who is Ruth Adeyemi?"),
        ("Thanks, and who is she?", "who is she?"),
        ("Ok great. When was the bridge built?", "When was the bridge built?"),
        ("Good Morning America is shown by whom?", "Good Morning America is shown by whom?"),
        ("Who thanked the mayor?", "Who thanked the mayor?"),
        (
            "How do I add documents to an application for asylum?",
            "How do I add documents to an application for asylum?",
        ),
        ("What can you do about floods?", "What can you do about floods?"),
        ("why?", "why?"),
        ("no", "no"),
    ],
)
def test_a_question_that_only_begins_politely_is_a_question(message, asks):
    assert talk.reply(message) is None
    assert talk.question(message) == asks


def test_after_an_answer_it_means_what_that_answer_is_about():
    assert talk.reply("How does it work?")
    assert talk.reply("How does it work?", first=False) is None


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("Are you sure?", "checked against the very words"),
        ("how do you know that", "checked against the very words"),
        ("As a table please", "another form"),
        ("shorter please", "another form"),
        ("in short?", "another form"),
        ("Can you put that in bullet points?", "another form"),
        ("explain that simply", "another form"),
        ("Translate that into German.", "another form"),
        ("in German", "another form"),
        ("Summarise that", "another form"),
    ],
)
def test_what_asks_for_an_answer_once_more_is_told_what_there_is(message, says):
    assert says in (talk.reply(message, first=False) or "")


@pytest.mark.parametrize(
    "message",
    [
        "Is it true that the bridge fell?",
        "Give me the increases as a table",
        "Explain the treaty in simple words",
        "Translate the letter",
        "Which model did the army use?",
        "Which model is used?",
        "Which documents can I use?",
        "Can you read the minutes of 4 March to me?",
        "Who is sure?",
    ],
)
def test_what_asks_for_more_than_that_is_a_question(message):
    assert talk.reply(message, first=False) is None


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    home = tmp_path_factory.mktemp("talk")
    config = load(index=home / "index", embedder="hash-256", min_confidence=0.01)
    sync([corpus(home)], config=config, embedder=HashEmbedder(256))
    return Assistant(config, embedder=HashEmbedder(256), answerer=Quote())


def test_talk_is_neither_an_answer_nor_a_refusal(assistant):
    answer = assistant.ask("Hello!").answer
    assert (answer.kind, answer.answered, answer.refused, answer.citations, answer.claims) == (
        "talk",
        False,
        False,
        (),
        (),
    )
    assert "refusal" not in render.chat_html(answer)
    assert "Nearest" not in render.chat_html(answer)


def test_a_polite_question_is_searched_without_its_courtesy(assistant):
    answer = assistant.ask("Hi, when was the bridge built?").answer
    assert answer.standalone == "when was the bridge built?"
    assert "1902" in answer.text


def test_a_question_does_not_lean_on_courtesies(assistant):
    history = [("Hello!", "Hello! What would you like to know from the documents?")]
    overview = assistant.ask("What is in these documents?", history=history).answer
    assert overview.answered
    assert len({citation.document for citation in overview.citations}) == 4
    history.append((overview.question, overview.text))
    assert assistant.ask("When was it built?", history=history).answer.standalone.startswith("When was it built?")


def test_a_list_is_followed_by_another_name(assistant):
    before = assistant.ask("How many documents mention Jonas Keller?").answer
    answer = assistant.ask("And Ines Duarte?", history=[(before.question, before.text)]).answer
    assert answer.text.startswith("1 of the 4 documents mentions “Ines Duarte”.")


@pytest.mark.parametrize("words", ["thanks ", "great thanks ", "ok good ", "hi hi ", "\n", "- "])
def test_a_flood_of_courtesies_is_read_at_once(words):
    began = time.perf_counter()
    talk.question(words * 500)
    talk.reply((words * 4000)[:4000])
    assert time.perf_counter() - began < 5
