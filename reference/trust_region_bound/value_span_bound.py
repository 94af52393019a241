"""The trust-region bound with the range of the action values in place of advantages."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..extrema import largest
from ..policy_evaluation import action_values
from ..tabular_mdp import TabularMDP, validate_policy
from .distances import maximal_total_variation

__all__ = ["value_span_penalty"]


def value_span_penalty(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """|η(π_new) − L_old(π_new)| ≤ γ/(2(1−γ)²) ‖π_new − π_old‖²_∞ (max_{s,a} Q_old − min_{s,a} Q_old).

    The norm is max_s Σₐ |·| = 2 max_s TV. Often quoted with max_{s,a} |Q_old| in place of the range, which is right
    for Q ≥ 0 alone. Pirotta et al. (2013), section 3.
    """
    values = action_values(mdp, old)
    span = np.asarray(largest(largest(values)) + largest(largest(-values)))[()]
    alpha = maximal_total_variation(old, validate_policy(mdp, new))
    return 2 * mdp.discount * alpha**2 * span / (1 - mdp.discount) ** 2
