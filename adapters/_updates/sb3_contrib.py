"""sb3-contrib: ``train`` of its TRPO on a rollout buffer that is filled with the batch."""

from __future__ import annotations

from typing import Any

from sb3_contrib import TRPO

from . import Given, PlainTrustRegion
from .stable_baselines3 import trained

__all__ = ["trpo"]


def trpo(given: Given, *, plain: PlainTrustRegion | None) -> Any:
    """``TRPO``: parameters."""
    settings: dict[str, Any] = {}
    if plain:
        settings = {"gamma": 1.0, "normalize_advantage": False, "batch_size": max(len(given.states), 2)}
        settings |= {"target_kl": plain.max_kl, "cg_damping": plain.damping}
    return trained(TRPO, given, **settings).vector
