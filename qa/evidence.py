"""Choosing evidence: how likely each sentence is to answer the question, by small calibrated scorers."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qa import dates, language, rerank, speaker, words
from qa.types import Passage, Span

Matrix = NDArray[np.float64]
_KINDS = {
    "who": r"\b(who|whom|whose)\b|\bwhich (person|politician|minister|president|leader|official)",
    "when": r"\bwhen\b|\b(what|which) (year|date|day|month|century|decade|time)|\bhow (long ago|recently)",
    "where": r"\bwhere\b|\b(what|which) (country|city|place|state|town|region|location|continent|area)",
    "number": r"\bhow (many|much|long|old|often|far|large|big|tall|high|deep|fast|few)\b|\bnumber of\b"
    r"|\b(what|which) (percent|number|amount|percentage|proportion|share|age|price|cost|size|population|distance)",
    "whether": r"^\W*(?:and |but |so )?(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|should|may"
    r"|might)\b",
    "why": r"\bwhy\b|\bwhat (reason|cause|caused|led|prompted)|\bfor what reason",
}
_REASON = re.compile(
    r"\b(because|since|due|owing|reasons?|caused?|causes|therefore|thus|so that|in order|as a result|led to|leads to|"
    r"result(s|ed)? (in|from)|citing|after|over|for|to|accus\w+|blam\w+)\b",
    re.I,
)
_IDENTITY = re.compile(r"\W*(?:who|what)(?: exactly)?(?: is| are| was| were|’s|'s)\b", re.I)
FEATURES = """cosine_sentence cosine_passage coverage coverage_context coverage_passage missing_names missing_numbers
bigrams bm25 length has_who lacks_who has_when lacks_when has_where lacks_where has_number lacks_number
has_why lacks_why lead_sentence lead_bm25 names_sentence capitals short novelty speaker_asked
rarest_missing terms introduces""".split()
READ = ["read", "lead_read"]  # by the cross-encoder
ANSWERABLE = ["best", "read", "cosine_sentence"]  # the highest of all sentences read
FOREIGN, SCRIPT = "_foreign", "_script"  # which scorers are for another language than English, and another script
BIGRAMS = FEATURES.index("bigrams")  # of no use to those, as their pairs of fillers count
SHORTLIST = 8  # sentences that the cross-encoder reads


@dataclass(frozen=True)
class Question:
    """A question taken apart: its terms with their weights, names, numbers, and which kind of answer it expects;
    `language` is its code where that is not English. `variants` are other spellings of terms, `initials` those of the
    names that they are of."""

    text: str
    weights: Mapping[str, float]
    kinds: frozenset[str]
    variants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    initials: Mapping[str, frozenset[str]] = field(default_factory=dict)
    language: str = ""

    @property
    def total(self) -> float:
        return sum(self.weights.values()) or 1.0


class Candidate(NamedTuple):
    """A sentence that may be evidence; `before` is the sentence that leads up to it in its passage, with the title;
    `speaker` whoever the text says it comes from, `meant` whom the "he" or "she" means that opens it, `dated` the times
    it has that the question names."""

    passage: Passage
    span: Span
    text: str
    before: str
    cosine_sentence: float = 0.0
    cosine_passage: float = 0.0
    speaker: str | None = None
    meant: str | None = None
    dated: str = ""


def parse(text: str, frequencies: Callable[[Sequence[str]], tuple[int, Mapping[str, int]]], code: str = "") -> Question:
    """Take a question apart.

    Args:
        text: the question, standing alone.
        frequencies: number of passages, and how many of them hold each given stem.
        code: its language, where that is not English.
    """
    idle = {words.stem(word) for word in language.stopwords(code)}
    stems = [stem for stem in dict.fromkeys(words.stems(text)) if stem not in idle]
    short = [one for one in dict.fromkeys(words.short_names(text)) if words.stem(one.replace(".", "")) not in stems]
    stems = [stem for stem in stems if len(stem) > 1 or stem.isdigit() or not short] + short  # "U.S." is no word or two
    total, counts = frequencies(stems)
    weights = {stem: math.log(1 + (total + 0.5) / (counts.get(stem, 0) + 0.5)) for stem in stems}
    return Question(text, weights, kinds(text), initials=_initials(text), language=code)


def _initials(text: str) -> dict[str, frozenset[str]]:
    """For each term of a name, the initials that may stand for it."""
    found: dict[str, frozenset[str]] = {}
    for name in words.names(text):
        whole = max(words.initials(name), key=len, default="")
        found |= {stem: found.get(stem, frozenset()) | {whole} for stem in words.stems(name) if whole}
    found |= {words.stem(short.replace(".", "")): frozenset({short}) for short in words.short_names(text)}
    return found


def _shortened(question: Question, text: str) -> frozenset[str]:
    """The initials in a text that may stand for a name of the question, or the other way round; of two names that are
    both written out the initials say nothing."""
    return frozenset(words.short_names(text)) | (words.initials(text) & frozenset(words.short_names(question.text)))


def kinds(text: str) -> frozenset[str]:
    """Which kinds of answer a question expects: who, when, where, number, whether, why."""
    lowered = text.lower()
    return frozenset(kind for kind, pattern in _KINDS.items() if re.search(pattern, lowered))


class Weighed(NamedTuple):
    """Candidates by their indices, best first, with the logit of how likely each answers the question, and how likely
    the question can be answered from them at all (0 to 1)."""

    order: list[int]
    logits: list[float]
    confidence: float


def weigh(question: Question, candidates: Sequence[Candidate]) -> Weighed:
    """Choose evidence in two steps: a glance at all candidates, then a reading of the most promising ones."""
    if not candidates:
        return Weighed([], [], 0.0)
    model, which, glanced = scorers(), kind(question), features(question, candidates)
    listed = shortlist(model[f"glance{which}"], glanced)
    table = np.hstack([glanced[listed], read(question, [candidates[i] for i in listed])])
    logits = model[f"reading{which}"].logits(table)
    order = np.argsort(-logits, kind="stable")
    (confidence,) = likelihood(model[f"answerable{which}"].logits(answerable(table, logits)))
    return Weighed([listed[i] for i in order], logits[order].tolist(), confidence)


def kind(question: Question) -> str:
    """Which scorers weigh a question: "", `FOREIGN` or `SCRIPT`."""
    script = SCRIPT if language.other_script(question.text) else FOREIGN
    return script if question.language else ""


def shortlist(glance: Scorer, table: Matrix) -> list[int]:
    """Rows of the feature table that are worth reading closely, the most promising first."""
    return [int(i) for i in np.argsort(-glance.logits(table), kind="stable")[:SHORTLIST]]


def read(question: Question, candidates: Sequence[Candidate]) -> Matrix:
    """The features `READ` of candidates: each sentence read together with the question."""
    scores = np.zeros(len(candidates))
    plain = dates.timeless(question.text)  # who is dated as the question asks need not say so
    for asked in dict.fromkeys([question.text, plain]):
        rows = [i for i, c in enumerate(candidates) if (plain if c.dated else question.text) == asked]
        scores[rows] = rerank.scores(asked, [_heard(question.text, candidates[i]) for i in rows])
    return np.column_stack([scores, scores - scores.max()])


def _heard(question: str, candidate: Candidate) -> str:
    """A sentence as it is read: with who says it, where a question asks what they said and it does not name them."""
    who, asked = candidate.speaker, speaker.asked(question)
    if candidate.meant:
        own = re.sub(r"^H(?:e|is)\b|^(?:Sh|H)er?\b", "", candidate.text)
        return f"{candidate.meant}{'’s' * candidate.text.startswith(('His', 'Her'))}{own}"
    if not who or not asked or not words.any_same_name(words.tokens(who)[-1:], words.tokens(asked)):
        return candidate.text
    named = words.any_same_name(words.tokens(who)[-1:], words.tokens(candidate.text))
    return candidate.text if named else f"{who} said: {candidate.text}"


def answerable(table: Matrix, logits: NDArray[np.float64]) -> Matrix:
    """The features `ANSWERABLE`, shape (1, len(ANSWERABLE)), of a question whose sentences have these features."""
    columns = [(FEATURES + READ).index(name) for name in ANSWERABLE[1:]]
    return np.array([[logits.max(), *table[:, columns].max(axis=0)]])


def likelihood(logits: ArrayLike) -> list[float]:
    """Probabilities, 0 to 1, from logits, shape (n,)."""
    return [float(p) for p in 1 / (1 + np.exp(-np.asarray(logits)))]


class Scorer(NamedTuple):
    """A standardiser and a logistic regression: all that was trained."""

    mean: Matrix
    scale: Matrix
    weights: Matrix
    bias: float

    def logits(self, table: Matrix) -> NDArray[np.float64]:
        """A logit a row."""
        return (table - self.mean) / self.scale @ self.weights + self.bias


@lru_cache(maxsize=1)
def scorers() -> dict[str, Scorer]:
    """The scorers that ship with the package; eval/train_evidence.py says how they are trained."""
    raw = json.loads(resources.files("qa").joinpath("evidence.json").read_text("utf-8"))
    if raw.pop("features") != [FEATURES, READ, ANSWERABLE]:
        raise ValueError("qa/evidence.json was trained on other features; run: python -m eval.train_evidence")
    return {
        name: Scorer(np.array(r["mean"]), np.array(r["scale"]), np.array(r["weights"]), r["bias"])
        for name, r in raw.items()
    }


def features(question: Question, candidates: Sequence[Candidate]) -> Matrix:
    """The features of every candidate, shape (len(candidates), len(FEATURES))."""
    table = np.array([_features(question, candidate) for candidate in candidates])
    for own, lead in (("cosine_sentence", "lead_sentence"), ("bm25", "lead_bm25")):
        column = table[:, FEATURES.index(own)]
        table[:, FEATURES.index(lead)] = column - column.max()
    return table


def _features(question: Question, candidate: Candidate) -> list[float]:
    terms, said_by = words.stems(candidate.text), words.stems(f"{candidate.speaker or ''} {candidate.meant or ''}")
    sentence = frozenset(terms + said_by) | _shortened(question, candidate.text)
    context = sentence | frozenset(words.stems(f"{candidate.before} {candidate.dated}"))
    passage = context | frozenset(words.stems(candidate.passage.text)) | _shortened(question, candidate.passage.text)
    covered = _weight(question, sentence)
    new = [name for name in words.names(candidate.text) if not _asked(question, name)]
    return [
        candidate.cosine_sentence,
        candidate.cosine_passage,
        covered / question.total,
        _weight(question, context) / question.total,
        _weight(question, passage) / question.total,
        _missing_names(question, passage),
        float(len(words.numbers(question.text) - words.numbers(f"{candidate.passage.text} {candidate.dated}"))),
        _bigrams(question, terms),
        covered / (0.6 + len(terms) / 25) / 10,
        math.log1p(len(terms)),
        *_expected(question, candidate, bool(new)),
        0.0,  # the leads are filled in when all candidates are known
        0.0,
        _named_share(question, sentence),
        min(len(new), 4) / 4,
        float(len(terms) < 4),
        len(set(terms + said_by) - question.weights.keys()) / (len(set(terms + said_by)) or 1),
        float(any(_holds(question, name, frozenset(said_by)) for name in _question_names(question))),
        max((w for t, w in question.weights.items() if not _holds(question, t, passage)), default=0.0) / 10,
        math.log1p(len(question.weights)),
        float(_introduces(question.text, candidate.text)),
    ]


def _expected(question: Question, candidate: Candidate, new_names: bool) -> Iterator[float]:
    """For each kind of answer that a question may expect: whether the sentence has one, whether it lacks one."""
    asked, text = question.text, candidate.text
    has = {
        "who": new_names,
        "when": bool(words.time_words(text) - words.time_words(asked)),
        "where": new_names,
        "number": bool(words.numbers(text) - words.numbers(asked)),
        "why": bool(_REASON.search(text)),
    }
    for kind, found in has.items():
        expected = kind in question.kinds
        yield from (float(expected and found), float(expected and not found))


def _introduces(question: str, sentence: str) -> bool:
    """Whether the question asks who or what a name is, and the sentence says so beside it: "the envoy Ada Nwosu",
    "Ada Nwosu, the envoy", "Ada Nwosu is an envoy"."""
    if not _IDENTITY.match(question):
        return False
    for name in words.names(question):
        last = name.split()[-1]
        beside = rf"{re.escape(last)}(?:, (?:the|an?|who|which)\b| (?:is|was|are|were) |, \w+ ?\w* of\b)"
        if re.search(beside, sentence) or any(
            last in run.split()[1:] and len(run.split()) > len(name.split()) for run in words.names(sentence)
        ):
            return True
    return False


def _holds(question: Question, term: str, stems: frozenset[str]) -> bool:
    others = question.variants.get(term, frozenset()) | question.initials.get(term, frozenset())
    return term in stems or not stems.isdisjoint(others)


def names_all(question: Question, text: str) -> bool:
    """Whether a text holds every term of a question, in whatever spelling."""
    stems = frozenset(words.stems(text)) | _shortened(question, text)
    return all(_holds(question, term, stems) for term in question.weights)


def _weight(question: Question, stems: frozenset[str]) -> float:
    return sum(weight for term, weight in question.weights.items() if _holds(question, term, stems))


def _asked(question: Question, name: str) -> bool:
    return all(stem in question.weights for stem in words.stems(name))


def _question_names(question: Question) -> frozenset[str]:
    names = [] if question.language in language.CAPITAL_NOUNS else words.names(question.text)
    return frozenset(stem for name in names for stem in words.stems(name))


def _named_share(question: Question, stems: frozenset[str]) -> float:
    named = _question_names(question)
    return sum(_holds(question, name, stems) for name in named) / len(named) if named else 0.5


def _missing_names(question: Question, stems: frozenset[str]) -> float:
    return min(sum(not _holds(question, name, stems) for name in _question_names(question)), 3)


def _bigrams(question: Question, terms: Sequence[str]) -> float:
    asked = words.stems(question.text)
    pairs = set(itertools.pairwise(asked))
    return len(pairs & set(itertools.pairwise(terms))) / (len(pairs) or 1)
