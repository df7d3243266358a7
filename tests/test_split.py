"""Sentences and passages tile the document, and the splitter reads prose as a person does."""

from __future__ import annotations

import itertools
import textwrap
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa.split import LONGEST, asked_and_answered, passages, sentences
from qa.types import Document

STOPS = [
    "Mr. Smith",
    "U.S. ",
    "a.m. ",
    ". ",
    ".\n",
    "“",
    "”",
    "’",
    "»",
    "(",
    ")",
    "。",
    "։",
    "…",
    "The end. ",
    "word, ",
    "x;",
]
SPACES = ["\n\n", "\r\n", "\r", "\t", "\u2028", "\x85", "\x0c", "\x1c", "\xa0", "- ", "1. ", "# ", "---"]
ODD = [
    "e\u0301",
    "\u0301",
    "👩\u200d👩\u200d👧",
    "🇦🇲",
    "שלום. ",
    "مرحبا؟ ",
    "\0",
    "\u200b",
    "\ufeff",
    "\ud800",
    "\udc00",
    "a",
    "B",
]
PIECES = st.sampled_from([*STOPS, *SPACES, *ODD])
TEXTS = st.one_of(
    st.text(st.characters(codec=None)),
    st.lists(PIECES, max_size=80).map("".join),
    st.builds(lambda piece, n: piece * n, PIECES, st.integers(400, 1500)),
)


def split(text: str, body: int = 0) -> list[str]:
    return [text[start:end] for start, end in sentences(text, body=body)]


@given(TEXTS, st.integers(0, 100))
@example("a" * 5000, 0)
@example("e\u0301" * 3000, 1)
@example("\n" * 3000 + "a", 0)
def test_sentences_tile_any_text(text: str, body: int) -> None:
    body = min(body, len(text))
    spans = sentences(text, body=body)
    covered = [False] * len(text)
    behind = 0
    for start, end in spans:
        assert behind <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert end - start <= LONGEST
        assert not start < body < end
        covered[start:end] = [True] * (end - start)
        behind = end
    assert all(seen or char.isspace() for seen, char in zip(covered, text, strict=True))
    assert sentences(text, body=body) == spans


@given(TEXTS, st.integers(0, 100))
def test_passages_tile_the_sentences_of_any_document(text: str, body: int) -> None:
    document = Document("a/b.txt", text, "title", body=min(body, len(text)))
    found = passages(document)
    units = [span for passage in found for span in passage.sentences]
    parts = sentences(text, body=document.body)
    assert {start for start, _ in units} <= {start for start, _ in parts}
    assert {end for _, end in units} <= {end for _, end in parts}
    assert all(any(start <= part[0] and part[1] <= end for start, end in units) for part in parts)
    assert units == sorted(units) and all(one[1] <= other[0] for one, other in itertools.pairwise(units))
    for ordinal, passage in enumerate(found):
        assert document.text[passage.start : passage.end] == passage.text
        assert (passage.start, passage.end) == (passage.sentences[0][0], passage.sentences[-1][1])
        assert (passage.ordinal, passage.document) == (ordinal, "a/b.txt")
        assert len(passage.text) <= 600 or len(passage.sentences) == 1
    assert len({passage.id for passage in found}) == len(found)
    assert passages(document) == found


