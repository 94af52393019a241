"""Variance of an estimate: ordered by N and λ for the exact critic, and only for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...reference.advantage_estimation import estimate_variance
from ...reference.arithmetic import Array, exact, solve
from ...reference.policy_evaluation import policy_transition
from ...reference.tabular_mdp import TabularMDP
from ..evidence import Counterexample, counterexample, identity, inequality, tight
from .cases import Critic, critics, gae_by_enumeration, n_step_by_enumeration


def squared_errors(case: Critic) -> tuple[Array, Array]:
    """Var(δ₀|s, a), ``[S, A]``, and E[δ_t² | s_t = s], ``[S]``, for the exact critic."""
    mdp = case.mdp
    errors = mdp.reward[:, :, None] + mdp.discount * case.values - case.values[:, None, None]
    mean, square = (mdp.transition * errors).sum(axis=-1), (mdp.transition * errors**2).sum(axis=-1)
    return square - mean**2, (case.policy * square).sum(axis=-1)


def fork(reward: int = 0, critic: tuple[int, int, int] = (0, 1, -1)) -> Critic:
    """A state s leads to x or y, half the time each; both stay where they are and earn ±reward."""
    half, zero = exact("1/2").item(), exact(0).item()
    transition = exact([[[0, "1/2", "1/2"]], [[0, 1, 0]], [[0, 0, 1]]])
    mdp = TabularMDP(transition, exact([[0], [reward], [-reward]]), exact([1, 0, 0]), half)
    return Critic(mdp, exact([[1], [1], [1]]), exact(critic), zero, zero + 1, 1)


@identity("psi-variance-ordering", cases=critics())
def n_step_variance_is_a_sum(case: Critic) -> tuple[Array, Array]:
    """V = V^π: Var Ψ₍ₙ₎ = Σ_{t<n} γ²ᵗ Var δ_t, since the δ_t are martingale differences; left over all rollouts."""
    right = case.right
    total, later = squared_errors(right)
    total, decay = total[0, 0], case.mdp.discount**2
    for t in range(1, case.steps):
        total += decay**t * (case.mdp.transition[0, 0] @ later)
        later = policy_transition(case.mdp, case.policy) @ later
    return n_step_by_enumeration(right)[1], np.asarray(total)


@inequality("psi-variance-ordering", cases=critics(max_steps=6))
def n_step_variance_rises(case: Critic) -> tuple[Array, Array]:
    """V = V^π: Var Ψ₍ₙ₎ ≤ Var Ψ₍ₙ₊₁₎ ≤ Var Ψ₍∞₎, at every state and action."""
    right, one = case.right, case.lam**0
    steps = (case.steps, case.steps + 1, None)
    variances = [estimate_variance(case.mdp, case.policy, right.values, lam=one, steps=n) for n in steps]
    return np.stack(variances[:-1]), np.stack(variances[1:])


@tight("psi-variance-ordering", of=n_step_variance_rises, reaches=1)
def all_chance_in_the_first_step() -> Iterator[Critic]:
    """After the fork nothing is left to chance: a second step adds no variance."""
    yield fork(reward=1)


@counterexample("psi-variance-ordering")
def a_wrong_critic_is_noisier_than_the_return() -> Counterexample:
    """A critic that tells apart what is worth the same makes noise, which the return is free of."""
    case = fork()
    one = case.lam**0
    variances = [
        estimate_variance(case.mdp, case.policy, case.values, lam=one, steps=steps)[0, 0] for steps in (1, None)
    ]
    return Counterexample(
        "s → x or y half the time each, no rewards, V = (0, 1, −1), γ = 1/2",
        ("Var Ψ₍₁₎, said to be the lowest", variances[0]),
        ">",
        ("Var Ψ₍∞₎", variances[1]),
    )


@identity("gae-variance-monotone", cases=critics())
def gae_variance_is_a_sum(case: Critic) -> tuple[Array, Array]:
    """V = V^π: Var[Â|s, a] = Σ_t (γλ)²ᵗ Var δ_t, endless at every (s, a), and over all rollouts of T steps."""
    right, decay = case.right, (case.mdp.discount * case.lam) ** 2
    first, later = squared_errors(right)
    identity_matrix = exact(np.eye(case.mdp.states, dtype=int))
    summed = solve(identity_matrix - decay * policy_transition(case.mdp, case.policy), later)
    endless = estimate_variance(case.mdp, case.policy, right.values, lam=case.lam)
    total, here = first[0, 0], later
    for t in range(1, case.steps):
        total += decay**t * (case.mdp.transition[0, 0] @ here)
        here = policy_transition(case.mdp, case.policy) @ here
    return (
        np.append(endless.ravel(), gae_by_enumeration(right)[1].item()),
        np.append((first + decay * case.mdp.transition @ summed).ravel(), total),
    )


@inequality("gae-variance-monotone", cases=critics())
def gae_variance_rises_with_lambda(case: Critic) -> tuple[Array, Array]:
    """V = V^π: Var[Â|s, a] at λ ≤ λ' is at most that at λ', endless and over T steps."""
    low, high = sorted((case.lam, case.other_lam))
    values = case.right.values
    sides = [
        np.stack([estimate_variance(case.mdp, case.policy, values, lam=lam, steps=n) for n in (case.steps, None)])
        for lam in (low, high)
    ]
    return sides[0], sides[1]


@tight("gae-variance-monotone", of=gae_variance_rises_with_lambda, reaches=1)
def all_chance_before_lambda_counts() -> Iterator[Critic]:
    """After the fork nothing is left to chance, and λ weighs only what comes after it."""
    yield replace(fork(reward=1), steps=3)


@counterexample("gae-variance-monotone")
def a_wrong_critic_is_noisiest_at_lambda_0() -> Counterexample:
    """V = V^π is needed: what a wrong critic adds at one step, λ = 1 takes away at the next."""
    case = fork()
    variances = [
        estimate_variance(case.mdp, case.policy, case.values, lam=lam)[0, 0] for lam in (case.lam, case.other_lam)
    ]
    return Counterexample(
        "s → x or y half the time each, no rewards, V = (0, 1, −1), γ = 1/2",
        ("Var Â at λ = 0", variances[0]),
        ">",
        ("Var Â at λ = 1", variances[1]),
    )
