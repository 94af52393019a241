"""Known bugs of policy updates, as wrong versions of the oracle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ...reference.natural_gradient import softmax_damped_natural_gradient, softmax_natural_gradient
from ...reference.natural_gradient.gradient import batch_policy_gradient
from ...reference.natural_gradient.multiplicative_weights import tilted_divergence, tilted_policy
from ...reference.softmax import log_softmax, softmax
from ..variant import variant
from .ascent import ascend, logit_gradient

NATURAL, TRPO, PPO = "natural_gradient_step", "trpo_step", "ppo_step"
OVERWRITTEN = (
    "joschu/modular_rl 46a6f9a (#4, #7): theta = linesearch(...), then theta = thprev + fullstep",
    "wojzaremba/trpo 3d79a47, bea11a3 (PR #3): the same",
)
LECTURES = ("lecture notes on natural gradients (claim npg-halving-slip): KL ≤ δ becomes ΔᵀFΔ ≤ δ",)


@dataclass(frozen=True)
class Rows:
    """A batch, its policy, state frequencies, and the gradient of the surrogate."""

    logits: Array
    states: Array
    actions: Array
    advantages: Array
    max_kl: float

    @property
    def policy(self) -> Array:
        """π."""
        return softmax(self.logits)

    @property
    def weights(self) -> Array:
        """w(s)."""
        return np.bincount(self.states, minlength=len(self.logits)) / len(self.states)

    @property
    def gradient(self) -> Array:
        """∇L, ``[S, A]``."""
        return batch_policy_gradient(self.policy, self.states, self.actions, self.advantages)

    def product(self, vector: Array) -> Array:
        """F v."""
        mean = (self.policy * vector).sum(axis=-1, keepdims=True)
        return np.asarray(self.weights[:, None] * self.policy * (vector - mean))

    def natural(self, gradient: Array, damping: float = 0.0) -> Array:
        """X with (F + c I) x = g."""
        if damping == 0:
            return softmax_natural_gradient(self.weights, self.policy, gradient)
        return softmax_damped_natural_gradient(self.weights, self.policy, gradient, damping=damping)

    def scaled(self, direction: Array, damping: float = 0.0) -> Array:
        """The direction at ½xᵀ(F + c I)x = δ; no step where that is 0."""
        squared = float((direction * (self.product(direction) + damping * direction)).sum())
        return direction * np.sqrt(2 * self.max_kl / squared) if squared > 0 else 0 * direction

    def divergence(self, change: Array) -> float:
        """Mean KL(old ‖ new)."""
        return float((self.weights * tilted_divergence(self.policy, change)).sum())

    def gain(self, change: Array) -> float:
        """L(new) − L(old)."""
        columns = self.states, self.actions
        log_ratio = log_softmax(self.logits + change) - log_softmax(self.logits)
        return float(np.mean(np.expm1(log_ratio[columns]) * self.advantages))

    def backtracked(self, full: Array, accepts: Callable[[Array], bool] | None = None, start: float = 1.0) -> Array:
        """The first of ``start``/2ʲ times the step that is accepted, or no step."""
        accepts = accepts or self.acceptable
        trials = (start * 0.5**j * full for j in range(11))
        return next((trial for trial in trials if accepts(trial)), 0 * full)

    def acceptable(self, change: Array) -> bool:
        """The two conditions."""
        return self.divergence(change) <= self.max_kl and self.gain(change) >= 0

    def finish(self, capability: str, full: Array) -> Array:
        """The new logits: after a line search, where the method has one."""
        return np.asarray(self.logits + (self.backtracked(full) if capability == TRPO else full))


@variant(NATURAL, TRPO, citations=LECTURES)
def half_of_the_trust_region(
    logits: Array, states: Array, actions: Array, advantages: Array, *, max_kl: float, capability: str
) -> Array:
    """The ½ of the quadratic model is missing: dᵀFd = max_kl, a step shorter by √2."""
    rows = Rows(logits, states, actions, advantages, max_kl)
    return rows.finish(capability, rows.scaled(rows.natural(rows.gradient)) / np.sqrt(2))


@variant(
    NATURAL,
    TRPO,
    citations=("dongminlee94/deep_rl#5: HVP of KL(policy, policy) with neither argument detached",),
    damping=(0.1, 0.01, 1e-5),
)
def fisher_of_a_policy_with_itself(
    logits: Array, states: Array, actions: Array, advantages: Array, *, max_kl: float, damping: float, capability: str
) -> Array:
    """The Hessian is that of a divergence which is always 0: nothing but the damping remains of the matrix."""
    rows = Rows(logits, states, actions, advantages, max_kl)
    length = np.sqrt(damping * (rows.gradient**2).sum())
    full = rows.gradient * (np.sqrt(2 * max_kl) / length if length > 0 else 0)
    return rows.finish(capability, full)


@variant(
    NATURAL,
    TRPO,
    citations=(
        "rll/rllab#24, tensorforce/tensorforce#26: √(2δ/sᵀHs) with sᵀHs ≤ 0",
        "boyu-ai/Hands-on-RL#108: α = rᵀr / pᵀHp with pᵀHp = 0",
    ),
)
def no_guard_for_a_zero_gradient(
    logits: Array, states: Array, actions: Array, advantages: Array, *, max_kl: float, capability: str
) -> Array:
    """0/0 where the gradient is zero: the new logits are not numbers."""
    rows = Rows(logits, states, actions, advantages, max_kl)
    if not np.any(rows.gradient):
        return logits + np.nan
    return rows.finish(capability, rows.scaled(rows.natural(rows.gradient)))


@variant(
    NATURAL,
    PPO,
    citations=("MushroomRL/mushroom-rl 4f11dc55, 0a386dbd: np.mean(gradients) without axis=0",),
)
def gradient_averaged_over_all_axes(
    logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str, **options: Any
) -> Array:
    """The mean over samples is taken over parameters as well: of a softmax it is 0."""
    del states, actions, advantages, options, capability
    return logits + 0.0


@variant(
    NATURAL,
    PPO,
    citations=("Farama-Foundation/Gymnasium#1336: mean of the log-probabilities times the returns",),
)
def mean_score_times_mean_advantage(
    logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str, **options: Any
) -> Array:
    """Every row's score is weighted with the mean advantage of the batch in place of its own."""
    advantages = np.full(len(advantages), advantages.mean())
    if capability == PPO:
        return ascend(logits, states, actions, advantages, **options)
    rows = Rows(logits, states, actions, advantages, **options)
    return rows.finish(capability, rows.scaled(rows.natural(rows.gradient)))


