"""Documents that come and go from the browser: through the functions, then through the server's own routes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from qa.assistant import Assistant
from qa.config import Config, load
from qa.errors import QAError
from qa.library import Library
from qa.render import Batch
from qa.sync import sync, writing
from qa.testing import HashEmbedder, corpus
from qa.web import build
from qa.web.corpus import Corpus, safe_name
from qa.web.guard import FILE, MAX_FILE

OWLS = "Owls of Elmford\n\nThe owls of Elmford hunt at night, Petra Lindqvist said. She counted 41 of them.\n"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = load(index=tmp_path / "docs" / "index", embedder="hash-256", min_confidence=0.01, offline=True)
    sync([corpus(tmp_path / "docs").parent], config=config, embedder=HashEmbedder(256))
    return config


@pytest.fixture
def assistant(config: Config) -> Assistant:
    return Assistant(config, embedder=HashEmbedder(256))


@pytest.fixture
def taken(config: Config, assistant: Assistant) -> Iterator[Corpus]:
    made = Corpus(config, lambda: assistant)
    yield made
    made.close()


def settled(batch: Batch) -> Batch:
    for _ in range(400):
        if batch.state in {"done", "undone"}:
            return batch
        time.sleep(0.05)
    raise AssertionError(batch)


def put(corpus: Corpus, owner: str = "ann", **files: str) -> Batch:
    """Files by name ('__' stands for '/', '_' for '.'), sent and taken in."""
    named = {name.replace("__", "/").replace("_", "."): text.encode() for name, text in files.items()}
    batch = corpus.begin(owner, [(name, len(data)) for name, data in named.items()])
    for number, data in enumerate(named.values()):
        if batch.files[number].state == "sending":
            with corpus.receiving(owner, batch.id, number) as out:
                out.write(data)
    corpus.finish(owner, batch.id)
    return settled(batch)


def ids(config: Config) -> set[str]:
    return {source.id for source in Library(config.index).documents()}


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("reports/2024/May.pdf", "reports/2024/May.pdf"),
        ("../../etc/passwd.txt", "etc/passwd.txt"),
        ("/etc/shadow.txt", "etc/shadow.txt"),
        ("..\\..\\windows\\system.txt", "windows/system.txt"),
        ("C:\\x\\y.txt", "C_/x/y.txt"),
        (".hidden/.x.txt", "hidden/x.txt"),
        ("a/./b//c.txt", "a/b/c.txt"),
        ("a\x00b\n.txt", "a_b_.txt"),
        ("e\u0301t\u00e9.md", "\u00e9t\u00e9.md"),
        ('<img src=x onerror="alert(1)">.txt', "_img src=x onerror=_alert(1)__.txt"),
        ("\udcff.txt", "_.txt"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("name", ["", "..", "/", "../..", "a/" * 30 + "x.txt", "x" * 300 + ".txt", " . "])
def test_a_name_of_which_nothing_is_left_is_refused(name: str) -> None:
    with pytest.raises(QAError, match="another name"):
        safe_name(name)


def test_a_file_is_taken_in_found_and_read(taken: Corpus, config: Config, assistant: Assistant) -> None:
    before = ids(config)
    batch = put(taken, birds__owls_txt=OWLS)
    assert [(file.name, file.state, file.note) for file in batch.files] == [("birds/owls.txt", "in", "1 passage")]
    assert ids(config) - before == {"birds/owls.txt"}
    assert "owls" in assistant.ask("What did Petra Lindqvist say of owls?", model="quote").answer.text
    assert "The owls of Elmford hunt" in taken.read("birds/owls.txt") and "<mark>" not in taken.read("birds/owls.txt")
    assert "Owls of Elmford" in taken.listed("owls elmford") and "1 of 5 documents" in taken.listed("owls")


def test_each_file_that_cannot_be_taken_in_says_why_and_stops_no_other(taken: Corpus, config: Config) -> None:
    batch = put(taken, owls_txt=OWLS, photo_jpg="x", blank_txt="  \n ", zero_txt="", broken_pdf="no PDF")
    why = {file.name: file.note for file in batch.files if file.state == "failed"}
    assert set(why) == {"photo.jpg", "blank.txt", "zero.txt", "broken.pdf"} and all(why.values())
    assert "no reader" in why["photo.jpg"] and "no text" in why["blank.txt"] and "empty" in why["zero.txt"]
    assert "owls.txt" in ids(config)
    assert sorted(path.name for path in taken.home.rglob("*")) == ["owls.txt"]


def test_undo_takes_out_what_came_and_brings_back_what_was_replaced(taken: Corpus, config: Config) -> None:
    put(taken, owls_txt=OWLS)
    batch = put(taken, owls_txt=OWLS.replace("41", "57"), larks__larks_txt=OWLS.replace("wls", "arks"))
    assert "57" in Library(config.index).document("owls.txt").text
    taken.undo("ann", batch.id)
    assert settled(batch).state == "undone"
    assert "41" in Library(config.index).document("owls.txt").text and "larks/larks.txt" not in ids(config)
    assert sorted(path.name for path in taken.home.rglob("*")) == ["owls.txt"]


def test_undo_survives_a_restart(taken: Corpus, config: Config, assistant: Assistant) -> None:
    put(taken, owls_txt=OWLS)
    batch = put(taken, owls_txt=OWLS.replace("41", "57"))
    taken.close()
    again = Corpus(config, lambda: assistant)
    assert again.of("ann")[0].id == batch.id and again.of("ben") == []
    again.undo("ann", batch.id)
    assert settled(again.batch("ann", batch.id)).state == "undone"
    assert "41" in Library(config.index).document("owls.txt").text
    again.close()
    assert [each.state for each in Corpus(config, lambda: assistant).of("ann")] == ["undone", "done"]


def test_undo_leaves_alone_what_someone_put_in_the_place_since(taken: Corpus, config: Config) -> None:
    mine = put(taken, owls_txt=OWLS)
    put(taken, "ben", owls_txt=OWLS.replace("41", "57"))
    taken.undo("ann", mine.id)
    assert "stays" in settled(mine).files[0].note
    assert "57" in Library(config.index).document("owls.txt").text


def test_the_same_file_again_changes_nothing(taken: Corpus, config: Config) -> None:
    put(taken, owls_txt=OWLS)
    assert put(taken, owls_txt=OWLS).files[0].note == "was here already"


def test_documents_of_either_kind_are_removed_and_only_ones_own_files_deleted(taken: Corpus, config: Config) -> None:
    put(taken, owls_txt=OWLS)
    for id in ("owls.txt", "documents/bridge.txt"):
        taken.remove(id)
    for _ in range(200):
        if not taken.removing:
            break
        time.sleep(0.05)
    assert not {"owls.txt", "documents/bridge.txt"} & ids(config)
    assert not (taken.home / "owls.txt").exists()
    assert (config.index.parent / "documents/bridge.txt").exists()
    with pytest.raises(QAError, match="no document"):
        taken.remove("../../etc/passwd")


def test_an_ingest_around_the_index_leaves_the_files_from_the_browser_alone(taken: Corpus, config: Config) -> None:
    put(taken, owls_txt=OWLS)
    report = sync([config.index.parent], config=config, embedder=HashEmbedder(256))
    assert not report.removed and not report.added and "owls.txt" in ids(config)


def test_another_ingest_is_waited_for_and_said(taken: Corpus, config: Config, assistant: Assistant) -> None:
    with writing(config.index):
        batch = taken.begin("ann", [("owls.txt", len(OWLS))])
        with taken.receiving("ann", batch.id, 0) as out:
            out.write(OWLS.encode())
        taken.finish("ann", batch.id)
        for _ in range(100):
            if batch.note:
                break
            time.sleep(0.05)
        assert "Another ingest" in batch.note
        assert assistant.ask("Who is Mayor Ruth Adeyemi?", model="quote").answer.citations
    assert settled(batch).files[0].state == "in" and not batch.note


def test_what_breaks_off_on_the_way_is_failed_and_leaves_nothing(taken: Corpus) -> None:
    batch = taken.begin("ann", [("owls.txt", 9), ("larks.txt", 9)])
    with pytest.raises(ConnectionError), taken.receiving("ann", batch.id, 0) as out:
        out.write(b"Ow")
        raise ConnectionError
    taken.finish("ann", batch.id)
    assert [file.state for file in settled(batch).files] == ["failed", "failed"]
    assert not list(taken.home.rglob("*"))


def test_what_its_page_does_not_go_on_sending_ends_with_what_came(
    taken: Corpus, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = taken.begin("ann", [("owls.txt", len(OWLS)), ("larks.txt", 9)])
    with taken.receiving("ann", batch.id, 0) as out:
        out.write(OWLS.encode())
        monkeypatch.setattr("qa.web.corpus.SILENT", 0.0)
        assert taken.of("ann")[0].state == "sending"
    taken.of("ann")
    assert [file.state for file in settled(batch).files] == ["in", "failed"]
    assert "did not arrive" in batch.files[1].note


def test_nobody_reaches_the_files_of_another(taken: Corpus) -> None:
    batch = taken.begin("ann", [("owls.txt", 9)])
    for act in (taken.finish, taken.undo):
        with pytest.raises(QAError, match="not known"):
            act("ben", batch.id)
    with pytest.raises(QAError, match="not known"), taken.receiving("ben", batch.id, 0):
        pass
    assert taken.of("ben") == []


# Through the server


@pytest.fixture
def client(config: Config) -> Iterator[TestClient]:
    app = build(config, lambda c: Assistant(c, embedder=HashEmbedder(256)))
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        client.get("/")
        yield client


def test_files_travel_one_by_one_and_the_list_shows_them(client: TestClient) -> None:
    files = [["../owls.txt", len(OWLS)], ["photo.jpg", 3]]
    begun = client.post("/page/api/documents/add", json={"files": files}).json()
    assert begun["send"] == [0]
    where = {"batch": begun["batch"], "number": 0}
    assert client.put(FILE, params=where, content=OWLS.encode()).status_code == 200
    shown = client.post("/page/api/documents/finish", json={"batch": begun["batch"]}).text
    for _ in range(200):
        if 'data-busy="false"' in shown:
            break
        time.sleep(0.05)
        shown = client.get("/page/api/documents/files").text
    assert "Added 1 of 2 files" in shown and "no reader" in shown and "Undo" in shown
    assert "Owls of Elmford" in client.get("/page/api/documents").text
    assert "The owls of Elmford" in client.post("/page/api/documents/read", json={"id": "owls.txt"}).text


def test_a_file_that_is_too_large_is_refused_before_and_while_it_is_read(client: TestClient) -> None:
    begun = client.post(
        "/page/api/documents/add", json={"files": [["a.txt", MAX_FILE], ["b.txt", MAX_FILE + 1]]}
    ).json()
    assert begun["send"] == [0]
    where = {"batch": begun["batch"], "number": 0}
    told = {"content-length": str(MAX_FILE + 1)}
    assert client.put(FILE, params=where, content=b"x", headers=told).status_code == 413
    block = b"x" * 2**20
    endless = (block for _ in range(MAX_FILE // len(block) + 1))
    assert client.put(FILE, params=where, content=endless).status_code == 413


def test_the_routes_want_an_owner(config: Config) -> None:
    app = build(config, lambda c: Assistant(c, embedder=HashEmbedder(256)))
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        for path in ("", "/files"):
            assert client.get(f"/page/api/documents{path}").status_code == 401
        assert client.put(FILE, params={"batch": "x", "number": 0}, content=b"x").status_code == 401
