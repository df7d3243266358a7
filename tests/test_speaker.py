"""Who says what, as the text itself names them."""

import pytest

from qa import speaker, split
from qa.speaker import speakers


def said(text: str) -> dict[str, str | None]:
    spans = split.sentences(text)
    return {text[a:b]: who for (a, b), who in zip(spans, speakers(text, spans), strict=True)}


@pytest.mark.parametrize(
    ("sentence", "who"),
    [
        ("Mayor Ruth Adeyemi said the repairs would cost 2.4 million euros.", "Mayor Ruth Adeyemi"),
        ("“It is safe,” said Jonas Keller, the spokesman.", "Jonas Keller"),
        ("According to Ines Duarte, the bridge was built in 1902.", "Ines Duarte"),
        ("Their spokesman, Jonas Keller, said the closure would hurt.", "Jonas Keller"),
        ("The Ministry of Health denied the report.", "The Ministry of Health"),
        ("The bridge was built in 1902.", None),
    ],
)
def test_a_reporting_verb_names_the_speaker(sentence, who):
    assert said(sentence) == {sentence: who}


def test_the_middle_of_a_quotation_has_the_speaker_named_at_its_end():
    text = "“The bridge is old. It needs repairs. Nobody doubts that,” said Ines Duarte, the engineer."
    assert set(said(text).values()) == {"Ines Duarte"}


def test_straight_quotation_marks_serve_as_well():
    text = 'Ruth Adeyemi spoke on Monday. "The bridge is old. We will not wait," Adeyemi told reporters.'
    assert said(text)['"The bridge is old.'] == "Ruth Adeyemi"


def test_a_pronoun_goes_back_to_the_speaker_named_last():
    text = "Ruth Adeyemi said the bridge was old. She also warned of floods. The river rose in May."
    assert list(said(text).values()) == ["Ruth Adeyemi", "Ruth Adeyemi", None]


@pytest.mark.parametrize(
    ("before", "sentence", "who"),
    [
        ("Councillor Tarrant opposed the motion.", "She said that it would delay the works.", "Councillor Tarrant"),
        ("Ada Nwosu voted against.", "She said that it would delay the works.", "Ada Nwosu"),
        ("Councillor Fell asked for Blocks B, C and D.", "He said that it was time.", "Councillor Fell"),
        ("Mr Tal asked. Ms Holm answered.", "He said that it was time.", "Mr Tal"),
        ("Mr Tal asked. Ms Holm answered.", "She said that it was time.", "Ms Holm"),
        (
            "The city’s member for roads, Councillor Ben Tal, called it bold.",
            "It is late, he said.",
            "Councillor Ben Tal",
        ),
    ],
)
def test_a_pronoun_goes_back_to_the_person_spoken_of_last(before, sentence, who):
    text = f"“We agree,” said Jonas Keller. {before} {sentence}"
    spans = split.sentences(text)
    assert speakers(text, spans)[-1] == who


@pytest.mark.parametrize("place", ["At Hask Lock there were cranes.", "Hask Lock was noisy. We slept at Hask Lock."])
def test_a_pronoun_does_not_go_back_to_a_place(place):
    text = f"“We agree,” said Jonas Keller. {place} He said that it was time."
    assert speakers(text, split.sentences(text))[-1] == "Jonas Keller"


def test_what_nobody_else_says_in_a_signed_letter_says_who_signed_it():
    text = (
        "Dear tenant,\n\nThe lift is mended. Mr Tal said that it was time.\n\nYours sincerely,\n\nOwen Marsh\nManager"
    )
    assert said(text)["The lift is mended."] == "Owen Marsh"
    assert said(text)["Mr Tal said that it was time."] == "Mr Tal"
    assert said(text)["Manager"] is None


def test_a_letter_within_a_text_is_signed_from_its_salutation_on():
    letters = (
        "Dear parents,\n\nWe are sorry.\n\nYours sincerely\nOlga Brandt\n\nSir,\n\nI object.\n\nYours,\nBen Zorn\n\n"
    )
    told = said(f"The school is shut. The head wrote to all parents:\n\n{letters}The county has not answered.")
    assert {text: who for text, who in told.items() if who} == {"We are sorry.": "Olga Brandt", "I object.": "Ben Zorn"}


def test_good_wishes_of_a_bank_sign_no_letter():
    assert set(said("The interest is 4 percent.\n\nBest wishes from\nSparkasse Elmford Nord").values()) == {None}


