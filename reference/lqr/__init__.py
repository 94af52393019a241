"""The linear quadratic regulator: costs by Lyapunov solves, exact gradients, and the optimisers built on them.

States x ``[n]``, controls u ``[m]``, gains K ``[m, n]`` with u = −K x; costs are minimised. Sums over an infinite
horizon refuse a gain that does not stabilise, by a certain decision and by name.
"""

from .cost import cost, partial_cost, stage_matrix, state_second_moment, value_matrix
from .cost_difference import cost_difference
from .gaussian_policy import noisy_average_cost, noisy_discounted_cost, noisy_partial_cost
from .gradient import gain_residual, policy_gradient, value_matrix_differential
from .gradient_domination import gauss_newton_gap_bound, gradient_gap_bound, natural_gradient_gap_bound
from .least_squares_policy_iteration import action_value_from_data, greedy_gain, quadratic_features
from .lyapunov import lyapunov_matrix, lyapunov_solution
from .regulator import (
    InvalidRegulatorError,
    LinearQuadraticRegulator,
    UnstableGainError,
    closed_loop,
    validate_gain,
)
from .riccati import controls_cost, riccati_gain, riccati_map
from .stability import UndecidedStabilityError, characteristic_polynomial, is_schur_stable
from .symmetric import extreme_eigenvalues, is_positive_definite, is_positive_semidefinite
from .updates import gauss_newton_step, gradient_step, natural_gradient_step, policy_iteration_step

__all__ = [
    "InvalidRegulatorError",
    "LinearQuadraticRegulator",
    "UndecidedStabilityError",
    "UnstableGainError",
    "action_value_from_data",
    "characteristic_polynomial",
    "closed_loop",
    "controls_cost",
    "cost",
    "cost_difference",
    "extreme_eigenvalues",
    "gain_residual",
    "gauss_newton_gap_bound",
    "gauss_newton_step",
    "gradient_gap_bound",
    "gradient_step",
    "greedy_gain",
    "is_positive_definite",
    "is_positive_semidefinite",
    "is_schur_stable",
    "lyapunov_matrix",
    "lyapunov_solution",
    "natural_gradient_gap_bound",
    "natural_gradient_step",
    "noisy_average_cost",
    "noisy_discounted_cost",
    "noisy_partial_cost",
    "partial_cost",
    "policy_gradient",
    "policy_iteration_step",
    "quadratic_features",
    "riccati_gain",
    "riccati_map",
    "stage_matrix",
    "state_second_moment",
    "validate_gain",
    "value_matrix",
    "value_matrix_differential",
]
