"""Known bugs of gradients, surrogates and divergences of a batch, as wrong versions of the oracle."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ...reference.softmax import log_softmax, softmax
from ..variant import variant
from .capabilities import MEAN_KL, POLICY_GRADIENT, SURROGATE

ORACLES = {room.name: room.oracle for room in (POLICY_GRADIENT, SURROGATE, MEAN_KL)}
GRADIENT, OBJECTIVE, DIVERGENCE = "policy_gradient", "surrogate", "mean_kl"


@variant(GRADIENT, citations=("MushroomRL/mushroom-rl 4f11dc55, 0a386dbd: np.mean of the gradients without an axis",))
def mean_over_all_entries(logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str) -> Array:
    """The mean is taken over the entries of the gradient as well as over the rows: one number for all logits."""
    return np.full(logits.shape, ORACLES[capability](logits, states, actions, advantages).mean())


@variant(GRADIENT, citations=("Farama-Foundation/Gymnasium#1336: sum(mean(log_prob) * return)",))
def mean_score_times_mean_advantage(
    logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str
) -> Array:
    """The mean log-probability of the batch is multiplied with the advantages, so that no action has its own."""
    ones = np.ones(len(advantages))
    return np.asarray(ORACLES[capability](logits, states, actions, ones) * advantages.mean())


@variant(
    OBJECTIVE,
    citations=(
        "tensorforce/tensorforce#312: the reference distribution was recomputed from the current network",
        "allenai/open-instruct 15686bb06 (#755): old log-probabilities filled in after earlier updates",
    ),
)
def ratio_always_one(
    logits: Array, old_logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str
) -> Any:
    """The old policy is taken to be the current one."""
    del old_logits
    return ORACLES[capability](logits, logits, states, actions, advantages)


@variant(
    OBJECTIVE,
    citations=("JuliaReinforcementLearning/ReinforcementLearningZoo.jl#169: log-probabilities (1, N) − (N,) gave N×N",),
)
def ratio_of_every_pair_of_rows(
    logits: Array, old_logits: Array, states: Array, actions: Array, advantages: Array
) -> Any:
    """Shapes broadcast: every new log-probability meets every old one."""
    new, old = log_softmax(logits)[states, actions], log_softmax(old_logits)[states, actions]
    return (np.exp(new[None, :] - old[:, None]) * advantages).mean()


@variant(OBJECTIVE, citations=("Omegastick/pytorch-cpp-rl#14: surr1 = ratio * mean(advantages)",))
def mean_before_the_product(
    logits: Array, old_logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str
) -> Any:
    """Every ratio is multiplied with the mean advantage of the batch in place of its own."""
    return ORACLES[capability](logits, old_logits, states, actions, np.full(len(advantages), advantages.mean()))


@variant(DIVERGENCE, citations=("vwxyzjn/cleanrl 7dc0baef: the auxiliary phase of PPG took KL(new ‖ old)",))
def new_policy_first(old_logits: Array, logits: Array, states: Array, *, capability: str) -> Any:
    """KL(π ‖ π_old) in place of KL(π_old ‖ π)."""
    return ORACLES[capability](logits, old_logits, states)


@variant(
    DIVERGENCE,
    citations=("tensorforce/tensorforce#105, #101: the distribution was compared with itself, and KL reported as 0",),
)
def compared_with_itself(old_logits: Array, logits: Array, states: Array, *, capability: str) -> Any:
    """Both policies are the current one."""
    del old_logits
    return ORACLES[capability](logits, logits, states)


@variant(GRADIENT)
def descent_for_ascent(logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str) -> Array:
    """Control: the gradient of the loss, which points the other way."""
    return np.asarray(-ORACLES[capability](logits, states, actions, advantages))


@variant(GRADIENT)
def score_without_its_mean(logits: Array, states: Array, actions: Array, advantages: Array) -> Array:
    """Control: 1[a = b] in place of 1[a = b] − π(b|s)."""
    result = np.zeros(logits.shape)
    np.add.at(result, (states, actions), advantages / len(states))
    return result


@variant(GRADIENT)
def next_state_for_state(logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str) -> Array:
    """Control: what belongs to a state is written to the next one."""
    return np.roll(ORACLES[capability](logits, states, actions, advantages), 1, axis=0)


@variant(GRADIENT)
def softmax_without_a_shift(logits: Array, states: Array, actions: Array, advantages: Array) -> Array:
    """Control: the exponentials of the logits are taken as they are, and overflow."""
    weights = np.exp(logits)
    policy = weights / weights.sum(axis=-1, keepdims=True)
    result = np.zeros(logits.shape)
    for state, action, advantage in zip(states, actions, advantages, strict=True):
        result[state] += advantage * (np.eye(logits.shape[-1])[action] - policy[state]) / len(states)
    return result


@variant(OBJECTIVE)
def centred_ratio(
    logits: Array, old_logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str
) -> Any:
    """Control: the mean of (ρ − 1)Â, which is 0 where the policy has not moved."""
    return ORACLES[capability](logits, old_logits, states, actions, advantages) - advantages.mean()


@variant(OBJECTIVE)
def ratio_of_unnormalised_weights(
    logits: Array, old_logits: Array, states: Array, actions: Array, advantages: Array
) -> Any:
    """Control: exp(θ − θ_old), without what makes the weights probabilities."""
    return (np.exp((logits - old_logits)[states, actions]) * advantages).mean()


@variant(OBJECTIVE)
def ratio_of_probabilities(logits: Array, old_logits: Array, states: Array, actions: Array, advantages: Array) -> Any:
    """Control: π/π_old of probabilities that have underflowed, 0/0."""
    return ((softmax(logits) / softmax(old_logits))[states, actions] * advantages).mean()


@variant(DIVERGENCE)
def cross_entropy_alone(old_logits: Array, logits: Array, states: Array) -> Any:
    """Control: −Σ π_old log π, without the entropy of the old policy."""
    return -(softmax(old_logits) * log_softmax(logits)).sum(axis=-1)[states].mean()


@variant(DIVERGENCE)
def logarithm_upside_down(old_logits: Array, logits: Array, states: Array, *, capability: str) -> Any:
    """Control: Σ π_old log(π/π_old), which is never positive."""
    return -ORACLES[capability](old_logits, logits, states)


@variant(DIVERGENCE)
def in_bits(old_logits: Array, logits: Array, states: Array, *, capability: str) -> Any:
    """Control: logarithms to base 2."""
    return ORACLES[capability](old_logits, logits, states) / np.log(2)


@variant(DIVERGENCE)
def states_counted_once(old_logits: Array, logits: Array, states: Array, *, capability: str) -> Any:
    """Control: the mean over the states that occur, however often."""
    return ORACLES[capability](old_logits, logits, np.unique(states))


@variant(DIVERGENCE)
def mean_over_all_states(old_logits: Array, logits: Array, states: Array, *, capability: str) -> Any:
    """Control: the mean over all states of the table, in the batch or not."""
    del states
    return ORACLES[capability](old_logits, logits, np.arange(len(logits)))


@variant(DIVERGENCE)
def zero_times_log_zero(old_logits: Array, logits: Array, states: Array) -> Any:
    """Control: the logarithm of a probability that has underflowed, times that probability, is NaN."""
    old, new = softmax(old_logits), softmax(logits)
    return (old * (np.log(old) - np.log(new))).sum(axis=-1)[states].mean()


@variant(GRADIENT, OBJECTIVE)
def advantages_standardised(*arguments: Array, capability: str) -> Any:
    """Control: the advantages are brought to mean 0 and deviation 1 first."""
    advantages = arguments[-1]
    standard = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    return ORACLES[capability](*arguments[:-1], standard)


@variant(GRADIENT, OBJECTIVE)
def last_row_dropped(*arguments: Array, capability: str) -> Any:
    """Control: the last row of the batch is left out where there is more than one."""
    rows = slice(None, max(1, len(arguments[-1]) - 1))
    return ORACLES[capability](*(x[rows] if x.ndim == 1 else x for x in arguments))


@variant(GRADIENT, OBJECTIVE, DIVERGENCE)
def sum_for_mean(*arguments: Array, capability: str) -> Any:
    """Control: the sum over the rows of the batch."""
    return ORACLES[capability](*arguments) * len(arguments[-1])


@variant(GRADIENT, OBJECTIVE, DIVERGENCE)
def logits_clamped(*arguments: Array, capability: str) -> Any:
    """Control: logits are forced into [−2, 2]."""
    return ORACLES[capability](*(np.clip(x, -2, 2) if x.ndim == 2 else x for x in arguments))
