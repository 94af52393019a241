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

from .._torch import generators_kept, tensor

__all__ = ["collected"]


def collected(
    make_env: Any, policy: Any, values: Any, *, steps: int, envs: int, gamma: float, lam: float, seed: int
) -> Any:
    """The rollout buffer of PPO, which goes on from a reset that is seeded."""
    logits, table = tensor(np.log(policy)), tensor(values)
    with generators_kept():
        env = make_vect_envs(num_envs=envs, make_env=make_env, should_async_vector=False)
        spaces = env.single_observation_space, env.single_action_space
        agent = PPO(*spaces, num_envs=envs, learn_step=steps * envs, gamma=gamma, gae_lambda=lam)

        def act(seen: Any, *_rest: Any, **_options: Any) -> Any:
            states = seen.argmax(-1)
            drawn = TorchDistribution(action_space=spaces[1], logits=logits[states])
            actions = drawn.sample()
            return actions, drawn.log_prob(actions), drawn.entropy(), table[states], None

        agent._get_action_and_values = act
        torch.manual_seed(seed)
        observed, info = env.reset(seed=seed)
        begun = {"last_obs": observed, "last_info": info, "last_done": np.zeros(envs), "last_scores": np.zeros(envs)}
        collect_rollouts(agent, env, n_steps=steps, **begun)
    buffer = agent.rollout_buffer.buffer
    names = {"states": "observations", "actions": "actions", "rewards": "rewards"}
    names |= {"advantages": "advantages", "returns": "returns", "log_probs": "log_probs"}
    return SimpleNamespace(**{k: buffer[v].reshape(steps, envs).numpy().copy() for k, v in names.items()})
