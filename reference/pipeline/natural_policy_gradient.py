"""The natural policy gradient of a softmax table as a loop."""

from __future__ import annotations

from ..arithmetic import Array, Scalar
from ..domain import domain
from ..natural_gradient import natural_policy_gradient_update
from ..tabular_mdp import TabularMDP, validate_policy

__all__ = ["natural_policy_gradient"]


@domain(mdp="one", policy="one", iterations="≥ 0")
def natural_policy_gradient(mdp: TabularMDP, policy: Array, *, step: Scalar, iterations: int) -> list[Array]:
    """π₀ … π_K with θ_{k+1} = θ_k + η F(θ_k)⁺ ∇J(θ_k), as policies; J(π_k) never falls, whatever η > 0.

    Kakade (2001), "A natural policy gradient"; Agarwal, Kakade, Lee and Mahajan (2021), lemmas 15 and 17.

    Raises
    ------
    InvalidPolicyError: the policy is none.
    """
    policies = [validate_policy(mdp, policy)]
    for _ in range(iterations):
        policies.append(natural_policy_gradient_update(mdp, policies[-1], step))
    return policies
