"""pfrl's PPO in its own batch training loop, up to the moment of an update."""

from __future__ import annotations

import logging
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import numpy as np
import pfrl
import torch
from pfrl.agents import PPO
from pfrl.envs import SerialVectorEnv
from pfrl.experiments import train_agent_batch
from pfrl.policies import SoftmaxCategoricalHead
from torch import nn

from .._torch import Table, generators_kept

__all__ = ["SILENT", "OldInterface", "collected"]


class OldInterface:
    """An environment as pfrl takes it: ``done`` is a termination, a time limit needs a reset.

    An observation is state, environment and step, so that a transition can be found again.
    """

    def __init__(self, env: Any, number: int, seed: int) -> None:
        self.env, self.number, self.seed, self.steps = env, number, seed, 0
        self.action_space, self.observation_space = env.action_space, env.observation_space

    def reset(self) -> Any:
        """The first observation of an episode."""
        state, _ = self.env.reset(seed=self.seed if self.steps == 0 else None)
        return np.array([state, self.number, self.steps])

    def step(self, action: Any) -> Any:
        """The observation reached, reward, termination, and whether a reset is due."""
        state, reward, terminated, truncated, _ = self.env.step(int(action))
        self.steps += 1
        return np.array([state, self.number, self.steps]), reward, terminated, {"needs_reset": truncated}


class _Recorder(PPO):  # type: ignore[misc]
    """PPO that keeps the transitions of an update in place of learning from them."""

    def _update(self, dataset: Any) -> None:
        self.kept = dataset


def collected(
    make_env: Any, policy: Any, values: Any, *, steps: int, envs: int, gamma: float, lam: float, seed: int
) -> Any:
    """Reward, ``adv``, ``v_teacher`` and ``log_prob`` of the transitions that an update gets."""
    actor = nn.Sequential(Table(np.log(policy)), SoftmaxCategoricalHead())
    model = pfrl.nn.Branched(actor, Table(values[:, None]))
    states = torch.eye(len(policy)).numpy()
    sizes = {"update_interval": steps * envs, "gamma": gamma, "lambd": lam, "phi": lambda seen: states[seen[0]]}
    agent = _Recorder(model, torch.optim.SGD(model.parameters(), lr=0.0), standardize_advantages=False, **sizes)
    vector = SerialVectorEnv([OldInterface(make_env(), n, seed + n) for n in range(envs)])
    with generators_kept(), TemporaryDirectory() as folder:  # where it saves the agent
        torch.manual_seed(seed)
        train_agent_batch(agent, vector, steps * envs, outdir=folder, logger=SILENT, checkpoint_freq=None)
    names = ("states", "actions", "rewards", "advantages", "returns", "log_probs")
    rollout = {name: np.empty((steps, envs)) for name in names}
    for row in agent.kept:
        state, n, t = row["state"]
        columns = (state, row["action"], row["reward"], row["adv"], row["v_teacher"], row["log_prob"])
        for name, number in zip(names, columns, strict=True):
            rollout[name][t, n] = number
    return SimpleNamespace(**rollout)


SILENT = logging.getLogger("policyproof.silent")
SILENT.disabled = True
