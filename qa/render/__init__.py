"""An answer as plain text, Markdown or HTML, and everything else that the page shows. All HTML is made here.

The templates beside this file escape every value; text is never rendered as Markdown, and each finished fragment passes
an allow-list as a second line.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from qa.render.shown import Batch, Chat, Cited
from qa.render.shown import Fetching as Fetching
from qa.render.shown import Option as Option
from qa.render.shown import Upload as Upload
from qa.render.text import MARKER, bare, count_text, date_text, one_line, plain, size_text, source_name, weak, when_text
from qa.render.text import chat_markdown as chat_markdown
from qa.render.text import markdown as markdown
from qa.render.text import near as near
from qa.render.text import scope_text as scope_text
from qa.types import Answer, Citation, Document, Span

if TYPE_CHECKING:
    from jinja2 import Environment

BLOCKS = {"article", "button", "details", "div", "h2", "h3", "header", "li", "nav", "ol", "p", "section", "summary"}
TAGS = BLOCKS | {"b", "bdi", "br", "mark", "progress", "q", "span"}
ATTRIBUTES = {"*": {"class", "dir", "role", "tabindex"}, "button": {"type"}, "progress": {"max", "value"}}
FILES, FEW = 12, 3  # of the files somebody adds, how many are shown by name while they are read, and then
_BREAK = re.compile(r"(?:(?<=>)|(?<=%\}))\s*\n\s*|\s*\n\s*(?=[<{])")  # a line break beside a tag of a template


def escape(text: str) -> str:
    """`text` for content and quoted attributes. HTML parsers turn a bare CR into LF, and surrogates have no UTF-8."""
    return entities.escape(text.encode(errors="replace").decode()).replace("\r", "&#13;")


def clean(fragment: str) -> str:
    """`fragment` cut down to the tags and attributes that the templates write: the second line behind `escape`."""
    import nh3

    safe = nh3.clean(fragment, tags=TAGS, attributes=ATTRIBUTES, generic_attribute_prefixes={"data-", "aria-"})
    return safe.replace("\r", "&#13;")


@lru_cache(maxsize=1)
def _templates() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    def source(name: str) -> str:
        text = (Path(__file__).parent / name).read_text(encoding="utf-8")
        return text if text.startswith("<!doctype") else _BREAK.sub("", text)

    def safe(value: object) -> Markup:
        return value if isinstance(value, Markup) else Markup(escape(str(value)))

    made = Environment(
        autoescape=True,
        finalize=safe,
        keep_trailing_newline=True,
        loader=FunctionLoader(source),
        undefined=StrictUndefined,
    )
    made.filters |= {"bare": bare, "date_text": date_text, "one_line": one_line, "weak": weak, "when_text": when_text}
    made.globals |= {f.__name__: f for f in (count_text, size_text, source_name)} | {"near": near, "span": _span}
    return made


def _made(template: str, macro: str, *values: Any, **named: Any) -> str:
    """What a macro of a template makes of `values`."""
    return clean(getattr(_templates().get_template(template).module, macro)(*values, **named))


def part(macro: str, *values: Any, **named: Any) -> str:
    """A part of the page that needs nothing but its values: a macro of `page.html`, which says what it takes."""
    return _made("page.html", macro, *values, **named)


def _live(fragment: str) -> Any:
    """A fragment that this module made, to stand in another one as it is."""
    from markupsafe import Markup

    return Markup(fragment)


def html(answer: Answer) -> str:
    """`plain(answer)` as a self-contained fragment: paragraphs of text, nothing that runs or is fetched."""
    lines = [f'<p dir="auto">{escape(line)}</p>' for line in plain(answer).splitlines() if line.strip()]
    return clean(f'<article class="qa-answer">{"".join(lines)}</article>')


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
    numbers, cited = {c.number: c for c in answer.citations}, {_span(c): c for c in answer.citations}
    evidence = {_span(c): c for c in answer.evidence} | cited  # in an order that stays while numbers are given
    conflicts = []
    for conflict in answer.conflicts:
        known = [(side, numbers[side.citation]) for side in conflict.sides if side.citation in numbers]
        conflicts.append((conflict.topic, sorted(known, key=lambda pair: pair[1].date or "", reverse=True)))
    shown = (answer, list(_paragraphs(answer, numbers)), conflicts, evidence, cited)
    return _made("answer.html", "answer", *shown, live, before, names or {}, stale or {})


def _span(citation: Citation) -> tuple[str, int, int]:
    return citation.document, citation.start, citation.end


class _Piece(NamedTuple):
    """A part of a paragraph: a citation, or text; `why` its source carries that in part only."""

    text: str = ""
    why: str = ""
    cited: Citation | None = None


def _paragraphs(answer: Answer, numbers: Mapping[int, Citation]) -> Iterator[list[_Piece]]:
    partly = weak(answer)
    for paragraph in re.split(r"\n\s*\n", answer.text):
        pieces = []
        for i, part in enumerate(MARKER.split(paragraph)):  # text, number, text, number, …, text
            if i % 2:
                pieces.append(_Piece(f"[{part}]", cited=numbers.get(int(part))))
            else:
                why = partly.get(part.strip(), "")
                pieces.append(_Piece(part.strip() if why else part, why))
        if paragraph.strip():
            yield pieces


def source_html(document: Document, span: Span, *, also: Iterable[Span] = (), at: int = 0, of: int = 0) -> str:
    """A document for the source pane.

    Args:
        document: what to show, whole.
        span: the characters to highlight; `<mark>` holds exactly those.
        also: other cited characters, marked more faintly; one that overlaps `span` is left out.
        at, of: that this is the `at`-th of `of` cited sentences that the reader can step through.
    """
    note = [date_text(document.date), document.id, f"page {document.page_at(span[0])}" if document.pages else ""]
    pieces = list(_marked(document.text, span, also))
    return _made("page.html", "source", one_line(document.title), " · ".join(filter(None, note)), pieces, at, of)


def _marked(text: str, span: Span, also: Iterable[Span]) -> Iterator[tuple[str, str]]:
    """The text in pieces, each with how it is marked: "mark" for `span`, "also" for the others, "" for the rest."""
    others = {(start, end) for start, end in also if 0 <= start < end and (end <= span[0] or start >= span[1])}
    done = 0
    for start, end in sorted({span, *others}):
        if end > done:
            first = max(start, done)
            yield "", text[done:first]
            yield "mark" if (start, end) == span else "also", text[first:end]
            done = end
    yield "", text[done:]


def turn_html(question: str, body: str, number: int = 0, scope: str = "") -> str:
    """A question and what stands under it (`body`: fragments of this module); `number` once it is kept under one;
    `scope` says which documents were asked, unless it was all."""
    return _made("page.html", "turn", question, _live(body), number, scope)


def chat_turns_html(chat: str, turns: str, notice: str = "", opened: str = "") -> str:
    """The finished turns of a conversation (`turns` and `notice`: fragments of this module), which names itself, and
    each opening of it by a mark of its own."""
    return _made("page.html", "turns", chat, _live(turns), _live(notice), opened)


def chats_html(chats: Sequence[Chat], find: str = "") -> str:
    """The list of conversations, or of those with the words that were looked for."""
    today, dated = datetime.now().date(), [(chat, datetime.fromtimestamp(chat.changed).date()) for chat in chats]
    listed = [(chat, "Today" if day == today else date_text(day.isoformat())) for chat, day in dated]
    return _made("page.html", "chats", listed, one_line(find))


def uploads_html(batches: Sequence[Batch]) -> str:
    """What became of the files that somebody added, newest first; `data-busy` while there is more to come."""
    order = {"failed": 0, "reading": 1, "waiting": 2, "sending": 3}
    shown = []
    for batch in batches:
        files = sorted(batch.files, key=lambda file: order.get(file.state, 4))
        done = sum(order.get(file.state, 0) == 0 for file in files)
        failed = sum(file.state == "failed" for file in files)  # once all is done, the list below names the others
        shown.append((batch, _batch_title(batch), files, FILES if batch.busy else max(failed, FEW), done))
    return _made("page.html", "uploads", shown, any(batch.busy for batch in batches))


def _batch_title(batch: Batch) -> str:
    failed, files = sum(file.state == "failed" for file in batch.files), count_text(len(batch.files), "file")
    doing = {"sending": "Sending", "waiting": "Waiting with", "working": "Reading", "undone": "Undone:"}
    if batch.state in doing:
        return f"{doing[batch.state]} {files}"
    return f"Added {len(batch.files) - failed:,} of {files}" if failed else f"Added {files}"


def evidence_file(title: str, made: str, turns: Iterable[tuple[str, Answer | None, Sequence[Cited]]]) -> str:
    """A whole HTML file that stands alone: each answer with every passage it cites, and how to check them.

    Args:
        title: of the conversation, or the question.
        made: when and by what, in words.
        turns: question, answer and what it cites, in order.
    """
    body = _made("checked.html", "turns", title, turns)
    return _templates().get_template("evidence.html").render(title=one_line(title), made=made, body=_live(body))
