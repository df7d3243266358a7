"""Which type of answer a question expects (a count, a sum, a reason, a name), and whether a text holds any such."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from functools import lru_cache
from typing import NamedTuple

from babel import Locale

from qa import countries, people, spelling, values, words

Check = Callable[[str, str], bool]  # of a question and a text
_NONE = (
    r"(?:\b(?:no|none|nobody|nothing|nowhere|never|not|neither|without|free|un(?:hurt|harmed|manned|injured|paid|scathed"
    r"|known|clear|disclosed|specified))\b|n['’]t\b)"
)
_VAGUE = (
    r"once|twice|double|triple|half|(?:third|quarter|fifth|tenth)s?|dozens|hundreds|thousands|millions|billions|scores"
    r"|several|handful|multiple|numerous|countless|couple|pair|single|majority|minority|most|few|fewer|many|all|every|both"
)
_SPAN = r"(?:second|minute|hour|day|night|week(?:end)?|fortnight|month|year|decade|centur(?:y|ie)|season|term)s?"
_MONTH = "|".join(words.MONTHS)
_ROUGHLY = re.compile(rf"{_NONE}|\b(?:{_VAGUE}|much|more|less|vast|large|huge|little|same)\b", re.I)
_SOME = re.compile(  # of a noun: "several of the boats", "the only two boats"
    rf"\b(?P<some>{_VAGUE}|each|only|sole|an?|one)\b(?P<of> of(?: the| them| these| those| its| their| his| her)?)?"
    r"(?P<noun>(?: [\w’'\-]+){0,3})",
    re.I,
)
_LISTED = re.compile(r"\b[A-ZÀ-ÖØ-Þ]\w[^.;:]{0,30},? and (?:the )?[A-ZÀ-ÖØ-Þ]\w")  # "the Nile and the Po"
_AGAIN = re.compile(r"\b(?:times?|again|repeatedly|always|once|twice)\b", re.I)
_FREE = re.compile(
    rf"{_NONE}|\b(?:gratis|double|single|minimum|same|as (?:high|much|low)|(?:half|twice|triple|times|quarter|thirds?)"
    r" (?:of|the|as|its|his|her|their|that|an?|price)|(?:hundreds|thousands|millions|billions) of)\b",
    re.I,
)
_LASTING = re.compile(
    rf"{_NONE}|\b(?:{_SPAN}|since|until|till|from|between|overnight|permanent\w*|indefinite\w*|forever|long|life\w*|always"
    r"|throughout|generations|temporar\w+)\b",
    re.I,
)
_TIME = re.compile(
    rf"{_NONE}|\b(?:{_SPAN}|last|this|next|previous|same|following|coming|ago|later|earlier|before|after|during|since"
    r"|until|till|today|yesterday|tomorrow|tonight|now|recent\w*|when|while|whenever|with|as|era|ages?|mornings?|evenings?"
    r"|noon|afternoons?|summer|winter|spring|autumn|fall|harvest|annual\w*|dail?y|\w*midday|midnight|half past|dawn"
    r"|dusk|soon|already|immediate\w*|upon|once|shortly|prior|early|late|start|end|beginning|eve|christmas|easter|o['’]clock"
    r"|yet|time|birthday|anniversary|reign|childhood|war)\b|\d",
    re.I,
)
_DAY = re.compile(
    rf"\b(?:{'|'.join(words.WEEKDAYS)})s?\b|\b(?:{_MONTH})\.? \d\d?\b|\b\d\d?(?:st|nd|rd|th)?(?: of)? (?:{_MONTH})\b"
    r"|\b\d\d?(?:st|nd|rd|th)\b|\b(?:today|yesterday|tomorrow|eve|easter|christmas|days?|night|morning)\b"
    r"|\b\d{4}-\d\d-\d\d\b|\b\d\d?[./]\d\d?[./]\d",
    re.I,
)
_YEAR = re.compile(r"\b\d{3,4}s?\b|\byears?\b|\b(?:centur|decade)|\b(?:BC|AD)\b", re.I)
_AGE = re.compile(r"\d|\b(?:born|aged?|years?|young|old\w*)\b", re.I)
_PAID = re.compile(
    r"\bhow much\W*$|\bhow much (?:is|are|was|were|will|would|did|does|do)\b.* (?:cost|pay|owe|charge|spend|earn|fined?"
    r"|paid|worth)\b|\b(?:cost|pa(?:y|id)|owe|price|fare|fee|charge|rent|salary|wage|money|fund|invest|spen[dt]|worth|earn"
    r"|fine|budget|debt|loan|premium|compensat|grant|toll|levy|tax|bribe|revenue|profit|donat|prize)",
    re.I,
)
_LARGE = 1e5  # from here on a number that counts nothing known may be a sum of money
_TIMES, _MEASURES = (
    frozenset(words.stem(unit) for unit in units.split())
    for units in (
        "second minute hour day night week weekend fortnight month year decade century",
        "metre meter kilometre kilometer km mile foot feet inch yard centimetre centimeter millimetre millimeter cm mm "
        "hectare acre tonne ton kg kilo kilogram gram litre liter degree celsius mph knot megawatt watt gallon barrel",
    )
)
_MONEY = frozenset(map(words.stem, "cent crown pound mark kroner kronor leva lei soles taler thaler lire".split()))
_ENDS = (words.STOPWORDS | {"per", "many"}) - {"more", "other"}  # end what is counted
_RESTATED = 0.7  # share of the question's words in a sentence that says again what is asked about
_REASON = re.compile(
    r"\b(?:because|due to|owing to|reasons?|caus\w+|therefore|thus|hence|so(?: that)?|in order|result\w*|leads?|led"
    r"|citing|thanks to|out of|grounds|on account|fear\w*|hop(?:e|es|ed|ing)|want\w*|wish\w*|blam\w*|accus\w*"
    r"|given that|in view|in response|in protest|prompt\w*|motiv\w*|aim\w*|purpose|explain\w*|argu\w*"
    r"|mean(?:s|t|ing)?|lest|until|unless|owes?|let|help\w*|need\w*|lack\w*|too|cannot|unable|enough"
    r"|no longer|fail\w*)\b|[:;—–]",
    re.I,
)
_MAY_GIVE = re.compile(  # a reason, where something new follows
    r"\b(?:since|as|after|when|amid|over|for|if|following|with|by (?=\w+ing)|(?:who|which) (?:had|has|have)"
    r"|to(?= (?!the\b|an?\b|his\b|her\b|its\b|their\b|[A-Z])[a-z]))\b",
    re.I,
)
_NEW = 2  # words of the next three
_FURTHER = re.compile(r"[.?!][*_”\"]*\s+")  # a sentence said to answer the one before it
_ANYONE = re.compile(rf"{_NONE}|\b(?:only|both|all|each|any(?:one|body)?|every(?:one|body)?) [a-z]", re.I)
_PLACE = re.compile(
    r"\bwhich (?:\w+ )?(?:countr|cit(?:y|ies)|town|village|island|region|port|state|province|place|river|lake|station"
    r"|airport|part|area|district|county|continent|nation)",
    re.I,
)
_NAMED = re.compile(
    r"\b(?:which|what|who)(?: (?:is|was|are|were|will be))?(?: the)? (?:(?:name|title)s? of )?"
    r"(?:the |an? |his |her |their |its )?(?P<noun>(?:[\w’'\-]+ ?){1,4})|\bname of (?P<bare>(?:[\w’'\-]+ ?){1,4})",
    re.I,
)
_ROLE_ASKED = re.compile(  # but who heads or leads something may be called by any other word
    r"\bwho (?:is|was|were|are) (?:the |an? )?(?:[\w’'\-]+ ){0,3}?"
    r"(?P<role>(?!head|leader|chief|owner|founder|official|officer|representative|expert|author|editor)"
    rf"(?:{people.ROLES}))(?: (?:in|of|for|at)\b|\W*$)",
    re.I,
)
_ANY = frozenset("a an some another two three four five one A An Some Another Two Three Four Five One".split())


def holds(question: str, text: str) -> bool:
    """Whether a text has what the expected type of answer needs; True for a question whose type is not known.

    Args:
        question: in English, standing alone.
        text: one or more sentences that may answer it.

    It tells what cannot be an answer: to the price of a ticket a sentence without a sum of money, to a day one without
    a word for a time, to "why" one that only says again what is asked about, to "which ship" one that has "a ship"
    and no name beside it. A text that says that there is none ("nobody was hurt") passes.
    """
    return all(check(question, text) for check in _checks(question))


def singular(question: str, text: str) -> bool:
    """Whether a text has what few have by chance: a new sum of money for "how much", a new time for "when"."""
    checks = {check for pattern, check in _AMOUNTS if pattern.search(question)}
    if _sums in checks and _PAID.search(question):
        return any(_measure(one) == "money" for one in _new(question, text))
    return not checks.isdisjoint(_DATING) and bool(words.time_words(text) - words.time_words(question))


@lru_cache(maxsize=256)
def _checks(question: str) -> list[Check]:
    found = [check for pattern, check in _AMOUNTS if pattern.search(question)]
    either: list[Check] = [lambda asked, text: any(check(asked, text) for check in found)] if found else []
    return either + [check for pattern, check in _OTHERS if pattern.search(question)]


def _counts(question: str, text: str) -> bool:
    what = _counted(question)
    if re.search(_NONE, text, re.I) or ("time" in what and _AGAIN.search(text)):
        return True
    for match in _SOME.finditer(text):
        of_them = match["of"] and match["some"].lower() not in ("a", "an", "one")
        if of_them or what & set(words.stems(match["noun"])):
            return True
    named = what & set(words.stems(text))  # then a number of something else, "three boats", does not count it
    return bool(named and _LISTED.search(text)) or any(
        one.units & what or (not _measure(one) and not (named and _plural(one))) for one in _new(question, text)
    )


def _sums(question: str, text: str) -> bool:
    new = _new(question, text)
    if not _PAID.search(question):
        return bool(new or _ROUGHLY.search(text))
    money = [one for one in new if _measure(one) in ("money", "share") or (not _measure(one) and _large(one))]
    return bool(money or _FREE.search(text))


def _lasts(question: str, text: str) -> bool:
    return bool(_new(question, text) or _LASTING.search(text))


def _amounts(question: str, text: str) -> bool:
    return bool(_new(question, text) or _ROUGHLY.search(text))


def _times(question: str, text: str) -> bool:
    return bool(words.time_words(text) - words.time_words(question) or _TIME.search(text))


def _countries(question: str, text: str) -> bool:
    return bool(_codes(text) - _codes(question))


def _towns(question: str, text: str) -> bool:
    persons = " ".join(one.name for one in people.introduced(text))
    return any(
        not (_codes(name) or words.time_words(name) or name.isupper() or name.split()[-1] in persons)
        and not re.search(rf"\b(?:with|by|told|said|and) {re.escape(name)}", text)
        for name in _names(question, text)
    )


def _called(question: str, text: str) -> bool:
    return bool(_names(question, text) or words.quoted(text) or re.search(rf"{_NONE}|\b(?:named|called)\b", text, re.I))


def _several(question: str, text: str) -> bool:
    return len(_names(question, text)) > 1 or bool(re.search(r"\b(?:and|or)\b", text))


def _restated(question: str, text: str) -> bool:
    """Whether a text says again most of what is asked about: then an answer must be something new in it."""
    asked = set(words.stems(question))
    return len(asked & set(words.stems(text))) >= _RESTATED * len(asked)


def _persons(question: str, text: str) -> bool:
    return not _restated(question, text) or _ANYONE.search(text) is not None or any(_somebody(question, text))


def _things(question: str, text: str) -> bool:
    if not _restated(question, text) or _ANYONE.search(text) or words.quoted(text) or re.search(r"\d", text):
        return True
    place = _PLACE.search(question)
    return bool(_new(question, text)) or any(_names(question, text) if place else _somebody(question, text))


def _somebody(question: str, text: str) -> Iterator[str]:
    """The new names in a text that are no country, no time, and not where something is ("in Lyon")."""
    for name in _names(question, text):
        alone = " " not in name and (
            _codes(name) or re.search(rf"\b(?:in|at|near|from|to|on) (?:the )?{re.escape(name)}", text)
        )
        if not (alone or words.time_words(name)):
            yield name


def _reasons(question: str, text: str) -> bool:
    asked = set(words.stems(question))
    if not _restated(question, text):
        return True
    if any(words.stem(match[0].lower()) not in asked for match in _REASON.finditer(text)):
        return True
    if any(len(set(words.stems(part)) - asked) > _NEW for part in _FURTHER.split(text)[1:]):
        return True
    following = [words.stems(text[match.end() :][:80])[:3] for match in _MAY_GIVE.finditer(text)]
    return any(
        sum(stem not in asked and not stem.isdigit() and stem not in _MONTHS for stem in stems) >= _NEW
        for stems in following
    )


def _of_role(question: str, text: str) -> bool:
    """Whether a text does not introduce people by other roles alone than the one asked for: "her lawyer, Bo Lind"."""
    match = _ROLE_ASKED.search(question)
    role = words.stem(match["role"].lower()) if match else ""
    roles = [stems for one in people.introduced(text) if (stems := words.stems(one.role))]
    return not role or not roles or role in words.stems(text)


class _Noun(NamedTuple):
    """Where a text has a noun that is asked about: whether as any one ("a ship"), and with a new name near it."""

    stem: str
    any: bool
    named: bool


def _named(question: str, text: str) -> bool:
    found = _nouns(question, text, before=4, after=7)
    return not found or bool(words.quoted(text)) or any(one.named for one in found)


def _certain(question: str, text: str) -> bool:
    """Whether a text does not have the noun only as "a ship", without a name."""
    found = _nouns(question, text, before=3, after=4)
    unnamed = [
        all(one.any and not one.named for one in found if one.stem == stem) for stem in {one.stem for one in found}
    ]
    return bool(words.quoted(text)) or not any(unnamed)


def _nouns(question: str, text: str, *, before: int, after: int) -> list[_Noun]:
    match = _NAMED.search(question)
    nouns = set(_until(words.tokens((match["noun"] or match["bare"]) if match else "")))
    written, asked = words.TOKEN.findall(text), set(words.stems(question))
    stems = [words.stem(token.lower()) for token in written]
    names = {
        i
        for i, token in enumerate(written)
        if token[0].isupper() and token.lower() not in words.STOPWORDS and stems[i] not in asked
    }
    return [
        _Noun(
            stem, bool(_ANY & set(written[max(0, i - 3) : i])), not names.isdisjoint(range(i - before, i + after + 1))
        )
        for i, stem in enumerate(stems)
        if stem in nouns
    ]


def _having(pattern: re.Pattern[str]) -> Check:
    return lambda _, text: bool(pattern.search(text))


_on_day, _in_year = _having(_DAY), _having(_YEAR)
_DATING = {_times, _on_day, _in_year}
_MONTHS = frozenset(words.stem(word) for word in [*words.MONTHS, *words.WEEKDAYS])
_AMOUNTS, _OTHERS = (
    [(re.compile(pattern, re.I), check) for pattern, check in checks]
    for checks in (
        (
            (r"\bhow many\b", _counts),
            (r"\bhow much\b|^\W*what (?:did|does|do|will|would)\b.*\bcost\W*$", _sums),
            (
                r"^\W*(?:(?:and|at|for) )?(?:what|which) (?:(?:is|was|are|were) (?:the|its|his|her|their)"
                r" (?:[\w’'.-]+ ){0,2}?)?(?:price|fare|fee|rent|salary|wage)s?\b",
                _sums,
            ),
            (r"\bhow long\b", _lasts),
            (r"\bhow old\b", _having(_AGE)),
            (r"\bhow (?:high|tall|deep|wide|far|large|big|heavy|fast|thick|broad|hot|cold|warm)\b", _amounts),
            (r"\b(?:what|which) (?:percent(?:age)?|proportion|share)\b", _amounts),
            (r"\b(?:what|which)(?: exact)? (?:days?|dates?)\b", _on_day),
            (r"\b(?:what|which) years?\b", _in_year),
            (r"^\W*(?:(?:and|but|so|since|until|from|by) )?when\b|\b(?:what|which) (?:exact )?time\b", _times),
            (r"\b(?:what|which)(?: \w+)? (?:country|countries|nations?)\b", _countries),
            (r"\b(?:what|which)(?: \w+)? (?:city|cities|towns?|villages?)\b", _towns),
            (r"\bwhy\b|\bwhat (?:reason|caused?|led|prompted)\b|\bfor what reason|\bhow come\b", _reasons),
        ),
        (
            (r"\bname of\b|^\W*(?:what|which)\b.*\b(?:named|called)\W*(?:$|\()", _called),
            (r"\bnames? of\b", _named),
            (r"\bwhich (?!of\b|two|three|four|five|six|other)\w+|\bwho (?:is|was) the\b", _certain),
            (r"^\W*(?:(?:and|but|so|to|from|with|for|by|of|at|against) )?(?:who|whom|whose)\b", _persons),
            (r"^\W*(?:(?:in|to|from|at|on|for|with|by|of) )?which (?!of\b|time|day|date|year|kind|sort)\w+", _things),
            (r"\bwho (?:is|was|were|are)\b", _of_role),
            (r"\bwhich (?:two|three|four|five|six)\b|\bnames of\b", _several),
        ),
    )
)


def _new(question: str, text: str) -> list[values.Amount]:
    """The amounts of a text that are not the question's own."""
    asked = {one.value for one in values.amounts(question)}
    return [one for one in values.amounts(text) if one.value not in asked]


