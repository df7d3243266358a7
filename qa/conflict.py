"""Where sources say different things: other counts, answers or holders of an office, and denials. Pure functions."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Prefix

from qa import copies, evidence, ground, offices, people, values, words
from qa.ground import Source

_TERM = 366  # days after which an office may have another holder
_ON_TOPIC = 0.6  # share of the question's words that both sentences must hold, with what leads up to them
_WHETHER = 0.5  # the same, where the question is whether, and one of them denies it
_LIKE = 0.6  # share of the question's words in one sentence that the other must hold too
_ALIAS = 70  # per cent of their letters that spellings of one name share
_BEST = 0.4  # how likely the better side must be to answer, as a share of the best source
_HEARD = 0.2  # how likely the other side must be, as a share of the better one
_LIKELY = 0.25  # how likely both must be to be held against each other without more in common
_FAINT = 0.03  # how likely a sentence must be at least, for all that it shares with the question
_COUNTED = 0.005  # the same, where it counts or measures what is asked for
_AGAIN = 0.1  # the same, within one document

_ASKS = {
    "amount": r"""\bnumber\ of\b|\b(?:percentage|share|proportion)\b
        |\bhow\ (?:much|high|long|far|old|tall|big|large|heavy|wide|deep|fast|great|expensive|hot|cold)\b
        |\bwhat\ (?:(?:is|was|were|are)\ the\ (?:\w+\ )?)?(?:height|length|weight|price|cost|size|population|area|depth
        |width|age|speed|amount|sum|share|number|distance)\b""",
    "when": r"\b(?:what|which)\ (?:day|date|time|year|month)\b|\bdate\ of\b|\bbirth(?:day|\ ?date)\b",
    "name": r"""\bbirthplace\b
        |\b(?:what|which)\ (?:city|town|country|company|club|team|party|place|village|port|school|bank)\b""",
    "why": r"""\bcause\ of\b
        |\bwhat\ (?:killed|caused|did\ .+\ die\ of|led\ to|made|brought|set\ off|started|destroyed|sank)\b""",
    "holder": r"\bwho\ (?:is|was|were|are)\b",
    "said": r"""\b(?:sa(?:id|ys?)|accus\w+|claim\w*|told|tell|warn\w*|call\w*|thinks?|believ\w+|argu\w+|critici\w+
        |blam\w+|den(?:y|ied)|announc\w+|insist\w*|mention\w*|suggest\w*)\b""",
}
_EITHER = re.compile(r"([a-zß-ÿ’'-]+),? or (?:(?:an?|the|was it|is it|were they) )?([a-zß-ÿ’'-]+)")
_ROLE_HELD = re.compile(
    rf"\bwho (?:is|was|were|are) (?:(?!\w+ing\b)[\w’'-]+ ){{0,4}}?(?:{people.ROLES})\b", re.IGNORECASE
)
_DATELINE = re.compile(r"^[^\W\d_a-zß-ÿ]{2}[^a-zß-ÿ]*(?:\([^)]*\))? [-–—] ")
_TOGETHER = re.compile(r"\b(?:one of|co-\w+|cofound\w*|along with|together with|as well as|joint\w*|both)\b", re.I)
_REVISED = re.compile(
    r"\b(?:risen|rose|climbed|revised|updat\w+|corrected|initially|at first|previously|up from|down from|has since"
    r"|more than before|earlier (?:count|figure|estimate|report))\b",
    re.IGNORECASE,
)
_SPAN = re.compile(r"\b(quarter|half|month|week|dai?ly?|day|hour|annual|year|decade|season)(?:ly|s)?\b", re.I)
_NO_SPAN = re.compile(  # "two years ago" is a moment, "a five-year-old" an age
    r"\b\w+[ -](?:year|month|week|day|hour)s?[ -](?:old|ago|later|before|earlier)\b"
    r"|\b(?:last|next|previous|this) (?:year|month|week)\b|\bhalf of\b",
    re.IGNORECASE,
)
_PART = frozenset(
    """total altogether overall worldwide domestic abroad foreign national regional region province provincial county
    district women men female male girls boys alone average home countries global globally local
    nationwide""".split()
)
_OPPOSITES = [
    set(pair.split(":"))
    for pair in """draw:win open:close open:shut approve:reject approve:refuse accept:reject accept:refuse pass:reject
    pass:fail win:lose survive:die survive:kill survive:dead survive:put alive:dead guilty:acquit convict:acquit
    convict:clear guilty:innocent allow:ban allow:forbid permit:forbid permit:ban rise:fall increase:decrease
    increase:decline grow:shrink gain:lose remain:leave stay:leave agree:refuse confirm:deny support:oppose true:false
    succeed:fail begin:end start:stop continue:stop continue:end resume:suspend free:jail release:detain intact:destroy
    safe:unsafe legal:illegal""".split()
]
_PLAIN = {"lost": "lose", "won": "win", "fell": "fall", "rose": "rise", "grew": "grow", "shrank": "shrink"}
_PLAIN |= {"left": "leave", "began": "begin", "opposed": "oppose", "died": "die", "dying": "die"}


_SINCE = re.compile(r"\bsince(?: [\w’]+){1,3}")
_ASKING = re.compile(
    r"\b(?:ask(?:s|ed)?|wonder(?:s|ed)?|enquire[sd]?|inquire[sd]?) (?:\w+ ){0,3}(?:whether|if)\b|\?\W*$"
)


_COLUMNS = re.compile(r"(?:^|; )([^:;.\n]{1,60}): ")


class _Asked(NamedTuple):
    """A question: its stems, those of no name, the kinds of answer that it asks for, and the best source's score."""

    text: str
    stems: frozenset[str]
    plain: frozenset[str]
    kinds: frozenset[str]
    best: float


