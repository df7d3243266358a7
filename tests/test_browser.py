"""The page in a real browser. Pictures of it: SCREENSHOTS=tests/screenshots pytest tests/test_browser.py"""

from __future__ import annotations

import json
import os
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from qa.assistant import Assistant
from qa.config import load
from qa.embed import SentenceTransformerEmbedder
from qa.models.quote import Quote
from qa.sync import sync
from qa.testing import FakeModel, corpus
from qa.types import Answer, Citation, Conflict, Hit, Passage, Side
from qa.web import build, chat
from qa.web.keep import Chats, Turn
from qa.web.line import Room

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="get it: pip install -e '.[dev]'")

SEEDS = Path(__file__).parent.parent / "seeds"
ASK = "Who accused Russia of betraying the Armenian population of Karabakh?"
EVIL = """Marzipan Quotas Doubled ![t](https://evil.test/title.png)

The marzipan quota <img src="https://evil.test/a.png" onerror="document.title='owned'"> was doubled by Ottoline Vance. \
Ottoline Vance said that <script>document.title='owned'</script> ![x](https://evil.test/b.png) marzipan is \
[free](javascript:alert(1)) and <style>@import url(https://evil.test/c.css)</style> plentiful.
"""
LEFT = ("AbortError: signal is aborted", "Unexpected error Connection errored out")
"""What Gradio's client says of a page that is left while a stream is open; a lost connection is reported before it."""
FILE = 'z"><img src=x onerror=alert(1)> marzipan.txt'


class Slow:
    """Writes the evidence sentence by sentence, and then has nothing to say, until it is closed."""

    name, hosts = "slow", ()

    def __init__(self) -> None:
        self.closed = threading.Event()

    def write(self, question: str, evidence: Sequence[Citation]) -> Iterator[str]:
        try:
            for citation in evidence:
                yield citation.quote + " "
                time.sleep(0.4)
            while True:
                yield ""
                time.sleep(0.05)
        finally:
            self.closed.set()


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("browser")
    (folder / "evil").mkdir()
    (folder / "evil" / FILE).write_text(EVIL, encoding="utf-8")
    config, embedder = load(index=folder / "index", offline=True, model="quote"), SentenceTransformerEmbedder()
    sync([SEEDS, folder / "evil", corpus(folder)], config=config, embedder=embedder)
    return Assistant(config, embedder=embedder)


@pytest.fixture(scope="module")
def url(assistant: Assistant, served: Callable[..., Any]) -> str:
    return str(served(lambda: build(assistant.config, lambda _: assistant)).url)


@pytest.fixture
def visit(browser: Any, url: str, assistant: Assistant) -> Iterator[Callable[..., Any]]:
    """Opens pages in browsers of their own; afterwards none asked another host, failed, or ran a document's script."""
    pages: list[Any] = []
    foreign: list[str] = []
    faults: list[str] = []

    def note(request: Any) -> None:
        if not request.url.startswith((url, "data:", "blob:")):
            foreign.append(request.url)

    def open(context: Any = None, **options: Any) -> Any:
        context = context or browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        page = context.new_page()
        page.on("request", note)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.on("dialog", lambda dialog: faults.append(f"dialog: {dialog.message}"))
        page.on("response", lambda got: faults.append(f"{got.status} {got.url}") if got.status >= 400 else None)
        page.goto(url)
        page.wait_for_selector("#status [data-busy=false]")
        pages.append(page)
        return page

    yield open
    titles = {page.title() for page in pages}
    for page in pages:
        page.context.close()
    assistant.answerer = Quote()
    faults = [fault for fault in faults if not fault.startswith(LEFT)]
    assert not foreign and not faults and titles <= {"Ask the documents"}


def ask(page: Any, question: str) -> Any:
    """Ask, wait for the finished answer, and return its locator."""
    page.fill("#ask textarea", question)
    page.keyboard.press("Enter")
    page.locator("#now .turn", has_text=question).locator("[aria-busy=false]").wait_for()
    return page.locator("#now .answer")


