"""The documents as the page shows them: listed, read, added from the browser, undone and removed.

Files from the browser are kept in a folder of the index's own. They arrive beside it, so that a connection that breaks
off leaves no half file behind; whatever they replace waits there too, for as long as it can be undone.
"""

from __future__ import annotations

import math
import os
import re
import secrets
import shutil
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from pydantic import TypeAdapter

from qa import render, sync
from qa.config import Config
from qa.errors import IndexBusy, QAError
from qa.library import Source
from qa.readers import SUFFIXES
from qa.render import Batch, Upload
from qa.types import Failure, Progress, Report
from qa.web.guard import MAX_FILE

if TYPE_CHECKING:
    from qa.assistant import Assistant

MAX_FILES = 2000  # in one go
SHOWN = 200  # documents in the list; the others are found by searching
SILENT = 60.0  # seconds without a byte after which the rest of what is being sent is given up
KEPT = 3  # finished batches that can still be looked at and undone
DAYS = 7  # for which that is so after a restart
WAIT = 1.0  # seconds between two looks whether another ingest is done
_FACTS = "batch.json"
_BAD = re.compile(r'[\x00-\x1f\x7f<>:"|?*\ud800-\udfff]')
T = TypeVar("T")
_HINT = ". Then run: qa ingest"


def safe_name(name: str) -> str:
    """A name from the browser as a relative path that stays below the folder it is put in, on any system.

    Raises:
        QAError: nothing is left of it, or it is too long.
    """
    parts = re.split(r"[/\\]", unicodedata.normalize("NFC", name))
    safe = [part for part in (_BAD.sub("_", part).strip().lstrip(".").rstrip(". ") for part in parts) if part]
    if not safe or len(safe) > 20 or any(len(part.encode()) > 200 for part in safe) or len("/".join(safe)) > 800:
        raise QAError(f"{name[:80]!r} cannot be the name of a document; give the file another name")
    return "/".join(safe)


