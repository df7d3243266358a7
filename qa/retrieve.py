"""A question to passages and sentences that may answer it: dense and keyword search, fused, scored by sentence."""

from __future__ import annotations

import bisect
import itertools
import math
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process

from qa import (
    answertype,
    copies,
    dates,
    evidence,
    keywords,
    language,
    offices,
    people,
    rerank,
    speaker,
    spelling,
    split,
    steps,
    words,
)
from qa.embed import Embedder, Vectors
from qa.evidence import Candidate, Question
from qa.ground import Source, leans_back
from qa.library import Library, Scope, Stored, phrase
from qa.parts import parts as asked_apart
from qa.render import date_text, when_text
from qa.store import Store
from qa.subject import both, subject
from qa.types import Citation, Document, Hit, Passage, Span

DOUBT = 0.7  # below this confidence the question is asked once more with its spelling put right
POOL = 50  # how deep each search looks
PASSAGES = 8  # how many passages are read whole, and sentence by sentence
CLEAR = 4.0  # below this logit no passage is clearly relevant, and as many more are read whole
WORDS = 4  # a passage of fewer words with meaning ("Scroll to Top") is furniture
FAR = 2_000  # characters around a sentence in which what its document is about is named
NEAR = 12  # sentences around a passage that are looked at for who speaks
SENTENCES = 5  # how many sentences become evidence
ANSWERED = 0.5  # how likely something must be to count as the answer to a part of a question
NOWHERE = 0.3  # below this confidence a part of a question is not answered, whatever the whole is
WORTH = 0.4  # how likely a further sentence must be to answer one part of a question, as a share of the first one's
WHOLE = 1.5  # how much the reading of a whole passage counts in the order of passages, beside its best sentence
NAMED = 0.6  # how sure it is at least that something is said of a subject which a sentence names
LIFT = 0.15  # how much surer it is of "how much" and "when" where the best sentence has a sum or a time
DATED = 3  # how many passages of documents dated as the question asks are among the first, at least
COMPOUND = 5  # letters that a part of a compound word has at least
TOLD = 2  # words that a sentence says of a subject, at least
SAME = 0.8  # share of common stems above which two sentences say the same


_ASKED_FOR = re.compile(r"\b(?:ask\w*|questions?)\b", re.I)
_REPORTED = re.compile(  # and what corrects it
    r"\b[Ww]e (?:\w+ly )?(?:said|reported|stated|wrote|gave|described|called|suggested|named|published)\b"
)
_CORRECTED = re.compile(r"\b(?:correct|in fact|should have|actually|error|mistake|wrong|rather than)\b", re.I)


class Found(NamedTuple):
    """What a search brought: passages, and sentences with unnumbered citations, each best first. `unknown` are the
    names in the question that no document has in any spelling; `confidence`, 0 to 1, is how likely the sentences hold
    an answer; `left` is a second thing that the question asks and to which nothing was found."""

    question: Question
    hits: tuple[Hit, ...]
    sentences: tuple[Source, ...]
    unknown: tuple[str, ...]
    confidence: float
    left: str = ""


class Seen(NamedTuple):
    """What was read for a question: passages with logits of their relevance, best first; their sentences, unscored."""

    question: Question
    unknown: tuple[str, ...]
    hits: dict[Hit, float]
    documents: dict[str, Document]
    candidates: list[Candidate]
    persons: frozenset[str]  # whom the passages found introduce, where the question is what one of them said


