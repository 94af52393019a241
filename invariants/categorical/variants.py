"""Known bugs of categorical distributions, as wrong versions of the oracles."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ...reference.softmax import log_softmax, softmax
from ..variant import variant
from .capability import oracle_entropy, oracle_kl, oracle_log_prob, taken

LOG_PROB, ENTROPY, KL = "categorical_log_prob", "categorical_entropy", "categorical_kl"
ALL = (LOG_PROB, ENTROPY, KL)


def of_log_probs(capability: str, arguments: tuple[Array, ...], normalise: Any) -> Array:
    """What the capability returns where ``normalise`` makes log-probabilities of logits."""
    first = normalise(arguments[0])
    with np.errstate(all="ignore"):
        if capability == LOG_PROB:
            return taken(first, arguments[1])
        other = normalise(arguments[1]) if capability == KL else 0
        return np.asarray((np.exp(first) * (first - other)).sum(axis=-1) * (1 if capability == KL else -1))


def of_terms(capability: str, arguments: tuple[Array, ...]) -> Array:
    """−π log π or p (log p − log q), action by action, ``[B, K]``."""
    log_p = log_softmax(arguments[0])
    log_q = log_softmax(arguments[1]) if capability == KL else 2 * log_p
    return np.asarray(np.exp(log_p) * (log_p - log_q))


@variant(
    *ALL,
    citations=(
        "DeepReinforcementLearning/DeepReinforcementLearningInAction#32: Softmax(dim=0) on a batch",
        "ray-project/ray#16311: softmax along the batch in place of the logits",
    ),
)
def softmax_over_the_batch(*arguments: Array, capability: str) -> Array:
    """Probabilities add up to 1 down each column, over the rows of the batch."""
    return of_log_probs(capability, arguments, lambda table: log_softmax(table.T).T)


@variant(*ALL, citations=("ekapolc/RL_course_2019#6: probabilities passed where Categorical takes logits",))
def softmax_applied_twice(*arguments: Array, capability: str) -> Array:
    """Probabilities are taken for logits and normalised again."""
    return of_log_probs(capability, arguments, lambda table: log_softmax(softmax(table)))


@variant(LOG_PROB, citations=("pytorch/rl#1750: log_prob = prob.clamp_min(resolution)",), least=(1e-6, 1e-15, 0.0))
def probability_in_place_of_its_logarithm(logits: Array, actions: Array, *, least: float) -> Array:
    """The logarithm is forgotten."""
    return taken(np.maximum(softmax(logits), least), actions)


@variant(
    ENTROPY, citations=("Unity-Technologies/ml-agents#3607: the sampled action in place of the log-probabilities",)
)
def entropy_of_the_sampled_action(logits: Array) -> Array:
    """The entropy of the one-hot action that was taken, which is 0 whatever the policy."""
    return np.zeros(len(logits))


@variant(
    ENTROPY,
    citations=("rlworkgroup/garage 26c14a3e (#368), c4b49939 (#579): the negative log-likelihood without its minus",),
)
def log_likelihood_without_its_sign(logits: Array) -> Array:
    """The mean log-probability in place of its negative, so that a bonus for entropy takes entropy away."""
    return -oracle_entropy(logits)


@variant(
    KL,
    citations=(
        "vwxyzjn/cleanrl 7dc0baef: KL(new‖old) in the auxiliary phase of PPG",
        "tensorforce/tensorforce#107: distribution and previous distribution swapped",
    ),
)
def direction_reversed(logits_p: Array, logits_q: Array) -> Array:
    """KL(q‖p) in place of KL(p‖q)."""
    return oracle_kl(logits_q, logits_p)


@variant(KL, citations=("tensorforce/tensorforce#105, #101: the reported divergence is always 0",))
def distribution_compared_with_itself(logits_p: Array, logits_q: Array) -> Array:
    """KL(p‖p) in place of KL(p‖q)."""
    del logits_q
    return oracle_kl(logits_p, logits_p)


@variant(*ALL)
def logits_as_log_probabilities(*arguments: Array, capability: str) -> Array:
    """Control: log π = θ, without normalisation; expectations are taken under the softmax all the same."""
    if capability == LOG_PROB:
        return taken(arguments[0], arguments[1])
    other = arguments[1] if capability == KL else 2 * arguments[0]
    return np.asarray((softmax(arguments[0]) * (arguments[0] - other)).sum(axis=-1))


@variant(*ALL)
def exponentials_overflow(*arguments: Array, capability: str) -> Array:
    """Control: exp(θ) without subtracting the largest logit first, which leaves the range of floats."""

    def naive(table: Array) -> Array:
        with np.errstate(all="ignore"):
            weights = np.exp(table)
            return np.asarray(np.log(weights / weights.sum(axis=-1, keepdims=True)))

    return of_log_probs(capability, arguments, naive)


@variant(*ALL, least=(1e-8, 1e-6))
def logarithm_guarded_by_a_small_number(*arguments: Array, least: float, capability: str) -> Array:
    """Control: log(π + ε), which is wrong for every action less likely than ε."""
    return of_log_probs(capability, arguments, lambda table: np.log(softmax(table) + least))


@variant(LOG_PROB, by=(1, -1))
def action_of_another_number(logits: Array, actions: Array, *, by: int) -> Array:
    """Control: actions counted from 1, or from −1."""
    return oracle_log_prob(logits, (actions + by) % logits.shape[1])


@variant(LOG_PROB)
def action_of_the_next_row(logits: Array, actions: Array) -> Array:
    """Control: states and actions of the batch are out of step."""
    return oracle_log_prob(logits, np.roll(actions, -1))


@variant(ENTROPY, KL)
def mean_over_the_batch(*arguments: Array, capability: str) -> Array:
    """Control: every row gets the mean of all rows."""
    sums = of_terms(capability, arguments).sum(axis=-1)
    return np.full(len(sums), sums.mean())


@variant(ENTROPY, KL)
def last_action_left_out(*arguments: Array, capability: str) -> Array:
    """Control: the sum over the actions stops one short."""
    return np.asarray(of_terms(capability, arguments)[:, :-1].sum(axis=-1))


@variant(KL)
def mean_over_the_actions(logits_p: Array, logits_q: Array, *, capability: str) -> Array:
    """Control: the terms are averaged over the actions in place of added, as a reduction "mean" does."""
    return np.asarray(of_terms(capability, (logits_p, logits_q)).mean(axis=-1))


@variant(KL)
def cross_entropy_in_place_of_divergence(logits_p: Array, logits_q: Array) -> Array:
    """Control: −Σ p log q, without the entropy of p."""
    return oracle_kl(logits_p, logits_q) + oracle_entropy(logits_p)


@variant(ENTROPY)
def entropy_in_bits(logits: Array) -> Array:
    """Control: logarithms to the base 2."""
    return np.asarray(oracle_entropy(logits) / np.log(2))


@variant(ENTROPY)
def fraction_of_the_largest_entropy(logits: Array) -> Array:
    """Control: divided by log K, so that an even choice has 1."""
    return np.asarray(oracle_entropy(logits) / np.log(max(2, logits.shape[1])))
