"""Evidence about the regulator rejects wrong oracles."""

from __future__ import annotations

import numpy as np
import pytest
from policyproof.claims.lqr import gradient as gradient_claims
from policyproof.claims.lqr import optimality, updates, value
from policyproof.reference.lqr import (
    UnstableGainError,
)

WRONG = [
    (
        gradient_claims.gradient_is_derivative_of_cost,
        gradient_claims,
        "policy_gradient",
        lambda f: lambda *a: f(*a) / 2,
    ),
    (gradient_claims.total_derivative, gradient_claims, "gain_residual", lambda f: lambda *a: 2 * f(*a)),
    (value.cost_is_rollout_and_the_rest, value, "cost", lambda f: lambda *a: f(*a) + 1),
    (value.second_moment_is_its_series, value, "state_second_moment", lambda f: lambda *a: f(*a) / 2),
    (updates.gauss_newton_forms, updates, "gauss_newton_step", lambda f: lambda r, k, s: f(r, k, s / 2)),
    (updates.a_full_step_changes_no_value, updates, "gauss_newton_step", lambda f: lambda r, k, s: f(r, k, s / 4)),
    (updates.gauss_newton_never_costs, updates, "gauss_newton_step", lambda f: lambda r, k, s: f(r, k, -s / 64)),
    (updates.policy_iteration_without_a_model, updates, "greedy_gain", lambda f: lambda *a: 2 * f(*a)),
    (optimality.difference_of_costs, optimality, "cost_difference", lambda f: lambda r, k, n: f(r, n, k)),
    (optimality.gap_within_gradient, optimality, "gradient_gap_bound", lambda f: lambda *a: f(*a) / 64),
    (value.psd_solution_iff_stable, value, "is_schur_stable", lambda f: lambda loop: bool(np.all(abs(loop) < 1))),
]


@pytest.mark.parametrize(("evidence", "module", "name", "wrong"), WRONG, ids=[row[0].name for row in WRONG])
def test_evidence_rejects_a_wrong_oracle(monkeypatch, evidence, module, name, wrong):
    monkeypatch.setattr(module, name, wrong(getattr(module, name)))
    with pytest.raises((AssertionError, UnstableGainError)):
        evidence.run(60, 0)
