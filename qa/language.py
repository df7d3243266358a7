"""Which language a text is in, and what is known of the words of each: fillers, stems, where sentences end."""

from __future__ import annotations

import re
import runpy
import threading
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import snowballstemmer

from qa import words

SURE = 0.85  # of 9,900 English questions two are taken for another language with this, and they open in English
CAPITAL_NOUNS = {"de", "lb"}  # where a capital letter is no sign of a name
WORDS = 3  # fewer may be nothing but a name
_ENGLISH = re.compile(r"\W*(?:what|who|whom|whose|when|where|why|how|which|did|does|are|can)\b", re.I)
_QUESTION = 300  # characters; a longer text is none that such a word opens
_OTHER_NAMES = {"no": "nb", "nn": "nb"}  # Norwegian, as spaCy has it
_READING = threading.Lock()  # runpy lends each run the same name
_NO_LANGUAGE = "zxx"  # numbers, codes
_OTHER_SCRIPT = re.compile(r"[\u0370-\uffff]{4,}")  # some of them put no spaces between words


def differ(question: str, passages: str) -> tuple[str, str] | None:
    """The names of the languages of a question and of the passages found for it, where they are not the same one."""
    asked = detect(question)
    written = asked and detect(passages)
    return (name(asked), name(written)) if asked and written and asked != written else None


def detect(text: str) -> str | None:
    """The language of `text` as an ISO 639 code; None where that is not sure. Offline, from a model of 5 MB."""
    if len(text) < _QUESTION and _ENGLISH.match(text):
        return "en"
    if len(text.split()) < WORDS and not _OTHER_SCRIPT.search(text):
        return None
    code, sure = _classifier().classify(text)
    return str(code) if sure >= SURE and code != _NO_LANGUAGE else None


def other_script(text: str) -> bool:
    """Whether a text is written in other letters than Latin ones."""
    return bool(_OTHER_SCRIPT.search(text))


def name(code: str) -> str:
    """A language's English name: "de" is German."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale(code).english_name or code
    except UnknownLocaleError:
        return code


def foreign(question: str, passages: str) -> str:
    """The language of `passages`, where that is not English and `question` may be in it; else ""."""
    written = detect(passages)
    return written if written not in (None, "en") and detect(question) in (None, written) else ""


@lru_cache(maxsize=32)
def stopwords(code: str) -> frozenset[str]:
    """Words of a language that carry no meaning, question words among them, as `words.tokens` gives them: spaCy's list,
    read without the two seconds that importing it takes. None for a language without one."""
    file = _folder("spacy") / "lang" / _OTHER_NAMES.get(code, code) / "stop_words.py"
    with _READING:
        found = runpy.run_path(str(file))["STOP_WORDS"] if code and file.is_file() else ()
    return frozenset(token for word in found for token in words.tokens(word))


def stem(word: str, code: str) -> str:
    """The Snowball stem of a lower-case word of a language; the word itself where it has none."""
    known = _english_name(code) in snowballstemmer.algorithms()
    return words.stem(word, _english_name(code)) if known else word


@lru_cache(maxsize=32)
def punkt(code: str) -> Any:
    """nltk's Punkt (Kiss and Strunk 2006, J06-4003) as trained for a language other than English, with the data that
    llama-index-core brings; None for a language without it."""
    data = _folder("llama_index.core") / "_static" / "nltk_cache"
    if code in ("", "en") or not (data / "tokenizers" / "punkt_tab" / _english_name(code)).is_dir():
        return None
    import nltk
    from nltk.tokenize.punkt import PunktTokenizer

    nltk.data.path.append(str(data))
    return PunktTokenizer(_english_name(code))


def _folder(package: str) -> Path:
    spec = find_spec(package)
    return Path(*(spec.submodule_search_locations or [])[:1]) if spec else Path("/nonexistent")


@lru_cache(maxsize=256)
def _english_name(code: str) -> str:
    """ "no" is norwegian, as the data of other libraries is called."""
    known = {"nb": "norwegian", "nn": "norwegian", "sl": "slovene"}  # Babel has Norwegian Bokmål, and Slovenian
    return known.get(code) or (name(code).lower().split()[0] if code else "")


@lru_cache(maxsize=1)
def _classifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
