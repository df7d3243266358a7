"""An answer as plain text and as Markdown, and the small words that every view of it shares."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

from qa.types import Answer, Citation, Hit

MARKER = re.compile(r"\[(\d{1,4})\]")
PARTLY = "Only part of this sentence stands in its source. Compare it with the quote."
NEAREST, NEAR = 3, 0.22  # passages under a refusal; the confidence below which none is near (seed questions, dev)
SHORT = 240  # characters of a passage under a refusal
_DAY_OF = r"\s+(?:Jan|Feb|M[aä][iryz]|Apr|Ju[nl]|Aug|Sep|O[ck]t|Nov|De[cz])"
_MARK = re.compile(
    rf"^[ \t]*(?:(?:[-*+•‣◦▪●∙·]|#{{1,6}}|\(?\d{{1,2}}[.)](?!{_DAY_OF}))\s+"
    r"|\|[-:| \t]+\|[ \t]*$|(?:```|~~~)\w*[ \t]*$)",
    re.M,
)
_ROW = re.compile(r"^[ \t]*\|(.+)\|[ \t]*$", re.M)
MONTHS = "January,February,March,April,May,June,July,August,September,October,November,December".split(",")


def date_text(date: str | None) -> str:
    """'2023-12-06' as '6 December 2023', '2023-12' as 'December 2023'; anything else as it is, None as ''."""
    match = re.fullmatch(r"(\d{4})-(\d\d)(?:-(\d\d))?", date or "")
    if not match or not 1 <= int(match[2]) <= 12:
        return date or ""
    day = f"{int(match[3])} " if match[3] else ""
    return f"{day}{MONTHS[int(match[2]) - 1]} {match[1]}"


def when_text(citation: Citation) -> str:
    """The date of a source, and what its words for a time mean: '8 February 2024; “Tuesday” is 6 February 2024'."""
    meant = [f"“{one_line(words)}” is {date_text(date)}" for words, date in citation.times]
    return "; ".join(filter(None, [date_text(citation.date), *meant]))


def source_name(title: str, date: str | None) -> str:
    """How a source is called wherever a reader sees it: its title and its date."""
    return " · ".join(part for part in (one_line(title), date_text(date)) if part)


def scope_text(titles: Sequence[str] | None, since: str | None, until: str | None) -> str:
    """Which documents were asked: their titles (None for all), and the dates between which they lie."""
    named = [f"“{one_line(title)}”" for title in titles or ()]
    parts = [", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")]
    parts += [f"from {date_text(since)}" if since else "", f"until {date_text(until)}" if until else ""]
    asked = "Asked of " if titles else "Asked of what is dated "
    return asked + " · ".join(filter(None, parts)) if any(parts) else ""


def count_text(count: int, noun: str) -> str:
    """'1 document', '2,000 documents'."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def size_text(count: float) -> str:
    """Bytes as people read them: 1.12 GB, 98 MB."""
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def one_line(text: str) -> str:
    """`text` with every run of white space as one space."""
    return " ".join(text.split())


def bare(text: str) -> str:
    """`text` in which no line begins with the mark of a list or a heading, or fences code, and of tables only the cells
    are left."""
    return _ROW.sub(lambda row: "; ".join(filter(None, map(str.strip, row[1].split("|")))), _MARK.sub("", text))


def plain(answer: Answer) -> str:
    """The answer's text with its markers, an empty line, then the numbered sources, or under a refusal the nearest
    passages, shortened; white space in quotes is folded."""
    notes = [f"(stopped early: {answer.partial})"] if answer.partial else []
    notes += [f"Partly supported: “{one_line(claim)}” {why}" for claim, why in weak(answer).items()]
    for conflict in answer.conflicts:
        sides = "; ".join(f"{one_line(bare(side.statement))} [{side.citation}]" for side in conflict.sides)
        notes.append(f"Sources differ: {one_line(conflict.topic)}: {sides}")
    sources = "\n".join(_source(citation) for citation in answer.citations)
    nearest = "\n".join(map(_passage, near(answer))) if answer.refused else ""
    return "\n\n".join(part for part in (answer.text, *notes, sources, nearest) if part)


def near(answer: Answer) -> Sequence[Hit]:
    """The passages to show under a refusal: none where nothing in the documents is near the question."""
    return answer.hits[:NEAREST] if answer.confidence >= NEAR else ()


def weak(answer: Answer) -> dict[str, str]:
    """The claims that their sources carry in part only, and what these lack."""
    return {claim.text: claim.note or PARTLY for claim in answer.claims if claim.support == "partial"}


def _passage(hit: Hit) -> str:
    passage = hit.passage
    text = textwrap.shorten(one_line(bare(passage.text)), SHORT, placeholder="…")
    return f"Nearest: {passage.document}:{passage.start}-{passage.end}: “{text}”"


def _source(citation: Citation) -> str:
    date = f" ({when_text(citation)})" if citation.date else ""
    place = f"{citation.document}:{citation.start}-{citation.end}"
    return f"[{citation.number}] {one_line(citation.title)}{date}, {place}: “{one_line(citation.quote)}”"


def markdown(answer: Answer) -> str:
    """`plain(answer)` as Markdown paragraphs that render to the same words: nothing in it is live."""
    return "\n\n".join(_paragraph(line) for line in plain(answer).splitlines() if line.strip())


def chat_markdown(title: str, turns: Iterable[tuple[str, Answer | None, str]]) -> str:
    """A conversation of (question, answer, problem) as Markdown in which nothing is live."""
    parts = [f"# {_paragraph(title)}"]
    for question, answer, problem in turns:
        parts += [f"## {_paragraph(question)}", markdown(answer) if answer else "", _paragraph(problem)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _paragraph(line: str) -> str:
    """A line with all Markdown in it escaped. ':', '@' and 'www.' are broken so that bare addresses are no links."""
    text = re.sub(r"([\\`*_\[\]<>&#|~!$@{}])", r"\\\1", one_line(line))
    text = re.sub(r":(?=//)", r"\:", re.sub(r"(?i)\b(www)\.", r"\1\.", text))
    text = re.sub(r"^(\d+)([.)])", r"\1\\\2", text)
    return re.sub(r"^([-+=:])", r"\\\1", text)
