"""A refusal says when the question is in another language than the documents; English questions raise no alarm."""

import pytest

from qa import language
from qa.assistant import Assistant
from qa.config import load
from qa.models import Translator
from qa.models.quote import Quote
from qa.sync import sync
from qa.testing import FakeModel, HashEmbedder, corpus
from qa.web.line import Line, Queued

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
    assert language.differ(question, ENGLISH) == (named, "English")


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
    assert language.differ(question, ENGLISH) is None


def test_the_language_of_the_documents_counts_not_english():
    assert language.differ("Wie viel kostet die Reparatur der alten Brücke?", GERMAN) is None
    assert language.differ("How much does the repair cost?", GERMAN) == ("English", "German")


def test_where_nothing_was_found_nothing_is_said():
    assert language.differ("Wie viel kostet die Reparatur der alten Brücke?", "") is None


def test_a_refusal_of_a_question_in_another_language_says_so(tmp_path):
    config = load(index=tmp_path / "index", embedder="hash-64", min_confidence=1.0)
    sync([corpus(tmp_path)], config=config, embedder=HashEmbedder(64))
    ask = Assistant(config, embedder=HashEmbedder(64), answerer=Quote()).ask
    only = ["bridge.txt", "bridge-costs.md"]
    assert "seems to be in French" in ask("Combien de personnes mangent des pommes ici ?", documents=only).answer.text
    assert "seems to be" not in ask("How many people eat apples?", documents=only).answer.text


class Polyglot(FakeModel):
    """A model that can translate one question."""

    def translate(self, question, into):
        assert (question, into) == ("Combien de personnes traversent le pont chaque jour ?", "English")
        yield from ("", "How many people cross ", "the bridge every day?\n", "I hope this helps!")


def test_a_model_translates_a_question_in_another_language_before_it_is_searched_for(tmp_path):
    config = load(index=tmp_path / "index", embedder="hash-64", min_confidence=0.0)
    sync([corpus(tmp_path)], config=config, embedder=HashEmbedder(64))
    model = Polyglot(lambda _, evidence: f"{evidence[0].quote} [{evidence[0].number}]")
    assistant = Assistant(config, embedder=HashEmbedder(64), answerer=model)
    answer = assistant.ask(
        "Combien de personnes traversent le pont chaque jour ?", documents=["bridge-costs.md"]
    ).answer
    assert answer.standalone == "How many people cross the bridge every day?"
    assert "4,000" in answer.text
    assert model.asked[0][0] == answer.standalone
    assert "translate" in answer.timings


def test_what_a_model_says_that_is_no_translation_is_not_searched_for(tmp_path):
    question = "Combien de personnes traversent le pont chaque jour ?"
    config = load(index=tmp_path / "index", embedder="hash-64", min_confidence=0.0)
    sync([corpus(tmp_path)], config=config, embedder=HashEmbedder(64))
    for said in ("Here is the translation:\n", "", "word " * 500):
        model = FakeModel(lambda _, evidence: f"{evidence[0].quote} [{evidence[0].number}]")
        model.translate = lambda *_, said=said: (piece for piece in [said])
        assistant = Assistant(config, embedder=HashEmbedder(64), answerer=model)
        assert assistant.ask(question, documents=["bridge-costs.md"]).answer.standalone == question


def test_a_model_that_takes_everybody_in_turn_translates_too():
    queued = Queued(Polyglot([]), Line(), "somebody")
    assert isinstance(queued, Translator)
    said = "".join(queued.translate("Combien de personnes traversent le pont chaque jour ?", "English"))
    assert said.startswith("How many people cross the bridge every day?")
    assert list(Queued(FakeModel([]), Line(), "somebody").translate("Quand ?", "English")) == []


def test_numbers_and_an_opening_that_only_looks_english_are_no_language():
    assert language.detect("17 23 42 88 99 12 45 1.2 3.4 5.6 " * 20) is None
    assert language.detect(f"WHO warnt vor einer neuen Variante. {GERMAN} {GERMAN} {GERMAN} {GERMAN}") == "de"


def test_only_a_question_that_may_be_in_the_documents_language_is_taken_for_one():
    assert language.foreign("Wie viel kostet die Reparatur der alten Brücke?", GERMAN) == "de"
    assert language.foreign("kosten reparatur", GERMAN) == "de"
    assert language.foreign("How much does the repair cost?", GERMAN) == ""
    assert language.foreign("Wie viel kostet die Reparatur der alten Brücke?", ENGLISH) == ""


def test_fillers_and_question_words_of_a_language_are_known():
    assert {"wer", "wann", "wie", "viele", "die", "uber"} <= language.stopwords("de")
    assert {"кто", "когда", "сколько"} <= language.stopwords("ru")
    assert "hadde" in language.stopwords("no") and language.punkt("sl") and language.punkt("no")
    assert language.stopwords("") == language.stopwords("xx") == frozenset()


def test_stems_are_those_of_the_language():
    assert language.stem("gesperrten", "de") == language.stem("gesperrt", "de")
    assert language.stem("открыли", "ru") == language.stem("открыла", "ru")
    assert language.stem("walking", "xx") == "walking"
