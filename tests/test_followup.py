"""Only a question that cannot stand alone is rewritten."""

import time

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


@pytest.mark.parametrize(
    "question",
    [
        "And in May?",
        "why?",
        "How fast were the repairs?",
        "who pays?",
        "What about the costs of it?",
        "And how long is that?",
    ],
)
def test_an_ellipsis_gets_the_topic_of_the_question_before(question):
    assert "bridge" in stand_alone(question, BRIDGE)


def test_a_chain_of_follow_ups_keeps_its_subject():
    history = [*TALK, ("What did she say about floods?", "“We can't wait for another flood.” [1]")]
    assert "Ruth Adeyemi" in stand_alone("And what did she say about the costs?", history)


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("And in 2020?", "How many people crossed the bridge in 2020?"),
        ("What about 2020?", "How many people crossed the bridge in 2020?"),
        ("and on Saturday", "How many people crossed the bridge on Saturday?"),
    ],
)
def test_another_time_takes_the_place_of_the_one_before(question, whole):
    assert stand_alone(question, [("How many people crossed the bridge in 2019?", "About 3,000. [1]")]) == whole


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("And Ruth Adeyemi?", "What did Ruth Adeyemi say about the closure?"),
        ("And Ines Duarte on Friday?", "What did Ines Duarte say about the closure on Friday?"),
        ("Why?", "Why? (Jonas Keller closure)"),
        ("No, the other spokesman", "the other spokesman (Jonas Keller closure)"),
        ("And floods?", "What did Jonas Keller say about floods?"),
        ("No, I mean about floods.", "What did Jonas Keller say about floods?"),
    ],
)
def test_another_speaker_or_topic_takes_the_place_of_the_one_before(question, whole):
    history = [("What did Jonas Keller say about the closure?", "It would kill the summer trade. [1]")]
    assert stand_alone(question, history) == whole


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        ("When did Keller resign?", "And Duarte?", "When did Duarte resign?"),
        ("Who is Ruth Adeyemi?", "What about Jonas Keller?", "Who is Jonas Keller?"),
        ("What is the population of Elmford?", "And Oxwich?", "What is the population of Oxwich?"),
        ("How many articles mention Keller?", "And Duarte?", "How many articles mention Duarte?"),
        ("Who met the envoy in Elmford?", "And in Oxwich?", "Who met the envoy in Oxwich?"),
    ],
)
def test_another_name_takes_the_place_of_the_only_one_before(before, question, whole):
    assert stand_alone(question, [(before, "")]) == whole


def test_that_day_is_the_day_that_was_answered():
    history = [("When did the council vote?", "It voted on 4 March 2024. [1]")]
    assert stand_alone("What did Keller say on the same day?", history) == "What did Keller say on 4 March 2024?"


def test_a_pronoun_is_whoever_was_asked_for_and_no_place():
    history = [("Who met the Danish envoy in Elmford?", "Ruth Adeyemi met him on the bridge. [1]")]
    assert stand_alone("What is she?", history) == "Who is Ruth Adeyemi?"


def test_turns_that_say_nothing_of_their_own_are_passed_over():
    history = [*BRIDGE, ("Why?", "The documents do not say.")]
    assert "bridge" in stand_alone("And how long?", history)


@pytest.mark.parametrize(
    "question",
    [
        "Besides his poems, what did Homer write?",
        "Is it true that bees can count?",
        "Which university has its origins in a school of medicine?",
        "What is the metric they use to say how busy airports are?",
        "How many hives are there in Norway?",
        "What are clades?",
        "How long does it take for a hive to grow?",
    ],
)
def test_pronouns_that_stay_within_their_question_lean_on_nothing(question):
    assert stand_alone(question, BRIDGE) == question


def test_a_long_dialogue_without_a_name_takes_no_longer_than_a_short_one():
    history = [("is it closed?", "it was closed."), *[("and what did he say then?", "he said so.")] * 60]
    began = time.perf_counter()
    assert stand_alone("what did he do then?", history).startswith("what did he do then?")
    assert time.perf_counter() - began < 5


def test_a_reply_of_thousands_of_marks_is_read_at_once():
    began = time.perf_counter()
    stand_alone("“" * 4000, [("Who is the minister?", "Whom do you mean by “the minister”: Ada [1] or Bo [2]?")])
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    "question",
    [
        "When do the guards leave the bridge and who replaces them?",
        "When does the mayor resign and who succeeds her?",
        "What is the toll and when did the council raise it?",
    ],
)
def test_a_second_question_may_lean_on_the_first_one(question):
    assert stand_alone(question, [("What did Ada Holm open?", "Ada Holm opened the mill in Wick.")]) == question


def test_a_second_question_leans_back_where_the_first_one_does():
    history = [("What did Ada Holm open?", "Ada Holm opened the mill in Wick.")]
    assert "Ada Holm" in stand_alone("When did she resign and who succeeded her?", history)


def test_a_surname_that_sounds_like_a_people_is_a_person():
    talk = [("What did Terzian say on January 13?", "Citing the Danish offer, Ara Terzian resigned. [1]")]
    assert stand_alone("and what did he say in October?", talk) == "what did Terzian say in October?"
    talk = [("Why did the Danish minister resign?", "The Azerbaijani minister Leyla Abbas had asked him to. [1]")]
    assert stand_alone("Where was she born?", talk) == "Where was Leyla Abbas born?"


def test_whether_there_are_any_leans_on_nothing():
    assert stand_alone("How many ferries are there?", BRIDGE) == "How many ferries are there?"


def test_the_topic_of_a_broad_question_is_its_subject():
    talk = [("What happened in November?", "The ferry sank. [1]"), ("Give me information on the ferry", "It sank. [1]")]
    assert stand_alone("Why?", talk) == "Why? (ferry November)"


def test_a_question_with_a_quotation_stands_alone():
    question = "Who said “no alternative”?"
    assert stand_alone(question, [("What did Lind ask for?", "A new harbour in Elmford.")]) == question
