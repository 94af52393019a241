"""Everything that TRPO leaves to choice."""

from __future__ import annotations

from dataclasses import dataclass

from .agent_config import AgentConfig
from .trust_region import TrustRegion

__all__ = ["TRPOConfig"]


@dataclass(frozen=True, kw_only=True)
class TRPOConfig(AgentConfig):
    """The elements of TRPO, beside those of `AgentConfig`.

    max_kl : δ, the largest mean KL divergence of the new policy from the old one.
    damping : c; the step solves (F + c I) x = g.
    conjugate_gradient_iterations : steps of conjugate gradients.
    backtrack_factor, backtrack_steps : trial j = 0, 1, … of the line search is factor^j of the full step.
    critic_epochs, critic_minibatch_size : passes of the critic over a rollout, and rows a gradient step.
    critic_learning_rate : of Adam.
    """

    steps: int = 2048
    environments: int = 1
    max_kl: float = 0.01
    damping: float = 0.1
    conjugate_gradient_iterations: int = 15
    backtrack_factor: float = 0.8
    backtrack_steps: int = 10
    critic_epochs: int = 10
    critic_minibatch_size: int = 128
    critic_learning_rate: float = 1e-3

    def __post_init__(self) -> None:
        super().__post_init__()
        whole = "conjugate_gradient_iterations", "backtrack_steps", "critic_epochs", "critic_minibatch_size"
        self.demand("a whole number of at least 1", lambda value: isinstance(value, int) and value >= 1, *whole)
        self.demand("positive", lambda value: value > 0, "max_kl", "critic_learning_rate")
        self.demand("not negative", lambda value: value >= 0, "damping")
        self.demand("in (0, 1)", lambda value: 0 < value < 1, "backtrack_factor")

    def region(self) -> TrustRegion:
        """What the update of the policy needs."""
        return TrustRegion(
            max_kl=self.max_kl,
            damping=self.damping,
            iterations=self.conjugate_gradient_iterations,
            backtrack_factor=self.backtrack_factor,
            backtrack_steps=self.backtrack_steps,
        )
