"""PaperQA as a rival; skipped where the package is not installed (`pip install paper-qa`)."""

import types
from pathlib import Path

import pytest

from eval import adapter
from eval.cases import Case, Unusable
from eval.paperqa import PaperQA
from qa.config import load
from qa.testing import HashEmbedder


@pytest.fixture
def corpus(tmp_path: Path) -> adapter.Corpus:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "bridge.txt").write_text("The old bridge was built in 1902 by the council of Elmford.")
    (tmp_path / "docs" / "ferry.txt").write_text("The ferry to Marl sank in a storm and was never raised again.")
    config = load(index=tmp_path / "index", embedder="hash-256", model="quote")
    return adapter.corpus(adapter.assistant(tmp_path / "docs", config, HashEmbedder(256)))


class Writer:
    """A language model that cites the first passage it is shown."""

    def chat(self, messages: list[types.SimpleNamespace]) -> types.SimpleNamespace:
        key = messages[-1].content.split("Context:")[1].split(":")[0].strip()
        return types.SimpleNamespace(message=types.SimpleNamespace(content=f"It was built in 1902 ({key})."))


def test_without_a_language_model_there_is_nothing_to_compare(corpus: adapter.Corpus) -> None:
    with pytest.raises(Unusable, match="--model"):
        PaperQA(corpus, HashEmbedder(256), None)


def test_its_keys_become_numbered_citations_of_the_passages_it_read(corpus: adapter.Corpus) -> None:
    pytest.importorskip("paperqa", reason="paper-qa is not installed: pip install paper-qa")
    case = Case("1", "When was the old bridge built?", "fact", True, scope=("bridge.txt",))
    given = PaperQA(corpus, HashEmbedder(256), Writer()).ask(case, ())
    assert given.ranked == ["bridge.txt"]
    assert given.text == "It was built in 1902."
    assert given.statements == [("It was built in 1902.", [1])]
    ((number, document, start, end, quote),) = given.citations
    assert (number, document) == (1, "bridge.txt")
    assert corpus.documents[document].text[start:end] == quote
    assert given.answered
