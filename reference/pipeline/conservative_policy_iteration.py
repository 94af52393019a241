"""Conservative policy iteration as a loop."""

from __future__ import annotations

from ..arithmetic import Array, Scalar
from ..conservative_policy_iteration import greedy_selector, guaranteed_step, mixture
from ..domain import domain
from ..tabular_mdp import TabularMDP, validate_policy

__all__ = ["conservative_policy_iteration"]


@domain(mdp="one", policy="one", iterations="≥ 0")
def conservative_policy_iteration(
    mdp: TabularMDP, policy: Array, *, iterations: int
) -> tuple[list[Array], list[Scalar]]:
    """(π₀ … π_K, promised gains): π_{k+1} = (1−α_k) π_k + α_k π'_k, π'_k greedy and α_k the guaranteed step.

    J(π_{k+1}) − J(π_k) is at least the k-th gain, which is never negative; it is 0 where π_k is optimal wherever it
    goes. Kakade and Langford (2002), section 4, with exact advantages.

    Raises
    ------
    InvalidPolicyError: the policy is none.
    """
    policies, gains = [validate_policy(mdp, policy)], []
    for _ in range(iterations):
        partner = greedy_selector(mdp, policies[-1])
        alpha, gain = guaranteed_step(mdp, policies[-1], partner)
        policies.append(mixture(policies[-1], partner, alpha))
        gains.append(gain)
    return policies, gains
