"""Documents, scope, models and waiting, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_browser import ASK, Slow, ask, assistant, keep, url, visit  # noqa: F401 (fixtures among them)

from qa.assistant import Assistant
from qa.config import load
from qa.sync import sync
from qa.testing import HashEmbedder, corpus
from qa.web import build

OWLS = "Owls of Elmford\n\nThe owls of Elmford hunt at night, Petra Lindqvist said. She counted 41 of them.\n"


def side(page: Any) -> Any:
    page.wait_for_selector("#documents .read")
    return page.locator("#side-documents")


def add(page: Any, tmp_path: Path, **files: str) -> None:
    """Choose files with the picker ('_' stands for '.') and wait until all is done."""
    paths = [tmp_path / name.replace("_", ".") for name in files]
    for path, text in zip(paths, files.values(), strict=True):
        path.write_text(text)
    page.set_input_files("#add-files", [str(path) for path in paths])
    page.wait_for_selector("#files .batch")
    page.wait_for_selector("#files [data-busy=false]")


def test_files_are_added_with_a_reason_for_each_that_fails_read_and_undone(
    visit: Callable[..., Any],  # noqa: F811
    tmp_path: Path,
) -> None:
    page = visit()
    before = side(page).locator(".read").count()
    add(page, tmp_path, owls_txt=OWLS, photo_jpg="x", broken_pdf="x")
    assert "Added 1 of 3 files" in page.locator("#files .batch").inner_text()
    assert page.locator("#files li.failed").count() == 2 and "no reader" in page.locator("#files").inner_text()
    owls = page.locator("#documents .read", has_text="Owls of Elmford")
    owls.wait_for()
    keep(page, "corpus")
    owls.click()
    page.wait_for_selector("#source .page")
    assert "Petra Lindqvist" in page.locator("#source .page").inner_text() and not page.locator("#source mark").count()
    page.keyboard.press("Escape")
    assert page.locator("#source").is_hidden() and owls.evaluate("e => e === document.activeElement")
    page.locator("#status", has_text=f"{before + 1} documents").wait_for()
    ask(page, "What did Petra Lindqvist say of the owls of Elmford?")
    assert "owls" in page.locator("#now .text").inner_text()
    page.locator("#documents li", has_text="Owls of Elmford").locator(".pick").click()
    assert page.locator("#scope .unscope").inner_text().startswith("Only Owls")
    page.click("#files .undo")
    owls.wait_for(state="detached")
    assert page.locator("#scope .unscope").count() == 0
    assert side(page).locator(".read").count() == before


def test_files_are_added_by_dropping_them_anywhere(visit: Callable[..., Any]) -> None:  # noqa: F811
    page = visit()
    side(page)
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.items.add(new File([text], "larks.txt", { type: "text/plain" }));
            for (const kind of ["dragover", "drop"])
                document.querySelector("#conversation").dispatchEvent(
                    new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        OWLS.replace("wls", "arks"),
    )
    page.locator("#documents .read", has_text="Oarks of Elmford").wait_for()
    page.click("#files .undo")
    page.locator("#documents .read", has_text="Oarks of Elmford").wait_for(state="detached")


def test_a_document_is_removed_only_after_a_question(visit: Callable[..., Any], tmp_path: Path) -> None:  # noqa: F811
    page = visit()
    add(page, tmp_path, finches_txt=OWLS.replace("wls", "finches"))
    row = page.locator("#documents li", has_text="Ofinches")
    row.hover()
    row.locator(".remove").click()
    assert "Its file is deleted, and that cannot be undone." in row.locator(".asks").inner_text()
    row.locator("button", has_text="Keep").click()
    assert row.locator(".asks").count() == 0 and row.count() == 1
    row.hover()
    row.locator(".remove").click()
    row.locator(".yes").click()
    row.wait_for(state="detached")
    page.locator("#status", has_text=f"{side(page).locator('.read').count()} documents").wait_for()


def test_the_list_is_searched(visit: Callable[..., Any]) -> None:  # noqa: F811
    page = visit()
    total = side(page).locator(".read").count()
    page.fill("#find-document", "marzipan")
    page.wait_for_function("document.querySelectorAll('#documents .read').length === 1")
    assert f"1 of {total} documents" in page.locator("#documents").inner_text()


def test_a_question_is_asked_of_chosen_documents_and_says_so(visit: Callable[..., Any]) -> None:  # noqa: F811
    page = visit()
    pick = side(page).locator("li", has_text="Marzipan").locator(".pick")
    pick.click()
    assert pick.get_attribute("aria-checked") == "true"
    assert page.locator("#scope .unscope").inner_text().startswith("Only Marzipan")
    answer = ask(page, ASK)
    assert answer.evaluate("e => e.matches('.refusal')")
    assert "Asked of “Marzipan" in page.locator("#now .scope").inner_text()
    page.reload()
    page.wait_for_selector("#past .turn .scope")
    page.wait_for_selector("#scope .unscope")
    keep(page, "scope")
    page.click("#scope .unscope")
    assert page.locator("#scope .unscope").count() == 0
    answer = ask(page, ASK)
    assert answer.locator(".text .cite").count() and page.locator("#now .scope").count() == 0
    pick.click()
    page.click("#new")
    page.wait_for_selector("#welcome .welcome:visible")
    page.wait_for_function("!document.querySelector('#scope .unscope')")


def test_a_question_is_asked_of_a_period(visit: Callable[..., Any]) -> None:  # noqa: F811
    page = visit()
    side(page)
    page.fill("#until", "2023-12-05")
    page.locator("#until").dispatch_event("change")
    assert "until 2023-12-05" in page.locator("#scope .unscope").inner_text()
    ask(page, ASK)
    assert "Asked of what is dated until 5 December 2023" in page.locator("#now .scope").inner_text()
    assert "6 December 2023" not in page.locator("#now .answer").inner_text()


def test_who_waits_sees_the_evidence_and_how_many_are_before(
    visit: Callable[..., Any],  # noqa: F811
    assistant: Assistant,  # noqa: F811
) -> None:
    slow = assistant.answerer = Slow()
    first, second = visit(), visit()
    for page in (first, second):
        page.fill("#ask textarea", ASK)
        page.keyboard.press("Enter")
        page.wait_for_selector("#now .sources q")
    second.locator("#now .wait", has_text="1 before you").wait_for()
    keep(second, "waiting")
    second.click("#ask .stop-button")
    second.wait_for_selector("#now [aria-busy=false]", timeout=3000)
    assert not slow.closed.is_set()
    first.click("#ask .stop-button")
    first.wait_for_selector("#now [aria-busy=false]", timeout=3000)
    assert slow.closed.wait(2)
    assert "The answer stops here." in first.locator("#now .answer").inner_text()


def test_the_models_to_choose_from_say_where_they_are(visit: Callable[..., Any]) -> None:  # noqa: F811
    page = visit()
    page.click("#status .models")
    page.wait_for_selector("#models .model[aria-pressed=true]")
    keep(page, "models")
    assert "The sources’ own words" in page.locator("#models [aria-pressed=true]").inner_text()
    assert "not here" in page.locator("#models").inner_text()
    page.keyboard.press("Escape")
    assert page.locator("#models").is_hidden()


@pytest.fixture
def elsewhere(assistant: Assistant, served: Callable[..., Any]) -> str:  # noqa: F811
    """A page whose configured model is on another host, with a password in its address."""
    config = assistant.config.model_copy(update={"model": "http://me:pass-1@127.0.0.1:9/v1#tiny"})
    return str(served(lambda: build(config, lambda c: Assistant(c, embedder=assistant.embedder))).url)


def test_a_model_elsewhere_is_named_with_its_host_and_asks_before_its_first_use(
    browser: Any,
    elsewhere: str,
) -> None:
    page = browser.new_context().new_page()
    page.goto(elsewhere)
    page.wait_for_selector("#status [data-busy=false]")
    page.locator("#scope .sends", has_text="go to 127.0.0.1:9").wait_for()
    page.click("#status .models")
    page.locator("#models .model", has_text="own words").click()
    page.locator("#status", has_text="own words").wait_for()
    assert page.locator("#scope .sends").count() == 0
    assert ask(page, ASK).locator(".text .cite").count()
    page.click("#status .models")
    page.locator("#models .model", has_text="tiny").click()
    assert "will be sent to 127.0.0.1:9" in page.locator("#models .consent").inner_text()
    page.locator("#models button", has_text="Not now").click()
    page.locator("#models .model", has_text="tiny").click()
    page.locator("#models button", has_text="Use it").click()
    page.locator("#status", has_text="sent to 127.0.0.1:9").wait_for()
    assert "pass-1" not in page.content()
    page.context.close()


@pytest.fixture
def bare(tmp_path_factory: pytest.TempPathFactory, assistant: Assistant, served: Callable[..., Any]) -> str:  # noqa: F811
    """A page over an index without documents."""
    folder = tmp_path_factory.mktemp("bare")
    config = assistant.config.model_copy(update={"index": folder / "index"})
    sync([folder], config=config, embedder=assistant.embedder)
    return str(served(lambda: build(config, lambda c: Assistant(c, embedder=assistant.embedder))).url)


def test_a_page_without_documents_asks_for_some_and_then_offers_questions(
    browser: Any, bare: str, tmp_path: Path
) -> None:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(bare)
    page.wait_for_selector(".welcome.empty")
    keep(page, "bare")
    answer = ask(page, "Who counted the owls?")
    assert "There are none yet: add some in the page" in answer.inner_text()
    keep(page, "bare-asked")
    page.click("#new")
    page.wait_for_selector(".welcome.empty:visible")
    owls = tmp_path / "owls.txt"
    owls.write_text(OWLS)
    with page.expect_file_chooser() as chooser:
        page.click(".welcome .add")
    chooser.value.set_files(str(owls))
    page.locator(".welcome .example").first.wait_for()
    assert page.locator(".welcome.empty").count() == 0
    page.locator(".welcome .example").first.click()
    page.locator("#now [aria-busy=false] .text .cite").first.wait_for()
    page.context.close()


def test_a_rebuild_is_said_while_the_old_index_answers_and_the_new_one_takes_over(
    browser: Any, served: Callable[..., Any], tmp_path: Path
) -> None:
    made = load(index=tmp_path / "index", embedder="hash-64", model="quote", min_confidence=0.01, offline=True)
    root, begun, go_on = corpus(tmp_path), threading.Event(), threading.Event()
    sync([root], config=made, embedder=HashEmbedder(32))
    page = browser.new_context().new_page()
    page.goto(served(lambda: build(made, lambda c: Assistant(c, embedder=HashEmbedder()))).url)
    line = page.locator("#status")
    line.locator("text=Nothing can be answered: the index at").wait_for()
    assert "Rebuild: qa ingest --rebuild" in line.inner_text()

    def wait(_: object) -> None:
        begun.set()
        assert go_on.wait(20)

    def rebuild() -> threading.Thread:
        begun.clear()
        go_on.clear()
        options = {"config": made, "embedder": HashEmbedder(), "rebuild": True, "on_event": wait}
        thread = threading.Thread(target=sync, args=([root],), kwargs=options)
        thread.start()
        assert begun.wait(20)
        return thread

    running = rebuild()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # back from the terminal
    line.locator("text=Nothing can be answered: The index is being rebuilt").wait_for()
    go_on.set()
    running.join()
    line.locator("text=4 documents").wait_for()
    page.locator("#documents .read").nth(3).wait_for()
    running = rebuild()
    ask(page, "How many people cross the bridge every day?")
    line.locator("text=The index is being rebuilt (0 of 4); until it is whole, the old one answers").wait_for()
    assert page.locator("#now .text .cite").count()
    page.set_viewport_size({"width": 375, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keep(page, "rebuilding")
    go_on.set()
    running.join()
    line.locator("text=/^4 documents$/").wait_for()
    page.context.close()
