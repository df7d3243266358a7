"""The one place where the evaluation touches what `qa` does not export: its embedder, its claim checker, its parts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import qa
from eval.metrics import Place
from qa.config import Config, load
from qa.errors import IndexMismatch
from qa.types import Citation, Document, Progress


class Unit(NamedTuple):
    """A passage of the index with the places of its sentences; the block of front matter is left out."""

    place: Place
    text: str
    sentences: tuple[Place, ...]


class Corpus(NamedTuple):
    """What the index holds, as the index cut it."""

    documents: dict[str, Document]
    units: list[Unit]

    def sentences(self) -> dict[str, list[tuple[int, int]]]:
        """The sentences of each document, in order."""
        found: dict[str, list[tuple[int, int]]] = {id: [] for id in self.documents}
        for unit in self.units:
            for document, start, end in unit.sentences:
                found[document].append((start, end))
        return {id: sorted(spans) for id, spans in found.items()}


def embedder(config: Config) -> Any:
    """The embedder that the configuration names; every system uses it."""
    from qa.embed import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(config.embedder)


def assistant(folder: Path, config: Config, embed: Any, on_event: Callable[[Progress], None] | None = None) -> Any:
    """An assistant over an index of exactly this folder, brought up to date first."""
    from qa.sync import sync

    try:
        report = sync([folder], config=config, embedder=embed, on_event=on_event)
    except IndexMismatch:  # the index is a cache of ours, so it may be thrown away
        shutil.rmtree(config.index)
        report = sync([folder], config=config, embedder=embed, on_event=on_event)
    if report.failed:
        raise RuntimeError(f"{len(report.failed)} documents could not be read; the first: {report.failed[0].reason}")
    return qa.Assistant(config, embedder=embed)


def corpus(of: Any) -> Corpus:
    """The documents, passages and sentences of an assistant's index."""
    documents = {source.id: of.library.document(source.id) for source in of.library.documents()}
    units = []
    for _, batch in of.library.batches("live"):
        for stored in batch:
            passage = stored.passage
            body = documents[passage.document].body
            kept = tuple((passage.document, start, end) for start, end in passage.sentences if end > body)
            if kept:
                place = (passage.document, kept[0][1], passage.end)
                units.append(Unit(place, documents[passage.document].text[place[1] : place[2]], kept))
    return Corpus(documents, units)


def language_model(of: Any) -> Any | None:
    """The assistant's LlamaIndex LLM, or None in quote mode."""
    return getattr(of.answerer, "llm", None)


def judged_by(model: str) -> Callable[[str, Sequence[str]], bool]:
    """Whether texts support a statement, by a language model (`--judge`), in place of `metrics.carried`."""
    from qa.models import load as load_model

    answerer: Any = load_model(load(model=model))

    def supports(statement: str, texts: Sequence[str]) -> bool:
        sources = "\n".join(f"<<{text}>>" for text in texts)
        asked = f"Sources:\n{sources}\n\nStatement: <<{statement}>>\n\nDo the sources alone support all of the "
        reply = answerer.llm.complete(asked + "statement? Answer only YES or NO.")
        return str(reply).strip().upper().startswith("YES")

    return supports


def check_claim(claim: str, sources: Sequence[str], title: str = "") -> tuple[float, bool]:
    """How far the program's own checker finds a claim carried by sentences of one document, 0 to 1, and whether it
    would be shown as a fact."""
    from qa.ground import Source, judge

    cited = [Source(Citation(n, "", title, text, 0, len(text))) for n, text in enumerate(sources, 1)]
    verdict = judge(claim, cited)
    return float(verdict.score), verdict.support == "supported"


def settings(config: Config) -> dict[str, Any]:
    """The settings that can change a result: no secrets, no places of this machine."""
    hidden = {"api_key", "password", "index", "cache", "host", "port", "chroma_url", "base_url"}
    return config.model_dump(mode="json", exclude=hidden)
