"""An answer as plain text, Markdown or HTML. All HTML is made here, and all document and model text is escaped here.

Text is never rendered as Markdown: it is escaped, and the finished fragment passes an allow-list as a second line.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import nh3

from qa.types import Answer, Citation, Document, Hit, Passage, Span

MARKER = re.compile(r"\[(\d{1,4})\]")
MONTHS = "January,February,March,April,May,June,July,August,September,October,November,December"
BLOCKS = {"article", "button", "details", "div", "h2", "h3", "header", "li", "nav", "ol", "p", "section", "summary"}
TAGS = BLOCKS | {"b", "bdi", "br", "mark", "progress", "q", "span"}
ATTRIBUTES = {"*": {"class", "dir", "role", "tabindex"}, "button": {"type"}, "progress": {"max", "value"}}
LEAVING = "being removed"
FILES = 12  # of the files somebody adds, how many are shown by name
NEAREST = 3  # passages under a refusal
PARTLY = "Only part of this sentence stands in its source. Compare it with the quote."


@dataclass(frozen=True, slots=True)
class Fetching:
    """Weights on their way from `source`: `done` of `total` bytes, `rate` bytes a second; or why that `failed`."""

    name: str
    done: int = 0
    total: int = 0
    rate: float = 0.0
    source: str = ""
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation for someone who checks it elsewhere: the text around it, the SHA-256 of the file it is taken from, and
    what became of the document since: "", "changed" or "removed"."""

    citation: Citation
    before: str
    after: str
    sha256: str
    stale: str


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation in a list; `changed` in seconds since 1970. If found by its words: in which turn, and some."""

    id: str
    title: str
    changed: float
    turn: int = 0
    found: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A document in the list. `own`: it came from the browser, and its file goes with it. `removing`: it is on its way
    out, or why it could not go."""

    id: str
    title: str
    date: str | None
    passages: int
    own: bool = False
    removing: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """A model to choose. `host` is where text goes for it; only one whose `state` is "ready" can be chosen now."""

    name: str
    label: str
    note: str
    chosen: bool = False
    host: str = ""
    state: Literal["ready", "absent", "fetching", "offline"] = "ready"


@dataclass(slots=True)
class Upload:
    """A file on its way from the browser into the documents; `mark` tells it from another one in its place."""

    name: str
    size: int
    state: Literal["sending", "waiting", "reading", "in", "failed", "undone"] = "sending"
    note: str = ""
    mark: tuple[int, int] | None = None


@dataclass(slots=True)
class Batch:
    """Files that somebody adds at one time; `done` of `total` says how far the work on them is."""

    id: str
    owner: str
    files: list[Upload]
    state: Literal["sending", "waiting", "working", "done", "undone"] = "sending"
    note: str = ""
    done: int = 0
    total: int = 0


def date_text(date: str | None) -> str:
    """'2023-12-06' as '6 December 2023', '2023-12' as 'December 2023'; anything else as it is, None as ''."""
    match = re.fullmatch(r"(\d{4})-(\d\d)(?:-(\d\d))?", date or "")
    if not match or not 1 <= int(match[2]) <= 12:
        return date or ""
    day = f"{int(match[3])} " if match[3] else ""
    return f"{day}{MONTHS.split(',')[int(match[2]) - 1]} {match[1]}"


def source_name(title: str, date: str | None) -> str:
    """How a source is called wherever a reader sees it: its title and its date."""
    return " · ".join(part for part in (one_line(title), date_text(date)) if part)


def size_text(count: float) -> str:
    """Bytes as people read them: 1.12 GB, 98 MB."""
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def one_line(text: str) -> str:
    """`text` with every run of white space as one space."""
    return " ".join(text.split())


# Plain text and Markdown