def _counted(question: str) -> Set[str]:
    """The stems of what is counted: of "bear", "cub" in "how many bear cubs are there"."""
    after = re.split(r"\bhow many\b(?: of (?:the|these|those|its|his|her|their)\b)?", question, flags=re.I)[-1]
    return set(_until(words.tokens(after)))


def _until(tokens: tuple[str, ...]) -> list[str]:
    """The stems of the words up to one without meaning."""
    end = next((i for i, token in enumerate(tokens) if token in _ENDS), len(tokens))
    return [words.stem(token) for token in tokens[:end]]


def _measure(amount: values.Amount) -> str:
    """What an amount is, where it counts nothing: "money", "share", "time", "measure"; else ""."""
    if "%" in amount.units:
        return "share"
    unit = amount.noun[:1] if _plural(amount) else amount.noun[:2]  # "square miles", "US dollars"
    stems = {words.stem(word) for word in unit}
    if amount.units & {"$", "€", "£"} or stems & _currencies():
        return "money"
    return "time" if stems & _TIMES else "measure" if stems & _MEASURES else ""


def _plural(amount: values.Amount) -> bool:
    return bool(amount.noun) and amount.noun[0] not in words.STOPWORDS and amount.noun[0].endswith("s")


def _large(amount: values.Amount) -> bool:
    """Whether it may be a sum in a currency that no table has: large, or of something that is no English word."""
    unit = amount.noun[0].removesuffix("s") if amount.noun else ""
    return amount.value >= _LARGE or (len(unit) > 3 and unit not in words.STOPWORDS and not spelling.ordinary(unit))


@lru_cache(maxsize=1)
def _currencies() -> Set[str]:
    """The stems of the names of currencies, from the tables of Unicode (CLDR, by Babel)."""
    names = [re.sub(r" \(.*", "", name).split()[-1] for name in Locale("en").currencies.values()]
    return {words.stem(name.lower()) for name in names} - {"unit", "right", "code", "valu", "gold", "silver"} | _MONEY


def _names(question: str, text: str) -> list[str]:
    """The names in a text that are not the question's own, the word that opens it too."""
    first = re.match(r"\W*([^\W\d_a-zß-öø-ÿ][\w’'\-]+)", text)
    names = list(words.names(text))
    if first and first[1].lower() not in words.STOPWORDS and not " ".join(names).startswith(first[1]):
        names.append(first[1])
    asked = set(words.stems(question))
    return [name for name in dict.fromkeys(names) if not set(words.stems(name)) <= asked]


def _codes(text: str) -> Set[str]:
    capitals = re.findall(r"\b[^\W\d_a-zß-öø-ÿ][\w’'\-]*", text)
    named = {code for _, code, _, _ in countries.named(text)}
    return named | {code for word in capitals for code in countries.codes(word)}
