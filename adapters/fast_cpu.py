"""Our own fast implementation on the CPU, from the kernels that train."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import NotInstalledError

try:
    from ..fast.advantage_cpu import generalized_advantage_estimation
    from ._fast import OnArrays
except ImportError as error:
    raise NotInstalledError(error.name or "numba", 'pip install "policyproof[fast]"') from error

__all__ = ["Implementation"]


class Implementation(OnArrays):
    """``fast-cpu``: NumPy arrays in, the numba kernels, NumPy arrays out, in float32."""

    name = "fast-cpu"
    version = ""
    device = "cpu"

    def put(self, value: Any) -> Any:
        """Reals in float32."""
        return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value

    def take(self, result: Any) -> Any:
        """The array itself."""
        return result

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â by the blocked reverse scan."""
        rewards, values, next_values = (array.astype(np.float32) for array in batch[:3])
        return generalized_advantage_estimation(rewards, values, next_values, *batch[3:], gamma=gamma, lam=lam)

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â + V, as the critic is trained on."""
        return self.gae(*batch, gamma=gamma, lam=lam) + batch[1].astype(np.float32)