def units(text, body=0):
    document = Document("a/b.txt", text, "title", body=body)
    return [text[start:end] for passage in passages(document) for start, end in passage.sentences]


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        (
            "We met Ada Holm.\n\nHow many came?\n\nEleven. They were late.\n\nThen they left.",
            ["We met Ada Holm.", "How many came?\n\nEleven. They were late.", "Then they left."],
        ),
        ("Q: Who won?\nA: Holm did.\nQ: When?\nA: In May.", ["Q: Who won?\nA: Holm did.", "Q: When?\nA: In May."]),
        (
            "## May I?\n\nIn May.\n\n## When?\n\nAt ten.",
            ["## May I?\n\nIn May.", "## When?\n\nAt ten."],
        ),
        ("Why? Because it froze. It was cold.", ["Why? Because it froze.", "It was cold."]),
        ("Was it late? Who came? Nobody came. So be it.", ["Was it late? Who came? Nobody came.", "So be it."]),
        (
            "- How do I pay?\n- Where is it?\n\n# Paying\n\nAt the desk.",
            ["- How do I pay?", "- Where is it?", "# Paying", "At the desk."],
        ),
        ("“Who won?” he asked. She knew.", ["“Who won?” he asked.", "She knew."]),
        ("Who won?", ["Who won?"]),
        ("Who won?\n\n" + "It was long. " * 30, None),
    ],
)
def test_a_question_and_its_answer_are_one_sentence_of_a_passage(text, joined):
    if joined is None:
        first = units(text)[0]
        assert first.startswith("Who won?\n\nIt was long. It was") and 150 < len(first) < 250
    else:
        assert units(text) == joined


def test_no_question_is_joined_to_what_is_too_long_or_behind_the_front_matter():
    assert units("Who won?\n\n" + "it was very long and " * 40 + "done.")[0] == "Who won?"
    assert units("why " * 100 + "was that?\n\nNobody knows.")[1] == "Nobody knows."
    assert units("Who won?\n\nHolm did.", body=10) == ["Who won?", "Holm did."]


def test_question_and_answer_come_apart_again():
    assert asked_and_answered("How many came?\n\nEleven. They were late.") == (
        "How many came?",
        "Eleven. They were late.",
    )
    assert asked_and_answered("“Who won?” he asked.") == ("", "“Who won?” he asked.")
    assert asked_and_answered("Holm won.") == ("", "Holm won.")
    assert asked_and_answered("Who won?") == ("Who won?", "")


def test_lines_that_open_with_a_clock_or_a_name_are_no_wrapped_prose():
    lines = [f"[10:{i}] Ada Holm: That is what I have heard of the pump and the boat so far" for i in range(10, 20)]
    assert units("\n".join(lines)) == lines
    lines = [f"{name}: That is what I have heard of the pump and of the boat by now" for name in ("Holm", "Lind") * 5]
    assert units("\n".join(lines)) == lines


@pytest.mark.parametrize(
    "whole",
    [
        ["He lives in the U.S. and the E.U. is far.", "It was brokered by the U.S. and/or the EU.", "Yes."],
        ["By U.S. Secretary of State Antony Blinken.", "The U.N. General Assembly met."],
        ["He moved to the U.S.", "He returned in 2020."],
        ["Talks began at 9 a.m. on Monday and ended at 5 p.m. Moscow time.", "Then he left."],
        ["J. K. Rowling met Mr. Smith, Mrs. George W. Bush and Lt. Col. Ivan Ivanov.", "They talked."],
        ["He said “It is done.”", "She left."],
        ['He said "It is done."', "She left."],
        ["Он сказал: «Это сделано.»", "Она ушла."],
        ["the borders.”", "He also said more."],
        ["‘They said so.’”", "He left.", "(It was late.)", "She came."],
        ["“We are ready,” said X.", "“We go.”"],
        ["“Are you ready?” asked X.", "“Yes!” said Y."],
        ["“Baku has confirmed this.", "Unfortunately, we cannot say the same.”"],
        ["See Fig. 2, Vol. 3, No. 5 and Sec. 4.1 for details.", "The value is 3.14 here."],
        ["Wait... what?", "Well… maybe.", "And then… he left."],
        ["She works at Yahoo! in Boston.", "It cost $1.5 million on Dec. 6, 2023."],
        ["It was decided this week.", "Officials in New York.", "Police came for me.", "“The bank.”", "Anna left."],
        ["See Cal. Bus. Code, art. 5 and fig. A by Gen. Smith.", "Jones v. Smith et al. Found there."],
        ["Smith et al. wrote it, i.e. the text, e.g. on p. 5.", "Approx. 20 ft. long."],
    ],
)
def test_sentences_end_where_a_reader_would_end_them(whole: list[str]) -> None:
    assert split(" ".join(whole)) == whole