class Retriever:
    """Searches one index; safe to use from several threads."""

    def __init__(self, library: Library, store: Store, embedder: Embedder) -> None:
        self._library, self._store, self._embedder = library, store, embedder

    def search(self, text: str, scope: Scope | None = None) -> Found:
        """Passages and sentences for a question that stands alone, from the documents in `scope` (None for all).

        A question for all that is said of something is a search for that. Where little is found, misspelled words are
        put right and the question is asked once more.
        """
        sought = subject(text)
        text = sought or keywords.as_question(offices.in_full(text))
        found = self._search(text, scope)
        if found.confidence < DOUBT and not found.question.language:
            better = spelling.corrected(text, self._known)
            found = found if better == text else self._search(better, scope)
        parts = asked_apart(found.question.text) or (both(sought) if sought and found.confidence < DOUBT else [])
        if sought and not parts:
            return _naming(found)
        if not parts or _one_sentence(parts, found):
            return found
        return _together(found, [self._search(part, scope) for part in parts])

    def _search(self, text: str, scope: Scope | None) -> Found:
        with self._library.snapshot():
            seen = self.read(text, scope)
            persons = {c.speaker for c in seen.candidates if c.speaker and people.is_named(c.speaker)}
            known = persons | seen.persons
            candidates = [c for c in seen.candidates if not speaker.told_by_another(text, c.text, c.speaker, known)]
            asked = [
                c for c in candidates if not self._of_another(c, seen.question) and not offices.of_deputy(text, c.text)
            ]
            candidates, told = _of_office(text, asked or candidates, seen.documents)
            candidates = _telling(text, candidates)
            fitting = _of_type(seen.question, candidates)
            candidates = fitting or candidates
            weighed = evidence.weigh(seen.question, candidates)
            ranked = [candidates[i] for i in weighed.order]
            best = _distinct(list(zip(ranked, evidence.likelihood(weighed.logits), strict=True)))[:SENTENCES]
            sources = [_source(c, seen.documents[c.passage.document], score) for c, score in best]
            sources = self._whole(sources, seen.documents) if steps.wanted(text) else sources
            rivals = [rival for source in sources[:2] for rival in self._rival_holders(text, source, scope)]
        sure = max(weighed.confidence, NAMED) if told == 1 else weighed.confidence
        if not (told and asked and fitting) or self._nobody(speaker.asked(text), seen.question):
            sure = min(sure, NOWHERE)
        elif not seen.question.language and answertype.singular(text, ranked[0].text):
            sure = max(sure, min(sure + LIFT, NAMED))
        hits = _ordered(seen.hits, list(zip(ranked, weighed.logits, strict=True)))
        return Found(seen.question, hits, tuple(_once([*sources, *rivals])), seen.unknown, sure)

    def _whole(self, sources: Sequence[Source], documents: Mapping[str, Document]) -> list[Source]:
        """The sources, of which the first that stands in a list of steps, or leads to one, is all of that list."""
        for n, source in enumerate(sources):
            cited = source.citation
            text, spans = documents[cited.document].text, self._library.sentences(cited.document)
            found = steps.procedure(text, spans, bisect.bisect_right(spans, (cited.start, len(text))) - 1)
            if found and cited.score >= WORTH * sources[0].citation.score:
                start, end = found
                whole = source._replace(
                    citation=replace(cited, quote=text[start:end], start=start, end=end, section=())
                )
                return _once([whole, *sources[:n], *sources[n + 1 :]])
        return list(sources)

    def _of_another(self, candidate: Candidate, question: Question) -> bool:
        """Whether a question asks what somebody said about somebody, and neither a sentence nor the one before it names
        them."""
        about = words.names(f"of {speaker.topic(question.text) or ''}")
        if words.initials(f"{candidate.before} {candidate.text}") & set(words.short_names(" ".join(about))):
            return False
        near = frozenset(words.stems(f"{candidate.before} {candidate.text}"))
        stems = [words.stem(word.lower()) for name in about for word in name.split()]
        known = [{stem, *question.variants.get(stem, ()), *question.initials.get(stem, ())} for stem in stems]
        return bool(known) and not any(one & near for one in known)

    def _nobody(self, who: str | None, question: Question) -> bool:
        """Whether no word of somebody's name, titles apart, stands in the documents in any spelling."""
        name = words.tokens(people.bare(who)) if who else ()
        return bool(name) and not any(self._known(one) or question.variants.get(words.stem(one)) for one in name)

    def _known(self, word: str) -> bool:
        stem = words.stem(word)
        return bool(self._library.frequencies([stem])[1].get(stem))

    def _rival_holders(self, question: str, source: Source, scope: Scope | None) -> list[Source]:
        """The first sentence elsewhere that gives an office, which the question is about, to someone else."""
        for office in offices.of_interest(question, source.citation.quote):
            match = " AND ".join(phrase([stem]) for stem in words.stems(office))
            ids = [id for id, _ in self._library.keyword(match, limit=POOL, scope=scope)]
            for held in self._library.passages(ids).values():
                document = self._library.document(held.passage.document)
                for span in held.passage.sentences:
                    if offices.holders_differ(source.citation.quote, document.text[slice(*span)]):
                        who = _speakers(document, self._around(held.passage))[span]
                        rival = Candidate(held.passage, span, document.text[slice(*span)], document.title, speaker=who)
                        return [_source(rival, document, source.citation.score)]
        return []

    def read(self, text: str, scope: Scope | None = None) -> Seen:
        """The best passages for a question, and every sentence of them as a candidate, not yet scored."""
        vector = self._embedder.queries([text])[0]
        self._store.follow(self._library)
        with self._library.snapshot():
            question, unknown = self.understand(text)
            hits, stored = self.passages(question, vector, scope)
            if code := language.foreign(text, " ".join(hit.passage.text for hit in hits[:PASSAGES])):
                question, unknown = self.understand(text, code)
                hits, stored = self.passages(question, vector, scope)
            times, more = dates.asked(text), list[Hit]()
            if dated := self._dated(times, scope):
                more, others = self.passages(question, vector, Scope(documents=dated))
                stored = others | stored
                unknown = tuple(name for name in unknown if not dates.named(name))
            if heard := self._heard(text, scope):
                about = speaker.topic(text) or text
                told, also = self.passages(self.understand(about)[0], self._embedder.queries([about])[0], heard)
                more, stored = [*more, *told], also | stored
            documents = {id: self._library.document(id) for id in {hit.passage.document for hit in [*hits, *more]}}
            spoken = [hit.passage.text for hit in hits] if speaker.asked(text) else []
            persons = frozenset(one.name for passage in spoken for one in people.introduced(passage))
            hits, more = (
                [
                    hit
                    for hit in some
                    if hit.passage.end > documents[hit.passage.document].body
                    and _at_times(hit.passage, documents[hit.passage.document], times)
                ]
                for some in (hits, more)
            )
            hits = _with(hits, more)
            best = _relevant(text, {hit: self._as_told(text, hit, documents) for hit in hits})
            candidates = self._candidates([*best], stored, documents, vector)
            candidates = [_timed(c, documents[c.passage.document], times) for c in candidates] if times else candidates
        return Seen(question, unknown, best, documents, candidates, persons)

    def _heard(self, text: str, scope: Scope | None) -> Scope | None:
        """The documents in `scope` that name whom a question asks for what they said about something."""
        who = speaker.asked(text) if speaker.topic(text) else None
        name = words.tokens(who)[-1:] if who else ()
        ids = [id for id, _ in self._library.keyword(phrase(list(name)), limit=POOL, scope=scope)] if name else []
        found = {held.passage.document for held in self._library.passages(ids).values()}
        return Scope(documents=frozenset(found)) if found else None

    def _as_told(self, text: str, hit: Hit, documents: Mapping[str, Document]) -> str:
        """A passage as it is read for a question: with who speaks in it, where that is asked and not named there."""
        asked = words.tokens(speaker.asked(text) or "")[-1:]
        if not asked or words.any_same_name(asked, words.tokens(hit.passage.text)):
            return hit.passage.text
        said_by = _speakers(documents[hit.passage.document], self._around(hit.passage))
        here = filter(None, map(said_by.get, hit.passage.sentences))
        who = next((one for one in here if words.any_same_name(asked, words.tokens(one))), None)
        return f"{who} said: {hit.passage.text}" if who else hit.passage.text

    def _dated(self, times: Sequence[str], scope: Scope | None) -> frozenset[str]:
        """The documents in `scope` that are dated within `times`."""
        allowed = self._library.select(scope) if times else None
        sources = self._library.documents() if times else []
        found = frozenset(source.id for source in sources if dates.within(source.date, times))
        return found if allowed is None else found & frozenset(allowed)

    def understand(self, text: str, code: str = "") -> tuple[Question, tuple[str, ...]]:
        """The question taken apart, with the spellings under which its terms stand in the documents, and the names
        that stand nowhere; `code` is its language, where that is not English."""
        question = evidence.parse(text, self._library.frequencies, code)
        names = () if code in language.CAPITAL_NOUNS else words.names(text)
        named = {stem for name in names for stem in words.stems(name)}
        _, known = self._library.frequencies(list(question.weights))
        longer = self._library.endings([term for term in question.weights if len(term) >= COMPOUND]) if code else []
        variants = {
            term: self._spellings(term, code, longer, unknown=not known.get(term))
            for term in question.weights
            if len(term) >= 4 and (code or term in named or not known.get(term))
        }
        lost = {term for term in named if not known.get(term) and not variants.get(term)}
        unknown = tuple(_lost(name, lost) for name in names if lost & set(words.stems(name)))
        return replace(question, variants={term: found for term, found in variants.items() if found}), unknown

    def _spellings(self, term: str, code: str, longer: Sequence[str], unknown: bool) -> frozenset[str]:
        """The words of the documents that may be `term`: other spellings; in a language that is not English other forms
        of it too, and compounds, of which `longer` end as it does."""
        vocabulary = self._library.vocabulary(term[0])
        found = {word for word in vocabulary if word != term and words.same_name(word, term)}
        if code:
            stem, tails = language.stem(term, code), [term[i:] for i in range(1, len(term) - COMPOUND + 1)]
            alike = [word for word in vocabulary if word[:3] == term[:3]]  # Snowball cuts at the end
            found |= {word for word in alike if language.stem(word, code) == stem or _opens(word, term)}
            found |= {word for word in longer if word.endswith(term)}
            found |= {tail for tail, count in self._library.frequencies(tails)[1].items() if count}
            found -= {term}
        if unknown and not found:
            near = process.extract(term, vocabulary, scorer=fuzz.ratio, score_cutoff=82, limit=2)
            found = {word for word, _, _ in near}
        return frozenset(found)

    def passages(self, question: Question, vector: Vectors, scope: Scope | None) -> tuple[list[Hit], dict[str, Stored]]:
        """The best passages by the sum of both normalised scores, and what the library holds of them."""
        dense = dict(self._store.search(vector, limit=POOL, documents=self._library.select(scope)))
        others = [*question.variants.values(), *question.initials.values()]
        terms = {*question.weights, *itertools.chain.from_iterable(others)}
        match = " OR ".join(phrase([term]) for term in sorted(terms))
        keyword = dict(self._library.keyword(match, limit=POOL, scope=scope)) if match else {}
        stored = self._library.passages([*dense, *(k for k in keyword if k not in dense)])
        # A passage that only the keywords found has a cosine all the same.
        cosines = {id: dense.get(id, float(found.vector @ vector)) for id, found in stored.items()}
        fused = _fuse(cosines, keyword)
        ranks = [{id: rank for rank, id in enumerate(run, 1)} for run in (dense, keyword)]
        worth = [id for id, found in stored.items() if len(words.stems(found.passage.text)) >= WORDS]
        best = sorted(worth, key=lambda id: -fused[id])[: 4 * PASSAGES]
        return [Hit(stored[id].passage, fused[id], ranks[0].get(id), ranks[1].get(id)) for id in best], stored

    def _candidates(
        self, hits: Sequence[Hit], stored: Mapping[str, Stored], documents: Mapping[str, Document], vector: Vectors
    ) -> list[Candidate]:
        """Every sentence of the hits with what the scorer needs to know of it."""
        found = []
        for hit in hits:
            document, held = documents[hit.passage.document], stored[hit.passage.id]
            said_by, meant = (of(document, self._around(hit.passage)) for of in (_speakers, _meant))
            before, near = document.title, float(held.vector @ vector)
            for (start, end), cosine in zip(hit.passage.sentences, held.vectors @ vector, strict=True):
                text, columns = document.text[start:end], split.columns(document.text, start)
                text = split.named_cells(text, columns) if columns else text
                text = ": ".join([*split.section(document.text, start), text])
                if start >= document.body:
                    who = said_by[start, end]
                    whom = meant[start, end]
                    found.append(Candidate(hit.passage, (start, end), text, before, float(cosine), near, who, whom))
                before = f"{document.title} {text}"
        return found

    def _around(self, passage: Passage) -> tuple[Span, ...]:
        """The sentences of a passage and those near it, where a quotation may begin or end."""
        spans = self._library.sentences(passage.document)
        first = bisect.bisect_left(spans, passage.sentences[0])
        return tuple(spans[max(0, first - NEAR) : first + len(passage.sentences) + NEAR])


