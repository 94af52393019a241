"""PPO as a whole: residuals, estimates, targets, what is stored, and what a minibatch is."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from ...invariants.advantage.strategies import Trajectories, trajectories
from ...reference.advantage_estimation import (
    average_weights,
    generalized_advantage_estimation,
    lambda_returns,
    td_error_sum,
)
from ...reference.arithmetic import Arithmetic, Array, exp
from ...reference.ppo import clipped_values, minibatches, ppo_update
from ..evidence import fact, identity
from .cases import Update, updates

SHORT = trajectories(max_steps=6, max_environments=2)


@identity("ppo-pipeline-deltas", cases=updates())
def residuals_keep_the_critic_that_collected(case: Update) -> tuple[Array, Array]:
    """At λ = 0 the update uses δ_t = r_t + γ(1 − done) V(s_{t+1}) − V(s_t) with the V of the start, to its end."""
    result = ppo_update(case.logits, case.critic, case.rollout, replace(case.settings, lam=0 * case.lam), case.orders)
    following = case.critic[case.next_states] * (1 - case.terminated.astype(int))
    return result.advantages, case.rewards + case.gamma * following - case.critic[case.states]


@identity("ppo-pipeline-gae-init", cases=SHORT)
def last_estimate_is_the_last_residual(case: Trajectories) -> tuple[Array, Array]:
    """Started with Â_{T−1} = δ_{T−1}, the recursion t = T−2 … 0 gives Σ_{l ≤ T−1−t} (γλ)ˡ δ_{t+l}: T residuals."""
    bootstrap = np.where(case.terminated, 0 * case.next_values, case.next_values)
    errors = case.rewards + case.gamma * bootstrap - case.values
    estimates = [errors[-1]]
    for t in range(len(errors) - 2, -1, -1):
        going = 1 - case.ended[t].astype(int)
        estimates.append(errors[t] + case.gamma * case.lam * going * estimates[-1])
    from_the_end = np.array(estimates[::-1])
    others = [form(*case.batch, **case.factors) for form in (td_error_sum, generalized_advantage_estimation)]
    return np.stack([from_the_end, from_the_end]), np.stack(others)


@identity("ppo-pipeline-targets", cases=SHORT)
def targets_are_lambda_returns(case: Trajectories) -> tuple[Array, Array]:
    """y_t = Â_t + V(s_t) = (1−λ) Σ_{n<T} λⁿ⁻¹ G₍ₙ₎ + λᵀ⁻¹ G₍T₎, G₍ₙ₎ the n-step returns with bootstrap."""
    ended = case.ended.copy()
    ended[-1] = True
    bootstrap = np.where(case.terminated, 0 * case.next_values, case.next_values)
    returns, total = case.rewards + case.gamma * bootstrap, 0 * case.rewards
    for weight in average_weights(case.lam, len(case.rewards)):
        total = total + weight * returns
        later = np.concatenate([returns[1:], 0 * returns[-1:]])
        returns = case.rewards + case.gamma * np.where(ended, bootstrap, later)
    return lambda_returns(*case.batch, **case.factors), total


@fact("ppo-pipeline-stored-old", cases=updates())
def first_ratio_is_one(case: Update) -> str:
    """The ratios of the first minibatch are exactly 1 in float64, its clipped values V_old; balls contain them.

    Later minibatches have ratios that the steps before them moved, as long as a step moved anything.
    """
    rounded = case.to(Arithmetic.FLOAT)
    result = ppo_update(rounded.logits, rounded.critic, rounded.rollout, rounded.settings, rounded.orders)
    assert (result.ratios[0] == 1).all(), f"first ratios are {result.ratios[0]}: {case}"
    old = rounded.critic[rounded.states]
    assert (clipped_values(old, old, clip_range=0.25) == old).all(), f"V_old is clipped to something else: {case}"
    whole = replace(case.settings, minibatch_size=case.rewards.size)
    enclosed = ppo_update(case.logits, case.critic, case.rollout, whole, case.orders[:1])
    assert all((ratio - 1).contains(0) for ratio in enclosed.ratios[0]), f"{enclosed.ratios[0]} miss 1: {case}"
    moved = max(abs(ratios - 1).max() for ratios in result.ratios)
    return f"{len(result.ratios)} minibatches; first ratios 1, the farthest later one is {moved:.3g} from 1"


@fact("ppo-pipeline-minibatch", cases=updates())
def every_step_is_used_once_an_epoch(case: Update) -> str:
    """Each index is in exactly one minibatch of each epoch; all have the size asked for, but for a last smaller one."""
    rounded = case.to(Arithmetic.FLOAT)
    result = ppo_update(rounded.logits, rounded.critic, rounded.rollout, rounded.settings, rounded.orders)
    visits = Counter(int(index) for part in result.indices for index in part)
    epochs, size = case.orders.shape
    assert visits == dict.fromkeys(range(size), epochs), f"visits {visits}: {case}"
    sizes = [len(part) for part in minibatches(case.orders[0], size=case.minibatch_size)]
    assert set(sizes[:-1]) <= {case.minibatch_size}, f"sizes {sizes}: {case}"
    assert 1 <= sizes[-1] <= case.minibatch_size, f"sizes {sizes}: {case}"
    return f"{size} steps, {epochs} epochs, minibatches of {sizes}"


@identity("ppo-pipeline-minibatch", cases=updates())
def one_minibatch_of_everything_is_the_policy_gradient(case: Update) -> tuple[Array, Array]:
    """With one minibatch of all steps, the actor moves by α mean ∇log π Â and the critic by −α mean 2(V − y)."""
    size = case.rewards.size
    settings = replace(case.settings, minibatch_size=size)
    result = ppo_update(case.logits, case.critic, case.rollout, settings, case.orders[:1])
    weights = exp(case.logits)
    policy = weights / weights.sum(axis=1, keepdims=True)
    actor, critic = 0 * result.logits, 0 * result.critic
    for state, action, advantage, target in zip(
        case.states.ravel(), case.actions.ravel(), result.advantages.ravel(), result.targets.ravel(), strict=True
    ):
        actor[state] = actor[state] - advantage * policy[state]
        actor[state, action] = actor[state, action] + advantage
        critic[state] = critic[state] - 2 * (case.critic[state] - target)
    return (
        np.append(result.logits, result.critic),
        np.append(case.logits + case.rate * actor / size, case.critic + case.rate * critic / size),
    )
