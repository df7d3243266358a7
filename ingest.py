"""Indexes documents from a checkout: `python ingest.py [PATHS…] [--index FOLDER] [--rebuild]`, by default `seeds/`."""

from __future__ import annotations

import sys
from pathlib import Path

from qa.cli import main

SEEDS = Path(__file__).resolve().parent / "seeds"


def arguments(given: list[str]) -> list[str]:
    """The command line of `qa ingest`, with the seeds where no path is named."""
    named, values = [], iter(given)
    for value in values:
        if value == "--index":
            next(values, None)
        elif not value.startswith("-"):
            named.append(value)
    return ["ingest", *given, *([] if named else [str(SEEDS)])]


if __name__ == "__main__":
    main(arguments(sys.argv[1:]))
