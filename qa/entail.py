"""Whether what a claim states follows from what its evidence states: who did it, to whom, where, when, how many."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa import words
from qa.grammar import ANYONE, MUTUAL, REFUSES, Reading, Statement, has, read

_CHOOSES = frozenset("choose decide opt".split())  # not to
_UNSURE = frozenset("if unless whether".split())
_PAIRS = "before/after from/to with/without for/against above/below over/under more/less more/fewer least/most"
_CONTRARY = [pair.split("/") for pair in f"{_PAIRS} until/since into/from".split()]
_TELLS = "say tell state add note report announce emphasize stress insist argue point declare explain assert remark"
_ANY_VERB = frozenset(words.stem(v) for v in f"be have do go come become take happen occur make {_TELLS}".split())
_TIME = re.compile("|".join(map(words.stem, [*words.MONTHS, *words.WEEKDAYS])) + r"|[12]\d{3}")


def misread(claim: str, quotes: Sequence[str]) -> Iterator[str]:
    """What a claim says of somebody, or as a fact, that the evidence says of another or not as a fact, in words.

    Args:
        claim: one English sentence.
        quotes: English sentences that hold most of its words.

    Raises:
        ModelError: the package with the parser is missing or damaged.
    """
    mine, said = read(claim), [read(quote) for quote in quotes]
    spoken = frozenset(stem for quote in quotes for stem in words.stems(quote))
    meant = frozenset(words.stems(claim)) | frozenset(words.tokens(claim)) & _UNSURE
    stated, implied = [s for one in said for s in one.stated], [s for one in said for s in one.implied]
    for statement in mine.stated:
        known = [s for s in stated if s.verb == statement.verb] or [s for s in implied if s.verb == statement.verb]
        if not known and statement.by_verb and not _is_said(statement.verb, spoken):
            yield f"“{statement.verb}”"
        faults = [next(_faults(statement, other, spoken, meant), "") for other in known]
        if faults and all(faults):
            yield min(faults, key=len)
    yield from _other_counts(mine, said)
    yield from _other_owners(mine, said, spoken)
    yield from _contrary(mine, said)


def _is_said(verb: str, spoken: frozenset[str]) -> bool:
    """Whether a verb is said at all, or is one that any sentence may be told with."""
    stem = verb.removeprefix("is ").split()[0]
    return stem in _ANY_VERB or has(stem, spoken) or bool(words.numbers(stem))


def _faults(mine: Statement, other: Statement, spoken: frozenset[str], meant: frozenset[str]) -> Iterator[str]:
    """Why one statement does not follow from another of the same verb, where it does not."""
    yield from _other_people(mine, other, spoken)
    yield from _other_place(mine, other, spoken)
    when, told = _times(mine), _times(other)
    if when and told and when.isdisjoint(told) and when <= spoken:
        yield f"“{min(when)}” instead of “{min(told)}”"
    for noun, number in mine.counts:
        others = {n for counted, n in other.counts if counted == noun}
        if others and number not in others:
            yield f"{number} {noun} instead of {min(others)}"
    if mine.negated != other.negated and not (mine.negated and other.under & REFUSES):
        yield f"“not {mine.verb}”" if mine.negated else f"“{mine.verb}” without its “not”"
    lost = other.under - mine.under - (REFUSES | _CHOOSES if mine.negated else frozenset())
    lost = frozenset(word for word in lost if not {word, words.stem(word)} & meant)
    if lost and not mine.under & other.under - {"will", "can"}:
        yield f"“{mine.verb}” without its “{min(lost)}”"


def _other_people(mine: Statement, other: Statement, spoken: frozenset[str]) -> Iterator[str]:
    doers, objects = other.doers, other.objects
    if mine.verb in MUTUAL:
        doers = objects = doers + objects if doers else ()
    if not doers and any(phrase.name and phrase.meant(n for _, n in other.near) for phrase in mine.doers):
        yield f"{mine.doers[0].text} does not {mine.verb}"
    if mine.verb.startswith("is "):
        known = {word for phrase in (*doers, *objects) for word in phrase.words}
        lost = [w for phrase in mine.objects for w in phrase.words if has(w, spoken) and not has(w, known)]
        if lost:
            yield f"“{min(lost)}” of another {mine.objects[0].text}"
    for phrases, told, opposite in ((mine.doers, doers, objects), (mine.objects, objects, doers)):
        for phrase in phrases:
            if phrase is ANYONE or not told or not (phrase.name or has(phrase.head, spoken)) or phrase.meant(told):
                continue
            if ANYONE not in told or phrase.meant(opposite):
                yield f"{phrase.text} instead of {told[0].text or 'another'}"


def _other_place(mine: Statement, other: Statement, spoken: frozenset[str]) -> Iterator[str]:
    known = [noun for _, noun in other.places] + [p for p in other.doers + other.objects if p is not ANYONE]
    for small, phrase in mine.places:
        others = [n for told, n in other.near if told == small and bool(n.name) == bool(phrase.name)]
        if others and has(phrase.head, spoken) and not phrase.meant(known):
            yield f"“{small} {phrase.text}” instead of “{small} {others[0].text}”"


def _times(statement: Statement) -> frozenset[str]:
    return frozenset(word for _, phrase in statement.near for word in phrase.words if _TIME.fullmatch(word))


def _other_counts(mine: Reading, said: Sequence[Reading]) -> Iterator[str]:
    for noun, number in mine.counts:
        known = {n for one in said for other, n in one.counts if other == noun}
        if known and number not in known:
            yield f"{number} {noun} instead of {min(known)}"


def _other_owners(mine: Reading, said: Sequence[Reading], spoken: frozenset[str]) -> Iterator[str]:
    for noun in {noun for noun, _ in mine.owners}:
        owners = {owner for n, owner in mine.owners if n == noun}
        known = {owner for one in said for n, owner in one.owners if n == noun}
        if known and "" not in known | owners and owners <= spoken and not owners & known:
            yield f"{noun} of {min(owners)} instead of {min(known)}"


def _contrary(mine: Reading, said: Sequence[Reading]) -> Iterator[str]:
    before = {pair for one in said for pair in one.before}
    for small, noun in mine.before:
        others = [o for pair in _CONTRARY for s, o in (pair, pair[::-1]) if s == small and (o, noun) in before]
        if others and (small, noun) not in before:
            yield f"“{small} {noun}” instead of “{others[0]} {noun}”"
