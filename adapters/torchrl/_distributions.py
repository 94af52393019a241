"""What the targets with distributions of torchrl share: how a network's outputs become mean and σ."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import NotInstalledError

try:
    import torchrl
    from torchrl.modules import NormalParamExtractor, distributions

    from .._torch import tensor
except ImportError as error:
    raise NotInstalledError("torchrl", "pip install torchrl") from error

__all__ = ["EXPONENTIAL", "VERSION", "distributions", "normal", "outputs", "tensor"]

VERSION = torchrl.__version__
EXPONENTIAL = NormalParamExtractor(scale_mapping="exp", scale_lb=0.0)
"""Outputs to mean and σ, without its lower bound."""


def outputs(mean: Any, log_std: Any) -> Any:
    """What a network says, ``[B, 2 D]``."""
    return np.concatenate([mean, log_std], axis=1)


def normal(mean: Any, log_std: Any) -> tuple[Any, Any]:
    """Mean and σ."""
    loc, scale = EXPONENTIAL(tensor(outputs(mean, log_std)))
    return loc, scale
