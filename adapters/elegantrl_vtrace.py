"""elegantrl: ``get_advantages_vtrace``, the other estimator of its PPO agent. Tried with 0.3.6."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._elegantrl import VERSION, AgentPPO, estimated

__all__ = ["Implementation"]


class Implementation:
    """``elegantrl-vtrace``, in float32."""

    name = "elegantrl-vtrace"
    version = VERSION
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â as the method returns it."""
        return estimated(AgentPPO.get_advantages_vtrace, batch, gamma, lam)

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â + V, as ``update_net`` forms ``reward_sums``."""
        return self.gae(*batch, gamma=gamma, lam=lam) + batch[1].astype(np.float32)
