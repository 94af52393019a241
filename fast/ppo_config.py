"""Everything that PPO leaves to choice."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

from .agent_config import AgentConfig
from .ppo_gradient import Coefficients

__all__ = ["PPOConfig"]


@dataclass(frozen=True, kw_only=True)
class PPOConfig(AgentConfig):
    """The elements of PPO, beside those of `AgentConfig`; advantages are normalised a minibatch at a time.

    epochs, minibatch_size : passes over a rollout, and rows a gradient step; the last of a pass may have fewer.
    clip_range : ε of the clipped policy loss.
    value_clip_range : ε of the clipped value loss, in the unit of the rewards learned from; None: the squared error.
    value_coefficient, entropy_coefficient : weights in the loss; 0 switches the term off.
    learning_rate, beta1, beta2, adam_epsilon : of Adam.
    max_gradient_norm : the global norm to which a gradient is scaled down; None: never.
    anneal_learning_rate, anneal_clip_range : linearly to 0 over a call of `learn`.
    target_kl : end an update before a minibatch whose estimated KL(old ‖ new) exceeds 1.5 of this; None: never.
    """

    epochs: int = 10
    minibatch_size: int = 64
    clip_range: float = 0.2
    value_clip_range: float | None = None
    value_coefficient: float = 0.5
    entropy_coefficient: float = 0.0
    learning_rate: float = 3e-4
    beta1: float = 0.9
    beta2: float = 0.999
    adam_epsilon: float = 1e-5
    max_gradient_norm: float | None = 0.5
    anneal_learning_rate: bool = False
    anneal_clip_range: bool = False
    target_kl: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        whole, optional = ("epochs", "minibatch_size"), ("value_clip_range", "max_gradient_norm", "target_kl")
        self.demand("a whole number of at least 1", lambda value: isinstance(value, int) and value >= 1, *whole)
        self.demand("in [0, 1)", lambda value: 0 <= value < 1, "beta1", "beta2")
        self.demand("in (0, 1)", lambda value: 0 < value < 1, "clip_range")
        self.demand("positive", lambda value: value > 0, "learning_rate", "adam_epsilon")
        self.demand("positive or None", lambda value: value is None or value > 0, *optional)
        weights = "value_coefficient", "entropy_coefficient"
        self.demand("finite and not negative", lambda value: isfinite(value) and value >= 0, *weights)

    def coefficients(self, remaining: float) -> Coefficients:
        """The numbers of an update; `remaining` falls from 1 to 0 over a call of `learn`."""
        return Coefficients(
            learning_rate=self.learning_rate * (remaining if self.anneal_learning_rate else 1.0),
            clip_range=self.clip_range * (remaining if self.anneal_clip_range else 1.0),
            value_clip_range=inf if self.value_clip_range is None else float(self.value_clip_range),
            value_coefficient=float(self.value_coefficient),
            entropy_coefficient=float(self.entropy_coefficient),
            max_gradient_norm=inf if self.max_gradient_norm is None else float(self.max_gradient_norm),
            kl_limit=inf if self.target_kl is None else 1.5 * self.target_kl,
            normalize_advantages=bool(self.normalize_advantages),
            beta1=float(self.beta1),
            beta2=float(self.beta2),
            adam_epsilon=float(self.adam_epsilon),
        )
