"""What is compared: qa itself, BM25 alone, dense search alone, and LlamaIndex's own citation engine.

All read the same extracted text and use the same embedder, LlamaIndex also the same language model. BM25 and dense
alone answer with their one best sentence and never refuse. LlamaIndex is set up as its documentation shows, but with
chunks as long as the embedder reads (256 tokens; by default it would not see three quarters of each). Rivals have no
rewriting of follow-ups, so they search with the previous question before the new one.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np

from eval.adapter import Corpus, language_model
from eval.cases import Case, History, Unusable
from eval.metrics import Place

TOP = 10  # passages that a rival returns
NODES = 3  # nodes that LlamaIndex's engine answers from, as in its documentation
_NOTHING = re.compile(
    r"\b(do(es)? not|don't|doesn't|did not|cannot|can't|unable to|not able to|no)\b.{0,40}\b(contain|provide|mention|"
    r"specif|include|information|answer|determine|state|details|helpful|relevant)|\bnone of the (provided )?sources",
    re.I,
)


@dataclass(slots=True)
class Given:
    """What a system gave for one question. `ranked` are documents, `passages` what was retrieved and `chosen` the
    sentences picked as evidence, all best first (`chosen` None where a system picks none); `statements` are (text,
    citation numbers), `citations` (number, document, start, end, quote); `pieces` counts the pieces of a stream."""

    text: str = ""
    answered: bool = True
    confidence: float = 0.0
    ranked: list[str] = field(default_factory=list)
    passages: list[Place] = field(default_factory=list)
    chosen: list[Place] | None = None
    citations: list[tuple[int, str, int, int, str]] = field(default_factory=list)
    statements: list[tuple[str, list[int]]] = field(default_factory=list)
    conflicts: int = 0
    pieces: int = 0
    standalone: str = ""
    partial: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    to_dict = asdict

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> Given:
        """From JSON, where tuples came back as lists."""
        for key in ("passages", "chosen", "citations", "statements"):
            row[key] = [tuple(one) for one in row[key]] if row[key] is not None else None
        return cls(**row)


class System(Protocol):
    """Whatever answers a case; `rewrites` says whether earlier answers change what it does."""

    name: str
    rewrites: bool

    def ask(self, case: Case, history: History) -> Given: ...


class Ours:
    """The program, through `Assistant.ask`."""

    name, rewrites = "ours", True

    def __init__(self, assistant: Any) -> None:
        self._assistant = assistant

    def ask(self, case: Case, history: History) -> Given:
        from qa.types import Evidence, Text

        reply = self._assistant.ask(case.question, history=history, documents=case.scope)
        events = list(reply)
        answer = reply.answer
        chosen = [c for event in events if isinstance(event, Evidence) for c in event.citations]
        passages = [hit.passage for hit in answer.hits]
        return Given(
            text=answer.text,
            answered=answer.answered,
            confidence=answer.confidence,
            ranked=list(dict.fromkeys(p.document for p in passages)),
            passages=[(p.document, p.start, p.end) for p in passages],
            chosen=[(c.document, c.start, c.end) for c in chosen],
            citations=[(c.number, c.document, c.start, c.end, c.quote) for c in answer.citations],
            statements=[(claim.text, list(claim.citations)) for claim in answer.claims],
            conflicts=len(answer.conflicts),
            pieces=sum(isinstance(event, Text) for event in events),
            standalone=answer.standalone,
            partial=answer.partial,
            seconds=dict(answer.timings),
        )


class Ranked(NamedTuple):
    """One text of a ranking: where it stands, and its score."""

    place: Place
    score: float


Search = Callable[[str, int, tuple[str, ...] | None], list[Ranked]]


class Alone:
    """One search by itself: passages rank the documents, the best sentence is the answer."""

    rewrites = False

    def __init__(self, name: str, corpus: Corpus, index: Callable[[list[Place], list[str]], Search]) -> None:
        self.name, self._documents = name, corpus.documents
        self._passages = index([unit.place for unit in corpus.units], [unit.text for unit in corpus.units])
        sentences = [place for unit in corpus.units for place in unit.sentences]
        self._sentences = index(sentences, [self._text(place) for place in sentences])

    def _text(self, place: Place) -> str:
        return self._documents[place[0]].text[place[1] : place[2]]

    def ask(self, case: Case, history: History) -> Given:
        began, question = time.perf_counter(), with_previous(case.question, history)
        passages = self._passages(question, TOP, case.scope)
        best = self._sentences(question, 5, case.scope)
        given = ranking([one.place for one in passages], best[0].score if best else 0.0)
        given.chosen = [one.place for one in best]
        say(given, [(self._text(one.place), [one.place]) for one in best[:1]], self._documents)
        given.seconds = {"total": time.perf_counter() - began}
        return given


def bm25(places: list[Place], texts: list[str]) -> Search:
    """BM25 (k1 = 1.2, b = 0.75) with Porter stemming, by SQLite's FTS5."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize='porter unicode61 remove_diacritics 2')")
    db.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", enumerate(texts))

    def search(question: str, limit: int, scope: tuple[str, ...] | None) -> list[Ranked]:
        terms = " OR ".join(f'"{word}"' for word in dict.fromkeys(re.findall(r"\w+", question.lower())))
        sql = "SELECT rowid, -rank FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?"
        rows = db.execute(sql, (terms, len(texts) if scope else limit)) if terms else []
        found = (Ranked(places[row], score) for row, score in rows)
        return [one for one in found if scope is None or one.place[0] in scope][:limit]

    return search


