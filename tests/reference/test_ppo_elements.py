import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policyproof.claims.ppo.cases import matrices
from policyproof.invariants.lattice import distributions
from policyproof.reference.arithmetic import SingularMatrixError, ball, exact, floating, log, precision, sqrt
from policyproof.reference.ppo import (
    RunningMoments,
    adam_steps,
    adapted_coefficient,
    annealed,
    clipped_by_norm,
    entropy,
    entropy_gradient,
    orthogonal_weights,
    penalised_objective,
    scaled_rewards,
    standardised_observations,
)
from policyproof.reference.tabular_mdp import InvalidPolicyError

UNIT = 2.0**-53
brief = settings(max_examples=40, deadline=None)


def number(text):
    return exact(text).item()


def encloses(boxes, numbers):
    return all(gap.contains(0) for gap in ball(boxes - numbers).flat)


def test_coefficient_adapts_by_halves_and_doubles():
    target, beta = number(3), number(1)
    adapted = [adapted_coefficient(beta, number(d), target=target) for d in (1, 2, 3, "9/2", 5)]
    assert adapted == [number("1/2"), 1, 1, 1, 2]
    assert penalised_objective(number(2), number(3), number(4), coefficient=number("1/2")) == 4
    with pytest.raises(ValueError, match="target = 0 is outside"):
        adapted_coefficient(beta, beta, target=0 * beta)
    with pytest.raises(ValueError, match="outside"):
        penalised_objective(beta, beta, beta, coefficient=-beta)
    with pytest.raises(ValueError, match="not decided"):
        adapted_coefficient(beta, ball([1]).item() / 3 * 6, target=target)


@brief
@given(st.integers(2, 3).flatmap(lambda size: distributions((), size, positive=True)), st.integers(0, 2))
def test_entropy_slope_by_a_complex_step(policy, index):
    """Im H(softmax(log π + ih e_b))/h with h = 2⁻⁶⁰ is the slope up to rounding; no difference is taken."""
    step = 2.0**-60
    logits = np.log(floating(policy)) + 0j
    logits[index % len(logits)] += 1j * step
    weights = np.exp(logits)
    shares = weights / weights.sum()
    slope = -(shares * np.log(shares)).sum().imag / step
    truth = entropy_gradient(policy)[index % len(logits)]
    with precision(256):
        error = floating(abs(ball(slope) - truth))
    assert error <= 64 * UNIT * (1 + floating(abs(log(policy))).max())


def test_entropy_at_the_corners():
    assert entropy(exact([1, 0])) == 0
    assert (entropy_gradient(exact([1, 0])) == 0).all()
    with pytest.raises(InvalidPolicyError, match="sums to 2"):
        entropy(exact([1, 1]))


@brief
@given(matrices())
def test_orthogonal_weights_in_float64(case):
    """Two passes of Gram–Schmidt leave columns orthogonal to a few units of rounding, whatever the condition."""
    gain = floating(case.gain).item()
    weights = orthogonal_weights(floating(case.entries), gain=gain)
    gram = weights.T @ weights if weights.shape[0] >= weights.shape[1] else weights @ weights.T
    assert (abs(gram - gain**2 * np.eye(len(gram))) <= 64 * max(weights.shape) * UNIT * gain**2).all()


def test_orthogonal_weights_refuse_by_name():
    with pytest.raises(SingularMatrixError, match="linearly dependent"):
        orthogonal_weights(exact([[1, 2], [2, 4], [0, 0]]))
    with pytest.raises(ValueError, match="matrix has shape"):
        orthogonal_weights(exact([1]))


def test_adam_by_hand_and_its_refusals():
    half, one = number("1/2"), number(1)
    steps = adam_steps(exact([[2], [-1]]), learning_rate=one, beta_1=half, beta_2=half, epsilon=one)
    # m = 1, 0 and v = 2, 3/2; corrected m̂ = 2, 0 and v̂ = 4, 2
    assert steps[0] == [number("-2/3")]
    assert steps[1] == [0]
    with pytest.raises(ValueError, match="beta_1 = 1 is outside"):
        adam_steps(exact([[1]]), learning_rate=one, beta_1=one, beta_2=half, epsilon=one)
    with pytest.raises(ValueError, match="epsilon = 0 is outside"):
        adam_steps(exact([[1]]), learning_rate=one, beta_1=half, beta_2=half, epsilon=0 * one)


def test_adam_is_a_quotient_of_weighted_means():
    """m̂_k = Σ_{i≤k} β₁ᵏ⁻ⁱ g_i / Σ_{i≤k} β₁ᵏ⁻ⁱ and v̂_k alike of squares by β₂: no recursion, no correction."""
    gradients, rates, one = exact([[2], [-1], [5]]), (number("1/2"), number("3/4")), number(1)
    steps = adam_steps(gradients, learning_rate=one, beta_1=rates[0], beta_2=rates[1], epsilon=one)
    for k, step in enumerate(steps):
        means = []
        for rate, power in zip(rates, (1, 2), strict=True):
            weights = exact([rate ** (k - i) for i in range(k + 1)])
            means.append(weights @ gradients[: k + 1] ** power / weights.sum())
        assert encloses(step * (sqrt(means[1]) + one), -means[0])


def test_gradients_are_cut_to_length():
    assert clipped_by_norm(exact([3, 4]), max_norm=number(1)).tolist() == exact(["3/5", "4/5"]).tolist()
    assert clipped_by_norm(exact([3, 4]), max_norm=number(6)).tolist() == [3, 4]
    assert clipped_by_norm(exact([0, 0]), max_norm=number(6)).tolist() == [0, 0]
    with pytest.raises(ValueError, match="max_norm = 0 is outside"):
        clipped_by_norm(exact([1]), max_norm=number(0))


def test_schedule_has_its_ends_and_refuses_what_lies_beyond():
    assert [annealed(number(1), k, 4) for k in (0, 3, 4)] == [1, number("1/4"), 0]
    for update, updates in ((5, 4), (-1, 4), (0, 0)):
        with pytest.raises(ValueError, match=r"no update|not an integer"):
            annealed(number(1), update, updates)


def test_running_scale_by_hand_and_its_refusals():
    ended = np.array([False, True, False])
    # sums 1, 3/2, and after the ending 2; variances 0, 1/16, 1/6
    scaled = scaled_rewards(exact([1, 1, 2]), ended, gamma=number("1/2"), epsilon=number("15/16"))
    assert encloses(scaled**2, exact([1, 1, 4]) / (exact(["0", "1/16", "1/6"]) + number("15/16")))
    moments = RunningMoments.of(exact([0, 2]))
    assert standardised_observations(exact([3, 99]), moments, epsilon=number(3), bound=number(5)).tolist() == [1, 5]
    with pytest.raises(ValueError, match=r"has shape|epsilon"):
        scaled_rewards(exact([1]), ended, gamma=number(1), epsilon=number(0))
    with pytest.raises(ValueError, match="epsilon = 0 is outside"):
        standardised_observations(exact([1]), moments, epsilon=number(0), bound=number(1))
    with pytest.raises(ValueError, match="observations has shape"):
        RunningMoments.of(exact([]))
