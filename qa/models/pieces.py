"""Text that is written in a thread of its own, read piece by piece."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

HEARTBEAT = 0.5  # seconds without a word after which an empty piece says that work goes on
Put = Callable[[str | Exception], bool]


def piecewise(produce: Callable[[Put], None], timeout: float = float("inf")) -> Generator[str, None, None]:
    """What `produce` writes in a thread of its own, with an empty piece now and then while it writes nothing.

    Args:
        produce: gets a function to call with each piece, or with an error to raise here; True from it means: stop.
        timeout: seconds for all of it.

    Raises:
        TimeoutError: it takes longer. Exception: whatever `produce` raises.
    """
    box: queue.SimpleQueue[Any] = queue.SimpleQueue()
    closed, deadline = threading.Event(), time.monotonic() + timeout

    def put(piece: str | Exception) -> bool:
        box.put(piece)
        return closed.is_set()

    def run() -> None:
        try:
            produce(put)
            box.put(None)
        except Exception as error:  # noqa: BLE001 (raised again in the thread that asked)
            box.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        while time.monotonic() < deadline:
            try:
                piece = box.get(timeout=HEARTBEAT)
            except queue.Empty:
                piece = ""
            if isinstance(piece, Exception):
                raise piece
            if piece is None:
                return
            yield piece
        raise TimeoutError
    finally:
        closed.set()
