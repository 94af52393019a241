from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from policyproof.claims.policy_gradient.cases import episodes, gradient_bound, parametrised
from policyproof.reference.arithmetic import Arithmetic, SingularMatrixError, exact, floating
from policyproof.reference.dual import dual, solve
from policyproof.reference.enumeration import enumerate_trajectories, trajectory_expectation
from policyproof.reference.policy_evaluation import performance
from policyproof.reference.policy_gradient import (
    IntervalActionMDP,
    TwoLayerNetwork,
    deterministic_policy_gradient,
    direct_gradient,
    estimator_variance,
    finite_horizon_value_gradient,
    gaussian_linear_score,
    mismatch_coefficient,
    network_logit_gradient,
    network_score,
    noisy_policy_gradient,
    optimal_baseline,
    performance_gradient,
    policy_gradient,
    reward_to_go,
    softmax_gradient,
    softmax_score,
    suboptimality,
    total_reward_estimate,
)
from policyproof.reference.tabular_mdp import InvalidPolicyError, TabularMDP

brief = settings(max_examples=30, deadline=None)
UNIT = 2.0**-53
STEP = 1e-30


def encloses(boxes, numbers):
    return all((box - number).contains(0) for box, number in np.broadcast(boxes, numbers))


def complex_step(function, point):
    columns = []
    for index in np.ndindex(point.shape):
        moved = point.astype(complex)
        moved[index] += 1j * STEP
        columns.append(np.asarray(function(moved)).imag / STEP)
    return np.stack(columns).reshape(*point.shape, *columns[0].shape)


def two_states():
    return TabularMDP(
        exact([[["1/2", "1/2"], [0, 1]], [[1, 0], ["1/4", "3/4"]]]),
        exact([[1, -2], [0, 3]]),
        exact(["1/4", "3/4"]),
        exact("1/2").item(),
    )


@brief
@given(parametrised())
def test_policy_gradient_in_three_arithmetics(case):
    truth = policy_gradient(case.mdp, case.policy, case.score)
    rounded, enclosed = case.to(Arithmetic.FLOAT), case.to(Arithmetic.BALL)
    got = policy_gradient(rounded.mdp, rounded.policy, rounded.score)
    assert np.all(np.abs(got - floating(truth)) <= gradient_bound(rounded))
    assert encloses(policy_gradient(enclosed.mdp, enclosed.policy, enclosed.score), truth)


@brief
@given(parametrised())
def test_policy_gradient_is_complex_step_of_performance(case):
    rounded = case.to(Arithmetic.FLOAT)
    mdp, parameters = rounded.mdp, np.zeros(rounded.features.shape[-1])

    def objective(theta):
        weights = rounded.policy * np.exp(rounded.features @ theta)
        table = weights / weights.sum(axis=1, keepdims=True)
        system = np.eye(mdp.states) - mdp.discount * np.einsum("sa,sat->st", table, mdp.transition)
        return mdp.initial @ np.linalg.solve(system, (table * mdp.reward).sum(axis=1))

    got = policy_gradient(mdp, rounded.policy, rounded.score)
    assert np.all(np.abs(got - complex_step(objective, parameters)) <= 2 * gradient_bound(rounded))


@brief
@given(parametrised())
def test_performance_gradient_is_limit_of_exact_difference_quotients(case):
    step = exact(2).item() ** -60
    quotients = []
    for k in range(case.jacobian.shape[-1]):
        direction = case.jacobian[..., k]
        size = np.abs(direction).max()
        h = step / (size + 1)
        ahead, behind = (case.policy + sign * h * direction for sign in (1, -1))
        quotients.append((performance(case.mdp, ahead) - performance(case.mdp, behind)) / (2 * h))
    # With A = I − γP, |A⁻¹| ≤ 1/(1−γ) and a change B of π, the third-order term is at most 2|A⁻¹|⁴|B|³ max|r|.
    horizon = 1 / (1 - case.mdp.discount)
    third = 3 * horizon**4 * np.abs(case.mdp.reward).max() * (1 + np.abs(case.jacobian).sum()) ** 3
    error = np.abs(np.array(quotients) - performance_gradient(case.mdp, case.policy, case.jacobian))
    assert all(e <= third * step * step for e in error)


