"""sb3-contrib: ``train`` of its MaskablePPO and TRPO on a rollout buffer that is filled with the batch."""

from __future__ import annotations

from typing import Any

from sb3_contrib import TRPO, MaskablePPO
from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy

from . import Given, PlainAscent, PlainTrustRegion
from .stable_baselines3 import Headed, Policy, ascended, trained

__all__ = ["ppo", "trpo"]


class _Maskable(Headed, MaskableActorCriticPolicy):  # type: ignore[misc]
    """Of MaskablePPO."""


def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """``MaskablePPO``, no action masked: parameters, and the rows of each step."""
    return ascended(MaskablePPO, _Maskable, given, plain)


def trpo(given: Given, *, plain: PlainTrustRegion | None) -> Any:
    """``TRPO``: parameters."""
    settings: dict[str, Any] = {}
    if plain:
        settings = {"gamma": 1.0, "normalize_advantage": False, "batch_size": max(len(given.states), 2)}
        settings |= {"target_kl": plain.max_kl, "cg_damping": plain.damping}
    return trained(TRPO, Policy, given, **settings).vector
