"""Conversations to take away: as Markdown, or as a file with which a third party can check every citation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from qa import __version__, render
from qa.errors import QAError
from qa.types import Citation
from qa.web.keep import Turn

if TYPE_CHECKING:
    from qa.library import Library

CONTEXT = 300  # characters on each side of a quote


def markdown(title: str, turns: Iterable[Turn]) -> str:
    """Questions, answers and numbered sources as Markdown."""
    return render.chat_markdown(title, [(turn.question, turn.answer, turn.problem) for turn in turns])


def evidence(title: str, turns: Iterable[Turn], library: Library) -> str:
    """One HTML file with every cited passage in its context, its place and the hash of its file."""
    now = datetime.now().astimezone().isoformat(" ", "minutes")
    shown = [(turn.question, turn.answer, cited(turn, library)) for turn in turns]
    return render.evidence_file(title, f"Made on {now} by qa {__version__}.", shown)


def cited(turn: Turn, library: Library) -> list[render.Cited]:
    """The citations of a turn, each with what is known of its source by now."""
    hashes = turn.hashes or {}
    return [
        _cited(each, hashes.get(each.document, ""), library) for each in (turn.answer.citations if turn.answer else ())
    ]


def _cited(citation: Citation, sha256: str, library: Library) -> render.Cited:
    try:
        document = library.document(citation.document)
    except QAError:
        return render.Cited(citation, "", "", sha256, "removed")
    text, start, end = document.text, citation.start, citation.end
    if text[start:end] != citation.quote:
        return render.Cited(citation, "", "", sha256, "changed")
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    before = "…" + before.partition(" ")[2] if start > CONTEXT else before
    after = after.rpartition(" ")[0] + "…" if end + CONTEXT < len(text) else after
    return render.Cited(citation, before, after, sha256 or document.sha256, "")
