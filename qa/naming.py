"""Which document a phrase names: "the letter from Brightwater" is that whose title or file name says so. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from qa import words

_SORTS = frozenset(  # of documents, by a noun that their title or file name may bear
    map(
        words.stem,
        """letter report minutes press release newsletter interview notice survey faq memo statement speech policy
        contract agreement guide manual note mail email chapter presentation spreadsheet table study review
        correction announcement agenda transcript digest brief briefing plan paper essay diary journal chronicle
        editorial column handbook brochure leaflet protocol resolution judgment ruling invoice article document file
        story text piece""".split(),
    )
)
_ANY = frozenset(map(words.stem, "article document file story text piece paper full whole entire legal new".split()))
_WITHIN = re.compile(
    r"what (?:does|did|do) (?P<named>(?:the|that|this|our|my|their|his|her) .+?) "
    r"(?:(?:say|tell us|state|report|mention|write) (?:about|on) (?P<topic>.+?)"
    r"|(?P<does>(?:recommend|conclude|find|propose|demand|advise|suggest|promise|require|announce|warn|ask|call|decide|forbid|"
    r"allow|offer)(?: .+)?))\W*",
    re.I,
)
LEAST = 0.6  # share of a phrase's words that the label of its document has


def within(question: str) -> tuple[str, str] | None:
    """The phrase for a document and what is asked of it alone: "the survey" and "What do they recommend?" of "What does
    the survey recommend?"; None for every other question."""
    match = _WITHIN.fullmatch(question.strip())
    if not match:
        return None
    asked = f"What do the documents say about {match['topic']}?" if match["topic"] else f"What do they {match['does']}?"
    return match["named"], asked


def meant(phrase: str, labels: Mapping[str, str], *, least: float = LEAST) -> list[str]:
    """The documents that a phrase names: those whose label has most of its words.

    Args:
        phrase: "the letter from Brightwater", or a document's title.
        labels: title and file name of each document, by its id.
        least: share of the phrase's words that a label must have.

    A phrase names documents only by what sort of document it is ("letter"), or by four words of a title.
    """
    wanted = set(words.stems(phrase)) - _ANY
    sorts = wanted & _SORTS
    own = {id: set(words.stems(label.replace("_", " "))) for id, label in labels.items()}
    fitting = {id: len(wanted & stems) for id, stems in own.items() if sorts <= stems}
    most = max(fitting.values(), default=0)
    named = set(words.stems(phrase)) & _SORTS or most == len(wanted) >= 4
    return [id for id, count in fitting.items() if named and count == most >= max(1, least * len(wanted))]
