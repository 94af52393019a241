"""Each algorithm as a whole, and the property that its theory promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...reference.arithmetic import Array, exact, exp
from ...reference.enumeration import trajectory_expectation
from ...reference.extrema import largest
from ...reference.fisher import softmax_fisher
from ...reference.natural_gradient import batch_policy_gradient
from ...reference.pipeline import (
    actor_critic_step,
    conservative_policy_iteration,
    expected_critic_update,
    natural_policy_gradient,
    reinforce_gradient,
)
from ...reference.policy_evaluation import advantages, performance, state_values
from ...reference.ppo import ppo_update
from ...reference.tabular_mdp import TabularMDP
from ...reference.trpo import conjugate_gradient, trial, trpo_step
from ...reference.visitation import visitation
from ..evidence import fact, identity, inequality, tight
from ..ppo.cases import Update, updates
from .cases import Batch, Stepped, batches, performance_gradient, stepped


def bandit(reward: object = 1, gamma: object = 0) -> Stepped:
    """One state, two actions of which the first pays, a policy that takes each half the time."""
    mdp = TabularMDP(exact([[[1], [1]]]), exact([[reward, 0]]), exact([1]), exact(gamma).item())
    return Stepped(mdp, exact([["1/2", "1/2"]]), exact([1]), exact("1/1024").item(), 1)


@identity("reinforce-algorithm", cases=stepped())
def reinforce_is_unbiased_for_every_baseline(case: Stepped) -> tuple[Array, Array]:
    """E[Σ_t γᵗ (G_t − b(s_t)) ∇log π] = ∇J of H steps, over all episodes; the right side by backward induction."""
    mdp, policy, horizon = case.mdp, case.policy, case.count
    mean = trajectory_expectation(
        mdp,
        policy,
        horizon,
        lambda states, actions: reinforce_gradient(
            policy,
            states[:-1],
            actions,
            mdp.reward[states[:-1], actions],
            gamma=mdp.discount,
            baseline=case.values,
        ),
    )
    chosen = exact(np.eye(mdp.actions, dtype=int))
    jacobian = policy[:, :, None] * (chosen - policy[:, None, :])
    values, slopes = 0 * mdp.initial, np.zeros((mdp.states, *policy.shape), dtype=int) * mdp.discount
    for _ in range(horizon):
        backup = mdp.reward + mdp.discount * mdp.transition @ values
        slopes = mdp.discount * np.einsum("sa,sat,txb->sxb", policy, mdp.transition, slopes)
        for state in range(mdp.states):
            slopes[state, state] = slopes[state, state] + backup[state] @ jacobian[state]
        values = (policy * backup).sum(axis=1)
    return mean, np.einsum("s,sxb->xb", mdp.initial, slopes)


@identity("actor-critic-algorithm", cases=stepped(max_states=3))
def exact_critic_makes_the_actor_follow_the_gradient(case: Stepped) -> tuple[Array, Array]:
    """With V = V^π the mean step over s ~ d, a ~ π, s' ~ P moves the actor by α(1−γ)∇J, and the critic not at all."""
    mdp, critic = case.mdp, state_values(case.mdp, case.policy)
    weights = visitation(mdp, case.policy)
    actor, change = 0 * case.policy, 0 * critic
    for state, action, following in np.ndindex(mdp.transition.shape):
        chance = weights[state] * case.policy[state, action] * mdp.transition[state, action, following]
        step = actor_critic_step(
            case.policy,
            critic,
            (state, action, mdp.reward[state, action], following, False),
            gamma=mdp.discount,
            actor_rate=case.step,
            critic_rate=case.step,
        )
        actor, change = actor + chance * step.actor, change + chance * step.critic
    expected = case.step * (1 - mdp.discount) * performance_gradient(mdp, case.policy)
    return np.append(actor, change), np.append(expected, 0 * change)


@inequality("actor-critic-algorithm", cases=stepped(max_states=3))
def critic_approaches_the_values(case: Stepped) -> tuple[Array, Array]:
    """‖V⁺ − V^π‖_∞ ≤ (1 − β(1−γ)) ‖V − V^π‖_∞ for the mean TD(0) update with β in [0, 1]."""
    rate, truth = 1 / (1 + case.step), state_values(case.mdp, case.policy)
    after = expected_critic_update(case.mdp, case.policy, case.values, critic_rate=rate)
    factor = 1 - rate * (1 - case.mdp.discount)
    return largest(np.abs(after - truth)), factor * largest(np.abs(case.values - truth))


@tight("actor-critic-algorithm", of=critic_approaches_the_values, reaches=1)
def critic_wrong_by_a_constant() -> Iterator[Stepped]:
    """One state: the error is a constant, and shrinks by the factor itself."""
    yield bandit(gamma="3/4")


