"""What a wrong critic does to the mean of an estimate."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...reference.advantage_estimation import bias_bound, estimate_mean
from ...reference.arithmetic import Array, exact
from ...reference.policy_evaluation import advantages, policy_transition
from ...reference.tabular_mdp import TabularMDP
from ..evidence import Counterexample, counterexample, identity, inequality, tight
from .cases import (
    Critic,
    critics,
    gae_by_enumeration,
    n_step_by_enumeration,
    single_state,
    true_advantages,
)


def n_step_bias(case: Critic) -> Array:
    """E[Ψ₍T₎ | s, a] − (Q^π − V), ``[S, A]``."""
    one = case.lam**0
    mean = estimate_mean(case.mdp, case.policy, case.values, lam=one, steps=case.steps)
    return np.asarray(mean - true_advantages(case))


def chain() -> Critic:
    """A walk s₀ → s₁ → s₂ without reward, whose critic is wrong, by 1, at s₂ alone."""
    transition = exact([[[0, 1, 0]], [[0, 0, 1]], [[0, 0, 1]]])
    half = exact("1/2").item()
    mdp = TabularMDP(transition, exact([[0], [0], [0]]), exact([1, 0, 0]), half)
    return Critic(mdp, exact([[1], [1], [1]]), exact([0, 0, 1]), half, half, 1)


@identity("psi-mc-bias-zero", cases=critics())
def monte_carlo_misses_by_the_baseline(case: Critic) -> tuple[Array, Array]:
    """E[Ψ₍∞₎|s, a] = A^π(s, a) + V^π(s) − V(s): right for the target y = Ψ + V, not for A^π."""
    mean = estimate_mean(case.mdp, case.policy, case.values, lam=case.lam**0)
    return mean, advantages(case.mdp, case.policy) - case.wrong_by[:, None]


@identity("psi-mc-bias-zero", cases=critics())
def monte_carlo_leaves_the_policy_gradient_alone(case: Critic) -> tuple[Array, Array]:
    """Σ_a ∂π(a|s)/∂θ_b E[Ψ₍∞₎|s, a] = π(b|s) A^π(s, b) for a softmax: the critic's error is a baseline."""
    mean = estimate_mean(case.mdp, case.policy, case.values, lam=case.lam**0)
    identity_matrix = exact(np.eye(case.mdp.actions, dtype=int))
    derivative = case.policy[:, :, None] * (identity_matrix - case.policy[:, None, :])
    return np.einsum("sab,sa->sb", derivative, mean), case.policy * advantages(case.mdp, case.policy)


@counterexample("psi-mc-bias-zero")
def monte_carlo_is_biased_as_an_advantage() -> Counterexample:
    """With V = 0 the Monte Carlo estimate is the return, and the only action there is has no advantage."""
    case = single_state()
    return Counterexample(
        "one state, one action, r = 1, γ = 1/2, V = 0",
        ("E Ψ₍∞₎", estimate_mean(case.mdp, case.policy, case.values, lam=case.lam**0).item()),
        "≠",
        ("A^π", advantages(case.mdp, case.policy).item()),
    )


@identity("psi-bias-ordering", cases=critics())
def n_step_bias_is_the_discounted_error_where_it_bootstraps(case: Critic) -> tuple[Array, Array]:
    """E Ψ₍ₙ₎ − (Q^π − V) = γⁿ E[(V − V^π)(s_n)], the left side over all rollouts."""
    error = case.wrong_by
    for _ in range(case.steps - 1):
        error = policy_transition(case.mdp, case.policy) @ error
    bias = n_step_by_enumeration(case)[0] - true_advantages(case)[0, 0]
    return bias, case.mdp.discount**case.steps * (case.mdp.transition[0, 0] @ error)


@inequality("psi-bias-ordering", cases=critics(max_steps=6))
def n_step_bias_is_at_most(case: Critic) -> tuple[Array, Array]:
    """|E Ψ₍ₙ₎ − (Q^π − V)| ≤ γⁿ ‖V − V^π‖_∞: the bound, and only the bound, falls with n."""
    one = case.lam**0
    return np.abs(n_step_bias(case)), bias_bound(case.mdp, case.policy, case.values, lam=one, steps=case.steps)


