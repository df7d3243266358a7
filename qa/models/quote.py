"""The answerer that writes nothing of its own: the best-supported sentences, verbatim, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa import ground, words
from qa.evidence import kinds
from qa.subject import subject
from qa.types import Citation

_WORTH = 0.4  # a further sentence must be nearly as likely to answer as the first
_HEARD = 0.15  # less so where the question wants more: what speaks for and against, several parts, all of a subject
_NEW = 0.4  # share of its words that a further sentence must add
_SEVERAL = re.compile(r"\b(and|or|both|each|either|respectively|two|three|four|several|all|differ\w*|agree\w*)\b", re.I)


class Quote:
    """Answers with up to `sentences` sentences of the evidence, a line each; the first never waits and never fails."""

    name = "quote"
    hosts: tuple[str, ...] = ()

    def __init__(self, sentences: int = 3) -> None:
        self._sentences = sentences

    def write(self, question: str, evidence: Sequence[Citation]) -> Iterator[str]:
        """Lines of the answer, each one sentence with its marker; `evidence` is best first."""
        for citation in worth_quoting(question, evidence, self._sentences):
            yield f"{ground.verbatim(citation)} [{citation.number}]\n"


def worth_quoting(question: str, evidence: Sequence[Citation], sentences: int) -> list[Citation]:
    """The best sentence, and up to `sentences` in all (one more where the question has parts or sides, or wants all)
    that are nearly as likely to answer and say something more; `evidence` is best first."""
    several = bool(kinds(question) & {"whether"} or _SEVERAL.search(question) or subject(question))
    most, worth = (sentences + 1, _HEARD) if several else (sentences, _WORTH)
    picked = list(evidence[:1])
    for citation in evidence[1:]:
        if len(picked) < most and citation.score >= worth * picked[0].score and _says_more(citation, picked):
            picked.append(citation)
    return picked


def _says_more(citation: Citation, picked: Sequence[Citation]) -> bool:
    """Whether a sentence is more than a picked one in other words, or with a name in another spelling."""
    said = {stem for other in picked for stem in words.stems(other.quote)}
    own = set(words.stems(citation.quote))
    new = [stem for stem in own - said if not any(words.same_name(stem, other) for other in said)]
    return len(new) >= max(3, _NEW * len(own))
