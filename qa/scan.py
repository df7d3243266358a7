"""Questions about the whole collection, answered by reading all of it: what is in it or in one document, which of them
mention X and how often, who is quoted, which dates it spans. Only a question that has one of these forms from end to
end is taken.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from qa import dates, kinds, naming, people, speaker, values, words
from qa.library import Library, Scope, Source, phrase
from qa.render import date_text, one_line
from qa.render.text import bare
from qa.types import Answer, Citation, Claim, Span

Spelled = Callable[[str], Mapping[str, Iterable[str]]]
SHOWN = 10  # items of a list
NAMES = 50  # of a list of names
DIGEST = 8  # sentences of a digest
READ = 300  # documents read for who speaks in them, which takes some 20 milliseconds each
SPELLINGS = 24  # of one phrase
_ALL = r"(?:(?:all|every|any|some|the|these|those|your|our|my|this|of|loaded|available|other|different) )*"
_OWN = r"(?:the|these|those|your|our|my|all)(?: (?:of|the|these|those|your|our|my|other))*"
_MANY = rf"(?:{_ALL}(?:documents|articles|files)|{_OWN} (?:texts|sources|reports|stories|papers|pieces|docs|pdfs))"
_ONE = r"(?:document|article|file)"
_WHOLE = rf"(?:{_MANY}|(?:the |this |your |my |our )?(?:corpus|collection|library|archive|index|folder))"
_IN = rf"(?: (?:in|across|throughout|from|by|of|within) {_WHOLE}| here| overall| altogether| in total)?"
_MENTION = (
    r"(?:that |which )?(?:mention(?:s|ed|ing)?|discuss(?:es|ing)?|talk(?:s|ing)? about|refer(?:s|ring)? to|"
    r"(?:is |are )?about|cover(?:s|ing)?|deal(?:s|ing)? with|speak(?:s|ing)? (?:of|about)|names?|contain(?:s|ing)?|"
    r"(?:have|has|uses?|includes?) the (?:word|name|term|phrase)|report(?:s|ing)? on|writ(?:e|es|ing) about|"
    r"concern(?:s|ing)?|tells? of)"
)
_SPOKEN_OF = "(?:been )?(?:mentioned|referred to|talked about)"
_MENTIONED = r"(?:been )?(?:mentioned|named|discussed|referred to|talked about|appear|occur|come up)"
_MONTH = "(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_DAY = rf"(?:(?:(?:\d{{1,2}} )?{_MONTH},? )?(?:1[5-9]|20)\d\d|\d{{4}}-\d\d(?:-\d\d)?)"
_TIME = (
    rf"(?:the )?(?:meeting (?:of|on|in) )?(?:the )?(?:(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? )?{_MONTH}"
    rf"(?: \d{{1,2}}(?:st|nd|rd|th)?)?(?:,? (?:1[5-9]|20)\d\d)?|(?:1[5-9]|20)\d\d|\d{{4}}-\d\d(?:-\d\d)?)"
)
_WHEN = (
    rf"(?:(?:are |is |were )?(?:dated |published |written |issued )?(?P<when>"
    rf"(?P<how>from|in|of|since|after|before|until|between|on) (?P<day>{_DAY})(?: (?:and|to|until) (?P<end>{_DAY}))?))"
)
_OF = f"(?: of (?:{_WHOLE}|everything))"
_LIST = (
    "(?:(?:(?:please|can you|could you) )*(?:list|name|show|give|find|tell)(?: me| us)? |(?:what|which)(?: are| is)? )"
)
_PEOPLE = f"(?:everyone|everybody|(?:the names of )?{_ALL}(?:people|persons|speakers|individuals))"
_SPEAK = "(?:(?:spoke|speaks?|talk(?:s|ed)?|comment(?:s|ed)?)|(?:said|says?) (?:something|anything))"
_BE = "(?:is|are|was|were|does|do|has|have|gets?)"
_DECIDED = re.compile(
    r"\b(?:resolved|decided|agreed|carried(?! out)|approved|adopted|rejected|voted|deferred|ratified|"
    r"turned down|(?:was|were) (?:passed|refused))\b",
    re.I,
)
_DECIDE = "(?:decided?|agreed?|resolved?|approved?|adopted?|voted?)"
_DATED = re.compile(
    r"\b(?:publish|issu|releas|dated|sign|writ|held|tak\w* place|took place|will be|present|submi)", re.I
)
_NEWEST = "(?P<which>newest|latest|most recent|oldest|earliest)"


class _Place(NamedTuple):
    """A sentence of a document."""

    source: Source
    text: str
    span: Span


class _Reader:
    """One question's look at the documents in `scope`, and the answer that comes of it, line by line.

    `spelled` gives the spellings in which words stand in the documents.
    """

    def __init__(self, question: str, library: Library, scope: Scope | None, spelled: Spelled) -> None:
        self.question, self.library, self._scope, self._spelled = question, library, scope, spelled
        allowed, sources = library.select(scope), library.documents()
        self.sources = sources if allowed is None else [source for source in sources if source.id in set(allowed)]
        self._cited, self._claims = list[Citation](), list[Claim]()
        self.limited = len(self.sources) < len(sources)

    def overview(self, _: re.Match[str]) -> Answer:
        """How many documents there are; each one's title, date and first whole sentence, the newest first."""
        return self._listed(
            self.sources,
            f"{self._count(self.sources).removeprefix('the ')}{self._span(self.sources)}.{self._undated()}",
        )

    def only(self, match: re.Match[str]) -> Answer | None:
        """The same, where "the document" can only mean the one there is."""
        return self.overview(match) if len(self.sources) == 1 else None

    def digest(self, match: re.Match[str]) -> Answer | None:
        """The document that is named, or a list of them where there are some."""
        return self._named_documents(match["named"], naming.LEAST)

    def told(self, match: re.Match[str]) -> Answer | None:
        """The same, if the name is not that of another thing: "what is the improvement notice about"."""
        return self._named_documents(match["named"] or match["of"] or match["tells"], 1.0)

    def written(self, match: re.Match[str]) -> Answer | None:
        """The date of the document that is named, with the sentence that gives it, where one does; if no sentence gives
        another date to what is named."""
        name = match["named"] or match["of"]
        chosen = self._chosen(name, 1.0)
        if any(self._dates_another(name, place, [source.date for source in chosen]) for place in self._sentences()):
            return None
        for source in chosen[:SHOWN]:
            said = (place for place in self._sentences([source]) if dates.within(source.date, dates.named(place.text)))
            stated = next(said, None) if source.date else None
            self._item(
                f"{one_line(source.title)}: {date_text(source.date) or 'gives no date'}",
                stated or self._opening(source),
            )
        return self._answer("") if chosen else None

    def _dates_another(self, name: str, place: _Place, known: Sequence[str | None]) -> bool:
        """Whether a sentence may date a thing that is called like some documents: it names it, and another date."""
        own, head = set(words.stems(place.text)), re.split(r" (?:of|on|to|from|about|by|in|for|with) ", name)[0]
        named = set(words.stems(head)) <= own and (set(words.stems(name)) <= own or _DATED.search(place.text))
        times = [time for time in dates.named(place.text) if time[:1] == "-" or "-" in time] if named else []
        return bool(times) and not any(dates.within(one, times) for one in known)

    def _named_documents(self, name: str, least: float) -> Answer | None:
        chosen = self._chosen(name, least)
        if 1 < len(chosen) <= SHOWN:
            return self._listed(chosen, f"{len(chosen)} documents may be meant. Ask for one by more of its title.")
        return self._digested(chosen[0]) if len(chosen) == 1 else None

    def _chosen(self, name: str, least: float) -> list[Source]:
        ids = naming.meant(name, {source.id: f"{source.title} {source.id}" for source in self.sources}, least=least)
        return [source for source in self.sources if source.id in ids]

    def _digested(self, source: Source) -> Answer | None:
        """The first full sentence of each paragraph of a document; of a long one, of some of them."""
        document, found, opens, before = self.library.document(source.id), list[_Place](), True, 0
        for start, end in self.library.sentences(source.id):
            opens = opens or "\n" in document.text[before:start]
            place, before = _Place(source, document.text[start:end], (start, end)), end
            if opens and start >= document.body and _full(place.text, 3):
                found.append(place)
                opens = False
        few = len(found) <= DIGEST
        for i in range(len(found)) if few else (round(i * (len(found) - 1) / (DIGEST - 1)) for i in range(DIGEST)):
            self._item(one_line(bare(found[i].text)), found[i])
        what = "The first full sentence of each paragraph" if few else f"Openings of {DIGEST} of its paragraphs"
        return self._answer(f"{_name(source)}. {what}:") if found else None

    def dated(self, match: re.Match[str]) -> Answer:
        """The documents of a time."""
        found = [source for source in self.sources if _within(source.date, match)]
        are = "is" if len(found) == 1 else "are"
        heading = f"{len(found) or 'None'} of {self._count(self.sources)} {are} {match['when']}."
        return self._listed(found, heading + self._undated())

    def dates(self, _: re.Match[str]) -> Answer:
        """The date of each document, the newest first."""
        dated = [source for source in self.sources if source.date]
        for source in _newest(dated)[:SHOWN]:
            self._item(f"{date_text(source.date)}: {one_line(source.title)}", self._opening(source))
        heading = f"{self._count(self.sources).removeprefix('the ')}{self._span(self.sources)}." + self._undated()
        return self._answer(heading, rest=_more(len(dated) - SHOWN))

    def extreme(self, match: re.Match[str]) -> Answer:
        """The newest or the oldest document."""
        dates = sorted(source.date for source in self.sources if source.date)
        oldest = match["which"].lower() in ("oldest", "earliest")
        chosen = [source for source in self.sources if dates and source.date == dates[0 if oldest else -1]]
        heading = f"The {'oldest' if oldest else 'newest'} of the {len(dates):,} with a date." if dates else ""
        return self._listed(chosen, f"{heading}{self._undated()}".strip())

    def mentions(self, match: re.Match[str]) -> Answer | None:
        """The documents that mention something, each with the first sentence that does."""
        topic, timed = _topic(match["topic"]), "day" in match.groupdict() and match["day"]
        if not topic:
            return None
        among = [source for source in self.sources if not timed or _within(source.date, match)]
        found, label = self._mentioned(topic)
        naming = [source for source in among if source.id in found]
        verb = "mentions" if len(naming) == 1 else "mention"
        when = f" {match['when']}" if timed else ""
        heading = f"{len(naming) or 'None'} of {self._count(among)}{when} {verb} {label}."
        for source in _newest(naming)[:SHOWN]:
            self._item(_name(source), *found[source.id][0])
        return self._answer(f"{heading} {_read(len(among))}", rest=_more(len(naming) - SHOWN))

    def often(self, match: re.Match[str]) -> Answer | None:
        """How often something is mentioned, and where."""
        topic = _topic(match["topic"])
        if not topic:
            return None
        found = self._found([topic])
        by_count = sorted((s for s in self.sources if s.id in found), key=lambda s: -found[s.id][1])
        for source in by_count[:SHOWN]:
            self._item(f"{_name(source)}: {_times(found[source.id][1])}", *found[source.id][0])
        total = _times(sum(count for _, count in found.values()))
        heading = f"“{topic}” is mentioned {total}, in {len(found)} of {self._count(self.sources)}."
        rest = _more(len(found) - SHOWN)
        return self._answer(f"{heading} {_read(len(self.sources))}", rest=rest)

    def quoted(self, match: re.Match[str]) -> Answer | None:
        """Everyone who speaks in the documents, of something or at all."""
        topic = _topic(match.groupdict().get("topic") or "")
        about = set(words.stems(topic or ""))
        said = _grouped((who, place) for who, place in self._spoken() if about <= set(words.stems(place.text)))
        persons = [(name, place) for name, place in said if people.is_person(name)]
        others = [(name, place) for name, place in said if not people.is_person(name)]
        what = f"speak of “{topic}”" if topic else "speak or are quoted"
        return self._people(persons, f"{_persons(len(persons))} {what} in", others)

    def named(self, _: re.Match[str]) -> Answer:
        """Everyone whom the documents introduce by a role or a title, or who speaks in them."""
        introduced = ((person.name, place) for person, place in self._introduced())
        found = _grouped(itertools.chain(introduced, self._spoken()))
        persons = [(name, place) for name, place in found if people.is_person(name)]
        heading = f"{_persons(len(persons))} named with a role or a title, or speaking (bare names are not counted), in"
        return self._people(persons, heading, [])

    def holding(self, match: re.Match[str]) -> Answer | None:
        """Everyone whom the documents introduce by a role: no deputies and no former ones, if none are asked for."""
        role = one_line(match["role"])
        if self._counted(role):
            return None
        found = _grouped((who.name, place) for who, place in self._introduced() if people.bears(who.role, role))
        persons = [(name, place) for name, place in found if not people.is_institution(name)]
        return self._people(persons, f"{_persons(len(persons))} introduced as “{role}” in", []) if persons else None

    def of_kind(self, match: re.Match[str]) -> Answer | None:
        """All that the documents name of a kind, what most sentences name first."""
        kind, named = one_line(match["kind"]), dict[str, list[tuple[str, _Place]]]()
        if self._counted(kind):
            return None
        for place in self._sentences():
            for one in kinds.named(kind, place.text):
                named.setdefault(one.key, []).append((one.name, place))
        whole = [key for key in named if not any(set(key.split()) < set(other.split()) for other in named)]
        groups = sorted((named[key] for key in whole), key=len, reverse=True)
        found = [(max((name for name, _ in one), key=len), one[0][1]) for one in groups]
        return self._people(found, f"“{kind}”: {len(found):,} named in", []) if found else None

    def decided(self, match: re.Match[str]) -> Answer | None:
        """What documents of a time say was decided: by the body that is named, if one is, and not by a person."""
        times, body = dates.asked(f"in {match['time']}"), set(words.stems(match["body"] or ""))
        among = [source for source in self.sources if dates.within(source.date, times)] if times else []
        places = [
            place
            for place in self._sentences(among)
            if _DECIDED.search(place.text)
            and body <= set(words.stems(f"{place.source.title} {place.text}"))
            and not people.is_person(speaker.reporter(place.text) or "")
        ]
        for place in places[:SHOWN]:
            self._item(one_line(bare(place.text)), place)
        heading = (
            f"Told as decided in {'one document' if len(among) == 1 else f'{len(among):,} documents'} of that time:"
        )
        return self._answer(heading, rest=_more(len(places) - SHOWN)) if places else None

    def _counted(self, kind: str) -> bool:
        """Whether a number is asked for that the documents may give themselves: "How many schools are there?"."""
        if not re.match(r"how many\b(?!.*\b(?:mention|name|document|article|text))", self.question, re.I):
            return False
        return any(
            words.stem(kind.rsplit(maxsplit=1)[-1].lower()) in words.stems(" ".join(amount.noun))
            for place in self._sentences()
            for amount in values.amounts(place.text)
        )

    def _item(self, text: str, *places: _Place) -> None:
        """One line, and the sentences that it rests on."""
        numbers = []
        for source, quote, (start, end) in places:
            page = self.library.document(source.id).page_at(start)
            number = len(self._cited) + 1
            self._cited.append(
                Citation(number, source.id, source.title, quote, start, end, page, source.date, score=1.0)
            )
            numbers.append(number)
        self._claims.append(Claim(text, "supported", tuple(numbers)))

    def _answer(self, heading: str, *, rest: str = "") -> Answer:
        """What was put together; without any item a refusal that says what was read."""
        if not self._claims:
            return Answer(self.question, heading, False, standalone=self.question)
        claims = (Claim(heading, "supported", tuple(c.number for c in self._cited)), *self._claims)
        lines = [claim.text + " " + "".join(f"[{n}]" for n in claim.citations) for claim in self._claims]
        text = "\n\n".join(filter(None, [heading, *lines, rest]))
        cited = tuple(self._cited)
        return Answer(self.question, text, True, cited, claims, standalone=self.question, confidence=1.0)

    def _people(
        self, groups: Sequence[tuple[str, _Place]], heading: str, others: Sequence[tuple[str, _Place]]
    ) -> Answer:
        for name, place in groups[:NAMES]:
            self._item(name, place)
        if others and groups:
            names = ", ".join(name for name, _ in others[:SHOWN])
            self._item(f"Also speaking: {names}.", *(place for _, place in others[:SHOWN]))
        rest = _more(len(groups) - NAMES)
        read = _read(min(len(self.sources), READ), len(self.sources))
        return self._answer(f"{heading} {self._count(self.sources)}. {read}", rest=rest)

    def _listed(self, sources: Sequence[Source], heading: str) -> Answer:
        for source in _newest(sources)[:SHOWN]:
            place = self._opening(source)
            self._item(": ".join(filter(None, [_name(source, place.text), one_line(bare(place.text))])), place)
        return self._answer(heading, rest=_more(len(sources) - SHOWN))

    def _opening(self, source: Source) -> _Place:
        """A document's first whole sentence that is not its title. It says what the document is about better than the
        sentence nearest to the mean of its vectors, which is mostly a general remark."""
        document = self.library.document(source.id)
        spans = [span for span in self.library.sentences(source.id) if span[0] >= document.body]
        texts = {span: document.text[slice(*span)] for span in spans}
        for span, text in texts.items():
            if _full(text) and one_line(text) != one_line(source.title):
                return _Place(source, text, span)
        span = max(spans or self.library.sentences(source.id), key=lambda span: span[1] - span[0])
        return _Place(source, document.text[slice(*span)], span)

    def _mentioned(self, topic: str) -> tuple[dict[str, tuple[list[_Place], int]], str]:
        """The documents that mention `topic` as it is written; or else its parts, joined by "and" or "or"; or else all
        its words in one sentence. With them what it was that they mention."""
        found, parts = self._found([topic]), re.split(r",? (?:and|or) |, ", re.sub("^(?:both|either) ", "", topic))
        if not found and len(parts) > 1:
            each = [self._found([part]) for part in parts]
            both = " or " not in topic
            ids = set.intersection(*map(set, each)) if both else set.union(*map(set, each))
            joined = {id: ([p for one in each if id in one for p in one[id][0]], 1) for id in ids}
            return joined, (" and " if both else " or ").join(f"“{part}”" for part in parts)
        terms = [word for word in topic.split() if words.stems(word)]
        if not found and len(terms) > 1:
            return self._found(terms), ", ".join(f"“{term}”" for term in terms) + " in one sentence"
        return found, f"“{topic}”"

    def _found(self, parts: Sequence[str]) -> dict[str, tuple[list[_Place], int]]:
        """Of each document with a sentence that holds every part: the first such one, and how often the first part
        stands in all of them."""
        by_id, found = {source.id: source for source in self.sources}, dict[str, tuple[list[_Place], int]]()
        phrases = [self._phrases(part) for part in parts]
        match = " AND ".join("(" + " OR ".join(map(phrase, part)) + ")" for part in phrases)
        ids = [id for id, _ in self.library.keyword(match, limit=-1, scope=self._scope)] if all(phrases) else []
        held = sorted((s.passage for s in self.library.passages(ids).values()), key=lambda p: (p.document, p.start))
        for passage in held:
            for span in passage.sentences:
                text = passage.text[span[0] - passage.start : span[1] - passage.start]
                terms = self.library.terms(text)
                times = [sum(_count(terms, one) for one in part) for part in phrases]
                if all(times):
                    places, before = found.get(passage.document, ([_Place(by_id[passage.document], text, span)], 0))
                    found[passage.document] = places, before + times[0]
        return found

    def _phrases(self, part: str) -> list[tuple[str, ...]]:
        spelled = self._spelled(self.question)
        choices = [[term, *sorted(spelled.get(term, ()))] for term in self.library.terms(part)]
        return list(itertools.islice(itertools.product(*choices), SPELLINGS)) if choices else []

    def _spoken(self) -> Iterator[tuple[str, _Place]]:
        for source in self.sources[:READ]:
            document, spans = self.library.document(source.id), self.library.sentences(source.id)
            for span, who in zip(spans, speaker.speakers(document.text, spans), strict=True):
                if who and span[0] >= document.body:
                    yield who, _Place(source, document.text[slice(*span)], span)

    def _introduced(self) -> Iterator[tuple[people.Person, _Place]]:
        for place in self._sentences():
            yield from ((person, place) for person in people.introduced(place.text))

    def _sentences(self, sources: Sequence[Source] | None = None) -> Iterator[_Place]:
        for source in (self.sources if sources is None else sources)[:READ]:
            document = self.library.document(source.id)
            for span in self.library.sentences(source.id):
                if span[0] >= document.body:
                    yield _Place(source, document.text[slice(*span)], span)

    def _count(self, sources: Sequence[Source]) -> str:
        plural = "s" * (len(sources) != 1)
        return f"{'the ' * bool(plural)}{len(sources):,} {'chosen ' * self.limited}document{plural}"

    def _span(self, sources: Sequence[Source]) -> str:
        dates = sorted(source.date for source in sources if source.date)
        first, last = (date_text(dates[0]), date_text(dates[-1])) if dates else ("", "")
        return f", dated {first} to {last}" if first != last else f", dated {first}" * bool(dates)

    def _undated(self) -> str:
        count = sum(source.date is None for source in self.sources)
        return f" {count:,} of {self._count(self.sources)} give{'s' * (count == 1)} no date." * bool(count)


