"""Which invariant catches which known bug, and how soon: variant × invariant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

from ..invariants.discovery import all_variants
from ..invariants.invariant import Invariant
from ..invariants.oracle import oracle
from ..invariants.subject import Subject
from ..invariants.variant import Variant
from .check import selected
from .judge import judge
from .profile import Profile

__all__ = ["kill_matrix"]

SCHEMA = "policyproof/kill-matrix/1"


def kill_matrix(
    profile: Profile,
    seed: int,
    *,
    only: Sequence[str] | None = None,
    ended: Callable[[Variant], None] = lambda _variant: None,
) -> dict[str, Any]:
    """Judge the first form of every variant by every invariant that needs its capability, on all cores.

    Each pair has as many examples as the profile gives an invariant where there are few; all other capabilities are the
    oracle's. ``kills`` holds, for each pair that killed, the examples and the seconds to the first kill; ``survivors``
    the variants that nothing killed, ``lonely`` those with one killer, and ``redundant`` the invariants that are never
    the only one to kill a variant.
    """
    invariants = selected(only)
    variants = [v for v in all_variants() if any(v.capability in i.needs for i in invariants)]
    kills: list[dict[str, Any]] = []
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        judged = pool.map(partial(_kills, profile.examples, seed, only), [(v.name, v.capability) for v in variants])
        for variant, found in zip(variants, judged, strict=True):
            kills += found
            ended(variant)
    return {
        "schema": SCHEMA,
        "profile": profile.name,
        "seed": seed,
        "variants": [_variant(variant) for variant in variants],
        "invariants": [{"id": i.id, "capability": i.capability, "needs": list(i.needs)} for i in invariants],
        "kills": kills,
        "survivors": [_name(v) for v in variants if not _killers(v, kills)],
        "lonely": [_name(v) for v in variants if len(_killers(v, kills)) == 1],
        "redundant": [i.id for i in invariants if not _alone(i, variants, kills)],
        "complete": True,
    }


def _kills(
    examples: int, seed: int, only: Sequence[str] | None, name_and_capability: tuple[str, str]
) -> list[dict[str, Any]]:
    variant = next(v for v in all_variants() if (v.name, v.capability) == name_and_capability)
    subject = Subject(oracle(**{variant.capability: variant.forms[0]}))
    kills = []
    for invariant in selected(only):
        if variant.capability in invariant.needs:
            trial = judge(invariant, subject, examples=examples, seed_=seed, shrink=False)
            if trial.status != "holds":
                known = {"variant": variant.name, "capability": variant.capability, "invariant": invariant.id}
                kills.append(known | {"examples": trial.examples, "seconds": round(trial.seconds, 4)})
    return kills


def _variant(variant: Variant) -> dict[str, Any]:
    return {
        "name": variant.name,
        "capability": variant.capability,
        "description": variant.description,
        "citations": list(variant.citations),
        "forms": len(variant.forms),
    }


def _name(variant: Variant) -> str:
    return f"{variant.capability}: {variant.name}"


def _killers(variant: Variant, kills: list[dict[str, Any]]) -> list[str]:
    mine = (variant.name, variant.capability)
    return [kill["invariant"] for kill in kills if (kill["variant"], kill["capability"]) == mine]


def _alone(invariant: Invariant, variants: list[Variant], kills: list[dict[str, Any]]) -> bool:
    return any(_killers(variant, kills) == [invariant.id] for variant in variants)
