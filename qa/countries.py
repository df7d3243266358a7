"""Countries, by their names and adjectives, from the tables of Unicode (CLDR, by Babel). Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from babel import Locale
from babel.languages import get_official_languages

from qa import words

_CAP = r"(?:(?:[A-Z]\.){2,}|[^\W\d_a-zß-öø-ÿ][\w’'&\-]*)"
_OTHERWISE = {  # names that the tables lack, or have otherwise
    "AE": "UAE",
    "BA": "Bosnia",
    "CD": "DR Congo|Democratic Republic of the Congo|Democratic Republic of Congo",
    "CG": "Republic of the Congo|Congo",
    "CI": "Ivory Coast",
    "CZ": "Czech Republic",
    "GB": "UK|U.K.|Britain|Great Britain|England",
    "HK": "Hong Kong",
    "MM": "Myanmar|Burma",
    "PS": "Palestine",
    "TL": "East Timor",
    "TR": "Turkey",
    "US": "U.S.|US|USA|America",
}
_NO_COUNTRY = frozenset("AQ EU EZ QO UN XA XB ZZ".split())
_ADJECTIVES = {"argentine": "AR", "dutch": "NL", "emirati": "AE", "english": "GB", "saudi": "SA", "swiss": "CH"}
# What adjectives of countries have beyond the letters that they share with the name.
_ENDINGS = frozenset("n an ian ean vian nian i ese lese ish ic".split())
_FEWEST = 4  # letters that an adjective ("Azeri") shares with its country
_LESS = 3  # and how many of the country's it may lack
_FEW = 2  # countries at most for which a language's name may stand


def named(text: str) -> Iterator[tuple[str, str, int, int]]:
    """The countries that a text names by themselves, not in "New Mexico" nor in "Michael Jordan": the name, its code
    ("MX"), and its span."""
    codes, pattern = _names()
    for match in pattern.finditer(text):
        before = re.search(rf"({_CAP}) $", text[: match.start()])
        opened = before and before[1].lower() not in words.STOPWORDS
        if not opened and not re.match(rf" {_CAP}", text[match.end() :]):
            yield match[0], codes[match[0]], match.start(), match.end()


@lru_cache(maxsize=5_000)
def codes(phrase: str) -> frozenset[str]:
    """The countries that a word, or a phrase, may stand for: a name, an adjective ("Danish", "South Korean"), a
    genitive; in any case. An adjective that is a language's name stands for the country that is called like it, or for
    the few where that is official."""
    word = re.sub(r"[’']s?$", "", phrase).lower()
    names = {name.lower(): code for name, code in _names()[0].items() if (" " in name) == (" " in phrase)}
    if code := names.get(word) or names.get(word.removesuffix("s")) or _ADJECTIVES.get(word):
        return frozenset({code})
    if word in _languages():
        spoken = _languages()[word]
        alike = frozenset(code for name, code in names.items() if code in spoken and name[:2] == word[:2])
        return alike or (spoken if len(spoken) <= _FEW else frozenset())
    shared = {name: len(_common(name, word)) for name in names if _is_adjective(word, name)}
    longest = max(shared.values(), default=0)
    return frozenset(
        names[n] for n, k in shared.items() if k == longest >= max(_FEWEST, min(len(n), len(word)) - _LESS)
    )


def _is_adjective(word: str, name: str) -> bool:
    """Whether a word is a name with another ending, or without "-istan": neither Martin nor Franklin is a country."""
    common = len(_common(word, name))
    return word[common:] in _ENDINGS or (word == name[:common] and name[common:] in ("istan", "nistan"))


def _common(one: str, other: str) -> str:
    return one[
        : next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    ]


@lru_cache(maxsize=1)
def _languages() -> dict[str, frozenset[str]]:
    spoken = dict[str, frozenset[str]]()
    names = Locale("en").languages
    for code in set(_names()[0].values()):
        for language in filter(names.get, get_official_languages(code)):
            name = names[language].lower()
            spoken[name] = spoken.get(name, frozenset()) | {code}
    return spoken


@lru_cache(maxsize=1)
def _names() -> tuple[dict[str, str], re.Pattern[str]]:
    """The code of each country by every name of it, and a pattern of all the names, the longest first."""
    known = dict[str, str]()
    for code, name in Locale("en").territories.items():
        if len(code) == 2 and code not in _NO_COUNTRY:
            names = [name, name.replace(" & ", " and "), *filter(None, _OTHERWISE.get(code, "").split("|"))]
            known |= dict.fromkeys(names, code)
    longest = sorted(known, key=len, reverse=True)
    return known, re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, longest))})(?!\w)")
