"""How much work a run is."""

from __future__ import annotations

from dataclasses import dataclass

from .session import Limits

__all__ = ["PROFILES", "Profile"]


@dataclass(frozen=True)
class Profile:
    """At most ``examples`` cases an invariant and ``total`` in all.

    After ``seconds`` a run draws one more case for each invariant that is left, and ends; None is no end. One case may
    take ``call`` seconds. How many examples an invariant gets depends on how many invariants there are, and not on the
    time, so that a run repeats; time only cuts what would not end.
    """

    name: str
    examples: int
    total: int
    seconds: float | None
    call: float

    def share(self, invariants: int) -> int:
        """The examples for each of so many invariants, at least ``LEAST``."""
        return min(self.examples, max(LEAST, self.total // max(invariants, 1)))

    def limits(self, call: float | None = None) -> Limits:
        """What a case may take; the first one in a process ``COMPILING`` times as long, unless ``call`` is given."""
        return Limits(call or self.call, call or COMPILING * self.call)


LEAST = 4
COMPILING = 6

PROFILES = {
    profile.name: profile
    for profile in (
        Profile("quick", 25, 2_000, 8.0, 5.0),
        Profile("ci", 128, 20_000, 55.0, 10.0),
        Profile("nightly", 10_000, 10_000_000, None, 60.0),
    )
}
