"""Where sources say different things: other counts, answers or holders of an office, and denials. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from qa import evidence, ground, words
from qa.ground import Source

_COUNT = re.compile(r"(\d[\d.,]*\d|\d)((?: (?:million|billion|thousand|hundred|percent|per cent))? ?[^\W\d]+)")
_OFFICE = re.compile(
    r"(?<!ormer )((?:[A-Z][\w’'-]+ )+(?:Minister|President|Secretary|Chancellor|Governor|Mayor|Director|Chairman"
    r"|Chairwoman|Chair|King|Queen|Ambassador|Commissioner|Speaker|Chief)) ((?:[A-Z][\w’'-]+ ?){1,3})\b"
)
# Words of an office that do not say whose office it is: every country has a foreign minister.
_RANKS = frozenset(
    """prime foreign vice deputy first second defence defense interior finance economy justice health education energy
    environment chief executive assistant acting senior general state press managing minister president
    secretary""".split()
)
_LIKELY = 0.25  # how likely a sentence must be to answer before what it says is set against another answer
_COPY = 0.6  # share of the shorter sentence's words that a copy of it keeps, in order
_ON_TOPIC = 0.6  # share of the question's words that both sentences must hold, with what leads up to them
_WHETHER = 0.5  # the same, where the question is whether, and one of them denies it


def pairs(question: str, sources: Sequence[Source]) -> Iterator[tuple[int, int]]:
    """Pairs of sources (indices, the better one first) that speak of one thing and say different things of it.

    Args:
        question: what was asked, standing alone.
        sources: evidence for it, best first.
    """
    for i, one in enumerate(sources):
        for j in range(i + 1, len(sources)):
            other = sources[j]
            said = one.citation.quote, other.citation.quote
            if (
                (offices_of_interest(question, said[0]) and holders_differ(*said))
                or (_one_topic(*said) and _facts_differ(*said))
                or _answers_differ(question, one, other)
                or _copies_differ(question, one, other)
                or _denied(question, one, other)
            ):
                yield i, j


def renamed(one: str, other: str) -> list[str]:
    """The words of the names that stand in each other's place in two sentences that are copies otherwise."""
    held, names = [words.TOKEN.findall(text) for text in (one, other)], [_named(text) for text in (one, other)]
    lowered = [[token.lower() for token in text] for text in held]
    steps = SequenceMatcher(None, lowered[0], lowered[1], autojunk=False).get_opcodes()
    kept = sum(end - start for kind, start, end, *_ in steps if kind == "equal")
    if kept < _COPY * min(map(len, held)):
        return []
    for kind, start, end, first, last in steps:
        put, instead = held[0][start:end], held[1][first:last]
        only_names = names[0].issuperset(put) and names[1].issuperset(instead)
        spelled = words.any_same_name(put, names[1]) or words.any_same_name(instead, names[0])
        if kind == "replace" and only_names and not spelled:
            return [*put, *instead]
    return []


def _named(text: str) -> set[str]:
    return {word for name in words.names(text) if not words.time_words(name) for word in words.TOKEN.findall(name)}


def offices(text: str) -> dict[str, str]:
    """Who holds which office in a text: {"Danish Foreign Minister": "Ada Holm"}; only offices that say whose."""
    found = {}
    for run, holder in _OFFICE.findall(text):
        opening = (w for w in run.split() if w.lower() not in words.STOPWORDS and not words.time_words(w))
        office = " ".join(opening)  # "On Tuesday French President" is about the French President
        if set(words.tokens(office)) - _RANKS:
            found[office] = holder.strip()
    return found


def holders_differ(one: str, other: str) -> bool:
    """Whether one office is given to people of different last names."""
    held, elsewhere = offices(one), offices(other)
    return any(
        not words.same_name(held[office].split()[-1].lower(), elsewhere[office].split()[-1].lower())
        for office in held.keys() & elsewhere.keys()
    )


def offices_of_interest(question: str, text: str) -> dict[str, str]:
    """The offices in a text, with their holders, that a question asks about: it names the office, or its holder."""
    asked = set(words.stems(question))
    return {
        office: holder
        for office, holder in offices(text).items()
        if asked & set(words.stems(holder)) or all(_asked(stem, asked) for stem in words.stems(office))
    }


