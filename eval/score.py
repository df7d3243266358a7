"""From replies to figures: what each reply scored, what went wrong where, and the figures over all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from eval import metrics
from eval.cases import Case
from eval.metrics import Figure, Pair, Place
from eval.run import Key, Result, main_rows
from eval.systems import Given

Marks = dict[str, Pair]
OFF_TOPIC = frozenset({"off_topic", "unanswerable_off"})
DISPUTED = frozenset({"conflict", "mistake"})
NEAR_MISS = frozenset({"near_miss", "unanswerable_near", "unanswerable"})
ENOUGH = 0.7  # share of a statement's content words that its citations must hold
BEFORE = 300  # characters before a cited sentence in which its names may be explained
COMPARED = ("right", "sentence_hit@1", "sentence_hit@5", "ndcg@10", "contains", "f1", "rouge_l", "complete",
            "answer_bearing", "evidence_f1", "citation_recall", "citation_precision")  # fmt: skip

# Name → (what a reader sees, group). Shares unless the group is "length" or "speed"; definitions: eval/README.md
LABELS: dict[str, tuple[str, str]] = {
    "right": ("Right (answers and refusals)", "answer"),
    "contains": ("Reply contains an accepted answer", "answer"),
    "words": ("Words of a reply, mean", "length"),
    "exact_match": ("Exact match", "answer"),
    "f1": ("Token F1", "answer"),
    "rouge_l": ("ROUGE-L, long form", "answer"),
    "complete": ("All parts or sides stated", "answer"),
    "stated_wrong": ("States a known wrong answer", "answer"),
    "document_hit@1": ("Document hit@1", "retrieval"),
    "document_hit@5": ("Document hit@5", "retrieval"),
    "recall@5": ("Document recall@5", "retrieval"),
    "recall@10": ("Document recall@10", "retrieval"),
    "ndcg@10": ("nDCG@10, documents", "retrieval"),
    "mrr@10": ("MRR@10, documents", "retrieval"),
    "sentence_hit@1": ("Evidence sentence hit@1", "retrieval"),
    "sentence_hit@3": ("Evidence sentence hit@3", "retrieval"),
    "sentence_hit@5": ("Evidence sentence hit@5", "retrieval"),
    "valid": ("Citations at their offsets", "citation"),
    "citation_recall": ("ALCE citation recall", "citation"),
    "citation_precision": ("ALCE citation precision", "citation"),
    "answer_bearing": ("Cited text contains the answer", "citation"),
    "evidence_f1": ("Cited text against gold evidence, F1", "citation"),
    "refusal_precision": ("Refusal precision", "refusal"),
    "refusal_recall": ("Refusal recall", "refusal"),
    "refusal_f1": ("Refusal F1", "refusal"),
    "near_miss": ("Near misses refused", "refusal"),
    "off_topic": ("Off-topic refused", "refusal"),
    "false_refusal": ("Answerable but refused", "refusal"),
    "auroc": ("AUROC of the confidence, answerable or not", "refusal"),
    "aurc": ("Area under risk-coverage (lower is better)", "refusal"),
    "sides_stated": ("Conflicts: both sides stated", "conflict"),
    "sides_cited": ("Conflicts: both sides stated and cited", "conflict"),
    "sides_recalled": ("Conflicts: sides in a cited quote, of all", "conflict"),
    "flagged": ("Conflicts: a disagreement shown", "conflict"),
    "flagged_wrongly": ("A disagreement shown where none is known", "conflict"),
    "follow_up_own": ("Follow-ups right, own earlier answers", "follow-up"),
    "follow_up_given": ("Follow-ups right, reference answers given", "follow-up"),
    "tokens_per_second": ("Tokens a second while writing, about", "speed"),
    "memory": ("Peak memory of the process, GB", "speed"),
}
Known = Callable[[Place], str]


def context(documents: Mapping[str, Any]) -> Known:
    """What may explain a cited place: the text just before it, and the document's date and title."""

    def known(place: Place) -> str:
        one = documents[place[0]]
        when = one.date or ""
        spoken = f"{date.fromisoformat(when):%d %B %Y}".lstrip("0") if len(when) == 10 else when
        return f"{one.title} {spoken} {one.text[max(0, place[1] - BEFORE) : place[1]]}"

    return known


def supporter(known: str = "") -> metrics.Supports:
    """The default judge of ALCE's metrics: `metrics.carried` beyond a threshold."""
    return lambda statement, texts: metrics.carried(statement, " ".join(texts), known) >= ENOUGH


