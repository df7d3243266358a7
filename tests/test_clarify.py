"""A question that leaves open whom or what it means is asked back, with candidates; one that says so never is."""

import pytest

from qa import prompts, render
from qa.assistant import Assistant
from qa.config import load
from qa.followup import stand_alone
from qa.models.quote import Quote
from qa.sync import sync
from qa.testing import HashEmbedder

TEXTS = {
    "harbour.txt": """date 2024-05-02
Harbour to Grow

Norwegian Fisheries Minister Lars Holm said the harbour would grow. The Oslo Treaty allows it, Holm told reporters.
Anna Smith, the director of the port, was pleased.
""",
    "quota.txt": """date 2024-05-09
Quota Cut

Danish Fisheries Minister Karen Lund said the quota would be cut by 10 per cent. The Bergen Treaty of 1992 demands it.
The fisherman John Smith was angry.
""",
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    home = tmp_path_factory.mktemp("clarify")
    for name, text in TEXTS.items():
        (home / "documents").mkdir(exist_ok=True)
        (home / "documents" / name).write_text(text, encoding="utf-8")
    config = load(index=home / "index", embedder="hash-256", min_confidence=0.01)
    sync([home / "documents"], config=config, embedder=HashEmbedder(256))
    return Assistant(config, embedder=HashEmbedder(256), answerer=Quote())


@pytest.mark.parametrize(
    ("question", "candidates"),
    [
        ("When did he say that?", ["Lars Holm", "Karen Lund"]),
        ("What did the minister say?", ["Lars Holm (Norwegian Fisheries Minister)", "Karen Lund"]),
        ("Who is Smith?", ["Anna Smith", "John Smith"]),
        ("What about the treaty?", ["Oslo Treaty", "Bergen Treaty"]),
    ],
)
def test_an_open_question_is_asked_back_with_cited_candidates(assistant, question, candidates):
    answer = assistant.ask(question).answer
    assert (answer.kind, answer.answered, answer.refused, answer.claims) == ("question", False, False, ())
    assert all(candidate in answer.text for candidate in candidates)
    assert prompts.ASKED_BACK.fullmatch(answer.text)
    for citation in answer.citations:
        assert f"[{citation.number}]" in answer.text
        assert assistant.library.document(citation.document).text[citation.start : citation.end] == citation.quote
    shown = render.chat_html(answer)
    assert "refusal" not in shown
    assert "data-cite" in shown


@pytest.mark.parametrize(
    "question",
    [
        "What did Lars Holm say?",
        "What did the Danish minister say?",
        "What did the minister say about the quota?",
        "Who is John Smith?",
        "Who is Holm?",
        "What does the Oslo Treaty allow?",
        "What did the director of the port think?",
        "Who said that the harbour would grow?",
        "How much is the quota cut by?",
        "Who said “He will not pay for it”?",
        "Why did the director have so few people to help her?",
        "what does smith's lawyer think of the proof against him?",
        "The port wants to grow, the town wants its beach back and nobody has the money for both: who has said that "
        "this plan would be good for the harbour in the years to come?",
    ],
)
def test_a_question_that_says_what_it_means_is_answered(assistant, question):
    assert assistant.ask(question).answer.kind == "answer"


def test_what_the_dialogue_has_named_is_not_asked_about(assistant):
    history = [("Who is the Danish Fisheries Minister?", "Karen Lund is the minister. [1]")]
    assert assistant.ask("What did the minister say?", history=history).answer.kind == "answer"
    assert assistant.ask("What did she say?", history=history).answer.standalone == "What did Karen Lund say?"


def test_a_thing_that_the_dialogue_has_not_spoken_of_is_asked_about(assistant):
    history = [("Who is the Danish Fisheries Minister?", "Karen Lund is the minister. [1]")]
    answer = assistant.ask("When was this treaty signed?", history=history).answer
    assert answer.text.startswith("Which do you mean by “this treaty”: ")


BACK = "Whom do you mean by “the minister”: Lars Holm (Norwegian Minister) [1] or Karen Lund (Danish one) [2]?"


@pytest.mark.parametrize(
    ("reply", "whole"),
    [
        ("2", "What did Karen Lund say?"),
        ("the second one", "What did Karen Lund say?"),
        ("Lund", "What did Karen Lund say?"),
        ("the Norwegian one", "What did Lars Holm say?"),
        ("I mean Lars Holm, please", "What did Lars Holm say?"),
        ("Per Berg", "What did Per Berg say?"),
        ("the Swedish one", "What did the Swedish minister say?"),
    ],
)
def test_the_reply_completes_the_question(reply, whole):
    assert stand_alone(reply, [("What did the minister say?", BACK)]) == whole


def test_another_question_is_no_reply():
    history = [("What did the minister say?", BACK)]
    assert stand_alone("How much is the quota cut by?", history) == "How much is the quota cut by?"


def test_the_dialogue_goes_on_from_the_completed_question():
    history = [("What did his boss say?", BACK.replace("the minister", "his")), ("1", "Holm’s boss was silent. [1]")]
    assert stand_alone("And Karen Lund?", history) == "What did Karen Lund say?"