class Corpus:
    """Adds and removes documents, one after the other in a thread of its own; nobody who reads or asks waits for it.

    Args:
        config: says where the index is.
        assistant: gives the library and the embedder; may wait for them.
    """

    def __init__(self, config: Config, assistant: Callable[[], Assistant]) -> None:
        self.config, self.assistant = config, assistant
        self.home, self.aside = config.index / sync.UPLOADS, config.index / f"{sync.UPLOADS}.aside"
        self.batches = self._recall()
        self._heard: dict[str, float] = {}  # batch → when a byte of it came last; infinity while some come
        self.removing: dict[str, str] = {}  # id → that it is under way, or why it failed
        self._closing = threading.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="qa-corpus")

    def close(self) -> None:
        """Begin nothing more; what is being committed is finished."""
        self._closing.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        for batch in self.batches:
            if batch.state in {"sending", "waiting"}:
                shutil.rmtree(self.aside / batch.id, ignore_errors=True)

    def _recall(self) -> list[Batch]:
        """What earlier runs of the program took in and can still be undone, oldest first."""
        found, since = [], time.time() - DAYS * 86_400
        for path in self.aside.glob(f"*/{_FACTS}"):
            with suppress(OSError, ValueError):
                found.append((path.stat().st_mtime, TypeAdapter(Batch).validate_json(path.read_bytes())))
        return [batch for changed, batch in sorted(found, key=lambda pair: pair[0]) if changed > since]

    # Listing and reading

    def listed(self, find: str = "") -> str:
        """The list of documents as HTML; with `find`, those that have all its words in title, date or name."""
        words, own = find.casefold().split(), {source.id for source in self._own()}
        sources = self.assistant().library.documents()
        found = [s for s in sources if all(w in f"{s.title} {s.date} {s.id}".casefold() for w in words)]
        return render.part("documents", found[:SHOWN], len(found), len(sources), own, self.removing)

    def read(self, id: str) -> str:
        """A document for the source pane, without a highlight."""
        try:
            return render.source_html(self.assistant().library.document(id), (0, 0))
        except QAError as error:
            return render.part("no_source", "Source not in the library.", str(error))

    # Adding

    def begin(self, owner: str, files: Sequence[tuple[str, int]]) -> Batch:
        """Announce files by (name, bytes). Those that cannot be taken in say why, and need not be sent.

        Raises:
            QAError: there are no files, or too many at once.
        """
        if not 0 < len(files) <= MAX_FILES:
            raise QAError(f"{len(files):,} files at once; give between 1 and {MAX_FILES:,}, or run: qa ingest FOLDER")
        self._forget(owner)
        batch = Batch(secrets.token_urlsafe(12), owner, [])
        for name, size in files:
            batch.files.append(_announced(name, size, {file.name for file in batch.files}))
        (self.aside / batch.id).mkdir(parents=True)
        self._heard[batch.id] = time.monotonic()
        self.batches.append(batch)
        return batch

    def batch(self, owner: str, id: str) -> Batch:
        """The batch of this owner. Raises `QAError` where there is none, as for someone else's."""
        for batch in self.batches:
            if (batch.id, batch.owner) == (id, owner):
                return batch
        raise QAError("these files are not known any more; add them again")

    def of(self, owner: str) -> list[Batch]:
        """The owner's batches, newest first. One of which no more comes, as its page is gone, ends with what came."""
        for batch in self.batches:
            if batch.state == "sending" and time.monotonic() - self._heard.get(batch.id, 0) > SILENT:
                self.finish(batch.owner, batch.id)
        return [batch for batch in reversed(self.batches) if batch.owner == owner]

    @contextmanager
    def receiving(self, owner: str, id: str, number: int) -> Iterator[BinaryIO]:
        """Where to write the bytes of the announced file `number`; an error on the way makes it a failed one.

        Raises:
            QAError: it was not announced, or came already.
        """
        batch = self.batch(owner, id)
        if batch.state != "sending" or not 0 <= number < len(batch.files) or batch.files[number].state != "sending":
            raise QAError("this file was not announced; add it again")
        file, path = batch.files[number], self.aside / batch.id / str(number)
        self._heard[id] = math.inf
        try:
            with path.open("wb") as out:
                yield out
            file.state = "waiting"
        except BaseException:
            file.state, file.note = "failed", "did not arrive whole; add it again"
            path.unlink(missing_ok=True)
            raise
        finally:
            self._heard[id] = time.monotonic()

    def finish(self, owner: str, id: str) -> None:
        """All files were sent: take them in, as soon as it is this batch's turn."""
        batch = self.batch(owner, id)
        if batch.state == "sending":
            for file in batch.files:
                if file.state == "sending":
                    file.state, file.note = "failed", "did not arrive; add it again"
            batch.state = "waiting"
            self._pool.submit(self._guarded, batch, self._take_in)

    def undo(self, owner: str, id: str) -> None:
        """Take out what this batch brought in; what it replaced comes back."""
        batch = self.batch(owner, id)
        if batch.state == "done":
            batch.state = "waiting"
            self._pool.submit(self._guarded, batch, self._take_back)

    def _guarded(self, batch: Batch, work: Callable[[Batch], None]) -> None:
        """Run `work`; whatever goes wrong is said of the batch, and leaves no file behind that is not in the index."""
        batch.state = "working"
        try:
            work(batch)
        except (QAError, OSError) as error:
            batch.note = str(error)
            for number, file in enumerate(batch.files):
                if file.state in {"waiting", "reading"}:
                    self._put_back(batch, number)
                    file.state, file.note = "failed", "was not taken in; add it again"
        finally:
            ended = replace(batch, state="undone" if work == self._take_back else "done")
            with suppress(OSError):  # then a restart will not know of it
                (self.aside / batch.id / _FACTS).write_bytes(TypeAdapter(Batch).dump_json(ended))
            batch.state = ended.state

    def _take_in(self, batch: Batch) -> None:
        for number, file in enumerate(batch.files):
            if file.state == "waiting":
                self._place(batch, number)
        report = self._sync(batch)
        failed = {failure.document: failure for failure in report.failed}
        held = {source.file: source for source in self._own()}
        for number, file in enumerate(batch.files):
            if file.state not in {"waiting", "reading"}:
                continue
            source = held.get(file.name)
            failure = failed.get(file.name) or (failed.get(source.id) if source else None)
            if source and not failure:
                count = f"{source.passages:,} passage{'s' * (source.passages != 1)}"
                file.state, file.note = "in", "was here already" if source.id in report.unchanged else count
            else:
                self._put_back(batch, number)
                file.state, file.note = "failed", _reason(failure) if failure else "could not be read"

    def _take_back(self, batch: Batch) -> None:
        for number, file in enumerate(batch.files):
            if file.state == "in":
                back = self._put_back(batch, number)
                file.state, file.note = ("undone", "") if back else ("in", "stays: it was replaced or removed since")
        self._sync(batch)

    def _place(self, batch: Batch, number: int) -> None:
        """Move an arrived file into its place, and the one that is there aside."""
        file, arrived = batch.files[number], self.aside / batch.id / str(number)
        place = self.home / file.name
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.is_dir():
                raise IsADirectoryError(0, "there is a folder of this name")
            if place.exists():
                os.replace(place, arrived.with_suffix(".old"))
            os.replace(arrived, place)
        except OSError as error:
            file.state, file.note = "failed", f"{error.strerror}; give the file another name"
        else:
            file.mark = _mark(place)

    def _put_back(self, batch: Batch, number: int) -> bool:
        """Undo `_place`, unless another file took the place since."""
        file, old = batch.files[number], self.aside / batch.id / f"{number}.old"
        place = self.home / file.name
        if not file.mark or _mark(place) != file.mark:
            return False
        place.unlink()
        if old.exists():
            os.replace(old, place)
        self._prune(place.parent)
        return True

    def _prune(self, folder: Path) -> None:
        while folder != self.home and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent

    def _sync(self, batch: Batch) -> Report:
        """Bring the index in step with the folder, while the batch's files say how far it is."""

        def show(event: Progress) -> None:
            for file in batch.files:
                if file.state == "waiting" and event.document in {file.name, f"{sync.UPLOADS}/{file.name}"}:
                    file.state = "reading"

        def once() -> Report:
            self.home.mkdir(parents=True, exist_ok=True)
            embedder = self.assistant().embedder
            return sync.sync([self.home], config=self.config, embedder=embedder, on_event=show)

        def busy(said: bool) -> None:
            batch.note = "Another ingest is writing to the index. This one waits for it." if said else ""

        return self._when_free(once, busy)

    def _when_free(self, work: Callable[[], T], busy: Callable[[bool], None]) -> T:
        while True:
            try:
                done = work()
            except IndexBusy:
                busy(True)
                if self._closing.wait(WAIT):
                    raise
            else:
                busy(False)
                return done

    def _own(self) -> list[Source]:
        library, home = self.assistant().library, self.home.resolve()
        base = self.config.index.parent.resolve()
        return [source for source in library.documents() if (base / source.root).resolve() == home]

    # Removing

    def remove(self, id: str) -> None:
        """Take a document out of the index, as soon as no ingest runs; a file from the browser is deleted with it.

        Raises:
            QAError: there is no such document.
        """
        self.assistant().library.document(id)
        self.removing[id] = "being removed"
        self._pool.submit(self._remove, id)

    def _remove(self, id: str) -> None:
        try:
            for source in self._own():
                if source.id == id:
                    (self.home / source.file).unlink(missing_ok=True)
                    self._prune((self.home / source.file).parent)
            self._when_free(partial(sync.remove, [id], config=self.config), lambda said: None)
            del self.removing[id]
        except (QAError, OSError) as error:
            self.removing[id] = str(error)

    def _forget(self, owner: str) -> None:
        """Drop an owner's oldest finished batches, and what unfinished runs of the program left aside."""
        for batch in [batch for batch in self.of(owner) if batch.state in {"done", "undone"}][KEPT - 1 :]:
            self.batches.remove(batch)
            shutil.rmtree(self.aside / batch.id, ignore_errors=True)
        known = {batch.id for batch in self.batches}
        for folder in self.aside.glob("*") if self.aside.exists() else ():
            with suppress(OSError):
                if folder.name not in known and folder.stat().st_mtime < time.time() - 86_400:
                    shutil.rmtree(folder)


def _announced(name: str, size: int, taken: set[str]) -> Upload:
    try:
        file = Upload(safe_name(name), size)
    except QAError as error:
        return Upload(name[:200], size, "failed", str(error))
    suffix = os.path.splitext(file.name)[1].lower()
    if file.name in taken:
        file.state, file.note = "failed", "is here twice; give one of them another name"
    elif suffix not in SUFFIXES:
        file.state, file.note = (
            "failed",
            f"no reader for {suffix or 'a file without an ending'}; use .txt or .pdf",
        )
    elif size > MAX_FILE:
        file.state = "failed"
        file.note = f"has {render.size_text(size)}, more than {render.size_text(MAX_FILE)}; split it, or run: qa ingest"
    elif not size:
        file.state, file.note = "failed", "is empty"
    return file


def _reason(failure: Failure) -> str:
    return failure.reason.removeprefix(f"{failure.document}: ").replace(_HINT, "")


def _mark(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one that took its place."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_mtime_ns
