"""The amounts and moments that a text gives, and whether two of them can both be true of one thing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from qa import words

_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12, "bn": 1e9}
_COUNTS = {word: n for word, n in words.NUMBER_WORDS.items() if word not in {*_SCALES, "once", "twice"}}
_WORD, _SCALE = "|".join(sorted(_COUNTS, key=len, reverse=True)), "|".join(_SCALES)
_AMOUNT = re.compile(
    rf"""(?<![\w.,:–])(?P<currency>[$€£]?)
    (?P<number>\d+(?:[.,]\d+)*(?!\d|:\d)|(?:{_WORD})(?:-(?:{_WORD}))?\b|an?(?=\ (?:{_SCALE})\b)|(?=dozen\ ))
    (?:[ -]?(?P<scale>{_SCALE})\b)?
    (?:-?\ ?(?P<percent>%|per\ ?cent\b))?
    (?=(?P<noun>(?:[ -][^\W\d_][\w’']*){{0,3}}))""",
    re.IGNORECASE | re.VERBOSE,
)
_ROUGH = re.compile(
    r"\b(?:about|around|some|nearly|almost|roughly|approximately|over|(?:more|less|fewer) than|at least|up to|close to"
    r"|(?:just )?(?:under|over)|estimated)\W*$",
    re.IGNORECASE,
)
_SHARES = {"half": 50.0, "a quarter": 25.0, "a third": 100 / 3, "two thirds": 200 / 3, "three quarters": 75.0}
_BEFORE, _AFTER = 4, 5  # words around a number that may say of what part it is
_ROUGHLY = 0.1  # how far from a rough number the exact one may lie
_MONTH = "|".join(words.MONTHS)
_MOMENT = re.compile(
    rf"""\b(?P<y1>\d{{4}})-(?P<m1>\d\d)(?:-(?P<d1>\d\d))?\b
    |\b(?P<d2>\d\d?)(?:st|nd|rd|th)?(?:\ of)?\ (?P<m2>{_MONTH})\b\.?(?:,?\ (?P<y2>\d{{4}}))?
    |\b(?P<m3>{_MONTH})\b\.?(?:\ (?P<d3>\d\d?)(?:st|nd|rd|th)?\b)?(?:,?\ (?:of\ )?(?P<y3>\d{{4}}))?
    |(?<![\d.,])(?P<y4>(?:1\d|20)\d\d)(?![\d%]|[.,]\d)
    |\bthe\ (?P<d5>\d\d?)(?:st|nd|rd|th)\b(?!\ century)
    |\b(?P<hour>\d\d?)(?::(?P<minute>\d\d)\b|\.(?P<past>\d\d)(?=\ ?[ap]\.?m\b))
    |\b(?P<twelve>noon|midnight)\b""",
    re.IGNORECASE | re.VERBOSE,
)


class Amount(NamedTuple):
    """A number with the stems of what it counts or measures; `rough` after "about", `joined` as in "a 2-point lead";
    `about` are the words around it, `noun` up to three that follow it."""

    value: float
    units: frozenset[str]
    rough: bool = False
    joined: bool = False
    about: frozenset[str] = frozenset()
    noun: tuple[str, ...] = ()

    def agrees(self, other: Amount) -> bool:
        """Whether both may be true: one number, or one of them is the other rounded."""
        high, low = max(self.value, other.value), min(self.value, other.value)
        near = high - low <= _ROUGHLY * high
        rounded = any(float(f"{a.value:.{_digits(b.value)}g}") == b.value for a, b in ((self, other), (other, self)))
        return near and (rounded or self.rough or other.rough)


class Moment(NamedTuple):
    """What is known of a time; None for what is not. `clock` is the hour, of twelve, and the minute."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    clock: tuple[int, int] | None = None

    def agrees(self, other: Moment) -> bool:
        """Whether both may be the same time: nothing that both know differs."""
        return all(one is None or two is None or one == two for one, two in zip(self, other, strict=True))

    def comparable(self, other: Moment) -> bool:
        """Whether something is known of both."""
        return any(one is not None and two is not None for one, two in zip(self, other, strict=True))


def cannot_be_one(some: Sequence[Moment], others: Sequence[Moment]) -> bool:
    """Whether times that can be compared are all different."""
    comparable = [(one, other) for one in some for other in others if one.comparable(other)]
    return bool(comparable) and not any(one.agrees(other) for one, other in comparable)


def amounts(text: str) -> list[Amount]:
    """The numbers of a text that count or measure, as digits or as words, years and dates left out."""
    found = []
    for match in _AMOUNT.finditer(text):
        noun = match["noun"]
        year = re.fullmatch(r"(?:1[5-9]|20)\d\d", match["number"]) and not match["scale"] and not match["currency"]
        following = words.tokens(noun)[:1]
        dated = words.time_words(" ".join(following).title()) or (year and not re.match(r" [a-zß-ÿ]", noun))
        if dated or (year and following and following[0] in words.STOPWORDS):
            continue
        value = _number(match["number"].lower()) * _SCALES.get((match["scale"] or "").lower(), 1)
        joined, rough = noun.startswith("-"), bool(_ROUGH.search(text[: match.start()]))
        before, after = text[: match.start()], text[match.end("number") :]
        about = frozenset([*words.tokens(before[-80:])[-_BEFORE:], *words.tokens(after[:80])[:_AFTER]])
        found.append(Amount(value, _units(match) | _before(before), rough, joined, about, words.tokens(noun)))
    plain = text.replace("-", " ")
    shares = [n for share, n in _SHARES.items() if re.search(rf"\b{share} (?:of|the|its|their)\b", plain, re.I)]
    return [*found, *(Amount(n, frozenset("%"), rough=True) for n in shares)]


def moments(text: str, times: Sequence[tuple[str, str]] = ()) -> list[Moment]:
    """The times that a text names; `times` are words of it with the ISO dates that they mean."""
    for phrase, date in times:
        text = text.replace(phrase, date)
    return [_moment(match) for match in _MOMENT.finditer(text) if match[0][:3] not in {"may", "mar"}]


def _moment(match: re.Match[str]) -> Moment:
    def known(part: str) -> str | None:
        return next((match[f"{part}{n}"] for n in range(1, 6) if match.groupdict().get(f"{part}{n}")), None)

    year, month, day = known("y"), known("m"), known("d")
    if month:
        names = [name[:3] for name in words.MONTHS[:12]]
        month = month if month.isdigit() else str(names.index(month[:3].lower()) + 1)
    clock = (int(match["hour"]) % 12, int(match["minute"] or match["past"])) if match["hour"] else None
    clock = (0, 0) if match["twelve"] else clock
    known_parts = [int(part) if part else None for part in (year, month, day)]
    return Moment(known_parts[0], known_parts[1], known_parts[2], clock)


def _units(match: re.Match[str]) -> frozenset[str]:
    if match["percent"] or match["currency"]:
        return frozenset("%" if match["percent"] else match["currency"])
    found: list[str] = []
    for token in words.tokens(match["noun"]):
        if token in words.STOPWORDS:
            break
        found.append(words.stem(token))
    return frozenset(found[: 1 if match["noun"].startswith("-") else 3])


def _before(text: str) -> frozenset[str]:
    """The stem of the noun that a number follows: "a crew of", "a population of about"."""
    noun = re.search(r"([^\W\d_]+) of (?:\w+ (?:than )?)?$", text)
    return frozenset([words.stem(noun[1].lower())] if noun else [])


def _number(text: str) -> float:
    if text[:1].isdigit():
        if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+", text):
            whole, _, rest = text.partition(".") if "," in text else (text.replace(".", ""), "", "")
            return float(f"{whole.replace(',', '')}.{rest or 0}")
        return float("".join(re.findall(r"^\d+|[.,]\d+", text)[:2]).replace(",", "."))
    return float(sum(_COUNTS.get(part, 1) for part in text.split("-"))) if text else 1.0


def _digits(value: float) -> int:
    return max(1, len(f"{value:.12g}".replace(".", "").strip("0")))
