"""Policies for ``MaskablePPO``, no action masked."""

from __future__ import annotations

from sb3_contrib.common.maskable.policies import MaskableActorCriticPolicy

from .training import Free, Tables

__all__ = ["MaskableFreeRows", "MaskableTablePolicy"]


class MaskableFreeRows(Free, MaskableActorCriticPolicy):  # type: ignore[misc]
    """The library's policy on free parameters."""


class MaskableTablePolicy(Tables, MaskableActorCriticPolicy):  # type: ignore[misc]
    """The library's policy on tables."""