class _Pair(NamedTuple):
    """Two sources, the better one first, for one question."""

    asked: _Asked
    one: Source
    other: Source

    @property
    def quotes(self) -> tuple[str, str]:
        one, other = ((source.citation.about, source.citation.quote) for source in (self.one, self.other))
        return " ".join(filter(None, one)), " ".join(filter(None, other))

    @property
    def apart(self) -> bool:
        """Whether they are of two documents."""
        return self.one.citation.document != self.other.citation.document

    @property
    def held(self) -> tuple[frozenset[str], frozenset[str]]:
        """The words of the question, names left out, that each holds."""
        return tuple(self.asked.plain & set(words.stems(quote)) for quote in self.quotes)  # type: ignore[return-value]

    @property
    def alike(self) -> bool:
        """Whether the other holds most of what the better one holds of the question."""
        one, other = self.held
        return bool(one) and len(one & other) >= _LIKE * len(one)

    def at_least(self, score: float) -> bool:
        return self.other.citation.score >= score

    @property
    def both_likely(self) -> bool:
        return self.at_least(max(_LIKELY, self.one.citation.score / 2))

    @property
    def both_on_topic(self) -> bool:
        """Whether both likely answer, and hold most of the question."""
        likely = self.apart and self.at_least(_LIKELY)
        return likely and all(_on_topic(self.asked.text, source) for source in (self.one, self.other))


def pairs(question: str, sources: Sequence[Source]) -> Iterator[tuple[int, int]]:
    """Pairs of sources (indices, the better one first) that speak of one thing and say different things of it.

    Args:
        question: what was asked, standing alone.
        sources: evidence for it, best first.
    """
    asked, on_topic = _asked_for(question, sources), _on_the_matter(question, sources)
    for i, j in itertools.combinations(range(len(sources)), 2):
        pair = _Pair(asked, sources[i], sources[j])
        if "holder" in asked.kinds and _years_apart(pair):
            continue  # another may have followed
        if any(map(_ASKING.search, pair.quotes)) or _of_one_table(pair):
            continue  # who asks says nothing, and each row is of something else than what is beside it
        if any(rule(pair) for rule in (_holders_differ, _copies_differ, _denied)) or (
            {pair.one.citation.document, pair.other.citation.document} <= on_topic and _answers_differ(pair)
        ):
            yield i, j


