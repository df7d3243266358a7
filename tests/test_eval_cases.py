"""Questions and documents in the shared schema become cases over text files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval import cases
from eval.cases import Case, Gold
from qa import readers

DOCS: list[dict[str, Any]] = [
    {
        "id": "a/../b#1",
        "title": 'Title: "quoted" é\n',
        "date": "2023-12-06",
        "text": "First one. The answer is Paris.\n\nEnd.",
    },
    {"id": "a_.._b_1", "title": "", "text": "Paris again. A parish."},
    {"id": "x" * 300, "title": "Long", "text": "Nothing here."},
]
ROW: dict[str, Any] = {"id": "q", "question": "Where?", "answers": ["Paris"], "gold_docs": ["a/../b#1", "a_.._b_1"]}
ROW |= {"evidence": ["Paris"], "answerable": True, "history": [], "type": "fact"}


def folder(tmp_path: Path, *rows: dict[str, Any]) -> Path:
    data = tmp_path / "set"
    data.mkdir(exist_ok=True)
    (data / "docs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in DOCS))
    (data / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows or (ROW,)))
    return data


def test_any_document_id_becomes_a_safe_file_of_its_own(tmp_path: Path) -> None:
    found = cases.load(folder(tmp_path), tmp_path / "cache")
    assert sorted(found.names.values()) == sorted(row["id"] for row in DOCS)
    assert {path.name for path in found.folder.iterdir()} == set(found.names)
    assert all(len(name) < 100 for name in found.names)


def test_title_date_and_text_survive_as_a_document(tmp_path: Path) -> None:
    found = cases.load(folder(tmp_path), tmp_path / "cache")
    name = cases.file_name("a/../b#1")
    document = readers.read(found.folder / name, id=name)
    assert (document.title, document.date) == ('Title: "quoted" é', "2023-12-06")
    assert document.text[document.body :].strip() == DOCS[0]["text"]


def test_files_that_are_right_are_left_alone(tmp_path: Path) -> None:
    first = cases.load(folder(tmp_path), tmp_path / "cache")
    times = {path: path.stat().st_mtime_ns for path in first.folder.iterdir()}
    cases.load(folder(tmp_path), tmp_path / "cache")
    assert {path: path.stat().st_mtime_ns for path in first.folder.iterdir()} == times


def test_a_folder_without_questions_is_named(tmp_path: Path) -> None:
    with pytest.raises(cases.Unusable, match=r"docs.jsonl and questions.jsonl"):
        cases.load(tmp_path, tmp_path / "cache")


def test_the_seeds_keep_their_offsets(tmp_path: Path) -> None:
    found = cases.load(None, tmp_path)
    texts = {path.name: path.read_bytes().decode() for path in found.folder.glob("*.txt")}
    assert len(found.cases) > 180
    for case in found.cases:
        for gold in case.evidence:
            assert texts[gold.document][gold.start : gold.end] == gold.quote
        assert set(case.gold_docs) <= set(found.names)


def test_evidence_is_found_in_every_gold_document_and_widened_to_sentences() -> None:
    texts = {"one": "First. The answer is  Paris. End.", "two": "Paris again. A parish."}
    sentences = {"one": [(0, 6), (7, 28), (29, 33)], "two": [(0, 12), (13, 22)]}
    case = Case(
        "q", "Where?", "fact", True, ("Paris",), ("one", "two"), (Gold("", "Paris"), Gold("", "answer is Paris"))
    )
    found = cases.locate(case, texts, sentences)
    assert [gold.place for gold in found.evidence][:2] == [("one", 7, 28), ("two", 0, 12)]
    assert ("two", 13, 22) not in [gold.place for gold in found.evidence]


def test_evidence_that_is_nowhere_is_dropped() -> None:
    case = Case("q", "Where?", "fact", True, ("Rome",), ("one",), (Gold("", "Rome"),))
    assert cases.locate(case, {"one": "Paris."}, {"one": [(0, 6)]}).evidence == ()


def test_answers_given_as_evidence_are_alternatives_and_sentences_are_not() -> None:
    same = cases.cases([ROW | {"evidence": ["Paris", "Paris"]}], str)[0]
    apart = cases.cases([ROW | {"evidence": ["First one.", "The answer is Paris."]}], str)[0]
    assert [gold.groups for gold in same.evidence] == [(1,), (1,)]
    assert [gold.groups for gold in apart.evidence] == [(1,), (2,)]


def test_history_becomes_pairs() -> None:
    turns = [{"role": "user", "text": "a"}, {"role": "assistant", "text": "b"}, {"role": "user", "text": "c"}]
    assert cases.pairs(turns) == (("a", "b"), ("c", ""))


def test_scope_is_mapped_like_the_documents() -> None:
    assert cases.cases([ROW | {"scope": ["a/b"]}], cases.file_name)[0].scope == (cases.file_name("a/b"),)


def test_several_right_answers_of_a_conflict_are_its_sides() -> None:
    case = cases.cases([ROW | {"type": "conflict", "answers": ["Paris", "Rome"]}], str)[0]
    assert case.sides == (("Paris",), ("Rome",))
    assert cases.cases([ROW | {"answers": ["Paris", "paris"]}], str)[0].sides == ()


def test_a_long_answer_is_not_looked_for_word_by_word() -> None:
    assert not Case("q", "", "fact", True, ("Paris", "a " + "word " * 20)).long
    assert Case("q", "", "fact", True, ("word " * 20,)).long


def test_a_sample_is_the_same_for_the_same_seed_and_keeps_the_order() -> None:
    many = [Case(str(i), "", "fact" if i % 2 else "when", True, split="dev") for i in range(50)]
    one, two = (cases.choose(many, limit=10, seed=3) for _ in range(2))
    assert one == two != cases.choose(many, limit=10, seed=4)
    assert [int(case.id) for case in one] == sorted(int(case.id) for case in one)
    assert {case.kind for case in cases.choose(many, kinds=["when"])} == {"when"}
    assert cases.choose(many, split="test") == []


def test_control_characters_in_a_document_become_spaces_at_their_places(tmp_path: Path) -> None:
    cases.write_documents([{"id": "a", "text": "one\x00two\x1b\nthree"}], tmp_path)
    assert (tmp_path / cases.file_name("a")).read_text() == "one two \nthree"
