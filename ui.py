"""Opens the chat from a checkout. Without an index, the documents in `seeds/` beside this file are indexed first."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from qa.config import load
from qa.errors import QAError
from qa.web import serve


def main(
    host: Annotated[str | None, typer.Option(help="address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on; 0 for any free one")] = None,
    index: Annotated[Path | None, typer.Option(help="folder of the index")] = None,
    model: Annotated[
        str | None, typer.Option(help="who writes the answers: auto, quote, local, openai:NAME, …")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="open the browser")] = True,
) -> None:
    """Chat with the documents of an index."""
    seeds = Path(__file__).resolve().parent / "seeds"
    try:
        config = load(host=host, port=port, index=index, model=model)
        serve(config, documents=seeds if seeds.is_dir() else None, browser=browser)
    except QAError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    typer.run(main)
