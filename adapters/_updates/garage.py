"""garage: ``_train_once`` of its algorithms on B episodes, each of which ended after one step."""

from __future__ import annotations

from typing import Any

import akro
import numpy as np
import torch

from .._garage.library import PPO, TRPO, EnvSpec, EpisodeBatch, OptimizerWrapper, StepType, conjugate_gradient_optimizer
from .._garage.untrained import NUMBERED, Policy, untrained
from .._torch import generators_kept
from . import Given, PlainAscent, PlainTrustRegion
from ._rows import Rows, distribution, numbered

__all__ = ["ppo", "table_policy", "trpo"]


def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """``PPO``: parameters, and the rows of each step."""
    policy, settings = table_policy(given), {}
    if plain:
        descent = torch.optim.SGD, {"lr": plain.learning_rate}
        settings = {"policy_optimizer": OptimizerWrapper(descent, policy, max_optimization_epochs=plain.epochs)}
        settings |= {"center_adv": False, "lr_clip_range": plain.clip_range}
    _train_once(PPO, given, policy, **settings)
    return policy.head.rows.vector, policy.head.rows.asked


def trpo(given: Given, *, plain: PlainTrustRegion | None) -> Any:
    """``TRPO``: parameters."""
    policy, settings = table_policy(given), {}
    if plain:
        bound = {"max_constraint_value": plain.max_kl, "hvp_reg_coeff": plain.damping}
        optimizer = conjugate_gradient_optimizer.ConjugateGradientOptimizer, bound
        settings = {"policy_optimizer": OptimizerWrapper(optimizer, policy), "center_adv": False}
    _train_once(TRPO, given, policy, **settings)
    return policy.head.rows.vector


class _Head(torch.nn.Module):
    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows

    def forward(self, observations: Any) -> Any:
        return distribution(self.rows(observations))


def table_policy(given: Given) -> Any:
    """Its tables as a policy: as garage's own Gaussian policies do, it gives the distributions of PyTorch."""
    return Policy(_Head(Rows(given)))


def _train_once(kind: Any, given: Given, policy: Any, **settings: Any) -> None:
    size, shape = len(given.states), given.actions.shape[1:]
    actions = akro.Box(-np.inf, np.inf, shape) if shape else akro.Discrete(given.tables[0].shape[1])
    spec = EnvSpec(NUMBERED.observation_space, actions, max_episode_length=1)
    rows = numbered(given).numpy()
    episodes = EpisodeBatch(
        env_spec=spec,
        episode_infos={},
        observations=rows,
        last_observations=rows,
        actions=given.actions,
        rewards=given.advantages,
        env_infos={},
        agent_infos={},
        step_types=np.full(size, StepType.TERMINAL, dtype=StepType),
        lengths=np.ones(size, dtype=int),
    )
    with generators_kept():
        untrained(kind, policy, spec=spec, **settings)._train_once(0, episodes)
