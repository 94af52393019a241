"""elegantrl: the advantages of its PPO agent, and the policies of its actors. Tried with 0.3.6.

PPO and A2C standardise advantages in every case, and no minibatch has the last step of a rollout: their losses and
updates are not those of advantages as they are given. The loss of the critic is that of Huber.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._elegantrl import VERSION, AgentPPO, categorical, estimated, gaussian

__all__ = ["Implementation"]


class Implementation:
    """``elegantrl``, in float32."""

    name = "elegantrl"
    version = VERSION
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``AgentPPO.get_advantages_origin``."""
        return estimated(AgentPPO.get_advantages_origin, batch, gamma, lam)

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â + V, as ``update_net`` forms ``reward_sums``."""
        return self.gae(*batch, gamma=gamma, lam=lam) + batch[1].astype(np.float32)

    def categorical_log_prob(self, logits: Any, actions: Any) -> Any:
        """Of ``get_logprob_entropy`` of ``ActorDiscretePPO``."""
        return categorical(logits, actions)[0]

    def categorical_entropy(self, logits: Any) -> Any:
        """Of the same method."""
        return categorical(logits, np.zeros(len(logits)))[1]

    def gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """Of ``get_logprob_entropy`` of ``ActorPPO``."""
        return gaussian(mean, log_std, actions)[0]

    def gaussian_entropy(self, mean: Any, log_std: Any) -> Any:
        """Of the same method."""
        return gaussian(mean, log_std, mean)[1]