def _of_one_table(pair: _Pair) -> bool:
    """Whether both are of one document and either is a row of a table, one that was converted too."""
    labels = [tuple(_COLUMNS.findall(quote)[:2]) for quote in pair.quotes]
    listed = len(labels[0]) == 2 and labels[0] == labels[1]
    return not pair.apart and bool(listed or pair.one.citation.columns or pair.other.citation.columns)


def _asked_for(question: str, sources: Sequence[Source]) -> _Asked:
    stems = frozenset(words.stems(question))
    named = {stem for name in words.names(question) for stem in words.stems(name)}
    kinds = {kind for kind, pattern in _ASKS.items() if re.search(pattern, question, re.I | re.X)}
    best = max((source.citation.score for source in sources), default=0.0)
    return _Asked(question, stems, stems - named, evidence.kinds(question) | kinds, best)


def _on_the_matter(question: str, sources: Sequence[Source]) -> set[str]:
    """The documents that hold most of the question's words, or half of one of its names, near their sources."""
    asked = set(words.stems(question))
    named = [set(words.stems(name)) for name in words.names(question)]
    held: dict[str, set[str]] = {}
    for source in sources:
        about = f"{source.citation.title} {source.context} {source.citation.quote} {source.passage}"
        held.setdefault(source.citation.document, set()).update(words.stems(about))
    return {
        document
        for document, stems in held.items()
        if len(asked & stems) >= _ON_TOPIC * len(asked) or any(2 * len(n & stems) >= len(n) > 0 for n in named)
    }


def _holders_differ(pair: _Pair) -> bool:
    """Whether one office, which the question is about, has two holders, at about one time."""
    return bool(
        offices.of_interest(pair.asked.text, pair.quotes[0])
        and offices.holders_differ(*pair.quotes)
        and not _years_apart(pair)
    )


def _copies_differ(pair: _Pair) -> bool:
    """Whether two documents say the same with another name, number or date, which is not what the question is about."""
    if not pair.apart or not all(_on_topic(pair.asked.text, source) for source in (pair.one, pair.other)):
        return False
    names = copies.renamed(*pair.quotes)
    if names and not pair.asked.stems & set(words.stems(" ".join(names))):
        return True
    return not pair.asked.kinds & {"who", "where", "name", "why", "whether"} and copies.restated(*pair.quotes)


def _denied(pair: _Pair) -> bool:
    """Whether of two sentences on a yes/no question one affirms what the other denies, in words of the question."""
    question, quotes = pair.asked.text, pair.quotes
    if "whether" not in pair.asked.kinds or not pair.at_least(_HEARD * pair.one.citation.score):
        return False
    if not all(_on_topic(question, source, _WHETHER) for source in (pair.one, pair.other)):
        return False
    if pair.alike and len([quote for quote in quotes if re.search(r"\bden(?:y|ied|ies)\b", quote)]) == 1:
        return True
    said = [pair.asked.plain & set(words.stems(quote)) for quote in quotes]
    turned = [pair.asked.plain & ground.turned_words(quote, words.NEGATIONS) for quote in quotes]
    return bool(turned[0] & said[1] - turned[1] or turned[1] & said[0] - turned[0])


def _answers_differ(pair: _Pair) -> bool:
    """Whether two sentences, of documents on the matter, give different answers of the kind that is asked for."""
    if pair.at_least(_FAINT if pair.apart else _LIKELY) and _either(pair):
        return True
    if pair.one.citation.score < _BEST * pair.asked.best or _of_another_time(pair):
        return False
    if _amounts_differ(pair) or _moments_differ(pair):
        return True
    return pair.apart and (_names_differ(pair) or _opposed(pair) or _reasons_differ(pair))