def plain(answer: Answer) -> str:
    """The answer's text with its markers, an empty line, then the numbered sources; white space in quotes is folded."""
    notes = [f"(stopped early: {answer.partial})"] if answer.partial else []
    for conflict in answer.conflicts:
        sides = "; ".join(f"{one_line(side.statement)} [{side.citation}]" for side in conflict.sides)
        notes.append(f"Sources disagree: {one_line(conflict.topic)}: {sides}")
    sources = "\n".join(_plain_source(citation) for citation in answer.citations)
    return "\n\n".join(part for part in (answer.text, *notes, sources) if part)


def _plain_source(citation: Citation) -> str:
    date = f" ({date_text(citation.date)})" if citation.date else ""
    place = f"{citation.document}:{citation.start}-{citation.end}"
    return f"[{citation.number}] {one_line(citation.title)}{date}, {place}: “{one_line(citation.quote)}”"


def markdown(answer: Answer) -> str:
    """`plain(answer)` as Markdown paragraphs that render to the same words: nothing in it is live."""
    return "\n\n".join(_escaped_markdown(line) for line in plain(answer).splitlines() if line.strip())


def _escaped_markdown(line: str) -> str:
    """One line as a Markdown paragraph. ':', '@' and 'www.' are broken so that bare addresses do not become links."""
    text = re.sub(r"([\\`*_\[\]<>&#|~!$@{}])", r"\\\1", one_line(line))
    text = re.sub(r":(?=//)", r"\:", re.sub(r"(?i)\b(www)\.", r"\1\.", text))
    text = re.sub(r"^(\d+)([.)])", r"\1\\\2", text)
    return re.sub(r"^([-+=:])", r"\\\1", text)


def chat_markdown(title: str, turns: Iterable[tuple[str, Answer | None, str]]) -> str:
    """A conversation of (question, answer, problem) as Markdown in which nothing is live."""
    parts = [f"# {_escaped_markdown(title)}"]
    for question, answer, problem in turns:
        said = [markdown(answer)] if answer else []
        parts += [f"## {_escaped_markdown(question)}", *said, *([_escaped_markdown(problem)] if problem else [])]
    return "\n\n".join(parts) + "\n"


# HTML


def html(answer: Answer) -> str:
    """`plain(answer)` as a self-contained fragment: paragraphs of text, nothing that runs or is fetched."""
    lines = [f'<p dir="auto">{escape(line)}</p>' for line in plain(answer).splitlines() if line.strip()]
    return clean(f'<article class="qa-answer">{"".join(lines)}</article>')


def escape(text: str) -> str:
    """`text` for content and quoted attributes. HTML parsers turn a bare CR into LF, and surrogates have no UTF-8."""
    return entities.escape(text.encode(errors="replace").decode()).replace("\r", "&#13;")


def clean(fragment: str) -> str:
    """`fragment` cut down to the tags and attributes that this module writes: the second line behind `escape`."""
    safe = nh3.clean(fragment, tags=TAGS, attributes=ATTRIBUTES, generic_attribute_prefixes={"data-", "aria-"})
    return safe.replace("\r", "&#13;")


def chat_html(
    answer: Answer,
    *,
    live: bool = False,
    names: Mapping[str, str] | None = None,
    before: int = 0,
    stale: Mapping[int, str] | None = None,
) -> str:
    """One answer in the chat.

    Args:
        answer: what is known of it.
        live: it is still being written; all evidence stands under it, that not cited yet without a number.
        names: how to call each document of `answer.hits` ("title · date").
        before: how many answers the model writes before it begins this one.
        stale: what became of the source of a citation, by its number: "changed" or "removed".
    """
    numbers, names = {c.number: c for c in answer.citations}, names or {}
    state = f"{before} before you. The evidence is already here." if before else "Reading the sources…"
    wait = f'<p class="wait{" queue" if before else ""}">{state}</p>' if live and not answer.text else ""
    weak = {claim.text: claim.note or PARTLY for claim in answer.claims if claim.support == "partial"}
    parts = [f'<div class="text" dir="auto">{wait}{_paragraphs(answer.text, numbers, weak)}</div>']
    parts.append(_conflicts(answer, numbers))
    if answer.partial:
        parts.append(notice_html("The answer stops here.", "" if answer.partial == "stopped" else answer.partial))
    parts.append(_evidence(answer) if live else _sources(answer, stale or {}))
    refused = answer.refused and not live
    parts += [_looked_for(answer), _nearest(answer, names)] if refused else []
    parts.append("" if live else _how(answer, names))
    kind = "answer refusal" if refused else "answer"
    return clean(f'<section class="{kind}" aria-busy="{str(live).lower()}">{"".join(parts)}</section>')


