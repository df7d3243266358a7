"""The check on every sentence, and that it acts."""

from dataclasses import replace

import pytest

from qa import ground
from qa.editor import Editor
from qa.ground import Source, judge
from qa.types import Citation


def source(quote: str, number: int = 1, context: str = "", **known) -> Source:
    return Source(Citation(number, "bridge.txt", "Old Bridge", quote, 0, len(quote), **known), context)


COST = source("Mayor Ruth Adeyemi said the repairs of the bridge would cost 2.4 million euros.")
BUILT = source("The bridge was built in 1902.", 2)
FLOOD = source("If the river rises in spring, the bridge stays closed.", 4)
DENIED = source("The council does not plan a toll on the bridge.", 3)


@pytest.mark.parametrize(
    "claim",
    [
        "The repairs of the bridge would cost 2.4 million euros.",
        "Ruth Adeyemi said the repairs would cost 2.4 million euros.",
        "The council does not plan a toll.",
    ],
)
def test_a_claim_in_the_words_of_the_evidence_is_supported(claim):
    assert judge(claim, [COST, BUILT, DENIED]).support == "supported"


@pytest.mark.parametrize(
    ("claim", "fault"),
    [
        ("The repairs of the bridge would cost 3.1 million euros.", "number 3.1"),
        ("Mayor Jonas Keller said the repairs would cost 2.4 million euros.", "name Mayor Jonas Keller"),
        ("The bridge was built in May 1902.", "date may"),
        ("Ruth Adeyemi said the repairs would “cost far too much”.", "quoted words “cost far too much”"),
        ("The council plans a toll on the bridge.", "negation"),
        ("The bridge was not built in 1902.", "negation"),
        ("The river rises.", "condition"),
        ("Ruth Adeyemi Ruth Adeyemi", "no sentence"),
        ("said the repairs of the bridge would cost 2.4 million euros.", "no sentence"),
    ],
)
def test_what_the_evidence_does_not_say_is_named(claim, fault):
    verdict = judge(claim, [COST, BUILT, DENIED, FLOOD])
    assert verdict.support == "unsupported"
    assert any(fault in found for found in verdict.faults)


SUMMONED = source("He also summoned the envoy to Baku.", 5, context="Mikhail Galuzin is deputy minister.")
CLOSED = source("The council voted on Monday to close the old bridge.", 6)


@pytest.mark.parametrize(
    ("claim", "note"),
    [
        ("The repairs would cost a staggering 2.4 million euros overall.", "words: “staggering”, “overall”."),
        ("Mikhail Galuzin summoned the envoy.", "“Mikhail Galuzin” stands near the cited words, not in them."),
    ],
)
def test_a_claim_that_adds_a_little_to_the_evidence_is_partly_supported_and_says_what(claim, note):
    verdict = judge(claim, [COST, BUILT, SUMMONED])
    assert verdict.support == "partial" and verdict.note.endswith(note)


@pytest.mark.parametrize(
    "claim",
    [
        "The council voted to praise the ancient bridge.",  # other words in the place of the source's
        "The council plans to close the bridge.",  # what is added turns the rest
        "A staggering, shocking, scandalous sum of 2.4 million euros is what repairs of the bridge would cost.",
        "The repairs would cost a staggering 3.1 million euros overall.",
        "The repairs would not cost a staggering 2.4 million euros overall.",
        "Jonas Keller summoned the envoy.",
    ],
)
def test_a_claim_that_adds_much_or_says_something_else_is_not_supported_at_all(claim):
    verdict = judge(claim, [COST, BUILT, SUMMONED, CLOSED])
    assert verdict.support == "unsupported" and not verdict.note


def test_a_claim_is_bound_to_the_sentence_that_carries_it_whatever_the_marker_says():
    assert judge("The bridge was built in 1902.", [COST, BUILT], hints=[1]).sources == (1,)


