"""Metrics as pure functions of plain values. Every docstring gives the definition and the paper it comes from."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Place = tuple[str, int, int]  # document, start, end
Pair = tuple[float, float]  # a share of one row: what counts, out of how much
Supports = Callable[[str, Sequence[str]], bool]

_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_DIGITS = {word: str(n) for n, word in enumerate((_NUMBERS + " seventeen eighteen nineteen twenty").split())}
_MARKER = re.compile(r"\s*\[\d+(?:\s*[,;]\s*\d+)*\]")
_STOPWORDS = frozenset(
    "of to in on at by for from with and or but as that this these those it its he she his her they their them who "
    "which what was were is are be been being has have had do does did not no than then there so also into about"
    " said".split()
)


class Figure(NamedTuple):
    """A figure with the bounds of its 95 % interval, over `n` rows."""

    value: float
    low: float
    high: float
    n: int


# --- answers ---


def plain(text: str) -> str:
    """An answer without its [n] markers."""
    return _MARKER.sub("", text).strip()


def words(text: str) -> list[str]:
    """Normalised words: SQuAD's normalisation (Rajpurkar et al. 2016, arXiv:1606.05250: lower case, no articles, no
    punctuation), and besides no accents, no possessive 's, hyphens as spaces, number words up to twenty as digits."""
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(c for c in text if not unicodedata.combining(c)).replace("’", "'").replace("%", " percent ")
    text = re.sub(r"(?<=\d),(?=\d{3})|(?<=[^\W\d])\.(?=[^\W\d])|'s\b|'", "", text)
    found = re.findall(r"\d+(?:\.\d+)+|[^\W_]+", text)
    return [_DIGITS.get(word, word) for word in found if word not in {"a", "an", "the"}]


def contains(text: str, answers: Sequence[str]) -> bool:
    """Whether an accepted answer stands in the text as whole words, after normalisation."""
    held = f" {' '.join(words(text))} "
    return any(found and f" {' '.join(found)} " in held for found in map(words, answers))


def exact_match(text: str, answers: Sequence[str]) -> bool:
    """Whether the text is an accepted answer, after normalisation (Rajpurkar et al. 2016)."""
    return any(words(text) == words(answer) for answer in answers)


def token_f1(text: str, answers: Sequence[str]) -> float:
    """Harmonic mean of word precision and recall against the nearest accepted answer (Rajpurkar et al. 2016)."""
    return max((_f1(_common(text, answer), len(words(text)), len(words(answer))) for answer in answers), default=0.0)


def rouge_l(text: str, references: Sequence[str]) -> float:
    """ROUGE-L with equal weight of precision and recall: F of the longest common subsequence of words, against the
    nearest reference (Lin 2004, aclanthology.org/W04-1013)."""
    said = words(text)
    return max((_f1(_subsequence(said, ref), len(said), len(ref)) for ref in map(words, references)), default=0.0)


def _common(one: str, other: str) -> int:
    return sum((Counter(words(one)) & Counter(words(other))).values())


def _f1(common: float, said: float, expected: float) -> float:
    return 2 * common / (said + expected) if common else 0.0


def _subsequence(one: Sequence[str], other: Sequence[str]) -> int:
    row = [0] * (len(other) + 1)
    for word in one:
        diagonal = 0
        for i, candidate in enumerate(other, 1):
            diagonal, row[i] = row[i], diagonal + 1 if word == candidate else max(row[i], row[i - 1])
    return row[-1]


# --- retrieval ---


def hit_at(k: int, ranked: Sequence[str], gold: Sequence[str]) -> float:
    """1 when one of the first k is gold."""
    return float(not set(gold).isdisjoint(ranked[:k]))


def recall_at(k: int, ranked: Sequence[str], gold: Sequence[str]) -> float:
    """The share of the gold ones among the first k."""
    return len(set(gold) & set(ranked[:k])) / len(set(gold))


def ndcg_at(k: int, ranked: Sequence[str], gold: Sequence[str]) -> float:
    """Normalised discounted cumulative gain with relevance 0 or 1 and discount log2(rank + 1) (Järvelin and Kekäläinen
    2002, doi:10.1145/582415.582418)."""
    gain = sum(1 / math.log2(rank + 1) for rank, one in enumerate(ranked[:k], 1) if one in gold)
    return gain / sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(set(gold))) + 1))


