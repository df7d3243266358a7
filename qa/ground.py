"""Claim and evidence: cut an answer into claims, judge each against the sentences it may rest on, name its speaker.

Pure functions. What counts as support: every number, date, name and quoted word of the claim stands in the evidence,
nothing is negated on one side only, and most of the claim's words are the evidence's words. Partly supported is a
claim that says the same and adds a word or two, or a name that stands beside the evidence.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import NamedTuple

from qa import entail, grammar, language, people, split, turns, words
from qa import speaker as speakers
from qa.render.text import bare, date_text, when_text
from qa.types import Citation, Support

_MARKER = re.compile(r"\s*\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")
_LEAD = re.compile(r"(?:\[[\d,;\s]+\]\s*)+")
_MAY_END = re.compile(r"[.!?。！？][”\"’)\]\d\s\[]*\s\S")
_OPENS_WITH_PRONOUN = re.compile(r"(?:He|She|It|They|This|That|These|Those|His|Her|Its|Their|Such)\b")
_YES_NO = re.compile(r"(Yes|No)[,.:;–—-]\s*(?=\w)", re.I)
_ENOUGH, _SOME = 0.8, 0.5
_LEAST = 3  # words with meaning; a fragment that anything would carry is no sentence
_SHORT = 8  # words with meaning; a claim of fewer needs two of them from a second sentence, not one
_MAY_ADD = 2  # words; of 13 claims of WiCE that are carried but for so many, the page supports 8 whole, 4 in part
_HERS, _HIS = {"she", "her", "hers", "herself"}, {"he", "him", "his", "himself"}
_STEP, _POINT = re.compile(r"^[ \t]*\(?\d{1,2}[.)]\s", re.M), re.compile(r"^[ \t]*[-*+•‣◦▪●∙·]\s", re.M)
_THEY = {"they", "them", "it"}  # no one person
_PREPOSITIONS = frozenset("with from in on at for about against between during".split())
_GOVERNING = {"to", "that"}  # "plans to", "denies that": the word before turns all that follows
_TURNS = {"negation": (words.NOT, words.NEGATIONS), "condition": (words.CONDITIONS, words.CONDITIONS)}


class Source(NamedTuple):
    """A sentence that a claim may rest on; `context` is text around it that may explain its names, `passage` all of the
    passage."""

    citation: Citation
    context: str = ""
    passage: str = ""


class Verdict(NamedTuple):
    """How far evidence carries a claim: `score` from 0 to 1, `sources` that carry it (indices, best first), `faults`
    in words for what the evidence lacks; `note` for what it lacks of a partly supported one."""

    support: Support
    score: float
    sources: tuple[int, ...]
    faults: tuple[str, ...]
    note: str = ""


def markers(text: str) -> tuple[str, list[int]]:
    """A text without its [n] markers, and their numbers in order."""
    found = [int(n) for group in _MARKER.findall(text) for n in re.split(r"\D+", group)]
    return " ".join(_MARKER.sub("", text).split()), found


def claims(pieces: Iterable[str], *, by_line: bool = False) -> Iterator[str]:
    """The sentences of a text that arrives in pieces, each as soon as the next one has begun; only at line ends where
    `by_line` is set. An empty piece says only that work goes on, and is passed on as it is."""
    held = ""
    for piece in pieces:
        if not piece:
            yield piece
        held += piece
        while "\n" in held:
            line, held = held.split("\n", 1)
            yield from ([line] if by_line else _sentences(line))
        if not by_line and _MAY_END.search(held):
            *whole, last = split.sentences(held)
            lead = _LEAD.match(held[last[0] :])
            if whole and held[last[0] :].strip("[]0123456789,; "):  # else its own markers may still be coming
                cut = last[0] + (lead.end() if lead else 0)
                yield from _sentences(held[:cut])
                held = held[cut:]
    if held.strip():
        yield from ([held] if by_line else _sentences(held))


def _sentences(text: str) -> list[str]:
    """Sentences with the markers that follow them."""
    found: list[str] = []
    for start, end in split.sentences(text):
        sentence = text[start:end]
        lead = _LEAD.match(sentence)
        if lead and found:
            found[-1] += " " + lead[0].strip()
            sentence = sentence[lead.end() :]
        if sentence.strip():
            found.append(sentence)
    return found


def judge(claim: str, sources: Sequence[Source], hints: Sequence[int] = (), question: str = "") -> Verdict:
    """Whether `sources` carry `claim`; two sentences may carry it together where none does alone, but a single word
    from elsewhere does not carry a short claim.

    Args:
        claim: one sentence without markers.
        sources: what it may rest on.
        hints: citation numbers that the writer gave; they only break ties.
        question: what was asked; a word of it that the evidence does not say may not come back as a fact.
    """
    if copied := [i for i, source in enumerate(sources) if _is_copy(claim, source)]:
        return Verdict("supported", 1.0, (min(copied, key=lambda i: sources[i].citation.number not in hints),), ())
    verdict = _judge(claim, sources, hints, question)
    hopeless = verdict.score * (1 + len(verdict.faults)) < _SOME
    if verdict.support == "supported" or hopeless or not _is_english(claim):
        return verdict
    chosen = [sources[i] for i in verdict.sources]
    plain = [s._replace(citation=replace(s.citation, quote=grammar.read(s.citation.quote).plain)) for s in chosen]
    again = _judge(grammar.read(claim).plain, plain, hints, grammar.read(question).plain, parse=False)
    found = tuple(verdict.sources[i] for i in again.sources)
    if again.support != "supported" or any(entail.misread(claim, [sources[i].citation.quote for i in found])):
        return verdict
    return again._replace(sources=found)


def _is_copy(claim: str, source: Source) -> bool:
    """Whether a claim is a source's sentence with nothing but who says it and when around it, or what the columns of
    a table are called in it."""
    if (source.citation.columns or source.citation.section) and _plain(claim) == _plain(verbatim(source.citation)):
        return True
    quote = _plain(bare(source.citation.quote))
    if not quote or quote not in (plain := _plain(claim)):
        return False
    before, _, after = plain.partition(quote)
    cited = source.citation
    said = [
        cited.speaker or "",
        cited.about or "",
        when_text(cited),
        date_text(cited.date),
        cited.date or "",
        "according to about on",
    ]
    return set(words.tokens(f"{before} {after}")) <= set(words.tokens(" ".join(said)))


def _is_english(claim: str) -> bool:
    return language.detect(claim) in {"en", None}


def _judge(
    claim: str, sources: Sequence[Source], hints: Sequence[int], question: str, *, parse: bool = True
) -> Verdict:
    asked = frozenset(words.stems(question))
    singles = [_verdict(claim, (i,), sources, asked, parse=parse) for i in range(len(sources))]
    singles.sort(key=lambda v: (-v.score, sources[v.sources[0]].citation.number not in hints))
    if singles and singles[0].support != "supported" and len(singles) > 1:
        first, *others = (v.sources[0] for v in singles)
        meant, held = set(words.stems(claim)), words.stems(sources[first].citation.quote)
        wanting = {term for term in meant if not _said(term, held)}
        adds = {i: sum(_said(term, words.stems(sources[i].citation.quote)) for term in wanting) for i in others}
        least = 2 if len(meant) < _SHORT else 1
        pairs = [_verdict(claim, (first, i), sources, asked, parse=parse) for i in others if adds[i] >= least]
        singles = [max([singles[0], *pairs], key=lambda v: (v.support == "supported", v.score))]
    return singles[0] if singles else Verdict("unsupported", 0.0, (), ("no evidence",))


def _verdict(
    claim: str, chosen: tuple[int, ...], sources: Sequence[Source], asked: frozenset[str], *, parse: bool
) -> Verdict:
    cited = [sources[i].citation for i in chosen]
    said = " ".join(c.quote for c in cited)
    known = " ".join([said, *(part for i in chosen for part in _known(sources[i]))])
    dated = " ".join([said, *(f"{when_text(c)} {c.date}" for c in cited if c.date)])
    covered = coverage(claim, dated, known)
    faults = (*_lost_figures(claim, dated), *_lost_words(claim, said, known))
    quotes = [c.quote for c in cited]
    faults += tuple(name for name, marks in _TURNS.items() if _turned(claim, quotes, *marks))
    faults += tuple(dict.fromkeys(_misplaced(claim, cited)))
    if wide := [word for word in words.tokens(claim) if word in words.WHOLE and word not in words.tokens(said)]:
        faults += (f"only the claim says “{wide[0]}”",)
    if lost := [term for term in words.stems(claim) if term in asked and not _said(term, words.stems(known))]:
        faults += (f"only the question says {', '.join(lost)}",)
    faults += tuple(f"“{word}” instead of “{other}”" for word, other in _swapped(claim, dated))
    if not _is_sentence(claim):
        faults += ("no sentence",)
    if parse and not faults and covered >= _SOME and _is_english(claim):
        faults += tuple(itertools.islice(entail.misread(claim, quotes), 1))  # one tells enough
    note = "" if faults or not _SOME <= covered < _ENOUGH else _added(claim, dated, known)
    support: Support = "partial" if note else "unsupported" if faults or covered < _ENOUGH else "supported"
    return Verdict(support, covered / (1 + len(faults)), chosen, faults, note)


def _added(claim: str, said: str, known: str) -> str:
    """What a claim adds to evidence that says all the rest in the same order; "" where it adds much, or says something
    in the place of something else: that may be the contrary."""
    spoken, nearby = words.stems(said), {stem for name in words.names(known) for stem in words.stems(name)}
    tokens = [*words.TOKEN.findall(claim), ""]
    meant = [n for n, token in enumerate(tokens) if words.stems(token)]
    stems = [words.stems(tokens[n])[0] for n in meant]
    told, steps = _aligned(stems, spoken)
    for kind, start, end, *_ in steps:
        if kind == "replace" and not all(told[start:end]):
            return ""
    own = [n for n, stem, term in zip(meant, stems, told, strict=True) if not term and stem not in nearby]
    near = [n for n, stem, term in zip(meant, stems, told, strict=True) if not term and stem in nearby]
    if len(own) > _MAY_ADD or any(tokens[n + 1] in _GOVERNING for n in own):
        return ""
    extra = f"Not in the cited words: “{'”, “'.join(tokens[n] for n in own)}”." if own else ""
    named = f"“{' '.join(tokens[n] for n in near)}” stands near the cited words, not in them." if near else ""
    return f"{extra} {named}".strip()


def _swapped(claim: str, said: str) -> Iterator[tuple[str, str]]:
    """Words that stand in the place of another one in what is otherwise said alike ("to open" for "to close")."""
    stems, spoken = words.stems(claim), words.stems(said)
    told, steps = _aligned(stems, spoken)
    for before, step, after in zip(steps, steps[1:], steps[2:], strict=False):
        kind, start, end, other, last = step
        alike = kind == "replace" and before[0] == after[0] == "equal"
        if alike and end - start == last - other == 1 and not told[start]:
            yield stems[start], spoken[other]


def _aligned(stems: Sequence[str], spoken: Sequence[str]) -> tuple[list[str], Sequence[tuple[str, int, int, int, int]]]:
    """Stems as the evidence spells them ("" where it lacks them), and the steps that turn these into the evidence."""
    told = [next((term for term in spoken if words.same_name(stem, term)), "") for stem in stems]
    return told, SequenceMatcher(None, told, spoken, autojunk=False).get_opcodes()


def _known(source: Source) -> list[str]:
    citation = source.citation
    return [
        citation.speaker or "",
        citation.about or "",
        date_text(citation.date),
        citation.date or "",
        citation.title,
        " ".join((*citation.columns, *citation.section)),
        source.context,
    ]


def coverage(claim: str, said: str, known: str) -> float:
    """The share of a claim's words that the evidence says; a name that only its context knows counts half."""
    terms = words.stems(claim)
    spoken, nearby = words.stems(said), {stem for name in words.names(known) for stem in words.stems(name)}
    exact = frozenset(spoken)
    worth = [1.0 if term in exact or _said(term, spoken) else 0.5 if term in nearby else 0.0 for term in terms]
    return sum(worth) / len(worth) if worth else 0.0


