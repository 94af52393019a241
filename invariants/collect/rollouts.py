"""A rollout is what the environments logged, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.advantage_estimation import generalized_advantage_estimation
from ...reference.arithmetic import Array, ball, exact, floating, precision
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from ..tables import BITS, log_prob_error
from .capability import COLLECT, column, played
from .stage import Log
from .strategies import Play, plays

GAE_2016 = "Schulman, Moritz, Levine, Jordan, Abbeel (2016), High-dimensional continuous control using GAE"
TIME_LIMITS_2018 = "Pardo, Tavakoli, Levdik, Kormushev (2018), Time limits in reinforcement learning"
PPO_2017 = "Schulman, Wolski, Dhariwal, Radford, Klimov (2017), Proximal policy optimization algorithms"
SMALLEST = {"float32": 2.0**-126, "float64": 2.0**-1022}


@statement(
    COLLECT,
    kind=Class.THEOREM,
    formula=r"(s_t, a_t, r_t) = \text{entry } t \text{ of the environment's log}",
    sources=(f"{PPO_2017}, algorithm 1", "Osband et al. (2020), Behaviour suite for reinforcement learning"),
    rejects="reward-of-the-step-before",
    cases=plays,
)
def reports_what_the_environment_logged(subject: Subject, case: Play) -> Comparison:
    """States, actions and rewards are those that the environments logged: nothing is added or left out."""
    rollout, log = played(subject, case)
    got = np.stack([column(rollout, name, case) for name in ("states", "actions", "rewards")])
    expected = np.stack([log.states, log.actions, log.rewards])
    return Comparison(got, expected, np.zeros(got.shape), "states, actions, rewards and the environment's log")


@statement(
    COLLECT,
    kind=Class.DEFINITION,
    formula=r"\text{log\_probs}_t = \log \pi(a_t \mid s_t)",
    sources=(f"{PPO_2017}, equation 6",),
    rejects="probability-for-its-logarithm",
    cases=plays,
)
def log_probs_are_of_the_actions_taken(subject: Subject, case: Play) -> Comparison:
    """The log-probabilities kept are those of the actions that the environment received."""
    rollout, log = played(subject, case)
    with precision(BITS):
        table = np.log(ball(case.policy))
    expected = table[log.states, log.actions]
    bound = log_prob_error(subject, floating(table))[log.states]
    return Comparison(column(rollout, "log_probs", case), expected, bound, "log-probabilities and log π(a|s)")


@statement(
    COLLECT,
    kind=Class.DEFINITION,
    formula=r"\hat A_t = \delta_t + \gamma\lambda\, 1[\text{not ended}_t]\, \hat A_{t+1}",
    sources=(f"{GAE_2016}, equation 16",),
    claims=("truncation-bootstrapping",),
    rejects="value-of-the-state-after-the-reset",
    cases=plays,
)
def advantages_are_those_of_the_log(subject: Subject, case: Play) -> Comparison:
    """Advantages are the estimator's, on what was logged and the critic given."""
    rollout, log = played(subject, case)
    return _advantages(subject, case, rollout, log, np.ones(log.states.shape, dtype=bool), "advantages and GAE")


@statement(
    COLLECT,
    kind=Class.DEFINITION,
    formula=r"\text{terminated}_t:\quad \hat A_t = r_t - V(s_t)",
    sources=(f"{TIME_LIMITS_2018}, section 3",),
    claims=("gae-recursion-done",),
    rejects="bootstrap-at-termination",
    cases=plays,
)
def a_terminated_step_bootstraps_from_nothing(subject: Subject, case: Play) -> Comparison:
    """A step into a terminal state is worth its reward, at a time limit too."""
    rollout, log = played(subject, case)
    return _advantages(subject, case, rollout, log, log.terminated, "advantages where episodes terminated")


