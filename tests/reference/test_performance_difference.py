from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from policyproof.claims.mdp.rounding import UNIT, value_range
from policyproof.claims.performance_difference.cases import (
    Regularised,
    one_state,
    regularised,
    soft_optima,
    stay_or_go,
    unichains,
)
from policyproof.claims.performance_difference.rounding import difference_bound, value_difference_bound
from policyproof.invariants.mdps import two_policies
from policyproof.reference.arithmetic import Arithmetic, ball, convert, exact, floating
from policyproof.reference.mdp import trajectories, trajectory_probability
from policyproof.reference.performance_difference import (
    MissingSupportError,
    NotUnichainError,
    discounted_advantage_sum,
    expected_advantage,
    gain_and_bias,
    importance_ratio,
    importance_weighted_difference,
    lattice_difference,
    performance_difference,
    performance_difference_residual,
    shaped,
    soft_action_values,
    soft_bellman,
    soft_performance_difference,
    soft_state_values,
    soft_suboptimality,
    stationary_distribution,
    value_difference,
)
from policyproof.reference.policy_evaluation import advantages, performance, policy_transition, state_values
from policyproof.reference.softmax import softmax
from policyproof.reference.tabular_mdp import InvalidPolicyError, TabularMDP

brief = settings(max_examples=40, deadline=None)
FORMS = (performance_difference, discounted_advantage_sum)


def encloses(boxes, numbers):
    return all(gap.contains(0) for gap in np.atleast_1d(boxes - numbers).flat)


@brief
@given(two_policies(max_states=2, max_actions=2))
def test_difference_is_a_sum_over_trajectories_up_to_its_tail(case):
    """Σ_τ P_new(τ) Σ_{t<H} γᵗ A_old(s_t, a_t), over all trajectories; the rest is at most γᴴ max|A_old|/(1−γ)."""
    mdp, old, new, horizon = case.mdp, case.old, case.new, 3
    gain, total = advantages(mdp, old), 0 * mdp.discount
    for trajectory in trajectories(mdp, horizon):
        steps = zip(trajectory.states[:-1], trajectory.actions, strict=True)
        paid = sum(mdp.discount**t * gain[step] for t, step in enumerate(steps))
        total += trajectory_probability(mdp, new, trajectory) * paid
    tail = mdp.discount**horizon * np.max(abs(gain)) / (1 - mdp.discount)
    for form in FORMS:
        assert abs(form(mdp, old, new) - total) <= tail


@brief
@given(two_policies())
def test_forms_agree_in_three_arithmetics(case):
    rounded, enclosed = case.to(Arithmetic.FLOAT), case.to(Arithmetic.BALL)
    truth = performance(case.mdp, case.new) - performance(case.mdp, case.old)
    for form in FORMS:
        assert form(case.mdp, case.old, case.new) == truth
        error = abs(form(rounded.mdp, rounded.old, rounded.new) - floating(truth))
        assert error <= difference_bound(rounded) + 2 * UNIT * value_range(rounded.mdp)
        assert encloses(form(enclosed.mdp, enclosed.old, enclosed.new), truth)
    by_state = value_difference(case.mdp, case.old, case.new)
    error = np.abs(value_difference(rounded.mdp, rounded.old, rounded.new) - floating(by_state)).max()
    assert error <= value_difference_bound(rounded) + 2 * UNIT * value_range(rounded.mdp)
    assert encloses(value_difference(enclosed.mdp, enclosed.old, enclosed.new), by_state)
    assert performance_difference_residual(case.mdp, case.old, case.new) == 0
    assert encloses(performance_difference_residual(enclosed.mdp, enclosed.old, enclosed.new), 0)


@brief
@given(two_policies())
def test_a_policy_differs_from_itself_by_nothing(case):
    assert np.all(expected_advantage(case.mdp, case.old, case.old) == 0)
    assert performance_difference(case.mdp, case.old, case.old) == 0


@pytest.mark.parametrize("oracle", [performance_difference, discounted_advantage_sum, performance_difference_residual])
def test_a_batch_is_its_processes_one_by_one(oracle):
    generator = np.random.default_rng(7)
    transition = generator.multinomial(8, [1 / 3] * 3, size=(5, 3, 2)) / 8
    reward, initial = generator.integers(-4, 5, (5, 3, 2)) / 2, generator.multinomial(8, [1 / 3] * 3, size=5) / 8
    discount, tables = np.array([0, 0.25, 0.5, 0.875, 0.75]), generator.multinomial(8, [0.5] * 2, size=(2, 5, 3)) / 8
    batch = TabularMDP(transition, reward, initial, discount).to(Arithmetic.EXACT)
    old, new = exact(tables)
    together = oracle(batch, old, new)
    for i in range(5):
        one = TabularMDP(batch.transition[i], batch.reward[i], batch.initial[i], np.asarray(batch.discount)[i])
        assert together[i] == oracle(one, old[i], new[i])


