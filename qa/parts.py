"""A question that asks two things, as one question for each. Pure functions."""

from __future__ import annotations

import itertools
import re

from qa import followup, words

_AND_ASKS = re.compile(r",? and (?=(?:who|what|when|where|why|how|which)\b)", re.I)
_WHOLE = re.compile(r"\b(?:who|what|when|where|why|how|which)\b \w+ \w", re.I)  # not the "How" of "How and when did"
_APART = r"(?<!between )(?<!between the )(?<!of )(?<!of the )(?:\b(?:both|either|the) )*"
_JOINTLY = re.compile(r" (?:both|each|in common|the same)\b")


def parts(question: str) -> list[str]:
    """One question for each of two things that are asked, none where it is one thing.

    Two things are asked by two clauses, "Who is Ada and when did she leave?", or of two names side by side, "What do
    Ada and Bo each say?". Lists of three names, and what is between two or of two, stay whole.

    Args:
        question: standing alone.
    """
    first, *rest = _AND_ASKS.split(question, maxsplit=1)
    if rest and _WHOLE.search(first):
        return [first, followup.stand_alone(rest[0], [(first, "")])]
    for one, other in itertools.pairwise(map(re.escape, words.names(question))):
        pair = rf"{_APART}({one})(?:,? or|(?<!, {one}),? and)(?: both)?(?: the)? ({other})\b"
        if found := re.search(pair, question):
            asked = (question[: found.start()] + name + question[found.end() :] for name in found.groups())
            return [_JOINTLY.sub("", part) for part in asked]
    return []
