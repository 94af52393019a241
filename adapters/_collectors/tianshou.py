"""tianshou's ``Collector`` on its ``DummyVectorEnv``, then what its PPO makes of the buffer before an update."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from tianshou.algorithm import PPO
from tianshou.algorithm.modelfree.reinforce import ProbabilisticActorPolicy
from tianshou.algorithm.optim import TorchOptimizerFactory
from tianshou.data import Collector, VectorReplayBuffer
from tianshou.env import DummyVectorEnv
from torch import nn

from .._torch import Table, generators_kept

__all__ = ["Actor", "Critic", "categorical", "collected"]


class Actor(Table):
    """A table of logits as an actor, which returns a state as well."""

    def forward(self, states: Any, **_options: Any) -> Any:  # type: ignore[override]
        """Logits, and no state."""
        return super().forward(self.one_hot(states)), None


class Critic(Table):
    """A table of values ``[S, 1]``."""

    def forward(self, states: Any, **_options: Any) -> torch.Tensor:  # type: ignore[override]
        """Values ``[B, 1]``."""
        return super().forward(self.one_hot(states))


def collected(
    make_env: Any, policy: Any, values: Any, *, steps: int, envs: int, gamma: float, lam: float, seed: int
) -> Any:
    """The batch that ``PPO`` would update on, in the order of the buffer: environment by environment."""
    vector = DummyVectorEnv([make_env] * envs)
    spaces = {"action_space": vector.action_space[0], "action_scaling": False, "action_bound_method": None}
    actor: nn.Module = Actor(np.log(policy))
    play: Any = ProbabilisticActorPolicy(actor=actor, dist_fn=categorical, **spaces)
    optimiser = TorchOptimizerFactory(torch.optim.SGD, lr=0.0)
    estimator = {"gamma": gamma, "gae_lambda": lam, "advantage_normalization": False}
    ppo = PPO(policy=play, critic=Critic(values[:, None]), optim=optimiser, **estimator)
    buffer = VectorReplayBuffer(steps * envs, envs)
    with generators_kept():
        torch.manual_seed(seed)
        vector.seed(seed)
        collector = Collector(ppo, vector, buffer)
        collector.reset()
        collector.collect(n_step=steps * envs)
        batch, indices = buffer.sample(0)
        batch = ppo._preprocess_batch(batch, buffer, indices)
    names = {"states": "obs", "actions": "act", "rewards": "rew"}
    names |= {"advantages": "adv", "returns": "returns", "log_probs": "logp_old"}
    return SimpleNamespace(**{k: np.asarray(batch[v]).reshape(envs, steps).T.copy() for k, v in names.items()})


def categorical(logits: torch.Tensor) -> Any:
    """The distribution of actions, by PyTorch."""
    return torch.distributions.Categorical(logits=logits)
