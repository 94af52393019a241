"""skrl's ``SequentialTrainer``, whose agent is its PPO."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from gymnasium.vector import SyncVectorEnv
from skrl.agents.torch.ppo import PPO
from skrl.envs.wrappers.torch import wrap_env
from skrl.memories.torch import RandomMemory
from skrl.trainers.torch import SequentialTrainer

from .._collectors.skrl import Actor, Critic
from . import ENVIRONMENTS, RATE, STEPS, reported

__all__ = ["learned"]


class _Heard(PPO):  # type: ignore[misc]
    """PPO that reports after each update."""

    report: Any

    def update(self, **when: Any) -> None:
        super().update(**when)
        self.report(self.policy.table.policy)


def learned(make_env: Any, *, steps: int, seed: int) -> Iterator[Any]:
    """π [S, A] after each update."""

    def learn(report: Any) -> None:
        env = wrap_env(SyncVectorEnv([make_env] * ENVIRONMENTS), wrapper="gymnasium", verbose=False)
        env._seed = seed
        owned = {"observation_space": env.observation_space, "action_space": env.action_space, "device": "cpu"}
        states, actions = env.observation_space.n, env.action_space.n
        models = {"policy": Actor(np.zeros((states, actions)), owned), "value": Critic(np.zeros(states), owned)}
        memory = RandomMemory(memory_size=STEPS, num_envs=ENVIRONMENTS, device="cpu")
        cfg: dict[str, Any] = {"rollouts": STEPS, "learning_rate": RATE}
        cfg["experiment"] = {"write_interval": 0, "checkpoint_interval": 0}
        agent = _Heard(models=models, memory=memory, cfg=cfg, **owned)
        agent.report = report
        rollouts = -(-steps // (STEPS * ENVIRONMENTS))
        how = {"timesteps": rollouts * STEPS, "headless": True, "disable_progressbar": True}
        SequentialTrainer(env=env, agents=agent, cfg=how | {"close_environment_at_exit": False}).train()

    return reported(learn, seed)
