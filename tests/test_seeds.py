"""The whole way over the documents that ship, with the real embedder: every citation of every question of the set."""

import json
from pathlib import Path

import pytest

from qa.assistant import Assistant
from qa.config import load
from qa.embed import SentenceTransformerEmbedder
from qa.sync import sync
from qa.testing import FakeModel

ROOT = Path(__file__).parent.parent
ROWS = [json.loads(line) for line in (ROOT / "eval/data/seeds.jsonl").read_text(encoding="utf-8").splitlines()]
LIES = "The moon is made of cheese. [1] In 1999, 77 elephants signed it [99]. [2] Nobody said “bananas for peace”."


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    config = load(index=tmp_path_factory.mktemp("seeds") / "index", model="quote")
    embedder = SentenceTransformerEmbedder(config.embedder)
    report = sync([ROOT / "seeds"], config=config, embedder=embedder)
    assert len(report.added) == 5
    return Assistant(config, embedder=embedder)


def check(answer, library):
    numbers = {c.number for c in answer.citations}
    for citation in answer.citations:
        assert library.document(citation.document).text[citation.start : citation.end] == citation.quote
    for claim in answer.claims:
        assert claim.citations
        assert set(claim.citations) <= numbers
    assert all(f"[{n}]" in answer.text for n in numbers)


def test_every_citation_of_every_quoted_answer_is_verbatim(assistant):
    answered = 0
    for row in ROWS:
        answer = assistant.ask(row["question"]).answer
        check(answer, assistant.library)
        answered += answer.answered
        assert sum(len(claim.text) for claim in answer.claims) < 1600  # never a wall of pasted text
    assert answered > len(ROWS) / 3


def test_no_lie_of_a_model_survives_on_any_question(assistant):
    quote, assistant.answerer = assistant.answerer, FakeModel(lambda question, evidence: LIES)
    for row in ROWS[::4]:
        answer = assistant.ask(row["question"]).answer
        check(answer, assistant.library)
        for lie in ("cheese", "elephants", "bananas", "1999"):
            assert lie not in answer.text
    assistant.answerer = quote
