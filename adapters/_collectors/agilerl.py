"""agilerl's ``collect_rollouts`` on the vector environment that its ``make_vect_envs`` makes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from agilerl.algorithms import PPO
from agilerl.networks.distributions import TorchDistribution
from agilerl.rollouts.on_policy import collect_rollouts
from agilerl.utils.utils import make_vect_envs

from .._torch import Table, generators_kept

__all__ = ["Actor", "collected", "playing"]


class Actor(Table):
    """A table of logits as the actor of PPO."""

    distribution: Any

    def action_log_prob(self, actions: torch.Tensor) -> Any:
        """Of the distributions asked for last."""
        return self.distribution.log_prob(actions)


def playing(env: Any, logits: Any, values: Any, kind: Any = PPO, **settings: Any) -> Any:
    """PPO with a table of logits and one of values; observations are one-hot."""
    space = env.single_action_space
    agent = kind(env.single_observation_space, space, num_envs=env.num_envs, **settings)
    actor, critic = Actor(logits), Table(values[:, None])

    def act(seen: Any, *_rest: Any, sample: bool = True, **_options: Any) -> Any:
        actor.distribution = TorchDistribution(action_space=space, logits=actor(seen))
        actions = actor.distribution.sample() if sample else None
        log_probs = actor.distribution.log_prob(actions) if sample else None
        return actions, log_probs, actor.distribution.entropy(), critic(seen)[:, 0], None

    agent.actor, agent.critic, agent._get_action_and_values = actor, critic, act
    agent.optimizer.optimizer = torch.optim.Adam([*actor.parameters(), *critic.parameters()], lr=agent.lr)
    return agent


def collected(
    make_env: Any, policy: Any, values: Any, *, steps: int, envs: int, gamma: float, lam: float, seed: int
) -> Any:
    """The rollout buffer of PPO, which goes on from a reset that is seeded."""
    with generators_kept():
        env = make_vect_envs(num_envs=envs, make_env=make_env, should_async_vector=False)
        agent = playing(env, np.log(policy), values, learn_step=steps * envs, gamma=gamma, gae_lambda=lam)
        torch.manual_seed(seed)
        observed, info = env.reset(seed=seed)
        begun = {"last_obs": observed, "last_info": info, "last_done": np.zeros(envs), "last_scores": np.zeros(envs)}
        collect_rollouts(agent, env, n_steps=steps, **begun)
    buffer = agent.rollout_buffer.buffer
    names = {"states": "observations", "actions": "actions", "rewards": "rewards"}
    names |= {"advantages": "advantages", "returns": "returns", "log_probs": "log_probs"}
    return SimpleNamespace(**{k: buffer[v].reshape(steps, envs).numpy().copy() for k, v in names.items()})