def _asked(stem: str, asked: set[str]) -> bool:
    """Whether a question has a word, or the country of an adjective: Estonia in a question stands for Estonian."""
    return any(
        stem == other or (min(len(stem), len(other)) >= 5 and (stem.startswith(other) or other.startswith(stem)))
        for other in asked
    )


def _answers_differ(question: str, one: Source, other: Source) -> bool:
    """Whether two documents both speak to the question and give another number, date or name for an answer."""
    if one.citation.document == other.citation.document:
        return False
    if not all(source.citation.score >= _LIKELY and _on_topic(question, source) for source in (one, other)):
        return False
    given = [_answers(question, source.citation.quote) for source in (one, other)]
    return any(given[0][kind] and given[1][kind] and given[0][kind].isdisjoint(given[1][kind]) for kind in given[0])


def _copies_differ(question: str, one: Source, other: Source) -> bool:
    """Whether two documents say the same with another name, which is not what the question is about."""
    if one.citation.document == other.citation.document:
        return False
    names = renamed(one.citation.quote, other.citation.quote)
    asked = set(words.stems(question)) & set(words.stems(" ".join(names)))
    return bool(names) and not asked and _on_topic(question, one) and _on_topic(question, other)


def _denied(question: str, one: Source, other: Source) -> bool:
    """Whether of two sentences on a yes/no question one affirms what the other denies, in words of the question."""
    if "whether" not in evidence.kinds(question) or not all(_on_topic(question, s, _WHETHER) for s in (one, other)):
        return False
    asked = set(words.stems(question)) - {stem for name in words.names(question) for stem in words.stems(name)}
    said = [asked & set(words.stems(source.citation.quote)) for source in (one, other)]
    turned = [asked & ground.turned_words(source.citation.quote, words.NEGATIONS) for source in (one, other)]
    return bool(turned[0] & said[1] - turned[1] or turned[1] & said[0] - turned[0])


def _on_topic(question: str, source: Source, share: float = _ON_TOPIC) -> bool:
    asked = set(words.stems(question))
    held = set(words.stems(f"{source.citation.title} {source.context} {source.citation.quote}"))
    return len(asked & held) >= share * len(asked)


def _answers(question: str, text: str) -> dict[str, frozenset[str]]:
    """What a text offers for an answer of each kind that the question asks for, in words that the question lacks."""
    kinds, asked = evidence.kinds(question), set(words.stems(question))
    found = {}
    if "number" in kinds:
        dates = {number for number in words.numbers(text) if words.time_words(number)}
        found["number"] = words.numbers(text) - words.numbers(question) - dates
    if "when" in kinds:
        found["when"] = words.time_words(text) - words.time_words(question)
    if kinds & {"who", "where"}:
        named = (stem for name in words.names(text) if not words.time_words(name) for stem in words.stems(name))
        found["name"] = frozenset(words.skeleton(stem) for stem in named if stem not in asked)
    return found


def _one_topic(one: str, other: str) -> bool:
    plain = [{s for s in words.stems(text) if not s.isdigit()} for text in (one, other)]
    return len(plain[0] & plain[1]) >= max(3, 0.4 * min(map(len, plain)))


def _facts_differ(one: str, other: str) -> bool:
    counts = [_counted(text) for text in (one, other)]
    units = counts[0].keys() & counts[1].keys()
    if any(counts[0][unit].isdisjoint(counts[1][unit]) for unit in units):
        return True
    shared = frozenset(words.stems(one)) & frozenset(words.stems(other))
    denied = [ground.turned_words(text, words.NEGATIONS, 1) & shared for text in (one, other)]
    return bool(denied[0]) != bool(denied[1])


def _counted(text: str) -> dict[str, set[str]]:
    """What is counted, by its unit: "2.4 million euros" is {"million euro": {"2.4"}}. Dates are not counts."""
    found: dict[str, set[str]] = {}
    for number, unit in _COUNT.findall(text):
        if not words.time_words(unit) and not words.time_words(number):
            key = " ".join(words.stems(unit))
            found.setdefault(key, set()).update(words.numbers(number))
    return {unit: counts for unit, counts in found.items() if unit and counts}
