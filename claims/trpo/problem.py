"""The constrained problem of TRPO: feasible, exactly solvable, and what its Taylor model keeps of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...invariants.mdps import OnePolicy, TwoPolicies, one_policy, two_policies
from ...reference.arithmetic import Array, exact
from ...reference.fisher import kl_series, mean_kl_hessian, probability_series, softmax_fisher, state_frequencies
from ...reference.kl import categorical_kl
from ...reference.natural_gradient import batch_policy_gradient, softmax_natural_gradient
from ...reference.policy_evaluation import action_values, advantages
from ...reference.trpo import importance_sampled_surrogate, kl_constrained_optimum
from ...reference.visitation import unnormalised_visitation, visitation
from ..evidence import Counterexample, counterexample, identity, inequality, tight
from .cases import Batch, Contexts, batches, contexts


def _common_price(case: Contexts) -> tuple[Array, Array]:
    """The optimum, and the advantages scaled at each state so that the multiplier λ is 1 at all of them."""
    optimum, multiplier = kl_constrained_optimum(case.policy, case.advantages, case.level)
    return optimum, case.advantages / multiplier[:, None]


@identity("trpo-problem-trajectory", "trpo-problem-mean-kl", cases=one_policy())
def staying_put_is_feasible_and_gains_nothing(case: OnePolicy) -> tuple[Any, Any]:
    """At θ = θ_t: E_d E_π A = 0 and KL = 0, so that the optimum is at least 0."""
    weights = visitation(case.mdp, case.policy)
    gain = (weights[:, None] * case.policy * advantages(case.mdp, case.policy)).sum()
    divergence = (weights * categorical_kl(case.policy, case.policy)).sum()
    return np.array([gain, divergence]), exact([0, 0])


@inequality("trpo-problem-trajectory", cases=contexts())
def optimum_pays_for_its_divergence(case: Contexts) -> tuple[Any, Any]:
    """λ E_d KL(π ‖ π*) ≤ E_d E_π* A: the optimum is positive unless the policy stays."""
    optimum, scaled = _common_price(case)
    if np.all((optimum == case.policy)[case.weights > 0]):
        return exact(0).item(), exact(0).item()
    return (case.weights * categorical_kl(case.policy, optimum)).sum(), _mean(case, optimum, scaled)


@tight("trpo-problem-trajectory", of=optimum_pays_for_its_divergence, reaches="99/100")
def rare_action_made_likely() -> Iterator[Contexts]:
    """π = (2⁻³⁰, 1 − 2⁻³⁰), the rare action made 2ᵏ times as likely."""
    rare = exact(2).item() ** -30
    policy = exact([[rare, 1 - rare]])
    for k in (4, 8, 12):
        level = exact([1 + exact(2).item() ** -k])
        yield Contexts(exact([1]), policy, exact([[1, -rare / (1 - rare)]]), level, policy)


@inequality("trpo-problem-mean-kl", cases=contexts())
def nothing_beats_the_exact_optimum(case: Contexts) -> tuple[Any, Any]:
    """L(π') − λ E_d KL(π ‖ π') ≤ L(π*) − λ E_d KL(π ‖ π*): no π' within the divergence of π* has a larger L."""
    optimum, scaled = _common_price(case)
    if np.all((optimum == case.competitor)[case.weights > 0]):
        return exact(0).item(), exact(0).item()
    sides = [
        _mean(case, policy, scaled) - (case.weights * categorical_kl(case.policy, policy)).sum()
        for policy in (case.competitor, optimum)
    ]
    return sides[0], sides[1]


@tight("trpo-problem-mean-kl", of=nothing_beats_the_exact_optimum, reaches="99999/100000")
def next_to_the_optimum() -> Iterator[Contexts]:
    """A competitor 2⁻¹² of the way back from the optimum."""
    policy, values, level = exact([["1/4", "3/4"]]), exact([[3, -1]]), exact([4])
    optimum = kl_constrained_optimum(policy, values, level)[0]
    yield Contexts(exact([1]), policy, values, level, optimum + (policy - optimum) / 4096)


