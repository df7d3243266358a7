"""The people that a text introduces: by a role or a title beside their name."""

from __future__ import annotations

import re
from typing import NamedTuple

from qa import words

ROLES = (
    "minister|president|premier|chancellor|secretary|ambassador|spokes(?:man|woman|person)|mayor|governor|senator|"
    "congress(?:man|woman)|councill?or|lawmaker|king|queen|prince|princess|general|colonel|major|captain|lieutenant|"
    "sergeant|commander|officer|sheriff|detective|inspector|professor|director|chair(?:man|woman|person)?|chief|head|"
    "leader|engineer|judge|justice|bishop|archbishop|pope|pastor|rabbi|imam|doctor|coach|manager|analyst|lawyer|"
    "attorney|prosecutor|economist|historian|researcher|scientist|author|writer|poet|editor|journalist|reporter|"
    "diplomat|commissioner|representative|delegate|teacher|principal|founder|co-founder|owner|CEO|chef|artist|"
    "actor|actress|singer|composer|architect|designer|developer|activist|expert|resident|student|farmer|nurse|envoy"
)
_PLURAL = ROLES.replace("man|woman", "men|women").replace("secretary|", "")
SEVERAL = rf"(?:[\w’'\-]+ ){{0,3}}?(?:(?:{_PLURAL})s?|secretaries|spokespeople)"  # "foreign ministers"
_SPOKESMAN = re.compile(r"\b(spokes|chair|congress)(?:m[ae]n|wom[ae]n|persons?|people)?\b")
_OTHER = frozenset(map(words.stem, "deputy vice former acting ex assistant".split()))  # who is one bears another role
_CAP = r"[^\W\d_a-zß-öø-ÿ][\w’'\-]*\w"
_FULL = rf"{_CAP}(?: (?:[^\W\d_a-z]\.|de|van|von|al|bin|da|dos|el|la|{_CAP}))* {_CAP}"
_HONORIFIC = r"(?:Mr|Mrs|Ms|Dr|Prof|Sir|Dame|Lord|Lady|Rev|Sen|Gov|Gen|Col|Capt)\.?"
_BEFORE = re.compile(
    rf"(?P<role>(?:\b[\w’'\-]+ ){{0,4}}?\b(?i:{ROLES}))"
    rf"(?:(?: (?:in|of|for|to|at) {_CAP})?,?| (?:of|for) (?:the )?{_CAP}(?: {_CAP})*,) (?P<name>{_FULL})"
)
_OFFICE = rf"(?i:{ROLES})(?: (?:of|for) (?:the )?{_CAP}(?: {_CAP})*)?"
_AFTER = re.compile(
    rf"(?P<name>{_FULL}), (?:(?:the|an?) (?P<role>(?:[\w’'\-]+ ){{0,5}}{_OFFICE})"
    rf"|(?P<bare>(?:[\w’'\-]+ ){{0,2}}(?i:{ROLES})))(?=[,.;)]| (?:of|for|at|in)\b)"
)
_TITLED = re.compile(rf"(?P<role>){_HONORIFIC} (?P<name>(?:[^\W\d_a-z]\. ?)*{_CAP}(?: {_CAP})*)")
_RANKED = (  # but "General Electric", "Chief Executive"
    r"(?:(?:Deputy|Vice|Former|Acting|Foreign|Prime) )*(?=[A-Z])(?!(?:General|Major|Chief|Head|Justice|Principal)\b)"
    rf"(?i:{ROLES})"
)
_SURNAMED = re.compile(rf"\b(?P<role>{_RANKED}) (?!(?i:{ROLES})\b)(?P<name>{_CAP})(?![\w’'])(?! {_CAP})")
_SEVERAL = re.compile(
    rf"\b(?=[A-Z])(?P<role>(?i:(?:{_PLURAL})s)) (?P<names>{_CAP}(?:(?:, | and |, and ){_CAP})+)(?! {_CAP})"
)
_UNRELATED = re.compile(rf"^.*\b(?:{'|'.join(map(re.escape, words.STOPWORDS))})\s+", re.I)
_LEAD = re.compile(
    rf"^(?:(?:[a-z]\S*|(?i:{'|'.join(words.MONTHS)})) )+(?=[^\W\d_a-z])"
)  # "late January Foreign Minister"
_ROLE_WORD = re.compile(rf"(?:{ROLES}|deputy|vice|former|foreign|prime|acting|{_HONORIFIC})", re.I)
_INSTITUTION = re.compile(
    r"\b(?:ministry|government|council|party|agency|union|states?|office|university|institute|company|court|police|"
    r"committee|commission|association|foundation|department|group|bank|times|news|post|nations|parliament|kingdom|"
    r"republic|institution|center|centre|museum|school|college|hospital|club|team|army|forces|inc|ltd|corp)\b",
    re.I,
)


