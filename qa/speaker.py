"""Who says what in a text: the speaker of each sentence, as the text itself names them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache

from qa import people, turns, words
from qa.types import Span

FAR = 20_000  # characters around the sentences in which a longer form of a name is looked for
RECENT = 5  # how many persons spoken of "she" may be, beside the last one
_VERBS = (
    "said|says|told|added|stated|announced|claimed|claims|argued|argues|accused|charged|insisted|insists|stressed|"
    "emphasi[sz]ed|pointed out|noted|warned|denied|denies|denounced|rejected|reiterated|urged|hoped|recalled|described|"
    "called|declared|admitted|acknowledged|confirmed|explained|reported|suggested|believes?|criticized|criticised|"
    "rebuked|blamed|blames|pledged|promised|vowed|cautioned|asserted|responded|replied|predicted|tweeted|wrote|"
    "estimated|estimates|complained|demanded|proposed|commented|concluded|condemned|praised|maintains|maintained"
)
_CAP = r"(?!(?:He|She|They|It|We)\b)[^\W\d_a-zß-öø-ÿ](?:[\w’'.\-]*\w)?\.?(?<!\w{3}\.)"
_NAME = rf"(?:[Tt]he )?{_CAP}(?: (?:of|and|for|the|de|van|von|al|bin) {_CAP}| {_CAP})*"
_ROLE = (
    r"[Tt]he (?:[\w-]+ ){0,3}(?:ministry|minister|spokes\w+|official|president|government|diplomat|leader|ambassador|"
    r"report|company|agency|court|statement|study|researchers?|authors?|police|prosecutors?)"
)
_ADVERBS = (
    r"(?:(?:also|later|then|similarly|repeatedly|has|have|had|again|further|previously|earlier|publicly|in turn|"
    r"on \w+) )*"
)
_ASIDE = r"(?:,(?P<aside>[^,.;“”]{1,80}),)?"
_BEFORE = re.compile(rf"(?P<who>{_ROLE}|{_NAME}|\b(?:[Hh]e|[Ss]he|[Tt]hey|[Ii]t)\b){_ASIDE} {_ADVERBS}(?:{_VERBS})\b")
_AFTER = re.compile(rf"[”\"],?\s+(?:{_VERBS}) (?P<who>{_ROLE}|{_NAME})")
_ACCORDING = re.compile(rf"\b[Aa]ccording to (?P<who>{_ROLE}|{_NAME}|him|her|them)")
_CALLED = rf"\b(?:[Tt]he|[Tt]heir|[Ii]ts|[Hh]is|[Hh]er) (?:[\w’'-]+ ){{0,6}}[\w-]+, (?P<who>{_NAME}),"
_APPOSED = re.compile(rf"{_CALLED} {_ADVERBS}(?:{_VERBS})\b")  # "Their spokesman, Jonas Keller, said"
_PRONOUN = re.compile(r"(?:he|she|they|it|him|her|them)", re.I)
_SUBJECT = re.compile(  # who a sentence is about
    r"(?:(?:On|In|At|After|Before|During|By|From|Last|Earlier|Later|Meanwhile|However|Then)\b[^,]{0,40}, )?"
    rf"(?P<who>{_NAME})(?=, (?!\d\d? [A-Z]|\d{{4}})|,$| [a-z])"
)
_APPOSED_SUBJECT = re.compile(_CALLED)
_GENITIVE = re.compile(r"[’']s?$")
_NO_PERSON = re.compile(  # how names of two words begin that are no person's
    r"(?:The )?(?:Mount|Lake|New|North|South|East|West|Northern|Southern|Good|Red|Great|Saint|San|Santa|Los|Las|Port"
    r"|Cape|Fort|River|High|Old|Grand|Royal|National|United|World|Olympic|Central|Upper|Lower|Big)\b"
)
_WEEKDAY = re.compile(rf"^(?:On|In|Last|By|Since|Until) (?:{'|'.join([*words.WEEKDAYS, *words.MONTHS])})\b ?", re.I)
_FULL = re.compile(rf"(?<![^\W\d])(?=({_CAP}) ({_CAP}))")  # a name of two words
_PLACED = re.compile(rf"\b(?i:in|at|near|into|outside) (?:the )?({_CAP}(?: {_CAP})*)")
_OPENING = re.compile(r"(?:He|She|His|Her)\b")
_OTHER = re.compile(r"\bhim\b|“[^”]*\b(?:He|She)\b|\"[^\"]*\b(?:He|She)\b")  # somebody beside whom a sentence is about
_HE, _SHE = re.compile(r"(?:he|his|him)\b", re.I), re.compile(r"(?:she|hers?)\b", re.I)
_MAN, _WOMAN = (
    re.compile(r"\b(?:Mr|Sir|Lord|King|Prince)\b"),
    re.compile(r"\b(?:Mrs|Ms|Miss|Dame|Lady|Queen|Princess)\b"),
)
_DEAR = re.compile(r"^[ \t]*(?i:dear|hello|hi|to whom|sirs?|madam)\b[^\n.]{0,60}[,:!]?[ \t]*$", re.M)
_SIGNED = re.compile(
    r"^[ \t]*(?i:yours|(?:kind |best |warm )?regards|best wishes|sincerely|faithfully|respectfully)\b"
    r"(?!.* from\b)[^\n.!?]{0,40}\n"
    rf"\s*(?P<who>{_CAP}(?: {_CAP}){{1,3}})[ \t]*(?:\n|$)",
    re.M,
)
_FROM = re.compile(
    rf"(?:(?!From:)[\w-]+:.*\n){{0,8}}From: *\"?(?P<who>{_CAP}(?: {_CAP}){{1,3}})\"? *(?:<.*)?\n(?:[\w-]+:.*\n)*"
)
_FORWARDED = re.compile(r"^(?:[ \t]*>|On .{5,80} wrote:|-{3,})", re.M)
_AT_END = 300  # characters behind a signature without a salutation, at most
_OPEN, _CLOSE = "“«", "”»"
_ASKED = re.compile(
    rf"\b[Ww]hat (?:else |exactly )?(?:did|does|do|has|have|had) (?P<who>{_NAME}) (?:\w+ )?"
    r"(?:say|said|tell|told|state|stated|claim|claimed|argue|argued|warn|warned|announce|announced"
    r"|promise|promised|write|written)\b"
    r"(?: (?:\w+ )?(?:about|on|of|regarding|concerning) (?P<topic>[^?]+))?"
)


def speakers(text: str, sentences: Sequence[Span]) -> list[str | None]:
    """The speaker of each sentence, or None where the text speaks for itself.

    A sentence has the speaker that it names with a reporting verb; one inside a quotation has the speaker named where
    the quotation is attributed, in the nearest sentence of the same quotation or paragraph. "He" and "she" go back to
    the person spoken of last, other pronouns to the speaker named last. Names are given in the longest form that the
    text has for them. What nobody else says in a signed letter, from its salutation on, says who signed it;
    in an interview or a transcript, whose turn it is.
    """
    text = _curled(text)
    named = [who for who, _ in _followed(text, sentences)]
    inside = _quoted_throughout(text, sentences)
    told = [named[i] or (_neighbour(i, named, text, sentences) if inside[i] else None) for i in range(len(sentences))]
    for first, last, writer in _letters(text):
        own = [first <= start and end <= last and not inside[i] for i, (start, end) in enumerate(sentences)]
        told = [who or (writer if one else None) for who, one in zip(told, own, strict=True)]
    for turn in turns.turns(text):  # of a question and its answer, by the answer
        for i, (start, end) in enumerate(sentences):
            if turn.start < end <= turn.end and not inside[i]:
                whole = start >= turn.start  # not with the question before it
                told[i] = _within(turn.who, _attribution(text[start:end]), told[i]) if whole else turn.who or told[i]
    return told


def _within(speaking: str | None, reported: str | None, told: str | None) -> str | None:
    """Whose words a sentence of somebody's turn tells: nobody's known where they report what "he" said, whom they alone
    know."""
    if reported and _PRONOUN.fullmatch(reported):
        return None if _HE.fullmatch(reported) or _SHE.fullmatch(reported) else speaking
    return told or speaking


def _letters(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each signed letter of a text begins and ends, and who signed it: from the salutation, or if there is none
    in a text that the signature ends, from the first word. A mail is whose it is "from", up to what it quotes."""
    if mail := _FROM.match(text):
        quoted = _FORWARDED.search(text, mail.end())
        yield mail.end(), quoted.start() if quoted else len(text), mail["who"]
        return
    begins = [match.end() for match in _DEAR.finditer(text)]
    for match in _SIGNED.finditer(text):
        last = max((start for start in begins if start < match.start()), default=None)
        if last is not None or (not begins and len(text) - match.end() < _AT_END):
            yield last or 0, match.start(), match["who"]
            begins = [start for start in begins if start > match.end()] or [len(text)]