def keep(page: Any, name: str) -> None:
    """A picture of the page for the README, in few colours."""
    if folder := os.environ.get("SCREENSHOTS"):
        from PIL import Image

        page.wait_for_timeout(300)
        path = Path(folder, f"{name}.png")
        page.screenshot(path=path)
        Image.open(path).quantize(96).save(path, optimize=True)


def open_source(page: Any, chip: Any) -> str:
    """Click a chip; the text of the highlighted sentence."""
    chip.click()
    page.wait_for_selector("#source mark")
    return page.locator("#source mark").text_content()


def test_a_question_gets_chips_that_open_the_source_at_the_exact_sentence(
    visit: Callable[..., Any], assistant: Assistant
) -> None:
    page = visit()
    answer = ask(page, ASK)
    chip = answer.locator(".text .cite[data-cite='1']").first
    quote = assistant.ask(ASK).answer.citations[0]
    assert open_source(page, chip) == quote.quote == chip.get_attribute("data-quote")
    assert page.locator("#source mark").count() == 1
    assert page.locator("#source mark").evaluate("e => e.getBoundingClientRect().bottom < innerHeight")
    assert quote.title[:20] in page.locator("#source h2").inner_text()
    assert "6 December 2023" in answer.locator(".sources").inner_text()
    assert page.locator("#source").bounding_box()["x"] >= answer.bounding_box()["x"] + answer.bounding_box()["width"]


FIVE = [
    ASK,
    "How much will the repairs of the bridge cost?",
    "What is said about Maria Zakharova?",
    "Who is Mikhail Galuzin?",
    "What did the team led by Osei report on honeybees?",
]
OPENED = """chip => new Promise(done => {
    const began = performance.now(), pane = document.querySelector("#source"), wanted = chip.dataset.quote;
    const look = () => {
        const mark = pane.querySelector("mark"), box = mark?.getBoundingClientRect();
        if (mark?.textContent === wanted && box.height && box.bottom > 0 && box.top < innerHeight)
            return done(performance.now() - began);
        if (performance.now() - began > 5000) return done(Infinity);
        requestAnimationFrame(look);
    };
    chip.click();
    look();
})"""


def test_every_number_opens_its_passage_by_one_click(visit: Callable[..., Any]) -> None:
    page, took = visit(), []
    for question in FIVE:
        ask(page, question)
    for chip in page.locator(".answer :is(.text, .conflict, .sources) .cite").all():
        took.append(chip.evaluate(OPENED))
        page.keyboard.press("Escape")
    print(f"{len(took)} markers: median {statistics.median(took):.0f} ms, longest {max(took):.0f} ms")
    assert len(took) >= 15 and max(took) < 5000  # all of them show it; how soon is printed, not judged


def test_evidence_comes_before_the_words_and_stop_keeps_what_is_written(
    visit: Callable[..., Any], assistant: Assistant
) -> None:
    slow = assistant.answerer = Slow()
    page = visit()
    page.fill("#ask textarea", ASK)
    page.keyboard.press("Enter")
    page.wait_for_selector("#now .sources q")
    assert page.locator("#ask textarea").input_value() == ""
    page.wait_for_selector("#now [aria-busy=true] .text .cite")
    keep(page, "streaming")
    page.click("#ask .stop-button")
    page.wait_for_selector("#now [aria-busy=false]", timeout=3000)
    assert slow.closed.wait(2)
    answer = page.locator("#now .answer")
    assert "The answer stops here." in answer.inner_text()
    chip = answer.locator(".text .cite").first
    assert open_source(page, chip) == chip.get_attribute("data-quote")
    page.wait_for_selector("#ask .submit-button")


def test_hover_and_focus_show_the_quote_with_its_source_and_keys_open_and_close_it(visit: Callable[..., Any]) -> None:
    page = visit()
    chip = ask(page, ASK).locator(".text .cite").first
    chip.hover()
    assert page.locator("#tip").is_visible()
    assert page.locator("#tip q").text_content() == chip.get_attribute("data-quote")
    assert "6 December 2023" in page.locator("#tip").inner_text()
    assert page.locator("#tip b").inner_text() == "EU Council President Charles Michel"
    page.locator("#tip").hover()
    page.wait_for_timeout(300)
    assert page.locator("#tip").is_visible()
    page.mouse.move(5, 5)
    page.locator("#tip").wait_for(state="hidden")
    chip.focus()
    assert page.locator("#tip").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#tip").is_hidden() and chip.evaluate("e => e === document.activeElement")
    page.keyboard.press("Enter")
    page.wait_for_selector("#source mark")
    page.keyboard.press("Escape")
    assert page.locator("#source").is_hidden()
    assert chip.evaluate("e => e === document.activeElement")