class Person(NamedTuple):
    """Someone named in a text: `name` without titles, `role` as it stands beside it ("" where it is only a title),
    and the span of both."""

    name: str
    role: str
    start: int
    end: int


def introduced(text: str) -> list[Person]:
    """Everyone whom `text` names with a role or a title beside the name, in order."""
    found = [
        Person(one[0], match["role"], match.start("names") + one.start(), match.start("names") + one.end())
        for match in _SEVERAL.finditer(text)
        for one in re.finditer(_CAP, match["names"])
    ]
    for pattern in (_AFTER, _BEFORE, _TITLED, _SURNAMED):
        for match in pattern.finditer(text):
            name = bare(match["name"])
            if name and not _INSTITUTION.search(name):
                role = match["role"] or match.groupdict().get("bare") or ""
                if pattern is _BEFORE:
                    role = _LEAD.sub("", _UNRELATED.sub("", role))
                lead = match["name"][: len(match["name"]) - len(name)].strip()
                found.append(Person(name, f"{role} {lead}".strip(), match.start(), match.end()))
    return sorted(found, key=lambda person: person.start)


def bears(role: str, asked: str) -> bool:
    """Whether a role is one of those asked for in the plural: a foreign minister is of the foreign ministers and of the
    ministers; a deputy or former one is not, if no such are asked for."""
    own, wanted = (frozenset(words.stems(_SPOKESMAN.sub(r"\1man", text.lower()))) for text in (role, asked))
    return wanted <= own and not (own - wanted) & _OTHER


def office(role: str) -> str:
    """The noun that says what a role is, "" where none does: "minister", and "spokesman" for a spokeswoman too."""
    nouns = re.findall(rf"\b(?:{ROLES})\b", role, re.I)
    return _SPOKESMAN.sub(r"\1man", nouns[-1].lower()) if nouns else ""


def bare(name: str) -> str:
    """A name without the titles before it and the place behind it: "EU Council President Charles Michel" is Charles
    Michel; "" where nothing is left."""
    parts = re.split(r" (?:of|for|and) ", name)[0].split()
    last = max((i for i, part in enumerate(parts[:-1]) if _ROLE_WORD.fullmatch(part)), default=-1)
    parts = parts[last + 1 :]
    return "" if len(parts) == 1 and _ROLE_WORD.fullmatch(parts[0]) else " ".join(parts).removeprefix("The ")


def same(one: str, other: str) -> bool:
    """Whether two names can be one person's: the same surname in any spelling, and first names that do not differ."""
    first, second = one.lower().split(), other.lower().split()
    if not (first and second) or not words.same_name(first[-1], second[-1]):
        return False
    return len(first) == 1 or len(second) == 1 or words.same_name(first[0], second[0]) or first[0][0] + "." == second[0]


def is_named(name: str) -> bool:
    """Whether a name is a person's by its two words, or by the title or the role before it: "Councillor Fell"."""
    first, _, rest = name.removeprefix("The ").removeprefix("the ").partition(" ")
    return is_person(name) or bool(rest and _ROLE_WORD.fullmatch(first) and not is_institution(rest))


def is_institution(name: str) -> bool:
    """Whether a name or a noun is that of an institution: a ministry, a company, a town's council."""
    return bool(_INSTITUTION.search(name))


def is_person(name: str) -> bool:
    """Whether a name looks like a person's: two words or more, none of them an institution's."""
    return bool(re.fullmatch(_FULL, name)) and not _INSTITUTION.search(name)
