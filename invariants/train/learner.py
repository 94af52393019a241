"""The oracle of ``train``: clipped ascent on the table of logits, rollout after rollout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...reference.advantage_estimation import generalized_advantage_estimation
from ...reference.arithmetic import Array
from ...reference.softmax import softmax
from ..update.ascent import ascend

__all__ = ["Player", "train"]

ROLLOUT = 64
"""Steps between two updates."""
Player = Callable[[list[Array]], Array]
"""Which policy plays the next rollout, of those so far, the one before any update first."""


def newest(policies: list[Array]) -> Array:
    """The policy after the last update."""
    return policies[-1]


def train(make_env: Callable[[], Any], *, steps: int, seed: int, player: Player = newest) -> Iterator[Array]:
    """θ ← θ + ∇ of the clipped objective, four times a rollout; yields π ``[S, A]`` after each rollout."""
    env, generator = make_env(), np.random.default_rng([seed, 1])
    logits = np.zeros((env.observation_space.n, env.action_space.n))
    policies = [softmax(logits)]
    state, _ = env.reset(seed=seed)
    for _ in range(-(-steps // ROLLOUT)):
        policy, rows = player(policies), []
        for _ in range(ROLLOUT):
            action = int(generator.choice(policy.shape[1], p=policy[state]))
            reached, reward, terminated, truncated, _ = env.step(action)
            rows.append((state, action, reward, terminated, truncated))
            state = env.reset()[0] if terminated or truncated else reached
        states, actions, rewards, ended, cut = map(np.array, zip(*rows, strict=True))
        nothing = np.zeros((ROLLOUT, 1))
        returns = generalized_advantage_estimation(
            rewards[:, None], nothing, nothing, ended[:, None], cut[:, None], gamma=0.9, lam=1.0
        )[:, 0]
        advantages = (returns - returns.mean()) / (returns.std() + 1e-8)
        logits = ascend(logits, states, actions, advantages, clip_range=0.875, learning_rate=4.0, epochs=4)
        policies.append(softmax(logits))
        yield policies[-1]
