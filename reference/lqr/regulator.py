"""A linear quadratic regulator, validated where it is made, and the gains that stabilise it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..arithmetic import Arithmetic, Array, arithmetic_of, convert, exact, is_finite
from ..tabular_mdp import refuse_where
from .stability import is_schur_stable
from .symmetric import is_positive_definite, is_positive_semidefinite, midpoints

__all__ = [
    "InvalidRegulatorError",
    "LinearQuadraticRegulator",
    "UnstableGainError",
    "closed_loop",
    "exact_closed_loop",
    "validate_gain",
]


class InvalidRegulatorError(ValueError):
    """The matrices given do not make a regulator, or a gain does not fit it; the message says why."""


class UnstableGainError(ValueError):
    """ρ(A − BK) ≥ 1: sums over an infinite horizon diverge, whatever a Lyapunov equation seems to say."""


@dataclass(frozen=True, eq=False)
class LinearQuadraticRegulator:
    """x_{t+1} = A x_t + B u_t,  cost Σ_{t≥0} x_tᵀ Q x_t + u_tᵀ R u_t,  u_t = −K x_t (Fazel et al., 2018, section 2).

    Parameters
    ----------
    A, B : ``[n, n]`` and ``[n, m]``.
    Q, R : ``[n, n]`` and ``[m, m]``, symmetric, Q ⪰ 0 and R ≻ 0.
    second_moment : ``[n, n]``, Σ₀ = E[x₀ x₀ᵀ] ⪰ 0: the covariance only where E x₀ = 0.

    All five are in one arithmetic. In float64 symmetry and Q, Σ₀ ⪰ 0 may be missed by n·2⁻⁵² of the largest entry.

    Raises
    ------
    InvalidRegulatorError: a shape does not fit, an entry is not finite, or a matrix is not as definite as it must be.
    """

    A: Array
    B: Array
    Q: Array
    R: Array
    second_moment: Array

    def __post_init__(self) -> None:
        """Settle on one arithmetic, then refuse what is not a regulator."""
        parts = {name: np.asarray(getattr(self, name)) for name in ("A", "B", "Q", "R", "second_moment")}
        try:
            arithmetic = arithmetic_of(*parts.values())
        except TypeError as error:
            raise InvalidRegulatorError(str(error)) from error
        n, m = parts["B"].shape if parts["B"].ndim == 2 else (0, 0)
        shapes = {"A": (n, n), "B": (n, m), "Q": (n, n), "R": (m, m), "second_moment": (n, n)}
        for name, part in parts.items():
            if part.shape != shapes[name] or 0 in part.shape:
                raise InvalidRegulatorError(
                    f"{name} has shape {part.shape}; B of shape {parts['B'].shape} calls for {shapes[name]}"
                )
            if part.dtype != (np.float64 if arithmetic is Arithmetic.FLOAT else object):
                part = convert(part, arithmetic)
            refuse_where(~is_finite(part), name, "is not a finite number", part, InvalidRegulatorError)
            part = part.view()
            part.flags.writeable = False
            object.__setattr__(self, name, part)
        for name in ("Q", "R", "second_moment"):
            _refuse_indefinite(getattr(self, name), name, strictly=name == "R")

    @cached_property
    def arithmetic(self) -> Arithmetic:
        """The arithmetic that this regulator is held in."""
        return arithmetic_of(self.A, self.B, self.Q, self.R, self.second_moment)

    @property
    def sizes(self) -> dict[str, int]:
        """N and m, by which domains know them."""
        return dict(zip("nm", self.B.shape, strict=True))


def closed_loop(regulator: LinearQuadraticRegulator, gain: Array) -> Array:
    """F = A − BK ``[n, n]``, stable or not; a gain of another shape is an ``InvalidRegulatorError``."""
    K = np.asarray(gain)
    if K.shape != regulator.B.shape[::-1]:
        raise InvalidRegulatorError(f"the gain has shape {K.shape}; this regulator needs {regulator.B.shape[::-1]}")
    try:
        arithmetic_of(K, regulator.A)
    except TypeError as error:
        raise InvalidRegulatorError(f"the gain is not in {regulator.arithmetic.value}: {error}") from error
    refuse_where(~is_finite(K), "the gain", "is not a finite number", K, InvalidRegulatorError)
    return np.asarray(regulator.A - regulator.B @ K)


def exact_closed_loop(regulator: LinearQuadraticRegulator, gain: Array) -> Array:
    """A − BK of the numbers given: floats are taken for the rationals that they are, and nothing is rounded."""
    loop = closed_loop(regulator, gain)
    if arithmetic_of(loop) is not Arithmetic.FLOAT:
        return loop
    return np.asarray(exact(regulator.A) - exact(regulator.B) @ exact(gain))


def validate_gain(regulator: LinearQuadraticRegulator, gain: Array) -> Array:
    """K ``[m, n]`` if it certainly stabilises: ρ(A − BK) < 1 of the matrices given, not of their rounded product.

    Raises
    ------
    UnstableGainError: it does not.
    UndecidedStabilityError: in balls, the radii leave it open.
    InvalidRegulatorError: the gain does not fit.
    """
    K = np.asarray(gain)
    if not is_schur_stable(exact_closed_loop(regulator, K)):
        raise UnstableGainError(f"A − BK has an eigenvalue outside or on the unit circle for K = {K.tolist()}")
    return K


def _refuse_indefinite(matrix: Array, name: str, *, strictly: bool) -> None:
    rational, radius = midpoints(matrix)
    if arithmetic_of(matrix) is Arithmetic.FLOAT:
        radius = exact(len(matrix) * 2.0**-52 * float(np.abs(matrix).max())).item()
        asymmetric = np.abs(exact(matrix) - exact(matrix).T) > radius
    else:
        asymmetric = matrix != matrix.T
    if np.any(asymmetric):
        i, j = (int(index) for index in np.argwhere(asymmetric)[0])
        raise InvalidRegulatorError(
            f"{name} is not symmetric: {matrix[i, j]} at {i}, {j} and {matrix[j, i]} at {j}, {i}"
        )
    if strictly and not is_positive_definite(rational):
        raise InvalidRegulatorError(f"{name} is not positive definite")
    if not is_positive_semidefinite(rational + radius * exact(np.eye(len(matrix), dtype=int))):
        raise InvalidRegulatorError(f"{name} is not positive semidefinite")