def _span(citation: Citation) -> tuple[str, int, int]:
    return citation.document, citation.start, citation.end


def _paragraphs(text: str, numbers: Mapping[int, Citation], weak: Mapping[str, str]) -> str:
    """Escaped paragraphs of `text`, with a chip for each marker of a known citation. `weak` are sentences that their
    sources carry in part only, and why."""

    def sentence(said: str) -> str:
        if why := escape(weak.get(said.strip(), "")):
            word = f'<span class="word" tabindex="0" role="note" aria-label="Partly supported: {why}" data-why="{why}">'
            return f' <span class="partly">{escape(said.strip())}</span> {word}partly supported</span> '
        return escape(said)

    def paragraph(part: str) -> str:
        pieces = MARKER.split(part)  # text, number, text, number, …, text
        for i, number in enumerate(pieces):
            known = numbers.get(int(number)) if i % 2 else None
            pieces[i] = chip(known) if known else f"[{number}]" if i % 2 else sentence(number)
        return f"<p>{''.join(pieces)}</p>"

    return "".join(paragraph(part) for part in re.split(r"\n\s*\n", text) if part.strip())


def chip(citation: Citation, *, numbered: bool = True) -> str:
    """The numbered button that shows the quote on hover and opens the source on a click."""
    name, who = escape(source_name(citation.title, citation.date)), escape(citation.speaker or "")
    cite = f'data-cite="{citation.number}"' if numbered else ""
    label = f"Source {citation.number if numbered else ''}: {who and f'{who} · '}{name}"
    return (
        f'<button type="button" class="cite" {cite} aria-label="{label}" {_place(citation)} '
        f'data-quote="{escape(citation.quote)}" data-speaker="{who}" data-source="{name}">'
        f"{citation.number if numbered else '·'}</button>"
    )


def _place(where: Citation | Passage) -> str:
    return f'data-document="{escape(where.document)}" data-start="{where.start}" data-end="{where.end}"'


def _evidence(answer: Answer) -> str:
    """What an answer is being written from, in an order that stays; a sentence gets its number once it is cited."""
    cited = {_span(c): c for c in answer.citations}
    found = {_span(c): c for c in answer.evidence} | cited
    items = "".join(_source_item(c, chip(c, numbered=span in cited), True) for span, c in found.items())
    return f'<div class="sources evidence"><h3>Evidence</h3><ol>{items}</ol></div>' if items else ""


def _sources(answer: Answer, stale: Mapping[int, str]) -> str:
    """The numbered sources. A quote that the answer already says is not said twice, unless its source is stale."""
    items = "".join(
        _source_item(c, chip(c), c.quote not in answer.text or c.number in stale, stale.get(c.number, ""))
        for c in answer.citations
    )
    return f'<div class="sources"><h3>Sources</h3><ol>{items}</ol></div>' if items else ""


def _source_item(citation: Citation, number: str, quoted: bool, stale: str = "") -> str:
    who = f'<span class="who">{escape(citation.speaker)}</span> · ' if citation.speaker else ""
    quote = f'<q dir="auto">{escape(citation.quote)}</q>' if quoted else ""
    name = f'<bdi class="name">{escape(one_line(citation.title))}</bdi>'
    when = f' · <span class="when">{escape(date_text(citation.date))}</span>' if citation.date else ""
    old = f' <b class="stale">source {escape(stale)}</b>' if stale else ""
    return f"<li>{number}<div>{quote}<p>{who}{name}{when}{old}</p></div></li>"