_HOW_MANY = "(?:how many |count |(?:what is )?(?:the )?number of )"
_BEGGING = re.compile(
    r"^(?:(?:(?:can|could) you )?(?:please )?tell me(?! about)|do you know|i(?:'d| would) like to know) |,? please$",
    re.I,
)
_PLEASE = "(?:(?:can you|could you|please) )*"
_SHORT = "(?:an? |the )?(?:(?:short|brief|quick|general) )*"
_CAME = "(?:from|cover|span|have|dated|published|written)"
_ASKED: list[tuple[Callable[[_Reader, re.Match[str]], Answer | None], str]] = [
    (_Reader.overview, rf"(?:what|which)(?: is| are|'s) (?:there |contained )?(?:in|inside) {_WHOLE}"),
    (_Reader.overview, rf"what(?: is| are|'s) (?:in )?{_WHOLE} (?:all )?about"),
    (_Reader.overview, rf"what (?:(?:topics|subjects|themes) )?(?:do|does) {_WHOLE} (?:cover|say|contain|"
     rf"discuss|deal with)"),
    (_Reader.overview, rf"what (?:do|does) {_WHOLE} (?:talk about|tell(?: us| me)?)|what have you read"),
    (_Reader.overview, r"what(?: is|'s) (?:in )?here|what do you have(?: here)?"),
    (_Reader.overview, r"(?:what|which) (?:documents|articles|files) (?:do you have|are there|are loaded|do you know)"),
    (_Reader.overview, rf"(?:{_LIST}|i(?:'d| would) like |can i have )?{_SHORT}(?:overview|summary|outline){_OF}?"),
    (_Reader.overview, rf"{_PLEASE}(?:summari[sz]e|describe|outline|sum up) (?:{_WHOLE}|everything)|what do you know"),
    (_Reader.overview, rf"{_PLEASE}(?:list|name|show)(?: me| us)? {_MANY}(?: you have| there are| loaded)?"),
    (_Reader.overview, rf"what {_WHOLE} (?:is|are) about|what (?:topics|themes) are (?:covered|discussed){_IN}"),
    (_Reader.overview, rf"(?:{_LIST})?(?:the )?titles(?: of {_WHOLE})?|what are (?:the|your) sources"),
    (_Reader.overview, rf"how many {_MANY}(?: (?:are|do you|have you)(?: there| have| read| know| loaded))?{_IN}"),
    (_Reader.only, rf"(?:what(?: is|'s) (?:in )?|{_PLEASE}(?:summari[sz]e|sum up) )(?:this|the) (?:{_ONE}|"
     rf"text)(?: about)?"),
    (_Reader.digest, rf"{_PLEASE}(?:summari[sz]e|sum up|outline|describe) (?P<named>.+)"),
    (_Reader.digest, rf"(?:{_LIST}|i(?:'d| would) like |can i have |write )?(?:me )?{_SHORT}"
     rf"(?:overview|summary|outline|digest|gist|(?:main|key) points) of (?P<named>.+)"),
    (_Reader.digest, r"what(?: are)? (?:the )?(?:main|key) points (?:of|in) (?P<named>.+)"),
    (_Reader.written, r"when (?:is|was|were) (?P<named>.+?) (?:published|written|issued|released|dated)"
     r"|what(?: is|'s| was) the (?:publication )?date of (?P<of>.+)"),
    (_Reader.told, r"what(?: is|'s) (?:in (?P<named>.+)|(?P<of>.+) about)"
     r"|what does (?P<tells>.+) (?:say|tell|contain)"),
    (_Reader.dated, rf"(?:{_LIST}|{_HOW_MANY}){_MANY}(?: (?:that|which))? {_WHEN}"),
    (_Reader.dates, rf"(?:from )?(?:what|which) (?:dates?|period|years?|time(?: ?span)?)(?: (?:is|are|do|"
     rf"were))? {_WHOLE}(?: {_CAME})?"),
    (_Reader.dates, rf"when (?:are|were) {_MANY}(?: from| published| written| dated)|how (?:old|recent|"
     rf"new) are {_MANY}"),
    (_Reader.extreme, rf"(?:{_LIST})?(?:the )?{_NEWEST} (?:documents?|articles?|files?)(?: you have|{_IN})"),
    (_Reader.extreme, rf"(?:when (?:is|was)|what is the date of) the {_NEWEST} {_ONE}(?: from| published| dated)?"),
    (_Reader.extreme, rf"(?:which|what) (?:of {_MANY}|{_ONE}) is (?:the )?{_NEWEST}(?: one)?"),
    (_Reader.often, rf"how (?:often|many times) (?:is|are|was|were|does|do|has|have) (?P<topic>.+?) {_MENTIONED}{_IN}"),
    (_Reader.often, rf"how (?:often|many times) do {_WHOLE} (?:mention|name|refer to) (?P<topic>.+)"),
    (_Reader.often, rf"how many (?:mentions|occurrences) of (?P<topic>.+?)(?: are there)?{_IN}"),
    (_Reader.mentions, rf"(?:{_LIST}|{_HOW_MANY}){_MANY}(?: {_WHEN})?(?: there are| are there)?"
     rf" {_MENTION} (?P<topic>.+)"),
    (_Reader.mentions, rf"(?:which|what) {_ONE} {_MENTION} (?P<topic>.+)"),
    (_Reader.mentions, rf"(?:in )?(?:how many|which|what) (?:{_MANY}|{_ONE}) {_BE} (?P<topic>.+?)"
     rf" {_MENTIONED}(?: in)?"),
    (_Reader.mentions, rf"where (?:do|does|is|are|was|were) (?P<topic>.+?) {_SPOKEN_OF}{_IN}"),
    (_Reader.mentions, rf"where (?:do|does|is|are|was|were) (?P<topic>.+?) {_MENTIONED} in {_WHOLE}"),
    (_Reader.mentions, r"where (?:does|is|was) (?P<topic>(?-i:[A-Z])\w+(?: (?-i:[A-Z])\w+)*)"
     r" (?:come up|discussed|named)"),
    (_Reader.decided, rf"what (?:decisions? (?:was|were|has been|have been) (?:taken|made)|(?:was|were|has been|have "
     rf"been) {_DECIDE}|did (?:they|(?:the )?(?P<body>(?:\w+ ){{0,3}}\w+)) {_DECIDE})(?: up)?(?: on)? "
     rf"(?:in|on|during|at) (?P<time>{_TIME})"),
    (_Reader.quoted, rf"(?:{_LIST}{_PEOPLE} (?:(?:who|that) )?|who )(?:{_BE} )?(?:all )?(?:quoted|cited){_IN}"),
    (_Reader.quoted, rf"{_LIST}{_PEOPLE} (?:who|that) {_SPEAK}{_IN}|(?:list|name|who are) {_ALL}speakers{_IN}"),
    (_Reader.mentions, rf"(?:do|does) (?:any (?:of )?)?(?:{_MANY}|{_ONE}) {_MENTION} (?P<topic>.+)"),
    (_Reader.mentions, rf"(?:is|are|was|were) (?P<topic>.+?) (?:ever )?mentioned (?:anywhere|in (?:any {_ONE}|any of "
     rf"{_WHOLE}|{_WHOLE}))"),
    (_Reader.quoted, rf"who (?:all )?(?:speaks|spoke) in {_WHOLE}"),
    (_Reader.named, rf"who are (?:all )?(?:the )?(?:people|persons) (?:mentioned|named|in {_WHOLE}){_IN}"),
    (_Reader.quoted, rf"how many (?:different )?(?:people|speakers) (?:are quoted|speak){_IN}"),
    (_Reader.quoted, rf"{_LIST}{_PEOPLE} (?:who|that) {_SPEAK} (?:about|on|of) (?P<topic>.+)"),
    (_Reader.named, rf"(?:{_LIST}|how many ){_PEOPLE} (?:(?:who|that) )?(?:{_BE} )?(?:mentioned|named|"
     rf"appear(?:ing)?){_IN}"),
    (_Reader.holding, rf"(?:{_LIST}|{_HOW_MANY}|who (?:are|were) ){_ALL}(?P<role>{people.SEVERAL})"
     rf"(?: (?:(?:who|that) )?(?:are|were))?(?: (?:there|mentioned|named|introduced))?{_IN}"),
    (_Reader.holding, rf"(?:{_LIST}|{_HOW_MANY}){_PEOPLE} (?:who|that) (?:is|are|was|were|has been) (?:an? |the )?"
     rf"(?P<role>(?:[\w’'\-]+ ){{0,3}}?(?:{people.ROLES})){_IN}"),
    (_Reader.named, rf"{_LIST}{_PEOPLE} in {_WHOLE}|who (?:is|are) all (?:mentioned|named){_IN}|who {_BE}"
     rf" (?:mentioned|named) in {_WHOLE}"),
    (_Reader.of_kind, rf"(?:{_LIST}|{_HOW_MANY})?{_ALL}(?P<kind>{kinds.SEVERAL})(?: (?:that|which))?(?: {_BE})?"
     rf" (?:there|{_MENTIONED}){_IN}"),
    (_Reader.of_kind, rf"(?:which|what|how many) {_ALL}(?P<kind>{kinds.SEVERAL}) {_BE} {_WHOLE} {_MENTION}"),
    (_Reader.of_kind, rf"{_PLEASE}(?:list|name)(?: me| us)? {_ALL}(?P<kind>{kinds.SEVERAL}){_IN}"),
]  # fmt: skip


