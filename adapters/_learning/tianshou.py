"""tianshou's ``OnPolicyTrainer``, which alternates a ``Collector`` and PPO's ``update``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from tianshou.algorithm import PPO
from tianshou.algorithm.modelfree.reinforce import ProbabilisticActorPolicy
from tianshou.algorithm.optim import AdamOptimizerFactory
from tianshou.data import Collector, VectorReplayBuffer
from tianshou.env import DummyVectorEnv
from tianshou.trainer import OnPolicyTrainerParams
from torch import nn

from .._collectors.tianshou import Actor, Critic, categorical
from . import ENVIRONMENTS, RATE, STEPS, reported

__all__ = ["learned"]


class _Heard(PPO):  # type: ignore[misc]
    """PPO that reports after each update."""

    report: Any

    def update(self, **how: Any) -> Any:
        statistics = super().update(**how)
        self.report(self.policy.actor.policy)
        return statistics


def learned(make_env: Any, *, steps: int, seed: int) -> Iterator[Any]:
    """π [S, A] after each update."""

    def learn(report: Any) -> None:
        vector = DummyVectorEnv([make_env] * ENVIRONMENTS)
        vector.seed(seed)
        states, actions = vector.observation_space[0].n, vector.action_space[0].n
        actor: nn.Module = Actor(np.zeros((states, actions)))
        spaces = {"action_space": vector.action_space[0], "action_scaling": False, "action_bound_method": None}
        play: Any = ProbabilisticActorPolicy(actor=actor, dist_fn=categorical, **spaces)
        ppo = _Heard(policy=play, critic=Critic(np.zeros((states, 1))), optim=AdamOptimizerFactory(lr=RATE))
        ppo.report = report
        rollout = STEPS * ENVIRONMENTS
        collector = Collector(ppo, vector, VectorReplayBuffer(rollout, ENVIRONMENTS))
        sizes = {"epoch_num_steps": rollout, "collection_step_num_env_steps": rollout, "batch_size": None}
        sizes |= {"max_epochs": -(-steps // rollout), "update_step_num_repetitions": 10}
        ppo.run_training(
            OnPolicyTrainerParams(training_collector=collector, verbose=False, show_progress=False, **sizes)
        )

    return reported(learn, seed)
