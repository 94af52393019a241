"""Advantages, rewards and observations in other units: what that leaves alone, and what not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from ...invariants.advantage.strategies import Trajectories, trajectories
from ...invariants.mdps import OnePolicy, one_policy
from ...reference.arithmetic import Array, Scalar, exact, sqrt
from ...reference.policy_evaluation import action_values, performance
from ...reference.ppo import (
    RunningMoments,
    clipped_objective_derivatives,
    normalised_advantages,
    scaled_rewards,
    standardised_observations,
)
from ...reference.tabular_mdp import TabularMDP
from ..evidence import Counterexample, counterexample, identity, inequality, tight
from .cases import Advantages, OneState, advantage_batches, one_state_policies


@identity("ppo-advantage-normalisation", cases=advantage_batches())
def normalisation_forgets_units_and_origin(case: Advantages) -> tuple[Array, Array]:
    """norm(cÂ + b) = norm(Â) for c > 0 and ε = 0, with either divisor."""
    moved = case.factor * case.advantages + case.shift
    sides = [
        (normalised_advantages(moved, ddof=ddof), normalised_advantages(case.advantages, ddof=ddof)) for ddof in (0, 1)
    ]
    left, right = zip(*sides, strict=True)
    return np.stack(left), np.stack(right)


@identity("ppo-advantage-normalisation", cases=advantage_batches())
def normalised_mean_is_0_and_variance_1(case: Advantages) -> tuple[Array, Array]:
    """Σ_i norm(Â)_i = 0 and Σ_i norm(Â)²_i = B − ddof for ε = 0."""
    size, one = len(case.advantages), case.factor**0
    sides = []
    for ddof in (0, 1):
        result = normalised_advantages(case.advantages, ddof=ddof)
        sides.append(([result.sum(), (result**2).sum()], [0 * one, (size - ddof) * one]))
    left, right = zip(*sides, strict=True)
    return np.array(left), np.array(right)


@inequality("ppo-advantage-normalisation", cases=advantage_batches())
def divisor_keeps_normalised_advantages_small(case: Advantages) -> tuple[Array, Array]:
    """|norm(Â)_i|² ≤ (B − 1)(1 + 2⁻⁴⁰) for ddof = 0, whatever the advantages; the slack decides balls that touch."""
    slack = 1 + exact(1).item() / 2**40
    return normalised_advantages(case.advantages) ** 2, np.asarray((len(case.advantages) - 1) * slack)


@tight("ppo-advantage-normalisation", of=divisor_keeps_normalised_advantages_small, reaches="999999/1000000")
def one_outlier() -> Iterator[Advantages]:
    """B − 1 equal advantages and one that differs."""
    one = exact(1).item()
    yield Advantages(exact([0, 0, 0, 0, 7]), one, one)


@counterexample("ppo-advantage-normalisation")
def a_good_action_is_pushed_down() -> Counterexample:
    """Of the advantages (1, 3) the first becomes −1: its slope, and the side on which it is clipped, change sign."""
    advantages, ones = exact([1, 3]), exact([1, 1])
    slope, _ = clipped_objective_derivatives(ones, advantages, clip_range=exact("1/5").item())
    pushed, _ = clipped_objective_derivatives(ones, normalised_advantages(advantages), clip_range=exact("1/5").item())
    return Counterexample(
        "a batch with the advantages (1, 3), ρ = 1",
        ("slope at the first, normalised", pushed[0]),
        "<",
        ("slope at the first", slope[0]),
    )


@identity("ppo-advantage-normalisation", cases=one_state_policies())
def batch_mean_shrinks_the_gradient(case: OneState) -> tuple[Array, Array]:
    """E[(1/B) Σ_i (Â_i − mean Â) ∇log π(a_i)] = (1 − 1/B) E[Â ∇log π(a)], over all Kᴮ batches at one state."""
    actions, size = len(case.policy), case.batch
    scores = exact(np.eye(actions, dtype=int)) - case.policy
    total = 0 * case.policy
    for batch in product(range(actions), repeat=size):
        drawn = list(batch)
        centred = case.advantages[drawn] - case.advantages[drawn].sum() / size
        total = total + case.policy[drawn].prod() * (centred @ scores[drawn]) / size
    return total, (1 - exact(1).item() / size) * ((case.policy * case.advantages) @ scores)


def rescaled(mdp: TabularMDP, factor: Scalar) -> TabularMDP:
    """The process that pays ``factor`` times as much."""
    return TabularMDP(mdp.transition, factor * mdp.reward, mdp.initial, mdp.discount)


@identity("ppo-reward-normalisation", cases=one_policy(max_states=3))
def constant_scale_is_a_change_of_units(case: OnePolicy) -> tuple[Array, Array]:
    """Rewards times c > 0 multiply Q^π by c, so greedy actions and normalised advantages stay."""
    factor = exact("3/8").item()
    before, after = action_values(case.mdp, case.policy), action_values(rescaled(case.mdp, factor), case.policy)
    sides = normalised_advantages(after.ravel()), normalised_advantages(before.ravel())
    greedy = [(table == table.max(axis=1, keepdims=True)).astype(int).ravel() for table in (after, before)]
    return np.concatenate([after.ravel(), sides[0], greedy[0]]), np.concatenate(
        [(factor * before).ravel(), sides[1], greedy[1]]
    )


@counterexample("ppo-reward-normalisation")
def a_running_scale_is_no_unit() -> Counterexample:
    """Divided by a running deviation, the larger of two returns becomes the smaller."""
    half, one = exact("1/2").item(), exact(1).item()
    streams = exact([[1, 0], [0, 3]])
    never = np.zeros(2, dtype=bool)
    returns = streams @ exact([1, "1/2"])
    scaled = [scaled_rewards(stream, never, gamma=half, epsilon=one) @ exact([1, "1/2"]) for stream in streams]
    assert returns[1] > returns[0], f"returns {returns}"
    return Counterexample(
        "γ = 1/2, rewards (0, 3) with the return 3/2 against (1, 0) with the return 1; scaled by √(Var + 1)",
        ("scaled return of (0, 3)", scaled[1]),
        "<",
        ("scaled return of (1, 0)", scaled[0]),
    )


@identity("ppo-observation-normalisation", cases=trajectories(max_steps=6, max_environments=3))
def running_moments_are_those_of_the_whole_stream(case: Trajectories) -> tuple[Array, Array]:
    """Merged step by step, count, mean and variance are those of all observations at once."""
    running = RunningMoments.of(case.rewards[0])
    for row in case.rewards[1:]:
        running = running.merged(RunningMoments.of(row))
    everything = case.rewards.ravel()
    mean = everything.sum() / everything.size
    variance = (everything**2).sum() / everything.size - mean**2
    return np.array([running.mean, running.variance, exact(running.count)]), np.array(
        [mean, variance, exact(everything.size).item()]
    )


@identity("ppo-observation-normalisation", cases=trajectories(max_steps=6, max_environments=1))
def standardising_loses_nothing(case: Trajectories) -> tuple[Array, Array]:
    """From z back to x = m + √(M/n + ε) z where no bound is met: an injective map, and a table has the same states."""
    observations, one = case.rewards[:, 0], exact(1).item()
    moments = RunningMoments.of(observations)
    standard = standardised_observations(observations, moments, epsilon=one, bound=exact(10**9).item())
    return moments.mean + sqrt(moments.variance + one) * standard, observations


@counterexample("ppo-observation-normalisation")
def clipping_makes_two_states_one() -> Counterexample:
    """Two states beyond the bound look alike, and no policy of the clipped observation is good in both."""
    seen = standardised_observations(
        exact([20, 30]), RunningMoments.of(exact([0, 2])), epsilon=exact(3).item(), bound=exact(5).item()
    )
    assert seen[0] == seen[1], f"the observations {seen} differ"
    mdp = TabularMDP(
        exact([[[1, 0]] * 2, [[0, 1]] * 2]), exact(np.eye(2, dtype=int)), exact(["1/2"] * 2), exact(0).item()
    )
    blind = [performance(mdp, exact([[f"{k}/8", f"{8 - k}/8"]] * 2)) for k in range(9)]
    return Counterexample(
        "observations 20 and 30 with mean 1, √(variance + ε) = 2, bound 5; one step that pays 1 for a₀ in the first "
        "state and for a₁ in the second",
        ("best performance with the clipped observation", max(blind)),
        "<",
        ("best performance", performance(mdp, exact(np.eye(2, dtype=int)))),
    )
