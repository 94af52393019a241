"""The whole of PPO for a tabular softmax policy, slowly, from a rollout to new tables.

Schulman et al. (2017), "Proximal policy optimization algorithms", algorithm 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..advantage_estimation import generalized_advantage_estimation
from ..arithmetic import Arithmetic, Array, Scalar, arithmetic_of, convert, exp
from ..domain import require
from ..softmax import log_softmax
from .advantage_normalisation import normalised_advantages
from .clipped_objective import policy_loss_gradients
from .entropy import entropy_gradient
from .ratio import probability_ratio
from .value_loss import value_loss_gradients

__all__ = ["PPOResult", "PPORollout", "PPOSettings", "minibatches", "ppo_update"]


@dataclass(frozen=True, eq=False)
class PPORollout:
    """``states, next_states, actions`` ``[T, N]`` as indices, ``rewards`` ``[T, N]``, flags ``terminated, truncated``.

    ``next_states[t]`` is the state that step t reached, before any reset.
    """

    states: Array
    actions: Array
    rewards: Array
    next_states: Array
    terminated: Array
    truncated: Array


@dataclass(frozen=True, eq=False)
class PPOSettings:
    """Numbers of one update; ``value_clip_range=None`` is the plain squared error."""

    gamma: Scalar
    lam: Scalar
    clip_range: Scalar
    actor_rate: Scalar
    critic_rate: Scalar
    minibatch_size: int
    value_clip_range: Scalar | None = None
    entropy_coefficient: Scalar = 0
    normalise: bool = False

    def __post_init__(self) -> None:
        """Refuse numbers outside their ranges."""
        require(
            vars(self),
            gamma="[0, 1]",
            lam="[0, 1]",
            clip_range="[0, 1)",
            actor_rate="(-∞, ∞)",
            critic_rate="(-∞, ∞)",
            minibatch_size="≥ 1",
            value_clip_range="[0, ∞]",
            entropy_coefficient="(-∞, ∞)",
        )


@dataclass(eq=False)
class PPOResult:
    """New ``logits[S, A]`` and ``critic[S]``, with what each minibatch saw: its indices and ratios."""

    logits: Array
    critic: Array
    advantages: Array
    targets: Array
    indices: list[Array] = field(default_factory=list)
    ratios: list[Array] = field(default_factory=list)


def minibatches(order: Array, *, size: int) -> list[Array]:
    """An epoch's indices, cut into parts of ``size``; a remainder is a smaller part of its own.

    Huang et al. (2022), "The 37 implementation details of proximal policy optimization", detail 6.

    Raises
    ------
    ValueError: ``order`` is not a permutation of 0 … B−1, or size < 1.
    """
    if size < 1 or not np.array_equal(np.sort(order), np.arange(len(order))):
        raise ValueError(f"an epoch needs a size of at least 1, not {size}, and each index once")
    return [order[start : start + size] for start in range(0, len(order), size)]


def ppo_update(logits: Array, critic: Array, rollout: PPORollout, settings: PPOSettings, orders: Array) -> PPOResult:
    """One update: GAE, targets, then an epoch of minibatch steps for each row of ``orders[epochs, T·N]``.

    Â and y = Â + V are made once, from the critic that collected. Each minibatch takes one plain gradient step: the
    actor up mean min(ρÂ, clip(ρ)Â) + c mean H, the critic down mean max((V − y)², (V^clip − y)²). At a kink
    the derivative from below is taken. Rational tables become balls.

    Raises
    ------
    ValueError: an order is not a permutation, or balls do not decide on which side of a kink a ratio lies.
    """
    require(
        {"logits": logits, "critic": critic, **vars(rollout)},
        logits="S A",
        critic="S",
        states="T N of S",
        actions="T N of A",
        rewards="T N",
        next_states="T N of S",
        terminated="T N of 2",
        truncated="T N of 2",
    )
    if np.shape(orders)[1:] != (rollout.rewards.size,):
        raise ValueError(f"orders have shape {np.shape(orders)}; an epoch visits {rollout.rewards.size} steps")
    values = critic[rollout.states]
    advantages = generalized_advantage_estimation(
        rollout.rewards,
        values,
        critic[rollout.next_states],
        rollout.terminated,
        rollout.truncated,
        gamma=settings.gamma,
        lam=settings.lam,
    )
    result = PPOResult(logits, critic, advantages, advantages + values)
    old_log_probs = log_softmax(logits)
    for order in orders:
        for part in minibatches(order, size=settings.minibatch_size):
            _actor_step(result, rollout, settings, old_log_probs, part)
            _critic_step(result, rollout, settings, critic, part)
            result.indices.append(part)
    return result


def _actor_step(
    result: PPOResult, rollout: PPORollout, settings: PPOSettings, old_log_probs: Array, part: Array
) -> None:
    states, actions = rollout.states.ravel()[part], rollout.actions.ravel()[part]
    advantages = result.advantages.ravel()[part]
    if settings.normalise:
        advantages = normalised_advantages(advantages)
    log_probs = log_softmax(result.logits)
    now, before = log_probs[states, actions], old_log_probs[states, actions]
    below, above = policy_loss_gradients(now, before, advantages, clip_range=settings.clip_range)
    if arithmetic_of(below) is Arithmetic.BALL and np.any(~(below == above) & ((below == 0) | (above == 0))):
        raise ValueError("a ratio lies on a kink, or too near it for this precision")
    result.ratios.append(probability_ratio(now, before))
    policy = exp(log_probs)
    bonus = settings.entropy_coefficient * entropy_gradient(policy[states]) / len(part)
    step = 0 * policy
    for row, (state, action) in enumerate(zip(states, actions, strict=True)):
        score = convert(np.arange(policy.shape[1]) == action, arithmetic_of(policy)) - policy[state]
        step[state] = step[state] - below[row] * score + bonus[row]
    result.logits = result.logits + settings.actor_rate * step


def _critic_step(result: PPOResult, rollout: PPORollout, settings: PPOSettings, old_critic: Array, part: Array) -> None:
    states = rollout.states.ravel()[part]
    slopes, _ = value_loss_gradients(
        result.critic[states],
        old_critic[states],
        result.targets.ravel()[part],
        clip_range=settings.value_clip_range,
    )
    step = 0 * result.critic
    for state, slope in zip(states, slopes, strict=True):
        step[state] = step[state] + slope
    result.critic = result.critic - settings.critic_rate * step
