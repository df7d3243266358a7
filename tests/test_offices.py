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


FINN = "Finnish foreign minister Kaisa Rantala refused."
SWEDE = "Sweden’s Foreign Minister Olof Berg agreed."
KNOWN = "Foreign Minister Olof Berg went home."


@pytest.mark.parametrize(
    ("question", "grades"),
    [
        ("Who is Finland’s foreign minister?", [1, 0, 0, 0]),
        ("what is the name of the finnish foreign minister", [1, 0, 0, 0]),
        ("Who is the foreign minister of Sweden?", [0, 1, 0.5, 0]),
        ("Who is the foreign minister of Norway?", [0, 0, 0, 0]),
        ("Who is the deputy foreign minister of Finland?", [0, 0, 0, 0]),
        ("Who is the Finnish prime minister?", [0, 0, 0, 0]),
    ],
)
def test_the_minister_of_one_country_is_not_anothers(question, grades):
    texts = [FINN, SWEDE, KNOWN, "It snowed."]
    assert offices.answering(offices.asked(question), texts, ["Finland, Sweden and Norway met."] * 4) == grades


@pytest.mark.parametrize(
    ("question", "text", "grade"),
    [
        ("Who is the president of Sudan?", "The President of South Sudan, Salva Deng, opened talks.", 0),
        ("Who is the president of South Sudan?", "The President of South Sudan, Salva Deng, opened talks.", 1),
        ("who is the president of south korea?", "South Korean President Kim Daeho left.", 1),
        ("Who is the president of North Korea?", "South Korean President Kim Daeho left.", 0),
        ("Who is the first minister of Ireland?", "The First Minister of Northern Ireland, Ada Holm, left.", 0),
        (
            "Who is the first minister of Northern Ireland?",
            "The First Minister of Northern Ireland, Ada Holm, left.",
            1,
        ),
        ("Who is the Dutch prime minister?", "The Prime Minister of Belgium, Koen Maes, left.", 0),
        ("Who is the Dutch prime minister?", "The Prime Minister of the Netherlands, Koen Maes, left.", 1),
        ("Who is the president of Georgia?", "President Martin Tavadze left.", 0.5),
        ("Who is the US president?", "U.S. President Ada Holm left.", 1),
        ("Who is the US president?", "French President Ada Holm left.", 0),
    ],
)
def test_a_country_is_not_its_namesake(question, text, grade):
    assert offices.answering(offices.asked(question), [text], ["Georgia has a budget."]) == [grade]


@pytest.mark.parametrize("question", ["Who is the director of the film?", "who is the captain of the ship"])
def test_an_ordinary_noun_beside_an_office_is_no_firm(question):
    assert offices.asked(question) is None


def test_a_minister_whose_country_no_one_names_is_of_a_country_that_is_named_nearby():
    office = offices.asked("Who is the foreign minister of Norway?")
    text = "Foreign Minister Eva Lie went home."
    assert offices.answering(office, [text, text], ["Norway shut the strait.", "Peru shut the mine."]) == [0.5, 0]


def test_a_president_beside_other_countries_is_nobodys():
    office = offices.asked("Who is Armenia’s president?")
    text = "At the wish of President Vladimir Putin Russia made peace between Armenia and Azerbaijan."
    assert offices.answering(office, [text], ["Armenia and Azerbaijan met."]) == [0]
    deputy = offices.asked("Who is Russia’s deputy foreign minister?")
    text = "The Russian Foreign Ministry said Deputy Foreign Minister Ada Holm met the Armenian ambassador."
    assert offices.answering(deputy, [text], ["Russia and Armenia met."]) == [0.5]


@pytest.mark.parametrize(
    ("texts", "grades"),
    [
        (["The mayor of Elmford, Ada Nwosu, left."], [1]),
        (["The mayor of Halden, Ben Tal, left.", "It snowed."], [0, 0]),
        (["Ben Tal was elected in Elmford.", "It snowed."], [0.5, 0.5]),  # none names the office: left to the scorer
        (["The mayor, Ada Nwosu, left.", "The mayor of Halden, Ben Tal, left.", "It snowed."], [0.5, 0, 0.5]),
    ],
)
def test_the_mayor_of_one_town_is_not_anothers(texts, grades):
    assert (
        offices.answering(offices.asked("Who is the mayor of Elmford?"), texts, ["In Elmford."] * len(texts)) == grades
    )


def test_initials_stand_for_a_name():
    for asked, given in (("Northern River Authority", "NRA"), ("NRA", "Northern River Authority")):
        office = offices.asked(f"Who is the inspector of the {asked}?")
        assert offices.answering(office, [f"Gwen Parrish, inspector of the {given}, joined."], [""]) == [1]


@pytest.mark.parametrize(
    "question",
    [
        "Who is the mayor?",
        "Who met the mayor of Elmford?",
        "Who is the mayor of Elmford married to?",
        "Who was mayor of Elmford in 1990?",
        "When did the mayor of Elmford resign?",
    ],
)
def test_other_questions_ask_for_no_holder(question):
    assert offices.asked(question) is None


def test_a_premier_is_a_prime_minister():
    office = offices.asked("who's the danish premier")
    assert office == offices.asked("who's the danish pm") == offices.asked("who's the danish prime minister")
    assert offices.in_full("who's the danish pm") == "who's the danish prime minister"
    assert offices.in_full("Who heads the government of Denmark?") == "who is the prime minister of Denmark?"
    assert offices.in_full("Who leads the party?") == "Who leads the party?"


@pytest.mark.parametrize(
    ("question", "text", "deputy"),
    [
        ("What did the mayor say?", "The Deputy Mayor presented a petition.", True),
        ("What did the mayor say?", "The Mayor and the Deputy Mayor spoke.", False),
        ("What did the deputy mayor say?", "The Deputy Mayor presented a petition.", False),
        ("What did the foreign minister say?", "Former Foreign Minister Ada Holm spoke.", True),
        ("Who presented a petition?", "The Deputy Mayor presented a petition.", False),
    ],
)
def test_a_deputy_is_not_who_holds_the_office(question, text, deputy):
    assert offices.of_deputy(question, text) is deputy
