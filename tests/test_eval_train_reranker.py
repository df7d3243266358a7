"""Near misses, from which the cross-encoder learns what does not answer a question."""

import random

import pytest

from eval.train_reranker import near_miss

ANSWER = "Ada Nwosu opened the Elm Bridge in 1902."


@pytest.mark.parametrize(
    ("question", "things", "expected"),
    [
        ("When did Ada Nwosu open the bridge?", {"Ada Nwosu", "Ben Tal"}, "When did Ben Tal open the bridge?"),
        ("What did Ada Nwosu open in 1902?", {"1902", "1911"}, "What did Ada Nwosu open in 1911?"),
        ("When did Ada Nwosu open the bridge?", {"Ada Nwosu", "1911"}, None),  # no other name
        ("When did Ada Nwosu open the bridge?", {"Elm Bridge"}, None),  # the answer speaks of that, too
        ("Who opened it under Ben Tal?", {"Cleo Sand"}, None),  # the answer does not name him: it was no match before
        ("Who opened it?", {"Ben Tal"}, None),
    ],
)
def test_a_near_miss_asks_for_something_else_of_the_same_kind(question, things, expected):
    random.seed(1)
    assert near_miss(question, ANSWER, things) == expected
