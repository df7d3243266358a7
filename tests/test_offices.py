"""Who holds which office."""

import pytest

from qa import offices

ADA = "Ruritanian Foreign Minister Ada Nwosu spoke on Monday."


@pytest.mark.parametrize(
    "other",
    [
        "Foreign Minister Ben Tal left.",  # whose minister, nobody says
        "Former Ruritanian Foreign Minister Ben Tal left.",
        "Ruritanian Foreign Minister Ada Nwosou left.",  # the same person, spelled otherwise
    ],
)
def test_an_office_that_may_be_another_is_none(other):
    assert not offices.holders_differ(ADA, other)


def test_an_office_is_asked_about_by_the_name_of_its_country_too():
    text = "The Estonian Foreign Minister Mart Tamm left early."
    assert offices.of_interest("Who is the foreign minister of Estonia?", text)
    assert not offices.of_interest("Who is the foreign minister of Latvia?", text)
