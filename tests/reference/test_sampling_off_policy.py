"""Importance weights and the operators built on them, against paths, closed forms and their special cases."""

from __future__ import annotations

from math import inf, log

import numpy as np
import pytest
from hypothesis import given, settings
from policyproof.claims.sampling.cases import off_policy
from policyproof.reference.arithmetic import Arithmetic, ball, exact, floating
from policyproof.reference.policy_evaluation import action_values, state_values
from policyproof.reference.sampling import (
    MissingSupportError,
    chi_square,
    expectation,
    importance_weights,
    renyi_two,
    retrace_operator,
    truncated,
    v_trace_operator,
    v_trace_policy,
    weighted_second_moment,
)
from policyproof.reference.tabular_mdp import InvalidPolicyError, TabularMDP

few = settings(max_examples=25, deadline=None)
COIN = exact(["1/2", "1/2"])


def encloses(balls, rationals):
    """Whether each ball contains its rational p/q, asked as whether ball·q contains the integer p."""
    pairs = zip(np.ravel(balls), np.ravel(rationals), strict=True)
    return all(ball(x * int(y.q)).item().contains(int(y.p)) for x, y in pairs)


def v_trace_by_paths(case, values, state, steps):
    """V + Σ_{t<T} γᵗ (Π c) ρ δ over all paths of T steps under μ, with γ^T (Π c)(𝓡V − V)(s_T) for what follows."""
    mdp, mu, pi = case.mdp, case.behaviour, case.target
    image = v_trace_operator(mdp, mu, pi, values, rho_bar=case.rho_bar, c_bar=case.c_bar)

    def program(draw):
        s, weight, total = state, exact(1).item(), values[state]
        for _ in range(steps):
            a = draw(mu[s])
            t = draw(mdp.transition[s, a])
            ratio = pi[s, a] / mu[s, a]
            error = mdp.reward[s, a] + mdp.discount * values[t] - values[s]
            total += weight * min(case.rho_bar, ratio) * error
            weight *= mdp.discount * min(case.c_bar, ratio)
            s = t
        return total + weight * (image[s] - values[s])

    return expectation(program), image[state]


@settings(max_examples=15, deadline=None)
@given(off_policy())
def test_v_trace_is_the_mean_over_paths(case):
    for state in range(case.mdp.states):
        by_paths, solved = v_trace_by_paths(case, case.first[:, 0], state, 2)
        assert by_paths == solved


@settings(max_examples=15, deadline=None)
@given(off_policy())
def test_retrace_is_the_mean_over_paths(case):
    mdp, mu, pi, Q = case.mdp, case.behaviour, case.target, case.first
    image = retrace_operator(mdp, mu, pi, Q, lam=case.lam)

    def program(draw):
        s, a, weight, total = 0, 0, exact(1).item(), Q[0, 0]
        for _ in range(2):
            t = draw(mdp.transition[s, a])
            total += weight * (mdp.reward[s, a] + mdp.discount * (pi[t] * Q[t]).sum() - Q[s, a])
            s, a = t, draw(mu[t])
            weight *= mdp.discount * case.lam * min(exact(1).item(), pi[s, a] / mu[s, a])
        return total + weight * (image[s, a] - Q[s, a])

    assert expectation(program) == image[0, 0]


@few
@given(off_policy())
def test_on_policy_both_operators_give_the_values_at_once(case):
    """With μ = π and no truncation the corrected returns telescope to Monte Carlo: 𝓡V = V^π, 𝓡Q = Q^π for λ = 1."""
    one, mu = exact(1).item(), case.behaviour
    image = v_trace_operator(case.mdp, mu, mu, case.first[:, 0], rho_bar=one, c_bar=one)
    assert np.all(image == state_values(case.mdp, mu))
    assert np.all(retrace_operator(case.mdp, mu, mu, case.first, lam=one) == action_values(case.mdp, mu))


@few
@given(off_policy())
def test_the_v_trace_policy_lies_between(case):
    huge, tiny = exact(10**6).item(), exact("1/1000000").item()
    assert np.all(v_trace_policy(case.behaviour, case.target, rho_bar=huge) == case.target)
    support = (case.target > 0) * case.behaviour
    expected = support / support.sum(axis=1, keepdims=True)
    assert np.all(v_trace_policy(case.behaviour, case.target, rho_bar=tiny) == expected)


