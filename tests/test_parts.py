"""A question that asks two things: taken apart, searched for each, answered with both."""

import pytest

from qa.assistant import Assistant
from qa.config import load
from qa.models.quote import Quote
from qa.parts import parts
from qa.sync import sync
from qa.testing import HashEmbedder


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What do Ada Holm and Bo Lind each say?", ["What do Ada Holm say?", "What do Bo Lind say?"]),
        ("Are both Ada Holm and Bo Lind from the same town?", ["Are Ada Holm from town?", "Are Bo Lind from town?"]),
        ("Which is older, Elmford or Harlow?", ["Which is older, Elmford?", "Which is older, Harlow?"]),
        ("Who is Ada Holm and when did she leave Elmford?", ["Who is Ada Holm", "when did Ada Holm leave Elmford?"]),
        ("How and when did Ada Holm leave?", []),
        ("What lies between Elmford and Harlow?", []),
        ("Who is the mayor of Elmford and Harlow?", []),
        ("Where are Elmford, Harlow and Wick?", []),
        ("Who met Ada Holm?", []),
        ("", []),
    ],
)
def test_two_things_are_asked_apart(question, asked):
    assert parts(question) == asked


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    home = tmp_path_factory.mktemp("parts")
    folder = home / "docs"
    folder.mkdir()
    (folder / "holm.txt").write_text("Ada Holm is a physician.\n\nAda Holm was born in Harlow in 1961.\n")
    (folder / "lind.txt").write_text("Bo Lind is a carpenter.\n\nBo Lind was born in Wick in 1958.\n")
    (folder / "both.txt").write_text("Ada Holm and Bo Lind married in Elmford in 1990.\n")
    config = load(index=home / "index", embedder="hash-256")
    sync([folder], config=config, embedder=HashEmbedder(256))
    return Assistant(config, embedder=HashEmbedder(256), answerer=Quote())


@pytest.mark.parametrize("question", ["Where were Ada Holm and Bo Lind born?", "Was Ada Holm or Bo Lind born first?"])
def test_each_part_is_answered_from_its_own_document(assistant, question):
    answer = assistant.ask(question).answer
    assert {c.document for c in answer.citations[:2]} == {"holm.txt", "lind.txt"}
    assert "1961" in answer.text
    assert "1958" in answer.text


def test_hits_name_each_passage_once(assistant):
    hits = assistant.search("Where were Ada Holm and Bo Lind born?").hits
    ids = [hit.passage.id for hit in hits]
    assert len(ids) == len(set(ids))
    assert {hit.passage.document for hit in hits[:2]} == {"holm.txt", "lind.txt"}


def test_what_one_sentence_says_of_both_is_not_taken_apart(assistant):
    found = assistant.search("Where did Ada Holm and Bo Lind marry?")
    assert found.sentences[0].citation.document == "both.txt"


def test_a_part_that_nothing_answers_changes_nothing(assistant):
    whole = assistant.search("Where were Ada Holm and Cy Marsh born?")
    assert "Cy Marsh" in whole.unknown
    assert whole.sentences[0].citation.document == "holm.txt"


def test_what_is_left_unanswered_is_said(assistant):
    answer = assistant.ask("Where was Ada Holm born and why was the casino of Elmford demolished?").answer
    assert answer.answered
    assert "Harlow" in answer.claims[0].text
    assert answer.text.endswith("\n\nNothing was found on “why was the casino of Elmford demolished”.")
    assert "Nothing was found on" in answer.to_html()
