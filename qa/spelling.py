"""English words: which are ordinary ones, and those of a question that are misspelled, put right."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import OSA

_WORD = re.compile(r"[^\W\d_]{4,}")
_OPENING = re.compile(r"(?P<word>[a-z]{2,6}?)(?P<be>(?<=\w\w)['’]?s)?(?P<rest> .*)", re.I | re.S)
_ASKING = ("which", "where", "when", "what", "who", "how", "why")
_HOW = re.compile(r" (?:many|much|often|long|old|far|big|large|did|do|does|can)\b", re.I)


def corrected(text: str, known: Callable[[str], bool]) -> str:
    """`text` with each word that neither the documents nor an English dictionary know put right, where one edit does,
    and with a question word that it opens with.

    A text most of whose words are unknown, and like none of the documents' words, is in another language and stays as
    it is.

    Args:
        text: a question.
        known: whether the documents hold a lower-case word. Their words are preferred to the dictionary's.
    """

    def better(match: re.Match[str]) -> str:
        word = match[0].lower()
        if word not in near:
            return match[0]
        fitting = [other for other in near[word] if known(other)]
        if match[0][0].isupper():  # a name: only the documents know it
            return max(fitting, key=_dictionary().__getitem__).capitalize() if fitting else match[0]
        return max(fitting or near[word], key=lambda other: (_dictionary()[other], other), default=match[0])

    opened = _asked(text, known)
    found = [word.lower() for word in _WORD.findall(opened)]
    strange = {word for word in found if not known(word) and word not in _dictionary()}
    near = {word: _near(word) for word in strange}
    lost = [word for word, others in near.items() if not any(map(known, others))]
    return text if len(lost) > 3 and len(lost) > len(found) / 2 else _WORD.sub(better, opened)


def _asked(text: str, known: Callable[[str], bool]) -> str:
    """A question that opens with "wen", "wich" or "whos", with "when", "which" or "who is"."""
    match = _OPENING.fullmatch(text)
    if not match:
        return text
    word, near = match["word"].lower(), list[str]()
    if word in _ASKING:
        near = [word] if match["be"] == "s" else []
    elif not known(word) and not ordinary(word + (match["be"] or "")):
        near = [one for one in _ASKING if OSA.distance(word, one) == 1]
        of_degree = bool(_HOW.match(match["rest"]))
        near.sort(key=lambda one: (not set(word) < set(one), (one == "how") is not of_degree))
    return f"{near[0].capitalize()}{' is' if match['be'] else ''}{match['rest']}" if near else text


def _near(word: str) -> set[str]:
    """Known words at one edit."""
    return _dictionary().candidates(word) or set()


def ordinary(word: str) -> bool:
    """Whether a word with a full stop after it is likelier an ordinary English word than an abbreviation.

    A short word ("ore", "sec", "al") must be the commoner for that, and one with a capital letter ("York") not short.
    """
    often = _dictionary().word_usage_frequency(word.lower())
    least = {1: 1.0, 2: 1e-3}.get(len(word), 2e-6 if len(word) < 5 else 5e-7)
    return often >= least and (len(word) > 3 or not word[0].isupper())


@lru_cache(maxsize=1)
def _dictionary() -> Any:
    from spellchecker import SpellChecker

    return SpellChecker(language="en", distance=1)
