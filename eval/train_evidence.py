"""Trains qa/evidence.json, the scorers of evidence sentences, on the development sets only.

    python -m eval.train_evidence --data DIR

DIR holds `xquad_en` and `hotpot100` in the schema of eval/README.md; the `dev` half of the seed questions
is always used. Every answerable question is asked twice: of all documents, and of all but those that hold its answer,
where every sentence is a wrong one. That is how the scorers learn to be unsure. Of `xquad_en` only those articles are
used that the cross-encoder did not learn from (eval/train_reranker.py). Three scorers are trained: one that glances at
every sentence, one for the few that the cross-encoder then reads, one that says whether the best of them is an answer;
and the same three for questions and documents in another language than English, on `eval/data/tongues`.
Unlike the rest of `eval`, this looks inside `qa`: it trains a part of it.
"""

from __future__ import annotations

import json
import re
import zlib
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
TONGUES = Path(__file__).parent / "data" / "tongues"
OUT = Path(evidence.__file__).with_suffix(".json")


class Sample(NamedTuple):
    """One question over one set of documents: features, shape (sentences, features), and which sentences are right."""

    source: str
    article: str
    answerable: bool
    question: evidence.Question
    candidates: list[evidence.Candidate]
    features: np.ndarray
    right: np.ndarray


def main(
    data: Annotated[Path, typer.Option(help="folder of the public sets")],
    cache: Annotated[Path, typer.Option(help="where their indexes are kept")] = Path("eval/out/cache"),
    limit: Annotated[int, typer.Option(help="questions of each public set, a fixed random sample")] = 250,
    foreign_only: Annotated[bool, typer.Option(help="leave the scorers for English as they are")] = False,
) -> None:
    """Train on everything, print how well each set does when it is left out, and write the scorers."""
    rows = json.loads(OUT.read_text("utf-8"))
    if not foreign_only:
        samples = [*collect(None, cache, 0), *collect(data / "hotpot100", cache, limit)]
        rows |= train([*samples, *collect(data / "xquad_en", cache, limit, held=True)])
    foreign = [_apart(s) for s in collect(TONGUES, cache, 0) if s.question.language]
    latin = [s for s in foreign if evidence.kind(s.question) == evidence.FOREIGN]
    rows |= {f"{name}{evidence.FOREIGN}": scorer for name, scorer in train(latin).items()}
    rows |= {f"{name}{evidence.SCRIPT}": scorer for name, scorer in train(foreign).items()}
    rows |= {"features": [evidence.FEATURES, evidence.READ, evidence.ANSWERABLE]}
    OUT.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def train(samples: list[Sample]) -> dict[str, dict[str, Any]]:
    """The parts of the three scorers, learned from all samples; prints how well each set does left out, and not."""
    glance = fit(samples)
    listed = [closely(sample, glance) for sample in samples if len(sample.right)]
    sources = dict.fromkeys(sample.source for sample in listed)
    for name in sources:
        rest = fit([s for s in listed if s.source != name])
        unsure = fit([outcome(s, rest) for s in listed if s.source != name], C=1.0)
        print(f"{name} left out: {report([s for s in listed if s.source == name], rest, unsure)}", flush=True)
    reading = fit(listed)
    answerable = fit([outcome(s, reading) for s in listed], C=1.0)
    for name in sources:
        print(f"{name} trained on: {report([s for s in listed if s.source == name], reading, answerable)}")
    named = {"glance": glance, "reading": reading, "answerable": answerable}
    parts = evidence.Scorer._fields
    return {
        name: {part: np.round(getattr(scorer, part), 5).tolist() for part in parts} for name, scorer in named.items()
    }


def held_out(article: str) -> bool:
    """Whether an article of `xquad_en` is one of the third that the cross-encoder did not learn from."""
    return zlib.crc32(article.encode()) % 3 == 0


