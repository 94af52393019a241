"""The implementation under test, reached through the seam and nothing else."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..reference.arithmetic import Array, floating
from .comparison import UNIT_ROUNDOFF
from .conventions import check_conventions

__all__ = ["CAPABILITIES", "ImplementationError", "Subject", "SubjectError"]

CAPABILITIES = (
    "gae",
    "lambda_returns",
    "ppo_policy_loss",
    "value_loss",
    "normalize_advantages",
    "approximate_kl",
    "categorical_log_prob",
    "categorical_entropy",
    "categorical_kl",
    "gaussian_log_prob",
    "gaussian_entropy",
    "gaussian_kl",
    "squashed_gaussian_log_prob",
    "policy_gradient",
    "surrogate",
    "mean_kl",
    "fisher_vector_product",
    "conjugate_gradient",
    "natural_gradient_step",
    "trpo_step",
    "ppo_step",
    "state_values",
    "action_values",
    "visitation",
    "collect",
    "train",
)
"""The methods of the seam: an implementation offers those that it has."""
END = object()


class SubjectError(ValueError):
    """The object cannot be judged at all; the message says what to change."""


class ImplementationError(Exception):
    """The code under test raised, or returned what is no real array of the stated shape."""


class Subject:
    """An implementation with its inputs prepared and its outputs checked as the seam states them.

    Raises
    ------
    SubjectError: the object offers no method of the seam, or declares an unknown dtype, device or convention.
    """

    def __init__(self, implementation: object) -> None:
        self.implementation = implementation
        self.name = str(getattr(implementation, "name", None) or type(implementation).__name__)
        self.version = str(getattr(implementation, "version", ""))
        self.dtype = str(getattr(implementation, "dtype", "float32"))
        self.device = str(getattr(implementation, "device", "cpu"))
        if self.dtype not in UNIT_ROUNDOFF:
            raise SubjectError(f"{self.name}: dtype is {self.dtype!r}; it must be 'float32' or 'float64'")
        if self.device not in ("cpu", "cuda"):
            raise SubjectError(f"{self.name}: device is {self.device!r}; it must be 'cpu' or 'cuda'")
        self.conventions = check_conventions(getattr(implementation, "conventions", {}))
        self.offered = tuple(name for name in CAPABILITIES if getattr(implementation, name, None) is not None)
        if not self.offered:
            raise SubjectError(
                f"{self.name} has none of the methods that can be judged; give it at least one of "
                f"{', '.join(CAPABILITIES)}"
            )

    @property
    def unit_roundoff(self) -> float:
        """U of the dtype that the implementation computes in."""
        return UNIT_ROUNDOFF[self.dtype]

    def call(self, capability: str, *arguments: Any, shape: tuple[int, ...], **keywords: Any) -> Array:
        """Call a method of the seam and return its one result as a float64 array of the stated shape.

        Real arrays arrive as float64, C-contiguous and read-only; what comes back is copied.

        Raises
        ------
        ImplementationError: whatever goes wrong in the code under test, ``sys.exit`` included.
        """
        result = self.call_raw(capability, *map(prepared, arguments), **{k: prepared(v) for k, v in keywords.items()})
        return checked(result, capability, (shape,))[0]

    def call_raw(self, capability: str, *arguments: Any, **keywords: Any) -> Any:
        """Call a method of the seam with exactly these objects, and pass on whatever it returns."""
        return _guarded(capability, getattr(self.implementation, capability), arguments, keywords)

    def each(self, capability: str, *arguments: Any, **keywords: Any) -> Iterator[Any]:
        """Call a method of the seam that returns an iterable, and pass on its entries as they come."""
        entries = _guarded(capability, iter, (self.call_raw(capability, *arguments, **keywords),), {})
        while (entry := _guarded(capability, next, (entries, END), {})) is not END:
            yield entry


def prepared(value: Any) -> Any:
    """One argument as the seam hands it over."""
    if isinstance(value, np.ndarray):
        array = np.array(floating(value) if value.dtype.kind in "fO" else value, order="C")
        array.flags.writeable = False
        return array
    if isinstance(value, (bool, int, str)) or value is None:
        return value
    return floating(value).item()


def checked(returned: Any, capability: str, shapes: tuple[tuple[int, ...], ...]) -> tuple[Array, ...]:
    """Results as fresh float64 arrays of these shapes, or ``ImplementationError`` saying how they break the seam."""
    if len(shapes) == 1:
        returned = (returned,)
    elif not isinstance(returned, (tuple, list)) or len(returned) != len(shapes):
        raise ImplementationError(
            f"{capability} returned {type(returned).__name__}; the seam states {len(shapes)} results"
        )
    return tuple(_checked(result, capability, shape) for result, shape in zip(returned, shapes, strict=True))


def _checked(result: Any, capability: str, shape: tuple[int, ...]) -> Array:
    array = _guarded(capability, np.asarray, (result,), {})
    if array.dtype.kind not in "fiu":
        raise ImplementationError(f"{capability} returned an array of {array.dtype}, not of real numbers")
    if array.shape != shape:
        raise ImplementationError(f"{capability} returned shape {list(array.shape)}; the seam states {list(shape)}")
    return np.array(array, dtype=np.float64)


def _guarded(capability: str, function: Callable[..., Any], arguments: Any, keywords: Any) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(*arguments, **keywords)
    except (SystemExit, KeyboardInterrupt) as error:
        if isinstance(error, KeyboardInterrupt) and getattr(error, "from_user", False):
            raise
        raise ImplementationError(f"{capability} raised {type(error).__name__}: it tried to end the run") from error
    except BaseException as error:
        raise ImplementationError(f"{capability} raised {type(error).__name__}: {_said(error)}") from error


def _said(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException as worse:
        return f"its text cannot be had: {type(worse).__name__}"