def test_a_last_name_is_given_in_full_where_the_text_has_it():
    text = "The engineer Ines Duarte spoke on Friday. Duarte added that the costs would rise."
    assert said(text)["Duarte added that the costs would rise."] == "Ines Duarte"


def test_a_role_with_its_name_behind_a_comma_is_named():
    text = "The ministry spokesman, Jonas Keller, said talks went on."
    assert list(said(text).values()) == ["Jonas Keller"]


def test_a_quotation_does_not_lend_its_speaker_to_the_next_paragraph():
    text = "“We agree,” said Jonas Keller.\n\nThe council meets on Monday. It has nine members."
    assert list(said(text).values())[1:] == [None, None]


@pytest.mark.parametrize(
    ("question", "who", "told"),
    [
        ("What did Adeyemi say?", "Jonas Keller", True),
        ("What did Ruth Adeyemi say about the bridge?", "Jonas Keller", True),
        ("What did Adeyemi say?", "Ruth Adeyemi", False),  # her own words
        ("What did Adeyemi say?", None, False),  # the text itself
        ("What did Adeyemi say, and what did Keller?", "Jonas Keller", False),
        ("What did Duarte say?", "Jonas Keller", False),  # who is not spoken of
        ("Who opened the bridge?", "Jonas Keller", False),
        ("What did Adeyemi say about Keller?", "Jonas Keller", True),
    ],
)
def test_what_somebody_said_is_not_what_another_tells_of_them(question, who, told):
    sentence = "The bridge was opened at the wish of Mayor Ruth Adeyemi."
    assert speaker.told_by_another(question, sentence, who) is told


def test_what_another_person_who_speaks_says_is_not_what_was_asked_for():
    told = speaker.told_by_another
    persons = {"Ada Holm", "Bo Lind"}
    assert told("What did Holm say in May?", "He also said that it rained.", "Bo Lind", persons)
    assert not told("What did Holm say in May?", "She also said that it rained.", "Ada Holm", persons)
    assert not told("What did the council say in May?", "He also said that it rained.", "Bo Lind", persons)
    assert not told("What did Holm say in May?", "It rained, the ministry said.", "the ministry", persons)


def test_a_question_for_what_was_said_has_a_speaker_and_a_topic():
    question = "What did Ada Holm say about the bridge in May?"
    assert (speaker.asked(question), speaker.topic(question)) == ("Ada Holm", "the bridge in May")
    assert speaker.topic("What did Ada Holm say?") is speaker.asked("Who opened the bridge?") is None


def test_whom_an_opening_pronoun_means_is_told_from_the_sentences_before():
    text = "Ada Holm came to Wick in 1998. She is 54. Her brother, Bo Lind, is a baker. He bakes. It rained."
    assert speaker.meant(text, split.sentences(text)) == [None, "Ada Holm", "Ada Holm", "Bo Lind", None]


@pytest.mark.parametrize(
    "text",
    [
        "Anna Berg met Karl Lund at the harbour. He was born in Riga.",
        "Peter Holm's father was a baker. He died in 1980.",
        "Mount Everest was climbed twice. He came in 1953.",
        "Good Friday came. He died.",
        "Halden Courier, 4 March 2024\n\nHe was ill.",
    ],
)
def test_a_pronoun_means_nobody_where_two_are_named_or_no_person_is(text):
    assert speaker.meant(text, split.sentences(text))[-1] is None


def test_a_person_named_behind_a_role_is_spoken_of():
    text = "Mayor Peter Holm said the findings were wrong. His deputy, Anna Berg, 44, disagreed. She said it was time."
    assert list(said(text).values()) == ["Mayor Peter Holm", None, "Anna Berg"]


def test_the_day_before_a_name_is_no_part_of_it():
    assert said("On Tuesday Carla Dunn said no.") == {"On Tuesday Carla Dunn said no.": "Carla Dunn"}


def test_a_mail_is_whose_it_is_from_up_to_what_it_quotes():
    head = "From: Bo Lind <bo@harbour.example>\nTo: Ada Holm\nSubject: Crane\n\nHi Ada,\n\n"
    told = said(f"{head}The crane is late.\n\nBo\n\n> It costs too much.\n")
    assert told["The crane is late."] == "Bo Lind"
    assert told["> It costs too much."] is None
