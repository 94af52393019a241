"""How much more probable the new policy makes an action, and the interval it is clipped to."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, exp
from ..domain import domain
from ..extrema import clip

__all__ = ["clipped_ratio", "probability_ratio"]


@domain(log_probs="... in [-∞, ∞)", old_log_probs="...")
def probability_ratio(log_probs: Array, old_log_probs: Array) -> Array:
    """ρ = π(a|s)/π_old(a|s) = exp(log π(a|s) − log π_old(a|s)), ``[...]``; 1 exactly where both are equal.

    Defined on sampled actions, which π_old makes possible. Schulman et al. (2017), "Proximal policy optimization
    algorithms", section 3. Rational log-probabilities give balls.
    """
    return exp(np.asarray(log_probs) - np.asarray(old_log_probs))


@domain(ratio="...", clip_range="[0, 1)")
def clipped_ratio(ratio: Array, *, clip_range: Scalar) -> Array:
    """clip(ρ, 1−ε, 1+ε) = min(max(ρ, 1−ε), 1+ε), ``[...]`` (Schulman et al., 2017, eq. 7).

    Raises
    ------
    ValueError: ε outside [0, 1).
    """
    return clip(ratio, 1 - clip_range, 1 + clip_range)
