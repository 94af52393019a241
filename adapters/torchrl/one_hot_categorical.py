"""torchrl: ``OneHotCategorical``."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._distributions import VERSION, distributions, tensor

__all__ = ["Implementation"]


class Implementation:
    """``torchrl-one-hot-categorical``, in float32."""

    name = "torchrl-one-hot-categorical"
    version = VERSION
    dtype = "float32"
    device = "cpu"

    def categorical_log_prob(self, logits: Any, actions: Any) -> Any:
        """``log_prob``, of actions that are one-hot."""
        one_hot = tensor(np.eye(logits.shape[1])[actions])
        return distributions.OneHotCategorical(logits=tensor(logits)).log_prob(one_hot).numpy()

    def categorical_entropy(self, logits: Any) -> Any:
        """``entropy``."""
        return distributions.OneHotCategorical(logits=tensor(logits)).entropy().numpy()
