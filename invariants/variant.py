"""A variant: a known bug as a named wrong version of the oracle, with the citation of where it happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from inspect import signature
from itertools import product
from typing import Any

__all__ = ["Variant", "variant"]


@dataclass(frozen=True)
class Variant:
    """One way to get a capability wrong.

    ``forms`` are the detailed ways in which the same mistake is made (which flag, what happens at the edge); each has
    the seam's signature and runs on float64 arrays and on rationals. ``citations`` name projects, issues and commits;
    a variant without one is a control, made to show that an invariant can fail.
    """

    name: str
    capability: str
    description: str
    citations: tuple[str, ...]
    forms: tuple[Callable[..., Any], ...]

    @property
    def is_control(self) -> bool:
        """Whether it was made for the purpose rather than found in the wild."""
        return not self.citations

    def implementation(self, form: int = 0) -> object:
        """An implementation object that offers this one capability, wrongly, in float64."""
        members = {"name": self.name, "dtype": "float64", self.capability: staticmethod(self.forms[form])}
        return type("Variant", (), members)()


def variant(
    *capabilities: str, citations: tuple[str, ...] = (), **options: tuple[Any, ...]
) -> Callable[[Callable[..., Any]], tuple[Variant, ...]]:
    """Make variants of a function with the seam's signature, one a capability.

    ``options`` are keyword arguments with their choices: every combination is a form. A function that has an argument
    ``capability`` receives that as well.
    """

    def decorate(function: Callable[..., Any]) -> tuple[Variant, ...]:
        asks = "capability" in signature(function, follow_wrapped=False).parameters
        choices = [dict(zip(options, values, strict=True)) for values in product(*options.values())]

        def made(capability: str) -> Variant:
            told = {"capability": capability} if asks else {}
            return Variant(
                name=function.__name__.replace("_", "-"),
                capability=capability,
                description=(function.__doc__ or "").strip().splitlines()[0],
                citations=citations,
                forms=tuple(partial(function, **told, **choice) for choice in choices),
            )

        return tuple(map(made, capabilities))

    return decorate
