"""Parses files of risky formats in a child process with limits on memory and time, one after the other.

The child is this module run as a program. It is started with the first such file, answers a JSON line for a JSON
line, and is replaced after any failure and after 200 files. It never imports a model library.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import importlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from qa.errors import ReadFailed
from qa.readers.about import Extract

MEMORY, SECONDS, RENEW = 1 << 30, 60.0, 200  # bytes of address space; wall time of one file; files per child
PARSERS = {".html": "html", ".htm": "html", ".pdf": "pdf", ".docx": "office", ".pptx": "office", ".xlsx": "office"}


class Child:
    """A process that parses; safe to share between threads, which then wait for each other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._served = 0
        atexit.register(self.stop)

    def parse(self, path: Path) -> Extract:
        """The file's text.

        Raises:
            ReadFailed: the format's reader refused the file, crashed, or went over a limit; the message is the reason.
        """
        with self._lock:
            reply = self._ask(path)
            self._served += 1
            if reply.pop("fatal", False) or self._served >= RENEW:
                self.stop()
        if "error" in reply:
            raise ReadFailed(reply["error"])
        return Extract(**{**reply, "pages": tuple(reply["pages"])})

    def stop(self) -> None:
        """End the process; the next file starts another."""
        if self._process:
            self._process.kill()
            self._process.communicate()
        self._process, self._served = None, 0

    def _ask(self, path: Path) -> dict[str, Any]:
        process = self._process = self._process or _start()
        assert process.stdin and process.stdout
        started, line = time.monotonic(), ""
        timer = threading.Timer(SECONDS, process.kill)
        timer.start()
        with contextlib.suppress(OSError):  # a pipe that the child has left
            process.stdin.write(json.dumps(str(path.absolute())) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        timer.cancel()
        late = time.monotonic() - started >= SECONDS
        if line.endswith("\n"):
            return {"fatal": late, **json.loads(line)}
        crash = f"crashes its parser or needs more than {MEMORY >> 20:,} MB of memory (exit {process.wait()})"
        reason = f"takes longer than {SECONDS:.0f} s to parse" if late else crash
        return {"fatal": True, "error": f"{reason}; split it, or open it and save it anew"}


def _start() -> subprocess.Popen[str]:
    package = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    env = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    # -P: nothing is imported from the working directory
    command = [sys.executable, "-P", "-m", "qa.readers.child", str(MEMORY)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=env)


def _parse(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    suffix = path.suffix.lower()
    try:
        found = importlib.import_module(f"qa.readers.{PARSERS[suffix]}").extract(data, suffix)
    except ReadFailed as error:
        return {"error": str(error)}
    return found._replace(sha256=hashlib.sha256(data).hexdigest())._asdict()


def _main(memory: int) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints must not reach the answers

    def fail(kind: type[BaseException], error: BaseException, _trace: object) -> None:
        words = f"needs more than {memory >> 20:,} MB of memory" if kind is MemoryError else f"{kind.__name__}: {error}"
        reason = f"cannot be parsed ({' '.join(words.split())[:200]}); open it and save it anew"
        answers.write(json.dumps({"fatal": True, "error": reason}) + "\n")
        answers.flush()

    sys.excepthook = fail
    with contextlib.suppress(ImportError, ValueError, OSError):  # platforms without this limit
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    for line in sys.stdin:
        answers.write(json.dumps(_parse(Path(json.loads(line)))) + "\n")
        answers.flush()


if __name__ == "__main__":
    _main(int(sys.argv[1]))
