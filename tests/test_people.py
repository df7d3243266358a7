"""People are those whom a text introduces by a role or a title."""

import pytest

from qa import people


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        ("In May the Danish Foreign Minister Lars Holm came to Oslo.", "Lars Holm", "Danish Foreign Minister"),
        ("The bees count, says the engineer Ines Duarte.", "Ines Duarte", "engineer"),
        ("Their spokesman, Jonas Keller, disagrees.", "Jonas Keller", "spokesman"),
        ("Mary Ann Fox, the head of the Bird Society, was glad.", "Mary Ann Fox", "head of the Bird Society"),
        ("The ambassador in Rome, Piet de Vries, was out.", "Piet de Vries", "ambassador"),
        ("Dr. A. B. Osei leads the team.", "A. B. Osei", ""),
    ],
)
def test_a_role_or_title_beside_a_name_introduces_a_person(text, name, role):
    assert [(person.name, person.role) for person in people.introduced(text)] == [(name, role)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Present: Councillors Bell, Fell and Tarrant. Judge Okafor was away.", ["Bell", "Fell", "Tarrant", "Okafor"]),
        ("President Putin met Deputy Mayor Tal.", ["Putin", "Tal"]),
        ("The President of Peru and General Electric met.", []),
    ],
)
def test_a_surname_behind_a_role_introduces_a_person_and_so_does_each_of_several(text, names):
    assert [person.name for person in people.introduced(text)] == names


def test_places_and_institutions_are_no_people():
    assert people.introduced("Elmford voted. The Elmford City Council paid New York University on Monday.") == []
    assert not people.is_person("Foreign Ministry")


def test_one_person_in_two_spellings_is_one_and_two_of_a_surname_are_two():
    assert people.same("Nikol Pashinian", "Pashinyan")
    assert not people.same("Anna Smith", "John Smith")
    assert people.bare("EU Council President Charles Michel") == "Charles Michel"


@pytest.mark.parametrize(
    ("role", "asked", "borne"),
    [
        ("Armenian Foreign Minister", "foreign ministers", True),
        ("Deputy Foreign Minister", "foreign ministers", False),
        ("Deputy Foreign Minister", "deputy ministers", True),
        ("former mayor", "mayors", False),
        ("ministry spokeswoman", "spokespeople", True),
        ("chairman", "chairwomen", True),
        ("Mayor", "ministers", False),
    ],
)
def test_a_role_is_one_of_those_asked_for(role, asked, borne):
    assert people.bears(role, asked) == borne
