"""What estimated advantages do to the surrogate."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain
from ..extrema import largest
from ..policy_evaluation import advantages, performance
from ..tabular_mdp import TabularMDP, validate_policy
from ..visitation import unnormalised_visitation

__all__ = ["estimated_surrogate", "surrogate_error_bound"]


@domain(estimates="... S A")
def estimated_surrogate(mdp: TabularMDP, old: Array, new: Array, estimates: Array) -> Scalar:
    """L̂_old(π_new) = η(π_old) + Σ_s ρ_old(s) Σₐ π_new(a|s) Â(s, a), Â ``[S, A]`` in place of A_old."""
    gain = (validate_policy(mdp, new) * estimates).sum(axis=-1)
    return performance(mdp, old) + (unnormalised_visitation(mdp, old) * gain).sum(axis=-1)


@domain(estimates="... S A")
def surrogate_error_bound(mdp: TabularMDP, old: Array, estimates: Array) -> Scalar:
    """|L̂_old(π) − L_old(π)| ≤ ξ/(1−γ) for every π, ξ = max_{s,a} |Â(s, a) − A_old(s, a)|."""
    error = largest(largest(abs(estimates - advantages(mdp, old))))
    return np.asarray(error)[()] / (1 - mdp.discount)
