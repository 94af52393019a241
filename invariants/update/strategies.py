"""Batches on which updates of a table of logits go wrong, and processes whose exact advantages are a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...reference.arithmetic import Array, exact, floating
from ...reference.natural_gradient.gradient import batch_policy_gradient
from ...reference.policy_evaluation import advantages as exact_advantages
from ...reference.softmax import softmax
from ...reference.tabular_mdp import TabularMDP
from ...reference.visitation import visitation
from ..case import Case
from ..lattice import MIXED, READABLE, SMALL, numbers, rounded, table
from ..tables import TableRows, indices, logit_tables

__all__ = [
    "AscentBatch",
    "ProcessAscent",
    "ProcessStep",
    "TrustRegionBatch",
    "ascent_of",
    "ascents",
    "batch_of",
    "forks",
    "overshoots",
    "process_ascents",
    "process_steps",
    "shifted",
    "trust_regions",
    "twice",
]

LOGITS = table([0, 1, -1, 2, -2, "1/2", "-1/2", 3, -3, "1/4", "-3/4", 5, -5, 8])
PLAIN = table([*READABLE[1:], READABLE[0]])
LARGE = table([1000000, -1000000, 65536, -65536, 300000, 0, -200000, 700000])
"""Advantages beside which the constants that guard a division do not count."""
BUDGETS = ("1/8", "1/2", "1/64", "1/1024", "2", "10", "1/100")
RATES = ("1/2", "1", "1/8", "1/10", "1/1024", "4")


@dataclass(frozen=True, eq=False, repr=False)
class TrustRegionBatch(TableRows):
    """What ``natural_gradient_step`` and ``trpo_step`` take: logits ``[S, A]``, three columns ``[B]``, δ."""

    logits: Array
    states: Array
    actions: Array
    advantages: Array
    max_kl: Any


@dataclass(frozen=True, eq=False, repr=False)
class AscentBatch(TableRows):
    """What ``ppo_step`` takes: logits ``[S, A]``, three columns ``[B]``, ε, the learning rate, the epochs."""

    logits: Array
    states: Array
    actions: Array
    advantages: Array
    clip_range: Any
    learning_rate: Any
    epochs: int


@dataclass(frozen=True, eq=False, repr=False)
class ProcessStep(Case):
    """A process, a uniform policy, its exact advantages in the proportion in which it meets them, and δ."""

    mdp: TabularMDP
    logits: Array
    states: Array
    actions: Array
    advantages: Array
    max_kl: Any


@dataclass(frozen=True, eq=False, repr=False)
class ProcessAscent(Case):
    """The same with ε and a learning rate, for one epoch."""

    mdp: TabularMDP
    logits: Array
    states: Array
    actions: Array
    advantages: Array
    clip_range: Any
    learning_rate: Any
    epochs: int


@st.composite
def trust_regions(draw: st.DrawFn, dtype: str = "float64", *, min_size: int = 1) -> TrustRegionBatch:
    """One to four actions, states that no row visits, repeated rows, rare actions, advantages of every size."""
    logits, columns = draw(_batches(min_size))
    max_kl = rounded(draw(st.sampled_from(BUDGETS)), dtype)
    return TrustRegionBatch(logits, *columns[:2], _settled(logits, *columns), max_kl)


@st.composite
def overshoots(draw: st.DrawFn, dtype: str = "float64") -> TrustRegionBatch:
    """One state in which a rare action is the better one, and a wide trust region, next to batches of all kinds.

    Where π(a) is small, ½dᵀFd allows steps that turn the policy round, and many trials in a row are refused.
    """
    if draw(st.booleans()):
        return draw(trust_regions(dtype))
    logits = exact([[draw(st.sampled_from([8, 12, 10, 6])), 0, 0][: draw(st.integers(2, 3))]])
    size = draw(st.integers(1, 3))
    rows = np.zeros(size, np.int64), np.ones(size, np.int64)
    max_kl = rounded(draw(st.sampled_from(["2", "1", "10", "1/2"])), dtype)
    return TrustRegionBatch(logits, *rows, exact(draw(st.sampled_from([1, 2, "1/2"]))) + np.zeros(size, int), max_kl)


@st.composite
def ascents(draw: st.DrawFn, dtype: str = "float64", *, min_size: int = 1, max_epochs: int = 5) -> AscentBatch:
    """The same, with one to ``max_epochs`` epochs and learning rates from 2⁻¹⁰ to 4."""
    logits, columns = draw(_batches(min_size))
    clip_range = rounded(draw(st.sampled_from(["1/8", "1/5", "1/10", "1/2", "9/10"])), dtype)
    learning_rate = rounded(draw(st.sampled_from(RATES)), dtype)
    return AscentBatch(logits, *columns, clip_range, learning_rate, draw(st.integers(1, max_epochs)))


@st.composite
def process_steps(draw: st.DrawFn, dtype: str = "float64") -> ProcessStep:
    """Processes of one to three states with γ = ½ or 0, for a step inside a trust region."""
    mdp, logits, columns = draw(_processes())
    return ProcessStep(mdp, logits, *columns, rounded(draw(st.sampled_from(BUDGETS)), dtype))


@st.composite
def forks(draw: st.DrawFn, dtype: str = "float64") -> ProcessStep:
    """Processes in which the first action decides where one goes, for a small trust region."""
    mdp, logits, columns = draw(_processes(forks=True))
    return ProcessStep(mdp, logits, *columns, rounded(draw(st.sampled_from(["1/1024", "1/64", "1/100"])), dtype))


@st.composite
def process_ascents(draw: st.DrawFn, dtype: str = "float64") -> ProcessAscent:
    """The same, for one step of gradient ascent."""
    mdp, logits, columns = draw(_processes())
    clip_range = rounded(draw(st.sampled_from(["1/8", "1/5", "1/2"])), dtype)
    learning_rate = rounded(draw(st.sampled_from(RATES)), dtype)
    return ProcessAscent(mdp, logits, *columns, clip_range, learning_rate, 1)


@st.composite
def _batches(draw: st.DrawFn, min_size: int) -> tuple[Array, tuple[Array, Array, Array]]:
    states, actions = draw(st.sampled_from([(1, 2), (2, 2), (1, 3), (2, 3), (3, 3), (2, 4), (1, 1), (3, 2)]))
    size = draw(st.integers(min_size, 8))
    logits = draw(logit_tables(states, actions, LOGITS))
    values = draw(st.sampled_from([PLAIN, MIXED, PLAIN, LARGE]))
    rows = draw(indices(size, draw(st.integers(1, states)))), draw(indices(size, actions))
    return logits, (*rows, draw(numbers((size,), values)))


def _settled(logits: Array, states: Array, actions: Array, advantages: Array) -> Array:
    """The advantages, or others where they all but cancel: the sign of rounding is no direction to step in."""
    if len(logits[0]) == 1 or np.all(advantages == 0):
        return advantages
    policy = softmax(floating(logits))
    for changed in (advantages, np.concatenate([advantages[:1] * 2 + 1, advantages[1:]])):
        gradient = np.abs(batch_policy_gradient(policy, states, actions, floating(changed))).max()
        if gradient > 1e-6 and gradient > 2.0**-12 * np.abs(floating(changed)).max():
            return changed
    return np.asarray(0 * advantages)


@st.composite
def _processes(draw: st.DrawFn, forks: bool = False) -> tuple[TabularMDP, Array, tuple[Array, Array, Array]]:
    """Steps lead to a later state or to the last, which is absorbing, so that d, π and A are multiples of 2⁻ᵏ."""
    shapes = [(1, 2), (2, 2), (3, 2), (2, 4), (1, 4)]
    states, actions = (3, 2) if forks else draw(st.sampled_from(shapes))
    last = states - 1
    data = np.frombuffer(draw(st.binary(min_size=states * actions, max_size=states * actions)), dtype=np.uint8)
    pairs = ((s, a, int(data[s * actions + a])) for s in range(states) for a in range(actions))
    onward = np.array([s + 1 + (a + byte) % max(1, last - s) for s, a, byte in pairs])
    transition = np.eye(states, dtype=int)[np.minimum(onward, last)].reshape(states, actions, states)
    start = draw(st.integers(0, last))
    initial = (np.eye(states, dtype=int)[0] + np.eye(states, dtype=int)[start]) / exact(2)
    reward = draw(numbers((states, actions), SMALL)) + exact(np.arange(actions))
    discount = exact("1/2" if forks else draw(st.sampled_from(["1/2", "0"]))).item()
    mdp = TabularMDP(exact(transition), reward, initial, discount)
    policy = exact(np.ones((states, actions), dtype=int)) / exact(actions)
    weights: Array = (visitation(mdp, policy)[:, None] * policy).ravel()
    size = max(int(weight.q) for weight in weights)
    counts = [int((weight * size).p) for weight in weights]
    met = np.repeat(np.arange(states * actions), counts)
    rows = met // actions, met % actions
    logits = np.repeat(draw(numbers((states,), LOGITS))[:, None], actions, axis=1)
    return mdp, logits, (*rows, np.asarray(exact_advantages(mdp, policy)[rows]))


def batch_of(case: ProcessStep) -> TrustRegionBatch:
    """The batch of a process, without the process."""
    return TrustRegionBatch(case.logits, case.states, case.actions, case.advantages, case.max_kl)


def ascent_of(case: ProcessAscent) -> AscentBatch:
    """The batch of a process, without the process."""
    columns = case.states, case.actions, case.advantages
    return AscentBatch(case.logits, *columns, case.clip_range, case.learning_rate, case.epochs)


def shifted(logits: Array) -> Array:
    """The same policies, by logits with 1 more in the first state, 2 in the next, and so on."""
    return np.asarray(logits + exact(np.arange(1, len(logits) + 1))[:, None])


def twice(size: int) -> Array:
    """The rows of a batch of this size, twice over."""
    return np.concatenate([np.arange(size)] * 2)
