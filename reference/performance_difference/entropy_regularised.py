"""The performance difference where entropy is rewarded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..arithmetic import Array, Scalar, exp, log
from ..domain import domain
from ..kl import killed_trajectory_kl
from ..policy_evaluation import state_values
from ..tabular_mdp import TabularMDP, validate_policy
from ..visitation import unnormalised_visitation

__all__ = [
    "soft_action_values",
    "soft_bellman",
    "soft_performance_difference",
    "soft_state_values",
    "soft_suboptimality",
]


def soft_state_values(mdp: TabularMDP, policy: Array, *, temperature: Scalar) -> Array:
    """V_τ(s) = E_π[Σ_t γᵗ (r_t − τ log π(a_t|s_t)) | s₀ = s], ``[S]`` (Cen et al., 2022, eq. 2); 0 log 0 = 0.

    Raises
    ------
    ValueError: the temperature τ is not positive.
    """
    return state_values(_with_entropy(mdp, policy, temperature), policy)


@domain(mdp="one", policy="one")
def soft_action_values(mdp: TabularMDP, policy: Array, *, temperature: Scalar) -> Array:
    """Q_τ(s, a) = r(s, a) + γ Σ_s' P(s'|s, a) V_τ(s'), ``[S, A]``; a's own entropy is not in it (Cen et al., 2022)."""
    values = soft_state_values(mdp, policy, temperature=temperature)
    return np.asarray(mdp.reward + mdp.discount * (mdp.transition @ values))


@domain(mdp="one", old="one", new="one")
def soft_performance_difference(mdp: TabularMDP, old: Array, new: Array, *, temperature: Scalar) -> Scalar:
    """(1−γ)⁻¹ E_{s ~ d_new}[Σₐ π_new (Q_τ,old − τ log π_new) − V_τ,old] = V_τ,new(μ) − V_τ,old(μ).

    Mei et al. (2020), "On the global convergence rates of softmax policy gradient methods", appendix.
    """
    gain = validate_policy(mdp, new) * soft_action_values(mdp, old, temperature=temperature) - temperature * _p_log_p(
        mdp, new
    )
    step = gain.sum(axis=-1) - soft_state_values(mdp, old, temperature=temperature)
    return (unnormalised_visitation(mdp, new) * step).sum(axis=-1)


@domain(mdp="one", values="S", temperature="(0, ∞)")
def soft_bellman(mdp: TabularMDP, values: Array, *, temperature: Scalar) -> Array:
    """(T_τ V)(s) = τ log Σₐ exp((r(s, a) + γ Σ_s' P(s'|s, a) V(s'))/τ), ``[S]``: V*_τ is its only fixed point.

    A γ-contraction in the maximum norm (Cen et al., 2022).

    Raises
    ------
    ValueError: the temperature τ is not positive.
    """
    scaled = (mdp.reward + mdp.discount * (mdp.transition @ values)) / temperature
    top = np.maximum.reduce(scaled, axis=-1)
    return np.asarray(temperature * (top + log(exp(scaled - top[:, None]).sum(axis=-1))))


@domain(temperature="(0, ∞)")
def soft_suboptimality(mdp: TabularMDP, policy: Array, optimal: Array, *, temperature: Scalar) -> Scalar:
    """τ (1−γ)⁻¹ E_{s ~ d_π}[KL(π(·|s) ‖ π*_τ(·|s))] = V*_τ(μ) − V_τ^π(μ) for the soft optimal policy π*_τ.

    +∞ where π goes and takes an action that ``optimal`` never takes. Mei et al. (2020), lemma 26: the states are those
    of π.

    Raises
    ------
    ValueError: the temperature τ is not positive.
    """
    return temperature * killed_trajectory_kl(mdp, policy, optimal)


@domain(temperature="(0, ∞)")
def _with_entropy(mdp: TabularMDP, policy: Array, temperature: Scalar) -> TabularMDP:
    """The process that pays r − τ log π; what an action never taken would pay is left at r."""
    return replace(mdp, reward=mdp.reward - temperature * _log_taken(mdp, policy))


def _p_log_p(mdp: TabularMDP, policy: Array) -> Array:
    return np.asarray(policy * _log_taken(mdp, policy))


def _log_taken(mdp: TabularMDP, policy: Array) -> Array:
    table = validate_policy(mdp, policy)
    return log(np.where(table == 0, table**0, table))
