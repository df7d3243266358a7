"""Sentences and passages, as spans of the document's own characters.

**Lines.** A blank line ends a block. A single line break ends one too, unless it only wraps a sentence: the next line
starts in lower case or with closing punctuation; or the document is hard-wrapped and this line was full, that is, the
first word of the next one would not have fitted. A document counts as hard-wrapped when its wide lines (95th
percentile) have 40 to 130 characters. List items, headings, table rows and bare numbers always start a block. So a
headline, a bullet or "Back to top" stands alone, and wrapped prose does not break in mid-sentence.

**Sentences** inside a block are found by nupunkt (MIT, no dependencies). It was compared with pysbd on news articles
and 78 hand-made cases: about as many right, but pysbd takes a quotation of five sentences for one, loses quotation
marks whose opening mark is in another paragraph, breaks "Vol. 3" and "5 p.m. Moscow time", and is 40 times slower;
nupunkt gives offsets and stays linear on odd input. Mended here: full stops of other scripts, a break before a
lower-case word ("Yahoo! is"), after "U.S." before a name ("U.S. Secretary of State") and after a rank ("Lt. Col.").
Its abbreviations, learned from court papers, count "week", "bank", "hall" and "York" among them: an ordinary English
word ends a sentence before a capital letter all the same. In another language, for which nltk's Punkt is trained, a
sentence ends only where both see its end: nupunkt alone breaks "am 12. März" and "Sr. García".
"""

from __future__ import annotations

import hashlib
import itertools
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from qa import language
from qa.spelling import ordinary
from qa.types import Document, Passage, Span

SPLITTER = "nupunkt-0.8/v5"
LONGEST = 1200  # characters of a sentence
SAMPLE = 2000  # characters that tell the language
FULL, STRONG = 600, 300  # characters of a passage; from STRONG on, the end of a block ends it
QUESTION, ANSWER = 300, 200  # characters of a question that has an answer, and of one of several sentences, at most

_CLOSERS = "\"'”’»›)\\]}」』】）"
_CLOSING = "\"'”’»›)*_ "
_RUN_IN = re.compile(r"(\*\*|__)[^*_\n]+\1[.:]?")  # a heading before the text of its own paragraph
_CORRESPONDENCE = re.compile(
    r"^[>\s]*(?:(?:From|To|Cc|Subject|Von|An|Betreff): |(?:hi|hello|dear)\b[^\n.?]{0,60}[,!:]?$)", re.M | re.I
)
_OTHER_STOPS = re.compile(f"[。！？｡।॥؟۔።։]+[{_CLOSERS}]*")
_MARKS = range(-2, 3)  # how far apart two may see the same boundary, as at an opening quotation mark
_SPOKEN = (  # "[10:50] Ada: Yes"
    r"[\[(]?\d\d?:\d\d(?::\d\d)?[\])]? |(?:[^\W\d_a-zß-öø-ÿ][\w.’'-]* ){0,3}[^\W\d_a-zß-öø-ÿ][\w.’'-]*: "
)
_OWN_LINE = re.compile(_SPOKEN + r"|[-*+•‣◦▪●∙·]\s|\(?\d{1,3}[.)]\s|\(?[a-zA-Z]\)\s|#{1,6}\s|\||\d+$|[-=_*~·.\s]{3,}$")
_ITEM = re.compile(r"(?:[-*+•‣◦▪●∙·]|\(?\d{1,3}[.)])\s")
_HEADING = re.compile(r"#{1,6}\s|\d+$|[-=_*~·.\s]{3,}$")
_WORD_STOP = re.compile(
    rf"(?<![^\s(\[“\"'‘—–-])([A-Z]?[a-z]{{2,}})\.[{_CLOSERS}]*\s+(?=[\"“‘'(\[]*[A-Z][\w’']*(?:[^.\w’']|$))"
)
_INITIALISM = re.compile(r"(?:^|[^\w.])(?:[A-Z]\.){2,}$")
_RANK = re.compile(r"\b(?:Lt|Cmdr|Msgr|Supt|Pvt|Insp|N°)\.$")
_STARTER = re.compile(
    "(?:An?|The|This|That|These|Those|It|He|She|They|We|I|You|Its|His|Her|Their|Our|In|On|At|By|For|From|To|With|But|And|Or|As"
    "|After|Before|Since|During|When|While|If|Although|However|Meanwhile|According|What|Who|Why|How|There|No|Some|Now|Then)\\b"
)


