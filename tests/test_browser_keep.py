"""Keeping and teaching in a real browser: conversations, links, exports, what is said of an answer, and a restart."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from test_browser import LEFT

from qa.assistant import Assistant
from qa.config import load
from qa.embed import SentenceTransformerEmbedder
from qa.models.quote import Quote
from qa.sync import sync
from qa.testing import corpus
from qa.types import Citation
from qa.web import build

COST = "Who said that the repairs of the bridge would cost 2.4 million euros?"
BEES = "How far can honeybees count?"
WIDE = {"width": 1440, "height": 900}


class Endless:
    """An answerer that never comes to an end by itself."""

    name, hosts = "endless", ()

    def write(self, question: str, evidence: Sequence[Citation]) -> Iterator[str]:
        while True:
            yield evidence[0].quote + " "
            time.sleep(0.1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus(tmp_path_factory.mktemp("keep"))


@pytest.fixture(scope="module")
def assistant(folder: Path) -> Assistant:
    config = load(index=folder.parent / "index", offline=True, model="quote")
    embedder = SentenceTransformerEmbedder()
    sync([folder], config=config, embedder=embedder)
    return Assistant(config, embedder=embedder)


@pytest.fixture(scope="module")
def running(assistant: Assistant, served: Callable[..., Any]) -> Any:
    return served(lambda: build(assistant.config, lambda _: assistant))


@pytest.fixture
def visit(browser: Any, running: Any) -> Iterator[Callable[..., Any]]:
    """Opens the page in a browser of its own, or in the one given; no page fails or says an error."""
    contexts: list[Any] = []
    faults: list[str] = []

    def open(context: Any = None, at: str = "", **options: Any) -> Any:
        page = (context or browser.new_context(**{"viewport": WIDE, **options})).new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.goto(running.url + at)
        page.wait_for_selector("#status [data-busy=false]")
        page.wait_for_selector("#ask textarea:enabled")
        contexts.append(page.context)
        return page

    yield open
    for context in set(contexts):
        context.close()
    assert not [fault for fault in faults if not fault.startswith(LEFT)]


def ask(page: Any, question: str) -> Any:
    page.fill("#ask textarea", question)
    page.keyboard.press("Enter")
    page.locator("#now .turn[data-turn]", has_text=question).locator("[aria-busy=false]").wait_for()
    return page.locator("#now .answer")


def picture(page: Any, name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        page.wait_for_timeout(300)
        page.screenshot(path=f"{folder}/keep-{name}.png")


def accessible(page: Any) -> None:
    """Axe finds nothing serious in what is shown now."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"]) for each in found if each["impact"] in {"serious", "critical"}] == []


def titles(page: Any) -> list[str]:
    return page.locator("#chats .chat bdi").all_inner_texts()


def listed(page: Any, *wanted: str) -> None:
    """Wait until the list of conversations is exactly this."""
    page.wait_for_function(
        "wanted => [...document.querySelectorAll('#chats .chat bdi')].map(e => e.textContent).join('|') === wanted",
        arg="|".join(wanted),
    )


def test_conversations_are_listed_opened_found_renamed_and_deleted(visit: Callable[..., Any]) -> None:
    page = visit()
    page.locator("#chats", has_text="None yet").wait_for()
    ask(page, COST)
    listed(page, COST)
    page.click("#new")
    page.wait_for_selector("#welcome .welcome:visible")
    ask(page, BEES)
    listed(page, BEES, COST)
    picture(page, "sidebar")
    page.fill("#find-chat", "adeyemi")
    listed(page, COST)
    page.click("#chats .chat")
    page.locator("#past .turn.linked .question", has_text=COST).wait_for()
    assert "adeyemi" in page.locator("#chats .found").inner_text().lower()
    page.fill("#find-chat", "")
    listed(page, BEES, COST)
    assert page.locator("#chats [aria-current] bdi").inner_text() == COST
    page.hover("#chats li:has([aria-current])")
    page.click("#chats li:has([aria-current]) .more")
    picture(page, "manage")
    accessible(page)
    page.fill("#sheet input", "What it costs")
    page.click("#sheet .main")
    listed(page, BEES, "What it costs")
    page.hover("#chats li:first-child")
    page.click("#chats li:first-child .more")
    page.click("#sheet .alarm")
    assert "gone for good" in page.locator("#sheet").inner_text()
    page.click("#sheet .alarm")
    listed(page, "What it costs")
    assert page.locator("#past .question").inner_text() == COST
    page.wait_for_function("document.activeElement === document.querySelector('#ask textarea')")


