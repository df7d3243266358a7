"""Words for a time ("on Tuesday", "last December") as dates, where the day of publication makes them certain."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from dateutil import parser, relativedelta

_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_TIME = re.compile(
    rf"""\b(?:
    (?P<other>(?:next|every|each|coming|following|previous|same|that|one)\ (?:{_DAYS}|{_MONTHS}))
    |on\ (?:late\ |early\ )?(?P<weekday>{_DAYS})\b(?!,?\ (?:the\ )?(?:\d|{_MONTHS}))
    |on\ (?P<day>(?:{_MONTHS})\ \d\d?|\d\d?\ (?:{_MONTHS}))\b(?![–\-]\d|,?\ \d{{4}})
    |(?P<last>last)\ (?P<last_month>{_MONTHS})\b(?!,?\ \d)
    |(?:in|since)\ (?:early[ -]|mid-?\ ?|late[ -])?(?P<month>{_MONTHS})\b(?!,?\ (?:of\ )?\d)
    |(?P<year>last\ year|(?:earlier\ )?this\ year)
    |(?P<yesterday>yesterday)|(?P<before>last\ month)
    )\b""",
    re.VERBOSE,
)
# "may" and "march" are words of other kinds, too.
_TH, _Y = "(?:st|nd|rd|th)?", r"(?:1\d|20)\d\d"
_MONTHS_ANYHOW = re.sub("March|May", lambda m: rf"(?:(?-i:{m[0]})|(?<=\d ){m[0]}|{m[0]}(?=,? (?:of )?{_Y}\b))", _MONTHS)
_NAMED = re.compile(
    rf"\b(?:(?:(?P<before>\d\d?){_TH}(?: of)? )?(?P<month>{_MONTHS_ANYHOW})(?: (?P<after>\d\d?){_TH}\b)?"
    rf"(?:,? (?:of )?(?P<year>{_Y}))?|(?P<iso>{_Y}-[01]\d(?:-[0-3]\d)?)|(?P<alone>{_Y}))\b",
    re.I,
)
_AT = re.compile(
    r"\b(?:in|on|during|throughout|(?:plans?|planned|scheduled|due|set) for)\s+"
    r"(?:(?:the|early|late|mid|month|year|end|beginning|start|middle|spring|summer|autumn|"
    r"fall|winter|of|\w+day)[\s,-]+)*$",
    re.I,
)
_YEAR = re.compile(r"(?<![\d.,])(?:1\d|20)\d\d(?![\d%]|[.,]\d)")
_GENERATION, _NEAR = 20, 3000  # years, characters
# Where a sentence looks ahead, a bare "Tuesday" may be the next one.
_AHEAD = re.compile(
    r"\b(?:will|shall|plans?|planned|scheduled|upcoming|until|hopes?|wants?|expected|due|ahead of"
    r"|(?:is|are|was|were) to)\b"
)
# A bare "Tuesday" in what is told of no past ("open on Saturday", "is closed on Monday") may be any.
_PAST = re.compile(
    r"(?<!\bis )(?<!\bare )(?<!\bbe )\b(?:\w+ed|was|were|been|had|did|said|told|met|spoke|gave|took|made|came|went"
    r"|began|held|left|fell|sank|rose|won|lost|saw|wrote|sent|brought|became|found|kept|led|broke|withdrew|fled|shot|drove"
    r"|flew|sold|bought|fought|hit|put|set|cut)\b"
)


def certain(text: str, start: int, end: int, published: str | None) -> tuple[tuple[str, str], ...]:
    """The words for a time in `text[start:end]` that the day of publication makes certain, each with its ISO date.

    As news has it, a bare weekday, month or day of a month is the last one up to the day of publication, where
    something past is told. Left as written: words in a quotation, which count from when they were said, and what
    looks ahead, which may mean the next; and any of a text whose years are mostly long past: its "September" is the
    September of that story.

    Args:
        text: the document; its paragraph before `start` tells whether a quotation is open.
        published: ISO date of publication; nothing is certain where it is not a whole one.
    """
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", published or "") or _tells_history(text, start, int(str(published)[:4])):
        return ()
    paragraph = text.rfind("\n", 0, start) + 1
    found = dict(_meant(text[paragraph:end], start - paragraph, date.fromisoformat(str(published))))
    return tuple(found.items())


def named(text: str) -> list[str]:
    """The days, months and years that a text names, as ISO dates from the left ("2024-02-08", "2024-02", "2024"), from
    the month on where it names no year ("-02-08", "-02")."""
    return [time for time, _ in _named(text)]


def near(text: str, published: str | None) -> list[str]:
    """The times that a text may name, as ISO dates: those `named`, and without a year those of the year of publication,
    or of the year before where that month was still to come."""
    found = []
    for time in named(text):
        if not time.startswith("-") or not published:
            found.append(time)
        else:
            year, month = int(published[:4]), published[4:7]
            found += [f"{year}{time}", *([f"{year - 1}{time}"] if not month or time[:3] > month else [])]
    return found


_MODAL = re.compile(r"(?:(?<=[.?!] )|(?<![\s\S]))May (?!\d|\w+ \d{4})[a-zI]")  # "May I", "May visitors"


def asked(question: str) -> list[str]:
    """The times, as `named` gives them, at which a question wants something to be: "in May 2024", not "the 2020 war"
    nor "since 2020"."""
    return [time for time, start in _named(question) if start == 0 or _AT.search(question[:start])]


def timeless(question: str) -> str:
    """The question without the times at which it wants something to be; itself where nothing else is left."""
    rest = question
    for match in reversed(list(_NAMED.finditer(question))):
        if at := _AT.search(question[: match.start()]):
            rest = rest[: at.start()] + rest[match.end() :]
    rest = " ".join(rest.split()).replace(" ?", "?")
    return rest if re.search(r"\w", rest) else question


def _named(text: str) -> Iterator[tuple[str, int]]:
    for match in _NAMED.finditer(text):
        if _MODAL.match(text, match.start()):
            continue
        name, day = match["month"], match["before"] or match["after"]
        month = f"-{_MONTHS.split('|').index(name.capitalize()) + 1:02}" if name else ""
        time = (match["year"] or match["alone"] or "") + month + (f"-{int(day):02}" if day else "")
        yield match["iso"] or time, match.start()


def within(date: str | None, times: Iterable[str]) -> bool:
    """Whether a date, as `named` gives it, lies in one of these times."""
    return any(
        (one[one.index("-") :] if time.startswith("-") and "-" in one else one).startswith(time)
        for one in filter(None, [date])
        for time in times
    )


def _tells_history(text: str, start: int, published: int) -> bool:
    """Whether most years named around a place are a generation before the publication."""
    years = [int(year) for year in _YEAR.findall(text[max(0, start - _NEAR) : start + _NEAR])]
    return 2 * sum(year < published - _GENERATION for year in years) > len(years)


def _meant(text: str, start: int, published: date) -> Iterator[tuple[str, str]]:
    told = bool(_PAST.search(text, start)) and not _AHEAD.search(text, start)
    for match in _TIME.finditer(text, start):
        explicit = match["last"] or match["year"] or match["yesterday"] or match["before"]
        if not match["other"] and (explicit or told) and not _quoted(text[: match.start()]):
            with contextlib.suppress(ValueError):  # there is no February 31
                yield re.sub("^(?:on|in|since) ", "", match[0]), _date(match, published)


def _quoted(before: str) -> bool:
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1


def _date(match: re.Match[str], published: date) -> str:
    """The ISO date, as exact as the words are, of one match that is certain."""
    ago = relativedelta.relativedelta
    if name := match["weekday"]:
        last = relativedelta.weekday(_DAYS.split("|").index(name))(-1)
        return (published + ago(weekday=last)).isoformat()
    if name := match["day"]:
        day = parser.parse(name, default=datetime(published.year, 1, 1)).date()
        return (day if day <= published else day.replace(year=day.year - 1)).isoformat()
    if name := match["last_month"] or match["month"]:
        number = _MONTHS.split("|").index(name) + 1
        passed = number < published.month or (number == published.month and not match["last"])
        return f"{published.year - (not passed)}-{number:02}"
    if match["year"]:
        return str(published.year - match["year"].startswith("last"))
    return (published - ago(days=1)).isoformat() if match["yesterday"] else (published - ago(months=1)).isoformat()[:7]