def test_two_sentences_may_carry_a_claim_together():
    verdict = judge("The bridge was built in 1902 and the repairs would cost 2.4 million euros.", [COST, BUILT, DENIED])
    assert verdict.support == "supported"
    assert set(verdict.sources) == {0, 1}


def test_another_spelling_of_a_name_is_the_same_name():
    evidence = source("Nikol Pashinyan hoped to sign the treaty.")
    assert judge("Pashinian hoped to sign the treaty.", [evidence]).support == "supported"


def test_a_claim_without_any_evidence_is_unsupported():
    assert judge("The moon is made of cheese.", []).support == "unsupported"
    assert judge("The moon is made of cheese.", [COST, BUILT]).support == "unsupported"


def test_claims_come_as_soon_as_the_next_has_begun_and_keep_their_markers():
    text = "Mr. Keller came at 7 a.m. on Monday. [1] He left “at once.” [2][3]\nNobody spoke."
    assert list(ground.claims(iter(text))) == [
        "Mr. Keller came at 7 a.m. on Monday. [1]",
        "He left “at once.” [2][3]",
        "Nobody spoke.",
    ]


def test_markers_are_taken_off_in_every_form_that_models_write():
    assert ground.markers("It cost 5 euros [1, 3]. [12]") == ("It cost 5 euros.", [1, 3, 12])


@pytest.mark.parametrize(
    ("known", "text"),
    [
        ({"speaker": "Ruth Adeyemi", "date": "2024-03-05"}, "Ruth Adeyemi (5 March 2024): “The bridge is old.”"),
        ({"speaker": "Ruth Adeyemi"}, "Ruth Adeyemi: “The bridge is old.”"),
        ({"date": "2024-03"}, "The bridge is old. (March 2024)"),
        ({}, "The bridge is old."),
    ],
)
def test_a_verbatim_sentence_keeps_its_speaker_and_date(known, text):
    assert ground.verbatim(source("The bridge is old.", **known).citation) == text


@pytest.mark.parametrize(
    ("quote", "said"),
    [
        ("2. The bridge is old.", "The bridge is old."),
        ("- The bridge is old.", "The bridge is old."),
        ("## The old bridge", "The old bridge"),
        ("12. November was cold.", "12. November was cold."),
        ("-12 °C was the least.", "-12 °C was the least."),
    ],
)
def test_a_verbatim_sentence_is_said_without_the_mark_of_its_list_but_with_every_number(quote, said):
    assert ground.verbatim(source(quote).citation) == said


def test_a_short_sentence_and_the_date_of_its_document_are_wholly_supported():
    for quote in ("2. The board chose Kessel unanimously.", "- The decision was put off until autumn."):
        dated = source(quote, date="2025-05-06")
        assert judge(ground.verbatim(dated.citation), [dated]).support == "supported"


def test_a_sentence_that_names_its_speaker_needs_no_introduction():
    quote = "Adeyemi said it is old."
    assert ground.verbatim(source(quote, speaker="Ruth Adeyemi").citation) == quote


def test_what_is_said_of_a_person_is_not_put_into_their_mouth():
    introduced = ground.verbatim(source("She also warned of floods.", speaker="Ruth Adeyemi").citation)
    assert introduced == "About Ruth Adeyemi: She also warned of floods."


def test_a_sentence_that_reports_is_not_put_into_the_speakers_mouth():
    reported = source("According to her, the river rises.", speaker="Ruth Adeyemi").citation
    assert ground.verbatim(reported) == "About Ruth Adeyemi: According to her, the river rises."


def test_a_claim_that_forgets_its_speaker_is_given_one():
    said = source("The bridge is old.", speaker="Ruth Adeyemi", date="2024-03-05").citation
    given = ground.attributed("The bridge is old.", [said])
    assert given == "According to Ruth Adeyemi (5 March 2024): The bridge is old."
    assert ground.attributed("Adeyemi called the bridge old.", [said]) == "Adeyemi called the bridge old."


