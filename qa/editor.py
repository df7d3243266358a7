"""Drafted sentences, one by one, to those that an answer shows: each checked, cited, and held against other sources."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from qa import conflict, ground, prompts
from qa.types import Citation, Claim, Conflict, Evidence, Side, Text

Event = Evidence | Citation | Text

_MARKUP = re.compile(r"^[\s>#*•-]+|\*\*|__|`|^(?:\[\d+\]\s*)?\([^()]*\)\s*|<<|>>")  # and the prompt's labels and fences


class Editor:
    """Takes drafted sentences one by one; lets through what the evidence carries, marked where it does in part, puts
    the verbatim sentence in place of what it does not, and numbers citations in the order of their use."""

    def __init__(self, question: str, sources: Sequence[ground.Source]) -> None:
        self._question, self._sources = question, sources
        self._used: dict[int, Citation] = {}
        self.text, self.refused = "", False
        self.claims: list[Claim] = []
        self.conflicts: list[Conflict] = []

    def take(self, draft: str) -> list[Event]:
        """The events that show this sentence, or none where nothing of it can be said."""
        plain, hints = ground.markers(_MARKUP.sub("", draft))
        if not plain or self._is_refusal(plain):
            return []
        verdict = ground.judge(plain, self._sources, hints, self._question)
        chosen = [self._sources[i].citation for i in verdict.sources]
        if verdict.support != "unsupported":
            said = ground.without_yes(plain, self._question, [c.quote for c in chosen])
            return self._show(ground.attributed(said, chosen), chosen, verdict.note)
        instead = [c for c in chosen[:1] if c.score >= self._sources[0].citation.score / 2]
        return self._show(ground.verbatim(instead[0]), instead) if instead else []

    def unused(self, citations: Sequence[Citation]) -> list[Event]:
        """The events that show, as they stand, those of these sentences that the answer does not cite."""
        return [e for c in citations if c.number not in self._used for e in self._show(ground.verbatim(c), [c])]

    def other_sides(self, topic: str) -> list[Event]:
        """The events that show, for each sentence used, the evidence that says otherwise."""
        events: list[Event] = []
        found: dict[int, Side] = {}
        for pair in conflict.pairs(topic, self._sources):
            sides = [self._sources[i].citation for i in pair]
            if any(side.number in self._used for side in sides) and not any(map(self._overlaps, sides)):
                for side in sides:
                    if side.number not in self._used:
                        events += self._show(ground.verbatim(side), [side])
                shown = [side for side in sides if side.number in self._used]
                if len(shown) == len(sides):  # else one says, word for word, what another sentence has said
                    found |= {n: Side(side.quote, n) for side in shown for n in [self._used[side.number].number]}
        if found:
            self.conflicts.append(Conflict(topic, tuple(found.values())))
        return events

    def _overlaps(self, citation: Citation) -> bool:
        """Whether a sentence is not used, but one is that shares words of the document with it."""
        same = [used for used in self._used.values() if used.document == citation.document]
        overlap = any(used.start < citation.end and citation.start < used.end for used in same)
        return citation.number not in self._used and overlap

    def state(self) -> dict[str, Any]:
        """The fields of an `Answer` so far."""
        return {
            "conflicts": tuple(self.conflicts),
            "text": self.text,
            "answered": bool(self.claims),
            "claims": tuple(self.claims),
            "citations": tuple(self._used.values()),
        }

    def _is_refusal(self, plain: str) -> bool:
        self.refused = self.refused or prompts.CANNOT_ANSWER.lower().rstrip(".") in plain.lower()
        return self.refused

    def _show(self, text: str, citations: Sequence[Citation], note: str = "") -> list[Event]:
        if any(claim.text == text for claim in self.claims):
            return []
        fresh = [c for c in citations if c.number not in self._used]
        for citation in fresh:
            self._used[citation.number] = replace(citation, number=len(self._used) + 1)
        numbers = tuple(self._used[c.number].number for c in citations)
        self.claims.append(Claim(text, "partial" if note else "supported", numbers, note))
        piece = (" " if self.text else "") + text + " " + "".join(f"[{n}]" for n in numbers)
        self.text += piece
        return [*(self._used[c.number] for c in fresh), Text(piece)]
