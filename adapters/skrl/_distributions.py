"""The mixins of skrl as distributions of rows: their models answer with what they were made of.

``clip_log_std`` is off: a log σ counts as it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces
from skrl.models.torch import CategoricalMixin, GaussianMixin, Model, MultiCategoricalMixin, MultivariateGaussianMixin

from .._torch import generators_kept, tensor

__all__ = ["Categorical", "Gaussian", "MultiCategorical", "MultivariateGaussian"]


class _Fixed(Model):  # type: ignore[misc]
    """An output that is there from the beginning."""

    def __init__(self, outputs: Any, action_space: Any, **rest: Any) -> None:
        super().__init__(observation_space=spaces.Discrete(1), action_space=action_space, device="cpu")
        self.outputs = tensor(outputs)
        self.rest = {name: tensor(array) for name, array in rest.items()}

    def compute(self, _inputs: Any, _role: str) -> Any:
        """What it was made of."""
        return self.outputs, dict(self.rest)

    def log_prob(self, actions: Any) -> Any:
        """``log_prob`` that ``act`` returns for the actions taken, ``[B]``."""
        with generators_kept():
            return self.act({"taken_actions": tensor(actions)})[1]["log_prob"][:, 0].numpy()

    def entropy(self) -> Any:
        """``get_entropy`` after ``act``, ``[B]``."""
        with generators_kept():
            self.act({})
        return self.get_entropy()[:, 0].numpy()


class Gaussian(GaussianMixin, _Fixed):  # type: ignore[misc]
    """``GaussianMixin``."""

    def __init__(self, mean: Any, log_std: Any) -> None:
        _Fixed.__init__(self, mean, _box(mean), log_std=log_std)
        GaussianMixin.__init__(self, clip_log_std=False)


class MultivariateGaussian(MultivariateGaussianMixin, _Fixed):  # type: ignore[misc]
    """``MultivariateGaussianMixin``."""

    def __init__(self, mean: Any, log_std: Any) -> None:
        _Fixed.__init__(self, mean, _box(mean), log_std=log_std)
        MultivariateGaussianMixin.__init__(self, clip_log_std=False)


class Categorical(CategoricalMixin, _Fixed):  # type: ignore[misc]
    """``CategoricalMixin``."""

    def __init__(self, logits: Any) -> None:
        _Fixed.__init__(self, logits, spaces.Discrete(logits.shape[1]))
        CategoricalMixin.__init__(self)


class MultiCategorical(MultiCategoricalMixin, _Fixed):  # type: ignore[misc]
    """``MultiCategoricalMixin`` with one action."""

    def __init__(self, logits: Any) -> None:
        _Fixed.__init__(self, logits, spaces.MultiDiscrete([logits.shape[1]]))
        MultiCategoricalMixin.__init__(self)

    def log_prob(self, actions: Any) -> Any:
        """The same, of actions ``[B, 1]``."""
        return super().log_prob(actions[:, None])


def _box(mean: Any) -> Any:
    return spaces.Box(-np.inf, np.inf, mean.shape[1:])
