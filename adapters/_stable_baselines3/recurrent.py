"""``RecurrentPPO`` with a policy and a critic that remember nothing."""

from __future__ import annotations

from typing import Any

import torch
from sb3_contrib.common.recurrent.buffers import RecurrentRolloutBuffer
from sb3_contrib.common.recurrent.policies import RecurrentActorCriticPolicy
from sb3_contrib.common.recurrent.type_aliases import RNNStates

from .rollout import CriticTable
from .training import Free

__all__ = ["Kept", "RecurrentCriticTable", "RecurrentFreeRows"]


class RecurrentFreeRows(Free, RecurrentActorCriticPolicy):  # type: ignore[misc]
    """The library's policy on free parameters; what is padded is no row."""


class RecurrentCriticTable(CriticTable):
    """A table between the states of a network that nobody reads."""

    def memory(self, envs: int) -> Any:
        """Hidden and cell states of actor and critic, of one layer with one unit."""
        nothing = torch.zeros(1, envs, 1)
        return RNNStates((nothing, nothing), (nothing, nothing))

    def __call__(self, states: torch.Tensor, *memory: Any, **_masks: Any) -> Any:
        """Actions, values, log-probabilities, memory."""
        return *super().__call__(states), memory[0]


class Kept(RecurrentRolloutBuffer):  # type: ignore[misc]
    """The library's buffer, for a memory of one layer with one unit."""

    def __init__(self, size: int, observed: Any, actions: Any, device: str, *, n_envs: int, **factors: Any) -> None:
        super().__init__(size, observed, actions, (size, 1, n_envs, 1), device, n_envs=n_envs, **factors)