def _mean(case: Contexts, policy: Array, values: Array) -> Any:
    return (case.weights[:, None] * policy * values).sum()


@identity("trpo-eq14", cases=two_policies(positive=True))
def sampling_policy_drops_out(case: TwoPolicies) -> tuple[Any, Any]:
    """E_{s~d, a~q}[π_θ/q Q] = E_{s~d, a~π_θ} Q = (1−γ) Σ_s ρ(s) Σ_a π_θ(a|s) Q(s, a), q of full support."""
    values, weights = action_values(case.mdp, case.old), visitation(case.mdp, case.old)
    direct = (unnormalised_visitation(case.mdp, case.old)[:, None] * case.new * values).sum()
    sampled = importance_sampled_surrogate(weights, case.old, case.new, values)
    return sampled, (1 - case.mdp.discount) * direct


@counterexample("trpo-eq14")
def action_never_sampled() -> Counterexample:
    """Q must take every action that π_θ takes where Q ≠ 0: q = (1, 0) never sees the only reward."""
    weights, values = exact([1]), exact([[0, 1]])
    q, policy = exact([[1, 0]]), exact([["1/2", "1/2"]])
    return Counterexample(
        "one state, Q = (0, 1), π = (1/2, 1/2), q = (1, 0)",
        ("E_q[π/q Q]", importance_sampled_surrogate(weights, q, policy, values)),
        "≠",
        ("E_π Q", (policy * values).sum()),
    )


@identity("trpo-h-equals-fisher", cases=one_policy(max_states=3))
def hessian_of_the_constraint_is_the_fisher_matrix(case: OnePolicy) -> tuple[Array, Array]:
    """∇² E_{s~d} KL(π_old ‖ π_θ) at θ_old, by power series, = block diag d(s) (diag π_s − π_s π_sᵀ)."""
    weights = visitation(case.mdp, case.policy)
    return mean_kl_hessian(weights, case.policy), softmax_fisher(weights, case.policy)


def _model(case: Batch) -> tuple[Any, Any, Any]:
    """First coefficient of L and twice the second of mean KL along the direction, by power series; and gᵀF⁺g."""
    weights = state_frequencies(case.states, len(case.policy))
    line = np.stack([case.direction, 0 * case.direction])
    slopes = probability_series(case.policy, line)[1][case.states, case.actions]
    slope = (slopes / case.policy[case.states, case.actions] * case.advantages).sum() / len(case.states)
    curvature = 2 * (weights * kl_series(case.policy, line)[2]).sum()
    gradient = batch_policy_gradient(case.policy, *case.rows)
    natural = softmax_natural_gradient(weights, case.policy, gradient)
    return slope, curvature, (gradient * natural).sum()


@inequality("trpo-taylor-model", cases=batches())
def taylor_model_is_maximised_by_the_natural_gradient(case: Batch) -> tuple[Any, Any]:
    """(dL/dt)² ≤ gᵀH⁺g · d²KL/dt² along every line of logits: √(2δ/gᵀH⁺g) H⁺g is the argmax of gᵀd in ½dᵀHd ≤ δ."""
    slope, curvature, best = _model(case)
    return slope**2, best * curvature


@tight("trpo-taylor-model", of=taylor_model_is_maximised_by_the_natural_gradient, reaches=1)
def along_the_step() -> Iterator[Batch]:
    """Along H⁺g itself."""
    policy, rows = exact([["1/4", "3/4"], ["1/8", "7/8"]]), (np.array([0, 1, 1]), np.array([0, 1, 0]))
    values = exact([1, -2, 3])
    weights, gradient = state_frequencies(rows[0], 2), batch_policy_gradient(policy, *rows, values)
    yield Batch(policy, *rows, values, softmax_natural_gradient(weights, policy, gradient), exact(1).item())
