"""GAE is a weighted average, a discounted sum and a recursion: three forms, one number."""

from __future__ import annotations

import numpy as np

from ...invariants.advantage.strategies import Trajectories, trajectories
from ...reference.advantage_estimation import (
    generalized_advantage_estimation,
    n_step_advantage,
    td_error_sum,
    td_errors,
    weighted_average,
)
from ...reference.arithmetic import Array, exact
from ..evidence import Counterexample, counterexample, identity

SHORT = trajectories(max_steps=6, max_environments=2)


def float_bound(case: Trajectories) -> Array:
    """2u (3(T−t)+4) Σ (γλ)ˡ (|r| + γ|V'| + |V|): twice the roundings on the longest path of the recursion."""
    steps = len(case.rewards)
    magnitude = generalized_advantage_estimation(
        abs(case.rewards), -abs(case.values), abs(case.next_values), case.terminated, case.truncated, **case.factors
    )
    roundings = 3.0 * np.arange(steps, 0, -1)[:, None] + 4
    return np.asarray(magnitude * roundings * 2.0**-52)


@identity("gae-definition", "gae-truncated", "gae-equivalent-form", cases=SHORT, bound=float_bound)
def weighted_average_is_td_error_sum(case: Trajectories) -> tuple[Array, Array]:
    """(1−λ) Σ_{n<m} λⁿ⁻¹ Ψ₍ₙ₎ + λᵐ⁻¹ Ψ₍ₘ₎ = Σ_{l<m} (γλ)ˡ δ_{t+l}, m the steps known from t on."""
    return weighted_average(*case.batch, **case.factors), td_error_sum(*case.batch, **case.factors)


@identity("gae-recursion-done", cases=SHORT, bound=float_bound)
def recursion_is_td_error_sum(case: Trajectories) -> tuple[Array, Array]:
    """Â_t = δ_t + γλ(1−end_t) Â_{t+1} sums each episode of a concatenation by itself."""
    return generalized_advantage_estimation(*case.batch, **case.factors), td_error_sum(*case.batch, **case.factors)


@counterexample("nstep-td-sum")
def one_residual_too_many() -> Counterexample:
    """Σ_{t=0}^{N} has N+1 residuals; an N-step advantage has N of them."""
    zero, one = exact([0, 0]), exact([1, 1])
    no = zero != zero
    half = exact("1/2").item()
    residuals = td_errors(one, zero, zero, no, gamma=half)
    return Counterexample(
        "V = 0, rewards (1, 1), γ = 1/2, N = 1",
        ("Σ_{t=0}^{N} γᵗ δ_t", residuals[0] + half * residuals[1]),
        "≠",
        ("Ψ₍₁₎", n_step_advantage(one, zero, zero, no, no, n=1, gamma=half)[0]),
    )
