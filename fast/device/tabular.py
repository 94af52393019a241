"""PPO on small state spaces, on tensors of any device: a table is a perceptron without hidden layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gymnasium
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..distributions import CATEGORICAL, log_softmax
from ..ppo_config import PPOConfig
from ..tabular import TABLE
from ..tabular_ppo import SMALL, table_of
from .hosted import Hosted
from .perceptron import TensorPerceptron
from .ppo import DevicePPO
from .ppo_loss import policy_loss
from .rollout import DeviceRollout

__all__ = ["play", "ppo_step", "train"]


def ppo_step(
    logits: Tensor,
    states: Tensor,
    actions: Tensor,
    advantages: Tensor,
    *,
    clip_range: float,
    learning_rate: float,
    epochs: int,
) -> Tensor:
    """θ ← θ − α ∇L_policy(θ), ``epochs`` times, on the whole batch; ratios against the logits given, ``[S, A]``."""
    old = CATEGORICAL.log_prob(*TABLE.outputs(logits, states), actions)
    for _ in range(epochs):
        here = TABLE.linearise(logits, states)
        log_probs = CATEGORICAL.log_prob(*here.outputs, actions)
        _, pull, _ = policy_loss(log_probs, old, advantages, clip_range)
        (score,) = CATEGORICAL.score(*here.outputs, actions)
        logits = torch.sub(logits, here.pull((pull[:, None] * score,)), alpha=learning_rate)
    return logits


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
    device: str,
) -> DeviceRollout:
    """A rollout of T = ``steps`` and N = ``envs`` by the agent's own collector."""
    network = table_of(policy, values)
    parameters = torch.tensor(network.parameters, device=device)
    start = network.shape.critic_start
    rollout = DeviceRollout(Hosted(make_env, envs, seed=seed, device=device), steps)
    rollout.begin()
    actor, critic = TensorPerceptron(network.actor, CATEGORICAL), TensorPerceptron(network.critic, None)
    rollout.play(actor, critic, parameters[:start], parameters[start:], gamma=gamma, lam=lam)
    return rollout


def train(
    make_env: Callable[[], gymnasium.Env[Any, Any]], *, steps: int, seed: int, device: str
) -> Iterator[NDArray[np.float64]]:
    """PPO with a table for a policy; π ``[S, A]`` after each update."""
    agent = DevicePPO(make_env, PPOConfig(**{**SMALL.as_dict(), "seed": seed}), device=device)
    every = torch.eye(agent.environments.observation_size, device=device)
    for _ in agent.updates(steps):
        (logits,) = agent.outputs(every)
        yield torch.exp(log_softmax(logits.to(torch.float64))).cpu().numpy()
