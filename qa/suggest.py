"""Questions that a sentence answers, made from its own words, so that they can be offered to a reader."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from qa import speaker, words

LONGEST = 16  # words of a question
ALIKE = 0.5  # share of common stems above which two questions are one
_NAME = r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*"
_ENDS = {"accused": "of", "blamed": "for", "criticized": "for", "criticised": "for", "praised": "for", "urged": "to do"}
_TOLD = re.compile(rf"\b(?P<verb>{'|'.join(_ENDS)}) (?P<whom>(?:the )?{_NAME}) (?:of|for|to)\b")
_ADVERBS = r"(?: (?:also|later|then|similarly|repeatedly|again|further|earlier|publicly))*"
_DID = re.compile(rf"(?:,[^,]+,)?{_ADVERBS} (?P<did>(?:(?:has|have|had) )?[a-z]+(?:ed|t|id|ew|ook|ave) .*)")
_WAS = re.compile(
    rf"(?P<what>The (?:[\w-]+ ){{1,4}}?|{_NAME} )(?P<be>was|were) (?P<done>\w+(?:ed|lt|wn|un)) (?:in|on) .*\d"
)
_COUNT = re.compile(r"(?:(?:About|Some|Over|More than|Nearly|Around) )?\d[\d,]* (?P<rest>[a-z][^,;:]+?)\.?")
_READABLE = re.compile(r"(?:[\w .'’%$€£&/–-]|“[^“”<>\[\]{}]*”)+\?")  # no markup, no quotation left open
_CLAUSE = re.compile(r"[,;:—]| (?:when|while|after|as|because|but) ")
_BEARINGS = frozenset(
    "he she it they we i you his her hers its their our my him them this that these those there here such".split()
)
_WHEN = frozenset(words.MONTHS + words.WEEKDAYS)
_OF_A_PEOPLE = re.compile(r"[\w-]+(?:ian|ani|ish|ese|ern|ean|eri)s?")
_WHAT_OF_IT = re.compile(r" ((?:[a-z]+(?:al|ic|ary|ign|ive|ous) )?([a-z]+))\b")  # "foreign ministry", "side"


def questions(sentence: str, who: str | None = None) -> list[str]:
    """Questions in the order of their worth; none where the sentence cannot be asked for in its own words.

    Args:
        sentence: one sentence of a document.
        who: whose words it tells, where that is known.
    """
    sentence = " ".join(sentence.split()).lstrip("-*•– ")
    who = who or speaker.reporter(sentence)
    found = [*_about_speaker(sentence, who)] if who and who != who.lower() and who.lower() not in _BEARINGS else []
    if match := _WAS.match(sentence):
        found.append(f"When {match['be']} {_inside(match['what'].strip())} {match['done']}?")
    if (match := _COUNT.fullmatch(sentence)) and _stands_alone(match["rest"]):
        found.append(f"How many {match['rest']}?")
    return [text for text in found if _READABLE.fullmatch(text) and len(text.split()) <= LONGEST]


def varied(found: Iterable[str], known: Iterable[str] = ()) -> list[str]:
    """Questions without those like one before or one of `known`, ordered so that neighbours open differently."""
    kept: list[str] = []
    for text in found:
        if not any(_alike(text, other) for other in (*known, *kept)):
            kept.append(text)
    seen, turns = Counter[str](), dict[str, int]()
    for text in kept:
        turns[text] = seen[text.split()[0]]
        seen[text.split()[0]] += 1
    return sorted(kept, key=lambda text: turns[text])


def _alike(one: str, other: str) -> bool:
    stems, others = {*words.stems(one)}, {*words.stems(other)}
    return len(stems & others) > ALIKE * min(len(stems), len(others))


def _about_speaker(sentence: str, who: str) -> Iterator[str]:
    told = _TOLD.search(sentence)
    if told and told["whom"] not in who:
        yield f"What did {_inside(who)} {told['verb'][:-1]} {told['whom']} {_ENDS[told['verb']]}?"
    opens = re.match(rf"(?:\S+ ){{0,6}}?{re.escape(who.rsplit(maxsplit=1)[-1])}", sentence)
    did = _DID.fullmatch(sentence[opens.end() :]) if opens else None
    if did and not _CLAUSE.search(did["did"]) and _stands_alone(did["did"]):
        yield f"Who {did['did'].rstrip('.')}?"
    if topic := next(_topics(sentence, who), None):
        yield f"What did {_inside(who)} say about {topic}?"


def _topics(sentence: str, who: str) -> Iterator[str]:
    """Names in a sentence that are somebody else's, as they stand there: "the European Union", "the Danish side"."""
    for name in words.names(sentence):
        at = sentence.find(name)
        after = _WHAT_OF_IT.match(sentence, at + len(name))
        of_a_people = _OF_A_PEOPLE.fullmatch(name.split()[-1])
        if at <= 0 or name.isupper() or {*name.split()} & {*who.split()} or {*words.tokens(name)} & _WHEN:
            continue
        if (after and after[1].startswith("spokes")) or (of_a_people and (not after or after[2] in words.STOPWORDS)):
            continue
        the = "the " if of_a_people or sentence[:at].lower().endswith("the ") else ""
        yield f"{the}{name}{f' {after[1]}' if of_a_people and after else ''}"


def _stands_alone(text: str) -> bool:
    return len(text.split()) >= 4 and not _BEARINGS & {*words.tokens(text)} - {"that"}


def _inside(name: str) -> str:
    return re.sub(r"^The\b", "the", name)