def lattice(draw, rows, outcomes, parts):
    cuts = draw(arrays(np.int64, (rows, outcomes - 1), elements=st.integers(0, parts)))
    return np.diff(np.sort(cuts, axis=1), axis=1, prepend=0, append=parts)


@st.composite
def lattices(draw):
    states, actions, parts = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.sampled_from([8, 1, 256, 3]))
    transition = lattice(draw, states * actions, states, parts).reshape(states, actions, states)
    reward = draw(arrays(np.int64, (states, actions), elements=st.integers(-9, 9)))
    initial = lattice(draw, 1, states, parts)[0]
    old, new = (lattice(draw, states, actions, parts) for _ in range(2))
    q = draw(st.integers(1, 1000))
    return (transition, reward, initial, old, new), parts, (draw(st.integers(0, q - 1)), q)


@brief
@given(lattices())
def test_integer_matrices_compute_what_the_readable_oracles_do(case):
    (transition, reward, initial, old, new), parts, (p, q) = case
    chain, start, before, after = (exact(table) / exact(parts) for table in (transition, initial, old, new))
    mdp = TabularMDP(chain, exact(reward), start, exact(f"{p}/{q}").item())
    difference, state_form = lattice_difference(*case[0], parts=parts, discount=(p, q))
    assert difference == performance(mdp, after) - performance(mdp, before)
    assert state_form == performance_difference(mdp, before, after)


def test_integer_matrices_refuse_what_is_no_process():
    one, pay = np.array([[[4]]]), np.array([[1]])
    good = {"transition": one, "reward": pay, "initial": one[0, 0], "old": one[0], "new": one[0]}
    assert lattice_difference(**good, parts=4, discount=(1, 2)) == (0, 0)
    bad = {"transition": one + 1, "initial": np.array([-4]), "old": np.array([[5]]), "new": np.array([[3]])}
    for name, table in bad.items():
        with pytest.raises(ValueError, match=f"a row of {name} is no distribution in units of 1/4"):
            lattice_difference(**good | {name: table}, parts=4, discount=(1, 2))
    with pytest.raises(ValueError, match="discount is 2/2, outside"):
        lattice_difference(**good, parts=4, discount=(2, 2))
    with pytest.raises(ValueError, match="too large for int64"):
        lattice_difference(**good, parts=4, discount=(1, 2**60))


@brief
@given(two_policies(positive=True))
def test_importance_ratios_agree_in_three_arithmetics(case):
    rounded, enclosed = case.to(Arithmetic.FLOAT), case.to(Arithmetic.BALL)
    ratio = importance_ratio(case.mdp, case.old, case.new)
    found = importance_ratio(rounded.mdp, rounded.old, rounded.new)
    assert np.all(np.abs(found - floating(ratio)) <= 2 * UNIT * floating(ratio))
    truth = importance_weighted_difference(case.mdp, case.old, case.new)
    assert truth == performance_difference(case.mdp, case.old, case.new)
    assert encloses(importance_weighted_difference(enclosed.mdp, enclosed.old, enclosed.new), truth)


@pytest.mark.parametrize("arithmetic", Arithmetic)
def test_a_ratio_without_support_is_refused_and_none_over_none_is_zero(arithmetic):
    case = stay_or_go("1/2", "1/2").to(arithmetic)
    for oracle in (importance_ratio, importance_weighted_difference):
        with pytest.raises(MissingSupportError, match="the new policy takes action 1 in state 0"):
            oracle(case.mdp, case.old, case.new)
    assert floating(importance_ratio(case.mdp, case.old, case.old)).tolist() == [[1, 0], [1, 0]]


def test_what_is_no_policy_is_refused():
    case, double = stay_or_go("1/2", "1/2"), exact([[1, 1], [1, 0]])
    for oracle in (*FORMS, expected_advantage, value_difference, importance_ratio, performance_difference_residual):
        for pair in ((case.old, double), (double, case.new)):
            with pytest.raises(InvalidPolicyError, match="row 0 of policy sums to 2, not to 1"):
                oracle(case.mdp, *pair)


def test_a_potential_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"potential has shape \(3,\), not \[S\]; S = 2"):
        shaped(stay_or_go("1/2", 1).mdp, exact([0, 0, 0]))


@brief
@given(regularised())
def test_soft_values_are_their_power_series_up_to_its_tail(case):
    """Σ_{k<n} γᵏ P_πᵏ r_τ, r_τ = Σₐ π (r − τ log π), in float64 with its rounding, against the ball."""
    rounded, terms = case.to(Arithmetic.FLOAT), 40
    mdp, policy, tau = rounded.mdp, rounded.new, rounded.temperature
    entropy = -np.where(policy > 0, policy * np.log(np.where(policy > 0, policy, 1)), 0).sum(axis=1)
    paid = (policy * mdp.reward).sum(axis=1) + tau * entropy
    largest = np.abs(mdp.reward).max() + tau * np.log(max(mdp.actions, 2))
    total, term, chain = 0 * paid, paid, (policy[:, :, None] * mdp.transition).sum(axis=1)
    for _ in range(terms):
        total, term = total + term, mdp.discount * (chain @ term)
    slack = (mdp.discount**terms + 2 * terms * (mdp.states + mdp.actions + 6) * UNIT) * largest / (1 - mdp.discount)
    found = soft_state_values(case.mdp, case.new, temperature=case.temperature)
    assert np.all(np.abs(floating(found) - total) <= slack)


