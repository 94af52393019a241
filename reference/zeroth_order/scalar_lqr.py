"""A cost that Gaussian perturbations must not be used on: the scalar linear-quadratic regulator."""

from __future__ import annotations

import math
from dataclasses import dataclass

from flint import arb

from ..arithmetic import Arithmetic, Scalar, arithmetic_of, ball, sqrt
from ..domain import domain, require

__all__ = ["ScalarLQR"]


@dataclass(frozen=True)
class ScalarLQR:
    """x_{t+1} = a x_t + b u_t from x₀ = 1 under u = −K x, at the cost Σ_t (q x_t² + r u_t²); q > 0, r ≥ 0, b ≠ 0.

    Raises
    ------
    ValueError: q, r or b is outside its range.
    """

    a: Scalar
    b: Scalar
    q: Scalar
    r: Scalar

    def __post_init__(self) -> None:
        """Refuse costs that some unstable gain would leave finite."""
        require(vars(self), a="(-∞, ∞)", b="(-∞, ∞)", q="(-∞, ∞)", r="(-∞, ∞)")
        if not (self.q > 0 and self.r >= 0 and (self.b > 0 or self.b < 0)):
            raise ValueError(f"q > 0, r ≥ 0 and b ≠ 0 are needed, not q = {self.q}, r = {self.r}, b = {self.b}")

    @domain(gain="(-∞, ∞)")
    def stabilises(self, gain: Scalar) -> bool:
        """Whether |a − bK| < 1; of balls, whether it certainly is."""
        loop = self.a - self.b * gain
        return bool(loop * loop < 1)

    def cost(self, gain: Scalar) -> Scalar:
        """C(K) = (q + rK²)/(1 − m²) for |m| < 1, m = a − bK, and +∞ otherwise (Anderson and Moore, 1990, ch. 2)."""
        loop = self.a - self.b * gain
        if self.stabilises(gain):
            return (self.q + self.r * gain * gain) / (1 - loop * loop)
        return math.inf if arithmetic_of(loop) is Arithmetic.FLOAT else arb("inf")

    @domain(gain="(-∞, ∞)", sigma="(0, ∞)")
    def instability_probability(self, gain: Scalar, *, sigma: Scalar) -> Scalar:
        """P(|a − b(K + σε)| ≥ 1) for ε ~ N(0, 1): the probability of an infinite cost, positive for every σ > 0.

        a − b(K + σε) is normal with mean m = a − bK and deviation s = |b|σ, so it is
        ½ erfc((1 − m)/(s√2)) + ½ erfc((1 + m)/(s√2)). Rationals give a ball.

        Raises
        ------
        ValueError: σ is not positive.
        """
        loop = self.a - self.b * gain
        spread = abs(self.b) * sigma
        if arithmetic_of(loop, spread) is Arithmetic.FLOAT:
            unit = spread * math.sqrt(2)
            return (math.erfc((1 - loop) / unit) + math.erfc((1 + loop) / unit)) / 2
        unit = spread * sqrt(ball(2)).item()
        return (((1 - loop) / unit).erfc() + ((1 + loop) / unit).erfc()) / 2

    @domain(gain="(-∞, ∞)", radius="(0, ∞)")
    def two_point_mean(self, gain: Scalar, *, radius: Scalar) -> Scalar:
        """E[C(K + ε)ε]/s² = (C(K + s) − C(K − s))/(2s) for ε = ±s with equal chances: bounded perturbations.

        Raises
        ------
        ValueError: s is not positive, or K + s or K − s does not stabilise, where the mean does not exist.
        """
        if not (self.stabilises(gain + radius) and self.stabilises(gain - radius)):
            raise ValueError(f"the gains {gain} ± {radius} do not both stabilise: a cost is infinite")
        return (self.cost(gain + radius) - self.cost(gain - radius)) / (2 * radius)