def _conflicts(answer: Answer, numbers: Mapping[int, Citation]) -> str:
    """A card for each disagreement: side against side, the newest source first."""
    cards = []
    for conflict in answer.conflicts:
        known = [(side, numbers[side.citation]) for side in conflict.sides if side.citation in numbers]
        known.sort(key=lambda pair: pair[1].date or "", reverse=True)
        sides = "".join(_side(side.statement, cited) for side, cited in known)
        head = f'<h3>Sources disagree</h3><p dir="auto">{escape(conflict.topic)}</p>'
        cards.append(f'<div class="conflict" role="group" aria-label="Sources disagree">{head}<ol>{sides}</ol></div>')
    return "".join(cards)


def _side(statement: str, cited: Citation) -> str:
    when = f'<p class="when">{escape(date_text(cited.date) or "No date")}</p>'
    who = f"<b>{escape(cited.speaker)}</b> · " if cited.speaker else ""
    name = f'<p class="from">{who}<bdi>{escape(one_line(cited.title))}</bdi></p>'
    return f'<li>{when}<q dir="auto">{escape(statement)}</q> {chip(cited)}{name}</li>'


def _looked_for(answer: Answer) -> str:
    return f'<p class="looked">Looked for: <q dir="auto">{escape(answer.standalone or answer.question)}</q></p>'


def _how(answer: Answer, names: Mapping[str, str]) -> str:
    """One line on how the answer came about, which opens into what retrieval found and what became of it."""
    if not answer.hits:
        return ""
    documents = _count(len({hit.passage.document for hit in answer.hits}), "document")
    model = "the sources’ own words" if answer.model == "quote" else answer.model
    passages, seconds = _count(len(answer.hits), "passage"), f"{max(answer.timings.get('total', 0), 0.1):.1f} s"
    line = " · ".join(f"<span>{escape(part)}</span>" for part in (f"{documents}, {passages} read", model, seconds))
    hits = "".join(_passage(hit, names, _ranks(hit)) for hit in answer.hits)
    sentences = "".join(_weighed(at, cited, answer) for at, cited in enumerate(answer.evidence))
    return (
        f'<details class="how"><summary>{line}</summary>'
        f'<p>Searched for: <q dir="auto">{escape(answer.standalone)}</q></p>'
        f"<p>That the best sentence answers it: {answer.confidence:.0%} likely</p><h3>Sentences weighed</h3>"
        f"<ol>{sentences}</ol><h3>Passages read</h3><ol>{hits}</ol></details>"
    )


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _ranks(hit: Hit) -> str:
    ranks = [("by meaning", hit.dense_rank), ("by keywords", hit.keyword_rank)]
    said = [f"{name} {f'no. {rank}' if rank else 'not found'}" for name, rank in ranks]
    return f'<p class="ranks">{" · ".join(said)} · score {hit.score:.2f}</p>'


def _weighed(at: int, weighed: Citation, answer: Answer) -> str:
    """A sentence of the evidence and what became of it; `at` counts from 0."""
    cited = [c for c in answer.citations if _span(c) == _span(weighed)]
    if cited:
        fate = f"cited as {cited[0].number}"
    elif at < answer.given:
        fate = "the model saw it and the answer does not use it"
    else:
        fate = "dropped: " + ("far less likely than the best" if answer.given else "too unlikely to answer")
    mark = chip(cited[0]) if cited else chip(weighed, numbered=False)
    quote = f'<q dir="auto">{escape(weighed.quote)}</q>'
    return f'<li>{mark}<div>{quote}<p class="ranks">{weighed.score:.0%} likely · {fate}</p></div></li>'


def _nearest(answer: Answer, names: Mapping[str, str]) -> str:
    """The passages a refusal came closest with, each openable."""
    items = "".join(_passage(hit, names) for hit in answer.hits[:NEAREST])
    return f'<div class="sources nearest"><h3>Nearest passages</h3><ol>{items}</ol></div>' if items else ""