def mrr_at(k: int, ranked: Sequence[str], gold: Sequence[str]) -> float:
    """One over the rank of the first gold one within k, else 0 (Voorhees 1999, TREC-8)."""
    return next((1 / rank for rank, one in enumerate(ranked[:k], 1) if one in gold), 0.0)


def overlap(one: Place, other: Place) -> int:
    """How many characters two places share."""
    return max(0, min(one[2], other[2]) - max(one[1], other[1])) if one[0] == other[0] else 0


def touches(place: Place, gold: Sequence[Place]) -> bool:
    """Whether a place shares at least half of the shorter of the two with a gold one."""
    return any(2 * overlap(place, g) >= min(place[2] - place[1], g[2] - g[1]) > 0 for g in gold)


# --- citations ---


def evidence_f1(cited: Sequence[Place], groups: Sequence[Sequence[Place]]) -> float:
    """Harmonic mean over characters: precision is the share of the cited characters that are gold; recall the share of
    each group's best-covered alternative, averaged over groups. Characters, so that citing a whole page costs
    precision (after the supporting-fact F1 of HotpotQA, Yang et al. 2018, arXiv:1809.09600, which counts sentences)."""
    marked = {(c[0], i) for c in cited for i in range(c[1], c[2])}
    gold = {(g[0], i) for group in groups for g in group for i in range(g[1], g[2])}
    if not marked or not gold:
        return 0.0

    def share(g: Place) -> float:
        return sum((g[0], i) in marked for i in range(g[1], g[2])) / (g[2] - g[1])

    shares = [max(map(share, group)) for group in groups]
    precision, recall = len(marked & gold) / len(marked), sum(shares) / len(shares)
    return 2 * precision * recall / (precision + recall) if precision and recall else 0.0


def citation_recall(statements: Sequence[tuple[str, Sequence[str]]], supports: Supports) -> Pair:
    """Statements whose citations, taken together, support them, out of all statements (ALCE, Gao et al. 2023,
    arXiv:2305.14627). A statement is (text, cited texts); one without citations is not supported."""
    return float(sum(bool(cited) and supports(text, cited) for text, cited in statements)), float(len(statements))


def citation_precision(statements: Sequence[tuple[str, Sequence[str]]], supports: Supports) -> Pair:
    """Citations that are needed, out of all citations (ALCE, Gao et al. 2023). One is needed when its statement is
    supported, and it supports it alone or the others do not without it."""
    good = total = 0
    for text, cited in statements:
        whole = bool(cited) and supports(text, cited)
        for i, one in enumerate(cited):
            others = [*cited[:i], *cited[i + 1 :]]
            good += whole and (supports(text, [one]) or not (others and supports(text, others)))
            total += 1
    return float(good), float(total)


def carried(claim: str, said: str, known: str = "") -> float:
    """The share of a claim's content words in the text it rests on, or 0 when a number of the claim is not there.
    Names and numbers may also stand in `known` (the text just before, the date). A deterministic stand-in for an
    entailment model: the same for every system, blind to word order and negation."""
    spoken, nearby = set(words(said)), set(words(known))
    named = {w for name in re.findall(r"\b[A-Z][\w’'-]+|\d[\d.,]*", claim) for w in words(name)}
    content = [w for w in words(claim) if w not in _STOPWORDS]
    held = [w in spoken or (w in nearby and w in named) for w in content]
    lost = any(not ok and w[0].isdigit() for w, ok in zip(content, held, strict=True))
    return 0.0 if lost or not content else sum(held) / len(held)


# --- confidence ---


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """The chance that a positive scores above a negative, ties counting half (Hanley and McNeil 1982,
    doi:10.1148/radiology.143.1.7063747); NaN where one of them is empty."""
    if not len(positives) or not len(negatives):
        return math.nan
    ordered = np.sort(np.asarray(negatives, float))
    below, upto = np.searchsorted(ordered, positives, "left"), np.searchsorted(ordered, positives, "right")
    return float((below + upto).mean() / 2 / len(ordered))


