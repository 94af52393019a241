"""A collector is a function of its arguments, its seed among them; and controls that are not.

That it leaves the world alone is not asked of it: many libraries can be seeded in no other way than globally.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np

from ..purity import purity
from ..variant import variant
from .capability import COLLECT
from .collector import Rollout, collect

ASKED = ("leaves-its-inputs-unchanged", "same-inputs-same-bits", "returns-finite-numbers-of-its-shape")

PURITY = tuple(invariant for invariant in purity(COLLECT) if invariant.id.removeprefix("collect-") in ASKED)

CALLS = count()


@variant("collect")
def inputs_overwritten(*arguments: Any, **settings: Any) -> Rollout:
    """Control: the critic's table is changed in place where it can be written to."""
    rollout = collect(*arguments, **settings)
    if arguments[2].flags.writeable:
        arguments[2][...] += 1
    return rollout


@variant("collect")
def answer_depends_on_the_call(*arguments: Any, **settings: Any) -> Rollout:
    """Control: every other call is off by its last bit."""
    rollout = collect(*arguments, **settings)
    return replace(rollout, returns=np.nextafter(rollout.returns, np.inf)) if next(CALLS) % 2 else rollout


@variant("collect")
def not_a_number(*arguments: Any, **settings: Any) -> Rollout:
    """Control: the first advantage is NaN."""
    rollout = collect(*arguments, **settings)
    advantages = np.array(rollout.advantages)
    advantages[0, 0] = np.nan
    return replace(rollout, advantages=advantages)