def _passage(hit: Hit, names: Mapping[str, str], below: str = "") -> str:
    """A list item: a passage that opens its source."""
    place, name = hit.passage, names.get(hit.passage.document, hit.passage.document)
    text = f'<q dir="auto">{escape(one_line(place.text))}</q><span class="name"><bdi>{escape(name)}</bdi></span>'
    source = f'{_place(place)} data-source="{escape(name)}"'
    return f'<li><button type="button" class="near" {source}>{text}</button>{below}</li>'


def source_html(document: Document, span: Span, *, also: Iterable[Span] = (), at: int = 0, of: int = 0) -> str:
    """A document for the source pane.

    Args:
        document: what to show, whole.
        span: the characters to highlight; `<mark>` holds exactly those.
        also: other cited characters, marked more faintly; one that overlaps `span` is left out.
        at, of: that this is the `at`-th of `of` cited sentences that the reader can step through.
    """
    note = [date_text(document.date), document.id, f"page {document.page_at(span[0])}" if document.pages else ""]
    head = _source_head(one_line(document.title), " · ".join(filter(None, note)), at, of)
    return clean(f'{head}<div class="page" dir="auto" tabindex="0">{_marked(document.text, span, also)}</div>')


def no_source_html(title: str, text: str, *, quote: str = "", at: int = 0, of: int = 0) -> str:
    """The source pane where there is nothing to show, and why; `quote` is what an old answer took from the source."""
    kept = f'<div class="kept"><p>It said:</p><q dir="auto">{escape(quote)}</q></div>' if quote else ""
    return clean(_source_head(title, "", at, of) + notice_html("", text, kind="error") + kept)


def _source_head(title: str, note: str, at: int, of: int) -> str:
    step = '<button type="button" class="step" data-by="{}" aria-keyshortcuts="Arrow{}" aria-label="{}">{}</button>'
    back, on = (-1, "Left", "Previous cited sentence", "←"), (1, "Right", "Next cited sentence", "→")
    steps = f'<nav aria-label="Cited sentences">{step.format(*back)}<span>{at} of {of}</span>{step.format(*on)}</nav>'
    shut = '<button type="button" class="close" aria-keyshortcuts="Escape" aria-label="Close source">✕</button>'
    tools = f'<div class="tools">{steps if of > 1 else ""}{shut}</div>'
    return f'<header><h2 dir="auto"><bdi>{escape(title)}</bdi></h2><p>{escape(note)}</p>{tools}</header>'


def _marked(text: str, span: Span, also: Iterable[Span]) -> str:
    """The escaped text, `span` in `<mark>`, the others in `<span class="also">`."""
    others = {(start, end) for start, end in also if 0 <= start < end and (end <= span[0] or start >= span[1])}
    pieces, done = [], 0
    for start, end in sorted({span, *others}):
        if end > done:
            first = max(start, done)
            opens, closes = ("<mark>", "</mark>") if (start, end) == span else ('<span class="also">', "</span>")
            pieces.append(f"{escape(text[done:first])}{opens}{escape(text[first:end])}{closes}")
            done = end
    return "".join(pieces) + escape(text[done:])


def turn_html(question: str, body: str, number: int = 0, scope: str = "") -> str:
    """A question and what stands under it (`body`: fragments of this module); `number` once it is kept under one;
    `scope` says which documents were asked, unless it was all."""
    place = f' data-turn="{number}"' if number else ""
    edit = '<button type="button" class="edit" aria-label="Edit this question">✎</button>' if number else ""
    again = '<button type="button" class="again" aria-label="Answer this question again">↻</button>' if number else ""
    head = f'<header><h2 class="question" dir="auto">{escape(question)}</h2><div>{again}{edit}</div></header>'
    head += f'<p class="scope" dir="auto">{escape(scope)}</p>' if scope else ""
    return clean(f'<article class="turn"{place}>{head}{body}</article>')


