"""What a document says about itself: its title and its date, taken from the text alone and never guessed."""

from __future__ import annotations

import re
import textwrap
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

_MONTH, _DAY = r"[^\W\d_]{3,12}", r"\d{1,2}(?:st|nd|rd|th|er)?"
_DATE = (
    rf"(?:[^\W\d_]{{2,12}},?\s+)?(?:{_DAY}\.?\s+(?:of\s+|de\s+)?{_MONTH}\.?,?\s+(?:de\s+)?\d{{4}}"
    rf"|(?:{_MONTH}\.?\s+)(?:{_DAY},?\s+)?\d{{4}}|\d{{4}}-\d\d-\d\d|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{4}})"
)
_ISO = re.compile(r"(\d{4}(?:-\d\d){0,2})(?:[T ]\d\d:.*)?")
_WORDED = re.compile(rf"({_DATE})(?:,?\s+(?:at\s+)?\d{{1,2}}:\d\d.*)?")
_LABEL = re.compile(r"(?:(?:first\s+)?(?:published|posted|issued|released|date)(?:\s+on)?\s*:?\s+)", re.I)
_DATELINE = re.compile(rf"([^\W\d_][^\n\d]{{1,60}}?)\s+({_DATE})\s*(?:\([^()\n]{{1,40}}\))?\s*(?:[—–―-]|--)\s*\S")
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_PAPER = "issue|publication|report|letter|notice|release|meeting|statement|document|minutes|hearing|article|interview"
_MEETING = "meeting|session|council|committee|board|hearing|assembly|commission|conference|court|society|association"
_EVENT = "Born|Died|Battle|Deadline|Next|Commencement|Date|Due|Valid|Effective|Expiry|Expires|Start|End|Opening|Closing"
_STATED = [  # a line, or a sentence of one, that says when its document was made, and no more
    re.compile(rf"(?i:for (?:immediate )?release|date of (?:the |this )?(?:{_PAPER})|dated):?(?i:\s+on)?\s+({_DATE})"),
    re.compile(rf"(?i:by) (?!(?i:{_WEEKDAY}))[A-Z][^.\d]{{1,80}},? (?:on )?({_DATE})"),
    re.compile(
        rf"(?i:minutes|notes|agenda|transcript|proceedings)\b(?!.*\b(?i:previous|last|next)\b)"
        rf"(?=[:,]? {_DATE}|[^.\d]*\b(?i:{_MEETING})\b)[^.\d]{{0,80}}? ({_DATE})(?:,? (?:at|in|from)\b.*)?"
    ),
    re.compile(rf"((?i:{_WEEKDAY}),? {_DATE}), (?:[A-Z\d]|(?:at|in)\b).*[^.]"),
    re.compile(
        rf"(?!(?:On|In|At|From|Since|Until|After|Before|By|{_EVENT})\b)"
        rf"(?:[A-Z][^.:;,!?\d]{{1,60}}(?<! Ltd)(?<! Inc)(?<! LLC)(?<! GmbH)|(?:Issue|No\.?|Vol\w*\.?) \d+), ({_DATE})"
    ),
]
_LEADING = re.compile(r"\s*date:?\s+(\d{4}-\d\d(?:-\d\d)?)(?![\w-])\s*", re.I)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(\S.*?)[ \t#]*$", re.M)
_EMPTY_TITLE = re.compile(
    r"\(.*\)|untitled.*|microsoft word.*|document\d*|powerpoint.*|slide \d+|\W*|.*\.\w{2,4}|\w+:\S+", re.I
)


class Extract(NamedTuple):
    """What a reader takes from a file; `title` and `date` only where its metadata give them."""

    text: str
    title: str = ""
    date: str | None = None
    pages: tuple[int, ...] = ()
    body: int = 0
    sha256: str = ""


def iso(value: object) -> str | None:
    """A date as YYYY-MM-DD, YYYY-MM or YYYY, as precise as given; None for 06/12/2023, which can be read two ways."""
    text = str(value).strip()
    if match := _ISO.fullmatch(text):
        try:
            date.fromisoformat((match[1] + "-01-01")[:10])
        except ValueError:
            return None
        return match[1]
    if not (match := _WORDED.fullmatch(text)):
        return None
    readings = {(found.date_obj, found.period) for found in (p.get_date_data(match[1]) for p in _parsers())}
    when, period = readings.pop()
    if readings or when is None:
        return None
    return when.date().isoformat()[: {"year": 4, "month": 7}.get(period, 10)]


@cache
def _parsers() -> list[DateDataParser]:
    from dateparser.date import DateDataParser

    strict = {"REQUIRE_PARTS": ["month", "year"], "PARSERS": ["absolute-time"], "RETURN_AS_TIMEZONE_AWARE": False}
    languages = ["en", "de", "fr", "es", "it", "pt", "nl", "ru", "uk"]
    return [DateDataParser(languages, settings={**strict, "DATE_ORDER": order}) for order in ("DMY", "MDY")]


def leading_date(text: str) -> tuple[str | None, int]:
    """A first `date 2023-12-06` and the offset behind it; (None, 0) where there is none."""
    match = _LEADING.match(text)
    found = match and iso(match[1])
    return (found, match.end()) if match and found else (None, 0)


def dateline(text: str, given: str = "") -> str | None:
    """The date that one of the first lines gives: alone, behind "Published:", beside a byline or the name of a paper,
    as that of a meeting, or in a dateline. `given` is a title from elsewhere: then no line of the text need be it."""
    for number, line in enumerate([line.strip() for line in text[:2000].splitlines() if line.strip()][:8]):
        match = _DATELINE.match(line)
        if match and (match[1].split()[0].isupper() or (match[1][-1] == "," and match[1].istitle())):
            return iso(match[2])
        parts = re.split(r"\s+[|·•–—]\s+|(?<=\w\w)\.\s+(?=[A-Z])", line) if len(line) <= 120 else []
        for part in parts if len(re.findall(_DATE, line)) < 2 or _LABEL.search(line) else ():  # no span of a life
            stated = part.strip(" *_")
            if not stated.isdigit() and (found := iso(_LABEL.sub("", stated, count=1))):  # a number is no date yet
                return found
            titled = not number and (not given or given in line)  # "The Fall of Elmford, 6 May 1926"
            for pattern in _STATED[: -1 if titled else None]:
                if (match := pattern.fullmatch(stated)) and _titled(match) and (found := iso(match[1])):
                    return found
    return None


def _titled(match: re.Match[str]) -> bool:
    """Whether what stands before a date could be a name: "Ellery Courier", not "the town of Elmford"."""
    before = match.string[: match.start(1)].split()
    return match.re is not _STATED[-1] or all(
        word[0].isupper() or word[0].isdigit() or len(word) < 4 for word in before
    )


_SUBJECT = re.compile(  # among the headers of a mail
    r"\s*(?:(?:From|To|Cc|Date|Sent|Reply-To):.*\n)+(?:Subject|Betreff|Re): *(\S.*?) *(?:\n|$)"
    r"|\s*Subject: *(?P<alone>\S.*)",
    re.I,
)


def title(text: str, given: object, fallback: str) -> str:
    """`given` where it is a title, else a first heading or headline, else the first sentence, shortened."""
    from qa.split import sentences

    stated = " ".join(str(given or "").split())
    if stated and len(stated) <= 300 and not _EMPTY_TITLE.fullmatch(stated):
        return stated
    if subject := _SUBJECT.match(text):
        return _shorten(subject[1] or subject["alone"], 120)
    if heading := _HEADING.search(text[:4000]):
        return _shorten(heading[1])
    text = _below_date(text)
    lines = [line.strip() for line in text.strip()[:2000].splitlines()]
    if lines and 0 < len(lines[0]) <= 120 and lines[0][-1] not in ".!:;,…。" and not any(lines[1:2]):
        return _shorten(lines[0], 120)
    return next((_shorten(text[start:end]) for start, end in sentences(text[:4000])), fallback)


def _below_date(text: str) -> str:
    """The text without a first line that only dates it."""
    first, _, rest = text.lstrip().partition("\n")
    return rest if rest.strip() and len(first) <= 60 and iso(_LABEL.sub("", first.strip(), count=1)) else text


def _shorten(text: str, width: int = 80) -> str:
    whole = " ".join(text.split())
    short = textwrap.shorten(whole, width - 1, placeholder="").rstrip(",;:-–— ") or whole[: width - 1]
    return whole if len(whole) <= width else short + "…"
