"""The trust-region bound in the mean divergence, to second order."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, solve, sqrt, square
from ..domain import domain
from ..policy_evaluation import advantages, bellman_matrix
from ..surrogate.derivative import validate_direction
from ..tabular_mdp import TabularMDP, validate_policy
from ..visitation import unnormalised_visitation, visitation
from .total_variation_bound import largest_advantage

__all__ = ["gap_curvature", "kl_curvature", "local_penalty"]


@domain(mdp="one", old="one")
def gap_curvature(mdp: TabularMDP, old: Array, direction: Array) -> Scalar:
    """lim_{t→0} (η − L_old)(π_old + tD)/t² = γ ρ_oldᵀ P_D (I − γ P_old)⁻¹ Ā_D, D ``[S, A]`` with rows of sum 0.

    P_D = Σₐ D P, Ā_D = Σₐ D A_old: how the first step off changes where one goes, times what is gained there.
    """
    moved = np.einsum("sa,sat->st", validate_direction(mdp, direction), mdp.transition)
    gain = solve(bellman_matrix(mdp, old), (direction * advantages(mdp, old)).sum(axis=-1))
    return mdp.discount * (unnormalised_visitation(mdp, old) @ moved @ gain)


@domain(mdp="one", old="one")
def kl_curvature(mdp: TabularMDP, old: Array, direction: Array) -> Scalar:
    """lim_{t→0} E_{s ~ d_old} KL(π_old‖π_old + tD)/t² = ½ E_{s ~ d_old} Σₐ D(s, a)²/π_old(a|s).

    Kullback (1959), chapter 2, section 6.

    Raises
    ------
    ValueError: D moves mass to an action that π_old never takes, where the divergence is of first order.
    """
    if np.any((validate_policy(mdp, old) == 0) & (validate_direction(mdp, direction) != 0)):
        raise ValueError("the direction leaves the support of the policy: the divergence has no second-order term")
    return (visitation(mdp, old) * (square(direction) / np.where(old == 0, 1, old)).sum(axis=-1)).sum() / 2


def local_penalty(mdp: TabularMDP, old: Array, direction: Array) -> Scalar:
    """|gap_curvature| ≤ 2ε√γ/(1−γ)^{3/2} kl_curvature: |η − L_old| ≤ 2ε√γ/(1−γ)^{3/2} E_d KL (1 + o(1)) near π_old.

    The sharpest constant. By Cauchy–Schwarz: the score of a trajectory that survives each step with probability γ
    is a martingale, so Σ_s d(s) (ḋ/d)² ≤ γ/(1−γ) E_d Σₐ D²/π, and Ā_D² ≤ ε² Σₐ D²/π. Elementary; not from a paper.
    """
    horizon = 1 / (1 - mdp.discount)
    coefficient = 2 * largest_advantage(mdp, old) * horizon * sqrt(np.asarray(mdp.discount * horizon))[()]
    return coefficient * kl_curvature(mdp, old, direction)
