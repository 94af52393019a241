import numpy as np
import pytest
from hypothesis import given, settings
from policyproof.claims.conservative_policy_iteration.cases import deterministic_policies, mixing, stay_or_go
from policyproof.invariants.mdps import one_policy
from policyproof.reference.arithmetic import Arithmetic, exact, floating
from policyproof.reference.conservative_policy_iteration import (
    best_in_class,
    greedy_selector,
    guaranteed_step,
    linear_visitation_shift,
    mixture,
    mixture_penalty,
    partner_advantage,
    quadratic_mixture_penalty,
    visitation_shift,
)
from policyproof.reference.domain import InvalidArgumentError
from policyproof.reference.policy_evaluation import performance
from policyproof.reference.surrogate import surrogate_advantage
from policyproof.reference.tabular_mdp import InvalidPolicyError

UNIT = 2.0**-53
brief = settings(max_examples=60, deadline=None)


def advantage_error(mdp):
    """8u (3S + A + 8) κ max|r|/(1−γ): twice the error of an advantage after a backward stable solve."""
    work = 3 * mdp.states + mdp.actions + 8
    kappa = (1 + mdp.discount) / (1 - mdp.discount)
    return 8 * UNIT * work * kappa * (1 + abs(mdp.reward).max() / (1 - mdp.discount))


@brief
@given(mixing())
def test_penalties_agree_in_three_arithmetics(case):
    rounded, enclosed = case.to(Arithmetic.FLOAT), case.to(Arithmetic.BALL)
    slack = advantage_error(rounded.mdp)
    found = partner_advantage(rounded.mdp, rounded.old, rounded.partner)
    assert abs(found - floating(partner_advantage(case.mdp, case.old, case.partner))) <= slack
    for penalty in (mixture_penalty, quadratic_mixture_penalty):
        truth = penalty(case.mdp, case.old, case.partner, case.alpha)
        value = penalty(rounded.mdp, rounded.old, rounded.partner, rounded.alpha)
        factor = 2 * rounded.mdp.discount * (rounded.alpha / (1 - rounded.mdp.discount)) ** 2
        assert abs(value - floating(truth)) <= factor * slack + 32 * UNIT * floating(truth)
        assert penalty(enclosed.mdp, enclosed.old, enclosed.partner, enclosed.alpha).contains(truth)


@brief
@given(mixing())
def test_guaranteed_step_is_the_best_promise_of_the_quadratic_bound(case):
    alpha, gain = guaranteed_step(case.mdp, case.old, case.partner)
    slope = surrogate_advantage(case.mdp, case.old, case.partner)
    for other in exact([0, "1/1024", "1/64", "1/8", "1/2", "7/8", 1]):
        assert other * slope - quadratic_mixture_penalty(case.mdp, case.old, case.partner, other) <= gain
    assert gain == alpha * slope - quadratic_mixture_penalty(case.mdp, case.old, case.partner, alpha)
    assert 0 <= alpha <= 1


@brief
@given(one_policy(max_states=3, max_actions=2))
def test_conservative_policy_iteration_never_gets_worse(case):
    policy, reached = case.policy, performance(case.mdp, case.policy)
    for _ in range(3):
        partner = greedy_selector(case.mdp, policy)
        alpha, promised = guaranteed_step(case.mdp, policy, partner)
        policy = mixture(policy, partner, alpha)
        assert performance(case.mdp, policy) >= reached + promised
        reached = performance(case.mdp, policy)


@brief
@given(mixing())
def test_the_larger_bounds_are_larger(case):
    assert visitation_shift(case.mdp.discount, case.alpha) <= linear_visitation_shift(case.mdp.discount, case.alpha)
    sharp = mixture_penalty(case.mdp, case.old, case.partner, case.alpha)
    assert sharp <= quadratic_mixture_penalty(case.mdp, case.old, case.partner, case.alpha)


def test_a_partner_without_advantage_promises_nothing():
    case = stay_or_go("1/2", "1/2")
    worse = np.array([case.old[0], case.partner[1]])
    assert guaranteed_step(case.mdp, worse, case.old) == (0, 0)
    assert guaranteed_step(case.mdp, case.old, case.old) == (0, 0)


def test_without_a_future_the_whole_step_is_safe():
    case = stay_or_go("0", "1/2")
    assert guaranteed_step(case.mdp, case.old, case.partner) == (1, 1)


def test_greedy_takes_the_first_of_ties_and_the_best_of_a_class():
    case = stay_or_go("1/2", "1/2")
    assert floating(greedy_selector(case.mdp, case.old)).tolist() == [[0, 1], [1, 0]]
    rounded = case.to(Arithmetic.FLOAT)
    assert greedy_selector(rounded.mdp, rounded.old).tolist() == [[0, 1], [1, 0]]
    everything = deterministic_policies(case.mdp)
    assert (best_in_class(case.mdp, case.old, everything) == everything[2]).all()
    assert (best_in_class(case.mdp, case.old, everything[:2]) == everything[0]).all()


def test_what_is_no_mixture_is_refused():
    case = stay_or_go("1/2", "1/2")
    for weight in ("-1/8", "9/8"):
        with pytest.raises(ValueError, match=r"outside \[0, 1\]"):
            mixture(case.old, case.partner, exact(weight).item())
    with pytest.raises(InvalidPolicyError, match="row 0 of partner sums to 2"):
        mixture(case.old, 2 * case.partner, case.alpha)
    with pytest.raises(ValueError, match="nan"):
        mixture(floating(case.old), floating(case.partner), np.nan)
    with pytest.raises(InvalidArgumentError, match="candidates has shape"):
        best_in_class(case.mdp, case.old, case.partner[None, :, :1])
