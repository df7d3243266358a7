"""Words as evidence and claims are compared by them."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from qa import words


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("The 2,000 or so peacekeepers", {"2000"}),
        ("two thousand people, twice", {"2000", "1000", "2"}),
        ("1.5 million on September 19-20", {"1.5", "19", "20"}),
        ("no number here", set()),
    ],
)
def test_numbers_are_compared_as_plain_digits(text, numbers):
    assert words.numbers(text) == numbers


def test_names_are_runs_of_capitals_without_the_word_that_opens_a_sentence():
    assert words.names("In Elmford, Mayor Ada Nwosu met the U.N. envoy. Rain fell.") == (
        "Elmford",
        "Mayor Ada Nwosu",
        "U.N",
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("pashinian", "pashinyan", True),
        ("pashinyan", "pashiniyan", True),
        ("mohammed", "muhammad", True),
        ("tchaikovsky", "tchaikovskiy", True),
        ("armenia", "armenian", False),
        ("keller", "kellner", False),
        ("iran", "iraq", False),
        ("hussein", "husayn", True),
        ("turkey", "truce", False),
    ],
)
def test_spellings_of_one_name_are_recognised_by_method(one, other, same):
    assert words.same_name(one, other) is same


def test_a_year_is_a_time_and_a_count_is_not():
    assert words.time_words("In May 2023, on a Monday, 2,000 people") == {"may", "2023", "monday"}
    assert words.time_words("It may rain") == frozenset()


def test_negations_are_counted():
    assert words.negations("It wasn’t refused, nor was it denied.") == 4


def test_stems_are_right_whichever_threads_ask_for_them_at_once():
    told = [
        f"{start}{middle}{end}"
        for start in "bdlmst"
        for middle in ("ank", "urn", "ovel")
        for end in ("ing", "ed", "ational", "ies")
    ]
    expected = [words.stem(word) for word in told]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for _ in range(20):
            words.stem.cache_clear()
            with ThreadPoolExecutor(4) as pool:
                found = list(pool.map(lambda some: [words.stem(word) for word in some], [told, told[::-1]] * 2))
            assert found == [expected, expected[::-1]] * 2
    finally:
        sys.setswitchinterval(usual)


def test_names_have_their_initials_however_they_are_written():
    for text in ("the United States of old", "Former United States President Lee"):
        assert "u.s." in words.initials(text)
    for text in ("the U.S. envoy", "US troops"):
        assert words.short_names(text) == ["u.s."] and not words.initials(text)
    assert not words.initials("us and them") and words.short_names("WHO SAID THAT TO US") == []
    assert words.short_names("the EU and the U.N.") == ["e.u.", "u.n."]
