"""English words: which are ordinary ones, and those of a question that are misspelled, put right."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

_WORD = re.compile(r"[^\W\d_]{4,}")


def corrected(text: str, known: Callable[[str], bool]) -> str:
    """`text` with each word that neither the documents nor an English dictionary know put right, where one edit does.

    A text most of whose words are unknown is in another language, and stays as it is.

    Args:
        text: a question.
        known: whether the documents hold a lower-case word. Their words are preferred to the dictionary's.
    """

    def better(match: re.Match[str]) -> str:
        word = match[0].lower()
        if word not in strange:
            return match[0]
        near = _dictionary().candidates(word) or set()
        fitting = [other for other in near if known(other)]
        if match[0][0].isupper():  # a name: only the documents know it
            return max(fitting, key=_dictionary().__getitem__).capitalize() if fitting else match[0]
        return max(fitting or near, key=lambda other: (_dictionary()[other], other), default=match[0])

    found = [word.lower() for word in _WORD.findall(text)]
    strange = {word for word in found if not known(word) and word not in _dictionary()}
    return text if len(strange) > 3 and len(strange) > len(found) / 2 else _WORD.sub(better, text)


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