@variant(
    NATURAL,
    citations=("HyperGAN/HyperGAN#255: conjugate gradients from x₀ ≠ 0 with the residual of x₀ = 0",),
)
def residual_ignores_the_start(
    logits: Array, states: Array, actions: Array, advantages: Array, *, max_kl: float, capability: str
) -> Array:
    """Conjugate gradients start at x₀ = g but with r = g for g − Fx₀, and end at x₀ + F⁻¹g."""
    rows = Rows(logits, states, actions, advantages, max_kl)
    return rows.finish(capability, rows.scaled(rows.gradient + rows.natural(rows.gradient)))


@variant(TRPO, citations=OVERWRITTEN)
def the_search_is_ignored(
    logits: Array, states: Array, actions: Array, advantages: Array, *, max_kl: float, capability: str
) -> Array:
    """The full step is taken, whatever the line search found."""
    del capability
    rows = Rows(logits, states, actions, advantages, max_kl)
    return np.asarray(logits + rows.scaled(rows.natural(rows.gradient)))


@variant(
    TRPO,
    citations=("thu-ml/tianshou#1287 (af0d1912): on failure the last candidate stays in place",),
    steps=(10, 1, 3),
)
def rejected_trial_kept(
    logits: Array, states: Array, actions: Array, advantages: Array, *, max_kl: float, steps: int, capability: str
) -> Array:
    """Where every trial is refused, the last one is kept in place of the old policy."""
    del capability
    rows = Rows(logits, states, actions, advantages, max_kl)
    full = rows.scaled(rows.natural(rows.gradient))
    trials = [0.8**j * full for j in range(steps)]
    return np.asarray(logits + next((trial for trial in trials if rows.acceptable(trial)), trials[-1]))


@variant(
    TRPO,
    citations=(
        "vwxyzjn/cleanrl 7dc0baef: KL(new ‖ old) for KL(old ‖ new)",
        "Stable-Baselines-Team/stable-baselines3-contrib 087951d, openai/spinningup#192: the same, as a design choice",
    ),
)
def divergence_turned_round(
    logits: Array, states: Array, actions: Array, advantages: Array, *, max_kl: float, capability: str
) -> Array:
    """The line search bounds KL(new ‖ old)."""
    del capability
    rows = Rows(logits, states, actions, advantages, max_kl)

    def accepts(change: Array) -> bool:
        new = tilted_policy(rows.policy, change)
        turned = (rows.weights * tilted_divergence(new, -change)).sum()
        return bool(turned <= max_kl and rows.gain(change) >= 0)

    return np.asarray(logits + rows.backtracked(rows.scaled(rows.natural(rows.gradient)), accepts))


