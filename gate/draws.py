"""What Hypothesis draws depends on the seed alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

__all__ = ["from_the_seed_alone"]


@contextmanager
def from_the_seed_alone() -> Iterator[None]:
    """Inside the block, Hypothesis draws no constants that it finds in the source of the modules at hand.

    It mixes them into what it draws, so that an edit of the code under test, or another way of starting the run,
    would change the cases that a seed stands for. Blocks may be nested.
    """
    if providers._get_local_constants is _none:
        yield
        return
    before = providers._get_local_constants
    providers.CONSTANTS_CACHE.cache.clear()
    providers._get_local_constants = _none
    try:
        yield
    finally:
        providers._get_local_constants = before
        providers.CONSTANTS_CACHE.cache.clear()


def _none() -> Constants:
    return Constants()
