"""The trust-region bound in total variation."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..extrema import largest
from ..policy_evaluation import advantages
from ..tabular_mdp import TabularMDP, validate_policy
from .distances import maximal_total_variation

__all__ = ["coupling_penalty", "largest_advantage", "total_variation_penalty"]


def largest_advantage(mdp: TabularMDP, old: Array) -> Scalar:
    """ε = max_{s,a} |A_old(s, a)|, over all actions; those that either policy takes would do.

    Schulman et al. (2015), theorem 1.
    """
    return np.asarray(largest(largest(abs(advantages(mdp, old)))))[()]


def total_variation_penalty(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """|η(π_new) − L_old(π_new)| ≤ 4εγα² / (1−γ)², α = max_s TV, ε = max_{s,a} |A_old|, for any two policies.

    The constant 4 cannot be lowered. Schulman et al. (2015), theorem 1.
    """
    alpha = maximal_total_variation(validate_policy(mdp, old), validate_policy(mdp, new))
    return 4 * largest_advantage(mdp, old) * mdp.discount * alpha**2 / (1 - mdp.discount) ** 2


def coupling_penalty(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """|η(π_new) − L_old(π_new)| ≤ 4εγα² / ((1−γ)(1 − γ(1−α))): sharper, and attained at α = ½.

    Schulman et al. (2015), proof of theorem 1 in appendix A, before 1 − γ(1−α) ≥ 1−γ is used.
    """
    alpha = maximal_total_variation(validate_policy(mdp, old), validate_policy(mdp, new))
    horizon = (1 - mdp.discount) * (1 - mdp.discount * (1 - alpha))
    return 4 * largest_advantage(mdp, old) * mdp.discount * alpha**2 / horizon
