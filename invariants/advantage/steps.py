"""Trajectories as wrong versions of the recursion see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import numpy as np

from ...reference.arithmetic import Array

__all__ = ["BOTH", "Steps", "of_steps", "right"]

BOTH = ("gae", "lambda_returns")


@dataclass(frozen=True, eq=False)
class Steps:
    """Five arrays ``[T, N]``, γ and λ."""

    rewards: Array
    values: Array
    next_values: Array
    terminated: Array
    truncated: Array
    gamma: Any
    lam: Any

    @property
    def ended(self) -> Array:
        """Either flag."""
        return np.asarray(self.terminated | self.truncated)

    def swept(self, *, alive: Array | None = None, going: Array | None = None, carry: Any = None) -> Array:
        """Â_t = r_t + γ alive_t V'_t − V_t + carry going_t Â_{t+1}: the recursion, or one with other masks or carry."""
        alive = ~self.terminated if alive is None else alive
        going = ~self.ended if going is None else going
        carry = self.gamma * self.lam if carry is None else carry
        result = np.empty_like(self.rewards)
        following = 0 * self.rewards[0]
        for t in reversed(range(len(self.rewards))):
            error = self.rewards[t] + self.gamma * alive[t].astype(int) * self.next_values[t] - self.values[t]
            following = error + carry * going[t].astype(int) * following
            result[t] = following
        return result


def of_steps(advantages: Callable[..., Array]) -> Callable[..., Array]:
    """The estimator that returns the advantages that a function makes of ``Steps``, with V added where it is due."""

    @wraps(advantages)
    def estimate(
        rewards: Array,
        values: Array,
        next_values: Array,
        terminated: Array,
        truncated: Array,
        *,
        gamma: Any,
        lam: Any,
        capability: str,
        **form: Any,
    ) -> Array:
        result = advantages(Steps(rewards, values, next_values, terminated, truncated, gamma, lam), **form)
        return np.asarray(result + values) if capability == "lambda_returns" else result

    return estimate


right = of_steps(Steps.swept)
