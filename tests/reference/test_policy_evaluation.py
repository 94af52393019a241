from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from policyproof.claims.mdp.rounding import value_error, value_range, visitation_error
from policyproof.invariants.mdps import one_policy
from policyproof.reference.arithmetic import Arithmetic, convert, exact, floating
from policyproof.reference.policy_evaluation import action_values, advantages, performance, state_values
from policyproof.reference.tabular_mdp import InvalidPolicyError, TabularMDP
from policyproof.reference.visitation import unnormalised_visitation, visitation

brief = settings(max_examples=60, deadline=None)
TERMS = 40


def fractions(array):
    """Nested lists of ``Fraction``: the series below share no line and no number type with the oracles."""
    if isinstance(array, np.ndarray):
        return [fractions(entry) for entry in array]
    return Fraction(int(array.p), int(array.q))


def chain_and_reward(mdp, policy):
    transition, reward, policy = fractions(mdp.transition), fractions(mdp.reward), fractions(policy)
    states, actions = range(mdp.states), range(mdp.actions)
    chain = [[sum(policy[s][a] * transition[s][a][t] for a in actions) for t in states] for s in states]
    return chain, [sum(policy[s][a] * reward[s][a] for a in actions) for s in states]


def series(chain, start, gamma):
    """Σ_{k<TERMS} γᵏ Pᵏ x, term by term."""
    total, term, states = [Fraction(0)] * len(start), start, range(len(start))
    for _ in range(TERMS):
        total = [total[s] + term[s] for s in states]
        term = [gamma * sum(chain[s][t] * term[t] for t in states) for s in states]
    return total


@brief
@given(one_policy())
def test_values_are_the_power_series_up_to_its_tail(case):
    mdp = case.mdp
    chain, reward = chain_and_reward(mdp, case.policy)
    gamma = fractions(mdp.discount)
    tail = gamma**TERMS * max(map(abs, reward)) / (1 - gamma)
    partial = series(chain, reward, gamma)
    found = fractions(state_values(mdp, case.policy))
    assert all(abs(one - other) <= tail for one, other in zip(found, partial, strict=True))


@brief
@given(one_policy())
def test_visitation_is_the_power_series_up_to_its_tail(case):
    mdp = case.mdp
    chain, _ = chain_and_reward(mdp, case.policy)
    transposed = [list(column) for column in zip(*chain, strict=True)]
    gamma = fractions(mdp.discount)
    partial = series(transposed, fractions(mdp.initial), gamma)
    rest = [rho - part for rho, part in zip(fractions(unnormalised_visitation(mdp, case.policy)), partial, strict=True)]
    assert all(part >= 0 for part in rest)
    assert sum(rest) == gamma**TERMS / (1 - gamma)


@brief
@given(one_policy())
def test_visitation_is_a_distribution(case):
    d = visitation(case.mdp, case.policy)
    assert np.all(d >= 0)
    assert d.sum() == 1


@brief
@given(one_policy())
def test_three_arithmetics_agree(case):
    rounded, enclosed = case.to(Arithmetic.FLOAT), case.to(Arithmetic.BALL)
    values, rho = state_values(case.mdp, case.policy), unnormalised_visitation(case.mdp, case.policy)
    error = np.abs(state_values(rounded.mdp, rounded.policy) - floating(values))
    assert error.max() <= value_error(rounded.mdp) + 2.0**-53 * value_range(rounded.mdp)
    error = np.abs(unnormalised_visitation(rounded.mdp, rounded.policy) - floating(rho))
    assert error.sum() <= visitation_error(rounded.mdp) + 2.0**-53 / (1 - rounded.mdp.discount)
    for boxes, truth in (
        (state_values(enclosed.mdp, enclosed.policy), values),
        (unnormalised_visitation(enclosed.mdp, enclosed.policy), rho),
        (advantages(enclosed.mdp, enclosed.policy), advantages(case.mdp, case.policy)),
    ):
        assert all(gap.contains(0) for gap in (boxes - truth).flat)


@brief
@given(one_policy())
def test_bellman_equation_has_residual_zero(case):
    mdp, policy = case.mdp, case.policy
    q, v = action_values(mdp, policy), state_values(mdp, policy)
    assert np.all(v == (policy * q).sum(axis=1))
    assert np.all(advantages(mdp, policy) == q - v[:, None])
    assert performance(mdp, policy) == mdp.initial @ v


@pytest.mark.parametrize("arithmetic", Arithmetic)
def test_a_process_solved_by_hand(arithmetic):
    """s₀ pays 1 and goes on with 1/2 each to itself and to s₁, which pays nothing for ever: V(s₀) = 1/(1 − γ/2)."""
    mdp = TabularMDP(exact([[["1/2", "1/2"]], [[0, 1]]]), exact([[1], [0]]), exact([1, 0]), exact("1/2").item())
    policy = convert([[1], [1]], arithmetic)
    value = floating(state_values(mdp.to(arithmetic), policy))
    rho = floating(unnormalised_visitation(mdp.to(arithmetic), policy))
    assert abs(value - [4 / 3, 0]).max() <= 2.0**-50
    assert abs(rho - [4 / 3, 2 / 3]).max() <= 2.0**-50


@pytest.mark.parametrize("arithmetic", [Arithmetic.FLOAT, Arithmetic.EXACT])
def test_a_batch_is_its_processes_one_by_one(arithmetic):
    generator = np.random.default_rng(7)
    transition = generator.multinomial(8, [1 / 3] * 3, size=(5, 3, 2)) / 8
    reward, initial = generator.integers(-4, 5, (5, 3, 2)) / 2, generator.multinomial(8, [1 / 3] * 3, size=5) / 8
    discount, policies = np.array([0, 0.25, 0.5, 0.875, 0.75]), generator.multinomial(8, [0.5] * 2, size=(5, 3)) / 8
    batch = TabularMDP(transition, reward, initial, discount).to(arithmetic)
    policies = convert(policies, arithmetic)
    ones = [
        TabularMDP(batch.transition[i], batch.reward[i], batch.initial[i], np.asarray(batch.discount)[i])
        for i in range(5)
    ]
    for oracle in (state_values, action_values, advantages, performance, unnormalised_visitation, visitation):
        together = oracle(batch, policies)
        apart = np.stack([oracle(mdp, policy) for mdp, policy in zip(ones, policies, strict=True)])
        if arithmetic is Arithmetic.EXACT:
            assert np.all(together == apart)
        else:
            limit = 2 * max(value_error(mdp) * 3 + visitation_error(mdp) for mdp in ones)
            assert np.abs(together - apart).max() <= limit


@pytest.mark.parametrize("oracle", [state_values, action_values, advantages, performance, unnormalised_visitation])
def test_what_is_no_policy_is_refused(oracle):
    mdp = TabularMDP(exact([[[1], [1]]]), exact([[0, 1]]), exact([1]), exact("1/2").item())
    with pytest.raises(InvalidPolicyError, match="row 0 of policy sums to 2, not to 1"):
        oracle(mdp, exact([[1, 1]]))
