"""The page without a browser: its handlers as plain functions, what it keeps, and what the server lets out."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from qa.assistant import Assistant, Reply
from qa.config import Config, load
from qa.embed import SentenceTransformerEmbedder
from qa.errors import ConfigError, ModelError
from qa.library import Library
from qa.sync import sync
from qa.testing import FakeModel, HashEmbedder, corpus
from qa.types import Citation
from qa.web import build, chat, serve
from qa.web.engine import Engine

QUESTION = "Who said that the repairs of the bridge would cost 2.4 million euros?"
HOME = "http://127.0.0.1:7860"
PLACE = {"document": "bridge.txt", "start": 0, "end": 4}


@pytest.fixture(scope="module")
def embedder() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder()


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory, embedder: SentenceTransformerEmbedder) -> Config:
    folder = tmp_path_factory.mktemp("page")
    made = load(index=folder / "index", model="quote", offline=True)
    sync([corpus(folder)], config=made, embedder=embedder)
    return made


@pytest.fixture
def assistant(config: Config, embedder: SentenceTransformerEmbedder) -> Assistant:
    return Assistant(config, embedder=embedder)


def taking(kept: list[chat.Turn]) -> Callable[[chat.Turn], int]:
    """A `keep` that collects into a list; turns are numbered from 1."""
    return lambda turn: kept.append(turn) or len(kept)  # type: ignore[func-returns-value]


def run(assistant: Assistant, question: str = QUESTION, turns: Sequence[chat.Turn] = ()) -> tuple[list[str], chat.Turn]:
    """Every state of the turn as HTML, and the turn that was kept: exactly one."""
    kept: list[chat.Turn] = []
    shown = list(chat.respond(question, turns, lambda: assistant, lambda reply: None, taking(kept)))
    assert len(kept) == 1
    return shown, kept[0]


def test_evidence_is_shown_before_any_word_and_the_finished_turn_last(assistant: Assistant) -> None:
    shown, kept = run(assistant)
    assert 'aria-busy="true"' in shown[0] and "Reading the sources" in shown[0] and "2.4 million" in shown[0]
    assert shown[-1] == chat.turn_html(kept, 1) and 'aria-busy="false"' in shown[-1]
    assert kept.answer and kept.answer.answered and 'data-cite="1"' in shown[-1]


def test_earlier_questions_and_answers_go_with_a_follow_up(assistant: Assistant) -> None:
    _, first = run(assistant)
    _, second = run(assistant, "And what did she tell reporters?", [first])
    assert second.answer and second.answer.standalone != "And what did she tell reporters?"


def test_a_refusal_keeps_its_nearest_passages_by_title_and_date(assistant: Assistant) -> None:
    shown, kept = run(assistant, "How old is Mayor Ruth Adeyemi?")
    assert kept.answer and not kept.answer.answered
    assert "refusal" in shown[-1] and "Nearest passages" in shown[-1]
    assert all(re.search(r"\w", name) for name in (kept.names or {}).values())


def test_a_model_error_is_shown_as_one_with_the_evidence_and_never_as_an_answer(assistant: Assistant) -> None:
    assistant.answerer = FakeModel([])
    shown, kept = run(assistant)
    assert "No answer was written." in shown[-1] and "no text left" in shown[-1] and 'role="alert"' in shown[-1]
    assert "data-quote" in shown[-1] and 'class="answer refusal"' not in shown[-1]
    assert chat.turn_html(kept, 1) == shown[-1]


def test_a_crash_of_the_program_is_kept_as_a_problem_and_raised(assistant: Assistant) -> None:
    def crash(question: str, evidence: Sequence[Citation]) -> str:
        raise ZeroDivisionError

    assistant.answerer, kept = FakeModel(crash), list[chat.Turn]()
    with pytest.raises(ZeroDivisionError):
        list(chat.respond(QUESTION, [], lambda: assistant, lambda reply: None, taking(kept)))
    assert [turn.problem for turn in kept] == ["Something went wrong in the program; its log says what. Ask again."]


def test_a_reader_who_walks_away_stops_the_model_and_the_partial_answer_is_kept(assistant: Assistant) -> None:
    model = FakeModel(lambda question, evidence: f"{evidence[0].quote} " * 50)
    assistant.answerer, kept = model, list[chat.Turn]()
    answering = chat.respond(QUESTION, [], lambda: assistant, lambda reply: None, taking(kept))
    while "data-cite" not in next(answering):
        pass
    answering.close()  # type: ignore[attr-defined]
    assert model.stopped == 1
    assert kept[0].answer and kept[0].answer.partial == "stopped" and kept[0].answer.citations


def test_stopping_keeps_what_is_written_with_its_citations(assistant: Assistant) -> None:
    assistant.answerer = FakeModel(lambda question, evidence: " ".join(c.quote for c in evidence))
    replies: list[Reply] = []
    kept: list[chat.Turn] = []
    for shown in chat.respond(QUESTION, [], lambda: assistant, replies.append, taking(kept)):
        if "data-cite" in shown:
            replies[0].stop()
    answer = kept[0].answer
    assert answer and len(answer.claims) == 1 and answer.citations and "The answer stops here." in shown


def test_the_source_pane_marks_exactly_the_quote(assistant: Assistant) -> None:
    _, kept = run(assistant)
    for cited in kept.answer.citations if kept.answer else ():
        pane = chat.source(cited.document, (cited.start, cited.end), assistant.library)
        assert f"<mark>{cited.quote}</mark>" in pane.replace("&amp;", "&")


@pytest.mark.parametrize(
    "id", ["../../etc/passwd", "/etc/passwd", "bridge.txt/..", "", "file:///etc/passwd", "b%61.txt"]
)
def test_only_documents_of_the_library_can_be_opened(assistant: Assistant, id: str) -> None:
    assert "Source not in the library." in chat.source(id, (0, 5), assistant.library)


@pytest.mark.parametrize("span", [(5, 5), (-1, 5), (0, 10**9), (9, 3)])
def test_a_span_that_is_not_in_the_document_says_that_it_changed(assistant: Assistant, span: tuple[int, int]) -> None:
    assert "Source changed." in chat.source("bridge.txt", span, assistant.library)


def test_example_questions_come_from_the_corpus(config: Config) -> None:
    asked = chat.examples(Library(config.index))
    assert "Who said the repairs would cost 2.4 million euros?" in asked and all(text.endswith("?") for text in asked)
    assert asked == chat.examples(Library(config.index)) and len(set(asked)) == len(asked)


def test_follow_ups_are_answered_by_sentences_that_were_not_just_cited(assistant: Assistant) -> None:
    _, kept = run(assistant, "How much will the repairs of the bridge cost?")
    offered = chat.follow_ups([kept], assistant)
    assert offered and kept.answer and kept.question not in offered
    cited = {cited.quote for cited in kept.answer.citations}
    for question in offered:
        answer = assistant.ask(question).answer
        assert answer.answered and answer.citations[0].quote not in cited
    assert chat.follow_ups([chat.Turn("q", problem="p")], assistant) == []


# The engine behind the page


def settled(engine: Engine) -> str:
    """The status line once everything the engine starts with is done."""
    engine.start()
    engine._pool.shutdown(wait=True)
    return engine.status()


def test_the_status_line_says_what_is_read_and_who_answers(config: Config, assistant: Assistant) -> None:
    line = settled(Engine(config, lambda _: assistant))
    assert "4 documents" in line and "own words" in line and 'data-busy="false"' in line
    assistant.answerer = FakeModel(["x"], name="openai:gpt-4o-mini")
    assistant.answerer.hosts = ("api.openai.com",)
    assert "sent to api.openai.com" in settled(Engine(config, lambda _: assistant))


def test_examples_are_only_questions_that_the_documents_answer(config: Config, assistant: Assistant) -> None:
    engine = Engine(config, lambda _: assistant)
    settled(engine)
    assert engine.examples() and all(assistant.ask(asked).answer.answered for asked in engine.examples())


def test_a_missing_index_is_named_with_the_command_and_nothing_else_breaks(tmp_path: Path) -> None:
    engine = Engine(load(index=tmp_path / "none", offline=True), Assistant)
    assert "qa ingest" in settled(engine)
    assert engine.examples() == []
    kept: list[chat.Turn] = []
    shown = list(chat.respond("Who?", [], engine.assistant, lambda reply: None, taking(kept)))
    assert "qa ingest" in shown[-1] and "No answer was written." in shown[-1]


def fetching(config: Config, **changes: object) -> Config:
    return load(**{"index": config.index, "retries": 0, **changes})


def test_a_fetch_that_fails_says_why_and_quote_mode_goes_on(
    config: Config, assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    line = settled(Engine(fetching(config, cache=tmp_path, offline=False), lambda _: assistant))
    assert "could not be fetched" in line and "own words" in line and 'data-busy="false"' in line
    assert assistant.ask(QUESTION).answer.answered


@pytest.mark.parametrize("changes", [{"offline": True}, {"offline": False, "model": "quote"}])
def test_nothing_is_fetched_offline_or_for_another_model(
    config: Config, assistant: Assistant, tmp_path: Path, changes: dict[str, object]
) -> None:
    engine = Engine(fetching(config, cache=tmp_path / "cache", **changes), lambda _: assistant)
    settled(engine)
    assert engine.fetching is None and not (tmp_path / "cache").exists()


def test_only_models_that_are_offered_can_be_asked_for(config: Config, assistant: Assistant) -> None:
    engine = Engine(config, lambda _: assistant)
    settled(engine)
    assert engine.answerer("quote", "ann").name == "quote"
    for name in ("http://169.254.169.254/v1#x", "/etc/passwd.gguf", "openai:gpt-4o-mini", "local:x"):
        with pytest.raises(ConfigError, match="not offered"):
            engine.answerer(name, "ann")
        with pytest.raises(ConfigError, match="cannot be fetched"):
            engine.fetch(name.removeprefix("local:"))


def test_a_model_elsewhere_is_offered_with_its_host_and_without_its_password(
    config: Config, assistant: Assistant
) -> None:
    engine = Engine(config.model_copy(update={"model": "http://me:pass-1@llm.test/v1#big"}), lambda _: assistant)
    settled(engine)
    listed = engine.models_html("")
    assert "are sent to llm.test" in listed and "pass-1" not in listed and "QA_OFFLINE=1" in listed
    assert engine.answerer("http://***@llm.test/v1#big", "ann").hosts == ("llm.test",)
    assert "sent to llm.test" in engine.status("http://***@llm.test/v1#big")


def test_a_fetch_that_was_cancelled_can_be_asked_for_again(
    config: Config, assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    def fetch(name: str, config: Config, show: object, stopping: threading.Event) -> None:
        seen.append(stopping.is_set())
        assert stopping.wait(10)
        raise ModelError("fetching was stopped")

    monkeypatch.setattr("qa.models.catalog.fetch", fetch)
    engine = Engine(fetching(config, cache=tmp_path, offline=False, model="quote"), lambda _: assistant)
    engine.start()
    for _ in range(2):
        engine.fetch("smollm2-135m")
        while not seen:
            time.sleep(0.01)
        with pytest.raises(ConfigError, match="is being fetched"):
            engine.fetch("qwen2.5-coder-0.5b")
        assert "Cancel" in engine.models_html("") and "Cancel" in engine.status()
        engine.stopping.set()
        while engine.fetching and not engine.fetching.failed:
            time.sleep(0.01)
        assert "was stopped" in engine.status() and seen.pop() is False
    engine.close()


# What each state says: what is the matter, what still works, what to do next


def said(shown: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", shown))


def test_a_missing_model_is_named_with_the_command(config: Config, tmp_path: Path) -> None:
    missing = config.model_copy(update={"model": "local", "cache": tmp_path})
    line = said(settled(Engine(missing, Assistant)))
    assert re.search(r"Nothing can be answered: \S+ is not in .*; run: qa models fetch \S+", line)


def test_an_empty_library_is_named_with_the_command(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    empty = load(index=tmp_path / "index", embedder="hash-64", model="quote", offline=True)
    sync([tmp_path / "empty"], config=empty, embedder=HashEmbedder())
    line = said(settled(Engine(empty, lambda c: Assistant(c, embedder=HashEmbedder()))))
    assert "0 documents" in line and "qa ingest FOLDER" in line


def test_questions_to_begin_with_are_those_of_the_documents_as_they_are_now(tmp_path: Path) -> None:
    made = load(index=tmp_path / "index", embedder="hash-64", model="quote", min_confidence=0.01, offline=True)
    (tmp_path / "empty").mkdir()
    sync([tmp_path / "empty"], config=made, embedder=HashEmbedder())
    engine = Engine(made, lambda c: Assistant(c, embedder=HashEmbedder()))
    engine.start()
    assert "No documents yet" in engine.welcome() and not engine.examples()
    _, turn = run(engine.assistant(), "How many bees are there?")
    assert turn.answer and turn.answer.refused and "There are none yet: add some" in turn.answer.text
    sync([corpus(tmp_path)], config=made, embedder=HashEmbedder())
    assert engine.examples() and "No documents yet" not in engine.welcome()
    engine.close()


def test_a_rebuild_leaves_the_page_answering_until_the_new_index_is_whole(tmp_path: Path) -> None:
    made = load(index=tmp_path / "index", embedder="hash-64", model="quote", min_confidence=0.01, offline=True)
    root, answers = corpus(tmp_path), list[bool]()
    sync([root], config=made, embedder=HashEmbedder())
    engine = Engine(made, lambda c: Assistant(c, embedder=HashEmbedder()))
    settled(engine)

    def meanwhile(_: object) -> None:
        answers.append(run(engine.assistant())[1].answer.answered)  # type: ignore[union-attr]
        assert "The index is being rebuilt" in engine.status() and 'data-busy="true"' in engine.status()

    sync([root], config=made, embedder=HashEmbedder(), rebuild=True, on_event=meanwhile)
    assert len(answers) >= 5 and all(answers)
    assert "4 documents" in engine.status() and "rebuil" not in engine.status()


def test_a_rebuild_that_broke_off_is_named_with_the_command(tmp_path: Path) -> None:
    made = load(index=tmp_path / "index", embedder="hash-64", model="quote", min_confidence=0.01, offline=True)
    root = corpus(tmp_path)
    sync([root], config=made, embedder=HashEmbedder())
    engine = Engine(made, lambda c: Assistant(c, embedder=HashEmbedder()))

    def crash(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync([root], config=made, embedder=HashEmbedder(), rebuild=True, on_event=crash)
    line = said(settled(engine))
    assert "4 documents. A rebuild of the index broke off" in line and "qa ingest --rebuild FOLDER" in line
    assert run(engine.assistant())[1].answer.answered  # type: ignore[union-attr]
    sync([root], config=made, embedder=HashEmbedder())
    assert "rebuil" not in engine.status()


def test_an_index_of_another_embedder_is_named_with_the_command_and_read_once_it_is_rebuilt(tmp_path: Path) -> None:
    made = load(index=tmp_path / "index", embedder="hash-64", model="quote", min_confidence=0.01, offline=True)
    root = corpus(tmp_path)
    sync([root], config=made, embedder=HashEmbedder(32))
    engine = Engine(made, lambda c: Assistant(c, embedder=HashEmbedder()))
    engine.start()
    while "Opening" in (line := said(engine.status())):
        time.sleep(0.01)
    assert f"Nothing can be answered: the index at {tmp_path}/index was built with embedder 'hash-32'" in line
    assert f"qa ingest --rebuild {root}" in line
    seen: list[str] = []
    sync([root], config=made, embedder=HashEmbedder(), rebuild=True, on_event=lambda _: seen.append(engine.status()))
    assert seen and all("The index is being rebuilt" in each and 'data-busy="true"' in each for each in seen)
    engine.status()
    assert run(engine.assistant())[1].answer.answered and "4 documents" in engine.status()  # type: ignore[union-attr]
    engine.close()


# The application


@pytest.fixture(scope="module")
def client(config: Config, embedder: SentenceTransformerEmbedder) -> Iterator[TestClient]:
    with TestClient(build(config, lambda c: Assistant(c, embedder=embedder)), base_url=HOME) as client:
        yield client


def test_the_page_comes_with_its_policy_and_names_no_other_host(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200 and "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "/page/page.js" in answer.text
    assert "http" not in client.get("/page/style.css").text and "http" not in client.get("/page/page.js").text
    assert "url(http" not in client.get("/theme.css").text


def test_no_handler_is_open_to_api_clients(client: TestClient) -> None:
    handlers = client.get("/config").json()["dependencies"]
    assert handlers and {handler["api_visibility"] for handler in handlers} == {"private"}


@pytest.mark.parametrize("path", ["/page/../app.py", "/page/app.py", "/page/", "/gradio_api/file=/etc/passwd"])
def test_the_server_gives_out_nothing_but_the_page(client: TestClient, path: str) -> None:
    assert client.get(path).status_code in {403, 404}


def test_a_source_is_fetched_by_its_id_and_span(client: TestClient) -> None:
    client.get("/")
    answer = client.post("/page/api/source", json=PLACE)
    assert answer.status_code == 200 and "<mark>date</mark>" in answer.text
    assert "not in the library" in client.post("/page/api/source", json={**PLACE, "document": "../x"}).text
    assert client.post("/page/api/source", json={}).status_code == 422


def test_a_password_shuts_every_door_but_the_login(config: Config, embedder: SentenceTransformerEmbedder) -> None:
    shut = config.model_copy(update={"password": SecretStr("open sesame")})
    with TestClient(build(shut, lambda c: Assistant(c, embedder=embedder)), base_url=HOME) as client:
        assert client.get("/config").status_code == 401
        assert client.post("/page/api/source", json=PLACE).status_code == 401
        assert client.post("/login", data={"username": "ann", "password": "wrong"}).status_code == 400
        assert "open sesame" not in client.get("/").text
        assert client.post("/login", data={"username": "ann", "password": "open sesame"}).status_code == 200
        assert client.post("/page/api/source", json=PLACE).status_code == 200


def test_keys_are_not_in_the_page_nor_in_the_log(
    config: Config, embedder: SentenceTransformerEmbedder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    secret = config.model_copy(update={"api_key": SecretStr("sk-planted")})
    with TestClient(build(secret, lambda c: Assistant(c, embedder=embedder)), base_url=HOME) as client:
        pages = client.get("/").text + client.get("/config").text + client.get("/page/api/status").text
    assert "sk-planted" not in pages and "sk-planted" not in caplog.text


def test_a_public_bind_without_a_password_refuses_to_start(config: Config) -> None:
    with pytest.raises(ConfigError, match="password"):
        serve(config.model_copy(update={"host": "0.0.0.0"}), browser=False)


def test_a_port_in_use_is_named_with_what_to_do(config: Config) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"--port {port + 1}"):
            serve(config.model_copy(update={"port": port}), browser=False)


@pytest.mark.parametrize("documents", [False, True])
def test_the_page_starts_without_an_index_or_on_a_folder_without_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, documents: bool
) -> None:
    (tmp_path / "documents").mkdir()
    monkeypatch.setattr("uvicorn.Server.run", lambda server, sockets: None)
    made = load(index=tmp_path / "none", port=0, model="quote", offline=True)
    serve(made, documents=tmp_path / "documents" if documents else None, browser=False)
    assert Library(made.index).documents() == []
