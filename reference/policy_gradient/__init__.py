"""The gradient of the performance: the theorem, its estimators, the scores it needs, and what a small one means.

Throughout ``score[..., S, A, D]`` is ∇_θ log π_θ(a|s) and ``jacobian[S, A, D]`` is ∇_θ π_θ(a|s) = π ∇ log π.
"""

from .baseline import estimator_variance, optimal_baseline
from .deterministic import IntervalActionMDP, deterministic_policy_gradient, noisy_policy_gradient
from .differentiation import finite_horizon_value_gradient, performance_gradient, value_gradient
from .domination import direct_domination_bound, mismatch_coefficient, softmax_domination_bound, suboptimality
from .estimators import reward_to_go, total_reward_estimate, weighted_score_estimate
from .gaussian_score import gaussian_linear_score
from .softmax_score import softmax_jacobian, softmax_linear_policy, softmax_score
from .theorem import direct_gradient, policy_gradient, softmax_gradient
from .two_layer_network import TwoLayerNetwork, network_logit_gradient, network_output, network_score

__all__ = [
    "IntervalActionMDP",
    "TwoLayerNetwork",
    "deterministic_policy_gradient",
    "direct_domination_bound",
    "direct_gradient",
    "estimator_variance",
    "finite_horizon_value_gradient",
    "gaussian_linear_score",
    "mismatch_coefficient",
    "network_logit_gradient",
    "network_output",
    "network_score",
    "noisy_policy_gradient",
    "optimal_baseline",
    "performance_gradient",
    "policy_gradient",
    "reward_to_go",
    "softmax_domination_bound",
    "softmax_gradient",
    "softmax_jacobian",
    "softmax_linear_policy",
    "softmax_score",
    "suboptimality",
    "total_reward_estimate",
    "value_gradient",
    "weighted_score_estimate",
]
