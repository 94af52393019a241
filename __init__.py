"""Proof-tests policy-optimisation code against exact oracles.

``check`` judges an implementation and returns a report; ``parametrize_with_invariants`` makes a pytest test of each
invariant. Both load the machinery when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .gate.check import check
    from .gate.errors import UsageError
    from .gate.verdict import Report, Verdict
    from .pytest_plugin import parametrize_with_invariants

__all__ = ["Report", "UsageError", "Verdict", "__version__", "check", "parametrize_with_invariants"]

__version__ = version("policyproof")


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    from importlib import import_module

    homes = {
        "Report": ".gate.verdict",
        "UsageError": ".gate.errors",
        "Verdict": ".gate.verdict",
        "check": ".gate.check",
        "parametrize_with_invariants": ".pytest_plugin",
    }
    if name not in homes:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(homes[name], __name__), name)
