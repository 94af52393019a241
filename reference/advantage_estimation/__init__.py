"""Advantage estimation from trajectories, by four routes that share no line.

Beside them, the mean, variance and bias bound that these estimators have on a given process.

Time-major arrays ``[T, ...]``: step t earns ``rewards[t]`` in a state of value ``values[t] = V(s_t)`` and reaches one
of value ``next_values[t] = V(s_{t+1})``, before any reset. ``terminated[t]``: s_{t+1} is terminal, its value counts
as 0. ``truncated[t]``: the episode was cut there, its value counts. Where both are set, terminated wins. The arrays
end with step T−1, which is cut there if no flag says otherwise.
"""

from .bias_bound import bias_bound, bias_factor
from .enumeration import Rollouts, enumerate_rollouts
from .moments import estimate_mean, estimate_variance
from .n_step import n_step_advantage
from .recursion import generalized_advantage_estimation, lambda_returns
from .td_sum import td_error_sum, td_errors
from .weighted_average import infinite_weighted_average, weighted_average
from .weights import average_weights

__all__ = [
    "Rollouts",
    "average_weights",
    "bias_bound",
    "bias_factor",
    "enumerate_rollouts",
    "estimate_mean",
    "estimate_variance",
    "generalized_advantage_estimation",
    "infinite_weighted_average",
    "lambda_returns",
    "n_step_advantage",
    "td_error_sum",
    "td_errors",
    "weighted_average",
]