@inequality("cpi-algorithm", cases=stepped(max_states=3, max_actions=3, max_count=3))
def conservative_policy_iteration_keeps_its_promise(case: Stepped) -> tuple[Array, Array]:
    """0 ≤ promised gain ≤ J(π_{k+1}) − J(π_k) at every iteration of conservative policy iteration."""
    policies, gains = conservative_policy_iteration(case.mdp, case.policy, iterations=case.count)
    history = np.array([performance(case.mdp, policy) for policy in policies])
    return np.stack([0 * exact(gains), exact(gains)]), np.stack([exact(gains), history[1:] - history[:-1]])


@tight("cpi-algorithm", of=conservative_policy_iteration_keeps_its_promise, reaches=1)
def one_step_that_is_everything() -> Iterator[Stepped]:
    """Without a future the greedy policy is taken whole, and gains what was promised."""
    yield bandit()


@identity("npg-pipeline", cases=stepped(max_states=3, max_actions=3))
def natural_gradient_is_the_advantage(case: Stepped) -> tuple[Array, Array]:
    """F · A^π/(1−γ) = ∇J with F the Fisher information under d: the direction of the loop solves F x = ∇J."""
    weights, gain = visitation(case.mdp, case.policy), advantages(case.mdp, case.policy)
    matrix = softmax_fisher(weights, case.policy)
    left = matrix @ (gain / (1 - case.mdp.discount)).ravel()
    return left, performance_gradient(case.mdp, case.policy).ravel()


@inequality("npg-pipeline", cases=stepped(max_states=3, max_actions=3, max_count=1))
def natural_policy_gradient_never_falls(case: Stepped) -> tuple[Array, Array]:
    """J(π_k) ≤ J(π_{k+1}) along the loop, for steps from 2⁻¹⁰ to 1000."""
    policies = natural_policy_gradient(case.mdp, case.policy, step=case.step, iterations=case.count)
    history = np.array([performance(case.mdp, policy) for policy in policies])
    return history[:-1], history[1:]


@tight("npg-pipeline", of=natural_policy_gradient_never_falls, reaches="999/1000")
def a_short_natural_step() -> Iterator[Stepped]:
    """A step of 2⁻¹⁰ hardly gains."""
    yield bandit()


@identity("trpo-pipeline", cases=batches())
def conjugate_gradients_find_the_natural_gradient(case: Batch) -> tuple[Array, Array]:
    """Conjugate gradients from 0 end with F x = g, and gᵀx is that of the closed form, though F is singular."""
    weights = np.array([(case.states == state).sum() for state in range(2)]) * exact(1).item() / len(case.states)
    matrix = softmax_fisher(weights, case.policy)
    gradient = batch_policy_gradient(case.policy, case.states, case.actions, case.advantages).ravel()
    found = conjugate_gradient(lambda v: matrix @ v, gradient, iterations=len(gradient))
    step = trpo_step(
        case.policy, case.states, case.actions, case.advantages, max_kl=case.max_kl, factor=exact("1/2").item()
    )
    return np.append(matrix @ found, gradient @ found), np.append(gradient, gradient @ step.direction.ravel())


@fact("trpo-pipeline", cases=batches())
def accepted_steps_keep_both_conditions(case: Batch) -> str:
    """After the line search the mean KL is at most δ and L is not worse, or nothing moved."""
    batch = (case.states, case.actions, case.advantages)
    step = trpo_step(case.policy, *batch, max_kl=case.max_kl, factor=exact("1/2").item())
    if step.halvings is None or np.all(step.change == 0):
        assert np.all(step.change == 0), f"a refused step moved by {step.change}: {case}"
        return "no step"
    found = trial(case.policy, step.change, *batch)
    assert found.mean_kl <= case.max_kl, f"KL {found.mean_kl} > {case.max_kl}: {case}"
    assert found.gain >= 0, f"the surrogate fell by {found.gain}: {case}"
    return f"step 2^-{step.halvings}: KL {found.mean_kl} ≤ {case.max_kl}, gain {found.gain}"


@identity("ppo-pipeline", cases=updates())
def second_epoch_weighs_by_the_ratios(case: Update) -> tuple[Array, Array]:
    """The second epoch moves θ by (α/B) Σ_i 1[i unclipped] ρ_i Â_i ∇log π(a_i|s_i), with ρ against the start."""
    settings = replace(case.settings, minibatch_size=case.rewards.size)
    once = ppo_update(case.logits, case.critic, case.rollout, settings, case.orders[:1])
    twice = ppo_update(case.logits, case.critic, case.rollout, settings, case.orders[:1].repeat(2, axis=0))
    old, now = (weights / weights.sum(axis=1, keepdims=True) for weights in (exp(case.logits), exp(once.logits)))
    step = 0 * now
    for state, action, advantage in zip(
        case.states.ravel(), case.actions.ravel(), once.advantages.ravel(), strict=True
    ):
        ratio = now[state, action] / old[state, action]
        if (advantage > 0 and ratio > 1 + case.clip_range) or (advantage < 0 and ratio < 1 - case.clip_range):
            continue
        step[state] = step[state] - ratio * advantage * now[state]
        step[state, action] = step[state, action] + ratio * advantage
    return twice.logits, once.logits + case.rate * step / case.rewards.size
