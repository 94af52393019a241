"""Ratios at, near and far from the ends of the clipping interval; critics that moved; batches; whole updates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import distributions, numbers
from ...reference.arithmetic import Array, exact
from ...reference.ppo import PPORollout, PPOSettings

__all__ = [
    "Advantages",
    "CriticBatch",
    "Matrix",
    "OneState",
    "Ratios",
    "Update",
    "advantage_batches",
    "critic_batches",
    "matrices",
    "one_state_policies",
    "ratios",
    "updates",
]

SIZES = st.integers(1, 4)


@dataclass(frozen=True, eq=False, repr=False)
class Ratios(Case):
    """Ratios ρ and advantages Â, ``[B]``, and ε."""

    ratio: Array
    advantages: Array
    clip_range: Any

    @property
    def objective(self) -> tuple[Array, Array]:
        """ρ and Â, in the order of the oracles."""
        return self.ratio, self.advantages


@dataclass(frozen=True, eq=False, repr=False)
class CriticBatch(Case):
    """V, V_old and targets y, ``[B]``, and the critic's ε."""

    values: Array
    old_values: Array
    returns: Array
    clip_range: Any


@dataclass(frozen=True, eq=False, repr=False)
class Advantages(Case):
    """Advantages ``[B]`` of a batch, a positive factor and a shift."""

    advantages: Array
    factor: Any
    shift: Any


@dataclass(frozen=True, eq=False, repr=False)
class OneState(Case):
    """A policy ``[A]`` of full support in a single state, advantages ``[A]``, and a size of batches."""

    policy: Array
    advantages: Array
    batch: int


@dataclass(frozen=True, eq=False, repr=False)
class Matrix(Case):
    """A matrix of full rank."""

    entries: Array
    gain: Any


@dataclass(frozen=True, eq=False, repr=False)
class Update(Case):
    """Tables, a rollout ``[T, N]``, the order of each epoch ``[epochs, T·N]``, and the numbers of one PPO update."""

    logits: Array
    critic: Array
    states: Array
    actions: Array
    rewards: Array
    next_states: Array
    terminated: Array
    truncated: Array
    orders: Array
    gamma: Any
    lam: Any
    clip_range: Any
    rate: Any
    minibatch_size: int

    @property
    def rollout(self) -> PPORollout:
        """What was collected."""
        return PPORollout(self.states, self.actions, self.rewards, self.next_states, self.terminated, self.truncated)

    @property
    def settings(self) -> PPOSettings:
        """Plain PPO: no bonus, no normalisation, no value clipping."""
        return PPOSettings(
            gamma=self.gamma,
            lam=self.lam,
            clip_range=self.clip_range,
            actor_rate=self.rate,
            critic_rate=self.rate,
            minibatch_size=self.minibatch_size,
        )


def fractions(*texts: str) -> st.SearchStrategy[Any]:
    """One of some rationals."""
    return st.sampled_from(texts).map(lambda text: exact(text).item())


@st.composite
def ratios(draw: st.DrawFn) -> Ratios:
    """A third of the ratios lie on an end of the interval or at 1; ε = 0 is among the clip ranges."""
    size, clip_range = draw(SIZES), draw(fractions("1/4", "1/8", "0", "1/2", "1/1024", "1023/1024"))
    edges = [exact(1).item(), 1 - clip_range, 1 + clip_range]
    elsewhere = exact(["1/2", "2", "9/8", "7/8", "0", "5/4", "1/64", "100"]).tolist()
    picked = draw(st.lists(st.sampled_from([*edges, *elsewhere]), min_size=size, max_size=size))
    return Ratios(exact(picked), draw(numbers((size,))), clip_range)


@st.composite
def critic_batches(draw: st.DrawFn) -> CriticBatch:
    """Critics that often stand on an end of the interval, and targets half-way, where both errors are equal."""
    size, clip_range = draw(SIZES), draw(fractions("1/4", "1", "0", "1/2", "3"))
    old, move, returns = draw(numbers((size,))), draw(numbers((size,))), draw(numbers((size,)))
    values = old + np.where(draw(_flags(size)), move, np.sign(floats(move)).astype(int) * clip_range)
    tie = (values + old + np.sign(floats(move)).astype(int) * clip_range) / 2
    return CriticBatch(values, old, np.where(draw(_flags(size)), returns, tie), clip_range)


@st.composite
def advantage_batches(draw: st.DrawFn) -> Advantages:
    """Two advantages at least, not all equal."""
    size = draw(st.integers(2, 5))
    advantages = draw(numbers((size,)))
    if np.all(advantages == advantages[0]):
        advantages = advantages + exact(np.arange(size))
    return Advantages(advantages, draw(fractions("2", "1/2", "3", "1/1024", "1000")), draw(fractions("1", "-5", "1/4")))


@st.composite
def one_state_policies(draw: st.DrawFn) -> OneState:
    """Up to three actions and batches of up to three."""
    actions = draw(st.integers(1, 3))
    policy = draw(distributions((), actions, positive=True))
    return OneState(policy, draw(numbers((actions,))), draw(st.integers(1, 3)))


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    """Tall, square and wide matrices whose diagonal outweighs the rest."""
    shape = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    return Matrix(draw(numbers(shape)) + exact(64 * np.eye(*shape, dtype=int)), draw(fractions("1", "1/2", "3")))


@st.composite
def updates(draw: st.DrawFn) -> Update:
    """One or two epochs over up to eight steps of a process of two states and two actions."""
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 2))
    size = shape[0] * shape[1]
    epochs = draw(st.integers(1, 2))
    orders = [draw(st.permutations(range(size))) for _ in range(epochs)]
    states, actions, reached = (np.array(draw(_flags(size)), dtype=int).reshape(shape) for _ in range(3))
    terminated, truncated = (draw(_flags(size)).reshape(shape) for _ in range(2))
    next_states = np.where(terminated | truncated, reached, np.concatenate([states[1:], reached[-1:]]))
    return Update(
        draw(numbers((2, 2))),
        draw(numbers((2,))),
        states,
        actions,
        draw(numbers(shape)),
        next_states,
        terminated,
        truncated,
        np.array(orders),
        draw(fractions("1/2", "0", "15/16")),
        draw(fractions("1/2", "0", "1")),
        draw(fractions("1/4", "1/8")),
        draw(fractions("1/16", "1/4")),
        draw(st.integers(1, 4)),
    )


def floats(array: Array) -> Array:
    """The signs of rationals are those of their floats."""
    return array.astype(float)


def _flags(size: int) -> st.SearchStrategy[Array]:
    return st.lists(st.booleans(), min_size=size, max_size=size).map(lambda flags: np.array(flags, dtype=bool))
