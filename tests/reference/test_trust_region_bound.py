from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from policyproof.claims.trust_region_bound.cases import coin, doubling, drift, full_support, going, lingering, pairs
from policyproof.reference.arithmetic import Arithmetic, ball, exact, precision
from policyproof.reference.kl import mean_kl
from policyproof.reference.performance_difference import expected_advantage
from policyproof.reference.policy_evaluation import advantages, performance
from policyproof.reference.surrogate import surrogate_performance
from policyproof.reference.tabular_mdp import InvalidPolicyError
from policyproof.reference.trust_region_bound import (
    advantage_span,
    coupling_penalty,
    estimated_surrogate,
    gap_curvature,
    kl_curvature,
    kl_penalty,
    largest_advantage,
    local_penalty,
    maximal_kl,
    maximal_total_variation,
    mean_kl_penalty,
    mean_total_variation,
    mean_total_variation_penalty,
    minorizer,
    penalty_coefficient,
    span_penalty,
    step_limit,
    surrogate_error_bound,
    total_variation_penalty,
    uniform_span_penalty,
    value_span_penalty,
)
from policyproof.reference.visitation import visitation

UNIT = 2.0**-53
PENALTIES = (
    coupling_penalty,
    kl_penalty,
    mean_kl_penalty,
    mean_total_variation_penalty,
    span_penalty,
    total_variation_penalty,
    uniform_span_penalty,
    value_span_penalty,
)
brief = settings(max_examples=60, deadline=None)


def overlap(one, other):
    return ball(one).item().overlaps(ball(other).item())


@brief
@given(pairs())
def test_maxima_and_means_are_those_of_loops(case):
    states, actions = range(case.mdp.states), range(case.mdp.actions)
    two_states = list(product(states, states))
    rows = [sum(abs(case.old[s, a] - case.new[s, a]) for a in actions) / 2 for s in states]
    gain, weights = expected_advantage(case.mdp, case.old, case.new), visitation(case.mdp, case.old)
    table = advantages(case.mdp, case.old)
    assert maximal_total_variation(case.old, case.new) == max(rows)
    assert mean_total_variation(case.mdp, case.old, case.new) == sum(weights[s] * rows[s] for s in states)
    assert largest_advantage(case.mdp, case.old) == max(abs(table[s, a]) for s, a in product(states, actions))
    assert advantage_span(case.mdp, case.old, case.new) == max(abs(gain[s] - gain[t]) for s, t in two_states)


@brief
@given(full_support())
def test_bounds_of_rationals_lie_in_those_of_balls(case):
    enclosed = case.to(Arithmetic.BALL)
    for penalty in PENALTIES:
        inside = penalty(enclosed.mdp, enclosed.old, enclosed.new)
        truth = penalty(case.mdp, case.old, case.new)
        assert overlap(inside, truth)


@brief
@given(full_support())
def test_penalties_are_right_in_float(case):
    rounded = case.to(Arithmetic.FLOAT)
    mdp = rounded.mdp
    horizon, work = 1 / (1 - mdp.discount), 3 * mdp.states + mdp.actions + 80
    kappa = (1 + mdp.discount) * horizon
    error = 16 * UNIT * work * kappa * (1 + abs(mdp.reward).max() * horizon)
    divergence = 1 + float(maximal_kl(rounded.old, rounded.new))
    for penalty in (coupling_penalty, total_variation_penalty, kl_penalty, uniform_span_penalty, value_span_penalty):
        limit = 4 * mdp.discount * horizon**2 * divergence * error
        found = penalty(mdp, rounded.old, rounded.new)
        with precision(400):
            truth = float(penalty(case.mdp, case.old, case.new))
        assert abs(found - truth) <= limit + work * UNIT * truth


@brief
@given(full_support())
def test_curvature_of_the_gap_is_half_the_second_difference_of_the_performance(case):
    mdp, direction = case.mdp, case.new - case.old
    t = exact(2).item() ** -40 * case.old.min()
    ahead, here, behind = (performance(mdp, case.old + step * direction) for step in (t, 0 * t, -t))
    alpha = t * maximal_total_variation(case.old, case.new)
    third = 8 * largest_advantage(mdp, case.old) * mdp.discount**2 * (alpha / (1 - mdp.discount)) ** 3
    assert abs((ahead - 2 * here + behind) / 2 - t**2 * gap_curvature(mdp, case.old, direction)) <= third


