"""``gae`` and ``lambda_returns``: their arguments, their results, and the right ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.advantage_estimation import generalized_advantage_estimation, lambda_returns
from ...reference.arithmetic import floating
from ..capability import Capability
from ..subject import Subject
from .strategies import Trajectories, trajectories

__all__ = ["GAE", "LAMBDA_RETURNS"]


def arguments(case: Trajectories) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The five arrays, γ and λ."""
    return case.batch, case.factors


def shapes(case: Trajectories) -> tuple[tuple[int, ...], ...]:
    """One array [T, N]."""
    return (case.rewards.shape,)


def tolerance(subject: Subject, case: Trajectories) -> float:
    """4u (3T + 5) Σ (|r| + |V| + |V'|) over the whole case.

    Every known wrong version is a sum of the inputs with coefficients of at most 1 in size, whatever it mixes up.
    """
    magnitude = sum(float(np.abs(floating(part)).sum()) for part in case.batch[:3])
    return 4 * subject.unit_roundoff * (3 * len(case.rewards) + 5) * magnitude


GAE = Capability("gae", trajectories, arguments, shapes, tolerance, generalized_advantage_estimation)
LAMBDA_RETURNS = Capability("lambda_returns", trajectories, arguments, shapes, tolerance, lambda_returns)
