"""A refusal says when the question is in another language than the documents; English questions raise no alarm."""

import pytest

from qa import language
from qa.assistant import Assistant
from qa.config import load
from qa.models.quote import Quote
from qa.sync import sync
from qa.testing import HashEmbedder, corpus

ENGLISH = "The council of Elmford voted on Monday to close the old bridge. The mayor said the repairs would cost a lot."
GERMAN = "Der Rat von Elmford hat am Montag beschlossen, die alte Brücke zu schließen. Die Reparatur wird teuer."


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Wie viel kostet die Reparatur der alten Brücke?", "German"),
        ("Combien de personnes traversent le pont chaque jour ?", "French"),
        ("Сколько людей переходит мост каждый день?", "Russian"),
        ("橋を毎日何人が渡りますか", "Japanese"),
    ],
)
def test_another_language_is_named(question, named):
    note = language.note(question, ENGLISH)
    assert named in note
    assert "The documents found are in English" in note


@pytest.mark.parametrize(
    "question",
    [
        "Elmford?",
        "Ruth Adeyemi Jonas Keller",
        "is it safe?",
        "What are malum prohibitum considerations?",
        "Who is Ararat Mirzoyan?",
        "What did El Niño do to São Paulo?",
    ],
)
def test_names_and_short_english_questions_raise_no_alarm(question):
    assert language.note(question, ENGLISH) == ""


def test_the_language_of_the_documents_counts_not_english():
    assert language.note("Wie viel kostet die Reparatur der alten Brücke?", GERMAN) == ""
    assert "The documents found are in German" in language.note("How much does the repair cost?", GERMAN)


def test_where_nothing_was_found_nothing_is_said():
    assert language.note("Wie viel kostet die Reparatur der alten Brücke?", "") == ""


def test_a_refusal_of_a_question_in_another_language_says_so(tmp_path):
    config = load(index=tmp_path / "index", embedder="hash-64", min_confidence=1.0)
    sync([corpus(tmp_path)], config=config, embedder=HashEmbedder(64))
    ask = Assistant(config, embedder=HashEmbedder(64), answerer=Quote()).ask
    only = ["bridge.txt", "bridge-costs.md"]
    assert "seems to be in French" in ask("Combien de personnes mangent des pommes ici ?", documents=only).answer.text
    assert "seems to be" not in ask("How many people eat apples?", documents=only).answer.text