def meant(text: str, sentences: Sequence[Span]) -> list[str | None]:
    """Whom the "he" or "she" means with which a sentence opens; None for every other sentence."""
    return [who for _, who in _followed(_curled(text), sentences)]


def _followed(text: str, sentences: Sequence[Span]) -> Iterator[tuple[str | None, str | None]]:
    """Of each sentence whose words it says itself that it tells, and whom the pronoun means that opens it: only the
    person whom the sentence before is about, by name or by such a pronoun in its turn, if that names nobody else."""
    last: str | None = None
    thread: str | None = None  # whom the sentence before is about
    persons: list[str] = []  # spoken of lately, the last one first
    known: dict[str, re.Pattern[str]] = {}  # by which pronouns the text has called them
    near = text[max(0, sentences[0][0] - FAR) : sentences[-1][1] + FAR] if sentences else ""
    longer, places = _longer(near), _places(near)
    somebody = cache(lambda name: name if _is_somebody(name) and name not in places else None)
    for start, end in sentences:
        found = _attribution(text[start:end])
        subject = _APPOSED_SUBJECT.match(text, start, end) or _SUBJECT.match(text, start, end)
        about = (
            somebody(longer.get(subject["who"], subject["who"]))
            if subject and not _GENITIVE.search(subject["who"])
            else None
        )
        opening = _OPENING.match(text, start, end)
        opened = _meant(opening[0], [thread] if thread else [], known) if opening else None
        if found and _PRONOUN.fullmatch(found):
            found = _meant(found, [one for one in (about, thread, *persons) if one], known) or last
        elif found:
            last = found = longer.get(found, found)
        yield found, opened
        thread = about or opened
        if thread and thread not in known:
            named = filter(None, (somebody(longer.get(name, name)) for name in words.names(text[start:end])))
            bare = people.bare(thread) or thread
            thread = thread if all(people.same(people.bare(one) or one, bare) for one in named) else None
        thread = None if _OTHER.search(text, start, end) else thread
        if spoken_of := about or (found if found and people.is_named(found) else None):
            persons = [spoken_of, *persons[:RECENT]]


