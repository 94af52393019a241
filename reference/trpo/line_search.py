"""Backtracking: shrink a step until it is acceptable."""

from __future__ import annotations

from collections.abc import Callable

from ..arithmetic import Scalar
from ..domain import domain

__all__ = ["UndecidedTrialError", "backtrack", "is_acceptable"]


class UndecidedTrialError(ArithmeticError):
    """At this precision two balls do not tell whether a trial of the line search is acceptable."""


def backtrack(accepts: Callable[[Scalar], bool], *, factor: Scalar, steps: int) -> int | None:
    """The least j in 0, …, ``steps`` such that the scale βʲ is accepted, β = ``factor``; None if none is.

    The cap on j is needed: at a stationary point no scale ever makes an objective strictly better. Nocedal and
    Wright (2006), "Numerical optimization", algorithm 3.1.

    Raises
    ------
    ValueError: the factor is outside (0, 1), or the number of steps is negative.
    """
    if not 0 < factor < 1:
        raise ValueError(f"the backtracking factor is {factor}, outside (0, 1)")
    if steps < 0:
        raise ValueError(f"the number of steps is {steps}; it must not be negative")
    return next((j for j in range(steps + 1) if accepts(factor**j)), None)


@domain(mean_kl="[0, ∞]", gain="(-∞, ∞)", max_kl="[0, ∞)")
def is_acceptable(mean_kl: Scalar, gain: Scalar, max_kl: Scalar, *, strict: bool = False) -> bool:
    """Whether mean KL ≤ δ and the surrogate gains ≥ 0, or > 0 if ``strict``.

    Schulman et al. (2015), appendix C, shrink the step "until the objective improves", with the constraint enforced.

    Raises
    ------
    UndecidedTrialError: with balls, an inequality is neither certainly true nor certainly false.
    """
    near = _certain(mean_kl <= max_kl, mean_kl > max_kl, f"KL {mean_kl} against {max_kl}")
    worse = f"a gain of {gain} against 0"
    better = _certain(gain > 0, gain <= 0, worse) if strict else _certain(gain >= 0, gain < 0, worse)
    return near and better


def _certain(yes: bool, no: bool, what: str) -> bool:
    if not (yes or no):
        raise UndecidedTrialError(f"undecided: {what}; raise the precision")
    return bool(yes)
