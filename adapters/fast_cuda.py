"""Our own fast implementation on the GPU."""

from __future__ import annotations

from typing import Any

from . import NotInstalledError

try:
    import torch

    from ..fast import generalized_advantage_estimation
except ImportError as error:
    raise NotInstalledError("torch", 'pip install "policyproof[fast,gpu]"') from error

__all__ = ["Implementation"]


class Implementation:
    """``fast-cuda``: tensors on the device, the Triton kernels, in float32."""

    name = "fast-cuda"
    version = ""
    dtype = "float32"
    device = "cuda"

    def __init__(self) -> None:
        if not torch.cuda.is_available():
            raise NotInstalledError("a CUDA device", "this target on a machine with an NVIDIA GPU and its driver")

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â by a reverse scan in registers, or a blocked associative scan where columns are few."""
        return self._estimate(batch, gamma, lam)[0].cpu().numpy()

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â + V, as the critic is trained on."""
        advantages, values = self._estimate(batch, gamma, lam)
        return (advantages + values).cpu().numpy()

    def _estimate(self, batch: Any, gamma: float, lam: float) -> tuple[torch.Tensor, torch.Tensor]:
        reals = [torch.tensor(array, dtype=torch.float32, device="cuda") for array in batch[:3]]
        flags = [torch.tensor(array, device="cuda") for array in batch[3:]]
        return generalized_advantage_estimation(*reals, *flags, gamma=gamma, lam=lam), reals[1]
