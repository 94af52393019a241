"""``normalize_advantages``: its argument, its result, the right one, and how far rounding may take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...reference.arithmetic import Array, ball, exact, floating, sqrt
from ...reference.extrema import clip
from ...reference.ppo import normalised_advantages
from ..capability import Capability
from ..subject import Subject
from .strategies import AdvantageBatch, batches

__all__ = ["NORMALIZE_ADVANTAGES", "Followed", "centred", "deviation", "followed", "result_bound"]

LARGEST_EPSILON = 1e-4
"""What may be added to the standard deviation undeclared. It covers √(s² + 10⁻⁸) and max(s, 10⁻⁴) too."""
ONES = AdvantageBatch(exact([1, -1]))
TINY = 2.0**-20
TINY_ONES = AdvantageBatch(exact([TINY, -TINY]))


def oracle(advantages: Array) -> Array:
    """(Â − m)/s with the divisor B."""
    return normalised_advantages(advantages)


def centred(case: AdvantageBatch) -> Array:
    """Â_i − m, exactly."""
    return np.asarray(case.advantages - case.advantages.sum() / case.size)


def deviation(case: AdvantageBatch, ddof: int) -> Any:
    """S, the standard deviation, as a ball or an exact root; 0 for a batch of one."""
    return sqrt((centred(case) ** 2).sum() / exact(max(1, case.size - ddof))).item()


@dataclass(frozen=True)
class Followed:
    """The conventions that an implementation follows: ddof, the range of ε, and ε as it was measured."""

    ddof: int
    smallest: float
    largest: float
    measured: float

    def __str__(self) -> str:
        """As an implementation would declare them."""
        return f"advantage_std_ddof={self.ddof}, advantage_epsilon={self.measured:.2g}"

    @property
    def named(self) -> dict[str, tuple[Any, ...]]:
        """The same for a verdict."""
        return {"advantage_std_ddof": (self.ddof,), "advantage_epsilon": (float(f"{self.measured:.2g}"),)}

    def divisor(self, case: AdvantageBatch, got: Array) -> Any:
        """S + ε for the ε in range that fits best: Σ c²/Σ c z, c the centred advantages, brought into range."""
        spread, parts = deviation(case, self.ddof), centred(case)
        ends = [ball(spread) + ball(exact(epsilon)) for epsilon in (self.smallest, self.largest)]
        product = (parts * exact(np.where(np.isfinite(got), got, 0.0))).sum()
        fitted = ends[1] if product <= 0 else ball((parts**2).sum() / product)
        return clip(fitted, *ends).item()


def followed(subject: Subject) -> Followed:
    """The conventions declared; undeclared, ddof is measured on (1, −1), and ε on a millionth of it.

    (1, −1) becomes 1/(1 + ε) with the divisor B and 1/(√2 + ε) with B − 1. A measured ε is named, not judged: where
    none is declared, each batch may have its own up to the largest.
    """
    ddof, epsilon = subject.conventions.get("advantage_std_ddof"), subject.conventions.get("advantage_epsilon")
    if ddof is None:
        ddof = int(abs(NORMALIZE_ADVANTAGES.row(subject, ONES)[0]) < 0.85)
    if epsilon is not None:
        return Followed(int(ddof), float(epsilon), float(epsilon), float(epsilon))
    small = float(NORMALIZE_ADVANTAGES.row(subject, TINY_ONES)[0])
    measured = TINY / small - TINY * np.sqrt(1 + ddof) if small > 0 else 0.0
    noise = 8 * subject.unit_roundoff * TINY
    return Followed(int(ddof), 0.0, LARGEST_EPSILON, measured if abs(measured) > noise else 0.0)


def result_bound(case: AdvantageBatch, subject: Subject, ddof: int) -> Array:
    """2 (η + |c_i|/s Δ)/(s − Δ) + 2 (B + 12) u |c_i|/s, with η = (B + 2) u mean|Â| and Δ = 3η.

    A mean of B numbers is off by η, which moves every centred number by as much and the standard deviation by at most
    √2 η: at second order where squares are taken of centred numbers, at first order in a running update. The rest
    is relative: differences, squares, B sums, a root, ε and a quotient. Where Δ ≥ s/2 rounding decides all.
    """
    size, unit = case.size, subject.unit_roundoff
    if size == 1:
        return np.zeros(1)
    spread, parts = float(deviation(case, ddof)), np.abs(floating(centred(case)))
    shift = (size + 2) * unit * float(np.abs(floating(case.advantages)).mean())
    off = 3 * shift
    if off >= spread / 2:
        return np.full(size, np.inf)
    scores = parts / spread
    return np.asarray(2 * (shift + scores * off) / (spread - off) + 2 * (size + 12) * unit * scores)


def tolerance(subject: Subject, case: AdvantageBatch) -> Array:
    """R (|Â_i| + B + mean|Â|/s) + 8·10⁴ u |Â_i − Â_0|, R = 16u (B + 8) (1 + mean Â²/s²); infinite where R > 1/4.

    R is what the difference of two moments loses; of wrong versions that divide by a deviation of 0 plus 10⁻⁴, the
    numbers are that much larger. Of one row nothing is lost.
    """
    numbers, unit = floating(case.advantages), subject.unit_roundoff
    apart = 8e4 * unit * np.abs(numbers - numbers[0])
    if case.size == 1:
        return np.asarray(apart + 8 * unit * np.abs(numbers))
    spread = float(deviation(case, 0))
    relative = 16 * unit * (case.size + 8) * (1 + float((numbers**2).mean()) / spread**2) if spread else np.inf
    if relative > 1 / 4:
        return np.full(case.size, np.inf)
    return np.asarray(relative * (np.abs(numbers) + case.size + np.abs(numbers).mean() / spread) + apart)


def arguments(case: AdvantageBatch) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The one array."""
    return (case.advantages,), {}


def shapes(case: AdvantageBatch) -> tuple[tuple[int, ...], ...]:
    """One array [B]."""
    return ((case.size,),)


NORMALIZE_ADVANTAGES = Capability("normalize_advantages", batches, arguments, shapes, tolerance, oracle)
