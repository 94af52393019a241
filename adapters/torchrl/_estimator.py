"""What the targets of torchrl's advantage estimators share: ``[T, N]`` to its ``[N, T, 1]`` and back."""

from __future__ import annotations

from typing import Any

from .. import NotInstalledError

try:
    import torch
    import torchrl
    from torchrl.objectives.value import functional

    from .._collectors.torchrl import collected
    from .._learning.torchrl import learned
    from .._torch import tensor
except ImportError as error:
    raise NotInstalledError("torchrl", "pip install torchrl") from error

__all__ = ["VERSION", "collected", "estimates", "learned", "returns"]

VERSION = torchrl.__version__


def estimates(function: str, batch: Any, gamma: float, lam: float, *, per_step: bool = False) -> Any:
    """What a function of ``torchrl.objectives.value.functional`` returns; ``done`` is terminated or truncated.

    ``per_step`` hands γ and λ over as arrays, which takes another way through the vectorised estimators.
    """
    rewards, values, next_values, terminated, truncated = _transposed(batch)
    factors: Any = (gamma, lam)
    if per_step:
        factors = (torch.full_like(rewards, factor) for factor in factors)
    return getattr(functional, function)(*factors, values, next_values, rewards, terminated | truncated, terminated)


def returns(function: str, batch: Any, gamma: float, lam: float) -> Any:
    """The same of a function that needs no values of the states before, ``[T, N]``."""
    rewards, _, next_values, terminated, truncated = _transposed(batch)
    results = getattr(functional, function)(gamma, lam, next_values, rewards, terminated | truncated, terminated)
    return results[:, :, 0].T.numpy()


def _transposed(batch: Any) -> Any:
    return (tensor(part.T[:, :, None]) for part in batch)