def scope_text(titles: Sequence[str] | None, since: str | None, until: str | None) -> str:
    """Which documents were asked: their titles (None for all), and the dates between which they lie."""
    named = [f"“{one_line(title)}”" for title in titles or ()]
    parts = [", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")]
    parts += [f"from {date_text(since)}" if since else "", f"until {date_text(until)}" if until else ""]
    return "Asked of " + " · ".join(filter(None, parts)) if any(parts) else ""


def actions_html(verdict: str = "") -> str:
    """What can be done with a kept answer; `verdict` is what was said of it so far."""
    kinds = {"copy": "Copy", "link": "Link", "markdown": "Markdown", "evidence": "Evidence file"}
    acts = [f'<button type="button" class="act" data-act="{act}">{name}</button>' for act, name in kinds.items()]
    for act, name, on in (("up", "Right", verdict == "right"), ("down", "Wrong", verdict not in {"", "right"})):
        pressed = f'data-act="{act}" aria-label="{name}" aria-pressed="{str(on).lower()}"'
        acts.append(f'<button type="button" class="act thumb" {pressed}></button>')
    return f'<div class="actions" role="group" aria-label="With this answer">{"".join(acts)}</div>'


def chat_turns_html(chat: str, turns: str, notice: str = "") -> str:
    """The finished turns of a conversation (`turns` and `notice`: fragments of this module), which names itself."""
    return clean(f'<div data-chat="{escape(chat)}">{notice}{turns}</div>')


def chats_html(chats: Sequence[Chat], find: str = "") -> str:
    """The list of conversations, or of those with the words that were looked for."""
    if not chats:
        nothing = (
            f"No conversation has “{escape(one_line(find))}” in it." if find.strip() else "None yet. Ask something."
        )
        return clean(f'<p class="none">{nothing}</p>')
    return clean(f'<ol class="chats">{"".join(map(_listed, chats))}</ol>')


def _listed(chat: Chat) -> str:
    title, day = escape(one_line(chat.title)), datetime.fromtimestamp(chat.changed).date()
    when = "Today" if day == datetime.now().date() else date_text(day.isoformat())
    more = f'<q class="found" dir="auto">{escape(one_line(chat.found))}</q>' if chat.found else ""
    place = f'data-chat="{escape(chat.id)}" data-turn="{chat.turn or ""}"'
    return (
        f'<li><button type="button" class="chat" {place}><bdi>{title}</bdi>{more}<span class="when">{when}</span>'
        f'</button><button type="button" class="more" {place} data-title="{title}" '
        f'aria-label="Rename or delete: {title}">⋯</button></li>'
    )


def documents_html(documents: Sequence[Listed], found: int, total: int) -> str:
    """The list of documents: the first of those `found`, of `total` in all. `data-busy` while one is being removed."""
    count = f"{total:,} document{'s' * (total != 1)}" if found == total else f"{found:,} of {total:,} documents"
    rest = found - len(documents)
    more = f'<p class="none">{rest:,} more: search for them.</p>' if rest else ""
    listed = f'<ol class="documents">{"".join(map(_document, documents))}</ol>' if documents else ""
    busy = str(any(document.removing == LEAVING for document in documents)).lower()
    return clean(f'<div data-busy="{busy}"><p class="count" role="status">{count}</p>{listed}{more}</div>')


def _document(document: Listed) -> str:
    title, place = escape(one_line(document.title)), f'data-document="{escape(document.id)}"'
    facts = [date_text(document.date), f"{document.passages:,} passage{'s' * (document.passages != 1)}"]
    note = escape(" · ".join(filter(None, [*facts, document.removing or ("added here" if document.own else "")])))
    what = "Its file is deleted." if document.own else "Its file stays in its folder; qa ingest takes it in again."
    return (
        f'<li><button type="button" class="pick" role="checkbox" aria-checked="false" {place} data-title="{title}" '
        f'aria-label="Ask only of: {title}"></button><button type="button" class="read" {place}>'
        f'<bdi>{title}</bdi><span class="when">{note}</span></button><button type="button" class="remove" {place} '
        f'data-title="{title}" data-what="{what}" aria-label="Remove: {title}">✕</button></li>'
    )


