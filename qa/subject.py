"""What a message wants to read about, where it asks for all that is said of it: "Tell me about X". Pure functions."""

from __future__ import annotations

import re

from qa import dates, words

_DOCUMENTS = (
    r"(?:(?:all|any|the|these|those|your|our|my|this|of) )*(?:documents?|articles?|files?|texts?|sources?|reports?|"
    r"stories|papers?|pieces|docs|pdfs|news|corpus|collection|library|archive|index|folder)"
)
_IN = rf"(?: (?:in|from|across|throughout|within|by) {_DOCUMENTS}| here)?"
_ON = r"(?:about|on|of|regarding|concerning|with regard to|in regard to|related to)"
_ANY = r"(?:(?:some|any|all|more|the|an?|short|brief|quick|further|available|relevant) )*"
_NEWS = (
    r"(?:anything|something|everything|more|(?:information|info|details?|facts?|background|overview|summary|outline|"
    r"news|mentions?|passages?|quotes?|material|content|statements?)(?: available| there is| you have)?)"
)
_KNOWN = r"(?:said|written|reported|known|mentioned|stated|told|there)"
_READS = r"(?:say|know|tell(?: us| me)?|report|write|state|mention|reveal|contain|have|learn|find|read)"
_PLEASE = r"(?:(?:please|can you|could you|would you|will you|i want you to|i(?:'d| would) like you to) )*"
_WANT = r"i(?: want|(?:'d| would) like| need| wish)(?: to)? (?:know|learn|read|hear|find out)"
_SEEK = r"(?:i (?:want|need|would like|am looking for|'m looking for) |i'd like |i'm looking for |looking for )"
_FRAMES = [
    rf"what (?:do|does|did) (?:{_DOCUMENTS}|we|you|one) (?:actually |really )?{_READS}{_IN} {_ON}",
    rf"what(?: all)?(?: is| was|'s| has been| have been) {_KNOWN}{_IN} {_ON}",
    rf"{_PLEASE}(?:tell|inform|teach) (?:me|us) (?:{_ANY}{_NEWS}{_IN} )?{_ON}",
    rf"{_PLEASE}(?:give|show|get|find|provide|send|list)(?: me| us)? {_ANY}{_NEWS}{_IN} (?:{_ON}|for)",
    rf"(?:is|are|was) there {_ANY}{_NEWS}{_IN} {_ON}",
    rf"(?:do|does) (?:{_DOCUMENTS}|you|we) {_READS} {_ANY}{_NEWS}{_IN} {_ON}",
    rf"{_PLEASE}{_SEEK}?{_ANY}{_NEWS}{_IN} {_ON}",
    rf"{_PLEASE}(?:(?:give|show|get|find|collect|gather|list|write)(?: me| us)? )?{_ANY}(?:{_NEWS} (?:of|on|about) )?"
    rf"(?:what(?: all)?(?:'s| is| was| has been| there is)?|everything|all)(?: that)?(?: is| was|'s| has been)? "
    rf"(?:{_KNOWN}|there is|you (?:have|know|find|found)){_IN} {_ON}",
    rf"{_PLEASE}(?:summari[sz]e|describe|outline|discuss|explain)",
    rf"{_WANT} (?:{_ANY}{_NEWS} )?{_ON}",
    rf"{_PLEASE}(?:search for|look up|look for|read up on)",
    r"what (?:happened|took place|was going on|is going on) (?:in|at|on|during)",
    r"what about",
]
_DATED = (  # and then a date
    rf"(?:(?:(?:give|show|get|find)(?: me| us)? )?{_ANY}{_NEWS}{_IN} (?:from|of|in|on|during)|"
    rf"what(?: all)? (?:is|was|has been|have been) {_KNOWN}{_IN} (?:in|on|during))"
)
_CLAUSE = re.compile(r"(?:that|how|why|whether|what|who|whom|whose|where|when|which|if|to)\b", re.I)
_LONGEST = 8  # words with meaning; more is no phrase but a story


def subject(question: str) -> str | None:
    """The phrase that stands in the frame of a question for all that is said of it: "ada nwosu" in "What do the
    articles say about Ada Nwosu?"; None for every other question, and where a clause or a pronoun stands there.

    Args:
        question: standing alone.
    """
    plain = " ".join(question.replace("’", "'").split()).rstrip("?.! ")
    for frame in [*_FRAMES, _DATED]:
        if match := re.fullmatch(rf"{frame} (?P<subject>.+?){_IN}(?:,? please)?", plain, re.I):
            found = re.sub(r"^(?:the|an?) (?=\w)", "", match["subject"].strip(" \"'“”«»"), flags=re.I)
            terms = [*words.stems(found), *words.short_names(found)]
            if _CLAUSE.match(found):
                continue  # "a summary of what is known of Ada Holm"
            return found if 0 < len(terms) <= _LONGEST and (frame is not _DATED or dates.asked(found)) else None
    return None


def both(subject: str) -> list[str]:
    """The two subjects that "and" joins; none where there are not two."""
    parts = re.split(r",? and (?:the )?", subject)
    return parts if len(parts) == 2 and all(words.stems(part) for part in parts) else []
