"""Scores of parametrised policies: the closed forms are the derivatives of the log-density."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import numbers, scalars, table
from ...reference.arithmetic import Array, Scalar, ball, exact
from ...reference.dual import gradient
from ...reference.policy_gradient import (
    TwoLayerNetwork,
    gaussian_linear_score,
    network_logit_gradient,
    network_output,
    network_score,
    softmax_linear_policy,
    softmax_score,
)
from ...reference.softmax import softmax
from ..evidence import Counterexample, counterexample, identity

VARIANCES = table(["1", "1/2", "2", "1/4", "3", "1/64"])


@dataclass(frozen=True, eq=False, repr=False)
class Logits(Case):
    """``parameters[D]``, ``features[A, D]`` and a constant to add to all logits."""

    parameters: Array
    features: Array
    shift: Scalar


@dataclass(frozen=True, eq=False, repr=False)
class Gaussian(Case):
    """The density of ``action[m]`` in ``state[n]`` under ``gain[m, n]`` and a variance."""

    gain: Array
    state: Array
    action: Array
    variance: Scalar


@dataclass(frozen=True, eq=False, repr=False)
class Network(Case):
    """Weights ``inner[h, n]`` and ``outer[m, h]``, ``inputs[k, n]``, an ``action[m]`` and a variance.

    The activation is h(z) = z − z³/4, which is not monotone and keeps rationals rational.
    """

    inner: Array
    outer: Array
    inputs: Array
    action: Array
    variance: Scalar

    @property
    def network(self) -> TwoLayerNetwork:
        """The map x ↦ W¹ h(W⁰ x)."""
        return TwoLayerNetwork(self.inner, self.outer, _activation, _slope)


@st.composite
def logits(draw: st.DrawFn) -> Logits:
    """Up to four actions and three parameters."""
    actions, parameters = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    return Logits(draw(numbers((parameters,))), draw(numbers((actions, parameters))), draw(scalars()))


@st.composite
def gaussians(draw: st.DrawFn) -> Gaussian:
    """Up to three state and two action coordinates."""
    n, m = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    return Gaussian(draw(numbers((m, n))), draw(numbers((n,))), draw(numbers((m,))), draw(scalars(VARIANCES)))


@st.composite
def networks(draw: st.DrawFn, outputs: int | None = None) -> Network:
    """Up to two inputs, two hidden units, three rows of inputs, and two outputs or as many as are asked for."""
    n, h, k = (draw(st.integers(1, most)) for most in (2, 2, 3))
    m = outputs or draw(st.integers(1, 2))
    values = table(["0", "1", "-1", "1/2", "-1/2", "2", "-3/4", "5/8"])
    inner, outer, inputs, action = (draw(numbers(shape, values)) for shape in ((h, n), (m, h), (k, n), (m,)))
    return Network(inner, outer, inputs, action, draw(scalars(VARIANCES)))


@identity("softmax-linear-policy", cases=logits())
def softmax_linear_score_is_derivative(case: Logits) -> tuple[Array, Array]:
    """φ(s, a) − E_π φ(s, ·) = ∇_θ(θᵀφ(s, a) − log Σ_b exp θᵀφ(s, b))."""
    derivative = gradient(lambda parameters: _log_softmax(case.features @ parameters), ball(case.parameters))
    return softmax_score(softmax_linear_policy(case.parameters, case.features), ball(case.features)), derivative.T


@identity("softmax-linear-policy", cases=logits())
def softmax_ignores_a_common_shift(case: Logits) -> tuple[Array, Array]:
    """softmax(θᵀφ + c) = softmax(θᵀφ), and Σₐ π ∇log π = 0."""
    policy = softmax_linear_policy(case.parameters, case.features)
    shifted = softmax(case.features @ case.parameters + case.shift)
    mean = (policy[:, None] * softmax_score(policy, ball(case.features))).sum(axis=0)
    return np.concatenate([shifted, mean]), np.concatenate([policy, 0 * ball(case.parameters)])


@identity("neural-softmax-policy", cases=networks(outputs=1))
def neural_softmax_score_is_derivative(case: Network) -> tuple[Array, Array]:
    """∇f(s, a) − E_π ∇f(s, ·) = ∇ log π(a|s) for π ∝ exp f, f = W¹ h(W⁰ φ(s, a))."""
    policy = softmax(network_output(case.network, case.inputs)[:, 0])
    score = softmax_score(policy, ball(network_logit_gradient(case.network, case.inputs)))
    inner = gradient(
        lambda weights: _log_softmax(network_output(replace(case.network, inner=weights), case.inputs)[:, 0]),
        ball(case.inner),
    )
    outer = gradient(
        lambda weights: _log_softmax(network_output(replace(case.network, outer=weights), case.inputs)[:, 0]),
        ball(case.outer),
    )
    actions = len(case.inputs)
    return score, np.concatenate([inner.reshape(-1, actions), outer.reshape(-1, actions)]).T


@identity("gaussian-linear-score", cases=gaussians())
def gaussian_linear_score_is_derivative(case: Gaussian) -> tuple[Array, Array]:
    """−σ⁻¹(u + Kx)xᵀ = ∇_K(−‖u + Kx‖²/2σ), σ the variance."""
    derivative = gradient(
        lambda gain: _exponent(case.action + (gain * case.state).sum(axis=1), case.variance), case.gain
    )
    return gaussian_linear_score(case.gain, case.state, case.action, variance=case.variance), derivative


@counterexample("gaussian-linear-score")
def standard_deviation_in_place_of_variance() -> Counterexample:
    """With covariance σ²I the factor is σ⁻², not σ⁻¹."""
    one, deviation = exact([1]), exact(2).item()
    gain = exact([[0]])
    variance = deviation * deviation
    return Counterexample(
        "u = x = 1, K = 0, standard deviation 2",
        ("−σ⁻¹(u + Kx)x with σ the deviation", gaussian_linear_score(gain, one, one, variance=deviation).item()),
        "≠",
        ("d log π/dK", gradient(lambda k: _exponent(one + k[0] * one, variance), gain).item()),
    )


@identity("nn-score-w1", "nn-score-w0", cases=networks())
def network_score_is_derivative(case: Network) -> tuple[Array, Array]:
    """The two closed forms are ∇_{W⁰} and ∇_{W¹} of −‖u − W¹h(W⁰x)‖²/2σ, σ the variance."""
    state = case.inputs[0]

    def exponent(network: TwoLayerNetwork) -> Scalar:
        return _exponent(case.action - network_output(network, state), case.variance)

    inner = gradient(lambda weights: exponent(replace(case.network, inner=weights)), case.inner)
    outer = gradient(lambda weights: exponent(replace(case.network, outer=weights)), case.outer)
    left = network_score(case.network, state, case.action, variance=case.variance)
    return np.concatenate([part.reshape(-1) for part in left]), np.concatenate([inner.reshape(-1), outer.reshape(-1)])


@counterexample("nn-score-w1", "nn-score-w0")
def network_score_with_the_standard_deviation() -> Counterexample:
    """Read with σ as the standard deviation 2, both closed forms are twice what they should be."""
    one, deviation = exact([[1]]), exact(2).item()
    network = TwoLayerNetwork(one, one, _activation, _slope)
    state, action, variance = exact([1]), exact([1]), deviation * deviation
    written = network_score(network, state, action, variance=deviation)
    derivatives = [
        gradient(lambda w: _exponent(action - network_output(replace(network, inner=w), state), variance), one),
        gradient(lambda w: _exponent(action - network_output(replace(network, outer=w), state), variance), one),
    ]
    assert all(formula == 2 * derivative for formula, derivative in zip(written, derivatives, strict=True))
    return Counterexample(
        "one unit in each layer, h(z) = z − z³/4, weights and x = 1, u = 1, standard deviation 2",
        ("σ⁻¹(u − W¹h)h with σ the deviation", written[1].item()),
        "≠",
        ("d log π/dW¹", derivatives[1].item()),
    )


def _log_softmax(values: Array) -> Array:
    return np.asarray(values - np.log(np.exp(values).sum()))


def _exponent(error: Array, variance: Scalar) -> Scalar:
    return -(error * error).sum() / (2 * variance)


def _activation(z: Array) -> Array:
    return np.asarray(z - z * z * z / 4)


def _slope(z: Array) -> Array:
    return np.asarray(1 - 3 * z * z / 4)
