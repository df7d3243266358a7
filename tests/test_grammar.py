"""Who does what: a claim that puts a deed on another name than the evidence is not shown as a fact."""

from dataclasses import replace

import pytest

from qa import grammar
from qa.entail import misread
from qa.errors import ModelError
from qa.grammar import read
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


@pytest.mark.parametrize(
    "text", ["", "“", "By by by", "ADA", "A. B. C.", "¿?", "Ada’s Bo’s", "1 2 3", "\n\nAda\n has", "whats s the", "’s"]
)
def test_any_text_can_be_read(text):
    assert all(statement.verb.strip() for statement in read(text).stated)
    assert list(misread(text, [text])) == []


def verdicts(evidence, *said):
    return [judge(claim, [Source(Citation(1, "d", "t", evidence, 0, len(evidence)))]).support for claim in said]


@pytest.mark.parametrize(
    ("evidence", "right", "wrong"),
    [
        (
            "Wick offered to pay half of the cost of the new bridge.",
            "Wick offered to pay half of the cost.",
            "Wick paid half of the cost of the new bridge.",
        ),
        (
            "Holm may resign after the election in May, her spokesman said.",
            "Holm may resign after the election.",
            "Holm will resign after the election in May.",
        ),
        (
            "Lind denied that the council had sold the land to Keller.",
            "Lind denied that the council sold the land.",
            "The council had sold the land to Keller.",
        ),
        (
            "Keller refused to sign the treaty with Wick.",
            "Keller did not sign the treaty with Wick.",
            "Keller signed the treaty with Wick.",
        ),
        (
            "Bayram refrained from confirming that the talks will be held in Wick.",
            "Bayram refrained from confirming that talks will be held.",
            "Bayram confirmed that the talks will be held in Wick.",
        ),
        (
            "Duarte threatened to close the mill if the wages rose.",
            "Duarte threatened to close the mill.",
            "Duarte closed the mill.",
        ),
        (
            "The plan to build a tunnel under the bay was dropped.",
            "The plan to build a tunnel was dropped.",
            "A tunnel was built under the bay.",
        ),
        (
            "If the dam breaks, the valley will be flooded within an hour.",
            "The valley will be flooded if the dam breaks.",
            "The valley will be flooded within an hour.",
        ),
        (
            "Adeyemi called on Harlow to release the prisoners.",
            "Adeyemi called on Harlow to release the prisoners now.",
            "Harlow released the prisoners.",
        ),
        (
            "The ministry expects prices to rise by 4 percent next year.",
            "The ministry expects prices to rise by 4 percent.",
            "Prices will rise by 4 percent next year.",
        ),
        (
            "Bayram withdrew from a meeting with his counterpart scheduled for November 20 in Rome.",
            "Bayram withdrew from a meeting scheduled for November 20.",
            "Bayram met his counterpart on November 20 in Rome.",
        ),
    ],
)
def test_what_is_offered_feared_or_planned_is_not_told_as_done(evidence, right, wrong):
    told, turned = verdicts(evidence, right, wrong)
    assert told != "unsupported"
    assert turned == "unsupported"


