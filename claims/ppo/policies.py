"""The objective of a policy in a process: ratios, the first gradient, bounds, and the divergence nobody bounds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...invariants.mdps import OnePolicy, TwoPolicies, one_policy, two_policies
from ...reference.arithmetic import Array, Scalar, exact, log, solve
from ...reference.extrema import largest
from ...reference.kl import categorical_kl
from ...reference.policy_evaluation import advantages, performance, policy_transition, state_values
from ...reference.ppo import (
    clipped_objective,
    clipped_objective_derivatives,
    penalised_objective,
    probability_ratio,
)
from ...reference.tabular_mdp import TabularMDP
from ...reference.visitation import visitation
from ..evidence import Counterexample, counterexample, identity, inequality, tight

FULL_SUPPORT = two_policies(positive=True, max_states=3)


def average(case: TwoPolicies, table: Array) -> Scalar:
    """E_{s ~ d_old, a ~ π_old} of a table ``[S, A]``."""
    return (visitation(case.mdp, case.old)[:, None] * case.old * table).sum()


def clipped_surrogate(case: TwoPolicies, clip_range: Scalar) -> Scalar:
    """L(π) = E min(ρ A_old, clip(ρ) A_old) over d_old and π_old."""
    gain = advantages(case.mdp, case.old)
    return average(case, clipped_objective(case.new / case.old, gain, clip_range=clip_range))


def theorem_coefficient(case: TwoPolicies) -> Scalar:
    """C = 4εγ/(1−γ)², ε = max |A_old|."""
    size = largest(np.abs(advantages(case.mdp, case.old)).ravel()).item()
    return 4 * size * case.mdp.discount / (1 - case.mdp.discount) ** 2


def tug(reward: int = 1, gamma: str = "1/2", shift: str = "1/64") -> TwoPolicies:
    """X {a₀ → Y, a₁ → X}, Y absorbing, rewards ±r for the actions; a step of ``shift`` to a₀ at X and to a₁ at Y."""
    transition = exact([[[0, 1], [1, 0]], [[0, 1], [0, 1]]])
    mdp = TabularMDP(transition, exact([[reward, -reward]] * 2), exact([1, 0]), exact(gamma).item())
    half, step = exact("1/2").item(), exact(shift).item()
    new = exact([[half + step, half - step], [half - step, half + step]])
    return TwoPolicies(mdp, exact([[half, half]] * 2), new)


@identity("ppo-ratio", cases=FULL_SUPPORT)
def ratio_is_the_exponential_of_a_difference(case: TwoPolicies) -> tuple[Array, Array]:
    """exp(log π − log π_old) = π/π_old, and E_{a ~ π_old} ρ = 1 at every state where π_old > 0 on all actions."""
    new = np.where(case.new == 0, case.old, case.new)
    by_logarithms = probability_ratio(log(new), log(case.old))
    return np.stack([by_logarithms, case.old * case.new / case.old]), np.stack([new / case.old, case.new])


@counterexample("ppo-ratio")
def no_ratio_where_the_old_policy_never_goes() -> Counterexample:
    """On an action that π_old never takes there is no ratio, and no sample of it: the mean of ρ falls short of 1."""
    old, new = exact([1, 0]), exact(["1/2", "1/2"])
    sampled = old > 0
    return Counterexample(
        "π_old = (1, 0), π = (1/2, 1/2)",
        ("Σ_{a: π_old > 0} π_old ρ", (old[sampled] * (new[sampled] / old[sampled])).sum()),
        "<",
        ("Σ_a π", new.sum()),
    )


@identity("ppo-first-minibatch-gradient", cases=one_policy(positive=True, max_states=3))
def first_gradient_is_the_policy_gradient(case: OnePolicy) -> tuple[Array, Array]:
    """∂L/∂θ at θ_old = (1−γ) ∂J/∂θ for exact A, d and ε > 0; the right side by differentiating V = r_π + γP_πV."""
    mdp, policy = case.mdp, case.policy
    ones, epsilon = exact(np.ones_like(policy, dtype=int)), exact("1/4").item()
    slopes = clipped_objective_derivatives(ones, advantages(mdp, policy), clip_range=epsilon)
    identity_matrix = exact(np.eye(mdp.actions, dtype=int))
    jacobian = policy[:, :, None] * (identity_matrix - policy[:, None, :])
    weights = visitation(mdp, policy)[:, None]
    left = [weights * np.einsum("sab,sa->sb", jacobian, slope) for slope in slopes]
    backup = mdp.reward + mdp.discount * mdp.transition @ state_values(mdp, policy)
    bellman = exact(np.eye(mdp.states, dtype=int)) - mdp.discount * policy_transition(mdp, policy)
    right = np.empty_like(policy)
    for state, action in np.ndindex(policy.shape):
        change = 0 * mdp.initial
        change[state] = jacobian[state, :, action] @ backup[state]
        right[state, action] = (1 - mdp.discount) * (mdp.initial @ solve(bellman, change))
    return np.stack(left), np.stack([right, right])


@inequality("ppo-pessimistic-bound", cases=FULL_SUPPORT)
def clipped_surrogate_is_below_the_surrogate(case: TwoPolicies) -> tuple[Array, Array]:
    """E min(ρA, clip(ρ)A) ≤ E ρA."""
    surrogate = average(case, case.new / case.old * advantages(case.mdp, case.old))
    return np.asarray(clipped_surrogate(case, exact("1/4").item())), np.asarray(surrogate)


@tight("ppo-pessimistic-bound", of=clipped_surrogate_is_below_the_surrogate, reaches=1)
def a_step_inside_the_interval() -> Iterator[TwoPolicies]:
    """No ratio leaves the interval, so nothing is clipped."""
    case = tug()
    yield TwoPolicies(case.mdp, case.old, exact([["33/64", "31/64"], ["33/64", "31/64"]]))


@counterexample("ppo-pessimistic-bound")
def pessimistic_about_the_surrogate_alone() -> Counterexample:
    """The clipped objective bounds the surrogate, not the performance: it promises a gain, and performance falls."""
    transition = exact([[[1, 0], [0, 1]], [[0, 1], [0, 1]]])
    mdp = TabularMDP(transition, exact([[0, 1], [0, -1]]), exact([1, 0]), exact("1/2").item())
    case = TwoPolicies(mdp, exact([["3/4", "1/4"]] * 2), exact([["11/16", "5/16"], ["5/8", "3/8"]]))
    change = performance(mdp, case.new) - performance(mdp, case.old)
    return Counterexample(
        "s₀ {stay: 0, go: 1 → s₁}, s₁ {0, −1}, γ = 1/2; π_old = 1/4 for go and for −1, π = 5/16 and 3/8; ε = 1/5",
        ("E min(ρA, clip(ρ)A)", clipped_surrogate(case, exact("1/5").item())),
        ">",
        ("(1−γ)(J(π) − J(π_old))", (1 - mdp.discount) * change),
    )


@identity("ppo-kl-penalty-objective", cases=FULL_SUPPORT)
def penalty_in_units_of_the_normalised_objective(case: TwoPolicies) -> tuple[Array, Array]:
    """(1−γ)(E_ρ ρ̂A − C max KL) = E_d (ρ̂A − (1−γ)C max KL) for unnormalised ρ, d = (1−γ)ρ and the ratio ρ̂."""
    discount, gain = case.mdp.discount, advantages(case.mdp, case.old)
    blended = (case.old + case.new) / 2
    divergence = largest(categorical_kl(case.old, blended)).item()
    constant = theorem_coefficient(case)
    weights = visitation(case.mdp, case.old) / (1 - discount)
    theorem = (weights[:, None] * blended * gain).sum() - constant * divergence
    printed = penalised_objective(blended / case.old, gain, divergence, coefficient=(1 - discount) * constant)
    return np.asarray(average(case, printed)), np.asarray((1 - discount) * theorem)


@inequality("ppo-kl-penalty-objective", cases=FULL_SUPPORT)
def rescaled_penalty_covers_the_error(case: TwoPolicies) -> tuple[Array, Array]:
    """E_d ρA − (1−γ)(J(π) − J(π_old)) ≤ (1−γ) C max_s KL(π_old ‖ π), C = 4εγ/(1−γ)²: half of C is enough."""
    discount, blended = case.mdp.discount, (case.old + case.new) / 2
    surrogate = average(case, blended / case.old * advantages(case.mdp, case.old))
    change = performance(case.mdp, blended) - performance(case.mdp, case.old)
    divergence = largest(categorical_kl(case.old, blended)).item()
    penalty = (1 - discount) * theorem_coefficient(case) * divergence
    return np.asarray(surrogate - (1 - discount) * change), np.asarray(penalty)


@tight("ppo-kl-penalty-objective", of=rescaled_penalty_covers_the_error, reaches="499/1000")
def a_tug_with_little_discount() -> Iterator[TwoPolicies]:
    """The ratio of the tug-of-war goes to ((1−γ)/(1−γ/2))²/2 as the step shrinks, and to 1/2 with γ."""
    for gamma, shift in (("1/2", "1/64"), ("1/1024", "1/64"), ("1/65536", "1/1024")):
        yield tug(gamma=gamma, shift=shift)


@counterexample("ppo-kl-penalty-objective")
def unscaled_penalty_forbids_a_certain_gain() -> Counterexample:
    """With E over the normalised d, the theorem's C is too large by 1/(1−γ): it forbids what the theorem promises."""
    mdp = TabularMDP(exact([[[1], [1]]]), exact([[1, -1]]), exact([1]), exact("1/2").item())
    case = TwoPolicies(mdp, exact([["1/2", "1/2"]]), exact([["11/16", "5/16"]]))
    gain, constant = advantages(mdp, case.old), theorem_coefficient(case)
    divergence = categorical_kl(case.old, case.new)
    as_written, rescaled = (
        average(case, penalised_objective(case.new / case.old, gain, divergence, coefficient=factor * constant))
        for factor in (1, 1 - mdp.discount)
    )
    assert rescaled > 0 > as_written, f"{rescaled} and {as_written} agree on the step"
    return Counterexample(
        "one state, r = ±1, γ = 1/2, π_old = 1/2, π = 11/16",
        ("E ρA − C KL", as_written),
        "<",
        ("E ρA − (1−γ) C KL, a lower bound on (1−γ)(J(π) − J(π_old))", rescaled),
    )


@counterexample("ppo-no-kl")
def clipping_bounds_no_divergence() -> Counterexample:
    """Without a penalty nothing bounds the divergence: as good as the end of the interval is a policy far away."""
    old, epsilon = exact(["1/2", "1/2"]), exact("1/5").item()
    near, far = exact(["3/5", "2/5"]), exact([f"{2**40 - 1}/{2**40}", f"1/{2**40}"])
    objective = [clipped_objective(new[:1] / old[:1], exact([1]), clip_range=epsilon).item() for new in (near, far)]
    assert objective[0] == objective[1], f"{objective[0]} and {objective[1]} differ"
    divergences = [categorical_kl(old, new).item() for new in (near, far)]
    return Counterexample(
        "one state, π_old(a₁) = 1/2, only a₁ sampled, Â = 1, ε = 1/5; π(a₁) = 3/5 or 1 − 2⁻⁴⁰, objective 6/5 for both",
        ("KL(π_old ‖ π) on the end of the interval, times 600", 600 * divergences[0]),
        "<",
        ("KL(π_old ‖ π) of another maximiser", divergences[1]),
    )