def answer(question: str, library: Library, scope: Scope | None, spelled: Spelled) -> Answer | None:
    """The answer to a question about the whole collection, each item of it cited; None for any other question.

    Args:
        question: one that stands alone.
        library: what is read.
        scope: which documents are (None for all).
        spelled: the other spellings of a question's words in the documents, by term (`Retriever.understand`).
    """
    for read, match in _read_as(question):
        with library.snapshot():
            reader = _Reader(question, library, scope, spelled)
            if reader.sources and (said := read(reader, match)):
                return said
    return None


def asks_for_all(question: str) -> bool:
    """Whether a question has the form of one about the whole collection, not about one document of it."""
    return any(read not in (_Reader.digest, _Reader.told, _Reader.written) for read, _ in _read_as(question))


def _read_as(question: str) -> Iterator[tuple[Callable[[_Reader, re.Match[str]], Answer | None], re.Match[str]]]:
    plain = _BEGGING.sub("", one_line(question.replace("’", "'")).rstrip("?.! "))
    for read, form in _ASKED:
        if match := re.fullmatch(form, plain, re.I):
            yield read, match


def _topic(text: str) -> str | None:
    """What is to be looked for; None where that is no name or phrase but a clause, or a pronoun."""
    text = re.sub(rf"(?:{_IN}| at all| anywhere| by name)$", "", text.strip(), flags=re.I)
    text = re.sub(r"^(?:(?:the|any|an?) )?(?:(?:word|name|term|phrase) )?(?:the )?", "", text, flags=re.I).strip(
        "\"'“”«» "
    )
    clause = re.match(r"(?:that|how|why|whether|what|who|whom|where|when|which|if)\b", text, re.I)
    return text if text and not clause and 0 < len(words.stems(text)) <= 6 else None


