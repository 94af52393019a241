"""How many small decision processes a core draws, solves and checks in a second: 6 states, 4 actions."""

import time

import numpy as np
import pytest
from policyproof.reference import TabularMDP
from policyproof.reference.performance_difference import lattice_difference, performance_difference_residual

pytestmark = pytest.mark.benchmark(timer=time.process_time)  # a second of one core, whoever else is at work

STATES, ACTIONS = 6, 4
BATCH = 2048
PARTS = 256
DISCOUNT = (15, 16)


def draw(generator, count):
    """Processes with full support, each with its own discount, and two policies; one byte a number."""

    def rows(*shape):
        size = count * int(np.prod(shape))
        weights = np.frombuffer(generator.bytes(size), dtype=np.uint8).reshape(count, *shape) + 1.0
        return weights / np.einsum("...i->...", weights)[..., None]

    reward = np.frombuffer(generator.bytes(count * STATES * ACTIONS), dtype=np.int8).reshape(count, STATES, ACTIONS)
    discount = np.frombuffer(generator.bytes(count), dtype=np.uint8) / 256
    mdp = TabularMDP(rows(STATES, ACTIONS, STATES), reward / 16, rows(STATES), discount)
    return mdp, rows(STATES, ACTIONS), rows(STATES, ACTIONS)


def worst_error(mdp, old, new):
    """|η(new) − η(old) − Σ ρ_new Ā| in units of 2⁻⁵³ κ max|r|/(1−γ)², κ = (1+γ)/(1−γ)."""
    scale = (1 + mdp.discount) * np.abs(mdp.reward).max(axis=(1, 2)) / (1 - mdp.discount) ** 3
    return float((np.abs(performance_difference_residual(mdp, old, new)) / scale).max() * 2**53)


def lattice(generator, count, *shape):
    """Distributions in units of 1/PARTS, zeros among them."""
    cuts = np.sort(generator.integers(0, PARTS + 1, (count, *shape[:-1], shape[-1] - 1)), axis=-1)
    return np.diff(cuts, axis=-1, prepend=0, append=PARTS)


def report(benchmark, count):
    """Print and record how many a second of one core, by the fastest round; nothing where timing is disabled."""
    if benchmark.disabled:
        return
    per_second = count / benchmark.stats.stats.min
    benchmark.extra_info["per_second"] = per_second
    print(f"\n{benchmark.name}: {per_second:,.0f} a second")


def test_draw_solve_and_check_in_float64(benchmark):
    """Seeded draw, three solves and both sides of the theorem, 2048 processes at a time."""
    generator = np.random.default_rng(0)
    error = benchmark(lambda: worst_error(*draw(generator, BATCH)))
    assert error < 64
    report(benchmark, BATCH)


def test_exact_check_of_the_performance_difference(benchmark):
    """Seeded draw, integer matrices and both sides of the theorem among rationals, one process at a time."""
    generator, count = np.random.default_rng(0), 200

    def check():
        transition, initial = lattice(generator, count, STATES, ACTIONS, STATES), lattice(generator, count, STATES)
        old, new = (lattice(generator, count, STATES, ACTIONS) for _ in range(2))
        reward = generator.integers(-8, 9, (count, STATES, ACTIONS))
        for case in zip(transition, reward, initial, old, new, strict=True):
            difference, state_form = lattice_difference(*case, parts=PARTS, discount=DISCOUNT)
            assert difference == state_form

    benchmark(check)
    report(benchmark, count)
