"""What every agent leaves to choice, with what each element is called; each can be switched off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

__all__ = ["AgentConfig"]


@dataclass(frozen=True, kw_only=True)
class AgentConfig:
    """How an agent plays, what it learns from, and how its networks begin.

    environments, steps : N and T of a rollout, which has T·N transitions.
    gamma, lam : γ and λ of generalised advantage estimation.
    normalize_advantages : subtract the mean and divide by the standard deviation.
    normalize_observations : subtract the running mean, divide by the running standard deviation.
    observation_clip : the largest absolute value of a normalised observation.
    normalize_rewards : divide by the running standard deviation of the discounted return.
    reward_clip : the largest absolute value of a normalised reward.
    hidden : widths of the hidden layers of the policy and of the critic; () is a linear policy.
    orthogonal : orthogonal initialisation, gains √2, 0.01 (policy) and 1 (critic); else uniform in ±1/√inputs.
    log_std : the first log σ of a Gaussian policy.
    seed : of everything random: parameters, actions, minibatches, environments.
    threads : 1, or 2: on a CPU the policy and the critic then learn at the same time, with the same bits.

    Raises ValueError for a number outside of its range, and says which.
    """

    environments: int = 8
    steps: int = 256
    gamma: float = 0.99
    lam: float = 0.95
    normalize_advantages: bool = True
    normalize_observations: bool = False
    observation_clip: float = 10.0
    normalize_rewards: bool = False
    reward_clip: float = 10.0
    hidden: tuple[int, ...] = (64, 64)
    orthogonal: bool = True
    log_std: float = 0.0
    seed: int = 0
    threads: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))
        self.demand("a whole number of at least 1", _count, "environments")
        more = "a whole number of at least 2: one may only reset"
        self.demand(more, lambda value: _count(value) and value > 1, "steps")
        self.demand("in [0, 1]", lambda value: 0 <= value <= 1, "gamma", "lam")
        self.demand("positive", lambda value: value > 0, "observation_clip", "reward_clip")
        self.demand("widths of at least 1", lambda value: all(map(_count, value)), "hidden")
        self.demand("1 or 2", lambda value: value in (1, 2), "threads")
        self.demand("a whole number, not negative", lambda value: isinstance(value, int) and value >= 0, "seed")

    def demand(self, what: str, holds: Callable[[Any], bool], *names: str) -> None:
        """ValueError for the first of these fields that ``holds`` refuses."""
        for name in names:
            value = getattr(self, name)
            if not holds(value):
                raise ValueError(f"{name} is {value!r}; expected {what}")

    def as_dict(self) -> dict[str, Any]:
        """Names and plain values, as JSON takes them."""
        return {**asdict(self), "hidden": list(self.hidden)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The inverse of `as_dict`; names that are unknown raise ValueError."""
        unknown = sorted(values.keys() - {field.name for field in fields(cls)})
        if unknown:
            raise ValueError(f"a {cls.__name__} has no {', '.join(unknown)}")
        return cls(**values)


def _count(value: Any) -> bool:
    return isinstance(value, int) and value >= 1
