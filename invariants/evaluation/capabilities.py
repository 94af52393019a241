"""``state_values``, ``action_values`` and ``visitation``: arguments, results, the right ones, how far rounding goes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference import policy_evaluation
from ...reference.arithmetic import Array, floating
from ...reference.tabular_mdp import TabularMDP
from ...reference.visitation import visitation as visitation_of
from ..capability import Capability
from ..mdps import OnePolicy
from ..subject import Subject
from .strategies import evaluations

__all__ = ["ACTION_VALUES", "STATE_VALUES", "VISITATION", "discount_of", "relative_error"]


def discount_of(mdp: TabularMDP) -> float:
    """γ as a float."""
    return float(floating(mdp.discount))


def relative_error(subject: Subject, mdp: TabularMDP) -> float:
    """4u (3S + A + 4) κ with κ = (1+γ)/(1−γ) ≥ ‖M⁻¹‖ ‖M‖ for M = I − γP_π, in the ∞-norm; for Mᵀ in the 1-norm.

    An entry of M carries A + 3 roundings, and elimination moves M by at most 3S u |L||U|, which for a diagonally
    dominant matrix is a small multiple of |M| (Higham, 2002, section 9.5): hence the 4, and so do the explicit
    inverse and sweeps to the fixed point, whose roundings of (S + A + 3) u a sweep add up to 1/(1−γ) of them. Relative
    to ‖M⁻¹‖ ‖b‖, which is max|r|/(1−γ) for values, and 1/(1−γ), that is 1 after normalisation, for the visitation.
    """
    discount = discount_of(mdp)
    work = 4 * (3 * mdp.states + mdp.actions + 4)
    return subject.unit_roundoff * work * (1 + discount) / (1 - discount)


def value_arguments(case: OnePolicy) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """P, r, γ and π."""
    return (case.mdp.transition, case.mdp.reward, case.mdp.discount, case.policy), {}


def visitation_arguments(case: OnePolicy) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """P, μ, γ and π."""
    return (case.mdp.transition, case.mdp.initial, case.mdp.discount, case.policy), {}


def value_axes(case: OnePolicy) -> tuple[int, ...]:
    """The leading axes that P, r and π broadcast to."""
    return np.broadcast_shapes(case.mdp.transition.shape[:-3], case.mdp.reward.shape[:-2], case.policy.shape[:-2])


def state_shapes(case: OnePolicy) -> tuple[tuple[int, ...], ...]:
    """One array [..., S]."""
    return ((*value_axes(case), case.mdp.states),)


def action_shapes(case: OnePolicy) -> tuple[tuple[int, ...], ...]:
    """One array [..., S, A]."""
    return ((*value_axes(case), case.mdp.states, case.mdp.actions),)


def visitation_shapes(case: OnePolicy) -> tuple[tuple[int, ...], ...]:
    """One array [..., S]."""
    leading = case.mdp.transition.shape[:-3], case.mdp.initial.shape[:-1], case.policy.shape[:-2]
    return ((*np.broadcast_shapes(*leading), case.mdp.states),)


def value_tolerance(subject: Subject, case: OnePolicy) -> float:
    """4 relative errors of max|r| (1/(1−γ) + 100): no known wrong version takes more than 100 steps unheeded."""
    scale = float(np.abs(floating(case.mdp.reward)).max()) * (1 / (1 - discount_of(case.mdp)) + 100)
    return 4 * relative_error(subject, case.mdp) * scale


def visitation_tolerance(subject: Subject, case: OnePolicy) -> float:
    """4 relative errors of 1/(1−γ), what an unnormalised visitation sums to."""
    return 4 * relative_error(subject, case.mdp) / (1 - discount_of(case.mdp))


def state_values(transition: Array, reward: Array, discount: float, policy: Array) -> Array:
    """V = (I − γP_π)⁻¹ r_π."""
    return policy_evaluation.state_values(TabularMDP(transition, reward, _anywhere(reward), discount), policy)


def action_values(transition: Array, reward: Array, discount: float, policy: Array) -> Array:
    """Q = r + γPV."""
    return policy_evaluation.action_values(TabularMDP(transition, reward, _anywhere(reward), discount), policy)


def visitation(transition: Array, initial: Array, discount: float, policy: Array) -> Array:
    """D = (1−γ) (I − γP_πᵀ)⁻¹ μ."""
    return visitation_of(TabularMDP(transition, 0 * transition[..., 0], initial, discount), policy)


def _anywhere(reward: Array) -> Array:
    """A first state, which values do not depend on."""
    return np.asarray(np.eye(reward.shape[-2])[0])


STATE_VALUES = Capability("state_values", evaluations, value_arguments, state_shapes, value_tolerance, state_values)
ACTION_VALUES = Capability("action_values", evaluations, value_arguments, action_shapes, value_tolerance, action_values)
VISITATION = Capability(
    "visitation", evaluations, visitation_arguments, visitation_shapes, visitation_tolerance, visitation
)