def marks(case: Case, given: Given, documents: Mapping[str, Any], judge: metrics.Supports | None = None) -> Marks:
    """What one reply scored, as (what counts, out of how much); a metric that does not apply is absent.

    Args:
        case: with its evidence located.
        documents: by id, with text, title and date.
        judge: whether texts support a statement; `metrics.carried` when not given.
    """
    scored = _refusal(case, given) | {"right": _one(right(case, given)), "forced": _one(forced(case, given, documents))}
    if case.answerable:
        scored |= _retrieval(case, given) | _answer(case, given) | _sides(case, given)
    return scored | (_citations(case, given, documents, judge) if given.answered else {})


def right(case: Case, given: Given) -> bool:
    """A refusal of what has no answer; a reply that contains an accepted answer; where answers are long, a reply that
    cites the gold evidence, or where there is none, a gold document."""
    if not case.answerable or not given.answered:
        return case.answerable == given.answered
    return _cites_gold(case, given) if case.long else metrics.contains(metrics.plain(given.text), case.answers)


def forced(case: Case, given: Given, documents: Mapping[str, Any]) -> bool:
    """Whether it would be right had it answered all the same: in place of a refusal, its best evidence sentence."""
    if given.answered or not case.answerable:
        return case.answerable and right(case, given)
    best = (given.chosen or given.passages)[:1]
    if case.long:
        return _among(case, best)
    return any(metrics.contains(documents[place[0]].text[place[1] : place[2]], case.answers) for place in best)


def _one(value: float) -> Pair:
    return float(value), 1.0


def _places(given: Given) -> list[Place]:
    return [(document, start, end) for _, document, start, end, _ in given.citations]


def _flat(case: Case) -> list[Place]:
    return [gold.place for gold in case.evidence]


def _cites_gold(case: Case, given: Given) -> bool:
    return _among(case, _places(given))


def _among(case: Case, places: Sequence[Place]) -> bool:
    """Whether one of some places is gold: a sentence where those are known, else a document."""
    if case.evidence:
        return any(metrics.touches(place, _flat(case)) for place in places)
    return any(place[0] in case.gold_docs for place in places)


def _retrieval(case: Case, given: Given) -> Marks:
    found: Marks = {}
    if case.gold_docs:
        ranked, gold = given.ranked, case.gold_docs
        found = {f"document_hit@{k}": _one(metrics.hit_at(k, ranked, gold)) for k in (1, 5)}
        found |= {f"recall@{k}": _one(metrics.recall_at(k, ranked, gold)) for k in (5, 10)}
        found |= {"ndcg@10": _one(metrics.ndcg_at(10, ranked, gold)), "mrr@10": _one(metrics.mrr_at(10, ranked, gold))}
    if case.evidence and given.chosen is not None:
        hits = [metrics.touches(place, _flat(case)) for place in given.chosen]
        found |= {f"sentence_hit@{k}": _one(any(hits[:k])) for k in (1, 3, 5)}
    return found


def _answer(case: Case, given: Given) -> Marks:
    text = metrics.plain(given.text) if given.answered else ""
    found: Marks = {"words": _one(len(text.split()))} if given.answered else {}
    if case.answers and case.long:
        found["rouge_l"] = _one(metrics.rouge_l(text, case.answers))
    elif case.answers:
        found["contains"] = _one(metrics.contains(text, case.answers))
        found["exact_match"] = _one(metrics.exact_match(text, case.answers))
        found["f1"] = _one(metrics.token_f1(text, case.answers))
    wanted = case.sides or case.parts
    if wanted:
        found["complete"] = _one(all(metrics.contains(text, one) for one in wanted))
    if case.wrong_answers:
        wrong = metrics.contains(text, case.wrong_answers) and not metrics.contains(text, case.answers)
        found["stated_wrong"] = _one(wrong)
    return found


def _sides(case: Case, given: Given) -> Marks:
    shown = _one(bool(given.conflicts))
    disputed = bool(case.sides) or (case.kind in DISPUTED and bool(case.wrong_answers))
    if not disputed:
        return {"flagged_wrongly": shown} if given.answered and case.answerable else {}
    if not case.sides:
        return {"flagged": shown}
    text, quotes = metrics.plain(given.text) if given.answered else "", [quote for *_, quote in given.citations]
    stated = [metrics.contains(text, side) for side in case.sides]
    cited = [any(metrics.contains(quote, side) for quote in quotes) for side in case.sides]
    found: Marks = {"sides_stated": _one(all(stated)), "sides_cited": _one(all(stated) and all(cited))}
    found["sides_recalled"] = (float(sum(map(min, stated, cited))), float(len(case.sides)))
    if len(case.sides) > 1 or case.wrong_answers:
        found["flagged"] = shown
    return found


