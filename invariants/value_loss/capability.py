"""``value_loss``: its arguments, its results, the right ones, and how far rounding may take them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...reference.arithmetic import Array, exact, floating
from ...reference.ppo import ValueClip, clipped_values, value_loss, value_loss_gradients
from ..capability import Capability
from ..subject import Subject
from .strategies import ValueBatch, batches

__all__ = ["VALUE_LOSS", "Followed", "followed", "gradient_bound", "kinks", "loss_bound"]

TWO, NOTHING, HALF = exact([2]), exact([0]), exact("1/2").item()
PLAIN_PROBE = ValueBatch(TWO, NOTHING, NOTHING, None)
CLIPPED_PROBE = ValueBatch(TWO, NOTHING, NOTHING, HALF)
"""V = 2, V_old = y = 0, ε = 1/2: the error is 4, and of the clipped value 1/4."""


def oracle(values: Array, old_values: Array, returns: Array, *, clip_range: float | None) -> tuple[Any, Array]:
    """The mean of the larger error, and its derivative from below."""
    batch = (values, old_values, returns)
    return value_loss(*batch, clip_range=clip_range), value_loss_gradients(*batch, clip_range=clip_range)[0]


@dataclass(frozen=True)
class Followed:
    """The conventions that an implementation follows: a factor of loss and gradient, and which errors count."""

    scale: float
    form: ValueClip

    def __str__(self) -> str:
        """As an implementation would declare them."""
        return f"value_loss_scale={self.scale:g}, value_clip={self.form!r}"

    @property
    def named(self) -> dict[str, tuple[Any, ...]]:
        """The same for a verdict."""
        return {"value_loss_scale": (self.scale,), "value_clip": (self.form,)}

    def loss(self, case: ValueBatch) -> Any:
        """The exact loss."""
        return exact(self.scale) * value_loss(*case.arrays, clip_range=case.clip_range, form=self.form)

    def gradients(self, case: ValueBatch) -> tuple[Array, Array]:
        """The exact one-sided derivatives."""
        below, above = value_loss_gradients(*case.arrays, clip_range=case.clip_range, form=self.form)
        return exact(self.scale) * below, exact(self.scale) * above


def followed(subject: Subject) -> Followed:
    """The conventions declared; what is not declared is measured on one row, and then expected of every batch."""
    scale = subject.conventions.get("value_loss_scale")
    form: ValueClip | None = subject.conventions.get("value_clip")
    if scale is None:
        measured = float(VALUE_LOSS.results(subject, PLAIN_PROBE)[0]) / 4
        scale = measured if np.isfinite(measured) and measured > 0 else 1.0
    if form is None:
        measured = float(VALUE_LOSS.results(subject, CLIPPED_PROBE)[0]) / scale
        form = "clipped" if abs(measured - 0.25) < abs(measured - 4) else "max"
    return Followed(float(scale), form)


def anchor_error(case: ValueBatch, subject: Subject) -> Array:
    """4u (|V| + |V_old| + ε) a row: what V_old + clip(V − V_old, ±ε), or clip(V, V_old ± ε), may be off."""
    if case.clip_range is None:
        return np.zeros(case.size)
    magnitude = np.abs(floating(case.values)) + np.abs(floating(case.old_values)) + float(floating(case.clip_range))
    return np.asarray(4 * subject.unit_roundoff * magnitude)


def distances(case: ValueBatch) -> tuple[Array, Array]:
    """|V − y| and |V^clip − y|, the same where nothing is clipped."""
    plain = np.abs(floating(case.values - case.returns))
    if case.clip_range is None:
        return plain, plain
    anchored = clipped_values(case.values, case.old_values, clip_range=case.clip_range)
    return plain, np.abs(floating(anchored - case.returns))


def loss_bound(case: ValueBatch, subject: Subject, scale: float) -> float:
    """Σ d (2a + (B + 16) u d) / B times the scale, a the anchor's error and d the larger distance plus a.

    A distance is off by a + u d, so its square by 2d (a + u d) and a rounding; adding B of them, dividing and scaling
    costs (B + 2) u of the sum, and a measured scale is itself off by 7u.
    """
    anchor = anchor_error(case, subject)
    reach = np.maximum(*distances(case)) + anchor
    terms = reach * (2 * anchor + (case.size + 16) * subject.unit_roundoff * reach)
    return float(scale * terms.sum() / case.size)


def gradient_bound(case: ValueBatch, subject: Subject, scale: float) -> Array:
    """2 (a + 12u d) / B times the scale: the errors of a distance, of 1/B, of the scale and of measuring it."""
    anchor = anchor_error(case, subject)
    reach = np.maximum(*distances(case)) + anchor
    return np.asarray(2 * scale * (anchor + 12 * subject.unit_roundoff * reach) / case.size)


def kinks(case: ValueBatch, subject: Subject) -> Array:
    """Rows where rounding may put V on either side of V_old ± ε, or either error above the other."""
    if case.clip_range is None:
        return np.zeros(case.size, dtype=bool)
    anchor = anchor_error(case, subject)
    plain, clipped = distances(case)
    reach = np.maximum(plain, clipped) + anchor
    beyond = floating(abs(case.values - case.old_values) - case.clip_range)
    tie = np.abs(plain - clipped) <= 2 * anchor + 8 * subject.unit_roundoff * reach
    return np.asarray((np.abs(beyond) <= anchor) | (beyond > 0) & tie)


def tolerance(subject: Subject, case: ValueBatch) -> Array:
    """What rounding may do to any wrong version: 16u (B + 8) B times M² for the loss and M for the gradient.

    M is the sum of the largest |V|, |V_old| and |y|, and 1. Where two errors are equal, of a row or of a row and
    another's target, any version may follow either slope.
    """
    size = 1 + sum(float(np.abs(floating(part)).max()) for part in case.arrays)
    unit = 16 * subject.unit_roundoff * (case.size + 8) * case.size
    gradient = np.full(case.size, unit * size)
    for shift in range(case.size):
        other = ValueBatch(case.values, case.old_values, np.roll(case.returns, shift), case.clip_range)
        gradient[kinks(other, subject)] = np.inf
    return np.append(unit * size**2, gradient)


def arguments(case: ValueBatch) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The three arrays and ε."""
    return case.arrays, {"clip_range": case.clip_range}


def shapes(case: ValueBatch) -> tuple[tuple[int, ...], ...]:
    """A number and an array [B]."""
    return (), (case.size,)


VALUE_LOSS = Capability("value_loss", batches, arguments, shapes, tolerance, oracle)
