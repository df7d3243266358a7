"""The known question-answer pairs over the seed articles hold what their documentation says."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"
ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in (ROOT / "eval/data/seeds.jsonl").read_text(encoding="utf-8").splitlines()
]
BY_ID = {row["id"]: row for row in ROWS}
REQUIRED = {"id", "question", "answers", "gold_docs", "evidence", "answerable", "history", "type", "split"}
OPTIONAL = {"dialogue", "turn", "paraphrase_of", "sides", "parts", "wrong_answers", "language", "inferred", "note"}
MINIMUM = {
    "fact": 30,
    "who_said": 15,
    "when": 12,
    "how_many": 8,
    "multi": 12,
    "spelling": 8,
    "conflict": 12,
    "mistake": 4,
    "false_premise": 15,
    "near_miss": 45,
    "off_topic": 15,
    "follow_up": 20,
    "paraphrase": 20,
    "typo": 10,
    "language": 6,
}


def text_of(document: str) -> str:
    with open(SEEDS / document, encoding="utf-8", newline="") as file:
        return file.read()


TEXTS = {path.name: text_of(path.name) for path in SEEDS.glob("*.txt")}


def holds(strings: list[str], row: dict[str, Any]) -> bool:
    quotes = [item["quote"].casefold() for item in row["evidence"]]
    return any(string.casefold() in quote for string in strings for quote in quotes)


def test_ids_and_questions_are_unique() -> None:
    assert len(BY_ID) == len(ROWS)
    asked = Counter((row["question"].casefold(), json.dumps(row["history"])) for row in ROWS)
    assert asked.most_common(1)[0][1] == 1


def test_every_row_has_the_documented_keys() -> None:
    for row in ROWS:
        assert row.keys() >= REQUIRED, row["id"]
        assert row.keys() <= REQUIRED | OPTIONAL, row["id"]
        assert row["type"] in MINIMUM, row["id"]
        assert row["split"] in {"dev", "test"}, row["id"]
        assert set(row["gold_docs"]) <= TEXTS.keys(), row["id"]


def test_every_quote_is_at_its_offsets() -> None:
    for row in ROWS:
        for item in row["evidence"]:
            found = TEXTS[item["document"]][item["start"] : item["end"]]
            assert found == item["quote"] == item["quote"].strip() != "", row["id"]


def test_every_quote_is_a_whole_sentence() -> None:
    for row in ROWS:
        for item in row["evidence"]:
            if item["quote"].startswith("date "):
                continue
            text = TEXTS[item["document"]]
            before, after = text[: item["start"]], text[item["end"] :]
            follows_date = before.startswith(" date ") and len(before) == len(" date 2023-12-06 ")
            assert not before or before[-1] == "\n" or before[-2:] in {". ", "” "} or follows_date, row["id"]
            assert not after or after[0].isspace(), row["id"]
            assert item["quote"][-1] in ".”" or text[item["end"]] == "\n", row["id"]


def test_answerable_rows_have_answers_and_unanswerable_rows_have_none() -> None:
    for row in ROWS:
        assert bool(row["answers"]) == bool(row["evidence"]) == row["answerable"], row["id"]
        assert len(set(row["answers"])) == len(row["answers"]), row["id"]
        assert not set(row["answers"]) & set(row.get("wrong_answers", [])), row["id"]


def test_an_accepted_answer_is_in_the_evidence() -> None:
    for row in ROWS:
        if row["answerable"] and not row.get("inferred"):
            assert holds(row["answers"], row), row["id"]


def test_every_side_and_every_part_is_in_the_evidence() -> None:
    for row in ROWS:
        for strings in row.get("sides", []) + row.get("parts", []):
            assert holds(strings, row), (row["id"], strings)
        assert len(row.get("sides", [0, 0])) > 1, row["id"]


@pytest.mark.parametrize("kind", ["conflict", "mistake"])
def test_disagreements_name_their_sides(kind: str) -> None:
    assert all("sides" in row for row in ROWS if row["type"] == kind)


def test_roles_say_which_sentences_are_needed() -> None:
    for row in ROWS:
        members = Counter(group for item in row["evidence"] for group in item["groups"])
        assert sorted(members) == list(range(1, len(members) + 1)), row["id"]
        for item in row["evidence"]:
            alone = any(members[group] == 1 for group in item["groups"])
            assert item["role"] == ("needed" if alone else "either"), row["id"]


def test_gold_documents_are_those_of_the_evidence() -> None:
    for row in ROWS:
        if row["answerable"]:
            assert set(row["gold_docs"]) == {item["document"] for item in row["evidence"]}, row["id"]
        elif row["type"] == "off_topic":
            assert row["gold_docs"] == [], row["id"]
        elif row["type"] == "near_miss":
            assert row["gold_docs"], row["id"]


def test_each_kind_has_enough_rows() -> None:
    counts = Counter(row["type"] for row in ROWS)
    assert len(ROWS) >= 190
    assert {kind: count for kind, count in MINIMUM.items() if counts[kind] < count} == {}
    assert counts["paraphrase"] + counts["typo"] >= 30


def test_every_seed_article_is_gold_for_many_questions() -> None:
    counts = Counter(document for row in ROWS if row["answerable"] for document in row["gold_docs"])
    assert set(counts) == set(TEXTS)
    assert min(counts.values()) >= 20


def test_the_splits_are_halves_of_every_kind() -> None:
    halves: dict[str, Counter[str]] = defaultdict(Counter)
    for row in ROWS:
        halves[row["type"]][row["split"]] += 1
    assert {kind: count for kind, count in halves.items() if abs(count["dev"] - count["test"]) > 2} == {}
    total = sum(halves.values(), Counter())
    assert abs(total["dev"] - total["test"]) <= 4


def test_a_rewording_shares_the_split_and_the_evidence_of_its_question() -> None:
    reworded = [row for row in ROWS if row["type"] in {"paraphrase", "typo", "language"}]
    for row in reworded:
        base = BY_ID[row["paraphrase_of"]]
        assert row["split"] == base["split"], row["id"]
        assert row["evidence"] == base["evidence"], row["id"]
        assert set(base["answers"]) <= set(row["answers"]), row["id"]


def test_questions_with_the_same_answer_in_the_same_sentence_share_a_split() -> None:
    seen: dict[tuple[str, int, str], str] = {}
    for row in ROWS:
        if row["type"] in {"conflict", "mistake", "multi"}:
            continue
        for item in row["evidence"]:
            for answer in row["answers"]:
                key = (item["document"], item["start"], answer.casefold())
                assert seen.setdefault(key, row["split"]) == row["split"], row["id"]


def test_dialogues_are_complete_and_each_turn_has_the_earlier_ones_as_history() -> None:
    dialogues: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    for row in ROWS:
        assert ("dialogue" in row) == ("turn" in row), row["id"]
        assert row["type"] != "follow_up" or row["turn"] > 1, row["id"]
        if "dialogue" in row:
            dialogues[row["dialogue"]][row["turn"]] = row
    for name, turns in dialogues.items():
        assert sorted(turns) == list(range(1, len(turns) + 1)), name
        assert len({row["split"] for row in turns.values()}) == 1, name
        for number, row in turns.items():
            asked = [turns[earlier]["question"] for earlier in range(1, number)]
            assert [turn["text"] for turn in row["history"] if turn["role"] == "user"] == asked, row["id"]
            assert [turn["role"] for turn in row["history"]] == ["user", "assistant"] * (number - 1), row["id"]