def _with(hits: Sequence[Hit], more: Sequence[Hit]) -> list[Hit]:
    """Hits with some of those of another search among the first."""
    first = {hit.passage.id: hit for hit in [*hits[: PASSAGES - DATED], *more[:DATED], *hits, *more]}
    return list(first.values())


def _at_times(passage: Passage, document: Document, times: Sequence[str]) -> bool:
    """Whether a passage may tell of the times that a question names (of any, where it names none): its document is of
    such a time, or it has a word for one. Nothing makes what was said at another time an answer for this one."""
    if not times or dates.within(document.date, times):
        return True
    near = dates.near(f"{document.title} {passage.text}", document.date)
    near += [iso for span in passage.sentences for _, iso in dates.certain(document.text, *span, document.date)]
    if not document.date:  # then a year that it names somewhere may be that of a bare month
        years = {time[:4] for time in times if time[:4] in document.text}
        near += [f"{year}{one}" for one in near if one.startswith("-") for year in years]
        near += [time for time in times if time in years]
    return any(dates.within(one, times) for one in near)


def _told(candidate: Candidate, document: Document) -> list[str]:
    """The times that the words of a candidate tell of, as ISO dates."""
    meant = [iso for _, iso in dates.certain(document.text, *candidate.span, document.date)]
    return meant or dates.near(candidate.text, document.date)


