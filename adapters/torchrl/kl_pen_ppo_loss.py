"""torchrl: ``KLPENPPOLoss``, whose penalty is the divergence from the policy that played."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._distributions import EXPONENTIAL, distributions, normal, outputs
from ._losses import VERSION, FreeRows, KLPENPPOLoss, Nothing, actor_of, by_name, graded, nn, of_table, terms

__all__ = ["Implementation"]


class Implementation:
    """``torchrl-kl-pen-ppo-loss``, in float32."""

    name = "torchrl-kl-pen-ppo-loss"
    version = VERSION
    dtype = "float32"
    device = "cpu"

    def surrogate(self, logits: Any, old_logits: Any, *batch: Any) -> Any:
        """``loss_objective`` with ``beta=0``, which is minimised, so the sign is turned."""
        return -of_table(KLPENPPOLoss, logits, old_logits, *batch, beta=0.0)[0]["loss_objective"].item()

    def policy_gradient(self, logits: Any, *batch: Any) -> Any:
        """The gradient of ``loss_objective`` at ratio 1 with ``beta=0``; the sign is turned."""
        loss, table = of_table(KLPENPPOLoss, logits, logits, *batch, beta=0.0)
        return -graded(loss["loss_objective"], table)[1]

    def mean_kl(self, old_logits: Any, logits: Any, states: Any) -> Any:
        """``loss_objective`` with ``beta=1``, where advantages are 0 and actions are those that were likely."""
        batch = (states, old_logits[states].argmax(axis=1), np.zeros(len(states)))
        return of_table(KLPENPPOLoss, logits, old_logits, *batch, beta=1.0)[0]["loss_objective"].item()

    def categorical_kl(self, logits_p: Any, logits_q: Any) -> Any:
        """``kl`` of categorical policies."""
        return _divergences(actor_of(FreeRows(logits_q), ["logits"], by_name), np.zeros(len(logits_p)), logits=logits_p)

    def gaussian_kl(self, mean_p: Any, log_std_p: Any, mean_q: Any, log_std_q: Any) -> Any:
        """``kl`` of ``IndependentNormal``."""
        network = nn.Sequential(FreeRows(outputs(mean_q, log_std_q)), EXPONENTIAL)
        actor = actor_of(network, ["loc", "scale"], distributions.IndependentNormal)
        loc, scale = normal(mean_p, log_std_p)
        return _divergences(actor, np.zeros(mean_p.shape), loc=loc, scale=scale)


def _divergences(actor: Any, actions: Any, **old: Any) -> Any:
    return terms(KLPENPPOLoss, actor, Nothing(), {"action": actions} | old)["kl"][:, 0].numpy()
