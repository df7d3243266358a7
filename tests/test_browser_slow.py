"""Who acts before the server has answered gets what was meant: nothing is lost, and nothing lands elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from test_browser import ASK, Slow, ask, assistant, url, visit  # noqa: F401  (fixtures)

from qa.assistant import Assistant

OTHER = "Who is the mayor of Elmford?"


class Held:
    """Requests to `path` that wait, in the order in which they came, until they are let go."""

    def __init__(self, page: Any, path: str) -> None:
        self._page, self._path, self._waiting = page, path, list[Any]()
        page.route(path, self._hold)

    def _hold(self, route: Any) -> None:
        self._waiting.append(route)

    def wait(self, count: int = 1) -> None:
        """Until so many requests are held."""
        while len(self._waiting) < count:
            self._page.wait_for_timeout(50)

    def go(self) -> None:
        """Let go what is held, and whatever comes after."""
        self._page.unroute(self._path)


CHANGED = "(last, now = document.querySelector('#voice').textContent) => now.startsWith('Source ') && now !== last"
OPEN = "**/gradio_api/run/**"


def conversations(page: Any) -> list[str]:
    return page.locator("#chats .chat bdi").all_inner_texts()


def test_a_period_chosen_before_the_conversation_is_open_is_asked_of(
    browser: Any,
    visit: Callable[..., Any],  # noqa: F811
) -> None:
    context = browser.new_context()
    held = Held(context, OPEN)
    page = visit(context)
    page.wait_for_selector("#documents .read")
    page.fill("#until", "2023-12-05")
    page.locator("#until").dispatch_event("change")
    assert page.locator("#past [data-chat]").count() == 0
    held.go()
    page.wait_for_selector("#past [data-chat]", state="attached")
    assert "until 2023-12-05" in page.locator("#scope .unscope").inner_text()
    ask(page, ASK)
    assert "Asked of what is dated until 5 December 2023" in page.locator("#now .scope").inner_text()


def test_a_question_asked_before_the_new_chat_is_there_is_asked_in_it(visit: Callable[..., Any]) -> None:  # noqa: F811
    page = visit()
    ask(page, ASK)
    held = Held(page, OPEN)
    page.click("#new")
    held.wait()
    page.fill("#ask textarea", OTHER)
    page.keyboard.press("Enter")
    page.locator("#queued").wait_for()
    held.go()
    page.locator("#now .turn", has_text=OTHER).locator("[aria-busy=false]").wait_for()
    page.wait_for_function("document.querySelectorAll('#chats .chat').length === 2")
    assert conversations(page) == [OTHER, ASK]
    assert page.locator(".turn").count() == 1
    page.click("#chats .chat >> nth=1")
    page.locator("#past .turn", has_text=ASK).wait_for()
    assert page.locator(".turn").count() == 1


def test_the_last_of_several_conversations_that_are_clicked_is_opened(visit: Callable[..., Any]) -> None:  # noqa: F811
    page = visit()
    for question in (ASK, OTHER):
        ask(page, question)
        page.click("#new")
        page.wait_for_selector("#welcome .welcome:visible")
    held = Held(page, OPEN)
    for name in (OTHER, ASK):
        page.click(f"#chats .chat:has-text('{name}')")
    held.wait()
    held.go()
    page.locator("#past .turn", has_text=ASK).wait_for()
    page.locator("#chats [aria-current] bdi", has_text=ASK).wait_for()
    assert page.locator(".turn").count() == 1
    page.go_back()
    page.locator("#past .turn", has_text=OTHER).wait_for()


def test_back_to_an_address_without_a_conversation_is_a_new_chat(visit: Callable[..., Any]) -> None:  # noqa: F811
    page = visit()
    ask(page, ASK)
    page.click("#new")
    page.wait_for_selector("#welcome .welcome:visible")
    page.click("#chats .chat")
    page.locator("#past .turn", has_text=ASK).wait_for()
    page.go_back()
    page.wait_for_selector("#welcome .welcome:visible")
    assert page.locator(".turn").count() == 0


def test_what_is_asked_at_once_in_a_new_chat_stays_when_the_answer_that_was_left_ends(
    visit: Callable[..., Any],  # noqa: F811
    assistant: Assistant,  # noqa: F811
) -> None:
    page = visit()
    assistant.answerer = Slow()
    page.fill("#ask textarea", ASK)
    page.keyboard.press("Enter")
    page.wait_for_selector("#now .sources q")
    page.click("#new")
    page.fill("#ask textarea", OTHER)
    page.keyboard.press("Enter")
    page.locator("#now .turn", has_text=OTHER).wait_for()
    page.wait_for_timeout(1500)
    assert page.locator("#now .turn", has_text=OTHER).count() == 1 and page.locator(".turn").count() == 1
    page.click("#ask .stop-button")
    page.locator("#now .turn", has_text=OTHER).locator("[aria-busy=false]").wait_for()


def test_a_conversation_deleted_while_it_answers_stays_deleted(
    visit: Callable[..., Any],  # noqa: F811
    assistant: Assistant,  # noqa: F811
) -> None:
    page = visit()
    ask(page, ASK)
    assistant.answerer = Slow()
    page.fill("#ask textarea", OTHER)
    page.keyboard.press("Enter")
    page.wait_for_selector("#now .sources q")
    page.hover("#chats li")
    page.click("#chats li .more")
    page.click("#sheet .alarm")
    page.click("#sheet .alarm")
    page.wait_for_selector("#welcome .welcome:visible")
    assert assistant.answerer.closed.wait(20)
    page.reload()
    page.locator("#chats", has_text="None yet").wait_for()


def test_escape_closes_a_dialog_and_empties_a_search_without_stopping_the_answer(
    visit: Callable[..., Any],  # noqa: F811
    assistant: Assistant,  # noqa: F811
) -> None:
    page = visit()
    ask(page, ASK)
    slow = assistant.answerer = Slow()
    page.fill("#ask textarea", OTHER)
    page.keyboard.press("Enter")
    page.wait_for_selector("#now .sources q")
    page.hover("#chats li")
    page.click("#chats li .more")
    page.keyboard.press("Escape")
    page.wait_for_selector("#sheet", state="hidden")
    page.fill("#find-document", "x")
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    assert not slow.closed.is_set()
    page.click("#ask .stop-button")
    page.wait_for_selector("#now [aria-busy=false]")


def test_the_source_pane_keeps_its_place_when_the_answer_below_it_is_drawn_anew(visit: Callable[..., Any]) -> None:  # noqa: F811
    page = visit()
    ask(page, ASK)
    page.click("#now .how summary")
    page.click("#now .how .near >> nth=0")
    page.wait_for_selector("#source mark")
    first = page.locator("#voice").inner_text()
    at, count = (int(number) for number in re.findall(r"\d+", first)[:2])
    ask(page, OTHER)
    seen = [first]
    for _ in range(count):
        page.focus("#source")
        page.keyboard.press("ArrowRight")
        page.wait_for_function(CHANGED, arg=seen[-1])
        seen.append(page.locator("#voice").inner_text())
    assert [text.split(" of ")[0] for text in seen] == [f"Source {(at - 1 + n) % count + 1}" for n in range(count + 1)]


def test_a_late_list_of_found_documents_does_not_empty_the_choice(visit: Callable[..., Any]) -> None:  # noqa: F811
    page = visit()
    page.wait_for_selector("#documents .read")
    count = page.locator("#documents .read").count()
    page.click("#documents .pick >> nth=0")
    held = Held(page, "**/page/api/documents?find=*")
    page.fill("#find-document", "nothing of this name")
    page.fill("#find-document", "")
    held.wait(2)
    held.go()
    page.wait_for_function(f"document.querySelectorAll('#documents .read').length === {count}")
    assert page.locator("#scope .unscope").count() == 1


def test_a_date_half_typed_stays_while_the_status_is_looked_at(visit: Callable[..., Any]) -> None:  # noqa: F811
    page = visit()
    page.wait_for_selector("#documents .read")
    page.focus("#until")
    page.keyboard.type("0512")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(500)
    page.keyboard.type("2023")
    assert page.input_value("#until") in {"2023-05-12", "2023-12-05"}


def test_what_limits_an_edited_copy_is_its_own(visit: Callable[..., Any]) -> None:  # noqa: F811
    page = visit()
    page.wait_for_selector("#documents .read")
    page.click("#documents .pick >> nth=0")
    ask(page, ASK)
    page.hover("#now .turn")
    page.click(".turn .edit")
    page.fill("#ask textarea", OTHER)
    page.keyboard.press("Enter")
    page.locator("#now .turn", has_text=OTHER).locator("[aria-busy=false]").wait_for()
    page.click("#scope .unscope")
    page.wait_for_selector("#scope .unscope", state="detached")
    page.click(f"#chats .chat:has-text('{ASK}')")
    page.locator("#past .turn", has_text=ASK).wait_for()
    page.wait_for_selector("#scope .unscope")