@variant(
    TRPO,
    citations=("lecture notes on TRPO (claim trpo-surrogate-line-search-sign): L < 0 accepted, as for costs",),
)
def search_accepts_a_worse_surrogate(
    logits: Array, states: Array, actions: Array, advantages: Array, *, max_kl: float, capability: str
) -> Array:
    """The search waits for the surrogate to fall, as if advantages were costs: it refuses every step."""
    del capability
    rows = Rows(logits, states, actions, advantages, max_kl)
    full = rows.scaled(rows.natural(rows.gradient))
    accepts = lambda change: rows.divergence(change) <= max_kl and rows.gain(change) < 0  # noqa: E731
    return np.asarray(logits + rows.backtracked(full, accepts))


@variant(
    PPO,
    citations=(
        "tensorforce/tensorforce#312: the reference distribution was recomputed from the current network",
        "allenai/open-instruct 15686bb06 (#755): old log-probabilities filled in after earlier updates",
    ),
)
def reference_follows_the_policy(
    logits: Array,
    states: Array,
    actions: Array,
    advantages: Array,
    *,
    clip_range: float,
    learning_rate: float,
    epochs: int,
    capability: str,
) -> Array:
    """Each epoch takes the current policy for the old one, so that all ratios are 1 and nothing is clipped."""
    del capability
    for _ in range(epochs):
        logits = ascend(
            logits, states, actions, advantages, clip_range=clip_range, learning_rate=learning_rate, epochs=1
        )
    return logits


def climb(
    logits: Array,
    rows: tuple[Array, Array],
    pull: Callable[[Array], Array],
    learning_rate: float,
    epochs: int,
    old: Array | None = None,
) -> Array:
    """Gradient ascent where a row pulls at its log-probability with ``pull(ratio)``."""
    reference = (log_softmax(logits) if old is None else old)[rows]
    for _ in range(epochs):
        ratio = np.exp(np.minimum(log_softmax(logits)[rows] - reference, 700))
        logits = logits + learning_rate * logit_gradient(softmax(logits), *rows, pull(ratio))
    return logits


def clipped_pull(ratio: Array, advantages: Array, clip_range: float) -> Array:
    """The derivative of Σ min(ρÂ, clip(ρ)Â)/B with respect to each log-probability."""
    pulls = np.where(advantages > 0, ratio <= 1 + clip_range, ratio > 1 - clip_range)
    return np.where(pulls, ratio * advantages, 0.0) / len(advantages)


@variant(PPO, citations=("nikhilbarhate99/PPO-PyTorch 64376aa: policy_old initialised independently of policy",))
def ratio_to_an_unrelated_policy(
    logits: Array,
    states: Array,
    actions: Array,
    advantages: Array,
    *,
    clip_range: float,
    learning_rate: float,
    epochs: int,
    capability: str,
) -> Array:
    """The old policy is another network's: here, the uniform one."""
    del capability
    pull = lambda ratio: clipped_pull(ratio, advantages, clip_range)  # noqa: E731
    return climb(logits, (states, actions), pull, learning_rate, epochs, old=log_softmax(0 * logits))


@variant(PPO, citations=("thu-ml/tianshou a740496a (#435): dual clip applied for all advantages",), factor=(3.0, 5.0))
def dual_clip_for_all_signs(
    logits: Array,
    states: Array,
    actions: Array,
    advantages: Array,
    *,
    clip_range: float,
    learning_rate: float,
    epochs: int,
    factor: float,
    capability: str,
) -> Array:
    """max(min(ρÂ, clip(ρ)Â), cÂ) for every Â: rows with Â > 0 no longer pull."""
    del capability

    def pull(ratio: Array) -> Array:
        terms = np.minimum(ratio * advantages, np.clip(ratio, 1 - clip_range, 1 + clip_range) * advantages)
        return np.where(terms >= factor * advantages, clipped_pull(ratio, advantages, clip_range), 0.0)

    return climb(logits, (states, actions), pull, learning_rate, epochs)


