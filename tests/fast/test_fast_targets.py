"""Our own implementations before the gate: NumPy arrays, and the code of the GPU on tensors of the CPU."""

import policyproof
import pytest

pytest.importorskip("torch", reason="the extra `fast` is not installed")

from policyproof.adapters import fast_cpu, fast_cuda

TARGETS = {"fast-cpu": fast_cpu.Implementation, "fast-cuda on CPU tensors": lambda: fast_cuda.Implementation("cpu")}
SHARED = {
    "categorical_log_prob", "categorical_entropy", "categorical_kl",
    "gaussian_log_prob", "gaussian_entropy", "gaussian_kl", "squashed_gaussian_log_prob",
    "policy_gradient", "surrogate", "mean_kl", "fisher_vector_product", "conjugate_gradient",
    "natural_gradient_step", "trpo_step", "state_values", "action_values", "visitation",
}  # fmt: skip


GOOD = {"holds", "not offered"}


def refused(report):
    return {verdict.invariant: verdict.status for verdict in report.verdicts if verdict.status not in GOOD}


def test_every_invariant_holds_of_the_code_of_the_gpu():
    """The same for fast-cpu is what `make check` runs."""
    report = policyproof.check(TARGETS["fast-cuda on CPU tensors"](), profile="quick", seed=0)
    assert not refused(report)
    assert {verdict.capability for verdict in report.verdicts if verdict.status == "holds"} >= SHARED


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("target", TARGETS)
def test_every_invariant_holds_for_many_examples(target, seed):
    assert not refused(policyproof.check(TARGETS[target](), profile="ci", seed=seed))
