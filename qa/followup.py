"""A follow-up question made to stand alone, by rule: only one that cannot stand alone is touched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from qa import people, prompts, words
from qa.subject import subject

History = Sequence[tuple[str, str]]
SHORT, LONGEST = 8, 200  # words and characters of a reply to a question back
_OPTION = re.compile(r"(?:^|, | or )(.+?) \[(\d+)\]")
_ORDER = [("first", "1st"), ("second", "2nd"), ("third", "3rd"), ("fourth", "4th", "last")]
TURNS = 30  # of a dialogue, how many are looked at
BACK = 3  # how many turns back a person may have been named
FEW, MOST = 3, 8  # words of a topic
_MARKER = re.compile(r"\[\d+\]")
_RELATIVE = re.compile(  # "the metric they use"
    r"\b(?!(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must|when|if|"
    r"that|because|what|why|how|where|who|which|while|after|before|since|until|and|or|but|as|than|of|on|in|to|"
    r"for|with|from|by|about|at)\b)\w+ (?:they|it)$",
    re.I,
)
_OPENER = re.compile(r"^(?:and|but|so|or|ok(?:ay)?|well|then|also|yes|no|not)\b[\s,:–—-]*(?=\w)", re.I)
_CORRECTION = re.compile(
    r"^(?:(?:no|sorry|actually|wait)\b[\s,.:–—-]+)?(?:i mean|i meant|i was asking about)\b[\s,:]*(?:not \w+,? but )?"
    r"|^(?:no|sorry|actually|wait)\b[\s,.:–—-]+(?=\w)",
    re.I,
)
_AND_ASKS = re.compile(
    r"\b(?:and|or|but) (?:what|who|whom|whose|when|where|why|how|which|did|does|do|is|are|was|were)\b"
)
_ABOUT = re.compile(r"^(?:what|how) about\b\s*", re.I)
_ASKS = re.compile(
    r"^(?:(?:in|on|at|by|to|for|from|with|of|since|until) )?(?:what|who|whom|whose|when|where|why|how|which|is|are|was|"
    r"were|do|does|did|has|have|had|can|could|will|would|should|may|might|list|name|tell|give|show|explain|describe)\b",
    re.I,
)
PERSON = re.compile(r"\b(he|she|him|his|her|hers|himself|herself)\b", re.I)
_POSSESSIVE = re.compile(
    r"\b(?:his|hers|her(?=\s+(?!about|to|on|in|at|by|for|when|that|if|and|or|from|with|as|after)\w))\b", re.I
)
_QUOTED = re.compile(r"[“\"«][^”\"»]*(?:[”\"»]|$)")
_SOMEBODY = re.compile(
    rf"\b(?:the|an?|(?P<whose>[\w’']+['’]s)) (?:\w+ ){{0,3}}?(?:{people.ROLES}|man|woman|boy|girl|person|victim)\b",
    re.I,
)
_THING = re.compile(
    r"\b(?:it|they|them|this(?= (?:is|was|mean|happen)|\W*$)|th[eo]se(?= (?:are|were)|\W*$)|"
    r"that(?=\W*$| (?:happen|mean|to be|so|true)))\b",
    re.I,
)
_BARE = re.compile(r"how \w+\W*|(?:who|when|where|why|how|which)\b(?! (?:is|are|was|were) (?:an? )?\w+\W*$).*", re.I)
_EXISTS = re.compile(r"\b(?:is|are|was|were) there\W*$", re.I)
_ITS = re.compile(r"\b(?:its|their|theirs)\b", re.I)
_EXPLETIVE = re.compile(
    r"\bit (?=(?:take|mean (?:for|to|that)|(?:\w+ ){0,2}(?:for|to|that|when|how|if|whether|why)\b))|"
    r"\b(?:is|was) it (?=\w+\W*$)",
    re.I,
)
_AT_END = re.compile(r"\b(?:it|they|them|that|this|there|then|those|these)\W*$", re.I)
_PLACE = re.compile(r"\b(?<!is )(?<!are )(?<!was )(?<!were )(?<!be )there\W*$|\bfrom there\b", re.I)
_THIS = re.compile(
    r"\b(?:[Tt]his|(?<!say )(?<!said )[Tt]hat|[Tt]h[eo]se|the same|the other) (?:[a-z][\w’'-]+ )?[a-z][\w’'-]+"
)
_THAT_TIME = re.compile(
    r"\b(?:(?:on|at|in|during) )?(?:the same|that|this) (?:day|date|time|year|month|week)\b|\bthen(?=\W*$)", re.I
)
_LEFT = re.compile(
    r"\b(?:else|the (?:same|other|others|latter|former)|(?:which|that|this|the|other|first|second|last) ones?)\b", re.I
)
_LIGHT = frozenset(
    words.stem(word)
    for word in """time times day date year month place people person reason reasons example examples happen happened
    details detail others kind number exactly long old big far often mean more many next answer source name called know
    explain else say said fast high tall heavy deep wide strong large hot cold expensive young late soon""".split()
)
_TIME = re.compile(
    rf"\b(?:(?:in|on|at|since|until|before|after|during|by|for) )?(?:(?:early|late|mid|last|next|the) ){{0,3}}"
    rf"(?:\d{{1,2}} )?"
    rf"(?:(?:{'|'.join([*words.MONTHS[:12], *words.WEEKDAYS])}|yesterday|today|tomorrow)|(?:1[5-9]|20)\d\d)"
    rf"(?:,? (?:\d{{1,2}},? )?(?:(?:1[5-9]|20)\d\d))?\b",
    re.I,
)
_SAYS = (
    "say|tell|claim|argue|think|want|do|call|announce|deny|warn|suggest|predict|promise|respond|react|propose|demand"
)
_SUBJECT = re.compile(
    rf"^((?:what|when|where|why|how|who|whom)\b.*?\b(?:did|does|do|has|had|will|would|could|can) )(.+?)"
    rf"( (?:{_SAYS})\b)",
    re.I,
)
_IDENTITY = re.compile(r"((?i:who|what|where) (?:is|was|are|were) )((?:[A-Z]\S*\s?)+)()")
_ADJECTIVE = ("ish", "ese", "an", "ani", "eli", "aqi")  # "Danish", before a noun
_LINK = r"(?:about|with|in|on|at|for|from|to|against|during|under|by)\b"
_NAME = re.compile(r"(?:the )?[A-Z][\w’'.-]*(?: [A-Z][\w’'.-]*)*")
_TOPIC = re.compile(r"(.+ (?:about|mention|mentions|discuss|discusses) )[^,]+", re.I)
_TITLE = re.compile(r"^(?:Mr|Mrs|Ms|Dr)\.? ")


def stand_alone(question: str, history: History) -> str:
    """The question as it would be asked without the dialogue before it.

    Args:
        question: what the user wrote.
        history: earlier (question, answer text) pairs, oldest first.

    A pronoun for a person becomes the person spoken of; "that day" the day; "and in 2020?" or "and Keller on Monday?"
    takes its place in the question before it. Anything else that leans on the dialogue gets the topic words of the
    question before it, in brackets. A question that can stand alone comes back as it is.
    """
    return _stand_alone(question.strip(), tuple((asked, said) for asked, said in history[-TURNS:]))


@lru_cache(maxsize=256)  # a long dialogue asks for its earlier questions over and over
def _stand_alone(question: str, history: tuple[tuple[str, str], ...]) -> str:
    if history and (chosen := _chosen(question, history)):
        return chosen
    if not history or not _leans(question, history):
        return question
    bare = _ABOUT.sub("", _OPENER.sub("", _CORRECTION.sub("", question)))
    earlier, said = _earlier(history)
    if not bare or not re.search(r"\w", bare):
        return earlier
    fragment = bare.rstrip("?!. ")
    about = _ABOUT.match(_OPENER.sub("", question)) and not _TIME.fullmatch(fragment)
    fits = not _ASKS.match(bare) and (not about or len(words.names(earlier)) == 1)
    if fits and (filled := _filled(fragment, earlier)):
        return filled
    settled = _dated(_named(bare, history), said)
    if settled != bare and _ASKS.match(bare) and not _leans(settled, history):
        return settled
    topic = [word for word in _topic(earlier, history) if word.lower() not in settled.lower()]
    return f"{settled} ({' '.join(topic)})" if topic else settled


def _chosen(reply: str, history: History) -> str | None:
    """The question that was asked back about, with what the user chose in place of what it left open."""
    back = prompts.ASKED_BACK.fullmatch(history[-1][1].strip())
    if not back or len(reply) > LONGEST or len(reply.split()) > SHORT or reply.rstrip().endswith("?"):
        return None
    options = {number: label for label, number in _OPTION.findall(back["options"] or "")}
    picked = re.sub(
        r"\W*\b(?:the|one|i mean|i meant|please|number|no|option)\b\W*", " ", f" {reply} ", flags=re.I
    ).strip(" .,!")
    order = next((str(n) for n, word in enumerate(_ORDER, 1) if picked.lower() in word), picked)
    wanted = set(words.stems(picked))
    fits = [label for label in options.values() if wanted and wanted <= set(words.stems(label))]
    kind = back["span"].rpartition(" ")[2] if reply.lower().rstrip(" .!").endswith(" one") else ""
    choice = options.get(order) or (fits[0] if len(fits) == 1 else f"the {picked} {kind}" if kind else picked)
    name, asked = choice.partition(" (")[0], stand_alone(history[-1][0], history[:-1])
    if re.fullmatch(r"\W*|\d+", name) or (not options.get(order) and order != picked):
        return None
    own = "’s" if _POSSESSIVE.fullmatch(back["span"]) else ""
    return re.sub(rf"\b{re.escape(back['span'])}\b", f"{name}{own}", asked, count=1)


def _leans(question: str, history: History) -> bool:
    """Whether the question cannot be understood without the dialogue before it."""
    bare = _OPENER.sub("", question)
    if _CORRECTION.match(question) or _ABOUT.match(bare):
        return True
    names, full = words.names(bare) or _QUOTED.findall(bare), bool(_ASKS.match(bare))
    few = _BARE.fullmatch(bare) and not _EXISTS.search(bare) and len(content(bare)) < 2
    if not names and (not content(bare) or few):
        return True
    if not full and _TIME.fullmatch(bare.rstrip("?!. ")):
        return True
    if bare != question and not (full and names):
        return True
    left = _LEFT.search(bare) and not names and len(content(bare)) <= 2
    return bool(left or _PLACE.search(bare) or person_leans(bare) or _thing_leans(bare) or _points_back(bare, history))


def content(text: str) -> list[str]:
    """The stems that say what a text is about."""
    return [stem for stem in words.stems(text) if stem not in _LIGHT]


def person_leans(question: str) -> bool:
    question = _QUOTED.sub("", question)
    found = PERSON.search(question)
    if found and (_named_before(question[: found.start()]) or _somebody_before(question, found.start())):
        return False
    if not found or re.search(r"\b[A-Z]\w+", re.sub(r"^\W*\w+", "", question[: found.start()])):
        return False  # a pronoun whose antecedent stands before it in the same question leans on nothing else
    if words.names(question[found.end() :]) and not _ASKS.match(question):
        return False  # "Besides his poems, what did Homer write?"
    asks_for_it = re.match(r"\W*(?:who|which|what)\b", question, re.I) and content(question[: found.start()])
    return not (_POSSESSIVE.match(question, found.start()) and asks_for_it)


def _somebody_before(question: str, at: int) -> bool:
    """Whether a pronoun may mean a person without a name that stands before it: "the minister" for "his", but not for
    the "him" whom he met."""
    found = _SOMEBODY.search(question[:at])
    if not found:
        return False
    subjective = PERSON.match(question, at)[0].lower() in ("he", "she", "his") or _POSSESSIVE.match(question, at)  # type: ignore[index]
    return bool(found["whose"] or subjective or re.search(r"\bto \w+ $", question[found.end() : at]))


def _named_before(text: str) -> bool:
    """Whether what stands before a pronoun is a first question that says what it is about, with the next one begun:
    "When do the guards leave and who replaces ..."."""
    begun = _AND_ASKS.search(text)
    return bool(begun and content(text[: begun.start()]))


def _thing_leans(question: str) -> bool:
    found = _ITS.search(question)
    if found and not content(question[: found.start()]) and not re.match(r"\W*which\b", question, re.I):
        return True
    plain = _EXPLETIVE.sub("", question)
    found = _THING.search(plain)
    if not found or _RELATIVE.search(plain[: found.end()]) or _named_before(plain[: found.start()]):
        return False
    return len(content(plain[: found.start()])) < 2 or bool(_AT_END.match(plain, found.start()))


def _points_back(question: str, history: History) -> bool:
    """Whether "that day", or "these advisers" of whom the dialogue spoke, is in the question."""
    if _THAT_TIME.search(question) and not _TIME.search(question):
        return True
    spoken = set(words.stems(" ".join(text for turn in history[-BACK:] for text in turn)))
    return any(spoken & set(words.stems(found[0])) for found in _THIS.finditer(question))


def _earlier(history: History) -> tuple[str, str]:
    """The last question that says what it is about, made to stand alone, and what was last answered."""
    for at in range(len(history) - 1, -1, -1):
        asked = history[at][0]
        if content(asked) or at == 0:
            return stand_alone(asked, history[:at]), _MARKER.sub("", history[-1][1])
    return "", ""


def _filled(fragment: str, earlier: str) -> str | None:
    """The earlier question with "in 2020", "Keller" or "Keller on Monday" in the place of what it has there."""
    core, _, topic = earlier.rstrip("? ").partition("? (")
    time = _TIME.search(fragment)
    topic = "" if time and _THAT_TIME.search(core) else topic  # "that day" was all that leaned on it
    who = re.sub(r"^[\s,]+|[\s,]+$", "", _TIME.sub("", fragment))
    subject = _SUBJECT.match(core) or _IDENTITY.fullmatch(core)
    link = re.match(_LINK, who, re.I)
    if time and not who:
        core = _at(core, time[0])
    elif link and len(who.split()) <= 5:
        core = f"{re.split(rf' {link[0]} ', core, flags=re.I)[0]} {fragment}"
    elif subject and words.names(f"of {who}") and re.match(r"(?:the )?[A-Z]", who) and len(who.split()) <= 4:
        core = f"{subject[1]}{who}{core[subject.end(2) :]}"
        core = _at(core, time[0]) if time else core
    elif not time and (about := _TOPIC.fullmatch(core)) and len(who.split()) <= 3 and not _LEFT.match(who):
        core = f"{about[1]}{who}"
    elif _NAME.fullmatch(who) and len(words.names(f"{core}?")) == 1 and not time:
        core = core.replace(words.names(f"{core}?")[0], who)
    else:
        return None
    return f"{core}?" + (f" ({topic}" if topic else "")


def _at(question: str, time: str) -> str:
    """The question with another time, "in 2019" with "2020" as "in 2020"."""
    old = _TIME.search(question) or _THAT_TIME.search(question)
    link = re.match(r"[a-z]+ (?=\d)", old[0]) if old and time[0].isdigit() else None
    time = (link[0] if link else "") + time
    return f"{question[: old.start()]}{time}{question[old.end() :]}" if old else f"{question} {time}"


def _dated(question: str, said: str) -> str:
    """The question with "that day" as the day that was answered."""
    time = _TIME.search(said)
    return _THAT_TIME.sub(time[0][:1].lower() + time[0][1:], question, count=1) if time else question


def _named(question: str, history: History) -> str:
    """The question with the person spoken of in place of the pronoun."""
    person = _person(history)
    if not person or not person_leans(question):
        return question
    question = PERSON.sub(person, _POSSESSIVE.sub(f"{person}’s", question))
    return re.sub(rf"^What(?= (?:is|was) {re.escape(person)}\W*$)", "Who", question)


def _person(history: History) -> str | None:
    """Whom the last turns are about: whoever they ask for, or else whom they ask about."""
    for at in range(len(history) - 1, max(-1, len(history) - 1 - BACK), -1):
        asked = stand_alone(history[at][0], history[:at])
        answered = _MARKER.sub("", history[at][1])
        texts = (answered, asked) if re.match(r"\W*(?:who|whom|whose|which)\b", asked, re.I) else (asked, answered)
        for text in texts:
            if found := _people(text):
                return found[0]
    return None


def _people(text: str) -> list[str]:
    """The names in a text that can be a person's: no time, not "in Elmford", and no "Danish" before a noun."""
    found = []
    for name in words.names(text):
        around = re.search(rf"(\w+)?\W*\b{re.escape(name)}\b(?P<after> [a-z]\w+)?", text)
        place = around and re.fullmatch(r"in|at|from|near|to|into|of|between|across", around[1] or "", re.I)
        adjective = name.endswith(_ADJECTIVE) and around and around["after"] and " " not in name
        surname = any(whole.endswith(f" {name}") for whole in words.names(text))
        verb = around and re.fullmatch(rf" (?:{_SAYS})", around["after"] or "", re.I)
        if not words.time_words(name) and not (place and " " not in name) and (not adjective or surname or verb):
            found.append(_TITLE.sub("", name))
    return found


def _topic(earlier: str, history: History) -> list[str]:
    """The words that say what the dialogue is about, in order, as they were written: those of the last question, and
    where these are few those of the one before it."""
    found = _written(subject(earlier) or earlier)
    if len(found) < FEW and len(history) > 1:
        before = _earlier(history[:-1])[0]
        found += [word for word in _written(subject(before) or before) if word not in found]
    return list(dict.fromkeys(found))[:MOST]


def _written(question: str) -> list[str]:
    found = re.findall(r"[^\W_]+(?:[-’'][^\W_]+)*", question)
    weighty = [word for word in found if word.lower() not in words.STOPWORDS and len(word) > 1]
    return [word for word in weighty if words.stem(word.lower()) not in _LIGHT]
