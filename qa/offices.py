"""Who holds which office, by what a text calls them. Pure functions."""

from __future__ import annotations

import re

from qa import words

_OFFICE = re.compile(
    r"(?<!ormer )((?:[A-Z][\w’'-]+ )+(?:Minister|President|Secretary|Chancellor|Governor|Mayor|Director|Chairman"
    r"|Chairwoman|Chair|King|Queen|Ambassador|Commissioner|Speaker|Chief)) ((?:[A-Z][\w’'-]+ ?){1,3})\b"
)
# Words of an office that do not say whose office it is: every country has a foreign minister.
_RANKS = frozenset(
    """prime foreign vice deputy first second defence defense interior finance economy justice health education energy
    environment chief executive assistant acting senior general state press managing minister president
    secretary""".split()
)


def held(text: str) -> dict[str, str]:
    """Who holds which office in a text: {"Danish Foreign Minister": "Ada Holm"}; only offices that say whose."""
    found = {}
    for run, holder in _OFFICE.findall(text):
        opening = (w for w in run.split() if w.lower() not in words.STOPWORDS and not words.time_words(w))
        office = " ".join(opening)  # "On Tuesday French President" is about the French President
        if set(words.tokens(office)) - _RANKS:
            found[office] = holder.strip()
    return found


def holders_differ(one: str, other: str) -> bool:
    """Whether one office is given to people of different last names."""
    here, elsewhere = held(one), held(other)
    return any(
        not words.same_name(here[office].split()[-1].lower(), elsewhere[office].split()[-1].lower())
        for office in here.keys() & elsewhere.keys()
    )


def of_interest(question: str, text: str) -> dict[str, str]:
    """The offices in a text, with their holders, that a question asks about: it names the office, or its holder."""
    asked = set(words.stems(question))
    return {
        office: holder
        for office, holder in held(text).items()
        if asked & set(words.stems(holder)) or all(_asked(stem, asked) for stem in words.stems(office))
    }


def _asked(stem: str, asked: set[str]) -> bool:
    """Whether a question has a word, or the country of an adjective: Estonia in a question stands for Estonian."""
    return any(
        stem == other or (min(len(stem), len(other)) >= 5 and (stem.startswith(other) or other.startswith(stem)))
        for other in asked
    )
