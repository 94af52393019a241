"""The oracle of ``collect``: play, one environment after the other, and estimate advantages by the definition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...reference.advantage_estimation import generalized_advantage_estimation
from ...reference.arithmetic import Array

__all__ = ["Played", "Rollout", "assembled", "collect", "play"]


@dataclass(frozen=True)
class Rollout:
    """What ``collect`` returns, each ``[T, N]``."""

    states: Array
    actions: Array
    rewards: Array
    advantages: Array
    returns: Array
    log_probs: Array


@dataclass(frozen=True)
class Played:
    """What a collector sees: ``reached`` is the state that a step led to, ``following`` the one it acts in next."""

    states: Array
    actions: Array
    rewards: Array
    reached: Array
    following: Array
    terminated: Array
    truncated: Array


def collect(
    make_env: Callable[[], Any],
    policy: Array,
    values: Array,
    *,
    steps: int,
    envs: int,
    gamma: float,
    lam: float,
    seed: int,
) -> Rollout:
    """a_t ~ π(·|s_t); Â_t by the recursion, V of the state really reached, and nothing beyond an ending."""
    played = play(make_env, policy, steps, envs, seed)
    advantages = generalized_advantage_estimation(
        played.rewards,
        values[played.states],
        values[played.reached],
        played.terminated,
        played.truncated,
        gamma=gamma,
        lam=lam,
    )
    return assembled(played, policy, values, advantages)


def play(
    make_env: Callable[[], Any],
    policy: Array,
    steps: int,
    envs: int,
    seed: int,
    *,
    copies: bool = False,
    reseeded: bool = False,
) -> Played:
    """Play; ``copies`` gives all environments one seed, ``reseeded`` starts every episode with it."""
    rows = []
    for n in range(envs):
        own = seed if copies else seed + 7919 * n
        env, generator = make_env(), np.random.default_rng([own, 1])  # not the stream of the environment
        state, _ = env.reset(seed=own)
        column = []
        for _ in range(steps):
            action = int(generator.choice(policy.shape[1], p=policy[state]))
            reached, reward, terminated, truncated, _ = env.step(action)
            following = env.reset(seed=own if reseeded else None)[0] if terminated or truncated else reached
            column.append((state, action, reward, reached, following, terminated, truncated))
            state = following
        rows.append(column)
    parts = [np.array([[entry[i] for entry in column] for column in rows]).T for i in range(7)]
    return Played(*parts)


def assembled(played: Played, policy: Array, values: Array, advantages: Array) -> Rollout:
    """The rollout of what was played."""
    return Rollout(
        played.states,
        played.actions,
        played.rewards,
        advantages,
        advantages + values[played.states],
        np.log(policy[played.states, played.actions]),
    )