def risk_coverage(confidence: Sequence[float], wrong: Sequence[float]) -> tuple[Array, Array]:
    """Coverage and risk, from the surest row on: at coverage c the share of wrong ones among the surest c of the rows
    (El-Yaniv and Wiener 2010, jmlr.org/papers/v11/el-yaniv10a.html). Rows of the same confidence share their mean."""
    sure, bad = np.asarray(confidence, float), np.asarray(wrong, float)
    _, group = np.unique(sure, return_inverse=True)
    mean = (np.bincount(group, bad) / np.bincount(group))[group]
    order, count = np.argsort(-sure, kind="stable"), np.arange(1, len(bad) + 1)
    return count / len(bad), np.cumsum(mean[order]) / count


def aurc(confidence: Sequence[float], wrong: Sequence[float]) -> float:
    """The area under the risk-coverage curve, lower is better (Geifman et al. 2019, arXiv:1805.08206)."""
    return float(risk_coverage(confidence, wrong)[1].mean())


# --- intervals and comparisons ---

SAMPLES = 2000


def resampled(n: int, statistic: Callable[[NDArray[np.int64]], float], seed: int = 0) -> tuple[float, float]:
    """The percentile bootstrap's 95 % interval of a statistic of row numbers (Efron and Tibshirani 1993, ch. 13)."""
    draw = np.random.default_rng(seed)
    found = np.array([statistic(draw.integers(0, n, n)) for _ in range(SAMPLES)])
    found = found[~np.isnan(found)]
    return (float(np.percentile(found, 2.5)), float(np.percentile(found, 97.5))) if len(found) else (math.nan, math.nan)


def ratio(pairs: Sequence[Pair]) -> Figure:
    """Sum of what counts over sum of how much, with its bootstrap interval over rows. A mean has 1 as "how much"."""
    table = np.asarray([pair for pair in pairs if pair[1]], float).reshape(-1, 2)
    if not len(table):
        return Figure(math.nan, math.nan, math.nan, 0)
    low, high = np.percentile(_ratios(table), (2.5, 97.5))
    return Figure(_ratio(table), float(low), float(high), len(table))


def separation(positives: Sequence[float], negatives: Sequence[float]) -> Figure:
    """AUROC with its bootstrap interval over rows."""
    scores = np.array([*positives, *negatives], float)
    positive = np.arange(len(scores)) < len(positives)
    if not len(positives) or not len(negatives):
        return Figure(math.nan, math.nan, math.nan, len(scores))

    def drawn(rows: NDArray[np.int64]) -> float:
        return auroc(scores[rows[positive[rows]]].tolist(), scores[rows[~positive[rows]]].tolist())

    low, high = resampled(len(scores), drawn)
    return Figure(auroc(positives, negatives), low, high, len(scores))


def difference(ours: Sequence[Pair], theirs: Sequence[Pair]) -> Figure:
    """Ours minus theirs on the same rows, with the paired bootstrap's interval (Koehn 2004, aclweb.org/W04-3250)."""
    one, other = np.asarray(ours, float).reshape(-1, 2), np.asarray(theirs, float).reshape(-1, 2)
    if not len(one):
        return Figure(math.nan, math.nan, math.nan, 0)
    low, high = np.percentile(_ratios(one) - _ratios(other), (2.5, 97.5))  # the same draws for both
    return Figure(_ratio(one) - _ratio(other), float(low), float(high), len(one))


def mcnemar(won: int, lost: int) -> float:
    """The two-sided exact probability of such a split of the rows on which two runs disagree, if neither were better
    (McNemar 1947, doi:10.1007/BF02295996)."""
    n = won + lost
    return min(1.0, 2 * sum(math.comb(n, i) for i in range(min(won, lost) + 1)) / 2**n)


def _ratios(table: Array) -> Array:
    """The ratio of each bootstrap sample of the rows, shape (SAMPLES,)."""
    draw = np.random.default_rng(0)
    sums = [table[draw.integers(0, len(table), (100, len(table)))].sum(axis=1) for _ in range(SAMPLES // 100)]
    counted, total = np.concatenate(sums).T
    return np.where(total > 0, counted / np.maximum(total, 1e-12), 0.0)


def _ratio(table: Array) -> float:
    counted, total = table.sum(axis=0)
    return float(counted / total) if total else math.nan
