"""A question that leaves open whom or what it means gets one short question back, with the candidates found.

False asking is worse than not asking: a question is taken for open only where it has no name, and nothing else in it,
nor in the dialogue, says which of them is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from qa import followup, people, prompts, words
from qa.followup import History
from qa.types import Answer, Citation, Document, Hit

MOST = 4  # candidates to choose from
LONGEST = 24  # words; a longer question explains itself what it means
_TOLD = r"(?i:(?:what|how|tell me) about|what(?: is|'s| was| does| did)|who (?:is|was)|describe|explain)"
_THIS = re.compile(
    r"\b(?P<span>(?:[Tt]his|[Tt]hese) "
    r"(?:(?:[a-z]\w+-\w+|\w+(?:al|ous|ic|ive|ish|ern|ian|ese|ed|ful|less)|new|old|same) )*"
    r"(?P<noun>[a-z]{3,}))\b(?! of\b)"
)
_KINDS = frozenset(
    """animal bird fish plant tree language book novel film movie series show song album band team player actor actress
    singer author company country city state river mountain island war battle king queen disease drug medicine dish game
    sport event school university festival building museum church religion ship car product app tool agency organization
    character person man woman flag currency holiday program website bank bridge treaty law election prize award
    tournament episode""".split()
)
_KIND = re.compile(  # a kind of thing that the dialogue has not spoken of yet
    r"\b(?P<span>[Tt]he (?P<noun>[a-z]{3,}))\b(?! (?:of|that|who|which|in which|where|called|named|from)\b|[’']| [A-Z])"
)
_ROLE = re.compile(rf"\b(?P<span>the (?P<noun>{people.ROLES}))\b(?! (?:of|for|in|from|to|who|that|at)\b|[’']s? )", re.I)
_BARE = re.compile(rf"{_TOLD} (?P<span>the (?P<noun>[a-z][\w-]+))(?: (?:say|about|all about))?\W*", re.I)
_SURNAME = re.compile(rf"{_TOLD} (?P<span>(?P<noun>[A-Z][\w’'-]+))(?: (?:say|do))?\W*")
_LEADING = re.compile(rf"^(?:(?:{'|'.join(map(re.escape, words.STOPWORDS))}) )+", re.I)
_NO_THING = frozenset(
    """week month year day time season morning afternoon evening night way case kind sort type point document article
    text chat conversation answer information world one ones topic subject question matter regard context respect study
    report paper page passage list form""".split()
)


class _Open(NamedTuple):
    """What a question leaves open: the words that do, their noun ("" for a pronoun), and what may stand for them."""

    span: str
    noun: str
    kind: str


def ask(
    question: str, history: History, hits: Sequence[Hit], document: Callable[[str], Document], *, sure: bool = False
) -> Answer | None:
    """The question back, with a citation for each candidate; None where the question says what it means.

    Args:
        question: what is searched, the dialogue taken into account.
        history: the dialogue.
        hits: the passages found, from which the candidates are taken.
        document: a document by its id.
        sure: whether there is an answer that is likely enough not to ask without a candidate.
    """
    left = _left_open(question, history) if len(words.tokens(question)) <= LONGEST else None
    if not left:
        return None
    places = list(_sentences(hits, document))
    found = _distinct(_candidates(left, places))[:MOST]
    if len(found) == 1 or (not found and (left.kind != "this" or sure)):
        return None
    cited = tuple(replace(citation, number=n) for n, (_, citation) in enumerate(found, 1))
    options = [f"{label} [{n}]" for n, (label, _) in enumerate(found, 1)]
    listed = ", ".join(options[:-1]) + " or " + options[-1] if options else ""
    text = prompts.ask_back(left.span, listed, person=left.kind in ("person", "role", "name"))
    return Answer(question, text, False, cited, kind="question", standalone=question)


def _left_open(question: str, history: History) -> _Open | None:
    names = [name for name in words.names(question) if not re.fullmatch(people.ROLES, name, re.I)]
    spoken = set(words.stems(" ".join(text for turn in history for text in turn)))
    if (surname := _SURNAME.fullmatch(question)) and not history:
        return _Open(surname["span"], surname["noun"], "name")
    for kind in _KIND.finditer(question) if history else ():
        if kind["noun"].removesuffix("s") in _KINDS and words.stem(kind["noun"]) not in spoken:
            return _Open(kind["span"], kind["noun"], "this")
    if names or words.numbers(question):
        return None
    pronoun = followup.PERSON.search(question)
    if pronoun and followup.person_leans(question):
        return _Open(pronoun[0], "", "person")
    for sort, match in (("role", _ROLE.search), ("noun", _BARE.fullmatch), ("this", _THIS.search)):
        found = match(question)
        if not found or words.stem(found["noun"].lower()) in spoken or found["noun"].lower() in _NO_THING:
            continue
        before = followup.content(question[: found.start("span")])
        others = set(followup.content(question)) - set(words.stems(found["span"]))
        if not set(words.stems(found["span"])) & set(before) if sort == "this" else not others:
            return _Open(found["span"], found["noun"], sort)
    return None


def _sentences(hits: Sequence[Hit], document: Callable[[str], Document]) -> Iterator[Citation]:
    """Every sentence of the hits, the best passage first, not yet numbered."""
    for hit in hits:
        source = document(hit.passage.document)
        for start, end in hit.passage.sentences:
            if start >= source.body:
                quote, page = source.text[start:end], source.page_at(start)
                yield Citation(0, source.id, source.title, quote, start, end, page, source.date)


def _candidates(left: _Open, places: Iterable[Citation]) -> Iterator[tuple[str, Citation]]:
    """What may be meant, as it is called, with the sentence that says so."""
    noun = words.stem(left.noun.lower())
    for place in places:
        if left.kind in ("person", "role"):
            for person in people.introduced(place.quote):
                if left.kind == "person" or noun in words.stems(person.role):
                    yield f"{person.name} ({person.role})" if person.role else person.name, place
        elif left.kind == "name":
            for name in map(people.bare, words.names(place.quote)):
                if " " in name and people.is_person(name) and noun in words.stems(name):
                    yield name, place
        else:
            cap = r"[A-Z][\w’'-]*"
            bare = rf"(?i:{re.escape(left.noun.rstrip('sy'))})\w{{0,3}}"
            form = rf"\b(?:{cap} ){{1,3}}{bare}\b|\b{bare} of (?:the )?{cap}(?: {cap})*"
            for found in re.finditer(form, place.quote):
                label = _LEADING.sub("", found[0])
                if set(words.stems(label)) > {noun}:
                    yield label, place


def _distinct(found: Iterable[tuple[str, Citation]]) -> list[tuple[str, Citation]]:
    """Each once: one person under any spelling, one thing in singular and plural."""
    kept: list[tuple[str, Citation]] = []
    for label, place in found:
        name = label.partition(" (")[0]
        known = [other.partition(" (")[0] for other, _ in kept]
        if not any(people.same(name, other) or words.stems(name) == words.stems(other) for other in known):
            kept.append((label, place))
    return kept
