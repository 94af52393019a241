"""The package as it is imported and called."""

import subprocess
import sys

import numpy as np
import policyproof
import pytest
from policyproof.invariants.oracle import oracle

WITHOUT_TORCH = """
import sys
sys.path.insert(0, sys.argv[1])
import policyproof
from policyproof.invariants.oracle import oracle
report = policyproof.check(oracle(), profile="quick", only=["gae", "ppo_policy_loss", "trpo_step"], seed=0)
assert not report.failed and report.complete and report.totals["invariants"] >= 36, report.totals
from click.testing import CliRunner
from policyproof.cli import main
for target in ("stable-baselines3", "fast-cpu"):
    done = CliRunner().invoke(main, ["check", target])
    assert done.exit_code == 2 and "is not installed: run pip install" in done.output, done.output[-300:]
"""


def test_package_and_gate_work_without_torch(tmp_path):
    for absent in ("torch", "numba", "triton", "gymnasium", "stable_baselines3"):
        (tmp_path / f"{absent}.py").write_text(f"raise ModuleNotFoundError('{absent} is not here', name='{absent}')")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, policyproof; print([m for m in ('numpy', 'hypothesis', 'flint', 'torch') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_check_takes_an_object_or_a_class():
    assert not policyproof.check(type(oracle()), profile="quick", only="gae-equals-td-error-sum", seed=0).failed
    report = policyproof.check(oracle(), profile="quick", only=["gae"], seed=5)
    assert report.seed == 5
    assert {verdict.capability for verdict in report.verdicts} == {"gae"}


def test_check_reports_a_violation():
    class Late:
        def gae(self, rewards, values, *rest, gamma, lam):
            return np.roll(rewards, 1, axis=0) - values

    report = policyproof.check(Late(), profile="quick", seed=0)
    assert report.failed
    assert "violated" in {verdict.status for verdict in report.verdicts}


def test_check_refuses_what_cannot_be_judged():
    with pytest.raises(policyproof.UsageError, match="none of the methods"):
        policyproof.check(object())
    with pytest.raises(policyproof.UsageError, match="unknown profile"):
        policyproof.check(oracle(), profile="slow")
    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        policyproof.chekc  # noqa: B018 - the access is what is tested
