"""Copies of a sentence with another name, number or date."""

import pytest

from qa import copies


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
    assert copies.renamed(one, other) == []


def test_a_copy_with_another_number_or_date_is_restated():
    one = "A quake of magnitude 5.8 shook the Elm valley on Thursday."
    assert copies.restated(one, "A quake of magnitude 6.1 shook the Elm valley on Thursday.")
    assert copies.restated("The Elm Line opened to all on 4 April.", "The Elm Line opened to all on 11 April.")
    assert not copies.restated(one, one)
    assert not copies.restated(one, "Another 3 streets were closed to cars in Oakham.")


def test_with_another_name_it_is_another_event():
    one = "The Battle of Elmford was fought on 28 October in the hills."
    assert not copies.restated(one, "The Battle of Oakham was fought on 22 October in the hills.")