def test_full_stops_of_other_scripts_end_sentences() -> None:
    assert split("这是第一句。他说:「好。」第三句?") == ["这是第一句。", "他说:「好。」", "第三句?"]
    assert split("Նա եկավ։ Նա գնաց։") == ["Նա եկավ։", "Նա գնաց։"]


def test_headlines_bullets_and_boilerplate_stand_alone() -> None:
    long = (
        "The two sides met on Monday to discuss the terms of a peace treaty that has been in the making for years. " * 2
    )
    lines = [
        "Moscow blames Armenia",
        long.strip(),
        "- first item",
        "- second item. With two",
        "1. one",
        "Back to top",
    ]
    assert split("\n".join(lines)) == [
        "Moscow blames Armenia",
        *[long[: len(long) // 2].strip()] * 2,
        "- first item",
        "- second item.",
        "With two",
        "1. one",
        "Back to top",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_hard_wrapped_prose_is_joined_and_its_headline_is_not(end: str) -> None:
    prose = [
        "In the latest sign of friction between the two old allies, officials met in Yerevan on Thursday.",
        "They spoke with Mr. Smith about the conflict over the disputed region, which has lasted for years.",
        "The next meeting in the U.S. State Department and elsewhere is planned for 9 a.m. on Monday, in about 2024.",
    ]
    for width in range(50, 90):
        lines = ["Talks on the border", *textwrap.wrap(" ".join(prose), width)]
        found = [" ".join(sentence.split()) for sentence in split(end.join(lines))]
        assert found == ["Talks on the border", *prose], width


def test_an_endless_sentence_is_cut_at_a_clause() -> None:
    found = split("and then he went home again, " * 100 + "the end.")
    assert all(piece.endswith(",") for piece in found[:-1])
    assert [len(piece) <= LONGEST for piece in found] == [True] * 3


def test_front_matter_is_no_part_of_the_first_sentence() -> None:
    assert split("date 2023-12-06 “We have sent invitations,” she said.", 16) == [
        "date 2023-12-06",
        "“We have sent invitations,” she said.",
    ]


def test_a_passage_ends_with_a_paragraph_where_it_can() -> None:
    paragraph = "A sentence of about fifty characters stands here. " * 7
    found = passages(Document("d", f"{paragraph}\n\n{paragraph}\n\n{paragraph}", "t"))
    assert [passage.text for passage in found] == [paragraph.strip()] * 3


def test_an_edited_passage_gets_another_id_and_its_neighbour_keeps_its_own() -> None:
    text = "A sentence of about fifty characters stands here. " * 12
    before, after = (passages(Document("d", text + last, "t")) for last in ("The end.", "The start."))
    assert before[0].id == after[0].id
    assert before[1].id != after[1].id
    assert passages(Document("e", text, "t"))[0].id != before[0].id


@pytest.mark.parametrize(
    "piece",
    ["word word. ", "a", "(", "“a.” ", ". . . ", "U.S. ", "A\n", "\n", "x\r\n\r\n", "“", "1.2.", "Er kam nicht. "],
)
def test_time_grows_with_the_length_of_the_text_and_no_faster(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    started = time.perf_counter()
    sentences(text)
    assert time.perf_counter() - started < 8


@pytest.mark.parametrize(
    "told",
    [
        [
            "Die Stadt hat am 12. März 2024 die neue Brücke über den Fluss eröffnet.",
            "Kosten, z. B. Löhne, stiegen ca. 5 Prozent.",
            "Das Museum (18. Jahrhundert) liegt in St. Pölten.",
        ],
        ["El Sr. García llegó a las 5 p. m. de ayer.", "¿Cuándo vino su hermana de la capital?", "Costó 1.200 euros."],
        [
            "Завод стоит на ул. Ленина, д. 5.",
            "Он принадлежал А. С. Петрову.",
            "Рабочие говорят, что его скоро закроют.",
        ],
    ],
)
def test_sentences_of_other_languages_do_not_end_at_their_abbreviations(told):
    text = " ".join(told)
    assert [text[start:end] for start, end in sentences(text)] == told
