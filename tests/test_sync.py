from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import qa.sync
from qa import split
from qa.config import Config, load
from qa.errors import IndexBusy, IndexMismatch, IndexMissing, QAError
from qa.library import Library
from qa.store import Store, drop
from qa.sync import check, heal, remove, sync, writing
from qa.testing import HashEmbedder, corpus
from qa.types import Progress, Report

Edit = Callable[[Path], None]


class Crash(BaseException):
    """Stands for a kill: nothing in qa may catch it."""


class Faults:
    """Stops a sync at its nth commit boundary, by an exception or by ending the process."""

    def __init__(self, at: int = -1, stop: Callable[[], Any] | None = None) -> None:
        self.passed: list[str] = []
        self.at, self.stop = at, stop

    def __call__(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) - 1 == self.at:
            if self.stop:
                self.stop()
            raise Crash(name)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return corpus(tmp_path)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load(index=tmp_path / "index")


def run(root: Path, config: Config, **more: Any) -> Report:
    return sync([root], config=config, embedder=more.pop("embedder", HashEmbedder()), **more)


def opened(config: Config) -> tuple[Library, Store]:
    library = Library(config.index)
    return library, Store(library.chroma, url=config.chroma_url)


def content(config: Config) -> dict[str, Any]:
    """All that an index says, for comparing two of them."""
    library, store = opened(config)
    documents = [library.document(source.id) for source in library.documents()]
    passages = {
        id: (s.passage, s.vector.tobytes(), s.vectors.tobytes())
        for id, s in library.passages(sorted(library.ids())).items()
    }
    nodes = store._collection.get(include=["metadatas", "documents"])
    dense = dict(zip(nodes["ids"], zip(nodes["metadatas"], nodes["documents"], strict=True), strict=True))
    keyword = [sorted(library.keyword(word, limit=99)) for word in ("bridge", "bees", "the", "1902")]
    ranked = [sorted(id for id, _ in words) for words in keyword]
    return {"documents": documents, "passages": passages, "dense": dense, "ranked": ranked}


def assert_sound(config: Config) -> None:
    library, store = opened(config)
    assert library.check() + qa.sync._compare(library, store) == []
    for stored in library.passages(sorted(library.ids())).values():
        text = library.document(stored.passage.document).text
        assert text[stored.passage.start : stored.passage.end] == stored.passage.text
        assert len(stored.passage.sentences) == len(stored.vectors)
        for start, end in stored.passage.sentences:
            assert stored.passage.start <= start < end <= stored.passage.end
            assert text[start:end] == text[start:end].strip()


def edit(root: Path) -> None:
    """Moves every offset of one document without changing its passages, changes, adds, removes and renames others."""
    bridge = root / "bridge.txt"
    bridge.write_text(bridge.read_text().replace("2024-03-05\n", "2024-03-05\n\n\n", 1))
    costs = root / "bridge-costs.md"
    costs.write_text(costs.read_text().replace("3.1 million", "3.3 million"))
    (root / "science/bees.html").unlink()
    (root / "science/scripts.txt").rename(root / "science/characters.txt")
    (root / "new.txt").write_text("A new text about the harbour. It has two sentences.")


def test_a_first_sync_takes_everything_in_and_a_second_changes_nothing(root: Path, config: Config) -> None:
    embedder = HashEmbedder()
    first = run(root, config, embedder=embedder)
    assert first.added == ("bridge-costs.md", "bridge.txt", "science/bees.html", "science/scripts.txt")
    assert not first.failed
    assert_sound(config)
    before, encoded = content(config), embedder.encoded
    revision = Library(config.index).revision()
    assert run(root, config, embedder=embedder) == Report(unchanged=first.added)
    assert (content(config), embedder.encoded) == (before, encoded)
    assert Library(config.index).revision() == revision


def test_changed_added_deleted_and_renamed_files_are_picked_up(root: Path, config: Config, tmp_path: Path) -> None:
    run(root, config)
    edit(root)
    report = run(root, config)
    assert report.added == ("new.txt", "science/characters.txt")
    assert report.updated == ("bridge-costs.md", "bridge.txt")
    assert report.removed == ("science/bees.html", "science/scripts.txt")
    assert_sound(config)
    clean = load(index=tmp_path / "clean")
    run(root, clean)
    assert content(config) == content(clean)
    library, _ = opened(config)
    assert library.keyword('"3.1 million"', limit=9) == []
    assert len(library.keyword('"3.3 million"', limit=9)) == 1


