"""Who does what to whom in an English sentence, and whether as a fact: read from its dependency parse."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from qa import people, words
from qa.errors import ModelError
from qa.packaged import PARSER

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_VERBS, _NOUNS = {"VERB", "AUX"}, {"NOUN", "PROPN"}
_PARTS = {"det", "amod", "compound", "nmod", "nummod", "poss", "prep", "pobj", "appos", "quantmod", "case"}
_PRONOUNS = {"PRON", "DET"}
_RELATIVE = {"WDT", "WP"}
_STANDS_FOR = frozenset("one ones some others".split())
_OUTSIDE = frozenset("i we you this that there".split())  # these stand for nobody in the text
_NOT = frozenset("no none nobody nothing neither nor never".split())
_IF = frozenset("if unless whether".split())
_MODALS = {"will": "will", "would": "will", "'ll": "will", "shall": "will", "wo": "will", "ca": "can", "can": "can"}
_MODALS |= {"could": "can", "may": "may", "might": "may", "should": "should", "must": "must"}
_CARRIES = frozenset("begin start continue resume proceed manage come help get keep happen use be able".split())
_LIGHT = _CARRIES | frozenset(
    "have hold make take give do conduct attend pay lead visit extend issue send launch deliver stage reach".split()
)
_GATHERS = frozenset("meet gather use come go return".split())  # "they met to discuss it": they did
_UNTOLD = frozenset("deny doubt refute hope fear propose suggest demand urge expect predict want wish ask call".split())
_AWAY = frozenset("from against".split())  # "she withdrew from the meeting": she did not meet anyone
_SUSPECTS = frozenset("accuse suspect dream think".split())  # of doing
REFUSES = frozenset("refuse fail decline failure refusal".split())
MUTUAL = frozenset("meet marri border clash fight".split())  # stems: A meets B, B meets A
_JOINT = MUTUAL | frozenset("discuss talk negoti agre speak".split())  # A with B, B with A
_TITLE = re.compile(rf"{people.ROLES}|foreign|prime|deputy|vice|mrs?|ms|dr|sir|emperor|st", re.I)
_HYPHENED = re.compile(r"(?<=\b(?:re|co|un|de))-(?=[a-z])|(?<=\b(?:non|pre|mis))-(?=[a-z])")  # else two words
_SAME = {"following": "after", "upon": "after"}


class Phrase(NamedTuple):
    """A noun: its `text`, its stem, the stems of all that belongs to it, of these the ones of a name without titles,
    and the numbers that count it."""

    text: str
    head: str
    words: frozenset[str]
    name: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    def meant(self, others: Iterable[Phrase]) -> bool:
        """Whether one of the others speaks of the same: the noun of one is among the words of the other, and they are
        not two names ("Butcher Market", "Grainger Market")."""
        return any(
            (has(self.head, other.words) or (not self.name and has(other.head, self.words)))
            and not (_beyond(self.name, other) and _beyond(other.name, self))
            and not (self.numbers and other.numbers and self.numbers.isdisjoint(other.numbers))
            for other in others
        )


ANYONE = Phrase("", "", frozenset())  # whom a pronoun stands for is not known


class Statement(NamedTuple):
    """Who (`doers`; empty where the text names none) does what (`verb`, a stem; or "is" and a noun) to whom.

    `by_verb` says whether a verb states it, not a title; `under` are the words that make it less than a fact ("offer",
    "if", "may"); `places` are the prepositions of its clause with their nouns, `near` those of the verb itself; and
    `counts` the nouns of the clause that have a number, each with it.
    """

    verb: str
    doers: tuple[Phrase, ...]
    objects: tuple[Phrase, ...]
    by_verb: bool = False
    under: frozenset[str] = frozenset()
    negated: bool = False
    near: tuple[tuple[str, Phrase], ...] = ()
    places: tuple[tuple[str, Phrase], ...] = ()
    counts: frozenset[tuple[str, str]] = frozenset()


class Reading(NamedTuple):
    """A text as its statements and those that its nouns imply ("a meeting").

    `before` has the small words before nouns and numbers, `counts` nouns and their numbers, `owners` nouns and whose or
    of what they are; `clause` says whether a verb has a subject; `plain` is the text with irregular verbs made plain.
    """

    stated: tuple[Statement, ...]
    implied: tuple[Statement, ...]
    before: tuple[tuple[str, str], ...]
    counts: frozenset[tuple[str, str]]
    owners: frozenset[tuple[str, str]]
    clause: bool
    plain: str


@lru_cache(maxsize=2_000)
def read(text: str) -> Reading:
    """The statements of an English text."""
    doc = _parser()(re.sub("[–—]", r" — ", _HYPHENED.sub("", text.replace("’", "'"))))
    stated = [s for token in doc for s in (*_verbal(token), *_nominal(token))]
    implied = [s for token in doc if token.pos_ == "NOUN" for s in _implied(token)]
    clause = any(t.dep_ in {"nsubj", "nsubjpass"} for t in doc)
    plain = "".join((t.lemma_ if _irregular(t) else t.text) + t.whitespace_ for t in doc)
    return Reading(tuple(stated), tuple(implied), tuple(_before(doc)), _counts(doc), _owners(doc), clause, plain)


def _irregular(token: Token) -> bool:
    return token.pos_ == "VERB" and words.stem(token.lemma_) != words.stem(token.lower_)


def _verbal(token: Token) -> Iterator[Statement]:
    if token.pos_ not in _VERBS or token.dep_ in {"aux", "auxpass", "prep"}:
        return
    doers, objects = _doers(token), tuple(_phrases(_kids(token, "dobj", "dative")))
    if token.dep_ == "relcl" and any(t.tag_ in _RELATIVE for t in _kids(token, "dobj")):
        objects = tuple(_phrases(_modified(token)))
    if _passive(token):
        agents = [t for by in _kids(token, "agent") for t in _kids(by, "pobj")]
        doers, objects = tuple(_phrases(agents)), doers
    if (verb := words.stem(token.lemma_.lower()) or token.lower_) in _JOINT:
        doers += tuple(_phrases(t for p in _kids(token, "prep") if p.lower_ == "with" for t in _kids(p, "pobj")))
    negated = any(t.lower_ in _NOT or t.dep_ == "neg" for t in _clause(token))
    verb = " ".join([verb, *(t.lower_ for t in _kids(token, "prt"))])
    if token.lemma_ != "be":
        yield Statement(verb, doers, objects, True, _under(token), negated, *_places(token), _counts(_clause(token)))
        return
    for attribute in _with_conjuncts(t for t in _kids(token, "attr", "acomp", "advmod") if words.stems(t.text)):
        yield Statement(f"is {_stem(attribute)}", doers, (_phrase(attribute),), True, _under(token), negated)


def _nominal(token: Token) -> Iterator[Statement]:
    """What a title or an apposition says its noun is: "Mayor Ada Holm", "the envoy, Ines Duarte"."""
    noun = token.pos_ in _NOUNS
    if noun and token.dep_ == "appos":
        head = _introduced(token)
        for one, other in ((token, head), (head, token)):
            if one.pos_ == "NOUN" or _is_title(one):
                yield Statement(f"is {_stem(one)}", tuple(_phrases([other])), (_phrase(one),))
    elif noun and token.dep_ == "compound" and token.head.pos_ == "PROPN" and _is_title(token):
        yield Statement(f"is {_stem(token)}", (_phrase(token.head),), (_phrase(token.head),))


def _introduced(token: Token) -> Token:
    """The noun that a name in apposition names: the nearest one before it of those joined to the one it hangs on."""
    joined = [t for t in _with_conjuncts([token.head]) if t.i < token.i and t.pos_ == "NOUN"]
    return joined[-1] if token.head.pos_ == "PROPN" and joined else token.head


def _implied(token: Token) -> Iterator[Statement]:
    """That somebody did what a noun names: "Holm withdrew from a meeting" says nothing of Holm having met anyone."""
    owners = tuple(_phrases(_kids(token, "poss"))) or tuple(
        _phrases(t for p in _kids(token, "prep") if p.lower_ == "by" for t in _kids(p, "pobj"))
    )
    preposition = token.head if token.dep_ == "pobj" else None
    verb = preposition.head if preposition else token.head
    if token.dep_ not in {"dobj", "pobj"} or verb.pos_ != "VERB":
        yield Statement(_stem(token), owners, ())
        return
    light = verb.lemma_ in _LIGHT or (preposition is not None and preposition.lower_ not in _AWAY | {"for"})
    under = _under(verb) if light else _under(verb) | {verb.lemma_}
    yield Statement(_stem(token), owners or _subjects(verb), (), False, under)


def _subjects(verb: Token) -> tuple[Phrase, ...]:
    return () if verb.dep_ == "xcomp" else _doers(verb)


def _before(doc: Doc) -> Iterator[tuple[str, str]]:
    for token in doc:
        if token.dep_ in {"pobj", "pcomp"}:
            small = "before" if token.head.head.lower_ == "prior" else token.head.lower_
            yield from ((_SAME.get(small, small), _stem(noun)) for noun in _with_conjuncts([token]))
        elif token.dep_ == "mark":
            yield token.lower_, _stem(token.head)
        elif token.like_num:
            yield from ((t.lower_, token.lower_) for t in doc[max(0, token.i - 2) : token.i])


def _places(verb: Token) -> tuple[tuple[tuple[str, Phrase], ...], tuple[tuple[str, Phrase], ...]]:
    """The prepositions of a verb with their nouns, and all those of its clause; before a verb joined to another one
    also those that stand before both."""
    near = [t for t in verb.children if t.dep_ == "prep"]
    if verb.dep_ == "conj" and not _kids(verb, "nsubj", "nsubjpass"):
        near += [t for t in _kids(verb.head, "prep") if t.i < verb.head.i]
    every = near + [t for t in _clause(verb) if t.dep_ == "prep" and t not in near]
    pairs = [(t, (t.lower_, _phrase(noun))) for t in every for noun in _with_conjuncts(_kids(t, "pobj"))]
    return tuple(pair for t, pair in pairs if t in near), tuple(pair for _, pair in pairs)


def _counts(tokens: Iterable[Token]) -> frozenset[tuple[str, str]]:
    counted = [(t.head, t) for t in tokens if t.dep_ == "nummod"]
    return frozenset((_stem(noun), number) for noun, t in counted for number in words.numbers(t.text))


def _owners(doc: Doc) -> frozenset[tuple[str, str]]:
    owned = [(t.head, t) for t in doc if t.dep_ == "poss"]
    owned += [(t.head, noun) for t in doc if t.lower_ == "of" and t.dep_ == "prep" for noun in _kids(t, "pobj")]
    pairs = [(noun, one) for noun, owner in owned if noun.pos_ != "VERB" for one in _phrases([owner])]
    return frozenset((_stem(noun), stem) for noun, one in pairs for stem in one.words or {""})


def _doers(verb: Token, depth: int = 4) -> tuple[Phrase, ...]:
    """Who does what a verb says (of a passive one: to whom it is done), from its clause or the one it hangs on."""
    own = _kids(verb, "nsubj", "nsubjpass", "csubj")
    named = [t for t in own if t.pos_ != "PRON" and t.tag_ not in {"WDT", "WP", "DT"}]
    if named or not depth:
        return tuple(_phrases(named))
    relative = any(t.tag_ in _RELATIVE or t.lower_ == "that" for t in own)
    if (verb.dep_ == "relcl" and relative) or (verb.dep_ == "acl" and not _infinitive(verb)):
        return tuple(_phrases(_modified(verb)))
    if own and (verb.dep_ == "conj" or relative or any(t.lower_ in _OUTSIDE for t in own)):
        return (ANYONE,)
    if verb.dep_ == "acl" and not _kids(verb.head, "poss") and not any(p.lower_ == "to" for p in verb.head.children):
        up = next((t for t in verb.ancestors if t.pos_ == "VERB"), None)
        return _doers(up, depth - 1) if up is not None and not own else ()
    if verb.dep_ == "advcl" and not own and verb.tag_ in {"VBZ", "VBP", "VBD"}:  # read wrongly
        return ()
    if verb.dep_ in {"conj", "xcomp", "advcl", "ccomp"} and verb.head.pos_ in {"VERB", "AUX", "ADJ"}:
        if verb.dep_ == "xcomp" and (asked := _kids(verb.head, "dobj", "dative")) and not own:
            return tuple(_phrases(asked)) + _doers(verb.head, depth - 1)
        above = _doers(verb.head, depth - 1)
        he = any(t.lower_ in {"he", "she"} for t in own) and any(people.is_institution(phrase.text) for phrase in above)
        return (ANYONE,) if he or (verb.dep_ == "ccomp" and not own) else above
    if verb.dep_ == "pcomp" and verb.head.head.pos_ == "VERB":
        return tuple(_phrases(_kids(verb.head.head, "dobj"))) + _doers(verb.head.head, depth - 1)
    return (ANYONE,) if own else ()


def _under(verb: Token) -> frozenset[str]:
    """The words over a verb that make it less than a fact."""
    found: set[str] = set()
    while True:
        found |= {_MODALS[t.lower_] for t in _kids(verb, "aux") if t.lower_ in _MODALS}
        marks = _kids(verb, "mark") + [t for clause in _kids(verb, "advcl") for t in _kids(clause, "mark")]
        found |= {"if" for t in marks if t.lower_ in _IF}
        head = verb.head
        if verb.dep_ == "conj":
            if any(_kids(verb, "nsubj", "nsubjpass", "aux", "auxpass")) or head.pos_ not in _VERBS:
                return frozenset(found)
        elif verb.dep_ == "xcomp":
            found |= {head.lemma_.lower()} - _CARRIES if head.pos_ != "AUX" else set()
        elif verb.dep_ == "ccomp":
            found |= {head.lemma_.lower()} & (_UNTOLD | REFUSES)
        elif verb.dep_ == "pcomp":
            away = head.lower_ in _AWAY or head.head.lemma_ in _SUSPECTS
            return frozenset(found | ({head.head.lemma_.lower()} if away else set()))
        elif verb.dep_ == "acl" and any(t.lower_ == "that" for t in _kids(verb, "mark")):
            return frozenset(found | {head.lemma_.lower()} - {"fact"})
        elif _infinitive(verb) and (verb.dep_ == "acl" or (verb.dep_ == "advcl" and head.lemma_ not in _GATHERS)):
            return frozenset(found | {head.lemma_.lower()})
        else:
            return frozenset(found)
        verb = head


def _modified(verb: Token) -> list[Token]:
    """The nouns that a clause may belong to: the one it hangs on and those over it, for a parser sees only the nearest
    ("a meeting with Lind scheduled for May")."""
    noun, found = verb.head, [verb.head]
    while noun.dep_ == "pobj" and noun.head.head.pos_ in _NOUNS:
        noun = noun.head.head
        found.append(noun)
    return found


def _infinitive(verb: Token) -> bool:
    return any(t.lower_ == "to" for t in _kids(verb, "aux"))


def _passive(verb: Token) -> bool:
    bare = verb.dep_ == "acl" and verb.tag_ == "VBN"
    return bare or any(_kids(verb, "nsubjpass", "auxpass", "agent"))


def _clause(verb: Token) -> Iterator[Token]:
    """The words under a verb that no other verb stands between."""
    for token in verb.children:
        if token.pos_ not in _VERBS:
            yield token
            yield from _clause(token)


def _kids(token: Token, *kinds: str) -> list[Token]:
    return [t for t in token.children if t.dep_ in kinds]


def _with_conjuncts(tokens: Iterable[Token]) -> list[Token]:
    found = []
    for token in tokens:
        found += [token, *_with_conjuncts(_kids(token, "conj"))]
    return found


def _phrases(tokens: Iterable[Token]) -> list[Phrase]:
    """Nouns with those joined to them by "and", names in apposition to one of these with them."""
    every = _with_conjuncts(tokens)
    every += [t for token in every for t in _kids(token, "appos") if _introduced(t) != token]
    return [ANYONE if token.pos_ in _PRONOUNS or token.lower_ in _STANDS_FOR else _phrase(token) for token in every]


def _phrase(token: Token) -> Phrase:
    parts = _parts(token) + (_parts(_introduced(token)) if token.dep_ == "appos" else [])
    own = sorted([*_kids(token, "compound"), token], key=lambda t: t.i)
    name = frozenset(_stem(t) for t in own if t.pos_ == "PROPN" and words.stems(t.text) and not _is_title(t))
    numbers = frozenset(n for t in _kids(token, "nummod") for n in words.numbers(t.text))
    stems = frozenset(stem for t in parts for stem in words.stems(t.text))
    return Phrase(" ".join(t.text for t in own), _stem(token), stems, name, numbers)


def _is_title(token: Token) -> bool:
    return bool(_TITLE.fullmatch(token.text))


def _parts(token: Token) -> list[Token]:
    below = [t for t in token.children if t.dep_ in _PARTS and not (t.dep_ == "appos" and _introduced(t) != token)]
    return [token, *(part for t in below for part in _parts(t))]


def _stem(token: Token) -> str:
    return next(iter(reversed(words.stems(token.text))), token.lower_)


def _beyond(name: Iterable[str], other: Phrase) -> bool:
    return any(not has(stem, other.words) for stem in name)


def has(stem: str, stems: Iterable[str]) -> bool:
    return any(words.same_name(stem, other) for other in stems)


@lru_cache(maxsize=1)
def _parser() -> Any:
    import spacy

    if (state := PARSER.state()) != "verified":
        raise ModelError(f"the parser {PARSER.name} is {state}; run: {PARSER.cure}")
    return spacy.load(PARSER.path.parent.parent, exclude=["ner"])
