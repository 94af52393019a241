"""The critic's loss: clipped around the old value, and the larger of clipped and plain."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ...reference.arithmetic import Array, exact
from ...reference.extrema import clip
from ...reference.ppo import clipped_values, value_errors, value_loss_gradients
from ..evidence import Counterexample, counterexample, identity, inequality, tight
from .cases import CriticBatch, critic_batches


def slopes(function: Callable[[Array], Array], case: CriticBatch) -> Array:
    """One-sided slopes at V of a function that is quadratic between kinks: (4f(h) − 3f(0) − f(2h))/2h, ``[2, B]``.

    Kinks lie at V_old ± ε, and where the plain error crosses the clipped one: at 2y − (V_old ± ε). The step 2h stays
    short of the next.
    """
    ends = [case.old_values - case.clip_range, case.old_values + case.clip_range]
    distances = np.abs(case.values - np.stack([*ends, *(2 * case.returns - end for end in ends)]))
    nearest = np.where(distances == 0, 1 + 0 * distances, distances).min(axis=0)
    here, sides = function(case.values), []
    for step in (-nearest / 4, nearest / 4):
        one, two = function(case.values + step), function(case.values + 2 * step)
        sides.append((4 * one - 3 * here - two) / (2 * step))
    return np.stack(sides)


def errors(case: CriticBatch, form: str) -> Array:
    """The squared errors of a batch: plain, clipped, or the larger."""
    clip_range = None if form == "plain" else case.clip_range
    return value_errors(
        case.values,
        case.old_values,
        case.returns,
        clip_range=clip_range,
        form="clipped" if form == "clipped" else "max",
    )


@identity("ppo-critic-rewrite", cases=critic_batches())
def plain_error_through_the_old_value(case: CriticBatch) -> tuple[Array, Array]:
    """(y − V)² = (y − V_old + V_old − V)²."""
    return errors(case, "plain"), (case.returns - case.old_values + case.old_values - case.values) ** 2


@identity("ppo-critic-clip-v1", cases=critic_batches())
def clipped_error_as_written(case: CriticBatch) -> tuple[Array, Array]:
    """(y − V_old + clip(V_old − V, −ε, ε))² = (y − V^clip)², V^clip = V_old + clip(V − V_old, −ε, ε): clip is odd."""
    back = clip(case.old_values - case.values, -case.clip_range, case.clip_range)
    return (case.returns - case.old_values + back) ** 2, errors(case, "clipped")


@identity("ppo-critic-clip-v1", cases=critic_batches())
def clipped_value_by_cases(case: CriticBatch) -> tuple[Array, Array]:
    """V^clip is V inside V_old ± ε, and the nearer end outside: |V − V_old + ε|/2 − |V − V_old − ε|/2 from V_old."""
    move = case.values - case.old_values
    by_distances = case.old_values + (np.abs(move + case.clip_range) - np.abs(move - case.clip_range)) / 2
    return clipped_values(case.values, case.old_values, clip_range=case.clip_range), by_distances


@identity("ppo-critic-clip-swapped", cases=critic_batches())
def swapped_bounds_forget_the_value(case: CriticBatch) -> tuple[Array, Array]:
    """clip(x, ε, −ε) = min(max(x, ε), −ε) = −ε for every x: the loss with the bounds swapped has no slope in V."""
    literal = clip(case.values - case.old_values, case.clip_range, -case.clip_range)
    return literal, -case.clip_range


@identity("ppo-critic-clip-swapped", cases=critic_batches())
def repaired_bounds_give_the_clipped_error(case: CriticBatch) -> tuple[Array, Array]:
    """(y − V_old − clip(V − V_old, −ε, ε))² is the clipped error."""
    move = clip(case.values - case.old_values, -case.clip_range, case.clip_range)
    return (case.returns - case.old_values - move) ** 2, errors(case, "clipped")


@counterexample("ppo-critic-clip-swapped")
def a_right_critic_is_charged() -> Counterexample:
    """The critic is right and has not moved; the loss with swapped bounds is 1."""
    zero, one = exact(0).item(), exact(1).item()
    literal = (zero - zero - clip(np.asarray(zero - zero), np.asarray(one), np.asarray(-one))) ** 2
    repaired = value_errors(exact([0]), exact([0]), exact([0]), clip_range=one, form="clipped")
    return Counterexample(
        "y = V_old = V = 0, ε = 1",
        ("(y − V_old − clip(V − V_old, ε, −ε))²", np.asarray(literal).item()),
        ">",
        ("(y − V_old − clip(V − V_old, −ε, ε))²", repaired.item()),
    )


@inequality("ppo-critic-max", cases=critic_batches())
def larger_error_is_pessimistic(case: CriticBatch) -> tuple[Array, Array]:
    """max((V − y)², (V^clip − y)²) is at least either."""
    larger = errors(case, "max")
    return np.stack([errors(case, "plain"), errors(case, "clipped")]), np.stack([larger, larger])


@tight("ppo-critic-max", of=larger_error_is_pessimistic, reaches=1)
def critic_that_has_not_moved() -> Iterator[CriticBatch]:
    """At V = V_old all three errors are equal."""
    yield CriticBatch(exact([2]), exact([2]), exact([5]), exact(1).item())


@identity("ppo-critic-max", cases=critic_batches())
def slopes_of_the_larger_error(case: CriticBatch) -> tuple[Array, Array]:
    """The plain slope 2(V − y), but 0 where |V − V_old| > ε and the clipped error is larger; one-sided on kinks."""
    gradients = value_loss_gradients(case.values, case.old_values, case.returns, clip_range=case.clip_range)

    def larger(values: Array) -> Array:
        return value_errors(values, case.old_values, case.returns, clip_range=case.clip_range) / len(values)

    return np.stack(gradients), slopes(larger, case)


@identity("ppo-critic-clip-v1", cases=critic_batches())
def slopes_of_the_clipped_error(case: CriticBatch) -> tuple[Array, Array]:
    """The slope 2(V − y) inside V_old ± ε and 0 outside; one-sided at the ends."""
    choice = {"clip_range": case.clip_range, "form": "clipped"}
    gradients = value_loss_gradients(case.values, case.old_values, case.returns, **choice)

    def clipped(values: Array) -> Array:
        return value_errors(values, case.old_values, case.returns, **choice) / len(values)

    return np.stack(gradients), slopes(clipped, case)
