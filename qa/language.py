"""Which language a question and the documents are in, so that a refusal can say when they differ."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

SURE = 0.85  # of 9,900 English questions two are taken for another language with this, and they open in English
WORDS = 3  # fewer may be nothing but a name
_ENGLISH = re.compile(r"\W*(?:what|who|whom|whose|when|where|why|how|which|did|does|are|can)\b", re.I)
_OTHER_SCRIPT = re.compile(r"[\u0370-\uffff]{4,}")  # some of them put no spaces between words


def note(question: str, passages: str) -> str:
    """What to add to a refusal where `question` is in another language than the `passages` found for it; else ""."""
    asked = detect(question)
    written = asked and detect(passages)
    if not asked or not written or asked == written:
        return ""
    return (
        f" The documents found are in {name(written)} and the question seems to be in {name(asked)}, so an answer in "
        f"them may have been missed; ask in {name(written)}."
    )


def detect(text: str) -> str | None:
    """The language of `text` as an ISO 639 code; None where that is not sure. Offline, from a model of 5 MB."""
    if _ENGLISH.match(text):
        return "en"
    if len(text.split()) < WORDS and not _OTHER_SCRIPT.search(text):
        return None
    code, sure = _classifier().classify(text)
    return str(code) if sure >= SURE else None


def name(code: str) -> str:
    """A language's English name: "de" is German."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale(code).english_name or code
    except UnknownLocaleError:
        return code


@lru_cache(maxsize=1)
def _classifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