def _refusal(case: Case, given: Given) -> Marks:
    refused, no_answer = not given.answered, not case.answerable
    both, either = float(refused and no_answer), float(refused) + float(no_answer)
    found: Marks = {"refusal_f1": (2 * both, either)} if either else {}
    found |= {"refusal_precision": (both, 1.0)} if refused else {}
    found |= {"refusal_recall": (both, 1.0)} if no_answer else {"false_refusal": _one(refused)}
    for name, kinds in (("near_miss", NEAR_MISS), ("off_topic", OFF_TOPIC)):
        if no_answer and case.kind in kinds:
            found[name] = (both, 1.0)
    return found


def _citations(case: Case, given: Given, documents: Mapping[str, Any], judge: metrics.Supports | None) -> Marks:
    by_number = {number: ((document, start, end), quote) for number, document, start, end, quote in given.citations}
    valid = [documents[p[0]].text[p[1] : p[2]] == quote and bool(quote) for p, quote in by_number.values()]
    used = [n for _, numbers in given.statements for n in numbers]
    found: Marks = {"valid": (float(sum(valid)), float(len(valid) + len({n for n in used if n not in by_number})))}
    known = context(documents)
    recall, precision = np.zeros(2), np.zeros(2)
    for text, numbers in given.statements:
        cited = [by_number[n] for n in numbers if n in by_number]
        supports = judge or supporter(" ".join(known(place) for place, _ in cited))
        one = [(text, [quote for _, quote in cited])]
        recall += metrics.citation_recall(one, supports)
        precision += metrics.citation_precision(one, supports)
    found["citation_recall"] = (float(recall[0]), float(recall[1]))
    found["citation_precision"] = (float(precision[0]), float(precision[1]))
    if case.answerable and case.answers and not case.long:
        found["answer_bearing"] = _one(any(metrics.contains(quote, case.answers) for _, quote in by_number.values()))
    if case.evidence:
        found["evidence_f1"] = _one(metrics.evidence_f1(_places(given), case.groups))
    return found


def outcome(case: Case, given: Given) -> str:
    """How a reply ended, in words."""
    if right(case, given):
        return "right" if case.answerable else "rightly refused"
    if not case.answerable:
        return "answered what is not there"
    return "wrong" if given.answered else "refused wrongly"


def stage(case: Case, given: Given) -> str:
    """The first step at which a reply went wrong; empty for a good one."""
    fine = right(case, given)
    if not case.answerable:
        return "" if fine else "answered what is not there"
    bearing = any(metrics.contains(quote, case.answers) for *_, quote in given.citations)
    if fine:
        return "" if bearing or _cites_gold(case, given) else "said, not cited"
    if not _among(case, given.passages) and not _among(case, given.chosen or ()):
        return "not retrieved"
    if given.chosen is not None and not _among(case, given.chosen):
        return "retrieved, not chosen"
    return "chosen, not said" if given.answered else "refused wrongly"


class Row(NamedTuple):
    """A case, a reply to it, and what that scored."""

    case: Case
    result: Result
    given: Given
    marks: Marks


