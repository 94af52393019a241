"""One update of each library beside the exact one: softmax and Gaussian policies, plain settings and its defaults."""

import importlib.util
import random
import sys
from collections import Counter
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import torch
from policyproof.adapters._torch import generators_kept
from policyproof.adapters._updates import Given, PlainAscent, PlainTrustRegion
from policyproof.reference.arithmetic import ball, floating, precision
from policyproof.reference.kl import gaussian_kl

FILE = Path(__file__).with_name("exact_updates.py")
SPECIFICATION = importlib.util.spec_from_file_location("exact_updates", FILE)
exact_updates = sys.modules["exact_updates"] = importlib.util.module_from_spec(SPECIFICATION)
SPECIFICATION.loader.exec_module(exact_updates)
from exact_updates import (  # noqa: E402
    BITS,
    Ascent,
    Gaussian,
    Natural,
    Normalised,
    Softmax,
    UndecidedError,
    inside,
    told_apart,
)

pytestmark = pytest.mark.filterwarnings("ignore")  # of the libraries
SEEDS = range(3)
WHOLE = (24,)
HALVES = tuple(f"1/{2**j}" for j in range(11))
FIFTHS = tuple(f"{4**j}/{5**j}" for j in range(15))
PLAIN, BOUNDED, DEFAULT = PlainAscent(), PlainTrustRegion(), None

ASCENTS = {
    ("agilerl", PLAIN): Ascent(WHOLE * 3, normalised=Normalised()),
    ("agilerl", DEFAULT): Ascent(
        WHOLE * 4, rate=1e-4, normalised=Normalised(), bonus="0.01", adam="1e-8", max_norm="1/2"
    ),
    ("brax", PLAIN): Ascent(WHOLE * 3),
    ("brax", DEFAULT): Ascent(
        (6,) * 8,
        rate=1e-4,
        clip_range="0.3",
        normalised=Normalised(ddof=0, apart=True),
        bonus="1/10000",
        adam="1e-8",
    ),
    ("elegantrl", PLAIN): Ascent(WHOLE * 3, normalised=Normalised(epsilon="1e-4"), drawn=23),
    ("elegantrl", DEFAULT): Ascent(
        (128,),
        rate=6e-5,
        clip_range="1/4",
        normalised=Normalised(epsilon="1e-4"),
        bonus="0.01",
        adam="1e-8",
        max_norm="3",
        decay="0.01",
        drawn=23,
    ),
    ("garage", PLAIN): Ascent(WHOLE * 3),
    ("garage", DEFAULT): Ascent(WHOLE * 10, rate=2.5e-4, normalised=Normalised(), adam="1e-8"),
    ("pfrl", PLAIN): Ascent(WHOLE * 3),
    ("pfrl", DEFAULT): Ascent((64,) * 4, rate=1e-3, normalised=Normalised(ddof=0), bonus="0.01", adam="1e-8"),
    ("rl_games", PLAIN): Ascent(WHOLE * 3),
    ("rl_games", DEFAULT): Ascent(
        (3,) * 32, rate=2e-4, normalised=Normalised(), bonus="0.01", adam="1e-8", max_norm="1"
    ),
    ("rllib", PLAIN): Ascent(WHOLE * 3),
    ("rllib", DEFAULT): Ascent(
        None,
        rate=5e-5,
        clip_range="0.3",
        normalised=Normalised(ddof=0, epsilon="0", after="0.99"),
        penalty="0.2",
        adam="1e-8",
    ),
    ("rllib_old_stack", PLAIN): Ascent(WHOLE * 3),
    ("rllib_old_stack", DEFAULT): Ascent(
        WHOLE * 30,
        rate=5e-5,
        clip_range="0.3",
        normalised=Normalised(ddof=0, epsilon="0"),
        penalty="0.2",
        adam="1e-8",
    ),
    ("rsl_rl", PLAIN): Ascent(WHOLE * 3, normalised=Normalised()),
    ("rsl_rl", DEFAULT): Ascent(
        (6,) * 20, rate=1e-3, normalised=Normalised(), bonus="0.01", adam="1e-8", max_norm="1", desired_kl=0.01
    ),
    ("skrl", PLAIN): Ascent(WHOLE * 3, normalised=Normalised()),
    ("skrl", DEFAULT): Ascent((12,) * 16, rate=1e-3, normalised=Normalised(), adam="1e-8", max_norm="1/2"),
    ("stable_baselines3", PLAIN): Ascent(WHOLE * 3),
    ("stable_baselines3", DEFAULT): Ascent(
        WHOLE * 10, rate=3e-4, normalised=Normalised(apart=True), adam="1e-5", max_norm="1/2"
    ),
    ("sb3_contrib", PLAIN): Ascent(WHOLE * 3),
    ("sb3_contrib", DEFAULT): Ascent(
        WHOLE * 10, rate=3e-4, normalised=Normalised(apart=True), adam="1e-5", max_norm="1/2"
    ),
    ("tianshou", PLAIN): Ascent(WHOLE * 3),
    ("tianshou", DEFAULT): Ascent(WHOLE, rate=1e-3, normalised=Normalised(apart=True), bonus="0.01", adam="1e-8"),
    ("torchrl", PLAIN): Ascent(WHOLE * 3),
    ("torchrl", DEFAULT): Ascent(WHOLE * 3, bonus="0.01"),
    ("xuance", PLAIN): Ascent(WHOLE * 3),
    ("xuance", DEFAULT): Ascent(
        (3,) * 64,
        rate=4e-4,
        normalised=Normalised(ddof=0, apart=True),
        bonus="0.01",
        adam="1e-5",
        max_norm="1/2",
    ),
}
"""What each library documents that its PPO does with 24 rows; of RLlib, what FINDINGS.md says that it does."""

