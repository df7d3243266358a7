"""The command line. Data goes to stdout; progress, notices and errors go to stderr.

Exit codes: 0 answered, 3 the documents do not hold the answer, 2 a mistake in the command or a setting, 1 a failure.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import textwrap
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qa.errors import ConfigError, QAError

if TYPE_CHECKING:
    from rich.console import Console

    from qa.assistant import Assistant, Reply
    from qa.types import Answer

FAILURE, USAGE, REFUSED = 1, 2, 3
CHAT_HELP = "/new forgets what was said, /quit ends (so does Ctrl+D), Ctrl+C stops an answer"
# Document and model text must not steer the terminal, or turn the direction of what is read.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

Index = Annotated[Path | None, typer.Option(help="Folder of the index (QA_INDEX, or .qa).")]
Model = Annotated[str | None, typer.Option(help="Who writes the answer: auto, quote, local, openai:NAME, a URL, …")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]

app = typer.Typer(
    help="Answers questions over a folder of documents; every sentence cites the characters that support it.",
    epilog="Exit codes: 0 answered, 3 refused, 2 usage, 1 failure. Settings: qa doctor.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
models_app = typer.Typer(help="The models that can write answers, and the weights of the local ones.")
app.add_typer(models_app, name="models", invoke_without_command=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script. Always ends with `SystemExit`, whose code says how it went."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app(arguments, prog_name="qa")
    except QAError as error:
        _note(f"Error: {error}")
        sys.exit(USAGE if isinstance(error, ConfigError) else FAILURE)


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print it, exit.")] = False) -> None:
    if version:
        from qa import __version__

        typer.echo(f"qa {__version__}")
        raise typer.Exit


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In plain words, between quotation marks.")],
    *,
    model: Model = None,
    index: Index = None,
    documents: Annotated[list[str] | None, typer.Option(help="Use only this document; may be repeated.")] = None,
    since: Annotated[str | None, typer.Option(help="Use only documents from this date on (2023-12-06).")] = None,
    until: Annotated[str | None, typer.Option(help="Use only documents up to this date.")] = None,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the text of the answer alone.")] = False,
) -> None:
    """Answer one question: its sentences as they come, then their sources."""
    assistant = _assistant(index=index, model=model)
    reply = assistant.ask(question, documents=documents or None, since=since, until=until)
    with _on_interrupt(reply.stop):
        if as_json:
            _print_json(reply.answer.to_dict())
        else:
            _stream(reply, assistant, quiet)
    answer = reply.answer
    fine = answer.answered or answer.kind == "talk"
    raise typer.Exit(0 if fine else FAILURE if answer.partial else REFUSED)


@app.command()
def chat(model: Model = None, index: Index = None) -> None:
    """Ask question after question; each may refer to those before. Reads lines from a pipe as well."""
    assistant = _assistant(index=index, model=model)
    _note(f"{len(assistant.library.documents())} documents, answers by {assistant.answerer.name}. {CHAT_HELP}")
    history: list[tuple[str, str]] = []
    failed = False
    for line in _lines():
        if line in {"/quit", "/exit", "/q"}:
            break
        if line == "/new":
            history.clear()
        elif line.startswith("/"):
            _note(CHAT_HELP)
        elif line:
            try:
                reply = assistant.ask(line, history=history)
                with _on_interrupt(reply.stop):
                    _stream(reply, assistant)
                history.append((line, reply.answer.text))
            except QAError as error:
                failed = True
                _note(f"Error: {error}")
            _say("")
    raise typer.Exit(FAILURE if failed else 0)


@app.command()
def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files and folders; by default those indexed.")] = None,
    index: Index = None,
    rebuild: Annotated[bool, typer.Option(help="Embed everything anew, beside the index in use.")] = False,
    as_json: Json = False,
) -> None:
    """Bring the index in step with files and folders: what is new, changed or gone.

    Files that cannot be read are listed with the reason. The exit code is 1 only where nothing could be taken in.
    """
    from qa.config import load
    from qa.readers import SUFFIXES

    config = load(index=index)
    paths = paths or _roots(config.index)
    with _busy("Loading the embedder"):
        from qa import embed, sync

        embedder = embed.SentenceTransformerEmbedder(config.embedder)
    with _bar() as show:
        report = sync.sync(
            paths,
            config=config,
            embedder=embedder,
            rebuild=rebuild,
            on_event=lambda e: show(f"{e.done}/{e.total} {e.stage} {e.document}", e.done, e.total),
        )
    counts = {name: str(len(documents)) for name, documents in asdict(report).items() if name != "passed"}
    _print_json(asdict(report)) if as_json else _columns(counts)
    for failure in report.failed:
        _note(f"failed: {failure.reason}")
    if report.passed:
        kinds = Counter(Path(path).suffix.lower() or "no ending" for path in report.passed).most_common(5)
        said = ", ".join(f"{count} × {kind}" for kind, count in kinds)
        _note(f"passed over: {len(report.passed):,} of a kind that is not read: {said}")
    if not (report.added or report.updated or report.unchanged or report.removed):
        where, formats = " ".join(map(str, paths)), " ".join(sorted(SUFFIXES))
        raise QAError(f"nothing could be taken in from {where}; give files of a kind that can be read: {formats}")


@app.command()
def ui(
    folder: Annotated[Path | None, typer.Argument(help="Indexed first if there is no index yet.", exists=True)] = None,
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 for any free one.")] = None,
    index: Index = None,
    model: Model = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
) -> None:
    """Open the chat in the browser."""
    from qa.config import load
    from qa.web import serve

    serve(load(host=host, port=port, index=index, model=model), documents=folder, browser=browser)


@models_app.callback()
def _models(context: typer.Context, as_json: Json = False) -> None:
    if context.invoked_subcommand is None:
        models_list(as_json)


@models_app.command("list")
def models_list(as_json: Json = False) -> None:
    """The models to choose from, and what each still needs. Calls no host."""
    from qa import models
    from qa.config import load

    options = {option.name: option.state for option in models.available(load())}
    _print_json(options) if as_json else _columns(options)


@models_app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="A name from `qa models`, or hf:OWNER/REPO/FILE.gguf.")],
) -> None:
    """Bring the weights of a local model to this machine; goes on where an earlier fetch stopped."""
    from rich.filesize import decimal

    from qa.config import load
    from qa.models import catalog

    config, stop = load(), threading.Event()
    if weights := catalog.named(name):
        size = decimal(weights.size) if weights.size else "size: see the hub"
        _note(f"{name}: {size}, licence {weights.licence}, into {config.cache}. Ctrl+C stops; what is here is kept.")
    with _bar() as show, _on_interrupt(stop.set):

        def progress(done: int, total: int, rate: float, source: str) -> None:
            show(f"{source}  {decimal(done)} of {decimal(total)}, {decimal(int(rate))}/s", done, total)

        path = catalog.fetch(name, config, progress, stop)
    _say(str(path))


@models_app.command()
def verify(as_json: Json = False) -> None:
    """Hash all weights on this machine again. The exit code is 1 where one is not what it should be."""
    from qa import doctor
    from qa.config import load

    states = doctor.weights(load(), deep=True)
    _print_json(states) if as_json else _columns(states)
    raise typer.Exit(FAILURE if "damaged" in states.values() else 0)


@app.command("doctor")
def examine(
    index: Index = None,
    model: Model = None,
    deep: Annotated[bool, typer.Option(help="Hash all weights again.")] = False,
    heal: Annotated[bool, typer.Option(help="Rebuild the vectors of the index from the library.")] = False,
    as_json: Json = False,
) -> None:
    """What is installed, configured and sound, and which hosts may be called; exit code 1 if something is broken."""
    from qa import doctor

    with _busy("Looking at everything"):
        found = doctor.examine(deep=deep, heal=heal, index=index, model=model)
    if as_json:
        _print_json(found)
    else:
        for title, rows in found.items():
            if isinstance(rows, dict):
                _say(title)
                _columns({f"  {name}": value for name, value in rows.items()})
        _say(f"network: {', '.join(found['network']) or 'none'}")
        _say("\n".join(f"broken: {problem}" for problem in found["problems"]) or "nothing is broken")
    raise typer.Exit(FAILURE if found["problems"] else 0)


def _roots(index: Path) -> list[Path]:
    """The files and folders that an index was made from; the library holds them relative to its own place."""
    from qa.library import Library

    return sorted({index.parent.resolve() / source.root for source in Library(index).documents()})


def _assistant(**settings: Any) -> Assistant:
    from qa.config import load

    config = load(**settings)
    with _busy("Opening the index and its models"):
        from qa.assistant import Assistant

        assistant = Assistant(config)
        assistant.warm()
    return assistant


def _stream(reply: Reply, assistant: Assistant, quiet: bool = False) -> None:
    """Print the text as it comes, then what it rests on; under a refusal, the passages near the question."""
    from qa import render
    from qa.types import Text

    for event in reply:
        if isinstance(event, Text):
            _say(event.text, end="")
    answer = reply.answer
    _say("")
    if quiet:
        return
    if answer.standalone != answer.question:
        _note(f"Read as: {answer.standalone}")
    rest = _nearest(answer, assistant) if answer.refused else render.plain(replace(answer, text=""))
    if rest:
        _say(f"\n{rest}")


def _nearest(answer: Answer, assistant: Assistant) -> str:
    from qa import render

    lines = []
    for hit in render.near(answer):
        passage, document = hit.passage, assistant.library.document(hit.passage.document)
        place = f"{passage.document}:{passage.start}-{passage.end}"
        text = textwrap.shorten(passage.text, 200, placeholder=" …")
        lines.append(f"- {render.source_name(document.title, document.date)}, {place}: “{text}”")
    if answer.hits and not lines:
        return "Nothing in the documents is near this question."
    return "\n".join(["Nearest passages:", *lines]) if lines else ""


def _lines() -> Iterator[str]:
    """What is typed at the prompt, or comes through a pipe."""
    with suppress(ImportError):
        import readline  # noqa: F401 - gives the prompt line editing
    prompt = "> " if sys.stdin.isatty() else ""
    with suppress(EOFError, KeyboardInterrupt):
        while True:
            yield input(prompt).strip()


@contextmanager
def _on_interrupt(stop: Callable[[], object]) -> Iterator[None]:
    """The first Ctrl+C calls `stop`, which ends things in good order; the second ends the program."""

    def handle(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        stop()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _console() -> Console:
    from rich.console import Console

    return Console(stderr=True)


def _busy(text: str) -> AbstractContextManager[object]:
    """A spinner, where somebody can see it."""
    console = _console()
    return console.status(f"{text}…") if console.is_terminal else nullcontext()


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on a terminal, nothing elsewhere; call what it gives with text, done and total (0: unknown)."""
    from rich.progress import BarColumn, Progress, TextColumn

    console, text = _console(), TextColumn("{task.description}", markup=False)
    with Progress(BarColumn(), text, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda said, done, total: bar.update(task, description=_safe(said), completed=done, total=total or None)


def _columns(rows: dict[str, str]) -> None:
    width = max(map(len, rows), default=0)
    for name, value in rows.items():
        _say(f"{name:{width}}  {value}".rstrip())


def _print_json(data: object) -> None:
    typer.echo(json.dumps(data, indent=2))


def _safe(text: str) -> str:
    return _CONTROLS.sub("\ufffd", text)


def _say(text: str, end: str = "\n") -> None:
    typer.echo(_safe(text) + end, nl=False)


def _note(text: str) -> None:
    typer.echo(_safe(text), err=True)
