"""Whose turn it is to speak in an interview, a transcript or a chat. Pure functions."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from qa import people, words
from qa.spelling import ordinary

_CAP = r"[^\W\d_a-zß-öø-ÿ][\w.’'\-]*"
_CLOCK = r"(?P<clock>[\[(]?\d[\d/.,: \-]{3,22}(?:[AaPp][Mm])?[\])]?[ \-–]*)?"  # "[10:32] Ada:"
_LABEL = re.compile(
    rf"^[ \t]*{_CLOCK}[*_]{{0,2}}(?P<who>{_CAP}(?: (?:de|van|von|al|{_CAP})){{0,4}})"
    r"(?: ?\((?P<aside>[^()\n]{1,60})\))?[*_]{0,2}:[*_]{0,2}(?=\s)",
    re.M,
)
_ASKING = frozenset("q question interviewer moderator host reporter journalist presenter editor".split())
_ANSWERING = frozenset("a answer interviewee".split())
_SELF = re.compile(r"\b(?:I|[Mm]y|[Mm]e|[Ww]e|[Oo]ur)\b")
_LEAST, _MOST = 3, 200  # turns of a dialogue, and people who speak in it
_OPENING = 2000  # characters before the first question that may say with whom an interview is
_QUESTION = 400  # characters of one, at most
_AFTER = re.compile(r"\b(?i:interview(?:s|ed)?(?: with| of)?|conversation with|sat down with|met with)(?! by\b)[ :,]")
_BESIDE = re.compile(
    r"\b(?:(?:spoke|talked|speaks|talks) (?:to|with)|(?:answers?|answered) (?:\w+ ){0,3}questions|told us)\b"
)
_NEAR = 150  # characters


class Turn(NamedTuple):
    """A stretch of a text in which one person speaks, or nobody whose name is known."""

    start: int
    end: int
    who: str | None


@lru_cache(maxsize=64)
def turns(text: str) -> tuple[Turn, ...]:
    """The turns of a text, in order; none where it is no dialogue.

    A dialogue has lines that open with a speaker's name or "Q", and of them some that ask and some that say "I" or
    "we"; or questions that are a paragraph each, behind an opening that says with whom the interview is."""
    return tuple(_labelled(text) or _unlabelled(text))


def unlabelled(sentence: str, who: str = "") -> str:
    """A sentence without the "A:" before it, or without the name of who speaks."""
    match = _LABEL.match(sentence)
    label = words.tokens(match["who"]) if match else ()
    known = label and (label[0] in _ASKING | _ANSWERING or label[-1:] == words.tokens(who)[-1:])
    return sentence[match.end() :].strip() if match and known else sentence


def _labelled(text: str) -> list[Turn]:
    labels = list(_LABEL.finditer(text))
    if len({label["who"] for label in labels}) > _MOST:
        return []
    first = {(label["who"], label["aside"]): label for label in reversed(labels)}
    named = {key: _called(label, text) for key, label in first.items()}
    called = [named[label["who"], label["aside"]] for label in labels]
    known = [label["who"] for label, who in zip(labels, called, strict=True) if who or label["who"].lower() in _ASKING]
    if not (len(set(known)) > 1 and len(known) >= max(_LEAST, len(set(known)) + 1)):
        return []
    last = text.find("\n\n", labels[-1].end() + 2)
    ends = [*(label.start() for label in labels[1:]), len(text) if last < 0 else last]
    told = [Turn(label.start(), end, who) for label, who, end in zip(labels, called, ends, strict=True)]
    said = [text[turn.start : turn.end] for turn in told]
    return told if any("?" in one for one in said) and any(map(_SELF.search, said)) else []


def _called(label: re.Match[str], text: str) -> str | None:
    """Whom a label names; None where it stands for whoever asks, or for no person that is known."""
    name, aside = label["who"], label["aside"] or ""
    if name.lower() in _ASKING:
        return None
    if name.lower() in _ANSWERING:
        return _interviewed(text[: label.start()])
    if people.is_person(aside) or people.is_person(name):
        return people.bare(aside if people.is_person(aside) else name)
    if " " in name:
        return name if people.is_named(name) else None
    unlikely = words.time_words(name) or (ordinary(name.lower()) and not label["clock"])
    return _in_full(name, text) or (None if unlikely else name)


def _in_full(label: str, text: str) -> str:
    """The name that a text has for a surname or a first name alone, or for initials; "" for none."""
    if re.fullmatch(r"[A-Z]{2,3}", label):
        full = " ".join(rf"({letter}[\w’'\-]+)" for letter in label)
    else:
        full = rf"(?:{_CAP}) {re.escape(label)}|{re.escape(label)} (?:{_CAP})"
    names = (match[0].rstrip(".") for match in re.finditer(rf"\b(?:{full})(?!\w)", text))
    return next((name for name in map(people.bare, names) if people.is_person(name)), "")


def _unlabelled(text: str) -> list[Turn]:
    paragraphs = list(re.finditer(r"\S.*(?:\n[ \t]*\S.*)*" if "\n\n" in text else r"\S.*", text))
    asking = [i for i, one in enumerate(paragraphs) if one[0].rstrip('*_”"').endswith("?") and len(one[0]) < _QUESTION]
    who = _interviewed(text[: paragraphs[asking[0]].start()]) if len(asking) > 1 else None
    if not who:
        return []
    told = []
    for i, following in zip(asking, [*asking[1:], asking[-1] + 2], strict=True):
        last = paragraphs[min(following, len(paragraphs)) - 1]
        told.append(Turn(*paragraphs[i].span(), None))
        told.append(Turn(paragraphs[i].end(), last.end(), who))
    return told


def _interviewed(head: str) -> str | None:
    """With whom an interview is, by what stands before it."""
    head = head[-_OPENING:]
    for cue in _AFTER.finditer(head):
        if found := _persons(head[cue.end() :][:_NEAR]):
            return found[0]
    for cue in _BESIDE.finditer(head):
        sentence = re.split(r"[.!?\n]\s", head[: cue.start()])[-1]
        either = [_persons(sentence), _persons(head[cue.end() :][:_NEAR].partition("\n")[0])]
        if not all(either) and any(either):
            return (either[0] or either[1])[0]
    return None


def _persons(text: str) -> list[str]:
    names = [
        people.bare(name) for name in words.names(text) if f"the {name}" not in text and not words.time_words(name)
    ]
    return [name for name in names if people.is_person(name) and not name.isupper()]
