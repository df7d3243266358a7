"""Who holds which office, by what a text calls them. Pure functions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from qa import countries, people, spelling, words

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
_OF_STATE = frozenset("minister president chancellor ambassador spokesman king queen governor".split())
_OTHER = frozenset("deputy vice former acting ex".split())  # who is one holds another office
_KINDS = frozenset("prime foreign defence defense interior finance economy justice health education energy".split())
_WHO = re.compile(
    r"(?:(?:and|so) )?(?:who(?:['’]s| is| was| are| were)|(?:(?:what(?:['’]s| is| was)|tell me|give me) )?(?:the )?"
    r"names? of) (?:now |currently )?(?:the |an? )?(?P<office>.+?)(?: (?:in|at|to) [^\d]{3,30})?\W*",
    re.I,
)
_THE = re.compile(rf"\b(?:the|[\w’']+['’]s) (?:\w+ )?(?:{people.ROLES})\b", re.I)
_CAPITAL = re.compile(r"\b(?:(?:[A-Z]\.){2,}|[A-Z][\w’'-]+)")
_COMPASS = frozenset(  # the first words of names that are not those of the rest: South Sudan, Equatorial Guinea
    "north south east west northern southern eastern western central equatorial papua".split()
)
_COMPOUND = re.compile(rf"\b(?:{'|'.join(_COMPASS)})[ -][\w’']+", re.I)
_HELD = re.compile(
    rf"(?P<before>(?:[\w’'.\-]+ ){{0,5}}?)\b(?P<office>(?i:{people.ROLES})|(?<![\d.] )(?i:PM))\b"
    r"(?:,? (?:of|for) (?:the )?(?P<after>(?:[\w’'\-]+ ?){1,4}))?"
)


class Office(NamedTuple):
    """An office as a text names it: its noun ("minister"), what kind ("foreign"), of which countries, by code, and the
    stems of the names beside it."""

    noun: str
    ranks: frozenset[str]
    countries: frozenset[str]
    names: frozenset[str]

    def same(self, asked: Office) -> bool:
        """Whether this is the office that is asked for, whosever: a deputy minister is no minister."""
        return self.noun == asked.noun and asked.ranks <= self.ranks and not (self.ranks - asked.ranks) & _OTHER

    def shared(self, asked: Office) -> bool:
        """Whether both can be of one country, town or firm."""
        if self.countries and asked.countries:
            return bool(self.countries & asked.countries)
        return words.any_same_name(self.names, asked.names)

    def among(self, text: str) -> bool:
        """Whether a text names the town or firm whose this is, or a country as often as any other."""
        if not self.countries:
            return bool(self.names & set(words.stems(text)))
        named = Counter(code for _, codes in _named(text) for code in codes)
        return any(named[code] == max(named.values(), default=0) > 0 for code in self.countries)

    def fits(self, text: str, around: str) -> bool:
        """Whether an office that a text gives to no country by itself can be this one: the country named last before
        it, or else first, is one of whose this is; where the text names none, what stands around it is about that."""
        named = list(_named(text))
        if not self.countries or not named:
            return self.among(f"{text} {around}")
        places = [m.start("office") for m in _HELD.finditer(text) if people.office(m["office"]) == self.noun]
        before = [codes for start, codes in named if places and start < places[0]]
        return bool((before[-1] if before else named[0][1]) & self.countries)


def held(text: str) -> dict[str, str]:
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
    here, elsewhere = held(one), held(other)
    return any(
        not words.same_name(here[office].split()[-1].lower(), elsewhere[office].split()[-1].lower())
        for office in here.keys() & elsewhere.keys()
    )


def of_interest(question: str, text: str) -> dict[str, str]:
    """The offices in a text, with their holders, that a question asks about: it names the office, or its holder."""
    asked = set(words.stems(question))
    return {
        office: holder
        for office, holder in held(text).items()
        if asked & set(words.stems(holder)) or all(_asked(stem, asked) for stem in words.stems(office))
    }


def _asked(stem: str, asked: set[str]) -> bool:
    """Whether a question has a word, or the country of an adjective: Estonia in a question stands for Estonian."""
    return any(
        stem == other or (min(len(stem), len(other)) >= 5 and (stem.startswith(other) or other.startswith(stem)))
        for other in asked
    )


def asked(question: str) -> Office | None:
    """The office, of a country, town or firm, for whose holder a question asks ("Who is the Danish ambassador?")."""
    phrase = _WHO.fullmatch(question)
    whole = _HELD.fullmatch(phrase["office"]) if phrase else None
    beside = f"{whole['before']} {whole['after'] or ''}" if whole else ""
    stops = [word for word in beside.split() if word.lower() in words.STOPWORDS - _RANKS and not _is_acronym(word)]
    if not phrase or not whole or stops or re.search(r"\d", beside):
        return None
    office = next(_offices(phrase["office"], lower=question.islower()))
    return office if office.countries or office.names else None


def in_full(question: str) -> str:
    """A question for the holder of an office with "prime minister" for a premier, a PM or who heads a government."""
    heads = r"^who (?:heads|leads) (the (?:\w+ )?|[\w’']+s )government\b"
    named = re.sub(heads, r"who is \1prime minister", question, flags=re.I)
    named = re.sub(r"\b(?:premier|PM|head of government)\b", "prime minister", named, flags=re.I)
    return named if asked(named) else question


def of_deputy(question: str, text: str) -> bool:
    """Whether a question is about the holder of an office ("the mayor"), and a text names no such but a deputy's or a
    former one's."""
    asked = {one.noun for one in _offices(question) if not one.ranks & _OTHER} if _THE.search(question) else set()
    named = [one for one in _offices(text) if one.noun in asked] if asked else []
    return bool(named) and all(one.ranks & _OTHER for one in named)


