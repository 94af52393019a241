"""One update of a library on a batch that is given row by row: how each library is brought to take it.

A file a library, with a function an algorithm, ``ppo``, ``trpo`` or ``npg``. ``plain`` asks for plain settings (no
bonus, advantages as they are where the library leaves them so), else for the library's defaults.
"""

from dataclasses import dataclass
from typing import Any

__all__ = ["Given", "PlainAscent", "PlainTrustRegion"]


@dataclass(frozen=True, eq=False)
class Given:
    """A policy and B rows: ``states[B]``, ``actions[B]`` or ``[B, D]``, ``advantages[B]``, old ``log_probs[B]``.

    ``tables`` is (logits ``[S, A]``,), or (means ``[S, D]``, log σ ``[D]``) of a policy that is Gaussian.
    """

    tables: tuple[Any, ...]
    states: Any
    actions: Any
    advantages: Any
    log_probs: Any


@dataclass(frozen=True)
class PlainAscent:
    """PPO by SGD, each epoch a step on the whole batch."""

    learning_rate: float = 0.5
    clip_range: float = 0.2
    epochs: int = 3


@dataclass(frozen=True)
class PlainTrustRegion:
    """TRPO or a natural gradient; ``damping`` is added to the Fisher matrix."""

    max_kl: float = 0.01
    damping: float = 0.0
