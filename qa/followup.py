"""A follow-up question made to stand alone, by rule: only one that cannot stand alone is touched."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa import words

History = Sequence[tuple[str, str]]
_PERSON = re.compile(r"\b(he|she|him|his|her|hers)\b", re.I)
_THING = re.compile(r"\b(it|its|they|them|their|theirs|this|these|those|that one|there|then)\b", re.I)
_THAT = re.compile(r"\bthat\b(?=\W*$|\s(?:happen|mean|time|year|day|way|case|place|person|man|woman)\w*\b)", re.I)
_ELLIPSIS = re.compile(
    r"^(?:and|but|so|or|no|ok|okay|then|also|what about|how about|who else|what else|why|how|when|where|who|really)\b"
    r"[\s,]*(?:not|so|come|then|else|exactly|that|was that|is that)?\W*$"
    r"|^(?:and|but|or|no|what about|how about|what else|who else)\b",
    re.I,
)
_CORRECTION = re.compile(r"^no\b[\s,]*|^(?:i mean|not)\b[\s,]*", re.I)
_TITLE = re.compile(r"^(?:Mr|Mrs|Ms|Dr)\.? ")


def stand_alone(question: str, history: History) -> str:
    """The question as it would be asked without the dialogue before it.

    Args:
        question: what the user wrote.
        history: earlier (question, answer text) pairs, oldest first.

    A pronoun for a person becomes the person named last; anything else that leans on the dialogue gets the topic words
    of the question before it, in brackets. A question that can stand alone comes back as it is.
    """
    question = question.strip()
    if not history or not _leans(question):
        return question
    earlier, answer = history[-1]
    earlier = stand_alone(earlier, history[:-1])
    person = _person(earlier, answer)
    if _PERSON.search(question) and person:
        question = _PERSON.sub(lambda m: person + ("’s" if m[0].lower() in ("his", "hers", "her") else ""), question)
        if not _ELLIPSIS.search(question) and not _THING.search(question):
            return question
    topic = [word for word in _topic(earlier) if word.lower() not in question.lower()]
    if not topic:
        return question
    bare = re.sub(r"^(?:and|but|so|or)\b[\s,]*", "", _CORRECTION.sub("", question), flags=re.I)
    return f"{bare.rstrip()} ({' '.join(topic)})" if bare else earlier


def _leans(question: str) -> bool:
    person, thing = _PERSON.search(question), _THING.search(question) or _THAT.search(question)
    short = len(words.stems(question)) <= 1 and not words.names(question)
    # A pronoun whose antecedent stands before it in the same question leans on nothing else.
    person_leans = person and not re.search(r"\b[A-Z]\w+", re.sub(r"^\W*\w+", "", question[: person.start()]))
    thing_leans = thing and len(words.stems(question[: thing.start()])) < 2
    return bool(short or person_leans or thing_leans or _ELLIPSIS.search(question))


def _person(question: str, answer: str) -> str | None:
    plain = re.sub(r"\[\d+\]", "", answer)
    for text in (question, plain):
        people = [name for name in words.names(text) if not words.time_words(name)]
        if people:
            return _TITLE.sub("", people[-1] if text is question else people[0])
    return None


def _topic(question: str) -> list[str]:
    """The words of a question that say what it is about, in order, as they were written."""
    found = re.findall(r"[^\W_]+(?:[-’'][^\W_]+)*", question)
    return [word for word in found if word.lower() not in words.STOPWORDS and len(word) > 1]
