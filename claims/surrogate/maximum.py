"""What maximises the surrogate."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from ...invariants.mdps import OnePolicy, TwoPolicies, two_policies
from ...reference.arithmetic import Arithmetic, Array, ball, exact
from ...reference.policy_evaluation import advantages
from ...reference.softmax import softmax
from ...reference.surrogate import (
    batch_objective,
    batch_optimum,
    batch_weights,
    maximises_surrogate,
    surrogate_advantage,
    surrogate_maximum,
    surrogate_performance,
)
from ...reference.visitation import unnormalised_visitation
from ..evidence import Counterexample, counterexample, fact, identity, inequality, tight
from ..performance_difference.cases import deterministic_policies, few_policies, one_state, stay_or_go
from .cases import Batch, batches


@identity("surrogate-argmax-greedy", cases=few_policies())
def greedy_is_best_of_all_deterministic_policies(case: OnePolicy) -> tuple[Array, Array]:
    """max_π L_old(π) = η(old) + Σ_s ρ_old(s) maxₐ A_old(s, a), against all Aˢ deterministic policies."""
    mdp, old = case.mdp, case.policy
    return surrogate_maximum(mdp, old), max(surrogate_performance(mdp, old, new) for new in deterministic_policies(mdp))


@inequality("surrogate-argmax-greedy", cases=two_policies())
def no_policy_exceeds_the_greedy_one(case: TwoPolicies) -> tuple[Array, Array]:
    """Σ_s ρ_old(s) Σₐ π(a|s) A_old(s, a) ≤ Σ_s ρ_old(s) maxₐ A_old(s, a)."""
    best = unnormalised_visitation(case.mdp, case.old) @ np.maximum.reduce(advantages(case.mdp, case.old), axis=1)
    return surrogate_advantage(case.mdp, case.old, case.new), best


@tight("surrogate-argmax-greedy", of=no_policy_exceeds_the_greedy_one, reaches=1)
def the_greedy_policy_attains_it() -> Iterator[TwoPolicies]:
    """Going is greedy in the only state that the old policy visits."""
    yield stay_or_go("1/2", 1)


@fact("surrogate-argmax-greedy", cases=few_policies())
def maximisers_are_greedy_where_the_old_policy_goes(case: OnePolicy) -> None:
    """π maximises L iff it takes only actions of argmax A_old wherever ρ_old(s) > 0: ties and other states are free."""
    mdp, old = case.mdp, case.policy
    best = surrogate_maximum(mdp, old)
    uniform = exact(np.ones(old.shape, dtype=int)) / exact(mdp.actions)
    for policy in (*deterministic_policies(mdp), uniform, old):
        attains = surrogate_performance(mdp, old, policy) == best
        assert maximises_surrogate(mdp, old, policy) == attains, str(case)


@counterexample("surrogate-argmax-greedy")
def a_softmax_never_attains_it() -> Counterexample:
    """Within the softmax policies the maximum is a supremum: at any finite logits something is missing."""
    mdp, old = one_state([1, 0], "1/2"), exact([["1/2", "1/2"]])
    with_balls = mdp.to(Arithmetic.BALL)
    return Counterexample(
        "one state, r = (1, 0), γ = 1/2, logits (20, 0)",
        ("L_old(softmax)", surrogate_performance(with_balls, ball(old), softmax(exact([[20, 0]])))),
        "<",
        ("max_π L_old(π)", surrogate_maximum(mdp, old)),
    )


@identity("surrogate-fixed-data-optimum", cases=batches())
def the_batch_objective_is_linear(case: Batch) -> tuple[Array, Array]:
    """Σ_i π(a_i|s_i)/π_old(a_i|s_i) Ψ_i, sample by sample, and its maximum over all deterministic policies."""
    here = (case.states, case.actions)
    samples = case.policy[here] / case.old[here] * case.psi
    states, actions = case.old.shape
    tables = (np.array(choice)[:, None] == np.arange(actions) for choice in product(range(actions), repeat=states))
    data = (case.old, case.states, case.actions, case.psi)
    best = max(batch_objective(exact(table), *data) for table in tables)
    total = sum(samples, exact(0).item())
    return np.array([batch_objective(case.policy, *data), batch_optimum(*data)]), np.array([total, best])


@inequality("surrogate-fixed-data-optimum", cases=batches())
def no_policy_beats_the_largest_weight(case: Batch) -> tuple[Array, Array]:
    """Σ_s Σₐ π(a|s) w(s, a) ≤ Σ_s maxₐ w(s, a), w(s, a) = Σ_{i: (s, a)} Ψ_i/π_old(a|s)."""
    data = (case.old, case.states, case.actions, case.psi)
    return batch_objective(case.policy, *data), batch_optimum(*data)


@tight("surrogate-fixed-data-optimum", of=no_policy_beats_the_largest_weight, reaches=1)
def all_mass_on_the_largest_weight() -> Iterator[Batch]:
    """The second action, with the larger Ψ, takes all the mass."""
    yield _two_samples(1, 2, exact([[0, 1]]))


@counterexample("surrogate-fixed-data-optimum")
def two_good_samples_cannot_both_be_certain() -> Counterexample:
    """π = 1 wherever Ψ > 0 asks for more than one certain action."""
    return Counterexample(
        "one state, π_old = (1/2, 1/2), samples (a₁, +1) and (a₂, +2); the optimum is (0, 1)",
        ("Σₐ 1[Ψ(a) > 0]", exact(_two_samples(1, 2).psi > 0).sum()),
        ">",
        ("Σₐ π(a)", exact([0, 1]).sum()),
    )


@counterexample("surrogate-fixed-data-optimum")
def two_bad_samples_leave_no_action() -> Counterexample:
    """π = 0 wherever Ψ < 0 leaves nothing; the optimum is (1, 0), on the smaller loss."""
    case = _two_samples(-1, -2)
    data = (case.old, case.states, case.actions, case.psi)
    assert np.argmax(batch_weights(*data)) == 0
    return Counterexample(
        "one state, π_old = (1/2, 1/2), samples (a₁, −1) and (a₂, −2); the optimum is (1, 0)",
        ("objective of π = (0, 0)", batch_objective(exact([[0, 0]]), *data)),
        ">",
        ("maximum over policies", batch_optimum(*data)),
    )


@counterexample("surrogate-fixed-data-optimum")
def sharing_among_good_samples_is_worse() -> Counterexample:
    """Even when its ones are normalised to a policy, the rule is not the optimum."""
    case = _two_samples(1, 2)
    data = (case.old, case.states, case.actions, case.psi)
    return Counterexample(
        "one state, π_old = (1/2, 1/2), samples (a₁, +1) and (a₂, +2), the rule shared out as (1/2, 1/2)",
        ("objective of the rule", batch_objective(case.policy, *data)),
        "<",
        ("maximum over policies", batch_optimum(*data)),
    )


def _two_samples(first: int, second: int, policy: Array | None = None) -> Batch:
    half = exact([["1/2", "1/2"]])
    return Batch(half, half if policy is None else policy, np.array([0, 0]), np.array([0, 1]), exact([first, second]))
