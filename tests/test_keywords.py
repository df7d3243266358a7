"""What is typed into a search box is put as the question that it stands for."""

import pytest

from qa.keywords import as_question


@pytest.mark.parametrize(
    ("query", "question"),
    [
        ("gibat dam height", "How large is the gibat dam height?"),
        ("height of the Gibat dam", "How large is the height of the Gibat dam?"),
        ("ticket price first flight asmara", "How much is the ticket price first flight asmara?"),
        ("cost of the fence", "How much is the cost of the fence?"),
        ("samos number of people injured", "How many people injured samos?"),
        ("death toll of the valley flood", "How many people were killed in valley flood?"),
        ("number of jobs at the mill", "How many jobs at the mill?"),
        ("share of voters in favour", "What share of voters in favour?"),
        ("battery charging time", "How long is the battery charging time?"),
        ("date of the referendum", "When is the referendum?"),
        ("date on which the mayor left", "When was it that mayor left?"),
        ("opening date rescue station", "opening date rescue station"),
        ("rescue station opening date", "When is the rescue station opening date?"),
        ("cause of the quarrel", "What caused quarrel?"),
        ("bat population decline cause", "What caused bat population decline?"),
        ("reason for the delay", "What reason is there for delay?"),
        ("new director of the museum", "Who is the new director of the museum?"),
        ("lottery prize winner", "Who is the lottery prize winner?"),
        ("floating terminal name", "What is the name of the floating terminal?"),
        ("What was the height of the Gibat dam?", "How large was the height of the Gibat dam?"),
        ("What were the stolen trees worth?", "How much were the stolen trees worth?"),
        ("What's the fine for smoking?", "How much is the fine for smoking?"),
    ],
)
def test_a_noun_stands_for_its_question(query, question):
    assert as_question(query) == question


@pytest.mark.parametrize(
    "text",
    [
        "Who knows the height of the dam?",
        "What is the capital of Ruritania?",
        "What was the outcome of the plan to relocate headquarters?",
        "What are the strikers asking for in pay?",
        "Is the price too high?",
        "The mill was moved at a great cost to the town and its people, and nobody was told the price of it all",
        "price",
        "cost cutting plan",
        "cost of living crisis",
        "Ada Holm mayor",
        "Ada Holm",
        "yellowfin tuna season",
        "Name the owner",
        "",
        "Höhe des Damms",
    ],
)
def test_every_other_text_stays(text):
    assert as_question(text) == text


def test_a_long_text_is_read_at_once():
    for text in ("price of " * 3000, "What is the " + "price of " * 3000):
        assert as_question(text) == text