def _meant(pronoun: str, persons: Sequence[str], known: dict[str, re.Pattern[str]]) -> str | None:
    """Whom "he" or "she" means of the persons spoken of; None for "it", and where there is none. Who is known as "she"
    is not "he"."""
    own = next((one for one in (_HE, _SHE) if one.match(pronoun)), None)
    other = _WOMAN if own is _HE else _MAN
    fitting = [one for one in persons if own and known.get(one, own) is own and not other.search(one)]
    if fitting and own:
        known[fitting[0]] = own
    return fitting[0] if fitting else None


def _is_somebody(name: str) -> bool:
    """Whether a name is likely a person's."""
    if not people.is_named(name.removeprefix("The ")) or name.partition(" ")[0].lower() in words.STOPWORDS - {"the"}:
        return False
    return not (_NO_PERSON.match(name) or words.time_words(name) or name.isupper())


def _places(text: str) -> set[str]:
    """The names of places, in which a text says that something is, with every beginning of them."""
    found = set[str]()
    for match in _PLACED.finditer(text):
        parts = match[1].split(" ")
        found.update(" ".join(parts[: i + 1]) for i in range(len(parts)))
    return found | {f"The {name}" for name in found}


def reporter(sentence: str) -> str | None:
    """Whose words a sentence itself says that it tells ("she" too); None for a sentence that reports nobody."""
    return _attribution(_curled(sentence))