@dataclass
class Scored:
    """Everything that was scored: the rows of the main figures, follow-ups with reference answers, and the errors."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    reference: list[Row] = field(default_factory=list)
    errors: list[Result] = field(default_factory=list)


def score(
    cases: Iterable[Case],
    results: Mapping[Key, Result],
    documents: Mapping[str, Any],
    judge: metrics.Supports | None = None,
) -> Scored:
    """Scores every reply. Errors are kept apart: they count in no figure."""
    by_id, main = {case.id: case for case in cases}, main_rows(results)
    scored = Scored({key[0]: [] for key in results})
    for key, result in results.items():
        case = by_id.get(result.case)
        if case is None:
            continue
        if result.given is None:
            scored.errors.append(result)
            continue
        row = Row(case, result, result.given, marks(case, result.given, documents, judge))
        (scored.rows[result.system] if key in main else scored.reference).append(row)
    return scored


def figures(scored: Scored, system: str) -> dict[str, Figure]:
    """Every figure of one system that has rows to stand on."""
    rows = scored.rows.get(system, [])
    found = {name: metrics.ratio([row.marks[name] for row in rows if name in row.marks]) for name in LABELS}
    followed = [row.marks["right"] for row in rows if row.case.history]
    found["follow_up_own" if system == "ours" else "follow_up_given"] = metrics.ratio(followed)
    if system == "ours":
        found["follow_up_given"] = metrics.ratio([row.marks["right"] for row in scored.reference])
    sure = [row.given.confidence for row in rows]
    held = [c for row, c in zip(rows, sure, strict=True) if row.case.answerable]
    found["auroc"] = metrics.separation(held, [c for r, c in zip(rows, sure, strict=True) if not r.case.answerable])
    found["aurc"] = _aurc(*risks(rows))
    found["tokens_per_second"] = metrics.ratio([pair for row in rows if (pair := _rate(row.given))[1]])
    peak = max((row.result.memory for row in rows), default=0) / 1e9
    found["memory"] = Figure(peak, peak, peak, len(rows))
    return {name: figure for name, figure in found.items() if figure.n and not math.isnan(figure.value)}


def risks(rows: Sequence[Row]) -> tuple[list[float], list[float]]:
    """The confidence of each row, and 1 where an answer is or would be wrong: every row as if it were answered."""
    return [row.given.confidence for row in rows], [1 - row.marks["forced"][0] for row in rows]


def _aurc(sure: Sequence[float], wrong: Sequence[float]) -> Figure:
    if not sure:
        return Figure(math.nan, math.nan, math.nan, 0)
    one, two = np.array(sure), np.array(wrong)
    low, high = metrics.resampled(len(one), lambda r: metrics.aurc(one[r].tolist(), two[r].tolist()))
    return Figure(metrics.aurc(sure, wrong), low, high, len(sure))


def _rate(given: Given) -> Pair:
    """About four thirds of a token a word, over the seconds of writing; nothing where no model wrote."""
    seconds = given.seconds.get("answer", 0.0)
    return (len(given.text.split()) * 4 / 3, seconds) if seconds > 0.5 else (0.0, 0.0)


def kinds(scored: Scored, system: str) -> dict[str, Figure]:
    """The share of right replies for each kind of question."""
    names = sorted({row.case.kind for row in scored.rows.get(system, [])})
    rows = scored.rows.get(system, [])
    return {kind: metrics.ratio([row.marks["right"] for row in rows if row.case.kind == kind]) for kind in names}


def speed(scored: Scored, system: str) -> dict[str, tuple[float, float, int]]:
    """Seconds of each stage: median, 95th percentile, and over how many replies."""
    found: dict[str, list[float]] = {}
    for row in scored.rows.get(system, []):
        for name, seconds in row.given.seconds.items():
            found.setdefault(name, []).append(seconds)
    return {n: (float(np.percentile(s, 50)), float(np.percentile(s, 95)), len(s)) for n, s in found.items()}


class Comparison(NamedTuple):
    """One metric of two runs over the rows both have: the difference, and what it means."""

    metric: str
    difference: Figure
    won: int
    lost: int
    p: float | None
    verdict: str


Table = Mapping[str, Mapping[str, Sequence[float]]]  # case and history → metric → pair


def table(scored: Scored, system: str) -> dict[str, Marks]:
    """What is kept of a system's rows for comparisons."""
    rows = sorted(scored.rows.get(system, []), key=lambda row: row.case.id)
    return {row.case.id: {m: row.marks[m] for m in COMPARED if m in row.marks} for row in rows}


def compare(ours: Table, theirs: Table) -> list[Comparison]:
    """Two runs on the rows that both have. A share of yes-or-no rows is tested by McNemar, anything else by the paired
    bootstrap; a difference that either may owe to chance is called that."""
    found = []
    for metric in COMPARED:
        shared = [key for key in ours if key in theirs and metric in ours[key] and metric in theirs[key]]
        one, other = ([_pair(side[key][metric]) for key in shared] for side in (ours, theirs))
        if not shared:
            continue
        delta = metrics.difference(one, other)
        won = sum(a[0] * b[1] > b[0] * a[1] for a, b in zip(one, other, strict=True))
        lost = sum(a[0] * b[1] < b[0] * a[1] for a, b in zip(one, other, strict=True))
        binary = all(pair in {(0.0, 1.0), (1.0, 1.0)} for pair in one + other)
        p = metrics.mcnemar(won, lost) if binary else None
        certain = delta.low > 0 or delta.high < 0 if p is None else p < 0.05
        verdict = ("better" if delta.value > 0 else "worse") if certain else "inside the noise"
        found.append(Comparison(metric, delta, won, lost, p, verdict))
    return found


def _pair(value: Sequence[float]) -> Pair:
    return float(value[0]), float(value[1])