def test_what_is_removed_is_gone_until_its_folder_is_ingested_again(root: Path, config: Config) -> None:
    run(root, config)
    remove(["bridge.txt"], config=config)
    assert_sound(config)
    assert "bridge.txt" not in {source.id for source in Library(config.index).documents()}
    assert run(root, config).added == ("bridge.txt",)


def test_a_touched_file_is_unchanged_and_a_same_size_edit_is_not(root: Path, config: Config) -> None:
    run(root, config)
    os.utime(root / "bridge.txt", (1, 1))
    assert run(root, config).updated == ()
    (root / "bridge.txt").write_text((root / "bridge.txt").read_text().replace("Ruth", "Beth"))
    assert run(root, config).updated == ("bridge.txt",)


def test_an_unchanged_passage_keeps_its_id_while_its_offsets_move(root: Path, config: Config) -> None:
    run(root, config)
    before = {
        s.passage.id: s.passage.start for s in opened(config)[0].passages(sorted(opened(config)[0].ids())).values()
    }
    edit(root)
    run(root, config)
    library, store = opened(config)
    moved = [s.passage for s in library.passages(list(before)).values() if s.passage.document == "bridge.txt"]
    gaps = sorted(passage.start - before[passage.id] for passage in moved)
    assert gaps in ([2] * len(moved), [0] + [2] * (len(moved) - 1))
    assert any(passage.start != before[passage.id] for passage in moved)
    for metadata in store._collection.get(ids=[passage.id for passage in moved])["metadatas"]:
        node = json.loads(metadata["_node_content"])
        at = next(passage for passage in moved if passage.id == node["id_"])
        assert (node["start_char_idx"], node["end_char_idx"]) == (at.start, at.end)


def boundaries(root: Path, config: Config, **more: Any) -> list[str]:
    faults = Faults()
    run(root, config, fault=faults, **more)
    return faults.passed


@pytest.mark.parametrize("scenario", ["add", "edit", "rebuild"])
def test_a_crash_at_any_commit_boundary_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scenario: str
) -> None:
    monkeypatch.setattr(qa.sync, "GROUP", 1)  # a boundary around every document
    base, done = corpus(tmp_path / "base"), tmp_path / "base" / "index"
    if scenario != "add":
        run(base, load(index=done))
        edit(base)
    more = {"rebuild": True, "embedder": HashEmbedder(32)} if scenario == "rebuild" else {}
    shutil.copytree(tmp_path / "base", tmp_path / "clean")
    names = boundaries(tmp_path / "clean" / "documents", load(index=tmp_path / "clean" / "index"), **more)
    expected = content(load(index=tmp_path / "clean" / "index"))
    assert {"pending", "upserted", "live", "deleted", "purged"} <= set(names)
    for at in range(len(names)):
        place = tmp_path / str(at)
        shutil.copytree(tmp_path / "base", place)
        config = load(index=place / "index")
        with pytest.raises(Crash, match=names[at]):
            run(place / "documents", config, fault=Faults(at), **more)
        answering = Library(config.index)
        for stored in answering.passages(sorted(answering.ids())).values():
            document = answering.document(stored.passage.document)
            assert document.text[stored.passage.start : stored.passage.end] == stored.passage.text
        if scenario == "rebuild":
            assert answering.built()["embedder"] == ("hash-32" if names[at] == "switched" else "hash-64")
        run(place / "documents", config, **more)
        assert content(config) == expected, (at, names[at])
        assert_sound(config)


def killed(root: Path, index: Path, at: int) -> None:
    sync(
        [root],
        config=load(index=index),
        embedder=HashEmbedder(),
        fault=Faults(at, stop=lambda: os.kill(os.getpid(), 9)),
    )


def test_a_kill_at_any_step_loses_and_doubles_nothing(root: Path, tmp_path: Path) -> None:
    names = boundaries(root, load(index=tmp_path / "clean"))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["qa.sync", "chromadb", "llama_index.vector_stores.chroma"])
    for at in range(len(names)):
        config = load(index=tmp_path / str(at))
        child = context.Process(target=killed, args=(root, config.index, at))
        child.start()
        child.join()
        assert child.exitcode == -9
        assert not run(root, config).failed
        assert content(config) == content(load(index=tmp_path / "clean"))
        assert_sound(config)


