"""Manuals and contracts: steps as a whole, rows of tables with their columns, what stands under a run-in heading."""

import pytest

from qa import ground, split, steps
from qa.assistant import Assistant
from qa.config import load
from qa.embed import SentenceTransformerEmbedder
from qa.ground import Source, judge
from qa.sync import sync
from qa.types import Citation, Document

MANUAL = """# Kestrel K200: user manual

| Model | Tank | Price |
|---|---|---|
| K200 | 1.8 l | 249 euros |
| K200 Pro | 2.4 l | 399 euros |

## Descaling

Descale the machine every two months, or when the red lamp blinks.

1. Empty the tray.
2. Pour 500 ml of descaler into the tank. Close the lid.
3. Rinse the tank twice.

Do not use vinegar: it damages the seals.

## Troubleshooting

**The pump is loud.** The tank is empty or not seated. Fill it.
"""


def span(text):
    return [one for passage in split.passages(Document("d", text, "t")) for one in passage.sentences]


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("How do I descale the machine?", True),
        ("how to descale", True),
        ("What are the steps of descaling?", True),
        ("what should I do when the lamp blinks", True),
        ("How does the pump work?", False),
        ("How do the states see it?", False),
        ("What did you do?", False),
    ],
)
def test_how_something_is_done_wants_all_steps(question, wanted):
    assert steps.wanted(question) is wanted


@pytest.mark.parametrize(
    ("opening", "first", "last"),
    [
        ("Descale the machine", "Descale the machine", "twice."),
        ("Descaling", "## Descaling", "twice."),
        ("Empty", "Descale the machine", "twice."),
        ("Close", "Descale the machine", "twice."),
        ("Rinse", "Descale the machine", "twice."),
        ("Do not use", None, None),
        ("Troubleshooting", None, None),
    ],
)
def test_a_list_is_whole_from_whatever_leads_to_it(opening, first, last):
    spans = span(MANUAL)
    place = next(i for i, (start, end) in enumerate(spans) if opening in MANUAL[start:end])
    found = steps.procedure(MANUAL, spans, place)
    if first is None:
        assert found is None
    else:
        assert MANUAL[slice(*found)].startswith(first) and MANUAL[slice(*found)].endswith(last)


def test_a_list_that_opens_a_text_keeps_its_first_step_and_one_step_is_no_list():
    text = "1. Empty the tray.\n2. Close the lid.\n"
    assert steps.procedure(text, span(text), 1) == (0, len(text) - 1)
    assert steps.procedure("1. Empty the tray.\n\nThen go.", span("1. Empty the tray.\n\nThen go."), 0) is None
    many = "".join(f"{n}. Turn the screw once more to the left until it stops.\n" for n in range(1, 60))
    start, end = steps.procedure(many, span(many), 0)
    assert end - start <= steps.LONGEST and many[end - 1] == "."
    assert steps.procedure(many, span(many), 50) is None


def test_a_row_is_told_with_its_columns_and_rests_on_its_own_characters():
    start = MANUAL.index("| K200 Pro")
    row = MANUAL[start : MANUAL.index("\n", start)]
    assert split.columns(MANUAL, start) == ("Model", "Tank", "Price")
    assert split.columns(MANUAL, 0) == ()
    cited = Citation(1, "d", "t", row, start, start + len(row), columns=split.columns(MANUAL, start))
    told = ground.verbatim(cited)
    assert told == "Model: K200 Pro; Tank: 2.4 l; Price: 399 euros"
    assert judge(told, [Source(cited)]).support == "supported"
    assert judge(told.replace("2.4", "1.8"), [Source(cited)]).support != "supported"


def test_an_item_is_told_with_the_headings_above_it():
    text = "# Changes\n\n## 2.4\n\n### Added\n\n- Dark mode.\n\n## 2.3\n\nA pause.\n\n### Fixed\n\n- Login.\n"
    start = text.index("- Login.")
    assert split.section(text, text.index("- Dark")) == ("2.4", "Added")
    assert split.section(text, start) == ("2.3", "Fixed")
    assert split.section(text, text.index("A pause")) == split.section(text, text.index("mode.")) == ()
    cited = Citation(1, "d", "t", "- Login.", start, start + 8, section=split.section(text, start))
    told = ground.verbatim(cited)
    assert told == "2.3 › Fixed: Login."
    assert judge(told, [Source(cited)]).support == "supported"


def test_what_stands_under_a_run_in_heading_belongs_to_it():
    assert "**The pump is loud.** The tank is empty or not seated. Fill it." in [MANUAL[a:b] for a, b in span(MANUAL)]


def test_a_question_in_a_letter_is_not_answered_by_what_follows():
    letter = "From: Bo\n\nHi Ada,\n\ndid Nordkran confirm? The budget is 5,000 euros.\n"
    assert "did Nordkran confirm?" in [letter[a:b] for a, b in span(letter)]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    home = tmp_path_factory.mktemp("steps")
    (home / "d").mkdir()
    (home / "d" / "manual.md").write_text(MANUAL)
    config = load(index=home / "index", model="quote")
    sync([home / "d"], config=config, embedder=SentenceTransformerEmbedder(config.embedder))
    return Assistant(config)


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        (
            "How do I descale the machine?",
            "Descale the machine every two months, or when the red lamp blinks. 1. Empty the tray. 2. Pour 500 ml of "
            "descaler into the tank. Close the lid. 3. Rinse the tank twice.",
        ),
        ("How much does the K200 Pro cost?", "Model: K200 Pro; Tank: 2.4 l; Price: 399 euros"),
        ("Why is the pump loud?", "The pump is loud. The tank is empty or not seated."),
    ],
)
def test_a_manual_is_answered_from(assistant, question, shown):
    answer = assistant.ask(question).answer
    assert shown in answer.text
    assert not answer.conflicts
    assert {claim.support for claim in answer.claims} == {"supported"}