def test_another_tab_goes_on_and_another_browser_sees_nothing(visit: Callable[..., Any]) -> None:
    first = visit()
    ask(first, COST)
    second = visit(first.context)
    second.wait_for_selector("#past .turn")
    ask(second, BEES)
    first.reload()
    first.wait_for_function("document.querySelectorAll('#past .turn').length === 2")
    stranger = visit(at=f"/#{first.url.partition('#')[2]}")
    assert "not yours" in stranger.locator("#past").inner_text()
    assert stranger.locator(".turn").count() == 0 and titles(stranger) == []


def test_a_link_to_one_message_opens_its_conversation_there(visit: Callable[..., Any]) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    ask(page, COST)
    for number in range(3):
        ask(page, f"{BEES} {'?' * number}")
    page.locator("#past .act[data-act=link]").nth(1).click()
    link = page.evaluate("navigator.clipboard.readText()")
    page.click("#new")
    page.wait_for_selector("#welcome .welcome:visible")
    page.goto(link)
    page.wait_for_selector(".turn.linked")
    assert page.locator(".turn").count() == 4
    assert page.locator(".turn.linked .question").inner_text() == BEES
    page.wait_for_function("Math.abs(document.querySelector('.turn.linked').getBoundingClientRect().top) < 120")
    new = visit(page.context, at=link.removeprefix(link.partition("/#")[0]))
    new.wait_for_selector(".turn.linked")
    mail = page.context.new_page()
    mail.route(
        "http://mail.test/", lambda route: route.fulfill(body=f"<a href='{link}'>see</a>", content_type="text/html")
    )
    mail.goto("http://mail.test/")
    mail.click("a")  # from another site, so without the cookie, which must not be replaced
    mail.wait_for_selector(".turn.linked")


def test_a_page_left_open_over_a_restart_goes_on(visit: Callable[..., Any], running: Any) -> None:
    page = visit()
    ask(page, COST)
    running.stop()
    running.start()
    ask(page, BEES)
    page.wait_for_function("document.querySelectorAll('.turn').length === 2")
    page.reload()
    page.wait_for_function("document.querySelectorAll('#past .turn').length === 2")


def test_a_restart_in_the_middle_of_an_answer_loads_the_page_again_where_it_was(
    browser: Any, running: Any, assistant: Assistant
) -> None:
    page = browser.new_context(viewport=WIDE).new_page()
    page.goto(running.url)
    page.wait_for_selector("#ask textarea:enabled")
    ask(page, COST)
    assistant.answerer = Endless()
    page.fill("#ask textarea", BEES)
    page.keyboard.press("Enter")
    page.wait_for_selector("#now [aria-busy=true] .sources")
    page.evaluate("window.before = true")
    running.stop()
    assistant.answerer = Quote()
    running.start()
    page.wait_for_function("!window.before", timeout=20_000)
    page.wait_for_selector("#past .turn[data-turn]", timeout=20_000)
    page.wait_for_selector("#ask textarea:enabled")
    assert COST in page.locator("#past .question").all_inner_texts()
    ask(page, "What would the closure kill?")
    page.context.close()


