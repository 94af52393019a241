"""skrl: ``update`` of an agent that has recorded one step in each of B environments, which ended there.

Its advantages are normalised in either case; TRPO's divergence is that of Gaussian policies.
"""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from skrl.agents.torch.ppo import PPO
from skrl.agents.torch.trpo import TRPO
from skrl.memories.torch import RandomMemory
from skrl.models.torch import CategoricalMixin, DeterministicMixin, GaussianMixin, Model

from .._torch import generators_kept, tensor
from . import Given, PlainAscent, PlainTrustRegion
from ._rows import Nothing, Rows, action_space, numbered

__all__ = ["ppo", "trpo"]

logging.getLogger("skrl").setLevel(logging.ERROR)


class _Normal(GaussianMixin, Model):  # type: ignore[misc]
    def __init__(self, rows: Rows, owned: dict[str, Any]) -> None:
        Model.__init__(self, **owned)
        GaussianMixin.__init__(self)
        self.rows = rows

    def compute(self, inputs: Any, _role: str) -> Any:
        mean, log_std = self.rows(inputs["observations"])
        return mean, {"log_std": log_std}


class _Softmax(CategoricalMixin, Model):  # type: ignore[misc]
    def __init__(self, rows: Rows, owned: dict[str, Any]) -> None:
        Model.__init__(self, **owned)
        CategoricalMixin.__init__(self)
        self.rows = rows

    def compute(self, inputs: Any, _role: str) -> Any:
        return self.rows(inputs["observations"]), {}

    def distribution(self, **_options: Any) -> Any:
        return torch.distributions.Normal(torch.zeros(1), torch.ones(1))


class _Critic(DeterministicMixin, Model):  # type: ignore[misc]
    def __init__(self, owned: dict[str, Any]) -> None:
        Model.__init__(self, **owned)
        DeterministicMixin.__init__(self)
        self.nothing = Nothing()

    def compute(self, inputs: Any, _role: str) -> Any:
        return self.nothing(inputs["observations"]), {}


def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """``PPO``: parameters, and the rows of each step."""
    settings: dict[str, Any] = {}
    if plain:
        settings = {"learning_epochs": plain.epochs, "mini_batches": 1, "grad_norm_clip": 0.0}
        settings |= {"ratio_clip": plain.clip_range}
    agent, rows = _recorded(PPO, given, **settings)
    if plain:
        agent.optimizer = torch.optim.SGD(rows.parameters(), lr=plain.learning_rate)
    with generators_kept():
        agent.update(timestep=0, timesteps=1)
    return rows.vector, rows.asked


def trpo(given: Given, *, plain: PlainTrustRegion | None) -> Any:
    """``TRPO``: parameters."""
    settings = {"max_kl_divergence": plain.max_kl, "damping": plain.damping} if plain else {}
    agent, rows = _recorded(TRPO, given, **settings)
    with generators_kept():
        agent.update(timestep=0, timesteps=1)
    return rows.vector


def _recorded(kind: Any, given: Given, **settings: Any) -> tuple[Any, Rows]:
    size, rows = len(given.states), Rows(given)
    discrete = len(given.tables) == 1
    observed = spaces.Box(-np.inf, np.inf, (1,), dtype=np.float32)
    owned = {"observation_space": observed, "action_space": action_space(given), "device": "cpu"}
    models = {"policy": (_Softmax if discrete else _Normal)(rows, owned), "value": _Critic(owned)}
    memory = RandomMemory(memory_size=1, num_envs=size, device="cpu")
    silent = {"experiment": {"write_interval": 0, "checkpoint_interval": 0}}
    agent = kind(models=models, memory=memory, cfg={"rollouts": 1} | settings | silent, **owned)
    agent.init()
    agent.enable_training_mode(True)
    seen, ended = numbered(given), torch.ones(size, 1, dtype=torch.bool)
    with generators_kept(), torch.no_grad():
        agent.act(seen, None, timestep=0, timesteps=1)
        agent._current_log_prob = tensor(given.log_probs)[:, None]
        agent.record_transition(
            observations=seen,
            states=None,
            actions=tensor(given.actions).reshape(size, -1),
            rewards=tensor(given.advantages)[:, None],
            next_observations=seen,
            next_states=None,
            terminated=ended,
            truncated=~ended,
            infos={},
            timestep=0,
            timesteps=1,
        )
    return agent, rows
