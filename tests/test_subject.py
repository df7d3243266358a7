"""A question for all that is said of something is a search for that, answered with what names it."""

import pytest

from qa.assistant import Assistant
from qa.config import load
from qa.models.quote import Quote
from qa.subject import both, subject
from qa.sync import sync
from qa.testing import HashEmbedder


@pytest.mark.parametrize(
    ("question", "sought"),
    [
        ("What do the articles say about Ada Holm?", "Ada Holm"),
        ("what do we know about the old bridge", "old bridge"),
        ("What is said of the bridge in the documents?", "bridge"),
        ("Tell me more about the ferry, please.", "ferry"),
        ("could you please tell me something about “Wick”?", "Wick"),
        ("Give me a short summary of the council's plans", "council's plans"),
        ("Is there anything in these files on bees?", "bees"),
        ("Do the documents say anything about bees?", "bees"),
        ("Any information regarding the ferry?", "ferry"),
        ("I'd like to know about the ferry", "ferry"),
        ("Summarise the quarrel over the ferry", "quarrel over the ferry"),
        ("What happened in March 2021?", "March 2021"),
        ("what about Harlow", "Harlow"),
        ("I need info regarding Ada Holm, please.", "Ada Holm"),
        ("I am looking for information about the ferry", "ferry"),
        ("Give me a summary of what's known of Ada Holm", "Ada Holm"),
        ("Please collect what is said on the ferry.", "ferry"),
        ("show me everything there is on the ferry", "ferry"),
        ("What does Ada Holm say about the bridge?", None),
        ("Tell me about how the bridge was built", None),
        ("Tell me about it", None),
        ("Explain why the bridge was closed", None),
        ("Who built the bridge?", None),
        ("", None),
    ],
)
def test_the_subject_stands_in_its_frame(question, sought):
    assert subject(question) == sought


def test_two_subjects_are_told_apart():
    assert both("Ada Holm and the ferry") == ["Ada Holm", "ferry"]
    assert both("Ada Holm") == both("the and") == []


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    home = tmp_path_factory.mktemp("subject")
    folder = home / "docs"
    folder.mkdir()
    (folder / "ferry.txt").write_text(
        "2021-03-09\n\nThe ferry to Wick sank on Tuesday. Ada Holm of the Northern River Authority said it was old.\n\n"
        "The U.S. will pay for a new one.\n"
    )
    (folder / "bridge.txt").write_text(
        "2023-05-12\n\nAda Holm said that the bridge would be mended. The council of Elmford met.\n\n"
        "The NRA did not answer a letter.\n"
    )
    config = load(index=home / "index", embedder="hash-256")
    sync([folder], config=config, embedder=HashEmbedder(256))
    return Assistant(config, embedder=HashEmbedder(256), answerer=Quote())


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("What do the documents say about the ferry?", "The ferry to Wick sank on Tuesday."),
        ("Tell me about the United States", "The U.S. will pay for a new one."),
        ("Anything on the US?", "The U.S. will pay for a new one."),
        ("Anything on the Northern River Authority?", "The NRA did not answer a letter."),
        ("What is known of the NRA?", "Ada Holm of the Northern River Authority said it was old."),
    ],
)
def test_what_names_the_subject_is_quoted(assistant, question, quoted):
    assert assistant.ask(question).answer.answered
    assert quoted in [source.citation.quote for source in assistant.search(question).sentences]


def test_what_no_document_names_is_refused(assistant):
    answer = assistant.ask("What do the documents say about photosynthesis?").answer
    assert not answer.answered


@pytest.mark.parametrize(
    ("time", "documents"),
    [("in 2019", set()), ("in 2021", {"ferry.txt"}), ("in May", {"bridge.txt"}), ("on 12 May 2023", {"bridge.txt"})],
)
def test_what_was_said_at_another_time_is_no_evidence(assistant, time, documents):
    found = assistant.search(f"What did Ada Holm say {time}?")
    assert {source.citation.document for source in found.sentences} == documents


def test_a_war_named_by_its_year_is_not_a_time_that_is_asked_of(assistant):
    assert (
        len({source.citation.document for source in assistant.search("What did Ada Holm say since 2019?").sentences})
        == 2
    )


def test_a_sentence_of_somebody_else_is_no_evidence_for_who_did_not_speak_then(assistant):
    found = assistant.search("What did Ada Holm say in March 2021?")
    assert {source.citation.document for source in found.sentences} == {"ferry.txt"}
    assert subject("What was said in March 2021?") == "March 2021"