def collect(
    place: Path | None, cache: Path, limit: int, *, held: bool | None = None, apart: bool = True
) -> Iterator[Sample]:
    """The samples of one set (None for the seeds); with `held`, of the articles that are, or are not, held out; with
    `apart`, each public question also without the documents that answer it."""
    dataset = cases.load(place, cache)
    config = load(index=cache / f"{dataset.name}-{dataset.corpus_hash}" / "index", model="quote")
    assistant = adapter.assistant(dataset.folder, config, adapter.embedder(config))
    corpus = adapter.corpus(assistant)
    texts = {id: document.text for id, document in corpus.documents.items()}
    sentences = corpus.sentences()
    asked = [c for c in dataset.cases if held is None or held_out(_article(c)) == held]
    chosen = cases.choose(asked, split="dev" if place is None else "", limit=limit if place else 0)
    for case in chosen:
        located = cases.locate(case, texts, sentences)
        own = frozenset(case.scope or texts)
        yield _sample(assistant, dataset.name, located, Scope(documents=own) if case.scope else None, case.answerable)
        others = own - frozenset(case.gold_docs)
        if apart and case.answerable and place is not None and len(others) > len(own) / 2:
            yield _sample(assistant, dataset.name, located, Scope(documents=others), False)


def _article(case: cases.Case) -> str:
    return re.sub(r"(?:_\d+)?-\w+\.txt$", "", case.gold_docs[0]) if case.gold_docs else ""


def _sample(assistant: Any, source: str, case: cases.Case, scope: Scope | None, answerable: bool) -> Sample:
    question = followup.stand_alone(case.question, case.history)
    seen = assistant.read(question, scope)
    right = [answerable and _is_right(case, candidate) for candidate in seen.candidates]
    features = evidence.features(seen.question, seen.candidates) if seen.candidates else np.zeros((0, 1))
    return Sample(source, _article(case), answerable, seen.question, seen.candidates, features, np.array(right, float))


def _apart(sample: Sample) -> Sample:
    """A sample in another language than English, as its scorers learn it."""
    features = sample.features.copy()
    if len(features):
        features[:, evidence.BIGRAMS] = 0
    return sample._replace(source=sample.question.language, features=features)


def closely(sample: Sample, glance: evidence.Scorer) -> Sample:
    """The sample cut down to its shortlist, with what the cross-encoder says of it."""
    listed = evidence.shortlist(glance, sample.features)
    candidates = [sample.candidates[i] for i in listed]
    table = np.hstack([sample.features[listed], evidence.read(sample.question, candidates)])
    return sample._replace(candidates=candidates, features=table, right=sample.right[listed])


def outcome(sample: Sample, reading: evidence.Scorer) -> Sample:
    """The sample as one row: the features that say whether its question is answerable."""
    row = evidence.answerable(sample.features, reading.logits(sample.features))
    return sample._replace(features=row, right=np.array([float(sample.answerable)]))


def _is_right(case: cases.Case, candidate: evidence.Candidate) -> bool:
    start, end = candidate.span
    touched = any(
        gold.document == candidate.passage.document and start < gold.end and gold.start < end for gold in case.evidence
    )
    return touched and (
        not case.answers or case.long or contains(candidate.text, case.answers) or case.kind == "bridge"
    )


def fit(samples: list[Sample], C: float = 0.3) -> evidence.Scorer:
    """A logistic regression over standardised features, each sample weighted by its set."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    kept = [s for s in samples if len(s.right)]
    table, right = np.concatenate([s.features for s in kept]), np.concatenate([s.right for s in kept])
    weights = np.concatenate([np.full(len(s.right), WEIGHTS.get(s.source, 1.0)) for s in kept])
    scaler = StandardScaler().fit(table)
    model = LogisticRegression(C=C, max_iter=3000).fit(scaler.transform(table), right, sample_weight=weights)
    scale = np.where(scaler.scale_ == 0, 1, scaler.scale_)
    return evidence.Scorer(scaler.mean_, scale, model.coef_[0], float(model.intercept_[0]))


def report(samples: list[Sample], reading: evidence.Scorer, answerable: evidence.Scorer) -> str:
    """Hit@1/3/5 of the right sentence, and how well the confidence tells what can be answered (AUROC)."""
    from sklearn.metrics import roc_auc_score

    hits, sure = [], []
    for sample in samples:
        logits = reading.logits(sample.features)
        sure.append(answerable.logits(evidence.answerable(sample.features, logits))[0])
        if sample.answerable:
            order = np.argsort(-logits)
            hits.append([bool(sample.right[order[:k]].any()) for k in (1, 3, 5)])
    known = [sample.answerable for sample in samples]
    area = roc_auc_score(known, sure) if len(set(known)) == 2 else float("nan")
    return f"n={len(hits)}, hit@1/3/5 {np.mean(hits, axis=0).round(3)}, AUROC {area:.3f} over {len(samples)}"


if __name__ == "__main__":
    typer.run(main)