def test_a_second_writer_is_refused_at_once_and_told_who_holds_the_index(root: Path, config: Config) -> None:
    run(root, config)
    code = "import sys, qa.sync, pathlib as p\nwith qa.sync.writing(p.Path(sys.argv[1])): print(flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(config.index)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert holder.stdout and holder.stdout.readline() == "\n"
    began = time.monotonic()
    with pytest.raises(IndexBusy, match=rf"process {holder.pid} \(-c .*index"):
        run(root, config)
    assert time.monotonic() - began < 2
    assert len(Library(config.index).documents()) == 4  # readers go on
    holder.kill()
    holder.wait()
    assert len(run(root, config).unchanged) == 4  # the lock of the dead is no lock


def test_another_embedder_or_splitter_is_refused_by_name(
    root: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(root, config)
    with pytest.raises(
        IndexMismatch, match=r"embedder 'hash-64'.*'hash-32'.*dimension.*qa ingest --rebuild /.*/documents"
    ):
        run(root, config, embedder=HashEmbedder(32))
    monkeypatch.setattr(split, "SPLITTER", "another/v2")
    with pytest.raises(IndexMismatch, match=r"splitter '.*configured is 'another/v2'"):
        run(root, config)


def test_a_rebuild_keeps_documents_of_other_roots_and_of_unreadable_files(
    root: Path, config: Config, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "note.txt").write_text("A note from elsewhere.")
    run(root, config)
    run(other, config)
    shutil.rmtree(other)
    (root / "bridge.txt").write_bytes(b"")
    old, _ = opened(config)
    report = run(root, config, rebuild=True, embedder=HashEmbedder(32))
    assert [failure.document for failure in report.failed] == ["bridge.txt"]
    assert old.moved()
    library, _ = opened(config)
    assert [source.id for source in library.documents()] == [source.id for source in old.documents()]
    assert library.document("note.txt").text == "A note from elsewhere."
    assert_sound(config)
    run(root, config, embedder=HashEmbedder(32))
    assert len(list(config.index.glob("g-*"))) == 1  # the old generation is deleted by the next sync


def test_a_foreign_vector_never_surfaces_and_is_removed(root: Path, config: Config) -> None:
    run(root, config)
    library, _ = opened(config)
    vector = HashEmbedder().queries(["poison"])[0]
    Store(library.chroma, write=True)._collection.add(ids=["foreign"], embeddings=[vector.tolist()])
    store = Store(library.chroma)
    assert store.search(vector, limit=1)[0][0] == "foreign"
    assert library.passages(["foreign"]) == {}
    assert check(config) == ["Chroma holds 1 foreign passages; qa ingest removes them"]
    run(root, config)
    assert_sound(config)


@pytest.mark.parametrize("damage", ["gone", "empty", "zeroed", "short"])
def test_damaged_vectors_are_healed_without_embedding(root: Path, config: Config, damage: str) -> None:
    embedder = HashEmbedder()
    run(root, config, embedder=embedder)
    before, encoded, place = content(config), embedder.encoded, Library(config.index).chroma
    if damage == "gone":
        shutil.rmtree(place)
    elif damage == "empty":
        drop(place)
        Store(place, write=True)
    else:
        size = (place / "chroma.sqlite3").stat().st_size
        (place / "chroma.sqlite3").write_bytes(b"\0" * size if damage == "zeroed" else b"SQLite format 3\0")
    assert check(config) != []
    run(root, config, embedder=embedder)
    assert (content(config), embedder.encoded) == (before, encoded)
    assert_sound(config)


def test_wrong_vectors_are_found_and_healed(root: Path, config: Config) -> None:
    run(root, config)
    library, store = opened(config)
    id = min(library.ids())
    store._collection.update(ids=[id], embeddings=[[1.0] * 64])
    assert check(config) == ["1 vectors in Chroma are wrong; mend them: qa doctor --heal"]
    heal(config)
    assert_sound(config)


def test_a_long_running_reader_follows_what_is_written(root: Path, config: Config) -> None:
    run(root, config)
    library, store = opened(config)
    (root / "harbour.txt").write_text("The harbour master counted nine ships.")
    run(root, config)
    heal(config)
    store.follow(library)
    vector = HashEmbedder().queries(["The harbour master counted nine ships."])[0]
    found = library.passages([store.search(vector, limit=1)[0][0]])
    assert [stored.passage.document for stored in found.values()] == ["harbour.txt"]


def test_a_document_is_never_half_new_for_a_reader(root: Path, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qa.sync, "GROUP", 1)
    texts = ["Alpha one. " * 40 + "\n\n" + "Alpha two. " * 40, "\nBeta one. " * 40 + "\n\n" + "Beta two. " * 40]
    file = root / "changing.txt"
    file.write_text(texts[0])
    run(root, config)
    library, stop, wrong = Library(config.index), threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            with library.snapshot():
                found = library.passages([id for id, _ in library.keyword("alpha OR beta", limit=99)])
                text = library.document("changing.txt").text
            passages = [stored.passage for stored in found.values()]
            if not passages or any(text[p.start : p.end] != p.text for p in passages):
                wrong.append(passages)

    thread = threading.Thread(target=read)
    thread.start()
    for n in range(1, 6):
        file.write_text(texts[n % 2])
        run(root, config)
    stop.set()
    thread.join()
    assert not wrong


def test_ingesting_changes_again_and_again_does_not_grow_the_index(config: Config, tmp_path: Path) -> None:
    def size() -> int:
        return sum(file.stat().st_size for file in config.index.rglob("*") if file.is_file())

    file, sizes = tmp_path / "long.txt", []
    for n in range(4):
        file.write_text(
            "".join(f"Sentence {i} of version {n} has {i * n} words in it. " * 12 + "\n\n" for i in range(1100))
        )
        run(file, config)
        sizes.append(size())
    assert max(sizes[1:]) < 1.5 * sizes[0]
    assert_sound(config)


def test_a_damaged_library_is_made_anew_from_the_files(root: Path, config: Config) -> None:
    run(root, config)
    folder = Library(config.index).folder
    for file in folder.glob("library.sqlite*"):
        file.write_bytes(b"\0" * 8192)
    with pytest.raises(QAError, match="qa ingest --rebuild"):
        run(root, config)
    assert len(run(root, config, rebuild=True).added) == 4
    assert_sound(config)


def test_what_cannot_be_taken_in_is_reported_and_stops_nothing(root: Path, config: Config, tmp_path: Path) -> None:
    run(root, config)
    (tmp_path / "secret.txt").write_text("Outside of the root.")
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "broken.txt").symlink_to(tmp_path / "nowhere")
    (root / "loop").symlink_to(root)
    (root / "out").symlink_to(tmp_path)
    os.mkfifo(root / "pipe.txt")
    (root / "bridge.txt").write_bytes(b"")
    (root / ".hidden.txt").write_text("Hidden.")
    (root / ".git").mkdir()
    (root / ".git" / "config.txt").write_text("Hidden.")
    (root / "program.exe").write_bytes(b"MZ")
    (root / "fine.txt").write_text("A fine text.")
    report = run(root, config)
    failed = {failure.document: failure.reason for failure in report.failed}
    assert set(failed) == {"link.txt", "broken.txt", "out", "pipe.txt", "bridge.txt"}
    assert "its older version stays searchable" in failed["bridge.txt"]
    assert "leads out of" in failed["link.txt"]
    assert (report.added, report.removed) == (("fine.txt",), ())
    assert "Elmford" in Library(config.index).document("bridge.txt").text