GAUSSIAN_ASCENTS = {
    ("rl_games", DEFAULT): Ascent(
        (6,) * 20,
        rate=3e-4,
        normalised=Normalised(),
        adam="1e-8",
        max_norm="1",
        desired_kl=0.001,
        since=True,
        small="1/500",
    ),
}
"""The same where Gaussian policies have settings of their own."""

STEPS = {
    ("garage", "trpo", BOUNDED): Natural(factors=FIFTHS),
    ("garage", "trpo", DEFAULT): Natural(factors=FIFTHS, damping="1/100000", normalised=Normalised()),
    ("pfrl", "trpo", BOUNDED): Natural(factors=HALVES, strict=False),
    ("pfrl", "trpo", DEFAULT): Natural(
        damping="0.01", factors=HALVES, strict=False, normalised=Normalised(ddof=0), bonus="0.01"
    ),
    ("sb3_contrib", "trpo", BOUNDED): Natural(backward=True),
    ("sb3_contrib", "trpo", DEFAULT): Natural(backward=True, damping="0.1", normalised=Normalised()),
    ("skrl", "trpo", BOUNDED): Natural(factors=HALVES[:10], accept="1/2", normalised=Normalised()),
    ("skrl", "trpo", DEFAULT): Natural(factors=HALVES[:10], accept="1/2", normalised=Normalised(), damping="0.1"),
    ("tianshou", "trpo", BOUNDED): Natural(),
    ("tianshou", "trpo", DEFAULT): Natural(damping="0.1", normalised=Normalised(epsilon="0")),
    ("tianshou", "npg", BOUNDED): Natural(step="1/2"),
    ("tianshou", "npg", DEFAULT): Natural(step="1/2", damping="0.1", normalised=Normalised(epsilon="0")),
}
"""The same of its TRPO and natural gradient."""

GAUSSIAN_ALONE = {("rsl_rl", "ppo"), ("skrl", "trpo")}
SOFTMAX_ALONE = {("sb3_contrib", "ppo")}
"""They know no other policies."""


def driver(library):
    try:
        return import_module(f"policyproof.adapters._updates.{library}")
    except ImportError as error:
        pytest.skip(f"{library} is not installed here ({error}); `make libraries` runs this file where it is")


def batches(library, algorithm, seed):
    if (library, algorithm) not in SOFTMAX_ALONE:
        yield Gaussian.drawn(seed, 3)
    if (library, algorithm) not in GAUSSIAN_ALONE:
        yield Softmax.drawn(seed, 3)


def given(batch):
    with precision(BITS):
        log_probs = floating(batch.balls().log_probs())
    return Given(batch.tables, batch.states, batch.actions, batch.advantages, log_probs)


def evenly(minibatches):
    counts = Counter(np.concatenate(minibatches).tolist())
    return len(counts) == 24 and max(counts.values()) - min(counts.values()) <= 1


def decided(ppo, rule, batch, plain):
    """An update, the rows of its steps and where these lead, no number near a threshold: a few shuffles are tried."""
    for shuffle in range(16):
        with generators_kept():
            random.seed(shuffle)
            np.random.seed(shuffle)  # noqa: NPY002 - what libraries draw from
            torch.manual_seed(shuffle)
            got, minibatches = ppo(given(batch), plain=plain)
        try:
            return got, minibatches, rule.end(batch, minibatches)
        except UndecidedError:
            continue
    raise UndecidedError("whatever the minibatches, a number is near a threshold")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("library", "plain"), ASCENTS)
def test_an_update_of_ppo_is_gradient_ascent_on_the_clipped_objective(library, plain, seed):
    ppo = driver(library).ppo
    for batch in batches(library, "ppo", seed):
        of_gaussian = GAUSSIAN_ASCENTS if isinstance(batch, Gaussian) else {}
        rule = of_gaussian.get((library, plain), ASCENTS[library, plain])
        got, minibatches, end = decided(ppo, rule, batch, plain)
        assert rule.sizes in (None, tuple(map(len, minibatches)))
        assert evenly(minibatches) if rule.drawn is None else max(map(max, minibatches)) < rule.drawn
        assert told_apart([end], batch.parameters)
        assert inside(got, [end])
        assert not inside(got, [rule.end(batch, minibatches[:-1])])
        if rule.desired_kl is None:
            assert not inside(got, [rule.end(replace(batch, advantages=-batch.advantages), minibatches)])
            assert not inside(got, [replace(rule, rate=0.9 * rule.rate).end(batch, minibatches)])