@pytest.mark.parametrize(
    ("evidence", "right", "wrong"),
    [
        (
            "The company moved its factory from Harlow to Wick in 1998.",
            "The factory was moved from Harlow to Wick in 1998.",
            "The company moved its factory from Wick to Harlow in 1998.",
        ),
        (
            "Holm opened the bridge before the election in May.",
            "The bridge was opened by Holm before the election.",
            "Holm opened the bridge after the election in May.",
        ),
        (
            "More than 4,000 people fled Elmford in October.",
            "More than 4,000 people fled in October.",
            "Fewer than 4,000 people fled Elmford in October.",
        ),
        (
            "Ada Holm, who was born in Wick, grew up in Harlow.",
            "Ada Holm was born in Wick.",
            "Holm was born in Harlow.",
        ),
        (
            "Holm bought the mill in 1990 and sold the brewery in 1995.",
            "Holm sold the brewery in 1995.",
            "Holm sold the brewery in 1990.",
        ),
        (
            "The old bridge, built in 1902, was closed on Monday and will be torn down in March.",
            "The bridge was closed on Monday.",
            "The bridge was built in March.",
        ),
        (
            "Revenue rose 4 percent in 2019, and profit fell 7 percent in 2020.",
            "Profit fell 7 percent in 2020.",
            "Profit fell 4 percent in 2020.",
        ),
        (
            "Keller scored 11 points and made 23 passes in the final.",
            "Keller made 23 passes in the final.",
            "Keller scored 23 points in the final.",
        ),
        (
            "Most of the 20,000 troops of the general were Normans.",
            "Most of the troops of the general were Normans.",
            "All 20,000 troops of the general were Normans.",
        ),
        (
            "Holm’s brother sold the farm of Lind to the council.",
            "The farm of Lind was sold to the council.",
            "Holm’s farm was sold to the council.",
        ),
        (
            "The Grainger Market replaced an older one called the Butcher Market.",
            "The Grainger Market replaced the Butcher Market.",
            "The Butcher Market replaced the Grainger Market.",
        ),
    ],
)
def test_where_when_and_how_many_belong_to_what_they_are_said_of(evidence, right, wrong):
    told, turned = verdicts(evidence, right, wrong)
    assert told != "unsupported"
    assert turned == "unsupported"


@pytest.mark.parametrize(
    ("evidence", "claim"),
    [
        ("The novel was written by Duarte and translated by Keller.", "Duarte wrote the novel."),
        ("Holm beat Lind in the final of the 2004 cup.", "Lind was beaten by Holm in the final."),
        ("Azad’s Foreign Minister Jo Bayram withdrew.", "Jo Bayram is the Foreign Minister of Azad."),
        ("Lind left, while the Ministry said that he is destroying the school.", "Lind is destroying the school."),
        ("Azad has extended an invitation to Jo Bayram to visit Wick.", "Azad has invited Jo Bayram to visit Wick."),
    ],
)
def test_the_same_in_another_form_is_supported(evidence, claim):
    assert verdicts(evidence, claim) == ["supported"]


def test_a_name_that_the_evidence_lacks_does_nothing():
    evidence = "Holm closed the old bridge of Elmford to all traffic on Monday."
    assert verdicts(evidence, "Zorn closed the old bridge of Elmford to all traffic on Monday.") == ["unsupported"]


def test_a_sentence_word_for_word_needs_no_parser(monkeypatch):
    monkeypatch.setattr(grammar, "read", None)
    source = Source(Citation(1, "d", "t", CANCELLED, 0, len(CANCELLED), speaker="Ruth Adeyemi"))
    assert judge(f"Ruth Adeyemi: “{CANCELLED}”", [source]).support == "supported"


@pytest.mark.parametrize("said", ["Keller denied that {}", "Ruth Adeyemi never did: {}", "It is not so that {}"])
def test_a_sentence_is_no_copy_when_another_turns_it(said):
    quote = "The mill of Wick was closed by the council on Monday."
    source = Source(Citation(1, "d", "t", quote, 0, len(quote), speaker="Ruth Adeyemi"), "Keller denied it.")
    assert judge(said.format(quote), [source]).support != "supported"


def test_other_languages_are_not_read_by_english_grammar():
    evidence = "Bürgermeisterin Ada Holm hat am Montag die alte Brücke in Wick für den Verkehr geschlossen."
    assert verdicts(evidence, "Ada Holm hat am Montag die alte Brücke in Wick geschlossen.") == ["supported"]


def test_a_damaged_parser_is_not_used(monkeypatch):
    monkeypatch.setattr(grammar, "PARSER", replace(grammar.PARSER, sha256="0" * 64))
    grammar._parser.cache_clear()
    with pytest.raises(ModelError, match="pip install"):
        grammar.read("A text that was never read before.")