def sentences(text: str, *, body: int = 0) -> list[Span]:
    """The sentences of `text` in order, (start, end) in characters; every non-space character is in exactly one.

    No span begins or ends with white space. `body` is an offset that no sentence crosses (the end of front matter).
    """
    return [span for block in _layout(text, body) for span in block]


def passages(document: Document) -> list[Passage]:
    """The document as runs of whole sentences of up to about 600 characters, in order, at least one sentence each.

    A question and what follows it are one sentence here: of an interview or a list of questions and answers neither
    says anything alone. What stands before the body shares no passage with it: no vector mixes the two."""
    groups: list[list[Span]] = []
    for block in _answered(document.text, document.body):
        for place, (start, end) in enumerate(block):
            first, last = (groups[-1][0][0], groups[-1][-1][1]) if groups else (0, 0)
            parted = (place == 0 and last - first >= STRONG) or first < document.body <= start
            if groups and end - first <= FULL and not parted:
                groups[-1].append((start, end))
            else:
                groups.append([(start, end)])
    return [_passage(document, ordinal, tuple(group)) for ordinal, group in enumerate(groups)]


def asked_and_answered(sentence: str) -> tuple[str, str]:
    """The question that a sentence of a passage opens with ("" for none) and what follows it ("" for nothing)."""
    asked = ""
    for start, end in sentences(sentence):
        if not is_question(sentence[start:end]):
            return asked, sentence[start:]
        asked = sentence[:end]
    return asked, ""


def columns(text: str, start: int) -> tuple[str, ...]:
    """The names of the columns of the Markdown table a row of which begins at `start`; () elsewhere."""
    if not text.startswith("|", start):
        return ()
    above = list(itertools.takewhile(lambda line: line.startswith("|"), reversed(text[:start].splitlines())))
    rulers = [i for i, line in enumerate(above) if not line.strip("|-: \t")]
    return tuple(cells(above[rulers[-1] + 1])) if rulers and rulers[-1] + 1 < len(above) else ()


def cells(row: str) -> list[str]:
    """The cells of a row of a Markdown table."""
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def named_cells(row: str, names: Sequence[str]) -> str:
    """A row of a table with the names of its columns, where it has any."""
    pairs = itertools.zip_longest(names, cells(row), fillvalue="")
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)


def section(text: str, start: int) -> tuple[str, ...]:
    """The headings under which an item of a Markdown list stands, the outermost first, without that of the whole text;
    () for any other sentence."""
    if not _ITEM.match(text, start) or text[text.rfind("\n", 0, start) + 1 : start].strip():
        return ()
    path: dict[int, str] = {}
    for place, level, heading in _headings(text):
        if place > start:
            break
        path = {above: name for above, name in path.items() if above < level} | {level: heading}
    return tuple(name for level, name in path.items() if level > 1)


@lru_cache(maxsize=64)
def _headings(text: str) -> list[tuple[int, int, str]]:
    found = re.finditer(r"^(#{1,6})[ \t]+(\S.*?)[# \t]*$", text, re.M)
    return [(match.start(), len(match[1]), match[2]) for match in found]


def is_question(sentence: str) -> bool:
    """Whether a sentence only asks."""
    return sentence.rstrip(_CLOSING).endswith(("?", "？", "؟"))


def _answered(text: str, body: int) -> Iterator[list[Span]]:
    """The sentences, block by block; a question and the sentence after it are one, and so are one that ends a block and
    the first sentences of the next, in the block of the question."""
    held: list[Span] = []
    written = _CORRESPONDENCE.search(text)  # there a question waits for the answer of another text
    for block in _layout(text, body):
        if written:
            yield block
            continue
        if held and (held[-1][0] < body <= block[0][0] or _no_answer(text[slice(*block[0])])):
            yield held
            held = []
        answer = block[0][0] if held and _asked(text, held[-1]) else 0
        for start, end in block:
            more = answer and end - answer <= ANSWER
            if held and (more or _asked(text, held[-1])) and end - held[-1][0] <= FULL:
                answer = answer or (start if _RUN_IN.fullmatch(text[slice(*held[-1])]) else 0)
                held[-1] = (held[-1][0], end)
            else:
                held.append((start, end))
                answer = 0
        if not is_question(text[slice(*held[-1])]):
            yield held
            held = []
    if held:
        yield held


def _asked(text: str, span: Span) -> bool:
    asked = text[slice(*span)]
    return len(asked) <= QUESTION and (is_question(asked) or bool(_RUN_IN.fullmatch(asked)))


