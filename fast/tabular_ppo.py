"""PPO on small state spaces: the networks of `ActorCritic` without hidden layers are tables, W [S, A] and V [S].

A state is its one-hot row, so that a row of W is the logits of a state. Everything else is the code for networks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from .actor_critic import ActorCritic, Floats
from .distributions import categorical_log_prob
from .environments import Spaces, vectorised
from .ppo import PPO
from .ppo_config import PPOConfig
from .ppo_gradient import Batch, Coefficients
from .ppo_update import gradient_of
from .rollout import Collector, Rollout

__all__ = ["SMALL", "play", "ppo_step", "table_of", "train"]

NEVER = np.float32(-1e4)
"""The logit of an action that is never taken; its exponential is 0 in float32."""
SMALL = PPOConfig(hidden=(), environments=4, steps=64, epochs=4, minibatch_size=64, learning_rate=0.02)
"""What `train` learns with."""


def table(logits: Floats, values: Floats) -> ActorCritic:
    """Networks whose outputs in state s are logits[s] and values[s]."""
    states, actions = logits.shape
    network = ActorCritic(states, (), actions, discrete=True)
    network.actor.views(network.actor_parameters)[0][0][:] = logits
    network.critic.views(network.critic_parameters)[0][0][:, 0] = values
    return network


def table_of(policy: NDArray[Any], values: NDArray[Any]) -> ActorCritic:
    """The table of the logits log π(a|s), `NEVER` where π is 0, and of V(s)."""
    with np.errstate(divide="ignore"):
        logits = np.maximum(np.log(policy).astype(np.float32), NEVER)
    return table(logits, values.astype(np.float32))


def ppo_step(
    logits: Floats,
    states: NDArray[np.int64],
    actions: NDArray[np.int64],
    advantages: Floats,
    *,
    clip_range: float,
    learning_rate: float,
    epochs: int,
) -> Floats:
    """θ ← θ + α ∇ mean min(ρÂ, clip(ρ, 1 ± ε) Â), `epochs` times, ρ against the first θ, on the whole batch; [S, A]."""
    network = table(logits, np.zeros(len(logits), np.float32))
    (weights, _) = network.actor.views(network.actor_parameters)[0]
    shown, taken = np.eye(len(logits), dtype=np.float32)[states], actions[:, None].astype(np.float32)
    nothing = np.zeros(len(states), np.float32)
    old = categorical_log_prob(network.outputs(shown), actions)
    batch = Batch(shown, taken, old, nothing, advantages, nothing)
    numbers = Coefficients(learning_rate, clip_range, inf, 0.0, 0.0, inf, inf, False, 0.0, 0.0, 0.0)
    for _ in range(epochs):
        gradient, _ = gradient_of(network, batch, numbers)
        weights -= np.float32(learning_rate) * network.actor.views(gradient[: network.actor.size])[0][0]
    return weights.copy()


def play(
    make_env: Callable[[], gymnasium.Env[Any, Any]],
    policy: NDArray[Any],
    values: NDArray[Any],
    *,
    steps: int,
    envs: int,
    gamma: float,
    lam: float,
    seed: int,
) -> Rollout:
    """A rollout of T = `steps` and N = `envs` by the agent's own collector."""
    environments = vectorised(make_env, envs)
    try:
        collector = Collector(environments, Spaces(environments))
        collector.begin(seed)
        random = np.random.default_rng(seed)
        return collector.collect(table_of(policy, values), random, steps, gamma=gamma, lam=lam)
    finally:
        environments.close()


def train(make_env: Callable[[], gymnasium.Env[Any, Any]], *, steps: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """PPO with a table for a policy; π [S, A] after each update."""
    agent = PPO(make_env, PPOConfig(**{**SMALL.as_dict(), "seed": seed}))
    every = np.eye(agent.network.inputs, dtype=np.float32)
    for _ in agent.updates(steps):
        logits = agent.network.outputs(every).astype(np.float64)
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        yield weights / weights.sum(axis=1, keepdims=True)