def uploads_html(batches: Iterable[Batch]) -> str:
    """What became of the files that somebody added, newest first; `data-busy` while there is more to come."""
    batches = list(batches)
    busy = any(batch.state in {"sending", "waiting", "working"} for batch in batches)
    return clean(f'<div data-busy="{str(busy).lower()}">{"".join(map(_batch, batches))}</div>')


def _batch(batch: Batch) -> str:
    order = {"failed": 0, "reading": 1, "waiting": 2, "sending": 3}
    files = sorted(batch.files, key=lambda file: order.get(file.state, 4))
    more = f'<li class="none">and {len(files) - FILES:,} more</li>' if len(files) > FILES else ""
    busy = batch.state in {"sending", "waiting", "working"}
    done = sum(file.state not in order or file.state == "failed" for file in files)
    bar = f'<progress max="{len(files)}" value="{done}" aria-label="Files done"></progress>' if busy else ""
    note = f'<p class="failed">{escape(batch.note)}</p>' if batch.note else ""
    undo = f'<button type="button" class="undo" data-batch="{escape(batch.id)}">Undo</button>'
    undo = undo if batch.state == "done" and any(file.state == "in" for file in files) else ""
    title, rows = f'<p role="status"><b>{_batch_title(batch)}</b>{undo}</p>', "".join(map(_upload, files[:FILES]))
    return f'<div class="batch">{title}{bar}{note}<ol>{rows}{more}</ol></div>'


def _batch_title(batch: Batch) -> str:
    count, failed = len(batch.files), sum(file.state == "failed" for file in batch.files)
    files = f"{count:,} file{'s' * (count != 1)}"
    if batch.state in {"sending", "waiting", "working"}:
        return {"sending": "Sending", "waiting": "Waiting with", "working": "Reading"}[batch.state] + f" {files}"
    if batch.state == "undone":
        return f"Undone: {files}"
    return f"Added {count - failed:,} of {files}" if failed else f"Added {files}"


def _upload(file: Upload) -> str:
    said = file.note or {"sending": "is being sent", "waiting": "waits", "reading": "is being read"}.get(file.state, "")
    name = f"<bdi>{escape(file.name)}</bdi>"
    return f'<li class="{file.state}">{name}<span class="when">{escape(said or file.state)}</span></li>'


def notice_html(title: str, text: str, *, kind: str = "note") -> str:
    """A message about the program, never mistaken for an answer. `kind` is "note" or "error"."""
    role = "alert" if kind == "error" else "status"
    return clean(f'<div class="notice {escape(kind)}" role="{role}"><b>{escape(title)}</b> <p>{escape(text)}</p></div>')


def welcome_html(examples: Iterable[str]) -> str:
    """The empty page: what this is, and questions to begin with."""
    asks = [f'<li><button type="button" class="example">{escape(text)}</button></li>' for text in examples]
    return clean(
        '<section class="welcome"><h2>Ask the documents</h2><p>Every sentence of an answer rests on exact words. Point '
        f"at its number to read them; click it to see them in their source.</p><ol>{''.join(asks)}</ol></section>"
    )


def follow_ups_html(questions: Iterable[str]) -> str:
    """Questions to go on with, under an answer; nothing where there are none."""
    asks = "".join(f'<li><button type="button" class="example">{escape(text)}</button></li>' for text in questions)
    return clean(f'<section class="next" aria-label="Ask next"><ol>{asks}</ol></section>') if asks else ""


def models_html(options: Iterable[Option]) -> str:
    """The models to choose from, and what each needs."""
    return clean(f'<h2>Who answers</h2><ol class="models-list">{"".join(map(_option, options))}</ol>')


