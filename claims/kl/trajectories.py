"""Claims about the divergence of trajectory laws, each law enumerated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...invariants.mdps import TwoPolicies
from ...reference.arithmetic import Array, exact
from ...reference.kl import (
    average_visitation,
    categorical_kl,
    expectation,
    killed_trajectory_kl,
    mean_kl,
    trajectory_kl,
)
from ...reference.policy_evaluation import policy_transition
from ...reference.tabular_mdp import TabularMDP
from ...reference.visitation import visitation
from ..evidence import Counterexample, counterexample, fact, identity
from .cases import supported

HORIZON = 3


def trajectory_law(mdp: TabularMDP, policy: Array, horizon: int) -> Array:
    """P(s₀, a₀, …, s_{H−1}, a_{H−1}) of every trajectory of H steps, flat."""
    law = mdp.initial[:, None] * policy
    for _ in range(horizon - 1):
        law = law.reshape(-1, mdp.states, mdp.actions)
        law = (law[..., None] * mdp.transition)[..., None] * policy
    return np.asarray(law.reshape(-1))


def killed_law(mdp: TabularMDP, policy: Array, horizon: int) -> Array:
    """The law of trajectories that end with probability 1 − γ after each step, and for certain after H steps."""
    ended = [
        mdp.discount**step * (1 - mdp.discount) * trajectory_law(mdp, policy, step + 1) for step in range(horizon - 1)
    ]
    return np.concatenate([*ended, mdp.discount ** (horizon - 1) * trajectory_law(mdp, policy, horizon)])


def chain(new: str = "1/4", discount: str = "1/2") -> TwoPolicies:
    """s₀ → s₁, absorbing; the policies differ at s₀ alone, (½, ½) and (x, 1 − x)."""
    go = [[0, 1], [0, 1]]
    share = exact(new).item()
    mdp = TabularMDP(exact([go, go]), exact([[0, 0], [0, 0]]), exact([1, 0]), exact(discount).item())
    half = exact(["1/2", "1/2"])
    return TwoPolicies(mdp, np.array([half, half]), np.array([[share, 1 - share], half], dtype=object))


@identity("kl-trajectory-finite-horizon", cases=supported())
def chain_rule(case: TwoPolicies) -> tuple[Array, Array]:
    """KL of the enumerated laws of H steps = Σ_{h<H} E_{s ~ Pₕ} KL(π_old‖π_new)."""
    laws = [trajectory_law(case.mdp, policy, HORIZON) for policy in (case.old, case.new)]
    return categorical_kl(laws[0], laws[1]), trajectory_kl(case.mdp, case.old, case.new, horizon=HORIZON)


@identity("kl-trajectory-discounted", "kl-trajectory-finite-horizon", cases=supported())
def undiscounted_sum_is_horizon_times_average(case: TwoPolicies) -> tuple[Array, Array]:
    """KL of the enumerated laws of H steps = H E_{s ~ d_H} KL, d_H the average of P₀ … P_{H−1}, by its own sum."""
    laws = [trajectory_law(case.mdp, policy, HORIZON) for policy in (case.old, case.new)]
    visits = trajectory_law(case.mdp, case.old, HORIZON).reshape((case.mdp.states, case.mdp.actions) * HORIZON)
    axes = range(2 * HORIZON)
    average = (
        sum(visits.sum(axis=tuple(axis for axis in axes if axis != 2 * step)) for step in range(HORIZON)) / HORIZON
    )
    return categorical_kl(laws[0], laws[1]), HORIZON * expectation(average, categorical_kl(case.old, case.new))


@identity("kl-trajectory-discounted", cases=supported())
def killed_trajectories(case: TwoPolicies) -> tuple[Array, Array]:
    """1/(1−γ) E_d KL is the KL of trajectories killed at rate 1 − γ: H steps enumerated, then γᴴ of it from P_H."""
    mdp = case.mdp
    laws = [killed_law(mdp, policy, HORIZON) for policy in (case.old, case.new)]
    reached = mdp.initial
    for _ in range(HORIZON):
        reached = reached @ policy_transition(mdp, case.old)
    rest = killed_trajectory_kl(replace(mdp, initial=reached), case.old, case.new)
    whole = killed_trajectory_kl(mdp, case.old, case.new)
    return categorical_kl(laws[0], laws[1]) + mdp.discount**HORIZON * rest, whole


@counterexample("kl-trajectory-discounted")
def horizon_is_not_the_effective_horizon() -> Counterexample:
    """One state, H = 3, γ = 1/2: a sum of three equal terms is not 1/(1−γ) = 2 of them."""
    mdp = TabularMDP(exact([[[1], [1]]]), exact([[0, 0]]), exact([1]), exact("1/2").item())
    old, new = exact([["1/2", "1/2"]]), exact([["1/4", "3/4"]])
    return Counterexample(
        "one state, π_old = (1/2, 1/2), π_new = (1/4, 3/4), H = 3, γ = 1/2",
        ("1/(1−γ) E_d KL = 2k", killed_trajectory_kl(mdp, old, new)),
        "<",
        ("E Σ_{h<3} ln(π_old/π_new) = 3k", trajectory_kl(mdp, old, new, horizon=3)),
    )


@fact("kl-trajectory-discounted")
def undiscounted_divergence_diverges() -> str:
    """The KL of undiscounted trajectories grows by k with every step, beyond any bound."""
    mdp = TabularMDP(exact([[[1], [1]]]), exact([[0, 0]]), exact([1]), exact("1/2").item())
    old, new = exact([["1/2", "1/2"]]), exact([["1/4", "3/4"]])
    long = trajectory_kl(mdp, old, new, horizon=1000)
    assert long > 143
    return f"KL of 1000 steps: {long}"


@fact("kl-trajectory-finite-horizon")
def absolute_continuity_is_needed_on_visited_states_only() -> str:
    """π_new drops an action of π_old: harmless where π_old never goes, infinite where it does."""
    case = chain()
    hole = np.array([case.old[0], exact([1, 0])])
    away = replace(case.mdp, transition=exact([[[1, 0], [1, 0]], [[0, 1], [0, 1]]]))
    assert trajectory_kl(away, case.old, hole, horizon=5) == 0
    assert mean_kl(away, case.old, hole) == 0
    assert not trajectory_kl(case.mdp, case.old, hole, horizon=2).is_finite()
    return "0 where the state is not visited, ∞ where it is"


@counterexample("kl-expectation-state-distribution")
def state_distribution_matters() -> Counterexample:
    """Which states E runs over changes the number: d_new in place of TRPO's d_old."""
    one, half = exact(1).item(), exact("1/2").item()
    mdp = TabularMDP(exact([[[1, 0], [0, 1]], [[0, 1], [0, 1]]]), exact([[0, 0], [0, 0]]), exact([1, 0]), half)
    old = exact([["1/2", "1/2"], ["1/2", "1/2"]])
    new = np.array([exact(["1/4", "3/4"]), old[1]])
    kl = categorical_kl(old, new)
    weights = visitation(mdp, new)
    assert weights.sum() == one
    return Counterexample(
        "s₀ {stay, go → s₁}, s₁ absorbing, μ = s₀, γ = 1/2, π_old = (1/2, 1/2), π_new(s₀) = (1/4, 3/4)",
        ("E_{d_new} KL(π_old‖π_new)", expectation(weights, kl)),
        "<",
        ("E_{d_old} KL(π_old‖π_new)", mean_kl(mdp, old, new)),
    )


@counterexample("kl-second-order-summary")
def average_over_steps_is_not_discounted_average() -> Counterexample:
    """(1/H) KL of three steps is k/3, E_d KL at γ = 1/2 is k/2, and so are their quadratic terms: a third, a half."""
    case = chain("511/1024")
    d_h = average_visitation(case.mdp, case.old, horizon=3)
    assert (d_h == exact(["1/3", "2/3"])).all()
    assert (visitation(case.mdp, case.old) == exact(["1/2", "1/2"])).all()
    return Counterexample(
        "s₀ → s₁ absorbing, π_old = (1/2, 1/2), π_new(s₀) = (511/1024, 513/1024), H = 3, γ = 1/2",
        ("E_{d_μ} KL(π_old‖π_new) = ½ Δᵀ F_{d_μ} Δ + O(Δ³)", mean_kl(case.mdp, case.old, case.new)),
        ">",
        ("(1/H) KL of the trajectories", trajectory_kl(case.mdp, case.old, case.new, horizon=3) / 3),
    )