def answering(office: Office, texts: Sequence[str], around: Sequence[str]) -> list[float]:
    """How far each of some texts tells who holds an office: 1 where it introduces somebody as that; 0 where it gives it
    to somebody else's alone, or to one whom the rest of them call another's, or where nothing around it is of that
    country, town or firm; else 0.5. One that does not name the office has 0 if it is a minister's or the like, or if
    all that do have 0.

    Args:
        office: what is asked for.
        texts: sentences.
        around: what stands before and behind each of them, at length.
    """
    strict = bool(office.countries) and office.noun in _OF_STATE
    given = [[one for one in _offices(text) if one.same(office)] for text in texts]
    introduced = [people.introduced(text) for text in texts]
    plain = [not any(one.countries or one.names for one in some) for some in given]
    anothers = [
        not none and not any(one.shared(office) for one in some) and not (not strict and office.among(text))
        for text, some, none in zip(texts, given, plain, strict=True)
    ]
    holders = [
        person.name
        for some, wrong in zip(introduced, anothers, strict=True)
        for person in some
        if wrong and people.office(person.role) == office.noun
    ]
    grades = list[float]()
    for i, some in enumerate(given):
        holds = [person for person in introduced[i] if people.office(person.role) == office.noun]
        spans = [texts[i][one.start : one.end] if len(some) > 1 else texts[i] for one in holds]
        roles = [one for span in spans for one in _offices(span) if one.same(office)]
        theirs = plain[i] and any(people.same(one.name, name) for one in introduced[i] for name in holders)
        if any(one.shared(office) for one in roles):
            grades.append(1.0)
        else:
            grades.append(0.5 if some and not (anothers[i] or theirs) and office.fits(texts[i], around[i]) else 0.0)
    if strict or max(grades) or not any(given):
        return [grade if some or strict else 0.5 for grade, some in zip(grades, given, strict=True)]
    return grades


def _offices(text: str, *, lower: bool = False) -> Iterator[Office]:
    """The offices in a text. In one all in lower case every word beside an office that is no ordinary one may be a
    name."""
    stop = "|".join(map(re.escape, words.STOPWORDS))
    stop = rf"(?<!\S)(?![A-Z]{{2,}}\b)(?i:{stop})"
    for match in _HELD.finditer(text):
        own = re.split(rf"{stop} ", match["before"])[-1]
        after = re.split(rf"{stop}(?!\S)", match["after"] or "")[0]
        around = f"{own} {after}"
        noun = people.office(match["office"])
        short = noun in ("", "premier")  # PM
        ranks = frozenset(around.lower().split()) & (_OTHER | _KINDS) | ({"prime"} if short else frozenset())
        plain = _RANKS | _OTHER | _KINDS
        named = [
            word
            for word in around.split()
            if word.lower() not in plain and (word[0].isupper() or (lower and not spelling.ordinary(word)))
        ]
        whole = {match.lower() for match in _COMPOUND.findall(" ".join(named))}  # "northern ireland" is not Ireland
        parts = words.stems(_COMPOUND.sub("", " ".join(named)).lower())
        names = whole | frozenset(parts) - set(map(words.stem, plain))
        initials = words.initials(" ".join(named)) | frozenset(words.short_names(" ".join(named)))
        yield Office("minister" if short else noun, ranks, _countries(around), frozenset(names | initials))


def _countries(text: str) -> frozenset[str]:
    """The countries of which a phrase is: of "South Sudan" not Sudan as well."""
    found = set[str]()
    for _, code, start, end in reversed(list(countries.named(text))):
        found.add(code)
        text = text[:start] + text[end:]
    for compound in _COMPOUND.findall(text):
        found |= countries.codes(compound.replace("-", " "))
    return frozenset(found).union(*map(countries.codes, _COMPOUND.sub("", text).split()))


def _named(text: str) -> Iterator[tuple[int, frozenset[str]]]:
    """Where a text names countries, and which."""
    compounds = {match.start(): match for match in _COMPOUND.finditer(text)}
    within = {match.start() for one in compounds.values() for match in _CAPITAL.finditer(text, *one.span())}
    for match in _CAPITAL.finditer(text):
        at = match.start()
        word = compounds[at][0] if at in compounds else match[0] * (at not in within)
        if found := countries.codes(word):
            yield at, found


def _is_acronym(word: str) -> bool:
    """Whether a word is written as "US" is, not "us"."""
    return len(word) > 1 and word.isupper()
