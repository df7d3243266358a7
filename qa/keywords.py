"""Words as they are typed into a search box, put as the question that they stand for: "gibat dam height" asks how large
the height of the Gibat dam is. Pure functions."""

from __future__ import annotations

import re

from qa import people, words

_LONGEST, _SHORT = 14, 6  # words of a query, and of one with a question mark; what is longer tells a story
_CHARACTERS = 300
_ASKING = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how)(?:s|['’]s)?\b|^\W*(?:is|are|was|were|am|do|does|did|has|have|had"
    r"|can|could|will|would|should|may|might|must|if|in|on|at|by|with|from|to|and|or|not|no|i|we|you|he|she|it|they|my"
    r"|this|that|there|please|tell|give|show|list|name|find|explain|describe|compare|summari[sz]e)\b|[?!:;\n]",
    re.I,
)
_SUM = (
    r"(?:price|cost(?! of living)|fee|fare|rent|salary|wage|payment|budget|losses|income|revenue|profit|fine"
    r"|prize money|compensation|subsidy|grant|toll|deposit|debt|worth|value|earning)s?"
)
_MEASURE = (
    "(?:height|length|width|depth|weight|thickness|wingspan|size|capacity|speed|temperature|distance|diameter|elevation"
    "|altitude|population|yield|consumption)"
)
_PLAIN_SUM, _PLAIN_MEASURE = (  # wherever they stand; the others only as a noun that ends a phrase
    "(?:price|cost(?! of living)|salary|wage|fare)s?",
    "(?:height|length|width|depth|thickness|wingspan|diameter|temperature)",
)
_OF = "(?:of|for|per|on|in|at|from|to|by)"
_COMPOUND = (  # "cost cuts" are no cost
    r"(?! (?:\w+ing|cuts?|rises?|wars?|caps?|controls?|strikes?|lists?|increases?|hikes?|disputes?|freezes?|talks|gap"
    r"|agreements?|limits?|tags?)\b)"
)
_LASTING = r"(?:duration|lifespan|life expectancy|\w+ing time|\w+ing period)"
_PLACE = "(?:location|venue|birthplace|place of (?:birth|death)|headquarters|whereabouts)"
_DATE = (
    r"(?:(?<!\bto )date|deadline|birthday|(?:opening|closing|departure|arrival|start|starting) (?:date|time|hours?))"
)
_PERSON = (
    "(?:winner|inventor|discoverer|successor|predecessor|founder|owner|mayor|minister|president|ambassador|governor|chair"
    "|chairman|chancellor|spokes(?:man|woman|person)|director|coach|head teacher)"
)
_ADJECTIVES = r"(?:(?:the|its|an?|new|old|first|last|current|former|acting|total|exact|average|annual|present) )*"
_BESIDE = rf"(?!{_OF} |that |[\w’]+['’]s )[\w’'.-]+"  # a word that is not of another noun than the one asked for
_NOUN = rf"(?:{_SUM}|{_MEASURE}|{_LASTING}|{_DATE}|number|percentage|share|proportion)"
_WHAT = re.compile(
    r"(?:and |but |so )?what(?:['’]s| (?P<be>is|was|are|were|will be)) (?:the|its|his|her|their) "
    rf"(?P<rest>(?:{_BESIDE} ){{0,3}}?{_NOUN}(?: {_OF} .+)?|.{{3,30}} worth)",
    re.I,
)


def _phrase(noun: str) -> str:
    """A pattern of what has a noun at its end, or before a preposition."""
    return rf"(?:.+ )?{noun}(?: {_OF} .+)?"


_FORMS: list[tuple[re.Pattern[str], str]] = [
    (re.compile(pattern, re.I), put)
    for pattern, put in (
        (r"(?:the )?(?:exact )?(?:date|day|time) (?:on which|when|that) (?P<a>.+)", "When was it that {a}?"),
        (r"(?:the )?(?:place|city|town|country|location) (?:where|in which|that) (?P<a>.+)", "Where was it that {a}?"),
        (r"(?:the )?(?:person|man|woman|one) (?:who|that) (?P<a>.+)", "Who {a}?"),
        (r"(?:the )?reasons? (?:why|that) (?P<a>.+)", "Why was it that {a}?"),
        (r"(?:the )?reasons? (?:for|behind|of) (?P<a>.+)", "What reason is there for {a}?"),
        (r"(?:the )?(?:main )?causes? of (?P<a>.+)", "What caused {a}?"),
        (r"(?P<a>.+?) (?:causes?|reasons?)", "What caused {a}?"),
        (r"(?:the )?(?:total |exact )?death toll (?:of|in|from) (?P<a>.+)", "How many people were killed in {a}?"),
        (r"(?P<a>.+?) death toll", "How many people were killed in {a}?"),
        (r"(?:the )?(?:total |exact )?number of (?P<a>.+)", "How many {a}?"),
        (r"(?P<b>.+?) number of (?P<a>.+)", "How many {a} {b}?"),
        (r"(?:the )?(?P<b>share|percentage|proportion) of (?P<a>.+)", "What {b} of {a}?"),
        (r"(?:the )?(?:exact )?date of (?P<a>.+)", "When {be} the {a}?"),
        (r"(?:the )?(?:name|title)s? of (?P<a>.+)", "What is the name of {a}?"),
        (r"(?P<a>.+) names?", "What is the name of the {a}?"),
        (rf"(?P<a>{_phrase(_DATE)})", "When {be} the {a}?"),
        (rf"(?P<a>{_phrase(_LASTING)}|.+ {_LASTING} .+)", "How long {be} the {a}?"),
        (rf"(?P<a>{_phrase(_SUM)}|(?:.+ )?{_PLAIN_SUM}{_COMPOUND} .+)", "How much {be} the {a}?"),
        (rf"(?P<a>{_phrase(_MEASURE)}|(?:.+ )?{_PLAIN_MEASURE}{_COMPOUND} .+)", "How large {be} the {a}?"),
        (rf"(?P<a>{_phrase(_PLACE)})", "Where {be} the {a}?"),
        (rf"(?P<a>{_ADJECTIVES}(?:{_PERSON}|{people.ROLES}) of .+|.+ {_PERSON})", "Who {be} the {a}?"),
    )
]


def as_question(text: str) -> str:
    """A query of a few words, or one behind "What is the", with the question that its noun stands for: "What was the
    height of the dam?" asks how large it was. Every other text as it is."""
    plain = " ".join(text.split()).strip(" .?")
    if len(plain) > _CHARACTERS:
        return text
    opened = _WHAT.fullmatch(plain)
    if not opened and not 2 <= len(plain.split()) <= (_SHORT if text.rstrip().endswith("?") else _LONGEST):
        return text
    plain = opened["rest"] if opened else plain
    for form, put in _FORMS:
        match = form.fullmatch(plain)
        named = match and put.startswith("Who") and any(map(people.is_person, words.names(plain)))  # "Ada Holm, mayor"
        if match and not named and not any(_ASKING.search(part or "") for part in match.groups() if not opened):
            found = match.groupdict() | {"a": re.sub(r"^the ", "", match["a"], flags=re.I)}
            return put.format(be=(opened and opened["be"]) or "is", **found)
    return text
