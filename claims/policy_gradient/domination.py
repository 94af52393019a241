"""Gradient domination: a policy with a small gradient is nearly as good as the best one."""

from __future__ import annotations

from ...reference.arithmetic import Scalar, exact, sqrt
from ...reference.policy_gradient import (
    direct_domination_bound,
    softmax_domination_bound,
    softmax_gradient,
    suboptimality,
)
from ...reference.tabular_mdp import TabularMDP
from ..evidence import inequality, tight
from .cases import DomainPolicy, domain_policies


@inequality("gradient-domination", cases=domain_policies())
def direct_gradient_dominates(case: DomainPolicy) -> tuple[Scalar, Scalar]:
    """J(π*) − J(π) ≤ ‖d*/d_π‖_∞ max_π̄ ⟨π̄ − π, ∇_π J⟩."""
    return suboptimality(case.mdp, case.policy), direct_domination_bound(case.mdp, case.policy)


@tight("gradient-domination", of=direct_gradient_dominates, reaches=1)
def no_future() -> list[DomainPolicy]:
    """Attained where visitations agree: γ = 0, and actions that do not steer."""
    return [_bandit(2, "1/2", "0"), _bandit(3, "1/4", "7/8")]


@inequality("softmax-lojasiewicz", cases=domain_policies())
def softmax_gradient_dominates(case: DomainPolicy) -> tuple[Scalar, Scalar]:
    """min_s π(a*(s)|s) (J(π*) − J(π))/(√S ‖d*/d_π‖_∞) ≤ ‖∇_θ J‖₂."""
    gradient = softmax_gradient(case.mdp, case.policy)
    return softmax_domination_bound(case.mdp, case.policy), sqrt((gradient * gradient).sum()).item()


@tight("softmax-lojasiewicz", of=softmax_gradient_dominates, reaches="127/128")
def one_good_action_among_many() -> list[DomainPolicy]:
    """One state, one good action and A − 1 bad ones that share the rest of π: the ratio is √((A−1)/A)."""
    return [_bandit(actions, "1/2", "0") for actions in (2, 3, 8, 65)]


def _bandit(actions: int, chance: str, discount: str) -> DomainPolicy:
    """One state; action 0 pays 1 and has this chance, the others pay 0 and share the rest."""
    best = exact(chance).item()
    rest = [(1 - best) / (actions - 1)] * (actions - 1)
    reward = [1, *[0] * (actions - 1)]
    mdp = TabularMDP(exact([[[1]] * actions]), exact([reward]), exact([1]), exact(discount).item())
    return DomainPolicy(mdp, exact([[best, *rest]]))
