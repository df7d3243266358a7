"""PaperQA (the package `paper-qa`) as a rival, where it is installed: a system that retrieves, and cites what it read.

It gets the same passages, embedder and language model as the program, and is set as a small local model needs it: it
answers from five passages as they are, where by default a model would first sum up each of ten.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections import defaultdict
from functools import lru_cache
from typing import Any

from eval.adapter import Corpus
from eval.cases import Case, History, Unusable
from eval.metrics import Place
from eval.systems import TOP, Given, ranking, say, statements, with_previous

PASSAGES = 5
_KEY = re.compile(r"\(?pqac-[0-9a-f]{8}(?:\W+(?:and\W+)?pqac-[0-9a-f]{8})*\)?")
_REFUSED = "cannot answer"


class PaperQA:
    """`paperqa.Docs` over the passages of the program's index.

    Raises:
        Unusable: there is no language model, or the package is not installed.
    """

    name, rewrites = "paperqa", False

    def __init__(self, corpus: Corpus, embedder: Any, llm: Any | None) -> None:
        if llm is None:
            raise Unusable("paperqa writes with a language model; name one with --model")
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else a price list is fetched at import
        try:
            import paperqa
        except ImportError as error:
            raise Unusable(f"paperqa cannot be loaded ({error}); run: pip install paper-qa") from error
        self._documents, self._embed, self._llm = corpus.documents, _embedding(embedder), _model(llm)
        read = {"evidence_skip_summary": True, "evidence_k": PASSAGES, "answer_max_sources": PASSAGES}
        self._settings = paperqa.Settings(answer=read | {"max_concurrent_requests": 1})
        vectors = embedder.passages([u.text for u in corpus.units], [[(0, len(u.text))] for u in corpus.units])
        self._units = defaultdict[str, list[tuple[Place, str, list[float]]]](list)
        for unit, encoded in zip(corpus.units, vectors, strict=True):
            self._units[unit.place[0]].append((unit.place, unit.text, list(map(float, encoded.vector))))
        self._docs = lru_cache(maxsize=2)(self._collection)

    def ask(self, case: Case, history: History) -> Given:
        began, question = time.perf_counter(), with_previous(case.question, history)
        given = asyncio.run(self._answer(question, self._docs(case.scope)))
        given.seconds["total"] = time.perf_counter() - began
        return given

    def _collection(self, scope: tuple[str, ...] | None) -> Any:
        import paperqa
        from paperqa.types import Doc, Text

        docs = paperqa.Docs()
        for id, document in self._documents.items():
            if scope is None or id in scope:
                doc = Doc(docname=id, dockey=id, citation=f"{document.title}. {document.date or ''}")
                texts = [
                    Text(text=text, name=f"{id} passage {n}", doc=doc, embedding=vector, place=place)
                    for n, (place, text, vector) in enumerate(self._units[id])
                ]
                if texts:
                    asyncio.run(docs.aadd_texts(texts, doc, self._settings, self._embed))
        return docs

    async def _answer(self, question: str, docs: Any) -> Given:
        began = time.perf_counter()
        found = await docs.retrieve_texts(question, TOP, self._settings, self._embed)
        given = ranking([tuple(text.place) for text in found], 0.0)
        given.seconds["retrieve"] = time.perf_counter() - began
        session = await docs.aquery(
            question, self._settings, llm_model=self._llm, summary_llm_model=self._llm, embedding_model=self._embed
        )
        places: dict[str, Place] = {context.id: tuple(context.text.place) for context in session.contexts}
        keys = list(places)

        def numbered(match: re.Match[str]) -> str:
            known = [str(keys.index(key) + 1) for key in re.findall(r"pqac-\w+", match[0]) if key in places]
            return f"[{', '.join(known)}]" if known else ""

        said = statements(_KEY.sub(numbered, session.raw_answer))
        say(given, [(text, [places[keys[n - 1]] for n in numbers]) for text, numbers in said], self._documents)
        given.text = re.sub(r"\s*\[[\d, ]+\]", "", given.text)
        given.answered = _REFUSED not in given.text.lower()
        given.seconds["answer"] = time.perf_counter() - began
        return given


def _embedding(embedder: Any) -> Any:
    from lmi import EmbeddingModel

    class Shared(EmbeddingModel):
        """The program's embedder for PaperQA."""

        async def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [list(map(float, vector)) for vector in embedder.queries(texts)]

    return Shared(name=embedder.name)


def _model(llm: Any) -> Any:
    from llama_index.core.llms import ChatMessage
    from lmi import LLMModel, LLMResult

    class Shared(LLMModel):
        """The program's language model for PaperQA."""

        async def call_single(self, messages: list[Any], *_: Any, **__: Any) -> Any:
            asked = [ChatMessage(role=message.role, content=message.content) for message in messages]
            return LLMResult(model=self.name, text=str(llm.chat(asked).message.content))

    return Shared(name="shared")
