"""sb3-contrib: ``train`` of its TRPO on a rollout buffer that is filled with the batch."""

from __future__ import annotations

from typing import Any

from sb3_contrib import TRPO

from . import Given
from .stable_baselines3 import trained

__all__ = ["trpo"]


def trpo(given: Given, *, plain: bool) -> Any:
    """``TRPO``: parameters."""
    settings: dict[str, Any] = {"gamma": 1.0, "normalize_advantage": False, "cg_damping": 0.0}
    return trained(TRPO, given, **(settings if plain else {})).vector