@tight("psi-bias-ordering", of=n_step_bias_is_at_most, reaches=1)
def constant_error_n_steps_ahead() -> Iterator[Critic]:
    """A critic that errs by a constant errs as much wherever it bootstraps."""
    for steps in (1, 2, 5):
        yield single_state(value=3, steps=steps)


@counterexample("psi-bias-ordering")
def two_steps_can_be_worse_than_one() -> Counterexample:
    """A critic wrong only where two steps lead biases Ψ₍₂₎ and not Ψ₍₁₎."""
    case = chain()
    one = case.lam**0
    bias = [
        abs(estimate_mean(case.mdp, case.policy, case.values, lam=one, steps=n) - true_advantages(case))[0, 0]
        for n in (1, 2)
    ]
    return Counterexample(
        "s₀ → s₁ → s₂ without reward, γ = 1/2, V = (0, 0, 1)",
        ("|bias of Ψ₍₁₎|, said to be the highest", bias[0]),
        "<",
        ("|bias of Ψ₍₂₎| = γ²", bias[1]),
    )


@identity("gae-unbiased-exact-v", cases=critics())
def exact_critic_makes_gae_unbiased(case: Critic) -> tuple[Array, Array]:
    """V = V^π ⇒ E[Â|s, a] = A^π(s, a) for every λ and T: over all rollouts, and for T = ∞."""
    right, truth = case.right, advantages(case.mdp, case.policy)[0, 0]
    endless = estimate_mean(case.mdp, case.policy, right.values, lam=case.lam)[0, 0]
    return np.array([gae_by_enumeration(right)[0].item(), endless]), truth


@identity("gae-bias-bound", "gae-longer-rollouts", cases=critics())
def gae_bias_is_the_weighted_average_of_n_step_biases(case: Critic) -> tuple[Array, Array]:
    """E Â − (Q^π − V) = (1−λ) Σ_{n<T} λⁿ⁻¹ γⁿ E[e(s_n)] + λᵀ⁻¹ γᵀ E[e(s_T)], e = V − V^π, left over all rollouts."""
    error, gamma, lam = case.wrong_by, case.mdp.discount, case.lam
    total = 0 * lam
    for n in range(1, case.steps + 1):
        expected = gamma**n * (case.mdp.transition[0, 0] @ error)
        total += lam ** (n - 1) * ((1 - lam) * expected if n < case.steps else expected)
        error = policy_transition(case.mdp, case.policy) @ error
    return gae_by_enumeration(case)[0] - true_advantages(case)[0, 0], np.asarray(total)


@inequality("gae-bias-bound", cases=critics(max_states=4, max_actions=3))
def gae_bias_is_at_most(case: Critic) -> tuple[Array, Array]:
    """|E Â − (Q^π − V)| ≤ γ(1−λ)/(1−γλ) ‖V − V^π‖_∞ for endless rollouts."""
    mean = estimate_mean(case.mdp, case.policy, case.values, lam=case.lam)
    return np.abs(mean - true_advantages(case)), bias_bound(case.mdp, case.policy, case.values, lam=case.lam)


@tight("gae-bias-bound", of=gae_bias_is_at_most, reaches=1)
def constant_error_at_every_lambda() -> Iterator[Critic]:
    """A critic that errs by a constant."""
    for lam in ("0", "1/2", "15/16"):
        yield single_state(value=3, gamma="7/8", lam=lam)


@inequality("a2c-short-rollouts", "gae-longer-rollouts", cases=critics(max_steps=6))
def gae_bias_after_few_steps_is_at_most(case: Critic) -> tuple[Array, Array]:
    """|E Â − (Q^π − V)| ≤ (Σ_{n≤T} w_n γⁿ) ‖V − V^π‖_∞ for rollouts of T steps, the factor γᵀ at λ = 1."""
    choice = {"lam": case.lam, "steps": case.steps}
    mean = estimate_mean(case.mdp, case.policy, case.values, **choice)
    return np.abs(mean - true_advantages(case)), bias_bound(case.mdp, case.policy, case.values, **choice)


@tight("a2c-short-rollouts", "gae-longer-rollouts", of=gae_bias_after_few_steps_is_at_most, reaches=1)
def constant_error_in_short_rollouts() -> Iterator[Critic]:
    """A critic that errs by a constant."""
    for lam in ("0", "1/2", "1"):
        yield single_state(value=3, lam=lam, steps=4)
