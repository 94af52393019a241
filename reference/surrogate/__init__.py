"""The surrogate L_old(new): the performance of a new policy, judged where the old one goes."""

from .derivative import InvalidDirectionError, performance_derivative, softmax_directions, surrogate_derivative
from .fixed_data import batch_objective, batch_optimum, batch_weights
from .gap import second_order_gap, surrogate_gap
from .greedy import maximises_surrogate, surrogate_maximum
from .surrogate_performance import (
    importance_weighted_surrogate,
    mean_surrogate_advantage,
    surrogate_advantage,
    surrogate_performance,
)
from .trajectory_importance import one_step_performance, per_decision_performance, second_moment_of_ratio

__all__ = [
    "InvalidDirectionError",
    "batch_objective",
    "batch_optimum",
    "batch_weights",
    "importance_weighted_surrogate",
    "maximises_surrogate",
    "mean_surrogate_advantage",
    "one_step_performance",
    "per_decision_performance",
    "performance_derivative",
    "second_moment_of_ratio",
    "second_order_gap",
    "softmax_directions",
    "surrogate_advantage",
    "surrogate_derivative",
    "surrogate_gap",
    "surrogate_maximum",
    "surrogate_performance",
]
