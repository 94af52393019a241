"""How far a conservative update moves the visitation."""

from __future__ import annotations

from ..arithmetic import Scalar
from ..domain import domain

__all__ = ["linear_visitation_shift", "visitation_shift"]


@domain(discount="[0, 1)", alpha="[0, 1]")
def visitation_shift(discount: Scalar, alpha: Scalar) -> Scalar:
    """‖d_new − d_old‖₁ ≤ 2γα / (1 − γ(1−α)) for any two policies with max_s TV ≤ α, d normalised.

    Up to the first step at which the coupled actions differ, which has probability ≤ α each step, the states agree.
    Mixtures: Agarwal, Jiang, Kakade and Sun (2019), proof of lemma 12.1; coupling: Schulman et al. (2015), lemma 3.
    """
    return 2 * discount * alpha / (1 - discount * (1 - alpha))


@domain(discount="[0, 1)", alpha="[0, 1]")
def linear_visitation_shift(discount: Scalar, alpha: Scalar) -> Scalar:
    """‖d_new − d_old‖₁ ≤ 2γα / (1−γ), the same without the α of the denominator.

    Agarwal, Jiang, Kakade and Sun (2019), lemma 12.1; for ρ = d/(1−γ) the bound is 2γα/(1−γ)².
    """
    return 2 * discount * alpha / (1 - discount)
