"""Only a question that cannot stand alone is rewritten."""

import pytest

from qa.followup import stand_alone

TALK = [("Who is Ruth Adeyemi?", "Ruth Adeyemi is the mayor of Elmford. [1]")]
BRIDGE = [("How much will the repairs of the old bridge cost?", "They would cost 2.4 million euros. [1]")]


@pytest.mark.parametrize(
    "question",
    [
        "When was the bridge built?",
        "Who paid for the study of honeybees and why did it fail?",
        "Did Jonas Keller say he would come?",
        "When did Duarte say that Elmford would pay?",
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(question):
    assert stand_alone(question, TALK) == question


def test_without_history_nothing_is_added():
    assert stand_alone("What did she say?", []) == "What did she say?"


def test_a_pronoun_for_a_person_becomes_the_person():
    assert stand_alone("What did she say about floods?", TALK) == "What did Ruth Adeyemi say about floods?"
    assert stand_alone("What is her view of floods?", TALK) == "What is Ruth Adeyemi’s view of floods?"


def test_the_person_may_stand_in_the_answer_only():
    history = [("Who runs the council?", "Mayor Ruth Adeyemi leads it. [1]")]
    assert "Ruth Adeyemi" in stand_alone("When was she elected?", history)


@pytest.mark.parametrize("question", ["And in May?", "why?", "What about the costs of it?", "And how long is that?"])
def test_an_ellipsis_gets_the_topic_of_the_question_before(question):
    assert "bridge" in stand_alone(question, BRIDGE)


def test_a_chain_of_follow_ups_keeps_its_subject():
    history = [*TALK, ("What did she say about floods?", "“We can't wait for another flood.” [1]")]
    assert "Ruth Adeyemi" in stand_alone("And what did she say about the costs?", history)