def _timed(candidate: Candidate, document: Document, times: Sequence[str]) -> Candidate:
    """A candidate with those times that a question names which it has: what its words for a time mean, or else the
    date of its document."""
    own = [iso for iso in _told(candidate, document) or [document.date or ""] if dates.within(iso, times)]
    return candidate._replace(dated=" ".join(map(date_text, own)))


def _telling(text: str, candidates: list[Candidate]) -> list[Candidate]:
    """The candidates but those that are mere questions, where there are others and no question is asked for."""
    telling = [] if _ASKED_FOR.search(text) else [c for c in candidates if not split.is_question(c.text)]
    return telling or candidates


def _naming(found: Found) -> Found:
    """What was found for a subject, cut down to the sentences that name it, where any does: then something is said of
    it, however unlike an answer to a question it looks."""
    named = tuple(
        s
        for s in found.sentences
        if evidence.names_all(found.question, f"{s.citation.quote} {when_text(s.citation)}")
        and sum(stem.isalpha() for stem in set(words.stems(s.citation.quote)) - found.question.weights.keys()) >= TOLD
    )
    return found._replace(sentences=named, confidence=max(found.confidence, NAMED)) if named else found


def _relevant(question: str, texts: Mapping[Hit, str]) -> dict[Hit, float]:
    """The passages that read whole are most relevant, best first, with the logit of it."""
    read, hits = dict[Hit, float](), list(texts)
    for some in (hits[:PASSAGES], hits[PASSAGES : 2 * PASSAGES]):
        if max(read.values(), default=-math.inf) < CLEAR:
            logits = rerank.relevance(question, [texts[hit] for hit in some])
            read |= zip(some, logits.tolist(), strict=True)
    return dict(sorted(read.items(), key=lambda pair: -pair[1])[:PASSAGES])


