"""Gaussian perturbations of a linear-quadratic regulator: an infinite mean, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flint import acb
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import SMALL, scalars, table
from ...reference.arithmetic import Scalar, exact, log
from ...reference.dual import Dual
from ...reference.zeroth_order import ScalarLQR
from ..evidence import Counterexample, counterexample, inequality, tight

POSITIVE = table(["1", "1/2", "2", "1/8", "3", "5/16"])
MARGINS = table(["1/2", "1/4", "1/16", "1/1024", "1/1048576"])


@dataclass(frozen=True, eq=False, repr=False)
class Regulator(Case):
    """a, b, q, r, the closed loop a − bK, a size of perturbations and a distance from the end of the stable set."""

    a: Scalar
    b: Scalar
    q: Scalar
    r: Scalar
    loop: Scalar
    sigma: Scalar
    margin: Scalar

    @property
    def system(self) -> ScalarLQR:
        """The regulator."""
        return ScalarLQR(self.a, self.b, self.q, self.r)

    @property
    def gain(self) -> Scalar:
        """K = (a − loop)/b."""
        return (self.a - self.loop) / self.b


@st.composite
def regulators(draw: st.DrawFn) -> Regulator:
    """Stable closed loops, stable and unstable systems."""
    positive, stable = scalars(POSITIVE), scalars(table(["1/2", "0", "-1/2", "7/8", "-15/16"]))
    parts = [scalars(SMALL), positive, positive, positive, stable, positive, scalars(MARGINS)]
    return Regulator(*map(draw, parts))


@counterexample("zo-lqr-infinite")
def cost_is_infinite_with_positive_probability() -> Counterexample:
    """E C(K + σε) needs P(C < ∞) = 1; a Gaussian perturbation destabilises with positive probability."""
    system = ScalarLQR(*(exact(number).item() for number in ("1/2", 1, 1, 1)))
    stable = 1 - system.instability_probability(exact(0).item(), sigma=exact("1/4").item())
    return Counterexample(
        "a = 1/2, b = q = r = 1, K = 0, σ = 1/4",
        ("P(C(K + σε) < ∞) that a finite mean needs", exact(1).item()),
        ">",
        ("P(|1/2 − K − σε| < 1)", stable),
    )


@inequality("zo-lqr-infinite", cases=regulators())
def mean_diverges_inside_the_stable_set(case: Regulator) -> tuple[Scalar, Scalar]:
    """½ q log((2 − δ)/δ) ≤ ∫ C φ/φ_min over closed loops in [0, 1 − δ], which has no limit as δ → 0.

    φ is the density of the closed loop a − b(K + σε) and φ_min its least value on [0, 1]. So the mean is infinite
    even if unstable gains are never counted. The integral is by Arb's certified quadrature.
    """
    system, margin, loop, spread = case.system, case.margin, case.loop, case.b * case.sigma
    furthest = max((1 - loop) ** 2, loop**2)

    def integrand(m: Any, _analytic: bool) -> Any:
        gain = (m - system.a) / -system.b
        cost = (system.q + system.r * gain * gain) / (1 - m * m)
        return cost * ((furthest - (m - loop) ** 2) / (2 * spread**2)).exp()

    integral = acb.integral(integrand, acb(0), acb(1 - margin)).real
    return system.q * log(exact((2 - margin) / margin)).item() / 2, integral


@tight("zo-lqr-infinite", of=mean_diverges_inside_the_stable_set, reaches="999/1000")
def cheap_control_and_wide_noise() -> list[Regulator]:
    """With little weight on the control and a nearly flat density the bound is all there is."""
    return [Regulator(*exact([0, 1, 1, "1/1048576", 0, 1024, margin])) for margin in ("1/1024", "1/1048576")]


@inequality("zo-lqr-infinite", cases=regulators())
def bounded_perturbations_estimate_the_gradient(case: Regulator) -> tuple[Scalar, Scalar]:
    """|E[C(K + ε)ε]/s² − C'(K)| ≤ |b| h² Σ_± N(±1)/(2 e±²(e±² − h²)) for ε = ±s that stay stable, C' by dual numbers.

    h = |b|s, e± = 1 ∓ m with the closed loop m = a − bK, and N(m) = q + rK² as a function of m: the parts of
    C = N/(1 − m²) with the two poles are each off by their own share. So bounded perturbations mend the estimator.
    """
    system, gain, loop = case.system, case.gain, case.loop
    step = (1 - abs(loop)) * case.margin
    mean = system.two_point_mean(gain, radius=step / abs(system.b))
    moving = Dual(gain, exact(1).item())
    closed = system.a - system.b * moving
    derivative = ((system.q + system.r * moving * moving) / (1 - closed * closed)).tangent
    total = exact(0).item()
    for pole in (1, -1):
        residue = (system.q + system.r * ((system.a - pole) / system.b) ** 2) / 2
        distance = (1 - pole * loop) ** 2
        total = total + residue / (distance * (distance - step * step))
    return abs(mean - derivative), abs(system.b) * step * step * total


@tight("zo-lqr-infinite", of=bounded_perturbations_estimate_the_gradient, reaches="999/1000")
def close_to_one_pole() -> list[Regulator]:
    """Next to the end of the stable set one pole is all that matters."""
    return [Regulator(*exact([0, 1, 1, 1, "15/16", 1, margin])) for margin in ("1/2", "1/1024")]
