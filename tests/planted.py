"""By hand: do planted passages win silently? PYTHONPATH=. python tests/planted.py FILE

FILE is one of PoisonedRAG (Zou et al. 2024, arXiv:2402.07867): questions with a right answer, a wrong one, and texts
that argue for the wrong one. The set has no true passages: one is made of each question's first text, by putting the
right answer into it.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from qa.assistant import Assistant
from qa.config import load
from qa.embed import SentenceTransformerEmbedder
from qa.sync import sync


def said(text: str, value: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE) is not None


def usable(row: dict[str, Any]) -> list[str]:
    """The texts that hold the wrong answer word for word, and not the right one."""
    right, wrong = row["correct answer"], row["incorrect answer"]
    found = [text for text in row["adv_texts"] if said(text, wrong) and not said(text, right)]
    return found if len(found) > 1 and not said(right, wrong) and not said(wrong, right) else []


def try_with(planted: int, rows: list[dict[str, Any]], embedder: SentenceTransformerEmbedder) -> Counter[str]:
    """What was shown for each question, beside so many planted texts."""
    folder, seen = Path(tempfile.mkdtemp()), Counter[str]()
    (folder / "documents").mkdir()
    for n, row in enumerate(rows):
        first, *others = usable(row)
        true = re.sub(
            rf"(?i)(?<!\w){re.escape(row['incorrect answer'])}(?!\w)", lambda _, row=row: row["correct answer"], first
        )
        for name, text in [("true", true), *((f"planted{i}", text) for i, text in enumerate(others[:planted]))]:
            (folder / "documents" / f"{n}-{name}.txt").write_text(text, encoding="utf-8")
    config = load(index=folder / "index", model="quote", offline=True)
    sync([folder / "documents"], config=config, embedder=embedder)
    assistant = Assistant(config, embedder=embedder)
    for row in rows:
        text = assistant.ask(f"{row['question']}?").answer.text
        shown = [name for name in ("correct", "incorrect") if said(text, row[f"{name} answer"])]
        seen[" and ".join(shown) or "neither"] += 1
    return seen


if __name__ == "__main__":
    every = list(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")).values())
    kept = [row for row in every if usable(row)]
    for count in (1, 5):
        print(f"{count} planted, {len(kept)} questions: {dict(try_with(count, kept, SentenceTransformerEmbedder()))}")
