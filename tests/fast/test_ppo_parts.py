"""What the networks are made of, each against its definition in float64."""

import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra `fast` is not installed")

from numba import njit
from policyproof.fast import elementary
from policyproof.fast.actor_critic import ActorCritic
from policyproof.fast.adam import Adam, adam_step, global_norm
from policyproof.fast.matrix_product import LANE, accumulate, affine, aligned, padded
from policyproof.fast.mlp import MLP
from policyproof.fast.policy_head import choose
from policyproof.fast.tabular_ppo import table_of

UNIT = 2.0**-24


def over(function):
    @njit
    def loop(x, out):
        for i in range(x.size):
            out[i] = function(x[i])

    def apply(x):
        out = np.empty_like(x)
        loop(x, out)
        return out

    return apply


tanh, exp, log = (over(function) for function in (elementary.tanh, elementary.exp, elementary.log))


def worst(function, right, x):
    """The largest relative error in units of round-off."""
    x = np.unique(x.astype(np.float32))
    exact = right(x.astype(np.float64))
    kept = np.abs(exact) > 2.0**-126
    return np.max(np.abs(function(x)[kept] - exact[kept]) / np.abs(exact[kept])) / UNIT


def test_elementary_functions_are_as_accurate_as_they_say():
    draw = np.random.default_rng(0)
    wide = np.concatenate(
        [draw.uniform(-12, 12, 200_000), draw.standard_normal(100_000) * 10.0 ** draw.integers(-20, 1)]
    )
    assert worst(tanh, np.tanh, wide) <= 5
    assert worst(exp, np.exp, draw.uniform(-87, 88, 300_000)) <= 1.5
    assert worst(log, np.log, np.exp(draw.uniform(-80, 80, 300_000))) <= 1.5
    assert worst(log, np.log, draw.uniform(0.5, 2, 300_000)) <= 1.5


def test_elementary_functions_at_their_ends():
    ends = np.array([np.nan, np.inf, -np.inf, 0.0, 200.0, -200.0], np.float32)
    np.testing.assert_array_equal(exp(ends), [np.nan, np.inf, 0, 1, np.inf, 0])
    undefined, *rest = tanh(ends)
    assert np.isnan(undefined)
    assert np.all(np.abs(np.array(rest) - [1, -1, 0, 1, -1]) <= 2 * UNIT)


@pytest.mark.parametrize("rows", [1, 7, 8, 19])
@pytest.mark.parametrize(("depth", "columns"), [(1, 8), (17, 64), (5, 24), (64, 40), (3, 32)])
def test_products_of_matrices_whatever_the_strides(rows, depth, columns):
    draw = np.random.default_rng([rows, depth, columns])
    a, b = draw.standard_normal((rows, depth)).astype(np.float32), aligned(depth, columns)
    b[:], bias, c = (
        draw.standard_normal(b.shape),
        draw.standard_normal(columns).astype(np.float32),
        aligned(rows, columns),
    )
    exact = a.astype(np.float64) @ b.astype(np.float64)
    bound = 2 * UNIT * (depth + 2) * (np.abs(a).astype(np.float64) @ np.abs(b) + 10)
    for factor in (a, np.asfortranarray(a)):
        affine(factor, b, bias, c)
        assert np.all(np.abs(c - (exact + bias)) <= bound)
        accumulate(factor, b, c)
        assert np.all(np.abs(c - (2 * exact + bias)) <= 2 * bound)


@pytest.mark.parametrize("sizes", [(17, 64, 64, 6), (4, 30, 2), (100, 5, 1)])
def test_orthogonal_initialisation_has_orthogonal_rows_or_columns(sizes):
    """Each weight is rounded once: u |wᵢ|·|wⱼ| from either factor, at most 2u gain², and as much again for the rest."""
    network, parameters = MLP(sizes), aligned(MLP(sizes).size)
    network.initialise(parameters, np.random.default_rng(0), orthogonal=True, last_gain=0.01)
    views = network.views(parameters)
    for i, (rounded, bias) in enumerate(views):
        weights = rounded.astype(np.float64)
        gram = weights.T @ weights if weights.shape[0] >= weights.shape[1] else weights @ weights.T
        gain = 0.01 if i == len(views) - 1 else np.sqrt(2)
        assert np.all(np.abs(gram - gain**2 * np.eye(len(gram))) <= 4 * UNIT * gain**2)
        assert not bias.any()


def test_padding_stays_zero():
    network = ActorCritic(3, (5, 9), 2, discrete=False)
    network.initialise(np.random.default_rng(0), orthogonal=False, log_std=0.0)
    named = np.zeros(network.parameters.size, bool)
    for mlp, start in ((network.actor, 0), (network.critic, network.shape.critic_start)):
        for weights, bias in mlp.views(named[start : start + mlp.size]):
            weights[:], bias[:] = True, True
    named[network.actor.size :][:2] = True
    assert (network.parameters[~named] == 0).all()
    assert np.count_nonzero(network.parameters) < named.size
    assert [padded(n) % LANE for n in (1, 8, 9)] == [0, 0, 0]


def test_actions_are_drawn_as_often_as_the_policy_says_and_never_where_it_says_never():
    """Log π ≥ log 0.2: 2u each for logit, shift, sum and difference, 3u for exp and log, u for the exponential here."""
    policy = np.array([[0.0, 0.5, 0.0, 0.3, 0.2, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]])
    network, random, count = table_of(policy, np.zeros(2)), np.random.default_rng(0), 40_000
    for state in range(2):
        shown = np.tile(np.eye(2, dtype=np.float32)[state], (count, 1))
        actions, log_probs, _ = network.act(shown, network.noise(random, count))
        often = np.bincount(actions[:, 0].astype(int), minlength=6) / count
        assert (often[policy[state] == 0] == 0).all()
        deviation = np.sqrt(policy[state] * (1 - policy[state]) / count)
        assert (np.abs(often - policy[state]) <= 6 * deviation).all()
        taken = policy[state][actions[:, 0].astype(int)]
        assert np.all(np.abs(np.exp(log_probs) - taken) <= 12 * UNIT * taken)


def test_the_ends_of_the_unit_interval_draw_possible_actions():
    logits = np.tile(np.array([-1e4, 0, 0, -1e4], np.float32), (2, 1))
    actions, log_probs = np.empty((2, 1), np.float32), np.empty(2, np.float32)
    choose(
        logits, 4, np.array([[0.0], [np.nextafter(np.float32(1), 0)]], np.float32), logits.copy(), actions, log_probs
    )
    assert actions[:, 0].tolist() == [1, 2]


def test_a_clipped_gradient_keeps_its_direction_and_adam_begins_with_its_sign():
    """At first m̂/√v̂ is the sign but for ε; a dozen operations, each right to u, and half the error of v̂ from a root."""
    gradient = np.array([3.0, -4.0, 0.0], np.float32)
    assert global_norm(gradient) == 5
    parameters, adam = np.zeros(3, np.float32), Adam.zeros(3)
    adam_step(parameters, gradient, adam, 0.1, 0.01, 0.9, 0.999, 1e-8)
    scaled = 0.1 * gradient.astype(np.float64)
    expected = -0.01 * scaled / (np.abs(scaled) + 1e-8)
    assert np.all(np.abs(parameters - expected) <= 12 * UNIT * np.abs(expected))
    assert np.all(np.abs(adam.first - 0.1 * scaled) <= 4 * UNIT * np.abs(0.1 * scaled))
    assert adam.steps[0] == 1
