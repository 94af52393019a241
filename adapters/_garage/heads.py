"""What garage's policies make of numbers that are given: the number of a row to the distribution of its actions."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from torch import nn

from .._torch import generators_kept, parameter
from .library import CategoricalCNNPolicy, GaussianMLPBaseModule, StochasticPolicy
from .untrained import NUMBERED

__all__ = ["Categorical", "LogProbs", "Normals"]


class LogProbs(nn.Module):
    """Log-probabilities that are free, whatever the action."""

    def __init__(self, log_probs: Any) -> None:
        super().__init__()
        self.free = parameter(log_probs)

    def forward(self, _rows: Any) -> Any:
        """What a policy asks of a distribution."""
        return SimpleNamespace(log_prob=lambda _actions: self.free)


class Normals(GaussianMLPBaseModule):  # type: ignore[misc]
    """``GaussianMLPBaseModule``, whose networks are tables."""

    def __init__(self, mean: Any, log_std: Any, **settings: Any) -> None:
        with generators_kept():
            super().__init__(1, mean.shape[1], **settings)
        self.mean, self.log_std = parameter(mean), parameter(log_std)

    def _get_mean_and_log_std(self, rows: Any) -> Any:
        numbers = rows[:, 0].long()
        return self.mean[numbers], self.log_std[numbers]


class Categorical(CategoricalCNNPolicy):  # type: ignore[misc]
    """``CategoricalCNNPolicy``, whose networks are a table."""

    def __init__(self, outputs: Any) -> None:
        StochasticPolicy.__init__(self, NUMBERED, "given")
        self.outputs = parameter(outputs)

    def _cnn_module(self, rows: Any) -> Any:
        return self.outputs[rows[:, 0].long()]

    def _mlp_module(self, outputs: Any) -> Any:
        return [outputs]
