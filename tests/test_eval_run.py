"""A run can be killed and goes on, keeps errors apart, scores replies as documented, and compares fairly."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eval import __main__ as command
from eval import claims, report, score
from eval.adapter import Corpus
from eval.cases import Case, Gold, History, Unusable
from eval.run import Log, run
from eval.systems import Given, LlamaIndex, System, statements
from qa.testing import HashEmbedder
from qa.types import Document

CASES = [Case(f"q{i}", f"Question {i}?", "fact", True, (f"answer {i}",)) for i in range(6)]
TEXT = "Paris is here. Rome is there."
DOCUMENTS = {"d": SimpleNamespace(text=TEXT, title="", date="2023-12-06")}
PARIS, ROME = ("d", 0, 14), ("d", 15, 29)
WHERE = Case("w", "Where?", "fact", True, ("Paris",), ("d",), (Gold("d", "", (1,), 0, 14),))
NONE = Case("n", "Why?", "near_miss", False)


@dataclass
class Scripted:
    """Says `answer N` to question N; stops the process at `die`, fails at `fail`."""

    name: str = "ours"
    rewrites: bool = True
    die: str = ""
    fail: str = ""
    asked: list[tuple[str, History]] = field(default_factory=list)

    def ask(self, case: Case, history: History) -> Given:
        if case.id == self.die:
            raise SystemExit
        self.asked.append((case.question, history))
        if case.id == self.fail:
            raise RuntimeError("out of memory")
        return Given(text=f"answer {case.id[1:]}", ranked=["d"], chosen=[PARIS], seconds={"total": 0.1})


def going(system: System) -> dict[str, Callable[[], System]]:
    return {system.name: lambda: system}


def cited(*places: tuple[str, int, int], text: str = "", **more: Any) -> Given:
    citations = [(n, p[0], p[1], p[2], TEXT[p[1] : p[2]]) for n, p in enumerate(places, 1)]
    said = [(text or quote, [n]) for n, _, _, _, quote in citations]
    return Given(text=" ".join(t for t, _ in said), citations=citations, statements=said, **more)


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    with pytest.raises(SystemExit):
        run(CASES, going(Scripted(die="q3")), Log(path, {"seed": 0}, resume=False))
    with path.open("a") as file:
        file.write('{"system": "ours", "case": "q3", "giv')  # the line that the kill cut short
    second = Scripted()
    results = run(CASES, going(second), Log(path, {"seed": 0}, resume=True))
    assert [question for question, _ in second.asked] == ["Question 3?", "Question 4?", "Question 5?"]
    assert [results["ours", f"q{i}", "none"].given.text for i in range(6)] == [f"answer {i}" for i in range(6)]  # type: ignore[union-attr]


def test_a_run_with_other_settings_does_not_go_on(tmp_path: Path) -> None:
    Log(tmp_path / "a.jsonl", {"model": "quote"}, resume=False)
    with pytest.raises(Unusable, match="model was 'quote', is 'local'"):
        Log(tmp_path / "a.jsonl", {"model": "local"}, resume=True)


def test_a_new_run_keeps_the_old_replies_beside_it(tmp_path: Path) -> None:
    run(CASES, going(Scripted()), Log(tmp_path / "a.jsonl", {}, resume=False))
    assert Log(tmp_path / "a.jsonl", {}, resume=False).results() == {}
    assert len((tmp_path / "a.old.jsonl").read_text().splitlines()) == 7


def test_errors_are_listed_apart_asked_again_and_never_scored(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    results = run(CASES, going(Scripted(fail="q2")), Log(path, {}, resume=False))
    scored = score.score(CASES, results, DOCUMENTS)
    assert [(error.case, error.error) for error in scored.errors] == [("q2", "RuntimeError: out of memory")]
    figure = score.figures(scored, "ours")["right"]
    assert (figure.value, figure.n) == (1.0, 5)
    healed = score.score(CASES, run(CASES, going(Scripted()), Log(path, {}, resume=True)), DOCUMENTS)
    assert healed.errors == [] and score.figures(healed, "ours")["right"].n == 6


def test_dialogues_run_with_own_earlier_answers_and_with_the_given_ones(tmp_path: Path) -> None:
    turn = Case("q9", "And he?", "follow_up", True, ("answer 9",), history=(("Question 1?", "reference"),))
    system = Scripted()
    results = run([CASES[1], turn], going(system), Log(tmp_path / "a.jsonl", {}, resume=False))
    assert system.asked == [
        ("Question 1?", ()),
        ("And he?", (("Question 1?", "answer 1"),)),
        ("And he?", (("Question 1?", "reference"),)),
    ]
    scored = score.score([CASES[1], turn], results, DOCUMENTS)
    assert len(scored.rows["ours"]) == 2 and len(scored.reference) == 1
    assert {"follow_up_own", "follow_up_given"} <= score.figures(scored, "ours").keys()


@pytest.mark.parametrize(
    ("case", "given", "outcome", "stage"),
    [
        (WHERE, cited(PARIS, passages=[PARIS], chosen=[PARIS]), "right", ""),
        (WHERE, cited(ROME, passages=[ROME], chosen=[ROME]), "wrong", "not retrieved"),
        (WHERE, cited(ROME, passages=[PARIS], chosen=[ROME]), "wrong", "retrieved, not chosen"),
        (WHERE, cited(ROME, passages=[PARIS], chosen=[ROME, PARIS]), "wrong", "chosen, not said"),
        (WHERE, cited(ROME, text="In Paris", passages=[PARIS], chosen=[PARIS]), "right", "said, not cited"),
        (WHERE, Given(answered=False, passages=[PARIS], chosen=[PARIS]), "refused wrongly", "refused wrongly"),
        (NONE, cited(ROME), "answered what is not there", "answered what is not there"),
        (NONE, Given(answered=False), "rightly refused", ""),
    ],
)
def test_the_first_step_that_failed_is_named(case: Case, given: Given, outcome: str, stage: str) -> None:
    assert (score.outcome(case, given), score.stage(case, given)) == (outcome, stage)


def test_a_citation_that_is_not_at_its_offsets_is_invalid() -> None:
    good = cited(PARIS)
    moved = replace(good, citations=[(1, "d", 1, 15, "Paris is here.")])
    dangling = replace(good, statements=[("Paris is here.", [1, 2])])
    assert [score.marks(WHERE, one, DOCUMENTS)["valid"] for one in (good, moved, dangling)] == [(1, 1), (0, 1), (1, 2)]


def test_both_sides_of_a_conflict_must_be_stated_and_cited() -> None:
    case = replace(WHERE, sides=(("Paris",), ("Rome",)))
    both, said = score.marks(case, cited(PARIS, ROME), DOCUMENTS), cited(PARIS, text="Paris, or Rome")
    assert both["sides_cited"] == both["complete"] == (1, 1)
    half = score.marks(case, said, DOCUMENTS)
    assert (half["sides_stated"], half["sides_cited"], half["sides_recalled"]) == ((1, 1), (0, 1), (1, 2))


def test_a_disagreement_shown_counts_for_where_there_is_one_and_against_where_none_is_known() -> None:
    quiet, flagged = cited(PARIS), replace(cited(PARIS), conflicts=1)
    case = replace(WHERE, sides=(("Paris",),), wrong_answers=("Rome",))
    assert [score.marks(case, given, DOCUMENTS)["flagged"] for given in (quiet, flagged)] == [(0, 1), (1, 1)]
    assert "flagged" not in score.marks(replace(case, wrong_answers=()), flagged, DOCUMENTS)
    one_right = replace(WHERE, kind="conflict", wrong_answers=("Rome",))
    assert score.marks(one_right, flagged, DOCUMENTS)["flagged"] == (1, 1)
    marks = [score.marks(WHERE, given, DOCUMENTS)["flagged_wrongly"] for given in (quiet, flagged)]
    assert marks == [(0, 1), (1, 1)]


def test_refusals_are_counted_as_precision_and_recall() -> None:
    refused, kept = Given(answered=False), cited(PARIS)
    marks = [score.marks(c, g, DOCUMENTS) for c, g in ((WHERE, refused), (NONE, refused), (NONE, kept), (WHERE, kept))]

    def value(name: str) -> float:
        return score.metrics.ratio([one[name] for one in marks if name in one]).value

    assert (value("refusal_precision"), value("refusal_recall"), value("refusal_f1")) == (0.5, 0.5, 0.5)
    assert (value("near_miss"), value("false_refusal")) == (0.5, 0.5)


def test_a_long_answer_is_right_when_gold_evidence_is_cited() -> None:
    case = replace(WHERE, answers=("word " * 20,))
    assert score.right(case, cited(PARIS)) and not score.right(case, cited(ROME))


def rows(*rights: float) -> dict[str, dict[str, tuple[float, float]]]:
    return {f"q{i}": {"right": (right, 1.0)} for i, right in enumerate(rights)}


def test_a_difference_inside_the_noise_is_called_that() -> None:
    small, large = (
        score.compare(rows(1, 1, 0, 0), rows(0, 0, 0, 0))[0],
        score.compare(rows(*[1] * 9), rows(*[0] * 9))[0],
    )
    assert (small.verdict, small.won, small.lost) == ("inside the noise", 2, 0)
    assert large.verdict == "better" and large.p == pytest.approx(2 / 2**9)
    assert "inside the noise" in report.told(small)


def test_the_gate_names_what_turned_wrong_and_fails_only_beyond_noise() -> None:
    assert command.worse(rows(1, 0, 1), rows(1, 1, 1)) == ["  turned wrong: q1"]
    fallen = command.worse(rows(*[0] * 9), rows(*[1] * 9))
    assert fallen[0].startswith("Right (answers and refusals): worse, -100.0 points") and len(fallen) == 10


def test_an_answer_with_markers_is_cut_into_statements() -> None:
    assert statements("Water is wet [2], they say. Sky is red [1][3].\nNo source.") == [
        ("Water is wet, they say.", [2]),
        ("Sky is red.", [1, 3]),
        ("No source.", []),
    ]
    assert statements("It fell. [1] It rose.") == [("It fell.", [1]), ("It rose.", [])]


def small_set(tmp_path: Path) -> Path:
    data = tmp_path / "towns"
    data.mkdir()
    documents = [
        {
            "id": "bridge#1",
            "title": "Bridge",
            "text": "The old bridge was built in 1902. Mayor Adeyemi closed it on Monday.",
        },
        {"id": "bees", "title": "Bees", "text": "Honeybees can count to four. The <b>team</b> of Osei reports it."},
    ]
    question = {"answers": ["1902"], "gold_docs": ["bridge#1"], "evidence": ["The old bridge was built in 1902."]}
    asked = [
        {"id": "a", "question": "When was the old bridge built?", "type": "fact", "answerable": True} | question,
        {"id": "b", "question": "Who painted <script>alert(1)</script>?", "type": "off_topic", "answerable": False},
    ]
    (data / "docs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in documents))
    (data / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in asked))
    return data


@pytest.mark.disable_socket
def test_all_systems_run_offline_into_one_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "OUT", tmp_path / "out")
    systems = ("ours", "llamaindex", "bm25", "dense")
    plan = command.Plan(small_set(tmp_path), "quote", "", (), 0, 0, systems, "", tmp_path / "result", False)
    result, scored = command.evaluate(plan, HashEmbedder())
    assert result["errors"] == [] and list(result["systems"]) == list(systems)
    assert result["meta"]["corpus"] and result["meta"]["embedder"] == "hash-64"
    for system in systems:
        assert len(scored.rows[system]) == 2
        assert result["systems"][system]["figures"]["document_hit@1"].value == 1
    assert result["systems"]["bm25"]["figures"]["valid"].value == 1
    saved = json.loads((tmp_path / "result/report.json").read_text())
    assert (
        score.compare(saved["systems"]["bm25"]["rows"], saved["systems"]["bm25"]["rows"])[0].verdict
        == "inside the noise"
    )
    page = (tmp_path / "result/report.html").read_text()
    assert page.count("<svg") == 4 and "http://" not in page.replace("http://www.w3.org", "")
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


@pytest.mark.parametrize(
    ("reply", "answered", "cited"),
    [
        ("It was built in 1902 [1]. Bees count [9].", True, True),
        ("None of the sources are helpful.", False, False),
        ("In 1902.", True, False),
    ],
)
def test_the_citations_of_llamaindex_lead_to_the_text(reply: str, answered: bool, cited: bool) -> None:
    from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata

    class Told(CustomLLM):
        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata()

        def complete(self, prompt: str, formatted: bool = False, **more: Any) -> CompletionResponse:
            return CompletionResponse(text=reply)

        def stream_complete(self, prompt: str, formatted: bool = False, **more: Any) -> Any:
            raise NotImplementedError

    text = "--- head\nThe old bridge was built in 1902. Mayor Adeyemi closed it."
    documents: Any = {"d": Document("d", text, "Bridge", body=9)}
    given = LlamaIndex(Corpus(documents, []), HashEmbedder(), Told()).ask(WHERE, ())
    assert (given.text, given.answered) == (reply, answered)
    assert [(document, start, end) for _, document, start, end, _ in given.citations] == [("d", 9, len(text))] * cited
    assert len(given.statements) == reply.count(".")
    assert score.marks(WHERE, given, documents).get("valid", (0, 0)) == ((1, 2) if cited else (0, 0))


def test_claims_are_seen_and_told_apart(tmp_path: Path) -> None:
    data = tmp_path / "claims"
    data.mkdir()
    page = {"id": "p", "title": "", "text": "", "sentences": ["The bridge was built in 1902.", "It is red."]}
    said = [("The bridge was built in 1902.", "supported"), ("The bridge fell in 1950.", "not_supported")]
    asked = [
        {"id": str(i), "question": text, "type": kind, "gold_docs": ["p"], "supporting_sentences": []}
        for i, (text, kind) in enumerate(said)
    ]
    (data / "docs.jsonl").write_text(json.dumps(page) + "\n")
    (data / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in asked))
    assert claims.is_claims(data) and not claims.is_claims(None)
    for found in claims.report(claims.load(data)).values():
        assert found["AUROC, supported against not supported"].value == 1
        assert found["supported claims let through"].value == 1
        assert found["unsupported claims let through"].value == 0
