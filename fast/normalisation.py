"""Running moments, and what is normalised by them: observations, and rewards by the spread of discounted returns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["RewardScale", "RunningMoments"]

Floats = NDArray[np.float32]
SMALLEST_VARIANCE = 1e-8
"""Added to a variance before its root is divided by."""


class RunningMoments:
    """Mean and variance (divisor n) of all rows seen, in float64, merged batch by batch.

        M₂ ← M₂ + M₂' + d² n n'/(n + n'),    mean ← mean + d n'/(n + n'),    d = mean' − mean

    Chan, Golub, LeVeque (1979), "Updating formulae and a pairwise algorithm for computing sample variances".
    Before the first row: mean 0, variance 1.
    """

    def __init__(self, size: int) -> None:
        self.count = 0
        self.mean: NDArray[np.float64] = np.zeros(size)
        self.squares: NDArray[np.float64] = np.zeros(size)

    @property
    def variance(self) -> NDArray[np.float64]:
        """M₂/n, [size]."""
        return self.squares / self.count if self.count else np.ones_like(self.mean)

    def add(self, rows: NDArray[Any]) -> None:
        """Take rows [B, size] into account."""
        more = len(rows)
        if not more:
            return
        rows = rows.astype(np.float64)
        mean = rows.mean(axis=0)
        distance, total = mean - self.mean, self.count + more
        self.squares = self.squares + ((rows - mean) ** 2).sum(axis=0) + distance**2 * (self.count * more / total)
        self.mean = self.mean + distance * (more / total)
        self.count = total

    def normalise(self, rows: NDArray[Any], clip: float) -> Floats:
        """(x − mean)/√(variance + 10⁻⁸), clipped to ±`clip`, [B, size]."""
        scaled = (rows - self.mean) / np.sqrt(self.variance + SMALLEST_VARIANCE)
        return np.clip(scaled, -clip, clip).astype(np.float32)


class RewardScale:
    """Divides rewards by the running standard deviation of R_t = γ R_{t−1} + r_t, which begins anew with an episode.

    The mean is not subtracted: that would change what is optimal. Engstrom et al. (2020), "Implementation matters in
    deep policy gradients", section 3.
    """

    def __init__(self, environments: int, gamma: float, clip: float) -> None:
        self.gamma, self.clip = gamma, clip
        self.moments = RunningMoments(1)
        self.returns: NDArray[np.float64] = np.zeros(environments)

    def begin(self) -> None:
        """All environments were reset."""
        self.returns[:] = 0

    def scale(self, rewards: NDArray[Any], ended: NDArray[np.bool_], valid: NDArray[np.bool_]) -> Floats:
        """Scaled and clipped rewards, [N]; only `valid` ones are taken into account."""
        self.returns = np.where(valid, self.gamma * self.returns + rewards, self.returns)
        self.moments.add(self.returns[valid, None])
        scaled: Floats = (rewards / np.sqrt(self.moments.variance[0] + SMALLEST_VARIANCE)).astype(np.float32)
        self.returns[ended] = 0
        return np.clip(scaled, -self.clip, self.clip)
