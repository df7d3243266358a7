"""Whatever a document or a model writes, it is shown as text, whole, and nothing in it is live."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qa import render
from qa.render.shown import Batch, Upload
from qa.types import Answer, Citation, Claim, Conflict, Document, Hit, Passage, Side

NAUGHTY = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<svg/onload=alert(1)>",
    '"><iframe src="https://evil.test">',
    "' onmouseover='alert(1)",
    "![x](https://evil.test/x.png)",
    "[click](javascript:alert(1))",
    "<https://evil.test>",
    "https://evil.test www.evil.test a@evil.test",
    '<a href="https://evil.test">x</a>',
    "![x][1]\n\n[1]: https://evil.test/x.png",
    "<style>@import url(https://evil.test)</style>",
    "<!-- --><form action=https://evil.test><input type=image src=https://evil.test>",
    "{{constructor}} ${alert(1)} $$x$$ `code` **bold** ~~gone~~ | a | b |",
    "&lt;script&gt; &amp; &#60;",
    "a\x00b \u202egnp.exe \ufeff",
    "# heading\n- list\n1. one\n> quote\n    code\n---\n```\nfence",
]


class Reader(HTMLParser):
    """Collects what a fragment says and is made of."""

    def __init__(self, fragment: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: dict[str, str] = {}
        self.open: list[str] = []
        self.feed(fragment)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for tag in {*self.open, "*"}:
            self.words[tag] = self.words.get(tag, "") + data


def citation(number: int = 1, quote: str = "Oil rose to $90.", **changes: object) -> Citation:
    values = {"title": "Oil market", "document": "oil.txt", "start": 4, "end": 4 + len(quote), "date": "2023-12-06"}
    return Citation(number, quote=quote, **{**values, **changes})  # type: ignore[arg-type]


def hostile(text: str) -> Answer:
    cited = citation(quote=text or " ", title=text, document=text, date=text, speaker=text)
    sides = Conflict(text, (Side(text, 1), Side(text, 7)))
    hit = Hit(Passage("p", text, 0, 0, len(text), text, ()), 0.5)
    claims = (Claim(text.strip(), "partial", (1,), text), Claim(text.strip(), "partial", (1,)))
    more = {"standalone": text, "model": text, "evidence": (cited, citation(2, text)), "partial": text}
    return Answer(text, f"{text} [1] {text} [7]", False, (cited,), claims, (sides,), (hit,), **more)  # type: ignore[arg-type]


def inert(fragment: str) -> Reader:
    read = Reader(fragment)
    for tag, attributes in read.tags:
        assert tag in render.TAGS
        for name in attributes:
            assert name in {"class", "dir", "role", "tabindex", "type"} or name.startswith(("data-", "aria-"))
    return read


def everything(text: str) -> list[str]:
    """Every fragment the module can make out of hostile text."""
    answer, document = hostile(text), Document(text, f"before {text} after", text, text)
    fetching = render.Fetching(text, 1, 2, 3.0, text)
    return [
        *(
            render.html(answer),
            render.chat_html(answer),
            render.chat_html(answer, live=True, names={text: text}),
        ),
        *(
            render.source_html(document, (7, 7 + len(text))),
            render.turn_html(text, ""),
            render.part("notice", text, text),
        ),
        *(render.part("welcome", [text]), render.part("status", text, text, fetching)),
        render.part("status", text, text, render.Fetching(text, failed=text)),
    ]


@pytest.mark.parametrize("text", NAUGHTY)
def test_nothing_a_document_or_model_writes_becomes_markup(text: str) -> None:
    for fragment in everything(text):
        inert(fragment)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_at_all_becomes_markup(text: str) -> None:
    for fragment in everything(text):
        inert(fragment)


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=60), st.data())
def test_the_mark_holds_exactly_the_quoted_characters(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    read = inert(render.source_html(Document("a.txt", text, "A"), (start, end)))
    assert read.words.get("mark", "") == text[start:end]


@settings(deadline=None)
@given(
    st.text(st.sampled_from("ab <&"), min_size=9, max_size=20),
    st.lists(st.tuples(st.integers(-2, 22), st.integers(-2, 22))),
)
def test_other_cited_sentences_change_neither_the_opened_one_nor_the_text(
    text: str, also: list[tuple[int, int]]
) -> None:
    read = inert(render.source_html(Document("a.txt", text, "A"), (3, 6), also=also))
    assert read.words["mark"] == text[3:6]
    page = render.source_html(Document("a.txt", text, "A"), (3, 6), also=also).split('<div class="page"')[1]
    assert re.sub(r"<[^>]*>", "", page.split(">", 1)[1]) == render.escape(text)


@pytest.mark.parametrize("text", NAUGHTY)
def test_markdown_renders_to_the_same_words_and_nothing_live(text: str) -> None:
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(render.markdown(hostile(text)))
    assert {token.type for token in tokens} <= {"paragraph_open", "paragraph_close", "inline"}
    inner = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inner} <= {"text"}
    words = "".join("".join(child.content for child in token.children or ()) for token in tokens).split()
    assert words == render.plain(hostile(text)).replace("\x00", "\ufffd").split() or len(tokens) > 3


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_markdown_of_any_text_is_paragraphs_of_text(text: str) -> None:
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(render.markdown(hostile(text)))
    inner = {child.type for token in tokens for child in token.children or ()}
    assert inner <= {"text"} and {token.tag for token in tokens} <= {"p", ""}


@pytest.mark.parametrize("address", ["https://evil.test/x", "www.evil.test", "a@evil.test", "mailto:a@evil.test"])
def test_bare_addresses_are_broken_up_in_markdown(address: str) -> None:
    answer = Answer("q", f"See {address} now.", True)
    assert address not in render.markdown(answer)


def test_plain_text_is_the_answer_an_empty_line_and_the_numbered_sources() -> None:
    second = citation(2, "It fell\nagain.", date=None, title="Later")
    answer = Answer("q", "Oil rose [1], then fell [2].", True, (citation(), second))
    assert render.plain(answer) == (
        "Oil rose [1], then fell [2].\n\n"
        "[1] Oil market (6 December 2023), oil.txt:4-20: “Oil rose to $90.”\n"
        "[2] Later, oil.txt:4-18: “It fell again.”"
    )


def test_a_refusal_in_plain_text_is_its_sentence_alone() -> None:
    assert render.plain(Answer("q", "The documents do not say.", False)) == "The documents do not say."


def test_a_partial_answer_says_so_everywhere() -> None:
    answer = Answer("q", "Oil rose", True, partial="the model stopped answering")
    for text in (render.plain(answer), render.html(answer), render.chat_html(answer), render.markdown(answer)):
        assert "the model stopped answering" in text


def test_each_marker_is_a_chip_and_an_unknown_number_stays_text() -> None:
    read = inert(render.chat_html(Answer("q", "Rose [1] and [2], [two] said.", True, (citation(speaker="Ann"),))))
    chips = [attributes for tag, attributes in read.tags if tag == "button"]
    assert [chip["data-cite"] for chip in chips] == ["1", "1"]
    assert chips[0]["data-quote"] == "Oil rose to $90."
    assert (chips[0]["data-speaker"], chips[0]["data-source"]) == ("Ann", "Oil market · 6 December 2023")
    assert (chips[0]["data-document"], chips[0]["data-start"], chips[0]["data-end"]) == ("oil.txt", "4", "20")
    assert "[2], [two] said." in read.words["p"]


def test_evidence_shows_its_quotes_before_any_word_and_no_quote_twice_after() -> None:
    found = (citation(), citation(2, "Gas fell.", start=50))
    waiting = inert(render.chat_html(Answer("q", "", True, evidence=found), live=True))
    assert waiting.words["q"] == "Oil rose to $90.Gas fell."
    writing = inert(
        render.chat_html(
            Answer("q", "Gas fell. [1]", True, (citation(1, "Gas fell.", start=50),), evidence=found), live=True
        )
    )
    assert writing.words["q"] == waiting.words["q"]
    assert [a.get("data-cite") for tag, a in writing.tags if tag == "button"] == ["1", None, "1"]
    done = inert(render.chat_html(Answer("q", "Gas fell. [1]", True, (citation(1, "Gas fell.", start=50),))))
    assert "q" not in done.words and "Oil market" in done.words["li"]


def test_a_refusal_offers_its_nearest_passages_by_title_and_date_where_they_are_near() -> None:
    hit = Hit(Passage("p", "oil.txt", 0, 3, 9, "a b\n c", ()), 0.5)
    answer = Answer("q", "The documents do not say.", False, hits=(hit,) * 5, confidence=0.4)
    read = inert(render.chat_html(answer, names={"oil.txt": "Oil market · 6 December 2023"}))
    buttons = [attributes for tag, attributes in read.tags if tag == "button"]
    near = len(re.findall('class="near"', render.chat_html(answer).split("<details")[0]))
    assert near == 3 and (buttons[0]["data-start"], buttons[0]["data-end"]) == ("3", "9")
    assert "a b cOil market · 6 December 2023" in read.words["li"]
    off = render.chat_html(replace(answer, confidence=0.1))
    assert "Nearest passages" not in off and "Nothing in the documents is near enough to it to be shown." in off
    assert off.split("<details")[1].count('class="near"') == 5  # what was read can still be looked at


def test_sides_of_a_disagreement_stand_newest_first_with_source_speaker_date_and_chip() -> None:
    conflict = Conflict("the price", (Side("It is $90.", 1), Side("It is $80.", 2)))
    newer = citation(2, title="Gas market", date="2024-01-05", speaker="Ann")
    answer = Answer("q", "It is $90 [1] or $80 [2].", True, (citation(1), newer), conflicts=(conflict,))
    card = inert(re.search(r'<div class="conflict".*?</ol></div>', render.chat_html(answer))[0])  # type: ignore[index]
    assert card.words["h3"] == "Sources differ"
    assert card.words["li"] == "5 January 2024It is $80. 2Ann · Gas market6 December 2023It is $90. 1Oil market"
    assert "Sources differ: the price: It is $90. [1]; It is $80. [2]" in render.plain(answer)


def test_marks_of_lists_headings_and_tables_are_not_shown_and_quotes_stay_exact() -> None:
    text = "# Prices\n|---|---|\n| Oil | $90 |\n- Gas fell.\n"
    refusal = Answer("q", "None.", False, hits=(Hit(Passage("p", "a.md", 0, 0, 9, text, ()), 0.5),))
    assert inert(render.chat_html(refusal)).words["q"].endswith("Prices Oil; $90 Gas fell.")
    listed = citation(quote="- Gas fell.")
    answer = Answer("q", "Gas fell. [1]", True, (listed,), conflicts=(Conflict("gas", (Side("- Gas fell.", 1),)),))
    shown = render.chat_html(answer)
    assert 'data-quote="- Gas fell."' in shown and inert(shown).words["q"] == "Gas fell."
    assert "gas: Gas fell. [1]" in render.plain(answer) and "“- Gas fell.”" in render.plain(answer)


def test_an_evidence_file_names_what_sources_disagree_about() -> None:
    conflict = Conflict("the price", (Side("It is $90.", 1), Side("It is <i>$80.", 2)))
    answer = Answer("q", "It is $90 [1] or $80 [2].", True, (citation(1), citation(2)), conflicts=(conflict,))
    page = render.evidence_file("t", "now", [("q", answer, [])])
    assert "Sources differ: the price<br>[1] It is $90.<br>[2] It is &lt;i&gt;$80.</p>" in page


def test_files_that_were_added_are_named_until_they_are_in_and_those_that_failed_for_good() -> None:
    files = [Upload(f"{n}.txt", 1, "in") for n in range(20)] + [Upload(f"bad{n}.x", 1, "failed") for n in range(5)]
    done = render.uploads_html([Batch("b", "me", files, "done")])
    assert all(f"bad{n}.x" in done for n in range(5)) and "0.txt" not in done and "and 20 more" in done
    busy = render.uploads_html([Batch("b", "me", files, "working")])
    assert "6.txt" in busy and "and 13 more" in busy


def test_a_claim_that_is_partly_supported_is_underlined_and_says_why() -> None:
    claims = (Claim("Oil rose to $90.", "supported", (1,)), Claim("Ann <b> likes it.", "partial", (1,), 'only "Ann"'))
    read = inert(
        render.chat_html(Answer("q", "Oil rose to $90. [1] Ann <b> likes it. [1]", True, (citation(),), claims))
    )
    spans = {attributes.get("class"): attributes for tag, attributes in read.tags if tag == "span"}
    assert read.words["span"].startswith("Ann <b> likes it.partly supported") and "partly" in spans
    assert spans["word"]["data-why"] == 'only "Ann"' and spans["word"]["tabindex"] == "0"


def test_one_line_says_what_was_read_and_opens_into_ranks_and_what_became_of_each_sentence() -> None:
    passages = [Passage(str(n), f"{n % 2}.txt", n, 0, 9, "Oil rose.", ()) for n in range(3)]
    hits = (Hit(passages[0], 0.91, 1, 4), Hit(passages[1], 0.5, None, 2), Hit(passages[2], 0.25, 7, None))
    weighed = (citation(1, score=0.8), citation(2, "Gas fell.", score=0.4), citation(3, "Coal.", score=0.01))
    answer = Answer("q", "Oil rose to $90. [1]", True, (citation(1),), hits=hits, timings={"total": 1.26}, model="big")
    shown = render.chat_html(replace(answer, evidence=weighed, given=2, standalone="whole q"), names={"0.txt": "Zero"})
    read = inert(shown)
    assert read.words["summary"] == "2 documents, 3 passages read · big · 1.3 s"
    for said in ("by meaning no. 1 · by keywords no. 4 · score 0.91", "by meaning not found", "Zero", "whole q"):
        assert said in read.words["details"]
    fates = re.findall(r"likely · ([^<]*)<", shown)
    assert fates == ["cited as 1", "the model saw it and the answer does not use it",
                     "dropped: far less likely than the best"]  # fmt: skip


@pytest.mark.parametrize(
    ("date", "text"),
    [
        ("2023-12-06", "6 December 2023"),
        ("2023-12", "December 2023"),
        ("2023", "2023"),
        (None, ""),
        ("2023-13-40", "2023-13-40"),
    ],
)
def test_dates_are_written_out(date: str | None, text: str) -> None:
    assert render.date_text(date) == text


def test_the_source_says_title_date_and_page() -> None:
    document = Document("a/b.pdf", "one two three", "Report", "2023-12-06", pages=(0, 4))
    read = inert(render.source_html(document, (8, 13)))
    assert read.words["header"] == "Report6 December 2023 · a/b.pdf · page 2✕"
    assert read.words["mark"] == "three"


def test_a_fetch_shows_share_size_rate_and_source_and_can_be_cancelled() -> None:
    read = inert(
        render.part("status", "5 documents", "quote", render.Fetching("big", 250, 1000, 2e6, "model hub"), busy=True)
    )
    assert "Fetching big: 25 % of 0 MB · 2.0 MB/s · model hub" in read.words["span"]
    assert ("button", {"type": "button", "class": "cancel"}) in read.tags
