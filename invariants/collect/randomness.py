"""What is drawn comes from where it should: judged by e-values, not by tolerances."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import floating
from ..comparison import Comparison
from ..e_values import against_copies, against_process, against_table, evidence
from ..invariant import Class, statement
from ..subject import Subject
from .capability import COLLECT, played
from .strategies import Play, long_plays

KT_1981 = "Krichevsky, Trofimov (1981), The performance of universal encoding"
RAMDAS_2023 = "Ramdas, Grünwald, Vovk, Shafer (2023), Game-theoretic statistics and safe anytime-valid inference"
SUTTON_BARTO_2018 = "Sutton, Barto (2018), Reinforcement learning: an introduction, section 3.1"


@statement(
    COLLECT,
    kind=Class.STATISTICAL,
    formula=r"a_t \sim \pi(\cdot \mid s_t)",
    sources=(SUTTON_BARTO_2018, KT_1981, RAMDAS_2023),
    rejects="most-likely-action",
    cases=long_plays,
)
def actions_are_drawn_from_the_policy(subject: Subject, case: Play) -> Comparison:
    """In each state, actions are taken as often as the policy given says."""
    _, log = played(subject, case)
    states, actions = log.states.ravel(), log.actions.ravel()
    return evidence(against_table(states, actions, floating(case.policy)), "actions drawn from the policy")


@statement(
    COLLECT,
    kind=Class.STATISTICAL,
    formula=r"s_0 \sim \mu, \quad s_{t+1} \sim P(\cdot \mid s_t, a_t)",
    sources=(SUTTON_BARTO_2018, KT_1981, RAMDAS_2023),
    rejects="every-episode-with-the-same-seed",
    cases=long_plays,
)
def episodes_follow_the_process(subject: Subject, case: Play) -> Comparison:
    """First states and successors come as often as the process says: no episode is played twice."""
    _, log = played(subject, case)
    log_e = against_process(case.mdp, log.states.ravel(), log.actions.ravel(), log.next_states.ravel(), log.starts)
    return evidence(log_e, "first states drawn from μ and successors from P")


@statement(
    COLLECT,
    kind=Class.STATISTICAL,
    formula=r"(a^n_t, s^n_{t+1}) \text{ independent of } (a^0_t, s^0_{t+1}) \text{ given } s^n_t, s^0_t",
    sources=(SUTTON_BARTO_2018, RAMDAS_2023),
    rejects="all-environments-with-one-seed",
    cases=long_plays,
)
def environments_draw_independently(subject: Subject, case: Play) -> Comparison:
    """Parallel environments are not copies of each other: what one draws says nothing about another."""
    _, log = played(subject, case)
    policy, transition = floating(case.policy), floating(case.mdp.transition)
    alike = log.states[:, 1:] == log.states[:, :1]
    first, other = (np.broadcast_to(log.actions[:, :1], alike.shape), log.actions[:, 1:])
    states = log.states[:, 1:]
    actions = against_copies((other == first)[alike], policy[states, first][alike])
    both = alike & (other == first)
    reached = np.broadcast_to(log.next_states[:, :1], alike.shape)
    probability = transition[states, other, reached][both]
    possible = probability > 0
    copied = (log.next_states[:, 1:] == reached)[both][possible]
    return evidence(actions + against_copies(copied, probability[possible]), "environments draw independently")
