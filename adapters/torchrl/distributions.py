"""torchrl: ``IndependentNormal``, ``TanhNormal``, and ``MaskedCategorical`` where every action is allowed."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._distributions import VERSION, distributions, normal, tensor

__all__ = ["Implementation"]


class Implementation:
    """``torchrl-distributions``, in float32."""

    name = "torchrl-distributions"
    version = VERSION
    dtype = "float32"
    device = "cpu"

    def gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``IndependentNormal.log_prob``."""
        return distributions.IndependentNormal(*normal(mean, log_std)).log_prob(tensor(actions)).numpy()

    def gaussian_entropy(self, mean: Any, log_std: Any) -> Any:
        """``IndependentNormal.entropy``."""
        return distributions.IndependentNormal(*normal(mean, log_std)).entropy().numpy()

    def squashed_gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``TanhNormal.log_prob``."""
        return distributions.TanhNormal(*normal(mean, log_std)).log_prob(tensor(actions)).numpy()

    def categorical_log_prob(self, logits: Any, actions: Any) -> Any:
        """``MaskedCategorical.log_prob``."""
        return _unmasked(logits).log_prob(tensor(actions)).numpy()

    def categorical_entropy(self, logits: Any) -> Any:
        """``MaskedCategorical.entropy``."""
        return _unmasked(logits).entropy().numpy()


def _unmasked(logits: Any) -> Any:
    return distributions.MaskedCategorical(logits=tensor(logits), mask=tensor(np.ones(logits.shape, dtype=bool)))
