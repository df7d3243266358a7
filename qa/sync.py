"""A folder to the index, incrementally; killed at any moment it loses and doubles nothing.

The commit protocol: lock → read → split → embed → SQLite "pending" → Chroma upsert → SQLite "live", what it replaces
"dead" → Chroma delete → SQLite forgets the dead. `settle` is everything behind "pending"; it runs after each group of
documents, and at the start of every sync for what an earlier one left undone. Each of its steps can be repeated.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shlex
import shutil
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from filelock import FileLock, Timeout

from qa import readers, split
from qa.config import Config
from qa.embed import Embedder, Encoded
from qa.errors import IndexBusy, IndexMismatch, IndexMissing, QAError, ReadFailed, UnsupportedFormat
from qa.library import Entry, Library, Origin, Source, State, create, current, make_current
from qa.store import Store, StoreDamaged, drop, replace, survives
from qa.types import Document, Failure, Passage, Progress, Report

GROUP = 256  # passages that are embedded and committed together, and so what a kill can cost
UPLOADS = "uploads"  # folder in the index, of its own files: an ingest of what lies around it leaves them alone
_NEXT = "NEXT"  # file in the index that names the generation which a rebuild makes
YOUNG = 2_000_000_000  # nanoseconds; a file changed this recently may change again without its time showing it
Fault = Callable[[str], None]


class Rebuild(NamedTuple):
    """A new index beside the one in use: how many documents it holds, and whether it grows or was broken off."""

    documents: int
    running: bool


class _File(NamedTuple):
    path: str  # empty: its stored text is taken over, the file itself is not asked
    id: str
    origin: Origin
    old: Source | None


class _Work(NamedTuple):
    file: _File
    document: Document
    passages: Sequence[Passage]


@dataclass
class _Plan:
    files: list[_File] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)  # files of no kind that is read
    blocked: list[str] = field(default_factory=list)  # what could not be looked at, and so is not gone

    def refuse(self, path: str, root: str, reason: str | OSError) -> None:
        if isinstance(reason, OSError):
            self.blocked.append(_text(path))
            reason = f"{reason.strerror}; what the index holds of it stays"
        self.failed.append(Failure(_text(os.path.relpath(path, root)), reason))


def sync(
    paths: Sequence[str | Path],
    *,
    config: Config,
    embedder: Embedder,
    on_event: Callable[[Progress], None] | None = None,
    rebuild: bool = False,
    fault: Fault | None = None,
) -> Report:
    """Brings the index up to date with files and folders; documents from elsewhere stay as they are.

    `rebuild` embeds everything anew, documents from elsewhere too, beside the index in use, which answers until the
    new one is whole. `fault` is told the name of each commit boundary as it is passed, for tests that stop there.

    Raises:
        QAError: a path does not exist, or the disk is full. IndexBusy: another process is writing. IndexMismatch: the
        index was built with another embedder or splitter, and `rebuild` is False.
    """
    tops = [_top(Path(path)) for path in paths]
    try:
        with writing(config.index):
            return _Run(config, embedder, on_event or _nothing, fault or _nothing).run(tops, rebuild)
    except (sqlite3.Error, OSError) as error:
        raise QAError(
            f"the index at {config.index} could not be written: {error}. What was committed is safe; "
            "make room or check the disk, then run the same command again"
        ) from error


def remove(ids: Sequence[str], *, config: Config) -> None:
    """Takes documents out of the index. Their files stay; an ingest of the folder that holds them takes them in again.

    Raises:
        IndexMissing: there is no index. IndexBusy: another process is writing.
    """
    Library(config.index)
    with writing(config.index):
        library = Library(config.index, write=True)
        settle(library, _sound_store(library, config.chroma_url, _nothing), _nothing, retire=ids)


def check(config: Config) -> list[str]:
    """What is wrong with the index, a sentence each; nothing when it is sound. `heal`, or the next sync, mends what
    concerns the vectors.

    Raises:
        IndexMissing: there is none. IndexBusy: it is being written.
    """
    library = Library(config.index)
    with writing(config.index):
        faults = library.check()
        if not config.chroma_url and not survives(library.chroma):
            return [*faults, f"the vectors in {library.chroma} cannot be read; qa ingest rebuilds them"]
        return faults + _compare(library, Store(library.chroma, url=config.chroma_url))


def heal(config: Config) -> None:
    """Rebuilds Chroma from the vectors in the library; nothing is embedded. Raises as `check` does."""
    Library(config.index)  # or there is nothing to heal
    with writing(config.index):
        library = Library(config.index, write=True)
        _refill(library, config.chroma_url)


def rebuild(index: Path) -> Rebuild | None:
    """The rebuild of the index that is under way, in whatever process, or was broken off; None where there is none."""
    try:
        folder = index.absolute() / (index / _NEXT).read_text()
        if folder == current(index.absolute()):
            return None
        with FileLock(index / "lock", timeout=0):
            return Rebuild(0, running=False)
    except FileNotFoundError:
        return None
    except (Timeout, PermissionError):
        with suppress(QAError):
            return Rebuild(len(Library(index, folder=folder).documents()), running=True)
        return Rebuild(0, running=True)


@contextmanager
def writing(index: Path) -> Iterator[None]:
    """Holds the index for the one writer. Raises `IndexBusy`, naming the holder, if that is another."""
    index.mkdir(parents=True, exist_ok=True)
    holder = index / "writer"
    try:
        with FileLock(index / "lock", timeout=1):
            holder.write_text(f"process {os.getpid()} ({shlex.join(sys.argv)[:200]})", errors="replace")
            try:
                yield
            finally:
                holder.unlink(missing_ok=True)
    except Timeout:
        who = holder.read_text() if holder.exists() else "another process"
        raise IndexBusy(f"{who} is writing to the index {index}; run this again when it is done") from None


class _Run:
    """One sync, behind the lock."""

    def __init__(self, config: Config, embedder: Embedder, tell: Callable[[Progress], None], fault: Fault) -> None:
        self.config, self.embedder, self.tell, self.fault = config, embedder, tell, fault
        self.old: Library | None = None  # while rebuilding: the generation that answers meanwhile
        self.added, self.updated, self.unchanged = set[str](), set[str](), set[str]()

    def run(self, tops: Sequence[str], rebuild: bool) -> Report:
        self._open(rebuild)
        before = (self.old or self.library).documents()
        plan = _survey(tops, before, self.config.index)
        self.failed, passed = plan.failed, tuple(plan.passed)
        if self.old:
            seen = {*plan.gone, *(file.id for file in plan.files)}
            rest = [_File("", s.id, Origin(*s[5:]), s) for s in before if s.id not in seen]
            self._take_in([*plan.files, *rest])
            self._verify_and_switch()
        else:
            self._take_in(self._changed(plan.files))
            self._remove(plan.gone)
        self._tidy()
        added, updated, same, gone = (sorted(ids) for ids in (self.added, self.updated, self.unchanged, plan.gone))
        return Report(tuple(added), tuple(updated), tuple(same), tuple(gone), tuple(self.failed), passed)

    def _open(self, rebuild: bool) -> None:
        index, url = self.config.index, self.config.chroma_url
        built: dict[str, str | int] = {"embedder": self.embedder.name, "dimension": self.embedder.dimension}
        built["splitter"] = split.SPLITTER
        existing = _existing(index, damaged_too=not rebuild)
        _sweep(index, url)
        if existing and not rebuild:
            existing.verify(**built)
            folder = existing.folder
        else:
            self.old, folder = existing, create(index, built)
        if not existing:
            make_current(index, folder)
        elif rebuild:
            (index / _NEXT).write_text(folder.name)
        self.library = Library(index, folder=folder, write=True)
        self.store = _sound_store(self.library, url, self.fault)

    def _changed(self, files: Sequence[_File]) -> list[_File]:
        """The files whose bytes are not those of their stored version; notes new times and places of the others."""
        same = {file.id for file in files if file.old and _same(file, file.old)}
        moved = {f.id: f.origin for f in files if f.id in same and f.old and f.origin != Origin(*f.old[5:])}
        if moved:
            self.library.touch(moved)
        self.unchanged |= same
        return [file for file in files if file.id not in same]

    def _take_in(self, files: Sequence[_File]) -> None:
        group: list[_Work] = []
        for done, file in enumerate(files):
            self.tell(Progress("read", file.id, done, len(files)))
            document = self._read(file)
            if document:
                group.append(_Work(file, document, split.passages(document)))
            if sum(len(work.passages) for work in group) >= GROUP:
                self._commit(group, done + 1, len(files))
                group = []
        if group:
            self._commit(group, len(files), len(files))

    def _read(self, file: _File) -> Document | None:
        if file.path:
            try:
                return readers.read(Path(file.path), id=file.id)
            except (UnsupportedFormat, ReadFailed) as error:
                stays = "; its older version stays searchable" if file.old else ""
                self.failed.append(Failure(file.id, f"{error}{stays}"))
        return self.old.document(file.id) if self.old and file.old else None

    def _commit(self, group: Sequence[_Work], done: int, total: int) -> None:
        self.tell(Progress("embed", group[-1].document.id, done, total))
        encoded = _embed(self.embedder, [passage for work in group for passage in work.passages])
        self.library.add(
            [
                Entry(w.document, w.file.origin, w.passages, list(itertools.islice(encoded, len(w.passages))))
                for w in group
            ]
        )
        self.fault("pending")
        settle(self.library, self.store, self.fault)
        for file, document, _ in group:
            same = file.old and file.old.sha256 == document.sha256
            (self.unchanged if same else self.updated if file.old else self.added).add(file.id)
        self.tell(Progress("commit", group[-1].document.id, done, total))

    def _remove(self, gone: Sequence[str]) -> None:
        if gone:
            self.tell(Progress("remove", gone[0], 0, len(gone)))
            settle(self.library, self.store, self.fault, retire=gone)
            self.tell(Progress("remove", gone[-1], len(gone), len(gone)))

    def _tidy(self) -> None:
        worn = not self.config.chroma_url and self.store.worn()
        if worn:
            self.store = _refill(self.library, "")
        if worn or self.added or self.updated:
            self.library.compact(thorough=worn)

    def _verify_and_switch(self) -> None:
        faults = _compare(self.library, self.store)
        if faults:
            raise QAError(
                f"the new index is not sound ({faults[0]}); the old one goes on. Try again: qa ingest --rebuild"
            )
        self.fault("verified")
        make_current(self.config.index, self.library.folder)
        self.fault("switched")
        (self.config.index / _NEXT).unlink()


def settle(library: Library, store: Store, fault: Fault, *, retire: Sequence[str] = ()) -> None:
    """Carries every pending version to live and every dead one out of the index; `retire` names documents to remove."""
    _fill(store, library, "pending")
    fault("upserted")
    library.flip(retire=retire)
    fault("live")
    store.delete(library.stale())
    fault("deleted")
    library.purge()
    fault("purged")


def _fill(store: Store, library: Library, state: State, only: set[str] | None = None) -> None:
    for documents, batch in library.batches(state):
        rows = [row for row in batch if only is None or row.passage.id in only]
        if rows:
            store.add([row.passage for row in rows], [row.vector for row in rows], documents)


def _sound_store(library: Library, url: str, fault: Fault) -> Store:
    """The store with exactly the library's live passages, mended from the library where it had others."""
    try:
        store = Store(library.chroma, url=url, write=True)
        store.ids()
    except StoreDamaged:
        store = _refill(library, url)
    if library.unfinished():
        settle(library, store, fault)
    held, live = store.ids(), library.ids()
    if held != live:
        store.delete(sorted(held - live))
        _fill(store, library, "live", only=live - held)
        library.flip()
    return store