def test_an_odd_name_is_taken_in_once(root: Path, config: Config) -> None:
    name = os.fsdecode(b"caf\xe9 \n.txt")
    (root / name).write_text("Odd, but a file.")
    first = run(root, config)
    assert "caf\\xe9 \n.txt" in first.added
    assert run(root, config) == Report(unchanged=first.added)


def test_a_file_given_directly_has_its_name_and_an_unknown_kind_is_a_failure(root: Path, config: Config) -> None:
    embedder = HashEmbedder()
    (root / "program.exe").write_bytes(b"MZ")
    report = sync([root / "science" / "scripts.txt", root / "program.exe"], config=config, embedder=embedder)
    assert report.added == ("scripts.txt",)
    assert [failure.document for failure in report.failed] == ["program.exe"]
    # Its folder takes the file over under the id it has; other files of it are left alone meanwhile.
    report = run(root, config)
    assert "scripts.txt" in report.unchanged and "science/bees.html" in report.added
    report = sync([root / "science"], config=config, embedder=embedder)
    assert report == Report(unchanged=("science/bees.html", "scripts.txt"))


def test_equal_names_in_two_roots_are_kept_apart(root: Path, config: Config, tmp_path: Path) -> None:
    other = corpus(tmp_path / "copy").rename(tmp_path / "other")
    run(root, config)
    first = run(other, config)
    assert first.added == tuple(f"other/{id}" for id in run(root, config).unchanged)
    assert run(other, config) == Report(unchanged=first.added)
    (other / "bridge.txt").unlink()
    assert run(other, config).removed == ("other/bridge.txt",)
    assert len(Library(config.index).documents()) == 7


