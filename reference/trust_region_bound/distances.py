"""How far apart two policies are: the largest and the average distance over states."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..extrema import largest
from ..kl import categorical_kl, total_variation
from ..tabular_mdp import TabularMDP, validate_policy
from ..visitation import visitation

__all__ = ["maximal_kl", "maximal_total_variation", "mean_total_variation"]


def maximal_total_variation(old: Array, new: Array) -> Scalar:
    """α = max_s TV(π_old(·|s), π_new(·|s)) over all states, visited or not; Schulman et al. (2015), eq. 7."""
    return np.asarray(largest(total_variation(old, new)))[()]


def maximal_kl(old: Array, new: Array) -> Scalar:
    """D_KL^max = max_s KL(π_old(·|s)‖π_new(·|s)) over all states, in nats (Schulman et al., 2015, section 3)."""
    return np.asarray(largest(categorical_kl(old, new)))[()]


def mean_total_variation(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """E_{s ~ d_old} TV(π_old(·|s), π_new(·|s)), d_old the normalised visitation (Achiam et al., 2017, corollary 1)."""
    distance = total_variation(validate_policy(mdp, old), validate_policy(mdp, new))
    return (visitation(mdp, old) * distance).sum(axis=-1)
