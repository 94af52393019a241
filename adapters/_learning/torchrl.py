"""torchrl's ``Collector``, ``GAE`` and ``ClipPPOLoss`` in a loop, as its documentation has its users write it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
from torchrl.collectors import Collector
from torchrl.envs import GymWrapper, SerialEnv
from torchrl.objectives import ClipPPOLoss
from torchrl.objectives.value import GAE

from .._collectors.torchrl import tables
from . import ENVIRONMENTS, RATE, STEPS, reported

__all__ = ["learned"]


def learned(make_env: Any, *, steps: int, seed: int) -> Iterator[Any]:
    """π [S, A] after each update."""

    def learn(report: Any) -> None:
        envs = [make_env() for _ in range(ENVIRONMENTS)]
        states, actions = envs[0].observation_space.n, envs[0].action_space.n
        vector = SerialEnv(ENVIRONMENTS, [partial(GymWrapper, env, categorical_action_encoding=True) for env in envs])
        vector.set_seed(seed)
        actor, critic = tables(np.zeros((states, actions)), np.zeros(states))
        loss, estimate = ClipPPOLoss(actor, critic), GAE(gamma=0.99, lmbda=0.95, value_network=critic)
        loss.set_keys(sample_log_prob="action_log_prob")
        optimiser = torch.optim.Adam(loss.parameters(), lr=RATE)
        rollout = STEPS * ENVIRONMENTS
        sizes = {"frames_per_batch": rollout, "total_frames": -(-steps // rollout) * rollout}
        collector = Collector(vector, actor, **sizes)
        for batch in collector:
            for _ in range(4):
                estimate(batch)
                terms = loss(batch.reshape(-1))
                optimiser.zero_grad()
                sum(term for name, term in terms.items() if name.startswith("loss_")).backward()
                optimiser.step()
            collector.update_policy_weights_()
            report(actor[0].module.table.policy)
        collector.shutdown()

    return reported(learn, seed)
