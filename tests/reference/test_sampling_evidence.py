"""Evidence about sampling rejects wrong oracles."""

from __future__ import annotations

import pytest
from policyproof.claims.sampling import off_policy as off_policy_claims
from policyproof.claims.sampling import self_normalisation, single_paths, vines, visitation
from policyproof.reference.sampling import (
    MissingSupportError,
)

WRONG = [
    (
        visitation.on_policy_states_have_the_average_law,
        visitation,
        "time_average_law",
        lambda f: lambda m, p, n: f(m, p, n + 1),
    ),
    (visitation.covariance_of_neighbours, visitation, "two_step_covariance", lambda f: lambda m, p, t: 2 * f(m, p, t)),
    (
        single_paths.rollouts_of_a_few_steps,
        single_paths,
        "action_values_within",
        lambda f: lambda m, p, n: f(m, p, n + 1),
    ),
    (vines.vine_is_unbiased, vines, "time_average_law", lambda f: lambda m, p, n: f(m, p, 3)),
    (vines.all_actions_vary_less, vines, "all_actions", lambda f: lambda d, e, p, s: 2 * f(d, e, p, s)),
    (
        self_normalisation.gradient_falls_short,
        self_normalisation,
        "self_normalised_logit_gradient",
        lambda f: lambda *a: 2 * f(*a),
    ),
    (
        self_normalisation.constants_pass_through,
        self_normalisation,
        "self_normalised",
        lambda f: lambda w, v: (w * v).sum() / len(w),
    ),
    (off_policy_claims.v_trace_fixed_point, off_policy_claims, "v_trace_policy", lambda f: lambda b, t, rho_bar: t),
    (
        off_policy_claims.retrace_contracts,
        off_policy_claims,
        "retrace_operator",
        lambda f: lambda m, b, t, q, lam: 2 * f(m, b, t, q, lam=lam),
    ),
    (off_policy_claims.second_moment_of_weights, off_policy_claims, "chi_square", lambda f: lambda p, q: 2 * f(p, q)),
]


@pytest.mark.parametrize(("evidence", "module", "name", "wrong"), WRONG, ids=[row[0].name for row in WRONG])
def test_evidence_rejects_a_wrong_oracle(monkeypatch, evidence, module, name, wrong):
    monkeypatch.setattr(module, name, wrong(getattr(module, name)))
    with pytest.raises((AssertionError, MissingSupportError)):
        evidence.run(60, 0)