def test_copy_and_exports_hold_every_citation(visit: Callable[..., Any], folder: Path) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    ask(page, COST)
    page.click("#now .act[data-act=copy]")
    page.locator("#now .act", has_text="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "[1]" in copied and "bridge" in copied and "2.4 million" in copied
    with page.expect_download() as markdown:
        page.click("#now .act[data-act=markdown]")
    assert "2.4 million" in Path(markdown.value.path()).read_text(encoding="utf-8")
    with page.expect_download() as evidence:
        page.click("#now .act[data-act=evidence]")
    assert evidence.value.suggested_filename.endswith(".html")
    text = Path(evidence.value.path()).read_text(encoding="utf-8")
    assert hashlib.sha256((folder / "bridge.txt").read_bytes()).hexdigest() in text
    proof = page.context.new_page()
    proof.set_content(text)
    picture(proof, "evidence")
    assert proof.locator("mark").first.text_content() in (folder / "bridge.txt").read_text(encoding="utf-8")


def reach(page: Any, selector: str) -> None:
    """Go back with Shift+Tab until the focus, which must be visible, is on an element."""
    for _ in range(80):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            return
    pytest.fail(f"{selector} is not reached by keyboard")


def test_copy_thumbs_and_new_chat_work_by_keyboard_with_visible_focus(visit: Callable[..., Any]) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    ask(page, COST)
    page.focus("#ask textarea")
    reach(page, "#now .thumb[data-act=up]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#now .thumb[data-act=up][aria-pressed=true]")
    reach(page, "#now .act[data-act=copy]")
    page.keyboard.press("Enter")
    page.locator("#now .act", has_text="Copied").wait_for()
    assert "[1]" in page.evaluate("navigator.clipboard.readText()")
    reach(page, "#new")
    page.keyboard.press("Enter")
    page.wait_for_selector("#now .answer", state="detached")


def test_what_is_said_of_an_answer_becomes_a_row_for_the_evaluation(
    visit: Callable[..., Any], assistant: Assistant
) -> None:
    page = visit()
    answer = ask(page, COST)
    page.click("#now .thumb[data-act=up]")
    page.wait_for_selector("#now .thumb[data-act=up][aria-pressed=true]")
    ask(page, "How long will the bridge be closed?")
    page.click("#now .thumb[data-act=down]")
    page.check("#sheet input[value='wrong source']")
    page.fill("#sheet textarea", "Until July.")
    picture(page, "wrong")
    accessible(page)
    page.click("#sheet .main")
    page.wait_for_selector("#now .thumb[data-act=down][aria-pressed=true]")
    page.locator("#now .cite").first.click()
    page.wait_for_selector("#source .pick")
    picture(page, "pick")
    accessible(page)
    words = (
        "const at = document.querySelector('#source mark').firstChild; getSelection().setBaseAndExtent(at, 0, at, 9)"
    )
    page.evaluate(f"() => {{ {words} }}")
    picked = page.evaluate("getSelection().toString()")
    page.click("#source .pick")
    page.locator("#source .pick", has_text="Kept").wait_for()
    rows = (assistant.config.index / "feedback" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    first, second = [json.loads(row) for row in rows][-2:]
    assert (first["question"], first["type"], first["answerable"]) == (COST, "right", True) and first["evidence"]
    assert second["type"] == "wrong_source" and second["answers"] == ["Until July."]
    assert [each["quote"] for each in second["evidence"]] == [picked.strip()] and second["history"]
    assert answer.count() == 1
    page.reload()
    page.wait_for_selector("#past .thumb[data-act=down][aria-pressed=true]")
    page.locator("#past .how summary").first.click()
    page.locator("#past .how .near").first.click()
    page.click("#source .pick")
    page.locator("#source .pick", has_text="Kept").wait_for()
    rows = (assistant.config.index / "feedback" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(json.loads(rows[-1])["evidence"]) == 1 and json.loads(rows[-1])["type"] == "right"


def test_an_old_answer_says_that_its_source_changed_or_was_removed_and_keeps_the_quote(
    visit: Callable[..., Any], assistant: Assistant, folder: Path
) -> None:
    page, path, embedder = visit(), folder / "bridge.txt", SentenceTransformerEmbedder()
    quote = ask(page, COST).locator(".cite").first.get_attribute("data-quote")
    before = path.read_text(encoding="utf-8")
    for told, change in (
        ("changed", lambda: path.write_text(before.replace("would cost 2.4", "might cost 9.9"), encoding="utf-8")),
        ("removed", path.unlink),
    ):
        change()
        sync([folder], config=assistant.config, embedder=embedder)
        page.reload()
        item = page.locator("#past .sources li", has=page.locator(".stale", has_text=f"source {told}"))
        assert item.locator("q").inner_text() == quote
        item.locator(".cite").click()
        page.locator("#source h2", has_text=f"Source {told}").wait_for()
        assert page.locator("#source .kept q").inner_text() == quote
        picture(page, told)
    path.write_text(before, encoding="utf-8")
    sync([folder], config=assistant.config, embedder=embedder)
    page.reload()
    page.wait_for_selector("#past .turn")
    assert page.locator(".stale").count() == 0


def test_the_sidebar_is_a_sheet_on_a_phone_and_works_by_keyboard(visit: Callable[..., Any]) -> None:
    page = visit(viewport={"width": 375, "height": 740}, color_scheme="dark")
    ask(page, COST)
    picture(page, "phone")
    assert page.locator("#side").is_hidden()
    page.click("#side-toggle")
    listed(page, COST)
    picture(page, "phone-sheet")
    accessible(page)
    assert page.locator("#side-toggle").get_attribute("aria-expanded") == "true"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click("#chats .more")
    assert page.locator("#sheet").evaluate("e => e.getBoundingClientRect().right < innerWidth")
    page.keyboard.press("Escape")
    page.focus("#chats .chat")
    page.keyboard.press("Enter")
    page.wait_for_selector("#side", state="hidden")
