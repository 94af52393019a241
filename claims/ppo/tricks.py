"""Entropy bonus, initialisation, schedules, optimiser and clipped gradients."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...invariants.mdps import OnePolicy, one_policy
from ...reference.arithmetic import Array, exact, log, sqrt
from ...reference.ppo import (
    adam_steps,
    annealed,
    clipped_by_norm,
    entropy,
    entropy_gradient,
    orthogonal_weights,
)
from ...reference.tabular_mdp import TabularMDP
from ..evidence import identity, inequality, tight
from .cases import Advantages, Matrix, advantage_batches, matrices

TINY = exact("1/100000").item()
RATES = {"beta_1": exact("9/10").item(), "beta_2": exact("999/1000").item(), "epsilon": TINY}


@identity("ppo-entropy-loss", cases=one_policy(positive=True, max_states=2))
def entropy_slope_through_the_jacobian(case: OnePolicy) -> tuple[Array, Array]:
    """∂H/∂θ_b = −π(b)(log π(b) + H) = −Σ_a (log π(a) + 1) π(a)(1[a=b] − π(b)), the chain rule."""
    policy, identity_matrix = case.policy, exact(np.eye(case.mdp.actions, dtype=int))
    jacobian = policy[:, :, None] * (identity_matrix - policy[:, None, :])
    return entropy_gradient(policy), -np.einsum("sa,sab->sb", log(policy) + 1, jacobian)


@inequality("ppo-entropy-loss", cases=one_policy(positive=True, max_states=2))
def entropy_is_at_most_that_of_the_uniform_policy(case: OnePolicy) -> tuple[Array, Array]:
    """Σ_s H(π(·|s)) ≤ (1 + 2⁻⁴⁰) S log A: the bonus pulls towards the uniform policy, where its slope vanishes."""
    slack = 1 + exact(1).item() / 2**40
    return np.asarray(entropy(case.policy).sum()), slack * case.mdp.states * log(exact(case.mdp.actions))


@tight("ppo-entropy-loss", of=entropy_is_at_most_that_of_the_uniform_policy, reaches="999999/1000000")
def nearly_uniform_policies() -> Iterator[OnePolicy]:
    """Policies that differ from the uniform one by 2⁻²⁰."""
    mdp = TabularMDP(exact([[[1], [1]]]), exact([[0, 0]]), exact([1]), exact(0).item())
    share = exact(1).item() / 2 + exact(1).item() / 2**20
    yield OnePolicy(mdp, exact([[share, 1 - share]]))


@identity("ppo-orthogonal-init", cases=matrices())
def weights_have_a_diagonal_gram_matrix(case: Matrix) -> tuple[Array, Array]:
    """WᵀW = gain² I for tall W, WWᵀ = gain² I for wide W."""
    weights = orthogonal_weights(case.entries, gain=case.gain)
    gram = weights.T @ weights if weights.shape[0] >= weights.shape[1] else weights @ weights.T
    return gram, case.gain**2 * exact(np.eye(len(gram), dtype=int))


@identity("ppo-orthogonal-init", cases=matrices())
def weights_span_what_the_columns_span(case: Matrix) -> tuple[Array, Array]:
    """M = Q R with R = QᵀM upper triangular, Q the weights for gain 1 and M tall: no column is lost."""
    tall = case.entries if case.entries.shape[0] >= case.entries.shape[1] else case.entries.T
    weights = orthogonal_weights(tall)
    triangle = weights.T @ tall
    below = triangle[np.tril_indices(len(triangle), -1)]
    return np.append(weights @ triangle, below), np.append(tall, 0 * below)


@identity("ppo-eps-annealing", "ppo-adam-lr-anneal-tanh-gradclip", cases=advantage_batches())
def schedule_falls_evenly(case: Advantages) -> tuple[Array, Array]:
    """x_k − x_{k+1} = x₀/K for k = 0 … K−1, from x₀ in the first update; the last one still has x₀/K, and x_K = 0."""
    updates = len(case.advantages)
    path = np.array([annealed(case.factor, k, updates) for k in range(updates + 1)])
    ends = np.array([path[0], path[-2], path[-1]])
    return (
        np.append(path[:-1] - path[1:], ends),
        np.append(exact([case.factor / updates] * updates), exact([case.factor, case.factor / updates, 0])),
    )


@identity("ppo-adam-lr-anneal-tanh-gradclip", cases=advantage_batches())
def first_step_of_adam_is_a_sign(case: Advantages) -> tuple[Array, Array]:
    """Δ₁ = −α g/(|g| + ε) entry by entry: the first step is about α long, whatever the size of the gradient."""
    step = adam_steps(case.advantages[None], learning_rate=case.factor, **RATES)[0]
    return step, -case.factor * case.advantages / (np.abs(case.advantages) + TINY)


@inequality("ppo-adam-lr-anneal-tanh-gradclip", cases=advantage_batches())
def equal_gradients_make_steps_of_the_learning_rate(case: Advantages) -> tuple[Array, Array]:
    """|Δ_k| ≤ α as long as the gradient stays what it is."""
    steps = adam_steps(np.stack([case.advantages] * 3), learning_rate=case.factor, **RATES)
    return np.abs(steps), case.factor


@tight("ppo-adam-lr-anneal-tanh-gradclip", of=equal_gradients_make_steps_of_the_learning_rate, reaches="999999/1000000")
def large_gradients() -> Iterator[Advantages]:
    """Gradients beside which ε is nothing."""
    one = exact(1).item()
    yield Advantages(exact([1000, -2000]), one, one)


@identity("ppo-adam-lr-anneal-tanh-gradclip", cases=advantage_batches())
def clipped_gradient_keeps_its_direction(case: Advantages) -> tuple[Array, Array]:
    """ĝ max(1, ‖g‖/c) = g."""
    clipped = clipped_by_norm(case.advantages, max_norm=case.factor)
    square = (case.advantages**2).sum()
    stretch = sqrt(square) / case.factor if square > case.factor**2 else case.factor**0
    return clipped * stretch, case.advantages


@inequality("ppo-adam-lr-anneal-tanh-gradclip", cases=advantage_batches())
def clipped_gradient_is_no_longer_than_asked(case: Advantages) -> tuple[Array, Array]:
    """‖ĝ‖² ≤ c² (1 + 2⁻⁴⁰) and ‖ĝ‖² ≤ ‖g‖² (1 + 2⁻⁴⁰): the slack decides balls that touch."""
    clipped = clipped_by_norm(case.advantages, max_norm=case.factor)
    length, slack = (clipped**2).sum(), 1 + exact(1).item() / 2**40
    return np.stack([length, length]), np.stack([case.factor**2, (case.advantages**2).sum()]) * slack


@tight("ppo-adam-lr-anneal-tanh-gradclip", of=clipped_gradient_is_no_longer_than_asked, reaches="999999/1000000")
def gradient_longer_than_allowed() -> Iterator[Advantages]:
    """A gradient of length 5 cut to length 1."""
    one = exact(1).item()
    yield Advantages(exact([3, 4]), one, one)
