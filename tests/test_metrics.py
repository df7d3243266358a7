"""Every metric gives what pencil and paper give."""

from __future__ import annotations

import math

import numpy as np
import pytest

from eval import metrics
from eval.metrics import Place

A, B, C = ("d", 0, 10), ("d", 10, 30), ("e", 0, 10)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The U.S. sent 3,559 people.", "us sent 3559 people"),
        ("Türkiye’s Armenian-Azerbaijani border", "turkiye armenian azerbaijani border"),
        ("An 8.7 quake; twelve dead, 50% lost", "8.7 quake 12 dead 50 percent lost"),
        ("“don’t”", "dont"),
    ],
)
def test_words_are_normalised(text: str, expected: str) -> None:
    assert " ".join(metrics.words(text)) == expected


def test_an_answer_is_contained_as_whole_words_only() -> None:
    assert metrics.contains("It was the Two of them.", ["2"])
    assert metrics.contains("on 6 December, he said", ["December 6", "6 December"])
    assert not metrics.contains("Armenian troops", ["Armenia"])
    assert not metrics.contains("anything", ["the", ""])


def test_exact_match_ignores_articles_case_and_punctuation() -> None:
    assert metrics.exact_match("The Hague.", ["hague"])
    assert not metrics.exact_match("In the Hague.", ["hague"])


def test_token_f1_is_the_harmonic_mean_against_the_nearest_answer() -> None:
    # Four words said, two of them among the two expected: precision 1/2, recall 1.
    assert metrics.token_f1("Ararat Mirzoyan of Armenia", ["Ararat Mirzoyan", "nobody"]) == pytest.approx(2 / 3)
    assert metrics.token_f1("", ["x"]) == 0


def test_rouge_l_counts_the_longest_common_subsequence() -> None:
    # police killed gunman / police kill gunman: subsequence of 2 out of 3 and 3 (the example of Lin 2004).
    assert metrics.rouge_l("police killed the gunman", ["police kill the gunman"]) == pytest.approx(2 / 3)


def test_ranks_are_scored_as_defined() -> None:
    ranked, gold = ["x", "a", "y", "b"], ["a", "b"]
    assert metrics.hit_at(1, ranked, gold) == 0 and metrics.hit_at(2, ranked, gold) == 1
    assert metrics.recall_at(3, ranked, gold) == 0.5
    assert metrics.mrr_at(10, ranked, gold) == 0.5 and metrics.mrr_at(1, ranked, gold) == 0
    ideal = 1 + 1 / math.log2(3)
    assert metrics.ndcg_at(10, ranked, gold) == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / ideal)
    assert metrics.ndcg_at(1, ["a"], gold) == 1


def test_a_place_is_gold_when_it_shares_half_of_the_shorter() -> None:
    assert metrics.touches(("d", 5, 100), [A])
    assert not metrics.touches(("d", 6, 100), [A])
    assert not metrics.touches(("e", 0, 10), [A])


def test_evidence_f1_counts_characters_and_lets_alternatives_stand_for_each_other() -> None:
    groups: list[list[Place]] = [[A, C], [B]]
    assert metrics.evidence_f1([A, B], groups) == 1
    # Cited: 10 gold characters of 20; covered: all of one group of two.
    assert metrics.evidence_f1([A, ("f", 0, 10)], groups) == 0.5
    assert metrics.evidence_f1([], groups) == 0


def test_alce_recall_and_precision_follow_the_paper() -> None:
    def supports(text: str, cited: object) -> bool:
        return set(text) <= set("".join(cited))  # type: ignore[arg-type]

    stated: list[tuple[str, list[str]]] = [("ab", ["a", "b", "c"]), ("a", []), ("z", ["a"])]
    assert metrics.citation_recall(stated, supports) == (1, 3)
    # "a" and "b" are needed together, "c" is not, and nothing counts where the statement is not supported.
    assert metrics.citation_precision(stated, supports) == (2, 4)


def test_a_claim_is_carried_by_its_words_and_never_without_its_numbers() -> None:
    assert metrics.carried("Baku confirmed 3 talks", "Baku has confirmed three talks") == 1
    assert metrics.carried("Baku confirmed 4 talks", "Baku has confirmed three talks") == 0
    assert metrics.carried("Zakharova praised talks", "talks began") == pytest.approx(1 / 3)
    assert metrics.carried("Zakharova praised talks", "talks began", known="Zakharova praised") == pytest.approx(2 / 3)


def test_auroc_is_the_share_of_pairs_in_order() -> None:
    assert metrics.auroc([3, 2], [1, 2]) == pytest.approx(3.5 / 4)
    assert math.isnan(metrics.auroc([], [1]))


def test_risk_at_each_coverage_and_the_area_under_it() -> None:
    coverage, risk = metrics.risk_coverage([0.9, 0.1, 0.5], [0, 1, 1])
    assert coverage.tolist() == pytest.approx([1 / 3, 2 / 3, 1])
    assert risk.tolist() == pytest.approx([0, 1 / 2, 2 / 3])
    assert metrics.aurc([0.9, 0.1, 0.5], [0, 1, 1]) == pytest.approx((0 + 1 / 2 + 2 / 3) / 3)
    # Where the confidence is the same, the order of the rows must not matter.
    assert metrics.aurc([1, 1], [0, 1]) == metrics.aurc([1, 1], [1, 0]) == 0.5


def test_mcnemar_is_the_exact_binomial() -> None:
    assert metrics.mcnemar(0, 5) == pytest.approx(2 / 32)
    assert metrics.mcnemar(1, 5) == pytest.approx(2 * (1 + 6) / 64)
    assert metrics.mcnemar(3, 3) == metrics.mcnemar(0, 0) == 1


def test_a_ratio_is_of_sums_and_its_interval_holds_it() -> None:
    figure = metrics.ratio([(1, 2), (3, 4), (0, 0)])
    assert figure.value == pytest.approx(4 / 6) and figure.n == 2
    assert figure.low == pytest.approx(1 / 2) and figure.high == pytest.approx(3 / 4)
    assert metrics.ratio([]).n == 0


def test_the_interval_of_a_mean_is_about_two_standard_errors_wide() -> None:
    figure = metrics.ratio([(float(i % 2), 1.0) for i in range(400)])
    assert figure.high - figure.low == pytest.approx(2 * 1.96 * 0.5 / 20, rel=0.1)


def test_paired_differences_are_narrower_than_their_parts() -> None:
    noise = np.random.default_rng(1).integers(0, 2, 300)
    ours = [(float(x), 1.0) for x in noise]
    theirs = [(float(x) if i % 30 else 0.0, 1.0) for i, x in enumerate(noise)]
    delta = metrics.difference(ours, theirs)
    assert delta.low > 0 or delta.value < 0.01
    assert delta.high - delta.low < metrics.ratio(ours).high - metrics.ratio(ours).low