def _refill(library: Library, url: str) -> Store:
    """The vectors put into Chroma anew, beside the old ones until they are complete (a server has them in place)."""
    beside = library.chroma if url else library.chroma.with_name("chroma.new")
    drop(beside, url=url)
    _fill(Store(beside, url=url, write=True), library, "live")
    if not url:
        replace(library.chroma, beside)
    library.flip()  # readers are to look again
    return Store(library.chroma, url=url, write=True)


def _compare(library: Library, store: Store) -> list[str]:
    live, held = library.ids(), store.ids()
    faults = [f"{len(live - held)} passages are missing from Chroma; qa ingest adds them"] if live - held else []
    faults += [f"Chroma holds {len(held - live)} foreign passages; qa ingest removes them"] if held - live else []
    wrong = 0
    for _, batch in library.batches("live"):
        vectors = store.vectors([row.passage.id for row in batch])
        wrong += sum(not np.allclose(vectors.get(r.passage.id, r.vector), r.vector, atol=1e-3) for r in batch)
    return [*faults, f"{wrong} vectors in Chroma are wrong; mend them: qa doctor --heal"] if wrong else faults


def _existing(index: Path, damaged_too: bool) -> Library | None:
    try:
        library = Library(index)
        library.documents()
        return library
    except IndexMissing:
        return None
    except IndexMismatch:
        raise
    except QAError:
        if damaged_too:
            raise
        return None


