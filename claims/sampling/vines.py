"""The vine: unbiased, of lower variance a root state but not a rollout, and dearer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...invariants.mdps import TwoPolicies, two_policies
from ...reference.arithmetic import Array, exact
from ...reference.sampling import (
    Draw,
    action_values_within,
    all_actions,
    expectation,
    one_action,
    outcomes,
    rollout_return,
    single_path,
    time_average_law,
    variance,
    vine,
)
from ...reference.tabular_mdp import TabularMDP
from ..evidence import Counterexample, counterexample, fact, identity, inequality, tight
from .cases import VineState, vine_states


def roots(case: TwoPolicies, count: int) -> Any:
    """The N states of a path under the old policy."""
    return lambda draw: [s for s, _, _ in single_path(draw, case.mdp, case.old, count)]


def estimate(case: TwoPolicies, steps: int) -> Any:
    """A rollout of T steps of the old policy from any state and action."""
    return lambda draw, state, action: rollout_return(draw, case.mdp, case.old, state, action, steps)


@identity("sampling-vine", cases=two_policies(positive=True, max_states=2, max_actions=2))
def vine_is_unbiased(case: TwoPolicies) -> tuple[Any, Any]:
    """E[vine] = Σ_s ρ(s) Σ_a π(a|s) Q_T(s, a), ρ the average law of the N roots.

    Roots from π_old, actions from q = π_old, plain weights π/q; N = 1, K = T = 2 and N = 2, K = T = 1, all outcomes.
    """

    def mean(root_states: int, count: int) -> Any:
        def program(draw: Draw) -> Any:
            return vine(draw, estimate(case, count), roots(case, root_states), case.new, case.old, count)

        return expectation(program)

    def truth(root_states: int, steps: int) -> Any:
        values = (case.new * action_values_within(case.mdp, case.old, steps)).sum(axis=1)
        return (time_average_law(case.mdp, case.old, root_states) * values).sum()

    return np.array([mean(1, 2), mean(2, 1)]), np.array([truth(1, 2), truth(2, 1)])


@identity("vine-all-actions", cases=vine_states())
def all_actions_are_unbiased(case: VineState) -> tuple[Any, Any]:
    """E[Σ_a π(a) Q̂(a)] = Σ_a π(a) Q(a): nothing is left to the choice of actions."""
    mean = expectation(lambda draw: all_actions(draw, case.estimate, case.target, 0))
    return mean, (case.target * case.action_values).sum()


def variances(case: VineState) -> tuple[Any, Any]:
    """Var of Σ_a π(a) Q̂(a), and of Q̂(a) for one a ~ π."""
    return (
        variance(lambda draw: all_actions(draw, case.estimate, case.target, 0)),
        variance(lambda draw: one_action(draw, case.estimate, case.target, 0)),
    )


@identity("vine-lower-variance", cases=vine_states())
def law_of_total_variance(case: VineState) -> tuple[Any, Any]:
    """All actions: Σ_a π(a)² Var Q̂(a). One action: Σ_a π(a) Var Q̂(a) + Var_π Q(a)."""
    noise = (case.values**2 * case.chances).sum(axis=1) - case.action_values**2
    mean = (case.target * case.action_values).sum()
    spread = (case.target * case.action_values**2).sum() - mean**2
    return np.array(variances(case)), np.array([(case.target**2 * noise).sum(), (case.target * noise).sum() + spread])


@inequality("vine-lower-variance", cases=vine_states())
def all_actions_vary_less(case: VineState) -> tuple[Any, Any]:
    """Var[Σ_a π(a) Q̂(a)] ≤ Var[Q̂(a), a ~ π] at one root state, with one rollout for each action."""
    return variances(case)


@tight("vine-lower-variance", of=all_actions_vary_less, reaches=1)
def a_policy_without_choice() -> Iterator[VineState]:
    """π = (1, 0): the rollouts of the other action count for nothing."""
    yield undecided()


def undecided() -> VineState:
    """π = (1, 0), and Q̂ is ±1 with variance 1 for both actions."""
    half = exact([["1/2", "1/2"]] * 2)
    return VineState(exact([1, 0]), half[0], half[0], exact([[1, -1], [1, -1]]), half)


@counterexample("vine-lower-variance")
def at_equal_cost() -> Counterexample:
    """Two rollouts either way: the single path spends both where they count."""
    case = undecided()

    def twice(draw: Draw) -> Any:
        return sum(one_action(draw, case.estimate, case.target, 0) for _ in range(2)) / exact(2).item()

    return Counterexample(
        "π = (1, 0), Var Q̂ = 1 for both actions, two rollouts",
        ("variance of the vine", variances(case)[0]),
        ">",
        ("variance of two single paths", variance(twice)),
    )


class Simulator:
    """A process that counts its steps, and how often it is put into a state other than the one that it is in."""

    def __init__(self, mdp: TabularMDP, policy: Array) -> None:
        self.mdp, self.policy, self.steps, self.resets, self.state = mdp, policy, 0, 0, -1

    def walk(self, draw: Draw, state: int, steps: int, action: int | None = None) -> list[int]:
        """The states of a rollout that begins in ``state``, the last one not left."""
        self.resets += state != self.state
        states = [state]
        for _ in range(steps):
            action = draw(self.policy[states[-1]]) if action is None else action
            states.append(draw(self.mdp.transition[states[-1], action]))
            action = None
        self.steps, self.state = self.steps + steps, states[-1]
        return states


@fact("vine-cost")
def what_a_vine_costs() -> str:
    """N roots, K actions, rollouts of T steps: N + NKT steps and 1 + NK resets. A path of N + T steps needs 1 reset.

    Counted on every outcome over a process whose states never repeat, so that each reset shows.
    """
    n, k, length, states = 2, 2, 2, 8
    onward = exact(np.eye(states, k=1, dtype=int) + np.diag(np.arange(states) == states - 1).astype(int))
    zero, policy = exact(np.zeros((states, 2), dtype=int)), exact([["1/2", "1/2"]] * states)
    mdp = TabularMDP(np.stack([onward, onward], axis=1), zero, onward[-1][::-1], exact("1/2").item())

    def by_vine(draw: Draw) -> tuple[int, int]:
        simulator = Simulator(mdp, policy)

        def rolled(draw: Draw, state: int, action: int) -> Any:
            simulator.walk(draw, state, length, action)
            return zero[0, 0]

        vine(draw, rolled, lambda draw: simulator.walk(draw, draw(mdp.initial), n)[:n], policy, policy, k)
        return simulator.steps, simulator.resets

    def by_path(draw: Draw) -> tuple[int, int]:
        simulator = Simulator(mdp, policy)
        simulator.walk(draw, draw(mdp.initial), n + length)
        return simulator.steps, simulator.resets

    path, vines = ({found for _, found in outcomes(program)} for program in (by_path, by_vine))
    assert path == {(n + length, 1)}, path
    assert vines == {(n + n * k * length, 1 + n * k)}, vines
    return f"{n + n * k * length} steps and {1 + n * k} resets against {n + length} and 1"