@variant(PPO, citations=("alexis-jacq/Pytorch-DPPO#3: clamp(ρ * A, 1−ε, 1+ε)",))
def ratio_times_advantage_clipped(
    logits: Array,
    states: Array,
    actions: Array,
    advantages: Array,
    *,
    clip_range: float,
    learning_rate: float,
    epochs: int,
    capability: str,
) -> Array:
    """The product ρÂ is clipped to [1−ε, 1+ε] in place of ρ."""
    del capability

    def pull(ratio: Array) -> Array:
        plain = ratio * advantages
        return np.where(plain <= np.clip(plain, 1 - clip_range, 1 + clip_range), plain, 0.0) / len(plain)

    return climb(logits, (states, actions), pull, learning_rate, epochs)


@variant(PPO, citations=("Omegastick/pytorch-cpp-rl#14: surr1 = ratio * mean(advantages)",))
def mean_before_the_minimum(
    logits: Array,
    states: Array,
    actions: Array,
    advantages: Array,
    *,
    clip_range: float,
    learning_rate: float,
    epochs: int,
    capability: str,
) -> Array:
    """The plain term takes the mean advantage of the batch in place of each row's own."""
    del capability

    def pull(ratio: Array) -> Array:
        plain, clipped = ratio * advantages.mean(), np.clip(ratio, 1 - clip_range, 1 + clip_range) * advantages
        inside = np.abs(ratio - 1) <= clip_range
        return np.where(plain <= clipped, plain, np.where(inside, ratio * advantages, 0.0)) / len(plain)

    return climb(logits, (states, actions), pull, learning_rate, epochs)


@variant(
    PPO,
    citations=(
        "huggingface/trl 61af5f26b (#407): zero_grad before every backward, accumulated gradients lost",
        "huggingface/trl d14f7f3eb (#2647): their scale",
    ),
    scaled=(False, True),
)
def only_the_last_part_counts(
    logits: Array, states: Array, actions: Array, advantages: Array, *, scaled: bool, capability: str, **options: Any
) -> Array:
    """Of a batch in two parts, the gradient of the first is thrown away."""
    del capability
    cut = len(states) // 2
    part = states[cut:], actions[cut:], advantages[cut:] / (2 if scaled and cut else 1)
    return ascend(logits, *part, **options)


@variant(NATURAL, TRPO, PPO)
def step_descends(
    logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str, **options: Any
) -> Array:
    """Control: a sign is lost, and the step goes downhill, with no search to stop it."""
    if capability == PPO:
        return ascend(logits, states, actions, -advantages, **options)
    rows = Rows(logits, states, actions, advantages, **options)
    return np.asarray(logits - rows.scaled(rows.natural(rows.gradient)))


@variant(NATURAL, TRPO)
def never_scaled(
    logits: Array, states: Array, actions: Array, advantages: Array, *, max_kl: float, capability: str
) -> Array:
    """Control: the natural gradient itself is the step, whatever max_kl."""
    del capability
    rows = Rows(logits, states, actions, advantages, max_kl)
    return np.asarray(logits + rows.natural(rows.gradient))


@variant(NATURAL, TRPO, PPO)
def every_state_takes_the_mean_step(
    logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str, **options: Any
) -> Array:
    """Control: one change, the mean over states, is added to all rows of the table."""
    if capability == PPO:
        change = ascend(logits, states, actions, advantages, **options) - logits
    else:
        rows = Rows(logits, states, actions, advantages, **options)
        change = rows.finish(capability, rows.scaled(rows.natural(rows.gradient))) - logits
    return np.asarray(logits + change.mean(axis=0))


@variant(NATURAL, TRPO, PPO)
def last_row_left_out(
    logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str, **options: Any
) -> Array:
    """Control: the last row does not count where there are others."""
    kept = slice(None, max(1, len(states) - 1))
    batch = states[kept], actions[kept], advantages[kept]
    if capability == PPO:
        return ascend(logits, *batch, **options)
    rows = Rows(logits, *batch, **options)
    return rows.finish(capability, rows.scaled(rows.natural(rows.gradient)))


