"""The answerer that writes nothing of its own: the best-supported sentences, verbatim, in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa import ground, words
from qa.types import Citation

_WORTH = 0.6  # a second sentence must be nearly as likely to answer as the first


class Quote:
    """Answers with up to `sentences` sentences of the evidence, a line each; the first never waits and never fails."""

    name = "quote"
    hosts: tuple[str, ...] = ()

    def __init__(self, sentences: int = 2) -> None:
        self._sentences = sentences

    def write(self, question: str, evidence: Sequence[Citation]) -> Iterator[str]:
        """Lines of the answer, each one sentence with its marker; `evidence` is best first."""
        for citation in chosen(evidence, self._sentences):
            yield f"{ground.verbatim(citation)} [{citation.number}]\n"


def chosen(evidence: Sequence[Citation], most: int) -> list[Citation]:
    """The sentences worth quoting: the best, and others that are nearly as good and say something more."""
    picked = list(evidence[:1])
    for citation in evidence[1:]:
        new = set(words.stems(citation.quote)) - {s for c in picked for s in words.stems(c.quote)}
        if len(picked) < most and citation.score >= _WORTH * picked[0].score and len(new) >= 3:
            picked.append(citation)
    return picked