def test_the_reader_steps_through_the_cited_sentences_across_documents_and_comes_back_to_the_chip(
    visit: Callable[..., Any], assistant: Assistant
) -> None:
    assistant.answerer = FakeModel(lambda question, evidence: " ".join(c.quote for c in evidence))
    page = visit(viewport={"width": 1280, "height": 400})
    chips = ask(page, "Who was invited to visit Moscow, and who pulled out of peace talks?").locator(".text .cite")
    places = list(
        dict.fromkeys(chips.evaluate_all("all => all.map(c => [c.dataset.document, c.dataset.quote].join())"))
    )
    assert chips.count() >= 3 and len({place.split(",")[0] for place in places}) >= 2
    chip = chips.nth(1)
    chip.scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 30)")
    before = page.evaluate("scrollY"), chip.bounding_box()["y"]
    quotes, seen = [place.split(",", 1)[1] for place in places], [open_source(page, chip)]
    assert abs(chip.bounding_box()["y"] - before[1]) < 2
    assert page.locator("#source nav").inner_text().split() == ["←", "2", "of", str(len(places)), "→"]
    for key in ["ArrowRight"] * (len(places) - 1):
        page.keyboard.press(key)
        page.locator(f"#source nav >> text={(quotes.index(seen[-1]) + 1) % len(places) + 1} of").wait_for()
        seen.append(page.locator("#source mark").text_content())
        faint = page.locator("#source .also").all_text_contents()
        assert seen[-1] not in faint and set(faint) <= set(quotes)
    assert sorted(seen) == sorted(quotes)
    page.click("#source .step[data-by='-1']")
    page.wait_for_function("document.querySelector('#source mark').textContent === " + json.dumps(seen[-2]))
    assert page.evaluate("document.activeElement.dataset.by") == "-1"
    page.keyboard.press("Escape")
    assert (page.evaluate("scrollY"), chip.bounding_box()["y"]) == before
    assert chip.evaluate("e => e === document.activeElement")
    assistant.answerer = Quote()
    page = visit()
    chips = ask(page, "Who was invited to Moscow?").locator(".text .cite")
    open_source(page, chips.first)
    assert page.locator("#source nav").inner_text().split() == ["←", "1", "of", str(chips.count()), "→"]
    keep(page, "chat")


def test_a_reload_keeps_the_conversation_of_this_browser_and_of_no_other(visit: Callable[..., Any]) -> None:
    page = visit()
    ask(page, ASK)
    ask(page, "What is said about Maria Zakharova?")
    page.reload()
    page.wait_for_selector("#past .turn")
    assert page.locator(".turn .question").all_inner_texts() == [ASK, "What is said about Maria Zakharova?"]
    chip = page.locator(".turn .text .cite").first
    assert open_source(page, chip) == chip.get_attribute("data-quote")
    page.keyboard.press("Escape")
    ask(page, "Who is Mikhail Galuzin?")
    assert page.locator(".turn").count() == 3
    assert visit().locator(".turn").count() == 0
    page.click("#new")
    page.wait_for_selector("#welcome .welcome:visible")
    assert page.locator(".turn").count() == 0


def test_the_empty_page_offers_questions_that_are_answered(visit: Callable[..., Any]) -> None:
    page = visit()
    example = page.locator(".example").first
    example.wait_for()
    keep(page, "empty")
    example.dblclick()
    page.wait_for_selector("#now .answer[aria-busy=false]")
    assert page.locator("#now .refusal").count() == 0 and page.locator("#now .cite").count()
    page.wait_for_timeout(1000)
    assert page.locator(".turn").count() == 1  # asked once