def _within(date: str | None, match: re.Match[str]) -> bool:
    """Whether a date lies in the time that a question names, as far as both are known."""
    if not date:
        return False
    how, from_first = match["how"].lower(), _compare(date, match["day"])
    if match["end"]:
        return from_first >= 0 >= _compare(date, match["end"])
    fits = {"since": from_first >= 0, "after": from_first > 0, "before": from_first < 0, "until": from_first <= 0}
    return fits.get(how, from_first == 0)


def _compare(date: str, day: str) -> int:
    """Below, at or above 0 as `date` is before, in or after `day`, compared as far as both are known."""
    first, second = date[: len(_iso(day))], _iso(day)[: len(date)]
    return (first > second) - (first < second)


def _iso(day: str) -> str:
    """ "5 March 2024" as 2024-03-05, "March 2024" as 2024-03."""
    match = re.fullmatch(r"(?:(?:(\d{1,2}) )?([a-z]+),? )?(\d{4})", day, re.I)
    if not match or not match[2]:
        return day
    month = f"{match[3]}-{words.MONTHS.index(match[2].lower()) + 1:02}"
    return f"{month}-{int(match[1]):02}" if match[1] else month


def _count(terms: Sequence[str], run: Sequence[str]) -> int:
    return sum(tuple(terms[i : i + len(run)]) == tuple(run) for i in range(len(terms) - len(run) + 1))


