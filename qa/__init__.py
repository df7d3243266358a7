"""Answers questions over a folder of documents; every sentence cites the exact characters that support it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.types import Answer, Citation, Evidence, Progress, Report, Text

__version__ = "0.1.0"
__all__ = ["Assistant", "ask", "ingest", "stream"]


def ask(question: str, *, index: str | Path | None = None, model: str | None = None, **options: Any) -> Answer:
    """Answer one question from the documents of an index.

    Args:
        question: in plain words.
        index: folder of the index (`QA_INDEX`, or `.qa`, when not given).
        model: who writes the answer: quote, local, openai:NAME, ollama:NAME, anthropic:NAME, a GGUF path, a URL.
        options: history, documents, since, until, as for `Assistant.ask`.

    Raises:
        IndexMissing, IndexMismatch, ConfigError, ModelError: what is wrong, and the command to run next. That the
        documents hold no answer is no error: see `Answer.answered`.
    """
    return _assistant(index, model).ask(question, **options).answer


def stream(
    question: str, *, index: str | Path | None = None, model: str | None = None, **options: Any
) -> Iterator[Evidence | Citation | Text | Answer]:
    """The same as `ask`, event by event: the evidence, then text with each citation before its number, and at the end
    the `Answer`."""
    reply = _assistant(index, model).ask(question, **options)
    yield from reply
    yield reply.answer


def ingest(
    paths: str | Path | Sequence[str | Path],
    *,
    index: str | Path | None = None,
    on_event: Callable[[Progress], None] | None = None,
) -> Report:
    """Bring the index in step with files and folders: what is new, changed or gone; the rest is left as it is.

    Args:
        paths: a file, a folder, or several.
        index: folder of the index, made where there is none.
        on_event: called with each step of the work.

    Raises:
        QAError: a path does not exist; IndexBusy: another process is writing; IndexMismatch: built otherwise. A file
        that cannot be read is no error: see `Report.failed`.
    """
    from qa.config import load
    from qa.embed import SentenceTransformerEmbedder
    from qa.sync import sync

    config = load(index=index)
    several = [paths] if isinstance(paths, str | Path) else paths
    embedder = SentenceTransformerEmbedder(config.embedder)
    return sync([Path(path) for path in several], config=config, embedder=embedder, on_event=on_event)


def __getattr__(name: str) -> Any:
    if name == "Assistant":
        from qa.assistant import Assistant

        return Assistant
    raise AttributeError(f"module 'qa' has no attribute {name!r}")


_kept: dict[tuple[str | None, str | None], Assistant] = {}


def _assistant(index: str | Path | None, model: str | None) -> Assistant:
    """One assistant for each index and model, so that a second question does not load everything again."""
    from qa.assistant import Assistant
    from qa.config import load

    key = (None if index is None else str(index), model)
    config = load(index=index, model=model)
    if key not in _kept or _kept[key].config != config:
        _kept[key] = Assistant(config)
    return _kept[key]
