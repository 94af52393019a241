"""elegantrl: the advantages of its PPO agent. Tried with 0.3.6.

An agent gets ``undones`` alone: nothing tells a time limit from an end.
"""

from __future__ import annotations

from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import NotInstalledError

try:
    import torch
    from elegantrl.agents.AgentPPO import AgentPPO

    from ._torch import tensor
except ImportError as error:
    raise NotInstalledError("elegantrl", "pip install --no-deps elegantrl") from error

__all__ = ["Implementation"]


class Implementation:
    """``elegantrl``, in float32."""

    name = "elegantrl"
    version = version("elegantrl")
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``AgentPPO.get_advantages_origin``, its critic answering with the value of the last state reached."""
        rewards, values, next_values, terminated, truncated = batch
        last = tensor(next_values[-1])
        agent: Any = SimpleNamespace(gamma=gamma, lambda_gae_adv=lam, last_state=last, cri=torch.clone)
        undone = ~(terminated | truncated)
        return AgentPPO.get_advantages_origin(agent, tensor(rewards), tensor(undone).float(), tensor(values)).numpy()

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â + V, as ``update_net`` forms ``reward_sums``."""
        return self.gae(*batch, gamma=gamma, lam=lam) + batch[1].astype(np.float32)