def _sweep(index: Path, url: str) -> None:
    """Deletes generations that no longer answer, and what is left of those that never did."""
    keep = current(index.absolute())
    (index / _NEXT).unlink(missing_ok=True)
    for folder in index.absolute().glob("g-*"):
        if folder != keep:
            drop(folder / "chroma", url=url)
            shutil.rmtree(folder)


def _embed(embedder: Embedder, passages: Sequence[Passage]) -> Iterator[Encoded]:
    for first in range(0, len(passages), GROUP):
        some = passages[first : first + GROUP]
        yield from embedder.passages(
            [p.text for p in some], [[(a - p.start, b - p.start) for a, b in p.sentences] for p in some]
        )


def _same(file: _File, old: Source) -> bool:
    if file.origin.mtime and file.origin[2:] == (old.size, old.mtime):
        return True
    try:
        with open(file.path, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == old.sha256
    except OSError:
        return False  # reading it will fail too, and say why


def _top(path: Path) -> str:
    if not path.exists():
        raise QAError(
            f"{path} does not exist; nothing was changed. Check the spelling; to start afresh, delete the index"
        )
    # A folder is what it leads to; a file keeps the name it was given by.
    return str(path.resolve() if path.is_dir() else path.parent.resolve() / path.name)


def _survey(tops: Sequence[str], before: Sequence[Source], index: Path) -> _Plan:
    """What there is below `tops`, what of it is stored, and what is stored but no longer there."""
    plan, base, skip = _Plan(), str(index.parent.resolve()), str(index.resolve())
    own = os.path.join(skip, UPLOADS)
    held = {os.path.normpath(os.path.join(base, s.root, s.file)): s for s in before}
    roots = {os.path.normpath(os.path.join(base, s.root)) for s in before if s.file != "."}
    roots |= {top for top in tops if os.path.isdir(top)}
    taken, seen = {s.id for s in before}, set[str]()
    for top in sorted(tops):
        root = own if _inside(top, own) else min((r for r in roots if _inside(top, r)), key=len, default=top)
        where = _text(os.path.relpath(root, base) if _inside(root, base) else root)
        for path, info in _walk(top, root, skip, plan):
            if path not in seen:
                seen.add(path)
                old, file = held.get(_text(path)), _text(os.path.relpath(path, root))
                id = old.id if old else _new_id(root, file, taken)
                taken.add(id)
                young = info.st_mtime_ns > time.time_ns() - YOUNG
                origin = Origin(where, file, info.st_size, 0 if young else info.st_mtime_ns)
                plan.files.append(_File(path, id, origin, old))
    lost = held.keys() - {_text(path) for path in seen}
    asked = [(_text(top), _inside(top, own)) for top in tops]
    here = [path for path in lost if any(_inside(path, top) and _inside(path, own) == ours for top, ours in asked)]
    plan.gone = [held[path].id for path in here if not any(_inside(path, blocked) for blocked in plan.blocked)]
    return plan


def _walk(top: str, root: str, index: str, plan: _Plan) -> Iterator[tuple[str, os.stat_result]]:
    """Every visible file of a known kind below `top`, or `top` itself whatever its kind; what is passed
    over is noted in `plan`."""
    if not os.path.isdir(top):
        yield from _regular(top, root, plan)
        return
    for folder, names, files in os.walk(top, onerror=lambda error: plan.refuse(error.filename, root, error)):
        visible = [os.path.join(folder, name) for name in sorted(names) if not name.startswith(".")]
        names[:] = [os.path.basename(path) for path in visible if path != index and not _leads_out(path, root, plan)]
        for name in sorted(files):
            if os.path.splitext(name)[1].lower() in readers.SUFFIXES and not name.startswith("."):
                yield from _regular(os.path.join(folder, name), root, plan)
            elif not name.startswith("."):
                plan.passed.append(_text(os.path.relpath(os.path.join(folder, name), root)))


def _regular(path: str, root: str, plan: _Plan) -> Iterator[tuple[str, os.stat_result]]:
    try:
        info = os.stat(path)
    except OSError as error:
        return plan.refuse(path, root, error)
    if not stat.S_ISREG(info.st_mode):
        return plan.refuse(path, root, "not a regular file; passed over")
    if path == root or not _leads_out(path, root, plan):
        yield path, info
    return None


def _leads_out(path: str, root: str, plan: _Plan) -> bool:
    out = os.path.islink(path) and not _inside(os.path.realpath(path), root)
    if out:
        plan.refuse(path, root, f"a link that leads out of {root}; to have it, ingest {os.path.realpath(path)}")
    return out


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _text(path: str) -> str:
    """A path that SQLite can store: bytes that are not UTF-8 are spelled out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _new_id(root: str, file: str, taken: set[str]) -> str:
    parent, name = (os.path.dirname(root), os.path.basename(root)) if file == "." else (root, file)
    name, prefix = _text(name).replace(os.sep, "/"), _text(os.path.basename(parent))
    ids = (f"{prefix}-{n}/{name}" for n in itertools.count(2))
    return next(id for id in itertools.chain((name, f"{prefix}/{name}"), ids) if id not in taken)


def _nothing(_: object) -> None:
    return None
