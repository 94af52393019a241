"""One update of a library on a batch that is given row by row: how each library is brought to take it.

A file a library, with a function an algorithm, ``ppo``, ``trpo`` or ``npg``. ``plain`` asks for plain settings (SGD at
rate ½, three epochs of the whole batch, no damping, no bonus, advantages as they are), else for the library's defaults.
"""

from dataclasses import dataclass
from typing import Any

__all__ = ["Given"]


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
