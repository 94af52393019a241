"""Claims about the divergence of two distributions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...reference.arithmetic import Array, exact, log
from ...reference.kl import categorical_kl, total_variation
from ..evidence import Counterexample, counterexample, fact, identity, inequality, tight
from .cases import TwoLaws, two_laws


def float_bound(case: TwoLaws) -> Array:
    """2u (X + 66) Σ (1 + p (|ln p| + |ln q|)): each term's own error and the X roundings of the sum, doubled."""
    finite = [np.log(np.where(part > 0, part, 1.0)) for part in (case.p, case.q)]
    magnitude = (1 + case.p * (abs(finite[0]) + abs(finite[1]))).sum()
    return np.asarray(2.0**-52 * (len(case.p) + 66) * magnitude)


@identity("kl-definition", cases=two_laws(positive=True), bound=float_bound)
def divergence_is_cross_entropy_less_entropy(case: TwoLaws) -> tuple[Array, Array]:
    """Σ p ln(p/q) = −Σ p ln q − (−Σ p ln p), each logarithm taken by itself, 0 ln 0 = 0."""
    taken = case.p > 0
    p, q = case.p[taken], case.q[taken]
    return categorical_kl(case.p, case.q), (p * log(p)).sum() - (p * log(q)).sum()


@fact("kl-definition", cases=two_laws())
def divergence_is_infinite_off_the_support(case: TwoLaws) -> None:
    """KL(p‖q) = ∞ exactly if q(x) = 0 < p(x) for some x, in rationals and in float64."""
    missing = bool(np.any((case.p > 0) & (case.q == 0)))
    assert missing == (not categorical_kl(case.p, case.q).item() < exact(10**6).item())
    assert missing == np.isinf(categorical_kl(case.p.astype(float), case.q.astype(float)))


@inequality("kl-nonneg", "tv-kl-relation", cases=two_laws())
def pinsker(case: TwoLaws) -> tuple[Array, Array]:
    """0 ≤ 2 TV(p, q)² ≤ KL(p‖q): non-negative, and 0 for p = q alone."""
    return 2 * total_variation(case.p, case.q) ** 2, categorical_kl(case.p, case.q)


@tight("kl-nonneg", "tv-kl-relation", of=pinsker, reaches="999999/1000000")
def pinsker_near_a_fair_coin() -> Iterator[TwoLaws]:
    """For p = (½, ½), q = (½ + t, ½ − t): 2t² against 2t² + 4t⁴ + …; TV² ≤ KL is loose by 2, ½ cannot be less."""
    for t in exact(["1/8", "1/128", "1/8192"]):
        yield TwoLaws(exact(["1/2", "1/2"]), exact("1/2") + t * exact([1, -1]))


@fact("kl-nonneg", cases=two_laws())
def divergence_vanishes_for_equal_distributions_alone(case: TwoLaws) -> None:
    """KL(p‖q) > 0 certainly where p ≠ q."""
    assert (categorical_kl(case.p, case.q).item() > 0) == bool(np.any(case.p != case.q))


@identity("kl-self", "kl-nonneg", cases=two_laws(), bound=lambda _: np.zeros(()))
def divergence_from_itself(case: TwoLaws) -> tuple[Array, Array]:
    """KL(p‖p) = 0, without rounding in float64 as well."""
    return categorical_kl(case.p, case.p), np.zeros((), dtype=int)


@counterexample("kl-direction")
def directions_differ() -> Counterexample:
    """KL(new‖old) is not TRPO's KL(old‖new)."""
    old, new = exact(["1/2", "1/2"]), exact(["1/4", "3/4"])
    return Counterexample(
        "π_old = (1/2, 1/2), π_new = (1/4, 3/4)",
        ("KL(π_new‖π_old)", categorical_kl(new, old).item()),
        "<",
        ("KL(π_old‖π_new)", categorical_kl(old, new).item()),
    )


@fact("kl-direction")
def one_direction_is_infinite() -> str:
    """π_old uniform, π_new deterministic: KL(π_old‖π_new) = ∞, KL(π_new‖π_old) = ln 2."""
    old, new = exact(["1/2", "1/2"]), exact([1, 0])
    forward, backward = categorical_kl(old, new).item(), categorical_kl(new, old).item()
    assert not forward.is_finite()
    assert (backward - log(exact(2)).item()).contains(0)
    return f"KL(π_old‖π_new) = ∞, KL(π_new‖π_old) = {backward}"