@brief
@given(soft_optima())
def test_soft_value_iteration_closes_in_on_the_soft_optimum(case):
    mdp, tau, sweeps = case.mdp, case.temperature, 8
    values = ball(np.zeros(mdp.states, dtype=int))
    for _ in range(sweeps):
        values = soft_bellman(mdp, values, temperature=tau)
    tail = mdp.discount**sweeps * np.max(abs(case.values))
    assert not np.any(abs(values - case.values) > tail)


@brief
@given(soft_optima())
def test_soft_optimal_policy_is_the_softmax_of_its_action_values(case):
    q = soft_action_values(case.mdp, ball(case.optimal), temperature=case.temperature)
    assert encloses(softmax(q / case.temperature), case.optimal)
    assert encloses(soft_state_values(case.mdp, ball(case.optimal), temperature=case.temperature), case.values)


@brief
@given(regularised())
def test_soft_oracles_agree_in_floats_and_balls(case):
    """As without entropy, with r − τ log π ≤ max|r| + τ log 1024 for a reward, and a logarithm off by one rounding."""
    rounded = case.to(Arithmetic.FLOAT)
    truth = soft_performance_difference(case.mdp, case.old, case.new, temperature=case.temperature)
    found = soft_performance_difference(rounded.mdp, rounded.old, rounded.new, temperature=rounded.temperature)
    dearer = replace(rounded.mdp, reward=np.abs(rounded.mdp.reward) + rounded.temperature * 7)
    assert abs(found - floating(truth)) <= 4 * difference_bound(Regularised(dearer, rounded.old, rounded.new, 1.0))


def test_without_temperature_there_is_no_soft_value():
    case = stay_or_go("1/2", "1/2")
    calls = ((soft_state_values, case.old), (soft_action_values, case.old), (soft_bellman, case.mdp.reward[:, 0]))
    for oracle, argument in calls:
        with pytest.raises(ValueError, match="temperature = 0 is outside"):
            oracle(case.mdp, argument, temperature=exact(0).item())


def test_a_soft_optimum_without_full_support_is_infinitely_far():
    mdp = one_state([1, 0], "1/2").to(Arithmetic.FLOAT)
    assert soft_suboptimality(mdp, np.array([[0.5, 0.5]]), np.array([[1.0, 0]]), temperature=1.0) == np.inf


@brief
@given(unichains())
def test_gain_is_the_limit_of_vanishing_discount(case):
    """|(1−γ) V_γ(s) − g| ≤ (1−γ)/γ (max h − min h), at γ = 1 − 2⁻²⁰."""
    gain, bias = gain_and_bias(case.mdp, case.old)
    gamma = 1 - exact(2).item() ** -20
    values = state_values(replace(case.mdp, discount=gamma), case.old)
    assert np.all(abs((1 - gamma) * values - gain) <= (1 - gamma) / gamma * (np.max(bias) - np.min(bias)))


@brief
@given(unichains())
def test_stationary_distributions_are_stationary(case):
    chain = policy_transition(case.mdp, case.old)
    d = stationary_distribution(chain)
    assert np.all(d @ chain == d)
    assert d.sum() == 1
    assert np.all(d >= 0)
    assert encloses(stationary_distribution(ball(chain)), d)


@pytest.mark.parametrize("arithmetic", Arithmetic)
def test_a_chain_with_two_recurrent_classes_is_refused(arithmetic):
    chain = convert([["1/3", "1/3", "1/3"], [0, 1, 0], [0, 0, 1]], Arithmetic.EXACT)
    if arithmetic is Arithmetic.FLOAT:
        chain = floating(chain)
    with pytest.raises(NotUnichainError, match="more than one recurrent class"):
        stationary_distribution(convert(chain, arithmetic))


def test_what_is_no_chain_is_refused():
    with pytest.raises(ValueError, match="row 1 of chain sums to 1/2, not to 1"):
        stationary_distribution(exact([[1, 0], [0, "1/2"]]))
    with pytest.raises(ValueError, match="a square matrix is needed"):
        stationary_distribution(exact([[1, 0]]))


def test_periodic_and_transient_states_are_no_obstacle():
    chain = exact([[0, 1, 0], [0, 0, 1], [0, 1, 0]])
    assert np.all(stationary_distribution(chain) == exact([0, "1/2", "1/2"]))
    assert np.abs(stationary_distribution(floating(chain)) - [0, 0.5, 0.5]).max() <= 8 * UNIT
