"""How much better one policy is than another: one theorem in its several forms."""

from .average_reward import NotUnichainError, average_reward_difference, gain_and_bias, stationary_distribution
from .entropy_regularised import (
    soft_action_values,
    soft_bellman,
    soft_performance_difference,
    soft_state_values,
    soft_suboptimality,
)
from .exact_matrices import lattice_difference
from .expected_advantage import expected_advantage
from .importance_form import importance_weighted_difference
from .importance_ratio import MissingSupportError, importance_ratio
from .per_state import value_difference
from .residual import performance_difference_residual
from .reward_shaping import shaped
from .state_form import performance_difference
from .trajectory_form import discounted_advantage_sum, truncated_advantage_sum

__all__ = [
    "MissingSupportError",
    "NotUnichainError",
    "average_reward_difference",
    "discounted_advantage_sum",
    "expected_advantage",
    "gain_and_bias",
    "importance_ratio",
    "importance_weighted_difference",
    "lattice_difference",
    "performance_difference",
    "performance_difference_residual",
    "shaped",
    "soft_action_values",
    "soft_bellman",
    "soft_performance_difference",
    "soft_state_values",
    "soft_suboptimality",
    "stationary_distribution",
    "truncated_advantage_sum",
    "value_difference",
]
