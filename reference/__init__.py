"""Slow, exact, tabular oracles: one theorem or definition a file, in plain NumPy."""

from .arithmetic import Arithmetic, ball, exact, floating
from .domain import InvalidArgumentError
from .optimal_policy import optimal_policy
from .performance_difference import performance_difference
from .policy_evaluation import action_values, advantages, performance, state_values
from .surrogate import surrogate_performance
from .tabular_mdp import InvalidMDPError, InvalidPolicyError, TabularMDP
from .visitation import unnormalised_visitation, visitation

__all__ = [
    "Arithmetic",
    "InvalidArgumentError",
    "InvalidMDPError",
    "InvalidPolicyError",
    "TabularMDP",
    "action_values",
    "advantages",
    "ball",
    "exact",
    "floating",
    "optimal_policy",
    "performance",
    "performance_difference",
    "state_values",
    "surrogate_performance",
    "unnormalised_visitation",
    "visitation",
]