def _lost_figures(claim: str, dated: str) -> Iterator[str]:
    """Numbers and dates that the quotes, with the dates of their documents, do not hold: context does not count."""
    if numbers := words.numbers(claim) - words.numbers(dated):
        yield f"number {', '.join(sorted(numbers))}"
    if times := words.time_words(claim) - words.time_words(dated):
        yield f"date {', '.join(sorted(times))}"


def _lost_words(claim: str, said: str, known: str) -> Iterator[str]:
    vocabulary = words.stems(known)
    for name in words.names(claim):
        if not all(_said(term, vocabulary) for term in words.stems(name)):
            yield f"name {name}"
    for ours, theirs in (_HERS, _HIS), (_HIS, _HERS):
        if ours & set(words.tokens(claim)) and theirs & (told := set(words.tokens(known))) and not ours & told:
            yield f"“{min(ours & set(words.tokens(claim)))}” instead of “{min(theirs & told)}”"
    plain = _plain(said)
    for quote in words.quoted(claim):
        if _plain(quote) not in plain:
            yield f"quoted words “{quote}”"


def _is_sentence(claim: str) -> bool:
    """Whether a claim says something of something: names, numbers and dates alone do not, nor does a torn-off end."""
    if claim.strip("“\"'«([ ")[:1].islower():
        return False
    stems = set(words.stems(claim))
    named = {stem for name in words.names(claim) for stem in words.stems(name)}
    timed = {stem for stem in stems if words.time_words(stem) or stem.isdigit()}
    return len(stems) >= _LEAST and (bool(stems - named - timed) or grammar.read(claim).clause)


