"""Off-policy corrections: where they converge, how fast, and what their weights cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...invariants.lattice import SMALL
from ...reference.arithmetic import Array, exact, exp
from ...reference.policy_evaluation import action_values, state_values
from ...reference.sampling import (
    chi_square,
    importance_weights,
    renyi_two,
    retrace_operator,
    v_trace_operator,
    v_trace_policy,
    weighted_second_moment,
)
from ...reference.tabular_mdp import TabularMDP
from ..evidence import fact, identity, inequality, tight
from .cases import OffPolicy, VineState, off_policy, vine_states


def v_trace(case: OffPolicy, values: Array, c_bar: Any) -> Array:
    """𝓡V."""
    return v_trace_operator(case.mdp, case.behaviour, case.target, values, rho_bar=case.rho_bar, c_bar=c_bar)


@identity("v-trace-fixed-point", cases=off_policy())
def v_trace_fixed_point(case: OffPolicy) -> tuple[Array, Array]:
    """𝓡V = V at V = V^{π_ρ̄}, π_ρ̄ ∝ min(ρ̄μ, π), for c̄ = 0, the c̄ drawn, and ρ̄: it is independent of c̄."""
    values = state_values(case.mdp, v_trace_policy(case.behaviour, case.target, rho_bar=case.rho_bar))
    levels = (0 * case.c_bar, case.c_bar, case.rho_bar)
    return np.stack([v_trace(case, values, c_bar) for c_bar in levels]), values


@inequality("v-trace-fixed-point", cases=off_policy())
def v_trace_contracts(case: OffPolicy) -> tuple[Any, Any]:
    """‖𝓡V − 𝓡V'‖∞ ≤ (1 − (1−γ)β) ‖V − V'‖∞, β = min_s E_μ min(ρ̄, π/μ) > 0, ρ̄ ≥ c̄: so there is one fixed point."""
    first, second = case.first[:, 0], case.second[:, 0]
    weights = np.minimum(importance_weights(case.target, case.behaviour), case.rho_bar)
    beta = (case.behaviour * weights).sum(axis=1).min()
    moved = abs(v_trace(case, first, case.c_bar) - v_trace(case, second, case.c_bar)).max()
    return moved, (1 - (1 - case.mdp.discount) * beta) * abs(first - second).max()


def one_state(c_bar: object, lam: object) -> OffPolicy:
    """One state, one action, γ = 7/8."""
    one = exact([[1]])
    mdp = TabularMDP(exact([[[1]]]), one, exact([1]), exact("7/8").item())
    levels = {"rho_bar": exact(1).item(), "c_bar": exact(c_bar).item(), "lam": exact(lam).item()}
    return OffPolicy(mdp, one, one, **levels, first=one, second=0 * one)


@tight("v-trace-fixed-point", of=v_trace_contracts, reaches=1)
def v_trace_of_one_step() -> Iterator[OffPolicy]:
    """On policy with c̄ = 0 the operator is one backup, β = 1, and the factor is γ."""
    yield one_state(0, 1)


@identity("retrace-contraction", cases=off_policy())
def retrace_fixed_point(case: OffPolicy) -> tuple[Array, Array]:
    """𝓡Q^π = Q^π, whatever the behaviour and λ."""
    values = action_values(case.mdp, case.target)
    return retrace_operator(case.mdp, case.behaviour, case.target, values, lam=case.lam), values


@inequality("retrace-contraction", cases=off_policy())
def retrace_contracts(case: OffPolicy) -> tuple[Any, Any]:
    """‖𝓡Q − 𝓡Q'‖∞ ≤ γ ‖Q − Q'‖∞."""
    images = [
        retrace_operator(case.mdp, case.behaviour, case.target, values, lam=case.lam)
        for values in (case.first, case.second)
    ]
    return abs(images[0] - images[1]).max(), case.mdp.discount * abs(case.first - case.second).max()


@tight("retrace-contraction", of=retrace_contracts, reaches=1)
def retrace_without_traces() -> Iterator[OffPolicy]:
    """λ = 0 is one backup."""
    yield one_state(1, 0)


@identity("is-second-moment", cases=vine_states())
def second_moment_of_weights(case: VineState) -> tuple[Any, Any]:
    """E_old[ρ²] = 1 + χ²(π‖π_old) = exp D₂(π‖π_old)."""
    by_divergence = exp(np.asarray(renyi_two(case.target, case.old))).item()
    return np.array([by_divergence, 1 + chi_square(case.target, case.old)]), weighted_second_moment(
        case.target, case.old
    )


@inequality("is-second-moment", cases=vine_states())
def variance_of_weighted_advantages(case: VineState) -> tuple[Any, Any]:
    """Var_old(ρ A) ≤ ‖A‖∞² (1 + χ²(π‖π_old)), any numbers A(a)."""
    A, weighted = case.values[:, 0], importance_weights(case.target, case.old) * case.values[:, 0]
    mean = (case.old * weighted).sum()
    return (case.old * weighted**2).sum() - mean**2, abs(A).max() ** 2 * (1 + chi_square(case.target, case.old))


@tight("is-second-moment", of=variance_of_weighted_advantages, reaches=1)
def advantages_of_one_size() -> Iterator[VineState]:
    """A = ±1 with E_π A = 0: the mean takes nothing off."""
    old, pi, one = exact(["3/4", "1/4"]), exact(["1/2", "1/2"]), exact([[1], [1]])
    yield VineState(pi, old, old, exact([[1], [-1]]), one)


@fact("is-second-moment")
def weights_cannot_find_what_is_never_drawn() -> str:
    """Full support is needed: π = (1/2, 1/2), π_old = (1, 0) has Σ over the samples π²/π_old = 1/4, but χ² = ∞."""
    pi, old = exact(["1/2", "1/2"]), exact([1, 0])
    seen = (pi[:1] ** 2 / old[:1]).sum()
    infinite = chi_square(pi, old)
    assert seen < 1 < infinite
    assert infinite > SMALL.entries.max()
    return f"{seen} on the samples, χ² = {infinite}"