@statement(
    COLLECT,
    kind=Class.DEFINITION,
    formula=r"\text{truncated}_t:\quad \hat A_t = r_t + \gamma V(s_{t+1}) - V(s_t), s_{t+1} \text{ before the reset}",
    sources=(f"{TIME_LIMITS_2018}, section 3",),
    claims=("truncation-bootstrapping",),
    rejects="time-limit-as-termination",
    cases=plays,
)
def a_truncated_step_bootstraps_from_the_state_it_reached(subject: Subject, case: Play) -> Comparison:
    """At a time limit V of the state that the step reached counts, not of the one that the next episode starts in."""
    rollout, log = played(subject, case)
    where = log.truncated & ~log.terminated
    return _advantages(subject, case, rollout, log, where, "advantages where a time limit cut")


@statement(
    COLLECT,
    kind=Class.DEFINITION,
    formula=r"\hat A_{T-1} = r_{T-1} + \gamma V(s_T) - V(s_{T-1}) \text{ where no episode ends}",
    sources=(f"{GAE_2016}, equation 16", f"{PPO_2017}, equation 11"),
    rejects="last-value-of-the-observation-before",
    cases=plays,
)
def the_last_step_bootstraps_from_where_it_led(subject: Subject, case: Play) -> Comparison:
    """Where the rollout ends in the middle of an episode, V of the state after its last step counts."""
    rollout, log = played(subject, case)
    where = np.zeros(log.states.shape, dtype=bool)
    where[-1] = ~(log.terminated | log.truncated)[-1]
    return _advantages(subject, case, rollout, log, where, "advantages of the last step")


@statement(
    COLLECT,
    kind=Class.DEFINITION,
    formula=r"\text{returns}_t = \hat A_t + V(s_t)",
    sources=(f"{GAE_2016}, section 5", f"{PPO_2017}, equation 9"),
    rejects="returns-without-values",
    cases=plays,
)
def returns_are_advantages_plus_values(subject: Subject, case: Play) -> Comparison:
    """The targets of the critic are its values plus the advantages."""
    rollout, log = played(subject, case)
    values, advantages = exact(case.values)[log.states], column(rollout, "advantages", case)
    bound = _bound(subject, case, log) + 2 * subject.unit_roundoff * np.abs(floating(values))
    expected = exact(advantages) + values if np.all(np.isfinite(advantages)) else advantages + floating(values)
    return Comparison(column(rollout, "returns", case), expected, bound, "returns and advantages + values")


def _advantages(subject: Subject, case: Play, rollout: Any, log: Log, where: Array, what: str) -> Comparison:
    values = exact(case.values)
    right = generalized_advantage_estimation(
        exact(log.rewards),
        values[log.states],
        values[log.next_states],
        log.terminated,
        log.truncated,
        gamma=case.gamma,
        lam=case.lam,
    )
    got = column(rollout, "advantages", case)
    return Comparison(got[where], right[where], _bound(subject, case, log)[where], what)


def _bound(subject: Subject, case: Play, log: Log) -> Array:
    """2u (3(T−t) + 4) M_t + smallest, M_t = Σ_l (γλ)ˡ (|r| + γ|V'| + |V|) to the end of the episode.

    A term of δ_{t+l} passes at most 3l + 4 roundings in the recursion; twice that covers the forms that compute
    returns first, or fold γV(final) into the reward.
    """
    values, rewards = np.abs(floating(case.values)), np.abs(log.rewards)
    gamma, lam = float(floating(case.gamma)), float(floating(case.lam))
    ended, magnitude, total = log.terminated | log.truncated, np.empty(log.rewards.shape), np.zeros(case.envs)
    for t in reversed(range(case.steps)):
        bootstrap = gamma * values[log.next_states[t]] * ~log.terminated[t]
        total = rewards[t] + bootstrap + values[log.states[t]] + gamma * lam * total * ~ended[t]
        magnitude[t] = total
    roundings = 2 * (3 * np.arange(case.steps, 0, -1)[:, None] + 4)
    return np.asarray(roundings * (subject.unit_roundoff * magnitude + SMALLEST[subject.dtype]))