def _no_answer(following: str) -> bool:
    return is_question(following) or bool(_HEADING.match(following)) or not any(map(str.isalnum, following))


def _passage(document: Document, ordinal: int, spans: tuple[Span, ...]) -> Passage:
    start, end = spans[0][0], spans[-1][1]
    text = document.text[start:end]
    key = "\x1f".join((document.id, SPLITTER, str(ordinal), text))
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Passage(digest, document.id, ordinal, start, end, text, spans)


def _layout(text: str, body: int) -> Iterator[list[Span]]:
    """The sentences, block by block."""
    punkt = language.punkt(language.detect(text[body : body + SAMPLE]) or "")
    for lo, hi in ((0, body), (body, len(text))):
        for start, end in _blocks(text, lo, hi):
            found = list(_sentences(re.sub(r"\s", " ", text[start:end]), punkt))
            if found:
                yield [(start + a, start + b) for a, b in found]


def _blocks(text: str, lo: int, hi: int) -> Iterator[Span]:
    lines: list[Span] = []
    for line in text[lo:hi].splitlines(keepends=True):
        lines.append(_trim(text, lo, lo + len(line)))
        lo += len(line)
    sizes = sorted(end - start for start, end in lines if end > start)
    width = sizes[math.ceil(0.95 * (len(sizes) - 1))] if sizes else 0
    block: Span | None = None
    last = ""
    for start, end in lines:
        line = text[start:end]
        if block and line and last and _wraps(last, line, width):
            block = (block[0], end)
        else:
            if block:
                yield block
            block = (start, end) if line else None
        last = line
    if block:
        yield block


def _wraps(line: str, following: str, width: int) -> bool:
    """Whether the break between two lines (not empty, trimmed) is mere wrapping, in a document of this width."""
    if _OWN_LINE.match(following) or _HEADING.match(line):
        return False
    if following[0].islower() or following[0] in ",;:)]}”’»…%":
        return True
    return 40 <= width <= 130 and len(line) + 1 + len(following.split(maxsplit=1)[0]) > 0.85 * width


def _sentences(block: str, punkt: Any = None) -> Iterator[Span]:
    """Spans in one block whose white space is all plain spaces."""
    spans: list[Span] = []
    others = {start + by for start, _ in punkt.span_tokenize(block) for by in _MARKS} if punkt else set()
    for start, end in _raw(block):
        alone = punkt and start not in others
        if spans and (alone or _belongs(block[spans[-1][0] : spans[-1][1]], block[start:end])):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    for start, end in spans:
        yield from _cut(block, start, end)


def _raw(block: str) -> Iterator[Span]:
    from nupunkt import sent_spans

    stops = [match.end() for match in _OTHER_STOPS.finditer(block)]
    for lo, hi in zip([0, *stops], [*stops, len(block)], strict=True):
        for start, end in sent_spans(block[lo:hi]):
            piece, at = block[lo + start : lo + end], lo + start
            ends = [at + stop.end() for stop in _WORD_STOP.finditer(piece) if ordinary(stop[1])]
            for one, other in itertools.pairwise([at, *ends, lo + end]):
                span = _trim(block, one, other)
                if span[0] < span[1]:
                    yield span


def _belongs(sentence: str, following: str) -> bool:
    """Whether `following` continues `sentence`, though nupunkt saw a boundary between them."""
    if following[0].islower() or not any(map(str.isalnum, following)) or not any(map(str.isalnum, sentence)):
        return True
    named = following[0].isupper() and not _STARTER.match(following)
    return bool(_RANK.search(sentence) or (named and _INITIALISM.search(sentence)))


def _cut(block: str, start: int, end: int) -> Iterator[Span]:
    """Pieces of at most `LONGEST` characters, cut at a clause, else at a space, else between two characters."""
    while end - start > LONGEST:
        half = start + LONGEST // 2
        marks = (block.rfind(mark, half, start + LONGEST) for mark in ("; ", ", ", " "))
        cut = next((at + 1 for at in marks if at >= 0), start + LONGEST)
        while cut > half and (unicodedata.category(block[cut])[0] == "M" or "\u200d" in block[cut - 1 : cut + 1]):
            cut -= 1
        yield _trim(block, start, cut)
        start = _trim(block, cut, end)[0]
    yield start, end


def _trim(text: str, start: int, end: int) -> Span:
    """The span without outer white space; empty where there is nothing else."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return start, start + len(piece.strip())
