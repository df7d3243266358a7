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
        ("Swiss", "CH"),
        ("Dutch", "NL"),
        ("English", "GB"),
        ("Uzbek", "UZ"),
        ("South Korean", "KR"),
        ("south sudan", "SS"),
    ],
)
def test_a_word_stands_for_its_country(word, code):
    assert countries.codes(word) == {code}


def test_a_language_of_many_countries_stands_for_none_where_none_has_its_name():
    assert not countries.codes("Arabic")
    assert countries.codes("Korean") == {"KP", "KR"}


@pytest.mark.parametrize(
    "word", ["foreign", "human", "deputy", "Elmford", "public", "Latin", "Martin", "Franklin", "Armen", "s", "’s", ""]
)
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
