"""What ``train`` reports are policies, and those that act."""

from __future__ import annotations

import numpy as np

from ..comparison import Comparison
from ..e_values import against_process, against_tables, evidence
from ..invariant import Class, statement
from ..subject import Subject
from .capability import TRAIN, watched
from .strategies import Course

PPO_2017 = "Schulman, Wolski, Dhariwal, Radford, Klimov (2017), Proximal policy optimization algorithms, algorithm 1"
KT_1981 = "Krichevsky, Trofimov (1981), The performance of universal encoding"
RAMDAS_2023 = "Ramdas, Grünwald, Vovk, Shafer (2023), Game-theoretic statistics and safe anytime-valid inference"
SUTTON_BARTO_2018 = "Sutton, Barto (2018), Reinforcement learning: an introduction, section 3.1"


@statement(
    TRAIN,
    kind=Class.THEOREM,
    formula=r"\pi_k(a \mid s) \ge 0, \quad \textstyle\sum_a \pi_k(a \mid s) = 1",
    sources=(SUTTON_BARTO_2018,),
    rejects="logits-for-probabilities",
)
def each_table_is_a_policy(subject: Subject, case: Course) -> Comparison:
    """Every table reported is a policy: its rows are not negative and add up to 1."""
    tables = watched(subject, case).tables
    sums, negative = tables.sum(axis=-1), np.minimum(tables, 0)
    # each entry e/Σ̂ has a relative error u, the sum Σ̂ of A terms (A − 1) u; one u more for what is not of first order
    bound = np.full(sums.shape, (tables.shape[-1] + 1) * subject.unit_roundoff)
    return Comparison(
        np.concatenate([sums.ravel(), negative.ravel()]),
        np.concatenate([np.ones(sums.size), np.zeros(negative.size)]),
        np.concatenate([bound.ravel(), np.zeros(negative.size)]),
        "sums of rows and 1, negative entries and 0",
    )


@statement(
    TRAIN,
    kind=Class.DEFINITION,
    formula=r"\pi_{1:K} \text{ a function of the seed}",
    sources=("the seam, purity of an implementation",),
    rejects="another-seed-each-time",
)
def same_seed_same_policies(subject: Subject, case: Course) -> Comparison:
    """Trained twice with the same seed, it reports the same bits."""
    first, second = watched(subject, case).tables, watched(subject, case).tables
    if first.shape != second.shape:
        first, second = np.array([float(len(first))]), np.array([float(len(second))])
    return Comparison(first, second, np.zeros(first.shape), "policies of one training and of another")


@statement(
    TRAIN,
    kind=Class.STATISTICAL,
    formula=r"a_t \sim \pi_k(\cdot \mid s_t) \text{ between updates } k \text{ and } k + 1",
    sources=(PPO_2017, KT_1981, RAMDAS_2023),
    rejects="first-policy-plays-on",
)
def the_policy_reported_is_the_one_that_plays(subject: Subject, case: Course) -> Comparison:
    """Between two updates, actions are drawn from the policy reported after the first of them.

    A learner that hands over all policies at the end shows nothing of this, and one that has learned little, little.
    """
    seen = watched(subject, case)
    log_e = against_tables(seen.times, seen.states, seen.actions, seen.tables)
    return evidence(log_e, "actions drawn from the policy reported last")


@statement(
    TRAIN,
    kind=Class.STATISTICAL,
    formula=r"s_0 \sim \mu, \quad s_{t+1} \sim P(\cdot \mid s_t, a_t)",
    sources=(SUTTON_BARTO_2018, KT_1981, RAMDAS_2023),
    rejects="every-rollout-in-the-same-episodes",
)
def training_follows_the_process(subject: Subject, case: Course) -> Comparison:
    """First states and successors come as often as the process says: no episode is played again and again."""
    seen = watched(subject, case)
    log_e = against_process(case.mdp, *seen.rows, seen.starts)
    return evidence(log_e, "first states drawn from μ and successors from P")
