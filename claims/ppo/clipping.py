"""The clipped objective at one sample: its forms, its slopes, and what it does not do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ...reference.arithmetic import Array, Scalar, exact
from ...reference.ppo import clipped_objective, clipped_objective_derivatives, clipped_ratio
from ..evidence import Counterexample, counterexample, identity, inequality, tight
from .cases import Ratios, ratios


def objective(case: Ratios) -> Array:
    """min(ρÂ, clip(ρ)Â), ``[B]``."""
    return clipped_objective(*case.objective, clip_range=case.clip_range)


def secants(function: Callable[[Array], Array], case: Ratios) -> Array:
    """The slopes of a function, linear but for kinks at 1 ± ε, to the left and to the right of each ρ: ``[2, B]``."""
    gaps = [np.abs(case.ratio - 1 - sign * case.clip_range) for sign in (-1, 1)]
    step = np.where(gaps[0] == 0, gaps[1], np.where(gaps[1] == 0, gaps[0], np.minimum(*gaps))) / 2
    step = np.where(step == 0, step + 1, step)
    here = function(case.ratio)
    left, right = function(case.ratio - step), function(case.ratio + step)
    return np.stack([(here - left) / step, (right - here) / step])


@identity("ppo-clip-ratio", cases=ratios())
def clip_as_a_difference_of_distances(case: Ratios) -> tuple[Array, Array]:
    """clip(ρ, 1−ε, 1+ε) = 1 + (|ρ − 1 + ε| − |ρ − 1 − ε|)/2."""
    low, high = np.abs(case.ratio - 1 + case.clip_range), np.abs(case.ratio - 1 - case.clip_range)
    return clipped_ratio(case.ratio, clip_range=case.clip_range), 1 + (low - high) / 2


@identity("ppo-min-objective", "ppo-hinge-form", cases=ratios())
def clipped_on_one_side(case: Ratios) -> tuple[Array, Array]:
    """min(ρÂ, clip(ρ)Â) = min(ρÂ, g), g = (1+ε)Â for Â ≥ 0 and (1−ε)Â for Â < 0."""
    sign = np.where(case.advantages >= 0, 1, -1)
    return objective(case), np.minimum(case.ratio * case.advantages, (1 + sign * case.clip_range) * case.advantages)


@identity("ppo-hinge-form", cases=ratios())
def distance_beyond_the_interval(case: Ratios) -> tuple[Array, Array]:
    """ρÂ − min(ρÂ, clip(ρ)Â) = |Â| max(0, sign(Â)(ρ − 1) − ε): pessimistic by a hinge."""
    sign = np.where(case.advantages >= 0, 1, -1)
    beyond = sign * (case.ratio - 1) - case.clip_range
    hinge = np.abs(case.advantages) * np.maximum(beyond, 0 * beyond)
    return case.ratio * case.advantages - objective(case), hinge


@identity("ppo-clip-gradient-table", cases=ratios())
def slopes_are_those_of_the_table(case: Ratios) -> tuple[Array, Array]:
    """dℓ/dρ = Â, or 0 where Â > 0 and ρ > 1+ε or Â < 0 and ρ < 1−ε; one-sided on the kink; by secants."""
    table = clipped_objective_derivatives(*case.objective, clip_range=case.clip_range)
    slopes = secants(lambda ratio: clipped_objective(ratio, case.advantages, clip_range=case.clip_range), case)
    return np.stack(table), slopes


@identity("ppo-clipped-only-surrogate", cases=ratios())
def clipped_only_is_flat_outside(case: Ratios) -> tuple[Array, Array]:
    """d(clip(ρ)Â)/dρ = Â 1[1−ε < ρ < 1+ε]: 0 outside, whichever way Â points; one-sided at both ends."""
    slopes = secants(lambda ratio: clipped_ratio(ratio, clip_range=case.clip_range) * case.advantages, case)
    low, high = 1 - case.clip_range, 1 + case.clip_range
    inside = [(case.ratio > low) & (case.ratio <= high), (case.ratio >= low) & (case.ratio < high)]
    return slopes, np.where(np.stack(inside), case.advantages, 0 * case.advantages)


@counterexample("ppo-clipped-only-surrogate")
def clipped_only_cannot_come_back() -> Counterexample:
    """A good action that has become too rare: the clipped ratio alone does not see it, the minimum does."""
    case = Ratios(exact(["1/2"]), exact([1]), exact("1/5").item())
    slopes = secants(lambda ratio: clipped_ratio(ratio, clip_range=case.clip_range) * case.advantages, case)
    table = clipped_objective_derivatives(*case.objective, clip_range=case.clip_range)
    return Counterexample(
        "Â = 1, ρ = 1/2, ε = 1/5",
        ("slope of clip(ρ)Â", slopes[0].item()),
        "<",
        ("slope of min(ρÂ, clip(ρ)Â)", table[0].item()),
    )


@counterexample("ppo-ratio-in-interval")
def a_maximiser_far_outside_the_interval() -> Counterexample:
    """One state, π_old = 1/2, only the first action sampled: π(a₁) = 1 is as good as any policy, and has ρ = 2."""
    old, epsilon = exact("1/2").item(), exact("1/5").item()
    grid = exact([f"{k}/20" for k in range(21)])
    values = clipped_objective(grid / old, exact([1] * 21), clip_range=epsilon)
    assert values[-1] == values.max() == 1 + epsilon, f"π(a₁) = 1 is no maximiser: {values}"
    return Counterexample(
        "one state, π_old(a₁) = 1/2, Â = 1, ε = 1/5; min(ρ, 6/5) is maximal for every ρ in [6/5, 2]",
        ("largest ratio in [4/5, 6/5]", 1 + epsilon),
        "<",
        ("ratio of the maximiser π(a₁) = 1", grid[-1] / old),
    )


@inequality("ppo-pessimistic-bound", "ppo-hinge-form", cases=ratios())
def clipping_only_takes_away(case: Ratios) -> tuple[Array, Array]:
    """min(ρÂ, clip(ρ)Â) ≤ ρÂ."""
    return objective(case), case.ratio * case.advantages


@tight("ppo-pessimistic-bound", "ppo-hinge-form", of=clipping_only_takes_away, reaches=1)
def nothing_to_take_inside_the_interval() -> Iterator[Ratios]:
    """Inside the interval both sides are one number."""
    yield Ratios(exact(["9/8"]), exact([1]), exact("1/4").item())


@identity("ppo-pessimistic-bound", cases=ratios())
def equal_exactly_where_nothing_is_clipped(case: Ratios) -> tuple[Array, Array]:
    """min(ρÂ, clip(ρ)Â) = ρÂ if and only if Â = 0, or Â > 0 and ρ ≤ 1+ε, or Â < 0 and ρ ≥ 1−ε."""
    gains, losses = case.advantages > 0, case.advantages < 0
    free = ~gains & ~losses | gains & (case.ratio <= 1 + case.clip_range) | losses & (case.ratio >= 1 - case.clip_range)
    return (objective(case) == case.ratio * case.advantages).astype(int), free.astype(int)


@inequality("ppo-eps-annealing", cases=ratios())
def gain_is_at_most_the_clip_range(case: Ratios) -> tuple[Array, Array]:
    """min(ρÂ, clip(ρ)Â) − Â ≤ ε|Â|: with ε annealed to 0, ρ = 1 is a maximiser and nothing is left to gain."""
    return objective(case) - case.advantages, case.clip_range * np.abs(case.advantages)


@tight("ppo-eps-annealing", of=gain_is_at_most_the_clip_range, reaches=1)
def ratio_on_the_end_of_the_interval() -> Iterator[Ratios]:
    """ρ = 1+ε where Â > 0, and ρ = 1−ε where Â < 0."""
    for sign, epsilon in ((1, "1/4"), (-1, "1/1024")):
        clip_range: Scalar = exact(epsilon).item()
        yield Ratios(exact([1 + sign * clip_range]), exact([sign]), clip_range)
