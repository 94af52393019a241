"""Slow, exact, tabular oracles: one theorem or definition a file, in plain NumPy."""

from .arithmetic import Arithmetic, ball, exact, floating
from .policy_evaluation import action_values, advantages, performance, state_values
from .tabular_mdp import InvalidMDPError, InvalidPolicyError, TabularMDP
from .visitation import unnormalised_visitation, visitation

__all__ = [
    "Arithmetic",
    "InvalidMDPError",
    "InvalidPolicyError",
    "TabularMDP",
    "action_values",
    "advantages",
    "ball",
    "exact",
    "floating",
    "performance",
    "state_values",
    "unnormalised_visitation",
    "visitation",
]
