"""The N-step advantages, and GAE as a weighted average, a discounted sum and a recursion: one number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...invariants.advantage.strategies import Trajectories, trajectories
from ...reference.advantage_estimation import (
    generalized_advantage_estimation,
    infinite_weighted_average,
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


def float_bound_at_lambda_1(case: Trajectories) -> Array:
    """The same for the longest N-step advantage, which GAE is at λ = 1."""
    return float_bound(replace(case, lam=1.0))


def errors(case: Trajectories) -> Array:
    """δ_t, ``[T, N]``."""
    return td_errors(case.rewards, case.values, case.next_values, case.terminated, gamma=case.gamma)


def run_to_termination(case: Trajectories) -> Trajectories:
    """The same steps without time limits, the last one terminated."""
    terminated = case.terminated.copy()
    terminated[-1] = True
    return replace(case, terminated=terminated, truncated=np.zeros_like(terminated))


def shifted(array: Array) -> Array:
    """x_{t+1} at t, and 0 at the last step."""
    return np.concatenate([array[1:], 0 * array[-1:]])


@identity("psi-mc", cases=SHORT, bound=lambda case: float_bound_at_lambda_1(run_to_termination(case)))
def monte_carlo_is_return_less_value(case: Trajectories) -> tuple[Array, Array]:
    """Ψ₍∞₎(t) = Σ_l γˡ r_{t+l} − V(s_t) where every episode runs to its termination; the return by Horner's rule."""
    case = run_to_termination(case)
    total, returns = 0 * case.rewards[0], []
    for reward, end in zip(case.rewards[::-1], case.terminated[::-1], strict=True):
        total = reward + case.gamma * np.where(end, 0 * total, total)
        returns.append(total)
    return n_step_advantage(*case.batch, n=len(case.rewards), gamma=case.gamma), np.array(returns[::-1]) - case.values


@identity("psi-1step", "gae-lambda-0", cases=SHORT, bound=float_bound_at_lambda_1)
def lambda_0_is_the_one_step_error(case: Trajectories) -> tuple[Array, Array]:
    """Ψ₍₁₎(t) = r_t + γ V(s_{t+1}) − V(s_t) with V = 0 at a terminal state, and GAE at λ = 0 is just that."""
    one_step = n_step_advantage(*case.batch, n=1, gamma=case.gamma)
    at_zero = [form(*case.batch, gamma=case.gamma, lam=0 * case.lam) for form in (weighted_average, td_error_sum)]
    return np.stack([one_step, *at_zero]), np.stack([errors(case), one_step, one_step])


@identity("psi-nstep", cases=SHORT, bound=float_bound_at_lambda_1)
def n_step_return_unrolls_one_step(case: Trajectories) -> tuple[Array, Array]:
    """Ψ₍ₙ₎(t) + V(s_t) = G₍ₙ₎(t), where G₍ₙ₎(t) = r_t + γ G₍ₙ₋₁₎(t+1) and G₍₀₎(t) = V(s_t), for all n up to T."""
    ended = case.ended.copy()
    ended[-1] = True
    bootstrap = np.where(case.terminated, 0 * case.next_values, case.next_values)
    returns, sides = case.rewards + case.gamma * bootstrap, []
    for n in range(1, len(case.rewards) + 1):
        sides.append((n_step_advantage(*case.batch, n=n, gamma=case.gamma), returns - case.values))
        returns = case.rewards + case.gamma * np.where(ended, bootstrap, shifted(returns))
    left, right = zip(*sides, strict=True)
    return np.stack(left), np.stack(right)


@identity("td-sum-two", cases=SHORT)
def two_errors_make_two_steps(case: Trajectories) -> tuple[Array, Array]:
    """Ψ₍₁₎(t) + γ Ψ₍₁₎(t+1) = Ψ₍₂₎(t) where step t does not end the episode."""
    two_steps = n_step_advantage(*case.batch, n=2, gamma=case.gamma)
    goes_on = ~case.ended[:-1]
    return (errors(case)[:-1] + case.gamma * errors(case)[1:])[goes_on], two_steps[:-1][goes_on]


