"""Questions made from sentences: they read as questions, and stand alone."""

from __future__ import annotations

import pytest

from qa import suggest


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("Mayor Ada Nwosu said the repairs would cost two million.", "Who said the repairs would cost two million?"),
        ("Ada Nwosu accused Ruritania of slowing the talks down.", "What did Ada Nwosu accuse Ruritania of?"),
        ("Ada Nwosu urged the Elmford Council to wait.", "What did Ada Nwosu urge the Elmford Council to do?"),
        ("“We can wait,” Ada Nwosu told the Ruritanian envoys.", "What did Ada Nwosu say about the Ruritanian envoys?"),
        (
            "Ada Nwosu told the Ruritanian foreign ministry so.",
            "What did Ada Nwosu say about the Ruritanian foreign ministry?",
        ),
        ("Ada Nwosu blamed Azeri activists for it.", "What did Ada Nwosu say about the Azeri activists?"),
        ("The old bridge was built in 1902.", "When was the old bridge built?"),
        ("About 4,000 people cross the bridge every day.", "How many people cross the bridge every day?"),
    ],
)
def test_a_sentence_is_asked_for_in_its_own_words(sentence: str, question: str) -> None:
    assert question in suggest.questions(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "She said that it would not.",
        "The ministry said on Tuesday that it was late.",
        "About 4,000 people cross it every day.",
        "この橋は1902年に建てられました。",
        "",
        "Scroll to Top",
        "Ada Nwosu said that <b>all</b> bridges are closed.",
        "Ada Nwosu said that all “bridges are closed today.",
    ],
)
def test_nothing_is_asked_that_only_its_surroundings_explain(sentence: str) -> None:
    assert suggest.questions(sentence) == []


def test_the_speaker_may_be_known_from_elsewhere() -> None:
    assert suggest.questions("“Ruritania must wait for Elmford,”", "Ada Nwosu") == [
        "What did Ada Nwosu say about Elmford?"
    ]


def test_questions_that_are_alike_are_offered_once_and_neighbours_open_differently() -> None:
    found = [
        "What did Ada say about rain?",
        "What did Bea say about snow?",
        "What did Ada say of the rain?",
        "Who left?",
    ]
    assert suggest.varied(found) == [found[0], found[3], found[1]]
    assert suggest.varied(found, ["What did Bea tell about the snow?"]) == [found[0], found[3]]