@brief
@given(episodes(130))
def test_finite_horizon_gradient_is_that_of_enumerated_returns(case):
    gamma = case.mdp.discount
    mean = trajectory_expectation(
        case.mdp,
        case.policy,
        case.horizon,
        lambda s, a: total_reward_estimate(case.mdp.reward[s[:-1], a], case.score[s[:-1], a], gamma=gamma),
    )
    derivative = finite_horizon_value_gradient(case.mdp, case.policy, case.jacobian, case.horizon, gamma=gamma)
    assert np.all(mean == case.mdp.initial @ derivative)


@brief
@given(parametrised())
def test_softmax_gradient_is_the_theorem_with_one_hot_features(case):
    states, actions = case.policy.shape
    one_hot = exact(np.eye(states * actions, dtype=int)).reshape(states, actions, states * actions)
    score = softmax_score(case.policy, one_hot)
    whole = policy_gradient(case.mdp, case.policy, score)
    assert np.all(whole.reshape(states, actions) == softmax_gradient(case.mdp, case.policy))
    through_direct = (direct_gradient(case.mdp, case.policy)[..., None] * case.policy[..., None] * score).sum((0, 1))
    assert np.all(whole == through_direct)


def test_batches_are_their_parts():
    mdp = two_states()
    policies = exact([[["1/2", "1/2"], [1, 0]], [["1/4", "3/4"], ["1/8", "7/8"]]])
    whole = softmax_gradient(mdp, policies)
    assert all(np.all(part == softmax_gradient(mdp, policy)) for part, policy in zip(whole, policies, strict=True))


def test_reward_to_go_is_a_backward_recursion():
    rewards, gamma = exact([3, -1, 2, 5]), exact("1/3").item()
    backward, following = [], exact(0).item()
    for reward in rewards[::-1]:
        following = reward + gamma * following
        backward.append(following)
    assert reward_to_go(rewards, gamma=gamma).tolist() == backward[::-1]


def test_optimal_baseline_beats_a_fine_search():
    probabilities, scores = exact(["1/8", "3/8", "1/2"]), exact([[1, 0], [-1, 1], ["1/2", "-3/4"]])
    returns = exact([4, -1, 3])
    best = optimal_baseline(probabilities, scores, returns)

    def variance(b):
        return estimator_variance(probabilities, (returns - b)[:, None] * scores)

    assert np.all(probabilities @ scores == 0)
    assert all(variance(best) <= variance(best + exact(f"{k}/64").item()) for k in range(-64, 65))


def interval():
    ends = two_states()
    action, jacobian = exact(["1/4", "5/8"]), exact([[1, 2], [-1, "1/2"]])
    return IntervalActionMDP(ends, exact([2, -1])), action, jacobian


def test_noisy_gradient_uses_the_score_of_its_density():
    mdp, action, jacobian = interval()
    width = exact("1/8").item()
    chain = mdp.following(action, variance=width * width / 5)
    system = np.eye(2) - 0.5 * floating(chain.transition[:, 0])
    values = np.linalg.solve(system, floating(chain.reward[:, 0]))
    visits = np.linalg.solve(system.T, floating(chain.initial))
    nodes, weights = np.polynomial.legendre.leggauss(8)
    slope = np.zeros(2)
    for xi, weight in zip(nodes, weights, strict=True):
        a = floating(action) + 0.125 * xi
        reward = floating(mdp.ends.reward[:, 0]) + floating(mdp.slope) * a + floating(mdp.curvature) * a**2
        following = (1 - a)[:, None] * floating(mdp.ends.transition[:, 0])
        following = following + a[:, None] * floating(mdp.ends.transition[:, 1])
        density, score = 0.75 * (1 - xi**2), 2 * xi / (0.125 * (1 - xi**2))
        slope += weight * density * score * (reward + 0.5 * following @ values)
    expected = (visits * slope) @ floating(jacobian)
    got = floating(noisy_policy_gradient(mdp, action, jacobian, width=width))
    terms = len(nodes) * np.abs(visits).sum() * (np.abs(floating(mdp.ends.reward)).max() + np.abs(values).max()) / 0.125
    assert np.abs(got - expected).max() <= 64 * UNIT * terms * np.abs(floating(jacobian)).max()


