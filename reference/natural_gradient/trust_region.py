"""The step that a linear objective gains most from, inside an ellipsoid.

Its direction: Amari (1998), "Natural gradient works efficiently in learning", theorem 1; its length: Schulman et al.
(2015), "Trust region policy optimization", appendix C.
"""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, sqrt
from ..domain import domain
from ..lqr.symmetric import is_positive_semidefinite
from .pseudo_inverse import InconsistentSystemError, minimum_norm_solution

__all__ = [
    "UnboundedProblemError",
    "UncertainSlopeError",
    "argmax_on_ellipsoid",
    "largest_increase",
    "squared_step_length",
    "trust_region_step",
]


class UnboundedProblemError(ArithmeticError):
    """The objective grows without limit inside the trust region: the gradient leaves the range of F."""


class UncertainSlopeError(ArithmeticError):
    """At this precision a ball does not tell whether gᵀx is positive, hence whether there is a direction at all."""


@domain(gradient="n ...", natural_gradient="n ...", delta="[0, ∞)")
def squared_step_length(gradient: Array, natural_gradient: Array, delta: Scalar, *, half: bool = True) -> Scalar:
    """η² of the step η x, where F x = g: 2δ / gᵀx under ½dᵀFd ≤ δ (``half``), or δ / gᵀx under dᵀFd ≤ δ; 0 for g = 0.

    Rational where its arguments are. With damping, F stands for F + c I throughout. Schulman et al. (2015), appendix C,
    for ½dᵀFd; the lecture notes on natural gradients that drop the ½ take the other one.

    Raises
    ------
    ValueError: δ is negative, or gᵀx is, so that F cannot be positive semi-definite.
    UnboundedProblemError: gᵀx = 0 although g ≠ 0.
    UncertainSlopeError: a ball does not tell whether gᵀx is zero.
    """
    slope = (gradient * natural_gradient).sum()
    if slope < 0:
        raise ValueError(f"gᵀx is {slope}: F is not positive semi-definite")
    if slope == 0:
        if np.any(gradient != 0):
            raise UnboundedProblemError("gᵀx = 0 for g ≠ 0: F has no curvature along a direction of ascent")
        return 0 * delta
    if not slope > 0:
        raise UncertainSlopeError(f"gᵀx is {slope}: raise the precision")
    return (2 * delta if half else delta) / slope


def trust_region_step(gradient: Array, natural_gradient: Array, delta: Scalar, *, half: bool = True) -> Array:
    """argmax_d {gᵀd : ½dᵀFd ≤ δ} = √(2δ / gᵀx) x with F x = g, in the shape of x; without ½ if not ``half``.

    Of several maximisers the shortest, if x = F⁺ g. Raises what ``squared_step_length`` raises.
    """
    length = sqrt(np.asarray(squared_step_length(gradient, natural_gradient, delta, half=half)))
    return np.asarray(length * natural_gradient)


@domain(gradient="n ...", natural_gradient="n ...", delta="[0, ∞)")
def largest_increase(gradient: Array, natural_gradient: Array, delta: Scalar, *, half: bool = True) -> Scalar:
    """max_d {gᵀd : ½dᵀFd ≤ δ} = √(2δ gᵀx) with F x = g; without the 2 if not ``half``.

    Raises
    ------
    ValueError: δ or gᵀx is negative.
    """
    squared = (2 * delta if half else delta) * (gradient * natural_gradient).sum()
    if squared < 0:
        raise ValueError(f"2δ gᵀx is {squared}; δ must be non-negative and F positive semi-definite")
    return sqrt(np.asarray(squared)).item()


@domain(fisher="n n", gradient="n")
def argmax_on_ellipsoid(fisher: Array, gradient: Array, delta: Scalar, *, half: bool = True) -> Array:
    """The shortest argmax_d {gᵀd : ½dᵀFd ≤ δ}, ``[n]``, for any positive semi-definite rational ``fisher[n, n]``.

    Raises
    ------
    UnboundedProblemError: g is outside the range of F, so that there is no maximum.
    ValueError: δ is negative, or F is not symmetric and positive semi-definite.
    TypeError: F is not rational.
    """
    if not is_positive_semidefinite(fisher):
        raise ValueError("F is not positive semi-definite")
    try:
        direction = minimum_norm_solution(fisher, gradient)
    except InconsistentSystemError as error:
        raise UnboundedProblemError("g is outside the range of F: gᵀd has no maximum on the trust region") from error
    return trust_region_step(gradient, direction, delta, half=half)
