"""Fakes with behaviour, for tests of programs that use qa: an embedder and a model without weights, a small corpus."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from qa.embed import Encoded, Vectors
from qa.errors import ModelError
from qa.types import Citation, Span

Script = Callable[[str, Sequence[Citation]], str] | Sequence[str]

_CORPUS = {
    "bridge.txt": """date 2024-03-05
Old Bridge to Close for Repairs

The council of Elmford voted on Monday to close the old bridge until 1 July 2024. Mayor Ruth Adeyemi said the repairs \
would cost 2.4 million euros. "We can't wait for another flood," she told reporters.

Shopkeepers on the east bank disagree. Their spokesman, Jonas Keller, said the closure would "kill the summer trade".
Scroll to Top
""",
    "bridge-costs.md": """---
title: Bridge Repairs to Cost More
date: 2024-05-17
---
# Bridge Repairs to Cost More

The repairs of the old bridge in Elmford will cost 3.1 million euros, the engineer Ines Duarte said on Friday.
Mayor Ruth Adeyemi had spoken of 2.4 million euros in March.

- The bridge was built in 1902.
- About 4,000 people cross it every day.
""",
    "science/bees.html": """<html><head><title>Bees Count to Four</title>
<meta property="article:published_time" content="2023-11-20T08:00:00Z"></head><body><article>
<h1>Bees Count to Four</h1>
<p>Honeybees can count to four, a team led by Dr. A. B. Osei reports. The U.S. National Science Foundation paid.</p>
<p>The bees flew past yellow markers in a tunnel &amp; stopped at the fourth one. Critics say that the sample of 20 bees
was small. Osei rejects this: the effect held in 3 of 3 hives.</p></article></body></html>
""",
    "science/scripts.txt": """Schreibweisen und Zeichen

Die Brücke wurde 1902 gebaut. Η γέφυρα χτίστηκε το 1902. Мост построен в 1902 году.
この橋は1902年に建てられました。毎日4000人が渡ります。
The cafe\u0301 by the bridge 🌉 opened at 7 a.m. on Saturday.
""",
}


class HashEmbedder:
    """Words hashed into buckets: deterministic, and texts that share words are near each other. No weights."""

    def __init__(self, dimension: int = 64, name: str = "") -> None:
        self.dimension = dimension
        self.name = name or f"hash-{dimension}"
        self.encoded = 0  # passages so far, for tests of what is not embedded again

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension)."""
        return np.stack([self._vector(text) for text in texts])

    def passages(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Encoded]:
        """One `Encoded` a text; `spans` are sentence offsets within each text."""
        self.encoded += len(texts)
        return [
            Encoded(self._vector(text), np.stack([self._vector(text[start:end]) for start, end in own]))
            for text, own in zip(texts, spans, strict=True)
        ]

    def _vector(self, text: str) -> Vectors:
        vector = np.zeros(self.dimension, np.float32)
        for word in re.findall(r"\w+", text.lower()) or [text]:
            digest = hashlib.blake2b(f"{self.name} {word}".encode(), digest_size=8).digest()
            vector[int.from_bytes(digest[:4]) % self.dimension] += 1 if digest[4] % 2 else -1
        vector[0] += 1e-3  # words that cancel out must not leave a vector without a direction
        return vector / np.linalg.norm(vector)


class FakeModel:
    """An answerer that says what it is told to: a function of question and evidence, or texts in order.

    `asked` holds every (question, evidence) it was given; `stopped` counts the answers that were closed before their
    end. Raises `ModelError` when the texts have run out.
    """

    def __init__(self, script: Script, name: str = "fake") -> None:
        self.name = name
        self.hosts: tuple[str, ...] = ()
        self.asked: list[tuple[str, tuple[Citation, ...]]] = []
        self.stopped = 0
        self._script = script if callable(script) else iter(script)

    def write(self, question: str, evidence: Sequence[Citation]) -> Iterator[str]:
        """The scripted text, word by word."""
        self.asked.append((question, tuple(evidence)))
        text = self._script(question, evidence) if callable(self._script) else next(self._script, None)
        if text is None:
            raise ModelError("the fake model has no text left; give it one for each question")
        try:
            yield from re.findall(r"\s*\S+\s*?|\s+$", text)
        except GeneratorExit:
            self.stopped += 1
            raise


def corpus(folder: Path) -> Path:
    """Writes a few short, varied documents (text, Markdown, HTML; claims that disagree; other scripts) under
    `folder`/documents, and returns that folder."""
    root = folder / "documents"
    for name, text in _CORPUS.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root
