"""The steps of the proof, each by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import numbers
from ...invariants.mdps import mdps, policies
from ...reference.advantage_estimation import n_step_advantage, td_errors
from ...reference.arithmetic import Array, exact
from ...reference.mdp import state_distributions, trajectories, trajectory_probability
from ...reference.tabular_mdp import TabularMDP
from ..evidence import Counterexample, counterexample, identity, inequality, tight
from .cases import Path, paths


@dataclass(frozen=True, eq=False, repr=False)
class Step(Case):
    """The last of some steps, g of its state and action as ``mdp.reward``, and f of the state it leads to ``[S]``."""

    mdp: TabularMDP
    policy: Array
    steps: int
    function: Array


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """Few enough trajectories to enumerate."""
    mdp = draw(mdps(max_states=2, max_actions=2))
    return Step(mdp, draw(policies(mdp)), draw(st.integers(1, 3)), draw(numbers((mdp.states,))))


@identity("telescoping-sum", cases=paths())
def differences_telescope(case: Path) -> tuple[Array, Array]:
    """Σ_{t<T} (γᵗ⁺¹ V(s_{t+1}) − γᵗ V(s_t)) = γᵀ V(s_T) − V(s_0): −V(s_0) is left where γᵀ V(s_T) → 0."""
    discounted = np.array([case.gamma**t * value for t, value in enumerate(case.values)])
    steps = len(case.rewards)
    return (discounted[1:] - discounted[:-1]).sum() + 0 * case.gamma, (
        case.gamma**steps * case.values[-1] - case.values[0]
    )


@inequality("telescoping-sum", cases=paths())
def remainder_vanishes(case: Path) -> tuple[Array, Array]:
    """|Σ_{t<T} (γᵗ⁺¹ V(s_{t+1}) − γᵗ V(s_t)) + V(s_0)| ≤ γᵀ max|V|, which tends to 0 for γ < 1 and bounded V."""
    left, _ = differences_telescope(case)
    return abs(left + case.values[0]), case.gamma ** len(case.rewards) * np.max(abs(case.values))


@tight("telescoping-sum", of=remainder_vanishes, reaches=1)
def a_constant_function_leaves_all_of_it() -> Iterator[Path]:
    """V = 1 on a path of 5 steps."""
    yield Path(exact([0] * 5), exact([1] * 6), exact("7/8").item())


@counterexample("telescoping-sum")
def terms_that_do_not_vanish() -> Counterexample:
    """Without discounting V = 1 stays: every difference is 0, and so is their sum."""
    left, _ = differences_telescope(Path(exact([0] * 5), exact([1] * 6), exact(1).item()))
    return Counterexample("γ = 1, V = 1", ("Σ [γᵗ⁺¹V(s_{t+1}) − γᵗV(s_t)]", left), "≠", ("−V(s_0)", exact(-1).item()))


@identity("pdl-proof-pathwise", cases=paths())
def td_errors_telescope_on_every_path(case: Path) -> tuple[Array, Array]:
    """Σ_{t<T} γᵗ (r_t + γV(s_{t+1}) − V(s_t)) = Σ_{t<T} γᵗ r_t + γᵀ V(s_T) − V(s_0), for every V: no mean is taken."""
    going = np.zeros(len(case.rewards), dtype=bool)
    before, after, weight = case.values[:-1], case.values[1:], case.gamma**0
    errors = td_errors(case.rewards, before, after, going, gamma=case.gamma)
    total = 0 * case.gamma
    for error in errors:
        total, weight = total + weight * error, weight * case.gamma
    if not len(errors):
        return total, 0 * case.gamma
    return total, n_step_advantage(case.rewards, before, after, going, going, n=len(errors), gamma=case.gamma)[0]


@identity("tower-property-steps", cases=steps())
def conditioning_on_the_step(case: Step) -> tuple[Array, Array]:
    """E[g(s_t, a_t) f(s_{t+1})] = E[g(s_t, a_t) E[f(s_{t+1}) | s_t, a_t]]: over all trajectories, and by p_t, π, P."""
    mdp, policy = case.mdp, case.policy
    total = 0 * mdp.discount
    for trajectory in trajectories(mdp, case.steps):
        g = mdp.reward[trajectory.states[-2], trajectory.actions[-1]]
        total += trajectory_probability(mdp, policy, trajectory) * g * case.function[trajectory.states[-1]]
    here = state_distributions(mdp, policy, case.steps)[-1]
    return total, (here[:, None] * policy * mdp.reward * (mdp.transition @ case.function)).sum()


@counterexample("tower-property-steps")
def the_inner_expectation_is_conditional() -> Counterexample:
    """Read without its condition, E_x f = E_x E_x f breaks: g and f depend on each other through the action."""
    mdp = TabularMDP(
        exact([[[0, 1], [1, 0]], [[0, 1], [1, 0]]]), exact([[1, 0], [1, 0]]), exact([1, 0]), exact(0).item()
    )
    policy, f = exact([["1/2", "1/2"], ["1/2", "1/2"]]), exact([0, 1])
    joint, _ = conditioning_on_the_step(Step(mdp, policy, 1, f))
    arrival = state_distributions(mdp, policy, 2)[1] @ f
    return Counterexample(
        "a₀ leads to s₁, a₁ to s₀, with 1/2 each; g = 1[a = a₀], f = 1[s' = s₁]",
        ("E[g(s, a) E f(s')]", (policy * mdp.reward).sum(axis=1)[0] * arrival),
        "≠",
        ("E[g(s, a) f(s')]", joint),
    )