def _of_another_time(pair: _Pair) -> bool:
    """Whether one of them is of a time that cannot be the one that the question names."""
    days = {*words.WEEKDAYS}.intersection(words.tokens(pair.asked.text))
    on = ({*words.WEEKDAYS}.intersection(words.tokens(quote)) for quote in pair.quotes)
    if any(days and other and not days & other for other in on):
        return True
    named = values.moments(pair.asked.text) if "when" not in pair.asked.kinds else []
    told = (values.moments(s.citation.quote, s.citation.times) for s in (pair.one, pair.other))
    return any(values.cannot_be_one(times, named) for times in told)


def _amounts_differ(pair: _Pair) -> bool:
    """Whether they count or measure what is asked for, differently, at no other time and of no other part."""
    if not pair.asked.kinds & {"number", "amount"} or not pair.at_least(_COUNTED if pair.apart else _AGAIN):
        return False
    named = {amount.value for amount in values.amounts(pair.asked.text)}
    given = [[a for a in values.amounts(quote) if a.value not in named] for quote in pair.quotes]
    if "amount" not in pair.asked.kinds:  # "how many points" is not about "a 2-point lead"
        given = [[a for a in some if not a.joined] for some in given]
    asked = [[a for a in some if any(_near(u, pair.asked.stems) for u in a.units)] for some in given]
    if not all(asked) and pair.both_on_topic:
        asked = given
    elif not all(asked):
        if "amount" not in pair.asked.kinds:
            return False
        some, others = (one or every for one, every in zip(asked, given, strict=True))
        same = [(a, b) for a in some for b in others if a.units & b.units]
        asked = [[a for a, _ in same], [b for _, b in same]]
    elif not pair.alike:
        return False
    parts = [{word for amount in some for word in amount.about & _PART} for some in asked]
    differ = all(asked) and parts[0] == parts[1] and not any(a.agrees(b) for a in asked[0] for b in asked[1])
    return differ and not any(map(_REVISED.search, pair.quotes)) and _of_one_time(pair)


def _of_one_time(pair: _Pair) -> bool:
    spans = [{m[1].lower()[:4] for m in _SPAN.finditer(_NO_SPAN.sub("", quote))} for quote in pair.quotes]
    if (all(spans) and not spans[0] & spans[1]) or (spans[0] ^ spans[1]) & {"quar", "half", "mont", "seas"}:
        return False
    times = [values.moments(s.citation.quote, s.citation.times) for s in (pair.one, pair.other)]
    if values.cannot_be_one(*times):
        return False
    exact = [3 if any(t.day for t in some) else 2 if any(t.month for t in some) else len(some[:1]) for some in times]
    return sorted(exact) != [1, 2]  # one is of a year, the other of a month


def _moments_differ(pair: _Pair) -> bool:
    """Whether they answer when with times that cannot be one, and likely speak of one event."""
    if "when" not in pair.asked.kinds or not pair.at_least(_FAINT):
        return False
    named = values.moments(pair.asked.text)
    lasting = all(map(_SINCE.search, pair.quotes))  # else a state that lasts, and an event
    quotes = [quote if lasting else _SINCE.sub("", quote) for quote in pair.quotes]
    told = map(values.moments, quotes)  # "on Thursday" is often when it was said
    given = [[t for t in times if t.day or t.clock or not any(map(t.agrees, named))] for times in told]
    if all(any(t.clock for t in some) for some in given):
        given = [[t for t in some if t.clock] for some in given]
    if not values.cannot_be_one(*given):
        return False
    hours = bool(given[0][0].clock and given[1][0].clock)
    day = any(
        one.month == other.month and one.day and other.day and one._replace(day=None).agrees(other._replace(day=None))
        for one in given[0]
        for other in given[1]
    )
    if not pair.apart:
        return (hours and pair.both_likely) or (day and pair.alike and pair.at_least(_LIKELY))
    exact = all(t.year or t.day or t.clock for some in given for t in some)  # "in October" may be of another year
    if not exact and not day:
        return False
    alike = pair.alike and pair.at_least(_AGAIN if hours else _LIKELY)
    return day or alike or pair.both_on_topic