def test_deterministic_gradient_with_actions_as_probabilities_is_the_stochastic_one():
    ends, jacobian = two_states(), exact([[1, 2], [-1, "1/2"]])
    action = exact(["1/4", "5/8"])
    policy = np.stack([1 - action, action], axis=1)
    mdp = IntervalActionMDP(ends, exact([0, 0]))
    moved = np.stack([-jacobian, jacobian], axis=1)
    assert np.all(deterministic_policy_gradient(mdp, action, jacobian) == performance_gradient(ends, policy, moved))


def test_bad_input_is_refused_by_name():
    mdp, policy = two_states(), exact([["1/2", "1/2"], ["1/2", "1/2"]])
    score = np.zeros((2, 3, 1))
    one = exact([[1]])
    network = TwoLayerNetwork(one, exact([[1], [1]]), lambda z: z, lambda z: z**0)
    interval_mdp, action, jacobian = interval()
    half = exact("1/2").item()
    attempts = [
        (ValueError, "score has shape", lambda: policy_gradient(mdp, policy, score)),
        (ValueError, "jacobian has shape", lambda: performance_gradient(mdp, policy, policy)),
        (InvalidPolicyError, "policy", lambda: performance_gradient(mdp, 2 * policy, policy[..., None])),
        (ValueError, "horizon is -1", lambda: list(enumerate_trajectories(mdp, policy, -1))),
        (ValueError, "not a batch", lambda: list(enumerate_trajectories(mdp, policy[None], 1))),
        (InvalidPolicyError, "sums to", lambda: list(enumerate_trajectories(mdp, 2 * policy, 1))),
        (
            ValueError,
            "horizon is -1",
            lambda: finite_horizon_value_gradient(mdp, policy, policy[..., None], -1, gamma=1),
        ),
        (InvalidPolicyError, "sums to", lambda: softmax_score(2 * policy, policy[..., None])),
        (ValueError, "logit_gradient has shape", lambda: softmax_score(policy, one[None])),
        (ValueError, "variance = 0 is outside", lambda: gaussian_linear_score(one, one[0], one[0], variance=0)),
        (ValueError, "has shape", lambda: gaussian_linear_score(one, exact([1, 2]), one[0], variance=1)),
        (ValueError, "variance = -1 is outside", lambda: network_score(network, one[0], exact([1, 1]), variance=-1)),
        (ValueError, "2 outputs", lambda: network_logit_gradient(network, one)),
        (ValueError, "sums to", lambda: estimator_variance(exact([1, 1]), exact([[1], [1]]))),
        (ValueError, "estimates has shape", lambda: estimator_variance(exact([1]), exact([1]))),
        (ValueError, "every score is 0", lambda: optimal_baseline(exact([1]), exact([[0]]), exact([1]))),
        (ValueError, "2 actions", lambda: IntervalActionMDP(chain_of_one(), exact([0]))),
        (ValueError, "curvature has shape", lambda: IntervalActionMDP(mdp, exact([0]))),
        (InvalidPolicyError, "inside", lambda: deterministic_policy_gradient(interval_mdp, 4 * action, jacobian)),
        (InvalidPolicyError, "inside", lambda: noisy_policy_gradient(interval_mdp, action, jacobian, width=half)),
        (ValueError, "width = 0 is outside", lambda: noisy_policy_gradient(interval_mdp, action, jacobian, width=0)),
        (
            SingularMatrixError,
            "singular",
            lambda: solve(dual(exact([[0]]), exact([[1]])), dual(exact([1]), exact([0]))),
        ),
    ]
    for error, message, attempt in attempts:
        with pytest.raises(error, match=message):
            attempt()


def chain_of_one():
    return TabularMDP(exact([[[1]]]), exact([[0]]), exact([1]), exact("1/2").item())


def test_an_infinite_mismatch_is_refused():
    mdp = TabularMDP(
        exact([[[1, 0], [0, 1]], [[0, 1], [0, 1]]]), exact([[0, 0], [1, 1]]), exact([1, 0]), exact("1/2").item()
    )
    with pytest.raises(ValueError, match="visits state 1"):
        mismatch_coefficient(mdp, exact([[1, 0], [1, 0]]))


def test_suboptimality_is_the_distance_to_the_best_of_all_policies():
    mdp, policy = two_states(), exact([["1/2", "1/2"], ["1/4", "3/4"]])
    tables = [np.stack([exact(np.eye(2, dtype=int))[a] for a in choice]) for choice in product(range(2), repeat=2)]
    best = max(performance(mdp, table) for table in tables)
    assert suboptimality(mdp, policy) == best - performance(mdp, policy)