def roundings(case):
    """First-order bound of a solve with I − γM, M ≥ 0 of row sums ≤ max(1, c̄): 8N² u κ max|numbers|, κ its condition.

    N² covers the elimination and the sums; each number entering is within (N + 4)u of its own; κ is computed.
    """
    size = case.mdp.states * case.mdp.actions
    levels = float(max(1, case.rho_bar, case.c_bar))
    gap = 1 - float(case.mdp.discount)
    scale = max(np.abs(case.mdp.reward).max(), np.abs(case.first).max())
    return 8 * (size + 4) ** 2 * 2.0**-53 * (2 / gap) ** 2 * 3 * scale * levels


@few
@given(off_policy())
def test_three_arithmetics_agree(case):
    """c̄ ≤ 1 keeps γM a contraction, so that ‖(I − γM)⁻¹‖ ≤ 1/(1−γ)."""
    case = off_policy_with(case, c_bar=min(case.c_bar, exact(1).item()))
    rounded, balls = case.to(Arithmetic.FLOAT), case.to(Arithmetic.BALL)
    for oracle in (
        lambda c: v_trace_operator(c.mdp, c.behaviour, c.target, c.first[:, 0], rho_bar=c.rho_bar, c_bar=c.c_bar),
        lambda c: retrace_operator(c.mdp, c.behaviour, c.target, c.first, lam=c.lam),
    ):
        truth = oracle(case)
        assert np.abs(floating(exact(oracle(rounded)) - truth)).max() <= roundings(rounded)
        assert encloses(oracle(balls), truth)


def off_policy_with(case, **changes):
    return type(case)(**{**vars(case), **changes})


def test_chi_square_loses_no_digits_near_zero():
    """π = q + d(1, −1): χ² = 4d² exactly, far below the rounding of Σ π²/q − 1."""
    d = 2.0**-40
    q, pi = np.array([0.5, 0.5]), np.array([0.5 + d, 0.5 - d])
    assert chi_square(pi, q) == 4 * d * d
    assert weighted_second_moment(pi, q) == 1


def test_chi_square_of_missing_support_is_infinite():
    assert chi_square(np.array([0.5, 0.5]), np.array([1.0, 0.0])) == inf
    assert chi_square(exact(["1/2", "1/2"]), exact([1, 0])) > 10**100
    assert chi_square(exact([1, 0]), exact([1, 0])) == 0


def test_renyi_divergence_in_three_arithmetics():
    pi, q = exact(["1/2", "1/2"]), exact(["1/4", "3/4"])
    truth = log(4 / 3)
    assert abs(renyi_two(floating(pi), floating(q)) - truth) <= 4 * 2.0**-53
    assert abs(float(renyi_two(pi, q)) - truth) <= 2 * 2.0**-53
    assert renyi_two(pi, pi) == 0


def test_truncated_balls_contain_the_minimum():
    wide = ball([1, 3])
    wide[0] += ball(0).item().union(ball("1/2").item())
    low = truncated(wide, exact("5/4").item())
    assert low[0].contains(1)
    assert low[0].contains(exact("5/4").item())
    assert low[1] == ball("5/4").item()


def test_missing_support_is_refused():
    with pytest.raises(MissingSupportError, match=r"probability 1/2 at \(1,\)"):
        importance_weights(exact(["1/2", "1/2"]), exact([1, 0]))
    mdp = TabularMDP(exact([[[1], [1]]]), exact([[0, 1]]), exact([1]), exact("1/2").item())
    one, half = exact(1).item(), exact([["1/2", "1/2"]])
    with pytest.raises(MissingSupportError):
        retrace_operator(mdp, exact([[1, 0]]), half, exact([[0, 0]]), lam=one)
    with pytest.raises(MissingSupportError):
        v_trace_operator(mdp, exact([[1, 0]]), half, exact([0]), rho_bar=one, c_bar=one)


def test_bad_distributions_are_refused():
    with pytest.raises(InvalidPolicyError, match="sums to 3/4"):
        importance_weights(exact(["1/2", "1/4"]), exact(["1/2", "1/2"]))
    with pytest.raises(InvalidPolicyError, match="no action keeps"):
        v_trace_policy(COIN[None], COIN[None], rho_bar=exact(0).item())
