"""The three forms of GAE: weighted average, discounted sum, and the reductions at the corners of (γ, λ)."""

from __future__ import annotations

from dataclasses import replace

from ...reference.advantage_estimation import n_step_advantage, td_error_sum, td_errors, weighted_average
from ...reference.arithmetic import exact
from ..comparison import Comparison
from ..invariant import Class
from .estimator import GAE_2016, SUTTON_BARTO_2018, Estimate, statement
from .strategies import Trajectories

ZERO, ONE = exact(0).item(), exact(1).item()


@statement(
    kind=Class.DEFINITION,
    formula=r"\hat A_t = (1-\lambda)\sum_{n=1}^{m-1} \lambda^{n-1} \Psi_{(n)} + \lambda^{m-1} \Psi_{(m)}",
    sources=(f"{GAE_2016}, eq. 16", f"{SUTTON_BARTO_2018}, eq. 12.3"),
    claims=("gae-definition", "gae-truncated", "psi-nstep"),
    rejects="lambda-left-out-of-the-tail",
)
def equals_weighted_average(estimate: Estimate, case: Trajectories) -> Comparison:
    """GAE is the λ-weighted average of the n-step advantages; the longest known one carries the rest."""
    return estimate.against(weighted_average(*case.batch, **case.factors), case, "estimate and weighted average")


@statement(
    kind=Class.THEOREM,
    formula=r"\hat A_t = \sum_{l=0}^{m-1} (\gamma\lambda)^l \delta_{t+l}",
    sources=(f"{GAE_2016}, eq. 16",),
    claims=("gae-equivalent-form", "gae-truncated"),
    rejects="bootstrap-from-own-state",
)
def equals_td_error_sum(estimate: Estimate, case: Trajectories) -> Comparison:
    """GAE is the (γλ)-discounted sum of temporal-difference errors to the end of the episode."""
    return estimate.against(td_error_sum(*case.batch, **case.factors), case, "estimate and sum of TD errors")


@statement(
    kind=Class.THEOREM,
    formula=r"\lambda = 0:\quad \hat A_t = \delta_t",
    sources=(f"{GAE_2016}, eq. 17",),
    claims=("gae-lambda-0", "psi-1step"),
    rejects="lambda-left-out-of-the-tail",
)
def at_lambda_0_is_the_td_error(estimate: Estimate, case: Trajectories) -> Comparison:
    """With λ = 0 only the TD error of the step itself remains."""
    case = replace(case, lam=ZERO)
    errors = td_errors(case.rewards, case.values, case.next_values, case.terminated, gamma=case.gamma)
    return estimate.against(errors, case, "estimate at λ = 0 and TD error")


@statement(
    kind=Class.THEOREM,
    formula=r"\lambda = 1:\quad \hat A_t = \sum_{l<m} \gamma^l r_{t+l} + \gamma^m V(s_{t+m}) - V(s_t)",
    sources=(f"{GAE_2016}, eq. 18",),
    claims=("gae-lambda-1", "psi-mc"),
    rejects="last-bootstrap-undiscounted",
)
def at_lambda_1_is_the_longest_estimate(estimate: Estimate, case: Trajectories) -> Comparison:
    """With λ = 1 only the longest n-step advantage remains: Monte Carlo where the episode terminated."""
    case = replace(case, lam=ONE)
    longest = n_step_advantage(*case.batch, n=len(case.rewards), gamma=case.gamma)
    return estimate.against(longest, case, "estimate at λ = 1 and longest n-step advantage")


@statement(
    kind=Class.THEOREM,
    formula=r"\gamma = 0:\quad \hat A_t = r_t - V(s_t)",
    sources=(f"{GAE_2016}, eq. 16",),
    claims=("gae-equivalent-form",),
    rejects="last-bootstrap-undiscounted",
)
def at_gamma_0_sees_one_reward(estimate: Estimate, case: Trajectories) -> Comparison:
    """With γ = 0 nothing that comes later counts."""
    case = replace(case, gamma=ZERO)
    return estimate.against(case.rewards - case.values, case, "estimate at γ = 0 and r − V")