def _grouped(said: Iterable[tuple[str, _Place]]) -> list[tuple[str, _Place]]:
    """Each person once, under the longest name, with the first sentence."""
    groups: list[tuple[str, _Place]] = []
    for who, place in said:
        name = people.bare(who) or who
        at = next((i for i, (known, _) in enumerate(groups) if people.same(known, name)), None)
        if at is None and name[0].isupper():
            groups.append((name, place))
        elif at is not None and len(name.split()) > len(groups[at][0].split()):
            groups[at] = name, place
    return groups


def _newest(sources: Sequence[Source]) -> list[Source]:
    return sorted(sources, key=lambda source: source.date or "", reverse=True)


def _full(text: str, least: int = 5) -> bool:
    """Whether it is a whole sentence that says something, no heading: with so many words that carry meaning."""
    return text.rstrip("”\"’')»").endswith((".", "!", "?", "。")) and len(words.stems(text)) >= least


def _name(source: Source, quote: str = "") -> str:
    """A document's title and date, and of a title that only repeats the quotation's beginning nothing."""
    title = one_line(source.title)
    title = "" if quote and one_line(quote).startswith(title.rstrip("… ")) else title
    return " · ".join(part for part in (title, date_text(source.date)) if part)


def _read(count: int, of: int = 0) -> str:
    if count < of:
        return f"The first {count:,} of {of:,} documents were read."
    return "It was read whole." if count == 1 else f"All {count:,} were read."


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def _persons(count: int) -> str:
    return f"{count:,} {'person' if count == 1 else 'people'}" if count else "Nobody"


def _more(count: int) -> str:
    return f"And {count:,} more." if count > 0 else ""