@identity("nstep-td-sum", cases=SHORT)
def n_errors_make_n_steps(case: Trajectories) -> tuple[Array, Array]:
    """Ψ₍ₙ₎(t) = Σ_{l=0}^{n−1} γˡ δ_{t+l}, the sum cut where the episode ends, for all n up to T."""
    ended = case.ended.copy()
    ended[-1] = True
    total, sides = 0 * case.rewards, []
    for n in range(1, len(case.rewards) + 1):
        total = errors(case) + case.gamma * np.where(ended, 0 * total, shifted(total))
        sides.append((n_step_advantage(*case.batch, n=n, gamma=case.gamma), total))
    left, right = zip(*sides, strict=True)
    return np.stack(left), np.stack(right)


@counterexample("nstep-td-sum", "gae-truncated")
def one_residual_too_many() -> Counterexample:
    """Σ_{t=0}^{N} has N+1 residuals; an N-step advantage has N of them, and one transition gives one."""
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


@identity("gae-definition", "gae-truncated", "gae-equivalent-form", cases=SHORT, bound=float_bound)
def weighted_average_is_td_error_sum(case: Trajectories) -> tuple[Array, Array]:
    """(1−λ) Σ_{n<m} λⁿ⁻¹ Ψ₍ₙ₎ + λᵐ⁻¹ Ψ₍ₘ₎ = Σ_{l<m} (γλ)ˡ δ_{t+l}, m the steps known from t on."""
    return weighted_average(*case.batch, **case.factors), td_error_sum(*case.batch, **case.factors)


@identity("gae-definition", "gae-equivalent-form", cases=SHORT)
def infinite_average_is_infinite_sum(case: Trajectories) -> tuple[Array, Array]:
    """(1−λ) Σ_{n≥1} λⁿ⁻¹ Ψ₍ₙ₎ = Σ_{l≥0} (γλ)ˡ δ_l for γ, λ < 1, along an infinite trajectory that becomes constant."""
    gamma, lam = case.gamma / 2, case.lam / 2
    rewards, values = case.rewards[:, 0], case.values[:, 0]
    last_reward, last_value = rewards[-1], case.next_values[-1, 0]
    no = np.zeros(len(rewards), dtype=bool)
    start = td_error_sum(rewards, values, np.append(values[1:], last_value), no, no, gamma=gamma, lam=lam)[0]
    rest = (last_reward + gamma * last_value - last_value) / (1 - gamma * lam)
    average = infinite_weighted_average(rewards, values, last_reward, last_value, gamma=gamma, lam=lam)
    return np.asarray(average), np.asarray(start + (gamma * lam) ** len(rewards) * rest)


@identity("gae-recursion-done", cases=SHORT, bound=float_bound)
def recursion_is_td_error_sum(case: Trajectories) -> tuple[Array, Array]:
    """Â_t = δ_t + γλ(1−end_t) Â_{t+1} sums each episode of a concatenation by itself."""
    return generalized_advantage_estimation(*case.batch, **case.factors), td_error_sum(*case.batch, **case.factors)


@identity("gae-lambda-1", cases=SHORT, bound=float_bound_at_lambda_1)
def lambda_1_is_the_longest_estimate(case: Trajectories) -> tuple[Array, Array]:
    """GAE at λ = 1 is Ψ₍T₎: Monte Carlo where the episode terminated, else the longest bootstrap there is."""
    at_one = [form(*case.batch, gamma=case.gamma, lam=case.lam**0) for form in (weighted_average, td_error_sum)]
    longest = n_step_advantage(*case.batch, n=len(case.rewards), gamma=case.gamma)
    return np.stack(at_one), np.stack([longest, longest])