def test_curvature_of_the_divergence_needs_the_support():
    case = going("1/2", "1/2")
    with pytest.raises(ValueError, match="leaves the support"):
        kl_curvature(case.mdp, case.old, case.new - case.old)


def test_local_constant_is_approached_by_double_or_nothing():
    ratios = []
    for rounds in (2, 8):
        mdp, old, direction = doubling(rounds)
        assert largest_advantage(mdp, old) == 1
        ratios.append(gap_curvature(mdp, old, direction) / local_penalty(mdp, old, direction))
    assert ratios == [exact("1/3").item(), exact("2/3").item()]


def test_an_infinite_divergence_makes_the_bound_empty_but_not_wrong():
    case = going("1/2", "1/2")
    for exactly in (case, case.to(Arithmetic.FLOAT)):
        assert not kl_penalty(exactly.mdp, exactly.new, exactly.old) < 10**9
        assert minorizer(exactly.mdp, exactly.new, exactly.old) < -(10**9)
        assert not mean_kl_penalty(exactly.mdp, exactly.new, exactly.old) < 10**9
    now = replace(case, mdp=replace(case.mdp, discount=exact(0).item()))
    for exactly in (now, now.to(Arithmetic.FLOAT)):
        assert kl_penalty(exactly.mdp, exactly.new, exactly.old) == 0
        assert mean_kl_penalty(exactly.mdp, exactly.new, exactly.old) == 0
        assert minorizer(exactly.mdp, exactly.new, exactly.old) == performance(exactly.mdp, exactly.old)


def test_divergences_of_the_coin_by_hand():
    case = coin("1/2", "1/4")
    truth = np.log(4 / 3) / 2
    assert abs(float(maximal_kl(case.old, case.new)) - truth) <= 8 * UNIT
    assert abs(float(mean_kl(case.mdp, case.old, case.new)) - truth) <= 8 * UNIT
    assert penalty_coefficient(case.mdp, case.old) == 8


@pytest.mark.parametrize(("discount", "b", "ratio"), [("1/2", "1/10", "25/33"), ("1/2", "1/100", "5000/5151")])
def test_theorem_one_on_its_tight_family(discount, b, ratio):
    case = drift(discount, b)
    missed = surrogate_performance(case.mdp, case.old, case.new) - performance(case.mdp, case.new)
    assert missed / total_variation_penalty(case.mdp, case.old, case.new) == exact(ratio).item()
    assert missed > total_variation_penalty(case.mdp, case.old, case.new) / 2


def test_coupling_bound_is_attained():
    case = lingering("9/10", "1/2")
    missed = surrogate_performance(case.mdp, case.old, case.new) - performance(case.mdp, case.new)
    assert missed == coupling_penalty(case.mdp, case.old, case.new) == exact("180/11").item()


def test_step_limit_needs_a_future():
    assert step_limit(exact("99/100").item()) == exact("1/396").item()
    with pytest.raises(ValueError, match=r"discount = 0\.0 is outside"):
        step_limit(0.0)


def test_estimates_that_are_exact_change_nothing():
    case = drift("1/2", "1/10")
    truth = advantages(case.mdp, case.old)
    found = estimated_surrogate(case.mdp, case.old, case.new, truth)
    assert found == surrogate_performance(case.mdp, case.old, case.new)
    assert surrogate_error_bound(case.mdp, case.old, truth) == 0


@pytest.mark.parametrize("penalty", PENALTIES)
def test_a_policy_of_another_process_is_refused(penalty):
    case = drift("1/2", "1/10").to(Arithmetic.FLOAT)
    for pair in ((case.old[:, :2], case.new), (case.old, case.new[:, :2]), (case.old, case.new[:1])):
        with pytest.raises(InvalidPolicyError):
            penalty(case.mdp, *pair)
