"""How many small decision processes a core draws, solves and checks in a second: 6 states, 4 actions.

`float64` draws processes with full support and two policies, seeded, and checks both sides of the performance
difference lemma, 2048 processes at a time; `exact` does so among rationals, 200 of them one by one. Times are of one
process.

    policyproof bench tabular --json tabular.json
"""

from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

STATES, ACTIONS = 6, 4
PARTS = 256
DISCOUNT = (15, 16)

Functions = Iterator[Callable[[], object]]


def float64(batch: int) -> Functions:
    from policyproof.reference import TabularMDP
    from policyproof.reference.performance_difference import performance_difference_residual

    generator = np.random.default_rng(0)

    def rows(*shape: int) -> NDArray[np.float64]:
        """Distributions with full support, one byte a number."""
        weights = np.frombuffer(generator.bytes(batch * int(np.prod(shape))), dtype=np.uint8).reshape(batch, *shape)
        return np.asarray((weights + 1.0) / np.einsum("...i->...", weights + 1.0)[..., None])

    def check() -> float:
        """|η(new) − η(old) − Σ ρ_new Ā| in units of 2⁻⁵³ κ max|r|/(1−γ)², κ = (1+γ)/(1−γ)."""
        rewards = np.frombuffer(generator.bytes(batch * STATES * ACTIONS), dtype=np.int8)
        reward = rewards.reshape(batch, STATES, ACTIONS) / 16
        discount = np.frombuffer(generator.bytes(batch), dtype=np.uint8) / 256
        mdp = TabularMDP(rows(STATES, ACTIONS, STATES), reward, rows(STATES), discount)
        residual = performance_difference_residual(mdp, rows(STATES, ACTIONS), rows(STATES, ACTIONS))
        scale = (1 + discount) * np.abs(reward).max(axis=(1, 2)) / (1 - discount) ** 3
        return float((np.abs(residual) / scale).max() * 2**53)

    return repeat(check)


def exact(batch: int) -> Functions:
    from policyproof.reference.performance_difference import lattice_difference

    generator = np.random.default_rng(0)

    def rows(*shape: int) -> NDArray[np.int64]:
        """Distributions in units of 1/PARTS, zeros among them."""
        cuts = np.sort(generator.integers(0, PARTS + 1, (batch, *shape[:-1], shape[-1] - 1)), axis=-1)
        return np.diff(cuts, axis=-1, prepend=0, append=PARTS)

    def check() -> float:
        """The largest difference of the two sides, integer matrices in, rationals out."""
        transition, initial = rows(STATES, ACTIONS, STATES), rows(STATES)
        old, new = (rows(STATES, ACTIONS) for _ in range(2))
        reward = generator.integers(-8, 9, (batch, STATES, ACTIONS))
        cases = zip(transition, reward, initial, old, new, strict=True)
        sides = (lattice_difference(*case, parts=PARTS, discount=DISCOUNT) for case in cases)
        return float(max(abs(difference - state_form) for difference, state_form in sides))

    return repeat(check)


@pytest.mark.parametrize(("how", "batch", "error"), [(float64, 2048, 64.0), (exact, 200, 0.0)])
def test_draw_solve_and_check(
    interleaved: Callable[..., Callable[[str], Any]], how: Callable[[int], Functions], batch: int, error: float
) -> None:
    answer = interleaved([how], {"batch": batch}, per=batch)
    assert answer(how.__name__) <= error
