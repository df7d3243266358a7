"""Which document a phrase names."""

import pytest

from qa import naming

LABELS = {
    "a": "Rents to rise courier-2026-02-13-rents.md",
    "b": "Halden Homes letter-from-halden-to-tenants.txt",
    "c": "Survey of damp at Elmford damp_survey_report.pdf",
    "d": "Elmford council: minutes minutes-2026-05-06.md",
    "e": "Housing committee minutes-2026-03-04.docx",
    "f": "I am not brave: Ada Nwosu in conversation interview-ada-nwosu.html",
}


@pytest.mark.parametrize(
    ("phrase", "ids"),
    [
        ("the letter", ["b"]),
        ("the letter from Halden to the tenants", ["b"]),
        ("the damp survey", ["c"]),
        ("the survey report", ["c"]),
        ("the council minutes", ["d"]),
        ("the minutes", ["d", "e"]),
        ("the interview with Ada Nwosu", ["f"]),
        ("the article about rents", ["a"]),
        ("I am not brave: Ada Nwosu in conversation", ["f"]),
        ("the interview with Ben Tal", []),
        ("the contract", []),
        ("Ada Nwosu", []),  # a person, not a document
        ("the damp", []),
    ],
)
def test_a_document_is_named_by_its_sort_or_its_title(phrase, ids):
    assert naming.meant(phrase, LABELS) == ids


def test_a_phrase_with_a_word_that_no_label_has_may_mean_another_thing():
    assert naming.meant("the legal letter of Peru", LABELS, least=0.5) == ["b"]
    assert naming.meant("the letter bomb", LABELS) == []
    assert naming.meant("the letter box", LABELS, least=1.0) == []


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What does the damp survey recommend?", ("the damp survey", "What do they recommend?")),
        ("what did the letter say about damp", ("the letter", "What do the documents say about damp?")),
        ("What does Ada Nwosu recommend?", None),
        ("What does the damp survey cost?", None),
    ],
)
def test_what_is_asked_of_one_document_is_told_from_its_name(question, asked):
    assert naming.within(question) == asked
