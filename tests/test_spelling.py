"""Misspelled words of a question are put right."""

import pytest

from qa.spelling import corrected

KNOWN = {"azerbaijan", "treaty"}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("who is presidnet of azerbiajan", "who is president of azerbaijan"),
        ("When was the traety signed?", "When was the treaty signed?"),
        ("wen was the treaty signed", "When was the treaty signed"),
        ("wich treaty", "Which treaty"),
        ("hwo many treaties", "How many treaties"),
        ("hwo signed the treaty", "Who signed the treaty"),
        ("whats the treaty", "What is the treaty"),
    ],
)
def test_a_word_that_nobody_knows_becomes_its_neighbour(wrong, right):
    assert corrected(wrong, KNOWN.__contains__) == right


@pytest.mark.parametrize(
    "text",
    ["Who is Zelensky?", "What did the envoy say about it?", "Кто это сказал?", "Who's she?", "Were they there?", ""],
)
def test_what_has_no_neighbour_or_no_mistake_stays(text):
    assert corrected(text, KNOWN.__contains__) == text


def test_a_question_in_another_language_is_not_taken_for_mistakes():
    text = "Wer hat gesagt, dass es zur russischen Vermittlung keine Alternative gibt?"
    assert corrected(text, KNOWN.__contains__) == text


def test_a_name_is_put_right_by_the_documents_only():
    assert corrected("Where is Azerbiajan?", KNOWN.__contains__) == "Where is Azerbaijan?"
    assert corrected("Who is Ilham Aliev?", KNOWN.__contains__) == "Who is Ilham Aliev?"
