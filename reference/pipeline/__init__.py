"""Whole algorithms, as loops over the oracles of their parts. PPO's is ``reference.ppo.ppo_update``."""

from .actor_critic import ActorCriticStep, actor_critic_step, expected_critic_update
from .conservative_policy_iteration import conservative_policy_iteration
from .natural_policy_gradient import natural_policy_gradient
from .reinforce import reinforce_gradient

__all__ = [
    "ActorCriticStep",
    "actor_critic_step",
    "conservative_policy_iteration",
    "expected_critic_update",
    "natural_policy_gradient",
    "reinforce_gradient",
]