@pytest.mark.parametrize("seed", SEEDS)
def test_rllib_standardises_advantages_among_those_of_the_rows_that_it_adds(seed):
    rule, ppo = ASCENTS["rllib", DEFAULT], driver("rllib").ppo
    batch = Gaussian.drawn(seed, 3)
    got, minibatches, _ = decided(ppo, rule, batch, DEFAULT)
    exact = replace(rule, normalised=replace(rule.normalised, after=None))
    assert not inside(got, [exact.end(batch, minibatches)]), "declared in FINDINGS.md"


@pytest.mark.parametrize("seed", SEEDS)
def test_elegantrl_divides_by_the_spread_of_one_environment(seed):
    rule, ppo = ASCENTS["elegantrl", PLAIN], partial(driver("elegantrl").ppo, environments=2)
    got, minibatches, end = decided(ppo, rule, Gaussian.drawn(seed, 3), PLAIN)
    assert max(map(max, minibatches)) < 22
    assert not inside(got, [end]), "declared in FINDINGS.md"


@pytest.mark.parametrize("seed", SEEDS)
def test_xuance_takes_another_matrix_for_that_of_fisher(seed, monkeypatch):
    library, rule = driver("xuance"), Natural(step="1/2", damping="1/1000")
    for batch in (Gaussian.drawn(seed, 3), Softmax.drawn(seed, 3)):
        ends = [batch.canonical(end) for end in rule.ends(batch)]
        assert told_apart(ends, batch.canonical(batch.parameters))
        assert not inside(batch.canonical(library.npg(given(batch))), ends), "declared in FINDINGS.md"
        with precision(BITS):
            units = ball(np.eye(len(batch.parameters)))
            inverse = floating(np.array([batch.balls().natural(unit, ball("1/1000")[()], 1)[0] for unit in units]))
        sizes = [table.size for table in batch.tables]
        blocks = [
            inverse[end - size : end, end - size : end] for size, end in zip(sizes, np.cumsum(sizes), strict=True)
        ]
        fisher = {table.shape: torch.tensor(block).float() for table, block in zip(batch.tables, blocks, strict=True)}
        with monkeypatch.context() as patched:
            name = "compute_fisher_information"
            patched.setattr(library.NPG_Learner, name, lambda _, at, *__, fisher=fisher: fisher[tuple(at.shape)])
            assert inside(batch.canonical(library.npg(given(batch))), ends)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("library", "algorithm", "plain"), STEPS)
def test_a_step_along_the_natural_gradient_is_as_long_as_it_should_be(library, algorithm, plain, seed):
    rule, update = STEPS[library, algorithm, plain], getattr(driver(library), algorithm)
    for batch in batches(library, algorithm, seed):
        got, before = (batch.canonical(each) for each in (update(given(batch), plain=plain), batch.parameters))
        if library == "sb3_contrib" and isinstance(batch, Gaussian):
            rule = replace(rule, per_dimension=3)  # FINDINGS.md: its divergence is not summed over dimensions
        ends = [batch.canonical(end) for end in rule.ends(batch)]
        assert told_apart(ends, before)
        assert inside(got, ends)
        shorter = replace(rule, max_kl="99/10000", step=rule.step and "99/200")
        assert not inside(got, [batch.canonical(end) for end in shorter.ends(batch)])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("plain", [BOUNDED, DEFAULT])
def test_sb3_contrib_bounds_the_divergence_of_one_action_dimension_on_average(plain, seed):
    rule, update = STEPS["sb3_contrib", "trpo", plain], driver("sb3_contrib").trpo
    one, three = Gaussian.drawn(seed, 1), Gaussian.drawn(seed, 3)
    assert inside(update(given(one), plain=plain), rule.ends(one))
    got = update(given(three), plain=plain)
    assert not inside(got, rule.ends(three))
    after = replace(three, parameters=got.astype(float))
    divergence = gaussian_kl(three.means, three.log_std, after.means, after.log_std)
    assert divergence[three.states].mean() > 0.01


@pytest.mark.parametrize("batch", [Gaussian.drawn(0, 2), Softmax.drawn(0, 3)])
def test_the_closed_forms_are_derivatives(batch):
    step, bend = 2.0**-40, ball(np.cos(batch.parameters) / 8)
    with precision(BITS):
        batch = batch.balls()
        old = replace(batch, parameters=batch.parameters + bend)
        functions = (
            (lambda at: at.entropy(), batch.entropy_gradient()),
            (lambda at: old.divergence(at).mean(), batch.divergence_gradient(old)),
            (lambda at: (at.advantages * at.log_probs()).sum(), batch.gradient(batch.advantages)),
        )
        for index, direction in enumerate(step * np.eye(len(batch.parameters))):
            up, down = (replace(batch, parameters=batch.parameters + ball(side * direction)) for side in (1, -1))
            for value, slopes in functions:
                numerical = float(value(up).mid() - value(down).mid()) / (2 * step)
                assert abs(numerical - float(slopes[index])) < 1e-9
