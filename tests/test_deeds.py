"""Who does what: a claim that puts a deed on another name than the evidence is not shown as a fact."""

import pytest

from qa.deeds import claimed, told
from qa.ground import Source, judge
from qa.types import Citation

CANCELLED = "Mayor Ada Holm twice cancelled meetings with Lind which the council of Wick planned to host in October."
ASKED = "Envoy Ines Duarte and the consul in Rome, Jonas Keller, discussed the tariffs at a dinner requested by Keller."
BETRAYED = "Council President Ruth Adeyemi charged that “Harlow has betrayed the people” of Elmford."
ENCLAVE = "Harlow and Wick have been engaged in talks over Elmford, the walled town that is home to 900 weavers."
SOURCES = [Source(Citation(n, "d", "t", s, 0, len(s))) for n, s in enumerate([CANCELLED, ASKED, BETRAYED, ENCLAVE], 1)]


@pytest.mark.parametrize(
    "claim",
    [
        "Holm twice cancelled meetings with Lind.",
        "Holm cancelled meetings with Lind twice.",
        "Meetings with Lind were cancelled by Holm.",
        "Wick planned to host meetings in October.",
        "Keller requested the dinner.",
        "The dinner was requested by Keller.",
        "Duarte discussed the tariffs with Keller.",
        "Harlow betrayed the people of Elmford.",
        "Adeyemi charged that Harlow betrayed the people of Elmford.",
        "Elmford is home to 900 weavers.",
        "Harlow and Wick have been engaged in talks.",
    ],
)
def test_what_the_evidence_says_of_a_name_is_supported(claim):
    assert judge(claim, SOURCES).support == "supported"


@pytest.mark.parametrize(
    "claim",
    [
        "Lind twice cancelled meetings with Holm.",
        "Lind cancelled meetings with Holm.",
        "Meetings with Holm were cancelled by Lind.",
        "Holm planned to host meetings in October.",
        "Duarte requested the dinner.",
        "The dinner was requested by Duarte.",
        "Adeyemi betrayed the people of Elmford.",
        "Wick is home to 900 weavers.",
        "Harlow is a walled town.",
        "Keller is an Envoy.",
    ],
)
def test_what_the_evidence_says_of_another_name_is_not(claim):
    assert judge(claim, SOURCES).support == "unsupported"


def test_a_deed_has_the_name_before_it_or_after_by():
    assert ("Ada Holm", "close", False) in told("On Monday Ada Holm closed the bridge.", "")
    assert ("Ada Holm", "close", False) in told("The bridge was closed on Monday by Ada Holm.", "")
    assert ("Bo Lind", "invit", True) in told("According to Ada Holm, Bo Lind was invited.", "")


def test_a_name_that_comes_twice_is_joined_where_it_stands():
    deeds = told("Holm spoke for a long while of all that was lost, then Lind and Holm left.", "Holm Lind")
    assert ("Lind", "left", False) in deeds
    assert ("Lind", "spoke", False) not in deeds


def test_a_title_belongs_to_the_name_behind_it():
    assert ("Ada Holm", "is deputi mayor", False) in told("Then Deputy Mayor Ada Holm spoke.", "")
    assert claimed("Holm was the Deputy Mayor.", "Ada Holm spoke.") == [("Holm", "is deputi mayor", False)]


def test_a_name_after_a_preposition_does_nothing():
    assert not claimed("Talks with Holm continued.", "Ada Holm spoke.")
    assert claimed("Holm continued.", "Ada Holm spoke.") == [("Holm", "continu", False)]
    assert not claimed("Talks continued.", "Ada Holm spoke.")


@pytest.mark.parametrize("text", ["", "“", "By by by", "ADA", "A. B. C.", "¿?", "Ada’s Bo’s", "1 2 3", "\n\nAda\n has"])
def test_any_text_can_be_read(text):
    assert isinstance(told(text, text), list)
    assert isinstance(claimed(text, text), list)
