"""Where sources say different things."""

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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Minister Ada Nwosu met Ben Tal in Elmford.", "Nwosu met Ben Tal in Elmford."),  # shorter
        ("He met Nikol Pashinyan in Elmford.", "He met Nikol Pashinian in Elmford."),  # spelled otherwise
        ("On Monday Nwosu met Tal.", "On Friday Nwosu met Tal."),  # a time is no name
        ("Nwosu met Tal.", "Tal met Nwosu."),
        ("Tal left a meeting with Nwosu in Oakham.", "Tal left a meeting with his Ruritanian counterpart in Oakham."),
        ("Nwosu was born in Elmford.", "What Tal said in Oakham on Monday was not new."),
    ],
)
def test_only_another_name_in_the_same_place_is_another_name(one, other):
    assert conflict.renamed(one, other) == []


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


@pytest.mark.parametrize(
    "other",
    [
        "Foreign Minister Ben Tal left.",  # whose minister, nobody says
        "Former Ruritanian Foreign Minister Ben Tal left.",
        "Ruritanian Foreign Minister Ada Nwosou left.",  # the same person, spelled otherwise
    ],
)
def test_an_office_that_may_be_another_is_none(other):
    assert not conflict.holders_differ(ADA, other)


def test_dates_and_years_are_not_counts():
    one, other = (
        source("The harbour bridge opened on 4 May 1902."),
        source("The harbour bridge was painted on 5 June 1903."),
    )
    assert pairs("What is the bridge called?", one, other) == []


def test_an_office_is_asked_about_by_the_name_of_its_country_too():
    text = "The Estonian Foreign Minister Mart Tamm left early."
    assert conflict.offices_of_interest("Who is the foreign minister of Estonia?", text)
    assert not conflict.offices_of_interest("Who is the foreign minister of Latvia?", text)