def test_questions_to_go_on_with_come_after_the_answer_and_are_answered(visit: Callable[..., Any]) -> None:
    page = visit()
    ask(page, ASK)
    page.wait_for_selector("#now .next .example", timeout=5000)
    question = page.locator("#now .next .example").first.inner_text()
    assert question.endswith("?") and question != ASK
    page.click("#now .next .example >> nth=0")
    turn = page.locator("#now .turn", has_text=question)
    turn.locator("[aria-busy=false]").wait_for()
    assert turn.locator(".refusal").count() == 0 and turn.locator(".text .cite").count()
    assert page.locator("#past .next").count() == 0


def test_a_refusal_is_calm_and_its_nearest_passages_open(visit: Callable[..., Any]) -> None:
    page = visit()
    answer = ask(page, "What did Aliyev say about France?")
    assert "Nothing in them mentions “France”" in answer.inner_text()
    assert answer.evaluate("e => e.matches('.refusal')") and answer.locator(".text .cite").count() == 0
    assert "Looked for: What did Aliyev say about France?" in answer.inner_text()
    near = answer.locator(".nearest .near")
    assert near.count() == 3 and answer.locator("[role=alert]").count() == 0
    keep(page, "refusal")
    near.first.click()
    page.wait_for_selector("#source mark")


def test_a_disagreement_is_a_card_with_the_newest_side_first(visit: Callable[..., Any]) -> None:
    page = visit()
    answer = ask(page, "How much will the repairs of the bridge cost?")
    sides = answer.locator(".conflict li")
    assert (
        sides.count() == 2 and "17 May 2024" in sides.nth(0).inner_text() and "3.1 million" in sides.nth(0).inner_text()
    )
    assert "Mayor Ruth Adeyemi" in sides.nth(1).inner_text()
    boxes = [sides.nth(n).bounding_box() for n in range(2)]
    assert boxes[0]["y"] == boxes[1]["y"] and boxes[0]["x"] < boxes[1]["x"]
    keep(page, "disagreement")
    assert "2.4 million" in open_source(page, sides.nth(1).locator(".cite"))


def test_a_claim_that_is_partly_supported_looks_different_and_says_why(
    visit: Callable[..., Any], assistant: Assistant
) -> None:
    said = "Ruth Adeyemi said the repairs would cost a staggering, unaffordable 2.4 million euros. "
    assistant.answerer = FakeModel([said + "The repairs will cost 3.1 million euros, Ines Duarte said on Friday."])
    page = visit()
    answer = ask(page, "How much will the repairs of the bridge cost?")
    weak, plain = answer.locator(".partly"), answer.locator(".text p").first
    assert weak.count() == 1 and "staggering" in weak.inner_text() and "Duarte" not in weak.inner_text()
    assert "Duarte" in plain.inner_text()
    line = "e => getComputedStyle(e).textDecorationLine"
    assert weak.evaluate(line) == "underline" and plain.evaluate(line) == "none"
    answer.locator(".word").focus()
    assert page.locator("#tip").inner_text() == "Not in the cited words: “staggering”, “unaffordable”."
    keep(page, "partly")
    page.reload()
    page.locator("#past .partly").wait_for()


def test_the_line_under_an_answer_opens_into_what_was_read_and_every_passage_of_it_opens(
    visit: Callable[..., Any],
) -> None:
    page = visit()
    how = ask(page, ASK).locator(".how")
    assert re.fullmatch(r"\d documents?, 8 passages read · the sources’ own words · \d+\.\d s", how.inner_text())
    how.locator("summary").press("Enter")
    assert how.locator(".near").count() == 8 and "cited as 1" in how.inner_text() and "dropped" in how.inner_text()
    assert re.search(r"by meaning no. \d+ · by keywords no. \d+ · score \d\.\d\d", how.inner_text())
    how.locator(".near").nth(3).click()
    page.wait_for_selector("#source mark")
    assert how.locator(".near.open").count() == 1
    page.reload()
    page.wait_for_selector("#past .how")
    assert page.locator("#past .how .near").count() == 8


