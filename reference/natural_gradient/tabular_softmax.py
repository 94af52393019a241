"""The natural gradient of a table of logits in closed form: no linear system, any arithmetic."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain
from .pseudo_inverse import InconsistentSystemError

__all__ = ["UncertainSupportError", "softmax_damped_natural_gradient", "softmax_natural_gradient"]


class UncertainSupportError(ArithmeticError):
    """At this precision a ball does not tell whether a probability is zero."""


@domain(weights="S in [0, ∞)", policy="S A in Δ", gradient="S A")
def softmax_natural_gradient(weights: Array, policy: Array, gradient: Array) -> Array:
    """F⁺ g for F = block diag_s w(s) (diag π_s − π_s π_sᵀ) and g in its range, ``[S, A]``; ``gradient[S, A]`` is g.

    x(s, a) = g(s, a) / (w(s) π(a|s)) on the support w(s) π(a|s) > 0, less its mean over the support of the row, since a
    constant there is all that F does not see; x = 0 off the support. For g = ∇J it is A^π/(1−γ) up to a constant for
    each state: Kakade (2001), section 3; Agarwal, Kakade, Lee and Mahajan (2021), "On the theory of policy gradient
    methods", lemma 15.

    Raises
    ------
    InconsistentSystemError: g is outside the range of F, whose rows sum to 0 and vanish off the support. Float rows sum
        to 0 up to the rounding of whoever made them, and are not asked to.
    InvalidPolicyError: a row of the policy is no distribution.
    InvalidArgumentError: a weight is negative, or shapes do not fit.
    UncertainSupportError: a ball does not tell whether w(s) π(a|s) is zero.
    """
    mass = weights[:, None] * policy
    support = mass > 0
    if np.any(~support & ~(mass == 0)):
        raise UncertainSupportError("a probability may or may not be zero: raise the precision")
    total = gradient.sum(axis=-1)
    leaves = np.any(gradient[~support] > 0) or np.any(gradient[~support] < 0)
    if leaves or (gradient.dtype == object and (np.any(total > 0) or np.any(total < 0))):
        raise InconsistentSystemError("the gradient is outside the range of F: its rows sum to 0 over what has mass")
    solution = np.where(support, gradient, 0 * gradient) / np.where(support, mass, 1)
    mean = solution.sum(axis=-1, keepdims=True) / np.maximum(support.sum(axis=-1, keepdims=True), 1)
    return np.where(support, solution - mean, 0 * solution)


@domain(weights="S in [0, ∞)", policy="S A in Δ", gradient="S A", damping="(0, ∞)")
def softmax_damped_natural_gradient(weights: Array, policy: Array, gradient: Array, *, damping: Scalar) -> Array:
    """(F + c I)⁻¹ g, ``[S, A]``, for a damping c > 0, by the rule of Sherman and Morrison (1950) in each row.

    With D_a = w π_a + c: x = (g + w π (Σ_b π_b g_b / D_b) / (c Σ_b π_b / D_b)) / D, where c Σ_b π_b / D_b stands for
    1 − w Σ_b π_b² / D_b without its cancellation.

    Raises
    ------
    InvalidPolicyError: a row of the policy is no distribution.
    InvalidArgumentError: a weight is negative, or shapes do not fit.
    ValueError: the damping is not positive.
    """
    mass = weights[:, None] * policy
    diagonal = mass + damping
    along = (policy * gradient / diagonal).sum(axis=-1, keepdims=True)
    left = damping * (policy / diagonal).sum(axis=-1, keepdims=True)
    return np.asarray((gradient + mass * (along / left)) / diagonal)
