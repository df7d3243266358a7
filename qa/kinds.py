"""What a sentence names of a kind that is asked for, "banks" or "rivers": by what it calls them. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from qa import countries, people, words

SEVERAL = r"(?:[\w’'\-]+ ){0,2}?[a-z][\w’'\-]*(?:s|media)"  # "shipping firms": a noun in the plural
_CAP = r"(?:(?:[A-Z]\.){2,}|[^\W\d_a-zß-öø-ÿ][\w’'&\-]*)"
_RUN = rf"{_CAP}(?: {_CAP})*"
_LINK = "(?:(?:of|for)(?: the)?|de(?: la)?|du|da|del|van|von|y)"
_NAME = rf"{_RUN}(?: {_LINK} {_RUN}(?: and {_CAP}(?! {_CAP}))?)*"
_DESCRIBED = r"(?P<called>(?:[\w’'\-]+ ){0,5}?[\w’'\-]+)"
_ENDS = r"(?=\W*$|[,.;:)]| (?:of|in|for|at|on|with|that|which|who|based|and|from|near|to|where|whose|by)\b)"
_AREA = "town|city|village|island|state|province|county|district|region|republic|kingdom|port|parish|municipality"
_BESIDE = [
    re.compile(
        rf"\b(?:[Tt]he|[Aa]n?|[Ii]ts|[Tt]heir) (?P<called>(?:[a-z][\w’'\-]* ){{0,3}}[a-z][\w\-]+) (?P<name>{_NAME})"
    ),
    re.compile(rf"\b(?P<called>(?:[a-z][\w’'\-]* ){{0,2}}(?:{_AREA})) of (?P<name>{_NAME})"),
    re.compile(
        rf"(?:\b(?P<at>in|at|near|from|of|to|around) )?(?P<name>{_NAME})(?: is| was| became|,) "
        rf"(?:an?|the|one of the|its|their) {_DESCRIBED}{_ENDS}"
    ),
]
_LEGAL = re.compile(  # how a company's name ends by law, or by custom
    r"\b(?:Inc|Ltd|Limited|LLC|LLP|Corp|Co|plc|PLC|GmbH|AG|SA|SpA|NV|BV|AB|Oy|Holdings|Industries|Airlines|Airways|Motors)$"
)
_FIRMS, _BODIES = "company firm corporation business enterprise", "organisation organization institution body"
_MEANT = [  # nouns that may be asked for, and those that are meant
    tuple(frozenset(map(words.stem, nouns.split())) for nouns in (asked, f"{asked} {also}"))
    for asked, also in (
        (_FIRMS, "manufacturer maker supplier"),
        (
            _BODIES,
            f"{_FIRMS} group agency association authority bank bureau club college commission committee congress "
            "council court department federation foundation hospital institute ministry museum nations parliament "
            "party school senate society union university",
        ),
        ("country nation", ""),
        ("town city village", ""),
        ("newspaper paper magazine", ""),
    )
]
_COMPANY, _COUNTRY = _MEANT[0][1], _MEANT[2][1]
_BEFORE = frozenset("river lake mount".split())  # stand before their name


class Named(NamedTuple):
    """A name in a text, with its span; names with one `key` are of one thing."""

    name: str
    key: str
    start: int
    end: int


def named(kind: str, text: str) -> Iterator[Named]:
    """What a sentence names of a kind.

    Args:
        kind: a noun in the plural, with or without words before it: "rivers", "shipping firms".
        text: a sentence.

    A name is of the kind where the noun, or one that means the same, is part of it ("Halden Bank", "Ministry of
    Health"), stands before it ("the bank Halden") or is said of it ("Halden, a small bank"; "Halden is a bank"), and
    the other words of the kind are there too. Countries are those of the tables of Unicode (CLDR, by Babel).
    """
    *others, wanted = words.stems(kind) or ("",)
    nouns = next((meant for asked, meant in _MEANT if wanted in asked), frozenset({wanted}))
    if nouns is _COUNTRY and not others:
        yield from (Named(name, code, start, end) for name, code, start, end in countries.named(text))
    for pattern in _BESIDE:
        for match in pattern.finditer(text):
            called, at = match["called"], match.groupdict().get("at")
            placed = not at or re.search(rf"\b(?:{_AREA}|capital)$", called)  # not "in Lyon, a small bank"
            noun = {words.stem(token) for token in words.tokens(called)[-1:]}
            if noun & nouns and set(words.stems(called)).issuperset(others) and placed and _alone(match["name"]):
                yield _found(match["name"], match.start("name"))
    for match in re.finditer(_NAME, text) if nouns is not _COUNTRY else ():
        for part in re.finditer(r"^.*|(?<= of ).*", match[0]):
            head = re.split(r" (?:of|for) ", part[0])[0]
            heads = {*words.stems(head)[-1:], *(set(words.stems(head)[:1]) & _BEFORE)}
            legal = nouns >= _COMPANY and _LEGAL.search(head)
            stems = set(words.stems(part[0]))
            several = head.lower().endswith(words.tokens(kind)[-1])  # "Bridge Repairs" is no repair
            if (legal or heads & nouns) and not several and len(stems) > 1 and stems.issuperset(others):
                yield _found(part[0], match.start() + part.start())


def _alone(name: str) -> bool:
    """Whether it is neither a pronoun, nor a time ("the bank Tuesday"), nor someone's title ("the bank Chairman")."""
    return bool(words.stems(name)) and not words.time_words(name) and not re.match(rf"(?:{people.ROLES})\b", name, re.I)


def _found(name: str, start: int) -> Named:
    while (first := name.split(" ", 1))[0].lower() in words.STOPWORDS and len(first) > 1:  # "The Halden Bank"
        start, name = start + len(first[0]) + 1, first[1]
    bare = re.sub(r"[’']s?$", "", name)
    return Named(bare, bare.lower(), start, start + len(bare))