def test_enter_sends_shift_enter_breaks_and_escape_stops(visit: Callable[..., Any], assistant: Assistant) -> None:
    assistant.answerer = Slow()
    page = visit()
    page.fill("#ask textarea", "Who accused Russia of betraying")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("the Armenian population of Karabakh?")
    assert page.locator(".turn").count() == 0 and "\n" in page.locator("#ask textarea").input_value()
    page.keyboard.press("Enter")
    page.wait_for_selector("#now [aria-busy=true] .text .cite")
    assert page.locator("#voice").inner_text() == "Reading the sources."
    page.keyboard.press("Escape")
    page.wait_for_selector("#now [aria-busy=false]", timeout=3000)
    assert "The answer stops here." in page.locator("#now").inner_text() and page.locator("#now .text .cite").count()
    assert "ready" in page.locator("#voice").inner_text()


# In the page, at the very moment an answer is shown whole: before Gradio has heard that it is.
AT_ONCE = """question => {
    const now = document.querySelector("#now"), box = document.querySelector("#ask textarea");
    const look = new MutationObserver(() => {
        if (!now.querySelector(".answer[aria-busy=false]")) return;
        look.disconnect();
        box.value = question;
        box.dispatchEvent(new Event("input", { bubbles: true }));
        box.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true, cancelable: true }));
    });
    look.observe(now, { childList: true, subtree: true });
}"""


def test_a_question_sent_the_moment_an_answer_is_shown_is_answered_next(visit: Callable[..., Any]) -> None:
    page = visit()
    page.evaluate(AT_ONCE, "Who is Mikhail Galuzin?")
    page.fill("#ask textarea", ASK)
    page.keyboard.press("Enter")  # its answer may be gone from #now before anybody could look at it
    page.locator("#now .turn", has_text="Galuzin?").locator("[aria-busy=false]").wait_for()
    assert page.locator("#ask textarea").input_value() == "" and page.locator("#queued").is_hidden()
    page.reload()
    page.wait_for_selector("#past .turn")
    assert page.locator(".turn .question").all_inner_texts() == [ASK, "Who is Mikhail Galuzin?"]


def test_what_is_typed_during_an_answer_stays_and_enter_sends_it_after(
    visit: Callable[..., Any], assistant: Assistant
) -> None:
    assistant.answerer = Slow()
    page = visit()
    box = page.locator("#ask textarea")
    page.fill("#ask textarea", ASK)
    page.keyboard.press("Enter")
    page.wait_for_selector("#now [aria-busy=true] .text .cite")
    page.keyboard.type("Who is Mikhail")
    page.keyboard.press("Enter")
    page.wait_for_selector("#queued:visible")
    page.keyboard.type(" Galuzin?")  # not meant like this, then
    assert page.locator("#queued").is_hidden()
    page.click("#ask .stop-button")
    page.wait_for_selector("#ask .submit-button")
    page.wait_for_timeout(500)
    assert box.input_value() == "Who is Mikhail Galuzin?" and page.locator(".turn").count() == 1
    box.press("Enter")
    page.locator("#now [aria-busy=true]", has=page.locator(".text .cite")).wait_for()
    page.keyboard.type("Who is Ararat Mirzoyan?")
    page.keyboard.press("Enter")
    page.wait_for_selector("#queued:visible")
    page.click("#ask .stop-button")
    page.wait_for_selector("#now .turn:has-text('Mirzoyan?') .text .cite", timeout=8000)
    assert box.input_value() == "" and page.locator("#queued").is_hidden()
    page.keyboard.press("Escape")
    page.wait_for_selector("#ask .submit-button")
    assert page.locator(".turn").count() == 3


