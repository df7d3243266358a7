"""Choosing evidence: how likely each sentence is to answer."""

from dataclasses import replace

import numpy as np
import pytest

from qa import evidence
from qa.evidence import FEATURES, Candidate, features, parse, probabilities
from qa.types import Passage

TEXT = "The bridge was built in 1902. About 4,000 people cross it every day. The mayor likes the old bridge."
SPANS = ((0, 29), (30, 68), (69, 100))
PASSAGE = Passage("p", "bridge.txt", 0, 0, len(TEXT), TEXT, SPANS)


def frequencies(stems):
    return 100, dict.fromkeys(stems, 3)


def candidates(cosines=(0.5, 0.5, 0.5)):
    return [
        Candidate(PASSAGE, span, TEXT[slice(*span)], "Old Bridge", cosine, 0.5)
        for span, cosine in zip(SPANS, cosines, strict=True)
    ]


def column(question, name):
    return features(parse(question, frequencies), candidates())[:, FEATURES.index(name)].tolist()


def test_the_scorer_that_ships_was_trained_on_these_features():
    scorer = evidence.scorer()
    assert len(scorer.weights) == len(scorer.mean) == len(scorer.scale) == len(FEATURES)


@pytest.mark.parametrize(
    ("question", "has", "lacks"),
    [
        ("When was the bridge built?", "has_when", [1, 0, 0]),
        ("How many people cross the bridge?", "has_number", [1, 1, 0]),
    ],
)
def test_a_sentence_has_what_the_question_expects_or_lacks_it(question, has, lacks):
    assert column(question, has) == lacks
    assert column(question, has.replace("has", "lacks")) == [1 - value for value in lacks]


def test_what_the_question_says_itself_is_no_answer():
    assert column("When in 1902 was the bridge built?", "has_when") == [0, 0, 0]


def test_the_answering_sentence_is_the_most_likely():
    question = parse("How many people cross the bridge every day?", frequencies)
    assert np.argmax(probabilities(question, candidates())) == 1


def test_a_rare_word_weighs_more_than_a_common_one():
    question = parse("old bridge", lambda stems: (100, {"old": 90, "bridg": 2}))
    assert question.weights["bridg"] > question.weights["old"]


def test_probabilities_are_probabilities_and_follow_the_meaning():
    question = parse("When was the bridge built?", frequencies)
    low, high = probabilities(question, candidates((0.1,) * 3)), probabilities(question, candidates((0.8,) * 3))
    assert all(0 < p < 1 for p in low + high)
    assert high[0] > low[0]


def test_no_candidates_no_probabilities():
    assert probabilities(parse("Who?", frequencies), []) == []


def test_a_spelling_variant_counts_as_the_word():
    question = parse("Who is Pashinian?", frequencies)
    spelled = replace(question, variants={"pashinian": frozenset({"pashinyan"})})
    candidate = Candidate(PASSAGE, SPANS[0], "Nikol Pashinyan is the prime minister.", "", 0.5, 0.5)
    covered = [features(q, [candidate])[0, FEATURES.index("coverage")] for q in (question, spelled)]
    assert covered == [0.0, 1.0]


def test_a_sentence_that_introduces_a_name_is_told_from_one_that_mentions_it():
    assert evidence._introduces("Who is Ada Nwosu?", "Ada Nwosu, the envoy, left.")
    assert evidence._introduces("Who is Nwosu?", "They met the envoy Ada Nwosu on Monday.")
    assert not evidence._introduces("Who is Ada Nwosu?", "On Monday the rest of them and Ada Nwosu left.")
    assert not evidence._introduces("When did Ada Nwosu leave?", "Ada Nwosu, the envoy, left.")
