"""Training followed update by update by exact oracles: a network without hidden layers on indicators is a table."""

from functools import cache

import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra `fast` is not installed")

from policyproof.environments.tabular import TabularEnv
from policyproof.fast import PPO, TRPO, PPOConfig, TRPOConfig
from policyproof.reference import TabularMDP, optimal_policy, performance, surrogate_performance
from policyproof.reference.kl import categorical_kl
from policyproof.reference.trust_region_bound import kl_penalty, mean_kl_penalty

STATES, ACTIONS, STEPS, ENVIRONMENTS, UPDATES = 5, 2, 256, 8, 40
MAX_KL = 0.02


def chain():
    """Upstream, to a large reward, it often fails; downstream a small one is certain (Strehl, Littman, 2008)."""
    transition = np.zeros((STATES, ACTIONS, STATES))
    for s in range(STATES):
        transition[s, 0, max(s - 1, 0)] = 1
        for onward, share in ((max(s - 1, 0), 0.125), (s, 0.25), (min(s + 1, STATES - 1), 0.625)):
            transition[s, 1, onward] += share
    reward = np.zeros((STATES, ACTIONS))
    reward[0, 0], reward[-1, 1] = 0.125, 1
    return TabularMDP(transition, reward, np.full(STATES, 1 / STATES), 0.875)


def agent_of(algorithm, mdp):
    common = {"environments": ENVIRONMENTS, "steps": STEPS, "hidden": (), "gamma": mdp.discount, "seed": 0}

    def make():
        return TabularEnv(mdp, time_limit=50)

    if algorithm == "trpo":
        return TRPO(make, TRPOConfig(**common, max_kl=MAX_KL))
    return PPO(make, PPOConfig(**common, learning_rate=0.02, epochs=4, minibatch_size=256))


def policy_of(agent):
    """π [S, A] in float64, of the float32 logits."""
    logits = agent.network.outputs(np.eye(STATES, dtype=np.float32)).astype(np.float64)
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


@cache
def followed(algorithm):
    """Of each update the policies before and after, the rollout that it learned from, and what it reported."""
    agent = agent_of(algorithm, chain())
    agent.collector.begin(0)
    updates = []
    for _ in range(UPDATES):
        rollout = agent.collector.collect(
            agent.network, agent.random, STEPS, gamma=agent.config.gamma, lam=agent.config.lam
        )
        old = policy_of(agent)
        statistics, _ = agent.improve(rollout, 1.0)
        updates.append((old, policy_of(agent), rollout, statistics))
    return updates


def test_trpo_reports_the_divergence_and_the_gain_of_its_policies():
    """Means over rows, in float32: n u of the largest term, and what u (max|θ|) in log π makes of a ratio."""
    for old, new, rollout, statistics in followed("trpo"):
        rows = rollout.valid
        states, actions = rollout.observations[rows].argmax(axis=1), rollout.actions[rows][:, 0].astype(int)
        advantages = rollout.advantages[rows].astype(np.float64)
        advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
        ratio = (new / old)[states, actions]
        unit, work = 2.0**-24, 64 + 8 * np.abs(np.log([old, new])).max()
        kl, gain = categorical_kl(old, new)[states].mean(), ((ratio - 1) * advantages).mean()
        assert abs(statistics["kl"] - kl) <= unit * work
        assert abs(statistics["gain"] - gain) <= unit * work * np.abs(advantages).max() * ratio.max()
        assert kl <= MAX_KL + unit * work
        assert gain >= -unit * work * np.abs(advantages).max()


@pytest.mark.parametrize("algorithm", ["trpo", "ppo"])
def test_no_update_falls_below_the_trust_region_bound(algorithm):
    """η(new) ≥ L_old(new) − penalty, for the largest divergence and for the mean one under d_old."""
    mdp = chain()
    for old, new, _, _ in followed(algorithm):
        surrogate = surrogate_performance(mdp, old, new)
        reached = performance(mdp, new) + 1e-12 * abs(surrogate)
        assert reached >= surrogate - mean_kl_penalty(mdp, old, new)
        assert reached >= surrogate - kl_penalty(mdp, old, new)


@pytest.mark.parametrize("algorithm", ["trpo", "ppo"])
def test_the_distance_to_the_exact_optimum_shrinks(algorithm):
    mdp = chain()
    best = performance(mdp, optimal_policy(mdp))
    distances = [best - performance(mdp, new) for _, new, _, _ in followed(algorithm)]
    start = best - performance(mdp, np.full((STATES, ACTIONS), 1 / ACTIONS))
    assert all(distance >= -1e-12 * best for distance in distances)
    assert distances[UPDATES // 2] <= start / 2
    assert distances[-1] <= start / 10