def _of_type(question: Question, candidates: list[Candidate]) -> list[Candidate]:
    """The candidates that hold the type of answer which a question expects; all, where it has two parts."""
    if question.language or asked_apart(question.text):
        return candidates
    said_by = [" ".join(filter(None, (c.speaker, c.meant, c.text))) for c in candidates]
    return [c for c, text in zip(candidates, said_by, strict=True) if answertype.holds(question.text, text)]


def _of_office(
    question: str, candidates: list[Candidate], documents: Mapping[str, Document]
) -> tuple[list[Candidate], float]:
    """The candidates that tell best who holds the office which a question asks for, and how well: 1, 0.5, or 0 where
    none does; all of them and 0.5 for every other question."""
    office = offices.asked(question)
    if not office or not candidates:
        return candidates, 0.5
    around = [_around(c, documents[c.passage.document]) for c in candidates]
    told = offices.answering(office, [c.text for c in candidates], around)
    return [c for c, one in zip(candidates, told, strict=True) if one == max(told)], max(told)


def _around(candidate: Candidate, document: Document) -> str:
    start, end = candidate.span
    return f"{document.title} {document.text[:FAR]} {document.text[max(0, start - FAR) : end + FAR]}"


def _ordered(hits: Mapping[Hit, float], scored: Sequence[tuple[Candidate, float]]) -> tuple[Hit, ...]:
    """Passages, with their relevance, by it and by how likely their best sentence answers: logits, best first."""
    likely: dict[str, float] = {}
    for candidate, logit in scored:
        likely.setdefault(candidate.passage.id, logit)
    least = min(likely.values(), default=0.0) - 1
    return tuple(sorted(hits, key=lambda hit: -(likely.get(hit.passage.id, least) + WHOLE * hits[hit])))