@variant(NATURAL, TRPO, PPO)
def logits_for_log_probabilities(
    logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str, **options: Any
) -> Array:
    """Control: logits are taken for log-probabilities, π(a|s) = exp θ(s, a), cut off at 1, without normalisation."""
    taken = np.minimum(np.exp(np.minimum(logits, 0.0)), 1.0)
    gradient = np.zeros(logits.shape)
    np.add.at(gradient, (states, actions), advantages / len(states))
    if capability == PPO:
        total = gradient.sum(axis=-1, keepdims=True)
        return np.asarray(logits + options["learning_rate"] * options["epochs"] * (gradient - total * taken))
    rows = Rows(logits, states, actions, advantages, **options)
    direction = np.where(rows.weights[:, None] > 0, gradient / taken, 0.0)
    full = rows.scaled(direction)
    return rows.finish(capability, full)


@variant(TRPO)
def search_from_twice_the_step(
    logits: Array, states: Array, actions: Array, advantages: Array, *, max_kl: float, capability: str
) -> Array:
    """Control: backtracking starts from a step twice as long."""
    del capability
    rows = Rows(logits, states, actions, advantages, max_kl)
    return np.asarray(logits + rows.backtracked(rows.scaled(rows.natural(rows.gradient)), start=2.0))


@variant(TRPO)
def divergence_half_as_much_again(
    logits: Array, states: Array, actions: Array, advantages: Array, *, max_kl: float, capability: str
) -> Array:
    """Control: trials pass up to a divergence of 1.5 max_kl."""
    del capability
    rows = Rows(logits, states, actions, advantages, max_kl)

    def accepts(change: Array) -> bool:
        return rows.divergence(change) <= 1.5 * max_kl and rows.gain(change) >= 0

    return np.asarray(logits + rows.backtracked(rows.scaled(rows.natural(rows.gradient)), accepts))


@variant(TRPO)
def full_step_or_none(
    logits: Array, states: Array, actions: Array, advantages: Array, *, max_kl: float, capability: str
) -> Array:
    """Control: where the full step is refused, nothing shorter is tried."""
    del capability
    rows = Rows(logits, states, actions, advantages, max_kl)
    full = rows.scaled(rows.natural(rows.gradient))
    return np.asarray(logits + full if rows.acceptable(full) else logits + 0.0)


@variant(PPO)
def gradient_summed(
    logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str, **options: Any
) -> Array:
    """Control: the gradients of the rows are added up, not averaged."""
    del capability
    return ascend(logits, states, actions, len(states) * advantages, **options)


@variant(PPO)
def no_clipping(
    logits: Array,
    states: Array,
    actions: Array,
    advantages: Array,
    *,
    clip_range: float,
    learning_rate: float,
    epochs: int,
    capability: str,
) -> Array:
    """Control: ascent on the plain objective ρÂ."""
    del clip_range, capability
    return climb(logits, (states, actions), lambda ratio: ratio * advantages / len(ratio), learning_rate, epochs)


@variant(NATURAL, PPO)
def advantages_normalised(
    logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str, **options: Any
) -> Array:
    """Control: mean 0 and standard deviation 1 inside the update, although advantages are to be used as given."""
    advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    if capability == PPO:
        return ascend(logits, states, actions, advantages, **options)
    rows = Rows(logits, states, actions, advantages, **options)
    return rows.finish(capability, rows.scaled(rows.natural(rows.gradient)))


@variant(PPO)
def signs_of_the_gradient(
    logits: Array,
    states: Array,
    actions: Array,
    advantages: Array,
    *,
    clip_range: float,
    learning_rate: float,
    epochs: int,
    capability: str,
) -> Array:
    """Control: steps of Adam's first length, α/(1 + tiny/|g|) in each entry, capped at 1/4 in all."""
    del capability
    change = ascend(logits, states, actions, advantages, clip_range=clip_range, learning_rate=1.0, epochs=1) - logits
    return np.asarray(logits + np.clip(learning_rate * epochs, 0, 1 / 4) * np.sign(change))


@variant(PPO)
def entropy_bonus(
    logits: Array, states: Array, actions: Array, advantages: Array, *, capability: str, **options: Any
) -> Array:
    """Control: an entropy bonus of 0.01 is added to the objective of the first epoch."""
    del capability
    log_probs = log_softmax(logits)
    policy = np.exp(log_probs)
    entropy = -(policy * log_probs).sum(axis=-1, keepdims=True)
    weights = np.bincount(states, minlength=len(logits))[:, None] / len(states)
    bonus = -0.01 * options["learning_rate"] * weights * policy * (log_probs + entropy)
    return np.asarray(ascend(logits, states, actions, advantages, **options) + bonus)