def _names_differ(pair: _Pair) -> bool:
    """Whether they answer who or where with other names, none of them "one of" several."""
    kinds, text = pair.asked.kinds, pair.asked.text
    if not kinds & {"who", "where", "name"} or _ROLE_HELD.search(text):
        return False
    if any(map(_TOGETHER.search, pair.quotes)):
        return False
    given = [_names(quote) - pair.asked.stems for quote in pair.quotes]
    if not all(given) or any(words.same_name(a, b) or fuzz.ratio(a, b) >= _ALIAS for a in given[0] for b in given[1]):
        return False
    one, other = pair.held
    same = len(one & other) >= _LIKE * len(pair.asked.plain if "said" in kinds else one)
    return (
        (bool(one) and same and pair.at_least(_HEARD))
        or pair.both_on_topic
        or ("said" not in kinds and pair.both_likely)
    )


def _names(text: str) -> set[str]:
    text = _DATELINE.sub("", text)
    return {stem for name in words.names(text) if not words.time_words(name) for stem in words.stems(name)}


def _either(pair: _Pair) -> bool:
    """Whether the question offers two words ("a bridge or a tunnel"), and each sentence holds another of them."""
    if "whether" not in pair.asked.kinds or re.search(r"\bboth\b", pair.asked.text, re.I):
        return False
    held = [set(words.stems(quote)) for quote in pair.quotes]
    for match in _EITHER.finditer(pair.asked.text):
        offered = [words.stem(match[1].lower()), words.stem(match[2].lower())]
        which = [[stem for stem in offered if stem in stems] for stems in held]
        if sorted(itertools.chain(*which)) == sorted(offered) and all(which):
            return True
    return False


def _opposed(pair: _Pair) -> bool:
    """Whether one says the opposite of a word of the other: of the question's, where that is whether."""
    whether = "whether" in pair.asked.kinds
    if not (pair.at_least(_AGAIN) if whether else pair.both_likely):
        return False
    held = [_plain_stems(quote) for quote in pair.quotes]
    asked = _plain_stems(pair.asked.text) if whether else held[0]
    for opposites in _OPPOSITES:
        first, second = ({words.stem(word)} for word in sorted(opposites))
        if asked & (first | second) and any(
            one <= held[0] and two <= held[1] and not two & held[0] and not one & held[1]
            for one, two in ((first, second), (second, first))
        ):
            return True
    return False


def _plain_stems(text: str) -> set[str]:
    return {words.stem(_PLAIN.get(token, token)) for token in words.tokens(text)}


def _reasons_differ(pair: _Pair) -> bool:
    """Whether, asked why, they speak of the same and have next to nothing else in common."""
    if "why" not in pair.asked.kinds or not pair.both_likely or not pair.held[1]:
        return False
    given = [set(words.stems(quote)) - pair.asked.stems for quote in pair.quotes]
    return len(given[0] & given[1]) <= 0.2 * min(map(len, given))


def _years_apart(pair: _Pair) -> bool:
    days = [(source.citation.date or "")[:10] for source in (pair.one, pair.other)]
    if not all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in days):
        return False
    return abs((date.fromisoformat(days[0]) - date.fromisoformat(days[1])).days) > _TERM


def _near(unit: str, asked: frozenset[str]) -> bool:
    """Whether a question has a word, or one of its family: employees, employ."""
    return any(unit == stem or Prefix.similarity(unit, stem) >= max(5, min(len(unit), len(stem)) - 1) for stem in asked)


def _on_topic(question: str, source: Source, share: float = _ON_TOPIC) -> bool:
    asked = set(words.stems(question))
    held = set(words.stems(f"{source.citation.title} {source.context} {source.citation.quote}"))
    return len(asked & held) >= share * len(asked)
