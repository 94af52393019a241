"""The critic's loss: plain, clipped, and the larger of both.

The larger one is the value loss of OpenAI's baselines (Dhariwal et al., 2017); Engstrom et al. (2020), "Implementation
matters in deep policy gradients", section 2; Huang et al. (2022), "The 37 implementation details of proximal policy
optimization", detail 9.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..arithmetic import Array, Scalar, square
from ..domain import domain
from ..extrema import clip, maximum, minimum

__all__ = ["ValueClip", "clipped_values", "value_errors", "value_loss", "value_loss_gradients"]

ValueClip = Literal["max", "clipped"]
"""Which squared error counts: the larger of the plain and the clipped one, or the clipped one alone."""


@domain(values="...", old_values="...", clip_range="[0, ∞]")
def clipped_values(values: Array, old_values: Array, *, clip_range: Scalar) -> Array:
    """V^clip = V_old + clip(V − V_old, −ε, ε), ``[...]``.

    Raises
    ------
    ValueError: ε < 0.
    """
    return np.asarray(old_values + clip(values - old_values, -clip_range, clip_range))


@domain(values="...", old_values="...", returns="...")
def value_errors(
    values: Array, old_values: Array, returns: Array, *, clip_range: Scalar | None, form: ValueClip = "max"
) -> Array:
    """(V − y)² without ε; else max((V − y)², (V^clip − y)²), or (V^clip − y)² for ``form="clipped"``, ``[...]``.

    Raises
    ------
    ValueError: ε < 0, or no such form.
    """
    plain = square(values - returns)
    if clip_range is None:
        return np.asarray(plain)
    clipped = square(clipped_values(values, old_values, clip_range=clip_range) - returns)
    if form == "clipped":
        return clipped
    if form != "max":
        raise ValueError(f"there is no value loss of the form {form!r}: 'max' and 'clipped' are known")
    return maximum(plain, clipped)


@domain(values="B", old_values="B", returns="B")
def value_loss(
    values: Array, old_values: Array, returns: Array, *, clip_range: Scalar | None, form: ValueClip = "max"
) -> Scalar:
    """L = (1/B) Σ_i e_i of these errors for arrays ``[B]``, one number; reputable code also takes half of it.

    Raises
    ------
    ValueError: ε < 0, no such form, or an empty batch.
    """
    errors = value_errors(values, old_values, returns, clip_range=clip_range, form=form)
    return errors.sum() / len(errors)


def value_loss_gradients(
    values: Array, old_values: Array, returns: Array, *, clip_range: Scalar | None, form: ValueClip = "max"
) -> tuple[Array, Array]:
    """(∂L/∂V_i from below, from above), two ``[B]``; they differ at the kinks alone.

    The plain error has the slope 2(V − y), the clipped one the slope 2(V^clip − y) inside V_old ± ε and 0 outside, one
    of each at the ends. Where both errors are equal, the larger follows the smaller slope from below and the larger
    slope from above. A ball that does not decide a case is treated as lying on the kink.

    Raises
    ------
    ValueError: as ``value_loss``.
    """
    value_loss(values, old_values, returns, clip_range=clip_range, form=form)
    plain = 2 * (values - returns)
    if clip_range is None:
        return plain / len(values), plain / len(values)
    anchored, move = clipped_values(values, old_values, clip_range=clip_range), values - old_values
    slope = 2 * (anchored - returns)
    from_below = np.where((move > -clip_range) & ~(move > clip_range), slope, 0 * slope)
    from_above = np.where(~(move < -clip_range) & (move < clip_range), slope, 0 * slope)
    if form == "clipped":
        return from_below / len(values), from_above / len(values)
    plain_larger = square(values - returns) > square(anchored - returns)
    clipped_larger = square(values - returns) < square(anchored - returns)
    below = np.where(plain_larger, plain, np.where(clipped_larger, from_below, minimum(plain, from_below)))
    above = np.where(plain_larger, plain, np.where(clipped_larger, from_above, maximum(plain, from_above)))
    return below / len(values), above / len(values)
