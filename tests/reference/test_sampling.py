"""The sampling oracles against computations that share no code with them, and what they refuse."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from policyproof.claims.sampling import self_normalisation
from policyproof.claims.sampling.cases import vine_states
from policyproof.invariants.mdps import one_policy
from policyproof.reference.arithmetic import exact
from policyproof.reference.sampling import (
    outcomes,
    self_normalised,
    self_normalised_logit_gradient,
    single_path,
    time_average_law,
    variance,
)
from policyproof.reference.tabular_mdp import TabularMDP

few = settings(max_examples=25, deadline=None)
COIN = exact(["1/2", "1/2"])


def test_two_dice_have_the_sums_that_they_have():
    die = exact(["1/6"] * 6)
    law = {}
    for p, total in outcomes(lambda draw: draw(die) + draw(die) + 2):
        law[total] = law.get(total, 0) + p
    assert law == {total: exact(f"{6 - abs(total - 7)}/36").item() for total in range(2, 13)}


def test_a_program_may_draw_more_or_less_often():
    def flips(draw):
        count = 1
        while draw(COIN) == 0 and count < 4:
            count += 1
        return count

    assert sorted((result, str(p)) for p, result in outcomes(flips)) == [
        (1, "1/2"), (2, "1/4"), (3, "1/8"), (4, "1/16"), (4, "1/16"),
    ]  # fmt: skip


def test_what_is_impossible_is_not_taken():
    assert [result for _, result in outcomes(lambda draw: draw(exact([0, 1, 0])))] == [1]


def test_a_program_without_choices_has_one_outcome():
    assert list(outcomes(lambda draw: "sure")) == [(1, "sure")]


@few
@given(one_policy(max_states=2, max_actions=2))
def test_probabilities_of_paths_sum_to_one(case):
    assert sum(p for p, _ in outcomes(lambda draw: single_path(draw, case.mdp, case.policy, 3))) == 1


def test_variance_of_a_coin():
    assert variance(lambda draw: exact(draw(COIN)).item()) == exact("1/4").item()


@few
@given(one_policy(max_states=2, max_actions=2))
def test_a_path_is_as_likely_as_the_product_of_its_steps(case):
    """Against a loop over all sequences of states and actions, not over draws."""
    mdp, law = case.mdp, {}
    for p, path in outcomes(lambda draw: single_path(draw, case.mdp, case.policy, 2)):
        key = tuple((s, a) for s, a, _ in path)
        law[key] = law.get(key, 0) + p
    for s, a, t, b in product(range(mdp.states), range(mdp.actions), repeat=2):
        p = mdp.initial[s] * case.policy[s, a] * mdp.transition[s, a, t] * case.policy[t, b]
        assert law.get(((s, a), (t, b)), 0) == p


def test_a_random_generator_can_draw():
    rng = np.random.default_rng(0)
    mdp = TabularMDP(np.array([[[0.0, 1.0]], [[1.0, 0.0]]]), np.array([[1.0], [2.0]]), np.array([1.0, 0.0]), 0.5)
    path = single_path(lambda p: int(rng.choice(len(p), p=p)), mdp, np.ones((2, 1)), 3)
    assert path == [(0, 0, 1 + 0.5 * (2 + 0.5)), (1, 0, 2.5), (0, 0, 1.0)]


@few
@given(vine_states())
def test_self_normalised_means_are_multinomial_sums(case):
    """K draws of two actions: Σ_j C(K, j) q^j (1−q)^{K−j} L(j hits), in Fractions."""
    if len(case.old) != 2:
        return
    q, pi = (Fraction(str(p[0])) for p in (case.old, self_normalisation.mixed(case)))
    first, second = (Fraction(str(x)) for x in case.action_values)
    for count in (1, 2, 3):
        mean = Fraction(0)
        for j in range(count + 1):
            w, v = j * pi / q, (count - j) * (1 - pi) / (1 - q)
            mean += comb(count, j) * q**j * (1 - q) ** (count - j) * (w * first + v * second) / (w + v)
        certain = self_normalisation.certain(case.target, case.old, case.sampling, case.action_values)
        assert Fraction(str(self_normalisation.mean_estimate(certain, count))) == mean


def test_the_logit_gradient_is_the_complex_step():
    """Im L(θ + ih e_b)/h: both routes take fewer than 64 operations on numbers below 8."""
    logits, q = np.array([0.5, -0.25, 0.0]), np.array([0.25, 0.25, 0.5])
    actions, values = np.array([0, 2, 2, 1]), np.array([1.0, -2.0, 3.0, 0.5])

    def policy(theta):
        weights = np.exp(theta)
        return weights / weights.sum()

    def estimate(theta):
        weights = policy(theta)[actions] / q[actions]
        return (weights * values).sum() / weights.sum()

    pi = policy(logits)
    gradient = self_normalised_logit_gradient(pi, actions, pi[actions] / q[actions], values)
    for b in range(3):
        step = estimate(logits + 2.0**-200 * 1j * np.eye(3)[b]).imag / 2.0**-200
        assert abs(step - gradient[b]) <= 64 * 2.0**-53 * 8


def test_an_estimate_without_weight_is_refused():
    with pytest.raises(ZeroDivisionError, match="importance weights are 0"):
        self_normalised(exact([0, 0]), exact([1, 2]))


def test_an_average_over_no_steps_is_refused():
    mdp = TabularMDP(exact([[[1]]]), exact([[0]]), exact([1]), exact("1/2").item())
    with pytest.raises(ValueError, match="steps is 0"):
        time_average_law(mdp, exact([[1]]), 0)
