"""Trains qa/evidence.json, the scorer of evidence sentences, on the development sets only.

    python -m eval.train_evidence --data DIR

DIR holds `xquad_en` and `hotpot100` in the schema of eval/README.md; the `dev` half of the seed questions
is always used. Every answerable question is asked twice: of all documents, and of all but those that hold its answer,
where every sentence is a wrong one. That is how the scorer learns to be unsure. Unlike the rest of `eval`, this looks
inside `qa`: it trains a part of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer

from eval import adapter, cases
from eval.metrics import contains
from qa import evidence, followup
from qa.config import load
from qa.library import Scope

SETS = ("xquad_en", "hotpot100")
WEIGHTS = {"seeds": 6.0}  # how much a question counts, where not 1: the seeds are few
OUT = Path(evidence.__file__).with_suffix(".json")


class Sample(NamedTuple):
    """One question over one set of documents: features, shape (sentences, features), and which sentences are right."""

    source: str
    group: str
    answerable: bool
    features: np.ndarray
    right: np.ndarray


def main(
    data: Annotated[Path, typer.Option(help="folder of the public sets")],
    cache: Annotated[Path, typer.Option(help="where their indexes are kept")] = Path("eval/out/cache"),
) -> None:
    """Train on everything, print how well each set does when it is left out, and write the scorer."""
    samples = [s for place in (None, *(data / name for name in SETS)) for s in collect(place, cache)]
    for name in ("seeds", *SETS):
        left_out = [s for s in samples if s.source == name]
        scorer = fit([s for s in samples if s.source != name])
        print(f"{name} left out: {report(left_out, scorer)}")
    scorer = fit(samples)
    for name in ("seeds", *SETS):
        print(f"{name} trained on: {report([s for s in samples if s.source == name], scorer)}")
    rows = {name: np.round(getattr(scorer, name), 5).tolist() for name in evidence.Scorer._fields}
    OUT.write_text(json.dumps({"features": evidence.FEATURES, **rows}, indent=1) + "\n", encoding="utf-8")


def collect(place: Path | None, cache: Path) -> Iterator[Sample]:
    """The samples of one set (None for the seeds)."""
    dataset = cases.load(place, cache)
    config = load(index=cache / f"{dataset.name}-{dataset.corpus_hash}" / "index", model="quote")
    assistant = adapter.assistant(dataset.folder, config, adapter.embedder(config))
    corpus = adapter.corpus(assistant)
    texts = {id: document.text for id, document in corpus.documents.items()}
    sentences = corpus.sentences()
    for case in cases.choose(dataset.cases, split="dev" if place is None else ""):
        located = cases.locate(case, texts, sentences)
        yield _sample(assistant, dataset.name, located, None)
        others = frozenset(texts) - frozenset(case.gold_docs)
        if case.answerable and place is not None and len(others) > len(texts) / 2:
            yield _sample(assistant, dataset.name, located, Scope(documents=others))


def _sample(assistant: Any, source: str, case: cases.Case, scope: Scope | None) -> Sample:
    question = followup.stand_alone(case.question, case.history)
    seen = assistant.read(question, scope)
    right = [scope is None and case.answerable and _is_right(case, candidate) for candidate in seen.candidates]
    group = case.id.split("#")[0]
    features = evidence.features(seen.question, seen.candidates)
    return Sample(source, group, scope is None and case.answerable, features, np.array(right, float))


def _is_right(case: cases.Case, candidate: evidence.Candidate) -> bool:
    start, end = candidate.span
    touched = any(
        gold.document == candidate.passage.document and start < gold.end and gold.start < end for gold in case.evidence
    )
    return touched and (
        not case.answers or case.long or contains(candidate.text, case.answers) or case.kind == "bridge"
    )


def fit(samples: list[Sample]) -> evidence.Scorer:
    """A logistic regression over standardised features, each sample weighted by its set."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    kept = [s for s in samples if len(s.right)]
    table, right = np.concatenate([s.features for s in kept]), np.concatenate([s.right for s in kept])
    weights = np.concatenate([np.full(len(s.right), WEIGHTS.get(s.source, 1.0)) for s in kept])
    scaler = StandardScaler().fit(table)
    model = LogisticRegression(C=0.3, max_iter=2000).fit(scaler.transform(table), right, sample_weight=weights)
    scale = np.where(scaler.scale_ == 0, 1, scaler.scale_)
    return evidence.Scorer(scaler.mean_, scale, model.coef_[0], float(model.intercept_[0]))


def report(samples: list[Sample], scorer: evidence.Scorer) -> str:
    """Hit@1/3/5 of the right sentence, and how well the best score tells what can be answered (AUROC)."""
    from sklearn.metrics import roc_auc_score

    hits, best = [], []
    for sample in samples:
        logits = (sample.features - scorer.mean) / scorer.scale @ scorer.weights + scorer.bias
        best.append(max(logits, default=-99.0))
        if sample.answerable:
            order = np.argsort(-logits)
            hits.append([bool(sample.right[order[:k]].any()) for k in (1, 3, 5)])
    known = [sample.answerable for sample in samples]
    area = roc_auc_score(known, best) if len(set(known)) == 2 else float("nan")
    return f"n={len(hits)}, hit@1/3/5 {np.mean(hits, axis=0).round(3)}, AUROC {area:.3f} over {len(samples)}"


if __name__ == "__main__":
    typer.run(main)
