"""`policyproof ledger` and `policyproof explain` on claims."""

import json

import pytest


def test_ledger_runs_a_group_and_writes_what_it_saw(policyproof, tmp_path):
    done = policyproof("ledger", "--group", "kl", "--instances", "5", "--seed", "1", "--json", "kl.json")
    assert done.returncode == 0, done.stderr
    run = json.loads((tmp_path / "kl.json").read_text())
    assert run["schema"] == "policyproof/ledger/1"
    assert run["complete"]
    assert run["totals"]["claims"] == len(run["claims"]) == 15
    assert run["totals"]["violated"] == 0
    assert f"{run['totals']['instances']:,} instances" in " ".join(done.stdout.split())
    pinsker = [entry for entry in run["evidence"] if entry["kind"] == "tight" and "ratio" in entry]
    assert pinsker
    assert all(0 < entry["ratio_float"] <= 1 for entry in pinsker)
    assert f"{len(pinsker)} tight families" in done.stdout


def test_ledger_tells_how_tight_every_inequality_is(policyproof):
    done = policyproof("ledger", "--group", "trust-region-bound", "--instances", "1", "--seed", "1", "--tightness")
    assert done.returncode == 0, done.stderr
    assert "1.000000  trust_region_bound.theorem.coupling_form_is_attained" in done.stdout
    assert "0.997037  trust_region_bound.theorem.four_is_sharp" in done.stdout


def test_an_unknown_group_is_refused(policyproof):
    done = policyproof("ledger", "--group", "klm")
    assert done.returncode == 2
    assert "unknown group 'klm'; the groups are" in done.stderr


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        (
            "trpo-theorem-1",
            [
                "true with hypotheses",
                "tight ",
                "the ratio of the two sides reaches 5000000000/5014859801 ≈ 0.997037",
                "hypotheses:",
            ],
        ),
        ("pg-000-missing-factor", ["false as written", "counterexample", "1/4 ≠", "1/2"]),
        ("ppo-vs-value-based-table", ["nothing can execute it"]),
        (
            "gae-equals-td-error-sum",
            ["theorem", "Schulman", "must reject: bootstrap-from-own-state", "got 0.0, not 1/2 ±", "3/2 ≠ Ψ₍₁₎ = 1"],
        ),
        ("state-values-satisfy-the-bellman-equation", ["fails at", "got", "hypotheses:"]),
        ("done-flag-of-the-next-step", ["RoboVerseOrg/RoboVerse#814"]),
    ],
)
def test_explain_recomputes_what_it_tells(policyproof, claim, says):
    done = policyproof("explain", claim)
    assert done.returncode == 0, done.stderr
    told = " ".join(done.stdout.split())
    for words in says:
        assert words in told


def test_explain_refuses_an_unknown_name(policyproof):
    done = policyproof("explain", "trpo-theorem-7")
    assert done.returncode == 2
    assert "did you mean trpo-theorem-1?" in done.stderr
