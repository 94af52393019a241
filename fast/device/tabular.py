"""PPO on the tabular softmax policy, on tensors of any device."""

from __future__ import annotations

import torch
from torch import Tensor

from ..distributions import CATEGORICAL
from ..tabular import TABLE
from .ppo_loss import policy_loss

__all__ = ["ppo_step"]


def ppo_step(
    logits: Tensor,
    states: Tensor,
    actions: Tensor,
    advantages: Tensor,
    *,
    clip_range: float,
    learning_rate: float,
    epochs: int,
) -> Tensor:
    """θ ← θ − α ∇L_policy(θ), ``epochs`` times, on the whole batch; ratios against the logits given, ``[S, A]``."""
    old = CATEGORICAL.log_prob(*TABLE.outputs(logits, states), actions)
    for _ in range(epochs):
        here = TABLE.linearise(logits, states)
        log_probs = CATEGORICAL.log_prob(*here.outputs, actions)
        _, pull, _ = policy_loss(log_probs, old, advantages, clip_range)
        (score,) = CATEGORICAL.score(*here.outputs, actions)
        logits = torch.sub(logits, here.pull((pull[:, None] * score,)), alpha=learning_rate)
    return logits
