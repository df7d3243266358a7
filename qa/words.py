"""Words of a text as evidence and claims are compared by them: stems, names, numbers, dates, negations."""

from __future__ import annotations

import itertools
import re
import threading
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache

import snowballstemmer
from rapidfuzz import fuzz

_STEMMERS = lru_cache(snowballstemmer.stemmer)
_STEMMING = threading.Lock()  # a stemmer keeps the word that it is at in itself
_WORD = re.compile(r"\w+(?:[’'.\-/]\w+)*")
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W_]+")
_LATIN = re.compile("[À-ɏḀ-ỿ]")
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:[.,]\d+)*")
_CAPITAL = re.compile(r"[^\W\d_a-zß-öø-ÿ][\w’'.\-]*")
_INITIALS = re.compile(r"\b(?:(?:[A-Z]\.){2,}|[A-Z]{2,5}\b)")
_QUOTED = re.compile(r"[“\"«]([^”\"»]{3,}?)[”\"»]")

STOPWORDS = frozenset(
    """a about above after again against all also although am among an and any anybody anyone anything are as at be
because been before being below between both but by can could did do does doing done down during each either
else ever every few first for from further get give given had has have having he hence her here hers herself him
himself his how however i if in into is it its itself just know let like made make many may me might mine more
most much must my myself neither no nor not of off on once one only or other others ought our ours ourselves out
over own please really same say said says shall she should since so some such tell than that the their theirs
them themselves then there these they thing things this those though through thus to too under until up upon us
use used very was we were what whatever when where whether which while who whom whose why will with within
without would yet you your yours yourself don't doesn't didn't isn't aren't wasn't weren't what's who's where's
when's how's it's that's i'm s t d ll m re ve u don doesn didn isn aren wasn weren hasn haven hadn wouldn
couldn shouldn""".split()
)
_UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen""".split()
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
NUMBER_WORDS = (
    {word: n for n, word in enumerate(_UNITS)}
    | {word: 10 * (n + 2) for n, word in enumerate(_TENS)}
    | {"dozen": 12, "hundred": 100, "thousand": 1000, "once": 1, "twice": 2}
)
MONTHS = """january february march april may june july august september october november december jan feb mar apr
jun jul aug sep sept oct nov dec""".split()
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
NOT = frozenset("no not never none nobody nothing neither nor without cannot n't".split())
NEGATIONS = NOT | frozenset(
    "refused refuse denied deny denies rejected rejects failed unable refrained lacks lack".split()
)
WHOLE = frozenset("all every only always both most".split())
CONDITIONS = frozenset("if unless whether".split())
_ALIKE = [pair.split(":") for pair in "kh:h gh:g ph:f ck:k q:k c:k w:v z:s".split()]


@lru_cache(maxsize=200_000)
def stem(word: str, method: str = "porter") -> str:
    """The stem of one lower-case word by a method of Snowball ("german"). Porter's is that of the keyword index too
    (FTS5 "porter"), so that its frequencies can be looked up."""
    with _STEMMING:
        return str(_STEMMERS(method).stemWord(word))


@lru_cache(maxsize=20_000)
def tokens(text: str) -> tuple[str, ...]:
    """Lower-case words and numbers without the accents of Latin letters, in order, as the keyword index sees them."""
    if not text.isascii():
        text = _LATIN.sub(lambda match: unicodedata.normalize("NFD", match[0])[0], unicodedata.normalize("NFC", text))
    return tuple(token.lower() for token in TOKEN.findall(text))


@lru_cache(maxsize=20_000)
def stems(text: str) -> tuple[str, ...]:
    """Stems of the words that carry meaning, in order, stopwords left out."""
    return tuple(stem(token) for token in tokens(text) if token not in STOPWORDS)


@lru_cache(maxsize=20_000)
def names(text: str) -> tuple[str, ...]:
    """Runs of capitalised words ("Ada Nwosu"), in order; a lone capital that opens a sentence is not a name."""
    found: list[str] = []
    run: list[str] = []
    last_end, opens = 0, True
    for match in _WORD.finditer(text):
        word = match[0]
        gap = text[last_end : match.start()]
        opens = last_end == 0 or bool(re.search(r"[.!?:“\"«(\n]", gap))
        if run and (gap.strip(" ") or not _CAPITAL.fullmatch(word)):
            found += _named(run)
            run = []
        if _CAPITAL.fullmatch(word) and word.lower() not in STOPWORDS and len(word) > 1:
            run.append(("^" if opens else "") + word)
        last_end = match.end()
    return tuple(found + _named(run))


def _named(run: list[str]) -> list[str]:
    lone_opener = len(run) == 1 and run[0][0] == "^" and not run[0][1:].isupper()
    return [] if not run or lone_opener else [" ".join(re.sub(r"[’']s?$", "", word.lstrip("^")) for word in run)]


def short_names(text: str) -> list[str]:
    """Names that are initials, in order: "U.S." and "US" are "u.s."; none in a text all in capitals."""
    return [] if text.isupper() and len(text.split()) > 1 else [_dotted(one) for one in _INITIALS.findall(text)]


@lru_cache(maxsize=20_000)
def initials(text: str) -> frozenset[str]:
    """The initials of names ("United States" has "u.s."), of every two or more words of theirs side by side."""
    firsts = ["".join(word[0] for word in re.split(r"[ \-]", name) if word) for name in names(text)]
    runs = [one[i:k] for one in firsts for i in range(len(one)) for k in range(i + 2, len(one) + 1)]
    return frozenset(map(_dotted, runs))


def _dotted(letters: str) -> str:
    return "".join(f"{letter}." for letter in letters.lower() if letter != ".")


@lru_cache(maxsize=20_000)
def numbers(text: str) -> frozenset[str]:
    """Numbers as plain digits: "2,000" and "two thousand" hold 2000, "twice" holds 2."""
    found = {_plain(number) for number in _NUMBER.findall(text)}
    for word, following in itertools.pairwise([*tokens(text), ""]):
        value = NUMBER_WORDS.get(word)
        if value is None:
            continue
        scale = NUMBER_WORDS.get(following, 0)
        found.add(str(value * scale if scale in (100, 1000) and value < 100 else value))
    return frozenset(found)


def _plain(number: str) -> str:
    number = number.lstrip("+-")
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", number):
        number = number.replace(",", "")
    return number.rstrip(".,")


@lru_cache(maxsize=20_000)
def time_words(text: str) -> frozenset[str]:
    """Months, weekdays and years: what a text says about when."""
    found = {t[:3] for t in tokens(text) if t in MONTHS and (t != "may" or "May" in text)}
    found |= {t for t in tokens(text) if t in WEEKDAYS}
    return frozenset(found | set(re.findall(r"(?<![\d.,])(?:1[5-9]|20)\d\d(?![\d]|[.,]\d)", text)))


@lru_cache(maxsize=20_000)
def negations(text: str) -> int:
    """How many words of a text turn its meaning round."""
    return sum(t in NEGATIONS for t in tokens(text)) + len(re.findall(r"n[’']t\b", text))


@lru_cache(maxsize=20_000)
def quoted(text: str) -> tuple[str, ...]:
    """What stands between quotation marks."""
    return tuple(_QUOTED.findall(text))


@lru_cache(maxsize=20_000)
def skeleton(word: str) -> str:
    """A key that spellings of one name (Mohammed, Muhammad) share: its first letter and its consonants."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if c.isalpha())
    plain = re.sub(r"(.)\1+", r"\1", plain)
    for pair, single in _ALIKE:
        plain = plain.replace(pair, single)
    return plain[:1] + re.sub(r"[aeiouyj]", "", plain[1:])


def same_name(one: str, other: str) -> bool:
    """Whether two words are spellings of one name: long enough, with one skeleton, and with most letters in common."""
    if one == other:
        return True
    return (
        min(len(one), len(other)) >= 5
        and abs(len(one) - len(other)) <= 2
        and len(skeleton(one)) >= 3
        and skeleton(one) == skeleton(other)
        and fuzz.ratio(one, other) >= 60  # per cent; Turkey and truce have 54
    )


def any_same_name(some: Iterable[str], others: Collection[str]) -> bool:
    """Whether one of some words is a spelling of one of the others, whatever their case."""
    return any(same_name(one.lower(), other.lower()) for one in some for other in others)