def _lost(name: str, lost: Set[str]) -> str:
    """What of a name stands nowhere: "Biden" of "President Biden", "Ceyhun" of "Ceyhun Bayramov"."""
    *_, last = parts = (people.bare(name) or name).split()
    return " ".join(parts if lost & set(words.stems(last)) else [one for one in parts if lost & set(words.stems(one))])


def _opens(one: str, other: str) -> bool:
    """Whether one word opens the other, as "honig" opens "honigernte"."""
    short, long = sorted((one, other), key=len)
    return len(short) >= COMPOUND and long.startswith(short)


@lru_cache(maxsize=64)  # each holds the text of a document
def _speakers(document: Document, spans: tuple[Span, ...]) -> dict[Span, str | None]:
    return dict(zip(spans, speaker.speakers(document.text, spans), strict=True))


@lru_cache(maxsize=64)
def _meant(document: Document, spans: tuple[Span, ...]) -> dict[Span, str | None]:
    return dict(zip(spans, speaker.meant(document.text, spans), strict=True))


def _source(candidate: Candidate, document: Document, score: float) -> Source:
    """A candidate as a source. A sentence that opens with "This" or "It" takes the one before it along."""
    start, end = candidate.span
    spans = candidate.passage.sentences
    at = spans.index(candidate.span)
    if (
        at
        and not candidate.speaker
        and not candidate.meant
        and leans_back(candidate.text)
        and spans[at - 1][0] >= document.body
    ):
        start = spans[at - 1][0]
    if _REPORTED.search(candidate.text) and at + 1 < len(spans):
        following = document.text[slice(*spans[at + 1])]
        end = spans[at + 1][1] if _CORRECTED.search(following) else end
    citation = Citation(
        number=0,
        document=document.id,
        title=document.title,
        quote=document.text[start:end],
        start=start,
        end=end,
        page=document.page_at(start),
        date=document.date,
        speaker=candidate.speaker,
        score=score,
        times=dates.certain(document.text, start, end, document.date),
        about=candidate.meant,
        columns=split.columns(document.text, start),
        section=split.section(document.text, start),
    )
    return Source(citation, candidate.before, candidate.passage.text)


