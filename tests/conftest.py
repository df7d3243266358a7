"""What several test files share. The tests mean the defaults: settings of whoever runs them are left out, but for where
the weights are."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

for name in [name for name in os.environ if name.startswith("QA_") and name != "QA_CACHE"]:
    del os.environ[name]

settings.register_profile("plain", deadline=None)  # a busy machine is no failure
settings.load_profile("plain")
settings.register_profile("long", max_examples=10_000, deadline=None)  # pytest --hypothesis-profile long --timeout 0

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
FLAGS += "--disable-component-update --disable-sync"


class Running:
    """A page, served from a thread. Stopped and started, it is on the same port, with everything in memory gone."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make, self.port = make, 0

    def start(self) -> None:
        import uvicorn

        options: dict[str, Any] = {"log_level": "warning", "timeout_graceful_shutdown": 1}
        self.server = uvicorn.Server(uvicorn.Config(self.make(), port=self.port, **options))
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.05)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(15)
        assert not self.thread.is_alive()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def served() -> Iterator[Callable[[Callable[[], Any]], Running]]:
    """Serves what a function makes, until the tests of the file are done."""
    all_of_them: list[Running] = []

    def serve(make: Callable[[], Any]) -> Running:
        all_of_them.append(Running(make))
        all_of_them[-1].start()
        return all_of_them[-1]

    yield serve
    for running in all_of_them:
        running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed; get it: apt-get install chromium")
    why = "playwright is not installed; get it: pip install -e '.[dev]'"
    playwright = pytest.importorskip("playwright.sync_api", reason=why)
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS.split())
        yield browser
        browser.close()
