"""How much work a run is."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PROFILES", "Profile"]


@dataclass(frozen=True)
class Profile:
    """``examples`` cases an invariant; the run stops drawing after ``seconds`` in all, if that is not None."""

    name: str
    examples: int
    seconds: float | None


PROFILES = {
    profile.name: profile
    for profile in (Profile("quick", 25, 10.0), Profile("ci", 128, 60.0), Profile("nightly", 10_000, None))
}