def _one_sentence(parts: Sequence[str], found: Found) -> bool:
    """Whether the best sentence likely answers, and holds most of what each part does not share with the other."""
    asked = [set(words.stems(part)) for part in parts]
    own = [asked[0] - asked[1], asked[1] - asked[0]]
    likely = [s for s in found.sentences[:1] if s.citation.score >= ANSWERED]
    held = [set(words.stems(f"{s.context} {s.citation.quote}")) for s in likely]
    return any(all(2 * len(stems & one) >= len(one) for one in own) for stems in held)


def _together(found: Found, parts: Sequence[Found]) -> Found:
    """The best of what was found for each part of a question, in turns, where all of them may be answered."""
    least = min(part.confidence for part in parts)
    if least < ANSWERED:
        return _half(found, parts) or found
    turns = [source for turn in itertools.zip_longest(*map(_worth, parts)) for source in turn if source]
    hits: dict[str, Hit] = {}
    for hit in itertools.chain.from_iterable(itertools.zip_longest(*(part.hits for part in parts))):
        if hit:
            hits.setdefault(hit.passage.id, hit)
    sure = max(least, found.confidence)
    return found._replace(sentences=tuple(_once(turns)[:SENTENCES]), hits=tuple(hits.values()), confidence=sure)


def _half(found: Found, parts: Sequence[Found]) -> Found | None:
    """What was found for the one clause of a question that is answered, where the other clearly is not, or the whole is
    in doubt."""
    other, sure = sorted(parts, key=lambda part: part.confidence)
    clauses = found.question.text.startswith(parts[0].question.text)
    if not clauses or sure.confidence < DOUBT or (found.confidence >= DOUBT and other.confidence >= NOWHERE):
        return None
    sources, left = tuple(_worth(sure)), other.question.text
    return found._replace(sentences=sources, hits=sure.hits, confidence=sure.confidence, left=left)


def _worth(part: Found) -> list[Source]:
    return [s for s in part.sentences if s.citation.score >= WORTH * part.sentences[0].citation.score]


def _once(sources: Sequence[Source]) -> list[Source]:
    """Each place once, as the likeliest of its sources: one may have taken along the sentence that is another."""
    found: list[Source] = []
    for source in sources:
        c, held = source.citation, [other.citation for other in found]
        within = [i for i, k in enumerate(held) if k.document == c.document and k.start <= c.start and c.end <= k.end]
        if not within:
            found.append(source)
        elif c.score > held[within[0]].score:
            found[within[0]] = source
    return found


def _fuse(cosines: dict[str, float], keyword: dict[str, float]) -> dict[str, float]:
    if not cosines:
        return {}
    low, high = min(cosines.values()), max(cosines.values())
    top = max(keyword.values(), default=0.0) or 1.0
    return {
        id: 0.5 * (cosine - low) / ((high - low) or 1.0) + 0.5 * keyword.get(id, 0.0) / top
        for id, cosine in cosines.items()
    }


def _distinct(scored: Sequence[tuple[Candidate, float]]) -> list[tuple[Candidate, float]]:
    """Near copies folded into the best of them, so that one agency story does not speak twice."""
    kept: list[tuple[Candidate, float]] = []
    for candidate, score in scored:
        if words.stems(candidate.text) and not any(_same(candidate.text, other.text) for other, _ in kept):
            kept.append((candidate, score))
    return kept


def _same(one: str, other: str) -> bool:
    stems, others = frozenset(words.stems(one)), frozenset(words.stems(other))
    facts = [(words.numbers(text), words.time_words(text), words.negations(text)) for text in (one, other)]
    alike = facts[0] == facts[1] and len(stems & others) > SAME * len(stems | others)
    return alike and not copies.renamed(one, other)
