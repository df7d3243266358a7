"""Countries by their names and adjectives."""

import pytest

from qa import countries


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("Denmark", "DK"),
        ("denmarks", "DK"),
        ("Denmark’s", "DK"),
        ("Danish", "DK"),
        ("French", "FR"),
        ("Azeri", "AZ"),
        ("Austrian", "AT"),
        ("Australian", "AU"),
        ("Niger", "NE"),
        ("Nigerian", "NG"),
        ("American", "US"),
        ("british", "GB"),
        ("Brazilian", "BR"),
    ],
)
def test_a_word_stands_for_its_country(word, code):
    assert countries.codes(word) == {code}


def test_a_language_of_many_countries_stands_for_all_of_them_where_none_has_its_name():
    assert {"EG", "JO", "QA"} <= countries.codes("Arabic")


@pytest.mark.parametrize("word", ["foreign", "human", "deputy", "Elmford", "public", "Latin", "s", "’s", ""])
def test_other_words_stand_for_none(word):
    assert not countries.codes(word)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("The U.S. and the United Kingdom met in Ivory Coast.", ["US", "GB", "CI"]),
        ("New Mexico and Michael Jordan", []),
        ("a turkey", []),
    ],
)
def test_a_text_names_countries(text, codes):
    assert [code for _, code, _, _ in countries.named(text)] == codes
