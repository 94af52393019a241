"""Small linear quadratic regulators in exact rationals, with gains that stabilise them and gains that do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import SMALL, numbers, table
from ...reference.arithmetic import Array, exact
from ...reference.lqr import LinearQuadraticRegulator, is_positive_definite, is_schur_stable, riccati_gain, riccati_map

__all__ = [
    "AnyLoop",
    "Controlled",
    "Regulated",
    "Solved",
    "TwoGains",
    "any_loops",
    "controlled",
    "identity_matrix",
    "regulated",
    "scalar",
    "solved",
    "two_gains",
    "unstable",
]

LOOPS = table([0, "1/2", "-1/2", "3/4", 1, -1, "15/16", "-127/128", "1/8", 2, "-3/2", 8])
"""Entries of closed loops: nilpotent, far from normal and nearly unstable ones are common."""


@dataclass(frozen=True, eq=False, repr=False)
class Regulated(Case):
    """A regulator, matrix by matrix, with a gain K ``[m, n]``."""

    A: Array
    B: Array
    Q: Array
    R: Array
    second_moment: Array
    gain: Array

    @property
    def regulator(self) -> LinearQuadraticRegulator:
        """The regulator."""
        return LinearQuadraticRegulator(self.A, self.B, self.Q, self.R, self.second_moment)


@dataclass(frozen=True, eq=False, repr=False)
class TwoGains(Regulated):
    """The same with a second gain that stabilises too."""

    new_gain: Array


@dataclass(frozen=True, eq=False, repr=False)
class Solved(Regulated):
    """A regulator whose optimum is rational: P* and K* solve the Riccati equation exactly."""

    value: Array
    optimal: Array


@dataclass(frozen=True, eq=False, repr=False)
class Controlled(Solved):
    """The same with a first state x₀ ``[n]`` and any controls u ``[T, m]``."""

    first: Array
    controls: Array


@dataclass(frozen=True, eq=False, repr=False)
class AnyLoop(Case):
    """A closed loop F, stable or not, and a W ≻ 0."""

    loop: Array
    constant: Array


def identity_matrix(size: int) -> Array:
    """I ``[n, n]`` in rationals."""
    return exact(np.eye(size, dtype=int))


def scalar(*, a: object, b: object, q: object, r: object, k: object, second_moment: object = 1) -> Regulated:
    """One state and one control: x' = a x + b u, cost q x² + r u², u = −k x."""
    return Regulated(*(exact([[number]]) for number in (a, b, q, r, second_moment, k)))


@st.composite
def grams(draw: st.DrawFn, size: int, *, definite: bool) -> Array:
    """LLᵀ, often singular, or LLᵀ + I/4."""
    factor = draw(numbers((size, size), SMALL))
    gram = factor @ factor.T
    return np.asarray(gram + identity_matrix(size) / exact(4).item() if definite else gram)


@st.composite
def loops(draw: st.DrawFn, size: int) -> Array:
    """Stable F: a drawn matrix, halved until it is."""
    loop = draw(numbers((size, size), LOOPS))
    while not is_schur_stable(loop):
        loop = loop / exact(2).item()
    return np.asarray(loop)


@st.composite
def regulated(
    draw: st.DrawFn, *, max_states: int = 3, definite: bool = False, definite_moment: bool = False
) -> Regulated:
    """Regulators with a stabilising gain: F and K are drawn, and A = F + BK.

    ``definite`` asks for Q ≻ 0, ``definite_moment`` for Σ₀ ≻ 0.
    """
    n, m = draw(st.integers(1, max_states)), draw(st.integers(1, 2))
    loop, B, K = draw(loops(n)), draw(numbers((n, m), SMALL)), draw(numbers((m, n), SMALL))
    return Regulated(
        loop + B @ K,
        B,
        draw(grams(n, definite=definite)),
        draw(grams(m, definite=True)),
        draw(grams(n, definite=definite_moment)),
        K,
    )


@st.composite
def two_gains(draw: st.DrawFn) -> TwoGains:
    """Regulators with two stabilising gains, the second drawn towards the first until it stabilises."""
    case = draw(regulated(max_states=2))
    return TwoGains(**vars(case), new_gain=_towards(case, case.gain, draw(numbers(case.gain.shape, SMALL))))


@st.composite
def solved(draw: st.DrawFn, *, max_states: int = 2) -> Solved:
    """The inverse problem of Kalman (1964): draw A, B, R and P* ≻ 0, and take the Q that makes P* the optimum.

    Q = P* − AᵀP*A + AᵀP*B (R + BᵀP*B)⁻¹ BᵀP*A, with A halved until Q ≻ 0.
    """
    n, m = draw(st.integers(1, max_states)), draw(st.integers(1, 2))
    A, B = draw(numbers((n, n), LOOPS)), draw(numbers((n, m), SMALL))
    R, P = draw(grams(m, definite=True)), draw(grams(n, definite=True))
    moment = draw(grams(n, definite=True))
    zero = 0 * identity_matrix(n)
    while True:
        Q = P - riccati_map(LinearQuadraticRegulator(A, B, zero, R, moment), P)
        if is_positive_definite(Q):
            break
        A = A / exact(2).item()
    optimal = riccati_gain(LinearQuadraticRegulator(A, B, Q, R, moment), P)
    case = Regulated(A, B, Q, R, moment, optimal)
    gain = _towards(case, optimal, draw(numbers((m, n), SMALL)))
    return Solved(A, B, Q, R, moment, gain, P, optimal)


@st.composite
def controlled(draw: st.DrawFn, *, max_steps: int = 4) -> Controlled:
    """A solved regulator driven by anything for a few steps."""
    case = draw(solved())
    m, n = case.gain.shape
    controls = draw(numbers((draw(st.integers(0, max_steps)), m), SMALL))
    return Controlled(**vars(case), first=draw(numbers((n,), SMALL)), controls=controls)


@st.composite
def any_loops(draw: st.DrawFn, *, max_states: int = 3) -> AnyLoop:
    """Closed loops on either side of stability and on its very edge."""
    n = draw(st.integers(1, max_states))
    return AnyLoop(draw(numbers((n, n), LOOPS)), draw(grams(n, definite=True)))


@st.composite
def unstable(draw: st.DrawFn) -> Regulated:
    """Regulators with Q ≻ 0, Σ₀ ≻ 0 and a gain that does not stabilise."""
    case = draw(regulated(definite=True, definite_moment=True))
    loop = case.A - case.B @ case.gain
    for _ in range(8):
        if not is_schur_stable(loop):
            break
        loop = 2 * loop
    else:
        loop = loop + identity_matrix(len(loop))
    while is_schur_stable(loop):
        loop = loop + identity_matrix(len(loop))
    return Regulated(loop + case.B @ case.gain, case.B, case.Q, case.R, case.second_moment, case.gain)


def _towards(case: Regulated, gain: Array, direction: Array) -> Array:
    """K + D/2ᵏ for the least k ≥ 0 at which it stabilises."""
    while not is_schur_stable(case.A - case.B @ (gain + direction)):
        direction = direction / exact(2).item()
    return np.asarray(gain + direction)
