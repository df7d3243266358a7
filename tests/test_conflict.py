"""Where sources say different things."""

from dataclasses import replace

import pytest

from qa import conflict
from qa.ground import Source
from qa.types import Citation


def source(quote, *, document="a.txt", score=0.8, title="Report"):
    return Source(Citation(1, document, title, quote, 0, len(quote), score=score))


def pairs(question, *sources):
    return list(conflict.pairs(question, sources))


def test_another_count_of_the_same_thing_is_a_disagreement():
    one, other = (
        source("The fire killed 12 people in the harbour."),
        source("The fire killed 15 people in the harbour."),
    )
    assert pairs("How many people did the fire kill?", one, other) == [(0, 1)]


def test_a_denial_is_a_disagreement():
    one, other = source("The minister signed the harbour deal."), source("The minister never signed the harbour deal.")
    assert pairs("Did the minister sign the harbour deal?", one, other) == [(0, 1)]


def test_another_answer_in_another_document_is_a_disagreement():
    one = source("The harbour bridge opened in 1902.")
    other = source("It was in 1911 that the bridge over the harbour opened.", document="b.txt")
    assert pairs("When did the harbour bridge open?", one, other) == [(0, 1)]
    assert pairs("When did the harbour bridge open?", one, other._replace(citation=one.citation)) == []


def test_an_unlikely_sentence_is_no_other_answer():
    one = source("The harbour bridge opened in 1902.")
    other = source(
        "The bridge over the harbour was painted after it opened to trams in 1911.", document="b.txt", score=0.1
    )
    assert pairs("When did the harbour bridge open?", one, other) == []


def test_a_copy_with_another_name_is_a_disagreement_unless_that_name_was_asked_for():
    one = source("The Elm Line is run by the private operator Odell Rail on holidays.")
    other = source("The Elm Line is run by the private operator West Metro on holidays.", document="b.txt")
    assert pairs("Which company runs the Elm Line?", one, other) == [(0, 1)]
    assert pairs("What does Odell Rail run?", one, other) == []
    assert pairs("Which company runs the Elm Line?", one, other._replace(citation=one.citation)) == []


def test_on_a_yes_or_no_question_one_affirms_what_the_other_denies():
    one = source("The council has always confirmed to us its readiness for talks.")
    other = source("Nwosu said that there is no explicit confirmation of readiness from the council.")
    assert pairs("Has the council confirmed its readiness?", one, other) == [(0, 1)]
    assert pairs("Who spoke of readiness?", one, other) == []
    assert pairs("Has the council confirmed its readiness?", one, source("No bread was baked. The council met.")) == []


ADA = "Ruritanian Foreign Minister Ada Nwosu spoke on Monday."
BEN = "On Tuesday Ruritanian Foreign Minister Ben Tal left."


def test_two_holders_of_one_office_are_a_disagreement_where_the_question_is_about_it():
    for question in ("Who is the Ruritanian foreign minister?", "What did Nwosu say?"):
        assert pairs(question, source(ADA), source(BEN)) == [(0, 1)]
    assert pairs("What happened on Monday?", source(ADA), source(BEN)) == []


def test_dates_and_years_are_not_counts():
    one, other = (
        source("The harbour bridge opened on 4 May 1902."),
        source("The harbour bridge was painted on 5 June 1903."),
    )
    assert pairs("What is the bridge called?", one, other) == []


