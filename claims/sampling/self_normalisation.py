"""Dividing by the sum of the weights: consistent, biased, and blind to constants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...reference.arithmetic import Array, exact, sqrt
from ...reference.sampling import (
    Draw,
    chi_square,
    expectation,
    importance_weights,
    sampled_actions,
    self_normalised,
    self_normalised_limit,
    self_normalised_logit_gradient,
)
from ..evidence import Counterexample, counterexample, fact, identity, inequality, tight
from .cases import VineState, vine_states

COUNTS = (1, 2, 3)


def certain(target: Any, old: Any, sampling: Any, values: Any) -> VineState:
    """A root state whose Q̂ is Q."""
    return VineState(exact(target), exact(old), exact(sampling), exact(values)[:, None], exact([[1]] * len(values)))


def mean_estimate(case: VineState, count: int) -> Any:
    """E[L] of K actions from q = π_old with weights π_θ/π_old; π_θ mixed half with π_old, so that no weight is 0."""

    def program(draw: Draw) -> Any:
        _, weights, values = sampled_actions(draw, case.estimate, mixed(case), case.old, 0, count)
        return self_normalised(weights, values)

    return expectation(program)


def mixed(case: VineState) -> Array:
    """(π_θ + π_old)/2: a target of full support."""
    return np.asarray((case.target + case.old) / exact(2).item())


@identity("vine-self-normalised", cases=vine_states())
def the_weights_that_are_consistent(case: VineState) -> tuple[Any, Any]:
    """lim_{K→∞} L = E_π Q with weights π/q for any q, and as printed, with π/π_old, for q = π_old."""
    Q, pi = case.action_values, case.target
    by_sampling = self_normalised_limit(pi, case.sampling, case.sampling, Q)
    as_printed = self_normalised_limit(pi, case.old, case.old, Q)
    return np.array([by_sampling, as_printed]), (pi * Q).sum()


@counterexample("vine-self-normalised")
def actions_from_another_distribution() -> Counterexample:
    """Weights π_θ/π_old with actions from q ≠ π_old converge to something else."""
    pi, old, Q = exact(["1/2", "1/2"]), exact(["3/4", "1/4"]), exact([0, 1])
    return Counterexample(
        "π_old = (3/4, 1/4), π_θ = q = (1/2, 1/2), Q = (0, 1), K → ∞",
        ("limit of (16)", self_normalised_limit(pi, old, pi, Q)),
        "≠",
        ("E_{π_θ} Q", (pi * Q).sum()),
    )


@fact("vine-self-normalised")
def a_bias_that_fades() -> str:
    """π_old = q = (3/4, 1/4), π_θ = (1/2, 1/2), Q = (0, 1): E L = 1/4, 11/32, 109/280, 1063/2560; the truth is 1/2."""
    case = certain(["1/2", "1/2"], ["3/4", "1/4"], ["3/4", "1/4"], [0, 1])

    def mean(count: int) -> Any:
        def program(draw: Draw) -> Any:
            _, weights, values = sampled_actions(draw, case.estimate, case.target, case.old, 0, count)
            return self_normalised(weights, values)

        return expectation(program)

    found = [mean(count) for count in (1, 2, 3, 4)]
    assert found == list(exact(["1/4", "11/32", "109/280", "1063/2560"])), found
    return ", ".join(map(str, found))


@inequality("vine-self-normalised", cases=vine_states())
def bias_within(case: VineState) -> tuple[Any, Any]:
    """|E L − E_π Q| ≤ ½ (max Q̂ − min Q̂) √(χ²(π‖q)/K): biased for finite K, consistent as K → ∞.

    With W = Σw/K, E W = 1 and E[W L] = E_π Q: the bias is E[(L − c)(1 − W)] for any constant c. Take the middle of
    the range of Q̂, so that |L − c| is at most half of it, and E|1 − W| ≤ √Var W = √(χ²/K).
    """
    target = mixed(case)
    truth = (target * case.action_values).sum()
    spread = (case.values.max() - case.values.min()) / exact(2).item()
    gaps = [abs(mean_estimate(case, count) - truth) for count in COUNTS]
    limits = [spread * sqrt(np.asarray(chi_square(target, case.old) / count)).item() for count in COUNTS]
    return np.array(gaps), np.array(limits)


@tight("vine-self-normalised", of=bias_within, reaches=1)
def one_sample_of_two() -> Iterator[VineState]:
    """Fair q and K = 1: L ignores π altogether, and |w − 1| is the same for both actions."""
    yield certain([1, 0], ["1/2", "1/2"], ["1/2", "1/2"], [1, -1])


@identity("vine-self-normalised-k1", cases=vine_states())
def one_action_ignores_the_policy(case: VineState) -> tuple[Any, Any]:
    """K = 1: L = Q̂(a) whatever π_θ is, and its gradient is 0."""
    target, actions = mixed(case), range(len(case.target))
    weights = importance_weights(target, case.sampling)
    left = [self_normalised(weights[[a]], case.values[a, :1]) for a in actions]
    gradients = [
        self_normalised_logit_gradient(target, np.array([a]), weights[[a]], case.values[a, :1]) for a in actions
    ]
    return np.column_stack([left, gradients]), np.column_stack([case.values[:, 0], 0 * np.array(gradients)])


@identity("vine-self-normalised-k1", cases=vine_states())
def gradient_falls_short(case: VineState) -> tuple[Any, Any]:
    """At π_θ = π_old = q: E ∂L/∂θ_b = (K−1)/K · π(b)(Q(b) − E_π Q), the softmax policy gradient of E_π Q."""
    pi, Q = case.old, case.action_values

    def mean(count: int) -> Any:
        def program(draw: Draw) -> Any:
            actions, weights, values = sampled_actions(draw, case.estimate, pi, pi, 0, count)
            return self_normalised_logit_gradient(pi, actions, weights, values)

        return expectation(program)

    truth = pi * (Q - (pi * Q).sum())
    shares = [exact(count - 1).item() / count for count in COUNTS]
    return np.array([mean(count) for count in COUNTS]), np.array([share * truth for share in shares])


@identity("vine-self-normalised-shift", cases=vine_states())
def constants_pass_through(case: VineState) -> tuple[Any, Any]:
    """L(Q̂ + b) = L(Q̂) + b and ∂L/∂θ does not see b, for every sample of K = 3 actions, at any π_θ."""
    target, shift = mixed(case), exact("-13/8").item()
    weights = importance_weights(target, case.sampling)
    samples = np.stack(np.meshgrid(*[np.arange(len(target))] * 3), axis=-1).reshape(-1, 3)
    left, right = [], []
    for actions in samples:
        w, values = weights[actions], case.values[actions, 0]
        left += [
            self_normalised(w, values + shift),
            *self_normalised_logit_gradient(target, actions, w, values + shift),
        ]
        right += [self_normalised(w, values) + shift, *self_normalised_logit_gradient(target, actions, w, values)]
    return np.array(left), np.array(right)


@fact("vine-self-normalised-shift")
def plain_weights_need_a_baseline() -> str:
    """Plain weights see b: π_θ = (1, 0), q = (1/2, 1/2), K = 1: w Q̂ is 2Q̂ or 0, and b moves it by 2b or 0, not b."""
    weights, shift = importance_weights(exact([1, 0]), exact(["1/2", "1/2"])), exact(1).item()
    moves = [weight * (0 + shift) - weight * 0 for weight in weights]
    assert moves == [2, 0]
    return f"b = 1 moves the plain estimate by {moves[0]} or {moves[1]}"