def dense(embedder: Any) -> Callable[[list[Place], list[str]], Search]:
    """Cosine of whole-text vectors, exact."""

    of = lru_cache(maxsize=8)(lambda question: embedder.queries([question])[0])

    def index(places: list[Place], texts: list[str]) -> Search:
        vectors = np.stack([e.vector for e in embedder.passages(texts, [[(0, len(text))] for text in texts])])

        def search(question: str, limit: int, scope: tuple[str, ...] | None) -> list[Ranked]:
            scores = vectors @ of(question)
            order = (i for i in np.argsort(-scores, kind="stable") if scope is None or places[i][0] in scope)
            return [Ranked(places[i], float(scores[i])) for i, _ in zip(order, range(limit), strict=False)]

        return search

    return index


class LlamaIndex:
    """`VectorStoreIndex` and `CitationQueryEngine`. Without a language model its answer is the best node, whole."""

    name, rewrites = "llamaindex", False

    def __init__(self, corpus: Corpus, embedder: Any, llm: Any | None = None) -> None:
        from llama_index.core import VectorStoreIndex
        from llama_index.core.node_parser import SentenceSplitter
        from llama_index.core.schema import Document

        self._documents, self._llm = corpus.documents, llm
        hidden = ["document"]
        read = [
            Document(
                text=one.text[one.body :],
                metadata={"title": one.title, "document": id},
                excluded_embed_metadata_keys=hidden,
                excluded_llm_metadata_keys=hidden,
            )
            for id, one in corpus.documents.items()
        ]
        # Everything is passed in: whatever is not comes from the process-wide Settings, which may call a host.
        splitter = SentenceSplitter(chunk_size=256, chunk_overlap=20)
        self._index = VectorStoreIndex.from_documents(
            read, embed_model=_embedding(embedder), transformations=[splitter], show_progress=False
        )

    def ask(self, case: Case, history: History) -> Given:
        began, question = time.perf_counter(), with_previous(case.question, history)
        found = self._retriever(TOP, case.scope).retrieve(question)
        places = [self._place(one.node) for one in found]
        given = ranking(places, found[0].score or 0.0 if found else 0.0)
        given.seconds = {"retrieve": time.perf_counter() - began}
        if self._llm is None:
            say(given, [(self._text(place), [place]) for place in places[:1]], self._documents)
        else:
            self._write(question, case, given)
        given.seconds["total"] = time.perf_counter() - began
        return given

    def _write(self, question: str, case: Case, given: Given) -> None:
        from llama_index.core.query_engine import CitationQueryEngine

        began = time.perf_counter()
        engine = CitationQueryEngine.from_args(self._index, llm=self._llm, retriever=self._retriever(NODES, case.scope))
        response = engine.query(question)
        sources = [self._source(one.node) for one in response.source_nodes]
        read = statements(str(response))
        good = [[n for n in numbers if 0 < n <= len(sources)] for _, numbers in read]
        say(
            given,
            [(text, [sources[n - 1] for n in own]) for (text, _), own in zip(read, good, strict=True)],
            self._documents,
        )
        for (_, numbers), own, statement in zip(read, good, given.statements, strict=True):
            statement[1].extend([0] * (len(numbers) > len(own)))  # a number that leads nowhere
        given.text = str(response)
        given.answered = bool(given.citations) or not _NOTHING.search(given.text)
        given.seconds["answer"] = time.perf_counter() - began

    def _retriever(self, limit: int, scope: tuple[str, ...] | None) -> Any:
        from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters

        only = MetadataFilter(key="document", value=list(scope or ()), operator=FilterOperator.IN)
        return self._index.as_retriever(
            similarity_top_k=limit, filters=MetadataFilters(filters=[only]) if scope is not None else None
        )

    def _place(self, node: Any) -> Place:
        id = node.metadata["document"]
        body = self._documents[id].body
        return id, node.start_char_idx + body, node.end_char_idx + body

    def _source(self, node: Any) -> Place:
        """The engine cuts nodes anew and forgets their offsets, so its sources are looked up by their text."""
        text, id = node.get_content().split("\n", 1)[-1].strip(), node.metadata["document"]
        start = self._documents[id].text.find(text)
        whole = self._documents[id].text
        return (id, start, start + len(text)) if start >= 0 else (id, 0, len(whole))

    def _text(self, place: Place) -> str:
        return self._documents[place[0]].text[place[1] : place[2]]


