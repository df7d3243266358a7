"""Who does what in a sentence, by the order of its words. Pure functions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from qa import words

_REACH = 2  # words with meaning after a name that may say what it does
_BE = frozenset("is are was were be been being s".split())
_GOVERNS = frozenset("with to of from by in at on for against between over under about near into than".split())
_AUXILIARY = re.compile(r" (?:has|have|had|is|are|was|were|will|would|can|could|must|may|might|did|does|do)\b")
_IS = re.compile(r" (?:is|was)(?: an?| the)? ")
_OPENS = re.compile(r"[“\"«(:]")
_GAP = 25  # characters between names of one list
_BY = 4  # words after a participle within which "by" may name who did it


class Deed(NamedTuple):
    """A name, and the stem of a word that says what it does or "is" with those of its title; `done` where it is done to
    the name."""

    name: str
    stem: str
    done: bool


class _Name(NamedTuple):
    text: str
    start: int
    end: int
    governed: bool


def told(text: str, known: str) -> list[Deed]:
    """For each word with meaning the name that stands nearest before it, with those joined to it by "and", or that
    "by" puts after it.

    Args:
        text: evidence.
        known: text whose names are names where any word has a capital too: at the beginning of a sentence or quotation.
    """
    names = _names(text, known, subjects=True)
    joined = {name: _joined(at, names, text) for at, name in enumerate(names)}
    deeds = [Deed(one, stem, done) for name, stem, done, _ in _deeds(text, names) for one in (name.text, *joined[name])]
    runs = [(name.text.split(), n) for name in names for n in range(1, len(name.text.split()))]
    return deeds + [Deed(" ".join(run[n:]), _title(" ".join(run[:n])), False) for run, n in runs]


def claimed(text: str, known: str) -> list[Deed]:
    """What a sentence says of its names: only of such as no preposition governs, and in the words that follow next.

    Args:
        text: one sentence.
        known: as for `told`.
    """
    names = _names(text, known)
    held = [(one, other) for one, other in itertools.pairwise(names) if _IS.fullmatch(text[one.end : other.start])]
    deeds = [Deed(one.text, _title(other.text), False) for one, other in held]
    return deeds + [Deed(name.text, stem, done) for name, stem, done, near in _deeds(text, names) if near]


def _title(name: str) -> str:
    return f"is {' '.join(words.stems(name))}"


def _deeds(text: str, names: list[_Name]) -> Iterator[tuple[_Name, str, bool, bool]]:
    """Name, stem, whether it is done to the name, and whether the word tells closely of a name that nothing governs."""
    tokens = list(words.TOKEN.finditer(text))
    last, since = None, 0
    for n, token in enumerate(tokens):
        if inside := [name for name in names if name.start <= token.start() < name.end]:
            last, since = inside[0], 0
            continue
        stem = next(iter(words.stems(token[0])), "")
        if not stem or stem.isdigit() or words.time_words(token[0]):
            continue
        since += 1
        passive = token[0].endswith(("ed", "en")) and any(t[0].lower() in _BE for t in tokens[max(0, n - 2) : n])
        if doer := _by(tokens[n + 1 : n + 1 + _BY], names):
            yield doer, stem, False, True
        elif last:
            yield last, stem, passive, since <= _REACH and not last.governed


def _joined(at: int, names: list[_Name], text: str) -> list[str]:
    """The names before the one at this index in a list that "and" joins: Ada and the envoy in Rome, Bo."""
    found: list[str] = []
    while at and names[at].start - names[at - 1].end <= _GAP:
        found.append(names[at - 1].text)
        at -= 1
    return found if re.search(r"\band\b", text[names[at].start : names[at + len(found)].start]) else []


def _by(tokens: list[re.Match[str]], names: list[_Name]) -> _Name | None:
    """The name that "by" governs among these words, if any."""
    for n, token in enumerate(tokens):
        if token[0].lower() == "by":
            after = [t.start() for t in tokens[n + 1 : n + 3]]
            return next((name for name in names if any(name.start == start for start in after)), None)
    return None


def _names(text: str, known: str, *, subjects: bool = False) -> list[_Name]:
    """The names of a text with their places, without times; at its beginning any that `known` has, and with `subjects`
    any word before an auxiliary verb: "Harlow has closed"."""
    found, position = [], 0
    plain, named = _OPENS.sub(" ", text), words.names(text)
    runs = [[word for word in name.split() if not words.time_words(word)] for name in words.names(f"and {plain}")]
    for run in (" ".join(run) for run in runs if run):
        start = text.find(run.split()[0], position)
        end = text.find(run.split()[-1], start) + len(run.split()[-1])
        position = end
        opener = not any(run in name for name in named) and not words.any_same_name(
            words.stems(run), words.stems(known)
        )
        if opener and not (subjects and _AUXILIARY.match(text[end:])):
            continue
        before = words.tokens(text[:start])[-2:]
        governed = bool(before) and (
            before[-1] in _GOVERNS or (before[-1] in {"the", "a", "an"} and before[0] in _GOVERNS)
        )
        found.append(_Name(run, start, end, governed))
    return found
