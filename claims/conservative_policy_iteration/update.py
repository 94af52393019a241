"""Claims about the greedy selector and the mixture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...invariants.mdps import OnePolicy, TwoPolicies, one_policy, two_policies
from ...reference.arithmetic import Array, exact, log
from ...reference.conservative_policy_iteration import best_in_class, greedy_selector, mixture
from ...reference.extrema import largest
from ...reference.kl import categorical_kl, total_variation
from ...reference.performance_difference import expected_advantage
from ...reference.policy_evaluation import performance, policy_reward, policy_transition, state_values
from ...reference.surrogate import surrogate_advantage
from ..evidence import Counterexample, counterexample, fact, identity, inequality, tight
from .cases import Mixing, deterministic_policies, mixing, stay_or_go


@identity("cpi-greedy-selector", cases=one_policy(max_states=3))
def greedy_is_best_of_all_deterministic_policies(case: OnePolicy) -> tuple[Array, Array]:
    """L at the greedy table = the largest L of all A^S vertices of the set of policies."""
    vertices = [surrogate_advantage(case.mdp, case.policy, vertex) for vertex in deterministic_policies(case.mdp)]
    best = best_in_class(case.mdp, case.policy, deterministic_policies(case.mdp))
    greedy = greedy_selector(case.mdp, case.policy)
    found = [surrogate_advantage(case.mdp, case.policy, table) for table in (greedy, best)]
    return np.array(found), np.asarray(max(vertices))


@inequality("cpi-greedy-selector", cases=two_policies())
def no_policy_beats_greedy(case: TwoPolicies) -> tuple[Array, Array]:
    """L_old(π) − η(π_old) ≤ L_old(π') − η(π_old), π' greedy and π arbitrary."""
    greedy = greedy_selector(case.mdp, case.old)
    reached, most = (surrogate_advantage(case.mdp, case.old, table) for table in (case.new, greedy))
    return np.asarray(reached), np.asarray(most)


@tight("cpi-greedy-selector", of=no_policy_beats_greedy, reaches=1)
def another_maximiser() -> Iterator[TwoPolicies]:
    """The maximiser that does something else where π_old never is."""
    case = stay_or_go("1/2", "1")
    yield TwoPolicies(case.mdp, case.old, case.partner)


@counterexample("cpi-argmax-001")
def maximisers_differ() -> Counterexample:
    """Two maximisers of L_old, two performances: argmax is a set."""
    case = stay_or_go("1/2", "1")
    greedy = greedy_selector(case.mdp, case.old)
    assert surrogate_advantage(case.mdp, case.old, greedy) == surrogate_advantage(case.mdp, case.old, case.partner)
    return Counterexample(
        "s₀ {stay, go: +1 → s₁}, s₁ {0, −1} absorbing, μ = s₀, γ = 1/2, π_old = (stay, 0)",
        ("η of the maximiser (go, −1)", performance(case.mdp, case.partner)),
        "≠",
        ("η of the maximiser (go, 0)", performance(case.mdp, greedy)),
    )


@identity("cpi-mixture-update", cases=mixing())
def mixes_at_every_visit(case: Mixing) -> tuple[Array, Array]:
    """P_new = (1−α) P_old + α P', r_new likewise, rows sum to 1, and Ā_new = α Ā'."""
    mdp, alpha = case.mdp, case.alpha
    mixed = [
        (1 - alpha) * quantity(mdp, case.old) + alpha * quantity(mdp, case.partner)
        for quantity in (policy_transition, policy_reward)
    ]
    gain = alpha * expected_advantage(mdp, case.old, case.partner)
    found = policy_transition(mdp, case.new), policy_reward(mdp, case.new), expected_advantage(mdp, case.old, case.new)
    ones = np.ones(mdp.states, dtype=int)
    return (
        np.concatenate([part.reshape(-1) for part in (*found, case.new.sum(axis=-1))]),
        np.concatenate([part.reshape(-1) for part in (*mixed, gain, ones)]),
    )


@counterexample("cpi-mixture-update")
def not_a_mixture_of_trajectories() -> Counterexample:
    """To mix at every visit is not to draw one of the two policies for the whole trajectory."""
    case = stay_or_go("1/2", "1/2")
    whole = (performance(case.mdp, case.old) + performance(case.mdp, case.partner)) / 2
    return Counterexample(
        "s₀ {stay, go: +1 → s₁}, s₁ {0, −1} absorbing, γ = α = 1/2",
        ("(1−α) η(π_old) + α η(π')", whole),
        "<",
        ("η((1−α) π_old + α π')", performance(case.mdp, case.new)),
    )


@identity("cpi-incremental", cases=mixing())
def distance_is_the_weight_times_the_partners(case: Mixing) -> tuple[Array, Array]:
    """TV(π_new, π_old) = α TV(π', π_old) at every state, hence at most α."""
    return total_variation(case.new, case.old), case.alpha * total_variation(case.partner, case.old)


@inequality("cpi-incremental", cases=mixing())
def ratio_is_bounded(case: Mixing) -> tuple[Array, Array]:
    """π_old(a|s) (1−α) ≤ π_new(a|s): the ratio, and with it e^KL(π_old‖π_new), is at most 1/(1−α)."""
    return case.old * (1 - case.alpha), case.new


@tight("cpi-incremental", of=ratio_is_bounded, reaches=1)
def disjoint_supports() -> Iterator[Mixing]:
    """π' takes what π_old never takes: KL(π_old‖π_new) = −ln(1−α)."""
    yield stay_or_go("1/2", "1/8")


@inequality("cpi-incremental", cases=mixing(positive=True))
def divergence_is_bounded(case: Mixing) -> tuple[Array, Array]:
    """max_s KL(π_old‖π_new) ≤ −ln(1−α), of mixtures with α < 1."""
    if case.alpha == 1:
        case = replace(case, alpha=case.alpha / 2)
    return largest(categorical_kl(case.old, case.new)), -log(np.asarray(1 - case.alpha))


@tight("cpi-incremental", of=divergence_is_bounded, reaches="999/1000")
def nearly_disjoint_supports() -> Iterator[Mixing]:
    """π' repeats the action of π_old with probability 2⁻¹² only."""
    rare = exact("1/4096").item()
    case = stay_or_go("1/2", "1/8")
    row = np.array([rare, 1 - rare])
    yield replace(case, partner=np.array([row, row]))


@inequality("cpi-unrestricted-any-alpha", cases=mixing())
def every_weight_improves_every_state(case: Mixing) -> tuple[Array, Array]:
    """0 ≤ α Ā(s) ≤ V_new(s) − V_old(s) at every state, π' greedy."""
    case = replace(case, partner=greedy_selector(case.mdp, case.old))
    gain = case.alpha * expected_advantage(case.mdp, case.old, case.partner)
    assert np.all(gain >= 0)
    return gain, state_values(case.mdp, case.new) - state_values(case.mdp, case.old)


@tight("cpi-unrestricted-any-alpha", of=every_weight_improves_every_state, reaches=1)
def gain_that_leads_nowhere_better() -> Iterator[Mixing]:
    """Going pays once, and nothing more can be gained at s₁."""
    yield stay_or_go("1/2", "1")


@fact("cpi-unrestricted-any-alpha", cases=one_policy())
def full_step_is_policy_iteration(case: OnePolicy) -> None:
    """α = 1 replaces π_old by the greedy policy."""
    greedy = greedy_selector(case.mdp, case.policy)
    assert np.all(mixture(case.policy, greedy, exact(1).item()) == greedy)


@identity("cpi-memory-con", cases=mixing())
def mixtures_collapse_to_one_table(case: Mixing) -> tuple[Array, Array]:
    """After T updates π = Σ_k w_k π'_k, w_k = α Π_{j>k} (1−α): T+1 components, but one table of S·A numbers."""
    table, partners = case.old, [case.old]
    for _ in range(3):
        partners.append(greedy_selector(case.mdp, table))
        table = mixture(table, partners[-1], case.alpha)
    weights = [(1 - case.alpha) ** 3, *(case.alpha * (1 - case.alpha) ** (3 - k) for k in (1, 2, 3))]
    components = sum(weight * partner for weight, partner in zip(weights, partners, strict=True))
    return np.append(table, performance(case.mdp, table)), np.append(components, performance(case.mdp, components))
