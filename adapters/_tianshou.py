"""How parts of tianshou are reached: PPO on free log-probabilities and values; TRPO and NPG stopped on their way."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from tianshou.algorithm import NPG, PPO, TRPO
from tianshou.algorithm.modelfree.reinforce import ProbabilisticActorPolicy
from tianshou.algorithm.optim import TorchOptimizerFactory
from tianshou.data import Batch
from torch import nn

from ._torch import FreeRows, GivenLogProbs, generators_kept, tensor

__all__ = ["MultipliedNPG", "PlacedNPG", "RemindedTRPO", "descent", "free_ppo", "free_updated", "solver"]


class MultipliedNPG(NPG):  # type: ignore[misc]
    """NPG that multiplies a ``vector`` by its matrix where it would solve, and stays where it is."""

    def __init__(self, *, vector: torch.Tensor, **settings: Any) -> None:
        super().__init__(**settings)
        self.vector = vector

    def _conjugate_gradients(self, minibatch: Any, flat_kl_grad: Any, **_options: Any) -> Any:
        self.product = self._MVP(self.vector, flat_kl_grad)
        return torch.zeros_like(minibatch)


class PlacedNPG(NPG):  # type: ignore[misc]
    """NPG whose step, whatever it is, ends at these ``parameters``."""

    def __init__(self, *, parameters: torch.Tensor, **settings: Any) -> None:
        super().__init__(**settings)
        self.end = parameters

    def _set_from_flat_params(self, model: Any, _flat_params: Any) -> Any:
        return super()._set_from_flat_params(model, self.end)


class RemindedTRPO(TRPO):  # type: ignore[misc]
    """TRPO that does not search, for which these were the ``log_probs`` of a batch."""

    def __init__(self, *, log_probs: Any, **settings: Any) -> None:
        super().__init__(max_backtracks=0, **settings)
        self.log_probs = tensor(log_probs)

    def _preprocess_batch(self, *batch: Any) -> Any:
        prepared = super()._preprocess_batch(*batch)
        prepared.logp_old = self.log_probs
        return prepared


def descent(learning_rate: float = 0.0) -> Any:
    """SGD."""
    return TorchOptimizerFactory(torch.optim.SGD, lr=learning_rate)


def solver(point: Any, damping: float) -> Any:
    """NPG whose actor has these free parameters."""
    npg = NPG(policy=_policy(nn.ParameterList([point]), None), critic=FreeRows(np.zeros(1)), optim=descent())
    npg._damping = damping
    return npg


def free_ppo(log_probs: Any, values: Any, **settings: Any) -> Any:
    """PPO on free log-probabilities and values ``[B]``, everything that was not asked for switched off."""
    plain = {"advantage_normalization": False, "vf_coef": 0.0, "ent_coef": 0.0}
    networks = {"policy": _policy(FreeRows(log_probs), GivenLogProbs), "critic": FreeRows(values)}
    return PPO(**networks, optim=descent(), **plain | settings)


def free_updated(ppo: Any, **columns: Any) -> tuple[Any, list[Any]]:
    """The statistics of ``_update_with_batch``, and the gradients of log-probabilities and values that a step saw."""
    free = [network.free for network in (ppo.policy.actor.network, ppo.critic)]
    nothing = np.zeros(len(free[0]))
    defaults = {"adv": nothing, "logp_old": nothing, "v_s": nothing, "returns": nothing, "act": nothing}
    batch = Batch(obs=torch.arange(len(nothing)), info=Batch())
    batch.update({name: tensor(column) for name, column in (defaults | columns).items()})
    gradients: list[Any] = [nothing, nothing]

    def keep(position: int, seen: Any) -> None:
        gradients[position] = seen.grad.numpy().copy()

    for position, each in enumerate(free):
        each.register_post_accumulate_grad_hook(lambda seen, position=position: keep(position, seen))
    with generators_kept():
        return ppo._update_with_batch(batch, None, 1), gradients


class _Actor(nn.Module):
    """A network behind tianshou's actor interface, in which an actor returns a state as well."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, observations: Any, **_options: Any) -> Any:
        return self.network(torch.as_tensor(observations)), None


def _policy(network: nn.Module, distribution: Any) -> Any:
    space = {"action_space": spaces.Discrete(2), "action_scaling": False, "action_bound_method": None}
    return ProbabilisticActorPolicy(actor=_Actor(network), dist_fn=distribution, **space)