def asked(question: str) -> str | None:
    """Who it is of whom a question asks what they said."""
    found = _ASKED.search(question)
    return found["who"] if found else None


def topic(question: str) -> str | None:
    """What it is about which a question asks what somebody said."""
    found = _ASKED.search(question)
    return found["topic"] if found else None


def told_by_another(question: str, sentence: str, who: str | None, persons: Collection[str] = ()) -> bool:
    """Whether a question asks what somebody said, and a sentence, which `who` says, only speaks of them; or not even
    that, where both are among these `persons` who speak."""
    found = _ASKED.search(question)
    if not found or not who:
        return False
    teller = [token for token in words.tokens(who) if token not in words.STOPWORDS]
    asked = question[: found.start("topic")] + question[found.end("topic") :] if found["topic"] else question
    if words.any_same_name(teller, words.tokens(asked)):
        return False
    wanted = words.tokens(found["who"])[-1:]
    both = who in persons and any(words.any_same_name(wanted, words.tokens(one)) for one in persons)
    return both or words.any_same_name(wanted, words.tokens(sentence))


def _curled(text: str) -> str:
    """Straight quotation marks as opening and closing ones, by turns within each paragraph; no offset moves."""
    paragraphs = re.split(r"(\n\s*\n)", text)
    return "".join(re.sub('"([^"]*)("?)', lambda m: f"“{m[1]}{m[2] and '”'}", p) for p in paragraphs)


def _attribution(sentence: str) -> str | None:
    outside = re.sub(r"[“«][^”»]*(?:[”»]|$)", lambda m: "”" if m[0][-1] in _CLOSE else "", sentence)
    for pattern in (_ACCORDING, _AFTER, _APPOSED, _BEFORE):
        found = pattern.search(outside)
        if found and not _is_clause_word(found["who"]):
            aside = (found.groupdict().get("aside") or "").strip()
            return _GENITIVE.sub("", aside if re.fullmatch(_NAME, aside) else _WEEKDAY.sub("", found["who"]))
    return None


def _is_clause_word(who: str) -> bool:
    return who.lower() in words.STOPWORDS and not _PRONOUN.fullmatch(who)


def _longer(text: str) -> dict[str, str]:
    """ "Ada Nwosu" for "Nwosu" where the text calls her so."""
    found = dict[str, str]()
    for match in _FULL.finditer(text):
        if match[1].lower() not in words.STOPWORDS and not match[1].endswith(("ing", ".")):
            found.setdefault(
                _GENITIVE.sub("", match[2]).rstrip("."), f"{match[1]} {_GENITIVE.sub('', match[2])}".rstrip(".")
            )
    return found


def _quoted_throughout(text: str, sentences: Sequence[Span]) -> list[bool]:
    """Whether a sentence stands in a quotation from its first to its last word (curly marks and guillemets only)."""
    depth, position, inside = False, 0, []
    for start, end in sentences:
        depth = _after(text[position:start], depth)
        sentence = text[start:end]
        body = sentence.strip(_OPEN + _CLOSE)
        inside.append((depth or sentence[0] in _OPEN) and not set(body) & set(_OPEN + _CLOSE))
        depth, position = _after(sentence, depth), end
    return inside


def _after(text: str, depth: bool) -> bool:
    marks = [mark for mark in text if mark in _OPEN + _CLOSE]
    return marks[-1] in _OPEN if marks else depth


def _neighbour(i: int, named: Sequence[str | None], text: str, sentences: Sequence[Span]) -> str | None:
    for j in (i - 1, i + 1, i - 2, i + 2, i - 3, i + 3):
        if 0 <= j < len(sentences) and named[j] and "\n\n" not in _between(i, j, text, sentences):
            return named[j]
    return None


def _between(i: int, j: int, text: str, sentences: Sequence[Span]) -> str:
    first, second = sorted((i, j))
    return text[sentences[first][1] : sentences[second][0]]
