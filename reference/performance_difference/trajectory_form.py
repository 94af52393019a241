"""The performance difference as an expectation over trajectories."""

from __future__ import annotations

from dataclasses import replace

from ..arithmetic import Array, Scalar
from ..mdp import finite_horizon_performance
from ..policy_evaluation import advantages, performance
from ..tabular_mdp import TabularMDP

__all__ = ["discounted_advantage_sum", "truncated_advantage_sum"]


def discounted_advantage_sum(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """E_{τ ~ new}[Σ_t γᵗ A_old(s_t, a_t)] = η(new) − η(old): the performance of ``new`` paid in advantages of ``old``.

    Kakade and Langford (2002), lemma 6.1; Schulman et al. (2015), eq. 1.
    """
    return performance(replace(mdp, reward=advantages(mdp, old)), new)


def truncated_advantage_sum(mdp: TabularMDP, old: Array, new: Array, horizon: int) -> Scalar:
    """E_{τ ~ new}[Σ_{t<H} γᵗ A_old(s_t, a_t)] = U_H(new) + γᴴ E_new[V_old(s_H)] − η(old).

    The telescoping in Schulman et al. (2015), proof of lemma 1, stopped after H steps.
    """
    paid = replace(mdp, reward=advantages(mdp, old))
    return finite_horizon_performance(paid, new, horizon, gamma=mdp.discount)