def _said(term: str, vocabulary: Sequence[str]) -> bool:
    return any(term == other or words.same_name(term, other) for other in vocabulary)


def _misplaced(claim: str, cited: Sequence[Citation]) -> Iterator[str]:
    """Words put into another mouth, and deeds put on another name, than in the evidence."""
    teller = speakers.reporter(claim)
    told = [c.speaker for c in cited if c.speaker]
    if teller and not all(_mentions(teller, speaker) for speaker in told):
        yield f"speaker {teller}"


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


def _turned(claim: str, quotes: Sequence[str], marks: frozenset[str], alike: frozenset[str]) -> bool:
    """Whether the claim negates (or hedges) what no quote does, or leaves out a negation (or hedge) of what it says;
    words that do `alike` will do on the other side."""
    said = frozenset(words.stems(claim))
    under = turned_words(claim, marks)
    if under and marks != words.CONDITIONS:  # a condition more only says less
        return not any(under & turned_words(quote, alike) for quote in quotes)
    return any(turned_words(quote, marks) & said - turned_words(claim, alike) for quote in quotes)


def turned_words(text: str, marks: frozenset[str], closest: int = 2) -> frozenset[str]:
    """The words that negations or hedges (`marks`) turn: those that carry meaning and follow one closest."""
    tokens = words.tokens(re.sub(r"n[’']t\b", " not", text))
    found: set[str] = set()
    for i, token in enumerate(tokens):
        if token in marks:
            following = [t for t in tokens[i + 1 : i + 7] if t not in words.STOPWORDS or t in _PREPOSITIONS]
            first = list(itertools.takewhile(lambda t: t not in _PREPOSITIONS, following))
            found.update([words.stem(t) for t in first or following if t not in words.STOPWORDS][:closest])
    return frozenset(found)


