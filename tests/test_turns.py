"""Interviews, transcripts, chats and lists of questions: who speaks, and what answers what."""

import pytest

from qa.assistant import Assistant
from qa.config import load
from qa.embed import SentenceTransformerEmbedder
from qa.speaker import speakers
from qa.split import passages
from qa.sync import sync
from qa.turns import turns, unlabelled
from qa.types import Document

INTERVIEW = """“We were lucky that the wind turned”

Halden Courier, 4 March 2024

Jonas Keller, who has headed the Halden Water Agency since 2019, spoke to the Courier about the floods of January.

How many boats were lost in the harbour?

Eleven. Most of them were old fishing boats, and I am glad that nobody was on board.

Why did the warning come so late?

The gauge at Brenna had frozen. We had asked the ministry for a new one in 2021, and the money never came.

Do you blame the minister?

I do not blame anybody. She had to choose between the dam and the hospital.

The Courier will print a second part next week.
"""
HEARING = """Transcript of the hearing on the ferry accident
Transport Committee, 12 May 2023

Chair (Maria Lopez): Good morning. Captain Orsi, how fast was the ferry going?

Captain Paolo Orsi: Fourteen knots. I had been told that the channel was clear.

Note: The witness was shown a map.

Lopez: And what did you do when you saw the barge?

Orsi: I turned to starboard. The mate shouted.

Orsi: Then it was over. He said that it was too late.

Lopez: Thank you. We will hear Mr Fenn in June.
"""
CHAT = """[10:31] Ada Holm: Has anybody seen the invoice from Tessel?
[10:32] Ben: I sent it to Carla on Friday.
[10:35] Carla Moss: It is 4,300 euros too high. I will call them.
[10:41] Ada Holm: Thanks. Why is it so high?
[10:44] Carla Moss: They charged us for two pumps instead of one.
[10:50] Ben: We only ordered one, on 3 May.
"""
FAQ = """# Lerum Trams: frequently asked questions

- How do I buy a ticket?
- What happens if I lose my card?

## How do I buy a ticket?

Use the machine at the stop or the app. Drivers sell none.

## What happens if I lose my card?

Call us on 0555 1234. We block the card within an hour and send a new one for 40 crowns.
"""


def said(text):
    spans = [span for passage in passages(Document("d", text, "t")) for span in passage.sentences]
    return {" ".join(text[a:b].split()): who for (a, b), who in zip(spans, speakers(text, spans), strict=True)}


def test_the_answers_of_an_interview_are_whose_interview_it_is():
    told = said(INTERVIEW)
    assert {who for text, who in told.items() if "?" in text} == {"Jonas Keller"}
    assert told["The Courier will print a second part next week."] is None


@pytest.mark.parametrize(
    ("opening", "who"),
    [
        ("Interview with Dr Amina Yusuf, director of the Lerum Museum", "Amina Yusuf"),
        ("Ada Lind sat down with Finance Minister Joris Vant on Monday.", "Joris Vant"),
        ("Questions about the harbour. Rosa Delgado answered our questions.", "Rosa Delgado"),
        ("Ada Lind talked to Jonas Keller.", None),  # either may be the reporter
        ("Frequently asked questions about the harbour", None),
    ],
)
def test_an_opening_says_with_whom_an_interview_is(opening, who):
    text = f"{opening}\n\nIs it open?\n\nSince May.\n\nIs it safe?\n\nQuite safe.\n"
    assert said(text)["Is it open? Since May."] == who
    text = f"{opening}\n\nQ: Is it open?\nA: Since May.\n\nQ: Is it safe?\nA: I think so.\n"
    assert said(text)["Q: Is it open? A: Since May."] == who


def test_a_transcript_names_its_speakers():
    told = said(HEARING)
    assert told["We will hear Mr Fenn in June."] == "Maria Lopez"
    assert [who for text, who in told.items() if "knots" in text or "starboard" in text] == ["Paolo Orsi"] * 2
    assert told["He said that it was too late."] is None  # whoever that was
    assert told["Note: The witness was shown a map."] is None
    assert set(said(CHAT).values()) == {"Ben", "Carla Moss", "Ada Holm"}


@pytest.mark.parametrize(
    "text",
    [
        "Windows: Open the panel.\nLinux: Run it.\nWindows: Close it.\nLinux: Stop it.\n",
        "Note: I saw it.\nWarning: Is it hot?\nNote: We left.\nWarning: Stop.\n",
        "Vienna: 4 sites\nLyon: 3 sites\nRome: 2 sites\n",
        "Ada Holm: the mayor of Elmford.\nBo Lind: her deputy.\n",
        "What went wrong?\n\nA pump failed.\n\nWhat is next?\n\nRepairs, said Ada Holm.\n",
        "",
        "?",
    ],
)
def test_what_is_no_dialogue_has_no_turns(text):
    assert all(turn.who is None for turn in turns(text))


@pytest.mark.parametrize(
    "piece", ["Key{}: value\n", "Ada Holm ", "10:30 ", "Why is that?\n\n", "**a** ", "A (", "| a | b |\n"]
)
def test_a_long_text_is_read_at_once(piece):
    text = "".join(piece.format(i) for i in range(20_000))
    assert not any(turn.who for turn in turns(text))


def test_a_label_is_left_out_where_the_speaker_is_named_before_it():
    assert unlabelled("A: Since May.") == "Since May."
    assert unlabelled("[10:32] Ben: I sent it.", "Ben") == "I sent it."
    assert unlabelled("Captain Paolo Orsi: Yes.", "Paolo Orsi") == "Yes."
    assert unlabelled("Note: It is hot.", "Ben") == "Note: It is hot."


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    home = tmp_path_factory.mktemp("turns")
    (home / "d").mkdir()
    for name, text in (("interview", INTERVIEW), ("hearing", HEARING), ("chat", CHAT), ("faq", FAQ)):
        (home / "d" / f"{name}.txt").write_text(text)
    config = load(index=home / "index", model="quote")
    sync([home / "d"], config=config, embedder=SentenceTransformerEmbedder(config.embedder))
    return Assistant(config)


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        (
            "How many boats were lost in the harbour?",
            "How many boats were lost in the harbour? Jonas Keller (4 March 2024): “Eleven. Most of them were old "
            "fishing boats, and I am glad that nobody was on board.”",
        ),
        ("What did Keller say about the gauge?", "Jonas Keller (4 March 2024): “The gauge at Brenna had frozen."),
        ("How fast was the ferry going?", "Paolo Orsi (12 May 2023): “Fourteen knots."),
        ("When will Fenn be heard?", "Maria Lopez (12 May 2023): “We will hear Mr Fenn in June.”"),
        ("What did Ben do with the invoice?", "Ben: “I sent it to Carla on Friday.”"),
        ("What happens if I lose my card?", "We block the card within an hour and send a new one for 40 crowns."),
    ],
)
def test_a_question_of_the_text_is_shown_with_its_answer(assistant, question, shown):
    answer = assistant.ask(question).answer
    assert shown in answer.text
    for citation in answer.citations:
        assert not citation.quote.endswith("?")
