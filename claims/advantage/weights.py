"""The weights of the average, and what they do to a sum."""

from __future__ import annotations

import numpy as np

from ...invariants.advantage.strategies import Trajectories, trajectories
from ...reference.advantage_estimation import (
    average_weights,
    bias_factor,
    infinite_weighted_average,
)
from ...reference.arithmetic import Array, exact
from ..evidence import Counterexample, counterexample, fact, identity
from .cases import Critic, critics

ONE_TRAJECTORY = trajectories(max_steps=8, max_environments=1)


@identity("gae-weights-sum", cases=critics(max_states=1, max_steps=12))
def weights_sum_to_one_less_the_rest(case: Critic) -> tuple[Array, Array]:
    """(1−λ) Σ_{n≤T} λⁿ⁻¹ = 1 − λᵀ → 1 for λ < 1; with λᵀ⁻¹ for the longest estimate the sum is 1 for every λ and T."""
    weights = average_weights(case.lam, case.steps)
    of_the_average = sum((1 - case.lam) * case.lam ** (n - 1) for n in range(1, case.steps + 1))
    one = case.lam**0
    return np.array([of_the_average, weights.sum()]), np.array([one - case.lam**case.steps, one])


@counterexample("gae-weights-sum")
def no_weights_at_lambda_1() -> Counterexample:
    """λ < 1 is needed: at λ = 1 each weight of the infinite average is 0."""
    one = exact(1).item()
    weights = [(1 - one) * one ** (n - 1) for n in range(1, 1001)]
    return Counterexample("λ = 1, the first 1000 weights", ("1", one), "≠", ("Σ (1−λ) λⁿ⁻¹", sum(weights)))


@identity("gae-rule-of-thumb", cases=ONE_TRAJECTORY)
def discounted_sum_of_discounted_sums(case: Trajectories) -> tuple[Array, Array]:
    """(1−λ) Σ_n λⁿ⁻¹ Σ_{t<n} γᵗ x_t = Σ_t (γλ)ᵗ x_t, for sums cut after T terms and for x constant from T on."""
    gamma, lam, x = case.gamma / 2, case.lam / 2, case.rewards[:, 0]
    steps, powers = len(x), np.arange(len(x))
    inner = np.cumsum(gamma**powers * x)
    right = ((gamma * lam) ** powers * x).sum()
    cut = (average_weights(lam, steps) * inner).sum()
    endless = infinite_weighted_average(x, 0 * x, x[-1], 0 * gamma, gamma=gamma, lam=lam)
    rest = (gamma * lam) ** steps * x[-1] / (1 - gamma * lam)
    return np.array([cut, endless]), np.array([right, right + rest])


@fact("gae-longer-rollouts", cases=critics(max_states=1, max_steps=8))
def a_longer_rollout_leans_less_on_its_end(case: Critic) -> str:
    """The weight λᵀ⁻¹ of the cut estimate Ψ₍T₎ falls with T, and so does the worst bias Σ_n w_n γⁿ of the critic."""
    gamma, lam, steps = case.mdp.discount, case.lam, case.steps
    last, next_last = average_weights(lam, steps)[-1], average_weights(lam, steps + 1)[-1]
    factor, next_factor = bias_factor(gamma, lam, steps=steps), bias_factor(gamma, lam, steps=steps + 1)
    assert last == lam ** (steps - 1), f"the last weight is {last}: {case}"
    assert next_last <= last, f"the weight of the end rises from {last} to {next_last}: {case}"
    assert next_factor <= factor, f"the worst bias rises from {factor} to {next_factor}: {case}"
    return f"T = {steps}, λ = {lam}: weight {last}, then {next_last}; bias factor {factor}, then {next_factor}"


@fact("a2c-short-rollouts", cases=critics(max_states=1, max_steps=8))
def lambda_1_has_the_least_worst_bias(case: Critic) -> str:
    """Over T steps the worst bias γᵀ of λ = 1 is at most that of any λ; at T = 1 all λ are one estimator."""
    gamma, one = case.mdp.discount, case.lam**0
    least, factor = bias_factor(gamma, one, steps=case.steps), bias_factor(gamma, case.lam, steps=case.steps)
    assert least == gamma**case.steps, f"λ = 1 has the factor {least}: {case}"
    assert least <= factor, f"λ = {case.lam} has the smaller factor {factor} < {least}: {case}"
    assert case.steps > 1 or factor == gamma, f"one step with λ = {case.lam} has the factor {factor}: {case}"
    return f"T = {case.steps}, γ = {gamma}: {least} at λ = 1, {factor} at λ = {case.lam}"
