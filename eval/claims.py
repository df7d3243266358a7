"""How well the program's claim checker tells supported claims from others, on claims with a labelled page (WiCE)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval import metrics
from eval.adapter import check_claim
from eval.cases import Row, read
from eval.metrics import Figure

Checker = Callable[[str, Sequence[str], str], tuple[float, bool]]
ENOUGH = 0.8  # of a claim's words, for the yardstick to call it supported
Judged = tuple[str, float, bool]
SUPPORTED, NOT = "supported", "not_supported"


def is_claims(data: Path | None) -> bool:
    """Whether a folder holds labelled claims instead of questions."""
    if data is None or not (data / "questions.jsonl").is_file():
        return False
    with (data / "questions.jsonl").open(encoding="utf-8") as file:
        return '"supporting_sentences"' in file.readline()


def by_words(claim: str, sentences: Sequence[str], title: str) -> tuple[float, bool]:
    """The yardstick: the best share of the claim's words in two neighbouring sentences."""
    shares = (metrics.carried(claim, " ".join(sentences[i : i + 2]), title) for i in range(len(sentences)))
    best = max(shares, default=0.0)
    return best, best >= ENOUGH


CHECKERS: dict[str, Checker] = {"ours": check_claim, "shared words": by_words}


def load(data: Path) -> list[tuple[Row, Row]]:
    """Claims, each with its page."""
    pages = {row["id"]: row for row in read(data / "docs.jsonl")}
    return [(row, pages[row["gold_docs"][0]]) for row in read(data / "questions.jsonl")]


def scores(rows: Sequence[tuple[Row, Row]], check: Checker, on_step: Callable[[], None]) -> list[Judged]:
    """The label of each claim, what the checker makes of it against the whole page, and whether it lets it through."""
    found = []
    for claim, page in rows:
        sentences = page.get("sentences") or page["text"].splitlines()
        found.append((claim["type"], *check(claim["question"], sentences, page.get("title", ""))))
        on_step()
    return found


def figures(found: Sequence[Judged]) -> Mapping[str, Figure]:
    """AUROC of supported claims against those not supported at all, and against all others, partial ones too; and the
    shares of supported and of unsupported claims that are let through."""
    good = [score for label, score, _ in found if label == SUPPORTED]
    through = {kind: [(float(shown), 1.0) for label, _, shown in found if label == kind] for kind in (SUPPORTED, NOT)}
    return {
        "AUROC, supported against not supported": metrics.separation(
            good, [s for label, s, _ in found if label == NOT]
        ),
        "AUROC, supported against partly or not": metrics.separation(
            good, [s for label, s, _ in found if label != SUPPORTED]
        ),
        "supported claims let through": metrics.ratio(through[SUPPORTED]),
        "unsupported claims let through": metrics.ratio(through[NOT]),
    }


def report(rows: Sequence[tuple[Row, Row]], on_step: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """The figures of every checker, JSON-ready."""
    return {name: figures(scores(rows, check, on_step)) for name, check in CHECKERS.items()}