def verbatim(citation: Citation) -> str:
    """A citation's sentence as a sentence of an answer: as it stands, or introduced by its speaker or by whom its "she"
    means, with its date."""
    when = f" ({when_text(citation)})" if citation.date else ""
    if citation.section:
        return f"{' › '.join(citation.section)}: {verbatim(replace(citation, section=()))}"
    if citation.columns:
        return split.named_cells(citation.quote, citation.columns) + when
    asked, quote = map(_in_a_line, split.asked_and_answered(citation.quote))
    speaker = citation.about or citation.speaker
    if asked and quote:
        return f"{turns.unlabelled(asked)} {verbatim(replace(citation, quote=quote))}"
    quote = turns.unlabelled(quote or asked, speaker or "")
    named = speaker and any(words.same_name(s, t) for s in words.tokens(speaker)[-1:] for t in words.tokens(quote))
    if not speaker or named:
        return quote + when
    reporter = speakers.reporter(quote)
    if citation.about or (reporter and not (reporter.lower() in _THEY and people.is_person(speaker))):
        return f"About {speaker}{when}: {quote}"
    return f"{speaker[0].upper()}{speaker[1:]}{when}: “{quote.strip('“”')}”"


def _in_a_line(quote: str) -> str:
    """A quote in one line; the numbers of several steps stay, and the items of a list are told apart."""
    if len(_STEP.findall(quote)) > 1:
        return " ".join(quote.split())
    lines = [" ".join(line.split()) for line in bare(quote).splitlines()]
    listed = len(_POINT.findall(quote)) > 1
    told = [f"{line};" if listed and line[-1] not in ".,:;!?”" else line for line in lines if line]
    return " ".join(told).removesuffix(";")


def without_yes(claim: str, question: str, quotes: Sequence[str]) -> str:
    """A claim of a model without the Yes before it, unless what was asked follows from the evidence, and without the No
    unless it denies something."""
    opening = _YES_NO.match(claim)
    if not opening:
        return claim
    rest = claim[opening.end() :]
    yes = opening[1].lower() == "yes"
    kept = not any(entail.misread(question, quotes)) if yes and _is_english(question) else words.negations(rest) > 0
    return claim if kept else rest[:1].upper() + rest[1:]


def attributed(claim: str, citations: Sequence[Citation]) -> str:
    """A claim of a model that forgot whose claim it is, with the speaker put before it."""
    speaker = citations[0].speaker if len(citations) == 1 else None
    if not speaker or _mentions(claim, speaker):
        return claim
    when = f" ({when_text(citations[0])})" if citations[0].date else ""
    return f"According to {re.sub('^The ', 'the ', speaker)}{when}: {claim}"


def _mentions(text: str, speaker: str) -> bool:
    named = [token for token in words.tokens(speaker) if token not in words.STOPWORDS]
    return any(words.same_name(one, other) for one in named for other in words.tokens(text))


def leans_back(sentence: str) -> bool:
    """Whether a sentence opens with a word that only the sentence before it explains."""
    return bool(_OPENS_WITH_PRONOUN.match(sentence))