def test_a_missing_path_is_named_and_wipes_nothing(root: Path, config: Config) -> None:
    run(root, config)
    root.rename(root.with_name("elsewhere"))
    with pytest.raises(QAError, match="documents does not exist; nothing was changed"):
        run(root, config)
    assert len(Library(config.index).documents()) == 4


def test_the_index_inside_the_folder_is_not_a_document(root: Path) -> None:
    config = load(index=root / "index")
    assert len(run(root, config).added) == 4
    (config.index / "note.txt").write_text("Not a document.")
    assert len(run(root, config).unchanged) == 4


def test_index_and_documents_can_move_together(root: Path, config: Config, tmp_path: Path) -> None:
    run(root, config)
    (tmp_path / "moved").mkdir()
    root = root.rename(tmp_path / "moved" / "documents")
    config.index.rename(tmp_path / "moved" / "index")
    assert len(run(root, load(index=tmp_path / "moved" / "index")).unchanged) == 4


def test_progress_is_told_file_by_file(root: Path, config: Config) -> None:
    events: list[Progress] = []
    run(root, config, on_event=events.append)
    assert [event.document for event in events if event.stage == "read"] == sorted(run(root, config).unchanged)
    assert events[-1].stage == "commit" and events[-1].done == events[-1].total == 4


def test_ten_thousand_unchanged_files_take_seconds(tmp_path: Path, config: Config) -> None:
    root = tmp_path / "many"
    for n in range(10_000):
        (root / str(n % 100)).mkdir(parents=True, exist_ok=True)
        (root / str(n % 100) / f"{n}.txt").write_text("")
        os.utime(root / str(n % 100) / f"{n}.txt", (n + 1, n + 1))
    run(corpus(tmp_path), config)
    library = Library(config.index, write=True)
    columns = "id, state, root, file, size, mtime, sha256, title, date, passages, digest, body, pages, text"
    rows = [
        (
            f"{n % 100}/{n}.txt",
            "live",
            "many",
            f"{n % 100}/{n}.txt",
            0,
            (n + 1) * 10**9,
            "",
            "",
            None,
            0,
            "",
            0,
            "[]",
            "",
        )
        for n in range(10_000)
    ]
    with library._db() as db:
        db.execute("BEGIN")
        db.executemany(f"INSERT INTO document ({columns}) VALUES ({', '.join('?' * 14)})", rows)
    began = time.monotonic()
    assert len(run(root, config).unchanged) == 10_000
    assert time.monotonic() - began < 5


def test_checking_needs_an_index(config: Config) -> None:
    with pytest.raises(IndexMissing):
        check(config)
    assert not config.index.exists()


def test_the_writer_is_named_only_while_it_writes(config: Config) -> None:
    with writing(config.index):
        assert f"process {os.getpid()} " in (config.index / "writer").read_text()
    assert not (config.index / "writer").exists()


def test_a_chroma_server_holds_the_vectors_where_one_is_configured(root: Path, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        str(Path(sys.executable).with_name("chroma")),
        "run",
        "--path",
        str(tmp_path / "served"),
        "--port",
        str(port),
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        config = load(index=tmp_path / "index", chroma_url=f"http://127.0.0.1:{port}")
        run(root, config)
        edit(root)
        run(root, config)
        assert_sound(config)
        heal(config)
        run(root, config, rebuild=True, embedder=HashEmbedder(32))
        run(root, config, embedder=HashEmbedder(32))
        assert_sound(config)
    finally:
        server.kill()
        server.wait()
    with pytest.raises(QAError, match=rf"{port}.*chroma run"):
        opened(config)


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server did not start")