def test_a_new_chat_in_the_midst_of_an_answer_stays_empty(
    visit: Callable[..., Any], assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant.answerer, turns = Slow(), Chats.turns

    def late(chats: Chats, owner: str, key: str) -> Any:
        time.sleep(0.8 if key else 0)  # the old conversation, if it is asked for, comes after the new one
        return turns(chats, owner, key)

    page = visit()
    page.fill("#ask textarea", ASK)
    page.keyboard.press("Enter")
    page.wait_for_selector("#now [aria-busy=true] .text .cite")
    monkeypatch.setattr(Chats, "turns", late)
    page.click("#new")
    page.wait_for_timeout(2500)
    assert page.locator(".turn").count() == 0 and "#chat" not in page.url
    monkeypatch.undo()
    page.wait_for_function("document.querySelectorAll('#chats .chat').length === 1")


def test_where_there_is_no_room_the_question_a_draft_and_the_answers_stay(
    visit: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    page, seat = visit(), Room.seat
    ask(page, ASK)
    monkeypatch.setattr(Room, "seat", lambda room, who: seat(Room(seats=0, each=1), who))
    page.fill("#ask textarea", "What I was writing")
    page.click(".again:visible")
    page.wait_for_selector("#now .unasked")
    box = page.locator("#ask textarea")
    assert box.input_value() == "What I was writing" and page.locator("#past .turn .cite").count()
    page.fill("#ask textarea", "Who is Mikhail Galuzin?")
    page.keyboard.press("Enter")
    page.locator("#now .turn", has_text="Galuzin?").wait_for()
    assert "Many people are asking" in page.locator("#now").inner_text()
    page.wait_for_timeout(300)
    assert box.input_value() == "Who is Mikhail Galuzin?"
    monkeypatch.undo()
    page.keyboard.press("Enter")
    page.wait_for_selector("#now .answer[aria-busy=false]")
    assert box.input_value() == "" and page.locator(".turn").count() == 2


def test_an_earlier_question_is_edited_in_a_copy_and_the_old_conversation_stays(visit: Callable[..., Any]) -> None:
    page = visit()
    ask(page, ASK)
    ask(page, "Who is Mikhail Galuzin?")
    ask(page, "Who is Maria Zakharova?")
    old = page.url
    page.keyboard.press("ArrowUp")
    assert page.locator("#ask textarea").input_value() == "Who is Maria Zakharova?"
    page.keyboard.press("Escape")
    assert page.locator("#ask textarea").input_value() == "" and page.locator("#editing").is_hidden()
    page.locator(".turn").nth(1).locator(".edit").click()
    assert page.locator("#ask textarea").input_value() == "Who is Mikhail Galuzin?"
    ask(page, "Who is Ararat Mirzoyan?")
    assert page.locator(".turn .question").all_inner_texts() == [ASK, "Who is Ararat Mirzoyan?"]
    page.wait_for_function("document.querySelectorAll('#chats .chat').length === 2")
    page.wait_for_function("old => location.href !== old", arg=old)
    page.reload()
    page.locator("#past .turn").nth(1).wait_for()
    assert page.locator(".turn .question").all_inner_texts() == [ASK, "Who is Ararat Mirzoyan?"]
    page.goto(old)
    page.locator("#past .turn").nth(2).wait_for()


def test_a_draft_outlives_an_edit_and_an_edit_ends_with_its_conversation(visit: Callable[..., Any]) -> None:
    page = visit()
    box, draft = page.locator("#ask textarea"), "What I was writing"
    ask(page, ASK)
    box.fill(draft)
    page.click(".turn .edit")
    assert box.input_value() == ASK
    page.keyboard.press("Escape")
    assert box.input_value() == draft
    page.click(".turn .edit")
    ask(page, "Who is Ararat Mirzoyan?")
    assert box.input_value() == draft and page.locator(".turn").count() == 1
    page.click(".turn .edit")
    page.click("#new")
    page.locator(".turn").wait_for(state="detached")
    assert box.input_value() == draft and page.locator("#editing").is_hidden()


def test_the_last_answer_is_written_again_in_its_place(visit: Callable[..., Any], assistant: Assistant) -> None:
    page = visit()
    ask(page, "Who is Mikhail Galuzin?")
    ask(page, ASK)
    assert page.locator(".again:visible").count() == 1
    assistant.answerer = FakeModel(lambda question, evidence: evidence[0].quote, name="another")
    page.fill("#ask textarea", "And then")
    page.click(".again:visible")
    page.locator("#now .how summary", has_text="another").wait_for()
    assert page.locator("#ask textarea").input_value() == "And then"
    page.reload()
    page.locator("#past .turn").nth(1).wait_for()
    assert page.locator(".turn .question").all_inner_texts() == ["Who is Mikhail Galuzin?", ASK]
    assert "another" in page.locator(".turn .how summary").last.inner_text()


def test_a_courtesy_is_not_judged_or_taken_away(visit: Callable[..., Any]) -> None:
    page = visit()
    ask(page, "Thank you!")
    assert page.locator("#now .answer .text").inner_text() and page.locator(".actions").count() == 0
    page.reload()
    page.locator("#past .turn").wait_for()
    assert page.locator(".actions").count() == 0


def test_nothing_moves_while_the_answer_is_written(visit: Callable[..., Any], assistant: Assistant) -> None:
    assistant.answerer = Slow()
    page = visit()
    page.fill("#ask textarea", ASK)
    page.keyboard.press("Enter")
    page.wait_for_selector("#now .evidence li")
    page.evaluate("""() => {
        window.shift = 0; window.places = new Set();
        const add = list => list.getEntries().forEach(entry => { shift += entry.value; });
        new PerformanceObserver(add).observe({type: "layout-shift"});
        const still = "#now :is(.question, .text, .evidence li, .evidence .cite), #ask, #top";
        const read = () => {
            const boxes = [...document.querySelectorAll(still)].map(each => each.getBoundingClientRect());
            places.add(boxes.map(box => Math.round(box.top)).join());
            requestAnimationFrame(read);
        };
        read();
    }""")
    page.wait_for_function("document.querySelectorAll('#now .text .cite').length >= 1")
    assert page.evaluate("[...places]") == [page.evaluate("[...places][0]")]
    assert page.evaluate("shift") == 0


LONG = {
    "Hebrew": "נשיא המדינה אמר כי הגשר ייסגר עד סוף השנה (Elmford, 2024) ולא ייפתח. " * 12,
    "Chinese": "这座桥建于一九零二年每天有四千人通过市议会投票决定关闭" * 30,
    "a word": "a" * 10_000,
    "a text": "The council of Elmford voted on Monday to close the old bridge. " * 160,
}


@pytest.mark.parametrize("width", [1280, 375, 640])  # 640: a window of 1280 at 200 % zoom
def test_any_text_and_fifty_sources_stay_within_the_window(visit: Callable[..., Any], width: int) -> None:
    page = visit(viewport={"width": width, "height": 740})
    for name, text in LONG.items():
        cited = tuple(
            Citation(n, f"{name}.txt", text[:300], text[:400], 0, 400, 1, "2024-03-05", text[:60]) for n in range(1, 51)
        )
        passage = Passage("p", f"{text[:200]}.txt", 0, 0, len(text), text, ())
        sides = Conflict(text[:200], (Side(text[:400], 1), Side(text[:400], 2)))
        more: dict[str, Any] = {"standalone": text, "evidence": cited, "given": 3, "model": text[:90]}
        said = text + "".join(f"[{n}]" for n in range(1, 51))
        answer = Answer(text[:400], said, True, cited, (), (sides,), (Hit(passage, 0.5, 1, 2),) * 8, **more)
        page.evaluate(
            "html => { document.querySelector('#now').innerHTML = html; }", chat.turn_html(Turn(text, answer), 7)
        )
        page.locator("#now summary").click()
        page.keyboard.press("Shift")
        page.locator("#now .text .cite").first.focus()
        page.wait_for_timeout(400)  # the page moved below the pointer: the card stays where the keyboard is
        page.wait_for_selector("#tip:visible")
        wide = page.evaluate("""() => [...document.querySelectorAll("#conversation *, #tip, #tip *")].filter(e => {
            const box = e.getBoundingClientRect(), clipped = e.closest(".near q, #tip q, #tip p");
            return box.width && !clipped && (box.right > innerWidth + 1 || box.left < -1);
        }).map(e => `${e.tagName} ${e.className}`)""")
        assert not wide, name
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        assert page.locator("#tip").evaluate("e => e.getBoundingClientRect().height <= innerHeight"), name


LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 375, "height": 740}},
}


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_no_serious_fault(visit: Callable[..., Any], assistant: Assistant, look: str) -> None:
    page, faults = visit(**LOOKS[look]), dict[str, Any]()

    def check(state: str) -> None:
        page.wait_for_timeout(300)
        for fault in axe.Axe().run(page).response["violations"]:
            if fault["impact"] in {"serious", "critical"}:
                faults[f"{state}: {fault['id']}"] = [node["html"][:200] for node in fault["nodes"][:3]]

    page.locator(".example").first.wait_for()
    check("empty")
    answer = ask(page, "How much will the repairs of the bridge cost?")
    page.wait_for_selector("#now .next")
    answer.locator("summary").click()
    check("answer, with a disagreement and what was read")
    open_source(page, answer.locator(".text .cite").first)
    check("source open")
    page.keyboard.press("Escape")
    ask(page, "Which planet has the most moons?")
    check("refusal")
    page.locator(".edit").first.click()
    check("editing")
    page.keyboard.press("Escape")
    assistant.answerer = FakeModel([])
    page.fill("#ask textarea", ASK)
    page.keyboard.press("Enter")
    page.wait_for_selector("#now [role=alert]")
    check("error")
    assert not faults


