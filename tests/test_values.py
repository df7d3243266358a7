"""Amounts and moments, and whether two of them can both be true."""

import pytest

from qa.values import Moment, amounts, moments


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It cost 3.2 million crowns.", "The price was 3,200,000 crowns."),
        ("A dozen dogs ran.", "There were 12 dogs."),
        ("About 300 boxes were forced.", "They forced 312 boxes."),
        ("It weighs 640 kilograms.", "It weighs 638.4 kilograms."),  # rounded
        ("Half of the coins are silver.", "50 per cent of the coins are silver."),
        ("They sent twenty-four ships.", "They sent 24 ships."),
        ("1.234.567 people came.", "1,234,567 people came."),
        ("It was a £4bn loan.", "It was a loan of £4 billion."),
    ],
)
def test_one_amount_in_other_words(one, other):
    first, second = amounts(one)[0], amounts(other)[0]
    assert first.agrees(second) and second.agrees(first)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("84 passengers", "91 passengers"),
        ("2,914 metres", "2,941 metres"),
        ("about 300 boxes", "412 boxes"),
        ("3 million crowns", "3 billion crowns"),
    ],
)
def test_another_amount(one, other):
    first, second = amounts(one)[0], amounts(other)[0]
    assert not first.agrees(second) and first.units & second.units


@pytest.mark.parametrize(
    "text",
    ["It opened in 2004.", "In 2019 the harbour closed.", "On 4 May 1902", "At 12:30", "Tenants play tennis often."],
)
def test_dates_and_clocks_are_no_amounts(text):
    assert amounts(text) == []


def test_what_is_counted_is_known():
    assert [a.units for a in amounts("Some 47 safe-deposit boxes and 5 % of it")] == [{"safe", "deposit", "box"}, {"%"}]
    assert amounts("a 2-point lead")[0].joined and not amounts("2 points")[0].joined


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("on 9 June 1714", Moment(1714, 6, 9)),
        ("on June 9, 1714", Moment(1714, 6, 9)),
        ("by June 1714", Moment(1714, 6)),
        ("in 1714", Moment(1714)),
        ("by the 5th of each month", Moment(day=5)),
        ("at 19:30", Moment(clock=(7, 30))),
        ("at 7.30 pm", Moment(clock=(7, 30))),
        ("at noon", Moment(clock=(0, 0))),
    ],
)
def test_moments_are_read(text, moment):
    assert moments(text) == [moment]


def test_a_price_is_no_clock():
    assert moments("It cost 27.40 guilders.") == [] and amounts("It cost 27.40 guilders.")[0].value == 27.4


def test_words_for_a_time_are_read_as_the_date_that_they_mean():
    assert moments("It left on Tuesday.", [("Tuesday", "2024-02-06")]) == [Moment(2024, 2, 6)]
    assert moments("It may march.") == []


def test_moments_agree_where_nothing_known_to_both_differs():
    assert Moment(2021, 5, 12).agrees(Moment(2021, 5)) and Moment(clock=(0, 0)).agrees(Moment(2021))
    assert not Moment(2021, 5, 12).agrees(Moment(2021, 5, 13)) and not Moment(month=6).agrees(Moment(1714, 7, 1))