def _embedding(embedder: Any) -> Any:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    class Shared(BaseEmbedding):
        """The program's embedder for LlamaIndex."""

        def _get_query_embedding(self, query: str) -> list[float]:
            return list(map(float, embedder.queries([query])[0]))

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_text_embeddings([text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            found = embedder.passages(texts, [[(0, len(text))] for text in texts])
            return [list(map(float, one.vector)) for one in found]

    return Shared(model_name=embedder.name, embed_batch_size=32)


def statements(text: str) -> list[tuple[str, list[int]]]:
    """An answer with [n] markers as sentences and the numbers behind (or just before the full stop of) each."""
    found: list[tuple[str, list[int]]] = []
    for part in re.split(r"(?<=[.!?])(?=\s+[^\s\[])|(?<=[\]])(?=\s+[A-Z])", text):
        numbers = [int(n) for group in re.findall(r"\[([\d,;\s]+)\]", part) for n in re.findall(r"\d+", group)]
        said = re.sub(r"\s*\[[\d,;\s]+\]", "", part).strip()
        if re.search(r"\w", said):
            found.append((said, numbers))
    return found


def with_previous(question: str, history: History) -> str:
    return f"{history[-1][0]} {question}" if history else question


def ranking(passages: list[Place], confidence: float) -> Given:
    return Given(confidence=confidence, passages=passages, ranked=list(dict.fromkeys(place[0] for place in passages)))


def say(given: Given, said: Sequence[tuple[str, list[Place]]], documents: dict[str, Any]) -> None:
    """Fills in text, statements and numbered citations."""
    number: dict[Place, int] = {}
    for text, places in said:
        numbers = [number.setdefault(place, len(number) + 1) for place in places]
        given.statements.append((text, numbers))
    given.text = " ".join(text + "".join(f" [{n}]" for n in numbers) for text, numbers in given.statements)
    given.citations = [(n, p[0], p[1], p[2], documents[p[0]].text[p[1] : p[2]]) for p, n in number.items()]
    given.answered = bool(said)


def build(names: Sequence[str], assistant: Any, corpus: Corpus, embedder: Any) -> dict[str, Callable[[], System]]:
    """How to make each system that is asked for; nothing is built before its turn."""
    known: dict[str, Callable[[], System]] = {
        "ours": lambda: Ours(assistant),
        "llamaindex": lambda: LlamaIndex(corpus, embedder, language_model(assistant)),
        "paperqa": lambda: _paperqa(corpus, embedder, language_model(assistant)),
        "bm25": lambda: Alone("bm25", corpus, bm25),
        "dense": lambda: Alone("dense", corpus, dense(embedder)),
    }
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Unusable(f"unknown system {unknown[0]!r}; known: {', '.join(known)}")
    return {name: known[name] for name in names}


def _paperqa(corpus: Corpus, embedder: Any, llm: Any | None) -> System:
    from eval.paperqa import PaperQA

    return PaperQA(corpus, embedder, llm)
