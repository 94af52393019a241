"""Losses of ``PPO.train``, and of what is written after it, on a policy that is replaced by free parameters.

The learning rate is 0, the norm of the gradient is not clipped, and what is not asked for has coefficient 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .training import PLAIN, train, untrained

__all__ = ["approximate_kl", "normalised", "policy_loss", "value_loss"]


def policy_loss(
    kind: Any, policy: Any, log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float
) -> Any:
    """``train/policy_gradient_loss``, and its gradient."""
    ppo = _rows(kind, policy, log_probs, np.zeros(len(log_probs)), clip_range=clip_range)
    logged = train(ppo, advantages=advantages, log_probs=old_log_probs)
    return logged["train/policy_gradient_loss"], ppo.policy.gradients["log_probs"]


def value_loss(kind: Any, policy: Any, values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
    """``train/value_loss`` with ``vf_coef=1``, and its gradient."""
    ppo = _rows(kind, policy, np.zeros(len(values)), values, clip_range_vf=clip_range, vf_coef=1.0)
    logged = train(ppo, values=old_values, returns=returns)
    return logged["train/value_loss"], ppo.policy.gradients["values"]


def normalised(kind: Any, policy: Any, advantages: Any) -> Any:
    """The advantages that ratios are multiplied with: at ratio 1, −B times the gradient."""
    zeros = np.zeros(len(advantages))
    ppo = _rows(kind, policy, zeros, zeros, normalize_advantage=True)
    train(ppo, advantages=advantages)
    return -len(advantages) * ppo.policy.gradients["log_probs"]


def approximate_kl(kind: Any, policy: Any, log_probs: Any, old_log_probs: Any) -> Any:
    """``train/approx_kl``."""
    ppo = _rows(kind, policy, log_probs, np.zeros(len(log_probs)))
    return train(ppo, log_probs=old_log_probs)["train/approx_kl"]


def _rows(kind: Any, policy: Any, log_probs: Any, values: Any, **settings: Any) -> Any:
    """An algorithm on free log-probabilities and values, everything that was not asked for switched off."""
    plain: dict[str, Any] = PLAIN | {"learning_rate": 0.0, "n_epochs": 1, "ent_coef": 0.0, "vf_coef": 0.0}
    plain |= {"batch_size": max(len(log_probs), 2)}
    free = {"policy_kwargs": {"log_probs": log_probs, "values": values}}
    return untrained(kind, policy, len(log_probs), **plain | free | settings)