def test_a_deed_is_not_put_on_another_name():
    quote = "According to Ruth Adeyemi, Jonas Keller was invited to the council twice."
    evidence = source(quote, speaker="Ruth Adeyemi")
    assert judge("Jonas Keller was invited to the council twice.", [evidence]).support == "supported"
    verdict = judge("Ruth Adeyemi was invited to the council twice.", [evidence])
    assert verdict.faults == ("Ruth Adeyemi instead of Jonas Keller",)


def test_words_are_not_put_into_another_mouth():
    evidence = source("He also accused the council of delay.", context="Jonas Keller spoke.", speaker="Jonas Keller")
    other = source("Ines Duarte spoke to the council.", 2)
    verdict = judge("Ines Duarte accused the council of delay.", [evidence, other])
    assert verdict.support != "supported"


def test_a_false_premise_of_the_question_does_not_come_back_as_a_fact():
    evidence = source("The council denounced the state for its failure to repair the bridge.")
    claim = "The council thanked the state for its failure to repair the bridge."
    assert judge(claim, [evidence], question="For what did the council thank the state?").support == "unsupported"


def test_a_word_in_the_place_of_another_is_not_carried_by_a_sentence_that_is_otherwise_alike():
    voted = source("The council of Elmford voted on Monday to close the old bridge to all traffic until July.")
    said = "The council of Elmford voted on Monday to open the old bridge to all traffic until July."
    verdict = judge(said, [voted])
    assert verdict.support == "unsupported"
    assert verdict.faults == ("“open” instead of “close”",)
    assert judge(said.replace("open", "close"), [voted]).support == "supported"
    assert judge("The council voted to close the old bridge until July.", [voted]).support == "supported"


def test_a_word_from_elsewhere_does_not_carry_a_short_claim():
    called = source("The road was blocked in what Harlow has called a blockade.")
    invited = source("“We have sent invitations to the two countries,” said Bo Lind.")
    assert judge("Harlow is called a country.", [called, invited]).support == "unsupported"
    assert judge("Harlow has called it a blockade.", [called, invited]).support == "supported"


def test_he_does_not_become_she():
    evidence = source("Tarik Orhan married Börte of the hill people when he was about sixteen.")
    assert judge("Tarik Orhan married Börte when he was about sixteen.", [evidence]).support == "supported"
    verdict = judge("Tarik Orhan married Börte when she was about sixteen.", [evidence])
    assert verdict.faults == ("“she” instead of “he”",)


@pytest.mark.parametrize(
    ("claim", "question", "shown"),
    [
        ("Yes, Wick offered to host the fair.", "Has Wick hosted the fair?", "Wick offered to host the fair."),
        ("Yes, Wick offered to host the fair.", "Did Wick offer to host the fair?", None),
        ("No, Wick is far.", "Has Wick hosted the fair?", "Wick is far."),
        ("No, Wick never did.", "Has Wick hosted the fair?", None),
        ("Yesterday Wick spoke.", "Has Wick spoken?", None),
    ],
)
def test_yes_stands_only_before_what_was_asked_for(claim, question, shown):
    said = ground.without_yes(claim, question, ["On Monday Wick repeatedly offered to host the fair."])
    assert said == (shown or claim)


def test_the_label_of_the_evidence_is_no_part_of_an_answer():
    editor = Editor("Who opened the bridge?", [source("Ada Holm opened the old bridge of Elmford on Monday.")])
    editor.take("[1] (Bo Lind, 8 February 2024) Ada Holm opened the old bridge of Elmford. [1]")
    assert editor.text == "Ada Holm opened the old bridge of Elmford. [1]"


def test_a_sentence_with_she_is_shown_with_whom_that_means():
    quote = "She is 54 and drives the bus."
    cited = Citation(1, "d", "t", quote, 0, len(quote), date="2026-07-04", about="Ada Holm")
    shown = ground.verbatim(cited)
    assert shown == "About Ada Holm (4 July 2026): She is 54 and drives the bus."
    assert ground.verbatim(replace(cited, quote="Ada Holm is 54.")) == "Ada Holm is 54. (4 July 2026)"
