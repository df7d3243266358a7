"""The steps of a procedure, which a "how do I" asks for as a whole. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.types import Span

LONGEST = 1500  # characters of a procedure
_WANTED = re.compile(
    r"\bhow (?:do|can|could|should|must|would) (?:i|you|we|one|users?)\b|\bhow to\b|\bwhat (?:are|is) the (?:\w+ )?"
    r"(?:steps|procedure|instructions?)\b|\b(?:steps|instructions|procedure) (?:to|for|of)\b"
    r"|\bwhat (?:should|must|can|do) (?:i|you|we|one) (?:have to |need to )?do\b",
    re.I,
)
_ITEM = re.compile(r"(?:\(?\d{1,2}[.)]|[-*+•‣◦▪●∙·]|(?i:step) \d{1,2}\b[.:)]?)\s")
_HEADING = re.compile(r"#{1,6}\s")
_LINE = 200  # characters of the sentence that leads to a list
_LEADING = 3  # sentences from one that answers to the list that it leads to


def wanted(question: str) -> bool:
    """Whether a question asks how something is done."""
    return bool(_WANTED.search(question))


def procedure(text: str, sentences: Sequence[Span], place: int) -> Span | None:
    """The list of two steps or more that the sentence at `place` belongs to or leads to, from that sentence on; None
    where there is none, or it is so long that it would be cut before that sentence."""
    items = [_starts_line(text, start) and bool(_ITEM.match(text, start, end)) for start, end in sentences]
    first = place
    while first > 0 and not items[first] and not _starts_line(text, sentences[first][0]):
        first -= 1
    if items[first]:
        while (before := _item_before(text, sentences, items, first)) is not None:
            first = before
        begin = sentences[_leading(text, sentences, first)][0]
    else:
        begin, last = sentences[place][0], min(place + _LEADING, len(sentences) - 1)
        ahead = [i for i in range(place + 1, last + 1) if items[i] or _HEADING.match(text, sentences[i][0])]
        if not ahead or not items[ahead[0]]:
            return None
        first = ahead[0]
    steps = 0
    end = begin
    for i in range(first, len(sentences)):
        of_list = items[i] or not _starts_line(text, sentences[i][0])
        if not of_list or sentences[i][1] - begin > LONGEST:
            break
        steps, end = steps + items[i], sentences[i][1]
    return (begin, end) if steps > 1 and end > sentences[place][0] else None


def _leading(text: str, sentences: Sequence[Span], first: int) -> int:
    """The place of the line that leads to a list, or else of its first item."""
    start, end = sentences[first - 1] if first else (0, 0)
    leads = first and _starts_line(text, start) and not _HEADING.match(text, start) and end - start <= _LINE
    return first - 1 if leads else first


def _item_before(text: str, sentences: Sequence[Span], items: Sequence[bool], place: int) -> int | None:
    i = place - 1
    while i > 0 and not items[i] and not _starts_line(text, sentences[i][0]):
        i -= 1
    return i if i >= 0 and items[i] else None


def _starts_line(text: str, start: int) -> bool:
    return not text[text.rfind("\n", 0, start) + 1 : start].strip()