def _option(option: Option) -> str:
    name, label = escape(option.name), escape(option.label)
    said = f'<bdi>{label}</bdi><span class="when">{escape(option.note)}</span>'
    act = ""
    if option.state == "absent":
        act = f'<button type="button" class="fetch" data-model="{name}" aria-label="Fetch {label}">Fetch</button>'
    elif option.state == "fetching":
        act = '<button type="button" class="cancel">Cancel</button>'
    if option.state != "ready":
        return f'<li><div class="model">{said}</div>{act}</li>'
    pressed, where = str(option.chosen).lower(), f'data-host="{escape(option.host)}" data-label="{label}"'
    choose = f'<button type="button" class="model" aria-pressed="{pressed}" data-model="{name}" {where}>{said}</button>'
    return f"<li>{choose}</li>"


def status_html(
    library: str, model: str, fetching: Fetching | None = None, *, busy: bool = False, host: str = ""
) -> str:
    """The line that says what is being read and who answers now. `busy` asks the page to look again soon; `host` is
    where text is sent."""
    parts = [f"<span>{escape(part)}</span>" for part in (library, model) if part]
    if fetching and fetching.failed:
        parts.append(f'<span class="failed">{escape(fetching.failed)}</span>')
    elif fetching:
        done, total = fetching.done, fetching.total
        share = f"{100 * done // total} % of {size_text(total)}" if total else "starting"
        rate = f" · {fetching.rate / 1e6:.1f} MB/s" if fetching.rate else ""
        source = f" · {escape(fetching.source)}" if fetching.source else ""
        parts.append(f"<span>Fetching {escape(fetching.name)}: {share}{rate}{source}</span>")
        parts.append('<button type="button" class="cancel">Cancel</button>')
    if model:
        parts.append('<button type="button" class="models" aria-haspopup="dialog">Change</button>')
    state = f'data-busy="{str(busy).lower()}" data-host="{escape(host)}"'
    return clean(f'<div class="status" role="status" {state}>{"".join(parts)}</div>')


def evidence_file(title: str, made: str, turns: Iterable[tuple[str, Answer | None, Sequence[Cited]]]) -> str:
    """A whole HTML file that stands alone: each answer with every passage it cites, and how to check them.

    Args:
        title: of the conversation, or the question.
        made: when and by what, in words.
        turns: question, answer and what it cites, in order.
    """
    parts = []
    for question, answer, cited in turns:
        text = answer.text if answer else "No answer was written."
        said = f'<p class="answer" dir="auto">{escape(text)}</p>'
        model = f"Written by {answer.model}" if answer and answer.model != "quote" else "In the sources’ own words"
        asked = f'<h2 dir="auto">{escape(question)}</h2>' if question != title else ""
        by = f'<p class="facts">{escape(model)}</p>' if answer else ""
        parts.append(f"<article>{asked}{said}{by}{''.join(map(_cited, cited))}</article>")
    shell = (Path(__file__).parent / "web" / "evidence.html").read_text(encoding="utf-8")
    filled = {"{title}": escape(one_line(title)), "{made}": escape(made), "{body}": clean("".join(parts))}
    return re.sub("|".join(map(re.escape, filled)), lambda hole: filled[hole[0]], shell)


def _cited(cited: Cited) -> str:
    at = cited.citation
    name = escape(" · ".join(part for part in (at.speaker or "", source_name(at.title, at.date)) if part))
    page = f", page {at.page}" if at.page else ""
    old = f' <b class="stale">source {escape(cited.stale)} since</b>' if cited.stale else ""
    quote = f"{escape(cited.before)}<mark>{escape(at.quote)}</mark>{escape(cited.after)}"
    facts = f"Document {escape(at.document)}{page}, characters {at.start} to {at.end}"
    date = f", dated {escape(at.date)}" if at.date else ""
    return (
        f'<section><h3>[{at.number}] {name}{old}</h3><p class="context" dir="auto">{quote}</p>'
        f'<p class="facts">{facts}{date}<br>SHA-256 {escape(cited.sha256 or "not known")}</p></section>'
    )