def two(one, other, score=0.5, dates=("", ""), title="Report"):
    """Sources of two documents, the second less likely to answer; both hold the name Elmford."""
    first = source(one, title=f"Elmford {title}")
    second = source(other, document="b.txt", score=score, title=f"Elmford {title}")
    return [s._replace(citation=replace(s.citation, date=d)) for s, d in zip((first, second), dates, strict=True)]


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("How many passengers did the Elmford ferry carry?", "It had 84 passengers.", "Our lists name 91 passengers."),
        ("How high is the Elmford tower?", "The tower rises to 120 metres.", "From 140 metres one sees the sea."),
        ("Number of coins stolen in Elmford?", "Police miss 47 coins.", "The keeper lists 52 coins."),
        ("When did the Elmford bridge open?", "The bridge opened on 9 June.", "It was on 11 June that they walked it."),
        ("Where was the Elmford hoard found?", "It was found in Oakham.", "The hoard was found at Ashwell."),
        ("Did the Elmford council approve or refuse the hotel?", "They refused it.", "The council approved the hotel."),
        ("Is the Elmford inn still open?", "The inn is open daily.", "The Elmford inn closed for good."),
        ("Did Ada of Elmford take pills?", "Ada took pills.", "Ada denied on Monday that she had ever taken pills."),
        ("How did the Elmford game end?", "It ended in a draw.", "Ada Nwosu won the Elmford game."),
        (
            "When was the Elmford pact signed?",
            "It was signed on 14 May 1871.",
            "On 2 June 1871 they signed till midnight.",
        ),
        ("Why did the Elmford mill burn?", "A broken cable set the mill on fire.", "Boys burnt the mill with petrol."),
        ("What happened to the Elmford horse?", "The horse survived its fall.", "The horse had to be killed."),
    ],
)
def test_two_documents_give_two_answers(question, one, other):
    assert pairs(question, *two(one, other)) == [(0, 1)]


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("How many boxes were forced in Elmford?", "About 300 boxes were forced.", "They forced 312 boxes."),
        ("How big is the Elmford crew?", "A dozen crew members stayed.", "All 12 crew members stayed."),
        ("How many died in Elmford?", "On Monday 12 people died.", "The number of people dead has risen to 15 people."),
        ("How many people visit Elmford?", "It has 200 visitors a day.", "Some 40,000 people come each year."),
        ("How many students has Elmford?", "It has 900 students.", "Of its students 400 students are women."),
        ("What were Elmford's sales in 2023?", "Sales were 172 crowns in 2023.", "Sales were 41 crowns by March 2023."),
        ("When did the Elmford mill stop?", "The mill stopped in May 2021.", "It stopped on 12 May 2021."),
        ("Who founded the Elmford brewery?", "Ada Nwosu founded the brewery.", "Tal was one of its founders."),
        ("Who is the minister for Elmford?", "The minister Ada Nwosu came.", "The minister Ben Tal left."),
        ("Is the Elmford inn red or big?", "The inn is red.", "The inn stands by the sea."),
        ("How many came to Elmford in 2023?", "In 2023 they had 90 guests.", "In 2019 they had 40 guests."),
        ("How many people did Elmford arrest?", "Elmford saw 14 people arrested.", "In Elmford 800 people marched."),
        ("How many work for Elmford Tiles?", "Worldwide 1,950 people work there.", "Here 640 people work."),
        (
            "How many clean sheets did Elmford keep?",
            "They kept 14 sheets this season.",
            "They kept 62 sheets in ten years.",
        ),
        ("In which year did Elmford move?", "Elmford moved in 1991.", "On Monday Elmford moved."),
        (
            "When did Elmford offer talks?",
            "Elmford offered talks in October.",
            "In January it was said that Elmford had offered talks.",
        ),
        ("Who taught Ada of Elmford?", "Ada was taught by Rezhin.", "It was old Reschin who taught her."),
        ("Where is the Elmford depot?", "The depot is at Karsund.", "GELDERN - Missiles hit the depot, they said."),
        ("How many points did Elmford score?", "They scored 11 points.", "A 2-point lead was enough."),
        (
            "When was the lift of Elmford repaired?",
            "The lift was returned to service on 31 March.",
            "The lift of Elmford has been out of order since 9 January.",
        ),
        ("Does Elmford back the plan?", "Elmford does not back the plan.", "Tal asked whether Elmford backs the plan."),
    ],
)
def test_two_answers_that_may_both_be_true_are_no_disagreement(question, one, other):
    assert pairs(question, *two(one, other)) == []


def test_who_led_in_other_years_is_no_disagreement():
    one, other = "Ada Nwosu kept the Elmford museum.", "Ben Tal kept the Elmford museum."
    question = "Who was the keeper of the Elmford museum?"
    assert pairs(question, *two(one, other, dates=("2024-03-01", "2024-05-01"))) == [(0, 1)]
    assert pairs(question, *two(one, other, dates=("2024-03-01", "2018-05-01"))) == []


def test_documents_on_another_matter_do_not_answer():
    one, other = two("It had 84 passengers.", "Our lists name 91 passengers.")
    other = other._replace(citation=replace(other.citation, title="Oakham Report"))
    assert pairs("How many passengers did the Elmford ferry carry?", one, other) == []
    assert pairs("How many passengers did the Elmford ferry carry?", one, other._replace(passage="To Elmford!")) == [
        (0, 1)
    ]


def test_within_a_document_an_either_or_is_answered_twice():
    one, other = (
        source("The court allowed the appeal of Tal."),
        source("As Tal's appeal was dismissed, he must go to jail."),
    )
    assert pairs("Was the appeal of Tal allowed or dismissed?", one, other) == [(0, 1)]


def test_within_a_document_two_days_of_one_month_are_a_disagreement():
    one = source("The program was released on 14 May 2024.")
    other = source("As the program was not released until 21 May 2024, a new key is needed.")
    assert pairs("When was the program released?", one, other) == [(0, 1)]


@pytest.mark.parametrize("columns", [("Model", "Price"), ()])
def test_rows_of_one_table_do_not_differ(columns):
    rows = ["| K200 Pro | 399 euros |", "| K200 | 249 euros |"]
    rows = rows if columns else ["Model: K200 Pro; Price: 399 euros", "Model: K200; Price: 249 euros"]
    found = [source(row, title="Prices of the K200") for row in rows]
    found = [one._replace(citation=replace(one.citation, columns=columns)) for one in found]
    assert not pairs("How much does the K200 Pro cost?", *found)


def test_a_row_does_not_differ_from_what_stands_beside_its_table():
    row, beside = source("| Japan | 70 euros | 35 euros |"), source("In Tokyo, Japan, the limit is 190 euros a day.")
    row = row._replace(citation=replace(row.citation, columns=("Country", "Full day", "Half day")))
    assert not pairs("How many euros a day are paid in Japan?", row, beside)