def test_hostile_documents_are_shown_as_text_and_nothing_of_them_is_live(visit: Callable[..., Any]) -> None:
    page = visit()
    answer = ask(page, "What did Ottoline Vance say about the marzipan <img src=x onerror=alert(1)>?")
    assert "<img src=x onerror=alert(1)>" in page.locator("#now .question").inner_text()
    page.locator("#conversation :is(.cite, .near)", has=page.locator(":scope[data-document*=marzipan]")).first.hover()
    quote = open_source(page, page.locator("#conversation [data-document*=marzipan]").first)
    assert "evil.test" in quote or "marzipan" in quote
    assert EVIL.strip()[-60:] in page.locator("#source .page").inner_text()
    live = ":is(#conversation, #source, #tip) :is(img, script, a, style, form, iframe)"
    assert page.locator(live).count() == 0 and answer.count() == 1
    page.reload()
    page.wait_for_selector("#past .turn")
    assert page.locator(live).count() == 0


def test_the_policy_stops_what_would_get_past_the_sanitiser(browser: Any, url: str) -> None:
    context = browser.new_context()
    page, tried, stopped = context.new_page(), [], []
    assert "object-src 'none'" in page.goto(url).headers["content-security-policy"]
    page.on("request", lambda request: tried.append(request.url) if "evil.test" in request.url.split("/")[2] else None)
    page.on("requestfailed", lambda request: stopped.append(request.url) if request.failure == "csp" else None)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=https://evil.test/x.png>')")
    page.evaluate("fetch('https://evil.test').catch(() => 0)")
    page.evaluate("fetch('/gradio_api/file=https://evil.test/x.png').then(r => window.got = r.status)")
    page.wait_for_function("window.got === 403")
    context.close()
    assert tried == stopped


@pytest.mark.parametrize(
    ("name", "options"),
    [("phone", {"viewport": {"width": 375, "height": 740}}), ("dark", {"color_scheme": "dark"})],
)
def test_a_phone_and_the_dark_show_everything_within_the_window(
    browser: Any, visit: Callable[..., Any], name: str, options: dict[str, Any]
) -> None:
    page = visit(browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options}))
    chip = ask(page, ASK).locator(".text .cite").first
    keep(page, name)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(22, 24, 27)" if name == "dark" else "rgb(251, 250, 247)"
    )
    assert open_source(page, chip)
    pane = page.locator("#source")
    assert pane.get_attribute("role") == ("dialog" if name == "phone" else "complementary")
    if name == "phone":
        assert pane.bounding_box() == {"x": 0, "y": 0, "width": 375, "height": 740}
        assert page.evaluate("document.querySelector('gradio-app').inert")
    page.click("#source .close")
    assert page.locator("#source").is_hidden()
    ask(page, "What did Charles Michel say about Russia?")
    asked, line = page.locator("#now .question").bounding_box(), page.locator("#top").bounding_box()
    assert asked["y"] >= line["y"] + line["height"] and asked["y"] < 200
