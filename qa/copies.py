"""Sentences that are copies of each other but for a name, a number or a date. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from qa import words

_COPY = 0.6  # share of the shorter sentence's words that a copy of it keeps, in order
_RESTATED = 0.75  # the same, where the other word is a number or a date


def renamed(one: str, other: str) -> list[str]:
    """The words of the names that stand in each other's place in two sentences that are copies otherwise."""
    held, steps, kept = _aligned(one, other)
    names = [_named(text) for text in (one, other)]
    if kept < _COPY * min(map(len, held)):
        return []
    for kind, start, end, first, last in steps:
        put, instead = held[0][start:end], held[1][first:last]
        only_names = names[0].issuperset(put) and names[1].issuperset(instead)
        spelled = words.any_same_name(put, names[1]) or words.any_same_name(instead, names[0])
        if kind == "replace" and only_names and not spelled:
            return [*put, *instead]
    return []


def restated(one: str, other: str) -> bool:
    """Whether one of two sentences is the other with another number or date, and no other name."""
    held, steps, kept = _aligned(one, other)
    put = [(held[0][start:end], held[1][first:last]) for kind, start, end, first, last in steps if kind == "replace"]
    if kept < _RESTATED * min(map(len, held)) or any(_named(one) & {*a} and _named(other) & {*b} for a, b in put):
        return False
    return any(all(map(_is_value, pair)) for pair in put)


def _is_value(tokens: Sequence[str]) -> bool:
    return all(t[0].isdigit() or words.time_words(t) or t.lower() in words.NUMBER_WORDS for t in tokens)


def _aligned(one: str, other: str) -> tuple[list[list[str]], list[tuple[str, int, int, int, int]], int]:
    """The words of two texts, the steps from the one to the other (as of difflib), and how many words stay."""
    held = [words.TOKEN.findall(text) for text in (one, other)]
    lowered = [[token.lower() for token in text] for text in held]
    steps = SequenceMatcher(None, lowered[0], lowered[1], autojunk=False).get_opcodes()
    return held, list(steps), sum(end - start for kind, start, end, *_ in steps if kind == "equal")


def _named(text: str) -> set[str]:
    return {word for name in words.names(text) if not words.time_words(name) for word in words.TOKEN.findall(name)}
